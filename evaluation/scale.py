"""Measures one and two assistants behind nginx with PostgreSQL and Redis: processor time a message, waiting for turns, throughput.

    python -m evaluation.scale [--messages 300]

All run on this machine, so that two servers share its cores: what counts is the processor time that a message costs. Throughput of more
servers is extrapolated from it, each on a core of its own.
"""
from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, List, Tuple

import aiohttp

from addons.stores.shared import connect
from addons.stores.turns import Turns
from evaluation.bench import percentile, questions
from evaluation.servers import PACE
from tools.cluster import Cluster, Part, missing

USERS = 8
PROBES_EVERY_S = 0.05
EXTRAPOLATED = (2, 4, 8)


def cpu_s(part: Part) -> float:
    """Returns the processor time that a part and its children have used so far, in seconds."""
    assert part.process is not None
    return sum(_cpu_s(pid) for pid in _family(part.process.pid))


def _family(pid: int) -> List[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in _family(int(child)))]


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def user(http: aiohttp.ClientSession, address: str, number: int, messages: int, taken: List[float]) -> None:
    """Holds one conversation, message after message."""
    async with http.post(f"{address}/chat/start", json={}) as opened:
        await opened.read()
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in opened.cookies.items())
    asked = questions()
    for place in range(messages):
        began = time.perf_counter()
        body = {"id": f"{number:04}-{place:06}", "text": asked[(number + place * USERS) % len(asked)]}
        async with http.post(f"{address}/chat/message", json=body, headers={"Cookie": cookie}) as reply:
            await reply.read()
            reply.raise_for_status()
        taken.append(time.perf_counter() - began)


async def probe(url: str, waits: List[float]) -> None:
    """Takes the turn of a conversation of its own again and again, as a third server would, and notes how long that took."""
    turns = Turns(connect(url))
    while True:
        began = time.perf_counter()
        async with turns.turn("a probe"):
            waits.append(time.perf_counter() - began)
        await asyncio.sleep(PROBES_EVERY_S)


async def load(cluster: Cluster, messages: int) -> Dict[str, float]:
    taken: List[float] = []
    waits: List[float] = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(60)) as http:
        await asyncio.gather(*(user(http, cluster.address, 100 + number, 4, []) for number in range(USERS)))  # warm-up
        probing = asyncio.create_task(probe(cluster.redis.url, waits))
        before, began = _used(cluster), time.perf_counter()
        await asyncio.gather(*(user(http, cluster.address, number, messages // USERS, taken) for number in range(USERS)))
        seconds, after = time.perf_counter() - began, _used(cluster)
        probing.cancel()
    figures = {f"{name}, CPU ms a message": 1000 * (after[name] - before[name]) / len(taken) for name in before}
    return {**figures, "messages a second here": len(taken) / seconds, "answer p50, ms": 1000 * statistics.median(taken),
            "answer p95, ms": 1000 * percentile(taken, 0.95), "wait for a turn p95, ms": 1000 * percentile(waits, 0.95)}


def _used(cluster: Cluster) -> Dict[str, float]:
    groups: Tuple[Tuple[str, List[Part]], ...] = (
        ("assistants", list(cluster.assistants)), ("PostgreSQL", [cluster.database]), ("Redis", [cluster.redis]), ("nginx", [cluster.nginx]))
    return {name: sum(cpu_s(part) for part in parts) for name, parts in groups}


def main() -> int:
    """Prints the figures of one server beside those of two."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.scale", description=__doc__)
    parser.add_argument("--messages", type=int, default=300)
    args = parser.parse_args()
    if missing():
        print(f"This needs Debian's packages {', '.join(missing())}.", file=sys.stderr)
        return 1
    found = {}
    for servers in (1, 2):
        with tempfile.TemporaryDirectory(prefix="repwise-scale-") as folder:
            cluster = Cluster(Path(folder), servers, settings={"REPWISE_PACE": PACE})
            cluster.start()
            try:
                found[servers] = asyncio.run(load(cluster, args.messages))
            finally:
                cluster.stop()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n{'':34} {'1 server':>10} {'2 servers':>10} {'ratio':>7}")
    for name, one in found[1].items():
        two = found[2][name]
        print(f"{name:34} {one:10.1f} {two:10.1f} {two / one if one else 0:7.2f}")
    cost = found[2]["assistants, CPU ms a message"]
    for servers in EXTRAPOLATED:
        print(f"{servers} servers on {servers} cores, extrapolated: {servers * 1000 / cost:.0f} messages a second")
    return 0


if __name__ == "__main__":
    sys.exit(main())

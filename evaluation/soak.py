"""Lets a few users talk with the server for a while, and compares its speed and memory at the start and at the end: `make soak`."""
from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, List, Tuple

from evaluation.bench import percentile, questions
from evaluation.servers import Ours

TURNS = 20
"""Messages of one conversation; then the user begins another."""
PARTS = 10
"""The run is cut into so many parts of equal length. The first is the warm-up; the second counts as the start, the last as the end."""
PAUSE_S = 0.5
"""Between an answer and the user's next message."""

MOST_GROWN = 1.2
"""Latency or memory at the end above this many times those at the start counts as growing."""

Said = List[Tuple[float, float]]
"""Of each message the time at which it was answered, and how long that took, in seconds."""


async def user(server: Ours, number: int, until: float, said: Said) -> None:
    """Talks until the time is up; each answer is awaited."""
    asked, place = questions(), number * 37
    while time.perf_counter() < until:
        place += 1
        taken = await server.say(f"soak-{number}-{place // TURNS}", asked[place % len(asked)])
        said.append((time.perf_counter(), taken))
        await asyncio.sleep(PAUSE_S)


async def watch(server: Ours, until: float, memory: List[float]) -> None:
    """Notes the memory ten times in each part."""
    step = (until - time.perf_counter()) / (PARTS * 10)
    while time.perf_counter() < until:
        memory.append(server.memory_mb())
        await asyncio.sleep(step)


async def soaked(server: Ours, users: int, seconds: float) -> Dict[str, Tuple[float, float]]:
    """Returns median and 95th percentile of the latency (ms) and the memory (MB), each at the start and at the end."""
    said: Said = []
    memory: List[float] = []
    await server.start()
    try:
        began = time.perf_counter()
        await asyncio.gather(watch(server, began + seconds, memory), *(user(server, number, began + seconds, said) for number in range(users)))
    finally:
        await server.stop()
    part = seconds / PARTS
    early = [taken * 1000 for at, taken in said if part <= at - began < 2 * part]
    late = [taken * 1000 for at, taken in said if at - began >= seconds - part]
    print(f"{len(said)} messages of {users} users in {seconds / 60:.1f} minutes, all answered")
    return {"median, ms": (statistics.median(early), statistics.median(late)), "p95, ms": (percentile(early, .95), percentile(late, .95)),
            "memory, MB": (statistics.median(memory[10:20]), statistics.median(memory[-10:]))}


def main() -> int:
    """Prints the figures; the exit status is 1 where the median or the memory grew."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--users", type=int, default=8)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="repwise-soak-"))
    try:
        figures = asyncio.run(soaked(Ours(folder), args.users, args.minutes * 60))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, (early, late) in figures.items():
        print(f"{name:12} {early:8.1f} at the start {late:8.1f} at the end ({late / early - 1:+.0%})")
    return int(any(figures[name][1] > MOST_GROWN * figures[name][0] for name in ("median, ms", "memory, MB")))


if __name__ == "__main__":
    sys.exit(main())

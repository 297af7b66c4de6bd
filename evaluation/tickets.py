"""Counts the tickets that Rasa's own Redis lock store loses beside ours: several processes ask for the turn of one conversation.

    python -m evaluation.tickets [--processes 3] [--each 100]

It starts a Redis of its own (Debian's redis-server). A lost ticket is one that two messages were given: they are answered over each other,
or one waits until the lock runs out.
"""
from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from typing import List, Tuple

from tools.cluster import Redis, missing

TALK = "one-conversation"
WORK_S = 0.002

Held = Tuple[float, float]
"""When a turn began and when it ended, in seconds of a clock that all processes share."""


def stock_tickets(url: str, each: int, out: multiprocessing.Queue[List[int]]) -> None:
    from rasa.core.lock_store import RedisLockStore
    from redis.connection import parse_url

    where = parse_url(url)
    store = RedisLockStore(where["host"], where["port"], password=where["password"])
    out.put([store.issue_ticket(TALK) for _ in range(each)])


def our_turns(url: str, each: int, out: multiprocessing.Queue[List[Held]]) -> None:
    from addons.stores.shared import connect
    from addons.stores.turns import Turns

    async def one(turns: Turns) -> Held:
        async with turns.turn(TALK, wait_s=None):
            began = time.monotonic()
            await asyncio.sleep(WORK_S)
            return began, time.monotonic()

    async def run() -> List[Held]:
        turns = Turns(connect(url))
        return list(await asyncio.gather(*(one(turns) for _ in range(each))))

    out.put(asyncio.run(run()))


def all_of(work: object, url: str, processes: int, each: int) -> list:
    """Runs a function in several processes at once; returns what all of them put out."""
    out: multiprocessing.Queue = multiprocessing.Queue()
    started = [multiprocessing.Process(target=work, args=(url, each, out)) for _ in range(processes)]  # type: ignore[arg-type]
    for process in started:
        process.start()
    found = [item for _ in started for item in out.get()]
    for process in started:
        process.join()
    return found


def overlaps(turns: List[Held]) -> int:
    """Returns how many turns began before the one before them had ended."""
    ordered = sorted(turns)
    return sum(later[0] < earlier[1] for earlier, later in zip(ordered, ordered[1:], strict=False))


def main() -> int:
    """Prints both counts."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.tickets", description=__doc__)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--each", type=int, default=100, help="tickets of each process")
    args = parser.parse_args()
    if missing():
        print(f"This needs Debian's packages {', '.join(missing())}.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        redis = Redis(Path(folder))
        redis.start()
        try:
            tickets = all_of(stock_tickets, redis.url, args.processes, args.each)
            turns = all_of(our_turns, redis.url, args.processes, args.each)
        finally:
            redis.stop()
    print(f"Rasa's Redis lock store: {len(tickets)} tickets issued, {len(set(tickets))} distinct, {len(tickets) - len(set(tickets))} lost")
    print(f"Ours: {len(turns)} turns taken, {overlaps(turns)} over each other")
    return 0


if __name__ == "__main__":
    sys.exit(main())

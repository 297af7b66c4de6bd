"""Handles what one person sends in its order, and different people beside each other."""
from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
from contextlib import AsyncExitStack
from typing import Awaitable, Callable, Dict, List, Tuple

from rasa.core.lock_store import LockError

from addons.operation import logs
from addons.stores.turns import shared_turns

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]


class Lanes:
    """One lane per key; of the jobs that wait in a lane, the one with the lowest ``order`` goes first.

    Events may arrive out of order. Whatever waits is put in order; nothing is held up for an event that may still come. With a Redis, a
    lane is one among all servers.

    Args:
        of: the channel whose lanes these are.
    """

    def __init__(self, of: str = "") -> None:
        self._of, self._turns = of, shared_turns()
        self._waiting: Dict[str, List[Tuple[float, int, Job]]] = {}
        self._workers: Dict[str, asyncio.Task[None]] = {}
        self._count = itertools.count()

    def put(self, key: str, order: float, job: Job) -> None:
        """Adds a job to a lane; must be called on the event loop."""
        heapq.heappush(self._waiting.setdefault(key, []), (order, next(self._count), job))
        if key not in self._workers:
            self._workers[key] = asyncio.get_running_loop().create_task(self._work(key))

    async def _work(self, key: str) -> None:
        waiting = self._waiting[key]
        try:
            while waiting:
                order, _, job = heapq.heappop(waiting)
                logs.begin()
                try:
                    await self._in_turn(key, order, job)
                except Exception:  # jobs answer for their own errors; a lane must outlive what they forgot
                    log.exception("A job failed in a lane")
        finally:
            del self._waiting[key], self._workers[key]

    async def _in_turn(self, key: str, order: float, job: Job) -> None:
        async with AsyncExitStack() as turn:
            if self._turns is not None:
                try:
                    await turn.enter_async_context(self._turns.turn(f"{self._of} lane {key}", order))
                except LockError:  # the job is done all the same: it can at least tell the person
                    log.exception("A lane is not kept among servers")
            await job()

    async def drain(self, timeout_s: float) -> None:
        """Waits until all jobs are done; those that need longer than ``timeout_s`` seconds are cancelled."""
        workers = list(self._workers.values())
        if not workers:
            return
        _, late = await asyncio.wait(workers, timeout=timeout_s)
        for worker in late:
            worker.cancel()
        if late:
            log.error("%d conversations were cut off in the middle of an answer", len(late))
            await asyncio.gather(*late, return_exceptions=True)

"""Remembers which events have been taken, because Slack and Telegram deliver some of them more than once."""
from __future__ import annotations

import time
from collections import OrderedDict
from typing import Callable, Protocol

TTL_S = 3600.0
"""Services stop repeating an event long before."""

MOST = 10_000


class Seen(Protocol):
    """What a store of taken events offers; one shared by several processes has the same method."""

    async def first(self, key: str) -> bool:
        """Tells whether ``key`` comes for the first time, and remembers it."""


class MemorySeen:
    """Remembers keys in this process for ``ttl_s`` seconds, the latest ``most`` of them."""

    def __init__(self, ttl_s: float = TTL_S, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._ttl_s, self._most, self._clock = ttl_s, most, clock
        self._until: OrderedDict[str, float] = OrderedDict()

    async def first(self, key: str) -> bool:
        now = self._clock()
        while self._until and (len(self._until) >= self._most or next(iter(self._until.values())) <= now):
            self._until.popitem(last=False)
        if key in self._until:
            return False
        self._until[key] = now + self._ttl_s
        return True

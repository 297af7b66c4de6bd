"""Remembers which events have been taken, because Slack and Telegram deliver some of them more than once."""
from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import Callable, Protocol

from redis.asyncio import Redis

from addons.stores.shared import PREFIX, shared_redis

TTL_S = 3600.0
"""Services stop repeating an event long before."""

MOST = 10_000


class Seen(Protocol):
    """What a store of taken events offers; one shared by several processes has the same method."""

    async def first(self, key: str) -> bool:
        """Tells whether ``key`` comes for the first time, and remembers it."""

    async def knows(self, key: str) -> bool:
        """Tells whether ``key`` has come."""


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

    async def knows(self, key: str) -> bool:
        return self._until.get(key, 0.0) > self._clock()


class RedisSeen:
    """Remembers keys for all servers. Raises redis.exceptions.RedisError where Redis can't be used."""

    def __init__(self, redis: Redis, of: str, ttl_s: float = TTL_S) -> None:
        self._redis, self._prefix, self._ttl_s = redis, f"{PREFIX}seen:{of}:", math.ceil(ttl_s)

    async def first(self, key: str) -> bool:
        return bool(await self._redis.set(self._prefix + key, 1, nx=True, ex=self._ttl_s))

    async def knows(self, key: str) -> bool:
        return bool(await self._redis.exists(self._prefix + key))


def seen(of: str, ttl_s: float = TTL_S) -> Seen:
    """Returns a memory of keys of one kind: of all servers where they share a Redis, else of this process."""
    redis = shared_redis()
    return MemorySeen(ttl_s) if redis is None else RedisSeen(redis, of, ttl_s)

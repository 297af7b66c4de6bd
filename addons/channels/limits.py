"""Caps on how fast one person, or one address, may send."""
from __future__ import annotations

import logging
import os
import time
from collections import OrderedDict
from typing import Any, Callable, Hashable, Optional, Tuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from addons.stores.shared import PREFIX, shared_redis

log = logging.getLogger(__name__)

MOST_KEYS = 10_000
"""How many senders are remembered; the one longest silent is forgotten first."""


PACE_VARIABLE = "REPWISE_PACE"
"""How many times faster than one person senders may be: for measuring, or for many people behind one address."""


def pace() -> float:
    """Returns the factor of REPWISE_PACE, 1 where it is not set. Raises ValueError where it is no number."""
    return float(os.environ.get(PACE_VARIABLE) or 1)


class Limiter:
    """Token buckets: each key may send ``burst`` messages at once, and ``per_second`` on and on."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._buckets: OrderedDict[Hashable, Tuple[float, float]] = OrderedDict()

    def wait(self, key: Hashable) -> float:
        """Counts one message of a key; returns 0 if it may pass, else the seconds until one may."""
        now = self._clock()
        left, since = self._buckets.pop(key, (float(self._burst), now))
        left = min(float(self._burst), left + (now - since) * self._per_second)
        passes = left >= 1
        self._buckets[key] = (left - 1 if passes else left, now)
        if len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        return 0.0 if passes else (1 - left) / self._per_second


class SharedLimiter:
    """The same buckets for all servers where they share a Redis. While it can't be used, each server counts for itself."""

    AGAIN_S = 5.0
    """How long a Redis that failed is not asked: nobody's message waits for it then."""

    # KEYS: a bucket. ARGV: messages per second, burst. The bucket holds the moment at which it is full again.
    LUA_WAIT = """
        local clock = redis.call('TIME')
        local now = clock[1] + clock[2] / 1000000
        local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
        local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
        local wait = full + 1 / rate - now - burst / rate
        if wait > 0 then return tostring(wait) end
        redis.call('SET', KEYS[1], string.format('%.6f', full + 1 / rate), 'EX', math.ceil(burst / rate) + 1)
        return '0'
    """

    def __init__(self, of: str, per_second: float, burst: int, redis: Optional[Redis] = None) -> None:
        self._alone = Limiter(per_second, burst)
        self._prefix, self._arguments = f"{PREFIX}pace:{of}:", [per_second, burst]
        self._redis = redis or shared_redis()
        self._lua: Any = self._redis.register_script(self.LUA_WAIT) if self._redis is not None else None
        self._away_until = 0.0

    async def wait(self, key: Hashable) -> float:
        """Counts one message of a key; returns 0 if it may pass, else the seconds until one may."""
        if self._lua is not None and time.monotonic() >= self._away_until:
            try:
                return float(await self._lua(keys=[f"{self._prefix}{key}"], args=self._arguments))
            except RedisError as error:
                self._away_until = time.monotonic() + self.AGAIN_S
                log.warning("Messages are counted by this server alone (%s)", type(error).__name__)
        return self._alone.wait(key)

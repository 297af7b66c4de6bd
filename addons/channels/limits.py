"""Caps on how fast one person, or one address, may send."""
from __future__ import annotations

import os
import time
from collections import OrderedDict
from typing import Callable, Hashable, Tuple

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

"""What several servers share: a Redis for whose turn it is, for rates, for what was taken already. Without one, a server stands alone."""
from __future__ import annotations

import functools
import os
from typing import Optional

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as NoConnection

REDIS_VARIABLE = "REPWISE_REDIS"
CONNECTIONS = 500
TIMEOUT_S = 6.0
"""How long Redis may take: longer than a busy event loop may take to see its answer."""
RETRIES = 4
"""Of connections that are refused or broken, with pauses of most of a second: a Redis that is started anew goes unnoticed."""
PREFIX = "repwise:"


def redis_url() -> Optional[str]:
    """Returns the address in REPWISE_REDIS, such as "redis://:password@10.0.0.5:6379/0"; None for a server that stands alone."""
    return os.environ.get(REDIS_VARIABLE) or None


def connect(url: str) -> Redis:
    """Returns a client of its own pool; it connects when it is first used, on the event loop that uses it."""
    retry = Retry(ExponentialBackoff(cap=0.3, base=0.05), RETRIES, supported_errors=(NoConnection,))
    pool = ConnectionPool.from_url(url, max_connections=CONNECTIONS, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=retry,
                                   retry_on_error=[NoConnection])
    return Redis(connection_pool=pool)


@functools.cache
def shared_redis() -> Optional[Redis]:
    """Returns this server's client of the Redis in REPWISE_REDIS, None where there is none."""
    url = redis_url()
    return connect(url) if url else None

"""What is wrong with the settings of a server, found before anything is loaded: a server that can't do its work does not start."""
from __future__ import annotations

import asyncio
import os
from typing import List, Optional

import sqlalchemy as sa
from rasa.core.utils import AvailableEndpoints
from redis.exceptions import RedisError
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from addons.channels.signing import SECRET_VARIABLE
from addons.stores import talks
from addons.stores.shared import REDIS_VARIABLE, connect, redis_url

TALKS = "addons.stores.talks.TalkStore"
TURNS = "addons.stores.turns.RedisTurns"
STREAMS = ("addons.stores.stream.TableStream", "addons.stores.stream.RabbitStream")
WORKERS_VARIABLE = "SANIC_WORKERS"
SHORTEST_SECRET = 32


def faults(endpoints: AvailableEndpoints) -> List[str]:
    """Returns a sentence for each setting that the assistant can't run with; none for good ones. Asks the database and Redis."""
    store, url = endpoints.tracker_store, redis_url()
    if store is None or store.type != TALKS:
        return [f"endpoints: tracker_store must be of the type {TALKS}. Rasa's own stores keep a conversation in memory when they fail, "
                "and lose it."]
    try:
        address = talks.address_of(store.url, **store.kwargs)
    except (ArgumentError, TypeError, ValueError):
        return ["endpoints: tracker_store does not name a database; it must be like postgresql://user:password@host:5432/name."]
    found = [*(_of_several(endpoints, address) if url else _of_one(endpoints)), _of_stream(endpoints)]
    if not any(found):
        found = [_of_database(address), _of_redis(url) if url else None]
    return [fault for fault in found if fault]


def _of_several(endpoints: AvailableEndpoints, address: URL) -> List[Optional[str]]:
    """With Redis there are, or may be, other servers."""
    secret = os.environ.get(SECRET_VARIABLE, "")
    locks = endpoints.lock_store
    return [
        None if len(secret) >= SHORTEST_SECRET else
        f"{SECRET_VARIABLE} must be set to the same {SHORTEST_SECRET} or more characters on every server that shares a Redis, "
        "or one refuses the conversations of the other.",
        None if locks is not None and locks.type == TURNS else
        f"endpoints: lock_store must be of the type {TURNS} when {REDIS_VARIABLE} is set; with any other, servers answer over each other.",
        None if not talks.is_sqlite(address) else
        f"endpoints: tracker_store is an SQLite file, which other servers can't share. Name a PostgreSQL database, or unset {REDIS_VARIABLE}.",
    ]


def _of_one(endpoints: AvailableEndpoints) -> List[Optional[str]]:
    workers, locks = os.environ.get(WORKERS_VARIABLE, "1"), endpoints.lock_store
    return [
        None if workers == "1" else f"{WORKERS_VARIABLE} is {workers}: several processes need {REDIS_VARIABLE}, or they answer over each other.",
        None if locks is None or locks.type in (None, "in_memory") else
        f"endpoints: lock_store is {locks.type}; without {REDIS_VARIABLE} there is one server, which keeps its locks in memory. Leave it out.",
    ]


def _of_stream(endpoints: AvailableEndpoints) -> Optional[str]:
    stream = endpoints.event_broker
    if stream is None or stream.type in STREAMS:
        return None
    return f"endpoints: event_broker must be of the type {' or '.join(STREAMS)}; Rasa's own send on what people write."


def _of_database(address: URL) -> Optional[str]:
    try:
        engine = talks.engine_of(address)
        with engine.connect() as database:
            database.execute(sa.select(1))
        engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        return f"The database of the tracker store can't be used: {_reason(error)}"
    return None


def _of_redis(url: str) -> Optional[str]:
    async def ping() -> None:
        redis = connect(url)
        try:
            await redis.ping()
        finally:
            await redis.close()
            await redis.connection_pool.disconnect()

    try:
        asyncio.run(ping())
    except ValueError:
        return f"{REDIS_VARIABLE} is no address; it must be like redis://:password@host:6379/0."
    except RedisError as error:
        return f"The Redis of {REDIS_VARIABLE} can't be used: {_reason(error)}"
    return None


def _reason(error: Exception) -> str:
    """Returns what went wrong, in one line and without a password."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]

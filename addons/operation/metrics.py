"""What is counted and timed, in Prometheus's form. No label holds an id, a text or anything about a person."""
from __future__ import annotations

import functools
import logging
import time
from contextlib import asynccontextmanager, contextmanager
from typing import Any, AsyncIterator, Awaitable, Callable, Iterator, Mapping, TypeVar

from prometheus_client import Counter, Gauge, Histogram
from rasa.core.channels.channel import UserMessage

from addons.channels.groups import is_red_flag

BUCKETS_S = (.005, .01, .02, .03, .05, .075, .1, .15, .25, .5, 1, 2.5, 5, 10)
FALLBACK = "nlu_fallback"
PROBE = "status"
"""The channel of the smoke question (addons.operation.health), which counts as nobody's message."""

MESSAGES = Counter("repwise_messages_total", "Messages that were handed to the assistant", ["channel", "kind"])
FALLBACKS = Counter("repwise_fallbacks_total", "Messages that were not understood")
RED_FLAGS = Counter("repwise_red_flags_total", "Messages that showed a red flag")
ERRORS = Counter("repwise_errors_total", "Log lines of the level ERROR, by the part of the program", ["part"])
REFUSED = Counter("repwise_refused_total", "Requests to the web chat that were refused", ["reason"])
WAITING = Gauge("repwise_waiting_messages", "Messages that are being answered or wait for their turn")
STREAMS = Gauge("repwise_open_streams", "Browsers that listen for messages")
POLLER = Gauge("repwise_poller_up", "1 while a connection to a messenger stands, 0 while it does not", ["channel"])
SECONDS = Histogram("repwise_stage_seconds", "Time that a message takes in a stage; \"whole\" is all of it", ["stage"], buckets=BUCKETS_S)

T = TypeVar("T")


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Times what happens inside."""
    began = time.perf_counter()
    try:
        yield
    finally:
        SECONDS.labels(name).observe(time.perf_counter() - began)


def timed(work: Callable[..., Awaitable[T]], name: str) -> Callable[..., Awaitable[T]]:
    """Returns a coroutine function that is timed as a stage."""
    @functools.wraps(work)
    async def wrapped(*args: Any, **kwargs: Any) -> T:
        with stage(name):
            return await work(*args, **kwargs)
    return wrapped


def watch(agent: Any) -> None:
    """Counts and times what an agent does, in place."""
    agent.handle_message = _counted(agent.handle_message)
    agent.processor.parse_message = _understood(timed(agent.processor.parse_message, "parse"))
    store = agent.tracker_store
    store.retrieve, store.save = timed(store.retrieve, "read"), timed(store.save, "write")
    agent.lock_store.lock = _waited(agent.lock_store.lock)
    logging.getLogger().addHandler(CountErrors(logging.ERROR))


def _counted(handle: Callable[..., Awaitable[T]]) -> Callable[[UserMessage], Awaitable[T]]:
    async def wrapped(message: UserMessage) -> T:
        if message.input_channel == PROBE:
            return await handle(message)
        MESSAGES.labels(message.input_channel or "other", "click" if message.parse_data else "text").inc()
        with WAITING.track_inprogress(), stage("whole"):
            return await handle(message)
    return wrapped


def _understood(parse: Callable[..., Awaitable[Mapping[str, Any]]]) -> Callable[..., Awaitable[Mapping[str, Any]]]:
    async def wrapped(*args: Any, **kwargs: Any) -> Mapping[str, Any]:
        parsed = await parse(*args, **kwargs)
        if is_red_flag(parsed):
            RED_FLAGS.inc()
        elif (parsed.get("intent") or {}).get("name") == FALLBACK:
            FALLBACKS.inc()
        return parsed
    return wrapped


def _waited(lock: Callable[..., Any]) -> Callable[..., Any]:
    @asynccontextmanager
    async def wrapped(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        began = time.perf_counter()
        async with lock(*args, **kwargs) as held:
            SECONDS.labels("lock").observe(time.perf_counter() - began)
            yield held
    return wrapped


class CountErrors(logging.Handler):
    """Counts errors by the package, or the module of this project, that logged them."""

    def emit(self, record: logging.LogRecord) -> None:
        parts = record.name.split(".")
        ERRORS.labels(".".join(parts[:3]) if parts[0] in ("addons", "actions", "knowledge") else parts[0]).inc()

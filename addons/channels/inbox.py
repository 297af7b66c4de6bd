"""What Slack and Telegram were told is taken, until it is answered: a crash in between loses nothing.

A channel that has acknowledged an event never gets it again. So the event stands in the database before it is acknowledged, and is deleted
when it is answered. What is left at a start is answered then; what a server that died leaves is answered by another within two minutes. A turn
that was stored before the crash is not worked out again, which would double it: what was said is sent once more.
"""
from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Iterator, List, Mapping, Optional, Set, Tuple

import sqlalchemy as sa
from rasa.core.channels.channel import UserMessage
from redis.exceptions import RedisError

from addons.channels.deduplicate import Seen
from addons.channels.history import history_of, replies_to
from addons.channels.lanes import Lanes
from addons.stores.tables import inbox as _inbox
from addons.stores.talks import TalkStore

log = logging.getLogger(__name__)

MOST_TRIES = 3
"""How often an event is worked on; one that crashes the server each time is then dropped."""

ABANDONED_S, LOOK_EVERY_S = 60.0, 30.0
"""An event that has waited so long may be that of a server that died; and how often such events are looked for. One that a living server is
working on waits in its lane, where it is found to be answered."""

Work = Callable[[], Awaitable[None]]
Resume = Callable[[str, Mapping[str, Any]], None]
"""Puts an event that was left, by key and data, into its lane again: :meth:`Inbox.resume` with what it needs."""


@dataclass(frozen=True)
class Event:
    """One that is being answered; ``again`` if it may have been answered before a crash."""

    key: str
    again: bool


_answering: ContextVar[Optional[Event]] = ContextVar("answering", default=None)


@contextmanager
def answering(key: str, again: bool) -> Iterator[None]:
    """Names the event that this task answers."""
    token = _answering.set(Event(key, again))
    try:
        yield
    finally:
        _answering.reset(token)


async def hand_over(agent: Any, on_new_message: Callable[[UserMessage], Awaitable[Any]], message: UserMessage) -> None:
    """Hands a message to Rasa, under the key of the event that is being answered."""
    event = _answering.get()
    if event is not None:
        message.message_id = event.key
        if event.again:
            history = history_of(await agent.tracker_store.retrieve_full_tracker(message.sender_id))
            said = replies_to(history, event.key)
            for reply in said:
                await message.output_channel.send_response(message.sender_id, dict(reply.message or {}))
            if said:
                return
    await on_new_message(message)


class Inbox:
    """The events of one channel, from their acknowledgement to their answer.

    Args:
        store: whose database it is.
        channel: the channel's name.
        lanes: where events are worked on.
        seen: the keys of events that were taken.
    """

    def __init__(self, store: TalkStore, channel: str, lanes: Lanes, seen: Seen) -> None:
        self._store, self._channel, self._lanes, self._seen = store, channel, lanes, seen
        self._own: Set[str] = set()
        self._watching: Optional[asyncio.Task[None]] = None

    async def start(self, resume: Resume) -> None:
        """Resumes what a crash left, then, until :meth:`stop`, what other servers leave that die."""
        for key, data in await self.left():
            resume(key, data)
        self._watching = asyncio.get_running_loop().create_task(self._watch(resume))

    async def stop(self) -> None:
        """Looks for no more events; those in lanes stay there."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self, resume: Resume) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                for key, data in await self._store.aside(self._abandoned, time.time() - ABANDONED_S):
                    if key not in self._own:
                        log.warning("The event %s of %s was left by another server; it is taken over", key, self._channel)
                        resume(key, json.loads(data))
            except Exception:  # one bad row or a database that is away must not end the watch; it is looked for again
                log.exception("Could not look for events of %s that were left", self._channel)

    async def take(self, lane: str, order: float, key: str, data: Mapping[str, Any], work: Work) -> None:
        """Has the work for an event done in its lane, if the event is new; returns when it may be acknowledged.

        Args:
            data: what :meth:`left` gives back after a crash.
        """
        self._own.add(key)
        keeping = asyncio.ensure_future(self._keep(key, data))
        self._lanes.put(lane, order, lambda: self._work(key, keeping, work))  # before anything is awaited, so that the order stays
        await asyncio.wait({keeping})

    async def left(self) -> List[Tuple[str, Mapping[str, Any]]]:
        """Returns key and data of the events that a crash left, oldest first. Those that were tried too often are dropped."""
        rows = await self._store.aside(self._left)
        given_up = [key for key, tries, _ in rows if tries > MOST_TRIES]
        for key in given_up:
            log.error("The event %s of %s was tried %d times and never answered; it is dropped", key, self._channel, MOST_TRIES)
            await self._done(key)
        return [(key, json.loads(data)) for key, tries, data in rows if tries <= MOST_TRIES]

    def resume(self, lane: str, order: float, key: str, work: Work) -> None:
        """Has the work for an event done that a crash left."""
        self._own.add(key)
        self._lanes.put(lane, order, lambda: self._work_again(key, work))

    async def _keep(self, key: str, data: Mapping[str, Any]) -> bool:
        """Tells whether an event is new."""
        if not await self._store.aside(self._insert, key, json.dumps(data)):
            return False
        if await self._seen.first(key):
            return True
        await self._done(key)
        return False

    async def _work(self, key: str, keeping: asyncio.Future[bool], work: Work) -> None:
        try:
            try:
                wanted = await keeping and await self._store.aside(self._holds, key)
            except (sa.exc.SQLAlchemyError, RedisError):  # the work tells the person, where it fails for the same reason
                log.exception("The event %s of %s would be lost by a crash", key, self._channel)
                wanted = True
            if wanted:
                with answering(key, again=False):
                    await work()
                await self._done(key)
        finally:
            self._own.discard(key)

    async def _work_again(self, key: str, work: Work) -> None:
        try:
            if await self._store.aside(self._holds, key):  # else another server answered it
                with answering(key, again=True):
                    await work()
                await self._done(key)
        finally:
            self._own.discard(key)

    async def _done(self, key: str) -> None:
        await self._store.aside(self._delete, key)

    def _insert(self, key: str, data: str) -> bool:
        row = {"channel": self._channel, "key": key, "at": time.time(), "tries": 1, "data": data}
        try:
            with self._store.engine.begin() as database:
                database.execute(_inbox.insert(), row)
        except sa.exc.IntegrityError:
            return False
        return True

    def _holds(self, key: str) -> bool:
        with self._store.engine.connect() as database:
            return database.execute(sa.select(_inbox.c.key).where(self._is(key))).first() is not None

    def _delete(self, key: str) -> None:
        with self._store.engine.begin() as database:
            database.execute(_inbox.delete().where(self._is(key)))

    def _left(self) -> List[Tuple[str, int, str]]:
        mine = _inbox.c.channel == self._channel
        with self._store.engine.begin() as database:
            database.execute(_inbox.update().where(mine).values(tries=_inbox.c.tries + 1))
            query = sa.select(_inbox.c.key, _inbox.c.tries, _inbox.c.data).where(mine).order_by(_inbox.c.at)
            return [tuple(row) for row in database.execute(query)]

    def _abandoned(self, before: float) -> List[Tuple[str, str]]:
        query = sa.select(_inbox.c.key, _inbox.c.data).where(_inbox.c.channel == self._channel, _inbox.c.at < before).order_by(_inbox.c.at)
        with self._store.engine.connect() as database:
            return [tuple(row) for row in database.execute(query)]

    def _is(self, key: str) -> Any:
        return sa.and_(_inbox.c.channel == self._channel, _inbox.c.key == key)

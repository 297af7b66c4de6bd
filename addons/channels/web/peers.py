"""The other servers that may be asked about the same conversation: one answers at a time, and the tabs of all are told."""
from __future__ import annotations

import asyncio
import json
import logging
import secrets
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, List, Mapping, Optional, Tuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from addons.channels.web.talks import Talk, Talks
from addons.stores.shared import PREFIX, shared_redis
from addons.stores.turns import Turns, shared_turns

log = logging.getLogger(__name__)

CHANNEL = PREFIX + "shown"
KNOWN_S = 3600
"""How long it is remembered what was answered; after that it is read from the tracker again."""
QUIET_S = 15.0
AGAIN_S = 1.0
MOST_AT_ONCE = 16
"""Conversations that this server answers at once; the others wait. Working on all of a crowd makes everybody wait for the slowest."""

Happening = Tuple[str, Mapping[str, Any]]
"""Name and data of an event for the tabs of a conversation."""
DELETED = "deleted"


class Peers:
    """Without Redis there are none, and everything stays in this process."""

    def __init__(self, talks: Talks) -> None:
        self._talks, self._me = talks, secrets.token_hex(8)
        self._redis: Optional[Redis] = shared_redis()
        self._turns: Optional[Turns] = shared_turns()
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    @asynccontextmanager
    async def turn(self, conversation: str) -> AsyncIterator[Talk]:
        """Holds the turn of a conversation; yields what is known of it, answers of other servers included. Raises LockError, RedisError."""
        talk = self._talks.of(conversation)
        async with talk.lock:
            if self._turns is None:
                async with self._room:
                    yield talk
                return
            async with self._turns.turn(conversation), self._room:  # who waits for a dead server's turn takes no room
                await self._recall(conversation, talk)
                yield talk
                await self._note(conversation, talk)

    async def tell(self, conversation: str, *happenings: Happening) -> None:
        """Tells all tabs of a conversation, wherever they are connected."""
        self._show(conversation, happenings)
        if self._redis is not None:
            try:
                await self._redis.publish(CHANNEL, json.dumps({"by": self._me, "talk": conversation, "events": happenings}))
            except RedisError as error:  # a tab elsewhere reads the conversation again when it reconnects
                log.warning("Other servers were not told of a message: %s", type(error).__name__)

    async def listen(self) -> None:
        """Shows what other servers tell, until it is cancelled."""
        while self._redis is not None:
            try:
                await self._hear(self._redis)
            except RedisError as error:
                log.warning("Other servers are not heard (%s); next try in %.0f s", type(error).__name__, AGAIN_S)
                self._talks.close()  # the tabs connect again and read what they missed
            await asyncio.sleep(AGAIN_S)

    async def _hear(self, redis: Redis) -> None:
        async with redis.pubsub(ignore_subscribe_messages=True) as heard:
            await heard.subscribe(CHANNEL)
            while True:
                message = await heard.get_message(timeout=QUIET_S)
                told = json.loads(message["data"]) if message else None
                if told and told["by"] != self._me:
                    self._show(told["talk"], told["events"])

    def _show(self, conversation: str, happenings: Any) -> None:
        for name, data in happenings:
            if name == DELETED:
                self._talks.forget(conversation)
            else:
                self._talks.publish(conversation, name, data)

    async def _recall(self, conversation: str, talk: Talk) -> None:
        """Takes what is known of a talk away from Redis: if this turn fails, the next one reads the tracker."""
        assert self._redis is not None
        known = await self._redis.getdel(_key(conversation))
        talk.answered = None
        if known:
            answered: List[str]
            talk.replies, answered = json.loads(known)
            talk.answered = set(answered)

    async def _note(self, conversation: str, talk: Talk) -> None:
        assert self._redis is not None
        if talk.answered is None:
            return
        try:
            await self._redis.set(_key(conversation), json.dumps([talk.replies, list(talk.answered)]), ex=KNOWN_S)
        except RedisError as error:
            log.warning("What is known of a conversation was not kept (%s); it will be read again", type(error).__name__)

    async def replies(self, conversation: str) -> int:
        """Returns how many replies a conversation has had, as far as it is known without reading it."""
        try:
            known = await self._redis.get(_key(conversation)) if self._redis is not None else None
        except RedisError as error:
            log.warning("It is not known how many replies a conversation has (%s)", type(error).__name__)
            known = None
        return int(json.loads(known)[0]) if known else self._talks.of(conversation).replies


def _key(conversation: str) -> str:
    return f"{PREFIX}known:{conversation}"

"""One turn at a time in a conversation, among all servers, in the order of arrival.

Built on redis-py's lock: its token, its release and its renewal. Added is the queue: whoever waits stands in line, and only the first may
take the lock. Rasa's own Redis lock store reads, changes and writes its tickets in three steps, and loses some (evaluation/tickets.py).
"""
from __future__ import annotations

import asyncio
import functools
import logging
import threading
import time
import uuid
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Callable, Dict, List, Optional

from rasa.core.constants import DEFAULT_LOCK_LIFETIME
from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import EndpointConfig
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockNotOwnedError, RedisError

from addons.stores.shared import PREFIX, REDIS_VARIABLE, shared_redis

log = logging.getLogger(__name__)

HOLD_S = 10.0
"""After this long a turn of a server that died is over. A living one renews it."""
RENEW_S = 3.0
WAIT_S = 40.0
"""How long a message waits for its turn: longer than a dead server's turn lasts."""
POLL_S = 0.03
STAND_S = 5.0
"""Who has not asked for this long stands in line no more."""
HUNG_S = 60.0


class FairLock(Lock):
    """A lock that is given to those who wait in their order: of ``order``, or of arrival at Redis where it is None."""

    # KEYS: the lock, the line by order, the line by when they are gone. ARGV: token, lifetime and patience in ms, order or "".
    LUA_TAKE = """
        local clock = redis.call('TIME')
        local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
        if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
        for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now)) do
            redis.call('ZREM', KEYS[2], gone)
            redis.call('ZREM', KEYS[3], gone)
        end
        local first = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
        if first == ARGV[1] or not first then
            if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
                redis.call('ZREM', KEYS[2], ARGV[1])
                redis.call('ZREM', KEYS[3], ARGV[1])
                return 1
            end
        end
        local order = ARGV[4]
        if order == '' then order = clock[1] * 1000000 + clock[2] end
        redis.call('ZADD', KEYS[2], 'NX', order, ARGV[1])
        redis.call('ZADD', KEYS[3], now + ARGV[3], ARGV[1])
        redis.call('PEXPIRE', KEYS[2], 60000)
        redis.call('PEXPIRE', KEYS[3], 60000)
        return 0
    """
    lua_take: Any = None

    def __init__(self, redis: Redis, key: str, order: Optional[float] = None) -> None:
        super().__init__(redis, f"{PREFIX}turn:{{{key}}}", timeout=HOLD_S, sleep=POLL_S, thread_local=False)
        self._line, self._stays = self.name + ":line", self.name + ":stays"
        self._order = "" if order is None else repr(order)

    def register_scripts(self) -> None:
        super().register_scripts()
        if type(self).lua_take is None:
            type(self).lua_take = self.redis.register_script(self.LUA_TAKE)

    async def do_acquire(self, token: Any) -> bool:
        return bool(await self.lua_take(keys=[self.name, self._line, self._stays], client=self.redis,
                                        args=[token, int(HOLD_S * 1000), int(STAND_S * 1000), self._order]))

    async def give_up(self, token: str) -> None:
        """Leaves the line, and gives the lock back if it was given in the same moment."""
        await self.redis.zrem(self._line, token)
        try:
            await self.do_release(token.encode())
        except LockNotOwnedError:
            return


class _Turn:
    """A turn that is held by a task, ``renewed`` last at a time of the monotonic clock; ``lost`` when it ended without our doing."""

    def __init__(self, lock: FairLock, key: str, token: str, holder: Optional[asyncio.Task[Any]]) -> None:
        self.lock, self.key, self.token, self.holder = lock, key, token, holder
        self.lost, self.renewed = False, time.monotonic()


class _Keeper(threading.Thread):
    """Renews turns from a thread of its own, so that an event loop that is busy for seconds costs nobody their turn.

    A loop that stands still for HUNG_S is as good as dead: its turns are no longer renewed.

    Args:
        held: the turns by their keys; the loop adds and removes them.
        lose: called on the loop for a turn that is another's by now, or could not be renewed for too long.
    """

    def __init__(self, redis: Redis, held: Dict[str, _Turn], lose: Callable[[_Turn], None]) -> None:
        super().__init__(name="turns", daemon=True)
        self._pool, self._held, self._lose = redis.connection_pool, held, lose
        self._loop, self._seen = asyncio.get_running_loop(), time.monotonic()

    def run(self) -> None:
        asyncio.run(self._renew_all())

    async def _renew_all(self) -> None:
        redis = Redis(connection_pool=ConnectionPool(self._pool.connection_class, **self._pool.connection_kwargs))
        try:
            while True:
                await asyncio.sleep(RENEW_S)
                self._loop.call_soon_threadsafe(self._is_alive)
                turns = list(self._held.values())
                if turns and time.monotonic() - self._seen < HUNG_S:
                    await self._renew(redis, turns)
        except RuntimeError:
            if not self._loop.is_closed():
                raise
        finally:
            await redis.connection_pool.disconnect()

    async def _renew(self, redis: Redis, turns: List[_Turn]) -> None:
        now, pipeline = time.monotonic(), redis.pipeline(transaction=False)
        for turn in turns:
            pipeline.eval(Lock.LUA_REACQUIRE_SCRIPT, 1, turn.lock.name, turn.token, int(HOLD_S * 1000))
        try:
            renewed = await pipeline.execute()
        except RedisError as error:
            log.warning("%d turns could not be renewed (%s)", len(turns), type(error).__name__)
            gone = [turn for turn in turns if now - turn.renewed + RENEW_S > HOLD_S]
        else:
            gone = [turn for turn, kept in zip(turns, renewed, strict=True) if not kept]
            for turn in turns:
                turn.renewed = now
        for turn in gone:
            self._loop.call_soon_threadsafe(self._lose, turn)

    def _is_alive(self) -> None:
        self._seen = time.monotonic()


class Turns:
    """Hands out turns by key. The task that holds one may ask for it again, as Rasa does within a channel's turn."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._held: Dict[str, _Turn] = {}
        self._keeper: Optional[_Keeper] = None

    @asynccontextmanager
    async def turn(self, key: str, order: Optional[float] = None, wait_s: Optional[float] = WAIT_S) -> AsyncIterator[None]:
        """Waits for the turn and holds it.

        Args:
            key: whose turn, such as a conversation.
            order: who of those that wait goes first, the lowest; by arrival where it is None. The same for all of a key.
            wait_s: after how many seconds waiting fails, None for never.

        Raises:
            LockError: it did not come, or Redis can't be reached, or it was lost before its end.
        """
        held = self._held.get(key)
        if held is not None and held.holder is asyncio.current_task():
            yield
            return
        turn = await self._take(key, order, wait_s)
        self._held[key] = turn
        self._keep()
        try:
            yield
        except asyncio.CancelledError:
            if not turn.lost:
                raise
            log.error("The turn of %s was lost before its end; nothing more is stored of it", key)
            raise LockError(f"the turn of {key} was lost") from None
        finally:
            if self._held.get(key) is turn:  # else it was lost, and is another's by now
                del self._held[key]
            await self._give_back(turn)

    def _keep(self) -> None:
        if self._keeper is None or not self._keeper.is_alive():
            self._keeper = _Keeper(self._redis, self._held, self._lose)
            self._keeper.start()

    def _lose(self, turn: _Turn) -> None:
        """Stops whoever holds a lost turn; nobody, where it was given back in the meantime."""
        if self._held.get(turn.key) is turn and turn.holder is not None:
            turn.lost = True
            turn.holder.cancel()

    async def _take(self, key: str, order: Optional[float], wait_s: Optional[float]) -> _Turn:
        lock, token, taken = FairLock(self._redis, key, order), uuid.uuid4().hex, False
        try:
            taken = await lock.acquire(blocking_timeout=wait_s, token=token)
        except RedisError as error:  # if it stands in line, it does for STAND_S only, and if it was given the turn, for HOLD_S
            raise LockError(f"Redis can't be used for the turn of {key}: {type(error).__name__}") from error
        except asyncio.CancelledError:
            await self._quietly(lock.give_up(token), key)
            raise
        if not taken:
            await self._quietly(lock.give_up(token), key)
            raise LockError(f"the turn of {key} did not come within {wait_s} s")
        return _Turn(lock, key, token, asyncio.current_task())

    async def _give_back(self, turn: _Turn) -> None:
        if not turn.lost:
            await self._quietly(turn.lock.release(), turn.key)

    @staticmethod
    async def _quietly(action: Any, key: str) -> None:
        try:
            await action
        except LockNotOwnedError:
            log.error("The turn of %s was over before its end", key)
        except RedisError as error:
            log.error("The turn of %s was not given back (%s); it ends by itself in %.0f s", key, type(error).__name__, HOLD_S)


@functools.cache
def shared_turns() -> Optional[Turns]:
    """Returns the turns that all servers share, None for a server that stands alone."""
    redis = shared_redis()
    return Turns(redis) if redis is not None else None


class RedisTurns(LockStore):
    """The lock store for several servers, which share the Redis in REPWISE_REDIS."""

    def __init__(self, endpoint_config: Optional[EndpointConfig] = None) -> None:
        turns = shared_turns()
        if turns is None:
            raise ValueError(f"{REDIS_VARIABLE} is not set")
        super().__init__()
        self.turns = turns

    @asynccontextmanager
    async def lock(self, conversation_id: str, lock_lifetime: float = DEFAULT_LOCK_LIFETIME,
                   wait_time_in_seconds: float = 1) -> AsyncIterator[None]:
        """Holds the turn of a conversation; the other arguments are for Rasa's own stores. Raises LockError."""
        async with self.turns.turn(conversation_id):
            yield

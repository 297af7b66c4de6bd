"""The tracker store: every event stays in the database, and a turn reads only the last few.

Rasa's own SQL store reads and replays the whole session for every message, so that a long talk gets slower with every turn. Here a
conversation has, beside its events, one row with its state before some event: slots and the open form, as events. A tracker is that
state and what came after it. The row moves on as the talk goes on; the table of events is the one that Rasa's store writes, so a
database of an older version opens as it is, and history, export and deletion see everything.

Unlike in Rasa's store, a database that can't be reached is an error: the channel says so, and nothing is answered as if to a stranger.
"""
from __future__ import annotations

import asyncio
import contextlib
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple, TypeVar

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.pool import StaticPool

from addons.stores import tables
from addons.stores.tables import events as _events
from addons.stores.tables import states as _states

KEPT_TURNS = 3
"""Turns that a tracker holds at least: rules look back three steps, actions to the last message."""
MOST_TURNS = 6
"""Turns after which the state is written anew."""
FORGOTTEN = ("nearest",)
"""Parts of a parsed message that only its own turn needs, and that are not stored: hints for choosing the answer, about 3 kB."""
PARTS = "parts"
WAIT_S = 6
"""How long a writer waits for another process before the database counts as out of order."""
CONNECTIONS = 5
"""Of one server to the database; ten servers stay below PostgreSQL's usual hundred. SQLite gets one: it has one writer at a time anyway."""
CONNECT_S, STATEMENT_S, SILENCE_S = 3, 5, 10
"""How long connecting and a query may take, and how long a connection on which nothing comes back is kept."""
ANSWER_S = 2 * WAIT_S
SETTING_UP = 7_265_701
"""Any number; PostgreSQL's lock while tables are made, for servers that start in the same moment."""
IN_MEMORY = ":memory:"

Row = Tuple[int, str, str]
"""Of a stored event its number, its type and its JSON."""
T = TypeVar("T")


@dataclass
class _Held:
    """What of a tracker's events is stored: first ``state`` events that stand for earlier ones, then one for each of ``numbers``.

    ``stored`` counts all of them, and grows when the tracker is saved; ``last`` is the number of the last one in the table, 0 for none.
    """

    state: int
    numbers: List[int]
    stored: int
    last: int


class Overtaken(RuntimeError):
    """Somebody else wrote to a conversation between reading and writing it; nothing was stored."""


class TalkStore(TrackerStore):
    """Keeps conversations in an SQL database, SQLite if nothing else is said.

    Args:
        domain: the slots that conversations have.
        host, settings: where the database is, see :func:`address_of`.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: from the constructor and every method, where the database can't be used.
    """

    def __init__(self, domain: Optional[Domain] = None, host: Optional[str] = None, event_broker: Optional[EventBroker] = None,
                 **settings: Any) -> None:
        super().__init__(domain, event_broker)
        address = address_of(host, **settings)
        self.engine = engine_of(address)
        self._threads = ThreadPoolExecutor(1 if is_sqlite(address) else CONNECTIONS, "talks")
        self._coming_back = asyncio.Lock()
        with self.engine.begin() as database:
            alone(database, SETTING_UP)
            tables.metadata.create_all(database)
            tables.events_by_talk.create(database, checkfirst=True)  # an older version's table has none

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Returns the current session: its state before the last turns, and those."""
        state, rows = await self.aside(self._read, sender_id)
        return self._tracker(sender_id, state, rows)

    async def retrieve_full_tracker(self, conversation_id: str) -> Optional[DialogueStateTracker]:
        """Returns all that was ever said, of all sessions."""
        rows = await self.aside(self._read_all, conversation_id)
        return self._tracker(conversation_id, [], rows)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores what is new in a tracker, all or nothing. Raises Overtaken, which the turns of addons.stores.turns keep from happening."""
        held: _Held = getattr(tracker, "held", None) or await self.aside(self._held_of, tracker.sender_id)
        events = list(tracker.events)
        fresh = events[held.stored:]
        state = self._state(tracker, events, held)
        rows = [_row(tracker.sender_id, event) for event in fresh]
        held.last = await self.aside(self._write, tracker.sender_id, rows, state, held.last)
        held.stored = len(events)
        tracker.held = held
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, fresh, tracker.sender_id)

    async def keys(self) -> Iterable[str]:
        """Returns the ids of all conversations."""
        return await self.aside(self._keys)

    async def erase(self, conversation: str, silent_since: Optional[float] = None) -> bool:
        """Deletes all that is stored of a conversation, with ``silent_since`` only if its last event is older; tells whether it did."""
        return await self.aside(self._erase, conversation, silent_since)

    async def silent_since(self, before: float) -> List[str]:
        """Returns the ids of conversations whose last event is older than ``before``, in seconds since 1970."""
        return await self.aside(self._silent, before)

    async def forget_inbox(self, before: float) -> None:
        """Deletes messages that were taken before ``before``, in seconds since 1970, by a channel that was switched off since."""
        await self.aside(self._forget_inbox, before)

    async def aside(self, work: Callable[..., T], *args: Any) -> T:
        """Does work on the engine in a thread, so that other talks go on; who comes back goes on one in each round of the loop.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: also where the database hangs, after ANSWER_S.
        """
        waiting = asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        try:
            await asyncio.wait({waiting}, timeout=ANSWER_S)  # wait_for of Python 3.10 can swallow the cancelling of its caller
        finally:
            late = waiting.cancel()
        if late:
            raise sa.exc.TimeoutError(f"the database did not answer within {ANSWER_S} s")
        result = waiting.result()
        async with self._coming_back:
            await asyncio.sleep(0)
        return result

    def _read(self, talk: str) -> Tuple[List[Dict[str, Any]], List[Row]]:
        with self.engine.connect() as database:
            found = database.execute(sa.select(_states.c.first_event, _states.c.data).where(_states.c.sender_id == talk)).first()
            rows = _rows(database, talk, found.first_event if found else _session_start(database, talk))
        later = max((place for place, (_, kind, _) in enumerate(rows) if kind == SessionStarted.type_name), default=None)
        if found is None or later is not None:
            return [], rows[later or 0:]
        return json.loads(found.data), rows

    def _read_all(self, talk: str) -> List[Row]:
        with self.engine.connect() as database:
            return _rows(database, talk, 0)

    def _held_of(self, talk: str) -> _Held:
        """For a tracker that was not read here: it has the events of the whole session, as from Rasa's own store."""
        with self.engine.connect() as database:
            rows = _rows(database, talk, _session_start(database, talk))
        return _holding(0, rows)

    def _write(self, talk: str, rows: List[Dict[str, Any]], state: Optional[Dict[str, Any]], last: int) -> int:
        """Returns the number of the last event."""
        with self.engine.begin() as database:
            alone(database, zlib.crc32(talk.encode()))
            if _last(database, talk) != last:
                raise Overtaken(f"{talk} was written to by somebody else")
            if rows:
                database.execute(_events.insert(), rows)
            if state is not None:
                database.execute(_states.delete().where(_states.c.sender_id == talk))
                database.execute(_states.insert(), state)
            return _last(database, talk)

    def _keys(self) -> List[str]:
        with self.engine.connect() as database:
            return list(database.execute(sa.select(_events.c.sender_id).distinct()).scalars())

    def _erase(self, talk: str, silent_since: Optional[float]) -> bool:
        with self.engine.begin() as database:
            last = database.execute(sa.select(sa.func.max(_events.c.timestamp)).where(_events.c.sender_id == talk)).scalar()
            if silent_since is not None and last is not None and last >= silent_since:
                return False
            for table in tables.OF_A_TALK:
                database.execute(table.delete().where(table.c.sender_id == talk))
        if is_sqlite(self.engine.url):
            with self.engine.connect() as database:
                database.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))  # the log of writes still held what was deleted
        return True

    def _forget_inbox(self, before: float) -> None:
        with self.engine.begin() as database:
            database.execute(tables.inbox.delete().where(tables.inbox.c.at < before))

    def _silent(self, before: float) -> List[str]:
        with self.engine.connect() as database:
            query = sa.select(_events.c.sender_id).group_by(_events.c.sender_id).having(sa.func.max(_events.c.timestamp) < before)
            return list(database.execute(query).scalars())

    def _tracker(self, talk: str, state: Sequence[Dict[str, Any]], rows: Sequence[Row]) -> Optional[DialogueStateTracker]:
        if not rows:
            return None
        tracker = DialogueStateTracker.from_dict(talk, [*state, *(json.loads(data) for _, _, data in rows)], self.domain.slots)
        tracker.held = _holding(len(state), rows)
        return tracker

    def _state(self, tracker: DialogueStateTracker, events: List[Event], held: _Held) -> Optional[Dict[str, Any]]:
        """Returns the row that stands for all but the last turns, None where it is not time for a new one."""
        turns = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
        if len(turns) <= MOST_TURNS:
            return None
        cut = turns[-KEPT_TURNS]
        if not held.state <= cut < held.state + len(held.numbers):
            return None
        before = DialogueStateTracker.from_events(tracker.sender_id, events[:cut], self.domain.slots, domain=self.domain)
        if before.latest_action_name != ACTION_LISTEN_NAME or before.is_paused() or before.is_active_loop_rejected:
            return None  # in the middle of something; a later turn will do
        return {"sender_id": tracker.sender_id, "first_event": held.numbers[cut - held.state],
                "data": json.dumps([event.as_dict() for event in _standing_for(before)])}


def _standing_for(tracker: DialogueStateTracker) -> List[Event]:
    """Returns the fewest events that bring a fresh tracker to the state of this one, which waits for a message."""
    at = tracker.events[-1].timestamp
    events: List[Event] = [SessionStarted(at)]
    loop = tracker.active_loop
    if loop is not None and loop.name:
        events += [ActionExecuted(loop.name, timestamp=at), ActiveLoop(loop.name, at)]
    events += [SlotSet(name, slot.value, at) for name, slot in tracker.slots.items() if slot.value != slot.initial_value]
    return [*events, ActionExecuted(ACTION_LISTEN_NAME, timestamp=at)]


def _holding(state: int, rows: Sequence[Row]) -> _Held:
    return _Held(state, [number for number, _, _ in rows], state + len(rows), rows[-1][0] if rows else 0)


def alone(database: sa.engine.Connection, lock: int) -> None:
    """Holds up whoever asks for the same lock until this transaction ends. In SQLite, writers wait for each other anyway."""
    if database.dialect.name == "postgresql":
        database.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
    else:
        database.exec_driver_sql("BEGIN IMMEDIATE")


def _last(database: sa.engine.Connection, talk: str) -> int:
    return database.execute(sa.select(sa.func.max(_events.c.id)).where(_events.c.sender_id == talk)).scalar() or 0


def is_sqlite(address: sa.engine.URL) -> bool:
    return address.get_backend_name() == "sqlite"


def address_of(host: Optional[str] = None, dialect: str = "sqlite", port: Optional[int] = None, db: str = "repwise.db",
               username: Optional[str] = None, password: Optional[str] = None, query: Optional[Dict[str, Any]] = None) -> sa.engine.URL:
    """Returns the address of a database, SQLite if nothing else is said.

    Args:
        host: of the database server, or the whole address of the database.
        db: the name of the database, for SQLite its file; ":memory:" for one that ends with the process.

    Raises:
        sqlalchemy.exc.ArgumentError, ValueError: it is none.
    """
    if host and "://" in host:
        return sa.engine.make_url(host)
    return sa.engine.URL.create(dialect, username, password, host, int(port) if port else None, db, query or {})


def engine_of(address: sa.engine.URL) -> sa.engine.Engine:
    if not is_sqlite(address):
        return sa.create_engine(address, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=WAIT_S, pool_pre_ping=True,
                                pool_recycle=3600, hide_parameters=True, connect_args=_patience(address))
    if address.database and address.database != IN_MEMORY:
        with contextlib.suppress(OSError):  # SQLite says what is wrong with the path
            Path(address.database).touch(mode=0o600)
    engine = sa.create_engine(address, poolclass=StaticPool, hide_parameters=True,
                              connect_args={"check_same_thread": False, "timeout": WAIT_S})

    @sa.event.listens_for(engine, "connect")
    def settings(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")  # whoever reads does not wait for whoever writes
        connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten
        connection.execute("PRAGMA synchronous=NORMAL")  # a crash of the process loses nothing; a power cut at most the last moments

    return engine


def _patience(address: sa.engine.URL) -> Dict[str, Any]:
    """Returns PostgreSQL's settings by which a database that is gone, or hangs, is an error within seconds."""
    if address.get_backend_name() != "postgresql":
        return {}
    return {"connect_timeout": CONNECT_S, "options": f"-c statement_timeout={STATEMENT_S}s -c lock_timeout={STATEMENT_S}s",
            "keepalives_idle": SILENCE_S, "keepalives_interval": 2, "keepalives_count": 2, "tcp_user_timeout": SILENCE_S * 1000}


def _session_start(database: sa.engine.Connection, talk: str) -> int:
    """Returns the number of the event that began the latest session, 0 where none did."""
    return database.execute(sa.select(sa.func.max(_events.c.id)).where(
        _events.c.sender_id == talk, _events.c.type_name == SessionStarted.type_name)).scalar() or 0


def _rows(database: sa.engine.Connection, talk: str, first: int) -> List[Row]:
    query = sa.select(_events.c.id, _events.c.type_name, _events.c.data).where(_events.c.sender_id == talk, _events.c.id >= first)
    return [tuple(row) for row in database.execute(query.order_by(_events.c.id))]


def _row(talk: str, event: Event) -> Dict[str, Any]:
    """Returns an event as Rasa's own store would write it, without what only its turn needed."""
    data = event.as_dict()
    if data.get("parse_data"):
        data["parse_data"] = _lasting(data["parse_data"])
    return {"sender_id": talk, "type_name": event.type_name, "timestamp": data.get("timestamp"), "action_name": data.get("name"),
            "intent_name": (data.get("parse_data") or {}).get("intent", {}).get("name"), "data": json.dumps(data)}


def _lasting(parsed: Dict[str, Any]) -> Dict[str, Any]:
    kept = {key: value for key, value in parsed.items() if key not in FORGOTTEN}
    if kept.get(PARTS):
        kept[PARTS] = [_lasting(part) for part in kept[PARTS]]
    return kept

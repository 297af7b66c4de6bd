"""A stream of events for analytics: what happened and when, never what was written, chosen or filled in.

Off by default; switched on by Rasa's own setting in the endpoints, ``event_broker``, with one of the two types here. A broken stream costs
no answer: it is an error in the log.
"""
from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from asyncio import AbstractEventLoop
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Dict, Mapping, Optional

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.brokers.pika import PikaEventBroker
from rasa.utils.endpoints import EndpointConfig

from addons.channels.signing import server_secret
from addons.stores import talks

log = logging.getLogger(__name__)

KEPT = ("event", "timestamp", "input_channel", "policy", "confidence")
NAMED = frozenset({"action", "active_loop", "action_execution_rejected"})
"""Events whose name says what the assistant did. The name of a slot that was filled could be about health."""

_tables = sa.MetaData()
_stream = sa.Table("stream", _tables, sa.Column("id", sa.Integer, primary_key=True), sa.Column("at", sa.Float),
                   sa.Column("sender_id", sa.String(32), index=True),
                   sa.Column("event", sa.String(64)), sa.Column("data", sa.Text))


def masked(event: Mapping[str, Any]) -> Dict[str, Any]:
    """Returns what is sent on of an event: its kind and time, the channel, the action or the intent with its confidence.

    The conversation is in it as a hash with the server's secret, so that its events can be counted together and nobody can look it up.
    """
    found = {key: event[key] for key in KEPT if event.get(key) is not None}
    if event.get("event") in NAMED:
        found["name"] = event.get("name")
    intent = (event.get("parse_data") or {}).get("intent") or {}
    if intent:
        found["intent"], found["confidence"] = intent.get("name"), intent.get("confidence")
    found["sender_id"] = _hashed(str(event.get("sender_id")))
    return found


def _hashed(talk: str) -> str:
    return hmac.new(server_secret().encode(), f"stream {talk}".encode(), hashlib.sha256).hexdigest()[:32]


class TableStream(EventBroker):
    """A table ``stream`` in an SQL database, that of the conversations or another (settings as of the tracker store)."""

    def __init__(self, address: sa.engine.URL) -> None:
        self._engine = talks.engine_of(address)
        self._thread = ThreadPoolExecutor(1, "stream")
        with self._engine.begin() as database:
            talks.alone(database, talks.SETTING_UP)
            _tables.create_all(database)

    @classmethod
    async def from_endpoint_config(cls, broker_config: EndpointConfig, event_loop: Optional[AbstractEventLoop] = None) -> TableStream:
        return cls(talks.address_of(broker_config.url, **broker_config.kwargs))

    def publish(self, event: Dict[str, Any]) -> None:
        """Writes an event, aside: a slow table holds up no answer."""
        self._thread.submit(self._write, masked(event)).add_done_callback(_told)

    async def forget(self, talk: str) -> None:
        """Deletes the events of a conversation, after what is still to be written. Raises sqlalchemy.exc.SQLAlchemyError."""
        await asyncio.wrap_future(self._thread.submit(self._delete, _hashed(talk)))

    async def close(self) -> None:
        """Writes what is left."""
        self._thread.shutdown()

    def _delete(self, sender_id: str) -> None:
        with self._engine.begin() as database:
            database.execute(_stream.delete().where(_stream.c.sender_id == sender_id))

    def _write(self, event: Dict[str, Any]) -> None:
        with self._engine.begin() as database:
            database.execute(_stream.insert(), {"at": event.get("timestamp"), "sender_id": event["sender_id"], "event": event.get("event"),
                                                "data": json.dumps(event)})


class RabbitStream(PikaEventBroker):
    """A queue of RabbitMQ (Rasa's settings: url, username, password, queues ...)."""

    def publish(self, event: Dict[str, Any], headers: Any = None) -> None:
        super().publish(masked(event), headers)


def _told(done: Future[None]) -> None:
    error = done.exception()
    if error is not None:
        log.error("An event was not written to the stream: %s", type(error).__name__)

"""The tables of the database. Rasa's own store writes ``events`` in the same form."""
from __future__ import annotations

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore

metadata = sa.MetaData()

events = SQLTrackerStore.SQLEvent.__table__.to_metadata(metadata)
events.indexes.clear()  # Rasa's is the beginning of ours
events_by_talk = sa.Index("ix_events_talk", events.c.sender_id, events.c.id)

states = sa.Table(
    "talk_states", metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("first_event", sa.Integer, nullable=False),
    sa.Column("data", sa.Text, nullable=False))

keyboards = sa.Table(
    "keyboards", metadata,
    sa.Column("reference", sa.String(32), primary_key=True),
    sa.Column("sender_id", sa.String(255), nullable=False, index=True),
    sa.Column("buttons", sa.Text, nullable=False),
    sa.Column("made", sa.Float, nullable=False),
    sa.Column("click", sa.String(64)))
"""Buttons that were shown in Telegram (addons.channels.telegram.state); ``made`` in seconds since 1970."""

ratings = sa.Table(
    "ratings", metadata,
    sa.Column("talk", sa.String(32), primary_key=True),
    sa.Column("message", sa.String(64), primary_key=True),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("helpful", sa.Integer, nullable=False),
    sa.Column("claims", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False))
"""Whether answers helped (addons.channels.web.ratings); ``talk`` is a keyed hash."""

inbox = sa.Table(
    "inbox", metadata,
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("data", sa.Text, nullable=False))
"""Messages that were acknowledged and are not answered yet (addons.channels.inbox); ``at`` in seconds since 1970."""

OF_A_TALK = (events, states, keyboards)
"""What is deleted with a conversation, by its ``sender_id``."""

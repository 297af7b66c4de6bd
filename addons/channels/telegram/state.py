"""What has to outlive a restart: which updates are done, and which buttons were shown to whom."""
from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Set

import sqlalchemy as sa

from addons.channels.content import Choice
from addons.channels.incoming import Refused
from addons.stores.tables import keyboards as _keyboards
from addons.stores.talks import TalkStore

log = logging.getLogger(__name__)

STALE_S = 2 * 24 * 3600.0
"""Telegram keeps updates for a day, and after a silent week its numbers start anywhere: an offset this old only does harm."""

KEPT_S = 90 * 24 * 3600.0
"""How long buttons work."""

TOKEN_BYTES = 16


class Progress:
    """Which updates of long polling are done.

    Telegram forgets what is below the offset it is asked with, so the offset never passes an update that is still in work: whatever a
    crash interrupts comes again. Updates above the offset that are done are remembered and dropped when they come again.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._open: Set[int] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        kept = _read(file)
        self._next: Optional[int] = kept.get("offset")
        self._done: Set[int] = set(kept.get("done", []))
        self._at = kept.get("at", time.time())

    @property
    def offset(self) -> Optional[int]:
        """The first update that is wanted, None for whatever Telegram has."""
        if self._open:
            return min(self._open)
        return self._next if time.time() - self._at < STALE_S else None

    def begin(self, update_id: int) -> bool:
        """Tells whether an update is new, and if so counts it as being in work."""
        known = update_id in self._open or update_id in self._done or (self.offset is not None and update_id < self.offset)
        if known:
            return False
        self._next = update_id + 1 if self.offset is None else max(self._next or 0, update_id + 1)
        self._open.add(update_id)
        self._idle.clear()
        return True

    def finish(self, update_id: int) -> None:
        """Counts an update as done, and writes that down."""
        self._open.discard(update_id)
        self._done.add(update_id)
        self._at = time.time()
        first = self.offset
        self._done = {item for item in self._done if first is not None and item >= first}
        if not self._open:
            self._idle.set()
        _write(self._file, {"offset": first, "done": sorted(self._done), "at": self._at})

    async def idle(self, timeout_s: float) -> bool:
        """Waits until nothing is in work, at most ``timeout_s`` seconds; tells whether that is so."""
        waiter = asyncio.ensure_future(self._idle.wait())
        try:
            await asyncio.wait({waiter}, timeout=timeout_s)  # wait_for of Python 3.10 can swallow the cancelling of its caller
        finally:
            waiter.cancel()
        return self._idle.is_set()


def _read(file: Path) -> Dict[str, Any]:
    if not file.exists():
        return {}
    try:
        kept = json.loads(file.read_text())
        return {"offset": int(kept["offset"]), "done": [int(item) for item in kept["done"]], "at": float(kept["at"])}
    except (ValueError, KeyError, TypeError):
        log.exception("%s is unreadable; the bot begins with what Telegram still has", file)
        return {}


def _write(file: Path, values: Dict[str, Any]) -> None:
    """Replaces the file in one step: a crash leaves the old one or the new one, never half of it."""
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(values))
    os.replace(fresh, file)


class Keyboards:
    """The buttons that were shown, in the database of the conversations, with which they are deleted.

    A button carries 64 bytes at most, too few for a payload with its signature, so it carries a random reference to a row here. The row
    names the conversation: a reference from another chat, or from another person of the same group, finds nothing. It works after a
    restart, and at whatever server.
    """

    def __init__(self, store: TalkStore) -> None:
        self._store = store

    async def drop_old(self) -> None:
        """Deletes buttons that are too old to work."""
        await self._store.aside(self._drop_before, time.time() - KEPT_S)

    async def keep(self, conversation: str, buttons: Sequence[Choice]) -> List[str]:
        """Keeps the buttons of one message and returns the callback data of each, 25 bytes at most."""
        reference = secrets.token_urlsafe(TOKEN_BYTES)
        await self._store.aside(self._insert, {
            "reference": reference, "sender_id": conversation, "made": time.time(),
            "buttons": json.dumps([[button.title, button.payload] for button in buttons])})
        return [f"{reference}:{place}" for place in range(len(buttons))]

    async def press(self, data: str, conversation: str, click: str) -> Optional[Choice]:
        """Returns the button behind callback data, None if one of the same message was clicked before.

        Args:
            data: the callback data.
            conversation: of the person who clicks.
            click: Telegram's id of the click; one that is delivered again finds its button again.

        Raises:
            Refused: this conversation was shown no such button.
        """
        reference, _, place = data.partition(":")
        row = await self._store.aside(self._find, reference, conversation)
        buttons = json.loads(row.buttons) if row else []
        if not place.isdecimal() or int(place) >= len(buttons):
            raise Refused("expired")
        if row.click not in (None, click):
            return None
        await self._store.aside(self._clicked, reference, click)
        return Choice(*buttons[int(place)])

    def _insert(self, row: Dict[str, Any]) -> None:
        with self._store.engine.begin() as database:
            database.execute(_keyboards.insert(), row)

    def _find(self, reference: str, conversation: str) -> Any:
        with self._store.engine.connect() as database:
            return database.execute(sa.select(_keyboards.c.buttons, _keyboards.c.click).where(
                _keyboards.c.reference == reference, _keyboards.c.sender_id == conversation)).first()

    def _clicked(self, reference: str, click: str) -> None:
        with self._store.engine.begin() as database:
            database.execute(_keyboards.update().where(_keyboards.c.reference == reference).values(click=click))

    def _drop_before(self, made: float) -> None:
        with self._store.engine.begin() as database:
            database.execute(_keyboards.delete().where(_keyboards.c.made < made))

"""Deletes conversations that have been silent for REPWISE_KEEP_DAYS days, and all that hangs on them, from a running server."""
from __future__ import annotations

import asyncio
import logging
import os
import time
from typing import Any, Awaitable, Callable, List, Optional

from rasa.shared.exceptions import RasaException

from actions import misses
from addons.channels.erasing import erase, innermost
from addons.stores.talks import TalkStore

log = logging.getLogger(__name__)
DAYS_VARIABLE = "REPWISE_KEEP_DAYS"
DAYS = 180
"""As long as the token of a conversation holds (addons.channels.signing): later nobody can come back to it."""

DAY_S = 24 * 3600.0
EVERY_S = 3600.0
JUMP_S = 3600.0

Forget = Callable[[Any, str], Awaitable[None]]
_beside: List[Forget] = []


def also(forget: Forget) -> None:
    """Has what a channel keeps beside a conversation deleted with it."""
    _beside.append(forget)


def days() -> float:
    """Returns the setting. Raises RasaException where it is no number of days above 0."""
    value = os.environ.get(DAYS_VARIABLE) or DAYS
    try:
        found = float(value)
    except ValueError:
        found = 0.0
    if not found > 0:
        raise RasaException(f"{DAYS_VARIABLE} is {value!r}; it must be a number of days above 0")
    return found


async def delete_old(agent: Any, keep_days: float, now: Optional[float] = None) -> int:
    """Deletes conversations whose last event is older than ``keep_days`` days, and files of misses by their own setting.

    Returns:
        How many conversations it deleted.
    """
    misses.forget_old()
    store = innermost(agent.tracker_store)
    if not isinstance(store, TalkStore):
        log.error("%s needs the tracker store addons.stores.talks.TalkStore; old conversations are not deleted", DAYS_VARIABLE)
        return 0
    before = (time.time() if now is None else now) - keep_days * DAY_S
    await store.forget_inbox(before)
    deleted = [talk for talk in await store.silent_since(before) if await erase(agent, talk, before)]
    for talk in deleted:
        for forget in _beside:
            await forget(agent, talk)
    return len(deleted)


def _clock_ahead() -> float:
    """Returns how far the clock is ahead of one that never jumps, in seconds; only differences mean anything."""
    return time.time() - time.monotonic()


async def run(agent: Any) -> None:
    """Deletes at once and every hour, until it is cancelled; nothing while the clock is ahead of where it was at the start by more than an hour."""
    keep_days, ahead = days(), _clock_ahead()
    while True:
        try:
            if _clock_ahead() - ahead > JUMP_S:
                log.error("The clock has jumped ahead. Old conversations are not deleted until it is set back, or the server starts anew")
            elif count := await delete_old(agent, keep_days):
                log.warning("%d conversations were older than %g days and have been deleted", count, keep_days)
        except Exception:  # the next hour may be better; the server goes on meanwhile
            log.exception("Old conversations could not be deleted")
        await asyncio.sleep(EVERY_S)

"""Deletes a conversation from the tracker store, for the person who asks for it."""
from __future__ import annotations

from typing import Any, Optional

from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore

from addons.stores.stream import TableStream
from addons.stores.talks import TalkStore


class CannotErase(RuntimeError):
    """The tracker store is of a kind that this module can't delete from."""


async def erase(agent: Any, conversation: str, silent_since: Optional[float] = None) -> bool:
    """Deletes every event of a conversation; tells whether it did. Rasa's tracker stores have no such method of their own.

    Args:
        agent: the loaded agent (``app.ctx.agent``).
        conversation: the conversation's id, with its channel before it.
        silent_since: only if nothing was said since then, in seconds since 1970; for our own store.

    Raises:
        CannotErase: the tracker store is neither SQL nor in memory.
    """
    async with agent.lock_store.lock(conversation):
        store = innermost(agent.tracker_store)
        if isinstance(store, TalkStore):
            erased = await store.erase(conversation, silent_since)
            if erased and isinstance(store.event_broker, TableStream):
                await store.event_broker.forget(conversation)
            return erased
        if isinstance(store, SQLTrackerStore):
            with store.session_scope() as session:
                session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == conversation).delete(synchronize_session=False)
                session.commit()
        elif isinstance(store, InMemoryTrackerStore):
            store.store.pop(conversation, None)
        else:
            raise CannotErase(f"conversations can't be deleted from a {type(store).__name__}")
    return True


def store_of(agent: Any) -> TalkStore:
    """Returns the agent's tracker store, without which a server does not start (addons.settings). Raises TypeError where it is another."""
    store = innermost(agent.tracker_store)
    if not isinstance(store, TalkStore):
        raise TypeError(f"the tracker store is a {type(store).__name__}; it must be {TalkStore.__module__}.{TalkStore.__name__}")
    return store


def innermost(store: Any) -> Any:
    """Returns the store itself: Rasa wraps it for failures and for awaiting."""
    while hasattr(store, "_tracker_store"):
        store = store._tracker_store
    return store

"""Deletes a conversation from the tracker store, for the person who asks for it."""
from __future__ import annotations

from typing import Any

from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore

from addons.stores.talks import TalkStore


class CannotErase(RuntimeError):
    """The tracker store is of a kind that this module can't delete from."""


async def erase(agent: Any, conversation: str) -> None:
    """Deletes every event of a conversation. Rasa's tracker stores have no such method of their own.

    Args:
        agent: the loaded agent (``app.ctx.agent``).
        conversation: the conversation's id, with its channel before it.

    Raises:
        CannotErase: the tracker store is neither SQL nor in memory.
    """
    async with agent.lock_store.lock(conversation):
        store = _innermost(agent.tracker_store)
        if isinstance(store, TalkStore):
            await store.erase(conversation)
        elif isinstance(store, SQLTrackerStore):
            with store.session_scope() as session:
                session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == conversation).delete(synchronize_session=False)
                session.commit()
        elif isinstance(store, InMemoryTrackerStore):
            store.store.pop(conversation, None)
        else:
            raise CannotErase(f"conversations can't be deleted from a {type(store).__name__}")


def _innermost(store: Any) -> Any:
    """Returns the store itself: Rasa wraps it for failures and for awaiting."""
    while hasattr(store, "_tracker_store"):
        store = store._tracker_store
    return store

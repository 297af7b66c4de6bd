"""What can be done in a conversation of the web chat, apart from HTTP."""
from __future__ import annotations

import asyncio
import datetime
import time
from typing import Any, Awaitable, Callable, Dict, List, Optional, Set, Tuple

from rasa.core.channels.channel import UserMessage

import knowledge
from actions.misses import masked
from actions.question import from_message
from addons.channels.erasing import erase, store_of
from addons.channels.history import Said, history_of, question_before, replies_to, reply_key
from addons.channels.own_data import exported
from addons.channels.signing import Signer
from addons.channels.web.access import Denied, mark_of
from addons.channels.web.exports import calendar_of, csv_of
from addons.channels.web.output import WebOutput
from addons.channels.web.peers import DELETED, Peers
from addons.channels.web.ratings import Ratings
from addons.channels.web.talks import Talk, Talks
from addons.channels.web.view import View

Shown = List[Dict[str, Any]]
OnMessage = Callable[[UserMessage], Awaitable[Any]]


class NoReply(RuntimeError):
    """The assistant said nothing to a message."""


class Service:
    """Opens conversations, answers, rates, exports and deletes, with the loaded agent of the running server."""

    def __init__(self, on_new_message: OnMessage, signer: Signer, ratings: Ratings) -> None:
        self.talks = Talks()
        self.peers = Peers(self.talks)
        self._on_new_message, self._signer, self._ratings = on_new_message, signer, ratings
        self._turns: Set[asyncio.Task[Shown]] = set()

    async def open(self, agent: Any, conversation: str) -> Dict[str, Any]:
        """Starts the session of a conversation if need be; returns its mark and its messages."""
        async with self.peers.turn(conversation) as talk:
            async with agent.lock_store.lock(conversation):
                tracker = await agent.processor.fetch_tracker_with_initial_session(conversation, WebOutput())
                await agent.processor.save_tracker(tracker)
            history = await _history(agent, conversation)
            talk.remember(history)
        ratings = await self._ratings.of(store_of(agent), conversation)
        return {"talk": mark_of(conversation), "messages": self._view(conversation).history(history, ratings)}

    async def say(self, agent: Any, conversation: str, key: str, text: str, parsed: Optional[Dict[str, Any]]) -> Shown:
        """Hands a message to the assistant once, and returns it with its replies, also when it was answered before.

        The turn goes on when the browser leaves in the middle: the answer is there when it comes back.
        """
        turn = asyncio.create_task(self._turn(agent, conversation, key, text, parsed))
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)
        return await asyncio.shield(turn)

    async def _turn(self, agent: Any, conversation: str, key: str, text: str, parsed: Optional[Dict[str, Any]]) -> Shown:
        view = self._view(conversation)
        async with self.peers.turn(conversation) as talk:
            if talk.answered is None or key in talk.answered:
                history = await _history(agent, conversation)
                talk.remember(history)
                if key in (talk.answered or ()):
                    return [view.person(key, text, time.time()), *map(view.assistant, replies_to(history, key))]
            await self.peers.tell(conversation, ("typing", {"on": True}))
            try:
                replies = await self._replies(talk, conversation, key, text, parsed)
            except Exception:
                talk.answered = None  # whether the message was kept is in the tracker
                await self.peers.tell(conversation, ("typing", {"on": False}))
                raise
            shown = [view.person(key, text, time.time()), *map(view.assistant, replies)]
            await self.peers.tell(conversation, *(("message", message) for message in shown))
            return shown

    async def _replies(self, talk: Talk, conversation: str, key: str, text: str, parsed: Optional[Dict[str, Any]]) -> List[Said]:
        output = WebOutput()
        await self._on_new_message(UserMessage(text, output, conversation, input_channel=output.name(), parse_data=parsed, message_id=key))
        messages = [message for message in output.messages if message.get("text")]
        if not messages:
            raise NoReply(f"no reply in conversation {conversation}")
        replies = [Said(reply_key(talk.replies + n), time.time(), message["text"], message=message) for n, message in enumerate(messages)]
        talk.replies += len(replies)
        if talk.answered is not None:
            talk.answered.add(key)
        return replies

    async def rate(self, agent: Any, conversation: str, key: str, helpful: Optional[bool]) -> None:
        """Keeps whether an answer helped, or takes the rating back with None. Raises Denied where there is no such answer."""
        if helpful is None:
            await self._ratings.take_back(store_of(agent), conversation, key)
            return
        history = await _settled(agent, conversation)
        said = _reply(history, key)
        if not said.content.rate:
            raise Denied(404, "bad_request")
        know = knowledge.shared()
        asked = question_before(history, key)
        question = masked(from_message(asked.parsed or {}, know), know) if asked else ""
        await self._ratings.keep(store_of(agent), conversation, key, helpful, said.extras.get("claims") or [], question)

    async def export(self, agent: Any, conversation: str, key: str, kind: str, today: datetime.date) -> Tuple[str, str]:
        """Returns a rep scheme as a file: its text and its media type. Raises Denied where there is no such table.

        Args:
            kind: "csv" or "ics".
            today: the person's date.
        """
        said = _reply(await _settled(agent, conversation), key)
        table, plan = said.content.table, said.extras.get("calendar")
        if table is None or kind not in ("csv", "ics") or (kind == "ics" and plan is None):
            raise Denied(404, "bad_request")
        if kind == "csv":
            return csv_of(table), "text/csv; charset=utf-8"
        words = knowledge.shared().wording["channel"]["web"]["calendar"]
        return calendar_of(table, plan["title"], plan["sessions"], today, words, plan.get("weeks")), "text/calendar; charset=utf-8"

    async def delete(self, agent: Any, conversation: str) -> None:
        """Deletes a conversation and its ratings."""
        async with self.peers.turn(conversation) as talk:
            await erase(agent, conversation)
            await self._ratings.forget(store_of(agent), conversation)
            talk.answered = None
        await self.peers.tell(conversation, (DELETED, {}))

    async def forget(self, agent: Any, conversation: str) -> None:
        """Drops what is kept beside a conversation that was deleted."""
        await self._ratings.forget(store_of(agent), conversation)
        self.talks.forget(conversation)

    async def own_data(self, agent: Any, conversation: str) -> str:
        """Returns all that is kept of a conversation, as JSON."""
        return await exported(agent, [conversation], await self._ratings.of(store_of(agent), conversation))

    def _view(self, conversation: str) -> View:
        return View(conversation, self._signer)


async def _settled(agent: Any, conversation: str) -> List[Said]:
    """Returns the history once no turn is under way: an answer can be seen, and clicked on, before its turn is stored."""
    async with agent.lock_store.lock(conversation):
        return await _history(agent, conversation)


async def _history(agent: Any, conversation: str) -> List[Said]:
    # the whole tracker: the welcome stands before the event that starts a session, and older sessions are part of the talk
    return history_of(await agent.tracker_store.retrieve_full_tracker(conversation))


def _reply(history: List[Said], key: str) -> Said:
    found = next((said for said in history if said.key == key and not said.by_person), None)
    if found is None:
        raise Denied(404, "bad_request")
    return found

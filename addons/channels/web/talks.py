"""The conversations that are open in browsers: one turn at a time in each, each message answered once, all tabs told."""
from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from contextlib import contextmanager
from typing import Any, Iterator, List, Mapping, Optional, Set

from addons.channels.history import Said

MOST_TALKS = 2_000
MOST_WAITING = 100
"""Events that wait for a slow browser before its stream is closed; it then reads the whole conversation again."""
END = None
"""Put into a stream's queue to close it."""

Event = Optional[str]


def sse(name: str, data: Mapping[str, Any]) -> str:
    """Returns one server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


class Talk:
    """What this process knows of one conversation.

    ``answered`` tells which messages of the person were answered, by the browser's id, so that one that is sent again is not answered
    again. It is read from the tracker at first, so that this holds after a restart too.
    """

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.answered: Optional[Set[str]] = None
        self.replies = 0
        self._streams: Set[asyncio.Queue[Event]] = set()

    def remember(self, history: List[Said]) -> None:
        """Takes over what the tracker holds."""
        self.answered = {said.key for said in history if said.by_person}
        self.replies = sum(not said.by_person for said in history)

    @property
    def streams(self) -> int:
        return len(self._streams)

    @property
    def idle(self) -> bool:
        return not self._streams and not self.lock.locked()

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[Event]]:
        """Yields a queue of the events from now on."""
        queue: asyncio.Queue[Event] = asyncio.Queue(MOST_WAITING)
        self._streams.add(queue)
        try:
            yield queue
        finally:
            self._streams.discard(queue)

    def publish(self, name: str, data: Mapping[str, Any]) -> None:
        """Sends an event to every open tab; a tab that does not keep up is cut off."""
        for queue in list(self._streams):
            try:
                queue.put_nowait(sse(name, data))
            except asyncio.QueueFull:
                _close(queue)

    def close(self) -> None:
        """Ends all streams."""
        for queue in self._streams:
            _close(queue)


def _close(queue: asyncio.Queue[Event]) -> None:
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(END)


class Talks:
    """The latest conversations by id; idle ones that were not used for long are forgotten, and read again when needed."""

    def __init__(self) -> None:
        self._talks: OrderedDict[str, Talk] = OrderedDict()

    def of(self, conversation: str) -> Talk:
        talk = self._talks.setdefault(conversation, Talk())
        self._talks.move_to_end(conversation)
        while len(self._talks) > MOST_TALKS and (oldest := self._oldest_idle(talk)) is not None:
            del self._talks[oldest]
        return talk

    def publish(self, conversation: str, name: str, data: Mapping[str, Any]) -> None:
        """Sends an event to the tabs of a conversation, if this process knows any."""
        talk = self._talks.get(conversation)
        if talk is not None:
            talk.publish(name, data)

    def forget(self, conversation: str) -> None:
        """Drops a conversation that was deleted, and ends its streams."""
        talk = self._talks.pop(conversation, None)
        if talk is not None:
            talk.close()

    @property
    def streams(self) -> int:
        return sum(talk.streams for talk in self._talks.values())

    def close(self) -> None:
        """Ends all streams, so that the server can stop."""
        for talk in self._talks.values():
            talk.close()

    def _oldest_idle(self, wanted: Talk) -> Optional[str]:
        return next((name for name, talk in self._talks.items() if talk is not wanted and talk.idle), None)




"""What was said in a conversation so far, read from Rasa's tracker."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Mapping, Optional

from addons.channels.content import Content, content_of


@dataclass(frozen=True)
class Said:
    """One message.

    ``key`` names it within its conversation: of the person, the id that the browser gave it; of the assistant, "r" and its number, from
    0. ``at`` is in seconds since 1970. ``parsed`` is Rasa's parse of the person's message, ``message`` what the assistant said, as Rasa
    hands it to channels; each is empty for the other.
    """

    key: str
    at: float
    text: str
    parsed: Optional[Mapping[str, Any]] = None
    message: Optional[Mapping[str, Any]] = None

    @property
    def by_person(self) -> bool:
        return self.message is None

    @property
    def content(self) -> Content:
        return content_of(self.message or {})

    @property
    def extras(self) -> Mapping[str, Any]:
        """The "custom" part of what the assistant said."""
        return (self.message or {}).get("custom") or {}


def reply_key(number: int) -> str:
    """Returns the key of the assistant's message with this number, from 0."""
    return f"r{number}"


def history_of(tracker: Any) -> List[Said]:
    """Returns all messages of a tracker that holds all sessions, or an empty list for None."""
    found: List[Said] = []
    replies = 0
    for event in tracker.events if tracker is not None else ():
        if event.type_name == "user" and event.text:
            found.append(Said(event.message_id or f"u{len(found)}", event.timestamp, event.text, parsed=event.parse_data or {}))
        elif event.type_name == "bot" and event.text:
            found.append(Said(reply_key(replies), event.timestamp, event.text, message={"text": event.text, **(event.data or {})}))
            replies += 1
    return found


def replies_to(history: List[Said], key: str) -> List[Said]:
    """Returns what the assistant said to the person's message with this key."""
    places = [place for place, said in enumerate(history) if said.by_person and said.key == key]
    if not places:
        return []
    after = history[places[0] + 1:]
    end = next((place for place, said in enumerate(after) if said.by_person), len(after))
    return after[:end]


def question_before(history: List[Said], key: str) -> Optional[Said]:
    """Returns the person's message that the assistant's message with this key answers."""
    place = next((place for place, said in enumerate(history) if said.key == key and not said.by_person), 0)
    return next((said for said in reversed(history[:place]) if said.by_person), None)

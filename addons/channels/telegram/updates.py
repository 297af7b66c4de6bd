"""From Telegram's updates to what a person did. Pure functions."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional, Union

KINDS = ("message", "callback_query")
"""The updates that are asked for; edits, channel posts and the rest are left alone."""

COMMANDS = ("start", "plan", "help", "stop", "data", "delete")

_COMMAND = re.compile(r"/(?P<name>\w+)(?:@(?P<bot>\w+))?(?:\s+(?P<words>.*))?", re.DOTALL)
_NOT_TEXT = ("voice", "photo", "sticker", "location", "audio", "video", "video_note", "document", "animation", "contact", "poll", "venue",
             "dice", "story")


@dataclass(frozen=True)
class Me:
    """The bot itself; ``name`` is its user name without the @."""

    id: int
    name: str


@dataclass(frozen=True)
class Place:
    """Where something was said and by whom. ``message`` is what an answer refers to, ``topic`` the thread of a forum group."""

    chat: int
    user: int
    group: bool = False
    message: Optional[int] = None
    topic: Optional[int] = None

    @property
    def conversation(self) -> str:
        """The id of the talk: in a group everybody has one of their own."""
        return f"telegram:{self.chat}:{self.user}" if self.group else f"telegram:{self.chat}"

    @property
    def private(self) -> Place:
        """The private chat with the same person; its number is the person's."""
        return Place(self.user, self.user)

    @property
    def address(self) -> Dict[str, Any]:
        """The parameters of a call that say where a message goes."""
        found: Dict[str, Any] = {"chat_id": self.chat, "message_thread_id": self.topic}
        if self.group and self.message is not None:
            found["reply_parameters"] = {"message_id": self.message, "allow_sending_without_reply": True}
        return found


@dataclass(frozen=True)
class Said:
    place: Place
    text: str


@dataclass(frozen=True)
class Command:
    """One of COMMANDS with nothing behind it."""

    place: Place
    name: str


@dataclass(frozen=True)
class NotText:
    """A picture, a voice message and the like; ``album`` is the same for all pictures of an album."""

    place: Place
    album: Optional[str]


@dataclass(frozen=True)
class Click:
    """``message`` is the one with the button, None if Telegram no longer shows it."""

    place: Place
    id: str
    data: str
    message: Optional[Mapping[str, Any]]


Event = Union[Said, Command, NotText, Click]


def chat_of(update: Mapping[str, Any]) -> int:
    """Returns the number of the chat an update belongs to, 0 if it belongs to none."""
    query = update.get("callback_query") or {}
    message = update.get("message") or query.get("message") or {}
    return int((message.get("chat") or {}).get("id", 0))


def read(update: Mapping[str, Any], me: Me) -> Optional[Event]:
    """Returns what a person did, None for what is none of the bot's business: in groups whatever is not addressed to it."""
    if "callback_query" in update:
        return _click(update["callback_query"])
    message = update.get("message")
    sender = (message or {}).get("from")
    if message is None or sender is None or sender.get("is_bot") or message["chat"]["type"] == "channel":
        return None
    group = message["chat"]["type"] != "private"
    place = Place(message["chat"]["id"], sender["id"], group, message["message_id"],
                  message.get("message_thread_id") if message.get("is_topic_message") else None)
    if any(kind in message for kind in _NOT_TEXT):
        addressed = not group or _answers(message, me) or _names(str(message.get("caption", "")), me)
        return NotText(place, message.get("media_group_id")) if addressed else None
    if not isinstance(message.get("text"), str):
        return None
    return _said(message, place, me)


def _said(message: Mapping[str, Any], place: Place, me: Me) -> Optional[Event]:
    text = message["text"].strip()
    command = _COMMAND.fullmatch(text)
    to_me = command is not None and (command["bot"] or "").lower() == me.name.lower()
    if command and command["bot"] and not to_me:
        return None
    if place.group and not (to_me or _answers(message, me) or _names(text, me)):
        return None
    if command and command["name"].lower() in COMMANDS and (not command["words"] or command["name"].lower() == "start"):
        return Command(place, command["name"].lower())  # behind /start there is what a link carries, and no words of the person
    if command and to_me:
        text = f"{command['name']} {command['words'] or ''}"
    return Said(place, _mention(me).sub(" ", text) if place.group else text)


def _click(query: Mapping[str, Any]) -> Optional[Event]:
    message = query.get("message")
    if message is None or "data" not in query:
        return None
    group = message["chat"]["type"] != "private"
    place = Place(message["chat"]["id"], query["from"]["id"], group, message["message_id"],
                  message.get("message_thread_id") if message.get("is_topic_message") else None)
    return Click(place, query["id"], query["data"], message if "text" in message else None)


def _answers(message: Mapping[str, Any], me: Me) -> bool:
    return ((message.get("reply_to_message") or {}).get("from") or {}).get("id") == me.id


def _names(text: str, me: Me) -> bool:
    return _mention(me).search(text) is not None


def _mention(me: Me) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@])@{re.escape(me.name)}(?!\w)", re.IGNORECASE)

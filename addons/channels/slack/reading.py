"""What Slack sends, as plain values. The kinds are those of Socket Mode: events_api, interactive, slash_commands."""
from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Union

SPOKEN = frozenset({None, "file_share", "thread_broadcast"})
"""The subtypes of what a person wrote; all others are edits, deletions, joins and other notices."""

_MENTION = re.compile(r"<@[^>]*>")
_LABELLED = re.compile(r"<[^>|]*\|([^>]*)>")
_SPECIAL = re.compile(r"<![^>]*>")
_BARE = re.compile(r"<([^>]*)>")


@dataclass(frozen=True)
class Spot:
    """Where something was written: a channel or direct message, and the thread in it, if any."""

    channel: str
    thread: Optional[str] = None


@dataclass(frozen=True)
class Incoming:
    """``key`` is the same whenever Slack repeats an event, ``order`` is its time in seconds since 1970."""

    key: str
    order: float
    team: str
    user: str
    spot: Spot

    @property
    def private(self) -> str:
        """The conversation id of the person's direct message; the lane of everything they do."""
        return f"slack:{self.team}:{self.user}"

    @property
    def shared(self) -> str:
        """The conversation id of the person in a thread of a channel."""
        return f"slack:{self.team}:{self.spot.channel}:{self.spot.thread}:{self.user}"


@dataclass(frozen=True)
class Said(Incoming):
    """A direct message, or (``before_others``) a mention in a channel."""

    text: str
    before_others: bool


@dataclass(frozen=True)
class Clicked(Incoming):
    """A click: the signed value of the button, and the message that it belongs to."""

    token: str
    message: str
    text: str
    blocks: List[Dict[str, Any]]


@dataclass(frozen=True)
class Commanded(Incoming):
    """The command /repwise; answers only its writer sees go to ``response_url``."""

    text: str
    response_url: str


def read(kind: str, payload: Mapping[str, Any]) -> Optional[Union[Said, Clicked, Commanded]]:
    """Returns what a payload says, None where it is nothing for the assistant.

    Raises:
        KeyError, TypeError, ValueError: it is not built as Slack documents it.
    """
    readers = {"events_api": _event, "interactive": _click, "slash_commands": _command}
    return readers[kind](payload) if kind in readers else None


def plain(text: str) -> str:
    """Returns Slack's markup as a person reads it, without the mentions of people and groups."""
    text = _SPECIAL.sub(" ", _MENTION.sub(" ", text))
    text = _BARE.sub(r"\1", _LABELLED.sub(r"\1", text))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _event(payload: Mapping[str, Any]) -> Optional[Said]:
    event = payload["event"]
    if event["type"] not in ("message", "app_mention"):
        return None
    direct = event.get("channel_type") == "im" or event["channel"].startswith("D")
    wanted = "message" if direct else "app_mention"  # a mention in a direct message comes as both
    by_person = event.get("user") and not event.get("bot_id") and not event.get("edited") and event.get("subtype") in SPOKEN
    if event["type"] != wanted or not by_person:
        return None
    thread = event.get("thread_ts") or (None if direct else event["ts"])
    return Said(payload["event_id"], float(event["ts"]), payload["team_id"], event["user"], Spot(event["channel"], thread),
                plain(event.get("text") or ""), not direct)


def _click(payload: Mapping[str, Any]) -> Optional[Clicked]:
    button = next((action for action in payload.get("actions") or [] if action.get("type") == "button" and action.get("value")), None)
    if payload["type"] != "block_actions" or button is None:
        return None
    message, container = payload["message"], payload["container"]
    spot = Spot(payload["channel"]["id"], message.get("thread_ts") or container.get("thread_ts"))
    user = payload["user"]["id"]
    team = (payload.get("team") or {}).get("id") or payload["user"]["team_id"]
    # one key for all buttons of a message: they are replaced by the first choice, and a second, hasty click is none
    return Clicked(f"click {spot.channel} {message['ts']} {user}", float(button["action_ts"]), team, user, spot, button["value"],
                   message["ts"], message.get("text") or "", message.get("blocks") or [])


def _command(payload: Mapping[str, Any]) -> Commanded:
    return Commanded(f"command {payload['trigger_id']}", time.time(), payload["team_id"], payload["user_id"], Spot(payload["channel_id"]),
                     plain(payload.get("text") or ""), payload["response_url"])

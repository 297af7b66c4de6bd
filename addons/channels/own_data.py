"""What a person may do with all that is kept about them: have it deleted, or have it as a file."""
from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Optional, Sequence

import knowledge
from addons.channels.erasing import erase
from knowledge.text import tokens

FILE = "repwise-data.json"
_SPEAKERS = {"user": "you", "bot": "assistant"}
"""Of events with text."""


def asks_to_delete(text: str) -> bool:
    """Tells whether a message is one of the sentences of knowledge/wording.yml (channel, own_data) that ask for deletion, word for word."""
    return _is_one_of(text, "delete")


def asks_for_data(text: str) -> bool:
    """Tells the same of those that ask for all that is kept as a file."""
    return _is_one_of(text, "export")


def _is_one_of(text: str, wish: str) -> bool:
    return tokens(text) in [tokens(sentence) for sentence in knowledge.shared().wording["channel"]["own_data"][wish]]


async def talks_of(agent: Any, private: str) -> List[str]:
    """Returns the ids of a person's private talk and of their talks before others, which begin and end like it.

    Args:
        private: such as "slack:TEAM:USER" or "telegram:USER"; before others it is "slack:TEAM:CHANNEL:THREAD:USER" or "telegram:CHAT:USER".
    """
    begin, _, user = private.rpartition(":")
    kept = await agent.tracker_store.keys()
    return sorted({private, *(talk for talk in kept if talk.startswith(f"{begin}:") and talk.endswith(f":{user}"))})


async def delete_all(agent: Any, private: str) -> List[str]:
    """Deletes a person's talks, private and before others, and returns their ids."""
    talks = await talks_of(agent, private)
    for talk in talks:
        await erase(agent, talk)
    return talks


async def exported(agent: Any, talks: Sequence[str], ratings: Optional[Mapping[str, bool]] = None) -> str:
    """Returns as JSON what is kept of talks: what was said and when (seconds since 1970), what is remembered, how answers were rated."""
    found: List[Dict[str, Any]] = []
    for talk in talks:
        whole = await agent.tracker_store.retrieve_full_tracker(talk)
        now = await agent.tracker_store.retrieve(talk)
        found.append({
            "conversation": talk,
            "messages": [{"at": event.timestamp, "from": _SPEAKERS[event.type_name], "text": event.text}
                         for event in (whole.events if whole else ()) if event.type_name in _SPEAKERS and event.text],
            "remembered": {name: value for name, value in (now.current_slot_values() if now else {}).items() if value is not None}})
    return json.dumps({"conversations": found, "ratings": dict(ratings or {})}, ensure_ascii=False, indent=1)

"""What may enter from outside: cleaned text, and clicks on buttons that this server made."""
from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, Dict

MAX_CHARACTERS = 1000
"""Longer messages cost more than linear time and are no questions."""

_INVISIBLE = frozenset({"Cf", "Cs", "Co"})
"""Categories of characters that nobody sees: zero-width ones, marks that turn the direction of writing, halves of characters."""

_SPACE = frozenset({"Cc", "Zl", "Zp"})
_PAYLOAD = re.compile(r"^/(?P<intent>[a-z_]+)(?P<entities>\{.*\})?$", re.DOTALL)


class Refused(ValueError):
    """A message that is not handed to Rasa; ``reason`` is a key of knowledge/wording.yml, channel."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def clean(text: Any) -> str:
    """Returns typed text ready for Rasa.

    A leading "/" would be obeyed by Rasa as a command (it sets intents and slots, and "/restart" wipes the talk), so all leading
    slashes and white space go; so do control and invisible characters. Line breaks become spaces.

    Raises:
        Refused: no text is left ("empty"), it is too long ("too_long"), or it is no text ("bad_request").
    """
    if not isinstance(text, str):
        raise Refused("bad_request")
    if len(text) > MAX_CHARACTERS:
        raise Refused("too_long")
    kinds = [(char, unicodedata.category(char)) for char in text]
    plain = "".join(" " if kind in _SPACE else char for char, kind in kinds if kind not in _INVISIBLE)
    plain = " ".join(plain.split()).lstrip("/ \u2215\u2044\uff0f")
    if not plain:
        raise Refused("empty")
    return plain


def parse_click(payload: str, title: str = "") -> Dict[str, Any]:
    """Returns Rasa's parse data for a button's payload, such as '/ask_muscles{"exercise":"back_squat"}'.

    Only for payloads that this server made itself: the caller checks their signature first.

    Raises:
        Refused: the payload is malformed.
    """
    match = _PAYLOAD.match(payload)
    if match is None:
        raise Refused("bad_request")
    try:
        values = json.loads(match["entities"] or "{}")
    except ValueError as error:
        raise Refused("bad_request") from error
    entities = [_entity(name, str(value)) for name, value in values.items()]
    intent = {"name": match["intent"], "confidence": 1.0}
    return {"text": title or payload, "intent": intent, "intent_ranking": [intent], "entities": entities}


def _entity(name: str, value: str) -> Dict[str, Any]:
    found: Dict[str, Any] = {"entity": name, "value": value, "text": value}
    if name == "number":
        found.update(amount=float(value), unit=None)
    return found

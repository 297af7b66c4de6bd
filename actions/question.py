"""What a person said, as plain values: the input of the answer functions."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Tuple

from actions.mentions import Mention
from actions.people import with_told
from knowledge import Knowledge

TOPIC_OF_INTENT = {
    "ask_definition": "definition", "ask_muscles": "muscles", "ask_foot_placement": "foot_placement",
    "ask_technique": "technique", "ask_benefits": "benefits", "ask_suitability": "suitability", "ask_risks": "risks",
    "ask_rehab": "rehab", "ask_comparison": "comparison", "ask_programming": "programming",
    "ask_complementary": "complementary", "ask_load": "load", "troubleshoot": "troubleshoot", "find_exercise": "muscles",
}
"""The intents that knowledge answers, with the topic of the answer; what "find_exercise" leads to depends on what it names (see
actions.finding)."""

FINDING = "find_exercise"

ABOUT_ANOTHER = "about_another"
"""The key of a parsed message that is true where it speaks of somebody else's body."""

OUTSIDE = "out_of_scope"
REQUEST = "request_rep_scheme"
REQUEST_SESSION = "request_session"
REQUESTS = frozenset({REQUEST, REQUEST_SESSION})
"""Intents that ask for a plan: of one exercise, or of a session of several. Each has a form."""

PARTS = "parts"
"""The key of a parsed message that holds its questions, where it has several."""

INTENT_OF_TOPIC = {topic: intent for intent, topic in TOPIC_OF_INTENT.items() if intent != FINDING}


@dataclass(frozen=True)
class Question:
    """A message as understood.

    ``nearest`` maps claim ids to the cosine of their text with the message, ``alike`` to that of the encoder that is not adapted to this
    subject, ``worded`` to the share of its words that they have (from 0 to 1), ``ranking`` intents to their probability, likeliest first.
    """

    text: str
    intent: str
    confidence: float = 1.0
    mentions: Tuple[Mention, ...] = ()
    nearest: Mapping[str, float] = field(default_factory=dict)
    alike: Mapping[str, float] = field(default_factory=dict)
    worded: Mapping[str, float] = field(default_factory=dict)
    ranking: Mapping[str, float] = field(default_factory=dict)

    def values(self, entity: str, negated: Optional[bool] = False) -> List[str]:
        """Returns the values of an entity without repeats, in order, those of a story behind those of its question.

        ``negated=None`` takes both kinds.
        """
        found = [m for m in self.mentions if m.entity == entity and (negated is None or m.negated == negated)]
        return list(dict.fromkeys(m.value for m in sorted(found, key=lambda m: m.context)))

    def numbers(self, *units: Optional[str]) -> List[Mention]:
        """Returns the numbers with one of ``units`` (all numbers if none is given), in order."""
        return [m for m in self.mentions if m.entity == "number" and (not units or m.unit in units)]


@dataclass(frozen=True)
class Context:
    """What the talk was about before this message; ``last`` is the record of the last answer (see actions.asking.Answer)."""

    topic: Optional[str] = None
    exercise: Optional[str] = None
    last: Mapping[str, Any] = field(default_factory=dict)


def decode_nearest(packed: Optional[Mapping[str, str]], know: Knowledge) -> Dict[str, Dict[str, float]]:
    """Returns the fields ``nearest``, ``alike`` and ``worded`` of a question from what the parser puts out.

    It is {"version": ..., "claims": "<number>:<cosine * 100>:<general cosine * 100>:<share * 100> ..."}; numbers are places in
    ``know.order``. A message parsed on other knowledge files gives nothing.
    """
    if not packed or packed.get("version") != know.version[:12]:
        return {}
    rows = [item.split(":") for item in packed["claims"].split()]
    ids = [know.order[int(row[0])] for row in rows]
    return {kind: {claim: int(row[column]) / 100 for claim, row in zip(ids, rows, strict=True)}
            for column, kind in enumerate(("nearest", "alike", "worded"), start=1)}


def from_message(message: Mapping[str, Any], know: Knowledge) -> Question:
    """Builds a question from Rasa's parse of the latest message."""
    mentions = tuple(
        Mention(entity=e["entity"], value=str(e["value"]), text=e.get("text", ""), negated=bool(e.get("negated")),
                amount=e.get("amount"), unit=e.get("unit"), second=e.get("second"), context=bool(e.get("context")))
        for e in message.get("entities") or [] if e.get("value") is not None)
    text = message.get("text") or ""
    intent: Dict[str, Any] = message.get("intent") or {}
    return Question(
        text=text, intent=intent.get("name") or "nlu_fallback",
        confidence=float(intent.get("confidence") or 0.0), mentions=with_told(text, mentions), **decode_nearest(message.get("nearest"), know),
        ranking={item["name"]: float(item["confidence"]) for item in message.get("intent_ranking") or []})


def parts_of(message: Mapping[str, Any], know: Knowledge) -> List[Question]:
    """Returns the questions of a message in order: one, or several where the parser found several."""
    parts = message.get(PARTS) or []
    return [from_message(part, know) for part in parts] or [from_message(message, know)]

"""What an answer is, and how the assistant asks back or suggests what to ask next."""
from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Dict, Optional, Tuple

from actions.question import INTENT_OF_TOPIC
from actions.subject import Subject
from knowledge import Knowledge
from knowledge.pictures import Picture
from knowledge.schema import Mistaken


@dataclass(frozen=True)
class Button:
    title: str
    payload: str


@dataclass(frozen=True)
class Answer:
    """An answer before rendering. ``claims`` are the ids of the claims it is made of, ``tags`` what was asked about.

    ``conditions`` are the health conditions told in this message or earlier in the talk. ``picture`` is what goes with it; where the
    last answer showed the same one, it is not shown again.
    """

    topic: str
    lead: str
    bullets: Tuple[str, ...] = ()
    caveat: Optional[str] = None
    exercise: Optional[str] = None
    claims: Tuple[str, ...] = ()
    tags: Tuple[str, ...] = ()
    buttons: Tuple[Button, ...] = ()
    intent: Optional[str] = None
    asks_back: bool = False
    sources: Tuple[str, ...] = ()
    picture: Optional[Picture] = None
    conditions: Tuple[str, ...] = ()

    def record(self) -> Dict[str, Any]:
        """Returns what later turns need to know of this answer, as plain values for a slot."""
        return {"topic": self.topic, "intent": self.intent, "exercise": self.exercise, "claims": list(self.claims),
                "tags": list(self.tags), "sources": list(self.sources), "asks_back": self.asks_back, "conditions": list(self.conditions),
                "picture": self.picture.name if self.picture else None}


def payload(intent: str, **entities: Optional[str]) -> str:
    """Returns a button's payload in Rasa's form."""
    filled = {key: value for key, value in entities.items() if value}
    return f"/{intent}" + (json.dumps(filled, separators=(",", ":")) if filled else "")


def exercise_buttons(intent: str, know: Knowledge, near: Optional[str] = None) -> Tuple[Button, ...]:
    """Returns a button for each of five exercises: those of the same family first, then those that wording.yml offers."""
    family = know.family_of(near) if near else None
    offered = list(know.wording["defaults"]["offered"])
    kin = [item for item in know.members(family) if item != near] if family else []
    items = [know.exercises[item] for item in dict.fromkeys([*kin, *offered]) if item in know.exercises]
    return tuple(Button(_title(ex.name), payload(intent, exercise=ex.id)) for ex in items[:5])


def other_machines(topic: str, exercise: Optional[str], know: Knowledge) -> Tuple[Button, ...]:
    """Returns buttons that ask the same of the other exercises."""
    return tuple(Button(_title(ex.name), payload(INTENT_OF_TOPIC[topic], exercise=ex.id))
                 for ex in know.exercises.values() if ex.id != exercise)[:4]


def ask_exercise(topic: str, know: Knowledge) -> Answer:
    """Asks which exercise is meant."""
    return Answer(topic=topic, lead=know.wording["ask"]["exercise"], asks_back=True,
                  buttons=exercise_buttons(INTENT_OF_TOPIC[topic], know))


def ask_machine(topic: str, subject: Subject, other: Mistaken) -> Answer:
    """Asks which of two machines that share a name is meant."""
    intent = INTENT_OF_TOPIC[topic]
    return Answer(topic=topic, lead=other.ask, asks_back=True, intent=intent, buttons=(
        Button(other.this, payload(intent, exercise=subject.exercise)), Button(other.that, payload(intent, exercise=other.exercise))))


def ask_topic(subject: Subject, know: Knowledge) -> Answer:
    """Asks what about an exercise is meant."""
    exercise = subject.exercise if subject.exercise in know.exercises or subject.exercise in know.families else None
    text = know.wording["ask"]["topic_of" if exercise else "topic"].format(name=know.name_of(exercise or ""))
    titles = know.wording["topics"]
    buttons = tuple(Button(titles[topic], payload(INTENT_OF_TOPIC[topic], exercise=exercise))
                    for topic in ("muscles", "technique", "foot_placement", "programming"))
    return Answer(topic="definition", lead=text, asks_back=True, exercise=exercise, buttons=buttons, intent="ask_help")


def suggestions(topic: str, exercise: Optional[str], know: Knowledge) -> Tuple[Button, ...]:
    """Returns buttons to topics that people ask for next."""
    titles = know.wording["topics"]
    following = know.wording["next_topics"].get(topic, [])
    return tuple(Button(titles[item], payload(INTENT_OF_TOPIC.get(item, item), exercise=exercise)) for item in following)


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]

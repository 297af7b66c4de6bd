"""In which order exercises are done in one session, and the answer to questions about it. Pure functions."""
from __future__ import annotations

import re
from dataclasses import replace
from typing import Collection, Iterable, List, Optional, Sequence, Tuple

from actions.asking import Answer
from actions.composing import MAX_WORDS, compose, count_words
from actions.profiles import Standing, joined, level, standing
from actions.question import Question
from actions.subject import Subject
from knowledge import Knowledge
from knowledge.schema import Exercise

FEWEST = 2
TOPICS = ("programming", "comparison", "complementary", "technique", "muscles", "definition")
"""Topics under which people ask for an order."""

_ORDER = re.compile(r"\b(?:order|sequence|first|1st|comes? last|before or after)\b", re.IGNORECASE)
_WHERE = re.compile(r"\bwhere (?:do|does|should|would|can|to) (?:(?:i|we|you) )?(?:(?:do|put|place|fit) )?(?:the |my |an? )?", re.IGNORECASE)
_PLACING = re.compile(r"\b(?:go|goes|come|fit|put|place|belong)\b", re.IGNORECASE)


def in_order(exercises: Iterable[str], know: Knowledge, first: Collection[str] = ()) -> Tuple[str, ...]:
    """Returns exercises in the order of a session: those of ``first``, then by their movement pattern, then the one that asks more skill,
    then the heavier one."""
    patterns = [pattern.id for pattern in know.sessions.patterns]

    def place(item: str) -> Tuple[int, ...]:
        exercise = known(item, know)
        pattern = patterns.index(exercise.traits.pattern) if exercise.traits.pattern else len(patterns)
        return (item not in first, pattern, *(-level(exercise, trait) for trait in ("skill", "spine", "knee")))

    return tuple(sorted(exercises, key=place))


def known(item: str, know: Knowledge) -> Exercise:
    """Returns the exercise with a file that an id stands for: itself, the usual member of a family, or the one most like it.

    Raises:
        KeyError: nothing is known of it.
    """
    if item in know.families:
        item = know.families[item].usual
    elif item in know.named:
        item = know.named[item].like or item
    return know.exercises[item]


def is_known(item: str, know: Knowledge) -> bool:
    """Tells whether :func:`known` finds an exercise for an id."""
    return item in know.exercises or item in know.families or (item in know.named and know.named[item].like is not None)


def asks_order(question: Question) -> bool:
    """Tells whether a message asks for an order."""
    return bool(_ORDER.search(question.text))


def asks_place(question: Question) -> bool:
    """Tells whether a message asks where an exercise itself goes; where feet or hands go is another matter."""
    asked = _WHERE.search(question.text)
    if asked is None or not _PLACING.search(question.text):
        return False
    rest = question.text[asked.end():].lower()
    return any(mention.text and rest.startswith(mention.text.lower()) for mention in question.mentions if mention.entity == "exercise")


def order_answer(question: Question, topic: str, know: Knowledge) -> Optional[Answer]:
    """Returns the order of the exercises that a question names, or where in a session the one it names belongs; None if it asks neither."""
    if topic not in TOPICS:
        return None
    named = [item for item in question.values("exercise") if is_known(item, know)]
    placing = asks_place(question)
    if len(named) >= FEWEST and (placing or asks_order(question)):
        return told_order(named, know, _put_first(named, question.values("muscle"), know))
    if len(named) == 1 and placing:
        exercise = known(named[0], know)
        places = [entry for entry in know.entries.values() if entry.exercise == exercise.id and entry.place.startswith("programming.place")]
        if places:
            return compose(places[0], places[1:], Subject(exercise.id, "named"), know, "programming")
    return None


def _put_first(named: Sequence[str], muscles: Sequence[str], know: Knowledge) -> Tuple[str, ...]:
    """Returns the exercises that mainly train a muscle that is spoken of, none where all do."""
    first = tuple(item for item in named if any(standing(known(item, know), muscle, know) >= Standing.main
                                                for muscle in muscles if muscle in know.muscles))
    return first if len(first) < len(named) else ()


def told_order(named: Iterable[str], know: Knowledge, first: Collection[str] = ()) -> Answer:
    """Returns the order as an answer, with the reason for each place; those of ``first`` train what somebody puts first."""
    words = know.wording["session"]["order"]
    ordered = in_order(named, know, first)
    names = [know.name_of(item) for item in ordered]
    lead = words["lead"].format(names=words["then"].join(names))
    budget = MAX_WORDS - count_words(lead) - count_words(words["caveat"])
    reasons = [reason_for(item, name, know) for item, name in zip(ordered, names, strict=True) if item not in first]
    if first:
        told = joined(name for item, name in zip(ordered, names, strict=True) if item in first)
        reasons.insert(0, words["focus"].format(names=told[:1].upper() + told[1:]))
    bullets: List[str] = []
    for bullet in reasons:
        budget -= count_words(bullet)
        if budget >= 0:
            bullets.append(bullet)
    claims = tuple(claim for item in ordered if (claim := f"{known(item, know).id}.programming.place[0]") in know.entries)
    return replace(Answer(topic="programming", lead=lead, bullets=tuple(bullets), caveat=words["caveat"], exercise=ordered[0], claims=claims),
                   tags=("order",))


def reason_for(item: str, name: str, know: Knowledge) -> str:
    """Returns why an exercise stands where it stands."""
    pattern = known(item, know).traits.pattern
    words = know.wording["session"]
    return str(words["order"]["reason"].format(name=name[:1].upper() + name[1:], why=words["patterns"][pattern]["why"] if pattern
                                               else words["order"]["other"]))

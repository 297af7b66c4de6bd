"""Which exercise a question is about."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import List, Optional, Tuple

from actions.question import FINDING, INTENT_OF_TOPIC, Context, Question
from knowledge import Knowledge
from knowledge.schema import Mistaken
from knowledge.text import key_of, tokens

_POINTING = re.compile(r"\b(?:it|its|this|that|those|these|them|the machine|the exercise)\b", re.IGNORECASE)


SHORTEST_DESCRIPTION = 6
LIKE_ITS_DESCRIPTION = 0.6
NEARLY_NEAREST = 0.08
"""How many words a description of an exercise has at least, how near it is to a definition, and by how much less than to any other claim."""
_THE_ONE = re.compile(r"\bthe ([\w-]+?)(?:[ -]degrees?)? (?:one|version)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Subject:
    """The exercise of a question.

    ``exercise`` is an exercise or family id or None. ``how`` tells where it comes from: "named" in the sentence, "talk" (the one
    spoken of before), "machine" (the sentence speaks of machine parts or describes it) or "none". ``others`` are further exercises named.
    ``pointing`` is true where the sentence says "it" or "this" and nothing tells what.
    """

    exercise: Optional[str]
    how: str
    others: Tuple[str, ...] = ()
    pointing: bool = False


def resolve(question: Question, context: Context, know: Knowledge) -> Subject:
    """Finds the exercise: the one named, else that of the talk, else the machine whose parts are named, else none."""
    named = _without_own_family(question.values("exercise") or question.values("exercise", negated=True),
                                question.intent == INTENT_OF_TOPIC["comparison"], know)
    if named:
        first = named[0]
        if first in know.families and context.exercise and know.family_of(context.exercise) == first:
            first = context.exercise
        others = named[1:]
        known = next((item for item in others if item not in know.named), None)
        if first in know.named and known is not None:  # the one with facts leads; its file may speak of the other
            first, others = known, [first, *(item for item in others if item != known)]
        return Subject(first, "named", tuple(others))
    if (other := _one_of_its_kind(question, context, know)) is not None:
        return Subject(other, "named")
    if context.exercise:
        return Subject(context.exercise, "talk")
    defaults = know.wording["defaults"]
    if set(tokens(question.text)) & set(defaults["machine_words"]):
        return Subject(defaults["machine_exercise"], "machine")
    described = _described(question, know)
    if described is not None:
        return Subject(described, "machine")
    return Subject(None, "none", pointing=bool(_POINTING.search(question.text)))


def _described(question: Question, know: Knowledge) -> Optional[str]:
    """Returns the exercise that a message describes without naming it: the nearest definition is clearly that of one exercise."""
    if question.intent in (FINDING, INTENT_OF_TOPIC["comparison"]) or len(tokens(question.text)) < SHORTEST_DESCRIPTION:
        return None
    if question.values("muscle") or question.values("term"):
        return None
    near = max(((value, claim) for claim, value in question.nearest.items()
                if claim in know.entries and know.entries[claim].topic == "definition"), default=None)
    if near is None or near[0] < max(LIKE_ITS_DESCRIPTION, max(question.nearest.values()) - NEARLY_NEAREST):
        return None
    entry = know.entries[near[1]]
    if entry.exercise is not None:
        return entry.exercise if entry.exercise in know.exercises else None
    named = [tag for tag in entry.tags if tag in know.exercises]
    return named[0] if len(named) == 1 and "naming" in entry.tags else None


def _one_of_its_kind(question: Question, context: Context, know: Knowledge) -> Optional[str]:
    """Returns the exercise that "the seated one" means: one like that of the talk which has the word in its name, else in an alias."""
    word = _THE_ONE.search(question.text)
    here = know.exercises.get(know.families[context.exercise].usual if context.exercise in know.families else context.exercise or "")
    if word is None or here is None:
        return None
    said = key_of(word[1])
    alike = [ex for ex in know.exercises.values() if ex.id != here.id and (tokens(ex.name)[-1] == tokens(here.name)[-1] or ex.family == here.family)
             and any(said in tokens(name) for name in ex.names)]
    return min(alike, key=lambda ex: said not in tokens(ex.name)).id if alike else None


def mistakable(question: Question, context: Context, subject: Subject, know: Knowledge) -> Optional[Mistaken]:
    """Returns what else may be meant by the name of the exercise, where it matters and nothing in the talk has settled it.

    It matters where the message has signs of the other exercise, and where loads are spoken of.
    """
    exercise = know.exercises.get(subject.exercise or "")
    other = exercise.mistaken_for if exercise else None
    if exercise is None or other is None or subject.how != "named" or context.exercise in (exercise.id, other.exercise):
        return None
    texts = {key_of(m.text) for m in question.mentions if m.entity == "exercise" and m.value == exercise.id and m.text}
    shared = {key_of(name) for name in other.names}
    if not texts or not texts <= shared or set(subject.others) & {other.exercise, *know.families}:
        return None
    signs = set(tokens(question.text)) & set(other.signs)
    loads = question.intent == INTENT_OF_TOPIC["load"] and question.numbers("kg", "lb", "plate")
    return other if signs or loads else None


def _without_own_family(named: List[str], comparing: bool, know: Knowledge) -> List[str]:
    """Drops a family where the same sentence names a member of it.

    "Leg press" beside "vertical leg press" mostly means the same machine; where just the two are compared both stay.
    """
    if comparing and len(named) <= 2:
        return named
    families = {know.family_of(item) for item in named}
    return [item for item in named if item not in families]

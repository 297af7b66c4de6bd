"""How many repetitions and sets of an exercise: the plain question is answered from the goals of its file. Pure functions."""
from __future__ import annotations

from typing import Mapping, Optional, Sequence

from actions.asking import Answer
from actions.composing import MAX_WORDS, compose, count_words, within
from actions.profiles import joined
from actions.question import Question
from actions.ranking import Wanted
from actions.selecting import SUITABLE
from actions.subject import Subject
from knowledge import Knowledge
from knowledge.index import Entry
from knowledge.schema import Exercise, GoalRange
from knowledge.text import tokens

REPS, SETS = "rep_range", "set_count"
GOALS_PLACE = "programming.goals[{number}].claims[0]"
MOST_GOALS = 3
PLAIN = frozenset(
    "how many much what whats which best good ideal optimal right recommended recommend number count should would can could must need needed "
    "i you we me my your do does did doing done is are be it its they them for of the a an on in at with and or to if when want wanna train "
    "training goal goals goal's range rep set please pls then so ok about aim usually normally work".split())
"""Words that leave a question about repetitions plain; any other asks something of its own."""


def dose_answer(question: Question, wanted: Wanted, before: Sequence[str], conditions: Sequence[str],
                know: Knowledge) -> Optional[Answer]:
    """Returns the sets and repetitions of one exercise for a goal, or its repetitions for the usual goals; None where more is asked.

    Args:
        before: the tags of the last answer, where the message follows up on it.
        conditions: health conditions told earlier in the talk; with one that limits training the careful goal counts.
    """
    exercise = _exercise_of(wanted.subject, know)
    aspects = set(question.values("aspect")) or {REPS, SETS}.intersection(before)
    if exercise is None or wanted.topic != "programming" or not aspects or aspects - {REPS, SETS} or not is_plain(question):
        return None
    told = {goal.goal: know.entries[f"{exercise.id}.{GOALS_PLACE.format(number=number)}"]
            for number, goal in enumerate(exercise.programming.goals) if goal.claims}
    careful = _careful_goal(conditions, know)
    asked = [told[goal] for goal in ([careful] if careful else question.values("goal")) if goal in told]
    if asked:
        return compose(asked[0], asked[1:], wanted.subject, know)
    ranges = [goal for goal in exercise.programming.goals if goal.rated == SUITABLE and goal.reps and goal.goal in told][:MOST_GOALS]
    return _by_goal(exercise, ranges, told, know) if REPS in aspects and ranges else None


def _careful_goal(conditions: Sequence[str], know: Knowledge) -> Optional[str]:
    """Returns the goal whose figures suit somebody with health conditions, None where none of them limits training."""
    limiting = [know.conditions[item] for item in conditions if item in know.conditions and know.conditions[item].screening.value != "none"]
    return None if not limiting else "return_from_injury" if any(item.rehab for item in limiting) else "general_health"


def _exercise_of(subject: Subject, know: Knowledge) -> Optional[Exercise]:
    item = know.families[subject.exercise].usual if subject.exercise in know.families else subject.exercise
    return know.exercises.get(item or "")


def _by_goal(exercise: Exercise, ranges: Sequence[GoalRange], told: Mapping[str, Entry], know: Knowledge) -> Answer:
    words = know.wording["answer"]
    spans = joined(words["reps_for"].format(low=item.reps[0], high=item.reps[1], goal=know.name_of(item.goal)) for item in ranges if item.reps)
    lead = words["reps"].format(name=exercise.name, spans=spans)
    bullets = within([told[item.goal].claim.say for item in ranges], MAX_WORDS - count_words(lead))
    return Answer(topic="programming", lead=lead, bullets=bullets, exercise=exercise.id, claims=tuple(told[item.goal].id for item in ranges))


def is_plain(question: Question) -> bool:
    """Tells whether a message names an exercise, a goal, sets or repetitions and nothing else that matters."""
    if any(mention.entity not in ("exercise", "aspect", "goal") for mention in question.mentions):
        return False
    named = {word for mention in question.mentions for word in tokens(mention.text)}
    return all(word in PLAIN or word in named for word in tokens(question.text))

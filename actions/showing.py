"""Which picture goes with an answer."""
from __future__ import annotations

from typing import Optional

from actions.asking import Answer
from knowledge import Knowledge
from knowledge.pictures import FootDiagram, MuscleMap, Picture, stances_shown


def picture_of(answer: Answer, know: Knowledge) -> Optional[Picture]:
    """Returns the muscle map with an answer about the muscles of an exercise, the foot diagram with one about its stances, else None.

    In the foot diagram the stance asked about stands out, or the one that the first sentence is about.
    """
    exercise = know.exercises.get(answer.exercise or "")
    lead = know.entries.get(answer.claims[0]) if answer.claims else None
    if exercise is None or lead is None:
        return None
    if lead.topic == "muscles" and lead.exercise in (exercise.id, exercise.family):
        return MuscleMap(exercise.id)
    shown = [use.stance for use, _ in stances_shown(exercise, know)]
    if lead.topic == "foot_placement" and shown:
        return FootDiagram(exercise.id, next((tag for tag in (*answer.tags, *sorted(lead.own)) if tag in shown), None))
    return None

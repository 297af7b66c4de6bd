"""The rep-scheme form: which question comes next, and the profile it ends in. Pure functions and their form class."""
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from actions.forms import screening
from actions.forms.screening import ScreenedForm
from actions.question import REQUEST
from actions.schemes import Profile, RecentSet
from knowledge import Knowledge

FORM = "rep_scheme_form"
NEEDED = ("goal", "experience", "sessions_per_week", "exercise", "health")
SLOTS = (*NEEDED, "clearance", "recent_set")


def next_slot(values: Mapping[str, Any], know: Knowledge) -> Optional[str]:
    """Returns the next question of the rep-scheme form, None when nothing more is needed.

    The recent set is not asked for where a health answer already rules a load figure out.
    """
    asked = screening.next_question(values, NEEDED, know)
    if asked is not None or any(values.get(slot) is None for slot in NEEDED):
        return asked
    return "recent_set" if values.get("recent_set") is None and not screening.is_careful(values, know) else None


def profile_of(values: Mapping[str, Any], know: Knowledge) -> Profile:
    """Builds the profile of a complete form."""
    person = screening.person_of(values, know)
    recent = values.get("recent_set") or {}
    usable = person["limit"] is None and "load" in recent
    return Profile(exercise=member(values["exercise"], know), **person,
                   recent_set=RecentSet(recent["load"], recent["unit"], recent["reps"], recent["rir"]) if usable else None)


def member(exercise: str, know: Knowledge) -> str:
    """Returns the exercise itself, or the usual member of a family."""
    return know.families[exercise].usual if exercise in know.families else exercise


def refused(values: Mapping[str, Any], know: Knowledge) -> Optional[List[str]]:
    """Returns the sentences of a refusal, None where a plan may be made."""
    refusal = screening.refused(values, know)
    exercise = values.get("exercise")
    if refusal is not None or not exercise or not know.exercises[member(exercise, know)].load.overhead:
        return refusal
    health = screening.whole_health(values) or {"conditions": []}
    for condition in health["conditions"]:
        item = know.conditions.get(condition)
        if item is not None and item.avoid_overhead:
            return [know.wording["referral"]["overhead"].format(
                name=know.name_of(member(exercise, know)), condition=item.name, who=item.ask_whom), item.meanwhile.say]
    return None


class ValidateRepSchemeForm(ScreenedForm):
    """The rep-scheme form on the shared mechanism."""

    slots = SLOTS
    request = REQUEST

    def name(self) -> str:
        return f"validate_{FORM}"

    def next_slot(self, values: Dict[str, Any], know: Knowledge) -> Optional[str]:
        return next_slot(values, know)

"""The rep-scheme form: which question comes next, and what a health answer means. Pure functions and their form class."""
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from rasa_sdk.executor import CollectingDispatcher

from actions import alarm
from actions.forms.base import ForgivingForm
from actions.schemes import Profile, RecentSet
from knowledge import Knowledge

FORM = "rep_scheme_form"
MEMORY = "limit"
"""The slot that keeps a yes to the health question for the whole talk."""

SLOTS = ("goal", "experience", "sessions_per_week", "exercise", "health", "clearance", "recent_set")
CLEARANCE_GOAL = "return_from_injury"


def verdict(health: Optional[Mapping[str, Any]], know: Knowledge) -> str:
    """Returns what a health answer means: "open" (not answered), "none", "managed", "clearance" or "absolute"."""
    if not health:
        return "open"
    if health["answer"] == "no":
        return "none"
    levels = {know.conditions[item].screening.value for item in health["conditions"] if item in know.conditions}
    if "absolute" in levels:
        return "absolute"
    return "managed" if levels == {"managed"} else "clearance"


def whole_health(values: Mapping[str, Any]) -> Optional[Mapping[str, Any]]:
    """Returns the health answer together with a yes given earlier in this talk (slot "limit"), which is never taken back."""
    health, limit = values.get("health"), values.get("limit")
    if not health or not limit:
        return health
    conditions = [*limit["conditions"], *(item for item in health["conditions"] if item not in limit["conditions"])]
    return {"answer": "yes", "conditions": conditions}


def standing(values: Mapping[str, Any], know: Knowledge) -> str:
    """Returns how far a plan may go: the verdict on the health answers, held back by a red flag told earlier in the talk.

    "blocked" after an emergency; after lesser flags at least "clearance".
    """
    alarmed = alarm.state(values.get(alarm.SLOT))
    if alarmed == "blocked":
        return "blocked"
    health = verdict(whole_health(values), know)
    return "clearance" if alarmed and health != "absolute" else health


def next_slot(values: Mapping[str, Any], know: Knowledge) -> Optional[str]:
    """Returns the next question of the rep-scheme form, None when nothing more is needed.

    A condition that only a specialist may judge ends the form, and so does "not cleared". The recent set is not asked for where a
    health answer already rules a load figure out.
    """
    health = standing(values, know)
    if health in ("absolute", "blocked"):
        return None
    if health in ("clearance", "managed"):
        clearance = values.get("clearance")
        if clearance is None:
            return "clearance"
        if clearance == "no":
            return None
    for slot in ("goal", "experience", "sessions_per_week", "exercise", "health"):
        if values.get(slot) is None:
            return slot
    if values["goal"] == CLEARANCE_GOAL:
        if values.get("clearance") is None:
            return "clearance"
        if values["clearance"] == "no":
            return None
    if health in ("clearance", "managed") or values["goal"] == CLEARANCE_GOAL:
        return None
    return "recent_set" if values.get("recent_set") is None else None


def limit_of(values: Mapping[str, Any], know: Knowledge) -> Optional[str]:
    """Returns the careful row that a health answer holds a plan to: "return", "health", "managed" or None."""
    health = whole_health(values)
    if alarm.state(values.get(alarm.SLOT)):
        return "return"
    state = verdict(health, know)
    if state == "managed":
        return "managed"
    if state != "clearance" or health is None:
        return None
    injured = any(know.conditions[item].rehab for item in health["conditions"] if item in know.conditions)
    return "return" if injured or values.get("goal") == CLEARANCE_GOAL else "health"


def profile_of(values: Mapping[str, Any], know: Knowledge) -> Profile:
    """Builds the profile of a complete form."""
    limit = limit_of(values, know)
    recent = values.get("recent_set") or {}
    usable = limit is None and "load" in recent
    health = values.get("health") or {"answer": "no", "conditions": []}
    return Profile(
        goal=values["goal"], experience=values["experience"], sessions_per_week=int(values["sessions_per_week"]),
        exercise=member(values["exercise"], know), limit=limit, conditions=tuple((whole_health(values) or health)["conditions"]),
        earlier=limit is not None and health["answer"] == "no",
        recent_set=RecentSet(recent["load"], recent["unit"], recent["reps"], recent["rir"]) if usable else None)


def member(exercise: str, know: Knowledge) -> str:
    """Returns the exercise itself, or the usual member of a family."""
    return know.families[exercise].usual if exercise in know.families else exercise


def refused(values: Mapping[str, Any], know: Knowledge) -> Optional[List[str]]:
    """Returns the sentences of a refusal, None where a plan may be made."""
    words = know.wording["referral"]
    health = whole_health(values) or {"answer": "no", "conditions": []}
    state = standing({**values, "health": health}, know)
    if state == "blocked":
        return [know.wording["red_flag"]["blocked"].format(**know.region.numbers())]
    if state == "absolute":
        only = next(know.conditions[c] for c in health["conditions"]
                    if c in know.conditions and know.conditions[c].screening.value == "absolute")
        return [words["absolute"].format(condition=only.name, who=only.ask_whom),
                words["ask"].format(what=only.ask_what), only.meanwhile.say]
    if values.get("clearance") == "no" and (state != "none" or values.get("goal") == CLEARANCE_GOAL):
        key = "not_controlled" if state == "managed" else "not_cleared"
        return [words[key].format(meanwhile=words["meanwhile_light"])]
    exercise = values.get("exercise")
    if exercise and know.exercises[member(exercise, know)].load.overhead:
        for condition in health["conditions"]:
            item = know.conditions.get(condition)
            if item is not None and item.avoid_overhead:
                return [words["overhead"].format(name=know.name_of(member(exercise, know)), condition=item.name, who=item.ask_whom),
                        item.meanwhile.say]
    return None


def referral(health: Mapping[str, Any], know: Knowledge) -> List[str]:
    """Returns the sentences said on a yes to the health question: what cannot be assessed, who to ask what, and meanwhile."""
    words = know.wording["referral"]
    items = [know.conditions[c] for c in health["conditions"] if c in know.conditions and know.conditions[c].screening.value == "clearance"]
    if not items:
        return [words["lead"].format(condition=words["general_condition"], who=words["general_who"]),
                words["ask"].format(what=words["general_what"]), words["meanwhile_light"]]
    names = " and ".join(dict.fromkeys(item.name for item in items))
    return [words["lead"].format(condition=names, who=items[0].ask_whom), words["ask"].format(what=items[0].ask_what),
            items[0].meanwhile.say]


class ValidateRepSchemeForm(ForgivingForm):
    """The rep-scheme form on the shared mechanism."""

    slots = SLOTS
    memory = (MEMORY, alarm.SLOT)

    def name(self) -> str:
        return f"validate_{FORM}"

    def next_slot(self, values: Dict[str, Any], know: Knowledge) -> Optional[str]:
        return next_slot(values, know)

    def after_reading(self, values: Dict[str, Any], fresh: Dict[str, Any], dispatcher: CollectingDispatcher,
                      know: Knowledge) -> Dict[str, Any]:
        """Remembers a yes to the health question for the talk, and says the referral before the clearance question."""
        health = fresh.get("health")
        if not health or health["answer"] == "no":
            return {}
        if verdict(health, know) == "clearance" and values.get("clearance") is None:
            dispatcher.utter_message(text="\n".join(referral(health, know)))
        return {"limit": whole_health({"health": health, "limit": values.get("limit")})}

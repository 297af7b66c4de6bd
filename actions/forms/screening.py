"""The health questions that every plan form shares: what an answer means, when a form ends, and what is said. Pure functions and the
base of such forms."""
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from rasa_sdk.executor import CollectingDispatcher

from actions import alarm
from actions.forms.base import ForgivingForm
from knowledge import Knowledge

MEMORY = "limit"
"""The slot that keeps a yes to the health question for the whole talk."""
CLEARANCE_GOAL = "return_from_injury"
"""The goal that needs clearance whatever the health answer is."""


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
    health, limit = values.get("health"), values.get(MEMORY)
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


def next_question(values: Mapping[str, Any], needed: Sequence[str], know: Knowledge) -> Optional[str]:
    """Returns the next question of a plan form: the first open one of ``needed``, or "clearance"; None when nothing more is needed.

    A condition that only a specialist may judge ends the form, and so does "not cleared".
    """
    health = standing(values, know)
    if health in ("absolute", "blocked"):
        return None
    if health in ("clearance", "managed") and values.get("clearance") != "yes":
        return "clearance" if values.get("clearance") is None else None
    for slot in needed:
        if values.get(slot) is None:
            return slot
    return "clearance" if values["goal"] == CLEARANCE_GOAL and values.get("clearance") is None else None


def is_careful(values: Mapping[str, Any], know: Knowledge) -> bool:
    """Tells whether health rules figures of load out."""
    return standing(values, know) != "none" or values.get("goal") == CLEARANCE_GOAL


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


def person_of(values: Mapping[str, Any], know: Knowledge) -> Dict[str, Any]:
    """Returns what the profiles of all plans share: goal, experience, sessions_per_week, limit, conditions and earlier."""
    limit = limit_of(values, know)
    health = values.get("health") or {"answer": "no", "conditions": []}
    return {"goal": values["goal"], "experience": values["experience"], "sessions_per_week": int(values["sessions_per_week"]), "limit": limit,
            "conditions": tuple((whole_health(values) or health)["conditions"]), "earlier": limit is not None and health["answer"] == "no"}


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


class ScreenedForm(ForgivingForm):
    """Base of the forms that end in a plan: a yes to the health question is remembered, and referred before clearance is asked for."""

    memory: Tuple[str, ...] = (MEMORY, alarm.SLOT)

    def after_reading(self, values: Dict[str, Any], fresh: Dict[str, Any], dispatcher: CollectingDispatcher,
                      know: Knowledge) -> Dict[str, Any]:
        health = fresh.get("health")
        if not health or health["answer"] == "no":
            return {}
        if verdict(health, know) == "clearance" and values.get("clearance") is None:
            dispatcher.utter_message(text="\n".join(referral(health, know)))
        return {MEMORY: whole_health({"health": health, MEMORY: values.get(MEMORY)})}

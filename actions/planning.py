"""Shows finished plans, of one exercise or of a session, and changes them. Plans are stored as the values they were made from."""
from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import plan_text, rendering, schemes, session_text, sessions
from actions.asking import Answer, payload
from actions.forms import rep_scheme
from actions.forms.reading import Read, looks_like_question, read_all, read_focus
from actions.ordering import is_known, known, told_order
from actions.question import REQUEST, REQUEST_SESSION, Question
from actions.schemes import Profile, row_for
from actions.selecting import RARE, better, prime_movers, rating
from actions.sessions import SessionProfile
from knowledge import Knowledge

AnyProfile = Union[Profile, SessionProfile]
MOST_BETTER = 3
"""Better exercises that are offered where one does not suit a goal."""

_REMOVE = re.compile(r"\b(?:remove|drop|take (?:out|off)|leave out|get rid of|scrap|delete|cut|lose|without|no)\b|\btake\b.*\bout\b", re.IGNORECASE)
_FOCUS = re.compile(r"\b(?:focus\w*|emphasi[sz]e\w*|prioriti[sz]e\w*|bias|more)\b", re.IGNORECASE)
_ADD = re.compile(r"\b(?:add|include|put in|plus|as well|too|also)\b", re.IGNORECASE)


def profile_of(stored: Mapping[str, Any]) -> AnyProfile:
    """Returns the profile that a plan was stored as."""
    return SessionProfile.from_dict(stored) if is_session(stored) else Profile.from_dict(stored)


def is_session(stored: Optional[Mapping[str, Any]]) -> bool:
    """Tells whether a stored plan is a session of several exercises."""
    return bool(stored) and (stored or {}).get("kind") == sessions.KIND


def show(profile: AnyProfile, dispatcher: CollectingDispatcher, know: Knowledge, lead: str = "") -> List[EventType]:
    """Says the plan of a profile, and keeps the profile for later turns."""
    return _show_session(profile, dispatcher, know, lead) if isinstance(profile, SessionProfile) else _show_scheme(profile, dispatcher, know, lead)


def _show_session(profile: SessionProfile, dispatcher: CollectingDispatcher, know: Knowledge, lead: str) -> List[EventType]:
    session = sessions.make_session(profile, know)
    before = [lead] if lead else []
    dispatcher.utter_message(
        text="\n".join([*before, *session_text.session_lines(session, know)]),
        buttons=[{"title": know.wording["session"]["why_button"], "payload": payload("ask_why")}],
        json_message={"table": session_text.session_table(session, know, first=len(before)),
                      "calendar": {"title": know.wording["session"]["calendar"], "sessions": session.sessions, "weeks": session.weeks},
                      **rendering.extras_of((), session.sources, know)})
    record = {"topic": REQUEST, "intent": REQUEST_SESSION, "exercise": None, "claims": [], "tags": [], "sources": list(session.sources)}
    return [SlotSet("plan", session.profile.as_dict()), SlotSet("last_answer", record)]


def order_of(session: SessionProfile, know: Knowledge) -> Answer:
    """Returns why the exercises of a session stand in their order."""
    return told_order(session.exercises, know, sessions.leading(session.exercises, session.focus, know))


def _show_scheme(profile: Profile, dispatcher: CollectingDispatcher, know: Knowledge, lead: str) -> List[EventType]:
    before = [lead] if lead else []
    advice, buttons = advice_for(profile, know)
    kept: List[EventType] = [SlotSet("plan", profile.as_dict()), SlotSet("exercise", profile.exercise)]
    try:
        plan = schemes.make_plan(profile, know)
    except schemes.NotSuited:
        dispatcher.utter_message(text="\n".join([*before, *advice]), buttons=buttons)
        return kept
    before += advice
    sources = list(row_for(profile, know).sources)
    dispatcher.utter_message(text="\n".join([*before, *plan_text.plan_lines(plan, know)]), buttons=buttons, json_message={
        "table": plan_text.plan_table(plan, know, first=len(before)),
        "calendar": {"title": know.name_of(plan.exercise), "sessions": plan.sessions}, **rendering.extras_of((), sources, know)})
    record = {"topic": REQUEST, "intent": REQUEST, "exercise": profile.exercise, "claims": [], "tags": [], "sources": sources}
    return [*kept, SlotSet("last_answer", record)]


def advice_for(profile: Profile, know: Knowledge) -> Tuple[List[str], List[Dict[str, str]]]:
    """Returns what is said where an exercise is no good choice for the goal, with buttons to go on with a better one.

    Each button keeps all other answers, for the profile is stored. Nothing is returned for a suitable exercise.
    """
    goal = row_for(profile, know).goal
    exercise = know.exercises[profile.exercise]
    rated = rating(exercise, goal)
    if rated not in (RARE, *schemes.UNSUITED):
        return [], []
    words = know.wording["plan"]
    own = next(item for item in exercise.programming.goals if item.goal == goal)
    key = "rare" if rated == RARE else "not_suited"
    lines = [words[key].format(exercise=exercise.name, rated=rated, goal=know.name_of(goal)), *(claim.say for claim in own.claims[:1])]
    found = better(exercise, goal, profile.experience, know, profile.conditions)[:MOST_BETTER]
    if not found:
        return [*lines, *([] if rated == RARE else [words["not_suited_none"]])], []
    shared = [muscle for muscle in prime_movers(exercise, know) if muscle in prime_movers(found[0], know)]
    reps = next((item.reps for item in found[0].programming.goals if item.goal == goal), None)
    lines.append(words["better" if shared else "better_helper"].format(
        better=found[0].name, goal=know.name_of(goal), muscles=know.wording["session"]["and"].join(map(know.name_of, shared)),
        muscle=know.name_of(prime_movers(exercise, know)[0]),
        reps=words["better_reps"].format(low=reps[0], high=reps[1]) if reps else ""))
    return lines, [{"title": words["better_button"].format(name=item.name), "payload": payload("change_plan", exercise=item.id)} for item in found]


def changed(profile: AnyProfile, question: Question, know: Knowledge) -> Tuple[Optional[AnyProfile], str]:
    """Returns a profile with what a message changes, or None and what is said instead."""
    return changed_session(profile, question, know) if isinstance(profile, SessionProfile) else changed_scheme(profile, question, know)


def refocused(profile: SessionProfile, question: Question, know: Knowledge) -> Optional[SessionProfile]:
    """Returns a session chosen afresh with the muscles first that a message puts first ("focus on quads instead"), None if it puts none."""
    focus = tuple(read_focus(question, know))
    if not focus or question.values("exercise") or looks_like_question(question.text) or not _FOCUS.search(question.text):
        return None
    return replace(profile, focus=focus, exercises=())


def changed_scheme(profile: Profile, question: Question, know: Knowledge) -> Tuple[Optional[Profile], str]:
    """Returns the profile of a plan for one exercise with what a message changes, or None and what is said instead."""
    outcomes = read_all(question, "sessions_per_week" if question.numbers() else None,
                        ["goal", "experience", "sessions_per_week", "exercise", "recent_set"], know)
    changes: Dict[str, Any] = {slot: outcome.value for slot, outcome in outcomes.items() if not outcome.problem}
    if "load" not in changes.get("recent_set", {"load": 0}) or profile.limit:
        changes.pop("recent_set", None)
    if not changes:
        bad = any(outcome.problem for outcome in outcomes.values())
        return None, know.wording["form"]["bad"]["sessions_per_week"] if bad else know.wording["plan"]["no_change"]
    if changes.get("exercise", profile.exercise) != profile.exercise:
        changes.setdefault("recent_set", None)  # a load on one machine says nothing about another
    new = Profile.from_dict({**profile.as_dict(), **changes})
    refusal = rep_scheme.refused({"exercise": new.exercise, "health": {
        "answer": "yes", "conditions": list(new.conditions)}, "clearance": "yes"}, know) if new.conditions else None
    return (None, "\n".join(refusal)) if refusal is not None else (new, "")


def changed_session(profile: SessionProfile, question: Question, know: Knowledge) -> Tuple[Optional[SessionProfile], str]:
    """Returns the session's profile with what a message changes and what is said of it, or None and what is missing.

    The second value is "" where nothing needs to be said.
    """
    slots = ["goal", "experience", "sessions_per_week", "session_size"]
    if question.values("equipment") or not question.values("exercise", negated=None):  # a machine that is swapped in is no new equipment
        slots.append("equipment")
    outcomes = read_all(question, "sessions_per_week" if _bare_number(question) else None, slots, know)
    if "session_size" in outcomes and not question.numbers("per_week"):
        outcomes.pop("sessions_per_week", None)
    if any(outcome.problem for outcome in outcomes.values()):
        return None, know.wording["form"]["bad"]["sessions_per_week"]
    named = list(dict.fromkeys(_meant(item, profile, know) for item in question.values("exercise", negated=None)))
    focused = refocused(profile, question, know)
    if not (outcomes or named or focused):
        return None, know.wording["session"]["no_change"]
    base = focused or profile
    new = SessionProfile.from_dict({**base.as_dict(), **_values(outcomes, base)})
    if not named:
        return new, ""
    if _REMOVE.search(question.text) and len(named) == 1:
        return sessions.removed(new, named), ""
    if _ADD.search(question.text) and len(new.exercises) + len(named) <= sessions.MOST:
        return sessions.added(new, named), ""
    new, refused = sessions.swapped(new, named, know)
    goal = row_for(new, know).goal
    return (None, " ".join(session_text.swap_line(swap, goal, know) for swap in refused)) if refused else (new, "")


def _meant(item: str, profile: SessionProfile, know: Knowledge) -> str:
    """Returns the exercise a name stands for: of a family the member that is in the session, else its usual one."""
    inside = next((exercise for exercise in profile.exercises if know.family_of(exercise) == item), None)
    return inside or (known(item, know).id if is_known(item, know) else item)


def _bare_number(question: Question) -> bool:
    return bool(question.numbers(None, "per_week"))


def _values(outcomes: Mapping[str, Read], profile: SessionProfile) -> Dict[str, Any]:
    """Returns the profile's fields that a message sets; a shorter session is chosen afresh."""
    values = {slot: outcome.value for slot, outcome in outcomes.items()}
    size = values.pop("session_size", None)
    if size is not None:
        values["size"] = size
        if size < len(profile.exercises):
            values["exercises"] = ()
    return values

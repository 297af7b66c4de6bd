"""Reads form answers from a message: words, numbers, buttons and whole sentences, the same way for every slot."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional

from actions.mentions import Mention
from actions.ordering import is_known, known
from actions.quantities import in_digits
from actions.question import REQUEST_SESSION, REQUESTS, Question
from actions.sessions import size_for
from knowledge import Knowledge
from knowledge.signs import is_high
from knowledge.text import tokens

YES = frozenset("yes yep yeah yup ya yea sure correct affirmative definitely absolutely true cleared ok okay".split())
NO = frozenset("no nope nah none nothing never negative healthy fine not nil nada zero neither without".split())
UNKNOWN = re.compile(
    r"\b(?:skip|pass|no idea|no clue|not sure|unsure|dunno|idk|don'?t know|do not know|don'?t remember|can'?t remember|never used|never done|"
    r"never tried|haven'?t used|haven'?t done|haven'?t tried|none yet|not yet|next)\b", re.IGNORECASE)
QUESTION = re.compile(
    r"^\s*(?:so |and |but |ok |wait,? |hang on,? |quick question:? )*(?:what|whats|what's|how|why|when|where|which|who|is|are|can|could|"
    r"does|do i|do you|should|will|would|tell me|explain)\b|\?\s*$", re.IGNORECASE)
ALL_WELL = re.compile(r"\b(?:all good|all clear|perfect(?:ly)? (?:fine|healthy)|good health|fit as|i'?m (?:good|fine|ok)|fit and well)\b", re.I)
NOT_CLEARED = re.compile(
    r"\b(?:not yet|hasn'?t|haven'?t|have not|has not|didn'?t|did not|not cleared|no one|nobody|waiting|not sure|don'?t think|unsure|"
    r"wasn'?t)\b", re.IGNORECASE)
CLEARED = re.compile(
    r"\b(?:cleared|gave me the (?:ok|okay|all clear|green light)|all clear|green light|signed (?:me )?off|well controlled|under control|"
    r"happy with|said (?:it'?s|i'?m|i am|it is|that it'?s)? ?(?:ok|okay|fine|good|i can))\b", re.IGNORECASE)
EVERYTHING = re.compile(r"\b(?:everything|anything|all of (?:it|them|those)|whatever|the lot)\b", re.IGNORECASE)
NOTHING = re.compile(r"\b(?:nothing|no (?:equipment|kit|gear|weights)|none|just me|my (?:own )?body)\b", re.IGNORECASE)
GYM = re.compile(r"(?<!home )(?<!hotel )(?<!garage )\bgym\b|\bmachines?\b", re.IGNORECASE)
INCLUDING = re.compile(r"\b(?:include|including|add|with|containing|made of|consisting of)\b", re.IGNORECASE)
WISHING = frozenset({*REQUESTS, "change_plan", "follow_up"})
"""Intents with which a named exercise is meant to be in the session; a bare name is a follow-up."""
COUNT = re.compile(r"\b([1-9])\s+(?:\w+\s+){0,2}?(?:exercises|movements|moves|lifts)\b", re.IGNORECASE)
HOURS = re.compile(r"\b(?:(?P<half>half (?:an )?hour)|(?:an|one|1) hour|hour long)\b", re.IGNORECASE)
MACHINE_KIT, BARE_KIT = "gym", "bodyweight"
"""Kits of knowledge/sessions.yml: of a gym, and of somebody with nothing."""
COMPLAINT = re.compile(r"\b(?:bad|hurt|hurts|hurting|sore|ache|aches|achy|pain|painful|injur\w*|dodgy|operat\w*|surger\w*|broke\w*|torn|tore)\b",
                       re.IGNORECASE)
LESSER_COMPLAINT = re.compile(r"\b(?:problems?|issues?|weak)\b", re.IGNORECASE)
"""Words that tell of a complaint beside a part of the body; the lesser ones only where it was asked about."""
TIRED_PARTS = frozenset({"legs", "muscles"})
"""Parts that are sore after training anyway."""
DISCOMFORTS = frozenset({"knee_discomfort", "back_discomfort", "hip_discomfort"})
"""Aspects of knowledge/vocabulary.yml that tell of a joint that hurts."""
AGE_LIMITS = (18, 65)
MOST_SESSIONS_A_WEEK = 7
MOST_REPS = 50
MONTHS_BEGINNER, MONTHS_INTERMEDIATE = 6, 24
"""Below the first a beginner, up to the second intermediate, then advanced (months of consistent training)."""


@dataclass(frozen=True)
class Read:
    """The outcome for one slot: a value, or a problem with what was said."""

    value: Any = None
    problem: bool = False


Reader = Callable[[Question, bool, Knowledge], Optional[Read]]
"""Reads a slot; the flag tells whether the slot was asked for. None means that the message does not speak of it."""


def looks_like_question(text: str) -> bool:
    """Tells whether a message is put as a question or an instruction to explain."""
    return bool(QUESTION.search(text))


def _clicked(question: Question, slot: str) -> Optional[str]:
    values = question.values(slot)
    return values[0] if values else None


def read_goal(question: Question, asked: bool, know: Knowledge) -> Optional[Read]:
    goals = [goal for goal in question.values("goal") if goal in know.goals]
    if goals:
        return Read(goals[-1] if re.search(r"\bnot\b|\binstead\b|\bactually\b", question.text, re.I) else goals[0])
    return None


def read_experience(question: Question, asked: bool, know: Knowledge) -> Optional[Read]:
    levels = question.values("experience")
    if levels:
        return Read(levels[0])
    months: Optional[float] = None
    for mention in question.numbers("year", "month", "week"):
        if mention.amount is None or mention.amount < 0:
            continue
        months = mention.amount * {"year": 12, "month": 1, "week": 0.25}[mention.unit or "month"]
    if months is not None and (asked or re.search(r"\b(?:train|lift|gym|experience|lifting|training)", question.text, re.I)):
        if re.search(r"\bplan\b|\bprogram", question.text, re.I) and not asked:
            return None
        return Read("beginner" if months < MONTHS_BEGINNER else "intermediate" if months <= MONTHS_INTERMEDIATE else "advanced")
    if asked and re.search(r"\bnever\b|\bnot (?:much|at all|really)\b|\bnew\b|\bnone\b|\bno experience\b|\bzero\b", question.text, re.I):
        return Read("beginner")
    return None


def read_sessions(question: Question, asked: bool, know: Knowledge) -> Optional[Read]:
    found: List[Mention] = question.numbers("per_week")
    if not found and asked:
        found = question.numbers(None, "load", "rep", "set", "rir")
    if not found:
        return None
    if not asked and re.search(r"\b(?:ago|last|after|for \d+ days)\b", question.text, re.I):
        return None
    amount = found[0].amount
    if amount is None or amount != int(amount) or not 1 <= amount <= MOST_SESSIONS_A_WEEK:
        return Read(problem=True)
    return Read(int(amount))


def read_exercise(question: Question, asked: bool, know: Knowledge) -> Optional[Read]:
    named = question.values("exercise")
    for item in named:
        if item in know.exercises:
            return Read(item)
        if item in know.families:
            return Read(know.families[item].usual)
    return Read(problem=True) if named and asked else None


def conditions_in(question: Question, know: Knowledge) -> List[str]:
    """Returns the health conditions a person speaks of, ages under 18 and over 65 among them."""
    found = [item for item in question.values("condition") if item in know.conditions]
    low, high = AGE_LIMITS
    for mention in question.numbers("age"):
        if mention.amount is not None and mention.amount < low:
            found.append("age_under_18")
        elif mention.amount is not None and mention.amount > high:
            found.append("age_over_65")
    return [item for item in dict.fromkeys(found) if know.conditions[item].screening.value != "none"]


def read_health(question: Question, asked: bool, know: Knowledge) -> Optional[Read]:
    """Reads the health question: {"answer": "yes", "conditions": [...]} or {"answer": "no"}."""
    clicked = _clicked(question, "health")
    if clicked in ("yes", "no"):
        return Read({"answer": clicked, "conditions": []})
    conditions = conditions_in(question, know)
    groups = set(question.values("group"))
    if asked:
        if "older_adults" in groups and "age_over_65" not in conditions:
            conditions.append("age_over_65")
        if "teenagers" in groups and "age_under_18" not in conditions:
            conditions.append("age_under_18")
        if any(is_high(mention.amount or 0, mention.second) for mention in question.numbers("mmhg")):
            conditions.append("high_blood_pressure")
    if conditions:
        return Read({"answer": "yes", "conditions": conditions})
    if not asked:
        return Read({"answer": "yes", "conditions": ["joint_problem"]}) if _complains(question) else None
    words = tokens(question.text)
    hurts = set(question.values("aspect")) & DISCOMFORTS or (question.values("body_part") and (
        COMPLAINT.search(question.text) or LESSER_COMPLAINT.search(question.text)))
    negated = bool(question.values("condition", negated=True)) or bool(words and (words[0] in NO or set(words) & {"none", "nothing", "healthy"}))
    if hurts and not negated:
        return Read({"answer": "yes", "conditions": ["joint_problem"] if "joint_problem" in know.conditions else []})
    if negated or question.intent == "deny" or question.numbers("mmhg"):  # a reading that is high was a condition above
        return Read({"answer": "no", "conditions": []})
    if (words and words[0] in YES) or question.intent == "affirm":
        return Read({"answer": "yes", "conditions": []})
    if ALL_WELL.search(question.text):
        return Read({"answer": "no", "conditions": []})
    return None


def _complains(question: Question) -> bool:
    """Tells whether a sentence that was not asked for says that a part of the body hurts: "a leg day please, knees are dodgy"."""
    if question.values("condition", negated=True):
        return False
    return bool(set(question.values("body_part")) - TIRED_PARTS) and bool(COMPLAINT.search(question.text))


def read_clearance(question: Question, asked: bool, know: Knowledge) -> Optional[Read]:
    clicked = _clicked(question, "clearance")
    if clicked in ("yes", "no"):
        return Read(clicked)
    if not asked:
        return None
    words = tokens(question.text)
    first = words[0] if words else ""
    if first in NO or question.intent == "deny" or NOT_CLEARED.search(question.text):
        return Read("no")
    if first in YES or question.intent == "affirm" or CLEARED.search(question.text):
        return Read("yes")
    return None


def read_recent_set(question: Question, asked: bool, know: Knowledge) -> Optional[Read]:
    """Reads a set: {"load", "unit", "reps", "rir"}, or {"skipped": True}."""
    loads = question.numbers("kg", "lb", "load")
    reps = question.numbers("rep")
    left = question.numbers("rir")
    bare = question.numbers(None, "set") if asked or loads else []
    if asked and not loads and not reps and (question.intent == "skip" or UNKNOWN.search(question.text)):
        return Read({"skipped": True})
    if asked and not loads and bare:
        loads, bare = bare[:1], bare[1:]
    if not reps and loads and bare:
        reps, bare = bare[:1], bare[1:]
    if not left and bare and reps and loads:
        left = bare[:1]
    if not loads or not reps:
        if asked and (loads or reps or question.mentions):
            return Read(problem=True)
        return None
    load, count = loads[0].amount or 0.0, reps[0].amount or 0.0
    reserve = left[0].amount if left and left[0].amount is not None else 0.0
    unit = loads[0].unit if loads[0].unit in ("kg", "lb") else ("lb" if re.search(r"\b(?:lbs?|pounds?)\b", question.text, re.I) else "kg")
    if load <= 0 or load > 1500 or not 1 <= count <= MOST_REPS or count != int(count) or not 0 <= reserve <= 20:
        return Read(problem=True) if asked else None
    return Read({"load": load, "unit": unit, "reps": int(count), "rir": int(reserve)})


def read_equipment(question: Question, asked: bool, know: Knowledge) -> Optional[Read]:
    """Reads what somebody trains with, as a list of kits of knowledge/sessions.yml."""
    kits = [item for item in question.values("equipment") if item in know.sessions.kits]
    if kits:
        return Read(kits)
    if asked and EVERYTHING.search(question.text):
        return Read([MACHINE_KIT])
    if asked and (question.intent == "deny" or set(tokens(question.text)[:1]) & NO or NOTHING.search(question.text)):
        return Read([BARE_KIT])
    if set(question.values("equipment", negated=None)) & {"home", "no_machine"}:
        return None
    machines = [item for item in question.values("exercise") if is_known(item, know) and known(item, know).traits.machine]
    return Read([MACHINE_KIT]) if machines or GYM.search(question.text) else None


def read_named_exercises(question: Question, asked: bool, know: Knowledge) -> Optional[Read]:
    """Reads what is wanted in a session, as a list of ids: exercises, and in a request for one the muscles that come first."""
    if question.intent not in WISHING and not INCLUDING.search(question.text):
        return None
    named = question.values("exercise")
    families = {know.family_of(item) for item in named}
    named = [item for item in named if item not in families]
    named += read_focus(question, know) if question.intent == REQUEST_SESSION else []
    return Read(named) if named else None


def read_focus(question: Question, know: Knowledge) -> List[str]:
    """Returns the muscles that a session shall put first, a part beside its whole left out; muscles of the person's story are none."""
    named = [m.value for m in question.mentions if m.entity == "muscle" and not m.negated and not m.context]
    return [item for item in dict.fromkeys(named) if know.muscles[item].part_of not in named]


def read_unwanted_exercises(question: Question, asked: bool, know: Knowledge) -> Optional[Read]:
    """Reads the exercises that a session must not have, as a list of ids; a family stands for its members."""
    named = [item for item in question.values("exercise", negated=True)]
    found = [member for item in named for member in (know.members(item) or [item])]
    return Read(list(dict.fromkeys(found))) if found else None


def read_session_size(question: Question, asked: bool, know: Knowledge) -> Optional[Read]:
    """Reads how many exercises a session has, told as such or as minutes."""
    told = COUNT.search(in_digits(question.text))
    if told:
        return Read(int(told[1]))
    minutes = [mention.amount for mention in question.numbers("minute") if mention.amount]
    if not minutes and (hours := HOURS.search(question.text)):
        minutes = [30.0 if hours["half"] else 60.0]
    return Read(size_for(minutes[0], know)) if minutes else None


READERS: Mapping[str, Reader] = {
    "goal": read_goal, "experience": read_experience, "sessions_per_week": read_sessions, "exercise": read_exercise,
    "health": read_health, "clearance": read_clearance, "recent_set": read_recent_set,
    "equipment": read_equipment, "named_exercises": read_named_exercises, "unwanted_exercises": read_unwanted_exercises,
    "session_size": read_session_size,
}
"""How each slot is read. A new form brings its own slots into this table; the mechanism in base.py stays as it is."""


def read_all(question: Question, asked: Optional[str], slots: List[str], know: Knowledge) -> Dict[str, Read]:
    """Returns what a message says of each of ``slots``; ``asked`` is the slot of the open question."""
    found = {}
    for slot in slots:
        outcome = READERS[slot](question, slot == asked, know)
        if outcome is not None:
            found[slot] = outcome
    return found

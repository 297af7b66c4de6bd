"""What a message tells of the person beside the words that name it: an age, a weight or a height in figures, a normal blood pressure, and
whether a condition is one the person has or one they fear to get. Pure functions."""
from __future__ import annotations

import re
from dataclasses import replace
from typing import Iterator, Sequence, Tuple

from actions.mentions import Mention
from actions.quantities import KG_PER_LB
from knowledge.signs import is_high

OLDER_FROM, MIDDLE_AGED_FROM, TEENAGERS_BELOW = 60, 40, 18
"""Ages, in years, from and below which what is written for a group holds."""
HEAVY_FROM_KG = 115
WORRY = "worry"
"""The entity of a condition that somebody fears to get, and has not."""
ORDINARY_PRESSURE = "ordinary_pressure"
HIGH_PRESSURE, VERY_HIGH_PRESSURE = "high_blood_pressure", "very_high_blood_pressure"
UNDER_AGE, PREGNANCY = "age_under_18", "pregnancy"
_WEEKS_ALONG = re.compile(r"\b(?:at|i'?m|i am) (?:1[2-9]|2\d|3\d|4[01]) ?(?:weeks|wks)\b(?! (?:post|after|out|since|of|on|in|into|old|ago))",
                          re.IGNORECASE)
"""How far along a pregnancy is, where nothing else is named that weeks are counted from."""
_REAR = re.compile(r"\bback (?:leg|foot|knee|hip|quad|thigh|toes?|heel|ankle|calf)\b", re.IGNORECASE)
"""Here "back" is the rear one, no part of the body."""

_MEASURE = re.compile(r"(?:(?:my|a|the|normal|resting) )*(?:bp|(?:blood )?pressure|reading)(?: reading)?(?: is| of| at)?", re.IGNORECASE)
"""Names of high blood pressure that are the measure's name too: beside an ordinary reading they tell of no condition."""
_OWN_WEIGHT = re.compile(r"\b(?:i weigh|i'?m|i am|weighing|weighs|my (?:body ?)?weight(?: is)?|body ?weight(?: of)?|at|he is|she is|he'?s|she'?s)"
                         r"(?: (?:about|around|nearly|over|like|just))?\s*$", re.IGNORECASE)
_TALL = re.compile(r"\b(?:6 ?(?:'|ft|foot|feet) ?(?:[3-9]|1[01])\b|7 ?(?:'|ft|foot|feet)|(?:19\d|2[0-2]\d) ?cm\b|"
                   r"(?:1[.,]9\d?|2[.,][01]\d?) ?m\b)", re.IGNORECASE)
_GETTING = (r"(?:risk(?:s|ing)?(?: of)?(?: getting)?|(?:get|gets|getting|give|gives|giving)(?: me| you| us)?|caus(?:e|es|ed|ing)|"
            r"lead(?:s|ing)? to|end(?:ing)? up with|prevent(?:s|ing)?|protect(?:s|ing)? (?:against|from)|"
            r"(?:afraid|scared|frightened) of(?: getting)?|worr(?:y|ied) about(?: getting)?|fear of(?: getting)?|avoid(?:ing)?(?: getting)?|"
            r"without getting|chance of|develop(?:ing)?)")


def with_told(text: str, mentions: Sequence[Mention]) -> Tuple[Mention, ...]:
    """Returns the mentions of a message with those that its figures add, and with feared conditions told apart."""
    found = [replace(m, entity=WORRY) if m.entity == "condition" and _is_feared(m.text, text) else m for m in mentions]
    if _REAR.search(text):
        found = [m for m in found if m.value not in ("lower_back", "back_discomfort") or m.text.lower() != "back"]
    readings = [m for m in found if m.unit == "mmhg"]
    if readings and not any(is_high(m.amount or 0, m.second) for m in readings):
        found = [m for m in found if m.entity != "condition" or not _MEASURE.fullmatch(m.text)]
        found.append(Mention("aspect", ORDINARY_PRESSURE))
    elif readings and not any(m.value in (HIGH_PRESSURE, VERY_HIGH_PRESSURE) for m in found):
        found.append(Mention("condition", HIGH_PRESSURE))
    if any(m.unit == "age" and (m.amount or 0) < TEENAGERS_BELOW for m in found):
        found.append(Mention("condition", UNDER_AGE, context=True))
    if _WEEKS_ALONG.search(text) and not any(m.entity == "condition" for m in found):
        found.append(Mention("condition", PREGNANCY))
    named = {m.value for m in found if m.entity == "group"}
    return (*found, *(Mention("group", group) for group in dict.fromkeys(_groups(text, found)) if group not in named))


def _groups(text: str, mentions: Sequence[Mention]) -> Iterator[str]:
    for mention in mentions:
        amount = mention.amount
        if mention.entity != "number" or amount is None:
            continue
        if mention.unit == "age" and amount < TEENAGERS_BELOW:
            yield "teenagers"
        elif mention.unit == "age" and amount >= OLDER_FROM:
            yield "older_adults"
        elif mention.unit == "age" and amount >= MIDDLE_AGED_FROM:
            yield "middle_aged"
        elif mention.unit in ("kg", "lb"):
            told = re.search(rf"(?<!\d){amount:g}\b", text)
            weight = amount * KG_PER_LB if mention.unit == "lb" else amount
            if told and weight >= HEAVY_FROM_KG and _OWN_WEIGHT.search(text[:told.start()]):
                yield "heavy_people"
    if _TALL.search(text):
        yield "tall_people"


def _is_feared(name: str, text: str) -> bool:
    """Tells whether a condition stands right behind words for getting it, with no "my" before it, or is one of the family."""
    if not name:
        return False
    name = re.escape(name)
    return bool(re.search(rf"\b{_GETTING}\s+(?:an? |the )?(?:bad |new |another )?{name}|{name} (?:is |are )?(?:runs )?in (?:my |the |our )?family",
                          text, re.IGNORECASE))

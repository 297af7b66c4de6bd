"""Numbers in a sentence, with what they count: "225 lbs for 8, two left" is a load, repetitions and repetitions in reserve.

Number words are turned into digits by text2num; what is left is which unit a number has, told by the words around it.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import List, Optional

from text_to_num import alpha2digit

KG_PER_LB = 1 / 2.20462

UNITS = {
    "kg": ("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramme", "kilogrammes"),
    "lb": ("lb", "lbs", "pound", "pounds", "#"),
    "rep": ("rep", "reps", "repetition", "repetitions", "times each"),
    "set": ("set", "sets"),
    "rir": ("left", "rir", "in reserve", "in the tank", "more in me", "reps left", "reps in reserve", "rep left",
            "reps in the tank", "more reps", "more rep"),
    "per_week": ("x a week", "x per week", "x week", "times a week", "times per week", "time a week", "days a week", "days per week",
                 "day a week", "days", "day", "sessions", "session", "sessions a week", "x weekly", "times weekly", "times",
                 "days each week", "times each week", "a week", "per week", "workouts", "workouts a week"),
    "week": ("week", "weeks", "wk", "wks"),
    "month": ("month", "months"),
    "year": ("year", "years", "yr", "yrs"),
    "age": ("year old", "years old", "yr old", "yo", "y/o", "yrs old", "years of age", "-year-old", "-yr-old", "-year old",
            "year-old"),
    "minute": ("min", "mins", "minute", "minutes"),
    "percent": ("%", "percent"),
    "plate": ("plate", "plates"),
}
_BY_WORD = {word: unit for unit, words in UNITS.items() for word in words}
_UNIT = "|".join(sorted((re.escape(word) for word in _BY_WORD), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?<![\w.,/])(?P<sign>[-\u2212](?=\d))?(?P<number>\d+(?:[.,]\d+)?)(?:\s*(?P<unit>{_UNIT})(?![a-z]))?", re.IGNORECASE)
_PRESSURE = re.compile(r"(?<!\d)(?P<systolic>\d{2,3})\s*(?:/|over)\s*(?P<diastolic>\d{2,3})(?!\d)", re.IGNORECASE)
_FREQUENCY_WORDS = ((re.compile(r"\bonce\b(?!\s+(?:i|you|it|my|the|we)\b)", re.I), "1 times"), (re.compile(r"\btwice\b", re.I), "2 times"),
                    (re.compile(r"\bthrice\b", re.I), "3 times"), (re.compile(r"\bevery ?day\b|\bdaily\b", re.I), "7 days a week"),
                    (re.compile(r"\bone (?=(?:day|time|session|rep|set|more|left)\b)", re.I), "1 "),
                    (re.compile(r"\bhalf a year\b", re.I), "6 months"),
                    (re.compile(r"(?<!times )(?<!days )\b(?:a|one)(?= (?:year|month)\b)", re.I), "1"),
                    (re.compile(r"\ba couple(?: of)?\b", re.I), "2"), (re.compile(r"\bnone left\b|\bto failure\b", re.I), "0 left"))

_PEOPLE = (r"(?:dad|mum|mom|father|mother|parent|grand\w+|nan|gran|uncle|aunt|auntie|husband|wife|partner|son|daughter|kid|child|boy|lad|lass|pupil|"
           r"girl|brother|sister|nephew|niece|client|patient|somebody|someone|person|man|woman|lady|gentleman|bloke|guy|chap|fella|male|female|pensioner|"
           r"granny|nana|he|she)")
_AGED = re.compile(rf"\b(?:aged?|turn(?:ed|ing|s)?|i'?m|im|i am|age is|"
                   rf"(?:{_PEOPLE}(?:'s)?|he's|she's|hes|shes)(?: is| was| of| aged| turning| who is)?,?)"
                   r"(?: (?:nearly|almost|about|just|only|now|already|over))?$",
                   re.IGNORECASE)
"""What an age in figures stands behind."""
_BIRTHDAY = re.compile(r"(?:st|nd|rd|th) ?(?:birthday|bday)", re.IGNORECASE)
_SEX_BEHIND = re.compile(r"/? ?(?:f|male|female|woman|man|lady)\b(?! ?(?:/|per))", re.IGNORECASE)
_SEX_BEFORE = re.compile(r"(?:^|[\s(])(?:m|f) ?/? ?$", re.IGNORECASE)
_ALONE_AFTER_PERSON = re.compile(rf"\b(?:{_PEOPLE}|old(?:er|ie)?|retired|newbie|beginner)\b[^.!?]{{0,40}}[.!,(]$", re.IGNORECASE)
"""A number in a sentence of its own behind somebody is their age: "im an old bloke. 81. which machine"."""
YOUNGEST, OLDEST = 7, 110
FROM_BEHIND = 14
"""Smaller numbers are told to be ages by plainer words."""
_MEASURED = re.compile(r"(?:ft|foot|feet|'|\"|st\b|stone|cm|m\b|inch|in\b|%|/|and a half f)", re.IGNORECASE)
"""What makes a figure behind "he is" a height or a weight."""
_IN_AGE = re.compile(r"\b(?:at|is|from|of|turned|turning|over|under)$", re.IGNORECASE)
_TOO_OLD = re.compile(r"\b(?:old|older|young|younger|age|early|late|kids?|child(?:ren)?|teen\w*|suit\w*)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Quantity:
    """A number and its unit; ``unit`` is a key of UNITS, "mmhg" for the upper value of a blood pressure, or None.

    ``second`` is the lower value of a blood pressure. ``start`` and ``end`` are offsets in the text with digits.
    """

    value: float
    unit: Optional[str]
    start: int
    end: int
    second: Optional[float] = None

    def text(self) -> str:
        """Returns the canonical form, such as "225 lb"."""
        number = f"{self.value:g}"
        if self.unit == "mmhg" and self.second is not None:
            return f"{number}/{self.second:g} mmhg"
        return f"{number} {self.unit}" if self.unit else number


def in_digits(text: str) -> str:
    """Returns ``text`` with number words as digits ("two hundred pounds" becomes "200 pounds")."""
    for pattern, digits in _FREQUENCY_WORDS:
        text = pattern.sub(digits, text)
    return str(alpha2digit(text, "en", threshold=2))  # "one" stays: it is seldom a number


def find(text: str) -> List[Quantity]:
    """Returns the quantities of a sentence in order; offsets refer to ``in_digits(text)``."""
    digits = in_digits(text)
    found: List[Quantity] = []
    taken = [False] * (len(digits) + 1)
    for match in _PRESSURE.finditer(digits):
        upper, lower = float(match["systolic"]), float(match["diastolic"])
        if 70 <= upper <= 300 and 40 <= lower <= 200 and upper > lower:
            found.append(Quantity(upper, "mmhg", match.start(), match.end(), lower))
            taken[match.start():match.end()] = [True] * (match.end() - match.start())
    spaced = re.sub(r"(?<=[\dgsb])\s*[x\u00d7*]\s*(?=\d)", lambda m: " " * (m.end() - m.start() - 1) + "\u00d7", digits)
    for match in _NUMBER.finditer(spaced.replace("\u00d7", " ")):
        if any(taken[match.start():match.end()]):
            continue
        unit = _BY_WORD.get(match["unit"].lower()) if match["unit"] else None
        value = float(match["number"].replace(",", ".")) * (-1 if match["sign"] else 1)
        found.append(Quantity(value, unit, match.start(), match.end()))
    found.sort(key=lambda quantity: quantity.start)
    return [_with_role(quantity, found, spaced) for quantity in found]


MOST_REPS = 50
"""A larger number behind an "x" is a load: "5 x 120"."""


def _with_role(quantity: Quantity, found: List[Quantity], text: str) -> Quantity:
    """Gives a bare number its unit from the words before it: "for 8", "x 8", "rir 2", "aged 70", "3 sets of 10"."""
    if quantity.unit is not None:
        return quantity
    before, after = text[:quantity.start].rstrip().lower(), text[quantity.end:].lstrip().lower()
    unit = None
    if before.endswith("\u00d7") and quantity.value <= MOST_REPS:
        unit = "rep"
    elif after.startswith("\u00d7"):
        following = next((q for q in found if q.start > quantity.start), None)
        if following is not None and (following.unit in ("kg", "lb") or following.value > MOST_REPS):
            unit = "rep"
        else:
            unit = "set" if quantity.value <= 10 and not any(q.unit in ("kg", "lb") for q in found) else "load"
    elif re.search(r"\b(?:for|did|got|sets? of|of)$", before) and quantity.value <= 50:
        unit = "rep"
    elif re.search(r"\brir(?: of)?$|\bleaving$|\bleft$", before):
        unit = "rir"
    elif YOUNGEST <= quantity.value <= OLDEST and (_BIRTHDAY.match(after) or (
            not _MEASURED.match(after) and _is_an_age(quantity.value, before, after, text))):
        unit = "age"
    return Quantity(quantity.value, unit, quantity.start, quantity.end)


def _is_an_age(value: float, before: str, after: str, text: str) -> bool:
    """Tells whether a number without a unit is somebody's age, by the words around it."""
    if _AGED.search(before) or (_IN_AGE.search(before) and _TOO_OLD.search(text) and value >= 10):
        return True
    if value < FROM_BEHIND:
        return False
    alone = after[:1] in (".", ",", "!", ")") and _ALONE_AFTER_PERSON.search(before)
    return bool(_SEX_BEHIND.match(after) or _SEX_BEFORE.search(before + " ") or alone)


def to_kg(value: float, unit: str) -> float:
    """Converts a load; ``unit`` is "kg" or "lb"."""
    return value * KG_PER_LB if unit == "lb" else value

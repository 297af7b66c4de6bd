"""Matches the signs of red flags (knowledge/red_flags.yml) in a message."""
from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any, Dict, Iterable, Iterator, List, Match, Optional, Pattern, Sequence, Tuple

from knowledge import schema
from knowledge.text import spans

NEGATIONS = r"(?:no|not|never|without|dont|doesnt|didnt|isnt|arent|wasnt|havent|hasnt|havnt|deny|denies|neither|nor)"
_NO_REAL_NEGATION = (r"(?! (?:sure|know|certain|idea|clue|only|just|joke|joking|lying|want|wanna|understand|matter|think|doubt|"
                     r"gonna lie|going to lie)\b)")
"""After these words a negation says nothing about the sign: "not sure if", "dont know why", "not just"."""
NEGATED = re.compile(rf"\b{NEGATIONS}{_NO_REAL_NEGATION}(?: (?!but\b|and then\b|however\b)\w+){{0,3}} ?$")
_ORDER = ("S", "E", "D", "U", "C")
"""Most urgent first: a life at risk, an emergency, an eating disorder, urgent care, a clinician."""

_DENYING = re.compile(rf"{NEGATIONS}\b|cant\b|cannot\b|unable\b")
"""A sign that starts like this denies by itself ("cannot feel")."""

SEPARATOR = " | "
"""Stands between the sentences of a folded message, so that no phrase runs over it."""

PRESSURE_WORDS = re.compile(r"\b(?:bp|blood pressure|pressure|reading|systolic|mmhg)\b")
LOAD_WORDS = re.compile(r"\b(?:kg|kgs|kilos?|lb|lbs|pounds?|reps?|sets?|plates?|bench|drop)\b")
"""Beside these two numbers are loads ("190/115 kg drop set"), unless blood pressure is named."""
PRESSURE_LIMITS = ((180, 110, "bp_urgent"), (160, 100, "bp_clinician"))
"""Upper value, lower value (mmHg), flag: either value at or above its limit raises the flag."""
HIGH_PRESSURE = (140, 90)
"""From either value on a reading (mmHg) counts as high blood pressure."""
PRESSURE_EMERGENCY = (180, 120, "bp_emergency")
PRESSURE_FLAGS = frozenset({PRESSURE_EMERGENCY[2], *(flag for _, _, flag in PRESSURE_LIMITS)})
PRESSURE_SYMPTOMS = re.compile(
    r"\b(?:headache|head (?:is |s )?(?:\w+ )?(?:pounding|splitting|banging|killing|bursting|hurts|aches)|"
    r"heads? (?:pounding|splitting|banging)|pounding head|"
    r"chest|breath\w*|dizz\w*|vision|sight|blurr?\w*|blury|see right|see straight|seeing (?:double|stars|spots)|confus\w*|muddled|numb\w*|"
    r"pins and needles|tingl\w*|weak\w*|faint\w*|nose ?bleed\w*|nausea\w*|sick|vomit\w*|throwing up|threw up|speech|slurr\w*|"
    r"heart (?:is |s )?(?:going|racing|pounding|nuts|mad)|woozy|lightheaded|light headed)\b")


def folded(text: str) -> str:
    """Returns the words of ``text`` joined by spaces, with a separator where a sentence ends."""
    out: List[str] = []
    end = 0
    for word, start, stop in spans(text):
        if out and any(mark in text[end:start] for mark in ".!?;\n"):
            out.append("|")
        out.append(word)
        end = stop
    return " ".join(out)


_WORD = re.compile(r"\w+")

NEAR = " ~ "
"""Between two lists of words: one of each must stand close together, in any order."""
NEAR_WORDS = 3
"""How many words may stand between the two."""


class _Phrases:
    """Alternatives, of which one must stand in a text; compiled when a text first has the first word of one."""

    def __init__(self, words: str) -> None:
        self._alternatives = [parts for parts in (phrase.lower().replace("'", "").split() for phrase in words.split("|")) if parts]
        heads = [(head[0] if (head := _WORD.match(parts[0])) else None, parts[0]) for parts in self._alternatives]
        self._any = any(head is None for head, _ in heads)
        self._exact = frozenset(head for head, first in heads if head and first != f"{head}*")
        self._beginnings = frozenset(head for head, first in heads if head and first == f"{head}*")

    @functools.cached_property
    def _pattern(self) -> Pattern[str]:
        return re.compile(r"\b(?:" + "|".join(" ".join(
            re.escape(part[:-1]) + r"\w*" if part.endswith("*") else re.escape(part) for part in parts) for parts in self._alternatives) + r")\b")

    def _may_stand_in(self, plain: _Plain) -> bool:
        return self._any or not self._exact.isdisjoint(plain.words) or not self._beginnings.isdisjoint(plain.beginnings)

    def finditer(self, plain: _Plain) -> Iterator[Match[str]]:
        """Returns where one stands in the text."""
        return self._pattern.finditer(plain.text) if self._may_stand_in(plain) else iter(())

    def affirmed(self, plain: _Plain) -> Iterator[Match[str]]:
        """Yields where one stands and no negation before it."""
        if not self._may_stand_in(plain):
            return
        for match in self._pattern.finditer(plain.text):
            before = plain.text[:match.start()].rsplit("|", 1)[-1]
            if _DENYING.match(match.group()) or not NEGATED.search(before):
                yield match


class _Plain:
    """A folded text, the words in it and all that words in it begin with."""

    def __init__(self, text: str) -> None:
        self.text, self.words = text, frozenset(_WORD.findall(text))
        self.beginnings = frozenset(word[:length] for word in self.words for length in range(1, len(word) + 1))


@dataclass(frozen=True)
class _Group:
    """One group of a sign: words, or two lists of words that must stand near each other."""

    first: _Phrases
    second: Optional[_Phrases] = None

    def found(self, plain: _Plain) -> bool:
        """Tells whether the group stands in the text without a negation before it."""
        for one in self.first.affirmed(plain):
            if self.second is None:
                return True
            denying = _DENYING.match(one.group())  # "no feeling ~ crotch": the "no" belongs to the sign
            for other in (self.second.finditer(plain) if denying else self.second.affirmed(plain)):
                between = plain.text[min(one.end(), other.end()):max(one.start(), other.start())]
                if "|" not in between and len(between.split()) <= NEAR_WORDS:
                    return True
        return False


def _compiled_group(words: str) -> _Group:
    first, _, second = words.partition(NEAR)
    return _Group(_Phrases(first), _Phrases(second) if second else None)


@dataclass(frozen=True)
class _Compiled:
    flag: Any
    signs: Tuple[Tuple[_Group, ...], ...]
    unless: Tuple[_Phrases, ...]


def _compiled(item: Any) -> _Compiled:
    return _Compiled(item, tuple(tuple(_compiled_group(group) for group in sign) for sign in item.signs),
                     tuple(_Phrases(group) for group in item.unless))


class ConditionMatcher:
    """Finds the conditions that show in how something is put."""

    def __init__(self, conditions: Iterable[schema.Condition]):
        self._compiled = [_compiled(condition) for condition in conditions if condition.signs]

    def find(self, text: str) -> List[str]:
        """Returns the ids of the conditions whose signs stand in ``text``."""
        plain = _Plain(folded(text))
        return [item.flag.id for item in self._compiled if SignMatcher.raised(item, plain)]


class SignMatcher:
    """Finds the red flags of a message."""

    def __init__(self, flags: Iterable[schema.RedFlag]):
        compiled = [_compiled(flag) for flag in flags]
        self._flags = sorted(compiled, key=lambda item: _ORDER.index(item.flag.tier.value))
        self._by_id: Dict[str, schema.RedFlag] = {item.flag.id: item.flag for item in compiled}

    def denied(self, text: str) -> bool:
        """Tells whether ``text`` speaks of signs only to say that they are not there ("no chest pain, just sore")."""
        plain = _Plain(folded(text))
        if any(self.raised(item, plain) for item in self._flags):
            return False
        without = _Plain(re.sub(rf"\b{NEGATIONS}\b", "with", plain.text))
        return without.text != plain.text and any(self.raised(item, without) for item in self._flags)

    def find(self, text: str, pressures: Iterable[Tuple[float, float]] = ()) -> List[str]:
        """Returns the ids of the flags that ``text`` raises, most urgent first.

        Args:
            text: the message.
            pressures: blood pressures in it, as (upper, lower) in mmHg.
        """
        plain = _Plain(folded(text))
        found = [item.flag.id for item in self._flags if self.raised(item, plain)]
        for upper, lower in pressures:
            flag = self._pressure(plain.text, upper, lower)
            if flag and flag in self._by_id and flag not in found:
                found.append(flag)
        return sorted(found, key=lambda flag: _ORDER.index(self._by_id[flag].tier.value))

    @staticmethod
    def raised(item: _Compiled, plain: _Plain) -> bool:
        return any(all(group.found(plain) for group in sign) for sign in item.signs) and not any(
            any(phrases.finditer(plain)) for phrases in item.unless)

    @staticmethod
    def _pressure(plain: str, upper: float, lower: float) -> Optional[str]:
        if not PRESSURE_WORDS.search(plain) and LOAD_WORDS.search(plain):
            return None
        if (upper >= PRESSURE_EMERGENCY[0] or lower >= PRESSURE_EMERGENCY[1]) and PRESSURE_SYMPTOMS.search(plain):
            return PRESSURE_EMERGENCY[2]
        for high, low, flag in PRESSURE_LIMITS:
            if upper >= high or lower >= low:
                return flag
        return None


_PEOPLE = (
    r"(?:dad|father|mum|mom|mother|parents?|wife|husband|partner|girlfriend|boyfriend|brother|sister|son|daughter|kid|child|nan|gran|grandma|"
    r"grandmother|grandad|grandpa|grandfather|uncle|aunt|auntie|cousin|friend|mate|buddy|neighbou?r|client|patient|athlete|student|colleague|"
    r"coworker|flatmate|roommate|trainee|training partner|gym partner|guy|bloke|woman|lady|man|teammate|nephew|niece|fiancee?)s?")
_SOMEBODY = re.compile(
    rf"\b(?:my|our|a|an|this|the|one of my|her|his) (?:\w+ ){{0,2}}?{_PEOPLE}\b(?! (?:says?|said|thinks?|thought|told|tells|noticed|wants|"
    r"wanted|reckons|asked|asks|worries|drove|took|found|saw|keeps telling))")
_ONESELF = re.compile(
    r"\b(?:i|im|ive|ill|id|me|myself|my (?:own )?(?:chest|arm|leg|legs|calf|calves|knee|knees|back|head|face|eye|eyes|vision|sight|thigh|groin|"
    r"foot|feet|heart|bp|blood|pee|urine|wee|ankle|hip|achilles|speech|jaw|lump|hernia|body|left|right|heartbeat|quads?|hamstrings?|belly|"
    r"bump|stomach|neck|shoulder|hand|hands|bladder|bum|bottom))\b")
_THEY = re.compile(r"\b(?:he|she|his|her|him|hes|shes|they|their)\b")
_SIDE_REMARK = re.compile(
    r"\b(?:i (?:am |m )?(?:train|coach|teach|ask|asking|think|wonder|saw|see|took|drove|told|know|guess|should|do|want|need|work|have got|"
    r"have|got|live|worry|can|look after|care for|help)|im (?:asking|worried|his|her|their|a coach|a trainer|a pt|coaching|training)|"
    r"tell me|what (?:do|can|should) i|should i|can i|do i)\b")


def is_high(upper: float, lower: Optional[float]) -> bool:
    """Tells whether a reading (mmHg) counts as high blood pressure; the lower value may be missing."""
    return upper >= HIGH_PRESSURE[0] or (lower or 0) >= HIGH_PRESSURE[1]


def all_ordinary(pressures: Sequence[Tuple[float, float]]) -> bool:
    """Tells whether blood pressures (mmHg) were given and none reaches a limit."""
    return bool(pressures) and all(upper < high and lower < low for upper, lower in pressures for high, low, _ in PRESSURE_LIMITS)


def speaks_of_symptoms(text: str) -> bool:
    """Tells whether a message names anything that makes a high blood pressure an emergency."""
    return bool(PRESSURE_SYMPTOMS.search(folded(text)))


def speaks_of_another(text: str) -> bool:
    """Tells whether a message is about somebody else's body ("my father fainted") and not the writer's; in doubt it is the writer's."""
    plain = folded(text)
    somebody = _SOMEBODY.search(plain)
    if somebody is None or (len(plain[:somebody.start()].split()) > 2 and not _THEY.search(plain)):
        return False
    return not _ONESELF.search(_SIDE_REMARK.sub(" ", plain))

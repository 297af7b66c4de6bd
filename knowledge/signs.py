"""Matches the signs of red flags (knowledge/red_flags.yml) in a message."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, Iterable, Iterator, List, Match, Optional, Pattern, Tuple

from knowledge import schema
from knowledge.text import spans

NEGATIONS = r"(?:no|not|never|without|dont|doesnt|didnt|isnt|arent|wasnt|havent|hasnt|havnt|deny|denies|neither|nor)"
_NO_REAL_NEGATION = r"(?! (?:sure|know|certain|idea|clue|only|just|joke|joking|lying|want|wanna|understand|matter|think|doubt)\b)"
"""After these words a negation says nothing about the sign: "not sure if", "dont know why", "not just"."""
_NEGATED = re.compile(rf"\b{NEGATIONS}{_NO_REAL_NEGATION}(?: (?!but\b|and then\b|however\b)\w+){{0,3}} ?$")
_ORDER = ("S", "E", "D", "U", "C")
"""Most urgent first: a life at risk, an emergency, an eating disorder, urgent care, a clinician."""

SEPARATOR = " | "
"""Stands between the sentences of a folded message, so that no phrase runs over it."""

PRESSURE_WORDS = re.compile(r"\b(?:bp|blood pressure|pressure|reading|systolic|mmhg)\b")
PRESSURE_LIMITS = ((180, 110, "bp_urgent"), (160, 100, "bp_clinician"))
"""Upper value, lower value (mmHg), flag: either value at or above its limit raises the flag."""
PRESSURE_EMERGENCY = (180, 120, "bp_emergency")
PRESSURE_SYMPTOMS = re.compile(
    r"\b(?:headache|chest|breath|dizzy|dizziness|vision|blurr\w*|confus\w*|numb\w*|weak\w*|faint\w*|nose ?bleed|nausea|vomit\w*)\b")


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


NEAR = " ~ "
"""Between two lists of words: one of each must stand close together, in any order."""
NEAR_WORDS = 3
"""How many words may stand between the two."""


@dataclass(frozen=True)
class _Group:
    """One group of a sign: words, or two lists of words that must stand near each other."""

    first: Pattern[str]
    second: Optional[Pattern[str]] = None

    def found(self, plain: str) -> bool:
        """Tells whether the group stands in the text without a negation before it."""
        firsts = list(_affirmed(self.first, plain))
        if self.second is None:
            return bool(firsts)
        for one in firsts:
            for other in _affirmed(self.second, plain):
                between = plain[min(one.end(), other.end()):max(one.start(), other.start())]
                if "|" not in between and len(between.split()) <= NEAR_WORDS:
                    return True
        return False


def _compiled_group(words: str) -> _Group:
    first, _, second = words.partition(NEAR)
    return _Group(_group(first), _group(second) if second else None)


def _group(words: str) -> Pattern[str]:
    alternatives = []
    for alternative in words.split("|"):
        parts = [re.escape(part[:-1]) + r"\w*" if part.endswith("*") else re.escape(part)
                 for part in alternative.lower().replace("'", "").split()]
        if parts:
            alternatives.append(" ".join(parts))
    return re.compile(r"\b(?:" + "|".join(alternatives) + r")\b")


@dataclass(frozen=True)
class _Compiled:
    flag: schema.RedFlag
    signs: Tuple[Tuple[_Group, ...], ...]
    unless: Tuple[Pattern[str], ...]


class SignMatcher:
    """Finds the red flags of a message."""

    def __init__(self, flags: Iterable[schema.RedFlag]):
        compiled = [_Compiled(flag, tuple(tuple(_compiled_group(g) for g in sign) for sign in flag.signs),
                              tuple(_group(g) for g in flag.unless)) for flag in flags]
        self._flags = sorted(compiled, key=lambda item: _ORDER.index(item.flag.tier.value))
        self._by_id: Dict[str, schema.RedFlag] = {item.flag.id: item.flag for item in compiled}

    def denied(self, text: str) -> bool:
        """Tells whether ``text`` speaks of signs only to say that they are not there ("no chest pain, just sore")."""
        plain = folded(text)
        if any(self._raised(item, plain) for item in self._flags):
            return False
        without = re.sub(rf"\b{NEGATIONS}\b", "with", plain)
        return without != plain and any(self._raised(item, without) for item in self._flags)

    def find(self, text: str, pressures: Iterable[Tuple[float, float]] = ()) -> List[str]:
        """Returns the ids of the flags that ``text`` raises, most urgent first.

        Args:
            text: the message.
            pressures: blood pressures in it, as (upper, lower) in mmHg.
        """
        plain = folded(text)
        found = [item.flag.id for item in self._flags if self._raised(item, plain)]
        for upper, lower in pressures:
            flag = self._pressure(plain, upper, lower)
            if flag and flag in self._by_id and flag not in found:
                found.append(flag)
        return sorted(found, key=lambda flag: _ORDER.index(self._by_id[flag].tier.value))

    @staticmethod
    def _raised(item: _Compiled, plain: str) -> bool:
        if any(pattern.search(plain) for pattern in item.unless):
            return False
        return any(all(group.found(plain) for group in sign) for sign in item.signs)

    @staticmethod
    def _pressure(plain: str, upper: float, lower: float) -> Optional[str]:
        if not PRESSURE_WORDS.search(plain) and len(plain.split()) > 6:
            return None
        if (upper >= PRESSURE_EMERGENCY[0] or lower >= PRESSURE_EMERGENCY[1]) and PRESSURE_SYMPTOMS.search(plain):
            return PRESSURE_EMERGENCY[2]
        for high, low, flag in PRESSURE_LIMITS:
            if upper >= high or lower >= low:
                return flag
        return None


def _affirmed(pattern: Pattern[str], plain: str) -> Iterator[Match[str]]:
    """Yields the matches that no negation stands before."""
    for match in pattern.finditer(plain):
        before = plain[:match.start()].rsplit("|", 1)[-1]
        if re.match(rf"{NEGATIONS}\b|cant\b|cannot\b|unable\b", match.group()) or not _NEGATED.search(before):
            yield match

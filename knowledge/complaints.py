"""Finds conditions in complaints about a part of the body, however they are put: "dodgy left knee", "my back is playing up"."""
from __future__ import annotations

import re
from typing import Iterable, Iterator, List, NamedTuple, Sequence

from knowledge import schema
from knowledge.signs import NEGATED
from knowledge.text import spans, tokens

_NO_PART = (r"(?! (?:squat|squats|squatting|extension|extensions|leg|legs|foot|raise|raises|angle|angles|position|day|"
            r"rack|pad|pads|rest|support|form)\b)")
"""Behind these words it is no part of the body that is bad: "bad back squat form", "hip position"."""
_BROUGHT_ON = (r"(?! (?:today )?(?:after|from|when|whenever|during|on|while|doing|following|post|if|each time|every time|"
               r"the (?:day|next|morning))\b)")
"""Behind these words comes what brought soreness on: that is a question about the exercise, not about a lasting condition."""
_SOMEWHAT = (r"(?: (?:really|very|so|too|a bit|a little|quite|kinda|kind of|pretty|rather|fairly|always|still|constantly|"
             r"both|often|sometimes|now|well))*")
_BEING = r"(?:is|are|was|were|feels?|felt|gets?|got|has|have|has been|have been|keeps?|starts?|started|went|s|re)"


class Complaint(NamedTuple):
    """A complaint: the condition, and where it stands, [start, end) in the text; ``negated`` where it is denied."""

    condition: str
    start: int
    end: int
    negated: bool


class ComplaintMatcher:
    """Finds complaints about the parts of the body that conditions name."""

    def __init__(self, conditions: Iterable[schema.Condition], words: schema.Complaints) -> None:
        of_the_day = _any_of(words.of_the_day)
        lasting = _any_of([word for word in words.before if word not in words.of_the_day])
        named = "|".join(f"(?P<c{number}>{_any_of(condition.parts)})"
                         for number, condition in enumerate(item for item in conditions if item.parts))
        self._conditions = [condition.id for condition in conditions if condition.parts]
        self._pattern = re.compile(
            rf"\b(?:(?P<lead>(?:{_any_of(words.before)}|{_any_of(words.behind)})) (?:{_any_of(words.sides)} )?)?(?:{named})\b{_NO_PART}"
            rf"(?P<trail>{_SOMEWHAT}(?: {_BEING}{_SOMEWHAT} (?:{lasting}|{of_the_day}{_BROUGHT_ON})|"
            rf"(?: {_BEING})?{_SOMEWHAT} {_any_of(words.after)})\b)?")

    def find(self, text: str) -> List[Complaint]:
        """Returns the complaints in a text, in its order."""
        return list(self._found(text))

    def _found(self, text: str) -> Iterator[Complaint]:
        places = spans(text)
        plain, starts = _joined(text, places)
        for match in self._pattern.finditer(plain):
            if match["lead"] is None and match["trail"] is None:
                continue
            number = next(number for number in range(len(self._conditions)) if match[f"c{number}"] is not None)
            last = max(index for index, start in enumerate(starts) if start < match.end())
            negated = bool(NEGATED.search(plain[:match.start()].rsplit("|", 1)[-1]))
            yield Complaint(self._conditions[number], places[starts.index(match.start())][1], places[last][2], negated)


def _any_of(phrases: Sequence[str]) -> str:
    return "(?:" + "|".join(" ".join(map(re.escape, tokens(phrase))) for phrase in sorted(phrases, key=len, reverse=True)) + ")"


def _joined(text: str, places: Sequence[tuple[str, int, int]]) -> tuple[str, List[int]]:
    """Returns the words joined by spaces, " | " where a sentence ends, and where each word starts in that."""
    out, starts, end = "", [], 0
    for word, start, stop in places:
        if out:
            out += " | " if any(mark in text[end:start] for mark in ".!?;,\n") else " "
        starts.append(len(out))
        out += word
        end = stop
    return out, starts

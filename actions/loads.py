"""Sums with loads: estimating a one-repetition maximum, converting between rails, rounding to plates."""
from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

from actions.mentions import Mention
from actions.quantities import KG_PER_LB, to_kg
from actions.question import Question
from actions.subject import Subject
from knowledge import Knowledge, schema

PLATE_STEP = {"kg": 2.5, "lb": 5.0}
"""The smallest change of load: the smallest plate (1.25 kg or 2.5 lb) on both sides."""
MOST_REPS_FOR_ESTIMATE = 12
CAREFUL_START = (0.80, 0.85)
"""Share of a converted load to start with on the other machine: 15 to 20 % lower."""


def estimate_1rm(load: float, reps: int, in_reserve: int = 0) -> Optional[Tuple[float, float, float]]:
    """Estimates a one-repetition maximum from a set.

    Args:
        load: in kg or lb; the result has the same unit.
        reps: repetitions done; in_reserve: how many more would have been possible.

    Returns:
        (working figure, lowest, highest), or None above 12 repetitions to failure, where the equations run wild on leg presses.
        Up to 5 repetitions the working figure is Epley's w(1 + r/30) and the range 5 % either way, above that the lower of Epley's and
        Lombardi's w r^0.10 and 10 %.
    """
    to_failure = reps + in_reserve
    if load <= 0 or reps < 1 or in_reserve < 0 or to_failure > MOST_REPS_FOR_ESTIMATE:
        return None
    if to_failure == 1:
        return load, load, load
    epley = load * (1 + to_failure / 30)
    lombardi = load * to_failure ** 0.10
    figure, spread = (epley, 0.05) if to_failure <= 5 else (min(epley, lombardi), 0.10)
    return figure, figure * (1 - spread), figure * (1 + spread)


def round_to_plates(load: float, unit: str, down: bool) -> float:
    """Rounds a load to what a gym has: steps of 2.5 kg or 5 lb, down or to the nearest."""
    step = PLATE_STEP[unit]
    return max(0.0, step * (math.floor(load / step + 1e-9) if down else math.floor(load / step + 0.5)))


def both_units(load: float, unit: str) -> str:
    """Returns a load in both units, the given one first: "100 kg (220 lb)"."""
    kg, lb = (load, load / KG_PER_LB) if unit == "kg" else (load * KG_PER_LB, load)
    first, second = (f"{kg:.4g} kg", f"{lb:.0f} lb") if unit == "kg" else (f"{lb:.4g} lb", f"{kg:.0f} kg")
    return f"{first} ({second})"


@dataclass(frozen=True)
class Computed:
    """A worked sum, in words."""

    lead: str
    bullets: Sequence[str] = ()
    caveat: Optional[str] = None
    exercise: Optional[str] = None
    sources: Sequence[str] = ()


WARM_UP = ((0.45, "8 to 10"), (0.65, "4 to 6"), (0.85, "2 or 3"))
"""Shares of the work load, with the repetitions of each step."""
LEAST_BARE_LOAD = 20
"""A number without a unit from this on is a load in kilograms where a maximum is asked for."""


def computed(question: Question, subject: Subject, know: Knowledge) -> Optional[Computed]:
    """Returns the result of a sum that the question asks for, None where it asks for none."""
    loads = question.numbers("kg", "lb") or [number for number in question.numbers(None) if (number.amount or 0) >= LEAST_BARE_LOAD]
    converting = _conversion(question, subject, loads, know)
    if converting is not None:
        return converting
    if _asks_for_maximum(question) and loads:
        return _maximum(question, loads[0], know)
    if "warm_up" in question.values("aspect") and len(loads) == 1:
        return _warm_up(loads[0], know)
    return None


def times_body_weight(question: Question, know: Knowledge) -> Optional[str]:
    """Returns a sentence on how many times somebody's body weight a load is, None where the message does not tell both."""
    loads = question.numbers("kg", "lb")
    own = [number for number in loads if _is_own_weight(number, question.text)]
    lifted = [number for number in loads if number not in own]
    if len(own) != 1 or len(lifted) != 1 or not own[0].amount or not lifted[0].amount:
        return None
    ratio = to_kg(lifted[0].amount, lifted[0].unit or "kg") / to_kg(own[0].amount, own[0].unit or "kg")
    load = both_units(lifted[0].amount, lifted[0].unit or "kg")
    return str(know.wording["load"]["times_body_weight"].format(load=load, ratio=f"{ratio:.1f}"))


def _is_own_weight(number: Mention, text: str) -> bool:
    figure = rf"(?<!\d){number.amount:g} ?(?:kgs?|kilos?|lbs?|pounds?)?"
    return bool(re.search(rf"\b(?:i weigh|i'?m|i am|weighing|my weight is|body ?weight(?: is| of)?|bw)(?: (?:about|around))? {figure}\b|"
                          rf"{figure} (?:of )?(?:my )?(?:body ?weight|bw|person|guy|woman|man)\b", text, re.IGNORECASE))


def _warm_up(load: Mention, know: Knowledge) -> Optional[Computed]:
    """Returns the steps up to a work load: 8 to 10 repetitions at 40 to 50 %, 4 to 6 at 60 to 75 %, 2 or 3 at 85 to 90 %."""
    unit = load.unit or "kg"
    if not load.amount or load.amount < LEAST_BARE_LOAD:
        return None
    words = know.wording["warm_up"]
    steps = [words["step"].format(load=both_units(round_to_plates(load.amount * share, unit, down=True), unit), reps=reps)
             for share, reps in WARM_UP]
    return Computed(lead=words["lead"].format(load=both_units(load.amount, unit), steps=", ".join(steps)), bullets=[words["none_counts"]],
                    caveat=words["caveat"], sources=("product_rule", "coaching_practice"))


def _asks_for_maximum(question: Question) -> bool:
    return bool({"one_rm", "e1rm"} & set(question.values("term")) or "one_rm_estimate" in question.values("aspect"))


def _maximum(question: Question, load: Mention, know: Knowledge) -> Optional[Computed]:
    words = know.wording["one_rm"]
    sources = ("equation_lists", "reynolds_2006", "product_rule")
    if any(know.conditions[c].screening.value != "none" for c in question.values("condition") if c in know.conditions) \
            or {"teenagers"} & set(question.values("group")):
        return Computed(lead=words["not_for_you"], sources=("product_rule",))
    reps_found = question.numbers("rep") or [number for number in question.numbers("set", None) if number is not load]  # "5 x 120"
    if not reps_found or load.amount is None or reps_found[0].amount is None:
        return None
    left = question.numbers("rir")
    reps, reserve = int(reps_found[0].amount), int(left[0].amount or 0) if left else 0
    unit = load.unit or "kg"
    result = estimate_1rm(load.amount, reps, reserve)
    if result is None:
        return Computed(lead=words["too_many"].format(reps=reps + reserve), sources=sources)
    figure, low, high = (round_to_plates(value, unit, down=False) for value in result)
    if low == high:
        return Computed(lead=words["single"].format(load=both_units(figure, unit)), sources=sources)
    return Computed(
        lead=words["lead"].format(figure=both_units(figure, unit), low=both_units(low, unit), high=both_units(high, unit)),
        bullets=[words["how" if reserve else "how_to_failure"].format(set=both_units(load.amount, unit), reps=reps, reserve=reserve)],
        caveat=words["caveat"],
        sources=sources)


def _conversion(question: Question, subject: Subject, loads: List[Mention], know: Knowledge) -> Optional[Computed]:
    """Converts between two machines whose rails have different angles."""
    named = [item for item in (subject.exercise, *subject.others) if item in know.exercises or item in know.families]
    ids = [know.families[item].usual if item in know.families else item for item in named]
    railed = [know.exercises[item] for item in dict.fromkeys(ids) if know.exercises[item].load.rail_sine]
    if len(railed) < 2 or not loads or loads[0].amount is None:
        return None
    words = know.wording["conversion"]
    value, unit = loads[0].amount, loads[0].unit or "kg"
    lower = question.text.lower()
    source, target = railed[0], railed[1]
    position = lower.find(loads[0].text or f"{value:g}")
    if position >= 0:  # the machine named nearest to the number is the one it belongs to
        def distance(ex: schema.Exercise) -> int:
            names = [m for m in question.mentions if m.entity == "exercise" and m.value in (ex.id, ex.family)]
            return min((abs(lower.find(m.text.lower()) - position) for m in names if m.text), default=10_000)
        source, target = sorted(railed[:2], key=distance)
    factor = (source.load.rail_sine or 1.0) / (target.load.rail_sine or 1.0)
    same = value * factor
    start = [round_to_plates(same * share, unit, down=True) for share in CAREFUL_START]
    return Computed(
        lead=words["lead"].format(load=both_units(value, unit), source=source.name, same=both_units(round(same), unit), target=target.name),
        bullets=[words["start"].format(low=both_units(start[0], unit), high=both_units(start[1], unit))],
        caveat=words["caveat"], exercise=target.id, sources=("rail_calculator", "product_rule"))

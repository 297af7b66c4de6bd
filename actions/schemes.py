"""From a person's answers to a rep scheme: a pure function over the table in knowledge/schemes.yml."""
from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Dict, List, Mapping, Optional, Protocol, Tuple

from actions.loads import PLATE_STEP, estimate_1rm, round_to_plates
from actions.selecting import rating
from knowledge import Knowledge, schema

MOST_SESSIONS = 3
FIRST_SESSION_SHARE = 0.90
"""The first session uses this share of the load the estimate allows."""
CYCLE = 3
"""Weeks in which repetitions climb through the range before the load or the sets rise."""
MOST_WEEKLY_RISE = 0.10
UNSUITED = ("not suitable", "not advised")
"""Ratings of an exercise for a goal with which no plan is made."""
OWN_RANGES = ("strength", "hypertrophy", "endurance")
"""Goals for which an exercise's own range counts beside the table; the other goals follow the table alone."""
SKILL_WEEKS, SKILL_REPS = 4, (8, 12)
"""A beginner who wants strength starts with this many weeks in this range, for skill."""
WEEKS_WITHOUT_DELOAD = 8
FEWEST_WEEKS = 4
DELOAD_SETS, DELOAD_LOAD, DELOAD_RIR = 0.67, 0.90, 2
WARM_UP = ((10, 0.40, 0.50), (6, 0.60, 0.75))
WARM_UP_STRENGTH = (3, 0.85, 0.90)
"""Warm-up sets: repetitions, and the lowest and highest share of the work load."""


@dataclass(frozen=True)
class RecentSet:
    """A set somebody did lately: load in ``unit`` ("kg" or "lb"), repetitions, and how many were left."""

    load: float
    unit: str
    reps: int
    rir: int = 0


class Aim(Protocol):
    """What decides the row of the table: goal, experience and the careful row that a health answer holds a plan to."""

    @property
    def goal(self) -> str: ...

    @property
    def experience(self) -> str: ...

    @property
    def limit(self) -> Optional[str]: ...


@dataclass(frozen=True)
class Profile:
    """A person's answers. ``limit`` is None, "return" or "health": the careful row a health answer holds the plan to.

    ``conditions`` are what the person named; ``earlier`` is true where the limit comes from earlier in the talk.
    """

    goal: str
    experience: str
    sessions_per_week: int
    exercise: str
    recent_set: Optional[RecentSet] = None
    limit: Optional[str] = None
    conditions: Tuple[str, ...] = ()
    earlier: bool = False

    def as_dict(self) -> Dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Profile:
        recent = values.get("recent_set")
        return cls(goal=values["goal"], experience=values["experience"], sessions_per_week=int(values["sessions_per_week"]),
                   exercise=values["exercise"], recent_set=RecentSet(**recent) if recent else None, limit=values.get("limit"),
                   conditions=tuple(values.get("conditions") or ()), earlier=bool(values.get("earlier")))


@dataclass(frozen=True)
class Week:
    """The work sets of each session of one week; ``load`` is None where it is found by feel."""

    number: int
    sets: int
    reps: int
    load: Optional[float]
    rir: int
    deload: bool = False


@dataclass(frozen=True)
class WarmUpSet:
    """``load`` is None where the work load is unknown; ``share`` is then what is told."""

    reps: int
    share: Tuple[float, float]
    load: Optional[float]


@dataclass(frozen=True)
class Plan:
    """A finished scheme. Rest in seconds, loads in ``unit``, ``percent`` of the one-repetition maximum or None where none is told."""

    exercise: str
    goal: str
    experience: str
    sessions: int
    asked_sessions: int
    weeks: Tuple[Week, ...]
    warm_up: Tuple[WarmUpSet, ...]
    reps: Tuple[int, int]
    rir: Tuple[int, int]
    rest: Tuple[int, int]
    tempo: str
    unit: str
    step: float
    progression: str
    percent: Optional[Tuple[int, int]]
    estimate: Optional[float]
    recent_set: Optional[RecentSet]
    set_not_used: bool
    power_deferred: bool
    limit: Optional[str]
    earlier: bool
    complements: Tuple[str, ...]


class NotSuited(Exception):
    """The exercise is no good choice for the goal; ``rated`` says how it is rated."""

    def __init__(self, rated: str):
        self.rated = rated
        super().__init__(rated)


def row_for(profile: Aim, know: Knowledge) -> schema.Scheme:
    """Returns the row of the table that a person is planned by."""
    goal, experience = profile.goal, profile.experience
    if profile.limit == "return":
        goal, experience = "return_from_injury", "beginner"
    elif profile.limit == "health":
        goal, experience = "general_health", "beginner"
    elif profile.limit == "managed":
        goal = "general_health"
    elif goal == "power" and experience == "beginner":
        goal = "strength"
    return row_of(goal, experience, know)


def row_of(goal: str, experience: str, know: Knowledge) -> schema.Scheme:
    """Returns the row of the table for a goal and an experience."""
    return next(row for row in know.schemes if row.goal == goal and row.experience == experience)


def make_plan(profile: Profile, know: Knowledge) -> Plan:
    """Makes the plan.

    Raises:
        NotSuited: the exercise is not suitable for, or advised against, the goal.
    """
    row = row_for(profile, know)
    exercise = know.exercises[profile.exercise]
    if rating(exercise, row.goal) in UNSUITED:
        raise NotSuited(rating(exercise, row.goal))
    phases = rep_ranges(row, exercise)
    unit = profile.recent_set.unit if profile.recent_set else "kg"
    careful = profile.experience == "beginner" or profile.limit is not None
    estimate = _estimate(profile)
    weeks = _weeks(row, phases, estimate, unit, careful)
    first = weeks[0].load
    reps = (min(low for low, _ in phases.values()), max(high for _, high in phases.values()))
    return Plan(
        exercise=exercise.id, goal=row.goal, experience=row.experience, sessions=min(profile.sessions_per_week, MOST_SESSIONS),
        asked_sessions=profile.sessions_per_week, weeks=weeks, warm_up=_warm_up(row, first, unit), reps=reps, rir=row.rir, rest=row.rest,
        tempo=row.tempo, unit=unit, step=row.weekly_step, progression=row.progression,
        percent=row.percent if profile.limit is None and profile.goal != "return_from_injury" else None,
        estimate=estimate, recent_set=profile.recent_set,
        set_not_used=profile.recent_set is not None and estimate is None and profile.limit is None,
        power_deferred=profile.limit is None and profile.goal == "power" and row.goal == "strength",
        limit=profile.limit, earlier=profile.earlier,
        complements=tuple(pair.exercise for pair in exercise.complements.pairs[:3]))


def rep_ranges(row: schema.Scheme, exercise: schema.Exercise) -> Dict[int, Tuple[int, int]]:
    """Returns the rep range from each week on: {1: (8, 12), 5: (6, 8)}. Ranges keep within the exercise's own where both overlap."""
    own = next((goal for goal in exercise.programming.goals if goal.goal == row.goal), None)

    def within(wanted: Tuple[int, int]) -> Tuple[int, int]:
        if own is None or own.reps is None or row.goal not in OWN_RANGES:
            return wanted
        low, high = max(wanted[0], own.reps[0]), min(wanted[1], own.reps[1])
        return (low, high) if low <= high else own.reps

    if row.goal == "strength" and row.experience == "beginner":
        return {1: SKILL_REPS, SKILL_WEEKS + 1: within(row.reps)}
    return {1: within(row.reps)}


def _estimate(profile: Profile) -> Optional[float]:
    """Returns the estimated one-repetition maximum, None where there is no usable set or none may be told."""
    recent = profile.recent_set
    if recent is None or profile.limit is not None or profile.goal == "return_from_injury" or recent.reps > 12:
        return None
    result = estimate_1rm(recent.load, recent.reps, recent.rir)
    return result[0] if result else None


def _weeks(row: schema.Scheme, phases: Mapping[int, Tuple[int, int]], estimate: Optional[float], unit: str,
           careful: bool) -> Tuple[Week, ...]:
    total = max(FEWEST_WEEKS, row.deload_week or WEEKS_WITHOUT_DELOAD)
    rir = max(row.rir)
    low, high = phases[1]
    load: Optional[float] = None
    if estimate is not None:
        wanted = min(estimate / (1 + (low + rir) / 30) * FIRST_SESSION_SHARE, estimate * row.percent[1] / 100)
        load = round_to_plates(wanted, unit, careful)
        if load >= estimate:  # the nearest plate may lie above a very small maximum
            load = round_to_plates(wanted, unit, down=True)
        load = load or None
    sets = row.sets[0]
    weeks: List[Week] = []
    start = 1
    for number in range(1, total + 1):
        if number == row.deload_week:
            last = weeks[-1]
            eased = None if last.load is None else round_to_plates(last.load * DELOAD_LOAD, unit, down=True)
            weeks.append(Week(number, max(1, math.floor(last.sets * DELOAD_SETS)), low, eased, rir + DELOAD_RIR, True))
            continue
        stuck = False
        if number in phases and number > 1:
            low, high = phases[number]
            start = number
            load, _ = _raised(load, row.weekly_step, unit, careful)
        elif number > 1 and (number - start) % CYCLE == 0:
            turn = (number - start) // CYCLE
            raise_sets = (turn % 2 == 0) != row.sets_before_load
            if raise_sets and sets < row.sets[1]:
                sets += 1
            else:
                load, stuck = _raised(load, row.weekly_step, unit, careful)
        position = (number - start) % CYCLE
        reps = high if stuck else low + round((high - low) * position / (CYCLE - 1))
        weeks.append(Week(number, sets, reps, load, rir))
    return tuple(weeks)


def _raised(load: Optional[float], share: float, unit: str, careful: bool) -> Tuple[Optional[float], bool]:
    """Raises a load by about ``share``, at least by one plate step if that is no more than 10 %.

    Returns:
        (new load, whether it could not rise because the smallest step is too large).
    """
    if load is None:
        return None, False
    step = PLATE_STEP[unit]
    raised = round_to_plates(load * (1 + share), unit, careful)
    if raised <= load:
        raised = load + step
    if raised > load * (1 + MOST_WEEKLY_RISE) + 1e-9:
        return load, True
    return raised, False


def _warm_up(row: schema.Scheme, load: Optional[float], unit: str) -> Tuple[WarmUpSet, ...]:
    table = WARM_UP + ((WARM_UP_STRENGTH,) if row.goal == "strength" else ())
    return tuple(WarmUpSet(reps, (low, high), None if load is None else round_to_plates(load * high, unit, down=True))
                 for reps, low, high in table)

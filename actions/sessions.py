"""From a person's answers to a leg session of several exercises: pure functions over knowledge/sessions.yml."""
from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from actions.ordering import in_order, is_known, known
from actions.profiles import Standing, standing
from actions.schemes import MOST_SESSIONS, UNSUITED, rep_ranges, row_for, row_of
from actions.selecting import (
    RARE,
    SUITABLE,
    equipment_of,
    excess_skill,
    helpers,
    limiting,
    preference,
    prime_movers,
    rating,
    way_to_do,
)
from knowledge import Knowledge, schema

KIND = "session"
"""What tells a stored session from a stored rep scheme."""
FEWEST, MOST = 3, 6
"""Exercises of a session."""


@dataclass(frozen=True)
class SessionProfile:
    """A person's answers. ``equipment`` are kits of sessions.yml, ``exercises`` what was named or chosen before, ``without``
    what is not wanted, ``size`` how many exercises were asked for, ``focus`` the muscles that come first. ``limit``, ``conditions`` and
    ``earlier`` are as in a rep scheme's profile."""

    goal: str
    experience: str
    sessions_per_week: int
    equipment: Tuple[str, ...]
    exercises: Tuple[str, ...] = ()
    without: Tuple[str, ...] = ()
    size: Optional[int] = None
    focus: Tuple[str, ...] = ()
    limit: Optional[str] = None
    conditions: Tuple[str, ...] = ()
    earlier: bool = False

    def as_dict(self) -> Dict[str, Any]:
        return {"kind": KIND, **asdict(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SessionProfile:
        return cls(goal=values["goal"], experience=values["experience"], sessions_per_week=int(values["sessions_per_week"]),
                   equipment=tuple(values["equipment"]), exercises=tuple(values.get("exercises") or ()),
                   without=tuple(values.get("without") or ()), size=values.get("size"), focus=tuple(values.get("focus") or ()),
                   limit=values.get("limit"), conditions=tuple(values.get("conditions") or ()), earlier=bool(values.get("earlier")))


@dataclass(frozen=True)
class Item:
    """One exercise of a session: ``how`` it is done with the equipment at hand, "" for the usual way. Rest in seconds.

    ``goal`` is what its sets and repetitions follow; it differs from the session's where the exercise only supports that.
    """

    exercise: str
    how: str
    goal: str
    sets: int
    most_sets: int
    reps: Tuple[int, int]
    rir: Tuple[int, int]
    rest: Tuple[int, int]
    per_side: bool


@dataclass(frozen=True)
class Swap:
    """A named exercise that was not taken: ``reason`` is "equipment", "health", "rated", "unknown" or "room", ``taken`` what came in."""

    wanted: str
    reason: str
    detail: str = ""
    taken: Optional[str] = None


@dataclass(frozen=True)
class Session:
    """A finished session. ``weekly`` are the sets of each counted muscle in a week, ``wanted`` the range for the goal and experience."""

    profile: SessionProfile
    goal: str
    experience: str
    sessions: int
    items: Tuple[Item, ...]
    swaps: Tuple[Swap, ...]
    weekly: Mapping[str, float]
    wanted: Tuple[int, int]
    progression: str
    step: float
    weeks: int
    sources: Tuple[str, ...]

    def below(self, know: Knowledge) -> List[str]:
        """Returns the muscles that get fewer weekly sets than the range."""
        return [muscle for muscle in know.sessions.compared if self.weekly[muscle] < self.wanted[0]]

    def above(self, know: Knowledge) -> List[str]:
        """Returns the muscles that get more weekly sets than the range."""
        return [muscle for muscle in know.sessions.compared if self.weekly[muscle] > self.wanted[1]]


WEEKS = 8
"""How long a session is kept where its row has no deload week."""


def make_session(profile: SessionProfile, know: Knowledge) -> Session:
    """Makes the session: chooses the exercises, orders them, and spreads the sets so that the week comes near the range."""
    row = row_for(profile, know)
    sessions = min(profile.sessions_per_week, MOST_SESSIONS)
    chosen, swaps = choose(profile, know)
    ordered = in_order(chosen, know, first=leading(chosen, profile.focus, know))
    items = _with_balanced_sets([_item(know.exercises[name], profile, row, know) for name in ordered], sessions, row, know)
    return Session(
        profile=replace(profile, exercises=tuple(item.exercise for item in items)), goal=row.goal, experience=row.experience,
        sessions=sessions, items=items, swaps=swaps, weekly=weekly_sets(items, sessions, know), wanted=row.weekly_sets,
        progression=row.progression, step=row.weekly_step, weeks=row.deload_week or WEEKS,
        sources=tuple(dict.fromkeys([*row.sources, *know.sessions.sources])))


def leading(exercises: Sequence[str], focus: Sequence[str], know: Knowledge) -> Tuple[str, ...]:
    """Returns those of some exercises that mainly train a muscle of the focus."""
    return tuple(item for item in exercises if _worth(know.exercises[item], focus, know) >= Standing.main)


def _worth(exercise: schema.Exercise, focus: Sequence[str], know: Knowledge) -> Standing:
    return max((standing(exercise, muscle, know) for muscle in focus), default=Standing.none)


def size_for(minutes: float, know: Knowledge) -> int:
    """Returns how many exercises fit into so many minutes."""
    sizes = know.sessions.sizes
    return next((size.exercises for size in sizes if minutes <= size.minutes), sizes[-1].exercises)


def choose(profile: SessionProfile, know: Knowledge) -> Tuple[Tuple[str, ...], Tuple[Swap, ...]]:
    """Returns the exercises of a session, and what became of named ones that were not taken.

    Named exercises are honoured unless equipment, health or goal speak against them; then one that trains the same comes in. What
    is still missing for a balanced session is filled up, place by place.
    """
    row = row_for(profile, know)
    chosen: List[str] = []
    swaps: List[Swap] = []
    for wanted in profile.exercises[:MOST]:
        swap = _speaks_against(wanted, profile, row, know)
        if swap is None:
            chosen.append(known(wanted, know).id)
            continue
        taken = _instead_of(wanted, [*chosen, *profile.exercises], profile, row, know)
        swaps.append(replace(swap, taken=taken))
        if taken:
            chosen.append(taken)
    swaps += [Swap(wanted, "room") for wanted in profile.exercises[MOST:]]
    chosen = list(dict.fromkeys(chosen))
    size = _wanted_size(profile, row, know)
    _put_focus(chosen, size, profile, row, know)
    _fill(chosen, size, profile, row, know)
    return tuple(chosen), tuple(swaps)


def _wanted_size(profile: SessionProfile, row: schema.Scheme, know: Knowledge) -> int:
    if profile.size is not None:
        return max(FEWEST, min(MOST, profile.size))
    return min(len(profile.exercises), MOST) if len(profile.exercises) >= FEWEST else know.sessions.usual[row.experience]


def _speaks_against(wanted: str, profile: SessionProfile, row: schema.Scheme, know: Knowledge) -> Optional[Swap]:
    """Returns why an exercise is not taken, None where nothing speaks against it."""
    if not is_known(wanted, know):
        return Swap(wanted, "unknown")
    exercise = known(wanted, know)
    if wanted in know.named:
        return Swap(wanted, "unknown")
    condition = limiting(exercise, profile.conditions, know)
    if condition is not None:
        return Swap(wanted, "health", condition)
    if way_to_do(exercise, equipment_of(profile.equipment, know)) is None:
        return Swap(wanted, "equipment")
    rated = rating(exercise, row.goal)
    if _goal_of(exercise, row.goal, know) is None and (rated in UNSUITED or (rated == RARE and profile.limit is not None)):
        return Swap(wanted, "rated", rated)
    return None


def _goal_of(exercise: schema.Exercise, goal: str, know: Knowledge) -> Optional[str]:
    """Returns the goal an exercise is done for in a session: the session's own, else one that supports it; None where none suits."""
    aim: Optional[str] = goal
    while aim is not None:
        if rating(exercise, aim) == SUITABLE:
            return aim
        aim = know.sessions.support.get(aim)
    return None


def _candidates(profile: SessionProfile, row: schema.Scheme, know: Knowledge) -> List[schema.Exercise]:
    """Returns the exercises that may be chosen, best first: those that suit the goal itself, ask no more skill than there is, and are
    preferred."""
    have = equipment_of(profile.equipment, know)
    found = [ex for ex in know.exercises.values() if ex.traits.pattern and ex.id not in profile.without and way_to_do(ex, have) is not None
             and limiting(ex, profile.conditions, know) is None and _goal_of(ex, row.goal, know) is not None]
    found.sort(key=lambda ex: (_goal_of(ex, row.goal, know) != row.goal, excess_skill(ex, row.experience, know), preference(ex, know)))
    return found


def _instead_of(wanted: str, taken: Sequence[str], profile: SessionProfile, row: schema.Scheme, know: Knowledge) -> Optional[str]:
    """Returns the exercise nearest to one that can't be taken: the same movement, else the same prime mover."""
    pool = [ex for ex in _candidates(profile, row, know) if ex.id not in taken]
    if wanted in know.named and is_known(wanted, know) and (like := known(wanted, know)) in pool:
        return like.id
    if not is_known(wanted, know):
        return None
    exercise = known(wanted, know)
    mover = prime_movers(exercise, know)[0]
    pool = [ex for ex in pool if ex.traits.pattern == exercise.traits.pattern or mover in prime_movers(ex, know)]
    alike = {pattern for place in know.sessions.places if exercise.traits.pattern in place.patterns for pattern in place.patterns}
    pool.sort(key=lambda ex: (mover not in prime_movers(ex, know), ex.traits.pattern != exercise.traits.pattern, ex.traits.pattern not in alike))
    return pool[0].id if pool else None


def _put_focus(chosen: List[str], size: int, profile: SessionProfile, row: schema.Scheme, know: Knowledge) -> None:
    """Adds exercises that mainly train the focus until it has its share of the session: those named for it first, one a movement before two."""
    pool = [ex for ex in _candidates(profile, row, know) if ex.id not in chosen and _worth(ex, profile.focus, know) >= Standing.main]
    pool.sort(key=lambda ex: -_worth(ex, profile.focus, know))
    most = min(size, len(leading(chosen, profile.focus, know)) + len(pool), math.ceil(know.sessions.focus * size))
    while len(chosen) < size and len(leading(chosen, profile.focus, know)) < most:
        used = {know.exercises[name].traits.pattern for name in chosen}
        best = min(pool, key=lambda ex: ex.traits.pattern in used)
        pool = [ex for ex in pool if ex is not best]
        chosen.append(best.id)


def _fill(chosen: List[str], size: int, profile: SessionProfile, row: schema.Scheme, know: Knowledge) -> None:
    """Adds exercises until the session has ``size``: first one a movement, then whatever is left."""
    pool = _candidates(profile, row, know)

    def add(patterns: Sequence[str], repeat: bool) -> bool:
        used = {know.exercises[name].traits.pattern for name in chosen}
        found = next((ex for ex in pool if ex.traits.pattern in patterns and ex.id not in chosen
                      and (repeat or ex.traits.pattern not in used)), None)
        if found is not None:
            chosen.append(found.id)
        return found is not None

    for repeat in (False, True):
        for place in know.sessions.places:
            if len(chosen) >= size:
                return
            filled = not repeat and any(know.exercises[name].traits.pattern in place.patterns for name in chosen)
            trained = place.unless and any(place.unless in prime_movers(know.exercises[name], know) for name in chosen)
            if not filled and not trained:
                add(place.patterns, repeat) or add(place.otherwise, repeat)


def _item(exercise: schema.Exercise, profile: SessionProfile, row: schema.Scheme, know: Knowledge) -> Item:
    goal = _goal_of(exercise, row.goal, know) or row.goal
    own = row if goal == row.goal else row_of(goal, row.experience, know)
    pattern = next((item for item in know.sessions.patterns if item.id == exercise.traits.pattern), None)
    way = way_to_do(exercise, equipment_of(profile.equipment, know))
    short = pattern.rest if pattern else None
    rest = (min(own.rest[0], short[0]), min(own.rest[1], short[1])) if short else own.rest
    return Item(exercise=exercise.id, how=way.how if way else "", goal=goal, sets=own.sets[0], most_sets=own.sets[1],
                reps=rep_ranges(own, exercise)[1], rir=own.rir, rest=rest, per_side=bool(pattern and pattern.per_side))


def counts(exercise: schema.Exercise, know: Knowledge) -> Dict[str, float]:
    """Returns what one set of an exercise counts for each counted muscle."""
    rules = know.sessions
    if exercise.family in rules.families:
        own = rules.families[exercise.family]
        return {muscle: own.get(muscle, 0.0) for muscle in rules.counted}
    movers, others = prime_movers(exercise, know), helpers(exercise, know)
    return {muscle: rules.primary if muscle in movers else rules.secondary if muscle in others else 0.0 for muscle in rules.counted}


def weekly_sets(items: Sequence[Item], sessions: int, know: Knowledge) -> Dict[str, float]:
    """Returns the weekly sets of each counted muscle."""
    totals = dict.fromkeys(know.sessions.counted, 0.0)
    for item in items:
        for muscle, share in counts(know.exercises[item.exercise], know).items():
            totals[muscle] += item.sets * sessions * share
    return totals


def _with_balanced_sets(items: List[Item], sessions: int, row: schema.Scheme, know: Knowledge) -> Tuple[Item, ...]:
    """Adds sets where a prime mover gets too few, and takes one off from the end where all of them get too many."""
    low, high = row.weekly_sets
    movers = [_compared_movers(know.exercises[item.exercise], know) for item in items]
    changed = True
    while changed:
        changed = False
        for place, item in enumerate(items):
            weekly = weekly_sets(items, sessions, know)
            short = any(weekly[muscle] < low for muscle in movers[place])
            if short and item.sets < item.most_sets and all(weekly[muscle] + sessions <= high for muscle in movers[place]):
                items[place] = replace(item, sets=item.sets + 1)
                changed = True
    for place in reversed(range(len(items))):
        weekly, item = weekly_sets(items, sessions, know), items[place]
        if movers[place] and item.sets > 1 and all(weekly[muscle] > high for muscle in movers[place]):
            items[place] = replace(item, sets=item.sets - 1)
    return tuple(items)


def _compared_movers(exercise: schema.Exercise, know: Knowledge) -> FrozenSet[str]:
    shares = counts(exercise, know)
    return frozenset(muscle for muscle in know.sessions.compared if shares[muscle] >= know.sessions.primary)


def added(profile: SessionProfile, named: Sequence[str]) -> SessionProfile:
    """Returns a profile with further exercises."""
    names = tuple(dict.fromkeys([*profile.exercises, *named]))
    return replace(profile, exercises=names, without=tuple(item for item in profile.without if item not in names), size=None)


def removed(profile: SessionProfile, named: Sequence[str]) -> SessionProfile:
    """Returns a profile without some exercises; of the fewest a session has, those that go are replaced."""
    names = tuple(item for item in profile.exercises if item not in named)
    return replace(profile, exercises=names, without=tuple(dict.fromkeys([*profile.without, *named])),
                   size=max(FEWEST, len(names)))


def swapped(profile: SessionProfile, named: Sequence[str], know: Knowledge) -> Tuple[SessionProfile, Tuple[Swap, ...]]:
    """Returns a profile with exercises changed as asked, or the exercise that can't come in and why.

    Of two named exercises the one in the session makes room for the other; the last named comes in where neither is. One that is in the
    session is replaced by the next best of its movement; one that is not takes the place of that with the same movement or prime
    mover, or of the last.
    """
    names = [known(item, know).id if is_known(item, know) else item for item in named]
    current = list(profile.exercises)
    out = next((item for item in names if item in current), None)
    new = next((item for item in reversed(names) if item not in current), None)
    if new is not None:
        problem = _speaks_against(new, profile, row_for(profile, know), know)
        if problem is not None:
            return profile, (problem,)
        place = current.index(out) if out else _place_for(new, current, know)
        current[place] = new
    elif out is not None:
        taken = _instead_of(out, current, profile, row_for(profile, know), know)
        if taken is None:
            return profile, (Swap(out, "room"),)
        current[current.index(out)] = taken
    return replace(profile, exercises=tuple(current)), ()


def _place_for(new: str, current: Sequence[str], know: Knowledge) -> int:
    exercise = know.exercises[new]
    same = [place for place, item in enumerate(current) if know.exercises[item].traits.pattern == exercise.traits.pattern]
    mover = prime_movers(exercise, know)[0]
    alike = [place for place, item in enumerate(current) if prime_movers(know.exercises[item], know)[0] == mover]
    return (same or alike or [len(current) - 1])[-1]


__all__ = ["Item", "KIND", "MOST", "Session", "SessionProfile", "Swap", "choose", "counts", "make_session", "size_for", "swapped",
           "weekly_sets"]

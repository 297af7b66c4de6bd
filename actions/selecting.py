"""Which exercises somebody can, may and should do: filters over the knowledge of exercises. Pure functions."""
from __future__ import annotations

from typing import Callable, FrozenSet, Iterable, List, Optional, Sequence, Tuple

from actions.profiles import LEVELS, level, ruled_out
from knowledge import Knowledge
from knowledge.schema import Exercise, Way

MACHINES = "machines"
"""The equipment that stands for the machines of a gym."""
SUITABLE, RARE = "suitable", "rare"


def equipment_of(kits: Iterable[str], know: Knowledge) -> FrozenSet[str]:
    """Returns all equipment of somebody who has ``kits`` (see knowledge/sessions.yml)."""
    return frozenset(item for kit in kits for item in know.sessions.kits.get(kit, ()))


def way_to_do(exercise: Exercise, have: FrozenSet[str]) -> Optional[Way]:
    """Returns how an exercise can be done with the equipment at hand, None where it can't. The usual way has an empty ``how``."""
    return next((way for way in _ways(exercise) if have.issuperset(way.needs)), None)


def _ways(exercise: Exercise) -> List[Way]:
    usual = [*exercise.equipment.needs, *([MACHINES] if exercise.traits.machine else [])]
    return [Way(needs=usual, how=""), *exercise.equipment.also]


def muscle_group(muscle: str, know: Knowledge) -> str:
    """Returns the larger muscle that a muscle is part of, else the muscle itself."""
    return know.muscles[muscle].part_of or muscle


def prime_movers(exercise: Exercise, know: Knowledge) -> Tuple[str, ...]:
    """Returns the muscle groups an exercise mainly trains, the first one first."""
    return tuple(dict.fromkeys(muscle_group(use.muscle, know) for use in exercise.muscles.primary))


def helpers(exercise: Exercise, know: Knowledge) -> Tuple[str, ...]:
    """Returns the muscle groups an exercise trains beside its prime movers."""
    movers = prime_movers(exercise, know)
    groups = dict.fromkeys(muscle_group(use.muscle, know) for use in exercise.muscles.secondary)
    return tuple(group for group in groups if group not in movers)


def trains(exercise: Exercise, muscle: str, know: Knowledge) -> bool:
    """Tells whether a muscle, or the group it belongs to, is a prime mover."""
    named = {use.muscle for use in exercise.muscles.primary}
    return muscle in named or muscle in prime_movers(exercise, know) or know.muscles[muscle].part_of in named


def limiting(exercise: Exercise, conditions: Iterable[str], know: Knowledge) -> Optional[str]:
    """Returns the first of somebody's conditions that speaks against an exercise, None if none does."""
    for condition in conditions:
        item = know.conditions.get(condition)
        if item is None:
            continue
        if item.avoid_overhead and exercise.load.overhead:
            return condition
        if any(ruled_out(exercise, limit) for limit in know.limits if condition in limit.when):
            return condition
    return None


def rating(exercise: Exercise, goal: str) -> str:
    """Returns how an exercise is rated for a goal; one whose file says nothing is suitable."""
    return next((item.rated for item in exercise.programming.goals if item.goal == goal), SUITABLE)


def excess_skill(exercise: Exercise, experience: str, know: Knowledge) -> int:
    """Returns by how many levels an exercise asks more skill than somebody of that experience should need, 0 if it does not."""
    return max(0, level(exercise, "skill") - LEVELS.index(know.sessions.skill[experience]))


def preference(exercise: Exercise, know: Knowledge) -> int:
    """Returns the place of an exercise among equally suited ones."""
    prefer = know.sessions.prefer
    return prefer.index(exercise.id) if exercise.id in prefer else len(prefer)


def fitting(know: Knowledge, have: Optional[FrozenSet[str]] = None, muscle: Optional[str] = None,
            conditions: Sequence[str] = (), goal: Optional[str] = None) -> List[Exercise]:
    """Returns the exercises that pass every filter given, in the order of the files.

    Args:
        have: the equipment at hand.
        muscle: a prime mover.
        conditions: health conditions whose limits are kept.
        goal: what they must be suitable for.
    """
    tests: List[Callable[[Exercise], bool]] = [lambda ex: limiting(ex, conditions, know) is None]
    if have is not None:
        at_hand = have
        tests.append(lambda ex: way_to_do(ex, at_hand) is not None)
    if muscle is not None:
        mover = muscle
        tests.append(lambda ex: trains(ex, mover, know))
    if goal is not None:
        aim = goal
        tests.append(lambda ex: rating(ex, aim) == SUITABLE)
    return [ex for ex in know.exercises.values() if all(test(ex) for test in tests)]


def better(exercise: Exercise, goal: str, experience: str, know: Knowledge, conditions: Sequence[str] = ()) -> List[Exercise]:
    """Returns exercises that suit a goal better than one that does not, best first.

    They train the same muscle, as a prime mover before as a helping one; those with like equipment and the same movement come first.
    """
    movers = prime_movers(exercise, know)

    def kinship(other: Exercise) -> Optional[int]:
        theirs = prime_movers(other, know)
        if movers[0] in theirs:
            return min(theirs.index(movers[0]), 1)
        if set(movers) & set(theirs):
            return 2
        return 3 if movers[0] in helpers(other, know) else None

    found = [(kin, ex) for ex in fitting(know, conditions=conditions, goal=goal) if ex.id != exercise.id and (kin := kinship(ex)) is not None]
    found.sort(key=lambda item: (item[0], excess_skill(item[1], experience, know), not _like_equipment(exercise, item[1]),
                                 item[1].traits.pattern != exercise.traits.pattern, preference(item[1], know)))
    return [ex for _, ex in found]


def _like_equipment(one: Exercise, other: Exercise) -> bool:
    if one.traits.machine or other.traits.machine:
        return one.traits.machine == other.traits.machine
    return way_to_do(other, frozenset(one.equipment.needs)) is not None

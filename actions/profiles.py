"""What is coarsely known of an exercise (muscles, traits, equipment), for choosing one and for putting several side by side."""
from __future__ import annotations

import enum
from typing import FrozenSet, Iterable, List, Optional, Sequence, Tuple

from knowledge import Knowledge
from knowledge.schema import Exercise, Level, Limit, MuscleUse

TOOLS = frozenset({"barbell", "rack", "dumbbell", "kettlebell", "resistance_band", "bodyweight", "home"})
"""Equipment that somebody may have instead of a machine."""
LEVELS = tuple(Level)


class Standing(enum.IntEnum):
    """What an exercise does for a muscle: nothing, help, main work, or the first of its main work."""

    none = 0
    helps = 1
    main = 2
    first = 3


def level(exercise: Exercise, trait: str) -> int:
    """Returns a trait as a number, 0 for none."""
    return LEVELS.index(getattr(exercise.traits, trait))


def ruled_out(exercise: Exercise, limit: Limit) -> bool:
    """Tells whether a limit leaves an exercise out, by name or by a trait that is too high."""
    return exercise.id in limit.without or any(level(exercise, trait) > LEVELS.index(highest) for trait, highest in limit.highest.items())


def standing(exercise: Exercise, muscle: str, know: Knowledge) -> Standing:
    """Returns what an exercise does for a muscle; for a part it only helps where its file speaks of the whole alone."""
    if any(use.muscle == muscle for use in exercise.muscles.secondary):
        exact = [use for use in exercise.muscles.primary if use.muscle == muscle]
        return Standing.main if exact else Standing.helps
    for place, use in enumerate(exercise.muscles.primary):
        if use.muscle == muscle or know.muscles[use.muscle].part_of == muscle:
            return Standing.main if place else Standing.first
    whole = know.muscles[muscle].part_of
    helping = [use.muscle for use in (*exercise.muscles.primary, *exercise.muscles.secondary)]
    if any(item == whole or know.muscles[item].part_of == muscle for item in helping):
        return Standing.helps
    return Standing.none


def main_muscles(exercise: Exercise, know: Knowledge) -> Tuple[str, ...]:
    """Returns the plain names of the muscles an exercise mainly trains, the first of them first."""
    return _plain_names(exercise.muscles.primary, know)


def helping_muscles(exercise: Exercise, know: Knowledge) -> Tuple[str, ...]:
    """Returns the plain names of the muscles that help."""
    main = main_muscles(exercise, know)
    return tuple(name for name in _plain_names(exercise.muscles.secondary, know) if name not in main)


def trait_text(exercise: Exercise, trait: str, know: Knowledge) -> str:
    """Returns a trait in words: "low load on the back"."""
    return str(know.wording["traits"][trait].format(level=know.wording["levels"][getattr(exercise.traits, trait).value]))


def plain_name(muscle: str, know: Knowledge) -> str:
    """Returns what people call a muscle."""
    return str(know.wording["plain_muscles"].get(muscle) or know.name_of(muscle))


def _plain_names(uses: Sequence[MuscleUse], know: Knowledge) -> Tuple[str, ...]:
    """Returns names without repeats, and without the parts of a group that is named itself."""
    named = {use.muscle for use in uses}
    return tuple(dict.fromkeys(plain_name(use.muscle, know) for use in uses if know.muscles[use.muscle].part_of not in named))


def claims_about(exercise: Exercise, muscle: str, know: Knowledge) -> List[str]:
    """Returns the id of the first claim on what an exercise does for a muscle, as a list that is empty where there is none."""
    for role, uses in (("primary", exercise.muscles.primary), ("secondary", exercise.muscles.secondary)):
        for number, use in enumerate(uses):
            if muscle in (use.muscle, know.muscles[use.muscle].part_of):
                return [f"{exercise.id}.muscles.{role}[{number}].claims[0]"]
    return []


def way_with(exercise: Exercise, tools: FrozenSet[str], others: Optional[FrozenSet[str]] = None) -> Optional[str]:
    """Returns how an exercise can be done with ``tools`` (some of TOOLS) and no machine: "" for the usual way, None for not at all.

    Another way than the usual one may only take some of ``others``, by default of ``tools``.

    The usual way takes all it needs, or another tool that its file speaks of; plates come with the bar.
    """
    if not exercise.traits.machine:
        needs = set(exercise.equipment.needs) - {"plates"}
        spoken = {tool for claim in exercise.equipment.claims for tool in claim.about} & TOOLS
        if (needs and needs <= tools) or (spoken - needs) & tools:
            return ""
    others = tools if others is None else others
    return next((way.how for way in exercise.equipment.also if others.issuperset(way.needs)), None)


def joined(items: Iterable[str], last: str = "and") -> str:
    """Returns "a", "a and b" or "a, b and c"."""
    names = list(items)
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)

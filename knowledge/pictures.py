"""Which pictures there are and what each one shows, in names and words; package ``pictures`` draws them.

A muscle map belongs to an exercise, and so does a foot diagram: one of all its stances, and one for each with that stance standing out.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Tuple, Union

from knowledge import schema

PRIMARY, SECONDARY = "primary", "secondary"
PLATFORMS = (schema.Surface.platform, schema.Surface.overhead)
"""On these the feet can stand higher or lower."""


@dataclass(frozen=True)
class MuscleMap:
    exercise: str

    @property
    def name(self) -> str:
        return f"muscles-{self.exercise}"


@dataclass(frozen=True)
class FootDiagram:
    """``stance`` is the one that stands out, None where all are shown alike."""

    exercise: str
    stance: Optional[str] = None

    @property
    def name(self) -> str:
        return "-".join(filter(None, ("feet", self.exercise, self.stance)))


Picture = Union[MuscleMap, FootDiagram]


def pictures(know: Any) -> Iterator[Picture]:
    """Yields every picture that can be shown."""
    for exercise in know.exercises.values():
        yield MuscleMap(exercise.id)
        shown = stances_shown(exercise, know)
        if shown:
            yield FootDiagram(exercise.id)
            yield from (FootDiagram(exercise.id, use.stance) for use, _ in shown)


def places_of(muscle: str, know: Any) -> Tuple[schema.MusclePlace, ...]:
    """Returns where a muscle is drawn: in its own place, else in that of the muscle it lies beneath, else in those of its parts."""
    own = tuple(place for place in know.drawing.muscles if place.muscle == muscle)
    word = know.muscles.get(muscle)
    if own or word is None:
        return own
    if word.region is not None:
        return tuple(place for place in know.drawing.muscles if place.muscle == word.region)
    parts = {part.id for part in know.muscles.values() if part.part_of == muscle}
    return tuple(place for place in know.drawing.muscles if place.muscle in parts)


def shades(exercise: schema.Exercise, know: Any) -> Dict[str, str]:
    """Returns the muscles with a place that an exercise works, each with PRIMARY or SECONDARY.

    What is said of a muscle itself counts more than what is said of its group, and primary more than secondary.
    """
    found: Dict[str, Tuple[bool, bool]] = {}
    for role, uses in ((PRIMARY, exercise.muscles.primary), (SECONDARY, exercise.muscles.secondary)):
        for use in uses:
            for place in places_of(use.muscle, know):
                rank = (place.muscle == use.muscle, role == PRIMARY)
                found[place.muscle] = max(rank, found.get(place.muscle, rank))
    return {muscle: PRIMARY if primary else SECONDARY for muscle, (_, primary) in found.items()}


def stances_shown(exercise: schema.Exercise, know: Any) -> List[Tuple[schema.StanceUse, schema.FeetPlace]]:
    """Returns the stances of an exercise that its foot diagram shows; without a surface there is none."""
    surface = exercise.stances.surface
    if surface is None:
        return []
    places = {place.stance: place for place in know.drawing.feet}
    return [(use, places[use.stance]) for use in exercise.stances.positions
            if use.picture is not schema.Shown.none and (surface in PLATFORMS or not places[use.stance].up)]


def alt_of(picture: Picture, know: Any) -> str:
    """Returns what a picture shows, for those who don't see it."""
    words = know.wording["pictures"]
    exercise = know.exercises[picture.exercise]
    if isinstance(picture, MuscleMap):
        roles = {role: listed([know.name_of(use.muscle) for use in uses], words["and"])
                 for role, uses in ((PRIMARY, exercise.muscles.primary), (SECONDARY, exercise.muscles.secondary))}
        text = words["muscles"]["alt" if roles[SECONDARY] else "alt_primary"]
        return str(text.format(exercise=exercise.name, **roles))
    feet = words["feet"]
    shown = stances_shown(exercise, know)
    surface = feet["surfaces"][exercise.stances.surface.value]
    if picture.stance is not None:
        use, place = next(item for item in shown if item[0].stance == picture.stance)
        key = "alt_stance" if use.picture is schema.Shown.plain else "alt_stance_not_advised"
        return str(feet[key].format(exercise=exercise.name, surface=surface, stance=know.name_of(use.stance), shows=place.shows))
    plain, other = ([know.name_of(use.stance) for use, _ in shown if use.picture is kind] for kind in (schema.Shown.plain, schema.Shown.not_advised))
    text = feet["alt_not_advised" if other else "alt"]
    return str(text.format(exercise=exercise.name, surface=surface, stances=listed(plain, words["and"]), others=listed(other, words["and"])))


def listed(items: List[str], last: str) -> str:
    """Returns "a, b and c"."""
    return f" {last} ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))

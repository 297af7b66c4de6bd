"""Turns the places of claims in the files into one flat list that can be searched by topic and tag."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, Iterator, List, Optional, Tuple

from knowledge import schema
from knowledge.text import tokens

LONGEST_NAME = 6
"""Words of the longest name of an exercise that is looked for in a sentence."""

GENERAL_ORDER = 1000
"""Claims that hold for any exercise come after those of the exercise itself."""


@dataclass(frozen=True)
class Entry:
    """A claim in its place.

    ``exercise`` is an exercise or family id, None for claims that hold without one. ``place`` is the path in the file.
    ``tags`` are what it is about: from its place and from its ``about`` list. ``own`` are the tags of its place alone. ``names`` are
    the exercises and families that a claim without an exercise names in its sentence.
    """

    id: str
    exercise: Optional[str]
    topic: str
    place: str
    tags: FrozenSet[str]
    own: FrozenSet[str]
    order: int
    overview: bool
    claim: schema.Claim
    names: FrozenSet[str] = frozenset()


@dataclass(frozen=True)
class _Spot:
    topic: str
    tags: Tuple[str, ...] = ()
    overview: bool = False


def _exercise_claims(ex: schema.Exercise) -> Iterator[Tuple[str, _Spot, schema.Claim]]:
    """Yields (path, where it stands, claim) for every claim of an exercise."""

    def section(path: str, topic: str, part: Any, *tags: str) -> Iterator[Tuple[str, _Spot, schema.Claim]]:
        yield f"{path}.overview", _Spot(topic, tags, True), part.overview
        yield from listed(f"{path}.claims", topic, part.claims, *tags)

    def listed(path: str, topic: str, claims: List[schema.Claim], *tags: str) -> Iterator[Tuple[str, _Spot, schema.Claim]]:
        for number, claim in enumerate(claims):
            yield f"{path}[{number}]", _Spot(topic, tags), claim

    yield from section("definition", "definition", ex.definition)
    yield from listed("equipment.claims", "definition", ex.equipment.claims, "machine")
    yield from section("setup", "technique", ex.setup, "setup")
    yield "muscles.overview", _Spot("muscles", (), True), ex.muscles.overview
    for role, uses in (("primary", ex.muscles.primary), ("secondary", ex.muscles.secondary),
                       ("stabilisers", ex.muscles.stabilisers)):
        for number, use in enumerate(uses):
            yield from listed(f"muscles.{role}[{number}].claims", "muscles", use.claims, use.muscle)
    yield from listed("muscles.claims", "muscles", ex.muscles.claims)
    yield "stances.overview", _Spot("foot_placement", (), True), ex.stances.overview
    for number, stance in enumerate(ex.stances.positions):
        yield from listed(f"stances.positions[{number}].claims", "foot_placement", stance.claims, stance.stance)
    yield from listed("stances.claims", "foot_placement", ex.stances.claims)
    tech = ex.technique
    yield "technique.overview", _Spot("technique", (), True), tech.overview
    for phase in ("setup", "lowering", "bottom", "pressing", "top", "depth", "breathing", "tempo"):
        yield from listed(f"technique.{phase}", "technique", getattr(tech, phase), phase)
    yield from listed("technique.claims", "technique", tech.claims)
    for number, fault in enumerate(ex.faults):
        yield f"faults[{number}].cause", _Spot("troubleshoot", (fault.fault,)), fault.cause
        yield f"faults[{number}].fix", _Spot("troubleshoot", (fault.fault,)), fault.fix
    yield from section("benefits", "benefits", ex.benefits)
    yield "suitability.overview", _Spot("suitability", (), True), ex.suitability.overview
    yield from listed("suitability.suits", "suitability", ex.suitability.suits)
    yield from listed("suitability.care", "suitability", ex.suitability.care, "care")
    yield "risks.overview", _Spot("risks", (), True), ex.risks.overview
    for number, use_ in enumerate(ex.risks.conditions):
        yield from listed(f"risks.conditions[{number}].claims", "risks", use_.claims, use_.condition)
    yield from listed("risks.claims", "risks", ex.risks.claims)
    yield from section("rehab", "rehab", ex.rehab)
    for number, other in enumerate(ex.comparisons):
        yield from listed(f"comparisons[{number}].claims", "comparison", other.claims, other.other)
    yield from section("alternatives", "comparison", ex.alternatives, "alternatives")
    yield "programming.overview", _Spot("programming", (), True), ex.programming.overview
    yield from listed("programming.place", "programming", ex.programming.place, "order")
    for number, goal in enumerate(ex.programming.goals):
        yield from listed(f"programming.goals[{number}].claims", "programming", goal.claims, goal.goal, "rep_range")
    yield from listed("programming.progression", "programming", ex.programming.progression, "progression")
    yield from listed("programming.claims", "programming", ex.programming.claims)
    yield "load.overview", _Spot("load", (), True), ex.load.overview
    yield from listed("load.claims", "load", ex.load.claims)
    yield "complements.overview", _Spot("complementary", (), True), ex.complements.overview
    for number, pair in enumerate(ex.complements.pairs):
        yield from listed(f"complements.pairs[{number}].claims", "complementary", pair.claims, pair.exercise)
    yield from listed("complements.claims", "complementary", ex.complements.claims)
    yield "safety.overview", _Spot("technique", ("stops",), False), ex.safety.overview
    yield from listed("safety.claims", "technique", ex.safety.claims)


def _shared_claims(know: Any) -> Iterator[Tuple[Optional[str], str, _Spot, schema.Claim]]:
    """Yields (family or None, path, where it stands, claim) for claims outside the exercise files."""
    for family in know.families.values():
        for topic, section in family.sections.items():
            base = f"families.{family.id}.{topic}"
            yield family.id, f"{base}.overview", _Spot(topic, (), True), section.overview
            for number, claim in enumerate(section.claims):
                yield family.id, f"{base}.claims[{number}]", _Spot(topic), claim
    for muscle in know.muscles.values():
        base = f"muscles.{muscle.id}"
        yield None, f"{base}.where", _Spot("muscles", (muscle.id, "muscle_location")), muscle.where
        yield None, f"{base}.does", _Spot("muscles", (muscle.id, "muscle_function")), muscle.does
        for number, claim in enumerate(muscle.claims):
            yield None, f"{base}.claims[{number}]", _Spot("muscles", (muscle.id,)), claim
    for kind, topic, items in (("stances", "foot_placement", know.stances), ("goals", "programming", know.goals),
                               ("glossary", "definition", know.terms)):
        for item in items.values():
            for number, claim in enumerate(item.claims):
                yield None, f"{kind}.{item.id}.claims[{number}]", _Spot(topic, (item.id,)), claim
    for condition in know.conditions.values():
        base = f"conditions.{condition.id}"
        yield None, f"{base}.risk", _Spot("risks", (condition.id,)), condition.risk
        yield None, f"{base}.meanwhile", _Spot("rehab", (condition.id, "meanwhile")), condition.meanwhile
        for number, claim in enumerate(condition.rehab):
            yield None, f"{base}.rehab[{number}]", _Spot("rehab", (condition.id,)), claim
        for number, claim in enumerate(condition.claims):
            yield None, f"{base}.claims[{number}]", _Spot("risks", (condition.id,)), claim
    for topic, section in know.general.items():
        yield None, f"general.{topic}.overview", _Spot(topic, (), True), section.overview
        for number, claim in enumerate(section.claims):
            yield None, f"general.{topic}.claims[{number}]", _Spot(topic), claim


def exercise_names(know: Any) -> Dict[Tuple[str, ...], str]:
    """Returns the names of exercises and families, as words, with their ids."""
    names: Dict[Tuple[str, ...], str] = {}
    for item in know.words()["exercise"]:
        for name in item.names:
            words = tuple(tokens(name))
            if not words:
                continue
            names.setdefault(words, item.id)
            names.setdefault((*words[:-1], words[-1] + "s"), item.id)
    return names


def named_in(text: str, names: Dict[Tuple[str, ...], str]) -> Tuple[str, ...]:
    """Returns the ids whose names stand in ``text``, each once and in its order; of overlapping names the longest counts."""
    words = tokens(text)
    found: Dict[str, None] = {}
    start = 0
    while start < len(words):
        for length in range(min(LONGEST_NAME, len(words) - start), 0, -1):
            item = names.get(tuple(words[start:start + length]))
            if item:
                found.setdefault(item)
                start += length - 1
                break
        start += 1
    return tuple(found)


def build(know: Any) -> Dict[str, Entry]:
    """Returns every claim of ``know`` by id, in the order of the files."""
    entries: Dict[str, Entry] = {}
    exercises = exercise_names(know)

    def add(exercise: Optional[str], path: str, spot: _Spot, claim: schema.Claim, base: int) -> None:
        claim_id = f"{exercise}.{path}" if exercise and not path.startswith("families.") else path
        entries[claim_id] = Entry(
            id=claim_id, exercise=exercise, topic=spot.topic, place=path, tags=frozenset(spot.tags) | frozenset(claim.about),
            own=frozenset(spot.tags), order=base + len(entries), overview=spot.overview, claim=claim,
            names=frozenset() if exercise else frozenset(named_in(claim.say, exercises)))

    for exercise in know.exercises.values():
        for path, spot, claim in _exercise_claims(exercise):
            add(exercise.id, path, spot, claim, 0)
    for family, path, spot, claim in _shared_claims(know):
        add(family, path, spot, claim, GENERAL_ORDER)
    return entries

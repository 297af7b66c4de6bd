"""Two or three exercises side by side, from facts: which fits what was asked, then what each of them trains and asks of the body."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, FrozenSet, List, Optional, Sequence, Tuple

from actions import profiles
from actions.asking import Answer
from actions.composing import MAX_WORDS, count_words, within
from actions.profiles import Standing, joined
from actions.ranking import Wanted
from knowledge import Knowledge
from knowledge.index import Entry
from knowledge.schema import Exercise

REASONS = 2
"""How many reasons are given for picking an exercise of two; of three there is one each."""
PERSONAL = frozenset({"condition", "group", "experience"})
"""Kinds of tags that tell of the person."""
BUILT_BY = "hypertrophy"
"""The goal whose repetitions show how an exercise is built up."""
REASON_TRAITS = ("spine", "knee", "skill", "balance")
"""What speaks for an exercise where it is lower, weightiest first."""


@dataclass(frozen=True)
class Asked:
    """What a comparison asks about: a muscle, a trait, equipment, or (all None) anything.

    ``tags`` are what a claim on it may have, ``said`` those of them that tell of the person or what there is to train with.
    """

    muscle: Optional[str] = None
    trait: Optional[str] = None
    tools: FrozenSet[str] = frozenset()
    tags: FrozenSet[str] = frozenset()
    said: FrozenSet[str] = frozenset()


def asked_about(wanted: Wanted, know: Knowledge) -> Asked:
    """Reads what a comparison asks about from its tags: a muscle first, then a limit with a trait, then equipment."""
    said = {tag for tag, weight in wanted.tags.items() if weight > 0}
    muscle = next((item for item in know.muscles if item in said and item not in wanted.derived), None)
    if muscle is not None:
        whole = know.muscles[muscle].part_of
        return Asked(muscle=muscle, tags=frozenset({muscle, *([whole] if whole else []), *(
            item for item, part in know.muscles.items() if part.part_of == muscle)}))
    limit = next((limit for limit in know.limits if limit.highest and said.intersection(limit.when)), None)
    if limit is not None:
        personal = {tag for tag in said.intersection(limit.when) if know.kind_of(tag) in PERSONAL}
        return Asked(trait=next(iter(limit.highest)), tags=frozenset(limit.when), said=frozenset(personal))
    tools = frozenset(said & profiles.TOOLS)
    if tools == {"home"}:
        tools |= {"dumbbell", "kettlebell"}
    return Asked(tools=tools | {"bodyweight"} if tools else tools, tags=tools, said=tools)


def _decided(exercises: Sequence[Exercise], asked: Asked, know: Knowledge) -> bool:
    """Tells whether facts alone tell the exercises apart for the muscle that is asked about: main work against less."""
    return bool(asked.muscle) and len({profiles.standing(ex, asked.muscle or "", know) >= Standing.main for ex in exercises}) > 1


def side_by_side(exercises: Sequence[Exercise], told: Sequence[Entry], wanted: Wanted, know: Knowledge, why: bool = False) -> Answer:
    """Compares exercises.

    Args:
        exercises: two or three with files, in the order in which they were named.
        told: the claims that compare them, the best first. One that is about the person or the equipment asked for leads, and one about
            the muscle where facts do not decide by themselves; else the composed sentence leads and the claim follows.
        why: whether the reason is asked for, which claims tell and the composed sentence does not.
    """
    asked = asked_about(wanted, know)
    specific = bool(asked.muscle or asked.trait or asked.tools)
    composed = _decided(exercises, asked, know) or (asked.trait and not why)
    telling = asked.said if composed else asked.tags
    leading = next((entry for entry in told if not specific or entry.tags & telling), None)
    lead = leading.claim.say if leading else _lead(exercises, asked, know)
    caveat = leading.claim.but if leading else None
    room = MAX_WORDS - count_words(lead) - count_words(caveat or "") - len(exercises)
    extra = next((entry for entry in told if entry.claim.say != lead and entry.tags & asked.tags), None)
    profile = [_profile(exercise, know) for exercise in exercises]
    limited = any(know.kind_of(tag) == "condition" for tag in wanted.tags)  # its caution needs room
    if limited or len(exercises) > REASONS or sum(map(count_words, profile)) + (count_words(extra.claim.say) if extra else 0) > room:
        profile = [_profile(exercise, know, brief=True) for exercise in exercises]
    room -= sum(map(count_words, profile))
    further = [extra.claim.say] if extra else []
    if leading and not specific:
        further.append(gist(exercises, know))
    elif len(exercises) == REASONS:
        further.extend(_steps(exercises, know))
    bullets = [*profile, *within(further, room)]
    used = [entry.id for entry in (leading, extra) if entry is not None and entry.claim.say in (lead, *bullets)]
    about = [claim for exercise in exercises for claim in (
        (profiles.claims_about(exercise, asked.muscle, know) if asked.muscle else []) or [f"{exercise.id}.muscles.overview"])]
    return Answer(topic="comparison", lead=lead[:1].upper() + lead[1:], bullets=tuple(bullets), caveat=caveat, exercise=exercises[0].id,
                  claims=(*used, *about), sources=tuple(dict.fromkeys(source for ex in exercises for source in ex.traits.sources)))


def _lead(exercises: Sequence[Exercise], asked: Asked, know: Knowledge) -> str:
    if asked.muscle:
        return for_muscle(exercises, asked.muscle, know)
    if asked.trait:
        return by_trait(exercises, asked.trait, know)
    if asked.tools and (sentence := _by_tools(exercises, asked, know)):
        return sentence
    return gist(exercises, know)


def _split(exercises: Sequence[Exercise], value: Callable[[Exercise], int]) -> Tuple[List[Exercise], List[Exercise]]:
    """Returns the exercises with the highest value and the others."""
    most = max(map(value, exercises))
    return [ex for ex in exercises if value(ex) == most], [ex for ex in exercises if value(ex) < most]


def _the(exercises: Sequence[Exercise], know: Knowledge) -> str:
    return joined(know.wording["compare"]["the"].format(name=ex.name) for ex in exercises)


def for_muscle(exercises: Sequence[Exercise], muscle: str, know: Knowledge) -> str:
    """Says which exercise does more for a muscle."""
    words, name = know.wording["compare"]["muscle"], profiles.plain_name(muscle, know)
    value = {ex.id: profiles.standing(ex, muscle, know) for ex in exercises}
    best, rest = _split(exercises, lambda ex: value[ex.id])
    top = value[best[0].id]
    if not rest:
        key = "even_none" if top is Standing.none else ("even_helps" if top is Standing.helps else "even_main")
        return str(words[key].format(muscle=name, names=_the(exercises, know)))
    second = max(value[ex.id] for ex in rest)
    key = "first_of_main" if second is Standing.main else ("helps_only" if second is Standing.helps and top > Standing.helps else "not_at_all")
    if top is Standing.helps:
        key = "little"
    return str(words[key].format(muscle=name, best=_the(best, know), rest=_the(rest, know)))


def by_trait(exercises: Sequence[Exercise], trait: str, know: Knowledge) -> str:
    """Says which exercise asks less of a part of the body, or less skill."""
    words = know.wording["compare"]
    best, rest = _split(exercises, lambda ex: -profiles.level(ex, trait))
    easier = words["easier"][trait]
    if not rest:
        return str(words["trait_even"].format(easier=easier, names=_the(exercises, know), level=profiles.trait_text(best[0], trait, know)))
    others = joined(words["on"].format(level=know.wording["levels"][getattr(ex.traits, trait).value], name=ex.name) for ex in rest)
    return str(words["trait_lower"].format(best=_the(best, know), verb=words["is" if len(best) == 1 else "are"], easier=easier,
                                           low=profiles.trait_text(best[0], trait, know), others=others))


def _by_tools(exercises: Sequence[Exercise], asked: Asked, know: Knowledge) -> Optional[str]:
    """Says which exercises can be done with what there is, None where that tells them not apart."""
    words = know.wording["compare"]
    possible = [ex for ex in exercises if profiles.way_with(ex, asked.tools) is not None]
    others = [ex for ex in exercises if ex not in possible]
    if not possible or not others:
        return None
    needs = joined(dict.fromkeys(words["a"].format(name=_equipment(ex, know)) for ex in others))
    return str(words["tools"].format(best=_the(possible, know), rest=_the(others, know), needs=needs,
                                     verb=words["needs" if len(others) == 1 else "need"]))


def gist(exercises: Sequence[Exercise], know: Knowledge) -> str:
    """Says in one sentence who should pick which."""
    words = know.wording["compare"]
    most = REASONS if len(exercises) == REASONS else 1
    reasons = [_reasons(ex, [other for other in exercises if other is not ex], know)[:most] for ex in exercises]
    if not any(reasons):
        return str(words["alike"].format(names=_the(exercises, know)))
    parts = [words["pick"].format(name=ex.name, reasons=joined(found) if found else words["as_you_like"])
             for ex, found in zip(exercises, reasons, strict=True)]
    return str(words["gist"].format(parts=joined(parts)))


def _reasons(exercise: Exercise, others: Sequence[Exercise], know: Knowledge) -> List[str]:
    """Returns what speaks for an exercise against all others: what it alone trains, then what it asks less of."""
    words = know.wording["compare"]
    own = profiles.main_muscles(exercise, know)
    theirs = {name for other in others for name in profiles.main_muscles(other, know)}
    alone = [name for name in own if name not in theirs]
    found = [words["for_muscles"].format(muscles=joined(alone[:2]))] if alone else []
    if not alone and all(_narrower(own, profiles.main_muscles(other, know)) for other in others):
        found = [words["mainly"].format(muscles=own[0])]
    lower = [trait for trait in REASON_TRAITS
             if all(profiles.level(exercise, trait) < profiles.level(other, trait) for other in others)]
    found += [words["less"][trait] for trait in lower]
    if not found:
        found = [words["more"][trait] for trait in ("balance", "skill")
                 if all(profiles.level(exercise, trait) > profiles.level(other, trait) for other in others)]
    if not found and not exercise.traits.machine and all(other.traits.machine for other in others):
        found = [words["without_machine"]]
    if not found and exercise.traits.machine and not any(other.traits.machine for other in others):
        found = [words["with_machine"]]
    return found


def _narrower(own: Sequence[str], other: Sequence[str]) -> bool:
    """Tells whether the first muscle of one counts more there than in the other: it is not its first, or one of more."""
    return own[0] != other[0] or set(own) < set(other)


def _profile(exercise: Exercise, know: Knowledge, brief: bool = False) -> str:
    """Returns a line on an exercise: muscles, loads on spine and knees, skill, balance and equipment."""
    words, levels = know.wording["compare"], know.wording["levels"]
    helping = profiles.helping_muscles(exercise, know)
    traits = {trait: levels[getattr(exercise.traits, trait).value] for trait in REASON_TRAITS}
    return str(words["profile_brief" if brief else "profile"].format(
        name=exercise.name[:1].upper() + exercise.name[1:], main=joined(profiles.main_muscles(exercise, know)[:2 if brief else 3]),
        helping=words["helping"].format(muscles=joined(helping[:2])) if helping and not brief else "",
        equipment=_equipment(exercise, know), **traits))


def _equipment(exercise: Exercise, know: Knowledge) -> str:
    words = know.wording["compare"]
    if exercise.traits.machine:
        return str(words["machine"])
    needs = [know.name_of(item) for item in exercise.equipment.needs if item != "plates"]
    return joined(needs) or str(words["no_equipment"])


def _steps(exercises: Sequence[Exercise], know: Knowledge) -> List[str]:
    """Returns a line on the repetitions with which each exercise is built up for muscle growth, none where one is not."""
    words = know.wording["compare"]
    found = [(ex, goal.reps) for ex in exercises for goal in ex.programming.goals if goal.goal == BUILT_BY and goal.reps]
    if len(found) < len(exercises):
        return []
    return [words["steps"].format(ranges=joined(words["steps_of"].format(low=reps[0], high=reps[1], name=ex.name) for ex, reps in found if reps))]

"""Which exercises fit what somebody has, wants and must leave out: a pure function over muscles, traits, equipment and limits.

A list of two to five exercises answers, each with a reason. Where a written claim says the same it leads, and the list follows it.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Dict, FrozenSet, Iterator, List, Optional, Sequence, Set, Tuple

from actions import profiles
from actions.asking import Answer, ask_exercise
from actions.choosing import rank, related_to
from actions.composing import CLEAR_MEANING, GROUPS_OF, HONEST_MEANING, MAX_WORDS, compose, count_words, select, within
from actions.profiles import Standing
from actions.question import FINDING, Question
from actions.ranking import Wanted
from actions.subject import Subject
from knowledge import Knowledge
from knowledge.index import Entry
from knowledge.schema import Exercise, Limit, NamedExercise

MOST, MOST_NAMED, FEWEST = 4, 5, 2
"""How many exercises are listed, and how many where a claim names so many; fewer than the fewest only where no more fit."""
ALTERNATIVES = "alternatives"
NO_MACHINE = frozenset({"no_machine", "free_weights"})
HAND_WEIGHTS = frozenset({"dumbbell", "kettlebell"})
"""Who has one of these can do what is done with the other."""
NEVER = 99
_OCCUPIED = re.compile(r"\b(?:taken|busy|occupied|full|broken|broke|in use|queues?|out of order|hogg\w+|packed)\b", re.IGNORECASE)
"""What is so is there, but not for the person: something else is looked for, with a machine or without."""
PLAIN_WORDS, PLAIN_ODDS = 0.85, 3.2
"""Which share of a question's words a claim must have, and how much likelier than any other it must be, to answer instead of a list."""
PART_ODDS = 2.6
"""How much likelier a claim on a part of a muscle must be than any on the whole for the part to be meant."""
PERSONAL = frozenset({"condition", "group", "body_part"})
"""Kinds of tags of a claim that is for somebody in particular: it does not lead where nothing of the kind was told."""
WRITTEN_MEANING = 0.5
"""How near a claim for a group or condition must be to answer instead of a list."""


@dataclass(frozen=True)
class Sought:
    """What an exercise is looked for by.

    ``muscles`` are to be trained, ``instead`` is the exercise or family to be replaced, ``tools`` what there is to train with (empty:
    anything), ``missing`` what there is not, ``machine`` True for machines only and False for none, ``limits`` what rules exercises out,
    ``without`` exercises that are left out by name, ``spared`` muscles that are not to be trained. ``weighing`` is true where kinds of
    equipment are named beside each other, as in a comparison of them.
    """

    muscles: Tuple[str, ...] = ()
    instead: Optional[str] = None
    tools: FrozenSet[str] = frozenset()
    missing: FrozenSet[str] = frozenset()
    machine: Optional[bool] = None
    limits: Tuple[Limit, ...] = ()
    overhead: bool = True
    without: FrozenSet[str] = frozenset()
    spared: FrozenSet[str] = frozenset()
    weighing: bool = False

    @property
    def named_tools(self) -> FrozenSet[str]:
        """The tools that tell exercises apart: body weight is always there."""
        return self.tools - {"bodyweight"} or self.tools

    @property
    def at_hand(self) -> FrozenSet[str]:
        """All there is to train with, empty for anything."""
        return self.tools | HAND_WEIGHTS if self.tools & HAND_WEIGHTS else self.tools

    @property
    def for_other_ways(self) -> FrozenSet[str]:
        """What an exercise may be done with in another way than its usual one: only what was named, at home anything."""
        return self.at_hand if "home" in self.tools else self.at_hand - ({"bodyweight"} if self.named_tools != self.tools else set())

    @property
    def narrowed(self) -> bool:
        """Whether anything but a muscle narrows the choice."""
        return bool(self.tools or self.missing or self.limits or self.spared or self.machine is not None or not self.overhead)


def sought_by(question: Question, wanted: Wanted, know: Knowledge) -> Sought:
    """Reads what is looked for from the tags of a question and the exercise it would replace.

    A complaint that is denied counts too: "a quad exercise without knee pain" asks for one that is easy on the knees.
    """
    said = {*wanted.tags, *question.values("condition", negated=None), *question.values("body_part", negated=None)}
    occupied = ALTERNATIVES in wanted.tags and bool(_OCCUPIED.search(question.text))
    denied = {m.value for m in question.mentions
              if m.entity == "equipment" and (m.negated or (occupied and m.value in profiles.TOOLS - {"home"}))}
    muscles = tuple(muscle for muscle in know.muscles if wanted.tags.get(muscle, 0) > 0 and muscle not in wanted.derived)
    tools = said & profiles.TOOLS - denied
    if tools == {"home"}:
        tools = tools | {"dumbbell", "kettlebell", "resistance_band"}
    if "rack" in tools and "barbell" not in denied:
        tools = tools | {"barbell"}
    machine: Optional[bool] = None
    machineless = NO_MACHINE - {"no_machine"} if occupied else NO_MACHINE
    if said & machineless or any(m.entity == "aspect" and m.value == "machine" and m.negated for m in question.mentions):
        machine = False
    elif "machine" in said:
        machine = True
    kinds = said & (profiles.TOOLS - {"home", "rack"} | {"machine", "free_weights"})
    limits = tuple(limit for limit in know.limits if said.intersection(limit.when) and not (
        "lower_back" in limit.when and "erector_spinae" in muscles))
    named = question.values("exercise", negated=None)
    without = set(question.values("exercise", negated=True)) if len(named) > 1 or wanted.subject.exercise is None else set()
    return Sought(muscles, wanted.subject.exercise, frozenset(tools | {"bodyweight"} if tools else ()), frozenset(denied), machine, limits,
                  not any(know.conditions[item].avoid_overhead for item in said & know.conditions.keys()), frozenset(without),
                  frozenset(muscle for muscle in know.muscles if wanted.tags.get(muscle, 0) < 0),
                  len(kinds) > 1 and not denied and ALTERNATIVES not in said)


def allowed(exercise: Exercise, sought: Sought, know: Knowledge) -> bool:
    """Tells whether nothing that was said rules an exercise out."""
    if exercise.id in sought.without or exercise.family in sought.without or (exercise.load.overhead and not sought.overhead):
        return False
    if sought.machine is not None and exercise.traits.machine != sought.machine and not (sought.tools and not sought.machine):
        return False
    if any(profiles.standing(exercise, muscle, know) >= Standing.main for muscle in sought.spared):
        return False
    if sought.at_hand and profiles.way_with(exercise, sought.at_hand, sought.for_other_ways) is None:
        return False
    others = profiles.TOOLS - sought.missing
    if sought.missing.intersection(exercise.equipment.needs) and profiles.way_with(exercise, others) is None:
        return False
    return not any(profiles.ruled_out(exercise, limit) for limit in sought.limits)


def names_allowed(text: str, sought: Sought, know: Knowledge) -> Optional[List[str]]:
    """Returns the exercises with a file that a sentence names, beside the replaced one; None where it names one that is ruled out.

    A family stands for its usual member, an exercise without a file for the one most like it unless its own tools are known.
    """
    found: List[str] = []
    replaced = _stands_for(sought.instead, know)
    for item in know.exercises_in(text):
        if item in know.named and not sought.limits and _has_tools_for(know.named[item], sought):
            continue
        exercise = know.exercises.get(_stands_for(item, know) or "")
        if exercise is None or exercise.id == replaced or item == sought.instead:
            continue
        if not allowed(exercise, sought, know):
            return None
        if item not in know.named:
            found.append(exercise.id)
    return list(dict.fromkeys(found))


def _has_tools_for(exercise: NamedExercise, sought: Sought) -> bool:
    """Tells whether the tools of an exercise without a file are known and at hand."""
    return bool(exercise.tools) and (not sought.tools or bool(sought.tools.intersection(exercise.tools)))


def _stands_for(item: Optional[str], know: Knowledge) -> Optional[str]:
    if item in know.families:
        return know.families[item].usual
    return know.named[item].like if item in know.named else item


def choose(sought: Sought, know: Knowledge, first: Sequence[str] = ()) -> List[Exercise]:
    """Returns the exercises that fit best, best first.

    Those that a claim names come ``first``, then what uses the tools that were named, strains least where a limit is told, and is named
    for the muscle in general. What only helps a muscle is taken where hardly anything trains it mainly.
    """
    fit = {ex.id: _fit(ex, sought, know) for ex in know.exercises.values() if allowed(ex, sought, know) and not _is_replaced(ex, sought, know)}
    order = {item: place for place, item in enumerate(first)}
    usual = _named_for(sought.muscles, know)
    broad = not sought.muscles and sought.instead is None and not first
    replaced = know.exercises.get(_stands_for(sought.instead, know) or "")

    def rank_of(ex: Exercise) -> Tuple[float, ...]:
        heavier = replaced is not None and profiles.level(ex, "spine") > profiles.level(replaced, "spine")
        likeness = fit[ex.id] if replaced is not None and not sought.muscles else _mainly(ex, sought.muscles, know)
        other_way, unnamed = bool(_how(ex, sought)), not sought.named_tools.intersection(_all_tools(ex))
        return (order.get(ex.id, NEVER), other_way, unnamed, heavier, -likeness, broad and not _compound(ex), _strain(ex, sought),
                usual.get(ex.id, NEVER), -fit[ex.id], profiles.level(ex, "skill"), ex.traits.machine)
    ranked = sorted((know.exercises[item] for item, worth in fit.items()
                     if worth >= Standing.main or (item in order and not sought.muscles)), key=rank_of)
    usually = [ex for ex in ranked if not _how(ex, sought)]
    if len(usually) >= FEWEST:
        ranked = usually
    if len(ranked) < FEWEST and not any(know.muscles[muscle].part_of for muscle in sought.muscles):
        helping = [know.exercises[item] for item, worth in fit.items() if worth == Standing.helps and not _how(know.exercises[item], sought)]
        ranked += sorted(helping, key=rank_of)[:FEWEST - len(ranked)]
    return _varied(ranked, min(max(MOST, len(first)), MOST_NAMED), broad, know)


def _how(exercise: Exercise, sought: Sought) -> str:
    """Returns in which way an exercise is done with what is at hand, "" for the usual one."""
    return profiles.way_with(exercise, sought.at_hand, sought.for_other_ways) or "" if sought.at_hand else ""


def _name(exercise: Exercise, sought: Sought) -> str:
    how = _how(exercise, sought)
    return f"{exercise.name} ({how})" if how else exercise.name


def _mainly(exercise: Exercise, muscles: Sequence[str], know: Knowledge) -> int:
    """Returns how many of some muscles an exercise mainly trains."""
    return sum(profiles.standing(exercise, muscle, know) >= Standing.main for muscle in muscles)


def _compound(exercise: Exercise) -> bool:
    """Tells whether an exercise loads knee and hip."""
    return profiles.level(exercise, "knee") > 0 and profiles.level(exercise, "hip") > 0


def _all_tools(exercise: Exercise) -> FrozenSet[str]:
    return frozenset(tool for claim in exercise.equipment.claims for tool in claim.about).union(exercise.equipment.needs)


def _is_replaced(exercise: Exercise, sought: Sought, know: Knowledge) -> bool:
    """Tells whether an exercise is the one to be replaced; all of a family are, unless something rules the usual one out."""
    if sought.instead in know.families and exercise.family == sought.instead:
        return not sought.narrowed or exercise.id == know.families[sought.instead].usual
    return exercise.id == _stands_for(sought.instead, know)


def _fit(exercise: Exercise, sought: Sought, know: Knowledge) -> int:
    """Returns how well an exercise trains what is looked for: muscles, what the replaced exercise trains, or anything."""
    if sought.muscles:
        return max(profiles.standing(exercise, muscle, know) for muscle in sought.muscles)
    replaced = _stands_for(sought.instead, know)
    if replaced is None:
        return Standing.main
    own, other = profiles.main_muscles(know.exercises[replaced], know), profiles.main_muscles(exercise, know)
    if own[0] not in other and other[0] not in own:
        return Standing.none
    return (Standing.first if own[0] in other else Standing.main) + len(set(own) & set(other)) - 1


def _strain(exercise: Exercise, sought: Sought) -> int:
    return sum(profiles.level(exercise, trait) for limit in sought.limits for trait in limit.highest)


def _named_for(muscles: Sequence[str], know: Knowledge) -> Dict[str, int]:
    """Returns the exercises that the general claims about one of the muscles alone name, with their places in that order."""
    told = [entry.claim.say for muscle in muscles for entry in know.entries.values()
            if entry.exercise is None and entry.topic == "muscles" and entry.tags == {muscle} and entry.names]
    names = dict.fromkeys(_stands_for(item, know) or "" for text in told for item in know.exercises_in(text))
    return {item: place for place, item in enumerate(names)}


def _varied(ranked: List[Exercise], most: int, broad: bool, know: Knowledge) -> List[Exercise]:
    """Returns the first ones: of a family one before all others, and where ``broad`` those first that mainly train something new."""
    picked: List[Exercise] = []
    rest = list(ranked)
    while rest and len(picked) < most:
        families = {ex.family for ex in picked if ex.family}
        trained = {_group(use.muscle, know) for ex in picked for use in ex.muscles.primary}

        def cost(ex: Exercise, families: Set[str] = families, trained: Set[str] = trained) -> Tuple[bool, bool]:
            return ex.family in families, broad and _group(ex.muscles.primary[0].muscle, know) in trained
        best = min(rest, key=cost)
        if len(picked) >= FEWEST and cost(best)[0]:
            break
        picked.append(best)
        rest = [ex for ex in rest if ex is not best]  # `remove` would compare whole exercises, 30 ms a time
    return picked


def _group(muscle: str, know: Knowledge) -> str:
    return know.muscles[muscle].part_of or muscle


def find(question: Question, wanted: Wanted, know: Knowledge) -> Answer:
    """Answers with the exercises that fit; where nothing is told that one could be chosen by, a claim answers or it is asked back."""
    sought = sought_by(question, wanted, know)
    if sought.weighing:
        return replace(select(question, replace(wanted, topic="comparison"), know), intent=FINDING)
    if not (sought.muscles or sought.instead or sought.narrowed):
        return ask_exercise("comparison", know) if ALTERNATIVES in wanted.tags else replace(select(question, wanted, know), intent=FINDING)
    topic = "comparison" if sought.instead or ALTERNATIVES in wanted.tags else ("muscles" if sought.muscles else "suitability")
    sought = _narrower(question, wanted, sought, know)
    written = _plainly_told(question, wanted, sought, know) or _written(question, wanted, sought, know)
    if written is not None:
        return replace(written, intent=FINDING)
    answer = _listed(topic, sought, _leading(question, wanted, sought, know), know)
    return answer or _listed(topic, sought, _leading(question, wanted, sought, know, fewest=1), know) or _otherwise(
        question, replace(wanted, topic=topic), know)


def _narrower(question: Question, wanted: Wanted, sought: Sought, know: Knowledge) -> Sought:
    """Returns the same with the part of a muscle that is meant instead of the whole, where it is described and not named.

    Of "the side ones that keep my hips level" the likeliest claim is plainly about that part, and none about the whole is nearly as likely.
    """
    parts = {item.id: item.part_of for item in know.muscles.values() if item.part_of in sought.muscles}
    ranked = rank(question, replace(wanted, topic="muscles", subject=Subject(None, "none")), know) if parts else []
    if not ranked or ranked[0].entry.tags.intersection(sought.muscles):
        return sought
    meant = [item for item in parts if item in ranked[0].entry.tags]
    whole = next((item.score for item in ranked if item.entry.tags.intersection(sought.muscles)), ranked[0].score - PART_ODDS)
    if len(meant) != 1 or ranked[0].score < whole + PART_ODDS:
        return sought
    return replace(sought, muscles=tuple(meant[0] if item == parts[meant[0]] else item for item in sought.muscles))


def _plainly_told(question: Question, wanted: Wanted, sought: Sought, know: Knowledge) -> Optional[Answer]:
    """Answers with the claim that says nearly word for word what was asked and is far likelier than any other; None where none is.

    Who tells what there is to train with looks for a list.
    """
    if sought.tools or sought.missing or sought.machine is not None:
        return None
    ranked = rank(question, replace(wanted, topic="comparison"), know)  # comparisons are left out for any other topic
    if len(ranked) < FEWEST:
        return None
    best = ranked[0].entry
    plain = question.nearest.get(best.id, 0.0) >= WRITTEN_MEANING and question.worded.get(best.id, 0.0) >= PLAIN_WORDS
    if not plain or ranked[0].score < ranked[1].score + PLAIN_ODDS or not all(best.tags.intersection(limit.when) for limit in sought.limits):
        return None
    return compose(best, related_to(ranked, question), wanted.subject, know)


def _written(question: Question, wanted: Wanted, sought: Sought, know: Knowledge) -> Optional[Answer]:
    """Answers with the claim that names exercises for a group or condition that was told: it weighs more than traits can.

    The claim is about all that narrows the choice, and plainly about the question. None where there is no such claim.
    """
    if sought.instead is not None:
        return None
    about = {*question.values("group"), *question.values("condition")}
    told = {item for item in about if not about.intersection(GROUPS_OF.get(item, ()))}
    if not told:
        return None
    ranked = rank(question, wanted, know)
    spoken = set(question.values("equipment")) | ({"machine"} if sought.machine else set())
    for place, item in enumerate(ranked):
        entry = item.entry
        near = question.nearest.get(entry.id, 0.0)
        if entry.exercise is None and entry.names and told <= entry.tags and near >= WRITTEN_MEANING and (
                not sought.muscles or entry.tags.intersection(sought.muscles)) and (not spoken or entry.tags & spoken) and (
                not entry.tags.intersection(know.muscles) or sought.muscles):
            return compose(entry, related_to(ranked[place:], question), wanted.subject, know)
    return None


def _otherwise(question: Question, wanted: Wanted, know: Knowledge) -> Answer:
    """Answers where no exercise with a file fits: with a claim that is plainly about what was asked, else by saying so."""
    result = select(question, wanted, know)
    near = question.nearest.get(result.claims[0], 0.0) if result.claims else 0.0
    if near >= CLEAR_MEANING or (near >= HONEST_MEANING and know.entries[result.claims[0]].tags & wanted.tags.keys()):
        return replace(result, intent=FINDING)
    return Answer(topic=wanted.topic, lead=know.wording["find"]["none"], exercise=None, asks_back=True)


def _leading(question: Question, wanted: Wanted, sought: Sought, know: Knowledge, fewest: int = FEWEST) -> Optional[Entry]:
    """Returns the claim that says what is looked for, where one fits all of it and names nothing that is ruled out.

    It names at least ``fewest`` exercises.
    """
    topic = "comparison" if sought.instead or not sought.muscles else "muscles"
    subject = wanted.subject if sought.instead else Subject(None, "none")
    asked: Dict[str, float] = {**wanted.tags, ALTERNATIVES: 2.0} if topic == "comparison" else dict(wanted.tags)
    for _, _, entry in rank(question, replace(wanted, topic=topic, subject=subject, tags=asked), know):
        if _says_it(entry, sought, wanted, question, know, fewest):
            return entry
    return None


def _says_it(entry: Entry, sought: Sought, wanted: Wanted, question: Question, know: Knowledge, fewest: int) -> bool:
    if sought.instead is None:
        if entry.exercise is not None or entry.topic not in ("muscles", "comparison"):
            return False
    elif entry.exercise is None:
        if not _replaces(entry, sought.instead, know):
            return False
    elif ALTERNATIVES not in entry.own or (entry.overview and sought.narrowed):
        return False
    if not all(entry.tags.intersection(limit.when) for limit in sought.limits):
        return False
    spoken = set(question.values("equipment", negated=None)) | ({"machine"} if sought.machine else set())
    if spoken and not entry.tags & spoken:
        return False
    untold = {tag for tag in entry.tags - wanted.tags.keys() if know.kind_of(tag) in PERSONAL}
    if spoken and entry.exercise is not None and not sought.limits and not untold:
        return True  # the exercise's own file says what replaces it with that
    if sought.muscles and not entry.tags.intersection(sought.muscles):
        return False
    machineless = {"home", "no_machine"} if sought.machine is False or "home" in sought.tools or sought.missing else set()
    meant = {tag for tag, weight in wanted.tags.items() if weight > 0 and tag not in wanted.derived}  # a group or a goal that was told
    meant |= set(sought.muscles) if sought.instead is None else know.muscles.keys()
    extra = entry.tags - meant - spoken - {ALTERNATIVES, "legs"} - machineless - {
        item for limit in sought.limits for item in limit.when}
    names = names_allowed(entry.claim.say, sought, know)
    return not extra and names is not None and len(names if entry.exercise else entry.names - {sought.instead}) >= fewest


def _replaces(entry: Entry, instead: str, know: Knowledge) -> bool:
    """Tells whether a claim that holds for any exercise names others for what one to be replaced mainly trains."""
    exercise = know.exercises.get(_stands_for(instead, know) or "")
    trained = {muscle for use in exercise.muscles.primary for muscle in (use.muscle, know.muscles[use.muscle].part_of)} if exercise else set()
    return ALTERNATIVES in entry.tags and bool(entry.tags & trained)


def _listed(topic: str, sought: Sought, leading: Optional[Entry], know: Knowledge) -> Optional[Answer]:
    """Returns the answer with what fits, None where nothing does."""
    first = names_allowed(leading.claim.say, sought, know) or [] if leading else []
    picked = choose(sought, know, first)
    if not picked and leading is None:
        return None
    lead = leading.claim.say if leading else _lead(sought, picked, know)
    caveat = leading.claim.but if leading else None
    reasons = [_reason(exercise, sought, know) for exercise in picked]
    bullets = within(reasons, MAX_WORDS - count_words(lead) - count_words(caveat or ""))
    shown = picked[:len(bullets)]
    claims = [leading.id] if leading else []
    for exercise in shown:
        claims += next((found for muscle in sought.muscles if (found := profiles.claims_about(exercise, muscle, know))),
                       [f"{exercise.id}.muscles.overview"])
    sources = dict.fromkeys(source for item in (*(ex.traits for ex in shown), *sought.limits) for source in item.sources)
    return Answer(topic=topic, lead=lead, bullets=bullets, caveat=caveat, exercise=sought.instead,
                  claims=tuple(claims), sources=tuple(sources), intent=FINDING)


def _lead(sought: Sought, picked: Sequence[Exercise], know: Knowledge) -> str:
    words = know.wording["find"]
    with_what = "".join(f" {phrase}" for phrase in _circumstances(sought, know))
    mainly = [ex for ex in picked if not sought.muscles or _mainly(ex, sought.muscles, know)]
    names = profiles.joined([words["the"].format(name=_name(ex, sought)) for ex in (mainly or picked)[:FEWEST + 1]], words["or"])
    if sought.instead:
        return str(words["instead"].format(name=know.name_of(sought.instead), limits=with_what, names=names))
    target = profiles.joined(profiles.plain_name(muscle, know) for muscle in sought.muscles) or words["legs"]
    return str(words["muscle" if mainly else "helping"].format(muscle=target, limits=with_what, names=names))


def _circumstances(sought: Sought, know: Knowledge) -> Iterator[str]:
    words = know.wording["find"]
    named = [tool for tool in words["with"] if tool in sought.tools]
    if named:
        yield words["with"][named[0]]
    for item in sorted(sought.missing):
        yield words["without"].format(name=know.name_of(item))
    if sought.machine is not None and not sought.tools:
        yield words["machine" if sought.machine else "no_machine"]
    for limit in sought.limits:
        yield limit.phrase


def _reason(exercise: Exercise, sought: Sought, know: Knowledge) -> str:
    """Returns a line on why an exercise is named: what it trains, then what it asks of the body."""
    words = know.wording["find"]
    if sought.muscles:
        mainly = [muscle for muscle in sought.muscles if profiles.standing(exercise, muscle, know) >= Standing.main]
        names = dict.fromkeys(profiles.plain_name(muscle, know) for muscle in mainly or sought.muscles)
        role = words["main" if mainly else "helps"].format(muscle=profiles.joined(names))
    else:
        role = words["main"].format(muscle=profiles.joined(profiles.main_muscles(exercise, know)[:2]))
    traits = list(dict.fromkeys(trait for limit in sought.limits for trait in limit.highest)) or ["spine", "skill"]
    facts = [profiles.trait_text(exercise, trait, know) for trait in traits[:2]]
    name = _name(exercise, sought)
    return str(words["reason"].format(name=name[:1].upper() + name[1:], role=role, facts=", ".join(facts)))

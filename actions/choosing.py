"""Which claims answer a question: tags, topics and nearness in meaning, weighed against each other."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, FrozenSet, Iterable, List, Mapping, Optional, Tuple

from actions.question import TOPIC_OF_INTENT, Question
from actions.subject import Subject
from knowledge import Knowledge
from knowledge.index import Entry

MAX_BULLETS = 5
WEIGHTS = {"condition": 4.0, "muscle": 3.0, "stance": 3.0, "term": 3.0, "exercise": 3.0, "group": 2.5, "goal": 2.2, "experience": 2.0,
           "aspect": 2.0, "phase": 1.5, "equipment": 1.2, "body_part": 0.8}
"""How much a tag of each kind says about what is asked."""
CONTEXT_SHARE = 0.4
"""How much of that counts for what is named beside the question, in its story."""
TOPIC_BONUS = 1.4
OWN_BONUS, TALK_BONUS = 2.5, 1.5
"""For claims of the exercise that the question names, or that the talk was about: what its file says beats what is said in general."""
FAMILY_BONUS = 1.0
USUAL_PENALTY, MEMBER_PENALTY = 0.2, 3.5
"""Where a family is asked about, its usual member speaks for it, and another member only where it fits much better."""
OVERVIEW_BONUS = 1.5
UNASKED_TAG = 0.2
MEANING_WEIGHT = 10.0
MEANING_FLOOR = 0.25
BULLET_SHARE = 0.72
BULLET_MEANING = 0.33
RELATED_MEANING = 0.5
OTHER_NAMED_PENALTY, SOME_NAMED_PENALTY = 3.0, 0.7
"""For a general claim that speaks of other exercises than the one asked about, or of some where none was."""
MEANWHILE_PENALTY = 3.0
"""What to do until a professional has decided is no answer by itself, unless it was asked for."""


@dataclass(frozen=True)
class Wanted:
    """What a question asks about: tags with weights, the topic, the exercise.

    ``topics`` are the topics it may belong to, each with its share of the likeliest one's probability. ``kin`` are the family of the
    exercise and its other members. ``derived`` are the tags of muscles that were not named themselves, but a part or the whole of them.
    """

    topic: str
    subject: Subject
    tags: Mapping[str, float]
    topics: Mapping[str, float] = field(default_factory=dict)
    kin: FrozenSet[str] = frozenset()
    derived: FrozenSet[str] = frozenset()


def wanted_tags(question: Question, know: Knowledge, topic: str) -> Dict[str, float]:
    """Returns the tags of a question with their weights; a muscle also stands a little for its group and its parts."""
    tags: Dict[str, float] = {}
    for mention in question.mentions:
        weight = WEIGHTS.get(mention.entity)
        if weight is None or mention.entity == "exercise":
            continue
        if mention.negated:
            if mention.entity in ("muscle", "goal"):
                tags.setdefault(mention.value, -weight)  # "not for quads"
            continue
        if mention.context:
            weight *= CONTEXT_SHARE
        tags[mention.value] = max(weight, tags.get(mention.value, 0.0))
    for muscle in question.values("muscle"):
        group = know.muscles[muscle].part_of if muscle in know.muscles else None
        if group:
            tags.setdefault(group, 1.2)
        for part in know.muscles.values():
            if part.part_of == muscle:
                tags.setdefault(part.id, 1.0)
    named = question.values("exercise")
    tags.update({item: WEIGHTS["exercise"] for item in named[1:]})
    return tags


def kin_of(exercise: Optional[str], know: Knowledge) -> FrozenSet[str]:
    """Returns the family of an exercise with its members, or the members of a family; what is said of them is not about another thing."""
    if exercise is None:
        return frozenset()
    family = exercise if exercise in know.families else know.family_of(exercise)
    return frozenset([family, *know.members(family)]) if family else frozenset()


def topics_of(question: Question, topic: str) -> Dict[str, float]:
    """Returns the topics a question may belong to: the one it was taken for counts 1, others by how likely they were beside it."""
    found = {topic: 1.0}
    likeliest = question.ranking.get(question.intent) or question.confidence or 1.0
    if question.intent in TOPIC_OF_INTENT:
        for name, probability in question.ranking.items():
            if name in TOPIC_OF_INTENT and name != question.intent:
                found[TOPIC_OF_INTENT[name]] = min(1.0, probability / likeliest)
    return found


def _candidates(subject: Subject, know: Knowledge) -> List[Tuple[Entry, float]]:
    """Returns the claims that may answer, with the bonus of their place."""
    exercise = subject.exercise
    usual = know.families[exercise].usual if exercise in know.families else None
    family = exercise if exercise in know.families else (know.family_of(exercise) if exercise else None)
    found = []
    for entry in know.entries.values():
        if entry.exercise == exercise and exercise is not None:
            found.append((entry, OWN_BONUS if subject.how == "named" else TALK_BONUS))
        elif entry.exercise is None:
            found.append((entry, 0.0))
        elif entry.exercise == family:
            found.append((entry, FAMILY_BONUS))
        elif usual is not None and entry.exercise == usual:
            found.append((entry, OWN_BONUS - USUAL_PENALTY))
        elif usual is not None and entry.exercise in know.exercises and know.exercises[entry.exercise].family == exercise:
            found.append((entry, OWN_BONUS - MEMBER_PENALTY))
        elif entry.exercise in subject.others and exercise in entry.own:
            found.append((entry, OWN_BONUS))
    return found


def _score(entry: Entry, bonus: float, wanted: Wanted, nearest: Mapping[str, float]) -> Tuple[float, FrozenSet[str]]:
    named = frozenset(entry.tags & wanted.tags.keys())
    matched = frozenset(tag for tag in named if wanted.tags[tag] > 0)
    counted = named - wanted.derived if named - wanted.derived else named  # a muscle and a part of it are not two matches
    score = bonus + sum(wanted.tags[tag] for tag in counted)
    score -= UNASKED_TAG * len(entry.tags - matched)
    score += MEANING_WEIGHT * max(0.0, nearest.get(entry.id, 0.0) - MEANING_FLOOR)
    if entry.names:
        meant = {wanted.subject.exercise, *wanted.subject.others, *wanted.kin}
        if wanted.subject.exercise is None:
            score -= SOME_NAMED_PENALTY * (wanted.topic != "comparison")
        elif not entry.names & meant:
            score -= OTHER_NAMED_PENALTY
    if "meanwhile" in entry.own and "meanwhile" not in wanted.tags:
        score -= MEANWHILE_PENALTY
    score += TOPIC_BONUS * (wanted.topics.get(entry.topic, 0.0) if wanted.topics else float(entry.topic == wanted.topic))
    if entry.overview and entry.exercise == wanted.subject.exercise:
        score += OVERVIEW_BONUS if not wanted.tags else -0.5
    return score, matched


def rank(question: Question, wanted: Wanted, know: Knowledge) -> List[Tuple[float, FrozenSet[str], Entry]]:
    """Returns all claims that may answer, best first."""
    scored = []
    pair = {*wanted.subject.others, *([wanted.subject.exercise] if wanted.subject.others else [])}
    if "alternatives" in wanted.tags:
        pair.add("alternatives")
    for entry, bonus in _candidates(wanted.subject, know):
        if entry.topic == "comparison" and wanted.topic != "comparison" and not entry.own & pair:
            continue  # what is said of other exercises answers a comparison only
        score, matched = _score(entry, bonus, wanted, question.nearest)
        scored.append((score, matched, entry))
    scored.sort(key=lambda item: (-item[0], item[2].order))
    return scored


def related_to(ranked: List[Tuple[float, FrozenSet[str], Entry]], wanted: Wanted, nearest: Mapping[str, float]) -> List[Entry]:
    """Returns the claims to follow the best one: close to it in score, and about the same thing."""
    best_score, best_tags, best = ranked[0]
    chosen = []
    partner = _partner(best, [entry for _, _, entry in ranked])
    if partner is not None:
        chosen.append(partner)
    for score, tags, entry in ranked[1:]:
        if len(chosen) >= MAX_BULLETS or score < BULLET_SHARE * best_score:
            break
        if best_tags:
            about_it = bool(tags & best_tags)
        else:
            about_it = entry.topic == best.topic and entry.exercise == best.exercise and nearest.get(entry.id, 0.0) >= RELATED_MEANING
        if about_it and entry is not partner and nearest.get(entry.id, 0.0) >= BULLET_MEANING:
            chosen.append(entry)
    return chosen


def _partner(best: Entry, entries: Iterable[Entry]) -> Optional[Entry]:
    """Returns the fix that belongs to a cause, or the cause of a fix."""
    if not best.place.startswith("faults["):
        return None
    base, _, kind = best.place.rpartition(".")
    other = f"{base}.{'fix' if kind == 'cause' else 'cause'}"
    return next((entry for entry in entries if entry.place == other and entry.exercise == best.exercise), None)

"""Which claims answer a question, and which follow the best one."""
from __future__ import annotations

import re
from typing import Dict, FrozenSet, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from actions.question import TOPIC_OF_INTENT, Question
from actions.ranking import TAG_WEIGHTS, Wanted, features, score
from actions.subject import Subject
from knowledge import Knowledge
from knowledge.index import Entry

MAX_BULLETS = 5
CONTEXT_SHARE = 0.4
"""How much of a tag's weight counts for what is named beside the question, in its story."""
BULLET_ODDS = 4.2
"""A claim may follow the best one if it is at most so much less likely to answer, as a difference of scores."""
SURE_ODDS = 1.3
"""One that is hardly less likely follows in any case: where the best is the wrong one, it is mostly among these."""
OTHERS_ODDS = 2.1
"""An exercise's own claim on a condition that was told comes before what another file says of it if it is at most so much less likely."""
BULLET_MEANING = 0.4
NAMING_OTHERS = frozenset({"comparison", "complementary", "definition"})
AGES = (frozenset({"teenagers", "age_under_18"}), frozenset({"older_adults", "age_over_65"}), frozenset({"middle_aged"}))
"""What is said of one of these is not for the others."""
BULLET_WORDS = 0.5
CONVERSION = "load_conversion"
"""What a question about the loads of two exercises asks for."""
CLEARED, RISK = "clearance", ".risk"
_AWAITED = re.compile(r"\b(?:not|never|no|until|till|before|if|when|unless|without|wait\w*|yet|needs?|should i (?:get|be|ask)|\w+n't|"
                      r"(?:has|have|is|was|are|do|does|did|ca)nt)\b", re.IGNORECASE)
"""Words of a clearance that is still to come."""


class Ranked(NamedTuple):
    """A claim that may answer: its score, and which of the wanted tags it has."""

    score: float
    tags: FrozenSet[str]
    entry: Entry


def wanted_tags(question: Question, know: Knowledge, topic: str) -> Dict[str, float]:
    """Returns the tags of a question with their weights; a muscle also stands a little for its group and its parts."""
    tags: Dict[str, float] = {}
    for mention in question.mentions:
        weight = TAG_WEIGHTS.get(mention.entity)
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
    tags.update({item: TAG_WEIGHTS["exercise"] for item in named[1:]})
    if topic == "load" and len(named) > 1:
        tags.setdefault(CONVERSION, TAG_WEIGHTS["aspect"])
    return tags


def derived_tags(tags: Mapping[str, float], question: Question, know: Knowledge) -> FrozenSet[str]:
    """Returns the tags of muscles that were not named themselves, but a part or the whole of them."""
    return frozenset(tags).intersection(know.muscles).difference(question.values("muscle"))


def kin_of(exercise: Optional[str], know: Knowledge) -> FrozenSet[str]:
    """Returns the family of an exercise with its members, or the members of a family; what is said of them is not about another thing."""
    if exercise is None:
        return frozenset()
    family = exercise if exercise in know.families else know.family_of(exercise)
    return frozenset([family, *know.members(family)]) if family else frozenset()


def topics_of(question: Question, likeliest_topic: str) -> Dict[str, float]:
    """Returns the topics a question may belong to: the one it was taken for counts 1, others by how likely they were beside it."""
    found = {likeliest_topic: 1.0}
    likeliest = question.ranking.get(question.intent) or question.confidence or 1.0
    if question.intent in TOPIC_OF_INTENT:
        for name, probability in question.ranking.items():
            if name in TOPIC_OF_INTENT and name != question.intent:
                topic = TOPIC_OF_INTENT[name]
                found[topic] = max(found.get(topic, 0.0), min(1.0, probability / likeliest))
    return found


def candidates(question: Question, wanted: Wanted, know: Knowledge) -> Iterator[Tuple[Entry, str]]:
    """Yields the claims that may answer with their place towards the exercise asked about (see actions.ranking.features).

    Claims that are neither near nor about anything wanted are left out, unless nothing is known of nearness.
    """
    subject = wanted.subject
    homes = _homes(subject, know)
    for home, place in homes.items():
        for entry in know.claims_of(home):
            if question.nearest and entry.id not in question.nearest and not entry.overview and entry.tags.isdisjoint(wanted.tags):
                continue
            if place != "other" or subject.exercise in entry.own:
                yield entry, place


def _not_asked(wanted: Wanted, know: Knowledge) -> FrozenSet[str]:
    """Returns the exercises without a file that a question about another exercise does not name: what is said of them is no answer to it.

    Where another exercise is looked for or things are compared they may be named.
    """
    subject = wanted.subject
    if subject.exercise is None or wanted.topic in NAMING_OTHERS:
        return frozenset()
    return frozenset(know.named).difference(wanted.tags, (subject.exercise, *subject.others))


def _replaces_another(entry: Entry, wanted: Wanted, know: Knowledge) -> bool:
    """Tells whether a claim of the family asked about says that it takes the place of an exercise that the question does not name."""
    if not entry.id.startswith("families.") or "alternatives" not in entry.tags:
        return False
    about = entry.tags.intersection(know.exercises) - wanted.kin
    return bool(about) and about.isdisjoint((*wanted.tags, *wanted.subject.others, wanted.subject.exercise))


def is_cleared(question: Question) -> bool:
    """Tells whether the person has been cleared and asks what now; the limit of the condition is then known."""
    return CLEARED in question.values("aspect") and not _AWAITED.search(question.text)


def _of_another_age(question: Question) -> FrozenSet[str]:
    """Returns the tags of claims on another age than the one told."""
    told = {*question.values("group"), *question.values("condition")}
    ages = [age for age in AGES if not told & age]
    return frozenset().union(*ages) if len(ages) < len(AGES) else frozenset()


def _homes(subject: Subject, know: Knowledge) -> Dict[Optional[str], str]:
    """Returns the exercises and families whose claims may answer, None for those that hold for any, with their places."""
    exercise = subject.exercise
    homes: Dict[Optional[str], str] = {None: "general" if exercise is None else "general beside exercise"}
    if exercise is None:
        return homes
    homes[exercise] = "own" if subject.how == "named" else "talk"
    if exercise in know.families:
        homes.setdefault(know.families[exercise].usual, "usual")
        for member in know.members(exercise):
            homes.setdefault(member, "member")
    else:
        homes.setdefault(know.family_of(exercise), "family")
    for other in subject.others:
        homes.setdefault(other, "other")
    return homes


def rank(question: Question, wanted: Wanted, know: Knowledge) -> List[Ranked]:
    """Returns the claims that may answer, best first."""
    scored = []
    pair = {*wanted.subject.others, *([wanted.subject.exercise] if wanted.subject.others else [])}
    if "alternatives" in wanted.tags:
        pair.add("alternatives")
    others = _of_another_age(question) | _not_asked(wanted, know)
    cleared = is_cleared(question)
    for entry, place in candidates(question, wanted, know):
        if entry.tags & others or (cleared and entry.place.endswith(RISK)) or _replaces_another(entry, wanted, know):
            continue
        if entry.topic == "comparison" and wanted.topic != "comparison" and not entry.own & pair:
            continue  # what is said of other exercises answers a comparison only
        about = matched(entry, wanted)
        if place == "other" and wanted.subject.exercise:
            about |= {wanted.subject.exercise}  # the other's file speaks of the one asked about
        scored.append(Ranked(score(features(entry, place, wanted, question, know)), about, entry))
    scored.sort(key=lambda item: (-item.score, item.entry.order))
    return _condition_first(scored, question, wanted.subject)


def _condition_first(ranked: List[Ranked], question: Question, subject: Subject) -> List[Ranked]:
    """Puts what is said of a condition that was told before what is said to everybody, or to everybody of an age, if it is nearly as likely.

    The exercise's own claim on it comes first; one that holds for any exercise where the best says nothing of the condition, but of an age.
    """
    told = set(question.values("condition"))
    if not ranked or not told or (ranked[0].tags & told and ranked[0].entry.exercise in (subject.exercise, None)):
        return ranked
    odds = OTHERS_ODDS if ranked[0].tags & told else BULLET_ODDS
    of_age = not ranked[0].tags & told and any(ranked[0].tags & age for age in AGES)
    homes = {subject.exercise, None} if of_age else {subject.exercise} - {None}
    chosen = next((item for item in ranked if item.tags & told and item.entry.exercise in homes), None)
    if chosen is None or chosen.score < ranked[0].score - odds:
        return ranked
    return [chosen, *(item for item in ranked if item is not chosen)]


def matched(entry: Entry, wanted: Wanted) -> FrozenSet[str]:
    """Returns the wanted tags that a claim has, those that are to be left out not among them."""
    return frozenset(tag for tag in entry.tags & wanted.tags.keys() if wanted.tags[tag] > 0)


def related_to(ranked: List[Ranked], question: Question) -> List[Entry]:
    """Returns the claims to follow the best one: nearly as likely to answer, and about what was asked."""
    best = ranked[0]
    told = best.tags.intersection(question.values("condition"))
    chosen: List[Entry] = []
    partner = _partner(best.entry, [item.entry for item in ranked])
    if partner is not None:
        chosen.append(partner)
    for item in ranked[1:]:
        entry = item.entry
        if len(chosen) >= MAX_BULLETS or item.score < best.score - BULLET_ODDS:
            break
        near = question.nearest.get(entry.id, 0.0) >= BULLET_MEANING or question.worded.get(entry.id, 0.0) >= BULLET_WORDS
        about_it = item.tags & best.tags if best.tags else entry.topic == best.entry.topic
        fits = not told or told & item.tags  # what holds for the healthy does not follow what holds with a condition
        aside = _is_of_a_pair(entry) and not _is_of_a_pair(best.entry) and entry.own.isdisjoint(question.values("exercise"))
        if entry is not partner and near and fits and not aside and (about_it or item.score >= best.score - SURE_ODDS):
            chosen.append(entry)
    return chosen


def _is_of_a_pair(entry: Entry) -> bool:
    return entry.place.startswith("comparisons[")


def _partner(best: Entry, entries: Iterable[Entry]) -> Optional[Entry]:
    """Returns the fix that belongs to a cause, or the cause of a fix."""
    if not best.place.startswith("faults["):
        return None
    base, _, kind = best.place.rpartition(".")
    other = f"{base}.{'fix' if kind == 'cause' else 'cause'}"
    return next((entry for entry in entries if entry.place == other and entry.exercise == best.exercise), None)

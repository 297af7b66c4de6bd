"""Two exercises side by side, and exercises that have no file."""
from __future__ import annotations

import re
from dataclasses import replace
from typing import List, Mapping, Optional, Sequence

from actions.asking import Answer, exercise_buttons
from actions.choosing import BULLET_ODDS, kin_of, rank, topics_of
from actions.comparing import side_by_side
from actions.composing import CLEAR_MEANING, GENERAL_INSTEAD, MAX_WORDS, compose, count_words, select, within
from actions.finding import find, sought_by
from actions.question import INTENT_OF_TOPIC, Context, Question
from actions.ranking import TAG_WEIGHTS, Wanted, features, score
from actions.subject import Subject
from knowledge import Knowledge
from knowledge.index import Entry
from knowledge.schema import Exercise
from knowledge.text import key_of, tokens

_COMPARING = re.compile(
    r"\b(?:better|worse|best|than|vs|versus|or|instead|easier|harder|safer|differ\w*|compare[ds]?|comparison|more|less|same|over|replace|rather|"
    r"as (?:good|effective|hard|safe)|beats?|stronger)\b", re.IGNORECASE)
_POINTING_BACK = re.compile(r"\b(?:it|this|that|these|those|them)\b", re.IGNORECASE)
_SECOND_SIDE = re.compile(r"\b(?:than|vs|versus|or)\b\s+\w", re.IGNORECASE)
_WHY = re.compile(r"\b(?:why|how come|what makes)\b", re.IGNORECASE)
LIKELY_TOPIC = 0.5
"""From which share of the likeliest topic's probability on a topic may be meant."""
NAMING = "naming"
"""What claims about names alone are tagged with; they tell no difference."""
MOST = 3
"""How many exercises are put side by side."""


def compare(question: Question, context: Context, wanted: Wanted, know: Knowledge) -> Answer:
    """Several exercises: what was asked decides which; one under two of its names: its variants. One or none: alternatives or general claims."""
    named = _pair(question, context, wanted)
    if len(named) < 2:
        return _one(question, wanted, know)
    known = [(item, facts) for item in named[:MOST] if (facts := _facts_of(item, know)) is not None]
    if len(known) < 2:
        first, second = sorted(named, key=lambda item: bool(known) and item != known[0][0])[:2]
        return _with_unknown(first, second, question, wanted, know)
    different = {facts.id: facts for _, facts in known}
    (first, facts), (second, _) = known[:2]
    if len(different) == 1:
        return _same(facts, first, second, question, wanted, know)
    told = _pair_entries(first, second, know) if len(known) == 2 else []
    return side_by_side(list(different.values()), _best_of(told, question, wanted, know), wanted, know, bool(_WHY.search(question.text)))


def _pair(question: Question, context: Context, wanted: Wanted) -> List[str]:
    """Returns the exercises to compare: those named, or the one of the talk with the one named."""
    subject = wanted.subject
    pair = [item for item in (subject.exercise, *subject.others) if item]
    if subject.how == "named" and len(pair) == 1 and context.exercise and context.exercise != pair[0] \
            and "alternatives" not in wanted.tags and context.topic is not None and _refers_back(question):
        return [context.exercise, pair[0]]
    return pair


def _refers_back(question: Question) -> bool:
    """Tells whether the one exercise that a message names is compared with that of the talk ("is the squat better?"), and not with
    something else the message says ("is seated better than lying")."""
    if question.intent == "follow_up":
        return True
    return question.intent == "ask_comparison" and bool(_COMPARING.search(question.text)) and (
        bool(_POINTING_BACK.search(question.text)) or not _SECOND_SIDE.search(question.text))


def _facts_of(item: str, know: Knowledge) -> Optional[Exercise]:
    """Returns the exercise whose facts stand for an exercise or family, None for one without a file."""
    return know.exercises.get(know.families[item].usual if item in know.families else item)


def _one(question: Question, wanted: Wanted, know: Knowledge) -> Answer:
    """Answers a comparison that names at most one exercise."""
    subject = wanted.subject
    if len({key_of(m.text) for m in question.mentions if m.entity == "exercise" and m.value == subject.exercise and m.text}) > 1:
        return _variants(question, wanted, know)
    if "alternatives" in wanted.tags:
        return find(question, wanted, know)
    sought = sought_by(question, wanted, know)
    replaced = bool(question.values("exercise", negated=True)) or subject.exercise is None
    return find(question, wanted, know) if replaced and sought.narrowed and not sought.weighing else select(question, wanted, know)


def _variants(question: Question, wanted: Wanted, know: Knowledge) -> Answer:
    """Answers from an exercise's own claims where two of its names are compared, such as those of its bar positions."""
    exercise = wanted.subject.exercise
    names = [frozenset(tokens(m.text)) for m in question.mentions if m.entity == "exercise" and m.value == exercise]
    telling = frozenset().union(*names) - names[0].intersection(*names)
    ranked = [item for item in rank(question, wanted, know)
              if item.entry.exercise == exercise and len(telling.intersection(tokens(item.entry.claim.say))) > 1
              and (NAMING in wanted.tags or NAMING not in item.entry.tags)
              and not (item.entry.tags & know.words_of("exercise")) - kin_of(exercise, know) - know.named.keys()]
    return compose(ranked[0].entry, [item.entry for item in ranked[1:]], wanted.subject, know, "comparison") if ranked \
        else select(question, wanted, know)


def _same(exercise: Exercise, first: str, second: str, question: Question, wanted: Wanted, know: Knowledge) -> Answer:
    """Answers where a family and its usual member are compared: what the family says of its members, or that they are one."""
    found = _pair_entries(first, second, know) if first != second else []
    if found:
        best = _best_of(found, question, wanted, know)
        return compose(best[0], best[1:], replace(wanted.subject, exercise=exercise.id, how="named"), know, "comparison")
    return Answer(topic="comparison", exercise=exercise.id, lead=know.wording["compare"]["same"].format(name=exercise.name),
                  claims=(f"{exercise.id}.definition.overview",))


def _pair_entries(first: str, second: str, know: Knowledge) -> List[Entry]:
    """Returns the claims that compare two exercises, from the files of both in one order whichever is named first.

    What is said of a family is said of its usual member, and the other way round.
    """
    def wider(item: str) -> List[str]:
        if item in know.families:
            return [item, know.families[item].usual]
        family = know.family_of(item)
        return [item, family] if family and know.families[family].usual == item else [item]

    pairs = {frozenset((one, other)) for one in wider(first) for other in wider(second)}
    told: List[Entry] = []
    for pair in sorted(pairs, key=lambda pair: (pair != {first, second}, sorted(pair))):
        told += [e for home in sorted(pair) for e in know.claims_of(home) if e.topic == "comparison" and e.own & (pair - {home})]
    return told


def _best_of(entries: Sequence[Entry], question: Question, wanted: Wanted, know: Knowledge) -> List[Entry]:
    """Returns the claims of a pair, the one that fits the question best first; which exercise is named first does not matter."""
    tags = {tag: weight for tag, weight in wanted.tags.items() if know.kind_of(tag) != "exercise"}
    asked = replace(wanted, tags=tags)
    ranked = sorted(entries, key=lambda e: -score(features(e, "own", asked, question, know)))
    clear = ranked and question.nearest.get(ranked[0].id, 0.0) >= CLEAR_MEANING
    return ranked if tags or clear else list(entries)


def _with_unknown(first: str, second: str, question: Question, wanted: Wanted, know: Knowledge) -> Answer:
    """Compares where one of two has no file: by what the other's file says of it, or by the one most like it."""
    missing, known = (first, second) if _facts_of(first, know) is None else (second, first)
    found = _best_of(_pair_entries(first, second, know) or _likened(missing, known, know), question, wanted, know)
    if found:
        named = replace(wanted.subject, exercise=known, how="named")
        return replace(compose(found[0], found[1:], named, know, "comparison"), exercise=known)
    like = know.named[missing].like if missing in know.named else None
    if like is not None:
        return _by_likeness(missing, like, known, question, wanted, know)
    return Answer(topic="comparison", exercise=known if known in know.exercises else None,
                  lead=know.wording["compare"]["one_unknown"].format(unknown=know.name_of(missing), known=know.name_of(known)),
                  buttons=exercise_buttons("ask_comparison", know))


def _likened(missing: str, known: str, know: Knowledge) -> List[Entry]:
    """Returns what the file of the exercise most like one without a file says of that one, where the other of the pair is its family or itself."""
    like = know.named[missing].like if missing in know.named else None
    if like is None or known not in (like, know.family_of(like)):
        return []
    return [entry for entry in know.claims_of(like) if entry.topic == "comparison" and missing in entry.own]


def _by_likeness(missing: str, like: str, known: str, question: Question, wanted: Wanted, know: Knowledge) -> Answer:
    """Compares an exercise without a file by the one most like it; where that is the other of the pair, by what its file says."""
    if like == known or know.family_of(like) == known:
        result = select(question, replace(wanted, subject=Subject(like, "named")), know)
    else:
        pair = Subject(like, "named", (known,))
        result = compare(question, Context(), replace(wanted, subject=pair), know)
    return _told_by_likeness(result, missing, like, know)


def _told_by_likeness(result: Answer, exercise: str, like: str, know: Knowledge) -> Answer:
    """Says that an answer comes from the exercise most like the one asked about, unless it speaks of that one itself."""
    if any(key_of(name) in key_of(result.lead) for name in know.named[exercise].names):
        return result
    text = know.wording["unknown_exercise"]["lead_like"]
    lead = text.format(name=know.name_of(exercise), like=know.name_of(like), text=result.lead)
    return replace(result, lead=lead, bullets=within(result.bullets, MAX_WORDS - count_words(lead)))


def _told_itself(exercise: str, question: Question, wanted: Wanted, know: Knowledge) -> List[Entry]:
    """Returns claims that speak of an exercise without a file itself, best first: those of the topic asked, near or about what is asked."""
    conditions = set(question.values("condition"))  # what holds for the healthy is no answer to somebody with a condition
    ranked = [item for item in rank(question, wanted, know) if exercise in item.entry.tags and conditions <= item.entry.tags]
    plain = wanted.tags.keys() == {exercise}
    best = [item for item in ranked if plain or wanted.topics.get(item.entry.topic, 0.0) >= LIKELY_TOPIC
            or question.nearest.get(item.entry.id, 0.0) >= CLEAR_MEANING]
    return [item.entry for item in best[:2] if item.score >= best[0].score - BULLET_ODDS]


def about_unknown(subject: Subject, topic: str, tags: Mapping[str, float], question: Question, know: Knowledge) -> Answer:
    """Names an exercise that has no file back, and offers what is known of it from other files and the nearest known ones."""
    exercise = subject.exercise or ""
    if topic == "comparison" and subject.others:
        found = _pair_entries(exercise, subject.others[0], know)
        if found:
            return replace(compose(found[0], found[1:], subject, know, "comparison"), exercise=exercise)
    names = know.wording["unknown_exercise"]
    like = know.named[exercise].like
    if like is not None:
        near = Subject(like, "named", tuple(item for item in subject.others if item != like))
        wanted = Wanted(topic, near, {**tags, exercise: TAG_WEIGHTS["exercise"]}, topics_of(question, topic))
        told = _told_itself(exercise, question, wanted, know)
        if told:
            return replace(compose(told[0], told[1:], near, know, topic), exercise=like)
        result = select(question, replace(wanted, tags=tags), know)
        return _told_by_likeness(result, exercise, like, know)
    muscles = ", ".join(know.name_of(muscle) for muscle in know.named[exercise].muscles)
    lead = names["lead"].format(name=know.name_of(exercise))
    bullets = [names["muscles"].format(muscles=muscles)] if topic == "muscles" and muscles else []
    assumed = Wanted(topic, Subject(None, "none"), tags, topics_of(question, topic))
    general = [entry for _, matched, entry in rank(question, assumed, know)[:GENERAL_INSTEAD]
               if matched or question.nearest.get(entry.id, 0.0) >= CLEAR_MEANING]
    if tags and general:
        return replace(compose(general[0], general[1:], Subject(None, "none"), know, topic), exercise=None,
                       lead=names["lead_general"].format(name=know.name_of(exercise), text=general[0].claim.say),
                       buttons=exercise_buttons(INTENT_OF_TOPIC[topic], know, exercise))
    about = [e for e in know.entries.values() if exercise in e.own and e.topic in ("complementary", "comparison")]
    about.sort(key=lambda e: (e.topic != topic, -question.nearest.get(e.id, 0.0), e.order))
    used = []
    if about and topic in ("comparison", "complementary", "benefits", "muscles"):
        bullets.append(about[0].claim.say)
        used = [about[0].id]
    return Answer(topic=topic, exercise=None, lead=lead, bullets=tuple(bullets), claims=tuple(used),
                  sources=("coaching_practice",) if bullets else (), buttons=exercise_buttons(INTENT_OF_TOPIC[topic], know, exercise))

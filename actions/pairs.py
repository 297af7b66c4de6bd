"""Two exercises side by side, and exercises that have no file."""
from __future__ import annotations

from dataclasses import replace
from typing import List, Mapping

from actions.asking import Answer, exercise_buttons
from actions.choosing import rank, topics_of
from actions.composing import CLEAR_MEANING, GENERAL_INSTEAD, MAX_WORDS, compose, count_words, select
from actions.question import INTENT_OF_TOPIC, Context, Question
from actions.ranking import Wanted, features, score
from actions.subject import Subject
from knowledge import Knowledge
from knowledge.index import Entry
from knowledge.text import key_of


def compare(question: Question, context: Context, wanted: Wanted, know: Knowledge) -> Answer:
    """Two exercises: what one's file says of the other. One: its alternatives. None: general comparisons."""
    subject = wanted.subject
    pair = [item for item in (subject.exercise, *subject.others) if item]
    if subject.how == "named" and len(pair) == 1 and context.exercise and context.exercise != pair[0] \
            and "alternatives" not in wanted.tags and question.intent in ("follow_up", "ask_comparison") \
            and context.topic is not None:
        pair = [context.exercise, pair[0]]
    if len(pair) < 2:
        return select(question, wanted, know)
    first, second = pair[0], pair[1]
    found = _pair_entries(first, second, know)
    if not found:
        return _from_traits(first, second, question, wanted, know)
    scored = sorted(found, key=lambda e: (-score(features(e, "own", wanted, question, know)) if wanted.tags else 0.0, e.order))
    named = replace(subject, exercise=first, how="named")
    result = compose(scored[0], scored[1:], named, know, "comparison")
    return replace(result, exercise=first)


def _pair_entries(first: str, second: str, know: Knowledge) -> List[Entry]:
    """Returns the claims that compare two exercises, from the file of either; families stand for their members."""
    def wider(item: str) -> List[str]:
        names = [item]
        if item in know.families:
            names.append(know.families[item].usual)
        family = know.family_of(item)
        return names + ([family] if family else [])

    for one in wider(first):
        for other in wider(second):
            for home, guest in ((one, other), (other, one)):
                found = [e for e in know.claims_of(home) if e.topic == "comparison" and guest in e.own]
                if found:
                    return found
    return []


def _from_traits(first: str, second: str, question: Question, wanted: Wanted, know: Knowledge) -> Answer:
    """Compares by the coarse traits where no file speaks of the pair."""
    words = know.wording["compare"]
    one = know.exercises.get(know.families[first].usual if first in know.families else first)
    two = know.exercises.get(know.families[second].usual if second in know.families else second)
    if one is None or two is None:
        missing = first if one is None else second
        like = know.named[missing].like if missing in know.named else None
        if like is not None:
            return _by_likeness(missing, like, second if one is None else first, question, wanted, know)
        known = second if one is None else first
        return Answer(topic="comparison", exercise=known if known in know.exercises else None,
                      lead=words["one_unknown"].format(unknown=know.name_of(missing), known=know.name_of(known)),
                      buttons=exercise_buttons("ask_comparison", know))
    if one.id == two.id:
        return Answer(topic="comparison", exercise=one.id, lead=words["same"].format(name=one.name))
    bullets = []
    for trait in ("knee", "hip", "spine", "balance", "skill"):
        a, b = getattr(one.traits, trait).value, getattr(two.traits, trait).value
        key = "equal" if a == b else "differ"
        bullets.append(words[key].format(trait=words["traits"][trait], first=one.name, second=two.name, a=a, b=b))
    room = MAX_WORDS - count_words(words["traits_lead"]) - count_words(one.name) - count_words(two.name)
    while sum(map(count_words, bullets)) > room:
        bullets.pop()
    return Answer(topic="comparison", exercise=one.id, bullets=tuple(bullets), sources=tuple(one.traits.sources),
                  lead=words["traits_lead"].format(first=one.name, second=two.name))


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
    return replace(result, lead=text.format(name=know.name_of(exercise), like=know.name_of(like), text=result.lead))


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
        result = select(question, Wanted(topic, near, tags, topics_of(question, topic)), know)
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

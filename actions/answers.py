"""From a question to an answer: a pure function over knowledge.

Every claim of knowledge is scored against the question: by the tags they share (what the question names), by topic, and by how near
the claim's sentence lies to the question in meaning. The best claim leads, related ones follow as bullets.
"""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Dict, FrozenSet, Iterable, List, Mapping, Optional, Sequence, Tuple

from actions import loads
from actions.question import INTENT_OF_TOPIC, OUTSIDE, REQUEST, TOPIC_OF_INTENT, Context, Question
from actions.subject import Subject, mistakable, resolve
from knowledge import Knowledge
from knowledge.index import Entry
from knowledge.schema import Condition, Mistaken
from knowledge.text import tokens

MAX_WORDS = 88
MAX_BULLETS = 5
MAX_BULLETS_OF_PART = 3
"""Bullets of each answer where a message asks several things."""
LONGEST_QUOTE = 8
"""Words of a question that are repeated where it can't be answered beside others."""
WEIGHTS = {"condition": 4.0, "muscle": 3.0, "stance": 3.0, "term": 3.0, "exercise": 3.0, "group": 2.5, "goal": 2.2, "experience": 2.0,
           "aspect": 2.0, "phase": 1.5, "equipment": 1.2, "body_part": 0.8}
"""How much a tag of each kind says about what is asked."""

CONTEXT_SHARE = 0.4
"""How much of that counts for what is named beside the question, in its story."""

TOPIC_BONUS = 1.4
OWN_BONUS, TALK_BONUS = 2.5, 1.5
"""For claims of the exercise that the question names, or that the talk was about: what its file says beats what is said in general."""
FAMILY_BONUS = 1.0
USUAL_PENALTY, MEMBER_PENALTY = 0.8, 2.5
"""Where a family is asked about, its usual member speaks for it, and another member only where it fits much better."""
OVERVIEW_BONUS = 1.5
UNASKED_TAG = 0.2
MEANING_WEIGHT = 10.0
MEANING_FLOOR = 0.25
BULLET_SHARE = 0.62
CLEAR_MEANING = 0.62
RELATED_MEANING = 0.5
GENERAL_INSTEAD = 3
ELLIPSIS_SHARE = 0.4
"""How much the meaning of an elliptical message ("what about the other one?") counts: it lies near much that is not meant."""
MEANWHILE_PENALTY = 3.0
"""What to do until a professional has decided is no answer by itself, unless it was asked for."""
TOPIC_OF_ENTITY = (("condition", "risks"), ("muscle", "muscles"), ("stance", "foot_placement"), ("phase", "technique"),
                   ("group", "suitability"), ("experience", "suitability"), ("goal", "programming"))
"""What "and for ...?" most likely asks after a definition, by what it names."""

RESCUE_MEANING = (0.72, 0.62, 0.52)
"""How near a claim must be for an unsure question to be answered all the same: where the question names nothing that the claim is
about, where it names the exercise or something the claim is about, and where it names both."""
OUTSIDE_MEANING = (0.80, 0.72, 0.64)
"""The same for a question that was taken for one outside the subject."""


@dataclass(frozen=True)
class Button:
    title: str
    payload: str


@dataclass(frozen=True)
class Answer:
    """An answer before rendering. ``claims`` are the ids of the claims it is made of, ``tags`` what was asked about."""

    topic: str
    lead: str
    bullets: Tuple[str, ...] = ()
    caveat: Optional[str] = None
    exercise: Optional[str] = None
    claims: Tuple[str, ...] = ()
    tags: Tuple[str, ...] = ()
    buttons: Tuple[Button, ...] = ()
    intent: Optional[str] = None
    asks_back: bool = False
    sources: Tuple[str, ...] = ()

    def record(self) -> Dict[str, Any]:
        """Returns what later turns need to know of this answer, as plain values for a slot."""
        return {"topic": self.topic, "intent": self.intent, "exercise": self.exercise, "claims": list(self.claims),
                "tags": list(self.tags), "sources": list(self.sources), "asks_back": self.asks_back}


@dataclass(frozen=True)
class Wanted:
    """What a question asks about: tags with weights, the topic, the exercise.

    ``topics`` are the topics it may belong to, each with its share of the likeliest one's probability.
    """

    topic: str
    subject: Subject
    tags: Mapping[str, float]
    topics: Mapping[str, float] = field(default_factory=dict)


def answer(question: Question, context: Context, know: Knowledge) -> Answer:
    """Answers a question of one of the topics, or a follow-up whose topic is that of the talk.

    Args:
        question: the message as understood; its intent is a topic intent or "follow_up".
        context: topic and exercise of the talk, and the record of the last answer.
    """
    topic = TOPIC_OF_INTENT.get(question.intent)
    carried: Sequence[str] = ()
    if topic is None:
        topic, carried = _follow_up_topic(question, context)
        if topic is None:
            return ask_topic(resolve(question, context, know), know)
        question = replace(question, nearest={claim: ELLIPSIS_SHARE * cosine for claim, cosine in question.nearest.items()})
    subject = resolve(question, context, know)
    if other := mistakable(question, context, subject, know):
        return ask_machine(topic, subject, other)
    tags = wanted_tags(question, know, topic)
    if not tags and carried:
        tags = {tag: 2.0 for tag in carried}
    if subject.exercise in know.named:
        result = _unknown_exercise(subject, topic, tags, question, know)
    elif topic == "load" and (computed := loads.computed(question, subject, know)) is not None:
        result = _from_computed(computed, subject)
    elif topic == "comparison":
        result = _comparison(question, context, Wanted(topic, subject, tags, _topics(question, topic)), know)
    else:
        result = _select(question, Wanted(topic, subject, tags, _topics(question, topic)), know)
    result = _with_condition(result, question, know)
    return replace(result, intent=INTENT_OF_TOPIC[topic], topic=topic, tags=tuple(tag for tag, weight in tags.items() if weight > 0),
                   buttons=result.buttons or suggestions(topic, result.exercise, know))


def answer_all(questions: Sequence[Question], context: Context, know: Knowledge) -> List[Answer]:
    """Answers the questions of one message in order, each once and with fewer bullets; a request for a plan is left to its form."""
    results: List[Answer] = []
    for question in questions:
        if question.intent == REQUEST:
            continue
        if question.intent == OUTSIDE:
            results.append(Answer(topic=OUTSIDE, intent=OUTSIDE, lead=know.wording["parts"]["outside"].format(text=_quoted(question.text))))
            continue
        result = answer(question, context, know)
        if any(result.lead == other.lead or (result.claims and result.claims[0] in other.claims) for other in results):
            continue
        said = {bullet for other in results for bullet in (other.lead, *other.bullets)}
        bullets = tuple(bullet for bullet in result.bullets if bullet not in said)[:MAX_BULLETS_OF_PART]
        results.append(replace(result, bullets=bullets))
        context = Context(result.topic, result.exercise or context.exercise, result.record())
    last = len(results) - 1
    return [result if number == last or result.asks_back else replace(result, buttons=()) for number, result in enumerate(results)]


def _quoted(text: str) -> str:
    words = text.strip(" ?.!,").split()
    return " ".join(words[:LONGEST_QUOTE]) + (" ..." if len(words) > LONGEST_QUOTE else "")


# ------------------------------------------------------------------ what is asked
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


def _topics(question: Question, topic: str) -> Dict[str, float]:
    """Returns the topics a question may belong to: the one it was taken for counts 1, others by how likely they were beside it."""
    found = {topic: 1.0}
    likeliest = question.ranking.get(question.intent) or question.confidence or 1.0
    if question.intent in TOPIC_OF_INTENT:
        for name, probability in question.ranking.items():
            if name in TOPIC_OF_INTENT and name != question.intent:
                found[TOPIC_OF_INTENT[name]] = min(1.0, probability / likeliest)
    return found


def _follow_up_topic(question: Question, context: Context) -> Tuple[Optional[str], Sequence[str]]:
    """Returns the topic of an elliptical message, and the tags of the last answer it may still be about."""
    if context.topic in INTENT_OF_TOPIC and context.topic != "definition":
        return context.topic, tuple(context.last.get("tags") or ())
    named = {mention.entity for mention in question.mentions}
    pointed = next((topic for entity, topic in TOPIC_OF_ENTITY if entity in named), None)
    if context.topic == "definition":
        return pointed or context.topic, tuple(context.last.get("tags") or ())
    if pointed is not None and question.intent == "inform":
        return pointed, ()
    ranked = next((name for name in question.ranking if name in TOPIC_OF_INTENT), None)
    if ranked and question.mentions:
        return TOPIC_OF_INTENT[ranked], ()
    return None, ()


# ------------------------------------------------------------------ choosing claims
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
    score = bonus + sum(wanted.tags[tag] for tag in named)
    score -= UNASKED_TAG * len(entry.tags - matched)
    score += MEANING_WEIGHT * max(0.0, nearest.get(entry.id, 0.0) - MEANING_FLOOR)
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


def _select(question: Question, wanted: Wanted, know: Knowledge) -> Answer:
    ranked = rank(question, wanted, know)
    if not ranked:
        return ask_topic(wanted.subject, know)
    _, best_tags, best = ranked[0]
    if wanted.subject.pointing and not best_tags and question.nearest.get(best.id, 0.0) < CLEAR_MEANING:
        return ask_exercise(wanted.topic, know)
    return compose(best, _related(ranked, wanted, question.nearest), wanted.subject, know)


def _related(ranked: List[Tuple[float, FrozenSet[str], Entry]], wanted: Wanted, nearest: Mapping[str, float]) -> List[Entry]:
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
        if about_it and entry is not partner:
            chosen.append(entry)
    return chosen


def _partner(best: Entry, entries: Iterable[Entry]) -> Optional[Entry]:
    """Returns the fix that belongs to a cause, or the cause of a fix."""
    if not best.place.startswith("faults["):
        return None
    base, _, kind = best.place.rpartition(".")
    other = f"{base}.{'fix' if kind == 'cause' else 'cause'}"
    return next((entry for entry in entries if entry.place == other and entry.exercise == best.exercise), None)


# ------------------------------------------------------------------ composing
def compose(best: Entry, related: Sequence[Entry], subject: Subject, know: Knowledge, topic: Optional[str] = None) -> Answer:
    """Puts the lead, up to five bullets within the word limit, and one caveat together."""
    if best.place.endswith(".fix") and related and related[0].place.endswith(".cause"):
        best, related = related[0], [best, *related[1:]]
    lead = best.claim.say
    exercise = subject.exercise
    if exercise in know.families and best.exercise in know.exercises and best.exercise not in subject.others:
        usual = best.exercise == know.families[exercise].usual
        exercise = best.exercise
        if not usual and know.name_of(exercise).lower() not in lead.lower():
            lead = know.wording["answer"]["other_member"].format(name=know.name_of(exercise), text=lead)
    elif subject.how == "machine" and best.exercise == exercise:
        lead = know.wording["answer"]["taken_for"].format(name=know.name_of(exercise or ""), text=lead)
    caveat = best.claim.but
    words = _count(lead) + _count(caveat or "")
    bullets: List[str] = []
    used = [best]
    said = [set(tokens(best.claim.say))]
    for entry in related:
        if len(bullets) >= (3 if best.overview is False else MAX_BULLETS):
            break
        if entry.exercise != best.exercise and entry.topic == best.topic and entry.tags <= best.tags:
            continue  # the same thing said for the family or in general
        text = entry.claim.say
        bag = set(tokens(text))
        if words + _count(text) > MAX_WORDS or any(len(bag & other) > 0.6 * min(len(bag), len(other)) for other in said):
            continue
        bullets.append(text)
        used.append(entry)
        said.append(bag)
        words += _count(text)
        if caveat is None and entry.claim.but and words + _count(entry.claim.but) <= MAX_WORDS:
            caveat = entry.claim.but
            words += _count(caveat)
    buttons = other_machines(best.topic, exercise, know) if subject.how == "machine" else ()
    return Answer(topic=topic or best.topic, lead=lead, bullets=tuple(bullets), caveat=caveat, exercise=exercise,
                  claims=tuple(entry.id for entry in used), buttons=buttons)


def _count(text: str) -> int:
    return len(text.split())


def _with_condition(result: Answer, question: Question, know: Knowledge) -> Answer:
    """Adds the limit of a health condition that the person mentions in a question about something else."""
    leading = next((know.conditions[item] for item in question.values("condition") if item in know.conditions and know.conditions[item].leads), None)
    if leading is not None:
        return _led_by(leading, result)
    if result.topic in ("risks", "rehab") or result.asks_back:
        return result
    for condition in question.values("condition"):
        item = know.conditions.get(condition)
        risk_id = f"conditions.{condition}.risk"
        if item is None or item.screening.value == "none" or risk_id not in know.entries or risk_id in result.claims:
            continue
        if any(condition in know.entries[claim].tags for claim in result.claims if claim in know.entries):
            continue
        budget = MAX_WORDS - _count(result.lead) - _count(item.risk.say)
        bullets: List[str] = []
        for bullet in result.bullets:
            if budget - _count(bullet) < 0:
                break
            bullets.append(bullet)
            budget -= _count(bullet)
        return replace(result, bullets=tuple(bullets), caveat=item.risk.say, claims=(*result.claims, risk_id))
    return result


def _led_by(condition: Condition, result: Answer) -> Answer:
    """Puts the limit of a condition first, and what to ask about it last; what was found to the question follows the limit."""
    limit, meanwhile = f"conditions.{condition.id}.risk", f"conditions.{condition.id}.meanwhile"
    own = f"conditions.{condition.id}."
    budget = MAX_WORDS - _count(condition.risk.say) - _count(condition.meanwhile.say)
    bullets: List[str] = []
    offered = result.bullets if result.claims and result.claims[0].startswith(own) else (result.lead, *result.bullets)
    for bullet in offered:
        if bullet in (condition.risk.say, condition.meanwhile.say):
            continue
        budget -= _count(bullet)
        if budget < 0:
            break
        bullets.append(bullet)
    claims = (limit, *(claim for claim in result.claims if claim not in (limit, meanwhile)), meanwhile)
    return replace(result, lead=condition.risk.say, bullets=tuple(bullets[:2]), caveat=condition.meanwhile.say, claims=claims)


# ------------------------------------------------------------------ special kinds
def _from_computed(computed: loads.Computed, subject: Subject) -> Answer:
    return Answer(topic="load", lead=computed.lead, bullets=tuple(computed.bullets), caveat=computed.caveat,
                  exercise=computed.exercise or subject.exercise, sources=tuple(computed.sources))


def _comparison(question: Question, context: Context, wanted: Wanted, know: Knowledge) -> Answer:
    """Two exercises: what one's file says of the other. One: its alternatives. None: general comparisons."""
    subject = wanted.subject
    pair = [item for item in (subject.exercise, *subject.others) if item]
    if subject.how == "named" and len(pair) == 1 and context.exercise and context.exercise != pair[0] \
            and "alternatives" not in wanted.tags and question.intent in ("follow_up", "ask_comparison") \
            and context.topic is not None:
        pair = [context.exercise, pair[0]]
    if len(pair) < 2:
        return _select(question, wanted, know)
    first, second = pair[0], pair[1]
    found = _pair_entries(first, second, know)
    if not found:
        return _from_traits(first, second, question, wanted, know)
    scored = sorted(found, key=lambda e: (-_score(e, 0.0, wanted, question.nearest)[0] if wanted.tags else 0.0, e.order))
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
                found = [e for e in know.entries.values()
                         if e.exercise == home and e.topic == "comparison" and guest in e.own]
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
    return Answer(topic="comparison", exercise=one.id, bullets=tuple(bullets), sources=tuple(one.traits.sources),
                  lead=words["traits_lead"].format(first=one.name, second=two.name))


def _by_likeness(missing: str, like: str, known: str, question: Question, wanted: Wanted, know: Knowledge) -> Answer:
    """Compares an exercise without a file by the one most like it; where that is the other of the pair, by what its file says."""
    names = know.wording["unknown_exercise"]
    if like == known or know.family_of(like) == known:
        result = _select(question, replace(wanted, subject=Subject(like, "named")), know)
    else:
        pair = Subject(like, "named", (known,))
        result = _comparison(question, Context(), replace(wanted, subject=pair), know)
    return replace(result, lead=names["lead_like"].format(name=know.name_of(missing), like=know.name_of(like), text=result.lead))


def _unknown_exercise(subject: Subject, topic: str, tags: Mapping[str, float], question: Question, know: Knowledge) -> Answer:
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
        result = _select(question, Wanted(topic, near, tags, _topics(question, topic)), know)
        return replace(result, lead=names["lead_like"].format(name=know.name_of(exercise), like=know.name_of(like), text=result.lead))
    muscles = ", ".join(know.name_of(muscle) for muscle in know.named[exercise].muscles)
    lead = names["lead"].format(name=know.name_of(exercise))
    bullets = [names["muscles"].format(muscles=muscles)] if topic == "muscles" and muscles else []
    assumed = Wanted(topic, Subject(None, "none"), tags, _topics(question, topic))
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


def rescue(question: Question, context: Context, know: Knowledge, likely: float = 1.0,
           near: Sequence[float] = RESCUE_MEANING) -> Optional[Answer]:
    """Answers a message whose topic is unsure, where knowledge has a claim that fits what it names; None where it has not.

    From the probability ``likely`` on, the likeliest topic counts as sure. ``near`` says how near the claim must be.
    """
    likeliest = next((name for name in question.ranking if name in TOPIC_OF_INTENT), None)
    if likeliest is None:
        return None
    subject = resolve(question, context, know)
    topic = TOPIC_OF_INTENT[likeliest]
    tags = wanted_tags(question, know, topic)
    if subject.exercise in know.named or subject.pointing:
        return None
    assumed = replace(question, intent=likeliest, confidence=question.ranking[likeliest])
    ranked = rank(assumed, Wanted(topic, subject, tags, _topics(assumed, topic)), know)
    if not ranked:
        return None
    _, matched, best = ranked[0]
    meaning = question.nearest.get(best.id, 0.0)
    known = bool(matched) + (subject.how == "named")
    if question.ranking[likeliest] >= likely or meaning >= near[min(known, len(near) - 1)]:
        return answer(assumed, context, know)
    return None


# ------------------------------------------------------------------ asking back and suggesting
def payload(intent: str, **entities: Optional[str]) -> str:
    """Returns a button's payload in Rasa's form."""
    import json

    filled = {key: value for key, value in entities.items() if value}
    return f"/{intent}" + (json.dumps(filled, separators=(",", ":")) if filled else "")


def exercise_buttons(intent: str, know: Knowledge, near: Optional[str] = None) -> Tuple[Button, ...]:
    """Returns a button per exercise with a file, those of the same family first."""
    family = know.family_of(near) if near else None
    items = sorted(know.exercises.values(), key=lambda ex: ex.family != family if family else False)
    return tuple(Button(_title(ex.name), payload(intent, exercise=ex.id)) for ex in items[:5])


def other_machines(topic: str, exercise: Optional[str], know: Knowledge) -> Tuple[Button, ...]:
    """Returns buttons that ask the same of the other exercises."""
    return tuple(Button(_title(ex.name), payload(INTENT_OF_TOPIC[topic], exercise=ex.id))
                 for ex in know.exercises.values() if ex.id != exercise)[:4]


def ask_exercise(topic: str, know: Knowledge) -> Answer:
    """Asks which exercise is meant."""
    return Answer(topic=topic, lead=know.wording["ask"]["exercise"], asks_back=True,
                  buttons=exercise_buttons(INTENT_OF_TOPIC[topic], know))


def ask_machine(topic: str, subject: Subject, other: Mistaken) -> Answer:
    """Asks which of two machines that share a name is meant."""
    intent = INTENT_OF_TOPIC[topic]
    return Answer(topic=topic, lead=other.ask, asks_back=True, intent=intent, buttons=(
        Button(other.this, payload(intent, exercise=subject.exercise)), Button(other.that, payload(intent, exercise=other.exercise))))


def ask_topic(subject: Subject, know: Knowledge) -> Answer:
    """Asks what about an exercise is meant."""
    exercise = subject.exercise if subject.exercise in know.exercises or subject.exercise in know.families else None
    text = know.wording["ask"]["topic_of" if exercise else "topic"].format(name=know.name_of(exercise or ""))
    titles = know.wording["topics"]
    buttons = tuple(Button(titles[topic], payload(INTENT_OF_TOPIC[topic], exercise=exercise))
                    for topic in ("muscles", "technique", "foot_placement", "programming"))
    return Answer(topic="definition", lead=text, asks_back=True, exercise=exercise, buttons=buttons, intent="ask_help")


def suggestions(topic: str, exercise: Optional[str], know: Knowledge) -> Tuple[Button, ...]:
    """Returns buttons to topics that people ask for next."""
    titles = know.wording["topics"]
    following = know.wording["next_topics"].get(topic, [])
    return tuple(Button(titles[item], payload(INTENT_OF_TOPIC.get(item, item), exercise=exercise)) for item in following)


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]

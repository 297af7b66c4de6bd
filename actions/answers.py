"""From a question to an answer: a pure function over knowledge.

Every claim of knowledge is scored against the question (actions.choosing); the best one leads, related ones follow as bullets
(actions.composing). Comparisons and exercises without a file have ways of their own (actions.pairs).
"""
from __future__ import annotations

import re
from dataclasses import replace
from typing import List, Mapping, Optional, Sequence, Tuple

from actions import loads
from actions.asking import Answer, ask_machine, ask_topic, suggestions
from actions.choosing import derived_tags, kin_of, rank, topics_of, wanted_tags
from actions.composing import reminded, select, with_condition
from actions.doses import dose_answer
from actions.finding import FEWEST, find, sought_by
from actions.mentions import Mention
from actions.ordering import order_answer
from actions.pairs import about_unknown, compare
from actions.question import FINDING, INTENT_OF_TOPIC, OUTSIDE, REQUESTS, TOPIC_OF_INTENT, Context, Question
from actions.ranking import Wanted
from actions.showing import picture_of
from actions.subject import Subject, mistakable, resolve
from knowledge import Knowledge
from knowledge.text import tokens

MAX_BULLETS_OF_PART = 3
"""Bullets of each answer where a message asks several things."""
LONGEST_QUOTE = 8
"""Words of a question that are repeated where it can't be answered beside others."""
LONGEST_BARE_NAME = 5
_WHICH_OF_THEM = re.compile(
    r"^\W*(?:so |and |but |ok |then )*(?:which|what)(?:'s|s| is| are| ones?| of (?:these|those|them))\b"
    r"(?!.*\b(?:exercises?|lifts?|legs?|machines?)\b)", re.IGNORECASE)
_PERSONAL = re.compile(r"\b(?:i|im|i'm|i've|me|my|ok|okay|safe|allowed|instead)\b", re.IGNORECASE)
_PERMISSION = re.compile(r"^\W*(?:and |but |so |ok |then )*(?:when )?(?:can|could|may|am) i\b|\b(?:ok|okay|safe|allowed|fine)\W*$", re.IGNORECASE)
_OCCUPIED = (r"\b(?:{names})s?(?: machine| station)?(?:'s|s| is| are| was| keeps| has been| got| just)?(?: always| often| being| now)?"
             r" (?:taken|busy|occupied|broken|broke|out of order|out of use|in use)\b")
_TELLING = re.compile(r"^\W*(?:and |but |so |ok |btw |also |oh |well )*(?:i|im|i'm|i've|my)\b", re.IGNORECASE)
_TO_AVOID = re.compile(r"\b(?:worst|avoid|bad for|not (?:to )?do|skip|forbidden|stay away|steer clear|leave out|off limits|dangerous)\b",
                       re.IGNORECASE)
CHOOSING = frozenset({"ask_comparison", "ask_suitability"})
"""Intents that "which is easiest on the back?" may be taken for where exercises were just listed."""
HEALTH_TOPICS = ("risks", "rehab")
HOW_MUCH = ("load", "programming")
"""Topics whose figures are for the healthy, so that a condition told before is named with each."""
ELLIPSIS_SHARE = 0.2
"""How much of an elliptical message's nearness to claims counts."""
TOPIC_OF_ENTITY = (("condition", "risks"), ("muscle", "muscles"), ("stance", "foot_placement"), ("phase", "technique"),
                   ("group", "suitability"), ("experience", "suitability"), ("goal", "programming"))
"""What "and for ...?" most likely asks after a definition, by what it names."""
RESCUE_MEANING = (0.78, 0.69, 0.60)
"""How near a claim must be for an unsure question to be answered all the same: where the question names nothing that the claim is
about, where it names the exercise or something the claim is about, and where it names both."""
OUTSIDE_MEANING = (0.85, 0.78, 0.71)
"""The same for a question that was taken for one outside the subject."""


def answer(question: Question, context: Context, know: Knowledge) -> Answer:
    """Answers a question of one of the topics, or a follow-up whose topic is that of the talk.

    Args:
        question: the message as understood; its intent is a topic intent or "follow_up".
        context: topic and exercise of the talk, and the record of the last answer.
    """
    asked, question = question, with_lasting(question, context)
    of_a_story = any(mention.entity == "condition" and mention.context and not mention.negated for mention in question.mentions)
    question = _as_put(question, question is not asked or of_a_story, context, know)
    topic = TOPIC_OF_INTENT.get(question.intent)
    finding = question.intent == FINDING or (topic is None and looked_for(context, know) and not question.values("exercise"))
    carried: Sequence[str] = tuple(context.last.get("tags") or ()) if chooses_among_found(question, context, know) else ()
    settled = False
    if topic is None:
        bare = bool(question.values("exercise")) and len(tokens(question.text)) <= LONGEST_BARE_NAME
        if bare and context.topic is None:
            topic = "definition"  # nothing but a name: what it is, with buttons to the rest
        else:
            topic, carried = _follow_up_topic(question, context)
        if topic is None:
            return ask_topic(resolve(question, context, know), know)
        question, settled = _elliptical(question), True
    subject = resolve(question, context, know)
    if topic == "comparison" and subject.how == "talk" and context.topic == "comparison" and "alternatives" not in question.values("aspect"):
        compared = context.last.get("tags") or ()  # "and for beginners?", "which is easier?": the same exercises side by side
        subject = replace(subject, others=tuple(tag for tag in compared if know.kind_of(tag) == "exercise" and tag != subject.exercise))
    if other := mistakable(question, context, subject, know):
        return ask_machine(topic, subject, other)
    tags = wanted_tags(question, know, topic)
    # a follow-up without anything of its own is about the same things; a condition stays in any case ("which machine then?")
    kept = {tag for tag in carried if not tags or know.kind_of(tag) == "condition" or (finding and _adds_to(tag, tags, know))}
    tags = {**{tag: 2.0 for tag in carried if tag in kept}, **tags}
    derived = derived_tags(tags, question, know).difference(carried)
    wanted = Wanted(topic, subject, tags, topics_of(question, topic), kin_of(subject.exercise, know), derived, settled)
    if question.intent == FINDING and _for_finding(question, wanted, know) is None:  # about the exercise that it names, after all
        return answer(replace(question, intent=_likeliest_topic(question)), context, know)
    result = with_condition(_found(question, context, wanted, finding, know), asked, know)
    lasting = [item for item in question.values("condition") if item not in asked.values("condition")]
    told = context.last.get("claims") or ()
    if result.topic in HOW_MUCH or not any(f"conditions.{item}.risk" in told for item in lasting):
        result = reminded(result, lasting, know)
    about = [*(tag for tag, weight in tags.items() if weight > 0), *subject.others]
    if result.intent == FINDING or result.intent in TOPIC_OF_INTENT:
        topic = result.topic  # a way of answering that has its own topic
    if result.intent == FINDING:
        about = [tag for tag in about if tag not in derived]  # a follow-up looks for the muscle that was named
    result = replace(result, intent=result.intent or INTENT_OF_TOPIC[topic], topic=topic, tags=tuple(dict.fromkeys(about)),
                     conditions=tuple(question.values("condition") or context.last.get("conditions") or ()),
                     buttons=result.buttons or suggestions(topic, result.exercise, know))
    return replace(result, picture=picture_of(result, know))


def with_lasting(question: Question, context: Context) -> Question:
    """Returns a question about the person together with the health conditions told earlier in the talk, unless it names one itself.

    "How heavy?" and "how many sets?" are about the person too.
    """
    told = context.last.get("conditions") or ()
    how_much = TOPIC_OF_INTENT.get(question.intent) in HOW_MUCH and len(tokens(question.text)) <= LONGEST_BARE_NAME
    if not told or question.values("condition", negated=None) or not (how_much or _PERSONAL.search(question.text)):
        return question
    beside = not _PERMISSION.search(question.text)
    return replace(question, mentions=(*question.mentions, *(Mention("condition", item, context=beside) for item in told)))


def _as_put(question: Question, lasting: bool, context: Context, know: Knowledge) -> Question:
    """Returns a question with the intent that its form and the talk tell.

    Whether something is allowed with a condition told before it (``lasting``) is a question of risks or rehab; which of two that were
    just compared is better compares them again, which of those just listed is easiest chooses among them; what is worst for a complaint
    is a question of risks.
    """
    if question.intent in TOPIC_OF_INTENT and _is_occupied(question):
        return replace(question, intent=INTENT_OF_TOPIC["comparison"], mentions=(*question.mentions, Mention("aspect", "alternatives")))
    if lasting and _PERMISSION.search(question.text):
        return replace(question, intent=INTENT_OF_TOPIC[context.topic if context.topic in HEALTH_TOPICS else "risks"])
    if question.intent == FINDING and _TO_AVOID.search(question.text) and (question.values("condition") or question.values("body_part")):
        return replace(question, intent=INTENT_OF_TOPIC["risks"])
    if question.intent in CHOOSING and chooses_among_found(replace(question, intent=FINDING), context, know):
        return replace(question, intent=FINDING)
    again = question.intent in TOPIC_OF_INTENT and context.last.get("intent") == INTENT_OF_TOPIC["comparison"]
    if again and "which" in tokens(question.text) and _WHICH_OF_THEM.search(question.text) and not question.values("exercise"):
        return replace(question, intent=INTENT_OF_TOPIC["comparison"])
    return question


def _is_occupied(question: Question) -> bool:
    """Tells whether a message says that a machine or place for an exercise can't be had ("the hack squat is always taken")."""
    names = [re.escape(mention.text) for mention in question.mentions if mention.entity == "exercise" and mention.text and not mention.negated]
    return bool(names) and bool(re.search(_OCCUPIED.format(names="|".join(names)), question.text, re.IGNORECASE))


def looked_for(context: Context, know: Knowledge) -> bool:
    """Tells whether the last answer named exercises for a muscle or another need, so that a follow-up looks for others."""
    first = know.entries.get(next(iter(context.last.get("claims") or ()), ""))
    return context.last.get("intent") == FINDING or (
        context.topic == "muscles" and not context.last.get("exercise") and first is not None and len(first.names) >= FEWEST)


def chooses_among_found(question: Question, context: Context, know: Knowledge) -> bool:
    """Tells whether a message asks which of the exercises just listed fits best ("which is easiest on the back")."""
    return question.intent == FINDING and looked_for(context, know) and bool(_WHICH_OF_THEM.search(question.text)) and not (
        question.values("muscle") or question.values("exercise"))


def _found(question: Question, context: Context, wanted: Wanted, finding: bool, know: Knowledge) -> Answer:
    """Returns the answer to what is wanted, by the way that fits it; ``finding`` tells that an exercise is looked for."""
    subject, topic = wanted.subject, wanted.topic
    if finding and (looking := _for_finding(question, wanted, know)) is not None:
        return find(question, looking, know)
    if subject.exercise in know.named:
        return about_unknown(subject, topic, wanted.tags, question, know)
    if (ordered := order_answer(question, topic, know)) is not None:
        return replace(ordered, intent=INTENT_OF_TOPIC[ordered.topic])
    before = context.last.get("tags") or () if wanted.settled else ()
    if (dose := dose_answer(question, wanted, before, context.last.get("conditions") or (), know)) is not None:
        return dose
    if topic == "load" and (computed := loads.computed(question, subject, know)) is not None:
        return _from_computed(computed, subject)
    if topic == "comparison":
        return compare(question, context, wanted, know)
    result = select(question, wanted, know)
    ratio = loads.times_body_weight(question, know) if topic == "load" and not result.asks_back else None
    return replace(result, lead=f"{ratio} {result.lead}") if ratio else result


def _likeliest_topic(question: Question) -> str:
    """Returns the likeliest intent of a topic that does not look for an exercise; several that are named are compared."""
    if len(question.values("exercise")) > 1:
        return INTENT_OF_TOPIC["comparison"]
    usual = INTENT_OF_TOPIC[TOPIC_OF_INTENT[FINDING]]
    return next((name for name in question.ranking if name in TOPIC_OF_INTENT and name != FINDING), usual)


def _adds_to(tag: str, tags: Mapping[str, float], know: Knowledge) -> bool:
    """Tells whether what was looked for before still holds beside what is named now: nothing of its kind is named."""
    return all(know.kind_of(tag) != know.kind_of(other) for other in tags)


def _for_finding(question: Question, wanted: Wanted, know: Knowledge) -> Optional[Wanted]:
    """Returns what is wanted where an exercise is looked for, None where the question is about one that it names.

    The exercise of the talk counts only where another one is to take its place.
    """
    swap = "alternatives" in wanted.tags
    named = question.values("exercise")
    if named and not swap and not sought_by(question, wanted, know).narrowed:
        return None
    if named or swap:
        return wanted
    return replace(wanted, subject=Subject(None, "none"), kin=frozenset())


def answer_all(questions: Sequence[Question], context: Context, know: Knowledge) -> List[Answer]:
    """Answers the questions of one message in order, each once and with fewer bullets; a request for a plan is left to its form.

    Only the first picture stays.
    """
    results: List[Answer] = []
    for question in questions:
        if question.intent in REQUESTS:
            continue
        if question.intent == OUTSIDE:
            results.append(Answer(topic=OUTSIDE, intent=OUTSIDE, lead=know.wording["parts"]["outside"].format(text=_quoted(question.text))))
            continue
        result = answer(question, context, know)
        if any(result.lead == other.lead or (result.claims and result.claims[0] in other.claims) for other in results):
            continue
        said = {bullet for other in results for bullet in (other.lead, *other.bullets)}
        bullets = tuple(bullet for bullet in result.bullets if bullet not in said)[:MAX_BULLETS_OF_PART]
        pictured = any(other.picture for other in results)
        results.append(replace(result, bullets=bullets, picture=None if pictured else result.picture))
        context = Context(result.topic, result.exercise or context.exercise, result.record())
    last = len(results) - 1
    return [result if number == last or result.asks_back else replace(result, buttons=()) for number, result in enumerate(results)]


def _quoted(text: str) -> str:
    words = text.strip(" ?.!,").split()
    return " ".join(words[:LONGEST_QUOTE]) + (" ..." if len(words) > LONGEST_QUOTE else "")


def _elliptical(question: Question) -> Question:
    """Returns a question whose nearness to claims counts little: "what about the other one?" lies near much that is not meant."""
    near, alike, worded = ({claim: ELLIPSIS_SHARE * value for claim, value in values.items()}
                           for values in (question.nearest, question.alike, question.worded))
    return replace(question, nearest=near, alike=alike, worded=worded)


def _follow_up_topic(question: Question, context: Context) -> Tuple[Optional[str], Sequence[str]]:
    """Returns the topic of an elliptical message, and the tags of the last answer it may still be about."""
    if question.values("condition") and _TELLING.search(question.text):
        return HEALTH_TOPICS[0], ()
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


def _from_computed(computed: loads.Computed, subject: Subject) -> Answer:
    return Answer(topic="load", lead=computed.lead, bullets=tuple(computed.bullets), caveat=computed.caveat,
                  exercise=computed.exercise or subject.exercise, sources=tuple(computed.sources))


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
    ranked = rank(assumed, Wanted(topic, subject, tags, topics_of(assumed, topic)), know)
    if not ranked:
        return None
    _, matched, best = ranked[0]
    meaning = question.nearest.get(best.id, 0.0)
    known = bool(matched) + (subject.how == "named")
    if question.ranking[likeliest] >= likely or meaning >= near[min(known, len(near) - 1)]:
        return answer(assumed, context, know)
    return None

"""Puts chosen claims together: a first sentence, bullets within the word limit, one caveat, and the limits of health conditions."""
from __future__ import annotations

import re
from dataclasses import replace
from typing import List, Optional, Sequence, Tuple

from actions.asking import Answer, ask_exercise, ask_topic, other_machines
from actions.choosing import CLEARED, MAX_BULLETS, is_cleared, rank, related_to
from actions.question import Question
from actions.ranking import Wanted
from actions.subject import Subject
from knowledge import Knowledge
from knowledge.index import Entry
from knowledge.schema import Condition, Leads
from knowledge.text import tokens

MAX_WORDS = 88
CAVEAT_LEAD = 3
"""Words that wording.yml puts before a caveat."""
CLEAR_MEANING = 0.62
HONEST_MEANING = 0.49
"""A claim that is less near, and about nothing that was named, is told as what comes nearest and not as the answer."""
LONGEST_POINTING = 12
"""In a longer message "it" mostly points to something in the message itself."""
GENERAL_INSTEAD = 3
GROUPS_OF = {"age_under_18": ("teenagers",), "age_over_65": ("older_adults",)}
"""Groups that are spoken of instead of a condition."""
RECENT_WEEKS = 16
"""Up to so many weeks ago an operation or injury counts as recent."""

_RECENT = re.compile(r"\b(?:yesterday|days? (?:ago|post)|(?:last|this) (?:week|month)|just (?:had|got|came)|recently|a (?:week|month) ago|"
                     r"(?:few|couple of|some) weeks|still (?:recovering|healing|have stitches))\b", re.IGNORECASE)



def select(question: Question, wanted: Wanted, know: Knowledge) -> Answer:
    ranked = rank(question, wanted, know)
    if not ranked:
        return ask_topic(wanted.subject, know)
    _, best_tags, best = ranked[0]
    meaning = question.nearest.get(best.id, 0.0)
    if wanted.subject.pointing and not best_tags and meaning < CLEAR_MEANING and len(question.text.split()) <= LONGEST_POINTING:
        return ask_exercise(wanted.topic, know)
    result = compose(best, related_to(ranked, question), wanted.subject, know)
    if question.nearest and meaning < HONEST_MEANING and not best.overview and not best_tags:
        return replace(result, lead=know.wording["answer"]["nearest"].format(text=result.lead))
    return result


def compose(best: Entry, related: Sequence[Entry], subject: Subject, know: Knowledge, topic: Optional[str] = None) -> Answer:
    """Puts the lead, up to five bullets within the word limit, and one caveat together."""
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
    words = count_words(lead) + (count_words(caveat) + CAVEAT_LEAD if caveat else 0)
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
        if words + count_words(text) > MAX_WORDS or any(len(bag & other) > 0.6 * min(len(bag), len(other)) for other in said):
            continue
        bullets.append(text)
        used.append(entry)
        said.append(bag)
        words += count_words(text)
        if caveat is None and entry.claim.but and words + count_words(entry.claim.but) + CAVEAT_LEAD <= MAX_WORDS:
            caveat = entry.claim.but
            words += count_words(caveat) + CAVEAT_LEAD
    buttons = other_machines(best.topic, exercise, know) if subject.how == "machine" else ()
    return Answer(topic=topic or best.topic, lead=lead, bullets=tuple(bullets), caveat=caveat, exercise=exercise,
                  claims=tuple(entry.id for entry in used), buttons=buttons)


def within(texts: Sequence[str], room: int) -> Tuple[str, ...]:
    """Returns the first of some bullets that fit into ``room`` words, their marks counted."""
    kept: List[str] = []
    for text in texts:
        room -= count_words(text) + 1
        if room < 0:
            break
        kept.append(text)
    return tuple(kept)


def count_words(text: str) -> int:
    return len(text.split())


def with_condition(result: Answer, question: Question, know: Knowledge) -> Answer:
    """Adds the limit of a health condition that the person mentions in a question about something else."""
    leading = next((know.conditions[item] for item in question.values("condition")
                    if item in know.conditions and _leads(know.conditions[item], question)), None)
    if leading is not None:
        return _led_by(leading, result)
    return result if result.topic in ("risks", "rehab") else reminded(result, question.values("condition"), know)


def reminded(result: Answer, conditions: Sequence[str], know: Knowledge) -> Answer:
    """Adds the limit of a health condition as the caveat of an answer that does not speak of it."""
    if result.asks_back:
        return result
    for condition in conditions:
        item = know.conditions.get(condition)
        risk_id = f"conditions.{condition}.risk"
        if item is None or item.screening.value == "none" or risk_id not in know.entries or risk_id in result.claims:
            continue
        tags = {condition, *GROUPS_OF.get(condition, ())}
        if any(tags & know.entries[claim].tags for claim in result.claims if claim in know.entries):
            continue
        bullets = within(result.bullets, MAX_WORDS - count_words(result.lead) - count_words(item.risk.say))
        return replace(result, bullets=bullets, caveat=item.risk.say, claims=(*result.claims, risk_id))
    return result


def _leads(condition: Condition, question: Question) -> bool:
    """Tells whether the limit of a condition comes before the answer itself: where somebody waits to be cleared, and not once they are."""
    if CLEARED in question.values("aspect", negated=None):
        return not is_cleared(question)
    if condition.leads is Leads.recent:
        weeks = [(m.amount or 0) * {"week": 1.0, "month": 4.3}[m.unit or "week"] for m in question.numbers("week", "month")]
        return bool(_RECENT.search(question.text)) or any(0 < amount <= RECENT_WEEKS for amount in weeks)
    return condition.leads is Leads.always


def _led_by(condition: Condition, result: Answer) -> Answer:
    """Puts the limit of a condition first, and what to ask about it last; what was found to the question follows the limit."""
    limit, meanwhile = f"conditions.{condition.id}.risk", f"conditions.{condition.id}.meanwhile"
    budget = MAX_WORDS - count_words(condition.risk.say) - count_words(condition.meanwhile.say)
    bullets: List[str] = []
    for bullet in (result.lead, *result.bullets):
        if bullet in (condition.risk.say, condition.meanwhile.say):
            continue
        budget -= count_words(bullet)
        if budget < 0:
            break
        bullets.append(bullet)
    claims = (limit, *(claim for claim in result.claims if claim not in (limit, meanwhile)), meanwhile)
    return replace(result, lead=condition.risk.say, bullets=tuple(bullets[:2]), caveat=condition.meanwhile.say, claims=claims)

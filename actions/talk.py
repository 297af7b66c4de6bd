"""Answers about the last answer: where it is from, why it is so, more of it. Pure functions."""
from __future__ import annotations

import re
from typing import List

from actions.asking import Answer
from actions.choosing import rank
from actions.composing import compose
from actions.question import Context, Question
from actions.ranking import Wanted
from actions.subject import Subject
from knowledge import Knowledge

_BECAUSE = re.compile(r"\bbecause (?!of\b)([^.;]+)")


def source_text(context: Context, know: Knowledge) -> str:
    """Returns the sources of the last answer, each once, in plain words."""
    words = know.wording["source"]
    if not context.last:
        return str(words["none"])
    lines: List[str] = []
    for claim_id in context.last.get("claims") or []:
        entry = know.entries.get(claim_id)
        if entry is None:
            continue
        for source_id in entry.claim.sources:
            lines.append(_source_line(source_id, entry.claim.second_hand, know))
    lines += [_source_line(source, False, know) for source in context.last.get("sources") or []]
    unique = list(dict.fromkeys(lines))
    if not unique:
        return str(words["no_fact"])
    return "\n".join([words["lead"], *(f"• {line}" for line in unique)])


def _source_line(source_id: str, second_hand: bool, know: Knowledge) -> str:
    words = know.wording["source"]
    source = know.sources[source_id]
    text = source.cite
    if source.where:
        text = words["with_address"].format(cite=text, where=source.where)
    studied = source.kind.value not in ("coaching practice", "product rule", "article")
    return words["second_hand"].format(cite=text) if second_hand and studied else text


def why_text(context: Context, know: Knowledge) -> str:
    """Returns the reason behind the last answer and how well it holds up."""
    words = know.wording["why"]
    claims = [know.entries[item].claim for item in (context.last.get("claims") or []) if item in know.entries]
    if not claims:
        return str(words["none"])
    reason = next((claim.why for claim in claims if claim.why), None)
    strength = words["strength"][claims[0].strength.value]
    said = _BECAUSE.search(claims[0].say)
    if said and not claims[0].why:
        first = words["said"].format(text=said[1])
    else:
        first = words["lead"].format(text=reason) if reason else words["no_reason"]
    return f"{first}\n{strength}"


def more(question: Question, context: Context, know: Knowledge) -> Answer:
    """Returns further claims on the topic of the last answer that it did not give."""
    subject = Subject(context.last.get("exercise") or context.exercise, "talk")
    topic = context.topic or "definition"
    wanted = Wanted(topic, subject, {tag: 2.0 for tag in context.last.get("tags") or []})
    told = set(context.last.get("claims") or [])
    fresh = [entry for _, _, entry in rank(question, wanted, know) if entry.id not in told and entry.topic == topic]
    if not fresh:
        return Answer(topic=topic, lead=know.wording["more"]["none"], exercise=subject.exercise)
    return compose(fresh[0], fresh[1:], subject, know, topic)

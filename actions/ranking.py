"""How well a claim answers a question: features of the pair, weighed by what readers found to answer (actions/ranking.yml).

The weights are learned by ``python -m evaluation.ranking`` from questions for which readers marked the claims that would answer them as
a first sentence (evaluation/relevance.yml): a linear model under a softmax over the candidates of a question.
"""
from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, FrozenSet, Mapping, Optional

import yaml

from actions.question import Question
from actions.subject import Subject
from knowledge import Knowledge
from knowledge.index import Entry

WEIGHTS_FILE = Path(__file__).with_name("ranking.yml")

TAG_WEIGHTS = {"condition": 4.0, "muscle": 3.0, "stance": 3.0, "term": 3.0, "exercise": 3.0, "group": 2.5, "goal": 2.2, "experience": 2.0,
               "aspect": 2.0, "phase": 1.5, "worry": 1.5, "equipment": 1.2, "body_part": 0.8}
"""How much a tag of each kind says about what is asked, where it decides what belongs together; a "worry" is a condition feared, not had."""
DERIVED_SHARE = 0.5
"""How much of a muscle counts that was not named itself, but a part or the whole of it."""

PERSONAL = frozenset({"condition", "group"})
"""Kinds of tags that say for whom a claim is."""
LONGEST = 45
"""Words from which on a claim counts as equally long; a file that is being written may have longer ones."""


@dataclass(frozen=True)
class Wanted:
    """What a question asks about: tags with weights, the topic, the exercise.

    ``topics`` are the topics it may belong to, each with its share of the likeliest one's probability. ``kin`` are the family of the
    exercise and its other members. ``derived`` are the tags of muscles that were not named themselves, but a part or the whole of them.
    ``settled`` is true where the talk has settled the topic ("and for quads?").
    """

    topic: str
    subject: Subject
    tags: Mapping[str, float]
    topics: Mapping[str, float] = field(default_factory=dict)
    kin: FrozenSet[str] = frozenset()
    derived: FrozenSet[str] = frozenset()
    settled: bool = False


@functools.lru_cache(maxsize=1)
def weights() -> Mapping[str, float]:
    """Returns the learned weights by feature; features that are not named count nothing."""
    return {str(name): float(value) for name, value in yaml.safe_load(WEIGHTS_FILE.read_text(encoding="utf-8")).items()}


def features(entry: Entry, place: str, wanted: Wanted, question: Question, know: Knowledge) -> Dict[str, float]:
    """Returns the features of a claim for a question that are not zero.

    "meaning", "general meaning" and "words" are how near it is; "own", "talk", "family", "usual", "member" or "other" whose claim it is
    (one of "general" and "general beside exercise" where it holds for any); "asked <kind>" counts tags it shares with the question,
    "beyond <kind>" those that nobody asked for; "assumes condition" or "assumes group" is a claim for somebody in particular where nothing
    of the kind was told; "topic" is the share of its topic.

    Args:
        place: where it stands towards the exercise asked about, see actions.choosing.
    """
    found = {"meaning": question.nearest.get(entry.id, 0.0), "general meaning": question.alike.get(entry.id, 0.0),
             "words": question.worded.get(entry.id, 0.0), place: 1.0, "length": min(len(entry.claim.say.split()), LONGEST) / 25}
    for tag in entry.tags:
        kind = know.kind_of(tag)
        weight = wanted.tags.get(tag)
        if weight is None:
            _add(found, f"beyond {kind}", 1.0)
            if kind in PERSONAL and not any(given > 0 and know.kind_of(told) == kind for told, given in wanted.tags.items()):
                found[f"assumes {kind}"] = 1.0
        else:
            _add(found, f"asked {kind}", (DERIVED_SHARE if tag in wanted.derived else 1.0) * weight / TAG_WEIGHTS.get(kind, 3.0))
    found["topic"] = wanted.topics.get(entry.topic, 0.0) if wanted.topics else float(entry.topic == wanted.topic)
    if wanted.settled and entry.topic != wanted.topic:
        found["another topic than settled"] = 1.0
    if entry.overview and entry.exercise == wanted.subject.exercise:
        found["overview" if not wanted.tags else "overview beside tags"] = 1.0
    if "meanwhile" in entry.own and "meanwhile" not in wanted.tags:
        found["meanwhile"] = 1.0
    if entry.names:
        meant = {wanted.subject.exercise, *wanted.subject.others, *wanted.kin}
        if wanted.subject.exercise is None:
            found["names one"] = float(wanted.topic != "comparison")
        elif not entry.names & meant:
            found["names another"] = 1.0
    return found


def score(found: Mapping[str, float], table: Optional[Mapping[str, float]] = None) -> float:
    """Returns the weighed sum of features; the difference of two scores is a log odds."""
    table = weights() if table is None else table
    return sum(table.get(name, 0.0) * value for name, value in found.items())


def _add(found: Dict[str, float], name: str, value: float) -> None:
    found[name] = found.get(name, 0.0) + value

"""Learns actions/ranking.yml: how much each feature of a claim says about whether it answers a question.

The questions of evaluation/relevance.yml pass the trained assistant's parser; readers have marked which claims would answer each as a
first sentence. A linear model under a softmax over the candidates of a question is fitted to them, each feature scaled to unit spread,
with a small L2 penalty. Prints, cross-validated, how often the first claim answers, and one of the first four.
"""
from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
import yaml

import knowledge
from actions import choosing, ranking
from actions.question import TOPIC_OF_INTENT, Context, Question, parts_of
from actions.ranking import Wanted
from actions.subject import resolve

RELEVANCE = Path("evaluation") / "relevance.yml"
FOLDS = 5
STEPS, RATE, PENALTY = 300, 0.05, 1e-3
CANDIDATES = 80
"""How many claims of a question take part, those that come first by the weights so far."""
TALK_SHARE = 0.6
"""A claim of the exercise that the talk was about, but that the question does not name, counts so much of one that it names. The questions
have no talk before them, so this is set and not learned; and so is that a settled topic counts double."""
LEAST = {"asked condition": 5.2, "topic": 2.4, "asked muscle": 3.2, "asked goal": 2.0, "asked group": 2.0, "asked stance": 2.0, "length": -0.6}
"""The least that some things count. What holds for a condition or a muscle must not lose to what holds for everybody; few of the questions
name them, so little is learned of them. Claims written since the questions were marked are longer and never marked, so that length seems
to speak against a claim more than it does. All together cost under one point of the figures below."""
SET = {"assumes condition": -2.0, "assumes group": -2.0}
"""What is not learned either: a claim for people with a condition, or of a group, reads badly to somebody who told neither, and the readers
marked it all the same where it was right."""

HEADER = """# Learned by `python -m evaluation.ranking` from evaluation/relevance.yml; features are explained in actions/ranking.py.
# A difference of two scores is a log odds. "talk", "another topic than settled" and "assumes ..." are set, see evaluation/ranking.py.
"""


@dataclass
class Case:
    """One question: the features of its candidates, shape (candidates, features), and which of them answer."""

    values: np.ndarray
    answers: np.ndarray


def questions_of(items: Sequence[Dict[str, Any]]) -> List[Optional[Question]]:
    """Returns each item as the assistant understands it; None where it has several questions or no topic at all."""
    from addons.assistant import Assistant
    from addons.channels.incoming import clean

    assistant = Assistant()
    know = knowledge.shared()
    found: List[Optional[Question]] = []
    for item in items:
        text = clean(item["text"])
        message = assistant.loop.run_until_complete(assistant.agent.parse_message(text))
        parts = parts_of({**message, "text": text}, know)
        question = parts[0]
        if question.intent not in TOPIC_OF_INTENT:
            likely = next((name for name in question.ranking if name in TOPIC_OF_INTENT), None)
            question = replace(question, intent=likely) if likely else None
        found.append(question if len(parts) == 1 else None)
    return found


def cases_of(items: Sequence[Dict[str, Any]], names: List[str]) -> List[Case]:
    """Returns the cases of labelled questions; fills ``names`` with the features met, in the order of the columns."""
    know = knowledge.shared()
    cases, lost = [], 0
    rows: List[Tuple[List[Dict[str, float]], np.ndarray]] = []
    for item, question in zip(items, questions_of(items), strict=True):
        if question is None:
            continue
        subject, topic = resolve(question, Context(), know), TOPIC_OF_INTENT[question.intent]
        tags = choosing.wanted_tags(question, know, topic)
        wanted = Wanted(topic, subject, tags, choosing.topics_of(question, topic), choosing.kin_of(subject.exercise, know),
                        choosing.derived_tags(tags, question, know))
        scored = choosing.rank(question, wanted, know)
        answers = np.array([ranked.entry.claim.say in item["best"] for ranked in scored])
        if not answers.any():
            lost += 1
            continue
        first = [n for n in range(len(scored)) if n < CANDIDATES or answers[n]]
        places = {id(entry): place for entry, place in choosing.candidates(question, wanted, know)}
        found = [ranking.features(scored[n].entry, places[id(scored[n].entry)], wanted, question, know) for n in first]
        names.extend(name for features in found for name in features if name not in names)
        rows.append((found, answers[first]))
    for found, answers in rows:
        values = np.zeros((len(found), len(names)))
        for row, features in enumerate(found):
            for name, value in features.items():
                values[row, names.index(name)] = value
        cases.append(Case(values, answers))
    print(f"{len(cases)} questions with an answer among the candidates; {lost} whose answer is not there")
    return cases


def fit(cases: Sequence[Case]) -> np.ndarray:
    """Returns one weight per feature: the likeliest that one of the claims marked comes first."""
    values, answers = np.concatenate([case.values for case in cases]), np.concatenate([case.answers for case in cases])
    starts = np.cumsum([0] + [len(case.answers) for case in cases[:-1]])
    segment = np.repeat(np.arange(len(cases)), [len(case.answers) for case in cases])
    spread = values.std(axis=0) + 1e-6
    scaled = values / spread
    weights, mean, square = (np.zeros(values.shape[1]) for _ in range(3))
    for step in range(1, STEPS + 1):
        scores = scaled @ weights
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[segment])
        share = odds / np.add.reduceat(odds, starts)[segment]
        right = share * answers
        gradient = scaled.T @ (share - right / np.add.reduceat(right, starts)[segment]) / len(cases) + PENALTY * weights
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient ** 2
        weights = weights - RATE * (mean / (1 - 0.9 ** step)) / (np.sqrt(square / (1 - 0.999 ** step)) + 1e-8)
    return weights / spread


def first_answers(cases: Sequence[Case], weights: np.ndarray, among: int) -> float:
    """Returns the share of questions with an answer among the first ``among`` claims."""
    return float(np.mean([case.answers[np.argsort(-(case.values @ weights), kind="stable")[:among]].any() for case in cases]))


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs the command and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.ranking", description=__doc__)
    parser.add_argument("--labels", type=Path, default=RELEVANCE, help="labelled questions: text, best (the sentences that answer)")
    parser.add_argument("--dry", action="store_true", help="print figures, write nothing")
    args = parser.parse_args(arguments)
    names: List[str] = []
    cases = cases_of(yaml.safe_load(args.labels.read_text(encoding="utf-8")), names)
    known = np.array([ranking.weights().get(name, 0.0) for name in names])
    print(f"weights so far: first {first_answers(cases, known, 1):.3f}, among four {first_answers(cases, known, 4):.3f}")
    held = [(fit([case for n, case in enumerate(cases) if n % FOLDS != fold]), [case for n, case in enumerate(cases) if n % FOLDS == fold])
            for fold in range(FOLDS)]
    for among in (1, 4):
        print(f"cross-validated, among {among}: {np.mean([first_answers(part, weights, among) for weights, part in held]):.3f}")
    learned = fit(cases)
    table = {name: round(float(weight), 3) for name, weight in zip(names, learned, strict=True)}
    table["talk"] = round(table["general beside exercise"] + TALK_SHARE * (table["own"] - table["general beside exercise"]), 3)
    table.update({name: max(table[name], least) for name, least in LEAST.items()})
    table.update(SET)
    table["another topic than settled"] = -table["topic"]
    final = np.array([table[name] for name in names])
    print(f"weights as written, on all: first {first_answers(cases, final, 1):.3f}, among four {first_answers(cases, final, 4):.3f}")
    if not args.dry:
        ranking.WEIGHTS_FILE.write_text(HEADER + yaml.safe_dump(table, sort_keys=True), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

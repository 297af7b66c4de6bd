"""Every answer about one exercise, before a person asks: `make preview EXERCISE=box_squat`.

For each topic the answer to its button, and for each claim the answer to its first example question, by the functions that answer in a
talk. Without a trained model names are matched and meanings compared as training would, and each question is taken to be of its claim's
topic; with ``--trained`` the model understands the questions. At the end stands what a writer should look at.
"""
from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass, field, replace
from typing import Callable, List, Optional, Sequence

import numpy as np

import knowledge
from actions import answers
from actions.asking import Answer
from actions.mentions import Mention
from actions.question import INTENT_OF_TOPIC, TOPIC_OF_INTENT, Context, Question, from_message, parts_of
from actions.rendering import text_of
from knowledge.index import Entry
from knowledge.problems import nearest
from knowledge.schema import TOPICS

MOST_WORDS = 90
"""An answer that a person reads on a phone; longer ones are told to the writer."""

NEAREST, WORDS_SHARE = 190, 0.3
"""How many claims are named for a question, and how much shared words count for that: about what the trained model does."""

Understand = Callable[[str, str], List[Question]]
"""From a text and the topic that its writer meant to the questions in it."""


@dataclass(frozen=True)
class Reply:
    """What a person asks and reads: ``about`` is a topic or the place of a claim in the file."""

    about: str
    asked: str
    text: str


@dataclass
class Preview:
    replies: List[Reply] = field(default_factory=list)
    remarks: List[str] = field(default_factory=list)


class Untrained:
    """Understands questions about an exercise without a trained model."""

    def __init__(self, exercise: str, know: knowledge.Knowledge) -> None:
        from addons.importer import lookup_tables
        from addons.nlu.embedding import embed_remembered, shared_embedder
        from addons.nlu.names import NameMatcher
        from addons.nlu.wordindex import WordIndex

        self._know = know
        self._matcher = NameMatcher({table["name"]: table["elements"] for table in lookup_tables(know)})
        homes = [exercise, know.family_of(exercise), None]
        self._claims = [entry for home in dict.fromkeys(homes) for entry in know.claims_of(home)]
        texts, numbers = [], []
        for number, entry in enumerate(self._claims):
            for text in (entry.claim.say, *entry.claim.asks):
                texts.append(self._masked(text))
                numbers.append(number)
        self._vectors, self._embed = embed_remembered(texts), shared_embedder().embed_both
        self._starts = np.searchsorted(numbers, np.arange(len(self._claims)))
        self._words = WordIndex.of(texts, numbers, len(self._claims))

    def _masked(self, text: str) -> str:
        return self._matcher.mask(text, self._matcher.extract(text))

    def __call__(self, text: str, topic: str) -> List[Question]:
        found = self._matcher.extract(text)
        masked = self._matcher.mask(text, found)
        general, cosines = (np.maximum.reduceat(vectors @ asked[0], self._starts)
                            for vectors, asked in zip(self._vectors, self._embed([masked]), strict=True))
        shares = self._words.coverage(masked)
        question = from_message({"text": text, "entities": found, "intent": {"name": INTENT_OF_TOPIC[topic], "confidence": 1.0}}, self._know)
        near = np.argsort(-(cosines + WORDS_SHARE * shares))[:NEAREST]
        nearest, alike, worded = ({self._claims[n].id: float(values[n]) for n in near} for values in (cosines, general, shares))
        return [replace(question, nearest=nearest, alike=alike, worded=worded)]


class Trained:
    """Understands questions as the trained model does."""

    def __init__(self, know: knowledge.Knowledge) -> None:
        from addons.assistant import Assistant

        self._know, self._assistant = know, Assistant()

    def __call__(self, text: str, topic: str) -> List[Question]:
        parsed = self._assistant.loop.run_until_complete(self._assistant.agent.parse_message(text))
        return parts_of(parsed, self._know)


def preview(exercise: str, understand: Understand, know: knowledge.Knowledge) -> Preview:
    """Asks everything that the file of ``exercise`` has example questions for."""
    made = Preview()
    name, titles, about = know.name_of(exercise), know.wording["topics"], know.wording["ask"]["about"]
    named = (Mention("exercise", exercise, name),)
    overviews = {entry.topic for entry in know.entries.values() if entry.overview and entry.exercise in know.exercises}
    for topic in TOPICS:
        asked = about.format(topic=titles[topic], name=name)
        results = _answers([Question("", INTENT_OF_TOPIC[topic], mentions=named)], Context(), know)
        _note(made, topic, asked, results, know)
        first = know.entries.get(_first(results))
        if topic in overviews and (first is None or (first.exercise, first.topic) != (exercise, topic)):
            made.remarks.append(f"{topic}: the plain question is answered from {_first(results)}, not from its section of this file")
    for entry in know.claims_of(exercise):
        _ask(made, entry, understand, know)
    return made


def _ask(made: Preview, entry: Entry, understand: Understand, know: knowledge.Knowledge) -> None:
    """Asks the example questions of a claim; notes the answer to the first, and whether any of them finds the claim."""
    if not entry.claim.asks:
        made.remarks.append(f"{entry.place}: has no asks; what people would type finds it best")
        return
    told = []
    for number, ask in enumerate(entry.claim.asks):
        questions = understand(ask, entry.topic)
        if any(question.intent not in TOPIC_OF_INTENT and question.intent != "follow_up" for question in questions):
            made.remarks.append(f'{entry.place}: "{ask}" is taken for {questions[0].intent}')
            continue
        told.append(_answers(questions, Context(exercise=entry.exercise), know))
        if number == 0:
            _note(made, entry.place, ask, told[0], know)
    if told and not any(entry.id in result.claims for results in told for result in results):
        made.remarks.append(f"{entry.place}: none of its asks finds it; the first is answered from {_first(told[0])}")


def _answers(questions: Sequence[Question], context: Context, know: knowledge.Knowledge) -> List[Answer]:
    if len(questions) == 1:
        return [answers.answer(questions[0], context, know)]
    return answers.answer_all(questions, context, know)


def _first(results: Sequence[Answer]) -> str:
    return next((claim for result in results for claim in result.claims), "no claim")


def _note(made: Preview, about: str, asked: str, results: Sequence[Answer], know: knowledge.Knowledge) -> None:
    text = "\n".join(text_of(result, know) for result in results)
    made.replies.append(Reply(about, asked, text))
    words = len(text.split())
    if words > MOST_WORDS * len(results):
        made.remarks.append(f"{about}: the answer has {words} words, at most {MOST_WORDS}")


def main(arguments: Optional[List[str]] = None) -> int:
    """Prints the preview and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.preview", description=__doc__)
    parser.add_argument("exercise", help="the id of the exercise, the name of its file")
    parser.add_argument("--trained", action="store_true", help="let the trained model understand the questions; takes half a minute more")
    args = parser.parse_args(arguments)
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever libraries print goes to standard error
    try:
        know = knowledge.shared()
    except knowledge.KnowledgeError as error:
        print(error, file=sys.stderr)
        return 1
    if args.exercise not in know.exercises:
        print(f'knowledge/exercises/ has no file "{args.exercise}.yml"; {nearest(args.exercise, know.exercises)}', file=sys.stderr)
        return 1
    made = preview(args.exercise, Trained(know) if args.trained else Untrained(args.exercise, know), know)
    with results as out:
        for reply in made.replies:
            out.write(f"[{reply.about}] {reply.asked}\n{reply.text}\n\n")
        out.write(f"{len(made.replies)} answers, {len(made.remarks)} remarks.\n" + "".join(f"  {remark}\n" for remark in made.remarks))
    return 0


if __name__ == "__main__":
    sys.exit(main())

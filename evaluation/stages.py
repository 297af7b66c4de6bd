"""Where the time of a message goes: a clock around each part of understanding, deciding, answering and storing.

    python -m evaluation.stages

Sends held-out questions, each as the first message of a talk, to the assistant in this process, the database in memory. What a part calls
that has a clock of its own is not counted in the part.
"""
from __future__ import annotations

import argparse
import functools
import inspect
import statistics
import sys
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

from addons import unneeded

MESSAGES = 100
PARTS: Tuple[Tuple[str, str, str], ...] = (
    ("sentence embedding (two encoders)", "addons.nlu.features", "SentenceEmbeddingFeaturizer.process"),
    ("nearest claims", "addons.nlu.nearest", "NearestClaims.process"),
    ("intent classifier", "addons.nlu.intents", "BlendedIntentClassifier.process"),
    ("red flags", "addons.nlu.red_flags", "RedFlagDetector.process"),
    ("names and spelling", "addons.nlu.names", "KnowledgeEntityExtractor.process"),
    ("numbers, parts, scope, language", "addons.nlu.numbers", "NumberExtractor.process"),
    ("numbers, parts, scope, language", "addons.nlu.parts", "QuestionSplitter.process"),
    ("numbers, parts, scope, language", "addons.nlu.parts", "QuestionJoiner.process"),
    ("numbers, parts, scope, language", "addons.nlu.scope", "OutsideEvidence.process"),
    ("numbers, parts, scope, language", "addons.nlu.requests", "SecondThoughts.process"),
    ("numbers, parts, scope, language", "addons.nlu.language", "LanguageDetector.process"),
    ("choosing and composing the answer", "addons.inprocess", "ActionExecutor.run"),
    ("Rasa's prediction of the next action", "rasa.core.policies.rule_policy", "RulePolicy.predict_action_probabilities"),
    ("reading and writing the conversation", "addons.stores.talks", "TalkStore.retrieve"),
    ("reading and writing the conversation", "addons.stores.talks", "TalkStore.save"),
)
REST = "the rest of Rasa: events, trackers, domain, graph"


class Clock:
    """Adds up the seconds of each part; a part that another one calls is taken off the caller."""

    def __init__(self) -> None:
        self.seconds: Dict[str, float] = {}
        self._inner: List[float] = []

    def around(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Returns ``function`` with a clock, for plain functions and coroutines."""
        if inspect.iscoroutinefunction(function):
            @functools.wraps(function)
            async def timed(*args: Any, **kwargs: Any) -> Any:
                began = self._begin()
                try:
                    return await function(*args, **kwargs)
                finally:
                    self._end(part, began)
        else:
            @functools.wraps(function)
            def timed(*args: Any, **kwargs: Any) -> Any:
                began = self._begin()
                try:
                    return function(*args, **kwargs)
                finally:
                    self._end(part, began)
        return timed

    def _begin(self) -> float:
        self._inner.append(0.0)
        return time.perf_counter()

    def _end(self, part: str, began: float) -> None:
        taken = time.perf_counter() - began
        self.seconds[part] = self.seconds.get(part, 0.0) + taken - self._inner.pop()
        if self._inner:
            self._inner[-1] += taken


def clocked(clock: Clock) -> None:
    """Puts a clock around every part. Raises AttributeError where one is not there any more."""
    for part, module, path in PARTS:
        owner: Any = __import__(module, fromlist=["_"])
        names = path.split(".")
        for name in names[:-1]:
            owner = getattr(owner, name)
        setattr(owner, names[-1], clock.around(part, getattr(owner, names[-1])))


def shares(texts: List[str]) -> Tuple[float, Dict[str, float]]:
    """Returns the median time of a message and the mean time of each part, in milliseconds; the rest is what no part has."""
    from evaluation.replies import Replies

    clock = Clock()
    clocked(clock)
    talker = Replies()
    for number, text in enumerate(texts):
        talker.one({"text": text}, f"warm-{number}")
        talker.assistant.begin(f"talk-{number}")
    clock.seconds.clear()
    taken = []
    for number, text in enumerate(texts):
        began = time.perf_counter()
        talker.assistant.say(text, f"talk-{number}")
        taken.append(time.perf_counter() - began)
    found = {part: clock.seconds.get(part, 0.0) / len(texts) * 1000 for part in dict.fromkeys(part for part, _, _ in PARTS)}
    found[REST] = statistics.fmean(taken) * 1000 - sum(found.values())
    return statistics.median(taken) * 1000, found


def main(arguments: Optional[List[str]] = None) -> int:
    """Measures, prints the parts and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.stages", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=MESSAGES, help=f"how many are sent ({MESSAGES})")
    args = parser.parse_args(arguments)
    unneeded.leave_out()
    from evaluation.bench import questions

    median, found = shares(questions()[:args.messages])
    total = sum(found.values())
    for part, spent in found.items():
        print(f"{part:55} {spent:6.1f} ms {spent / total:5.0%}")
    print(f"{'a message: mean':55} {total:6.1f} ms\n{'a message: median':55} {median:6.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())

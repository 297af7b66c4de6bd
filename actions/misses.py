"""Keeps what was not understood for the writer of the knowledge files: masked, for a limited time, and only where it is switched on.

The operator names a folder in REPWISE_MISSES; lines older than REPWISE_MISSES_DAYS days (30) are deleted with their file. A line holds
the date, the kind of miss and the masked words, and nothing that tells who wrote them.
"""
from __future__ import annotations

import datetime
import functools
import json
import logging
import os
import re
from collections import Counter
from pathlib import Path
from typing import FrozenSet, List, Optional

from actions.question import Question
from knowledge import Knowledge
from knowledge.text import spans, tokens

FOLDER_VARIABLE, DAYS_VARIABLE = "REPWISE_MISSES", "REPWISE_MISSES_DAYS"
DAYS = 30
MASK, NUMBER = "[...]", "[number]"
PRIVATE = frozenset({"condition", "red_flag", "number", "group"})
"""Entities whose words are never kept."""

_CONTACT = re.compile(r"\S*@\S+|\b(?:https?://|www\.)\S+", re.IGNORECASE)

log = logging.getLogger(__name__)


def keep(question: Question, kind: str, know: Knowledge, now: Optional[datetime.datetime] = None) -> None:
    """Appends a masked line to today's file, if the operator asked for it, and deletes files that are too old.

    A folder that can't be written to is logged once a message and does not disturb the talk.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return
    today = (now or datetime.datetime.now(datetime.timezone.utc)).date()
    line = json.dumps({"date": today.isoformat(), "kind": kind, "text": masked(question, know)}, ensure_ascii=False)
    try:
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        with (path / f"{today.isoformat()}.jsonl").open("a", encoding="utf-8") as out:
            out.write(line + "\n")
    except OSError as error:
        log.error("What was not understood could not be kept in %s: %s", folder, error)
    forget_old(today)


def forget_old(today: Optional[datetime.date] = None) -> None:
    """Deletes files that are too old, where any are kept; what fails is logged."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return
    today = today or datetime.datetime.now(datetime.timezone.utc).date()
    try:
        oldest = today - datetime.timedelta(days=int(os.environ.get(DAYS_VARIABLE, DAYS)))
        for path in Path(folder).glob("*.jsonl"):
            if datetime.date.fromisoformat(path.stem) < oldest:
                path.unlink()
    except (OSError, ValueError) as error:
        log.error("What was not understood could not be deleted from %s: %s", folder, error)


def masked(question: Question, know: Knowledge) -> str:
    """Returns the words of a message that cannot tell who wrote it or what ails them.

    Only words that the knowledge files use themselves are kept, so names, addresses and handles never are; numbers, conditions and
    symptoms are masked even where those files use them.
    """
    private = {token for mention in question.mentions if mention.entity in PRIVATE for token in tokens(mention.text)}
    symptoms = tuple(know.wording["misses"]["symptoms"])
    out: List[str] = []
    for word, _, _ in spans(_CONTACT.sub(" ", question.text)):
        if word.isdigit() or word in _number_words():
            kept = NUMBER
        elif word in private or word.startswith(symptoms) or word not in _own_words(know.version):
            kept = MASK
        else:
            kept = word
        if kept not in (MASK, NUMBER) or not out or out[-1] != kept:
            out.append(kept)
    return " ".join(out)


@functools.lru_cache(maxsize=2)
def _own_words(version: str) -> FrozenSet[str]:
    import knowledge

    know = knowledge.shared()
    texts = [text for entry in know.entries.values() for text in (entry.claim.say, *entry.claim.asks)]
    names = [name for words in know.words().values() for word in words for name in word.names]
    health = {token for item in know.conditions.values() for name in item.names for token in tokens(name)}
    everyday = {token for text in texts for token in tokens(text)}
    return frozenset(everyday | {token for name in names for token in tokens(name)}) - (health - _common(texts))


def _common(texts: List[str]) -> FrozenSet[str]:
    """Returns the words that stand in many sentences ("leg", "after"): they tell no condition by themselves."""
    count = Counter(token for text in texts for token in set(tokens(text)))
    return frozenset(token for token, number in count.items() if number > len(texts) / 100)


@functools.lru_cache(maxsize=1)
def _number_words() -> FrozenSet[str]:
    return frozenset("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
                     "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand".split())

"""Figures from labels: what was expected and what was found."""
from __future__ import annotations

from collections import Counter
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

import numpy as np
from sklearn.metrics import f1_score

from actions.question import REQUEST, REQUEST_SESSION, TOPIC_OF_INTENT

SMALL_TALK = {"greet", "goodbye", "thank", "bot_challenge", "ask_help", "affirm", "deny"}
OUTSIDE, RED_FLAG, CHAT = "out_of_scope", "red_flag", "smalltalk"
BINS = 10


def as_topic(label: Optional[str]) -> str:
    """Returns the topic of an intent's name; a topic's name stays as it is, and what is not understood counts as outside."""
    if label is None or label in ("nlu_fallback", "other_language"):
        return OUTSIDE
    if label in SMALL_TALK:
        return CHAT
    return {"report_red_flag": RED_FLAG, REQUEST_SESSION: REQUEST, **TOPIC_OF_INTENT}.get(label, label)


def share(part: int, whole: int) -> Optional[float]:
    """Returns the share rounded to three places, None of nothing."""
    return round(part / whole, 3) if whole else None


def figures(expected: Sequence[str], also: Sequence[Set[str]], found: Sequence[str]) -> Dict[str, Any]:
    """Returns the figures of one system on one set of questions; all labels are topics.

    A topic in ``also`` serves too. "in scope refused" are questions within the subject that were told they are outside,
    "red-flag false alarms" ordinary questions (within the subject) taken for one.
    """
    scope = [n for n, label in enumerate(expected) if label not in (OUTSIDE, RED_FLAG, CHAT)]
    outside = [n for n, label in enumerate(expected) if label == OUTSIDE]
    flags = [n for n, label in enumerate(expected) if label == RED_FLAG]
    chat = [n for n, label in enumerate(expected) if label == CHAT]

    def serves(n: int) -> bool:
        return found[n] == expected[n] or found[n] in also[n]

    return {
        "questions": len(expected),
        "accepted topic": share(sum(map(serves, scope)), len(scope)),
        "same topic": share(sum(found[n] == expected[n] for n in scope), len(scope)),
        "macro F1": round(float(f1_score(list(expected), list(found), average="macro", labels=sorted(set(expected)), zero_division=0)), 3),
        "out-of-scope recall": share(sum(found[n] == OUTSIDE for n in outside), len(outside)),
        "in scope refused": share(sum(found[n] == OUTSIDE and not serves(n) for n in scope), len(scope)),
        "red-flag recall": share(sum(found[n] == RED_FLAG for n in flags), len(flags)),
        "red-flag false alarms": share(sum(found[n] == RED_FLAG and not serves(n) for n in scope), len(scope)),
        "small talk": share(sum(map(serves, chat)), len(chat)),
    }


def confusions(expected: Sequence[str], also: Sequence[Set[str]], found: Sequence[str], most: int = 10) -> List[Tuple[str, str, int]]:
    """Returns the most frequent mistakes as (expected, found, how often)."""
    counted = Counter((e, f) for e, a, f in zip(expected, also, found, strict=True) if f != e and f not in a)
    return [(e, f, number) for (e, f), number in counted.most_common(most)]


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Returns the expected calibration error over ten bins: how far confidence lies from the share that is right."""
    conf, good = np.asarray(confidences, dtype=float), np.asarray(right, dtype=float)
    bins = np.minimum((conf * BINS).astype(int), BINS - 1)
    gaps = [(bins == b).mean() * abs(conf[bins == b].mean() - good[bins == b].mean()) for b in range(BINS) if (bins == b).any()]
    return round(float(sum(gaps)), 3)

"""Mends misspelt words of a closed vocabulary, and leaves common English alone."""
from __future__ import annotations

import functools
from typing import FrozenSet, Iterable, List

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

SHORTEST = 5
"""Words below this length have too many neighbours to be mended safely."""
COMMON_COUNT = 50
"""How often the dictionary must have seen a word for it to count as common English."""


@functools.lru_cache(maxsize=1)
def common_words() -> FrozenSet[str]:
    """Returns the common words of English, from pyspellchecker's frequency list."""
    from spellchecker import SpellChecker

    frequency = SpellChecker(language="en").word_frequency.dictionary
    return frozenset(word.replace("'", "") for word, count in frequency.items() if count >= COMMON_COUNT)


class Speller:
    """Replaces a word by the nearest known one when it is neither known nor common English."""

    def __init__(self, known: Iterable[str]):
        self._known = sorted({word for word in known if len(word) >= SHORTEST - 1 and word.isalpha()})
        self._all = frozenset(known)
        self._mend_one = functools.lru_cache(maxsize=4096)(self._nearest)

    def mend(self, words: List[str]) -> List[str]:
        """Returns ``words`` with misspelt vocabulary words mended, one for one."""
        return [self._mend_one(word) for word in words]

    def _nearest(self, word: str) -> str:
        if len(word) < SHORTEST or not word.isalpha() or word in self._all or word in common_words():
            return word
        allowed = 1 if len(word) < 8 else 2
        best = process.extractOne(word, self._known, scorer=DamerauLevenshtein.distance, score_cutoff=allowed)
        return best[0] if best and best[0][0] == word[0] else word

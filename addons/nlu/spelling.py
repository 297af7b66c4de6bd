"""Mends misspelt words of a closed vocabulary, and leaves common English alone."""
from __future__ import annotations

import functools
import re
from typing import Dict, FrozenSet, Iterable, List, Mapping, Set

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

import knowledge
from knowledge.text import tokens

SHORTEST = 5
"""Words below this length have too many neighbours to be mended safely; shorter ones are mended by :data:`KEPT_LETTERS` at most."""
KEPT_LETTERS = 4
"""Words of so many letters are mended where all their letters stand in the right word, one missing or two swapped: "sqat", "crul"."""
COMMON_COUNT = 50
"""How often the dictionary must have seen a word for it to count as common English."""
MOST_MISTAKES = 2
LONG = 8
ALIKE = 0.9
"""From LONG letters on two mistakes are mended instead of one, where words are so ALIKE (Jaro-Winkler: beginnings count most)."""
_STRETCHED = re.compile(r"(.)\1{2,}")


@functools.lru_cache(maxsize=1)
def common_words() -> FrozenSet[str]:
    """Returns the common words of English, from pyspellchecker's frequency list."""
    from spellchecker import SpellChecker

    frequency = SpellChecker(language="en").word_frequency.dictionary
    return frozenset(word.replace("'", "") for word, count in frequency.items() if count >= COMMON_COUNT)


@functools.lru_cache(maxsize=1)
def listed_mistakes() -> Dict[str, str]:
    """Returns the words that stand in misspelt names of knowledge only, with what they are meant for where a right name of the same
    thing differs in that word alone: "dedlift" of "conventional dedlift" is "deadlift". Common words and names by themselves stay."""
    items = [item for words in knowledge.shared().words().values() for item in words]
    kept = common_words().union(word for item in items for name in (item.name, *item.aliases) for word in tokens(name))
    found: Dict[str, str] = {}
    alone: Set[str] = set()
    for item in items:
        names = [tokens(name) for name in (item.name, *item.aliases)]
        for misspelt in map(tokens, item.misspellings):
            for place, word in enumerate(misspelt):
                meant = [name[place] for name in names if len(name) == len(misspelt)
                         and name[:place] + name[place + 1:] == misspelt[:place] + misspelt[place + 1:]]
                near = process.extractOne(word, meant, scorer=DamerauLevenshtein.distance, score_cutoff=MOST_MISTAKES)
                if near and word not in kept:
                    found[word] = near[0]
                elif len(misspelt) == 1:
                    alone.add(word)
    return {word: meant for word, meant in found.items() if word not in alone}


@functools.lru_cache(maxsize=1)
def shorthand() -> Mapping[str, str]:
    """Returns what people mean by everyday words that they shorten."""
    return knowledge.shared().shorthand


def _keeps_letters(word: str, right: str) -> bool:
    """Tells whether ``word`` is ``right`` with one letter left out or two swapped."""
    if len(right) == len(word) + 1:
        return any(right[:place] + right[place + 1:] == word for place in range(len(right)))
    return len(right) == len(word) and sorted(right) == sorted(word)


class Speller:
    """Replaces a word by the nearest known one when it is neither known nor common English.

    What people shorten (knowledge/shorthand.yml) is written out. A word that is known from misspelt names only is mended as
    well, so that it is understood in every name and not just in the one that lists it.
    """

    def __init__(self, known: Iterable[str]):
        self._right = frozenset(known).difference(listed_mistakes())
        self._targets = sorted({word for word in self._right if len(word) >= SHORTEST - 1 and word.isalpha()})
        self._mend_one = functools.lru_cache(maxsize=4096)(self._nearest)

    def mend(self, words: List[str]) -> List[str]:
        """Returns ``words`` with misspelt vocabulary words mended, one for one."""
        return [self._mend_one(word) for word in words]

    def _nearest(self, word: str) -> str:
        if not word.isalpha() or (word in self._right and len(word) > 1):
            return word
        if word in shorthand():
            return shorthand()[word]
        if len(word) < KEPT_LETTERS:
            return word
        if word in listed_mistakes():
            return listed_mistakes()[word]
        for letters in (r"\1\1", r"\1"):  # "presss"
            if (short := _STRETCHED.sub(letters, word)) != word and short in self._right:
                return short
        if word in common_words():
            return word
        if len(word) == KEPT_LETTERS:
            return next((near for near, _, _ in process.extract(word, self._targets, scorer=DamerauLevenshtein.distance, score_cutoff=1, limit=None)
                         if near[0] == word[0] and _keeps_letters(word, near)), word)
        allowed = 1 if len(word) < LONG else MOST_MISTAKES
        near = process.extract(word, self._targets, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=None)
        likeness = {target: (distance, -JaroWinkler.similarity(word, target)) for target, distance, _ in near if target[0] == word[0]}
        best = min(likeness, key=likeness.__getitem__, default=word)
        return word if likeness.get(best, (0,))[0] > 1 and -likeness[best][1] < ALIKE else best

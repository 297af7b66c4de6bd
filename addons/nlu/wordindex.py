"""Which claims share words with a message: what the sentence embedding blurs ("shin pad", "stunt growth"), words still tell."""
from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, Dict, List, Sequence, Set

import numpy as np
import snowballstemmer

from knowledge.text import tokens

COMMON_SHARE = 0.05
"""A stem that more of the claims have is kept as a row of zeros and ones, which is added faster than a list of places."""


@functools.lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@functools.lru_cache(maxsize=1)
def _stemmer() -> Any:
    return snowballstemmer.stemmer("english")


def stems(text: str) -> Set[str]:
    """Returns the stems of the words of a text. Small words stay: "how" and "why" ask different things; their rarity weighs them."""
    return {_stem(word) for word in tokens(text)}


class WordIndex:
    """For every stem the claims that have it, as plain arrays."""

    def __init__(self, words: Sequence[str], starts: np.ndarray, claims: np.ndarray, count: int) -> None:
        self._words, self._starts, self._claims, self._count = list(words), starts, claims, count
        self._places: Dict[str, int] = {word: place for place, word in enumerate(self._words)}
        having = np.diff(starts)
        self._common: Dict[int, np.ndarray] = {}
        for place in np.flatnonzero(having > COMMON_SHARE * count).tolist():
            self._common[place] = np.zeros(count, dtype=np.float32)
            self._common[place][claims[starts[place]:starts[place + 1]]] = 1.0
        self._rarity = np.log(1 + (count - having + 0.5) / (having + 0.5))
        self._rarest = float(np.log(1 + (count + 0.5) / 0.5))

    @classmethod
    def of(cls, texts: Sequence[str], claims: Sequence[int], count: int) -> WordIndex:
        """Builds the index of ``texts``; ``claims`` tells the claim of each text, there are ``count`` claims."""
        found: Dict[str, Set[int]] = {}
        for text, claim in zip(texts, claims, strict=True):
            for stem in stems(text):
                found.setdefault(stem, set()).add(claim)
        words = sorted(found)
        lists: List[List[int]] = [sorted(found[word]) for word in words]
        starts = np.cumsum([0] + [len(numbers) for numbers in lists])
        return cls(words, starts, np.array([number for numbers in lists for number in numbers], dtype=np.int32), count)

    def coverage(self, text: str) -> np.ndarray:
        """Returns which share of the words of ``text``, weighed by rarity, each claim has: shape (claims,), from 0 to 1."""
        covered = np.zeros(self._count, dtype=np.float32)
        total = 0.0
        for stem in stems(text):
            place = self._places.get(stem)
            if place is None:
                total += self._rarest
                continue
            weight = float(self._rarity[place])
            total += weight
            if place in self._common:
                covered += np.float32(weight) * self._common[place]
            else:
                covered[self._claims[self._starts[place]:self._starts[place + 1]]] += weight
        return covered / total if total else covered

    def save(self, folder: Path) -> None:
        """Writes the index to a file in ``folder``."""
        np.savez(folder / "words.npz", words=np.array(self._words), starts=self._starts, claims=self._claims, count=np.array(self._count))

    @classmethod
    def load(cls, folder: Path) -> WordIndex:
        """Reads what :meth:`save` wrote."""
        with np.load(folder / "words.npz", allow_pickle=False) as stored:
            return cls(stored["words"].tolist(), stored["starts"], stored["claims"], int(stored["count"]))

"""Cosines of a question with tens of thousands of texts in two steps: all of them roughly, then the nearest exactly.

Most of a product with every text goes into texts that are far away. The main directions of the texts (principal components) already
tell which could be near; only those are compared in full, so that more exercises cost little. On the real claims the nearest texts
that are named are the same as those of the full product (evaluation/README.md).
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Collection, Optional, Sequence, Tuple

import numpy as np

from addons.nlu.sharpening import unit

COMPONENTS = 64
MOST_CHECKED = 2000
"""So many texts at most are compared in full, however many sections there are."""
FAR = -1.0
"""The cosine of texts that are not looked at."""
MAIN_FILE = "main_directions.npz"


def principal(vectors: np.ndarray, components: int = COMPONENTS) -> np.ndarray:
    """Returns the main directions of ``vectors`` (texts, d) as columns: shape (d, components), fewer where d is smaller."""
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    return np.ascontiguousarray(directions[:, ::-1][:, :components], dtype=np.float32)


@dataclass(frozen=True)
class MainDirections:
    """Vectors in their main directions alone: what they are near to, at a sixth of the room.

    ``basis`` is what :func:`principal` returned for them, ``vectors`` are unit vectors of shape (texts, components).
    """

    basis: np.ndarray
    vectors: np.ndarray

    @classmethod
    def of(cls, vectors: np.ndarray) -> MainDirections:
        """``vectors``: shape (texts, d)."""
        basis = principal(vectors)
        return cls(basis, unit(vectors @ basis).astype(np.float16))

    def cosines(self, query: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Returns the cosines of ``query`` (shape (d,)) with the vectors at ``places``."""
        return self.vectors[places] @ unit(query @ self.basis)

    def save(self, folder: Path) -> None:
        np.savez(folder / MAIN_FILE, basis=self.basis, vectors=self.vectors)

    @classmethod
    def load(cls, folder: Path) -> MainDirections:
        with np.load(folder / MAIN_FILE, allow_pickle=False) as stored:
            return cls(stored["basis"], stored["vectors"].astype(np.float32))


class VectorSearch:
    """Compares questions with texts that stand in sections.

    Args:
        vectors: unit vectors of the texts, shape (texts, d).
        basis: what :func:`principal` returned for them.
        sections: first and last place (exclusive) of each section.
        checked: how many texts of each section are compared in full.
    """

    def __init__(self, vectors: np.ndarray, basis: np.ndarray, sections: Sequence[Tuple[int, int]], checked: Sequence[int]) -> None:
        self._vectors, self._basis = vectors, basis
        self._main = np.ascontiguousarray((vectors @ basis).T)  # a row for each direction: half the time of a row for each text
        self._sections, self._checked = sections, checked

    def cosines(self, query: np.ndarray, whole: Collection[int] = (), wanted: Optional[Collection[int]] = None) -> np.ndarray:
        """Returns the cosines of ``query`` (unit length, shape (d,)) with all texts: shape (texts,).

        They are exact for the nearest texts of each section (of all sections, where these are too many) and for all texts of the sections
        in ``whole``, close for the others. Outside the ``wanted`` sections (None: all are) they are FAR.
        """
        main = query @ self._basis
        if wanted is None:
            found = main @ self._main
        else:
            found = np.full(len(self._vectors), FAR, dtype=np.float32)
        nearest = []
        for number in range(len(self._sections)) if wanted is None else wanted:
            (first, last), most = self._sections[number], self._checked[number]
            if number in whole or last - first <= most:
                found[first:last] = self._vectors[first:last] @ query
                continue
            if wanted is not None:
                found[first:last] = main @ self._main[:, first:last]
            nearest.append(np.argpartition(found[first:last], -most)[-most:] + first)
        if nearest:
            places = np.concatenate(nearest)
            if len(places) > MOST_CHECKED:
                places = places[np.argpartition(found[places], -MOST_CHECKED)[-MOST_CHECKED:]]
            found[places] = self._vectors[places] @ query
        return found

"""Sharpens a general sentence embedding for this subject: a linear map, learned from the claims and their example questions.

A general embedding puts all talk about squats close together. What tells "how deep" from "how wide" is learned here: texts of one claim
(its sentence, its example questions) are pulled together, those of other claims pushed apart (InfoNCE, van den Oord 2018, with the
other claims of a batch as negatives). On claims left out of the learning, a question finds its own claim nearly twice as often
(evaluation/README.md).
"""
from __future__ import annotations

from typing import Dict, List, Sequence

import numpy as np

STEPS, BATCH = 2000, 256
RATE, TEMPERATURE = 3e-4, 0.1
SMALLEST_SECTION = 128
"""Sections (exercises) with at least so many claims also give batches of their own: there the claims are hardest to tell apart."""

_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8


def unit(vectors: np.ndarray) -> np.ndarray:
    """Returns the rows scaled to length one; zero rows stay."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(norms > 0, norms, 1.0)


def fit(vectors: np.ndarray, claims: Sequence[int], sections: Sequence[int], steps: int = STEPS, seed: int = 0) -> np.ndarray:
    """Learns the map.

    Args:
        vectors: unit vectors of all texts, shape (texts, d).
        claims: the number of the claim that each text belongs to, shape (texts,).
        sections: the number of the section of each claim, indexed by claim.

    Returns:
        A matrix of shape (d, d); ``unit(vector @ matrix)`` is the sharpened vector. The identity where there is too little to learn from.
    """
    random = np.random.RandomState(seed)
    texts: Dict[int, List[int]] = {}
    for text, claim in enumerate(claims):
        texts.setdefault(int(claim), []).append(text)
    usable = np.array([claim for claim, found in texts.items() if len(found) > 1])
    matrix = np.eye(vectors.shape[1], dtype=np.float32)
    if len(usable) < 2:
        return matrix
    by_section: Dict[int, List[int]] = {}
    for claim in usable:
        by_section.setdefault(int(sections[claim]), []).append(int(claim))
    large = [np.array(found) for found in by_section.values() if len(found) >= SMALLEST_SECTION]
    mean, spread = np.zeros_like(matrix), np.zeros_like(matrix)
    for step in range(1, steps + 1):
        pool = large[random.randint(len(large))] if large and step % 2 else usable
        chosen = random.choice(pool, min(BATCH, len(pool)), replace=False)
        pairs = np.array([random.choice(texts[int(claim)], 2, replace=False) for claim in chosen])
        gradient = _gradient(matrix, vectors[pairs[:, 0]], vectors[pairs[:, 1]])
        mean = _BETA1 * mean + (1 - _BETA1) * gradient
        spread = _BETA2 * spread + (1 - _BETA2) * gradient ** 2
        matrix = matrix - RATE * (mean / (1 - _BETA1 ** step)) / (np.sqrt(spread / (1 - _BETA2 ** step)) + _EPSILON)
    return matrix.astype(np.float32)


def _gradient(matrix: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Returns the gradient of the symmetric InfoNCE loss of pairs of rows with respect to ``matrix``."""
    a, b = first @ matrix, second @ matrix
    a_norm, b_norm = np.linalg.norm(a, axis=1, keepdims=True), np.linalg.norm(b, axis=1, keepdims=True)
    a_unit, b_unit = a / a_norm, b / b_norm
    scores = a_unit @ b_unit.T / TEMPERATURE
    own = np.eye(len(scores), dtype=scores.dtype)
    slope = (_softmax(scores) - own + _softmax(scores.T).T - own) / (len(scores) * TEMPERATURE)
    a_slope, b_slope = slope @ b_unit, slope.T @ a_unit
    a_slope = (a_slope - a_unit * (a_slope * a_unit).sum(axis=1, keepdims=True)) / a_norm
    b_slope = (b_slope - b_unit * (b_slope * b_unit).sum(axis=1, keepdims=True)) / b_norm
    return first.T @ a_slope + second.T @ b_slope


def _softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)

"""A text classifier as plain arrays: what a message means and what it looks like, blended.

Three models vote: logistic regression on the sentence embedding (meaning), logistic regression on word and character
n-grams (wording, typos) and, where wanted, an RBF support vector machine on the embedding (margin).
"""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC


def _vectorizers(vocabularies: Optional[List[Dict[str, int]]] = None) -> List[TfidfVectorizer]:
    words, chars = vocabularies or (None, None)
    return [
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"[a-z0-9']+", vocabulary=words),  # noqa: S106
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2 if chars is None else 1,
                        vocabulary=chars),
    ]


@dataclass(frozen=True)
class _Grams:
    """One kind of n-grams of a text, weighted as TfidfVectorizer does it, without its checks: they cost more than the work itself."""

    analyze: Callable[[str], List[str]]
    vocabulary: Mapping[str, int]
    idf: np.ndarray
    offset: int

    def row(self, text: str) -> Tuple[np.ndarray, np.ndarray]:
        """Returns the places of the n-grams of a text among the weights, and their values: a unit vector, empty for unknown n-grams."""
        counts: Dict[int, int] = {}
        for gram in self.analyze(text):
            place = self.vocabulary.get(gram)
            if place is not None:
                counts[place] = counts.get(place, 0) + 1
        places = np.fromiter(counts, dtype=np.int64, count=len(counts))
        values = (1.0 + np.log(np.fromiter(counts.values(), dtype=np.float64, count=len(counts)))) * self.idf[places]
        length = float(np.sqrt(values @ values))
        return places + self.offset, values / length if length else values


class BlendedModel:
    """The fitted parameters as plain arrays, so that nothing is unpickled when a model is loaded."""

    def __init__(self, arrays: Dict[str, np.ndarray], labels: List[str], vocabularies: List[Dict[str, int]]):
        self.arrays, self.labels, self.vocabularies = arrays, labels, vocabularies
        offset = 0
        self._grams: List[_Grams] = []
        for number, vectorizer in enumerate(_vectorizers(vocabularies)):
            self._grams.append(_Grams(vectorizer.build_analyzer(), vocabularies[number], arrays[f"idf_{number}"], offset))
            offset += len(vocabularies[number])
        self._ngram_weights = np.ascontiguousarray(arrays["ngram_weights"])
        if "svm_vectors" in arrays:
            self._svm_lengths = (arrays["svm_vectors"] ** 2).sum(axis=1)
            ends = np.cumsum(arrays["svm_support"]).tolist()
            self._svm_classes = list(zip([0, *ends], ends, strict=False))
            self._svm_pairs = np.triu_indices(len(labels), 1)

    def predict(self, vector: np.ndarray, text: str, shares: Mapping[str, float]) -> np.ndarray:
        """Returns one probability per label, shape (number of labels,).

        ``shares`` are the weights of "meaning", "wording" and "margin" in the blend, which is a weighted geometric mean.
        """
        a = self.arrays
        by_meaning = _softmax(a["embedding_weights"] @ vector + a["embedding_bias"])
        scores = np.array(a["ngram_bias"], dtype=np.float64)
        for grams in self._grams:
            places, values = grams.row(text)
            scores = scores + values @ self._ngram_weights[places]
        by_wording = _softmax(scores)
        votes = {"meaning": by_meaning, "wording": by_wording}
        if shares.get("margin"):
            votes["margin"] = _softmax(self._svm(vector))
        weights = np.array([shares[name] for name in votes], dtype=np.float64)
        stacked = np.log(np.stack(list(votes.values())) + 1e-6)
        return _softmax((weights / weights.sum()) @ stacked)

    def _svm(self, vector: np.ndarray) -> np.ndarray:
        """Votes of the one-against-one machines, as sklearn's decision_function of shape "ovr" computes them."""
        a = self.arrays
        distances = self._svm_lengths - 2 * (a["svm_vectors"] @ vector) + vector @ vector
        kernel = np.exp(-a["svm_gamma"] * distances)
        count = len(self.labels)
        dual, bias = a["svm_dual"], a["svm_bias"]
        partial = np.stack([dual[:, start:end] @ kernel[start:end] for start, end in self._svm_classes])
        upper, lower = self._svm_pairs
        decisions = partial[upper, lower - 1] + partial[lower, upper] + bias
        votes = np.bincount(np.where(decisions > 0, upper, lower), minlength=count)
        sums = np.bincount(upper, decisions, count) - np.bincount(lower, decisions, count)
        return votes + sums / (3 * (np.abs(sums) + 1))

    def save(self, folder: Path, name: str) -> None:
        """Writes the model to two files in ``folder``."""
        np.savez_compressed(folder / f"{name}.npz", **self.arrays)
        (folder / f"{name}.json").write_text(json.dumps({"labels": self.labels, "vocabularies": self.vocabularies}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, name: str) -> BlendedModel:
        """Reads what :meth:`save` wrote."""
        with np.load(folder / f"{name}.npz", allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
        names = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        return cls(arrays, names["labels"], names["vocabularies"])


def _softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max())
    return shifted / shifted.sum()


def _rows(values: np.ndarray) -> np.ndarray:
    """Returns one row per label; of two labels sklearn keeps the second's only, the first's is its negative (halved, for a softmax)."""
    return np.concatenate([-values / 2, values / 2]) if len(values) == 1 else values


def fit(vectors: np.ndarray, texts: Sequence[str], labels: Sequence[str], with_margin: bool = True) -> BlendedModel:
    """Fits the models.

    Args:
        vectors: unit vectors, shape (examples, 384).
        texts: the sentences; labels: one per sentence, at least two different ones.
        with_margin: whether to fit the support vector machine too.
    """
    vectorizers = _vectorizers()
    ngrams = hstack([vectorizer.fit_transform(texts) for vectorizer in vectorizers]).tocsr()
    meaning = LogisticRegression(C=10, max_iter=2000, class_weight="balanced", random_state=42).fit(vectors, labels)
    wording = LogisticRegression(C=10, max_iter=2000, class_weight="balanced", random_state=42).fit(ngrams, labels)
    arrays = {
        "embedding_weights": _rows(meaning.coef_).astype(np.float32), "embedding_bias": _rows(meaning.intercept_),
        "ngram_weights": _rows(wording.coef_).T.astype(np.float32), "ngram_bias": _rows(wording.intercept_),
        **{f"idf_{number}": vectorizer.idf_ for number, vectorizer in enumerate(vectorizers)},
    }
    if with_margin:
        margin = SVC(C=10, gamma=1.0, class_weight="balanced", random_state=42).fit(vectors, labels)
        arrays.update(svm_vectors=margin.support_vectors_.astype(np.float32), svm_dual=margin.dual_coef_.astype(np.float32),
                      svm_bias=margin.intercept_, svm_support=margin.n_support_, svm_gamma=np.array(1.0))
    vocabularies = [{str(k): int(v) for k, v in vectorizer.vocabulary_.items()} for vectorizer in vectorizers]
    return BlendedModel(arrays, [str(name) for name in meaning.classes_], vocabularies)

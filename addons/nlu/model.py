"""A text classifier as plain arrays: what a message means and what it looks like, blended.

Three models vote: logistic regression on the sentence embedding (meaning), logistic regression on word and character
n-grams (wording, typos) and, where wanted, an RBF support vector machine on the embedding (margin).
"""
from __future__ import annotations

import json
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence

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


class BlendedModel:
    """The fitted parameters as plain arrays, so that nothing is unpickled when a model is loaded."""

    def __init__(self, arrays: Dict[str, np.ndarray], labels: List[str], vocabularies: List[Dict[str, int]]):
        self.arrays, self.labels, self.vocabularies = arrays, labels, vocabularies
        self._vectorizers = _vectorizers(vocabularies)
        for number, vectorizer in enumerate(self._vectorizers):
            vectorizer.idf_ = arrays[f"idf_{number}"]
        self._ngram_weights = np.ascontiguousarray(arrays["ngram_weights"])

    def predict(self, vector: np.ndarray, text: str, shares: Mapping[str, float]) -> np.ndarray:
        """Returns one probability per label, shape (number of labels,).

        ``shares`` are the weights of "meaning", "wording" and "margin" in the blend, which is a weighted geometric mean.
        """
        a = self.arrays
        by_meaning = _softmax(a["embedding_weights"] @ vector + a["embedding_bias"])
        scores = np.array(a["ngram_bias"], dtype=np.float64)
        offset = 0
        for vectorizer in self._vectorizers:
            row = vectorizer.transform([text])
            scores = scores + row.data @ self._ngram_weights[offset + row.indices]
            offset += row.shape[1]
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
        kernel = np.exp(-a["svm_gamma"] * ((a["svm_vectors"] - vector) ** 2).sum(axis=1))
        count = len(self.labels)
        starts = np.concatenate([[0], np.cumsum(a["svm_support"])])
        dual, bias = a["svm_dual"], a["svm_bias"]
        partial = np.stack([dual[:, starts[i]:starts[i + 1]] @ kernel[starts[i]:starts[i + 1]] for i in range(count)])
        upper, lower = np.triu_indices(count, 1)
        decisions = partial[upper, lower - 1] + partial[lower, upper] + bias
        votes, sums = np.zeros(count), np.zeros(count)
        np.add.at(votes, np.where(decisions > 0, upper, lower), 1)
        np.add.at(sums, upper, decisions)
        np.add.at(sums, lower, -decisions)
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

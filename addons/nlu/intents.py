"""The intent classifier: what a message means and what it looks like, blended.

Three models vote: logistic regression on the sentence embedding (meaning), logistic regression on word and character
n-grams (wording, typos) and an RBF support vector machine on the embedding, which is the best of the three at telling
that a message is about something else. evaluation/README.md has the figures of each alone and of the blend.
"""
from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, Dict, List, Optional

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from addons.nlu.features import SentenceEmbeddingFeaturizer, embedding_of
from addons.nlu.names import MASKED_TEXT

log = logging.getLogger(__name__)
RANKED = 10


def _vectorizers(vocabularies: Optional[List[Dict[str, int]]] = None) -> List[TfidfVectorizer]:
    words, chars = vocabularies or (None, None)
    return [
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"[a-z0-9']+", vocabulary=words),  # noqa: S106
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2 if chars is None else 1,
                        vocabulary=chars),
    ]


class _Model:
    """The fitted parameters as plain arrays, so that nothing is unpickled when a model is loaded."""

    def __init__(self, arrays: Dict[str, np.ndarray], intents: List[str], vocabularies: List[Dict[str, int]]):
        self.arrays, self.intents, self.vocabularies = arrays, intents, vocabularies
        self._vectorizers = _vectorizers(vocabularies)
        for number, vectorizer in enumerate(self._vectorizers):
            vectorizer.idf_ = arrays[f"idf_{number}"]
        self._ngram_weights = np.ascontiguousarray(arrays["ngram_weights"])

    def predict(self, vector: np.ndarray, text: str, config: Dict[str, Any]) -> np.ndarray:
        """Returns one probability per intent, shape (number of intents,)."""
        a = self.arrays
        by_meaning = _softmax(a["embedding_weights"] @ vector + a["embedding_bias"])
        scores = np.array(a["ngram_bias"], dtype=np.float64)
        offset = 0
        for vectorizer in self._vectorizers:
            row = vectorizer.transform([text])
            scores = scores + row.data @ self._ngram_weights[offset + row.indices]
            offset += row.shape[1]
        by_wording = _softmax(scores)
        by_margin = _softmax(self._svm(vector))
        weights = np.array([config["meaning"], config["wording"], config["margin"]], dtype=np.float64)
        stacked = np.log(np.stack([by_meaning, by_wording, by_margin]) + 1e-6)
        return _softmax(config["sharpness"] * (weights / weights.sum()) @ stacked)

    def _svm(self, vector: np.ndarray) -> np.ndarray:
        """Votes of the one-against-one machines, as sklearn's decision_function of shape "ovr" computes them."""
        a = self.arrays
        kernel = np.exp(-a["svm_gamma"] * ((a["svm_vectors"] - vector) ** 2).sum(axis=1))
        count = len(self.intents)
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


def _softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max())
    return shifted / shifted.sum()


def fit(vectors: np.ndarray, texts: List[str], labels: List[str]) -> _Model:
    """Fits the three models.

    Args:
        vectors: unit vectors, shape (examples, 384).
        texts: the sentences; labels: their intents, at least two different ones.
    """
    vectorizers = _vectorizers()
    from scipy.sparse import hstack

    ngrams = hstack([vectorizer.fit_transform(texts) for vectorizer in vectorizers]).tocsr()
    meaning = LogisticRegression(C=10, max_iter=2000, class_weight="balanced", random_state=42).fit(vectors, labels)
    wording = LogisticRegression(C=10, max_iter=2000, class_weight="balanced", random_state=42).fit(ngrams, labels)
    margin = SVC(C=10, gamma=1.0, class_weight="balanced", random_state=42).fit(vectors, labels)
    intents = [str(name) for name in margin.classes_]
    arrays = {
        "embedding_weights": meaning.coef_.astype(np.float32), "embedding_bias": meaning.intercept_,
        "ngram_weights": wording.coef_.T.astype(np.float32), "ngram_bias": wording.intercept_,
        "svm_vectors": margin.support_vectors_.astype(np.float32), "svm_dual": margin.dual_coef_.astype(np.float32),
        "svm_bias": margin.intercept_, "svm_support": margin.n_support_, "svm_gamma": np.array(1.0),
        **{f"idf_{number}": vectorizer.idf_ for number, vectorizer in enumerate(vectorizers)},
    }
    vocabularies = [{str(k): int(v) for k, v in vectorizer.vocabulary_.items()} for vectorizer in vectorizers]
    return _Model(arrays, intents, vocabularies)


def text_of(message: Message) -> str:
    """Returns the text to classify, with exercise names masked."""
    return str(message.get(MASKED_TEXT) or message.get(TEXT))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class BlendedIntentClassifier(GraphComponent, IntentClassifier):
    """Sets "intent" and "intent_ranking" from the blend of three models (see the module)."""

    @classmethod
    def required_components(cls) -> List[Any]:
        return [SentenceEmbeddingFeaturizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"meaning": 0.4, "wording": 0.4, "margin": 0.2, "sharpness": 1.0}

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource, model: Optional[_Model] = None):
        self._config, self._storage, self._resource, self._model = config, storage, resource, model

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> BlendedIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        import hashlib

        return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        examples = [message for message in training_data.intent_examples if embedding_of(message) is not None]
        self._model = fit(np.stack([embedding_of(message) for message in examples]),
                          [text_of(message) for message in examples], [message.get(INTENT) for message in examples])
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / "arrays.npz", **self._model.arrays)
            (folder / "names.json").write_text(
                json.dumps({"intents": self._model.intents, "vocabularies": self._model.vocabularies}), encoding="utf-8")
        return self._resource

    @classmethod
    def load(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> BlendedIntentClassifier:
        with model_storage.read_from(resource) as folder:
            with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, _Model(arrays, names["intents"], names["vocabularies"]))

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            vector = embedding_of(message)
            if vector is None or self._model is None:
                message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [], add_to_output=True)
                continue
            probabilities = self._model.predict(vector, text_of(message), self._config)
            order = np.argsort(-probabilities)[:RANKED]
            ranking = [{"name": self._model.intents[i], "confidence": float(probabilities[i])} for i in order]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

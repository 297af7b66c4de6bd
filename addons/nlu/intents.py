"""The intent classifier: the blend of addons.nlu.model over all intents. evaluation/README.md has the figures of each part alone."""
from __future__ import annotations

import itertools
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

from addons.nlu import model
from addons.nlu.features import SentenceEmbeddingFeaturizer, embedding_of
from addons.nlu.model import BlendedModel, fit
from addons.nlu.names import MASKED_TEXT
from addons.nlu.nearest import TOPIC_VOTE
from addons.nlu.parts import with_parts

RANKED = 10
LEAST_VOTE = 1e-3
"""Given to a topic that no neighbour speaks for, so that it is not ruled out."""


def text_of(message: Message) -> str:
    """Returns the text to classify, with exercise names masked."""
    return str(message.get(MASKED_TEXT) or message.get(TEXT))


def capped(examples: List[Message], caps: Dict[str, int]) -> List[Message]:
    """Returns the examples with no more than ``caps`` of an intent, spread evenly over those it has."""
    kept = []
    for intent, group in itertools.groupby(sorted(examples, key=lambda message: str(message.get(INTENT))), key=lambda message: message.get(INTENT)):
        found = list(group)
        most = min(caps.get(intent, len(found)), len(found))
        kept += [found[number * len(found) // most] for number in range(most)]
    return kept


def with_vote(probabilities: np.ndarray, labels: List[str], vote: Dict[str, float], share: float) -> np.ndarray:
    """Returns the probabilities with those of the topics shifted towards a vote; what all topics have together stays as it is.

    Args:
        probabilities: one per label, shape (number of labels,).
        vote: intents of topics to probabilities; ``share`` is its weight in the geometric mean.
    """
    places = [number for number, label in enumerate(labels) if label in vote]
    if not places or not share:
        return probabilities
    own = probabilities[places]
    other = np.array([vote[labels[number]] for number in places])
    mixed = own ** (1 - share) * (other + LEAST_VOTE) ** share
    shifted = probabilities.copy()
    shifted[places] = own.sum() * mixed / mixed.sum()
    return shifted


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class BlendedIntentClassifier(GraphComponent, IntentClassifier):
    """Sets "intent" and "intent_ranking" from the blend of three models, shifted a little to the topics of the nearest claims.

    ``caps`` limits the sentences of an intent that has far more than others.
    """

    @classmethod
    def required_components(cls) -> List[Any]:
        return [SentenceEmbeddingFeaturizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"meaning": 0.4, "wording": 0.4, "margin": 0.2, "neighbours": 0.2, "caps": {}}

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource, model: Optional[BlendedModel] = None):
        self._config, self._storage, self._resource, self._model = config, storage, resource, model

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> BlendedIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        import hashlib

        return hashlib.sha256(Path(__file__).read_bytes() + Path(model.__file__).read_bytes()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        examples = capped([message for message in training_data.intent_examples if embedding_of(message) is not None], self._config["caps"])
        self._model = fit(np.stack([embedding_of(message) for message in examples]),
                          [text_of(message) for message in examples], [message.get(INTENT) for message in examples])
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder, "intents")
        return self._resource

    @classmethod
    def load(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> BlendedIntentClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, BlendedModel.load(folder, "intents"))

    def process(self, messages: List[Message]) -> List[Message]:
        for message in with_parts(messages):
            vector = embedding_of(message)
            if vector is None or self._model is None:
                message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [], add_to_output=True)
                continue
            probabilities = self._model.predict(vector, text_of(message), self._config)
            probabilities = with_vote(probabilities, self._model.labels, message.get(TOPIC_VOTE) or {}, self._config["neighbours"])
            order = np.argsort(-probabilities)[:RANKED]
            ranking = [{"name": self._model.labels[i], "confidence": float(probabilities[i])} for i in order]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

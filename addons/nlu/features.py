"""The sentence embedding as a Rasa featurizer."""
from __future__ import annotations

from typing import Any, Dict, List

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from addons.nlu.embedding import VERSION, embed_remembered, shared_embedder
from addons.nlu.names import MASKED_TEXT
from addons.nlu.parts import with_parts

ORIGIN = "SentenceEmbeddingFeaturizer"
ADAPTED_ORIGIN = "SentenceEmbeddingFeaturizer.adapted"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbeddingFeaturizer(GraphComponent):
    """Adds dense sentence features of shape (1, 384): the unit vector of all-MiniLM-L6-v2 for the masked text, and the adapted one."""

    def __init__(self, config: Dict[str, Any]) -> None:
        self._config = config
        self._embedder = shared_embedder()

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> SentenceEmbeddingFeaturizer:
        return cls(config)

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        return VERSION

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        vectors, _ = embed_remembered([str(message.get(MASKED_TEXT) or message.get(TEXT)) for message in messages])
        for message, vector in zip(messages, vectors, strict=True):
            message.add_features(Features(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in with_parts(messages):
            text = message.get(MASKED_TEXT) or message.get(TEXT)
            if text:
                for vectors, origin in zip(self._embedder.embed_both([text]), (ORIGIN, ADAPTED_ORIGIN), strict=True):
                    message.add_features(Features(vectors, FEATURE_TYPE_SENTENCE, TEXT, origin))
        return messages


def embedding_of(message: Message, origin: str = ORIGIN) -> Any:
    """Returns the vector of a message, shape (384,), or None if it has no text; that of ADAPTED_ORIGIN is there at run time only."""
    _, sentence = message.get_dense_features(TEXT, [origin])
    return None if sentence is None else sentence.features[0]

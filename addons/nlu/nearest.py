"""Says which statements of knowledge are nearest in meaning to a message.

The names in a question tell most of what it is about; where somebody words it in a way no alias covers, the embedding of
the question still lies near the statement that answers it. The answer functions use this as one hint among others.
"""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import knowledge
from addons.nlu.embedding import MODEL_SHA256, shared_embedder
from addons.nlu.features import SentenceEmbeddingFeaturizer, embedding_of
from knowledge.store import fingerprint

NEAREST = "nearest"
KEPT = 60


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NearestClaims(GraphComponent):
    """Puts ``nearest`` into the output of the parser: a mapping of claim id to cosine, for the nearest claims."""

    @classmethod
    def required_components(cls) -> List[Any]:
        return [SentenceEmbeddingFeaturizer]

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource, ids: Optional[List[str]] = None,
                 vectors: Optional[np.ndarray] = None) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._ids, self._vectors = ids or [], vectors

    @classmethod
    def create(cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "NearestClaims":
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> str:
        return fingerprint() + MODEL_SHA256

    @classmethod
    def load(cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> "NearestClaims":
        with model_storage.read_from(resource) as folder:
            ids = json.loads((Path(folder) / "ids.json").read_text(encoding="utf-8"))
            vectors = np.load(Path(folder) / "vectors.npy", allow_pickle=False)
        return cls(config, model_storage, resource, ids, vectors)

    def train(self, training_data: TrainingData) -> Resource:
        entries = knowledge.shared().entries
        self._ids = list(entries)
        self._vectors = shared_embedder().embed([entry.claim.say for entry in entries.values()])
        with self._storage.write_to(self._resource) as folder:
            (folder / "ids.json").write_text(json.dumps(self._ids), encoding="utf-8")
            np.save(folder / "vectors.npy", self._vectors)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            vector = embedding_of(message)
            if vector is None or self._vectors is None or not self._ids:
                continue
            cosines = self._vectors @ vector
            top = np.argsort(-cosines)[:KEPT]
            message.set(NEAREST, {self._ids[i]: round(float(cosines[i]), 3) for i in top}, add_to_output=True)
        return messages

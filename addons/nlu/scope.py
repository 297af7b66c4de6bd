"""Counts it as evidence that a message is outside the subject when it names things from there (knowledge/outside.yml)."""
from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from actions.question import OUTSIDE
from addons.nlu.parts import with_parts

SUBJECT = frozenset({"exercise", "muscle", "stance", "phase"})
"""Entities that belong to the subject: beside one of them a thing from outside is often only mentioned."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class OutsideEvidence(GraphComponent, IntentClassifier):
    """Multiplies the odds of "out_of_scope" where a message names something outside.

    By ``alone`` if it names nothing of the subject, by ``beside`` if it does too.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"alone": 6.0, "beside": 2.0}

    def __init__(self, config: Dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> OutsideEvidence:
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in with_parts(messages):
            named = {item["entity"] for item in message.get(ENTITIES, [])}
            ranking = message.get(INTENT_RANKING_KEY, [])
            if "outside" not in named or not ranking:
                continue
            factor = self._config["beside" if named & SUBJECT else "alone"]
            raised = [{**item, "confidence": item["confidence"] * (factor if item["name"] == OUTSIDE else 1.0)} for item in ranking]
            total = sum(item["confidence"] for item in raised)
            raised = sorted(({**item, "confidence": item["confidence"] / total} for item in raised), key=lambda item: -item["confidence"])
            message.set(INTENT, raised[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, raised, add_to_output=True)
        return messages

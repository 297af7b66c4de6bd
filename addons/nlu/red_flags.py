"""Makes sure that a sign of an emergency is never taken for an ordinary question."""
from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

import knowledge
from knowledge.signs import SignMatcher
from knowledge.store import fingerprint

RED_FLAG_INTENT = "report_red_flag"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RedFlagDetector(GraphComponent, IntentClassifier):
    """Overrides the intent where the words of a message match a sign in knowledge/red_flags.yml.

    Runs after every other classifier. The ids of the flags found go among the entities as "red_flag", most urgent first.
    """

    def __init__(self, config: Dict[str, Any]) -> None:
        self._config = config
        self._matcher = SignMatcher(knowledge.shared().red_flags.values())

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> RedFlagDetector:
        return cls(config)

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        return fingerprint()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            entities = message.get(ENTITIES, [])
            pressures = [(e["amount"], e["second"]) for e in entities if e.get("unit") == "mmhg"]
            flags = self._matcher.find(text, pressures)
            if not flags:
                self._without_denied(message, text)
                continue
            message.set(ENTITIES, entities + [{"entity": "red_flag", "value": flag, "extractor": type(self).__name__}
                                              for flag in flags], add_to_output=True)
            intent = {"name": RED_FLAG_INTENT, "confidence": 1.0}
            others = [item for item in message.get(INTENT_RANKING_KEY, []) if item["name"] != RED_FLAG_INTENT]
            message.set(INTENT, intent, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [intent, *others], add_to_output=True)
        return messages

    def _without_denied(self, message: Message, text: str) -> None:
        """Takes the next likely intent where a message was taken for a red flag but only says that it has no such signs."""
        ranking = message.get(INTENT_RANKING_KEY, [])
        if (message.get(INTENT) or {}).get("name") == RED_FLAG_INTENT and len(ranking) > 1 and self._matcher.denied(text):
            message.set(INTENT, ranking[1], add_to_output=True)
            message.set(INTENT_RANKING_KEY, [*ranking[1:], ranking[0]], add_to_output=True)

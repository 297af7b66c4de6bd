"""Tells a question about programming from a request to write a plan."""
from __future__ import annotations

import re
from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from actions.question import TOPIC_OF_INTENT
from addons.nlu.parts import with_parts

REQUEST_INTENT = "request_rep_scheme"
QUESTION = re.compile(
    r"^\W*(?:so |and |but |ok |hi |hey |hello )*(?:what|whats|what's|which|how|why|when|could i|can i|should i|would i|is|are|do|does|did|will)\b",
    re.IGNORECASE)
REQUEST = re.compile(
    r"\b(?:can|could|may|might) i (?:please )?(?:get|have)\b|"
    r"(?<!\bi )\b(?:make|give|write|build|create|design|set|draw|put|show|do|need|want)\w* (?:me|us|up|a|an)\b|\bi (?:need|want) an?\b|"
    r"\b(?:my|a|the) (?:plan|programme|program|scheme)\b.*\bfor me\b|\bplan me\b|\bi have \d+ min", re.IGNORECASE)
LEAST_LIKELY = 0.03
SURE = 0.97


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class QuestionNotRequest(GraphComponent, IntentClassifier):
    """Where a message is put as a question and asks nobody to make anything, the likeliest topic takes the place of a plan request.

    "What goals can I train for?" shares most of its words with "make me a plan for my goals"; the form tells them apart.
    """

    def __init__(self, config: Dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> QuestionNotRequest:
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in with_parts(messages):
            intent, text = message.get(INTENT) or {}, message.get(TEXT) or ""
            if intent.get("name") != REQUEST_INTENT or intent["confidence"] >= SURE or not QUESTION.search(text) or REQUEST.search(text):
                continue
            ranking = message.get(INTENT_RANKING_KEY, [])
            topic = next((item for item in ranking if item["name"] in TOPIC_OF_INTENT and item["confidence"] >= LEAST_LIKELY), None)
            if topic is None:
                continue
            first = {"name": topic["name"], "confidence": intent["confidence"]}
            last = {"name": REQUEST_INTENT, "confidence": topic["confidence"]}
            others = [item for item in ranking if item["name"] not in (topic["name"], REQUEST_INTENT)]
            message.set(INTENT, first, add_to_output=True)
            message.set(INTENT_RANKING_KEY, sorted([first, *others, last], key=lambda item: -item["confidence"]), add_to_output=True)
        return messages

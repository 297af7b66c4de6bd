"""Finds conditions that have no name but show in how something is put: "my doctor told me to stop squats", "my back is playing up"."""
from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

import knowledge
from addons.nlu.parts import with_parts
from knowledge.complaints import ComplaintMatcher
from knowledge.signs import ConditionMatcher
from knowledge.store import fingerprint


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ConditionSigns(GraphComponent, EntityExtractorMixin):
    """Adds a "condition" entity for each condition of knowledge/conditions.yml whose signs match, which spans the whole message, and for each
    complaint about a part of the body, unless it was named already."""

    def __init__(self) -> None:
        know = knowledge.shared()
        self._matcher = ConditionMatcher(know.conditions.values())
        self._complaints = ComplaintMatcher(list(know.conditions.values()), know.complaints)

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> ConditionSigns:
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        return fingerprint()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in with_parts(messages):
            text = message.get(TEXT)
            if not text:
                continue
            present = message.get(ENTITIES, [])
            found = [{"entity": "condition", "value": condition, "start": 0, "end": len(text), "text": text, "extractor": type(self).__name__}
                     for condition in self._matcher.find(text)]
            named = {item["value"] for item in present}
            for condition, start, end, negated in self._complaints.find(text):
                if condition not in named:
                    named.add(condition)
                    present = [item for item in present if item["entity"] != "body_part" or not start <= item["start"] < end]
                    found.append({"entity": "condition", "value": condition, "start": start, "end": end, "text": text[start:end],
                                  "extractor": type(self).__name__, **({"negated": True} if negated else {})})
            if found:
                message.set(ENTITIES, present + found, add_to_output=True)
        return messages

"""Puts the numbers of a message among its entities, with their units."""
from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from actions import quantities
from addons.nlu.parts import with_parts


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class NumberExtractor(GraphComponent, EntityExtractorMixin):
    """Finds numbers with :mod:`actions.quantities`.

    Entities are named "number"; ``value`` is the canonical text ("225 lb"), ``amount`` the figure, ``unit`` its unit or
    None. A blood pressure has the unit "mmhg", its upper value as ``amount`` and its lower as ``second``.
    """

    def __init__(self, config: Dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> NumberExtractor:
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in with_parts(messages):
            text = message.get(TEXT)
            if not text:
                continue
            found = [{"entity": "number", "value": q.text(), "amount": q.value, "unit": q.unit, "second": q.second,
                      "start": min(q.start, len(text)), "end": min(q.end, len(text)), "extractor": type(self).__name__}
                     for q in quantities.find(text)]
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

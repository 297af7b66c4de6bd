"""Lets red flags win: signs in the words of a message (knowledge/red_flags.yml), joined with a classifier trained for nothing else."""
from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import knowledge
from actions.question import ABOUT_ANOTHER
from addons.nlu import model
from addons.nlu.embedding import shared_embedder
from addons.nlu.features import SentenceEmbeddingFeaturizer, embedding_of
from addons.nlu.intents import text_of
from addons.nlu.model import BlendedModel, fit
from addons.nlu.names import PLAIN_TEXT, KnowledgeEntityExtractor
from addons.nlu.parts import segments
from knowledge.signs import PRESSURE_FLAGS, SignMatcher, all_ordinary, speaks_of_another, speaks_of_symptoms
from knowledge.store import fingerprint
from knowledge.text import tokens

RED_FLAG_INTENT = "report_red_flag"
FLAG_METADATA = "flag"
"""The metadata of training sentences that names the red flag they show."""

ORDINARY = "ordinary"
SHARES = {"meaning": 0.5, "wording": 0.5}
BESIDE_A_NAME = frozenset(
    "i im ive am have has had got get suffer suffering from with a an the my some bit of slight slightly mild minor little old chronic for since "
    "years year months ago long now and yes no also too in both left right was is it its diagnosed".split())
"""Words beside the name of a condition that tell nothing of what happened."""
LONGEST_ALONE, MOST_SENTENCES = 14, 5
"""A longer message is also judged sentence by sentence: a sign in the middle of a story is diluted in the whole."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RedFlagDetector(GraphComponent, IntentClassifier):
    """Overrides the intent where a message shows a red flag; runs after every other classifier.

    A sign that matches always counts, in the text or in what is left of it when misspelt words are mended. Without one, a
    classifier over all training sentences decides: ``alarm`` is the probability from which a message counts as a red flag,
    ``alarm_sentence`` the one for a single sentence of a long message, ``doubt`` the one below which the intent classifier's
    verdict "red flag" is not believed. Which flag it is comes from a second classifier over the red-flag sentences where it
    is at least ``certain``; otherwise none is named, which means "have it checked". The ids of the flags go among the
    entities as "red_flag", most urgent first.
    """

    @classmethod
    def required_components(cls) -> List[Any]:
        return [SentenceEmbeddingFeaturizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"alarm": 0.65, "alarm_sentence": 0.9, "doubt": 0.35, "certain": 0.45}

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource,
                 models: Optional[Tuple[BlendedModel, BlendedModel]] = None):
        self._config, self._storage, self._resource, self._models = config, storage, resource, models
        self._know = knowledge.shared()
        self._matcher = SignMatcher(self._know.red_flags.values())

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> RedFlagDetector:
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        return fingerprint() + hashlib.sha256(Path(__file__).read_bytes() + Path(model.__file__).read_bytes()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        examples = [message for message in training_data.intent_examples if embedding_of(message) is not None]
        texts = [text_of(message).lower() for message in examples]
        vectors = np.stack([embedding_of(message) for message in examples])
        flags = [flag_of(message) for message in examples]
        known = [number for number, flag in enumerate(flags) if flag not in (None, RED_FLAG_INTENT)]
        if len({flags[number] for number in known}) < 2:
            raise InvalidConfigException(
                "The sentences of report_red_flag name no red flags: give each block in data/nlu/report_red_flag.yml a "
                "`metadata: {flag: <id of knowledge/red_flags.yml>}`.")
        self._models = (
            fit(vectors, texts, [RED_FLAG_INTENT if flag else ORDINARY for flag in flags], with_margin=False),
            fit(vectors[known], [texts[n] for n in known], [str(flags[n]) for n in known], with_margin=False))
        with self._storage.write_to(self._resource) as folder:
            self._models[0].save(folder, "whether")
            self._models[1].save(folder, "which")
        return self._resource

    @classmethod
    def load(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> RedFlagDetector:
        with model_storage.read_from(resource) as folder:
            models = BlendedModel.load(folder, "whether"), BlendedModel.load(folder, "which")
        return cls(config, model_storage, resource, models)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            pressures = [(e["amount"], e["second"]) for e in message.get(ENTITIES, []) if e.get("unit") == "mmhg"]
            flags = self._matcher.find(text, pressures) or self._matcher.find(message.get(PLAIN_TEXT) or "", pressures)
            raised = bool(flags)
            if not raised:
                probability, vector, sentence = self._likelihood(message)
                claimed = (message.get(INTENT) or {}).get("name") == RED_FLAG_INTENT
                raised = probability >= (self._config["doubt"] if claimed else self._config["alarm"])
                raised = raised and not self._matcher.denied(text) and not self._only_names_a_condition(message)
                if raised:
                    likeliest, certain = self._which(vector, sentence)
                    raised = not (likeliest in PRESSURE_FLAGS and all_ordinary(pressures) and not speaks_of_symptoms(text))
                    flags = [likeliest] if certain and likeliest in self._know.red_flags else []
            if raised:
                self._raise(message, text, flags)
            else:
                self._lower(message)
        return messages

    def _only_names_a_condition(self, message: Message) -> bool:
        """Tells whether a message is the name of a condition that tells of no emergency ("I have a hernia"); the answers take it into account."""
        named = [item for item in message.get(ENTITIES, [])
                 if item["entity"] == "condition" and item.get("extractor") == KnowledgeEntityExtractor.__name__]
        known = [self._know.conditions[item["value"]] for item in named if item["value"] in self._know.conditions]
        if not known or any(condition.sudden for condition in known):
            return False
        rest = str(message.get(TEXT))
        for item in sorted(named, key=lambda item: -int(item["start"])):
            rest = rest[:item["start"]] + " " + rest[item["end"]:]
        return all(word in BESIDE_A_NAME or word.isdigit() for word in tokens(rest))

    def _likelihood(self, message: Message) -> Tuple[float, Any, str]:
        """Returns the highest probability of a red flag among the message and its sentences, with vector and text of where it was found.

        That of a sentence is lowered so that one limit serves both.
        """
        text, vector = message.get(TEXT), embedding_of(message)
        if self._models is None or vector is None:
            return 0.0, vector, text
        found = [(vector, text_of(message).lower())]
        if len(text.split()) > LONGEST_ALONE:
            sentences = [segment.text.lower() for segment in segments(text)][:MOST_SENTENCES]
            found += zip(shared_embedder().embed(sentences), sentences, strict=True) if len(sentences) > 1 else []
        whether = self._models[0]
        column = whether.labels.index(RED_FLAG_INTENT)
        lift = [0.0] + [self._config["alarm_sentence"] - self._config["alarm"]] * (len(found) - 1)
        judged = [(float(whether.predict(place, words, SHARES)[column]) - lift[number], number) for number, (place, words) in enumerate(found)]
        probability, number = max(judged)
        return probability, *found[number]

    def _which(self, vector: Any, text: str) -> Tuple[str, bool]:
        """Returns the red flag that a text most likely shows, and whether that is certain enough to be named."""
        assert self._models is not None
        which = self._models[1]
        probabilities = which.predict(vector, text, SHARES)
        best = int(np.argmax(probabilities))
        return which.labels[best], bool(probabilities[best] >= self._config["certain"])

    @staticmethod
    def _raise(message: Message, text: str, flags: List[str]) -> None:
        if speaks_of_another(text):
            message.set(ABOUT_ANOTHER, True, add_to_output=True)
        found = [{"entity": "red_flag", "value": flag, "extractor": RedFlagDetector.__name__} for flag in flags]
        message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        intent = {"name": RED_FLAG_INTENT, "confidence": 1.0}
        others = [item for item in message.get(INTENT_RANKING_KEY, []) if item["name"] != RED_FLAG_INTENT]
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [intent, *others], add_to_output=True)

    @staticmethod
    def _lower(message: Message) -> None:
        """Takes the next likely intent where a message was taken for a red flag without one in it."""
        ranking = message.get(INTENT_RANKING_KEY, [])
        others = [item for item in ranking if item["name"] != RED_FLAG_INTENT]
        if (message.get(INTENT) or {}).get("name") == RED_FLAG_INTENT and others:
            total = sum(item["confidence"] for item in others) or 1.0
            others = [{**item, "confidence": item["confidence"] / total} for item in others]
            message.set(INTENT, others[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, others, add_to_output=True)


def flag_of(message: Message) -> Optional[str]:
    """Returns the red flag that a training sentence shows: its id, the intent's name where none is given, None for ordinary ones."""
    if message.get(INTENT) != RED_FLAG_INTENT:
        return None
    metadata = (message.get("metadata") or {}).get("intent") or {}
    return str(metadata.get(FLAG_METADATA) or RED_FLAG_INTENT)

"""Notices that a message is not in English, so that the person is told which language is understood."""
from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any, Dict, FrozenSet, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

import knowledge
from addons.nlu.spelling import Speller, common_words
from knowledge.text import tokens

OTHER_LANGUAGE = "other_language"
FEWEST_WORDS = 3
"""Shorter messages are greetings and fragments, which no detector can place."""
MOST_ENGLISH, MOSTLY_FOREIGN = 0.75, 0.35
"""Share of English words from which a message is English, and below which a weaker verdict of the detector is enough."""
CERTAIN, LIKELY = 0.9, 0.55

SHORT_MESSAGE = 4
"""Up to so many words a misspelt name counts as English, since one word more or less would decide."""

_WORD = re.compile(r"[^\W\d_]+")


@functools.lru_cache(maxsize=1)
def _names() -> FrozenSet[str]:
    """Returns the words of all names of knowledge."""
    return frozenset(token for words in knowledge.shared().words().values() for word in words for name in word.names for token in tokens(name))


@functools.lru_cache(maxsize=1)
def _speller() -> Speller:
    return Speller(_names())


def english_share(words: List[str]) -> float:
    """Returns the share of words that count as English: the common ones, and all that knowledge names."""
    return sum(word in common_words() or word in _names() for word in words) / len(words)


@functools.lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # takes half a second to load, and most talks never need it

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)


def is_foreign(text: str) -> bool:
    """Tells whether ``text`` is written in another language than English; in doubt it is not."""
    letters = [char for char in text if char.isalpha()]
    if not letters:
        return False
    if sum("LATIN" in unicodedata.name(char, "") for char in letters) < len(letters) / 2:
        return True
    words = [token for token in tokens(" ".join(_WORD.findall(text)))]
    if len(words) < FEWEST_WORDS:
        return False
    if english_share(_speller().mend(words) if len(words) <= SHORT_MESSAGE else words) >= MOST_ENGLISH:
        return False
    language, probability = _identifier().classify(text)
    return language != "en" and (probability >= CERTAIN or (english_share(words) <= MOSTLY_FOREIGN and probability >= LIKELY))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LanguageDetector(GraphComponent, IntentClassifier):
    """Overrides the intent where a message is not in English. Red flags, which are matched after it, still count."""

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> LanguageDetector:
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            if is_foreign(message.get(TEXT) or ""):
                intent = {"name": OTHER_LANGUAGE, "confidence": 1.0}
                message.set(INTENT, intent, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [intent, *message.get(INTENT_RANKING_KEY, [])], add_to_output=True)
        return messages

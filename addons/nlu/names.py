"""Finds what knowledge has names for: exercises, muscles, stances, conditions, goals and the rest of the closed vocabularies."""
from __future__ import annotations

import json
import re
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

import spacy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from addons.nlu.parts import with_parts
from addons.nlu.spelling import Speller
from knowledge.text import spans, tokens

LOOKUP_SEPARATOR = "/"
"""Lookup tables of the importer are named "<entity>/<canonical id>"."""

NEGATIONS = frozenset(
    "no not dont doesnt didnt isnt arent wasnt without never neither nor havent hasnt cant wont none besides except excluding".split())
AFTER_A_PLAIN_NO = frozenset("i im it its the that this my we you actually sorry wait just".split())
"""Before these words "no" answers a question instead of denying what follows: "no, I meant the squat"."""
NEGATION_REACH = 4
"""A negation counts for a condition that starts at most this many words after it."""
EXCLUDING = frozenset("not no without except excluding besides nor".split())
SMALL_WORDS = frozenset("the a an my any for about on just only with really".split())
REPLACING = frozenset("substitute substitutes replacement replacements replace replacing".split())
REPLACING_PAIRS = frozenset({("alternative", "to"), ("alternatives", "to"), ("instead", "of"), ("other", "than"), ("rather", "than")})
AUXILIARIES = frozenset("do does did is are was were am can could should would will has have had".split())
"""Anything else than a condition is negated only where it is plainly left out ("not for quads", "without the squat"): in "I don't feel my
glutes" or "I can't get the deadlift off the floor" it is what the person speaks of."""

_BREAKS = frozenset("but however though although and".split())


MASK = "this exercise"
"""Stands for the name of an exercise in the text that is embedded and classified: what is asked hardly depends on which exercise it
is, and with the names gone the same question about another exercise looks the same (evaluation/README.md has the gain)."""

_WITHOUT = re.compile(r"\bwith/o\b")
"""What becomes of "w/o" once its "w" is written out."""

PLAIN_TEXT = "plain_text"
"""The message attribute with the text as below, but with the names in it; set where it is not the text itself."""

MASKED_TEXT = "masked_text"
"""The message attribute with the text that is understood: names masked, misspelt and shortened words written out."""


DENIED = frozenset({"condition", "body_part", "health"})
"""Entities that a person denies to have ("I don't have knee pain")."""


def _before(words: List[str], start: int) -> int:
    """Returns the place of the last word before ``start`` that says something, -1 if there is none."""
    place = start - 1
    while place >= 0 and words[place] in SMALL_WORDS:
        place -= 1
    return place


def _to_be_replaced(words: List[str], start: int) -> bool:
    """Tells whether another thing is wanted than the one whose name starts at ``start``: "alternatives to a barbell"."""
    place = _before(words, start)
    return place >= 0 and (words[place] in REPLACING or tuple(words[max(0, place - 1):place + 1]) in REPLACING_PAIRS)


def _excluded(words: List[str], start: int) -> bool:
    """Tells whether the name that starts at ``start`` is left out by the words right before it."""
    place = _before(words, start)
    if place < 0 or words[place] not in EXCLUDING:
        return False
    if words[place] == "no" and words[place + 1] in AFTER_A_PLAIN_NO:
        return False
    return not (words[place] == "not" and place > 0 and words[place - 1] in AUXILIARIES)


class NameMatcher:
    """Finds names in a text, by canonical id.

    Args:
        names: lookup tables, "<entity>/<id>" to the names in comparable form (see knowledge.text.key_of).
        mend_spelling: whether misspelt words of names are mended first.
    """

    def __init__(self, names: Dict[str, List[str]], mend_spelling: bool = True) -> None:
        self._vocab = spacy.blank("en").vocab
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        words: Set[str] = set()
        for table, elements in names.items():
            patterns = []
            for element in sorted(set(elements)):
                parts = tokens(element)
                if parts:
                    words.update(parts)
                    patterns.append(Doc(self._vocab, words=parts))
            self._matcher.add(table, patterns)
        self._speller = Speller(words) if mend_spelling and words else None

    def extract(self, text: str) -> List[Dict[str, Any]]:
        """Returns the entities of ``text`` in order; of overlapping names the longest wins."""
        parts = spans(text)
        if not parts:
            return []
        words = self._mended(parts)
        doc = Doc(self._vocab, words=words)
        matches = sorted(self._matcher(doc), key=lambda m: (m[1] - m[2], m[1]))
        taken: Set[int] = set()
        chosen: List[Tuple[int, int, str]] = []
        for key, start, end in matches:
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                chosen.append((start, end, self._vocab.strings[key]))
        found = []
        for start, end, table in sorted(chosen):
            entity, _, value = table.partition(LOOKUP_SEPARATOR)
            item: Dict[str, Any] = {
                "entity": entity, "value": value, "start": parts[start][1], "end": parts[end - 1][2],
                "text": text[parts[start][1]:parts[end - 1][2]], "extractor": "KnowledgeEntityExtractor", "confidence_entity": 1.0}
            if self._negated(words, start, text, parts) if entity in DENIED else _excluded(words, start):
                item["negated"] = True
            elif entity == "equipment" and _to_be_replaced(words, start):
                item["negated"] = True
            found.append(item)
        return found

    @staticmethod
    def _negated(words: List[str], start: int, text: str, parts: List[Tuple[str, int, int]]) -> bool:
        for place in range(start - 1, max(-1, start - 1 - NEGATION_REACH), -1):
            between = text[parts[place][2]:parts[place + 1][1]]
            if any(mark in between for mark in ".;!?"):
                return False
            if words[place] in NEGATIONS and not (words[place] == "no" and words[place + 1] in AFTER_A_PLAIN_NO):
                return True
            if words[place] in _BREAKS and words[place] != "and":
                return False
        return False

    def _mended(self, parts: List[Tuple[str, int, int]]) -> List[str]:
        """Returns the words of a text as they are compared: one for each part, misspelt ones mended."""
        words = [word for word, _, _ in parts]
        return [word.replace(" ", "") for word in self._speller.mend(words)] if self._speller else words  # one word each

    def plain(self, text: str, entities: Sequence[Dict[str, Any]] = ()) -> str:
        """Returns ``text`` with misspelt and shortened words written out, and the exercises of ``entities`` replaced by MASK."""
        parts = spans(text)
        if not self._speller:
            return self.mask(text, list(entities))
        masked = {item["start"]: item["end"] for item in entities if item["entity"] == "exercise"}
        pieces, reached = [], 0
        for (word, start, end), right in zip(parts, self._speller.mend([word for word, _, _ in parts]), strict=True):
            if start < reached:
                continue
            if start in masked or right != word:
                pieces += [text[reached:start], MASK if start in masked else right]
                reached = masked.get(start, end)
        return _WITHOUT.sub("without", "".join([*pieces, text[reached:]]))

    def mask(self, text: str, entities: List[Dict[str, Any]]) -> str:
        """Returns ``text`` with the names of exercises replaced by MASK; ``entities`` are those that extract found."""
        for item in reversed(entities):
            if item["entity"] == "exercise":
                text = text[:item["start"]] + MASK + text[item["end"]:]
        return text


def names_in(training_data: TrainingData) -> Dict[str, List[str]]:
    """Returns the lookup tables of the importer.

    Raises:
        InvalidConfigException: there are none, so the importer did not run.
    """
    names = {table["name"]: list(table["elements"]) for table in training_data.lookup_tables
             if LOOKUP_SEPARATOR in table["name"] and isinstance(table["elements"], list)}
    if not any(name.startswith("exercise" + LOOKUP_SEPARATOR) for name in names):
        raise InvalidConfigException(
            "No exercise names in the training data: addons.importer.KnowledgeImporter did not run. Rasa falls back to its "
            "own importer without an error when it cannot import the one in config.yml; check that entry.")
    return names


# Also a featurizer, because only those see the training sentences: it masks their exercise names.
@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=True)
class KnowledgeEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Matches the names in knowledge with spaCy's PhraseMatcher and puts out canonical ids.

    Trained from the lookup tables that the importer adds, so a new alias is understood after the next training. Words that
    are neither a name nor common English are mended before matching ("skwats"). It also leaves the text
    with masked exercise names for the components after it. Output entities carry ``entity``,
    ``value`` (canonical id), ``start``, ``end``, ``text`` and, where a negation stands before them, ``negated``.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"mend_spelling": True}

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource,
                 names: Optional[Dict[str, List[str]]] = None) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._matcher = NameMatcher(names or {}, config["mend_spelling"])

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> KnowledgeEntityExtractor:
        return cls(config, model_storage, resource)

    @classmethod
    def load(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> KnowledgeEntityExtractor:
        with model_storage.read_from(resource) as folder:
            names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, names)

    def train(self, training_data: TrainingData) -> Resource:
        names = names_in(training_data)
        self._matcher = NameMatcher(names, self._config["mend_spelling"])
        with self._storage.write_to(self._resource) as folder:
            (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for message in training_data.training_examples:
            text = message.get(TEXT)
            if text:
                message.set(MASKED_TEXT, self._matcher.plain(text, self._matcher.extract(text)))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in with_parts(messages):
            text = message.get(TEXT)
            if text:
                found = self._matcher.extract(text)
                message.set(MASKED_TEXT, self._matcher.plain(text, found))
                if (plain := self._matcher.plain(text)) != text:
                    message.set(PLAIN_TEXT, plain)
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages


__all__ = ["KnowledgeEntityExtractor", "LOOKUP_SEPARATOR", "MASKED_TEXT", "NameMatcher", "names_in"]

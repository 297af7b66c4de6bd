"""Finds the questions in a message: two questions are understood one by one, the question of a story by itself.

:class:`QuestionSplitter` stands first in the pipeline and puts the questions of a message beside it as messages of their own, which
every component after it also works on (:func:`with_parts`). :class:`QuestionJoiner` stands after the classifiers and decides: a
message with several questions leaves them in its output under "parts"; the question of a story is marked.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.question import OUTSIDE, PARTS, REQUESTS, TOPIC_OF_INTENT

PART_MESSAGES = "part_messages"
"""The message attribute with the questions as messages; it never leaves the pipeline."""

MOST_PARTS = 3
SHORTEST_STORY = 10
"""Words that a message must have for its question to be read apart from the rest."""
SURE_PART = 0.35
SURE_OUTSIDE = 0.6
KEPT_INTENTS = 5

ANSWERED = frozenset({*TOPIC_OF_INTENT, "follow_up"})
"""Intents of a part that can be answered beside others."""
_OPENERS = (r"(?:so|and|but|ok|okay|also|plus|then|or|well|oh|btw|now|please|hi|hey|hello|lastly|second(?:ly)?|first(?:ly)?|another thing|"
            r"one more thing)")
_ASKING = (r"(?:what|whats|what's|how|hows|how's|which|when|where|why|who|can i|can you|can we|could|should|would|will|is|are|am i|do i|do you|"
           r"do they|do we|does|did|may i|must i|tell me|explain|has anyone|any (?=\w+ \w+ \w+))")
_QUESTION_START = re.compile(rf"^\W*(?:{_OPENERS}\W+)*{_ASKING}\b", re.IGNORECASE)
_TOLD = (r"(?:just )?(?:had|got|have|having|been|was|am|broke|tore|torn|hurt|pulled|sprained|strained|recovering|suffering|diagnosed|pregnant|"
         r"diabetic|new to|trying to|using|doing|worried|afraid|scared|\d+ ?(?:yo|y/o|years?|yrs?|weeks?|months?|f|m)\b)")
"""How a statement without its "I" starts: "had my hernia repaired, can I press?"."""
_STATEMENT_START = re.compile(rf"^\W*(?:{_OPENERS}\W+)*(?:i|im|i'm|ive|i've|my|we|our|he|she|they|it|this|that|there|"
                              rf"{_TOLD})\b", re.IGNORECASE)
_FRONTED = re.compile(rf"^\W*(?:{_OPENERS}\W+)*(?:for|if|when|while|with|without|after|before|on|in|at|as|to|since|because|during|given|instead|"
                      r"until|once|besides|apart|about|regarding|concerning)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\betc)[.!?;]+(?=\s|$)|\n+|[?]+(?=\w)", re.IGNORECASE)
_NEXT_QUESTION = re.compile(
    r"(?:,\s*|\s+)(?:and|also|plus|&)(?:\s+(?:also|then))?\s+(?=(?:what|whats|what's|how|which|when|where|why|who|should i|can i|do i|"
    r"does it|is it|will it|are they|is there|are there)\b)|,\s+(?=(?:how (?:many|much|often|long|heavy|deep|do|should)|what (?:is|are|about|weight)|"
    r"which (?:is|are|muscles?)|when should|where (?:do|should)|should i|can i|is it (?:safe|ok|bad|good))\b)", re.IGNORECASE)
_ASKING_CLAUSE = re.compile(rf"[,;:]\s*(?=(?:{_OPENERS}\W+)*{_ASKING}\b)", re.IGNORECASE)
_CHAT = re.compile(
    r"^\W*(?:(?:any|some)?\s*(?:thoughts?|advice|tips|ideas?|suggestions?|help|opinions?|input)(?: please| pls| appreciated| welcome)?|"
    r"please|pls|plz|thanks?(?: you)?(?: in advance)?|cheers|help me|right|yes|no|ok|correct|or not|is (?:that|this) (?:right|ok|normal|true|"
    r"correct|possible|bad)|what do you (?:think|suggest|recommend)|what should i do|what (?:to|can i) do|why is (?:that|this))\W*$", re.IGNORECASE)


@dataclass(frozen=True)
class Segment:
    """A stretch of a message, [start, end); ``question`` tells whether it asks something."""

    text: str
    start: int
    end: int
    question: bool


def segments(text: str) -> List[Segment]:
    """Returns the sentences of a message, with joined questions ("what ... and how ...") apart."""
    found: List[Segment] = []
    start = 0
    for match in [*_SENTENCE_END.finditer(text), None]:
        end = match.end() if match else len(text)
        found.extend(_clauses(text, start, end))
        start = end
    return found


def _clauses(text: str, start: int, end: int) -> Iterator[Segment]:
    sentence = text[start:end]
    if not sentence.strip(" \t\r\n.,;!?"):
        return
    asks = sentence.rstrip().endswith("?")
    cuts = [0]
    for match in _NEXT_QUESTION.finditer(sentence):
        before = sentence[cuts[-1]:match.start()]
        if len(before.split()) >= 3 and (_QUESTION_START.search(before) or asks):
            cuts.append(match.start())
    cuts.append(len(sentence))
    for first, last in zip(cuts, cuts[1:], strict=False):
        piece = sentence[first:last]
        question = bool(_QUESTION_START.search(piece)) or (asks and (last == len(sentence) or _asks_bare(piece)))
        yield Segment(piece.strip(" \t\r\n,&"), start + first, start + last, question and not _CHAT.match(piece))


def _asks_bare(piece: str) -> bool:
    """Tells whether the first half of a joined question asks something though it starts like no question: "squats or lunges and ..."."""
    return not _STATEMENT_START.search(piece) and not _FRONTED.search(piece)


def with_parts(messages: List[Message]) -> Iterator[Message]:
    """Yields every message followed by its questions, if it has any apart."""
    for message in messages:
        yield message
        yield from message.get(PART_MESSAGES) or ()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class QuestionSplitter(GraphComponent):
    """Puts the questions of a message beside it, where it has several or more than its question."""

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> QuestionSplitter:
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            found = segments(text)
            questions = [segment for segment in found if segment.question]
            if len(questions) >= 2 or (questions and len(found) > 1 and len(text.split()) >= SHORTEST_STORY):
                message.set(PART_MESSAGES, [Message({TEXT: segment.text, "start": segment.start, "end": segment.end})
                                            for segment in questions[:MOST_PARTS]])
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class QuestionJoiner(GraphComponent, IntentClassifier):
    """Decides what the questions of a message mean for the whole.

    Several answerable questions: the message takes the intent of the first (of a plan request if one is among them) and "parts" goes
    into the output, each with text, intent, intent_ranking, entities and nearest. One question in a story: entities that stand outside
    the question are marked "context", and so are the exercises of a statement before the question in one sentence. Intent and nearest
    claims are those of the whole message: taking them from the question alone, or from both, was measured and is worse.
    """

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> QuestionJoiner:
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            parts = message.get(PART_MESSAGES) or []
            answerable = [part for part in parts if _kind(part)]
            if len(answerable) >= 2 and any(_kind(part) != OUTSIDE for part in answerable):
                self._several(message, answerable)
            elif parts:
                self._story(message, parts)
            else:
                self._aside(message)
        return messages

    @staticmethod
    def _several(message: Message, parts: List[Message]) -> None:
        outside = _outside(message, parts)
        packed: List[Dict[str, Any]] = []
        before: List[Dict[str, Any]] = list(outside)
        for part in parts:
            own = list(part.get(ENTITIES, []))
            packed.append({
                "text": part.get(TEXT), "intent": part.get(INTENT), "intent_ranking": part.get(INTENT_RANKING_KEY, [])[:KEPT_INTENTS],
                "entities": own + _carried(own, before), "nearest": part.get("nearest")})
            before = before + own
        message.set(PARTS, packed, add_to_output=True)
        leading = next((part for part in parts if _kind(part) in REQUESTS),
                       next((part for part in parts if _kind(part) != OUTSIDE), parts[0]))
        message.set(INTENT, leading.get(INTENT), add_to_output=True)
        message.set(INTENT_RANKING_KEY, leading.get(INTENT_RANKING_KEY), add_to_output=True)

    @staticmethod
    def _aside(message: Message) -> None:
        """Marks the exercises of a statement before the question: "i squat heavy, so what does the leg press give me?"."""
        text = message.get(TEXT) or ""
        cut = next((match.end() for match in _ASKING_CLAUSE.finditer(text)
                    if not _QUESTION_START.search(text[:match.start()]) and not _FRONTED.search(text[:match.start()])), None)
        entities = message.get(ENTITIES, [])
        asked = {item["value"] for item in entities if item["entity"] == "exercise" and cut is not None and item["start"] >= cut}
        if asked:
            message.set(ENTITIES, [{**item, "context": True} if item["entity"] == "exercise" and item["value"] not in asked else item
                                   for item in entities], add_to_output=True)

    @staticmethod
    def _story(message: Message, parts: List[Message]) -> None:
        focus = parts[-1] if len(parts) == 1 else max(parts, key=lambda part: (part.get(INTENT) or {}).get("confidence") or 0.0)
        outside = {id(item) for item in _outside(message, [focus])}
        entities = [{**item, "context": True} if id(item) in outside else item for item in message.get(ENTITIES, [])]
        message.set(ENTITIES, entities, add_to_output=True)


def _kind(part: Message) -> Optional[str]:
    """Returns the intent of a part that can be dealt with beside others, None if it can't."""
    intent = part.get(INTENT) or {}
    name, confidence = intent.get("name"), intent.get("confidence") or 0.0
    if name in ANSWERED or name in REQUESTS:
        return str(name) if confidence >= SURE_PART else None
    return OUTSIDE if name == OUTSIDE and confidence >= SURE_OUTSIDE else None


def _outside(message: Message, parts: List[Message]) -> List[Dict[str, Any]]:
    """Returns the entities of a message that stand in none of ``parts``; numbers have no exact place and count as inside."""
    ranges: List[Tuple[int, int]] = [(part.get("start"), part.get("end")) for part in parts]
    return [item for item in message.get(ENTITIES, []) if item["entity"] != "number"
            and not any(start <= item["start"] < end for start, end in ranges)]


def _carried(own: List[Dict[str, Any]], before: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Returns what a part takes over from what was said before it: each kind of thing that it does not name itself."""
    kinds = {item["entity"] for item in own}
    kept = [item for item in before if item["entity"] not in kinds]
    exercises = [item for item in kept if item["entity"] == "exercise"]
    return [{**item, "context": True} for item in kept if item["entity"] != "exercise"] + exercises[-1:]


"""Says which statements of knowledge are nearest to a message, in meaning and in words.

The names in a question tell most of what it is about; where somebody words it in a way no alias covers, the embedding of
the question still lies near the statement that answers it. The answer functions use this as one hint among others.
"""
from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import knowledge
from actions.question import FINDING, INTENT_OF_TOPIC
from addons.nlu import sharpening, vectorsearch, wordindex
from addons.nlu.embedding import VERSION, embed_remembered, shared_embedder
from addons.nlu.features import ADAPTED_ORIGIN, SentenceEmbeddingFeaturizer, embedding_of
from addons.nlu.names import MASKED_TEXT, NameMatcher, names_in
from addons.nlu.parts import with_parts
from addons.nlu.vectorsearch import MainDirections, VectorSearch
from addons.nlu.wordindex import WordIndex
from knowledge.index import Entry
from knowledge.store import fingerprint

NEAREST = "nearest"
TOPIC_VOTE = "topic_vote"
"""The message attribute with the vote of the nearest claims: intents of topics to probabilities."""

VOTE_WIDTH = 0.06
"""How fast a claim's vote fades with its distance (in cosine) from the nearest one."""
TOPIC_INTENTS = (*INTENT_OF_TOPIC.values(), FINDING)
KEPT_GENERAL, KEPT_OWN, KEPT_EACH = 70, 120, 8
"""How many claims are named for a message: general ones; those of exercises that it names; of each exercise where it names none, because
the talk may be about any. The list goes through every step of a message, so it is kept short and compact."""
KEPT_ANY, FEWEST_EACH = 400, 3
"""Of many exercises fewer are named each, so that all together are about so many: else each new exercise would slow every message."""
MOST_VOTING = 60_000
"""With more texts than these, a message that names exercises is compared only with theirs and with the general ones. With fewer all have a
vote on the topic, which is worth up to a point of its accuracy (evaluation/README.md) and would cost the more the more exercises there are."""
CHECKED = 6
"""How many texts are compared in full for each claim that is named; a claim has three or four texts."""
WORDS_SHARE = 0.3
"""How much shared words count beside meaning for being named at all; what answers is weighed by actions.ranking."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NearestClaims(GraphComponent):
    """Puts ``nearest`` into the output of the parser: the nearest claims, their cosines by both encoders and their share of the message's
    words (see actions.question.decode_nearest).

    Vectors are sharpened first (addons.nlu.sharpening). A claim is as near as the nearest of its sentence and its example questions.
    Where the message names exercises, only their claims and those that hold for any exercise count.
    """

    @classmethod
    def required_components(cls) -> List[Any]:
        return [SentenceEmbeddingFeaturizer]

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource, vectors: Optional[np.ndarray] = None,
                 basis: Optional[np.ndarray] = None, claims: Optional[np.ndarray] = None, matrix: Optional[np.ndarray] = None,
                 words: Optional[WordIndex] = None, general: Optional[MainDirections] = None) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._claims, self._matrix, self._words, self._general = claims, matrix, words, general
        self._search: Optional[VectorSearch] = None
        self._know = knowledge.shared()
        self._text_topics: Optional[np.ndarray] = None
        self._places: Dict[Optional[str], np.ndarray] = {}
        exercises = np.array([str(entry.exercise or "") for entry in self._know.entries.values()])
        for exercise in dict.fromkeys(exercises.tolist()):
            self._places[exercise or None] = np.flatnonzero(exercises == exercise)
        if claims is not None and vectors is not None and basis is not None:
            self._starts = np.searchsorted(claims, np.arange(len(exercises) + 1))  # the texts of a claim stand together
            self._spans, checked = self._sections()
            self._by_number = list(self._places.values())
            self._general_section = [number for number, exercise in enumerate(self._places) if exercise is None]
            self._search = VectorSearch(vectors, basis, self._spans, checked)

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> NearestClaims:
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        code = b"".join(Path(module.__file__).read_bytes() for module in (sharpening, vectorsearch, wordindex))
        return fingerprint() + VERSION + hashlib.sha256(code).hexdigest()

    @classmethod
    def load(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> NearestClaims:
        with model_storage.read_from(resource) as folder:
            vectors = np.load(Path(folder) / "vectors.npy", allow_pickle=False).astype(np.float32)
            basis = np.load(Path(folder) / "basis.npy", allow_pickle=False)
            claims = np.load(Path(folder) / "claims.npy", allow_pickle=False)
            matrix = np.load(Path(folder) / "matrix.npy", allow_pickle=False)
            words, general = WordIndex.load(Path(folder)), MainDirections.load(Path(folder))
            version, graph = (Path(folder) / "version.txt").read_text().split()
        made = cls(config, model_storage, resource, vectors, basis, claims, matrix, words, general)
        if version != made._know.version:
            raise RuntimeError("The model was trained on other knowledge files than those in knowledge/; run `make train`.")
        if graph != shared_embedder().sha256:
            raise RuntimeError("The sentence encoder in models/ is not the one that the model was trained with; run `make clean train`.")
        return made

    def train(self, training_data: TrainingData) -> Resource:
        matcher = NameMatcher(names_in(training_data), mend_spelling=False)
        texts: List[str] = []
        claims: List[int] = []
        for number, entry in enumerate(self._know.entries.values()):
            for text in (entry.claim.say, *entry.claim.asks):
                texts.append(matcher.mask(text, matcher.extract(text)))
                claims.append(number)
        (general, plain), self._claims = embed_remembered(texts), np.array(claims)
        sections = np.empty(len(self._know.entries), dtype=int)
        for number, places in enumerate(self._places.values()):
            sections[places] = number
        self._matrix = sharpening.fit(plain, claims, sections.tolist())
        vectors = sharpening.unit(plain @ self._matrix)
        with self._storage.write_to(self._resource) as folder:
            np.save(folder / "vectors.npy", vectors.astype(np.float16))
            np.save(folder / "basis.npy", vectorsearch.principal(vectors))
            np.save(folder / "claims.npy", self._claims)
            np.save(folder / "matrix.npy", self._matrix)
            WordIndex.of(texts, claims, len(self._know.entries)).save(folder)
            MainDirections.of(general).save(folder)
            (folder / "version.txt").write_text(f"{self._know.version} {shared_embedder().sha256}")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in with_parts(messages):
            vector, plain = embedding_of(message, ADAPTED_ORIGIN), embedding_of(message)
            if vector is None or self._search is None or self._matrix is None or self._words is None or self._general is None \
                    or self._claims is None:
                continue
            named = self._wider({e["value"] for e in message.get(ENTITIES, []) if e["entity"] == "exercise"})
            whole = {number for number, exercise in enumerate(self._places) if exercise in named}
            wanted = whole.union(self._general_section) if whole and len(self._claims) > MOST_VOTING else None
            alike = self._search.cosines(sharpening.unit(vector @ self._matrix), whole, wanted)
            message.set(TOPIC_VOTE, self._vote(alike, wanted))
            cosines = self._of_claims(alike, wanted)
            covered = self._words.coverage(str(message.get(MASKED_TEXT) or message.get(TEXT)))
            kept = self._kept(cosines + WORDS_SHARE * covered, named)
            shown = [np.rint(values * 100).astype(int).tolist() for values in (cosines[kept], self._alike(plain, kept), covered[kept])]
            packed = " ".join(f"{number}:{cosine}:{general}:{share}" for number, cosine, general, share in zip(kept, *shown, strict=True)
                              if cosine > 0)
            message.set(NEAREST, {"version": self._know.version[:12], "claims": packed}, add_to_output=True)
        return messages

    def _of_claims(self, alike: np.ndarray, sections: Optional[Set[int]]) -> np.ndarray:
        """Returns for each claim the cosine of the nearest of its texts, shape (claims,); 0 outside ``sections`` (None: all)."""
        if sections is None:
            return np.maximum.reduceat(alike, self._starts[:-1])
        found = np.zeros(len(self._starts) - 1, dtype=alike.dtype)
        for number, (first, last) in enumerate(self._spans):
            if number in sections:
                places = self._by_number[number]
                found[places] = np.maximum.reduceat(alike[first:last], self._starts[places] - first)
        return found

    def _alike(self, vector: np.ndarray, claims: Sequence[int]) -> np.ndarray:
        """Returns how near claims are to a general vector: the cosine of the nearest of their texts, in the main directions."""
        assert self._general is not None
        first, last = self._starts[claims], self._starts[np.add(claims, 1)]
        places = np.concatenate([np.arange(start, end) for start, end in zip(first, last, strict=True)])
        return np.maximum.reduceat(self._general.cosines(vector, places), np.cumsum(last - first) - (last - first))

    def _sections(self) -> Tuple[List[Tuple[int, int]], List[int]]:
        """Returns where the texts of each section start and end, and how many of them are worth a full comparison."""
        places = [(int(self._starts[numbers[0]]), int(self._starts[numbers[-1] + 1])) for numbers in self._places.values()]
        return places, [CHECKED * (KEPT_GENERAL if exercise is None else self._each()) for exercise in self._places]

    def _each(self) -> int:
        """Returns how many claims of each exercise are named where a message names none."""
        return min(KEPT_EACH, max(FEWEST_EACH, KEPT_ANY // len(self._places)))

    def _kept(self, nearness: np.ndarray, named: Set[str]) -> List[int]:
        """Returns the numbers of the claims to name: general ones, and those of the exercises named or, where none is, of any."""
        nearest = [_nearest_of(nearness, self._places.get(None, np.empty(0, dtype=int)), KEPT_GENERAL)]
        if named:
            own = [places for exercise, places in self._places.items() if exercise in named]
            nearest.append(_nearest_of(nearness, np.concatenate(own) if own else np.empty(0, dtype=int), KEPT_OWN))
        else:
            each = self._each()
            nearest += [_nearest_of(nearness, places, each) for exercise, places in self._places.items() if exercise is not None]
        return [int(number) for found in nearest for number in found]

    def _vote(self, alike: np.ndarray, sections: Optional[Set[int]]) -> Dict[str, float]:
        """Returns how much the texts near a message speak for each topic; ``alike`` are their cosines, one per text.

        Only texts of ``sections`` vote (None: all do).
        """
        spans = [slice(None)] if sections is None else [slice(*self._spans[number]) for number in sections]
        topics, most = self._topic_of_text(), alike.max()
        votes = sum(np.bincount(topics[span], weights=np.exp((alike[span] - most) / VOTE_WIDTH), minlength=len(TOPIC_INTENTS)) for span in spans)
        return dict(zip(TOPIC_INTENTS, (votes / votes.sum()).tolist(), strict=True))

    def _topic_of_text(self) -> np.ndarray:
        """Returns the number of the topic of every text, in the order of TOPIC_INTENTS."""
        if self._text_topics is None:
            topics = np.array([TOPIC_INTENTS.index(_intent_of(entry)) for entry in self._know.entries.values()])
            self._text_topics = topics[self._claims]
        return self._text_topics

    def _wider(self, named: Set[str]) -> Set[str]:
        """Returns exercises with their families, families with their usual member, and names without a file with what is most like them."""
        wider = set(named)
        for item in named:
            family = self._know.families.get(item)
            if family is not None:
                wider.update([family.usual, *self._know.members(item)])
            wider.add(self._know.family_of(item) or item)
            like = self._know.named[item].like if item in self._know.named else None
            wider.update([like, self._know.family_of(like) or like] if like else [])
        return wider


def _intent_of(entry: Entry) -> str:
    """Returns the intent that a claim speaks for: one that names exercises for a muscle answers those who look for one."""
    return FINDING if entry.topic == "muscles" and entry.names else INTENT_OF_TOPIC[entry.topic]


def _nearest_of(nearness: np.ndarray, places: np.ndarray, most: int) -> np.ndarray:
    """Returns the ``most`` of ``places`` that are nearest, in no order."""
    if len(places) <= most:
        return places
    return places[np.argpartition(-nearness[places], most)[:most]]

"""The systems that are measured beside each other, all trained on the same sentences.

Each is a function from texts to (intent, confidence) pairs: our classifier and its ablations, the stock pipeline that
``rasa init`` writes, and a plain nearest-neighbour search over the claims of knowledge.
"""
from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import shutil
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np
import yaml

import knowledge
from actions.question import INTENT_OF_TOPIC
from addons.importer import lookup_tables
from addons.nlu.embedding import embed_remembered
from addons.nlu.model import fit
from addons.nlu.names import NameMatcher
from evaluation.sentences import Sentence

Verdict = Tuple[str, float]
Classify = Callable[[Sequence[str]], List[Verdict]]
BUILD = Path("build") / "evaluation"
log = logging.getLogger(__name__)

BLENDS: Dict[str, Dict[str, float]] = {
    "ours (blend)": {"meaning": 0.4, "wording": 0.4, "margin": 0.2},
    "without embedding": {"meaning": 0.0, "wording": 1.0, "margin": 0.0},
    "without n-grams": {"meaning": 0.65, "wording": 0.0, "margin": 0.35},
    "without support vectors": {"meaning": 0.5, "wording": 0.5, "margin": 0.0},
}
"""The shares of the blend, whole and with a part left out."""

STOCK_PIPELINE = """
recipe: default.v1
assistant_id: stock
language: en
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: 100
  constrain_similarities: true
- name: FallbackClassifier
  threshold: 0.3
  ambiguity_threshold: 0.1
"""
"""What `rasa init` of Rasa 3.6 writes, without entity synonyms and response selection, which play no part in these figures."""


def _matcher() -> NameMatcher:
    names = {table["name"]: list(table["elements"]) for table in lookup_tables(knowledge.shared())}
    return NameMatcher(names)


def blends(train: Sequence[Sentence], masked: bool = True) -> Dict[str, Classify]:
    """Fits our classifier once and returns it whole and with each part left out; ``masked=False`` leaves exercise names in."""
    matcher = _matcher()

    def prepared(texts: Sequence[str]) -> List[str]:
        return [matcher.mask(text, matcher.extract(text)) for text in texts] if masked else list(texts)

    texts = prepared([item.text for item in train])
    model = fit(embed_remembered(texts)[0], texts, [item.intent for item in train])

    def with_shares(shares: Dict[str, float]) -> Classify:
        def classify(questions: Sequence[str]) -> List[Verdict]:
            found = []
            asked = prepared(questions)
            for text, vector in zip(asked, embed_remembered(asked)[0], strict=True):
                probabilities = model.predict(vector, text, shares)
                best = int(np.argmax(probabilities))
                found.append((model.labels[best], float(probabilities[best])))
            return found
        return classify

    if not masked:
        return {"without masked names": with_shares(BLENDS["ours (blend)"])}
    return {name: with_shares(shares) for name, shares in BLENDS.items()}


def nearest_claim() -> Classify:
    """Returns a search that takes the topic of the nearest claim (its sentence or one of its example questions); it knows no other intents."""
    know = knowledge.shared()
    texts, topics = [], []
    for entry in know.entries.values():
        for text in (entry.claim.say, *entry.claim.asks):
            texts.append(text)
            topics.append(entry.topic)
    vectors, _ = embed_remembered(texts)

    def classify(questions: Sequence[str]) -> List[Verdict]:
        cosines = embed_remembered(list(questions))[0] @ vectors.T
        return [(INTENT_OF_TOPIC[topics[int(row.argmax())]], float(row.max())) for row in cosines]
    return classify


def stock(train: Sequence[Sentence]) -> Classify:
    """Trains the stock pipeline, or takes the model that was trained on the same sentences before, and returns it."""
    blocks: Dict[str, List[str]] = {}
    for item in train:
        blocks.setdefault(item.intent, []).append(item.text)
    content = json.dumps(blocks, sort_keys=True) + STOCK_PIPELINE
    folder = BUILD / f"stock-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
    model = folder / "stock.tar.gz"
    if not model.exists():
        _train_stock(folder, blocks)
    from rasa.core.agent import Agent

    agent = Agent.load(str(model))

    def classify(questions: Sequence[str]) -> List[Verdict]:
        loop = asyncio.new_event_loop()
        parsed = [loop.run_until_complete(agent.parse_message(text)) for text in questions]
        return [(str(item["intent"]["name"]), float(item["intent"]["confidence"])) for item in parsed]
    return classify


def _train_stock(folder: Path, blocks: Dict[str, List[str]]) -> None:
    from rasa.model_training import train_nlu

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "config.yml").write_text(STOCK_PIPELINE, encoding="utf-8")
    (folder / "domain.yml").write_text(yaml.safe_dump({"version": "3.1", "intents": sorted(blocks)}), encoding="utf-8")
    data: Dict[str, Any] = {"version": "3.1", "nlu": [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in blocks.items()]}
    (folder / "nlu.yml").write_text(yaml.safe_dump(data, allow_unicode=True, width=10_000), encoding="utf-8")
    print("Training the stock pipeline (several minutes) ...", file=sys.stderr, flush=True)
    train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), fixed_model_name="stock", domain=str(folder / "domain.yml"))

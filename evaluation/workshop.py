"""Trains assistants in folders of their own, with nothing remembered from before, and tells how long it took (evaluation/bench.py)."""
from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, List, Tuple

import yaml

import knowledge
from addons.assistant import ENVIRONMENT
from addons.importer import lookup_tables
from evaluation.sentences import Sentence, read
from knowledge.store import fingerprint

BUILD = Path("build") / "bench"
NOTHING, ALIAS = "nothing", "alias"
STOCK_CONFIG = """
recipe: default.v1
assistant_id: stock
language: en
importers:
- name: addons.importer.KnowledgeImporter
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
  use_lookup_tables: false
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: {epochs}
  constrain_similarities: true
- name: EntitySynonymMapper
- name: ResponseSelector
  epochs: {epochs}
  constrain_similarities: true
- name: FallbackClassifier
  threshold: 0.3
  ambiguity_threshold: 0.1
- name: addons.nlu.names.KnowledgeEntityExtractor
- name: addons.nlu.numbers.NumberExtractor
policies:
- name: MemoizationPolicy
- name: RulePolicy
- name: UnexpecTEDIntentPolicy
  max_history: 5
  epochs: {epochs}
- name: TEDPolicy
  max_history: 5
  epochs: {epochs}
  constrain_similarities: true
"""
"""What `rasa init` of Rasa 3.6.21 writes, with 100 epochs, and our two components behind it, so that actions get the same entities. Our
hundreds of names are kept out of its RegexFeaturizer, which would only make it slower."""
STOCK_EPOCHS = 100
_LINKED = ("addons", "actions")
_COPIED = ("data", "knowledge")


def stock_config(epochs: int = STOCK_EPOCHS) -> str:
    """Returns the configuration of the stock assistant, its networks trained for ``epochs``."""
    return STOCK_CONFIG.format(epochs=epochs)


class Workshop:
    """A folder with all that one assistant is trained from; it is named after the content, so that the same is trained once.

    Args:
        ours: whether the claims of knowledge are learned too; a stock assistant learns names from there and nothing else.
        share: the share of the sentences of each intent that is trained on, up to 1.
    """

    def __init__(self, name: str, config: str, ours: bool, share: float = 1.0) -> None:
        self._sentences = _some(read(), share)
        self._config, self._ours = config, ours
        self.folder = BUILD / f"{name}-{self._digest()}"
        self.model = self.folder / "models" / "bench.tar.gz"

    @property
    def trained(self) -> bool:
        return self.model.exists()

    def times(self) -> Dict[str, float]:
        """Returns the seconds that training took from nothing and after one more alias, as far as they were measured."""
        file = self.folder / "times.json"
        return json.loads(file.read_text()) if file.exists() else {}

    def train(self) -> None:
        """Trains from nothing. Raises subprocess.CalledProcessError."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lay_out()
        self._keep(NOTHING, self._train("bench"))

    def train_after_alias(self) -> None:
        """Trains once more with one more name of one exercise."""
        path = self.folder / "knowledge" / "families.yml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("aliases: [", "aliases: [the bench marked one, ", 1), encoding="utf-8")
        try:
            self._keep(ALIAS, self._train("alias"))
        finally:
            path.write_text(text, encoding="utf-8")

    def _train(self, name: str) -> float:
        began = time.perf_counter()
        with (self.folder / "log.txt").open("ab") as log:
            subprocess.run(  # noqa: S603 - our own command
                [sys.executable, "-m", "rasa", "train", "--fixed-model-name", name, "--out", "models"], cwd=self.folder,
                env={**os.environ, **ENVIRONMENT}, stdout=log, stderr=log, check=True)
        return time.perf_counter() - began

    def _keep(self, what: str, seconds: float) -> None:
        (self.folder / "times.json").write_text(json.dumps({**self.times(), what: round(seconds, 1)}))

    def _lay_out(self) -> None:
        self.folder.mkdir(parents=True)
        (self.folder / "config.yml").write_text(self._config, encoding="utf-8")
        shutil.copy("domain.yml", self.folder)
        for name in _LINKED:
            (self.folder / name).symlink_to(Path(name).resolve())
        for name in _COPIED:
            shutil.copytree(name, self.folder / name)
        shutil.rmtree(self.folder / "data" / "nlu")
        (self.folder / "data" / "nlu").mkdir()
        blocks: Dict[Tuple[str, str, str], List[str]] = {}
        for item in self._sentences:
            blocks.setdefault((item.intent, item.voice, item.flag or ""), []).append(item.text)
        nlu = [{"intent": intent, "metadata": {"voice": voice, **({"flag": flag} if flag else {})},
                "examples": "".join(f"- {text}\n" for text in texts)} for (intent, voice, flag), texts in blocks.items()]
        (self.folder / "data" / "nlu" / "all.yml").write_text(
            yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True, width=10_000, sort_keys=False), encoding="utf-8")

    def _digest(self) -> str:
        """A sum over all that a model of this configuration learns from; a stock one learns names from knowledge, and no claims."""
        digest = hashlib.sha256((self._config + json.dumps([item.text for item in self._sentences])).encode())
        digest.update(json.dumps(lookup_tables(knowledge.shared()), sort_keys=True).encode())
        read_too = [Path("domain.yml"), *Path("data/rules").rglob("*.yml"), Path("addons/nlu/names.py"), Path("addons/nlu/numbers.py")]
        if self._ours:
            digest.update(fingerprint().encode())
            read_too += Path("addons/nlu").glob("*.py")
        for path in sorted(set(read_too)):
            digest.update(path.read_bytes())
        return digest.hexdigest()[:12]


def _some(sentences: List[Sentence], share: float) -> List[Sentence]:
    """Returns a share of the sentences of each intent and each flag, at least four, spread over their authors."""
    groups: Dict[Tuple[str, str], List[Sentence]] = {}
    for item in sentences:
        groups.setdefault((item.intent, item.flag or ""), []).append(item)
    found = []
    for group in groups.values():
        most = min(len(group), max(4, round(len(group) * share)))
        found += [group[number * len(group) // most] for number in range(most)]
    return found

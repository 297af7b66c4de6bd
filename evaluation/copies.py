"""Copies of the project that may be changed, trained and talked to, each in processes of its own."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

import yaml

from addons.nlu.embedding import REMEMBERED

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("knowledge", "data", "actions", "addons", "evaluation", "config.yml", "domain.yml", "endpoints.yml", "credentials.yml")
MODEL = "repwise"

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Copy:
    """The project copied to ``folder``. Embeddings that the project remembers need not be computed again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "questions"))
            else:
                shutil.copy(ROOT / part, folder / part)
        if (ROOT / REMEMBERED).exists():
            (folder / REMEMBERED).parent.mkdir()
            (folder / REMEMBERED).symlink_to(ROOT / REMEMBERED)

    def run(self, *command: str) -> str:
        """Runs a Python module in the copy and returns what it prints. Raises RuntimeError with its last words where it fails."""
        done = subprocess.run([sys.executable, "-m", *command], cwd=self.folder, env=self._environment(), capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
        return done.stdout

    def train(self) -> None:
        """Trains a model from what the copy holds."""
        self.run("rasa", "train", "--fixed-model-name", MODEL, "--out", "models")

    def talk(self) -> Talker:
        """Loads the copy's model in a process of its own."""
        return Talker(self.folder, self._environment())

    @staticmethod
    def _environment() -> Dict[str, str]:
        from addons.assistant import ENVIRONMENT

        return {**os.environ, **ENVIRONMENT, "PYTHONPATH": ""}


class Talker:
    """A loaded assistant in another process."""

    def __init__(self, folder: Path, environment: Dict[str, str]) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "evaluation.replies", "--stdin"], cwd=folder, env=environment, text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def send(self, conversation: str, **message: str) -> Dict[str, Any]:
        """Sends a message ("text" or "click") and returns the record of the turn (see evaluation/README.md).

        Raises:
            RuntimeError: the message failed, or the process has ended.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"conversation": conversation, **message}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        record: Dict[str, Any] = json.loads(line) if line else {"error": "the process has ended"}
        if "error" in record:
            raise RuntimeError(record["error"])
        return record

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)


def write_yaml(path: Path, content: Any) -> None:
    """Writes plain values as YAML, keys in their order."""
    path.write_text(yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000), encoding="utf-8")


def few_sentences(folder: Path, most: int) -> None:
    """Leaves ``most`` training sentences in each file of data/nlu, for a training that takes seconds."""
    for path in (folder / "data" / "nlu").glob("*.yml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        blocks: List[Dict[str, Any]] = [block for block in content["nlu"] if "examples" in block]
        for block in blocks:
            kept = [line for line in block["examples"].splitlines(keepends=True) if line.startswith("- ")][:-(-most // len(blocks))]
            block["examples"] = "".join(kept)
        write_yaml(path, content)

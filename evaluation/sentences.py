"""The training sentences of data/nlu with who wrote them."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional

import yaml

DATA = Path("data") / "nlu"


@dataclass(frozen=True)
class Sentence:
    """A training sentence; ``voice`` is its author's persona, ``flag`` the red flag it shows."""

    text: str
    intent: str
    voice: str
    flag: Optional[str] = None


def read(folder: Path = DATA) -> List[Sentence]:
    """Returns the sentences of every file, in the order of the files."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            metadata = block.get("metadata") or {}
            for line in block["examples"].splitlines():
                text = line.strip().removeprefix("-").strip()
                if text:
                    found.append(Sentence(text, block["intent"], metadata["voice"], metadata.get("flag")))
    return found

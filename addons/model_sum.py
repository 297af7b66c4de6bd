"""The SHA-256 of a trained model: written after training, and checked before loading, because a crafted model can run code."""
from __future__ import annotations

import argparse
import hashlib
import hmac
import sys
from pathlib import Path
from typing import List, Optional


class Tampered(RuntimeError):
    """A model is not the one that was trained; the message says what to do."""


def sum_file(model: Path) -> Path:
    """Returns where the sum of a model stands, in the format of sha256sum."""
    return model.with_name(model.name + ".sha256")


def write(model: Path) -> None:
    sum_file(model).write_text(f"{_sum(model)}  {model.name}\n", encoding="ascii")


def check(model: Path) -> None:
    """Raises Tampered where a model's file is not the one that its sum was written for, or has no sum."""
    try:
        expected = sum_file(model).read_text(encoding="ascii").split()[0]
    except (OSError, ValueError, IndexError):
        raise Tampered(f"{model} has no sum beside it, so nobody knows what it is. Run `make train`, or, if you made it yourself, "
                       f"`.venv/bin/python -m addons.model_sum {model}`.") from None
    if not hmac.compare_digest(expected, _sum(model)):
        raise Tampered(f"{model} was changed after it was trained, and is not loaded. Delete it and run `make train`.")


def _sum(model: Path) -> str:
    with model.open("rb") as stream:
        found = hashlib.sha256()
        while block := stream.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def main(arguments: Optional[List[str]] = None) -> int:
    """Writes the sum of a model that you trust."""
    parser = argparse.ArgumentParser(prog="python -m addons.model_sum", description=__doc__)
    parser.add_argument("model", type=Path)
    write(parser.parse_args(arguments).model)
    return 0


if __name__ == "__main__":
    sys.exit(main())

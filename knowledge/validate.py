"""Checks the knowledge files: `make validate`. Prints every problem with file, path and remedy, and hints where it may stay."""
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import List, Optional

from knowledge import checks
from knowledge.problems import KnowledgeError
from knowledge.store import HERE, load


def main(arguments: Optional[List[str]] = None) -> int:
    """Returns 0 if all is well, 1 if there are problems."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.validate", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=HERE, help="the knowledge folder; this one if left out")
    args = parser.parse_args(arguments)
    try:
        know = load(args.folder)
    except KnowledgeError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(f"{len(error.problems)} problem(s).", file=sys.stderr)
        return 1
    for hint in checks.hints(know):
        print(f"Hint: {hint}")
    print(f"Knowledge is valid: {len(know.exercises)} exercises, {len(know.entries)} claims, {len(know.sources)} sources.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

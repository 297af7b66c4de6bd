"""Starts the file of a new exercise: `make new-exercise NAME=box_squat`. Every key stands in it with a line on what belongs there."""
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import List, Optional, Tuple

import yaml

from knowledge.checks import home_of
from knowledge.problems import KnowledgeError
from knowledge.schema import NamedExercise, Word
from knowledge.store import HERE, Knowledge, read
from knowledge.template import new_file
from knowledge.text import key_of

CATALOG = "catalog.yml"


class Refused(Exception):
    """The file cannot be started; the message says why and what to do."""


def start(exercise: str, folder: Path = HERE) -> Tuple[Path, Optional[NamedExercise]]:
    """Writes ``exercises/<exercise>.yml``.

    An exercise that was known by name only leaves the catalog: its names move into the new file.

    Returns:
        The new file, and what the catalog had of the exercise.

    Raises:
        Refused: the name is malformed or taken.
        KnowledgeError: the knowledge cannot be read.
    """
    know, _ = read(folder)
    try:
        Word(id=exercise, name=exercise)
    except ValueError as error:
        raise Refused(f'"{exercise}" cannot name a file; use lower case words joined by "_", such as hip_thrust.') from error
    path = folder / "exercises" / f"{exercise}.yml"
    if path.exists():
        raise Refused(f"knowledge/exercises/{path.name} is already there; open it, or choose another name.")
    listed = know.named.get(exercise)
    name = listed.name if listed else exercise.replace("_", " ")
    if taken := _taken(exercise, name, know):
        raise Refused(taken)
    path.write_text(new_file(exercise, name, {"aliases": listed.aliases, "misspellings": listed.misspellings} if listed else {}),
                    encoding="utf-8")
    if listed is not None:
        _strike(folder / CATALOG, exercise)
    return path, listed


def _taken(exercise: str, name: str, know: Knowledge) -> Optional[str]:
    """Returns who has the id or the name already, None if nobody has."""
    for kind, words in know.words().items():
        for word in words:
            home = f"{word.id} (knowledge/{home_of(kind, word, know)})"
            if word.id == exercise and exercise not in know.named:
                return f'The id "{exercise}" is taken by the {kind.replace("_", " ")} {home}; choose another name.'
            if word.id != exercise and key_of(name) in map(key_of, word.names):
                return f'"{name}" is already a name of {home}; choose another name, or take it out there first.'
    return None


def _strike(catalog: Path, exercise: str) -> None:
    """Takes an item out of the catalog and leaves every other line as it is."""
    text = catalog.read_text(encoding="utf-8")
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    items = root.value if root is not None else []
    starts = [*(item.start_mark.line for item in items), len(text.splitlines())]
    number = next(n for n, item in enumerate(items) if any(key.value == "id" and value.value == exercise for key, value in item.value))
    lines = text.splitlines(keepends=True)
    catalog.write_text("".join(lines[:starts[number]] + lines[starts[number + 1]:]), encoding="utf-8")


def main(arguments: Optional[List[str]] = None) -> int:
    """Returns 0 if the file was started, 1 if not."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.new_exercise", description=__doc__)
    parser.add_argument("name", help="the id of the exercise: lower case words joined by _")
    args = parser.parse_args(arguments)
    try:
        path, listed = start(args.name)
    except (Refused, KnowledgeError) as error:
        print(error, file=sys.stderr)
        return 1
    if listed is not None:
        print(f"{listed.name} was known by name only; its names moved from knowledge/{CATALOG} into the new file. "
              f"Its answers came from {listed.like}, which may be a model for yours." if listed.like else "")
    print(f"Started knowledge/exercises/{path.name}. `make validate` says what to write, `make preview EXERCISE={args.name}` shows the answers.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

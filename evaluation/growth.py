"""What more exercises cost: trains a copy of the project with made-up exercises beside one without, and times the same messages in both.

    python -m evaluation.growth --exercises 100

A made-up exercise has the structure of a file of the project, a name of its own and varied sentences. Messages go to both copies by
turns, so that noise of the machine hits both. Nothing is written into the project.
"""
from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from evaluation.copies import ROOT, Copy, write_yaml
from evaluation.replies import questions
from knowledge.files import read_yaml

MESSAGES = 60
FIRST = "bran dorl fen gal harb jor kelm lorn marv nost pel quil ras selk torv ulm varn welb yar zin".split()
LAST = "dit fow gan lek mip nov rud sab tash vick".split()
KINDS = "press squat raise curl lunge hinge bridge".split()
SAID = ("{}", "As a rule: {}", "In short: {}", "Most coaches agree: {}", "For most people: {}")
ASKED = ("{}", "{} please", "quick one: {}", "{}, any idea", "hey, {}", "tell me: {}")
ROOM = 36
"""Claims with more words get no opener, so that they stay within the limit."""


def names(count: int, chance: random.Random) -> List[str]:
    """Returns made-up names such as "torvick press", each once."""
    every = [f"{first}{last} {kind}" for first in FIRST for last in LAST for kind in KINDS]
    return chance.sample(every, count)


def made_up(model: Dict[str, Any], name: str, chance: random.Random) -> Dict[str, Any]:
    """Returns an exercise file with the structure of ``model``, under another name and with varied sentences."""
    own = sorted([model["name"], *model.get("aliases", []), *model.get("misspellings", [])], key=len, reverse=True)
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, own)) + r")\b", re.IGNORECASE)

    def varied(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {inner: varied(item, inner) for inner, item in value.items()}
        if isinstance(value, list):
            return [varied(item, key) for item in value]
        if key not in ("say", "why", "but", "asks"):
            return value
        text = pattern.sub(name, str(value))
        forms = ASKED if key == "asks" else SAID if key == "say" and len(text.split()) <= ROOM else SAID[:1]
        return chance.choice(forms).format(text)

    first, _, kind = name.partition(" ")
    made = {key: varied(value, key) for key, value in model.items() if key not in ("mistaken_for", "misspellings")}
    return {**made, "id": name.replace(" ", "_"), "name": name, "aliases": [f"{first} {kind} machine", f"{kind} of {first}", f"{first}{kind}"]}


def grow(copy: Copy, count: int) -> None:
    """Adds ``count`` made-up exercises to a copy, from the smaller files of the project, about as long as a writer's first."""
    chance = random.Random(0)  # noqa: S311 - nothing secret
    paths = sorted((copy.folder / "knowledge" / "exercises").glob("*.yml"), key=lambda path: path.stat().st_size)
    models = [read_yaml(path) for path in paths[:len(paths) // 2]]
    for number, name in enumerate(names(count, chance)):
        made = made_up(models[number % len(models)], name, chance)
        write_yaml(copy.folder / "knowledge" / "exercises" / f"{made['id']}.yml", made)


def trained(copy: Copy) -> float:
    """Trains a copy and returns the seconds that it took."""
    start = time.perf_counter()
    copy.train()
    return time.perf_counter() - start


def message_times(copies: Sequence[Copy], texts: Sequence[str], rounds: int) -> Tuple[List[float], ...]:
    """Returns for each copy the time of each text in milliseconds, the median of ``rounds``; the copies take turns."""
    found: List[Dict[str, List[float]]] = [{text: [] for text in texts} for _ in copies]
    talkers = [copy.talk() for copy in copies]
    for talker in talkers:
        for number, text in enumerate(texts[:5]):
            talker.send(f"warm-{number}", text=text)
    places = list(range(len(copies)))
    for turn in range(rounds):
        places.reverse()
        for number, text in enumerate(texts):
            for place in places:
                start = time.perf_counter()
                talkers[place].send(f"{turn}-{number}", text=text)
                found[place][text].append((time.perf_counter() - start) * 1000)
    for talker in talkers:
        talker.close()
    return tuple([statistics.median(times) for times in by_text.values()] for by_text in found)


def figures(exercises: int = 100, rounds: int = 5) -> Dict[str, float]:
    """Returns seconds of training and milliseconds of a message (median), as the project is and with more exercises."""
    with tempfile.TemporaryDirectory() as name:
        base, grown = Copy(Path(name, "base")), Copy(Path(name, "grown"))
        grow(grown, exercises)
        labels = ("exercises as they are", f"{exercises} more exercises")
        found = {}
        for copy, label in zip((base, grown), labels, strict=True):
            copy.run("knowledge.validate")
            found[f"{label}: training, s"] = trained(copy)
        file = ROOT / "evaluation" / "questions" / "heldout.yml"
        texts = [item["text"] for item in questions(file)][::5][:MESSAGES]
        for label, times in zip(labels, message_times((base, grown), texts, rounds), strict=True):
            found[f"{label}: message, ms"] = statistics.median(times)
    return found


def main(arguments: Optional[List[str]] = None) -> int:
    """Measures, prints the figures and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.growth", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exercises", type=int, default=100, help="how many are made up (100)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each message is sent (5)")
    args = parser.parse_args(arguments)
    for label, value in figures(args.exercises, args.rounds).items():
        print(f"{label:45} {value:8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

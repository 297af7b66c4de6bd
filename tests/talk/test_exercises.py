"""Questions about each exercise and about general terms, asked through the trained model; the replies must carry what the sources say.

One file an exercise in tests/talk/exercises/ and one for the terms, each a list of entries: ``ask`` is the question, ``says`` words of a
right reply ("a|b" where either will do), ``not`` words of a wrong one, ``topic`` what it is about. Words are compared in lower case.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List

import pytest
import yaml

import knowledge
from knowledge.schema import TOPICS
from knowledge.text import key_of

FILES = sorted((Path(__file__).parent / "exercises").glob("*.yml"))
OF_EXERCISES = [path for path in FILES if path.stem != "terms"]
LEAST = 12
KEYS = {"ask", "says", "not", "topic"}


def entries(path: Path) -> List[Dict[str, Any]]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("exercise", "entry"), [
    pytest.param(path.stem, entry, id=f"{path.stem}-{number}-{entry['topic']}")
    for path in FILES for number, entry in enumerate(entries(path), 1)
])
def test_the_reply_carries_the_facts(new_talk, exercise, entry):
    reply = new_talk().say(entry["ask"]).text
    said = reply.lower()
    missing = [words for words in entry["says"] if not any(word in said for word in words.split("|"))]
    wrong = [word for word in entry.get("not", []) if word in said]
    assert not missing and not wrong, f"{entry['ask']}\n{reply}\nmissing: {missing}\nwrong: {wrong}"


@pytest.mark.parametrize("path", OF_EXERCISES, ids=lambda path: path.stem)
def test_every_topic_is_asked(path):
    listed = entries(path)
    assert len(listed) >= LEAST
    assert {entry["topic"] for entry in listed} == set(TOPICS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_files_are_well_formed(path):
    for entry in entries(path):
        assert set(entry) <= KEYS and entry["says"] and entry["topic"] in TOPICS, entry["ask"]
        assert all(word == word.lower() for word in [*entry["says"], *entry.get("not", [])]), entry["ask"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_question_is_copied_from_the_knowledge(path):
    written = {key_of(ask) for entry in knowledge.shared().entries.values() for ask in entry.claim.asks}
    assert not [entry["ask"] for entry in entries(path) if key_of(entry["ask"]) in written]


def test_every_exercise_has_its_questions():
    assert {path.stem for path in OF_EXERCISES} == set(knowledge.shared().exercises)

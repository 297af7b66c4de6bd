"""Fixtures: the trained assistant is loaded once; every talk gets a conversation of its own."""
from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)

from addons.assistant import ENVIRONMENT  # noqa: E402

os.environ.update({name: value for name, value in ENVIRONMENT.items() if name not in os.environ})

import knowledge  # noqa: E402

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def know():
    return knowledge.shared()


@pytest.fixture(scope="session")
def replies():
    from evaluation.replies import Replies

    return Replies()


class Talk:
    """One conversation: say something, look at the record of the turn."""

    def __init__(self, replies, name):
        self._replies, self._name = replies, name

    def say(self, text):
        return Turn(self._replies.one({"text": text}, self._name))

    def click(self, payload):
        return Turn(self._replies.one({"click": payload}, self._name))

    def say_all(self, *texts):
        """Says several things and returns the last turn."""
        turn = None
        for text in texts:
            turn = self.say(text)
        return turn


class Turn:
    """A turn's record with its texts joined."""

    def __init__(self, record):
        self.record = record
        self.text = "\n".join(reply["text"] for reply in record["replies"])
        self.buttons = [button for reply in record["replies"] for button in reply["buttons"]]

    def __getattr__(self, name):
        return self.record[name]


@pytest.fixture
def talk(replies):
    return Talk(replies, f"test-{next(_numbers)}")


@pytest.fixture
def new_talk(replies):
    return lambda: Talk(replies, f"test-{next(_numbers)}")

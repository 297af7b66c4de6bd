"""A short run of what `make fuzz` does at length."""
from __future__ import annotations

from tests.fuzz.messages import messages
from tests.fuzz.run import problem, talked


def test_a_seed_names_its_messages(know):
    assert list(messages(7, 50, know)) == list(messages(7, 50, know)) != list(messages(8, 50, know))


def test_what_is_looked_for_is_found():
    assert problem({"replies": []}, "") == problem({"replies": [{"text": " "}]}, "") == "an empty reply"
    assert "Traceback" in problem({"replies": [{"text": "Traceback (most recent call last)"}]}, "squats")
    assert "None" in problem({"replies": [{"text": "Use None kg."}]}, "squats")
    assert problem({"replies": [{"text": "None of it is a must. None is better."}]}, "squats") == ""
    assert problem({"replies": [{"text": "Main muscles: quads."}]}, "squats") == ""


def test_200_random_messages_get_an_answer(replies):
    assert talked(replies, 2026, 200) == []

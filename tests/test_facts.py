"""Every fact of the article can be asked for, and its answer comes from the claims that carry it.

tests/facts.yml holds a question of our own per fact and the words that a right answer must contain, written before any reply was
looked at. The second test takes the claims of a fact out of the loaded knowledge (the model stays) and requires that check to fail.
"""
from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import knowledge

FACTS = yaml.safe_load((Path(__file__).parent / "facts.yml").read_text(encoding="utf-8"))
IDS = [item["fact"] for item in FACTS]
BY_TRAITS = {fact for exercise in knowledge.shared().exercises.values() for fact in exercise.traits.facts}
"""Facts that comparisons also state from the coarse levels of an exercise; they stand in no claim that could be taken out."""
IN_CLAIMS = [item for item in FACTS if item["fact"] not in BY_TRAITS]


def holds(item, text):
    return all(re.search(pattern, text, re.IGNORECASE) for pattern in item["expect"]) and not any(
        re.search(pattern, text, re.IGNORECASE) for pattern in item.get("forbid", []))


def test_every_fact_of_the_article_is_there():
    assert IDS == [f"F{number}" for number in range(1, 172)]


def test_every_fact_has_a_claim(know):
    carried = {fact for entry in know.entries.values() for fact in entry.claim.facts}
    assert set(IDS) <= carried


@pytest.mark.parametrize("item", FACTS, ids=IDS)
def test_the_fact_is_answered(item, talk):
    turn = talk.say(item["ask"])
    assert holds(item, turn.text), f"{item['ask']}\n{turn.text}"
    assert all(len(reply["text"].split()) <= 95 for reply in turn.replies)  # one reply for each question of the message


@pytest.mark.parametrize("item", IN_CLAIMS, ids=[item["fact"] for item in IN_CLAIMS])
def test_without_its_claims_the_fact_is_not_answered(item, talk, know, monkeypatch):
    without = know.without(lambda entry: item["fact"] in entry.claim.facts)
    monkeypatch.setattr(knowledge, "shared", lambda: without)
    turn = talk.say(item["ask"])
    assert not holds(item, turn.text), f"{item['ask']}\n{turn.text}"

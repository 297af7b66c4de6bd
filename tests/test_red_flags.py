"""Regression of red flags: 440 sentences that must stop everything, 452 ordinary ones that sound alike."""
from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from addons.channels.incoming import clean

SENTENCES = yaml.safe_load((Path(__file__).parent / "red_flags.yml").read_text(encoding="utf-8"))
LEAST_RECALL, MOST_FALSE_ALARMS = 0.97, 0.1
"""The ordinary sentences here are chosen to sound like emergencies; among everyday questions false alarms are rarer by far."""


@pytest.fixture(scope="module")
def parse(replies):
    agent, loop = replies.assistant.agent, replies.assistant.loop
    return lambda text: loop.run_until_complete(agent.parse_message(clean(text)))


def raised(parsed):
    return parsed["intent"]["name"] == "report_red_flag"


@pytest.fixture(scope="module")
def positives(parse):
    return [(item, parse(item["text"])) for item in SENTENCES["positive"]]


def test_there_are_enough_sentences():
    assert len(SENTENCES["positive"]) >= 300 and len(SENTENCES["negative"]) >= 300


def test_red_flags_are_found(positives):
    missed = [item["text"] for item, parsed in positives if not raised(parsed)]
    assert len(missed) <= (1 - LEAST_RECALL) * len(positives), missed


@pytest.mark.parametrize("tier", ["S", "D"])
def test_self_harm_and_eating_disorders_get_their_own_words(positives, know, tier):
    for item, parsed in positives:
        if item["tier"] == tier:
            flags = [know.red_flags[e["value"]].tier.value for e in parsed["entities"] if e["entity"] == "red_flag"]
            assert tier in flags, item["text"]


def test_ordinary_messages_rarely_raise_an_alarm(parse):
    false = [item["text"] for item in SENTENCES["negative"] if raised(parse(item["text"]))]
    assert len(false) <= MOST_FALSE_ALARMS * len(SENTENCES["negative"]), false


def test_the_bare_name_of_a_condition_is_no_emergency(parse, know):
    named = [condition.name for condition in know.conditions.values() if not condition.sudden]
    false = [name for name in named for text in (name, f"I have {name}", f"a bit of {name} for 3 years") if raised(parse(text))]
    assert len(named) > 40 and not false, false


def test_what_happens_beside_the_name_of_a_condition_still_counts(parse):
    for text in ("I have a hernia and the lump is hard and purple", "sciatica and now I can't feel my crotch", "I think I have a blood clot"):
        assert raised(parse(text)), text

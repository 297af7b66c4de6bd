"""Searches for a person or condition, machines that are taken, and people who were cleared or wait to be."""
from __future__ import annotations

import pytest


@pytest.mark.parametrize(("text", "words", "not_words"), [
    ("which leg exercise suits my 77 year old dad, his balance is poor", ["balance", "seated leg press"], ["choose the hip abduction"]),
    ("i have a stoma, which machines for the legs?", ["stoma", "surgeon"], ["choose the hip"]),
    ("the leg press is broken, what can i do", ["hack squat"], ["leg presses instead of"]),
    ("hack squat is always taken", ["taken", "leg press"], ["no checked fact"]),
    ("leg press 1st or leg curl 1st for bigger hamstrings", ["leg curl, then leg press"], []),
    ("my hernia repair was cleared by the surgeon, may i leg press now", ["release"], ["until your surgeon lifts"]),
])
def test_the_lead_says(talk, text, words, not_words):
    lead = talk.say(text).text.splitlines()[0].lower()
    assert all(word in lead for word in words), lead
    assert not any(word in lead for word in not_words), lead

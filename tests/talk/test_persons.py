"""Searches for a person or condition, machines that are taken, people who were cleared or wait to be, and those who told nothing of the kind."""
from __future__ import annotations

import pytest


@pytest.mark.parametrize(("text", "words", "not_words"), [
    ("which leg exercise suits my 77 year old dad, his balance is poor", ["balance", "seated leg press"], ["choose the hip abduction"]),
    ("i have a stoma, which machines for the legs?", ["stoma", "surgeon"], ["choose the hip"]),
    ("the leg press is broken, what can i do", ["hack squat"], ["leg presses instead of"]),
    ("hack squat is always taken", ["taken", "leg press"], ["no checked fact"]),
    ("leg press 1st or leg curl 1st for bigger hamstrings", ["leg curl, then leg press"], []),
    ("what can i use rather than a barbell for squatting", ["goblet squat"], ["elbow"]),
    ("i gain size fast in my thighs, should i keep off leg press", ["thigh"], ["your sport"]),
    ("is sumo kinder to my knees", ["sumo", "conventional"], ["choose", "bridges"]),
    ("are low bar and high bar squats different for quads", ["high-bar", "upright"], ["names for the back squat"]),
    ("my hernia repair was cleared by the surgeon, may i leg press now", ["release"], ["until your surgeon lifts"]),
])
def test_the_lead_says(talk, text, words, not_words):
    lead = talk.say(text).text.splitlines()[0].lower()
    assert all(word in lead for word in words), lead
    assert not any(word in lead for word in not_words), lead

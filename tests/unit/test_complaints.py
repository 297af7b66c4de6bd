"""Complaints about parts of the body tell of a condition, however they are put."""
from __future__ import annotations

import pytest

from knowledge.complaints import ComplaintMatcher


@pytest.fixture(scope="module")
def matcher(know):
    return ComplaintMatcher(list(know.conditions.values()), know.complaints)


@pytest.mark.parametrize(("text", "condition", "words"), [
    ("hack squats with a knackered right knee", "knee_pain", "knackered right knee"),
    ("front or back squat, my lower back is a bit ropey", "back_pain", "lower back is a bit ropey"),
    ("hips have been playing up all winter", "hip_pain", "hips have been playing up"),
    ("I tweaked my shoulder, belt squat instead?", "shoulder_injury", "tweaked my shoulder"),
    ("wonky wrists and the front rack", "joint_problem", "wonky wrists"),
    ("my knees aren't what they were", "knee_pain", "knees aren't what they were"),
])
def test_a_complaint_is_found_where_it_stands(matcher, text, condition, words):
    found = matcher.find(text)
    assert [(item.condition, text[item.start:item.end], item.negated) for item in found] == [(condition, words, False)]


def test_a_denied_complaint_is_told_apart(matcher):
    assert [(item.condition, item.negated) for item in matcher.find("no knee trouble, just new to this")] == [("knee_pain", True)]


@pytest.mark.parametrize("text", [
    "is it bad for knees", "my bad back squat form", "back is sore after heavy rows", "knees over toes",
    "why does rounding the back get a bad name", "sore quads", "keep the back. Bad idea otherwise"])
def test_what_only_sounds_like_one_is_left_alone(matcher, text):
    assert matcher.find(text) == []

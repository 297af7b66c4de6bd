"""What each form slot accepts, as a table."""
from __future__ import annotations

import pytest

from actions import quantities
from actions.forms.reading import looks_like_question, read_all
from actions.mentions import Mention
from actions.question import Question


def question(text, intent="inform", **entities):
    mentions = [Mention(entity, value, value) for entity, value in entities.items()]
    mentions += [Mention("number", q.text(), amount=q.value, unit=q.unit, second=q.second) for q in quantities.find(text)]
    return Question(text, intent, 0.9, tuple(mentions))


@pytest.mark.parametrize(("slot", "text", "value"), [
    ("sessions_per_week", "3", 3), ("sessions_per_week", "twice a week", 2), ("sessions_per_week", "maybe four times", 4),
    ("experience", "6 months", "intermediate"), ("experience", "3 months", "beginner"), ("experience", "5 years", "advanced"),
    ("experience", "never done it", "beginner"), ("health", "nothing", {"answer": "no", "conditions": []}),
    ("health", "yes", {"answer": "yes", "conditions": []}), ("health", "I'm 70", {"answer": "yes", "conditions": ["age_over_65"]}),
    ("clearance", "yes she did", "yes"), ("clearance", "not yet", "no"), ("recent_set", "skip it", {"skipped": True}),
    ("recent_set", "never used it", {"skipped": True}), ("recent_set", "225 lbs for 8", {"load": 225, "unit": "lb", "reps": 8, "rir": 0}),
    ("recent_set", "100 kg x 10, two left", {"load": 100, "unit": "kg", "reps": 10, "rir": 2}),
    ("recent_set", "100 8 2", {"load": 100, "unit": "kg", "reps": 8, "rir": 2}),
])
def test_answers_are_read(know, slot, text, value):
    assert read_all(question(text), slot, [slot], know)[slot].value == value


@pytest.mark.parametrize(("slot", "text"), [
    ("sessions_per_week", "0"), ("sessions_per_week", "9 days"), ("sessions_per_week", "2.5 days"), ("recent_set", "-50 kg for 8"),
    ("recent_set", "60 kg for 1000 reps"), ("recent_set", "60 kg for 0 reps")])
def test_bad_values_are_a_problem(know, slot, text):
    assert read_all(question(text), slot, [slot], know)[slot].problem


def test_nothing_is_read_that_was_not_asked_or_said(know):
    assert read_all(question("I had two eggs"), None, ["sessions_per_week", "health", "clearance", "recent_set"], know) == {}


@pytest.mark.parametrize(("text", "wanted"), [("what does RIR mean", True), ("is it safe?", True), ("3 days", False), ("I can do 3 days", False)])
def test_questions_are_told_from_answers(text, wanted):
    assert looks_like_question(text) is wanted


@pytest.mark.parametrize(("text", "entities", "asked", "value"), [
    ("only dumbbells", {"equipment": "dumbbell"}, True, ["dumbbell"]),
    ("leg day with a barbell", {"equipment": "barbell"}, False, ["barbell"]),
    ("nothing at all", {}, True, ["bodyweight"]),
    ("I go to a gym", {}, True, ["gym"]),
    ("everything", {}, True, ["gym"]),
    ("the leg press", {"exercise": "leg_press"}, True, ["gym"]),
    ("at home", {"equipment": "home"}, True, None),
    ("at home, no leg press machine", {"equipment": "no_machine", "exercise": "leg_press"}, False, None),
    ("in my home gym", {"equipment": "home"}, False, None),
])
def test_equipment_is_read(know, text, entities, asked, value):
    found = read_all(question(text, **entities), "equipment" if asked else None, ["equipment"], know)
    assert (found["equipment"].value if found else None) == value


@pytest.mark.parametrize(("text", "size"), [
    ("a leg day of 4 exercises", 4), ("five leg exercises please", 5), ("in 45 minutes", 4), ("half an hour", 3), ("I have an hour", 5),
    ("leg day", None)])
def test_the_length_of_a_session_is_read(know, text, size):
    found = read_all(question(text, "request_session"), None, ["session_size"], know)
    assert (found["session_size"].value if found else None) == size


def test_exercises_wanted_and_not_wanted_are_read(know):
    asked = Question("leg day with lunges, no squats", "request_session", 0.9,
                     (Mention("exercise", "lunge", "lunges"), Mention("exercise", "squat", "squats", negated=True)))
    found = read_all(asked, None, ["named_exercises", "unwanted_exercises"], know)
    assert found["named_exercises"].value == ["lunge"]
    assert {"back_squat", "front_squat", "goblet_squat"} <= set(found["unwanted_exercises"].value)

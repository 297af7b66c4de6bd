"""What figures and words tell of the person beside the names they hold."""
import pytest

from actions import quantities
from actions.mentions import Mention
from actions.people import ORDINARY_PRESSURE, WORRY, with_told


def told(text, *mentions):
    numbers = [Mention("number", q.text(), amount=q.value, unit=q.unit, second=q.second) for q in quantities.find(text)]
    return with_told(text, [*mentions, *numbers])


def groups(text):
    return [m.value for m in told(text) if m.entity == "group"]


@pytest.mark.parametrize(("text", "group"), [
    ("would lunges suit somebody of 72", "older_adults"), ("gran is 81 and keen", "older_adults"), ("a 66-year-old man, step-ups?", "older_adults"),
    ("I'm 16 and squat", "teenagers"), ("my niece 12 wants to press", "teenagers"), ("is 13 too early for a bar", "teenagers"),
    ("I weigh 150 kg, which machine", "heavy_people"), ("im 300 lbs and new", "heavy_people"), ("I'm 6'4 and hate squats", "tall_people"),
    ("at 197 cm I run out of seat", "tall_people"),
])
def test_a_figure_tells_the_group(text, group):
    assert groups(text) == [group]


@pytest.mark.parametrize("text", [
    "I press 150 kg for 8", "60 kg for 12 reps", "is 40 kg too heavy", "3 sets of 12", "I'm 35 and healthy", "i am on 140 kg now", "squat 16 reps",
    "70 % of my max", "deadlift 200 kg at 90 kg bodyweight"])
def test_other_figures_tell_none(text):
    assert groups(text) == []


def test_a_group_that_is_named_is_not_told_twice():
    assert [m for m in told("im 15, a teenager", Mention("group", "teenagers", "teenager")) if m.entity == "group"] == [
        Mention("group", "teenagers", "teenager")]


def test_an_ordinary_reading_is_no_condition_and_a_high_one_stays_one():
    bp = Mention("condition", "high_blood_pressure", "bp")
    ordinary = told("my bp is 118/76", bp)
    assert not [m for m in ordinary if m.entity == "condition"] and Mention("aspect", ORDINARY_PRESSURE) in ordinary
    high = told("my bp is 165/101", bp)
    assert bp in high and Mention("aspect", ORDINARY_PRESSURE) not in high


@pytest.mark.parametrize(("text", "name", "entity"), [
    ("do deadlifts give you a hernia", "hernia", WORRY), ("what is the risk of a slipped disc", "slipped disc", WORRY),
    ("scared of getting arthritis from squats", "arthritis", WORRY), ("I have a hernia, can I press", "hernia", "condition"),
    ("worth risking my slipped disc again", "slipped disc", "condition"), ("got arthritis, any risk?", "arthritis", "condition"),
])
def test_a_condition_feared_is_told_from_one_that_is_there(text, name, entity):
    assert told(text, Mention("condition", "x", name))[0].entity == entity


@pytest.mark.parametrize(("text", "condition"), [
    ("glute bridge at 33 weeks?", "pregnancy"), ("I'm 20 weeks, squats ok?", "pregnancy"), ("my lad is 14, how heavy", "age_under_18")])
def test_weeks_along_and_a_young_age_tell_a_condition(text, condition):
    assert condition in [m.value for m in told(text) if m.entity == "condition"]


@pytest.mark.parametrize("text", ["at 12 weeks post op", "I'm 6 weeks in", "12 weeks of squats", "at 20 reps"])
def test_other_weeks_tell_no_pregnancy(text):
    assert not [m for m in told(text) if m.entity == "condition"]


def test_what_runs_in_the_family_is_feared():
    assert told("an aneurysm in my family, press heavy?", Mention("condition", "aneurysm", "aneurysm"))[0].entity == WORRY


def test_a_high_reading_is_a_condition_without_its_name():
    assert "high_blood_pressure" in [m.value for m in told("152 over 96, steps ok?") if m.entity == "condition"]


def test_the_rear_leg_is_no_back(know):
    back = Mention("body_part", "lower_back", "back")
    assert back not in told("I feel it in the back leg", back) and back in told("I feel it in my back", back)

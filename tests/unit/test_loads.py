import pytest

from actions import quantities
from actions.loads import both_units, computed, estimate_1rm, round_to_plates, times_body_weight
from actions.mentions import Mention
from actions.question import Question
from actions.subject import Subject


def test_a_hundred_kilos_for_five_to_failure_is_about_117():
    figure, low, high = estimate_1rm(100, 5)
    assert figure == pytest.approx(116.7, abs=0.1)
    assert (low, high) == (pytest.approx(figure * 0.95), pytest.approx(figure * 1.05))


def test_above_five_reps_the_lower_equation_and_a_wider_range_count():
    figure, low, high = estimate_1rm(100, 8, 2)
    assert figure == pytest.approx(min(100 * (1 + 10 / 30), 100 * 10 ** 0.10))
    assert high / figure == pytest.approx(1.10)


@pytest.mark.parametrize(("reps", "left"), [(13, 0), (10, 3), (30, 0), (0, 0)])
def test_no_estimate_from_long_or_empty_sets(reps, left):
    assert estimate_1rm(100, reps, left) is None


def test_a_single_without_reserve_is_the_maximum():
    assert estimate_1rm(150, 1) == (150, 150, 150)


@pytest.mark.parametrize(("load", "unit", "down", "wanted"), [
    (101.2, "kg", True, 100.0), (101.3, "kg", False, 102.5), (102.5, "kg", True, 102.5), (228, "lb", True, 225.0), (228, "lb", False, 230.0),
    (1, "kg", True, 0.0)])
def test_loads_round_to_what_a_gym_has(load, unit, down, wanted):
    assert round_to_plates(load, unit, down) == wanted


def test_loads_are_told_in_both_units():
    assert both_units(100, "kg") == "100 kg (220 lb)"
    assert both_units(225, "lb") == "225 lb (102 kg)"


def told(text, *mentions):
    numbers = [Mention("number", q.text(), amount=q.value, unit=q.unit) for q in quantities.find(text)]
    return Question(text, "ask_load", 1.0, (*mentions, *numbers))


@pytest.mark.parametrize(("text", "sentence"), [
    ("is a 120 kg squat decent at 80 kg bodyweight", "120 kg (265 lb) is 1.5 times your body weight."),
    ("I weigh 200 lb and press 500 lb, good?", "500 lb (227 kg) is 2.5 times your body weight.")])
def test_a_load_is_told_in_body_weights(know, text, sentence):
    assert times_body_weight(told(text), know) == sentence


@pytest.mark.parametrize("text", ["is 120 kg decent", "60 kg then 80 kg, ok?", "I weigh 80 kg"])
def test_without_both_figures_there_is_no_ratio(know, text):
    assert times_body_weight(told(text), know) is None


def test_a_warm_up_goes_up_in_steps_below_the_work_load(know):
    question = told("warm-up before 130 kg", Mention("aspect", "warm_up", "warm-up"))
    result = computed(question, Subject("back_squat", "named"), know)
    assert "57.5 kg (127 lb) for 8 to 10 reps, 82.5 kg (182 lb) for 4 to 6 reps, 110 kg (243 lb) for 2 or 3 reps" in result.lead


def test_a_maximum_is_worked_out_of_sets_and_load(know):
    question = told("1rm from 5 x 120", Mention("term", "one_rm", "1rm"))
    assert "140 kg (309 lb)" in computed(question, Subject("conventional_deadlift", "named"), know).lead

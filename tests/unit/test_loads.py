import pytest

from actions.loads import both_units, estimate_1rm, round_to_plates


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

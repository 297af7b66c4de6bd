"""Filters over the exercises: equipment, muscle, health, experience, and the better exercise for a goal."""
from __future__ import annotations

import pytest

from actions import selecting
from actions.selecting import better, equipment_of, fitting, limiting, prime_movers, rating, trains, way_to_do


def ids(exercises):
    return [exercise.id for exercise in exercises]


@pytest.mark.parametrize(("kits", "can", "cannot"), [
    (["gym"], ["leg_press_45", "back_squat", "lunge", "inverted_leg_press"], []),
    (["barbell"], ["back_squat", "romanian_deadlift", "lunge"], ["leg_press_45", "leg_extension", "hip_adduction"]),
    (["dumbbell"], ["goblet_squat", "romanian_deadlift", "step_up"], ["back_squat", "hack_squat"]),
    (["bodyweight"], ["lunge", "standing_calf_raise"], ["romanian_deadlift", "seated_calf_raise", "back_squat"]),
    (["resistance_band"], ["hip_abduction", "leg_curl"], ["hip_adduction"]),
])
def test_equipment_decides_what_can_be_done(know, kits, can, cannot):
    found = ids(fitting(know, have=equipment_of(kits, know)))
    assert set(can) <= set(found) and not set(cannot) & set(found)


def test_another_way_to_do_an_exercise_is_told(know):
    hinge = know.exercises["romanian_deadlift"]
    assert way_to_do(hinge, equipment_of(["barbell"], know)).how == ""
    assert "dumbbells" in way_to_do(hinge, equipment_of(["dumbbell"], know)).how
    assert way_to_do(hinge, equipment_of(["bodyweight"], know)) is None


@pytest.mark.parametrize(("exercise", "conditions", "reason"), [
    ("back_squat", ["back_pain"], "back_pain"),
    ("leg_curl", ["back_pain"], None),
    ("hack_squat", ["kneecap_pain"], "kneecap_pain"),
    ("leg_press_45", ["kneecap_pain"], None),
    ("inverted_leg_press", ["asthma", "pregnancy"], "pregnancy"),
    ("lunge", ["vertigo"], "vertigo"),
    ("back_squat", [], None),
])
def test_health_limits_are_kept(know, exercise, conditions, reason):
    assert limiting(know.exercises[exercise], conditions, know) == reason


def test_a_part_of_a_muscle_is_trained_with_its_group(know):
    squat = know.exercises["back_squat"]
    assert prime_movers(squat, know) == ("quadriceps", "glutes")
    assert trains(squat, "glutes", know) and trains(squat, "gluteus_maximus", know) and trains(squat, "vastus_lateralis", know)
    assert not trains(squat, "calves", know)


def test_every_exercise_has_a_movement_pattern(know):
    patterns = {pattern.id for pattern in know.sessions.patterns}
    assert {exercise.traits.pattern for exercise in know.exercises.values()} == patterns


def test_every_unsuited_goal_has_a_better_exercise_that_suits_it(know):
    for exercise in know.exercises.values():
        for goal in exercise.programming.goals:
            if goal.rated == selecting.SUITABLE:
                continue
            found = better(exercise, goal.goal, "intermediate", know)
            assert found, (exercise.id, goal.goal)
            assert all(rating(item, goal.goal) == "suitable" and item is not exercise for item in found)


@pytest.mark.parametrize(("exercise", "goal", "first"), [
    ("good_morning", "strength", "romanian_deadlift"), ("seated_calf_raise", "strength", "standing_calf_raise"),
    ("glute_ham_raise", "general_health", "leg_curl"), ("leg_extension", "strength", "leg_press_45")])
def test_the_better_exercise_trains_the_same_muscle(know, exercise, goal, first):
    assert better(know.exercises[exercise], goal, "intermediate", know)[0].id == first


def test_the_better_exercise_keeps_health_limits(know):
    found = ids(better(know.exercises["goblet_squat"], "strength", "intermediate", know, ["back_pain"]))
    assert found and "back_squat" not in found and "front_squat" not in found

"""The rep scheme as a pure function: its invariants over all inputs, and rows of the table."""
from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import knowledge
from actions.loads import PLATE_STEP
from actions.plan_text import plan_lines
from actions.schemes import NotSuited, Profile, RecentSet, make_plan

KNOW = knowledge.shared()
GOALS = sorted(KNOW.goals)
LEVELS = ["beginner", "intermediate", "advanced"]
PRESSES = [ex.id for ex in KNOW.exercises.values() if ex.family == "leg_press"]
RANGES = {"strength": (4, 8), "hypertrophy": (8, 15), "endurance": (15, 50)}

recent_sets = st.one_of(st.none(), st.builds(
    RecentSet, load=st.floats(1, 600), unit=st.sampled_from(["kg", "lb"]), reps=st.integers(1, 50), rir=st.integers(0, 8)))
profiles = st.builds(
    Profile, goal=st.sampled_from(GOALS), experience=st.sampled_from(LEVELS), sessions_per_week=st.integers(1, 7),
    exercise=st.sampled_from(sorted(KNOW.exercises)), recent_set=recent_sets,
    limit=st.sampled_from([None, None, "managed", "health", "return"]))


def planned(profile):
    try:
        return make_plan(profile, KNOW)
    except NotSuited:
        return None


@settings(max_examples=400, deadline=None)
@given(profiles)
def test_every_plan_keeps_the_invariants(profile):
    plan = planned(profile)
    if plan is None:
        return
    assert 4 <= len(plan.weeks) <= 8
    assert plan.sessions == min(profile.sessions_per_week, 3)
    step = PLATE_STEP[plan.unit]
    for before, after in zip(plan.weeks, plan.weeks[1:], strict=False):
        if before.load is not None:
            assert after.load <= before.load * 1.10 + 1e-6
        assert after.sets - before.sets <= 1
    for week in plan.weeks:
        assert plan.reps[0] <= week.reps <= plan.reps[1]
        assert 1 <= week.sets <= 6
        if week.load is not None:
            assert week.load >= 0 and week.load % step == pytest.approx(0, abs=1e-6)
            assert plan.estimate is not None and week.load < plan.estimate
    for item in plan.warm_up:
        if item.load is not None:
            assert item.load < plan.weeks[0].load


@settings(max_examples=300, deadline=None)
@given(profiles.filter(lambda profile: profile.limit in ("health", "return")))
def test_after_a_yes_nothing_is_heavy(profile):
    plan = planned(profile)
    if plan is None:
        return
    assert plan.goal in ("general_health", "return_from_injury") and plan.experience == "beginner"
    assert plan.estimate is None and plan.percent is None
    assert all(week.load is None and week.rir >= 4 for week in plan.weeks)
    assert min(week.reps for week in plan.weeks) >= 10
    text = "\n".join(plan_lines(plan, KNOW))
    assert not re.search(r"one-rep max|1RM|estimated max", text)


@settings(max_examples=200, deadline=None)
@given(profiles)
def test_plans_are_said_without_gaps_and_in_one_piece(profile):
    plan = planned(profile)
    if plan is None:
        return
    text = "\n".join(plan_lines(plan, KNOW))
    assert "{" not in text and "None" not in text and "\n\n" not in text
    for line in ("Warm-up", "Week 1", "Rest", "Tempo", "Progression", "Deload", "Stop the set", "Add"):
        assert line in text


@pytest.mark.parametrize("exercise", PRESSES)
@pytest.mark.parametrize("experience", LEVELS)
@pytest.mark.parametrize("goal", sorted(RANGES))
def test_leg_presses_use_the_ranges_of_the_article(goal, experience, exercise):
    plan = make_plan(Profile(goal, experience, 2, exercise), KNOW)
    low, high = RANGES[goal]
    for week in plan.weeks:
        if goal == "strength" and experience == "beginner" and week.number <= 4:
            assert 8 <= week.reps <= 12
        else:
            assert low <= week.reps <= high


def test_a_beginner_who_wants_power_builds_strength_first():
    plan = make_plan(Profile("power", "beginner", 2, "leg_press_45"), KNOW)
    assert plan.goal == "strength" and plan.power_deferred
    assert "strength first" in "\n".join(plan_lines(plan, KNOW))


def test_a_set_above_twelve_reps_is_shown_but_not_used():
    plan = make_plan(Profile("hypertrophy", "intermediate", 2, "leg_press_45", RecentSet(100, "kg", 20, 1)), KNOW)
    text = "\n".join(plan_lines(plan, KNOW))
    assert plan.estimate is None and plan.weeks[0].load is None
    assert "100 kg" in text and "not used" in text and "small steps" in text


def test_more_sessions_than_three_are_planned_as_three_and_said():
    plan = make_plan(Profile("hypertrophy", "advanced", 6, "leg_press_45"), KNOW)
    assert plan.sessions == 3
    assert "asked for 6" in "\n".join(plan_lines(plan, KNOW))


def test_where_the_smallest_step_is_too_large_reps_rise_instead():
    plan = make_plan(Profile("hypertrophy", "beginner", 2, "leg_press_45", RecentSet(20, "kg", 10, 0)), KNOW)
    loads = {week.load for week in plan.weeks}
    assert len(loads) == 1 and max(loads) < 25
    assert max(week.reps for week in plan.weeks) == plan.reps[1]


def test_a_profile_survives_being_stored():
    profile = Profile("strength", "advanced", 3, "back_squat", RecentSet(140, "kg", 5, 1), None, ("asthma",))
    assert Profile.from_dict(profile.as_dict()) == profile

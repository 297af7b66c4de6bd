"""Sessions as pure functions: which exercises, in which order, how many sets, and how they are said."""
from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import knowledge
from actions.mentions import Mention
from actions.ordering import in_order, order_answer, told_order
from actions.question import Question
from actions.selecting import equipment_of, limiting, rating, way_to_do
from actions.session_text import session_lines, session_table
from actions.sessions import SessionProfile, added, choose, counts, leading, make_session, removed, size_for, swapped, weekly_sets

KNOW = knowledge.shared()
LEVELS = ["beginner", "intermediate", "advanced"]
KITS = sorted(KNOW.sessions.kits)
CONDITIONS = sorted(KNOW.conditions)

profiles = st.builds(
    SessionProfile, goal=st.sampled_from(sorted(KNOW.goals)), experience=st.sampled_from(LEVELS), sessions_per_week=st.integers(1, 7),
    equipment=st.lists(st.sampled_from(KITS), min_size=1, max_size=2, unique=True).map(tuple),
    exercises=st.lists(st.sampled_from([*sorted(KNOW.exercises), "leg_press", "pistol_squat"]), max_size=8, unique=True).map(tuple),
    size=st.one_of(st.none(), st.integers(1, 9)), limit=st.sampled_from([None, None, "managed", "health", "return"]),
    conditions=st.lists(st.sampled_from(CONDITIONS), max_size=2, unique=True).map(tuple))


def profile(**given_):
    return SessionProfile(**{"goal": "hypertrophy", "experience": "intermediate", "sessions_per_week": 2, "equipment": ("gym",), **given_})


def chosen(**given_):
    return [item.exercise for item in make_session(profile(**given_), KNOW).items]


def patterns(exercises):
    return {KNOW.exercises[item].traits.pattern for item in exercises}


@settings(max_examples=300, deadline=None)
@given(profiles)
def test_every_session_keeps_the_invariants(wanted):
    session = make_session(wanted, KNOW)
    have = equipment_of(wanted.equipment, KNOW)
    assert 3 <= len(session.items) <= 6
    assert len({item.exercise for item in session.items}) == len(session.items)
    assert session.sessions == min(wanted.sessions_per_week, 3)
    assert tuple(item.exercise for item in session.items) == in_order([item.exercise for item in session.items], KNOW)
    for item in session.items:
        exercise = KNOW.exercises[item.exercise]
        assert way_to_do(exercise, have) is not None
        assert limiting(exercise, wanted.conditions, KNOW) is None
        assert rating(exercise, item.goal) not in ("not suitable", "not advised")
        assert 1 <= item.sets <= item.most_sets and item.reps[0] <= item.reps[1]
        if wanted.limit in ("health", "return"):
            assert item.reps[0] >= 10 and max(item.rir) >= 4
    assert session.weekly == weekly_sets(session.items, session.sessions, KNOW)


@settings(max_examples=150, deadline=None)
@given(profiles)
def test_sessions_are_said_without_gaps_and_the_table_says_the_same(wanted):
    session = make_session(wanted, KNOW)
    lines = session_lines(session, KNOW)
    text = "\n".join(lines)
    assert "{" not in text and "None" not in text and "\n\n" not in text
    for word in ("Warm-up", "Weekly sets", "product rule", "Progression", "Stop the set", "Keep in mind"):
        assert word in text
    table = session_table(session, KNOW)
    first, last = table["lines"]
    assert last - first == len(session.items) == len(table["rows"])
    for line, row in zip(lines[first:last], table["rows"], strict=True):
        assert line.startswith(row[0]) and f"{row[1]} x {row[2].split()[0]} reps" in line and row[4] in line
        assert ("a side" in line) == ("a side" in row[2])


@pytest.mark.parametrize(("kit", "level"), itertools.product(KITS, LEVELS))
def test_a_session_is_balanced_with_any_equipment(kit, level):
    found = patterns(chosen(equipment=(kit,), experience=level))
    assert found & {"squat", "press", "single_leg"} and found & {"hinge", "thrust", "deadlift"} and found & {"knee_flexion", "hinge"}
    assert "calf" in found


def test_a_novice_in_a_gym_gets_machines_and_no_back_squat():
    assert "leg_press_45" in chosen(experience="beginner") and "back_squat" not in chosen(experience="beginner")
    assert "back_squat" in chosen(experience="advanced")


def test_back_trouble_keeps_the_load_off_the_spine():
    found = chosen(limit="return", conditions=("back_pain",))
    assert not {"back_squat", "romanian_deadlift", "conventional_deadlift", "good_morning"} & set(found)
    assert "hip_thrust" in found


def test_kneecap_pain_keeps_the_hack_squat_out_and_says_so():
    session = make_session(profile(limit="return", conditions=("kneecap_pain",), exercises=("hack_squat", "leg_curl", "hip_thrust")), KNOW)
    assert "hack_squat" not in [item.exercise for item in session.items]
    assert "because of" in "\n".join(session_lines(session, KNOW)) and session.swaps[0].detail == "kneecap_pain"


def test_named_exercises_are_honoured_in_order():
    assert chosen(exercises=("standing_calf_raise", "romanian_deadlift", "leg_press")) == ["leg_press_45", "romanian_deadlift",
                                                                                         "standing_calf_raise"]


def test_one_or_two_named_exercises_are_filled_up():
    found = chosen(exercises=("hack_squat",))
    assert len(found) == 5 and "hack_squat" in found and "hinge" in patterns(found)


@pytest.mark.parametrize(("named", "equipment", "goal", "reason"), [
    ("leg_press_45", "dumbbell", "hypertrophy", "equipment"), ("good_morning", "gym", "return_from_injury", "rated"),
    ("pistol_squat", "gym", "hypertrophy", "unknown")])
def test_what_does_not_fit_is_swapped_with_a_reason(named, equipment, goal, reason):
    session = make_session(profile(exercises=(named,), equipment=(equipment,), goal=goal), KNOW)
    swap = session.swaps[0]
    assert swap.reason == reason and swap.taken in [item.exercise for item in session.items]
    assert KNOW.name_of(named) in "\n".join(session_lines(session, KNOW))


def test_more_than_six_named_exercises_are_cut_and_said():
    session = make_session(profile(exercises=tuple(sorted(KNOW.exercises))[:8]), KNOW)
    assert len(session.items) == 6 and [swap.reason for swap in session.swaps] == ["room", "room"]


def test_exercises_that_are_not_wanted_stay_out():
    assert not {"back_squat", "lunge"} & set(chosen(without=("back_squat", "lunge")))


@pytest.mark.parametrize(("minutes", "exercises"), [(20, 3), (30, 3), (45, 4), (60, 5), (90, 6)])
def test_time_sets_the_number_of_exercises(minutes, exercises):
    assert size_for(minutes, KNOW) == exercises
    assert len(chosen(size=size_for(minutes, KNOW))) == exercises


def test_leg_presses_are_counted_by_their_own_rule():
    assert counts(KNOW.exercises["inverted_leg_press"], KNOW) == {
        "quadriceps": 1.0, "glutes": 1.0, "hamstrings": 0.0, "calves": 0.0, "adductors": 0.5}


def test_other_exercises_count_one_for_prime_movers_and_half_for_helpers():
    assert counts(KNOW.exercises["romanian_deadlift"], KNOW) == {
        "quadriceps": 0.5, "glutes": 1.0, "hamstrings": 1.0, "calves": 0.5, "adductors": 0.5}


def test_weekly_sets_are_the_sum_over_the_week():
    session = make_session(profile(exercises=("leg_press_45", "romanian_deadlift", "standing_calf_raise")), KNOW)
    sets = {item.exercise: item.sets for item in session.items}
    assert session.weekly["hamstrings"] == 2 * sets["romanian_deadlift"]
    assert session.weekly["quadriceps"] == 2 * (sets["leg_press_45"] + 0.5 * sets["romanian_deadlift"])
    assert session.below(KNOW) == ["hamstrings"] and "Below it: hamstrings" in "\n".join(session_lines(session, KNOW))


@pytest.mark.parametrize("level", LEVELS)
def test_the_usual_sessions_for_growth_reach_the_range_twice_a_week(level):
    assert make_session(profile(experience=level), KNOW).below(KNOW) == []


def test_power_is_trained_on_the_main_lift_and_supported_by_the_others():
    session = make_session(profile(goal="power"), KNOW)
    assert session.items[0].goal == "power" and session.items[0].reps[1] <= 6
    assert {item.goal for item in session.items[1:]} == {"strength"}
    assert "supports your goal" in "\n".join(session_lines(session, KNOW))


def test_a_session_survives_being_stored_and_is_then_the_same():
    first = make_session(profile(exercises=("hack_squat",), without=("lunge",), size=4), KNOW)
    again = make_session(SessionProfile.from_dict(first.profile.as_dict()), KNOW)
    assert [item.exercise for item in again.items] == [item.exercise for item in first.items]


def test_one_exercise_is_swapped_for_another_and_the_rest_stays():
    first = make_session(profile(), KNOW).profile
    changed, problems = swapped(first, ["lunge", "step_up"], KNOW)
    assert problems == () and set(changed.exercises) ^ set(first.exercises) == {"lunge", "step_up"}


def test_one_that_is_named_alone_is_replaced_by_one_of_its_movement():
    first = make_session(profile(), KNOW).profile
    changed, _ = swapped(first, ["lunge"], KNOW)
    assert "lunge" not in changed.exercises and len(patterns(changed.exercises)) == len(patterns(first.exercises))


def test_one_that_does_not_fit_is_refused_with_the_reason():
    first = make_session(profile(equipment=("dumbbell",)), KNOW).profile
    changed, problems = swapped(first, ["hack_squat"], KNOW)
    assert changed == first and problems[0].reason == "equipment"


def test_of_two_that_are_not_in_the_session_the_last_named_comes_in():
    first = make_session(profile(), KNOW).profile
    changed, _ = swapped(first, ["front_squat", "step_up"], KNOW)
    assert "step_up" in changed.exercises and "front_squat" not in changed.exercises


def asked(text, *exercises):
    return Question(text, "ask_programming", 0.9, tuple(Mention("exercise", value, name) for value, name in exercises))


@pytest.mark.parametrize(("question", "topic", "lead"), [
    (asked("squat or leg press first?", ("squat", "squat"), ("leg_press", "leg press")), "comparison", "squat, then leg press"),
    (asked("where do lunges go", ("lunge", "lunges")), "programming", "after your heavy two-leg lift"),
    (asked("where should I put step-ups in a workout", ("step_up", "step-ups")), "muscles", "after squats or presses"),
])
def test_order_and_place_are_answered(question, topic, lead):
    assert lead in order_answer(question, topic, KNOW).lead


@pytest.mark.parametrize(("question", "topic"), [
    (asked("where do my feet go on the leg press", ("leg_press", "leg press")), "technique"),
    (asked("where should I feel lunges", ("lunge", "lunges")), "muscles"),
    (asked("squat or leg press for quads?", ("squat", "squat"), ("leg_press", "leg press")), "comparison"),
    (asked("which exercise comes first after surgery, squat or leg press", ("squat", "squat"), ("leg_press", "leg press")), "rehab"),
])
def test_other_questions_are_left_alone(question, topic):
    assert order_answer(question, topic, KNOW) is None


def test_exercises_are_added_and_removed():
    first = make_session(profile(), KNOW).profile
    assert len(make_session(added(first, ["hip_adduction"]), KNOW).items) == 6
    smaller = make_session(removed(first, ["lunge"]), KNOW)
    assert [item.exercise for item in smaller.items] == [item for item in first.exercises if item != "lunge"]


@pytest.mark.parametrize(("named", "order"), [
    (["standing_calf_raise", "leg_press", "romanian_deadlift"], ["leg_press", "romanian_deadlift", "standing_calf_raise"]),
    (["leg_press_45", "back_squat"], ["back_squat", "leg_press_45"]),
    (["leg_curl", "lunge", "conventional_deadlift", "back_squat"], ["back_squat", "conventional_deadlift", "lunge", "leg_curl"]),
    (["seated_calf_raise", "standing_calf_raise"], ["standing_calf_raise", "seated_calf_raise"]),
    (["inverted_leg_press", "hack_squat"], ["hack_squat", "inverted_leg_press"]),
    (["leg_curl", "romanian_deadlift"], ["romanian_deadlift", "leg_curl"]),
])
def test_heavy_free_weights_come_first_and_small_work_last(named, order):
    assert list(in_order(named, KNOW)) == order


def test_the_order_is_told_with_reasons_and_sources_in_few_words():
    for named in itertools.combinations(sorted(KNOW.exercises), 4):
        answer = told_order(named, KNOW)
        text = " ".join([answer.lead, *answer.bullets, answer.caveat])
        assert len(text.split()) <= 90 and answer.bullets and answer.claims
        assert ", then ".join(KNOW.name_of(item) for item in in_order(named, KNOW)) in answer.lead


def test_choosing_depends_on_nothing_but_its_input():
    assert choose(profile(), KNOW) == choose(profile(), KNOW)


@pytest.mark.parametrize(("muscle", "kit"), [("glutes", "gym"), ("quadriceps", "gym"), ("hamstrings", "dumbbell"), ("calves", "gym")])
def test_the_focus_comes_first_and_has_its_share(muscle, kit):
    session = make_session(profile(focus=(muscle,), equipment=(kit,)), KNOW)
    ordered = [item.exercise for item in session.items]
    first = leading(ordered, (muscle,), KNOW)
    assert tuple(ordered[:len(first)]) == first
    assert len(first) >= min(3, len([ex for ex in KNOW.exercises.values() if leading([ex.id], (muscle,), KNOW)]))
    assert any("come first here" in line for line in session_lines(session, KNOW))


def test_a_muscle_that_nothing_trains_leaves_the_session_balanced():
    focused, plain = (make_session(profile(focus=focus), KNOW) for focus in (("hip_flexors",), ()))
    assert focused.items == plain.items and any("balanced" in line for line in session_lines(focused, KNOW))

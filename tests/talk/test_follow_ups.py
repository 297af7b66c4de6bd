"""Follow-ups that need the talk: looking on for a muscle, conditions told before, "the other one", short forms, sets and repetitions."""
from __future__ import annotations

import pytest


def lead_of(turn):
    return turn.text.splitlines()[0].lower()


@pytest.mark.parametrize(("first", "then", "words", "without"), [
    ("what works the hamstrings", "and at home?", ["hamstrings", "at home", "romanian deadlift"], ["leg curl"]),
    ("what works the hamstrings", "without a machine?", ["hamstrings", "without a machine"], ["leg curl", "glute-ham"]),
    ("what works the hamstrings", "and for glutes?", ["glutes", "hip thrust"], []),
    ("best quad exercise without knee pain", "and with dumbbells?", ["quads", "dumbbells"], ["leg press", "hack"]),
    ("glute exercises", "which is easiest on the lower back", ["glutes", "back", "hip thrust"], ["leg extension", "leg curl"]),
    ("exercises for calves", "and if I only have bands", ["calves", "band", "standing calf raise"], ["seated", "hip thrust"]),
])
def test_a_new_condition_looks_on_for_the_same_muscle(talk, first, then, words, without):
    talk.say(first)
    turn = talk.say(then)
    assert turn.topic == "muscles" and all(word in lead_of(turn) for word in words), turn.text
    assert not any(word in lead_of(turn) for word in without), turn.text


def test_where_nothing_trains_a_muscle_mainly_it_is_said(talk):
    talk.say_all("leg exercises with only dumbbells", "and for hamstrings")
    turn = talk.say("and if i am pregnant")
    assert "no exercise i know trains the hamstrings mainly" in lead_of(turn), turn.text


def test_what_a_muscle_does_is_no_search_for_exercises(talk):
    talk.say("what do the hamstrings do")
    assert "choose" not in lead_of(talk.say("and the calves?"))


@pytest.mark.parametrize(("first", "then", "words", "without"), [
    ("I'm 8 weeks after ACL surgery, what leg exercises can I do", "can I do leg extensions", ["surgeon", "physiotherapist"], ["first day"]),
    ("I'm 20 weeks pregnant, can I keep squatting", "what can I do instead of the inverted leg press", ["pregnancy"], ["back squat:"]),
    ("I'm 20 weeks pregnant, can I keep squatting", "is the inverted leg press ok", ["pregnan"], []),
])
def test_a_condition_told_before_still_counts(talk, first, then, words, without):
    talk.say(first)
    turn = talk.say(then)
    assert all(word in turn.text.lower() for word in words) and not any(word in turn.text.lower() for word in without), turn.text


def test_a_condition_that_is_told_gets_its_limit(talk):
    talk.say_all("is the leg press good for older people", "how often should I do the leg press")
    turn = talk.say("I have high blood pressure")
    assert turn.topic == "risks" and "doctor" in lead_of(turn), turn.text


@pytest.mark.parametrize(("first", "then", "exercise", "word"), [
    ("which muscles does the seated calf raise work", "no, the standing one", "standing_calf_raise", "standing calf raise"),
    ("how do I do the horizontal leg press", "no, the 45 one", "leg_press_45", "45-degree"),
    ("risks of the back squat", "and the front one?", "front_squat", "front squat"),
])
def test_the_other_one_is_another_of_its_kind(talk, first, then, exercise, word):
    talk.say(first)
    turn = talk.say(then)
    assert turn.exercise == exercise and word in turn.text.lower(), turn.text


@pytest.mark.parametrize(("first", "then", "words"), [
    ("RDL vs good morning", "which loads the spine more", ["romanian deadlift", "good morning"]),
    ("bulgarian split squat vs lunge", "which is easier for beginners", ["bulgarian split squat", "lunge"]),
])
def test_the_same_two_are_compared_again(talk, first, then, words):
    talk.say(first)
    turn = talk.say(then)
    assert turn.topic == "comparison" and all(word in turn.text.lower() for word in words), turn.text


@pytest.mark.parametrize(("then", "exercise", "words"), [
    ("does the seated leg curl grow more than lying", "leg_curl", ["seated", "lying"]),
    ("low bar or high bar", "back_squat", ["high-bar", "low-bar"]),
    ("can i do hip thrusts at home", "hip_thrust", ["hip thrust"]),
])
def test_a_question_with_both_its_sides_leaves_the_exercise_of_the_talk_alone(talk, then, exercise, words):
    talk.say("how do I do a good morning")
    turn = talk.say(then)
    assert turn.exercise == exercise and all(word in lead_of(turn) for word in words), turn.text
    assert "good morning" not in turn.text.lower()


@pytest.mark.parametrize(("then", "topic", "word"), [
    ("how do i do it", "technique", "goblet squat"), ("how do you know", "source", "comes from"), ("and how heavy?", "load", "goblet squat")])
def test_short_forms_keep_to_the_talk(talk, then, topic, word):
    talk.say("what is a goblet squat")
    turn = talk.say(then)
    assert turn.topic == topic and word in turn.text, turn.text


@pytest.mark.parametrize(("text", "words"), [
    ("good morning sets for strength", ["good mornings are not advised"]),
    ("lunges rep range hypertrophy", ["lunge sets of 8 to 15"]),
    ("best rep range for step ups", ["step-up", "6 to 8", "8 to 15"]),
    ("glute ham raise progression for a beginner", ["glute-ham raise"]),
])
def test_sets_and_repetitions_that_are_asked_about_are_answered(talk, text, words):
    turn = talk.say(text)
    assert turn.asking is None and turn.topic == "programming" and all(word in lead_of(turn) for word in words), turn.text


@pytest.mark.parametrize("text", ["give me sets and reps for the leg press", "write me sets and reps for good mornings", "sets and reps for squats"])
def test_a_scheme_that_is_wanted_still_opens_the_form(talk, text):
    assert talk.say(text).asking == "goal"


def test_a_maximum_without_a_unit_is_worked_out_in_kilograms(talk):
    assert "187.5 kg" in talk.say("what's my 1rm on the squat if I did 160 for 5").text


@pytest.mark.parametrize(("text", "exercise"), [
    ("romainian deadlfit form", "romanian_deadlift"), ("bulgarian split squot technique", "bulgarian_split_squat"),
    ("front squatt risks", "front_squat"), ("walking lungess muscles", "lunge"), ("leg presss muscles", "leg_press"),
    ("hip aduction machine muscles", "hip_adduction"), ("what does single leg pres work", "single_leg_press"),
    ("stiff leg dealift form", "romanian_deadlift"), ("glute ham rais muscles", "glute_ham_raise")])
def test_a_misspelt_word_inside_a_longer_name_is_understood(talk, text, exercise):
    assert talk.say(text).exercise == exercise


def test_getting_out_of_a_chair_is_a_question_about_legs(talk):
    assert "quads and glutes" in talk.say("what helps me get out of a chair").text


@pytest.mark.parametrize("text", ["My left leg tingles down to the toes at night, can I do Romanian deadlifts?",
                                  "pins and needles down to my foot from the leg for weeks, good mornings ok?"])
def test_a_tingling_leg_gets_the_limit_first(talk, text):
    turn = talk.say(text)
    assert "tingles or goes numb" in lead_of(turn) or "stop" in lead_of(turn), turn.text
    assert "safe for most" not in turn.text


def test_an_ordinary_blood_pressure_is_no_condition(talk):
    talk.say("bp 124/79 this morning all fine, leg day?")
    assert "blood pressure" not in talk.say("can I do calf raises?").text.lower()


def test_a_high_reading_is_remembered(talk):
    talk.say("my blood pressure is 150/92, which muscles do back squats work")
    assert "blood pressure" in talk.say("can I do calf raises?").text.lower()


def test_an_ordinary_blood_pressure_answers_the_health_question(talk):
    talk.say_all("make me a plan for the hack squat", "strength", "I have trained for a year", "two days a week")
    turn = talk.say("none, bp is 118/76")
    assert turn.asking not in ("health", "clearance"), turn.text


@pytest.mark.parametrize("text", ["bp 118/76 but my knee hurts", "my knee hurts", "lower back aches a bit", "dodgy hip"])
def test_a_joint_that_hurts_answers_the_health_question(talk, text):
    talk.say_all("make me a plan for the hack squat", "strength", "I have trained for a year", "two days a week")
    assert talk.say(text).asking == "clearance"

"""Questions across exercises: comparing any two, finding one by muscle, equipment or complaint, and what stands in for another."""
from __future__ import annotations

import pytest


def lead_of(turn):
    return turn.text.splitlines()[0].lower()


@pytest.mark.parametrize(("text", "words"), [
    ("which is better for glutes: hip thrust or squat", ["glutes", "hip thrust", "squat"]),
    ("is the hip thrust better than the romanian deadlift for hamstrings", ["choose the romanian deadlift"]),
    ("leg extension vs hack squat for rectus femoris", ["choose the leg extension"]),
    ("hip adduction or step ups for inner thighs", ["choose the hip adduction machine"]),
    ("squat vs leg curl for hamstrings, which one", ["choose the leg curl"]),
    ("which is easier on the back, deadlift or hip thrust", ["the hip thrust is easier on the back"]),
    ("good morning vs leg curl for my back", ["the leg curl is easier on the back"]),
    ("whats better leg extension or leg press if my back is bad", ["the leg extension is easier on the back"]),
    ("lunges vs leg extension which is easier on the knees", ["the lunge is easier on the knees"]),
    ("which is harder to learn, front squat or hack squat", ["the hack squat is easier to learn"]),
    ("leg press or squat for beginners", ["leg press", "easier to learn"]),
    ("hack squat or lunges at home", ["take the lunge"]),
    ("leg curl vs goblet squat", ["pick the leg curl", "goblet squat"]),
    ("seated calf raise vs hip adduction", ["soleus", "inner thighs"]),
    ("squat vs leg press", ["squat", "leg press"]),
    ("deadlift vs squat", ["squat", "deadlift"]),
    ("leg press vs hack squat vs squat", ["leg press", "hack squat", "squat"]),
    ("goblet squat vs front squat vs back squat", ["goblet squat", "front squat", "back squat"]),
])
def test_a_comparison_answers_what_was_asked_and_then_shows_both(talk, text, words):
    turn = talk.say(text)
    assert turn.topic == "comparison" and all(word in lead_of(turn) for word in words), turn.text
    assert len(turn.text.splitlines()) >= 3


@pytest.mark.parametrize(("text", "words", "others"), [
    ("low bar vs high bar", ["high-bar", "low-bar"], ["hack", "front squat", "leg press"]),
    ("sumo vs conventional", ["sumo", "conventional"], ["back squat", "hip thrust"]),
    ("walking lunges vs reverse lunges", ["reverse", "walking"], ["step-up", "leg press"]),
    ("seated or lying leg curl", ["seated", "lying"], ["romanian", "leg extension"]),
])
def test_variants_are_told_from_the_exercise_itself(talk, text, words, others):
    turn = talk.say(text)
    assert all(word in lead_of(turn) for word in words) and not any(word in turn.text.lower() for word in others), turn.text


@pytest.mark.parametrize(("text", "words", "without"), [
    ("what works the hamstrings", ["leg curl", "romanian deadlift"], []),
    ("best exercise for glutes at home", ["hip thrust", "at home"], ["leg press", "machine"]),
    ("quad exercise without knee pain", ["goblet squat"], ["hack squat", "leg extension"]),
    ("which machine hits inner thigh", ["hip adduction machine"], ["squat:", "lunge:"]),
    ("exercises for soleus", ["seated calf raise", "standing calf raise"], []),
    ("which exercise for rectus femoris", ["leg extension"], []),
    ("what's good for side glutes", ["hip abduction"], []),
    ("what exercise trains the calves best", ["standing calf raise"], []),
    ("only have dumbbells, what can i do for legs", ["goblet squat", "split squat"], ["leg press", "machine", "hack"]),
    ("no machines at my gym", ["goblet squat"], ["hack squat", "leg curl:"]),
    ("i only have a barbell, what leg exercises can i do", ["hip thrust", "romanian deadlift"], ["machine", "leg press", "back squat"]),
    ("all i own is a barbell, what can i do for legs", ["romanian deadlift"], ["machine", "leg press", "back squat"]),
    ("kettlebell leg exercises", ["goblet squat"], ["machine", "leg press"]),
    ("what could replace the barbell when I squat", ["goblet squat"], ["deadlift:", "front squat:"]),
    ("no equipment leg exercises", ["lunge", "step-up"], ["machine", "back squat", "leg press"]),
    ("hamstrings with dumbbells only", ["romanian deadlift"], ["leg curl", "good morning"]),
    ("machine for glutes", ["leg press", "hip abduction"], ["hip thrust:", "lunge:"]),
    ("hamstring exercise that is easy on the back", ["leg curl"], ["romanian deadlift:", "good morning:"]),
    ("best leg exercise for a beginner", ["goblet squat"], ["back squat:", "front squat:"]),
])
def test_exercises_are_found_by_muscle_and_equipment(talk, text, words, without):
    turn = talk.say(text)
    told = turn.text.lower()
    assert all(word in told for word in words) and not any(word in told for word in without), turn.text
    assert turn.topic in ("muscles", "comparison", "suitability")


@pytest.mark.parametrize(("text", "words", "without"), [
    ("instead of squats with a bad back", ["hip thrust"], ["back squat:", "good morning", "deadlift:"]),
    ("leg press alternative no machine", ["goblet squat", "split squat"], ["hack squat", "leg extension"]),
    ("no rack, what can i do instead of squats", ["goblet squat"], ["front squat:", "good morning:"]),
    ("pregnant, what instead of deadlifts", ["goblet squat", "trimester"], ["inverted leg press", "romanian deadlift:", "glute-ham"]),
    ("alternatives to leg extension with bad knees", ["hip thrust", "swollen"], ["hack squat"]),
    ("what can i swap lunges for, my balance is bad", ["leg press"], ["step-up:", "split squat:"]),
    ("what can replace the hip thrust", ["step-up"], ["hip thrust:"]),
    ("alternative to hip thrust with dumbbells", ["step-up"], ["machine", "leg press"]),
    ("something instead of leg press for sciatica", ["hip thrust", "pain"], ["back squat:", "deadlift:"]),
    ("hack squat alternative", ["leg press"], ["hack squat:"]),
])
def test_what_stands_in_keeps_to_what_was_said(talk, text, words, without):
    turn = talk.say(text)
    told = turn.text.lower()
    assert turn.topic == "comparison" and all(word in told for word in words) and not any(word in told for word in without), turn.text


def test_a_health_limit_is_told_with_the_list(talk):
    turn = talk.say("i have a herniated disc, which glute exercise")
    assert "doctor or physiotherapist" in turn.text and "back squat:" not in turn.text.lower()


def test_what_instead_without_an_exercise_asks_which(talk):
    turn = talk.say("what instead")
    assert turn.buttons and "which exercise" in turn.text.lower() and "deadlift" not in turn.text.lower()


def test_what_instead_in_a_talk_replaces_its_exercise(talk):
    talk.say("which muscles does the leg curl work?")
    turn = talk.say("what can i do instead")
    assert turn.exercise == "leg_curl" and "romanian deadlift" in turn.text.lower()


def test_the_pair_stays_for_a_follow_up(talk):
    talk.say("leg curl vs goblet squat")
    assert "choose the leg curl" in lead_of(talk.say("and for hamstrings?"))


def test_a_muscle_asked_for_in_a_talk_about_another_exercise_is_found(talk):
    talk.say("how deep should I go on the back squat?")
    assert "leg curl" in talk.say("which exercise works the hamstrings").text.lower()


def test_the_list_names_its_sources(talk):
    talk.say("what works the hamstrings")
    assert talk.say("where is that from?").topic == "source"


def test_feet_for_glutes_without_an_exercise(talk):
    assert "glutes" in lead_of(talk.say("where do I put my feet for glutes"))


def test_a_number_on_the_leg_press_is_not_answered_with_squats(talk):
    assert "squat" not in lead_of(talk.say("is 100kg good for leg press"))

"""Several questions, stories, negation, names, other languages, a clinician's word, and what follows a red flag."""
from __future__ import annotations

import pytest


def test_two_questions_get_two_answers_in_order(talk):
    turn = talk.say("what muscles does the leg curl work and how deep should I go on the hack squat?")
    first, second = (reply["text"] for reply in turn.replies)
    assert "hamstring" in first.lower() and "hack squat" in second.lower()
    assert len(turn.record["intents"]) == 2


def test_the_second_question_is_about_the_same_exercise(talk):
    turn = talk.say("which muscles do hip thrusts work? how many sets should I do?")
    assert len(turn.replies) == 2 and turn.exercise == "hip_thrust"
    assert "glute" in turn.replies[0]["text"].lower() and "set" in turn.replies[1]["text"].lower()


def test_the_same_question_twice_is_answered_once(talk):
    turn = talk.say("does the leg press work the calves? do calves grow from the leg press?")
    assert len([reply for reply in turn.replies if "calves" in reply["text"]]) == 1


def test_a_question_outside_beside_one_inside(talk):
    turn = talk.say("what muscles do lunges work? and what's the weather like in Paris?")
    assert "outside" in turn.text and "glute" in turn.text.lower()


def test_a_question_beside_a_plan_request_is_answered_first(talk):
    turn = talk.say("which muscles does the back squat work? and can you make me a plan for it?")
    assert "quad" in turn.replies[0]["text"].lower() and turn.asking == "goal"


def test_a_story_brings_its_condition_into_the_answer(talk):
    turn = talk.say("I have had glaucoma for years and train twice a week. How many reps of the leg press should I do?")
    assert "eye" in turn.text


@pytest.mark.parametrize("text", ["leg curl", "calf raises?", "the hip thrust"])
def test_a_bare_name_gets_what_it_is(talk, text):
    turn = talk.say(text)
    assert turn.topic == "definition" and turn.buttons


def test_a_bare_name_takes_over_the_question_of_the_talk(talk):
    talk.say("which muscles does the back squat work?")
    turn = talk.say("leg curl?")
    assert turn.topic == "muscles" and "hamstring" in turn.text.lower()


def test_a_correction_changes_the_machine(talk):
    talk.say("where do I put my feet on the vertical leg press for glutes?")
    turn = talk.say("no, I meant the 45 one")
    assert turn.exercise == "leg_press_45" and turn.topic == "foot_placement"


def test_going_back_to_an_earlier_exercise(talk):
    talk.say_all("which muscles does the back squat work?", "and the hip thrust?")
    assert talk.say("and back to the back squat, how deep should I go?").exercise == "back_squat"


def test_inverted_with_signs_of_the_sled_is_asked_back(talk):
    turn = talk.say("how far back should the seat lean on the inverted leg press?")
    assert [button["title"] for button in turn.buttons] and "Which machine" in turn.text
    answer = talk.click(turn.buttons[1]["payload"])
    assert answer.exercise == "leg_press_45"


def test_vertical_is_not_asked_back(talk):
    assert "Which machine" not in talk.say("how far back should the seat lean on the vertical leg press?").text


@pytest.mark.parametrize(("text", "name", "like"), [
    ("how do I do a zercher squat?", "Zercher squat", "front squat"),
    ("is the sumo deadlift good for glutes?", "sumo deadlift", "conventional deadlift"),
    ("sissy squats bad for knees?", "sissy squat", "leg extension")])
def test_an_exercise_without_a_file_is_named_back_with_the_nearest(talk, text, name, like):
    turn = talk.say(text)
    assert name in turn.text and like in turn.text


@pytest.mark.parametrize(("text", "exercise"), [
    ("bulgerian splitsquats for glutes?", "bulgarian_split_squat"), ("hip trusts or sqauts for glutes", "hip_thrust"),
    ("romainian deadlift how low", "romanian_deadlift"), ("leg extention bad 4 knees??", "leg_extension")])
def test_misspelt_names_are_understood(talk, text, exercise):
    assert exercise in {e["value"] for e in talk.say(text).entities if e["entity"] == "exercise"}


def test_another_language_is_told_in_one_sentence(talk):
    turn = talk.say("welche muskeln trainiert die beinpresse")
    assert "English" in turn.text and turn.topic == "out_of_scope"


@pytest.mark.parametrize("text", [
    "my doctor told me to stop squats, can I still do them light?", "physio said no heavy leg press for me, what can I do instead?",
                                  "The surgeon doesn't want me to deadlift. How many sets would be fine?"])
def test_a_clinicians_word_is_respected_first(talk, text):
    turn = talk.say(text)
    assert turn.text.startswith("Stay with what your doctor or physiotherapist told you") and "Ask them" in turn.text


def test_a_cleared_person_is_not_taken_for_a_limited_one(talk):
    assert not talk.say("my doctor said I can squat again, how deep should I go?").text.startswith("Stay with")


def test_no_plan_on_the_day_of_an_emergency_whatever_is_said(talk):
    talk.say("I passed out during my last set of leg press")
    for text in ("make me a plan", "I'm fine, my doctor cleared me, make me a plan"):
        turn = talk.say(text)
        assert "emergency care first" in turn.text and turn.asking is None


def test_after_an_urgent_flag_only_the_careful_plan_and_only_with_clearance(talk):
    talk.say("my left calf is swollen, hot and red since the flight")
    turn = talk.say("make me a strength plan for the back squat, I'm advanced, 3 days a week")
    assert turn.asking == "clearance" and "warning sign" in turn.text
    turn = talk.say_all("yes, my doctor checked it", "none")
    assert "careful plan" in turn.text and "return from injury" in turn.text


def test_a_red_flag_ends_the_form_and_drops_its_answers(talk):
    talk.say_all("make me a plan", "strength", "advanced")
    assert talk.say("3 times a week but my chest gets tight when I push").topic == "red_flag"
    assert talk.say("show my plan").asking is None


def test_a_red_flag_about_somebody_else_does_not_block_the_writer(talk):
    assert talk.say("my father fainted on the leg press yesterday").topic == "red_flag"
    assert talk.say("make me a plan").asking == "goal"


@pytest.mark.parametrize(("text", "words"), [
    ("no chest pain, just sore quads two days after leg day", "chest pain"), ("killer leg day, my legs are dead", "Stop now")])
def test_denied_signs_and_idioms_raise_nothing(talk, text, words):
    turn = talk.say(text)
    assert turn.topic != "red_flag"

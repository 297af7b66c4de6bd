"""Talks outside the form: follow-ups, context, sources, small talk, injection, red flags."""
from __future__ import annotations

import pytest


def test_one_muscle_is_asked_and_that_muscle_is_answered(talk):
    turn = talk.say("does the inverted leg press work my calves?")
    assert turn.topic == "muscles" and turn.exercise == "inverted_leg_press"
    assert "calves" in turn.text.splitlines()[0].lower() and "raises" in turn.text


def test_a_follow_up_without_subject_keeps_topic_and_exercise(talk):
    talk.say("where do I put my feet on the vertical leg press for glutes?")
    turn = talk.say("and for quads?")
    assert turn.topic == "foot_placement" and turn.exercise == "inverted_leg_press"
    assert "lower" in turn.text and "quad" in turn.text


def test_another_exercise_takes_over_the_question(talk):
    talk.say("which muscles does the inverted leg press work?")
    turn = talk.say("how about squats")
    assert turn.topic == "muscles" and turn.exercise in ("squat", "back_squat")


def test_the_source_is_shown_in_plain_words(talk):
    talk.say("where do I put my feet on the vertical leg press for glutes?")
    turn = talk.say("where is that from?")
    assert turn.topic == "source" and "Da Silva 2008" in turn.text


def test_coaching_practice_is_called_by_its_name(talk):
    talk.say("does the back squat need a warm up?")
    assert "I have no study for it" in talk.say("what's the source for that?").text


def test_why_gives_a_reason_and_how_sure_it_is(talk):
    talk.say("should I lock my knees at the top of the vertical leg press?")
    turn = talk.say("why?")
    assert turn.topic == "why" and ("Because" in turn.text or "no further reason" in turn.text)


@pytest.mark.parametrize("between", ["thanks!", "what's the capital of France?", "where is that from?", "why?"])
def test_small_talk_and_sources_leave_the_context_alone(talk, between):
    talk.say("which muscles does the back squat work?")
    talk.say(between)
    turn = talk.say("and calves?")
    assert turn.exercise == "back_squat" and turn.topic == "muscles"


def test_more_detail_tells_something_new(talk):
    first = talk.say("what are the risks of the inverted leg press?")
    more = talk.say("tell me more")
    assert more.topic == "risks" and more.text != first.text


def test_it_without_anything_to_point_to_is_asked_back(talk):
    turn = talk.say("is it better than the other one?")
    assert turn.buttons


def test_machine_parts_point_to_the_machine_and_it_is_named(talk):
    turn = talk.say("how far down should the platform come?")
    assert turn.exercise == "inverted_leg_press" and "inverted leg press" in turn.text.splitlines()[0]


def test_an_exercise_without_facts_is_named_back(talk):
    turn = talk.say("how do I do a hack squat properly?")
    assert "hack squat" in turn.text and turn.buttons


@pytest.mark.parametrize("text", ["who won the world cup in 2018", "how much protein should I eat", "best exercise for my biceps",
                                  "what does a gym membership cost", "write me a poem about the sea"])
def test_other_subjects_are_told_in_one_sentence(talk, text):
    turn = talk.say(text)
    assert turn.topic == "out_of_scope" and "outside" in turn.text


@pytest.mark.parametrize("text", ["/restart", "/nlu_fallback", "//session_start", '/ask_muscles{"exercise":"back_squat"}'])
def test_typed_commands_are_only_text(talk, text):
    talk.say("which muscles does the inverted leg press work?")
    turn = talk.say(text)
    assert turn.text.strip()
    assert talk.say("where is that from?").topic == "source"
    assert talk.say("and the calves?").exercise == "inverted_leg_press" or "ask_muscles" in text


@pytest.mark.parametrize(("text", "words"), [
    ("my calf is swollen, red and hot since yesterday", "urgent medical care"),
    ("I passed out during my last set", "emergency number"),
    ("I can't feel my groin and can't hold my pee since deadlifting", "emergency number"),
    ("my bp is 185/115, can I train legs?", "urgent medical care"),
    ("I don't want to live anymore", "crisis line"),
])
def test_red_flags_stop_everything(talk, text, words):
    turn = talk.say(text)
    assert turn.topic == "red_flag" and words in turn.text
    assert "sets" not in turn.text and not turn.buttons


@pytest.mark.parametrize("text", ["my quads are sore two days after leg day", "my knee clicks but it doesn't hurt at all",
                                  "can I leg press if I had no chest pain or anything, just a bit tired"])
def test_near_misses_are_no_red_flags(talk, text):
    assert talk.say(text).topic != "red_flag"


def test_a_load_is_converted_between_rails(talk):
    turn = talk.say("I press 200 kg on the 45-degree leg press, what is that on the vertical leg press?")
    assert turn.topic == "load" and "142 kg" in turn.text and "lower" in turn.text


def test_a_maximum_is_estimated_as_a_range(talk):
    turn = talk.say("what's my 1RM on the leg press if I did 100 kg for 5 reps?")
    assert "117.5 kg" in turn.text and "range" in turn.text


def test_no_maximum_from_long_sets(talk):
    assert "heavier" in talk.say("estimate my 1rm from 100 kg for 18 reps").text


def test_a_misspelt_exercise_is_understood(talk):
    assert talk.say("what mucsles does the invrted leg pres work").exercise == "inverted_leg_press"


def test_a_condition_in_another_question_brings_its_limit(talk):
    turn = talk.say("how many reps of the leg press should I do with glaucoma?")
    assert "eye" in turn.text


@pytest.mark.parametrize("text", ["????", "😀😀", "x" * 900, "asdf qwer zxcv"])
def test_noise_gets_a_sentence(talk, text):
    assert talk.say(text).text.strip()


def test_the_welcome_says_once_that_this_is_no_medical_advice(replies):
    first = " ".join(message["text"] for message in replies.assistant.welcome("welcome-test"))
    assert "not medical advice" in first
    turn = replies.one({"text": "which muscles does the back squat work?"}, "welcome-test")
    assert all("medical advice" not in reply["text"] for reply in turn["replies"])

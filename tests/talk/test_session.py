"""Talks with the session form, through the trained model and the real actions."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

START = "build me a leg day"
SENTENCES = yaml.safe_load(Path("tests/sessions.yml").read_text(encoding="utf-8"))
EQUIPMENT = {"a gym with machines": "gym", "barbell and rack": "barbell", "only dumbbells": "dumbbells", "nothing": "without equipment"}


def exercises(text):
    """Returns (name, sets, reps, rest of the line) of every exercise of a session."""
    return [(name.lower(), int(sets), reps, rest) for name, sets, reps, rest in
            re.findall(r"^\d\. ([^:]+): (\d) x ([\d-]+) reps(?: a side)?, (.*)$", text, re.MULTILINE)]


def names(text):
    return [name for name, *_ in exercises(text)]


def to_health(talk, goal="muscle growth", level="I have trained for a year", sessions="two days a week", equipment="only dumbbells", start=START):
    """Answers up to the health question and returns that turn."""
    talk.say(start)
    return talk.say_all(goal, level, sessions, equipment)


def finished(talk, **answers):
    """Goes through the whole form and returns its last turn."""
    to_health(talk, **answers)
    return talk.say("none of these")


def test_user_answers_every_question_and_gets_a_session(talk):
    turn = talk.say(START)
    assert turn.asking == "goal" and turn.topic == "request_rep_scheme"
    assert talk.say("I want to build muscle").asking == "experience"
    assert talk.say("about a year of training").asking == "sessions_per_week"
    assert talk.say("twice a week").asking == "equipment"
    assert talk.say("just dumbbells").asking == "health"
    turn = talk.say("no, nothing")
    assert turn.asking is None and turn.topic == "request_rep_scheme"
    assert "muscle growth, intermediate, 2 sessions a week, with dumbbells" in turn.text
    found = exercises(turn.text)
    assert 3 <= len(found) <= 6 and all("left, rest" in rest for *_, rest in found)
    for word in ("Warm-up", "Weekly sets", "quads", "product rule", "10 to 14", "Progression", "Stop the set", "Keep in mind"):
        assert word in turn.text


def test_buttons_alone_fill_the_form(talk):
    turn = talk.say("can you make me a leg session")
    for _ in range(8):
        if turn.asking is None:
            break
        turn = talk.click(turn.buttons[0]["payload"])
    assert turn.asking is None and exercises(turn.text)


@pytest.mark.parametrize(("answer", "said"), EQUIPMENT.items())
def test_each_equipment_gets_exercises_that_it_allows(talk, answer, said):
    turn = finished(talk, equipment=answer)
    assert said in turn.text.splitlines()[0]
    assert ("back squat" in names(turn.text)) == (said in ("gym", "barbell"))
    if said == "without equipment":
        assert "sofa" in turn.text or "backpack" in turn.text


def test_what_the_first_sentence_says_is_not_asked_again(talk):
    turn = talk.say("leg workout with dumbbells only, twice a week, for muscle growth, I'm a beginner")
    assert turn.asking == "health"
    assert "beginner, 2 sessions a week, with dumbbells" in talk.say("none").text


def test_answers_out_of_order_and_several_in_one(talk):
    talk.say(START)
    assert talk.say("twice a week with a barbell and a rack").asking == "goal"
    assert talk.say("strength, three years of training").asking == "health"
    assert "strength, advanced, 2 sessions a week, with a barbell" in talk.say("no").text


def test_named_exercises_are_honoured_and_tell_the_equipment(talk):
    talk.say("make me a session of leg press, RDL and calf raise")
    talk.say_all("muscle growth", "a year")
    assert talk.say("twice a week").asking == "health"
    turn = talk.say("none")
    assert names(turn.text) == ["45-degree leg press", "romanian deadlift", "standing calf raise"]
    assert "Below it: hamstrings" in turn.text


def test_a_named_exercise_that_does_not_fit_is_swapped_with_the_reason(talk):
    turn = finished(talk, start="build a leg day with hack squats and lunges at home", equipment="dumbbells")
    assert "left the hack squat out" in turn.text and "equipment" in turn.text and "takes its place" in turn.text
    assert "hack squat" not in names(turn.text) and "lunge" in names(turn.text)


def test_unwanted_exercises_stay_out(talk):
    turn = finished(talk, start="leg day without lunges please", equipment="gym")
    assert "lunge" not in names(turn.text)


def test_time_sets_the_length(talk):
    assert len(exercises(finished(talk, start="give me a 30 minute leg workout").text)) == 3


@pytest.mark.parametrize(("answers", "bad", "asked", "hint"), [
    ([], "banana", "goal", "muscle growth"),
    (["strength", "beginner", "2"], "purple", "equipment", "dumbbells"),
    (["strength", "beginner"], "9 days", "sessions_per_week", "1 to 7"),
])
def test_bad_input_is_asked_again_with_an_example(talk, answers, bad, asked, hint):
    talk.say(START)
    for answer in answers:
        talk.say(answer)
    turn = talk.say(bad)
    assert turn.asking == asked and hint in turn.text


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(talk):
    to_health(talk)
    turn = talk.say("what does RIR mean?")
    assert "reserve" in turn.text and turn.asking == "health" and turn.topic == "definition"
    assert exercises(talk.say("no health issues").text)


def test_user_asks_why_and_the_question_comes_back(talk):
    talk.say(START)
    talk.say_all("strength", "a year", "twice a week")
    turn = talk.say("why do you need to know that?")
    assert "choose exercises" in turn.text and turn.asking == "equipment"


def test_user_corrects_an_earlier_answer(talk):
    to_health(talk, goal="endurance")
    turn = talk.say("actually my goal is strength")
    assert "strength" in turn.text and turn.asking == "health"
    assert ": strength, intermediate" in talk.say("none").text


def test_user_cancels_and_nothing_leaks_into_the_next_form(talk):
    to_health(talk, goal="endurance", sessions="5")
    turn = talk.say("cancel")
    assert turn.asking is None and "dropped" in turn.text
    assert talk.say(START).asking == "goal"
    assert talk.say("power").asking == "experience"


def test_from_one_exercise_to_a_whole_session_with_the_answers_kept(talk):
    talk.say("make me a plan")
    talk.say_all("muscle growth", "a year")
    turn = talk.say("twice a week")
    assert turn.asking == "exercise" and turn.buttons[-1]["title"] == "A whole leg session"
    assert talk.click(turn.buttons[-1]["payload"]).asking == "equipment"
    talk.say("dumbbells")
    assert exercises(talk.say("none").text)


def test_a_red_flag_ends_the_form(talk):
    to_health(talk)
    turn = talk.say("my chest hurts and I feel sick when I push")
    assert turn.topic == "red_flag" and turn.asking is None and "Stop now" in turn.text
    assert "emergency" in talk.say(START).text


def test_a_condition_stops_the_session_until_cleared_and_keeps_it_careful(talk):
    to_health(talk, goal="strength", equipment="a gym with machines")
    turn = talk.say("I have a bad back")
    assert turn.asking == "clearance" and "can't assess" in turn.text and not exercises(turn.text)
    turn = talk.say("yes, my physio cleared me")
    assert "careful plan" in turn.text
    assert all(int(reps.split("-")[0]) >= 10 for _, _, reps, _ in exercises(turn.text))
    assert not {"back squat", "romanian deadlift", "conventional deadlift"} & set(names(turn.text))
    changed = talk.say("change to strength")
    assert all(int(reps.split("-")[0]) >= 10 for _, _, reps, _ in exercises(changed.text))


def test_not_cleared_means_no_session(talk):
    to_health(talk)
    talk.say("I tore my meniscus last year")
    turn = talk.say("no, not yet")
    assert turn.asking is None and not exercises(turn.text) and "physiotherapist" in turn.text


def test_a_condition_for_specialists_only_gets_no_session(talk):
    to_health(talk)
    turn = talk.say("I have an aortic aneurysm but my doctor cleared me")
    assert turn.asking is None and not exercises(turn.text) and "specialist" in turn.text


def test_pregnant_people_get_no_overhead_press_and_are_told(talk):
    talk.say("make me a leg session with the inverted leg press, leg curl and hip abduction")
    talk.say_all("general health", "a year", "twice a week")
    talk.say("I'm pregnant")
    turn = talk.say("yes")
    assert exercises(turn.text) and "inverted leg press" not in names(turn.text)
    assert "left the inverted leg press out because of pregnancy" in turn.text


def test_a_finished_session_is_shown_again_and_changed(talk):
    first = names(finished(talk).text)
    assert "3 sessions a week" in talk.say("make it 3 days").text
    assert names(talk.say("show my plan again").text) == first
    changed = talk.say("swap lunges for step-ups")
    assert "step-up" in names(changed.text) and "lunge" not in names(changed.text)
    assert ": strength," in talk.say("change to strength").text
    assert len(exercises(talk.say("make it 4 exercises").text)) == 4


def test_a_swap_that_does_not_fit_is_refused_with_the_reason(talk):
    finished(talk)
    turn = talk.say("swap lunges for hack squats")
    assert "equipment" in turn.text and not exercises(turn.text)
    assert "lunge" in names(talk.say("show me my plan again").text)


@pytest.mark.parametrize("question", ["why this order?", "why", "why in this order"])
def test_the_order_of_the_session_is_explained(talk, question):
    first = names(finished(talk).text)
    turn = talk.say(question)
    assert "in this order" in turn.text and all(name in turn.text.lower() for name in first)
    assert "fresh" in turn.text


@pytest.mark.parametrize(("question", "order"), [
    ("leg day with leg press, RDL and calf raise: what order?", ["leg press", "romanian deadlift", "calf raise"]),
    ("squat or leg press first?", ["squat", "leg press"]),
    ("in what order should I do leg curls, back squats and lunges", ["back squat", "lunge", "leg curl"]),
])
def test_order_questions_get_the_order_with_reasons(talk, question, order):
    turn = talk.say(question)
    lead = turn.text.splitlines()[0].lower()
    assert turn.asking is None and "in this order" in lead
    places = [lead.index(name) for name in order]
    assert places == sorted(places) and "Keep in mind" in turn.text


def test_where_one_exercise_goes_is_answered_from_its_file(talk):
    turn = talk.say("where do lunges go in a leg day?")
    assert turn.topic == "programming" and "after your heavy two-leg lift" in turn.text


def test_an_exercise_that_does_not_suit_the_goal_is_answered_with_a_better_one_in_one_click(talk):
    talk.say("make me a strength plan for the goblet squat")
    talk.say_all("a year", "twice a week", "none")
    turn = talk.say("skip")
    assert "not suitable for strength" in turn.text and "arms give out" in turn.text and "suits it better" in turn.text
    assert turn.buttons[0]["title"] == "Plan for the Bulgarian split squat"
    turn = talk.click(turn.buttons[0]["payload"])
    assert "Your Bulgarian split squat plan: strength, intermediate, 2 sessions a week" in turn.text


@pytest.mark.parametrize(("exercise", "goal", "words"), [
    ("good morning", "strength", ["not advised", "Romanian deadlift"]),
    ("seated calf raise", "strength", ["rare choice", "standing calf raise", "Week 1"]),
    ("romanian deadlift", "power", ["not suitable", "conventional deadlift"]),
])
def test_rare_and_unsuited_exercises_name_a_better_one(talk, exercise, goal, words):
    talk.say(f"give me a rep scheme for the {exercise}")
    talk.say_all(goal, "I have trained for a year", "twice a week", "none")
    turn = talk.say("skip")
    assert all(word in turn.text for word in words) and turn.buttons


def test_sentences_start_the_form_that_was_meant(replies):
    """The held-out sentences of tests/sessions.yml: nine in ten requests start their form, and hardly a question starts one."""
    def understood(text):
        assistant = replies.assistant
        return assistant.loop.run_until_complete(assistant.agent.parse_message(text))["intent"]["name"]

    found = {kind: {text: understood(text) for text in texts} for kind, texts in SENTENCES.items()}
    missed = [(text, intent) for kind, wanted in (("session", "request_session"), ("scheme", "request_rep_scheme"))
              for text, intent in found[kind].items() if intent != wanted]
    assert len(missed) <= 3, missed
    assert sum(intent.startswith("request_") for intent in found["question"].values()) <= 1, found["question"]


@pytest.mark.parametrize(("start", "muscle", "first"), [
    ("glute day please", "glutes", {"back squat", "hip thrust"}), ("hamstring session", "hamstrings", {"romanian deadlift"}),
    ("quad focused leg workout", "quads", {"back squat", "45-degree leg press"})])
def test_a_muscle_that_is_named_comes_first_without_being_asked_for(talk, start, muscle, first):
    turn = finished(talk, start=start, equipment="a gym with machines")
    assert f"The {muscle} come first here" in turn.text and names(turn.text)[0] in first, turn.text


def test_why_this_order_names_what_comes_first(talk):
    finished(talk, start="hamstring session", equipment="a gym with machines")
    turn = talk.say("why this order?")
    assert "what you put first" in turn.text and len(turn.text.split()) <= 95


def test_another_muscle_can_be_put_first_afterwards(talk):
    finished(talk, start="glute day please", equipment="a gym with machines")
    turn = talk.say("focus on quads instead")
    assert "The quads come first here" in turn.text and exercises(turn.text)

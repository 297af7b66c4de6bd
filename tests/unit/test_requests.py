import pytest
from rasa.shared.nlu.training_data.message import Message

from addons.nlu import requests
from addons.nlu.requests import ONE_FIGURE, PLEA, QUESTION, SEEKING, SHORT_FORMS, is_bare_name, meant_request


@pytest.mark.parametrize("text", ["What can I train for with this?", "could i do legs with only this machine", "how do you plan leg days",
                                  "so which goals is it for", "can I build a session around it"])
def test_questions_are_no_requests(text):
    assert QUESTION.search(text) and not PLEA.search(text)


@pytest.mark.parametrize("text", ["can you make me a plan", "can i get a workout for legs", "write me a scheme", "could i have a plan please",
                                  "I need a routine", "leg plan for 3 days"])
def test_requests_stay_requests(text):
    assert PLEA.search(text) or not QUESTION.search(text)


@pytest.mark.parametrize(("masked", "bare"), [
    ("this exercise", True), ("the this exercise?", True), ("this exercises", True), ("this exercise muscles", False),
    ("how about this exercise", False), ("", False)])
def test_a_name_alone_is_a_bare_name(masked, bare):
    assert is_bare_name(masked) is bare


@pytest.mark.parametrize(("masked", "exercises", "likeliest", "meant"), [
    ("sets and reps for this exercise", ["leg_press"], "request_session", "request_rep_scheme"),
    ("make me a plan", [], "request_session", "request_rep_scheme"),
    ("a plan with this exercise and this exercise", ["lunge", "leg_curl"], "request_rep_scheme", "request_session"),
    ("a plan for this exercise, this exercise", ["leg_press", "leg_press_45"], "request_session", "request_rep_scheme"),
    ("leg day around this exercise", ["hack_squat"], "request_session", "request_session"),
    ("a plan for my legs", [], "request_rep_scheme", "request_rep_scheme"),
    ("glute day please", [], "request_rep_scheme", "request_session"),
    ("this exercise for leg day", ["hack_squat"], "request_rep_scheme", "request_rep_scheme"),
])
def test_a_request_is_for_one_exercise_or_for_a_session(masked, exercises, likeliest, meant):
    other = {"request_session": "request_rep_scheme", "request_rep_scheme": "request_session"}[likeliest]
    message = Message({"text": masked, "masked_text": masked, "entities": [{"entity": "exercise", "value": item} for item in exercises],
                       "intent_ranking": [{"name": likeliest, "confidence": 0.6}, {"name": other, "confidence": 0.3}]})
    assert meant_request(message) == meant


@pytest.mark.parametrize(("text", "one"), [
    ("good morning sets for strength", True), ("squat reps for size", True), ("lunge progression for a beginner", True),
    ("sets and reps for squats", False), ("a plan of three sets for squats", False), ("write a rep scheme", False)])
def test_sets_or_reps_alone_are_asked_about(text, one):
    assert bool(ONE_FIGURE.search(text)) is one


@pytest.mark.parametrize(("text", "seeks"), [
    ("what works the hamstrings", True), ("which exercise hits glutes best", True), ("and what is good for calves", True),
    ("what do the hamstrings do", False), ("what muscles are worked", False)])
def test_an_exercise_is_looked_for_by_the_form_of_the_question(text, seeks):
    assert bool(SEEKING.search(text)) is seeks


@pytest.mark.parametrize(("text", "intent"), [
    ("how do i do it?", "ask_technique"), ("how do you know", "ask_source"), ("and heavier?", "ask_load"), ("what does it work", "ask_muscles"),
    ("what should i avoid", "ask_risks"), ("how do i fix that", "follow_up"), ("how do i do it without a rack", None)])
def test_short_forms(text, intent):
    assert next((name for name, form in SHORT_FORMS.items() if form.search(text)), None) == intent


@pytest.mark.parametrize("text", ["leg day takes me two hours", "thrust machine is broken, plan b?", "how many leg sessions a week for a prop"])
def test_words_that_ask_for_nothing_to_be_made(text):
    assert not requests.REQUESTING.search(text)


@pytest.mark.parametrize("text", ["leg day for power, please", "quads and glutes, 3 days a week", "build me something", "hook me up with a routine",
                                  "legs, 30 min, go"])
def test_words_that_ask_for_something_to_be_made(text):
    assert requests.REQUESTING.search(text)

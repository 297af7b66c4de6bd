import pytest

from addons.nlu.requests import PLEA, QUESTION, is_bare_name


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

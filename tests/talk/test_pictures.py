"""Which replies come with a picture."""
from __future__ import annotations

import pytest


def shown(turn):
    return [picture["name"] for reply in turn.replies for picture in reply["pictures"]]


@pytest.mark.parametrize(("text", "name"), [
    ("which muscles does the inverted leg press work?", "muscles-inverted_leg_press"),
    ("what muscles do Romanian deadlifts work?", "muscles-romanian_deadlift"),
    ("where do I put my feet on the hack squat?", "feet-hack_squat"),
    ("what does a wide stance do on the 45 degree leg press?", "feet-leg_press_45-wide"),
    ("should I turn my toes out in the back squat?", "feet-back_squat-toes_out"),
])
def test_an_answer_about_muscles_or_stances_carries_its_picture(talk, know, text, name):
    turn = talk.say(text)
    assert shown(turn) == [name]
    [alt] = [picture["alt"] for reply in turn.replies for picture in reply["pictures"]]
    kind, exercise, *stance = name.split("-")
    assert know.name_of(exercise) in alt and all(know.name_of(item) in alt for item in stance)
    assert kind == "feet" or all(know.name_of(use.muscle) in alt for use in know.exercises[exercise].muscles.primary)


def test_the_stance_that_answers_stands_out(talk):
    turn = talk.say("where do I put my feet for glutes on the inverted leg press?")
    assert "higher" in turn.text and shown(turn) == ["feet-inverted_leg_press-high"]


def test_the_same_picture_is_not_shown_twice_in_a_row(talk):
    assert shown(talk.say("which muscles does the back squat work?")) == ["muscles-back_squat"]
    again = talk.say("does the back squat work my hamstrings?")
    assert again.topic == "muscles" and shown(again) == []
    assert shown(talk.say("how should I breathe in the back squat?")) == []
    assert shown(talk.say("which muscles does the back squat work?")) == ["muscles-back_squat"]


def test_a_reply_has_at_most_one_picture(talk):
    turn = talk.say("which muscles does the back squat work? and where do I put my feet on the 45 degree leg press?")
    assert len(turn.replies) == 2 and shown(turn) == ["muscles-back_squat"]


@pytest.mark.parametrize("text", ["how do I breathe in the back squat?", "where are my quads?", "is the back squat bad for my knees?",
                                  "I have sudden chest pain on the leg press, which muscles does it work?"])
def test_other_answers_come_without(talk, text):
    assert shown(talk.say(text)) == []

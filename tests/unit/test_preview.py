"""The preview of an exercise: what it prints and what it remarks, with questions understood by a stand-in for embedding and model."""
from __future__ import annotations

from dataclasses import replace

import pytest

from actions.question import INTENT_OF_TOPIC, Question
from evaluation.preview import main, preview
from knowledge.schema import TOPICS

EXERCISE = "good_morning"


@pytest.fixture
def understand(know):
    """Understands every example question as the claim that has it."""
    homes = {ask: entry for entry in know.claims_of(EXERCISE) for ask in reversed(entry.claim.asks)}
    return lambda text, topic: [Question(text, INTENT_OF_TOPIC[topic], nearest={homes[text].id: 1.0}, worded={homes[text].id: 1.0})]


def test_every_topic_and_every_claim_is_answered(know, understand):
    made = preview(EXERCISE, understand, know)
    claims = know.claims_of(EXERCISE)
    assert [reply.about for reply in made.replies] == [*TOPICS, *(entry.place for entry in claims)]
    answers = {reply.about: reply for reply in made.replies}
    assert answers["muscles"].text == know.exercises[EXERCISE].muscles.overview.say
    place = "technique.lowering[0]"
    assert answers[place].asked == "do i bend from hips or waist" and answers[place].text.startswith("Start the way down")


def test_a_claim_that_another_one_beats_is_remarked(know, understand):
    winner = "general.technique.claims[0]"
    stolen = "technique.lowering[0]"

    def mistaken(text, topic):
        own = f"{EXERCISE}.{stolen}"
        return [Question(text, "ask_technique", nearest={winner: 1.0}, worded={winner: 1.0})] if text in know.entries[own].claim.asks \
            else understand(text, topic)

    remarks = preview(EXERCISE, mistaken, know).remarks
    assert any(remark.startswith(f"{stolen}: none of its asks finds it") and "general.technique" in remark for remark in remarks)


def test_a_question_that_is_taken_for_something_else_is_remarked(know, understand):
    def greeted(text, topic):
        return [Question(text, "greet")] if text == "what exactly is this exercise" else understand(text, topic)

    assert 'definition.overview: "what exactly is this exercise" is taken for greet' in preview(EXERCISE, greeted, know).remarks


def test_a_long_answer_and_missing_asks_are_remarked(know, understand):
    long = know.entries[f"{EXERCISE}.definition.overview"]
    claim = long.claim.copy(update={"say": "word " * 91 + "end."})
    silent = know.entries[f"{EXERCISE}.definition.claims[0]"]
    entries = {**know.entries, long.id: replace(long, claim=claim), silent.id: replace(silent, claim=silent.claim.copy(update={"asks": []}))}
    remarks = preview(EXERCISE, understand, replace(know, entries=entries)).remarks
    assert "definition: the answer has 92 words, at most 90" in remarks
    assert any(remark.startswith("definition.claims[0]: has no asks") for remark in remarks)


def test_a_topic_that_the_file_is_silent_on_is_remarked(know, understand):
    gone = know.without(lambda entry: entry.exercise == EXERCISE and entry.topic == "load")
    remarks = preview(EXERCISE, understand, gone).remarks
    assert any(remark.startswith("load: the plain question is answered from") for remark in remarks)


def test_an_unknown_exercise_is_told_with_the_nearest(capfd):
    assert main(["good_mornin"]) == 1
    assert 'did you mean "good_morning"?' in capfd.readouterr().err

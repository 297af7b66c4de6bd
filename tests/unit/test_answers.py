"""The answer function on plain values: which exercise, which claims, how long."""
from __future__ import annotations

from pathlib import Path

import pytest

from actions import answers, rendering, talk
from actions.mentions import Mention
from actions.question import FINDING, TOPIC_OF_INTENT, Context, Question
from actions.subject import resolve


def question(intent, text="", **entities):
    mentions = tuple(Mention(entity, value, value) for entity, values in entities.items()
                     for value in (values if isinstance(values, list) else [values]))
    return Question(text, intent, 1.0, mentions, {}, {intent: 1.0})


def words(answer, know):
    return len(rendering.text_of(answer, know).split())


def test_no_code_knows_the_first_exercise_by_name():
    for room in ("actions", "addons", "evaluation"):
        for file in Path(room).rglob("*.py"):
            assert "inverted_leg_press" not in file.read_text(encoding="utf-8"), file


def test_a_family_is_the_member_being_talked_about(know):
    subject = resolve(question("ask_muscles", exercise="leg_press"), Context(exercise="inverted_leg_press"), know)
    assert subject.exercise == "inverted_leg_press"


def test_a_family_without_a_talk_stays_a_family_or_its_usual_member(know):
    answer = answers.answer(question("ask_muscles", exercise="squat"), Context(), know)
    assert answer.exercise in ("squat", "back_squat")


def test_the_exercise_of_the_talk_comes_before_machine_parts(know):
    subject = resolve(question("ask_technique", "how far should the platform come"), Context(exercise="leg_press_45"), know)
    assert (subject.exercise, subject.how) == ("leg_press_45", "talk")


@pytest.mark.parametrize("intent", sorted(TOPIC_OF_INTENT))
@pytest.mark.parametrize("exercise", ["inverted_leg_press", "leg_press_45", "back_squat", "leg_press", "squat", None])
def test_every_topic_has_a_short_answer_for_every_exercise(know, intent, exercise):
    asked = question(intent, **({"exercise": exercise} if exercise else {}))
    answer = answers.answer(asked, Context(), know)
    assert answer.lead and words(answer, know) <= 95 and len(answer.bullets) <= 5
    if intent != FINDING or exercise:
        assert answer.intent == intent or intent == FINDING
        assert answer.topic == TOPIC_OF_INTENT[intent]
    assert answer.claims and all(claim in know.entries for claim in answer.claims)
    assert all(button.payload.startswith("/") for button in answer.buttons)


@pytest.mark.parametrize("condition", ["high_blood_pressure", "hernia", "pregnancy", "glaucoma", "knee_replacement"])
def test_a_condition_asked_about_leads(know, condition):
    answer = answers.answer(question("ask_risks", exercise="inverted_leg_press", condition=condition), Context(), know)
    assert condition in know.entries[answer.claims[0]].tags


def test_any_pair_of_exercises_is_compared_the_same_from_both_sides(know):
    for one in know.exercises:
        for other in know.exercises:
            if one != other:
                answer = answers.answer(question("ask_comparison", exercise=[one, other]), Context(), know)
                assert answer.exercise == one and words(answer, know) <= 95


def test_a_follow_up_without_a_talk_asks_back(know):
    answer = answers.answer(question("follow_up", "and that one?"), Context(), know)
    assert answer.asks_back and answer.buttons


def test_the_record_of_an_answer_is_plain_data(know):
    import json

    json.dumps(answers.answer(question("ask_muscles", exercise="back_squat"), Context(), know).record())


def test_sources_of_a_second_hand_claim_are_told_as_such(know):
    second_hand = next(entry for entry in know.entries.values() if entry.claim.second_hand and any(
        know.sources[s].kind.value in ("study", "review", "summary", "guideline") for s in entry.claim.sources))
    text = talk.source_text(Context("muscles", None, {"claims": [second_hand.id]}), know)
    assert "as summarised elsewhere" in text


def test_every_claim_can_name_its_source(know):
    for entry in know.entries.values():
        assert len(talk.source_text(Context("x", None, {"claims": [entry.id]}), know).splitlines()) >= 2

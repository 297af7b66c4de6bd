"""Sets and repetitions from the goals of an exercise's file."""
from __future__ import annotations

import pytest

import knowledge
from actions.doses import dose_answer, is_plain
from actions.mentions import Mention
from actions.question import Question
from actions.ranking import Wanted
from actions.subject import Subject

KNOW = knowledge.shared()


def asked(text, exercise, *mentions, before=(), conditions=()):
    question = Question(text, "ask_programming", mentions=tuple(Mention(*mention) for mention in mentions))
    return dose_answer(question, Wanted("programming", Subject(exercise, "talk"), {}), before, conditions, KNOW)


@pytest.mark.parametrize("exercise", sorted(KNOW.exercises))
def test_every_exercise_answers_how_many_reps_within_the_limit(exercise):
    answer = asked("how many reps", exercise, ("aspect", "rep_range", "reps"))
    assert answer.exercise == exercise and KNOW.exercises[exercise].name in answer.lead
    assert len(" ".join([answer.lead, *answer.bullets]).split()) <= 90


@pytest.mark.parametrize("goal", sorted(KNOW.goals))
def test_a_goal_leads_to_the_claim_for_it(goal):
    answer = asked("reps for that", "good_morning", ("aspect", "rep_range", "reps"), ("goal", goal, "that"))
    assert goal in KNOW.entries[answer.claims[0]].tags


def test_with_a_condition_told_before_the_careful_figures_count():
    answer = asked("how many reps", "lunge", ("aspect", "rep_range", "reps"), conditions=("acl_injury",))
    assert "return_from_injury" in KNOW.entries[answer.claims[0]].tags
    answer = asked("how many reps", "lunge", ("aspect", "rep_range", "reps"), conditions=("pregnancy",))
    assert "general_health" in KNOW.entries[answer.claims[0]].tags


def test_a_follow_up_takes_the_question_over():
    assert asked("and for strength?", "lunge", ("goal", "strength", "strength")) is None
    assert asked("and for strength?", "lunge", ("goal", "strength", "strength"), before=("rep_range",)) is not None


@pytest.mark.parametrize(("text", "plain"), [
    ("how many reps should I do", True), ("reps please", True), ("should I do half reps", False), ("why do my reps drop", False)])
def test_only_the_plain_question_counts(text, plain):
    assert is_plain(Question(text, "ask_programming", mentions=(Mention("aspect", "rep_range", "reps"),))) is plain

"""Features and weights of claims, the index of shared words, and how the weights are learned."""
from __future__ import annotations

import numpy as np
import pytest

from actions import ranking
from actions.choosing import rank
from actions.question import Question
from actions.ranking import Wanted
from actions.subject import Subject
from addons.nlu.wordindex import WordIndex
from evaluation.ranking import LEAST, Case, first_answers, fit

TEXTS = ["the pad sits above the ankle", "how deep should you squat", "the pad is soft", "how wide should you stand"]


@pytest.fixture
def index():
    return WordIndex.of(TEXTS, [0, 1, 0, 2], 3)


def test_the_claim_with_the_rare_words_of_a_message_covers_most_of_it(index):
    covered = index.coverage("where do the pads go above my ankles")
    assert covered.argmax() == 0 and covered[1] == covered[2] == 0
    assert 0 < covered[0] < 1  # "where", "do", "go" and "my" stand in no claim


def test_words_count_in_any_form_and_rare_ones_more(index):
    covered = index.coverage("squatting deeper")
    assert covered[1] == pytest.approx(1 / 2, abs=0.2) and covered[0] == covered[2] == 0
    both = index.coverage("how squats")
    assert both[1] == pytest.approx(1) and 0 < both[2] < 0.5


def test_an_index_is_read_as_it_was_written(index, tmp_path):
    index.save(tmp_path)
    again = WordIndex.load(tmp_path)
    assert np.allclose(again.coverage("a pad for squats"), index.coverage("a pad for squats"))


def test_no_words_cover_nothing(index):
    assert not index.coverage("??").any()


def test_what_is_asked_about_and_what_is_not_are_told_apart(know):
    entry = know.entries["muscles.calves.does"]
    wanted = Wanted("muscles", Subject(None, "none"), {"calves": 3.0})
    found = ranking.features(entry, "general", wanted, Question("x", "ask_muscles", nearest={entry.id: 0.5}), know)
    assert found["asked muscle"] == 1.0 and found["meaning"] == 0.5 and found["topic"] == 1.0
    other = ranking.features(entry, "general", Wanted("risks", Subject(None, "none"), {}), Question("x", "ask_risks"), know)
    assert other["beyond muscle"] == 1.0 and other["topic"] == 0.0 and "asked muscle" not in other


def test_a_score_is_the_weighed_sum_of_features():
    assert ranking.score({"a": 2.0, "b": 1.0, "unknown": 9.0}, {"a": 0.5, "b": -1.0}) == 0.0


def test_a_settled_topic_beats_a_nearer_claim_of_another(know):
    question = Question("and for quads?", "follow_up")
    subject = Subject("inverted_leg_press", "talk")
    settled = rank(question, Wanted("foot_placement", subject, {"quads": 3.0}, settled=True), know)
    assert settled[0].entry.topic == "foot_placement"


def test_the_weights_keep_their_least_values():
    table = ranking.weights()
    assert all(table[name] >= least for name, least in LEAST.items())
    assert table["meaning"] > 0 and table["words"] > 0 and table["own"] > table["talk"] > table["general beside exercise"]


def test_learning_finds_the_feature_that_tells_answers():
    random = np.random.RandomState(1)
    cases = []
    for _ in range(60):
        answers = np.zeros(6, dtype=bool)
        answers[random.randint(6)] = True
        cases.append(Case(np.stack([answers + 0.3 * random.rand(6), random.rand(6)], axis=1), answers))
    weights = fit(cases)
    assert first_answers(cases, weights, 1) == 1.0 and weights[0] > abs(weights[1])

"""The parts of `make bench` that need no server."""
from __future__ import annotations

from evaluation import bench
from evaluation.sentences import Sentence
from evaluation.workshop import _some


def test_a_ratio_says_how_many_times_better_than_stock():
    table = bench.Table()
    table.add("seconds", 2.0, 10.0)
    table.add("messages a second", 30.0, 6.0, more_is_better=True)
    table.add("ours only", 3.0, None)
    assert table.figures == {"seconds": {"ours": 2.0, "stock": 10.0, "ratio": 5.0},
                             "messages a second": {"ours": 30.0, "stock": 6.0, "ratio": 5.0},
                             "ours only": {"ours": 3.0, "stock": None, "ratio": None}}


def test_percentiles():
    values = list(range(1, 101))
    assert (bench.percentile(values, 0.5), bench.percentile(values, 0.95), bench.percentile([7], 0.99)) == (51, 96, 7)


def test_a_share_of_the_sentences_keeps_every_intent_and_flag():
    sentences = [Sentence(f"{intent} {number}", intent, "a", flag) for intent, flag, count in
                 (("greet", None, 100), ("report_red_flag", "chest_pain", 3), ("report_red_flag", "fainting", 200)) for number in range(count)]
    found = _some(sentences, 0.1)
    assert [sum((item.intent, item.flag) == kind for item in found) for kind in
            (("greet", None), ("report_red_flag", "chest_pain"), ("report_red_flag", "fainting"))] == [10, 3, 20]
    assert _some(sentences, 1.0) == sentences

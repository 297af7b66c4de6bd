"""Comparing a question with many texts in two steps."""
from __future__ import annotations

import numpy as np
import pytest

from addons.nlu import vectorsearch
from addons.nlu.sharpening import unit
from addons.nlu.vectorsearch import MainDirections, VectorSearch, principal

SIZES = (900, 300, 40)
CHECKED = (120, 60, 60)


@pytest.fixture(scope="module")
def texts():
    """Unit vectors that lie around a few subjects, as sentences do."""
    random = np.random.RandomState(3)
    subjects = random.randn(30, 96)
    return unit(subjects[random.randint(30, size=sum(SIZES))] + 0.7 * random.randn(sum(SIZES), 96)).astype(np.float32)


@pytest.fixture(scope="module")
def sections():
    ends = np.cumsum((0, *SIZES))
    return [(int(first), int(last)) for first, last in zip(ends[:-1], ends[1:], strict=True)]


@pytest.fixture(scope="module")
def search(texts, sections):
    return VectorSearch(texts, principal(texts, 24), sections, CHECKED)


def test_the_nearest_of_each_section_are_those_of_the_full_product(texts, sections, search):
    random = np.random.RandomState(4)
    for number in range(20):
        question = unit(texts[number * 50] + 0.3 * random.randn(96) / 10).astype(np.float32)
        full, found = texts @ question, search.cosines(question)
        for first, last in sections:
            nearest = np.argsort(-full[first:last])[:8] + first
            assert set(np.argsort(-found[first:last])[:8] + first) == set(nearest)
            assert found[nearest] == pytest.approx(full[nearest], abs=1e-5)


def test_a_section_in_whole_and_a_small_one_are_exact(texts, sections, search):
    question = texts[7]
    found = search.cosines(question, whole={1})
    for first, last in sections[1:]:
        assert found[first:last] == pytest.approx(texts[first:last] @ question, abs=1e-5)


def test_only_the_wanted_sections_are_looked_at(texts, sections, search):
    question = texts[7]
    everything, found = search.cosines(question, {2}), search.cosines(question, {2}, {0, 2})
    for number in (0, 2):
        first, last = sections[number]
        assert found[first:last] == pytest.approx(everything[first:last], abs=1e-5)
    first, last = sections[1]
    assert (found[first:last] == vectorsearch.FAR).all()


def test_far_texts_are_close_to_their_cosines(texts, search):
    error = np.abs(search.cosines(texts[11]) - texts @ texts[11])
    assert 0 < error.max() < 0.3


def test_the_main_directions_are_at_right_angles(texts):
    basis = principal(texts, 24)
    assert basis.shape == (96, 24)
    assert basis.T @ basis == pytest.approx(np.eye(24), abs=1e-4)


def test_at_most_so_many_texts_are_compared_in_full_and_the_nearest_among_them(texts, sections, monkeypatch):
    monkeypatch.setattr(vectorsearch, "MOST_CHECKED", 50)
    question = texts[7]
    full, found = texts @ question, VectorSearch(texts, principal(texts, 24), sections[:2], CHECKED[:2]).cosines(question)
    exact = np.isclose(found, full, atol=1e-6)[:sections[1][1]]
    assert exact.sum() < 60 and exact[np.argsort(-full[:sections[1][1]])[:8]].all()


def test_main_directions_keep_what_is_near(texts, tmp_path):
    MainDirections.of(texts).save(tmp_path)
    main = MainDirections.load(tmp_path)
    places = np.arange(len(texts))
    for number in (0, 400, 1100):
        nearest = np.argsort(-(texts @ texts[number]))[:5]
        found = main.cosines(texts[number], places)
        assert np.argmax(found) == number and set(nearest) <= set(np.argsort(-found)[:12])
        assert main.cosines(texts[number], nearest) == pytest.approx(found[nearest], abs=1e-6)

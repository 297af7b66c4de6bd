"""The claims that may answer, found by exercise."""
from __future__ import annotations

import random

import pytest

from actions import choosing
from actions.choosing import candidates
from actions.mentions import Mention
from actions.question import Question
from actions.ranking import Wanted
from actions.subject import Subject

SUBJECTS = [Subject("back_squat", "named"), Subject("leg_press", "named"), Subject(None, "none"), Subject("front_squat", "talk", ("lunge",)),
            Subject("leg_press", "named", ("leg_press_45", "squat")), Subject("box_squat", "named", ("back_squat",)),
            Subject("back_squat", "named", ("squat", "deadlift"))]


def place_of(entry, subject, know):
    """Returns where a claim stands towards the exercise asked about, None if it may not answer; looks at one claim alone."""
    asked = subject.exercise
    family = know.families.get(asked)
    if entry.exercise is None:
        return "general" if asked is None else "general beside exercise"
    if entry.exercise == asked:
        return "own" if subject.how == "named" else "talk"
    if entry.exercise == know.family_of(asked or ""):
        return "family"
    if family is not None and entry.exercise == family.usual:
        return "usual"
    if family is not None and know.family_of(entry.exercise) == asked:
        return "member"
    return "other" if entry.exercise in subject.others and asked in entry.own else None


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("near", [0, 190])
def test_the_index_finds_what_a_look_at_every_claim_finds(know, subject, near):
    nearest = dict.fromkeys(random.Random(7).sample(list(know.entries), near), 0.5)
    wanted = Wanted("muscles", subject, {"glutes": 3.0, "hypertrophy": 2.2})
    found = {entry.id: place for entry, place in candidates(Question("x", "ask_muscles", nearest=nearest), wanted, know)}
    every = {entry.id: place_of(entry, subject, know) for entry in know.entries.values()
             if not nearest or entry.id in nearest or entry.overview or entry.tags & wanted.tags.keys()}
    assert found == {claim: place for claim, place in every.items() if place}


def test_what_a_file_says_of_another_exercise_is_found_from_the_other_side_too(know):
    told = [entry.id for entry in know.claims_of("back_squat") if "smith_squat" in entry.own]
    wanted = Wanted("comparison", Subject("smith_squat", "named", ("back_squat",)), {})
    places = {entry.id: place for entry, place in candidates(Question("x", "ask_comparison"), wanted, know)}
    assert told and all(places[claim] == "other" for claim in told)


@pytest.mark.parametrize(("told", "behind", "leads"), [(True, 2.0, True), (True, 5.0, False), (False, 2.0, False)])
def test_what_an_exercise_says_of_a_told_condition_leads_where_it_is_nearly_as_likely(know, monkeypatch, told, behind, leads):
    claims = know.claims_of("leg_extension")
    careful = next(entry for entry in claims if "acl_injury" in entry.tags)
    general = next(entry for entry in claims if "acl_injury" not in entry.tags and entry.topic == "rehab")
    points = {general.id: 10.0, careful.id: 10.0 - behind}
    monkeypatch.setattr(choosing, "features", lambda entry, *_: entry)
    monkeypatch.setattr(choosing, "score", lambda entry: points.get(entry.id, 0.0))
    question = Question("x", "ask_rehab", mentions=(Mention("condition", "acl_injury"),) if told else ())
    wanted = Wanted("rehab", Subject("leg_extension", "named"), {"acl_injury": 4.0} if told else {})
    first = choosing.rank(question, wanted, know)[0].entry
    assert first is (careful if leads else general)

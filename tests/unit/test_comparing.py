"""Any two exercises side by side: short, the same from both sides, and at one with the claims that compare them."""
from __future__ import annotations

import itertools
import re

import pytest

from actions import answers, comparing, profiles, rendering
from actions.mentions import Mention
from actions.question import Context, Question
from knowledge.schema import TRAITS

ASKED = [{}, {"body_part": "lower_back"}, {"body_part": "knee"}, {"experience": "beginner"}, {"aspect": "balance"}, {"equipment": "home"},
         {"muscle": "glutes"}, {"muscle": "hamstrings"}, {"muscle": "quadriceps"}, {"muscle": "calves"}]
GENTLER = {   # words with which a claim says that something is less, by trait
    "spine": ("kinder to the spine", "spares your back", "spares the back", "spares back", "little load on the spine", "spine less",
              "without the back", "spares shoulders and spine", "little spine load", "little load on the back"),
    "knee": ("kinder to the knee", "easier on the knee", "easier on knee", "kinder to my knee"),
    "skill": ("easier to learn", "easier start", "simpler start", "needs no learning"),
    "balance": ("steadier", "easier to balance", "needs no balance", "need no balance"),
}


def compared(know, *exercises, **asked):
    mentions = tuple(Mention("exercise", item, item) for item in exercises) + tuple(Mention(kind, value, value) for kind, value in asked.items())
    return answers.answer(Question("x or y", "ask_comparison", 1.0, mentions, {}, {"ask_comparison": 1.0}), Context(), know)


def pairs(know):
    return itertools.combinations(know.exercises, 2)


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_all_231_pairs_say_the_same_from_both_sides_in_under_ninety_words(know, asked):
    number = 0
    for one, other in pairs(know):
        first, second = compared(know, one, other, **asked), compared(know, other, one, **asked)
        for answer in (first, second):
            assert answer.lead[0].isupper() and 2 <= len(answer.bullets) <= 5, (one, other)
            assert len(rendering.text_of(answer, know).split()) <= 90, (one, other)
            assert answer.claims and set(answer.claims) <= set(know.entries)
        assert set(first.claims) == set(second.claims), (one, other)
        assert sorted(first.bullets[:2]) == sorted(second.bullets[:2]), (one, other)
        assert sorted(re.findall(r"\w+", first.lead.lower())) == sorted(re.findall(r"\w+", second.lead.lower())), (one, other)
        number += 1
    assert number == 231


def part_of(sentence, exercise, other):
    """Returns what the gist says of an exercise."""
    return sentence.removesuffix(".").partition(f"the {exercise.name} ")[2].partition(f" and the {other.name} ")[0]


def test_who_should_pick_which_does_not_depend_on_the_order_and_keeps_to_the_facts(know):
    words = know.wording["compare"]
    for a, b in pairs(know):
        one, other = know.exercises[a], know.exercises[b]
        here, there = comparing.gist([one, other], know), comparing.gist([other, one], know)
        alike = words["alike"].partition("{names}")[0]
        if here.startswith(alike):
            assert there.startswith(alike) and one.traits.machine == other.traits.machine
            continue
        for exercise, rival in ((one, other), (other, one)):
            part = part_of(here, exercise, rival)
            assert part == part_of(there, exercise, rival), (a, b)
            for trait, phrase in words["less"].items():
                if phrase in part:
                    assert profiles.level(exercise, trait) < profiles.level(rival, trait), (a, b)


@pytest.mark.parametrize("trait", TRAITS)
def test_what_is_easier_has_the_lower_level(know, trait):
    for a, b in pairs(know):
        one, other = know.exercises[a], know.exercises[b]
        told = comparing.by_trait([one, other], trait, know)
        if profiles.level(one, trait) == profiles.level(other, trait):
            assert told.startswith("None is clearly")
        else:
            easier = min((one, other), key=lambda ex: profiles.level(ex, trait))
            assert told.startswith(f"the {easier.name} is"), told


def test_a_muscle_goes_to_the_exercise_that_trains_it_mainly(know):
    leg_curl, squat = know.exercises["leg_curl"], know.exercises["back_squat"]
    for order in ([leg_curl, squat], [squat, leg_curl]):
        assert comparing.for_muscle(order, "hamstrings", know).startswith("For the hamstrings, choose the leg curl")
    assert compared(know, "hip_thrust", "goblet_squat", muscle="glutes").lead.startswith("For the glutes, choose the hip thrust first")


def test_three_are_put_side_by_side(know):
    answer = compared(know, "leg_press", "hack_squat", "squat")
    assert len(answer.bullets) == 3 and len(rendering.text_of(answer, know).split()) <= 90
    assert all(name in answer.lead for name in ("45-degree leg press", "hack squat", "back squat"))


def test_claims_that_call_an_exercise_gentler_agree_with_its_traits(know):
    """A clause that names one of the two and calls it the easier one must not speak of the one with the higher level."""
    checked = 0
    for entry in know.entries.values():
        if not entry.place.startswith("comparisons["):
            continue
        other = next(iter(entry.own))
        ids = [know.families[item].usual if item in know.families else item for item in (entry.exercise, other)]
        if not set(ids) <= set(know.exercises):
            continue
        for clause in re.split(r"[.,;:]| while | whereas ", entry.claim.say):
            named = {know.families[item].usual if item in know.families else item for item in know.exercises_in(clause)} & set(ids)
            for trait, phrases in GENTLER.items():
                if len(named) == 1 and any(phrase in clause.lower() for phrase in phrases):
                    gentler = named.pop()
                    rival = ids[1 - ids.index(gentler)]
                    assert profiles.level(know.exercises[gentler], trait) <= profiles.level(know.exercises[rival], trait), entry.id
                    checked += 1
                    named.add(gentler)
    assert checked >= 15

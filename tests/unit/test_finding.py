"""Which exercises are found for a muscle, with some equipment, under a limit or in place of another one."""
from __future__ import annotations

from dataclasses import replace

import pytest

from actions import answers, profiles, rendering
from actions.finding import MOST_NAMED, Sought, allowed, choose, names_allowed, sought_by
from actions.mentions import Mention
from actions.question import FINDING, Context, Question
from actions.ranking import Wanted
from actions.subject import Subject


def asked(intent=FINDING, negated=(), **entities):
    mentions = tuple(Mention(kind, value, value, negated=value in negated) for kind, values in entities.items()
                     for value in (values if isinstance(values, list) else [values]))
    return Question("what for it", intent, 1.0, mentions, {}, {intent: 1.0})


def found(know, intent=FINDING, negated=(), **entities):
    return answers.answer(asked(intent, negated, **entities), Context(), know)


def listed(answer, know):
    """Returns the exercises of the bullets."""
    names = {ex.name.lower(): ex for ex in know.exercises.values()}
    return [names[bullet.partition(":")[0].partition(" (")[0].lower()] for bullet in answer.bullets]


@pytest.mark.parametrize(("muscle", "first"), [
    ("glutes", ["hip_thrust", "back_squat"]), ("hamstrings", ["leg_curl", "romanian_deadlift"]), ("rectus_femoris", ["leg_extension"]),
    ("soleus", ["seated_calf_raise", "standing_calf_raise"]), ("calves", ["standing_calf_raise", "seated_calf_raise"]),
    ("adductors", ["hip_adduction"]), ("gluteus_medius", ["hip_abduction"]), ("quadriceps", ["leg_press_45", "back_squat"])])
def test_a_muscle_gets_what_trains_it_mainly_in_the_order_of_the_evidence(know, muscle, first):
    answer = found(know, muscle=muscle)
    assert [ex.id for ex in listed(answer, know)][:len(first)] == first
    assert answer.topic == "muscles" and answer.intent == FINDING and set(answer.claims) <= set(know.entries)


@pytest.mark.parametrize("muscle", ["glutes", "hamstrings", "quadriceps", "adductors", "calves"])
@pytest.mark.parametrize(("entities", "holds"), [
    ({"condition": "back_pain"}, lambda ex: profiles.level(ex, "spine") < 3),
    ({"body_part": "knee"}, lambda ex: profiles.level(ex, "knee") < 4),
    ({"equipment": "no_machine"}, lambda ex: not ex.traits.machine),
    ({"equipment": "home"}, lambda ex: not (ex.traits.machine and not ex.equipment.also) and "rack" not in ex.equipment.needs),
    ({"equipment": "dumbbell"}, lambda ex: not (ex.traits.machine and not ex.equipment.also)),
    ({"aspect": "machine"}, lambda ex: ex.traits.machine),
    ({"condition": "pregnancy"}, lambda ex: not ex.load.overhead and profiles.level(ex, "spine") < 3),
    ({"experience": "beginner"}, lambda ex: profiles.level(ex, "skill") < 3),
    ({"aspect": "balance"}, lambda ex: profiles.level(ex, "balance") < 3),
])
def test_no_list_names_what_the_limit_rules_out(know, muscle, entities, holds):
    answer = found(know, muscle=muscle, **entities)
    assert all(holds(ex) for ex in listed(answer, know)) and len(answer.bullets) <= MOST_NAMED
    assert len(rendering.text_of(answer, know).split()) <= 92


@pytest.mark.parametrize("replaced", ["back_squat", "conventional_deadlift", "leg_press_45", "hip_thrust", "leg_extension", "lunge", "squat",
                                      "deadlift", "leg_press", "good_morning", "hack_squat"])
@pytest.mark.parametrize(("entities", "holds"), [
    ({"condition": "back_pain"}, lambda ex: profiles.level(ex, "spine") < 3),
    ({"condition": "pregnancy"}, lambda ex: not ex.load.overhead and profiles.level(ex, "spine") < 3),
    ({"equipment": "no_machine"}, lambda ex: not ex.traits.machine),
    ({}, lambda ex: True),
])
def test_what_stands_in_for_an_exercise_is_another_one_and_keeps_to_the_limit(know, replaced, entities, holds):
    answer = found(know, "ask_comparison", exercise=replaced, aspect="alternatives", **entities)
    names = listed(answer, know)
    usual = know.families[replaced].usual if replaced in know.families else replaced
    assert 1 <= len(names) <= MOST_NAMED and all(holds(ex) and ex.id != usual for ex in names)
    assert answer.topic == "comparison"


def test_a_lead_from_a_claim_names_nothing_that_is_ruled_out_and_the_list_holds_what_it_names(know):
    for entities in ({"equipment": "dumbbell"}, {"equipment": "no_machine"}, {"condition": "back_pain"}, {"muscle": "hamstrings"}):
        answer = found(know, **entities)
        question = asked(**entities)
        sought = sought_by(question, Wanted("muscles", Subject(None, "none"), {tag: 3.0 for tag in entities.values()}), know)
        named = names_allowed(answer.lead, sought, know)
        assert named is not None
        assert {ex.id for ex in listed(answer, know)} >= set(named[:3]) or not answer.claims[0].startswith("general")


def test_no_rack_leaves_out_what_needs_one(know):
    answer = found(know, "ask_comparison", negated=["rack"], exercise="squat", equipment="rack", aspect="alternatives")
    assert all("rack" not in ex.equipment.needs for ex in listed(answer, know)) and len(answer.bullets) >= 2


def test_what_instead_without_an_exercise_asks_which(know):
    answer = found(know, "ask_comparison", aspect="alternatives")
    assert answer.asks_back and answer.buttons


def test_a_denied_complaint_is_a_wish(know):
    names = [ex.id for ex in listed(found(know, negated=["knee_pain"], muscle="quadriceps", condition="knee_pain"), know)]
    assert names and "hack_squat" not in names and "leg_extension" not in names


def test_a_follow_up_narrows_the_search(know):
    first = found(know, muscle="glutes")
    context = Context(first.topic, None, first.record())
    answer = answers.answer(asked("follow_up", equipment="no_machine"), context, know)
    assert answer.intent == FINDING and "For the glutes without a machine" in answer.lead
    assert all(not ex.traits.machine for ex in listed(answer, know))


def test_a_follow_up_keeps_the_pair(know):
    first = answers.answer(asked("ask_comparison", exercise=["back_squat", "leg_curl"]), Context(), know)
    answer = answers.answer(asked("follow_up", muscle="hamstrings"), Context(first.topic, first.exercise, first.record()), know)
    assert answer.lead.startswith("For the hamstrings, choose the leg curl")


def test_an_impossible_wish_is_told(know):
    sought = Sought(muscles=("soleus",), machine=False, tools=frozenset({"barbell"}), without=frozenset(know.exercises))
    assert choose(sought, know) == [] and not any(allowed(ex, sought, know) for ex in know.exercises.values())


@pytest.mark.parametrize("tool", ["home", "dumbbell", "resistance_band", "bodyweight"])
@pytest.mark.parametrize("muscle", ["glutes", "hamstrings", "quadriceps", "calves"])
def test_what_is_usually_done_on_a_machine_is_named_with_the_way_to_do_it_without(know, muscle, tool):
    answer = found(know, muscle=muscle, equipment=tool)
    for bullet, exercise in zip(answer.bullets, listed(answer, know), strict=True):
        assert not exercise.traits.machine or any(f"({way.how})" in bullet for way in exercise.equipment.also), bullet


def test_muscles_to_be_spared_rule_out_what_mainly_trains_them(know):
    answer = found(know, negated=["quadriceps"], muscle=["glutes", "quadriceps"])
    names = {ex.id for ex in listed(answer, know)}
    assert "hip_thrust" in names and not names & {"back_squat", "lunge", "goblet_squat", "bulgarian_split_squat", "step_up"}


def test_where_nothing_with_a_file_fits_a_claim_that_is_near_answers(know):
    claim = next(e for e in know.claims_of("hip_adduction") if "home" in e.tags and e.topic == "comparison")
    question = replace(asked("ask_comparison", exercise="hip_adduction", equipment="home", aspect="alternatives"), nearest={claim.id: 0.9})
    assert answers.answer(question, Context(), know).lead == claim.claim.say

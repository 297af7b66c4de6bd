"""Names, spelling, negation and masks, without a trained model."""
from __future__ import annotations

import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.training_data import TrainingData

from addons.importer import KnowledgeImporter, lookup_tables
from addons.nlu.names import MASK, NameMatcher, names_in


@pytest.fixture(scope="module")
def matcher(know):
    return NameMatcher({table["name"]: table["elements"] for table in lookup_tables(know)})


def found(matcher, text, entity):
    return [item["value"] for item in matcher.extract(text) if item["entity"] == entity]


@pytest.mark.parametrize(("text", "entity", "values"), [
    ("does the Vertical Leg-Press hit my quads?", "exercise", ["inverted_leg_press"]),
    ("leg press or squats", "exercise", ["leg_press", "squat"]),
    ("RDLs vs hip thrusts", "exercise", ["romanian_deadlift", "hip_thrust"]),
    ("the leg press's rails", "exercise", ["leg_press"]),
    ("does it work my quads and hammies", "muscle", ["quadriceps", "hamstrings"]),
    ("I have high blood pressure", "condition", ["high_blood_pressure"]),
    ("what does RIR mean", "term", ["rir"]),
])
def test_names_come_out_as_canonical_ids(matcher, text, entity, values):
    assert found(matcher, text, entity) == values


@pytest.mark.parametrize(("text", "entity", "values"), [
    ("invrted leg press", "exercise", ["inverted_leg_press"]), ("my hamstrngs hurt", "muscle", ["hamstrings"]),
    ("romanain deadlift form", "exercise", ["romanian_deadlift"])])
def test_misspelt_names_are_mended(matcher, text, entity, values):
    assert found(matcher, text, entity) == values


@pytest.mark.parametrize(("text", "exercise"), [
    ("whats a hack sqat", "hack_squat"), ("seated leg crul", "leg_curl"), ("leg prss depth", "leg_press")])
def test_short_words_are_mended_where_they_keep_their_letters(matcher, text, exercise):
    assert exercise in found(matcher, text, "exercise")


@pytest.mark.parametrize(("text", "plain"), [
    ("wat is gud 4 my nees", "what is good 4 my knees"), ("idk how deep 2 go tbh", "i dont know how deep 2 go honestly"),
    ("leg press w/o a spotter", "leg press without a spotter"), ("Squats n lunges, pls!", "Squats and lunges, please!")])
def test_shorthand_is_written_out(matcher, text, plain):
    assert matcher.plain(text) == plain


def test_plain_text_has_masked_names(matcher):
    text = "how do u do a hack sqat"
    assert matcher.plain(text, matcher.extract(text)) == f"how do you do a {MASK}"


@pytest.mark.parametrize("text", ["my squad plays football", "the press reported it", "a cave in the rocks", "I lunch at noon"])
def test_common_words_are_left_alone(matcher, text):
    assert found(matcher, text, "exercise") == []


@pytest.mark.parametrize(("text", "negated"), [
    ("I don't have knee pain", True), ("not for quads", True), ("I have knee pain", False), ("no, I meant the squat", False),
    ("I'm not new. My quads are strong", False)])
def test_negation_reaches_what_follows_it(matcher, text, negated):
    items = [item for item in matcher.extract(text) if item["entity"] in ("condition", "muscle", "exercise", "aspect")]
    assert items and any(item.get("negated", False) for item in items) is negated


@pytest.mark.parametrize(("text", "negated"), [
    ("anything other than a barbell", True), ("what replaces the dumbbells, alternatives to the dumbbell", True), ("substitute for a barbell", True),
    ("leg work with a dumbbell", False), ("barbell instead of the machine", False)])
def test_equipment_to_be_replaced_counts_as_missing(matcher, text, negated):
    items = [item for item in matcher.extract(text) if item["entity"] == "equipment" and item["value"] in ("barbell", "dumbbell")]
    assert items and items[-1].get("negated", False) is negated


def test_exercise_names_are_masked(matcher):
    text = "is the back squat better than the leg press"
    assert matcher.mask(text, matcher.extract(text)) == f"is the {MASK} better than the {MASK}"


def test_the_same_question_about_two_exercises_looks_the_same(matcher):
    one, two = (matcher.mask(text, matcher.extract(text)) for text in ("how deep on the hack squat", "how deep on the leg curl"))
    assert one == two


def test_training_without_the_importer_is_refused():
    with pytest.raises(InvalidConfigException, match="did not run"):
        names_in(TrainingData())


def test_the_importer_of_the_config_is_ours_and_brings_every_name(know):
    from rasa.shared.importers.importer import TrainingDataImporter

    importer = TrainingDataImporter.load_from_config("config.yml", "domain.yml", ["data"])
    assert any(isinstance(part, KnowledgeImporter) for part in _inner(importer))
    names = names_in(importer.get_nlu_data())
    for entity, words in know.words().items():
        for word in words:
            assert f"{entity}/{word.id}" in names


def _inner(importer):
    while importer is not None:
        yield importer
        yield from getattr(importer, "_importers", [])
        importer = getattr(importer, "_importer", None) or getattr(importer, "importer", None)


def test_every_topic_intent_has_at_least_sixty_sentences():
    from pathlib import Path

    from actions.question import TOPIC_OF_INTENT

    for intent in (*TOPIC_OF_INTENT, "request_rep_scheme", "report_red_flag"):
        lines = Path(f"data/nlu/{intent}.yml").read_text(encoding="utf-8").splitlines()
        assert len([line for line in lines if line.startswith("    - ")]) >= 60, intent


def test_the_classifier_was_trained_on_masked_sentences(replies):
    for node in replies.assistant.agent.processor.graph_runner._instantiated_nodes.values():
        component = getattr(node, "_component", None)
        if type(component).__name__ == "BlendedIntentClassifier":
            assert MASK in component._model.vocabularies[0]
            return
    raise AssertionError("the classifier is not in the model")


def test_every_name_in_knowledge_is_found_as_written(know, matcher):
    missed = [(table["name"], name) for table in lookup_tables(know) for name in table["elements"]
              if [f"{item['entity']}/{item['value']}" for item in matcher.extract(name)] != [table["name"]]]
    assert len(missed) <= 1, missed  # the plural of a misspelling of the vastus


@pytest.mark.parametrize(("text", "value"), [
    ("box sqaut", "box_squat"), ("romainian deadlfit", "romanian_deadlift"), ("bulgarian split squot", "bulgarian_split_squat"),
    ("front squatt", "front_squat"), ("leg presssss", "leg_press"), ("hip abuction machine", "hip_abduction"),
    ("hip aductoin machine", "hip_adduction"), ("nordic hamstirng curl", "glute_ham_raise")])
def test_a_misspelt_word_is_mended_inside_a_longer_name(matcher, text, value):
    assert found(matcher, text, "exercise") == [value]


@pytest.mark.parametrize("text", ["i trust my coach", "my lungs burn", "he heals fast", "realised it late", "the squad caves in"])
def test_common_words_near_a_name_stay(matcher, text):
    assert [item for item in matcher.extract(text) if item["entity"] in ("exercise", "muscle")] == []

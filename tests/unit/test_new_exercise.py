"""A new exercise file: every key of the schema, refusals, and what the validator says until it is complete."""
from __future__ import annotations

import re
import shutil

import pytest
import yaml

import knowledge
from knowledge import schema
from knowledge.new_exercise import Refused, main, start
from knowledge.store import HERE
from knowledge.template import TODO, helps, models, new_file


@pytest.fixture
def folder(tmp_path):
    """A copy of the knowledge that a test may write to."""
    shutil.copytree(HERE, tmp_path / "knowledge", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return tmp_path / "knowledge"


def problems(folder):
    with pytest.raises(knowledge.KnowledgeError) as error:
        knowledge.load(folder)
    return error.value.problems


def test_a_new_file_has_every_key_of_the_schema():
    text = new_file("box_squat", "box squat", {})
    keys = {field for model in models() for field in model.__fields__}
    assert keys == {match[1] for match in re.finditer(r"^[# -]*([a-z_]+):", text, re.M)}


def test_every_key_has_a_line_of_help_and_no_line_is_left_over():
    assert {(model.__name__, key) for model in models() for key in model.__fields__} == set(helps())


def test_help_for_a_key_of_the_schema_stands_beside_it():
    text = new_file("box_squat", "box squat", {})
    for (_, key), told in helps().items():
        assert re.search(rf"^[# -]*{key}:.*# {re.escape(told)}", text, re.M), (key, told)


def test_the_file_is_whole_once_the_comment_signs_are_taken_away():
    text = new_file("box_squat", "box squat", {}).split("\n", 3)[3]
    while re.search(r"^ *# ", text, re.M):
        text = re.sub(r"^( *)# ", r"\1", text, flags=re.M)
    whole = yaml.safe_load(text)
    assert set(whole) == set(schema.Exercise.__fields__) and whole["technique"]["lowering"][0]["say"] == TODO


def test_the_names_of_an_exercise_known_by_name_move_over(folder):
    path, listed = start("box_squat", folder)
    assert listed.like == "back_squat" and yaml.safe_load(path.read_text())["aliases"] == listed.aliases
    before = (HERE / "catalog.yml").read_text().splitlines()
    after = (folder / "catalog.yml").read_text().splitlines()
    assert [line for line in before if line not in after] == [line for line in before if "id: box_squat" in line]


@pytest.mark.parametrize(("name", "words"), [
    ("Box-Squat", "lower case words"), ("../etc", "lower case words"), ("back_squat", "already there"),
    ("rdl", "already a name of romanian_deadlift"),
    ("squat", "taken by the exercise squat"), ("quadriceps", "taken by the muscle"), ("sit_to_stand", "already a name of bodyweight_squat")])
def test_a_malformed_or_taken_name_is_refused_in_a_sentence(folder, name, words):
    files = set(folder.rglob("*"))
    with pytest.raises(Refused, match=words):
        start(name, folder)
    assert set(folder.rglob("*")) == files


def test_the_command_says_what_is_wrong(capsys):
    assert main(["back_squat"]) == 1
    assert "already there" in capsys.readouterr().err


def test_the_validator_says_of_every_gap_what_to_write_and_blames_no_other_file(folder):
    start("box_squat", folder)  # the back squat's file speaks of it
    found = problems(folder)
    assert {problem.file for problem in found} == {"exercises/box_squat.yml"}
    assert all(problem.path and problem.what == "is still to do" and problem.remedy for problem in found)
    told = {problem.path: problem.remedy for problem in found}
    assert "very high" in told["traits.knee"] and "vocabulary.yml" in told["equipment.needs[0]"]
    assert told["technique.breathing[0].say"].startswith("how to do it: when to breathe: one sentence")


def test_what_is_done_is_checked_while_the_rest_is_still_to_do(folder):
    path, _ = start("box_squat", folder)
    path.write_text(path.read_text().replace("spine: TODO", "spine: huge", 1))
    found = {problem.path: str(problem) for problem in problems(folder)}
    assert "use one of none, low" in found["traits.spine"] and "still to do" in found["traits.knee"]


def test_a_key_that_is_missing_is_explained(folder):
    path, _ = start("box_squat", folder)
    path.write_text(path.read_text().split("\nsafety:")[0] + "\n")
    assert next(problem.remedy for problem in problems(folder) if problem.path == "safety") == "when to stop"

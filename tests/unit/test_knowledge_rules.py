"""The validator: one bad file per rule, and the words a writer reads."""
from __future__ import annotations

import dataclasses
import re
import shutil
from pathlib import Path

import pytest

import knowledge
from knowledge import checks
from knowledge.files import YamlProblem, read_yaml
from knowledge.store import HERE
from knowledge.validate import main


@pytest.fixture
def folder(tmp_path):
    """A copy of the knowledge that a test may spoil."""
    for path in HERE.rglob("*.yml"):
        target = tmp_path / path.relative_to(HERE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def problems(folder):
    with pytest.raises(knowledge.KnowledgeError) as error:
        knowledge.load(folder)
    return [str(problem) for problem in error.value.problems]


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n" + text, encoding="utf-8")


def named(found, *words):
    return any(all(word in line for word in words) for line in found)


SQUAT = "exercises/back_squat.yml"
CLAIM = "{say: Something short to read., strength: consensus, sources: [coaching_practice]%s}"


def test_the_knowledge_in_the_project_is_valid(capsys):
    assert main([]) == 0
    assert "Knowledge is valid" in capsys.readouterr().out


def test_an_unknown_muscle_is_named_with_the_nearest(folder):
    replace(folder / SQUAT, "- muscle: quadriceps", "- muscle: quadricep")
    assert named(problems(folder), SQUAT, "muscles.primary[0]", 'unknown muscle "quadricep"', 'did you mean "quadriceps"?')


def test_an_unknown_source_is_named(folder):
    append(folder / "general/load.yml", "  - " + CLAIM.replace("coaching_practice", "coaching_practise") % "")
    assert named(problems(folder), "general/load.yml", 'unknown source "coaching_practise"', "coaching_practice")


def test_an_unknown_tag_is_named(folder):
    append(folder / "general/load.yml", "  - " + CLAIM % ", about: [glute]")
    assert named(problems(folder), "general/load.yml", 'unknown tag "glute"', "glutes")


def test_a_claim_without_source_is_refused(folder):
    append(folder / "general/load.yml", "  - {say: Something short to read., strength: consensus, sources: []}")
    assert named(problems(folder), "general/load.yml", "sources", "is empty")


def test_a_missing_section_is_named(folder):
    replace(folder / SQUAT, "\nrehab:", "\nrehabb:")
    found = problems(folder)
    assert named(found, SQUAT, "rehab:", "is missing") and named(found, SQUAT, "rehabb", "no known key", 'did you mean "rehab"?')


def test_a_wrong_strength_lists_the_right_ones(folder):
    append(folder / "general/load.yml", "  - " + (CLAIM % "").replace("consensus", "proven"))
    assert named(problems(folder), "strength", "unproven", "contradicted")


def test_a_long_claim_is_refused(folder):
    append(folder / "general/load.yml", "  - " + (CLAIM % "").replace("Something short", "word " * 60))
    assert named(problems(folder), "say", "make it two claims")


def test_a_claim_without_full_stop_is_refused(folder):
    append(folder / "general/load.yml", "  - " + (CLAIM % "").replace("read.", "read"))
    assert named(problems(folder), "say", "full stop")


def test_a_wrong_fact_id_is_refused(folder):
    append(folder / "general/load.yml", "  - " + CLAIM % ", facts: [17]")
    assert named(problems(folder), "facts", "no fact id")


def test_a_bad_id_is_refused(folder):
    append(folder / "catalog.yml", "- {id: Box-Squat, name: box squat}")
    assert named(problems(folder), "catalog.yml", "Box-Squat", "lower case")


def test_an_id_taken_twice_is_named(folder):
    append(folder / "catalog.yml", "- {id: quadriceps, name: some other thing}")
    assert named(problems(folder), 'the id "quadriceps" is taken')


def test_an_id_twice_in_one_file_is_named(folder):
    append(folder / "catalog.yml", "- {id: jump_squat, name: yet another jump}")
    assert named(problems(folder), "catalog.yml", "jump_squat", "stands twice")


def test_an_alias_claimed_twice_is_named(folder):
    append(folder / "catalog.yml", "- {id: hop_squat, name: hop squat, aliases: [RDL]}")
    assert named(problems(folder), "catalog.yml", '"RDL" is already a name of romanian_deadlift')


def test_a_name_without_letters_is_refused(folder):
    append(folder / "catalog.yml", '- {id: hop_squat, name: hop squat, aliases: ["!!"]}')
    assert named(problems(folder), "catalog.yml", "has no letters")


@pytest.mark.parametrize("name", ["sissy squat", "RDL", "vastus medialis", "barbell", "sumo stance"])
def test_a_name_of_whatever_kind_stands_once(folder, name):
    replace(folder / SQUAT, "aliases:", f"aliases:\n  - {name}")
    assert named(problems(folder), f'"{name}" is already a name of') or named(problems(folder), "is already a name of back_squat")


def test_a_one_sided_comparison_is_a_hint_and_no_error(folder, capsys):
    text = (folder / "exercises/leg_press_45.yml").read_text(encoding="utf-8")
    text = text.replace("- other: back_squat", "- other: sissy_squat").replace("- other: squat", "- other: wall_sit")
    (folder / "exercises/leg_press_45.yml").write_text(text, encoding="utf-8")
    assert main([str(folder)]) == 0
    assert named(capsys.readouterr().out.splitlines(), "Hint", SQUAT, "leg_press_45.yml has nothing on back_squat", "other: back_squat")


def test_a_name_that_describes_a_movement_is_hinted_at(know):
    curl = know.exercises["leg_curl"]
    described = curl.copy(update={"aliases": [*curl.aliases, "where the heels go up"]})
    worse = dataclasses.replace(know, exercises={**know.exercises, "leg_curl": described})
    assert ["where the heels go up" in hint.what for hint in checks.hints(worse)] == [True]


def test_the_knowledge_in_the_project_has_no_hints(know):
    assert checks.hints(know) == []


def test_a_comparison_against_the_traits_is_named(folder):
    replace(folder / SQUAT, "- other: leg_press_45\n    more: [spine, balance, skill]", "- other: leg_press_45\n    less: [spine]")
    assert named(problems(folder), SQUAT, "comparisons[", "less", 'says less spine than leg_press_45, but traits say "high" here')


def test_two_files_that_contradict_each_other_are_named(folder):
    replace(folder / "exercises/front_squat.yml", "more: [knee]\n    less: [hip]", "more: [hip]")
    assert named(problems(folder), SQUAT, "says more hip than front_squat, and exercises/front_squat.yml says the same of its own")


def test_an_unknown_trait_lists_the_known_ones(folder):
    replace(folder / SQUAT, "more: [spine, balance, skill]", "more: [back]")
    assert named(problems(folder), "more[0]", "use one of knee, hip, spine, balance, skill")


def test_a_goal_without_range_is_named(folder):
    replace(folder / SQUAT, "      reps: [3, 6]\n      rated: suitable", "      rated: rare")
    assert named(problems(folder), SQUAT, "programming.goals[0].reps", "is missing, though strength is rated rare", "[lowest, highest]")


def test_a_goal_that_is_left_out_is_named(folder):
    replace(folder / SQUAT, "goal: power", "goal: strength")
    assert named(problems(folder), SQUAT, "programming.goals", "has nothing on power")


def test_a_general_term_without_entry_is_named(folder):
    replace(folder / "glossary.yml", "id: drop_set", "id: falling_set")
    assert named(problems(folder), "vocabulary.yml", 'explained[3]: "drop_set" is no term', "glossary.yml")


def test_a_goal_that_nothing_explains_is_named(folder):
    file = folder / "general/definition.yml"
    file.write_text(re.sub(r"(about: \[[^]]*)hypertrophy", r"\1strength", file.read_text(encoding="utf-8")), encoding="utf-8")
    found = problems(folder)
    assert named(found, "general/definition.yml", 'nothing says what "hypertrophy" is', "about: [hypertrophy]")


def test_the_like_of_an_exercise_known_by_name_must_have_a_file(folder):
    append(folder / "catalog.yml", "- {id: hop_squat, name: hop squat, like: back_squatt}")
    assert named(problems(folder), "catalog.yml: hop_squat", 'unknown exercise "back_squatt"', 'did you mean "back_squat"?')


def test_the_other_exercise_of_a_shared_name_must_exist(folder):
    replace(folder / "exercises/inverted_leg_press.yml", "exercise: leg_press_45", "exercise: leg_press_54")
    assert named(problems(folder), "mistaken_for.exercise", 'unknown exercise "leg_press_54"')


def test_the_same_claim_twice_is_named(folder):
    append(folder / "general/load.yml", "  - " + CLAIM % "" + "\n  - " + CLAIM % "")
    assert named(problems(folder), "general/load.yml", "says the same as")


def test_a_scheme_row_out_of_order_is_named(folder):
    replace(folder / "schemes.yml", "reps: [6, 8]", "reps: [8, 6]")
    assert named(problems(folder), "schemes.yml", "reps", "lower figure first")


def test_a_missing_scheme_row_is_named(folder):
    replace(folder / "schemes.yml", "  experience: advanced", "  experience: intermediate")
    assert named(problems(folder), "schemes.yml", "has no row for strength and advanced")


MUSCLE = """  - id: popliteus
    name: popliteus
    latin: musculus popliteus
    where: {say: It lies behind the knee., strength: consensus, sources: [coaching_practice]}
    does: {say: It unlocks the knee., strength: consensus, sources: [coaching_practice]}
"""


def test_a_muscle_that_is_drawn_nowhere_is_named_with_what_to_do(folder):
    append(folder / "muscles.yml", MUSCLE)
    assert named(problems(folder), "muscles.yml: popliteus: has no place on the muscle map", 'add "region:"', "drawing.yml")


def test_a_muscle_may_be_drawn_as_the_one_that_it_lies_beneath(folder):
    append(folder / "muscles.yml", MUSCLE + "    region: gastrocnemius\n")
    knowledge.load(folder)
    replace(folder / "muscles.yml", "region: gastrocnemius", "region: gastrocnemiuss")
    assert named(problems(folder), "popliteus.region", '"gastrocnemiuss" has no place on the muscle map', 'did you mean "gastrocnemius"?')


def test_an_unknown_muscle_or_stance_in_the_drawing_is_named(folder):
    replace(folder / "drawing.yml", "muscle: soleus", "muscle: solius")
    replace(folder / "drawing.yml", "stance: wide", "stance: wyde")
    found = problems(folder)
    assert named(found, "drawing.yml", 'unknown muscle "solius"', '"soleus"') and named(found, "drawing.yml", 'unknown stance "wyde"', '"wide"')
    assert named(found, "muscles.yml: soleus", "has no place") and named(found, "stances.yml: wide", "is in no foot diagram")


def test_a_blank_line_in_wording_is_refused(folder):
    append(folder / "wording.yml", 'extra: "one\\n\\ntwo"')
    assert named(problems(folder), "wording.yml", "extra", "blank line")


@pytest.mark.parametrize(("file", "old", "new", "words"), [
    ("sessions.yml", "patterns: [squat, press]", "patterns: [squats, press]", ["places[0]", 'unknown id "squats"']),
    ("sessions.yml", "prefer: [back_squat", "prefer: [bak_squat", ["prefer", 'did you mean "back_squat"?']),
    ("sessions.yml", "beginner: 4, ", "", ["usual", 'unknown id "beginner"']),
    (SQUAT, "pattern: squat", "pattern: squad", ["traits.pattern", 'unknown pattern "squad"']),
    ("exercises/hip_thrust.yml", "needs: [dumbbell], how", "needs: [dumbel], how", ["equipment.also[0]", 'unknown equipment "dumbel"']),
])
def test_a_mistake_about_sessions_is_named(folder, file, old, new, words):
    replace(folder / file, old, new)
    assert named(problems(folder), file, *words)


def test_a_file_with_another_id_is_named(folder):
    replace(folder / SQUAT, "id: back_squat", "id: backsquat")
    assert named(problems(folder), SQUAT, 'write "back_squat"')


def test_a_general_file_must_be_named_after_a_topic(folder):
    shutil.move(str(folder / "general/load.yml"), str(folder / "general/loads.yml"))
    assert named(problems(folder), "general/loads.yml", "not named after a topic")


def test_a_missing_file_is_named(folder):
    (folder / "glossary.yml").unlink()
    assert named(problems(folder), "glossary.yml", "is missing")


def test_a_file_that_cannot_be_read_is_the_only_one_blamed(folder):
    replace(folder / SQUAT, "traits:", "traits: [")
    assert len(problems(folder)) == 1


def test_all_problems_are_told_at_once(folder, capsys):
    append(folder / "catalog.yml", "- {id: Box-Squat, name: box squat}")
    append(folder / "general/load.yml", "  - " + CLAIM % ", about: [glute]")
    replace(folder / "schemes.yml", "reps: [6, 8]", "reps: [8, 6]")
    assert main([str(folder)]) == 1
    printed = capsys.readouterr().err
    assert "catalog.yml" in printed
    append(folder / "catalog.yml", "")


@pytest.mark.parametrize(("text", "words"), [
    ("a: 1\na: 2\n", "stands twice"), ("a: &x 1\nb: *x\n", "aliases"), ("a: [1\n", "check indentation"),
    ("!!python/object/apply:os.system ['true']\n", "check indentation")])
def test_unsafe_and_broken_yaml_is_refused(tmp_path, text, words):
    file = tmp_path / "bad.yml"
    file.write_text(text)
    with pytest.raises(YamlProblem, match=words):
        read_yaml(file)


def test_every_rule_has_a_test():
    tested = Path(__file__).read_text(encoding="utf-8")
    spoken = {"sources_exist": "unknown source", "tags_exist": "unknown tag", "references_exist": "unknown muscle", "ids_unique": "is taken",
              "aliases_unique": "already a name", "comparisons_have_two_sides": "Hint", "comparisons_fit_traits": "says the same of its own",
              "goals_have_ranges": "though strength is rated rare", "terms_are_explained": "nothing says what", "no_claim_twice": "says the same as",
              "schemes_fit": "lower figure first", "sessions_fit": "unknown id", "wording_is_used": "blank line",
              "everything_has_a_place_in_pictures": "has no place on the muscle map", "names_are_no_descriptions": "where the heels go up"}
    assert {rule.__name__ for rule in (*checks.RULES, *checks.HINTS)} == set(spoken)
    assert all(words in tested for words in spoken.values())

"""A writer's day: a made-up exercise is started, completed, checked, trained and asked about, in a copy of the project."""
from __future__ import annotations

import re

import pytest
import yaml

from evaluation.copies import Copy, few_sentences, write_yaml
from knowledge.files import read_yaml
from knowledge.template import TODO

EXERCISE = "gravel_press"
WRITTEN = {
    "aliases": ["quarry press", "pebble pusher"], "level": "mid", "machine": True, "needs": ["plates"], "muscle": "soleus", "fault": "knees_cave",
    "other": "back_squat", "goal": "strength", "reps": [6, 9], "exercise": "leg_curl",
    "definition": ("The gravel press is a seated machine on which you push a tray of stones away.", "what kind of machine is it"),
    "muscles.overview": ("The gravel press works mainly the soleus.", "which muscles does it train"),
    "technique.overview": ("On the gravel press push slowly from the whole foot and stop before the knees lock.", "how do i do it properly"),
    "comparisons": ("The gravel press spares your back, while the back squat trains the trunk as well.", "which of the two is better"),
}
GOALS = ["strength", "hypertrophy", "endurance", "general_health", "power", "return_from_injury"]


def completed(value, path=()):
    """Returns a new file with every TODO written."""
    if isinstance(value, dict):
        return {key: completed(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [written for item in value for written in (completed(item, path) if item == TODO and path[-1] != "asks" else [completed(item, path)])]
    if value != TODO:
        return value
    key = path[-1]
    if key in ("say", "asks"):
        place = ".".join(path)
        say, ask = next((texts for start, texts in WRITTEN.items() if place.startswith(start + ".") or f".{start}." in f".{place}"),
                        (f"On the gravel press the {' '.join(path[:-1])} is as usual.", f"anything about {' '.join(path[:-1])}"))
        return say if key == "say" else ask
    return WRITTEN["level"] if path[0] == "traits" and key != "machine" else WRITTEN[key]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A trained copy with the made-up exercise; few sentences and few example questions keep the training short."""
    made = Copy(tmp_path_factory.mktemp("project") / "repwise")
    few_sentences(made.folder, 60)
    for path in (made.folder / "knowledge" / "exercises").glob("*.yml"):
        write_yaml(path, without_asks(read_yaml(path)))
    assert "Started knowledge/exercises/gravel_press.yml" in made.run("knowledge.new_exercise", EXERCISE)
    path = made.folder / "knowledge" / "exercises" / f"{EXERCISE}.yml"
    exercise = completed(yaml.safe_load(path.read_text(encoding="utf-8")))
    exercise["programming"]["goals"] = [{"goal": goal, "reps": [6, 9], "rated": "suitable"} for goal in GOALS]
    write_yaml(path, exercise)
    checked = made.run("knowledge.validate")
    assert "Knowledge is valid" in checked and "back_squat.yml has nothing on gravel_press" in checked
    made.train()
    return made


def without_asks(value):
    if isinstance(value, dict):
        return {key: without_asks(item) for key, item in value.items() if key != "asks"}
    return [without_asks(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def talker(copy):
    loaded = copy.talk()
    yield loaded
    loaded.close()


def told(turn):
    return "\n".join(reply["text"] for reply in turn["replies"])


@pytest.mark.parametrize(("text", "words"), [
    ("which muscles does the gravel press work?", "mainly the soleus"),
    ("which muscles does the quarry press work?", "mainly the soleus"),
    ("what muscles do pebble pushers train", "mainly the soleus"),
    ("which muscles does the gravle press work?", "mainly the soleus"),
    ("how do I do the gravel press properly?", "push slowly from the whole foot"),
    ("what is a gravel press?", "push a tray of stones"),
    ("gravel press or back squat, which is better?", "spares your back"),
    ("is the back squat better than the gravel press?", "spares your back"),
])
def test_the_new_exercise_is_understood_by_name_alias_and_misspelling(talker, text, words):
    turn = talker.send(text, text=text)
    assert words in told(turn) and turn["exercise"] in (EXERCISE, "back_squat")


def test_a_plan_for_the_new_exercise_keeps_its_range(talker):
    turn = talker.send("plan", text="make me a rep scheme for the gravel press")
    assert turn["asking"] == "goal" and turn["exercise"] == EXERCISE
    for asked, payload in (("goal", '/inform{"goal":"hypertrophy"}'), ("experience", '/inform{"experience":"intermediate"}'),
                           ("sessions_per_week", '/inform{"number":"2"}'), ("health", '/inform{"health":"no"}')):
        assert turn["asking"] == asked
        turn = talker.send("plan", click=payload)
    assert turn["asking"] == "recent_set"
    turn = talker.send("plan", text="skip")
    reps = [int(found) for found in re.findall(r"Week \d+[^:]*: \d+ x (\d+) reps", told(turn))]
    assert len(reps) >= 4 and all(6 <= number <= 9 for number in reps)
    assert "gravel press" in told(turn).lower()


def test_the_preview_works_before_and_after_training(copy):
    shown = copy.run("evaluation.preview", EXERCISE)
    assert re.search(r"\[muscles\] .*\n.*mainly the soleus", shown) and "remarks." in shown

import datetime
import json

import pytest

from actions import misses
from actions.mentions import Mention
from actions.question import Question

NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.timezone.utc)


def question(text, *mentions):
    return Question(text=text, intent="nlu_fallback", mentions=mentions)


def test_names_numbers_contacts_conditions_and_symptoms_are_masked(know):
    text = "hi i'm Wojciech, mail me at w.k@example.org or 0151 2345, my hernia aches after leg press"
    kept = misses.masked(question(text, Mention("condition", "hernia", "hernia")), know)
    for secret in ("wojciech", "example", "0151", "2345", "hernia", "aches"):
        assert secret not in kept
    assert "leg press" in kept


def test_nothing_is_kept_unless_it_is_switched_on(know, tmp_path, monkeypatch):
    monkeypatch.delenv(misses.FOLDER_VARIABLE, raising=False)
    misses.keep(question("what is a flumble"), "unsure", know, NOW)
    assert not list(tmp_path.iterdir())


def test_lines_are_kept_by_day_and_deleted_when_they_are_old(know, tmp_path, monkeypatch):
    monkeypatch.setenv(misses.FOLDER_VARIABLE, str(tmp_path))
    old = tmp_path / "2026-10-01.jsonl"
    old.write_text("{}\n")
    misses.keep(question("which press for legs"), "outside", know, NOW)
    line = json.loads((tmp_path / "2026-11-23.jsonl").read_text())
    assert line == {"date": "2026-11-23", "kind": "outside", "text": "which press for legs"}
    assert not old.exists()


@pytest.mark.parametrize("days", ["seven", "-"])
def test_a_bad_setting_is_logged_and_the_talk_goes_on(know, tmp_path, monkeypatch, caplog, days):
    monkeypatch.setenv(misses.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setenv(misses.DAYS_VARIABLE, days)
    misses.keep(question("which press for legs"), "outside", know, NOW)
    assert "could not be deleted" in caplog.text

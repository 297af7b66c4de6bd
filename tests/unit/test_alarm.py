import pytest

from actions import alarm
from actions.forms import rep_scheme, screening
from knowledge import KnowledgeError, store
from knowledge.signs import speaks_of_another

DAY = 24 * 3600


def test_an_emergency_blocks_for_a_day_and_then_needs_a_professional():
    told = alarm.raised(None, "E", at=1000.0)
    assert alarm.state(told, now=1000.0 + DAY - 1) == "blocked"
    assert alarm.state(told, now=1000.0 + DAY + 1) == "clearance"


def test_a_lesser_flag_does_not_hide_an_emergency():
    assert alarm.raised({"tier": "E", "at": 5.0}, "C", at=9.0) == {"tier": "E", "at": 5.0}
    assert alarm.raised({"tier": "C", "at": 5.0}, "E", at=9.0) == {"tier": "E", "at": 9.0}


@pytest.mark.parametrize("tier", ["U", "C"])
def test_lesser_flags_ask_for_clearance_first(know, tier):
    values = {"alarm": {"tier": tier, "at": 0.0}, "health": {"answer": "no", "conditions": []}}
    assert screening.standing(values, know) == "clearance"
    assert rep_scheme.next_slot(values, know) == "clearance"
    cleared = {**values, "clearance": "yes", "goal": "strength", "experience": "advanced", "sessions_per_week": 3, "exercise": "back_squat"}
    assert rep_scheme.next_slot(cleared, know) is None
    assert rep_scheme.profile_of(cleared, know).limit == "return"


def test_no_plan_after_an_emergency_whatever_is_said(know, monkeypatch):
    monkeypatch.setattr(alarm.time, "time", lambda: 100.0)
    values = {"alarm": {"tier": "E", "at": 50.0}, "health": {"answer": "no", "conditions": []}, "clearance": "yes", "goal": "strength",
              "experience": "advanced", "sessions_per_week": 3, "exercise": "back_squat"}
    assert rep_scheme.next_slot(values, know) is None
    assert "emergency" in " ".join(rep_scheme.refused(values, know))


@pytest.mark.parametrize("text", [
    "my father fainted during leg press", "a client of mine got chest pain on the sled, what do I do", "my mum has a swollen calf, can I massage it",
    "one of my clients went pale and his chest hurts"])
def test_messages_about_somebody_else_are_told_apart(text):
    assert speaks_of_another(text)


@pytest.mark.parametrize("text", [
    "I passed out", "my wife says my calf looks swollen", "got chest pain, my partner is out", "my calf is swollen and my friend had that too",
    "my friend told me my face is drooping"])
def test_in_doubt_a_message_is_about_the_writer(text):
    assert not speaks_of_another(text)


def test_the_region_decides_the_numbers(know, monkeypatch):
    assert "112, 911 or 999" in alarm.reply("E", "this", know)
    monkeypatch.setenv(store.REGION_VARIABLE, "uk")
    store.shared.cache_clear()
    try:
        british = store.shared()
        assert "999" in alarm.reply("E", "this", british) and "NHS 111" in alarm.reply("U", "this", british)
        assert "Samaritans" in alarm.reply("S", "this", british)
        monkeypatch.setenv(store.REGION_VARIABLE, "atlantis")
        store.shared.cache_clear()
        with pytest.raises(KnowledgeError, match="atlantis"):
            store.shared()
    finally:
        monkeypatch.delenv(store.REGION_VARIABLE)
        store.shared.cache_clear()

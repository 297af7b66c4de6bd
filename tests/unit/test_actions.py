"""Actions as Rasa calls them: the exact events they return, and the sentence when one fails."""
from __future__ import annotations

import asyncio

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import main
from actions.forms import rep_scheme
from addons.inprocess import InProcessActions

FORM_RESET = [SlotSet(slot, None) for slot in (
    "goal", "experience", "sessions_per_week", "health", "clearance", "recent_set", "equipment", "named_exercises", "unwanted_exercises",
    "session_size", "form_misses")]


def run(action, slots=None, message=None, events=(), loop=None):
    tracker = Tracker("test", slots or {}, message or {}, list(events), False, None, loop or {}, "action_listen")
    dispatcher = CollectingDispatcher()
    returned = asyncio.run(action.run(dispatcher, tracker, {}))
    return returned, dispatcher.messages


def said(intent, text="", *entities):
    return {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": [
        {"entity": entity, "value": value} for entity, value in entities]}


def test_an_answer_sets_topic_record_and_exercise_and_nothing_else():
    events, messages = run(main.ActionAnswer(), message=said("ask_muscles", "calves?", ("exercise", "inverted_leg_press"), ("muscle", "calves")))
    assert [event["name"] for event in events] == ["topic", "last_answer", "exercise"]
    assert events[0]["value"] == "muscles" and events[2]["value"] == "inverted_leg_press"
    assert events[1]["value"]["claims"] and "calves" in messages[0]["text"]


@pytest.mark.parametrize("action", [main.ActionSource(), main.ActionWhy()])
def test_sources_and_reasons_set_no_slot(action):
    record = {"topic": "muscles", "claims": ["inverted_leg_press.muscles.overview"], "sources": []}
    events, messages = run(action, {"last_answer": record, "topic": "muscles"}, said("ask_source"))
    assert events == [] and messages[0]["text"]


@pytest.mark.parametrize(("confidence", "entities", "asked_back"), [
    (0.4, [("exercise", "hack_squat")], True), (0.9, [("exercise", "hack_squat")], False), (0.4, [], False),
    (0.4, [("exercise", "hack_squat"), ("outside", "food")], False)])
def test_a_doubtful_message_that_names_an_exercise_is_asked_back(confidence, entities, asked_back):
    message = said("out_of_scope", "hmm hacks and the other thing", *entities)
    message["intent"]["confidence"] = confidence
    message["intent_ranking"] = [message["intent"], {"name": "ask_technique", "confidence": 0.3}, {"name": "ask_load", "confidence": 0.2}]
    events, messages = run(main.ActionOutOfScope(), message=message)
    titles = [button["title"] for button in messages[0].get("buttons") or []]
    assert events == [] and ("How to do it" in titles[0] and len(titles) == 3 if asked_back else not titles), messages


def test_a_red_flag_clears_the_form_and_leaves_the_context():
    events, messages = run(main.ActionRedFlag(), {"goal": "strength", "topic": "muscles"}, said("report_red_flag", "", ("red_flag", "chest_pain")))
    assert events[:len(FORM_RESET)] == FORM_RESET and "Stop now" in messages[0]["text"]
    kept = {event["name"]: event["value"] for event in events[len(FORM_RESET):]}
    assert kept.keys() == {"plan", "alarm"} and kept["plan"] is None and kept["alarm"]["tier"] == "E"


def test_a_red_flag_about_somebody_else_leaves_the_writers_plans_alone():
    message = {**said("report_red_flag", "", ("red_flag", "chest_pain")), "about_another": True}
    events, messages = run(main.ActionRedFlag(), {"goal": "strength"}, message)
    assert events == FORM_RESET and "Stop now" in messages[0]["text"]


def test_cancelling_resets_every_slot_of_the_form_but_the_exercise():
    events, messages = run(main.ActionCancelForm(), {"goal": "power"}, said("cancel"), loop={"name": rep_scheme.FORM})
    assert events == FORM_RESET and "dropped" in messages[0]["text"]


def test_starting_a_plan_takes_over_what_the_sentence_says():
    events, _ = run(main.ActionStartRepScheme(), {"goal": "power"}, said("request_rep_scheme", "a strength plan", ("goal", "strength")))
    values = {event["name"]: event["value"] for event in events}
    assert values["goal"] == "strength" and values["experience"] is None and "exercise" not in values


def test_a_session_start_carries_over_the_health_limit_only():
    limit = {"answer": "yes", "conditions": ["hernia"]}
    events, messages = run(main.ActionSessionStart(), {"limit": limit, "topic": "muscles", "goal": "strength"})
    assert [event.get("name") for event in events if event["event"] == "slot"] == ["limit"]
    assert messages[0]["response"] == "utter_welcome"


def test_a_failing_action_gives_a_sentence_and_a_log_line(caplog, monkeypatch):
    endpoint = InProcessActions()

    async def broken(call):
        raise ValueError("broken on purpose")

    monkeypatch.setattr(endpoint.executor, "run", broken)
    result = asyncio.run(endpoint.request(json={"next_action": "action_answer", "sender_id": "x"}))
    assert result["responses"] == [{"response": "utter_action_failed"}]
    assert "broken on purpose" in caplog.text and "action_answer" in caplog.text


def test_a_hanging_action_is_given_up(monkeypatch):
    monkeypatch.setattr("addons.inprocess.TIMEOUT_S", 0.05)
    endpoint = InProcessActions()

    async def hanging(call):
        await asyncio.sleep(5)

    monkeypatch.setattr(endpoint.executor, "run", hanging)
    assert asyncio.run(endpoint.request(json={"next_action": "x"}))["responses"] == [{"response": "utter_action_failed"}]


def test_every_action_of_the_domain_is_there_and_every_one_there_is_in_the_domain():
    import yaml

    domain = yaml.safe_load(open("domain.yml", encoding="utf-8"))
    declared = {item if isinstance(item, str) else next(iter(item)) for item in domain["actions"]}
    assert declared == set(InProcessActions().executor.actions)

"""What Slack and Telegram share: what goes on in private, repeated events, order."""
from __future__ import annotations

import asyncio

import pytest

from addons.channels.deduplicate import MemorySeen
from addons.channels.groups import is_own_red_flag, is_red_flag, private_reason
from addons.channels.incoming import parse_click
from addons.channels.lanes import Lanes


def parsed(text, intent="ask_technique", *entities, **more):
    found = [{"entity": name, "value": value, "text": value, **extra} for name, value, extra in entities]
    return {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": found, **more}


@pytest.mark.parametrize(("message", "reason"), [
    (parsed("which muscles does it work", "ask_muscles"), None),
    (parsed("make me a plan", "request_rep_scheme"), "plan"),
    (parsed("show me my plan", "show_plan"), "plan"),
    (parsed("make it three days", "change_plan"), "plan"),
    (parsed("after an acl tear", "ask_rehab"), "health"),
    (parsed("are squats fine with diabetes", "ask_risks", ("condition", "diabetes", {})), "health"),
    (parsed("no heart trouble", "deny", ("condition", "heart_condition", {"negated": True})), "health"),
    (parsed("a plan for high blood pressure", "request_rep_scheme", ("condition", "high_blood_pressure", {})), "health"),
    (parsed("good for 70 year olds", "ask_suitability", ("number", "70", {"amount": 70, "unit": "age"})), "health"),
    (parsed("100 kg for 8", "inform", ("number", "100", {"amount": 100, "unit": "kg"})), None),
    (parsed("my knee hurts on it", "ask_technique", ("body_part", "knee", {})), "health"),
    (parsed("knees hurt going down", "troubleshoot"), "health"),
    (parsed("do squats hurt the knees", "ask_risks", ("body_part", "knee", {})), None),
    (parsed("should I hold my breath", "ask_technique"), None),
    (parsed("chest pain", "report_red_flag", ("condition", "chest_pain_history", {})), None),
    (parsed("two things", "ask_muscles", parts=[parsed("which muscles", "ask_muscles"), parsed("a plan", "request_rep_scheme")]), "plan"),
    (parse_click("/request_rep_scheme", "Make me a plan"), "plan"),
    (parse_click('/ask_muscles{"exercise":"back_squat"}', "Muscles"), None),
])
def test_what_goes_on_in_private(message, reason):
    assert private_reason(message) == reason


def test_a_red_flag_about_somebody_else_is_none_of_the_writer():
    own, others = parsed("chest pain", "report_red_flag"), parsed("my dad has chest pain", "report_red_flag", about_another=True)
    assert is_red_flag(own) and is_red_flag(others) and is_own_red_flag(own) and not is_own_red_flag(others)


@pytest.mark.parametrize(("text", "reason"), [
    ("which muscles does the leg press work?", None), ("where do I put my feet for glutes?", None), ("squat or leg press for quads?", None),
    ("make me a plan for strength", "plan"), ("can I leg press with high blood pressure?", "health"),
    ("I had my acl operated in march, when may I squat again?", "health"), ("my knee hurts when I squat", "health"),
    ("I get chest pain when I press", None)])
def test_what_goes_on_in_private_as_the_assistant_understands_it(replies, text, reason):
    assistant = replies.assistant
    found = assistant.loop.run_until_complete(assistant.agent.parse_message(text))
    assert private_reason(found) == reason
    assert is_red_flag(found) == ("chest pain" in text)


@pytest.mark.asyncio
async def test_a_key_is_first_once_until_it_is_forgotten():
    now = [0.0]
    seen = MemorySeen(ttl_s=10, most=3, clock=lambda: now[0])
    assert await seen.first("a") and not await seen.first("a")
    now[0] = 9.9
    assert not await seen.first("a")
    now[0] = 10.0
    assert await seen.first("a")
    assert [await seen.first(key) for key in "bcd"] == [True] * 3
    assert await seen.first("a") and not await seen.first("d")   # only the latest three are kept


@pytest.mark.asyncio
async def test_a_lane_keeps_order_and_survives_errors(caplog):
    lanes, done = Lanes(), []

    def job(name, fails=False):
        async def run():
            await asyncio.sleep(0)
            if fails:
                raise RuntimeError("a fault")
            done.append(name)
        return run
    lanes.put("one", 1, job("first"))
    lanes.put("one", 3, job("third"))
    lanes.put("one", 2, job("second", fails=True))
    lanes.put("one", 2.5, job("between"))
    lanes.put("two", 0, job("other"))
    await lanes.drain(5)
    assert [name for name in done if name != "other"] == ["first", "between", "third"] and "other" in done
    assert done.index("other") < done.index("third") and "a fault" in caplog.text
    lanes.put("one", 0, job("later"))
    await lanes.drain(5)
    assert done[-1] == "later"


@pytest.mark.asyncio
async def test_what_takes_too_long_at_the_end_is_cut_off(caplog):
    lanes, cut = Lanes(), []

    async def long():
        try:
            await asyncio.sleep(60)
        finally:
            cut.append(True)
    lanes.put("one", 0, long)
    await lanes.drain(0.01)
    assert cut == [True] and "cut off" in caplog.text

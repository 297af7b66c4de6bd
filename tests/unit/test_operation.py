"""Logs, metrics and health checks by themselves."""
from __future__ import annotations

import json
import logging
import re
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import REGISTRY
from rasa.core.channels.channel import UserMessage

from addons.operation import health, logs, metrics
from addons.stores.talks import TalkStore

SECRET = "my knee aches since the marker"


def line(logger, message, *args, error=None, formatter=None):
    record = logging.LogRecord(logger, logging.ERROR, "/x/processor.py", 7, message, args, (type(error), error, error.__traceback__)
                               if error else None)
    return (formatter or logs.JsonLines()).format(record)


def failed():
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError as error:
        return error


@pytest.fixture
def in_a_request():
    token = logs._request.set("a1b2c3d4")
    yield
    logs._request.reset(token)


def test_a_line_names_its_request_and_the_place_of_an_error_without_its_words(in_a_request):
    fields = json.loads(line("addons.channels.web", "Could not answer in %s", "web:a", error=failed()))
    assert fields["request"] == "a1b2c3d4" and fields["message"] == "Could not answer in web:a" and fields["level"] == "ERROR"
    assert [cause["type"] for cause in fields["error"]] == ["RuntimeError", "ValueError"]
    assert fields["error"][0]["places"][0].startswith("tests/unit/test_operation.py:") and SECRET not in json.dumps(fields)
    plain = line("addons.x", "told", error=failed(), formatter=logs.PlainLines())
    assert "a1b2c3d4" in plain and "RuntimeError" in plain and SECRET not in plain


def test_a_library_s_line_in_the_middle_of_a_message_says_only_where_it_came_from(in_a_request):
    assert json.loads(line("rasa.core.processor", f"got {SECRET}"))["message"] == "processor.py:7"
    assert SECRET not in line("py.warnings", "%s", SECRET)


def test_a_library_may_speak_between_messages_and_whoever_looks_into_a_fault_sees_all(monkeypatch):
    assert json.loads(line("rasa.core.run", "Starting Rasa server"))["message"] == "Starting Rasa server"
    monkeypatch.setenv("REPWISE_LOG_DETAILS", "1")
    assert SECRET in line("addons.x", "failed", error=failed())


@pytest.mark.parametrize("given", [None, "", "short", "x" * 65, "new\nline-00", '{"a":1}--'])
def test_only_a_sound_request_id_is_taken_over(given):
    assert logs.begin("0123-abcd") == "0123-abcd"
    made = logs.begin(given)
    assert made != given and len(made) == 16


class Locks:
    @asynccontextmanager
    async def lock(self, conversation):
        yield


def agent_that(say, parsed):
    """An agent that says ``say`` to whatever it gets."""
    async def handle(message):
        agent.seen = await agent.tracker_store.get_or_create_tracker(message.sender_id)
        await agent.processor.parse_message(message)
        for response in say:
            await message.output_channel.send_response(message.sender_id, response)

    async def parse(message):
        return parsed

    agent = SimpleNamespace(handle_message=handle, processor=SimpleNamespace(parse_message=parse), parse_message=parse,
                            tracker_store=TalkStore(db=":memory:"), lock_store=Locks())
    return agent


def count(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.asyncio
@pytest.mark.parametrize(("intent", "counted"), [
    ("report_red_flag", "repwise_red_flags_total"), ("nlu_fallback", "repwise_fallbacks_total"), ("ask_muscles", None)])
async def test_messages_are_counted_and_timed_and_the_probe_is_not(intent, counted):
    agent = agent_that([{"text": "quads"}], {"intent": {"name": intent}})
    metrics.watch(agent)
    names = ("repwise_red_flags_total", "repwise_fallbacks_total")
    before = [count(name) for name in names]
    messages, timed = count("repwise_messages_total", channel="web", kind="text"), count("repwise_stage_seconds_count", stage="whole")
    out = SimpleNamespace(send_response=_nothing)
    await agent.handle_message(UserMessage("x", out, "web:a", input_channel="web"))
    assert count("repwise_messages_total", channel="web", kind="text") == messages + 1
    assert count("repwise_stage_seconds_count", stage="whole") == timed + 1
    assert [count(name) - old for name, old in zip(names, before, strict=True)] == [float(name == counted) for name in names]
    await agent.handle_message(UserMessage("x", out, "status:a", input_channel="status"))
    assert count("repwise_messages_total", channel="web", kind="text") == messages + 1
    assert count("repwise_messages_total", channel="status", kind="text") == 0


async def _nothing(*args):
    return None


def test_errors_are_counted_by_part():
    before = count("repwise_errors_total", part="addons.channels.slack")
    metrics.CountErrors(logging.ERROR).handle(logging.LogRecord("addons.channels.slack.desk", logging.ERROR, "", 1, "x", (), None))
    assert count("repwise_errors_total", part="addons.channels.slack") == before + 1


ANSWER = {"text": "quads", "custom": {"claims": ["leg_press.muscles#1"]}}


@pytest.mark.asyncio
@pytest.mark.parametrize(("say", "intent", "failed"), [
    ([ANSWER], "ask_muscles", set()), ([{"text": "Something went wrong"}], "ask_muscles", {"answer"}),
    ([], "nlu_fallback", {"model", "answer"})])
async def test_a_server_is_ready_if_a_question_is_answered_from_the_facts(say, intent, failed):
    agent = agent_that(say, {"intent": {"name": intent}})
    checks = await health.Readiness(agent).checks()
    assert {name for name, state in checks.items() if state != "ok"} == failed and len(checks) == 4
    assert list(await agent.tracker_store.keys()) == []


@pytest.mark.asyncio
async def test_a_failing_database_is_named_and_the_result_holds_for_a_while(monkeypatch):
    agent = agent_that([ANSWER], {"intent": {"name": "ask_muscles"}})
    agent.tracker_store._read = lambda talk: 1 / 0
    readiness = health.Readiness(agent)
    assert {name for name, state in (await readiness.checks()).items() if state == "failed"} == {"database", "answer"}
    del agent.tracker_store._read
    assert (await readiness.checks())["database"] == "failed"
    monkeypatch.setattr(health, "FRESH_S", -1)
    assert set((await readiness.checks()).values()) == {"ok"}


def test_the_dashboard_shows_metrics_that_exist():
    board = json.loads(Path("deploy/grafana.json").read_text())
    known = {sample for metric in REGISTRY.collect() for sample in (metric.name, f"{metric.name}_total", f"{metric.name}_bucket",
                                                                    f"{metric.name}_count", f"{metric.name}_sum")}
    shown = {word for panel in board["panels"] for target in panel.get("targets", [])
             for word in re.findall(r"\b(?:repwise|process)_\w+", target["expr"])}
    assert shown and shown <= known
    assert {metric.name for metric in REGISTRY.collect() if metric.name.startswith("repwise")} <= {
        name.removesuffix("_total").removesuffix("_bucket") for name in shown}

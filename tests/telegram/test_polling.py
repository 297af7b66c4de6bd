"""Long polling against a local Telegram: order, repeats, restarts, refusals, lost connections."""
from __future__ import annotations

import asyncio
import json
import logging

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from addons.channels.telegram import api, service
from tests.telegram.fake import TOKEN, Refusal

pytestmark = pytest.mark.asyncio


async def test_a_question_is_answered(telegram, connect):
    async with connect():
        await telegram.text(5, "which muscles?")
        [shown] = await telegram.seen(5, 1)
    assert shown["text"] == "You said: which muscles?"
    assert [name for name, _ in telegram.calls[:3]] == ["getMe", "setMyCommands", "deleteWebhook"]
    assert telegram.called("getUpdates")[0] == {"timeout": 25, "allowed_updates": ["message", "callback_query"]}


async def test_the_commands_are_named(telegram, connect):
    async with connect():
        await telegram.until(lambda: telegram.called("setMyCommands"), "the commands")
    [given] = telegram.called("setMyCommands")
    assert [item["command"] for item in given["commands"]] == ["start", "plan", "help", "stop", "data", "delete"]


async def test_messages_of_a_chat_keep_their_order(telegram, connect, assistant):
    async def slowly(message):
        await asyncio.sleep(0.1)
        return {"text": message.text}

    assistant.answers["first"] = slowly
    for text in ("first", "second", "third"):
        await telegram.text(5, text)
    async with connect():
        shown = await telegram.seen(5, 3)
    assert [message["text"] for message in shown] == ["first", "You said: second", "You said: third"]


async def test_a_slow_chat_does_not_hold_up_others(telegram, connect, assistant, monkeypatch):
    monkeypatch.setattr(service, "BUSY_S", 0.05)
    go_on = asyncio.Event()

    async def stuck(message):
        await go_on.wait()
        return {"text": "at last"}

    assistant.answers["stuck"] = stuck
    async with connect():
        await telegram.text(5, "stuck")
        await telegram.until(lambda: telegram.called("sendChatAction"), "typing in the stuck chat")
        await telegram.text(6, "quick")
        await telegram.seen(6, 1)
        assert telegram.shown(5) == []
        go_on.set()
        await telegram.seen(5, 1)
    assert assistant.texts() == ["stuck", "quick"]


async def test_typing_is_shown_while_an_answer_is_made(telegram, connect, assistant, monkeypatch):
    monkeypatch.setattr("addons.channels.telegram.bot.TYPING_EVERY_S", 0.02)

    async def slowly(message):
        await telegram.until(lambda: len(telegram.called("sendChatAction")) >= 3, "typing again")
        return {"text": "done"}

    assistant.answers["think"] = slowly
    async with connect():
        await telegram.text(5, "think")
        await telegram.seen(5, 1)
    assert telegram.called("sendChatAction")[0] == {"chat_id": 5, "action": "typing"}


async def test_an_update_that_comes_twice_is_answered_once(telegram, connect, assistant):
    update = {"message_id": 1, "from": {"id": 5, "is_bot": False}, "date": 1, "text": "once", "chat": {"id": 5, "type": "private"}}
    telegram.started.add(5)
    for _ in range(2):
        await telegram.update(7000, message=update)
    await telegram.text(5, "next")
    async with connect():
        await telegram.settled()
    assert assistant.texts() == ["once", "next"]


async def test_a_webhook_of_earlier_is_taken_away(telegram, connect):
    telegram.webhook = {"url": "https://example.org", "secret_token": "x"}
    async with connect():
        await telegram.until(lambda: telegram.webhook is None, "the webhook taken away")
        await telegram.text(5, "hello")
        await telegram.seen(5, 1)


async def test_a_restart_answers_what_came_meanwhile_and_nothing_twice(telegram, connect, assistant):
    async with connect():
        await telegram.text(5, "before")
        await telegram.seen(5, 1)
    assert telegram._updates, "the fake still holds the update, as Telegram does until it is asked with a later offset"
    await telegram.text(5, "meanwhile")
    async with connect():
        await telegram.seen(5, 2)
    assert assistant.texts() == ["before", "meanwhile"]
    assert telegram.called("getUpdates")[-1]["offset"] == 7002, "the second run goes on where the first one stopped"


async def test_what_a_stop_cuts_off_comes_again(telegram, connect, assistant, monkeypatch):
    monkeypatch.setattr(service, "STOP_S", 0.05)

    async def never(message):
        await asyncio.Event().wait()

    assistant.answers["cut off"] = never
    async with connect():
        await telegram.text(5, "cut off")
        await telegram.until(lambda: assistant.heard, "the message")
    assistant.answers.clear()
    async with connect():
        [shown] = await telegram.seen(5, 1)
    assert shown["text"] == "You said: cut off"


async def test_a_turn_that_was_stored_before_a_crash_is_not_worked_out_again(telegram, connect, assistant, monkeypatch):
    monkeypatch.setattr(service, "STOP_S", 0.05)

    async def store_and_crash(message):
        tracker = DialogueStateTracker(message.sender_id, [])
        for event in (UserUttered(message.text, message_id=message.message_id), BotUttered("stored")):
            tracker.update(event, Domain.empty())
        await assistant.tracker_store.save(tracker)
        await asyncio.Event().wait()

    assistant.answers["cut off"] = store_and_crash
    async with connect():
        await telegram.text(5, "cut off")
        await telegram.until(lambda: assistant.heard, "the message")
        await asyncio.sleep(0.2)
    async with connect():
        [shown] = await telegram.seen(5, 1)
    assert shown["text"] == "stored" and assistant.texts() == ["cut off"]


async def test_a_stop_waits_for_the_answer_in_the_making(telegram, connect, assistant):
    async def slowly(message):
        await asyncio.sleep(0.2)
        return {"text": "finished"}

    assistant.answers["slow"] = slowly
    async with connect():
        await telegram.text(5, "slow")
        await telegram.until(lambda: assistant.heard, "the message")
    assert [message["text"] for message in telegram.shown(5)] == ["finished"]


async def test_the_file_of_the_offset_carries_no_text_and_no_token(telegram, connect, tmp_path):
    async with connect():
        await telegram.text(5, "secret words")
        await telegram.seen(5, 1)
    [file] = (tmp_path / "state").glob("*.json")
    assert json.loads(file.read_text())["offset"] == 7002
    assert TOKEN.split(":")[1] not in file.read_text() + file.name


async def test_another_poller_is_named_and_waited_for(telegram, connect, caplog):
    telegram.trouble["getUpdates"] = [Refusal(409, "Conflict: terminated by other getUpdates request")] * 2
    async with connect():
        await telegram.text(5, "hello")
        await telegram.seen(5, 1)
    assert caplog.text.count("Another program takes this Telegram bot's messages") == 2


async def test_two_pollers_do_not_answer_twice_for_long(telegram, connect, caplog):
    async with connect():
        await telegram.until(lambda: telegram._poller, "the first poller")
        telegram._poller = object()
        await telegram._notify()
        await telegram.until(lambda: len(telegram.called("getMe")) == 2, "a new connection")
    assert "Another program" in caplog.text


async def test_too_many_requests_are_repeated_when_telegram_says(telegram, connect, monkeypatch):
    waits = []
    real = asyncio.sleep

    async def sleep(seconds, *rest):
        waits.append(seconds)
        await real(min(seconds, 0.01))

    monkeypatch.setattr(api.asyncio, "sleep", sleep)
    telegram.trouble["getUpdates"] = [Refusal(429, "Too Many Requests: retry after 7", retry_after=7)]
    telegram.trouble["sendMessage"] = [Refusal(429, "Too Many Requests: retry after 3", retry_after=3)]
    async with connect():
        await telegram.text(5, "hello")
        await telegram.seen(5, 1)
    assert 7 in waits and 3 in waits and len(telegram.shown(5)) == 1


@pytest.mark.parametrize("trouble", ["drop", Refusal(502, "Bad Gateway")])
@pytest.mark.parametrize("method", ["getMe", "setMyCommands", "deleteWebhook", "getUpdates", "sendMessage"])
async def test_a_lost_connection_is_made_again(telegram, connect, assistant, method, trouble):
    telegram.trouble[method] = [trouble, trouble]
    async with connect():
        await telegram.text(5, "hello")
        [shown] = await telegram.seen(5, 1)
    assert shown["text"] == "You said: hello" and assistant.texts() == ["hello"]


async def test_an_answer_that_takes_too_long_counts_as_lost(telegram, connect, monkeypatch):
    monkeypatch.setattr(service, "TIMEOUT_S", 0.1)
    monkeypatch.setattr(service, "POLL_S", 0)
    telegram.trouble["getUpdates"] = [1.0]
    async with connect():
        await telegram.text(5, "hello")
        await telegram.seen(5, 1)


async def test_a_wrong_token_turns_the_channel_off(connect, telegram, caplog):
    async with connect(token="4242:wrong") as running:
        await asyncio.wait_for(running._task, 5)
    assert "does not know the token" in caplog.text and "4242:wrong" not in caplog.text


async def test_the_token_is_in_no_log_line(telegram, connect, caplog):
    caplog.set_level(logging.DEBUG)
    async with connect(base="http://127.0.0.1:1"):
        await asyncio.sleep(0.05)
    async with connect(base="http://[broken"):
        await asyncio.sleep(0.05)
    telegram.trouble["getMe"] = ["drop"]
    async with connect():
        await telegram.text(5, "my private words")
        await telegram.seen(5, 1)
    assert "No connection to Telegram" in caplog.text
    assert TOKEN not in caplog.text and "my private words" not in caplog.text


async def test_a_mistake_in_the_channel_itself_is_logged_and_survived(telegram, connect, caplog, monkeypatch):
    real = service.Progress.begin
    failures = iter([True])

    def begin(self, update_id):
        if next(failures, False):
            raise RuntimeError("a mistake")
        return real(self, update_id)

    monkeypatch.setattr(service.Progress, "begin", begin)
    async with connect():
        await telegram.text(5, "hello")
        await telegram.seen(5, 1)
    assert "The Telegram channel failed" in caplog.text

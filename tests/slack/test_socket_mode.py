"""The app in touch with a fake Slack by Socket Mode: what people write and click, and what goes wrong between."""
from __future__ import annotations

import asyncio
import logging

import pytest

from tests.slack.conftest import answer
from tests.slack.fake import buttons_of, text_of

pytestmark = pytest.mark.asyncio
NOTE = "General information, not medical advice."


async def test_a_direct_message_is_acknowledged_and_answered(connected, slack, agent):
    envelope = await slack.send("events_api", slack.direct("which muscles &amp; why?"))
    welcome, reply = await slack.said(2)
    assert slack.acks == [envelope]
    assert (reply["channel"], reply.get("thread_ts")) == ("DU1", None)
    assert reply["unfurl_links"] == reply["unfurl_media"] == False   # noqa: E712 - what is sent
    assert text_of(welcome) == "Welcome!" and text_of(reply) == "The quads do most of the work."
    assert [button["text"]["text"] for button in buttons_of(reply)] == ["Why?", "Make me a plan"]
    message, = agent.heard
    assert (message.text, message.sender_id, message.input_channel) == ("which muscles & why?", "slack:T1:U1", "slack")


async def test_it_is_acknowledged_before_it_is_answered(connected, slack, agent):
    acknowledged = []

    async def look(_):
        await slack.until(lambda: slack.acks)
        acknowledged.extend(slack.acks)
    agent.before_reply = look
    envelope = await slack.send("events_api", slack.direct("hello"))
    await slack.said(2)
    assert acknowledged == [envelope]


async def test_a_typed_command_of_rasa_is_only_text(connected, slack, agent):
    await slack.send("events_api", slack.direct("/restart"))
    await slack.said(2)
    assert agent.heard[0].text == "restart" and agent.heard[0].parse_data is None


async def test_a_mention_is_answered_in_its_thread_without_a_welcome(connected, slack, agent):
    payload = slack.mention("which muscles does it work?")
    await slack.send("events_api", payload)
    reply, = await slack.said(1)
    thread = payload["event"]["ts"]
    assert (reply["channel"], reply["thread_ts"]) == ("C1", thread)
    assert text_of(reply) == f"The quads do most of the work.\n{NOTE}"
    assert agent.heard[0].text == "which muscles does it work?"
    assert agent.heard[0].sender_id == f"slack:T1:C1:{thread}:U1"
    await slack.send("events_api", slack.mention("and the calves?", thread_ts=thread))
    assert text_of((await slack.said(2))[1]) == "The quads do most of the work."
    await slack.send("events_api", slack.mention("me too", user="U2", thread_ts=thread))
    await slack.said(3)
    assert [message.sender_id for message in agent.heard[1:]] == [f"slack:T1:C1:{thread}:U1", f"slack:T1:C1:{thread}:U2"]


@pytest.mark.parametrize("event", [
    {"bot_id": "B1"}, {"subtype": "channel_join"}, {"subtype": "message_changed"}, {"user": None}, {"edited": {"ts": "1.0"}}])
async def test_bots_edits_and_notices_are_not_answered(connected, slack, agent, event):
    await slack.send("events_api", slack.direct("hello", **event))
    await slack.send("events_api", slack.direct("a question"))
    await slack.said(2)
    assert [message.text for message in agent.heard] == ["a question"] and len(slack.acks) == 2


async def test_messages_in_channels_that_do_not_mention_it_are_left_alone(connected, slack, agent):
    overheard = slack.mention("nothing for the bot")
    overheard["event"]["type"] = "message"
    await slack.send("events_api", overheard)
    await slack.send("events_api", slack.direct("a question"))
    await slack.said(2)
    assert [message.text for message in agent.heard] == ["a question"]


async def test_a_repeated_event_is_answered_once(connected, slack, agent):
    payload = slack.direct("which muscles?")
    await slack.send("events_api", payload)
    await slack.send("events_api", payload, retry_attempt=1, retry_reason="timeout")
    await slack.send("events_api", slack.direct("something else"))
    await slack.until(lambda: len(agent.heard) == 2)
    assert [message.text for message in agent.heard] == ["which muscles?", "something else"] and len(slack.acks) == 3


async def test_what_waits_is_put_in_order(connected, slack, agent):
    going_on = asyncio.Event()

    async def hold(message):
        if message.text == "first":
            await going_on.wait()
    agent.before_reply = hold
    first, second, third = (slack.direct(text) for text in ("first", "second", "third"))
    for payload in (first, third, second):
        await slack.send("events_api", payload)
    await slack.send("events_api", slack.direct("somebody else", user="U2"))
    await slack.until(lambda: agent.heard)
    assert agent.heard[0].text == "somebody else"   # nobody waits for another person
    await slack.until(lambda: len(slack.acks) == 4)
    going_on.set()
    await slack.until(lambda: len(agent.heard) == 4)
    assert [message.text for message in agent.heard[1:]] == ["first", "second", "third"]


async def test_a_click_is_answered_and_shown_in_the_place_of_the_buttons(connected, slack, agent):
    await slack.send("events_api", slack.direct("which muscles?"))
    reply = (await slack.said(2))[1]
    payload = slack.click(reply, "Why?")
    envelope = await slack.send("interactive", payload)
    await slack.said(3)
    assert envelope in slack.acks
    assert buttons_of(reply) == [] and text_of(reply) == "The quads do most of the work.\nYou chose: Why?"
    click = agent.heard[1]
    assert (click.text, click.parse_data["intent"]["name"], click.sender_id) == ("Why?", "ask_why", "slack:T1:U1")
    await slack.send("interactive", {**payload, "trigger_id": "another"})   # a hasty second click
    await slack.send("events_api", slack.direct("then"))
    await slack.until(lambda: len(agent.heard) == 3)
    assert agent.heard[2].text == "then"


async def test_a_button_works_only_for_the_person_it_was_made_for(connected, slack, agent):
    await slack.send("events_api", slack.mention("which muscles?"))
    reply, = await slack.said(1)
    await slack.send("interactive", slack.click(reply, "Why?", user="U2"))
    await slack.until(lambda: slack.ephemeral)
    refusal, = slack.ephemeral
    assert (refusal["user"], refusal["channel"], refusal["thread_ts"]) == ("U2", "C1", reply["thread_ts"])
    assert "another conversation" in refusal["text"] and len(agent.heard) == 1 and "updated" not in reply
    await slack.send("interactive", slack.click(reply, "Why?"))   # and still works for that person
    await slack.said(2)
    assert agent.heard[1].sender_id == agent.heard[0].sender_id


async def test_an_invented_button_does_nothing(connected, slack, agent):
    await slack.send("events_api", slack.direct("which muscles?"))
    payload = slack.click((await slack.said(2))[1], "Why?")
    payload["actions"][0]["value"] = "/restart"
    await slack.send("interactive", payload)
    await slack.until(lambda: slack.ephemeral)
    assert len(agent.heard) == 1


@pytest.mark.parametrize(("text", "words"), [
    ("make me a plan", "A plan needs"), ("knee op last month", "concerns health")])
async def test_a_plan_and_health_go_on_in_a_direct_message(connected, slack, agent, text, words):
    payload = slack.mention(text)
    await slack.send("events_api", payload)
    pointer, quote, welcome, reply = await slack.said(4)
    assert (pointer["channel"], pointer["thread_ts"]) == ("C1", payload["event"]["ts"]) and words in text_of(pointer)
    assert text not in text_of(pointer)
    assert {message["channel"] for message in (quote, welcome, reply)} == {"DU1"} and text_of(quote) == f"You asked: {text}"
    assert agent.heard[0].sender_id == "slack:T1:U1" and agent.heard[0].parse_data["text"] == text
    await slack.send("interactive", slack.click(reply, "Why?"))
    await slack.until(lambda: len(agent.heard) == 2)
    assert agent.heard[1].sender_id == "slack:T1:U1"


async def test_a_click_on_the_plan_button_in_a_channel_goes_on_in_a_direct_message(connected, slack, agent):
    await slack.send("events_api", slack.mention("which muscles?"))
    reply, = await slack.said(1)
    await slack.send("interactive", slack.click(reply, "Make me a plan"))
    pointer = (await slack.said(2))[1]
    assert pointer["channel"] == "C1" and "A plan needs" in text_of(pointer)
    await slack.until(lambda: len(agent.heard) == 2)
    assert agent.heard[1].sender_id == "slack:T1:U1"


async def test_a_red_flag_is_answered_on_the_spot_and_known_in_private(connected, slack, agent):
    agent.replies = [{"text": "Stop now."}]
    payload = slack.mention("chest pain since the squats")
    await slack.send("events_api", payload)
    await slack.until(lambda: len(agent.heard) == 2)
    here, private = agent.heard
    assert here.sender_id == f"slack:T1:C1:{payload['event']['ts']}:U1" and private.sender_id == "slack:T1:U1"
    assert private.parse_data["intent"]["name"] == "report_red_flag"
    assert [(message["channel"], message["text"]) for message in slack.messages] == [("C1", "Stop now.")]


async def test_where_no_direct_message_can_be_opened_the_person_is_told(connected, slack, agent, caplog):
    slack.closed_to.add("U1")
    await slack.send("events_api", slack.mention("make me a plan"))
    told, = await slack.said(1)
    assert told["channel"] == "C1" and "could not open a direct message" in text_of(told)
    assert agent.heard == [] and "Could not open a direct message" in caplog.text


async def test_the_command_answers_in_the_direct_message(connected, slack, agent):
    await slack.send("slash_commands", slack.command("which muscles?"))
    quote, _, reply = await slack.said(3)
    pointer, = slack.answers
    assert "direct message" in text_of(pointer) and quote["channel"] == reply["channel"] == "DU1"
    assert buttons_of(reply) and agent.heard[0].sender_id == "slack:T1:U1"


async def test_the_command_without_a_question_asks_for_help(connected, slack, agent):
    await slack.send("slash_commands", slack.command("", channel="DU1"))
    await slack.until(lambda: agent.heard)
    assert agent.heard[0].parse_data["intent"]["name"] == "ask_help" and slack.answers == []


async def test_a_red_flag_by_the_command_is_answered_on_the_spot(connected, slack, agent):
    agent.replies = [{"text": "Stop now."}]
    await slack.send("slash_commands", slack.command("chest pain"))
    await slack.until(lambda: slack.answers)
    assert [text_of(item) for item in slack.answers] == ["Stop now."] and slack.messages == []
    assert agent.heard[0].sender_id == "slack:T1:U1"


@pytest.mark.parametrize(("text", "words"), [("", "empty message"), ("x" * 1001, "too long"), ("<@U0BOT>", "empty message")])
async def test_what_is_no_question_gets_a_sentence(connected, slack, agent, text, words):
    await slack.send("events_api", slack.direct(text))
    reply, = await slack.said(1)
    assert words in text_of(reply) and agent.heard == []


async def test_an_error_is_told_to_person_and_operator(connected, slack, agent, caplog):
    async def fail(message):
        raise RuntimeError("no such slot")
    agent.before_reply = fail
    await slack.send("events_api", slack.direct("my secret ailment"))
    reply = (await slack.said(2))[1]
    assert "Something went wrong" in text_of(reply)
    assert "no such slot" in caplog.text and "slack:T1:U1" in caplog.text and "secret ailment" not in caplog.text


async def test_no_reply_is_an_error(connected, slack, agent, caplog):
    await slack.send("events_api", slack.direct("hello"))
    await slack.said(2)
    agent.replies = []
    await slack.send("events_api", slack.direct("hello again"))
    assert "Something went wrong" in text_of((await slack.said(3))[2]) and "No reply" in caplog.text


async def test_too_many_calls_and_a_cut_line_are_tried_again(connected, slack, agent):
    slack.fail["chat.postMessage"].extend([
        (429, {"Retry-After": "0"}, {"ok": False, "error": "ratelimited"}), (503, {}, {}), (None, {}, {})])
    await slack.send("events_api", slack.direct("hello"))
    await slack.said(2)
    assert len([1 for method, _ in slack.calls if method == "chat.postMessage"]) == 5


async def test_a_message_that_slack_refuses_for_good_is_told(connected, slack, agent, caplog):
    slack.fail["chat.postMessage"].append((200, {}, {"ok": False, "error": "msg_blocks_too_long"}))
    await slack.send("events_api", slack.direct("hello"))
    reply, = await slack.said(1)
    assert "Something went wrong" in text_of(reply) and "msg_blocks_too_long" in caplog.text


async def test_buttons_that_cannot_be_replaced_count_all_the_same(connected, slack, agent, caplog):
    await slack.send("events_api", slack.direct("which muscles?"))
    reply = (await slack.said(2))[1]
    slack.fail["chat.update"].append((200, {}, {"ok": False, "error": "edit_window_closed"}))
    await slack.send("interactive", slack.click(reply, "Why?"))
    await slack.said(3)
    assert agent.heard[1].text == "Why?" and "edit_window_closed" in caplog.text


async def test_slacks_order_to_reconnect_is_followed(connected, slack, agent):
    await slack.sockets[-1].send_json({"type": "disconnect", "reason": "refresh_requested"})
    await slack.until(lambda: slack.connections == 2 and len(slack.sockets) == 1)
    await slack.send("events_api", slack.direct("still there?"))
    await slack.said(2)


async def test_a_lost_connection_comes_back(connected, slack, agent, caplog):
    slack.fail["apps.connections.open"].extend([(500, {}, {}), (200, {}, {"ok": False, "error": "internal_error"})])
    await slack.sockets[-1].close()
    await slack.until(lambda: slack.connections == 2)
    await slack.send("events_api", slack.direct("still there?"))
    await slack.said(2)
    assert "the connection was lost" in caplog.text and "internal_error" in caplog.text


async def test_an_event_that_was_not_acknowledged_is_not_answered_twice_after_a_reconnect(connected, slack, agent):
    payload = slack.direct("which muscles?")
    await slack.send("events_api", payload)
    await slack.said(2)
    await slack.sockets[-1].close()
    await slack.until(lambda: slack.connections == 2 and slack.sockets)
    await slack.send("events_api", payload, retry_attempt=1, retry_reason="timeout")
    await slack.send("events_api", slack.direct("then"))
    await slack.until(lambda: len(agent.heard) == 2)
    assert agent.heard[1].text == "then"


async def test_what_it_cannot_read_is_acknowledged_and_logged_without_its_text(connected, slack, agent, caplog):
    await slack.send("events_api", {"event": {"type": "message", "text": "my secret ailment", "channel": "D1", "user": "U1"}})
    await slack.send("hello_again", {})
    await slack.send("interactive", {"type": "view_submission", "user": {"id": "U1"}})
    await slack.send("events_api", slack.direct("a question"))
    await slack.said(2)
    assert len(slack.acks) == 4 and "Could not read" in caplog.text and "secret ailment" not in caplog.text


async def test_no_text_and_no_token_is_ever_logged(connected, slack, agent, caplog):
    caplog.set_level(logging.DEBUG)
    slack.fail["chat.postMessage"].append((200, {}, {"ok": False, "error": "fatal_error"}))
    await slack.send("events_api", slack.direct("my secret ailment"))
    await slack.said(1)
    own = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("addons", "slack_sdk")))
    assert "fatal_error" in caplog.text
    for private in ("secret ailment", "went wrong", "xoxb", "xapp"):
        assert private not in own


async def test_pictures_are_uploaded_beside_the_answer(connected, slack, agent, tmp_path, monkeypatch):
    monkeypatch.setattr("addons.channels.pictures.FOLDER", tmp_path)
    (tmp_path / "feet.png").write_bytes(b"a picture")
    agent.replies = [answer(custom={"pictures": [{"name": "feet", "alt": "Where the feet go"}]})]
    payload = slack.mention("where do my feet go?")
    await slack.send("events_api", payload)
    await slack.until(lambda: slack.uploads)
    upload, = slack.uploads
    assert (upload["bytes"], upload["filename"], upload["alt"]) == (b"a picture", "feet.png", "Where the feet go")
    assert (upload["channel"], upload["thread_ts"]) == ("C1", payload["event"]["ts"])


async def test_a_picture_that_is_not_there_is_described_instead(connected, slack, agent, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("addons.channels.pictures.FOLDER", tmp_path)
    agent.replies = [answer(custom={"pictures": [{"name": "feet", "alt": "Where the feet <go>"}]})]
    await slack.send("events_api", slack.direct("where do my feet go?"))
    await slack.until(lambda: any(message["text"] == "Where the feet &lt;go&gt;" for message in slack.messages))
    assert "feet was not uploaded" in caplog.text

"""Groups: answered only when addressed, private matters go on in private, a red flag is answered on the spot."""
from __future__ import annotations

import pytest

import knowledge
from tests.telegram.fake import BOT

pytestmark = pytest.mark.asyncio
WORDS = knowledge.shared().wording["channel"]
GROUP, ANNA, BEN = -1001, 5, 6
NAME = "@" + BOT["username"]


def conversations(assistant):
    return [(message.sender_id, message.text) for message in assistant.heard]


async def test_only_what_is_addressed_is_answered(telegram, connect, assistant):
    async with connect():
        await telegram.text(ANNA, "who trains today?", GROUP)
        await telegram.text(ANNA, "/plan", GROUP)
        number = await telegram.text(ANNA, f"{NAME} which muscles?", GROUP)
        [shown] = await telegram.seen(GROUP, 1)
        await telegram.text(BEN, "and calves?", GROUP, reply_to_message=shown)
        await telegram.seen(GROUP, 2)
    assert conversations(assistant) == [("telegram:-1001:5", "which muscles?"), ("telegram:-1001:6", "and calves?")]
    assert shown["reply_parameters"] == {"message_id": number, "allow_sending_without_reply": True}


async def test_in_a_forum_the_answer_stays_in_its_topic(telegram, connect):
    async with connect():
        await telegram.text(ANNA, f"{NAME} which muscles?", GROUP, is_topic_message=True, message_thread_id=3)
        [shown] = await telegram.seen(GROUP, 1)
    assert shown["message_thread_id"] == 3


async def test_buttons_are_for_the_person_who_asked(telegram, connect, assistant):
    assistant.answers["which?"] = {"text": "This?", "buttons": [{"title": "Yes", "payload": "/affirm"}]}
    async with connect():
        await telegram.text(ANNA, f"{NAME} which?", GROUP)
        [question] = await telegram.seen(GROUP, 1)
        await telegram.click(question, "Yes", BEN)
        await telegram.until(lambda: telegram.called("answerCallbackQuery"), "Ben's click answered")
        assert telegram.called("answerCallbackQuery")[0]["text"] == WORDS["telegram"]["no_button"]
        await telegram.click(question, "Yes", ANNA)
        await telegram.seen(GROUP, 2)
    assert conversations(assistant) == [("telegram:-1001:5", "which?"), ("telegram:-1001:5", "Yes")]


@pytest.mark.parametrize(("intent", "reason"), [("/request_rep_scheme", "plan"), ('/ask_risks{"condition":"hypertension"}', "health")])
async def test_private_matters_go_on_in_private(telegram, connect, assistant, intent, reason):
    assistant.parsed["my matter"] = intent
    telegram.started.add(ANNA)
    async with connect():
        await telegram.text(ANNA, f"{NAME} my matter", GROUP)
        private = await telegram.seen(ANNA, 2)
        [public] = await telegram.seen(GROUP, 1)
    assert [message["text"] for message in private] == [WORDS["telegram"]["continued"], "You said: my matter"]
    assert public["text"] == WORDS["groups"][reason]
    assert conversations(assistant) == [("telegram:5", "my matter")]


async def test_where_the_bot_may_not_write_first_a_button_opens_the_private_chat(telegram, connect, assistant):
    assistant.parsed["my matter"] = "/request_rep_scheme"
    async with connect():
        await telegram.text(ANNA, f"{NAME} my matter", GROUP)
        [public] = await telegram.seen(GROUP, 1)
        [[link]] = public["reply_markup"]["inline_keyboard"]
        assert public["text"] == WORDS["telegram"]["start_private"]["plan"]
        assert link["url"] == "https://t.me/repwise_test_bot?start=group"
        assert assistant.heard == []
        await telegram.text(ANNA, "/start group")
        [private] = await telegram.seen(ANNA, 1)
        await telegram.text(BEN, "/start group")
        [other] = await telegram.seen(BEN, 1)
    assert private["text"] == "You said: my matter" and conversations(assistant) == [("telegram:5", "my matter")]
    assert other["text"] == "Welcome!", "what one person began is nobody else's"


async def test_a_plan_button_in_a_group_goes_on_in_private(telegram, connect, assistant):
    assistant.answers["which?"] = {"text": "Quads.", "buttons": [{"title": "Make me a plan", "payload": "/request_rep_scheme"}]}
    telegram.started.add(ANNA)
    async with connect():
        await telegram.text(ANNA, f"{NAME} which?", GROUP)
        [answer] = await telegram.seen(GROUP, 1)
        await telegram.click(answer, "Make me a plan", ANNA)
        await telegram.seen(ANNA, 2)
    assert conversations(assistant)[-1] == ("telegram:5", "Make me a plan")


async def test_the_plan_command_in_a_group_goes_on_in_private(telegram, connect, assistant):
    telegram.started.add(ANNA)
    async with connect():
        await telegram.text(ANNA, f"/plan{NAME}", GROUP)
        await telegram.seen(ANNA, 2)
    assert assistant.heard[0].sender_id == "telegram:5" and assistant.heard[0].parse_data["intent"]["name"] == "request_rep_scheme"


async def test_a_red_flag_is_answered_on_the_spot_and_known_in_private(telegram, connect, assistant):
    assistant.parsed["chest pain"] = "/report_red_flag"
    async with connect():
        await telegram.text(ANNA, f"{NAME} chest pain", GROUP)
        [public] = await telegram.seen(GROUP, 1)
        await telegram.until(lambda: len(assistant.heard) == 2, "the private conversation told")
    assert public["text"] == "You said: chest pain"
    assert conversations(assistant) == [("telegram:-1001:5", "chest pain"), ("telegram:5", "chest pain")]
    assert telegram.shown(ANNA) == [], "what is for the record only is not shown"


async def test_delete_in_a_group_is_answered_there(telegram, connect, assistant, monkeypatch):
    erased = []

    async def erase(agent, conversation):
        erased.append(conversation)

    monkeypatch.setattr("addons.channels.erasing.erase", erase)
    async with connect():
        await telegram.text(ANNA, f"/delete{NAME}", GROUP)
        [shown] = await telegram.seen(GROUP, 1)
    assert erased == ["telegram:-1001:5"] and shown["text"] == WORDS["telegram"]["deleted"]

"""Which updates are the bot's business, and what they mean."""
from __future__ import annotations

import pytest

from addons.channels.telegram.updates import Click, Command, Me, NotText, Place, Said, chat_of, read

ME = Me(4242, "repwise_test_bot")
PRIVATE = {"id": 5, "type": "private"}
GROUP = {"id": -100, "type": "supergroup"}


def message(chat=PRIVATE, **content):
    return read({"update_id": 1, "message": {"message_id": 9, "from": {"id": 5, "is_bot": False}, "chat": chat, **content}}, ME)


def test_private_text_is_said_to_the_bot():
    assert message(text="hello @repwise_test_bot") == Said(Place(5, 5, False, 9), "hello @repwise_test_bot")


@pytest.mark.parametrize(("text", "name"), [
    ("/start", "start"), ("/start group", "start"), ("/PLAN", "plan"), ("/help@repwise_test_bot", "help"), ("/stop", "stop"),
    ("/delete ", "delete")])
def test_commands(text, name):
    assert message(text=text).name == name and isinstance(message(text=text), Command)


def test_a_command_for_another_bot_is_left_alone():
    assert message(text="/plan@other_bot") is None and message(GROUP, text="/plan@other_bot") is None


@pytest.mark.parametrize("text", ["/help my chest hurts", "/stop it hurts", "/unknown", "/plan strength, 3 days"])
def test_words_behind_a_command_are_not_lost(text):
    assert message(text=text) == Said(Place(5, 5, False, 9), text)


@pytest.mark.parametrize("text", ["hello all", "/plan", "mail me@repwise_test_bot", "@repwise_test_bot2 hi", "@@repwise_test_bot"])
def test_in_a_group_what_is_not_addressed_is_left_alone(text):
    assert message(GROUP, text=text) is None


@pytest.mark.parametrize(("content", "said"), [
    ({"text": "@Repwise_Test_Bot what are quads?"}, "what are quads?"), ({"text": "quads, @repwise_test_bot?"}, "quads, ?"),
    ({"text": "and hamstrings?", "reply_to_message": {"from": {"id": 4242}}}, "and hamstrings?"),
    ({"text": "/plan@repwise_test_bot for strength"}, "plan for strength")])
def test_in_a_group_the_bots_name_is_taken_away(content, said):
    event = message(GROUP, **content)
    assert isinstance(event, Said) and " ".join(event.text.split()).replace(" ,", ",") == said


def test_an_answer_to_somebody_else_is_not_addressed():
    assert message(GROUP, text="yes", reply_to_message={"from": {"id": 77}}) is None


def test_in_a_group_everybody_has_a_conversation_of_their_own():
    place = message(GROUP, text="/help@repwise_test_bot", is_topic_message=True, message_thread_id=3).place
    assert place.conversation == "telegram:-100:5" and place.private.conversation == "telegram:5"
    assert place.address == {"chat_id": -100, "message_thread_id": 3,
                             "reply_parameters": {"message_id": 9, "allow_sending_without_reply": True}}
    assert message(text="hi").place.conversation == "telegram:5"


@pytest.mark.parametrize("kind", ["voice", "photo", "sticker", "location", "video_note", "document", "contact"])
def test_what_is_no_text_is_known_as_such(kind):
    assert isinstance(message(**{kind: {}}), NotText)
    assert message(GROUP, **{kind: {}}) is None
    assert isinstance(message(GROUP, **{kind: {}}, caption="@repwise_test_bot look"), NotText)


@pytest.mark.parametrize("update", [
    {"edited_message": {"text": "x"}}, {"channel_post": {"text": "x"}}, {"my_chat_member": {}}, {"poll": {}}, {},
    {"message": {"message_id": 1, "chat": GROUP, "text": "@repwise_test_bot no sender"}},
    {"message": {"message_id": 1, "chat": PRIVATE, "from": {"id": 6, "is_bot": True}, "text": "a bot"}},
    {"message": {"message_id": 1, "chat": {"id": -3, "type": "channel"}, "from": {"id": 6}, "text": "@repwise_test_bot"}},
    {"message": {"message_id": 1, "chat": GROUP, "from": {"id": 6}, "new_chat_members": []}},
    {"callback_query": {"id": "1", "from": {"id": 5}, "inline_message_id": "7", "data": "x"}},
    {"callback_query": {"id": "1", "from": {"id": 5}, "message": {"message_id": 1, "chat": PRIVATE}, "game_short_name": "x"}}])
def test_other_updates_are_left_alone(update):
    assert read({"update_id": 1, **update}, ME) is None


def test_a_click_belongs_to_the_person_who_clicks():
    shown = {"message_id": 8, "chat": GROUP, "text": "Which?"}
    event = read({"callback_query": {"id": "77", "from": {"id": 6}, "message": shown, "data": "abc:0"}}, ME)
    assert event == Click(Place(-100, 6, True, 8), "77", "abc:0", shown)


def test_a_message_that_telegram_no_longer_shows_is_not_edited():
    shown = {"message_id": 8, "chat": PRIVATE, "date": 0}
    assert read({"callback_query": {"id": "77", "from": {"id": 5}, "message": shown, "data": "abc:0"}}, ME).message is None


def test_the_chat_of_an_update():
    assert chat_of({"message": {"chat": {"id": 3}}}) == 3 == chat_of({"callback_query": {"message": {"chat": {"id": 3}}}})
    assert chat_of({"poll": {}}) == 0

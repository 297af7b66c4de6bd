"""What the bot does with what people do, in private chats."""
from __future__ import annotations

import struct
import zlib

import pytest

import knowledge
from addons.channels import pictures
from tests.telegram.fake import Refusal

pytestmark = pytest.mark.asyncio
WORDS = knowledge.shared().wording["channel"]
GOALS = {"text": "What is your goal?", "buttons": [{"title": "Strength", "payload": '/inform{"goal":"strength"}'},
                                                  {"title": "Power", "payload": '/inform{"goal":"power"}'}]}


def texts(messages):
    return [message["text"] for message in messages]


async def test_the_message_reaches_rasa_with_its_conversation_and_channel(telegram, connect, assistant):
    async with connect():
        await telegram.text(5, "  /restart\n now ")
        await telegram.seen(5, 1)
    [heard] = assistant.heard
    assert (heard.text, heard.sender_id, heard.input_channel, heard.parse_data) == ("restart now", "telegram:5", "telegram", None)
    assert heard.output_channel.name() == "telegram"


async def test_buttons_stand_one_in_a_row_and_a_click_enters_as_parse_data(telegram, connect, assistant):
    assistant.answers["plan please"] = GOALS
    async with connect():
        await telegram.text(5, "plan please")
        [question] = await telegram.seen(5, 1)
        assert [len(row) for row in question["reply_markup"]["inline_keyboard"]] == [1, 1]
        click = await telegram.click(question, "Strength")
        await telegram.seen(5, 2)
    assert telegram.called("answerCallbackQuery") == [{"callback_query_id": click}]
    heard = assistant.heard[1]
    assert heard.text == "Strength" and heard.parse_data["intent"]["name"] == "inform"
    assert [(item["entity"], item["value"]) for item in heard.parse_data["entities"]] == [("goal", "strength")]
    edited = telegram.shown(5)[0]
    assert edited["text"] == "What is your goal?\n✓ Strength" and "reply_markup" not in edited


async def test_marks_of_a_message_stay_when_the_choice_is_shown(telegram, connect, assistant):
    table = {"title": "Plan", "columns": ["Week"], "rows": [["1"]], "lines": [0, 0]}
    assistant.answers["plan"] = {**GOALS, "custom": {"table": table}}
    async with connect():
        await telegram.text(5, "plan")
        [question] = await telegram.seen(5, 1)
        before = question["entities"]
        assert {entity["type"] for entity in before} == {"bold", "pre"}
        await telegram.click(question, "Power")
        await telegram.seen(5, 2)
    assert telegram.shown(5)[0]["entities"] == before


async def test_a_message_with_no_room_for_the_choice_only_loses_its_buttons(telegram, connect, assistant):
    assistant.answers["long"] = {**GOALS, "text": "x" * 4096}
    async with connect():
        await telegram.text(5, "long")
        [question] = await telegram.seen(5, 1)
        await telegram.click(question, "Power")
        await telegram.seen(5, 2)
    assert "reply_markup" not in telegram.shown(5)[0] and telegram.shown(5)[0]["text"] == "x" * 4096


async def test_a_double_click_is_one_choice(telegram, connect, assistant):
    assistant.answers["plan please"] = GOALS
    async with connect():
        await telegram.text(5, "plan please")
        [question] = await telegram.seen(5, 1)
        question = dict(question)
        await telegram.click(question, "Strength")
        await telegram.click(question, "Power")
        await telegram.until(lambda: len(telegram.called("answerCallbackQuery")) == 2, "both clicks answered")
    assert assistant.texts() == ["plan please", "Strength"]


async def test_buttons_work_after_a_restart(telegram, connect, assistant):
    assistant.answers["plan please"] = GOALS
    async with connect():
        await telegram.text(5, "plan please")
        [question] = await telegram.seen(5, 1)
    async with connect():
        await telegram.click(question, "Strength")
        await telegram.seen(5, 2)
    assert assistant.texts() == ["plan please", "Strength"]


@pytest.mark.parametrize("data", ["nonsense", '/inform{"goal":"strength"}', "/restart", "stolen"])
async def test_an_invented_or_stolen_button_is_refused(telegram, connect, assistant, data):
    assistant.answers["plan please"] = GOALS
    async with connect():
        await telegram.text(5, "plan please")
        [question] = await telegram.seen(5, 1)
        stolen = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        await telegram.text(6, "hello")
        [theirs] = await telegram.seen(6, 1)
        await telegram.click_data(theirs, stolen if data == "stolen" else data, 6)
        await telegram.until(lambda: telegram.called("answerCallbackQuery"), "the click answered")
    assert assistant.texts() == ["plan please", "hello"]
    assert telegram.called("answerCallbackQuery")[0]["text"] == WORDS["telegram"]["no_button"]


async def test_a_click_that_telegram_no_longer_lets_acknowledge_is_still_answered(telegram, connect, assistant):
    assistant.answers["plan please"] = GOALS
    telegram.trouble["answerCallbackQuery"] = [Refusal(400, "Bad Request: query is too old")]
    telegram.trouble["editMessageText"] = [Refusal(400, "Bad Request: message can't be edited")]
    async with connect():
        await telegram.text(5, "plan please")
        [question] = await telegram.seen(5, 1)
        await telegram.click(question, "Strength")
        assert texts(await telegram.seen(5, 2))[1] == "You said: Strength"


async def test_text_that_looks_like_markup_arrives_as_it_is(telegram, connect):
    text = "<b>bold</b> & <script>alert(1)</script> </pre>"
    async with connect():
        await telegram.text(5, text)
        [shown] = await telegram.seen(5, 1)
    assert shown["text"] == "You said: " + text and shown["entities"] == []


async def test_a_long_answer_comes_in_several_messages_with_the_buttons_last(telegram, connect, assistant):
    assistant.answers["all"] = {**GOALS, "text": "\n".join("line " + "x" * 400 for _ in range(30))}
    async with connect():
        await telegram.text(5, "all")
        shown = await telegram.seen(5, 3)
    assert [bool(message.get("reply_markup")) for message in shown] == [False, False, True]


async def test_sources_are_links_without_preview(telegram, connect, assistant):
    assistant.answers["why"] = {"text": "Because.", "custom": {"sources": [{"title": "Study", "url": "https://example.org/1"}]}}
    async with connect():
        await telegram.text(5, "why")
        [shown] = await telegram.seen(5, 1)
    assert shown["text"] == "Because.\nSources:\nStudy" and shown["link_preview_options"] == {"is_disabled": True}
    assert shown["entities"][-1]["url"] == "https://example.org/1"


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


async def test_pictures_come_before_the_text_with_their_description(telegram, connect, assistant, tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "FOLDER", tmp_path)
    (tmp_path / "feet.png").write_bytes(png())
    shows = [{"name": "feet", "alt": "Feet high & wide"}, {"name": "missing", "alt": "Knees <bent>"}]
    assistant.answers["feet"] = {**GOALS, "custom": {"pictures": shows}}
    async with connect():
        await telegram.text(5, "feet")
        photo, description, text = await telegram.seen(5, 3)
    assert photo["photo"] == len(png()) and photo["caption"] == "Feet high & wide"
    assert description["text"] == "Knees <bent>", "a picture that is not there is described instead"
    assert text["text"] == GOALS["text"] and text["reply_markup"]


@pytest.mark.parametrize(("command", "intent"), [("/plan", "request_rep_scheme"), ("/help", "ask_help"), ("/stop", "cancel")])
async def test_commands_enter_as_parse_data(telegram, connect, assistant, command, intent):
    async with connect():
        await telegram.text(5, command)
        await telegram.seen(5, 1)
    [heard] = assistant.heard
    assert heard.parse_data["intent"]["name"] == intent and not heard.text.startswith("/")


async def test_start_welcomes_once_and_greets_then(telegram, connect, assistant):
    async with connect():
        await telegram.text(5, "/start")
        await telegram.seen(5, 1)
        await telegram.text(5, "/start")
        shown = await telegram.seen(5, 2)
    assert shown[0]["text"] == "Welcome!"
    assert [message.parse_data["intent"]["name"] for message in assistant.heard] == ["greet"]


@pytest.mark.parametrize("content", [{"voice": {"file_id": "x"}}, {"photo": [], "caption": "which?"}, {"sticker": {}}, {"location": {}}])
async def test_what_is_no_text_gets_one_sentence(telegram, connect, assistant, content):
    async with connect():
        await telegram.message(5, **content)
        [shown] = await telegram.seen(5, 1)
    assert shown["text"] == WORDS["telegram"]["only_text"] and assistant.heard == []


async def test_an_album_gets_one_sentence_in_all(telegram, connect):
    async with connect():
        for _ in range(3):
            await telegram.message(5, photo=[], media_group_id="77")
        await telegram.text(5, "hello")
        await telegram.until(lambda: len(telegram.shown(5)) == 2, "the answer")
    assert texts(telegram.shown(5)) == [WORDS["telegram"]["only_text"], "You said: hello"]


@pytest.mark.parametrize("content", [{"edited_message": {"text": "x"}}, {"channel_post": {"text": "x"}}, {"message": {"broken": True}},
                                     {"message": {"message_id": 1, "from": {"id": 5}, "chat": 7, "text": "x"}}, {"callback_query": {}}])
async def test_odd_updates_stop_nothing(telegram, connect, assistant, content):
    async with connect():
        await telegram.update(**content)
        await telegram.text(5, "hello")
        await telegram.seen(5, 1)
    assert assistant.texts() == ["hello"]


@pytest.mark.parametrize(("text", "key"), [("x" * 1001, "too_long"), ("  / \u200b ", "empty")])
async def test_what_is_not_handed_on_gets_a_sentence(telegram, connect, assistant, text, key):
    async with connect():
        await telegram.text(5, text)
        [shown] = await telegram.seen(5, 1)
    assert shown["text"] == WORDS[key] and assistant.heard == []


async def test_a_failing_assistant_apologises_and_goes_on(telegram, connect, assistant, caplog):
    async def fail(message):
        raise RuntimeError("broken")

    assistant.answers.update({"one": fail, "two": None})
    async with connect():
        for text in ("one", "two", "three"):
            await telegram.text(5, text)
        shown = await telegram.seen(5, 3)
    assert texts(shown) == [WORDS["failed"], WORDS["failed"], "You said: three"]
    assert "Could not answer in conversation telegram:5" in caplog.text and "No reply in conversation telegram:5" in caplog.text


async def test_an_answer_that_telegram_refuses_is_apologised_for(telegram, connect, caplog):
    telegram.trouble["sendMessage"] = [Refusal(400, "Bad Request: something new")]
    async with connect():
        await telegram.text(5, "hello")
        [shown] = await telegram.seen(5, 1)
    assert shown["text"] == WORDS["failed"] and "something new" in caplog.text and "hello" not in caplog.text


async def test_somebody_who_blocked_the_bot_costs_a_log_line_only(telegram, connect, caplog):
    async with connect():
        await telegram.text(5, "bye")
        telegram.started.discard(5)
        await telegram.text(6, "hello")
        await telegram.seen(6, 1)
        await telegram.until(lambda: "telegram:5" in caplog.text, "the log line")
    assert "403" in caplog.text and telegram.shown(5) == []


async def test_who_sends_too_fast_is_told_once(telegram, connect, assistant):
    for number in range(14):
        await telegram.text(5, f"number {number}")
    async with connect():
        await telegram.until(lambda: WORDS["too_fast"] in texts(telegram.shown(5)), "the sentence")
        await telegram.text(6, "somebody else")
        await telegram.seen(6, 1)
    assert texts(telegram.shown(5)).count(WORDS["too_fast"]) == 1 and len(assistant.heard) in (11, 12)

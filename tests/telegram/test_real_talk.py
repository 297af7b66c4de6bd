"""Talks with the trained assistant through a local Telegram; the whole form goes into build/transcripts/telegram.txt."""
from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path

import pytest
import pytest_asyncio

import knowledge
from tests.telegram.fake import BOT, Refusal

pytestmark = pytest.mark.asyncio
TRANSCRIPT = Path("build") / "transcripts" / "telegram.txt"
NAME = "@" + BOT["username"]
GROUP = -1001
WORDS = knowledge.shared().wording["channel"]
_users = itertools.count(5001)


class Real:
    """The trained assistant where the other tests have one of their own."""

    def __init__(self, agent):
        self.agent = agent

    def __getattr__(self, name):
        return getattr(self.agent, name)

    async def hear(self, message):
        await self.agent.handle_message(message)


@pytest.fixture
def assistant(replies, monkeypatch):
    monkeypatch.setattr(replies.assistant.agent.tracker_store, "_coming_back", asyncio.Lock())  # a lock belongs to one event loop
    return Real(replies.assistant.agent)


class Person:
    """Somebody with a telephone: says and taps things, reads what comes, and keeps a transcript."""

    def __init__(self, telegram):
        self.telegram, self.user, self.lines, self._read = telegram, next(_users), [], 0

    async def say(self, text, chat=None, **more):
        """Returns the messages that came in the chat with the bot."""
        self.lines.append(f"> {text}")
        await self.telegram.text(self.user, text, chat, **more)
        return await self._new()

    async def tap(self, title):
        """Taps the button with this title under the last message that has buttons."""
        shown = [message for message in self.telegram.shown(self.user) if "reply_markup" in message][-1]
        await self.telegram.click(shown, title)
        self.lines.append(f"> [{title}]")
        return await self._new()

    async def _new(self):
        await self.telegram.settled()
        fresh = self.telegram.shown(self.user)[self._read:]
        self._read += len(fresh)
        for message in fresh:
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            self.lines += [text_of(message), *(f"    [{row[0]['text']}]" for row in rows)]
        return fresh


@pytest_asyncio.fixture
async def person(telegram, connect):
    async with connect():
        yield Person(telegram)


def text_of(message):
    return message.get("text") or message["caption"]


def joined(messages):
    return "\n".join(map(text_of, messages))


async def test_a_whole_rep_scheme_by_clicks(person, telegram):
    assert "not medical advice" in joined(await person.say("/start"))
    assert "goal" in joined(await person.tap("Make me a plan"))
    assert "trained" in joined(await person.tap("Muscle growth"))
    assert "sessions" in joined(await person.tap("6 months to 2 years"))
    assert "exercise" in joined(await person.tap("2"))
    assert "health" in joined(await person.tap("Back squat"))
    assert "recent hard set" in joined(await person.tap("None of these"))
    plan = await person.tap("Skip")
    person.lines.append("")
    person.lines.append("What the first chat looks like afterwards, with the choices in the place of the buttons:")
    person.lines += [line for message in telegram.shown(person.user) for line in message["text"].splitlines() if line.startswith("✓")]
    TRANSCRIPT.parent.mkdir(parents=True, exist_ok=True)
    TRANSCRIPT.write_text("\n".join(person.lines) + "\n", encoding="utf-8")
    assert "2 sessions" in plan[0]["text"] and "Warm-up" in joined(plan)
    assert [name for name in dict(telegram.calls) if name.endswith("refused")] == []
    choices = [line for line in person.lines if line.startswith("✓")]
    assert len(choices) == 7 and len(telegram.called("answerCallbackQuery")) == 7


async def test_a_question_and_its_source(person):
    [welcome, picture, answer] = await person.say("does the inverted leg press work my calves?")
    assert "not medical advice" in welcome["text"] and "calves" in answer["text"] and picture["photo"]
    assert "comes from" in joined(await person.say("where is that from?"))


async def test_words_behind_a_command_count(person):
    await person.say("/start")
    assert "trained" in joined(await person.say("/plan for strength"))
    assert "dropped" in joined(await person.say("/stop"))
    assert "Call" in joined(await person.say("/help I have crushing chest pain"))


async def test_delete_forgets_the_talk(person, assistant, telegram):
    await person.say("/plan")
    conversation = f"telegram:{person.user}"
    assert await assistant.tracker_store.retrieve(conversation)
    shown = [message for message in telegram.shown(person.user) if "reply_markup" in message][-1]
    assert joined(await person.say("/delete")) == WORDS["telegram"]["deleted"]
    assert await assistant.tracker_store.retrieve(conversation) is None
    await telegram.click(shown, "Strength", person.user)
    await telegram.settled()
    assert telegram.called("answerCallbackQuery")[-1]["text"] == WORDS["telegram"]["no_button"]
    assert "not medical advice" in joined(await person.say("/start"))


async def test_a_wish_for_deletion_in_words_deletes_talks_in_groups_too(person, assistant):
    await person.say(f"{NAME} which muscles does the squat work?", GROUP)
    assert await assistant.tracker_store.retrieve(f"telegram:{GROUP}:{person.user}")
    assert joined(await person.say("delete my data")) == WORDS["telegram"]["deleted"]
    assert await assistant.tracker_store.retrieve(f"telegram:{GROUP}:{person.user}") is None


@pytest.mark.parametrize("ask", ["/data", "Send me my data!", "/data" + NAME])
async def test_all_that_is_kept_comes_as_a_file_to_the_private_chat(person, telegram, ask):
    await person.say("which muscles does the back squat work?")
    await person.say(NAME + " what is the hack squat?", GROUP)
    [sent] = await person.say(ask, GROUP if NAME in ask else None)
    found = json.loads(sent["document"])
    said = [message["text"] for talk in found["conversations"] for message in talk["messages"] if message["from"] == "you"]
    assert {talk["conversation"] for talk in found["conversations"]} == {f"telegram:{person.user}", f"telegram:{GROUP}:{person.user}"}
    assert said == ["what is the hack squat?", "which muscles does the back squat work?"] and "keep about you" in sent["caption"]


async def test_who_never_opened_the_private_chat_is_shown_the_way_to_the_file(person, telegram):
    await telegram.text(person.user, "/data" + NAME, GROUP)
    await telegram.settled()
    shown = telegram.shown(GROUP)[-1]
    assert "for you alone" in shown["text"] and "t.me" in shown["reply_markup"]["inline_keyboard"][0][0]["url"]


async def test_a_plan_asked_for_in_a_group_is_made_in_private(person, telegram):
    assert await person.say(f"{NAME} make me a plan for strength", GROUP) == []
    assert telegram.shown(GROUP)[-1]["text"] == WORDS["telegram"]["start_private"]["plan"]
    assert "trained" in joined(await person.say("/start group"))


@pytest.mark.parametrize("text", ["is the leg press safe with high blood pressure?", "my knee hurts when I squat, what now?"])
async def test_health_named_in_a_group_is_talked_about_in_private(person, telegram, text):
    telegram.started.add(person.user)
    assert await person.say(f"{NAME} {text}", GROUP)
    assert telegram.shown(GROUP)[-1]["text"] == WORDS["groups"]["health"]


async def test_a_question_in_a_group_is_answered_there(person, telegram):
    assert await person.say(f"which muscles does the vertical leg press work, {NAME}?", GROUP) == []
    assert "quads" in joined(telegram.shown(GROUP))


async def test_a_red_flag_in_a_group_is_answered_there_and_holds_back_plans_in_private(person, telegram):
    await person.say(f"{NAME} I have crushing chest pain and my left arm is numb", GROUP)
    assert "Call" in telegram.shown(GROUP)[-1]["text"]
    assert "won't make a plan" in joined(await person.say("/plan"))


async def test_a_talk_goes_on_through_a_lost_connection(person, telegram):
    await person.say("/plan")
    telegram.trouble["getUpdates"] = ["drop", Refusal(502, "Bad Gateway"), Refusal(429, "Too Many Requests", retry_after=0.1)]
    telegram.trouble["sendMessage"] = ["drop"]
    assert "trained" in joined(await person.tap("Strength"))

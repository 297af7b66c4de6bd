"""A whole rep scheme in Slack, through the trained assistant; the transcript goes to build/transcripts/slack.txt."""
from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import pytest_asyncio

from addons.channels.signing import Signer
from addons.channels.slack import channel as slack_channel
from addons.channels.slack.desk import Desk
from tests.slack.fake import buttons_of, text_of

pytestmark = pytest.mark.asyncio
TRANSCRIPT = Path("build") / "transcripts" / "slack.txt"


class Person:
    """Writes and clicks in the fake Slack, reads what comes back, and writes it all down."""

    def __init__(self, slack):
        self.slack, self.lines, self._read = slack, [], 0

    async def write(self, text, count, channel=None):
        self.lines.append(f"\n[{channel or 'direct message'}] Ann: {text}")
        payload = self.slack.mention(text, channel=channel) if channel else self.slack.direct(text)
        await self.slack.send("events_api", payload)
        return await self._look(count)

    async def click(self, message, title, count):
        self.lines.append(f"\n[{self._where(message)}] Ann clicks: {title}")
        await self.slack.send("interactive", self.slack.click(message, title))
        new = await self._look(count)
        assert buttons_of(message) == [] and f"You chose: {title}" in text_of(message)
        return new

    async def _look(self, count):
        """Waits for ``count`` new messages and returns them."""
        messages = (await self.slack.said(self._read + count))[self._read:]
        self._read += len(messages)
        for message in messages:
            self.lines.append(f"[{self._where(message)}] Repwise: " + text_of(message).replace("\n", "\n    "))
            if buttons := buttons_of(message):
                self.lines.append("    " + " ".join(f"[{button['text']['text']}]" for button in buttons))
        return messages

    @staticmethod
    def _where(message):
        return "direct message" if message["channel"].startswith("D") else message["channel"]


@pytest_asyncio.fixture
async def person(replies, settings, slack, monkeypatch):
    agent = replies.assistant.agent
    monkeypatch.setattr(agent.tracker_store, "_coming_back", asyncio.Lock())  # a lock belongs to one event loop
    desk = Desk(settings, agent, agent.handle_message, Signer("a secret for these tests", "slack"))
    task = asyncio.create_task(slack_channel.supervised(settings, desk))
    await slack.until(lambda: slack.sockets)
    yield Person(slack)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await desk.close(5)


async def test_a_rep_scheme_from_a_mention_to_the_plan(person):
    answer, = await person.write("which muscles does the inverted leg press work?", 1, channel="#gym")
    assert "quads" in text_of(answer) and "not medical advice" in text_of(answer)
    further, = await person.click(answer, buttons_of(answer)[0]["text"]["text"], 1)
    assert further["thread_ts"] == answer["thread_ts"]
    pointer, quote, welcome, goal = await person.write("make me a plan", 4, channel="#gym")
    assert pointer["channel"] == "#gym" and "direct message" in text_of(pointer)
    assert text_of(quote) == "You asked: make me a plan" and "I'm Repwise" in text_of(welcome)
    experience, = await person.click(goal, "Muscle growth", 1)
    sessions, = await person.click(experience, "6 months to 2 years", 1)
    exercise, = await person.write("two", 1)
    health, = await person.click(exercise, buttons_of(exercise)[0]["text"]["text"], 1)
    recent, = await person.click(health, "None of these", 1)
    plan, = await person.write("100 kg for 8, two left", 1)
    TRANSCRIPT.parent.mkdir(parents=True, exist_ok=True)
    TRANSCRIPT.write_text("\n".join(person.lines).strip() + "\n", encoding="utf-8")
    text = text_of(plan)
    assert plan["channel"] == "DU1" and "plan: muscle growth" in text
    assert "```\nWeek" in text and "Week 1:" not in text and "Rest:" in text


async def test_a_red_flag_in_a_channel_holds_back_plans_in_private(person):
    reply, = await person.write("I get chest pain and my left arm goes numb on the leg press", 1, channel="#gym")
    assert "Stop now" in text_of(reply) and reply["channel"] == "#gym"
    pointer, _, *rest = await person.write("make me a plan", 3, channel="#gym")
    assert "direct message" in text_of(pointer)
    assert "I won't make a plan now" in "\n".join(map(text_of, rest))


async def test_delete_my_data_forgets_every_talk_with_the_person(person, replies):
    store = replies.assistant.agent.tracker_store
    await person.write("which muscles does the back squat work?", 1, channel="#gym")
    mine = {talk for talk in await store.keys() if talk.startswith("slack:T1:") and talk.endswith(":U1")}
    assert any(talk.count(":") > 2 for talk in mine)  # the one in the channel
    told, = await person.write("Delete my data", 1)
    assert "Deleted" in text_of(told) and not mine & set(await store.keys())


async def test_all_that_is_kept_comes_as_a_file_to_the_direct_message(person, slack):
    await person.write("what is the hack squat?", 1, channel="#gym")
    pointer, = await person.write("send me my data", 1, channel="#gym")
    assert "direct message" in text_of(pointer)
    await slack.until(lambda: slack.uploads)
    upload, = slack.uploads
    said = [message["text"] for talk in json.loads(upload["bytes"])["conversations"] for message in talk["messages"]]
    assert upload["channel"] == "DU1" and "what is the hack squat?" in said

"""A fake Slack, and in the place of Rasa a few lines that answer by keyword."""
from __future__ import annotations

import asyncio
import contextlib

import pytest
import pytest_asyncio

from addons.channels.incoming import parse_click
from addons.channels.signing import Signer
from addons.channels.slack import channel as slack_channel
from addons.channels.slack.desk import Desk
from addons.channels.slack.settings import Settings
from addons.stores.talks import IN_MEMORY, TalkStore
from tests.slack.fake import APP_TOKEN, BOT_TOKEN, FakeSlack

INTENTS = {"plan": "request_rep_scheme", "chest pain": "report_red_flag", "knee op": "ask_rehab"}


def answer(text="The quads do most of the work.", **more):
    buttons = [{"title": "Why?", "payload": "/ask_why"}, {"title": "Make me a plan", "payload": "/request_rep_scheme"}]
    return {"text": text, "buttons": buttons, **more}


class FakeAgent:
    """What the channel asks of an agent; ``heard`` holds what was handed over, ``replies`` are said to each message."""

    def __init__(self):
        self.heard, self.replies, self.before_reply, self._begun = [], [answer()], None, set()
        self.processor = self.lock_store = self
        self.tracker_store = TalkStore(db=IN_MEMORY)

    async def parse_message(self, text):
        intent = next((name for word, name in INTENTS.items() if word in text), "ask_muscles")
        return {**parse_click(f"/{intent}"), "text": text}

    @contextlib.asynccontextmanager
    async def lock(self, conversation):
        yield

    async def fetch_tracker_and_update_session(self, conversation, output):
        if conversation not in self._begun:
            self._begun.add(conversation)
            await output.send_text_message(conversation, "Welcome!")

    async def save_tracker(self, tracker):
        pass

    async def handle(self, message):
        await self.fetch_tracker_and_update_session(message.sender_id, message.output_channel)
        if self.before_reply is not None:
            await self.before_reply(message)
        self.heard.append(message)
        for reply in self.replies:
            await message.output_channel.send_response(message.sender_id, reply)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest_asyncio.fixture
async def slack():
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture
def agent():
    return FakeAgent()


@pytest.fixture
def settings(slack):
    return Settings(BOT_TOKEN, APP_TOKEN, api_base=slack.api_base)


@pytest_asyncio.fixture
async def desk(settings, agent):
    desk = Desk(settings, agent, agent.handle, Signer("a secret for these tests", "slack"))
    yield desk
    await desk.close(5)


@pytest_asyncio.fixture
async def connected(settings, desk, slack, monkeypatch):
    """The app in touch with the fake by Socket Mode."""
    monkeypatch.setattr(slack_channel, "FIRST_DELAY_S", 0.05)
    task = asyncio.create_task(slack_channel.supervised(settings, desk))
    await slack.until(lambda: slack.sockets)
    yield desk
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

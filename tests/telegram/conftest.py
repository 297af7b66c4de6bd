"""The fake Telegram, and services that speak to it."""
from __future__ import annotations

from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
import pytest_asyncio
from rasa.core.lock_store import InMemoryLockStore

from addons.channels.incoming import parse_click
from addons.channels.telegram import api
from addons.channels.telegram.service import Service, Settings
from addons.stores.talks import IN_MEMORY, TalkStore
from tests.telegram.fake import TOKEN, FakeTelegram


@pytest_asyncio.fixture
async def telegram(monkeypatch):
    monkeypatch.setattr(api, "FIRST_PAUSE_S", 0.01)
    async with FakeTelegram() as fake:
        yield fake


class Assistant:
    """Stands where Rasa stands: ``answers`` maps a text to the response to it, or to a function of the message."""

    def __init__(self):
        self.heard, self.answers, self.parsed, self.known = [], {}, {}, set()
        self.lock_store, self.tracker_store = InMemoryLockStore(), TalkStore(db=IN_MEMORY)
        self.processor = SimpleNamespace(fetch_tracker_with_initial_session=self._open, save_tracker=self._save)

    async def hear(self, message):
        self.heard.append(message)
        answer = self.answers.get(message.text, {"text": f"You said: {message.text}"})
        if callable(answer):
            answer = await answer(message)
        if answer:
            await message.output_channel.send_response(message.sender_id, answer)

    async def parse_message(self, text):
        return {**parse_click(self.parsed.get(text, "/ask_muscles"), text)}

    async def _open(self, conversation, output):
        if conversation not in self.known:
            self.known.add(conversation)
            await output.send_response(conversation, {"text": "Welcome!"})

    async def _save(self, tracker):
        pass

    def texts(self):
        return [message.text for message in self.heard]


@pytest.fixture
def assistant():
    return Assistant()


@pytest.fixture
def connect(telegram, assistant, tmp_path):
    """Returns a context manager that runs a service; several one after another share their state like a restarted server."""

    @asynccontextmanager
    async def connect(**changed):
        settings = Settings(**{"token": TOKEN, "base": telegram.base, "state": tmp_path / "state", **changed})
        service = Service(settings, assistant, assistant.hear)
        try:
            yield service
        finally:
            await service.stop()

    return connect

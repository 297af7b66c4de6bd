"""Webhook mode in a server like Rasa's, and the channel without a token."""
from __future__ import annotations

import asyncio
import itertools
import socket
from contextlib import asynccontextmanager

import aiohttp
import pytest
import pytest_asyncio
from sanic import Sanic, response

from addons.channels.telegram import Telegram, service
from addons.channels.telegram.service import Settings, webhook_secret
from addons.channels.web.channel import MOST_BODY_BYTES_OF_ANY_CHANNEL
from tests.telegram.fake import TOKEN

pytestmark = pytest.mark.asyncio
_numbers = itertools.count()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def serve(settings, assistant):
    """Runs a Sanic server with the channel in it, as Rasa registers it."""
    Sanic.test_mode = True  # several servers in one process, one after another
    app, port = Sanic(f"telegram_test_{next(_numbers)}", configure_logging=False), free_port()
    app.config.REQUEST_MAX_SIZE = MOST_BODY_BYTES_OF_ANY_CHANNEL
    app.ctx.agent = assistant

    @app.get("/chat")
    async def chat(request):
        return response.text("the web chat")

    app.blueprint(Telegram(settings(port)).blueprint(assistant.hear), url_prefix="/webhooks/telegram")
    server = await app.create_server(host="127.0.0.1", port=port, return_asyncio_server=True)
    await server.startup()
    await server.before_start()
    await server.after_start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await server.before_stop()
        server.close()
        await server.wait_closed()
        await server.after_stop()


def by_webhook(telegram, state):
    """Returns the settings of a server by its port."""
    return lambda port: Settings(TOKEN, telegram.base, state, f"http://127.0.0.1:{port}/webhooks/telegram/webhook")


@pytest_asyncio.fixture
async def hooked(telegram, assistant, tmp_path, monkeypatch):
    monkeypatch.setenv("REPWISE_SECRET", "a secret for this test only")
    async with serve(by_webhook(telegram, tmp_path), assistant) as address:
        await telegram.until(lambda: telegram.webhook, "the webhook")
        yield address


def said(text, number=1, user=5):
    return {"update_id": number, "message": {"message_id": number, "from": {"id": user, "is_bot": False}, "date": 1, "text": text,
                                             "chat": {"id": user, "type": "private"}}}


async def test_an_update_is_answered(telegram, hooked):
    await telegram.text(5, "hello")
    [shown] = await telegram.seen(5, 1)
    assert shown["text"] == "You said: hello" and telegram.called("getUpdates") == []
    assert telegram.webhook["allowed_updates"] == ["message", "callback_query"] and telegram.webhook["secret_token"] == webhook_secret()


@pytest.mark.parametrize("spoil", [lambda secret: "", lambda secret: "wrong", lambda secret: secret[:-1], lambda secret: secret.upper(),
                                   lambda secret: "é", lambda secret: "\udcff"])
async def test_a_wrong_secret_is_refused(telegram, hooked, assistant, spoil):
    assert await telegram.deliver(said("forged"), spoil(telegram.webhook["secret_token"])) == 403
    assert await telegram.deliver(said("real", 2)) == 200
    await telegram.until(lambda: assistant.heard, "the real message")
    assert assistant.texts() == ["real"]


async def test_without_the_header_nothing_is_taken(telegram, hooked, assistant):
    async with aiohttp.ClientSession() as session, session.post(telegram.webhook["url"], json=said("forged")) as reply:
        assert reply.status == 403
    assert assistant.heard == []


async def test_it_returns_before_the_answer_is_made_and_drops_repeats(telegram, hooked, assistant):
    telegram.started.add(5)
    go_on = asyncio.Event()

    async def slowly(message):
        await go_on.wait()
        return {"text": "done"}

    assistant.answers["slow"] = slowly
    for _ in range(3):
        assert await asyncio.wait_for(telegram.deliver(said("slow")), 5) == 200
    assert telegram.shown(5) == []
    go_on.set()
    await telegram.seen(5, 1)
    assert assistant.texts() == ["slow"]


async def test_updates_that_overtake_each_other_are_put_in_order(telegram, hooked, assistant):
    telegram.started.add(5)
    go_on = asyncio.Event()

    async def slowly(message):
        await go_on.wait()
        return {"text": "one"}

    assistant.answers["one"] = slowly
    for number, text in ((1, "one"), (3, "three"), (2, "two")):
        assert await telegram.deliver(said(text, number)) == 200
    go_on.set()
    await telegram.seen(5, 3)
    assert assistant.texts() == ["one", "two", "three"]


async def test_a_stopping_server_finishes_its_answers(telegram, assistant, tmp_path, monkeypatch):
    monkeypatch.setenv("REPWISE_SECRET", "a secret for this test only")

    async def slowly(message):
        await asyncio.sleep(0.3)
        return {"text": "finished"}

    assistant.answers["slow"] = slowly
    telegram.started.add(5)
    async with serve(by_webhook(telegram, tmp_path), assistant):
        await telegram.until(lambda: telegram.webhook, "the webhook")
        assert await telegram.deliver(said("slow")) == 200
        await telegram.until(lambda: assistant.heard, "the message")
    assert [message["text"] for message in telegram.shown(5)] == ["finished"]


async def test_what_was_acknowledged_is_answered_after_a_crash_and_once(telegram, assistant, tmp_path, monkeypatch):
    monkeypatch.setenv("REPWISE_SECRET", "a secret for this test only")
    monkeypatch.setattr(service, "STOP_S", 0)
    telegram.started.add(5)

    async def never(message):
        await asyncio.Event().wait()

    assistant.answers["cut off"] = never
    async with serve(by_webhook(telegram, tmp_path), assistant):
        await telegram.until(lambda: telegram.webhook, "the webhook")
        assert await telegram.deliver(said("cut off")) == 200
        await telegram.until(lambda: assistant.heard, "the message")
    assistant.answers.clear()
    for _ in range(2):
        async with serve(by_webhook(telegram, tmp_path), assistant):
            [shown] = await telegram.seen(5, 1)
            await asyncio.sleep(0.1)
    assert shown["text"] == "You said: cut off" and len(assistant.heard) == 2


async def test_the_longest_message_gets_in(telegram, hooked, assistant):
    telegram.started.add(5)
    update = said("😀" * 4096)
    update["message"]["reply_to_message"] = {"text": "😀" * 4096, "from": {"id": 4242}}
    assert await telegram.deliver(update) == 200
    [shown] = await telegram.seen(5, 1)
    assert "too long" in shown["text"] and assistant.heard == []


async def test_before_the_bot_is_connected_telegram_is_asked_to_come_again(telegram, assistant, tmp_path, monkeypatch):
    monkeypatch.setenv("REPWISE_SECRET", "a secret for this test only")
    telegram.trouble["getMe"] = [30.0]
    async with serve(by_webhook(telegram, tmp_path), assistant) as address:
        telegram.webhook = {"url": address + "/webhooks/telegram/webhook", "secret_token": webhook_secret()}
        assert await telegram.deliver(said("early")) == 503
        telegram.webhook = None


async def fetch(address):
    async with aiohttp.ClientSession() as session, session.get(address) as reply:
        return reply.status, await reply.text()


@pytest.mark.parametrize("base", ["http://127.0.0.1:1", "http://[broken", ""])
async def test_a_dead_telegram_does_not_stop_the_server(assistant, tmp_path, base, caplog):
    async with serve(lambda port: Settings(TOKEN, base, tmp_path), assistant) as address:
        await asyncio.sleep(0.05)
        assert await fetch(address + "/chat") == (200, "the web chat")
    assert "No connection to Telegram" in caplog.text


async def test_a_folder_that_cannot_be_written_does_not_stop_the_server(telegram, assistant, tmp_path, caplog):
    (tmp_path / "state").write_text("a file where a folder should be")
    async with serve(lambda port: Settings(TOKEN, telegram.base, tmp_path / "state"), assistant) as address:
        assert await fetch(address + "/chat") == (200, "the web chat")
    assert "Telegram is off" in caplog.text


async def test_without_a_token_the_channel_is_off_with_one_line(assistant, monkeypatch, caplog):
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    async with serve(lambda port: Telegram.from_credentials(None)._settings, assistant) as address:
        assert await fetch(address + "/chat") == (200, "the web chat")
        assert (await fetch(address + "/webhooks/telegram/webhook"))[0] == 404
    assert [record.getMessage() for record in caplog.records if "Telegram" in record.getMessage()] == [
        "Telegram is off: TELEGRAM_TOKEN is not set"]


async def test_the_settings_come_from_the_environment(monkeypatch, tmp_path):
    for name, value in {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_BASE": "http://127.0.0.1:9", "REPWISE_STATE": str(tmp_path),
                        "TELEGRAM_WEBHOOK_URL": "https://example.org/webhooks/telegram/webhook"}.items():
        monkeypatch.setenv(name, value)
    assert Settings.from_environment() == Settings(TOKEN, "http://127.0.0.1:9", tmp_path, "https://example.org/webhooks/telegram/webhook")

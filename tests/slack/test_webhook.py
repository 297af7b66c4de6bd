"""The webhook of the Rasa server, called as Slack calls it, and calls that are not Slack's."""
from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
import time
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio
from rasa.core.channels.channel import register
from sanic import Sanic, response

from addons.channels.slack import channel as slack_channel
from addons.channels.slack.channel import MAX_BODY_BYTES, SlackChat
from tests.slack.fake import BOT_TOKEN, buttons_of, text_of

pytestmark = pytest.mark.asyncio
SECRET = "the signing secret of the test"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class Hook:
    """Sends requests to the webhook, signed as Slack signs them."""

    def __init__(self, session, url):
        self._session, self._url = session, url

    async def post(self, body, content_type=JSON, age=0, secret=SECRET, **headers):
        body = body if isinstance(body, bytes) else body.encode()
        stamp = str(int(time.time()) - age)
        signature = "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        sent = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, "Content-Type": content_type, **headers}
        async with self._session.post(self._url, data=body, headers=sent) as reply:
            return reply.status, await reply.text()

    async def event(self, payload, **more):
        return await self.post(json.dumps(payload), **more)

    async def form(self, **fields):
        return await self.post(urlencode(fields), FORM)


@pytest_asyncio.fixture
async def serve(agent, slack, monkeypatch):
    """Starts a server with the channel and the given settings, and returns its hook."""
    opened = []
    Sanic.test_mode = True
    monkeypatch.setenv("REPWISE_SECRET", "a secret for these tests")
    monkeypatch.setenv("REPWISE_ACTIONS", "http")
    monkeypatch.setattr(slack_channel, "FIRST_DELAY_S", 0.05)

    async def start(**environment):
        for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"SLACK_API_BASE": slack.api_base, **environment}.items():
            monkeypatch.setenv(name, value)
        app = Sanic("slack_webhook_test", configure_logging=False)
        app.ctx.agent = agent
        app.config.REQUEST_MAX_SIZE = 16_384   # the limit of the web page
        agent.handle_message = agent.handle
        register([SlackChat()], app, route="/webhooks/")
        app.add_route(lambda request: response.empty(), "/")
        await app._startup()
        listening = socket.create_server(("127.0.0.1", 0))
        server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        await app._server_event("init", "after", asyncio.get_running_loop())
        session = aiohttp.ClientSession()
        opened.append((app, server, session))
        return Hook(session, f"http://127.0.0.1:{listening.getsockname()[1]}/webhooks/slack/webhook")

    yield start
    for app, server, session in opened:
        await session.close()
        await app._server_event("shutdown", "before", asyncio.get_running_loop())
        await server.close()


@pytest_asyncio.fixture
async def hook(serve):
    return await serve(SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_SIGNING_SECRET=SECRET)


async def test_slack_may_check_the_address(hook):
    status, text = await hook.event({"type": "url_verification", "challenge": "3eZbrw1a"})
    assert status == 200 and json.loads(text) == {"challenge": "3eZbrw1a"}


async def test_a_message_a_click_and_a_command(hook, slack, agent):
    assert await hook.event(slack.direct("which muscles?"), content_type="application/json; charset=utf-8") == (200, "")
    reply = (await slack.said(2))[1]
    assert await hook.form(payload=json.dumps(slack.click(reply, "Why?"))) == (200, "")
    await slack.said(3)
    assert "You chose: Why?" in text_of(reply)
    assert await hook.form(**slack.command("which muscles?", channel="DU1")) == (200, "")
    await slack.until(lambda: len(agent.heard) == 3)
    assert [message.sender_id for message in agent.heard] == ["slack:T1:U1"] * 3


async def test_a_repeated_event_is_answered_once(hook, slack, agent):
    payload = slack.direct("which muscles?")
    for _ in range(2):
        assert (await hook.event(payload, **{"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_error"}))[0] == 200
    await hook.event(slack.direct("then"))
    await slack.until(lambda: len(agent.heard) == 2)
    assert [message.text for message in agent.heard] == ["which muscles?", "then"]


async def test_it_answers_slack_before_it_answers_the_person(hook, slack, agent):
    acknowledged = []

    async def look(_):
        await slack.until(lambda: acknowledged)
    agent.before_reply = look
    acknowledged.append((await hook.event(slack.direct("hello")))[0])
    await slack.said(2)
    assert acknowledged == [200]


@pytest.mark.parametrize("more", [
    {"secret": "another secret"}, {"age": 400}, {"age": -400}, {"X-Slack-Signature": "v0=é"}, {"X-Slack-Request-Timestamp": "soon"}])
async def test_what_slack_did_not_sign_just_now_is_refused(hook, slack, agent, caplog, more):
    assert (await hook.event(slack.direct("my secret ailment"), **more))[0] == 401
    await hook.event(slack.direct("then"))
    await slack.until(lambda: agent.heard)
    assert [message.text for message in agent.heard] == ["then"]
    assert "refused" in caplog.text and "ailment" not in caplog.text


async def test_a_body_changed_on_its_way_is_refused(hook, slack, agent):
    stamp, body = str(int(time.time())), json.dumps(slack.direct("hello")).encode()
    signature = "v0=" + hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    assert (await hook.post(body + b" ", **{"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}))[0] == 401


@pytest.mark.parametrize(("body", "content_type"), [
    (b"[1]", JSON), (b"{", JSON), (b"\xff", JSON), (b"payload=%5B%5D", FORM), (b"payload=x", FORM)])
async def test_signed_nonsense_is_refused(hook, body, content_type):
    assert (await hook.post(body, content_type))[0] in (400, 401)


async def test_a_click_on_a_long_message_passes_and_a_huge_body_does_not(hook, slack, agent):
    agent.replies = [{"text": "\n".join("a long line of an answer, with & in it" for _ in range(900)),
                      "buttons": [{"title": f"{n}", "payload": "/ask_why"} for n in range(25)]}]
    await hook.event(slack.direct("hello"))
    reply = (await slack.said(2))[1]
    payload = json.dumps(slack.click(reply, "7"))
    assert len(payload) > 32_000 and await hook.form(payload=payload) == (200, "")
    await slack.until(lambda: len(agent.heard) == 2)
    assert buttons_of(reply) == []
    assert (await hook.post(b"x" * (MAX_BODY_BYTES + 1)))[0] == 413


async def test_with_an_app_token_there_is_a_connection_and_no_webhook(serve, slack, agent):
    hook = await serve(SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_APP_TOKEN="xapp-test", SLACK_SIGNING_SECRET=SECRET)
    assert (await hook.event(slack.direct("hello")))[0] == 404
    await slack.send("events_api", slack.direct("hello"))
    await slack.said(2)


@pytest.mark.parametrize("environment", [{}, {"SLACK_SIGNING_SECRET": SECRET}, {"SLACK_BOT_TOKEN": BOT_TOKEN}])
async def test_without_tokens_it_is_off_with_one_line(serve, slack, caplog, environment):
    hook = await serve(**environment)
    assert (await hook.event(slack.direct("hello")))[0] == 404
    assert len([record for record in caplog.records if "Slack is off" in record.getMessage()]) == 1 and slack.calls == []


async def test_a_slack_that_is_down_is_tried_again_and_harms_nothing(serve, slack, agent, caplog):
    slack.fail["auth.test"].extend([(200, {}, {"ok": False, "error": "invalid_auth"}), (500, {}, {})])
    slack.fail["apps.connections.open"].append((503, {}, {}))
    await serve(SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_APP_TOKEN="xapp-test")
    await slack.send("events_api", slack.direct("hello"))
    await slack.said(2)
    assert "invalid_auth" in caplog.text and "next try" in caplog.text


async def test_closing_waits_for_the_answer(serve, slack, agent):
    hook = await serve(SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_SIGNING_SECRET=SECRET)
    await hook.event(slack.direct("hello"))
    await Sanic.get_app("slack_webhook_test")._server_event("shutdown", "before", asyncio.get_running_loop())
    assert len(slack.messages) == 2

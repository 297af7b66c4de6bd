"""The Slack channel of the Rasa server: opens and closes with it, by a connection of its own or by a webhook."""
from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from typing import Any, Dict, Mapping, Optional, Tuple
from urllib.parse import parse_qsl

import aiohttp
from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from addons import inprocess
from addons.channels.signing import Signer, server_secret
from addons.channels.slack import socket_mode
from addons.channels.slack.desk import NAME, Desk, OnNewMessage
from addons.channels.slack.settings import Settings, from_environment
from addons.operation import health

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 262_144
"""A click brings the whole message that it belongs to, blocks and signed buttons included."""

FIRST_DELAY_S, LONGEST_DELAY_S = 1.0, 300.0
STABLE_S = 60.0
"""A connection that lasted this long starts the delays afresh."""

CLOSE_S = 10.0


class SlackChat(InputChannel):
    """Reads its tokens from the environment (docs/slack.md); without them it is off."""

    def __init__(self) -> None:
        self.settings = from_environment()
        self.signer = Signer(server_secret(), self.name())
        self.desk: Optional[Desk] = None

    @classmethod
    def name(cls) -> str:
        return NAME

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> SlackChat:
        return cls()

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        slack = Blueprint("slack_chat", __name__)
        settings = self.settings
        if settings is None:
            return slack
        tasks = []

        @slack.listener("after_server_start")
        async def open_desk(app: Any, loop: asyncio.AbstractEventLoop) -> None:
            if inprocess.wanted():
                inprocess.install(app.ctx.agent)
            self.desk = Desk(settings, app.ctx.agent, on_new_message, self.signer)
            await self.desk.resume()
            tasks.append(loop.create_task(supervised(settings, self.desk)))

        @slack.listener("before_server_stop")
        async def close_desk(app: Any, loop: asyncio.AbstractEventLoop) -> None:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self.desk is not None:
                await self.desk.close(CLOSE_S)

        if settings.app_token is None and settings.signing_secret is not None:
            verifier = SignatureVerifier(settings.signing_secret)

            @slack.post("/webhook", stream=True)  # a streaming handler sets its own limit of the body
            async def webhook(request: Request) -> HTTPResponse:
                body = await _body(request)
                if body is None:
                    return response.empty(413)
                if not _signed(verifier, body, request.headers):
                    log.warning("A request to the Slack webhook was refused: its signature is missing, wrong or old")
                    return response.empty(401)
                try:
                    kind, payload = read_body(request.headers.get("content-type", ""), body)
                except ValueError:
                    log.exception("Could not read a signed request of Slack")
                    return response.empty(400)
                if kind == "url_verification":
                    return response.json({"challenge": payload.get("challenge")})
                if self.desk is None:  # Slack repeats events
                    return response.empty(503)
                await self.desk.take(kind, payload)
                return response.empty(200)

        return slack


def read_body(content_type: str, body: bytes) -> Tuple[str, Mapping[str, Any]]:
    """Returns kind (as in Socket Mode, or url_verification) and payload of a request's body. Raises ValueError."""
    kind, payload = "events_api", None
    if content_type.startswith("application/json"):
        payload = json.loads(body)
        if isinstance(payload, dict) and payload.get("type") == "url_verification":
            kind = "url_verification"
    else:
        form = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True))
        kind, payload = ("interactive", json.loads(form["payload"])) if "payload" in form else ("slash_commands", form)
    if not isinstance(payload, dict):
        raise ValueError("the payload is no mapping")
    return kind, payload


async def supervised(settings: Settings, desk: Desk) -> None:
    """Keeps the app in touch with Slack; whatever fails there is logged and tried again, ever more seldom, and disturbs nothing else."""
    delay = FIRST_DELAY_S
    while True:
        began = time.monotonic()
        try:
            await desk.api.auth_test()
            if settings.app_token is None:
                health.poller(NAME, up=True)
                print("Slack is on, by the webhook /webhooks/slack/webhook", flush=True)
                return
            await socket_mode.listen(settings.app_token, settings.api_base, desk.take, lambda: health.poller(NAME, up=True))
            reason = "the connection was lost"
        except SlackApiError as error:
            reason = f"Slack answered {error.response['error']}" if isinstance(error.response, AsyncSlackResponse) else "no answer of Slack"
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            reason = type(error).__name__
        except Exception:  # a fault of this program must not end the channel either
            log.exception("The connection to Slack failed")
            reason = "see the lines above"
        if time.monotonic() - began > STABLE_S:
            delay = FIRST_DELAY_S
        health.poller(NAME, up=False)
        log.warning("Slack can't be reached (%s); the next try is in about %.0f s", reason, delay)
        await asyncio.sleep(delay * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, keeps no secret
        delay = min(delay * 2, LONGEST_DELAY_S)


async def _body(request: Request) -> Optional[bytes]:
    """Returns the body of a streamed request, None where it is too long."""
    body = bytearray()
    async for chunk in request.stream:
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _signed(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    """Tells whether Slack sent a request within the last five minutes."""
    try:
        return bool(verifier.is_valid_request(body, headers))
    except (TypeError, ValueError):  # a time stamp or signature that is none
        return False

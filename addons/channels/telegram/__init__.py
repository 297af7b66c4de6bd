"""The Telegram channel: long polling, or a webhook where TELEGRAM_WEBHOOK_URL is set. docs/telegram.md says how to make a bot."""
from __future__ import annotations

import asyncio
import hmac
import logging
from typing import Any, Dict, Optional

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from addons.channels.telegram.bot import NAME, Handler
from addons.channels.telegram.service import NotReady, Service, Settings, webhook_secret

log = logging.getLogger(__name__)


class Telegram(InputChannel):
    """Starts and stops the service with the server, and takes updates over HTTP in webhook mode."""

    def __init__(self, settings: Optional[Settings]) -> None:
        self._settings = settings
        self._service: Optional[Service] = None

    @classmethod
    def name(cls) -> str:
        return NAME

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> Telegram:
        return cls(Settings.from_environment())

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        channel = Blueprint("telegram_channel")
        settings = self._settings
        if settings is None:
            log.warning("Telegram is off: TELEGRAM_TOKEN is not set")
            return channel

        @channel.listener("after_server_start")
        async def start(app: Any, loop: asyncio.AbstractEventLoop) -> None:
            try:
                self._service = Service(settings, app.ctx.agent, on_new_message)
            except Exception:  # an exception in a listener would end the server, and the web chat with it
                log.exception("Telegram is off: the channel could not be started")

        @channel.listener("before_server_stop")
        async def stop(app: Any, loop: asyncio.AbstractEventLoop) -> None:
            if self._service is not None:
                await self._service.stop()

        if settings.webhook_url:
            self._take_updates(channel)
        return channel

    def _take_updates(self, channel: Blueprint) -> None:
        secret = webhook_secret().encode()

        @channel.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            """Takes one update and returns at once: Telegram would send it again."""
            given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
            if not hmac.compare_digest(given.encode(errors="replace"), secret):
                return response.empty(status=403)
            try:
                if self._service is None:
                    raise NotReady
                await self._service.take(request.json)
            except NotReady:
                return response.empty(status=503)
            return response.empty(status=200)

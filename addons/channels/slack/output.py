"""Posts messages: to a channel or direct message, or as the answer to a command that only its writer sees."""
from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Dict, Optional, Protocol

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from addons.channels import pictures
from addons.channels.content import Content, Picture, WholeOutput
from addons.channels.signing import Signer
from addons.channels.slack.reading import Spot
from addons.channels.slack.render import Rendered, escaped, rendered

log = logging.getLogger(__name__)


class Place(Protocol):
    """Where messages go."""

    async def post(self, message: Rendered) -> None:
        """Posts a message. Raises slack_sdk.errors.SlackApiError or a network error after the client's own retries."""


class Channel:
    """A channel or direct message, or a thread in it."""

    def __init__(self, api: AsyncWebClient, spot: Spot) -> None:
        self._api, self._spot = api, spot

    async def post(self, message: Rendered) -> None:
        await self._api.chat_postMessage(
            channel=self._spot.channel, thread_ts=self._spot.thread, text=message.text, blocks=message.blocks, unfurl_links=False,
            unfurl_media=False)
        for picture in message.pictures:
            await self._upload(picture)

    async def _upload(self, picture: Picture) -> None:
        """Uploads a picture; where that fails, its description stands in for it."""
        try:
            await self._api.files_upload_v2(
                channel=self._spot.channel, thread_ts=self._spot.thread, file=str(pictures.png(picture)), title=picture.alt,
                alt_txt=picture.alt)
        except (OSError, SlackClientError, aiohttp.ClientError, asyncio.TimeoutError):
            log.exception("The picture %s was not uploaded", picture.name)
            await self._api.chat_postMessage(channel=self._spot.channel, thread_ts=self._spot.thread, text=escaped(picture.alt))


class Answer:
    """The answer to a command, which only its writer sees. Slack takes no files there and tells nothing of the message after a click."""

    def __init__(self, webhook: AsyncWebhookClient) -> None:
        self._webhook = webhook

    async def post(self, message: Rendered) -> None:
        blocks = [block for block in message.blocks if block["type"] != "actions"]
        await self._webhook.send(text=message.text, blocks=blocks, response_type="ephemeral")


class SlackOutput(WholeOutput):
    """Posts what the assistant says to one place, under the first message a note if there is one; ``delivered`` counts the messages."""

    def __init__(self, place: Place, signer: Signer, words: Dict[str, str], public_url: Optional[str] = None, note: str = "") -> None:
        self._place, self._signer, self._words, self._note = place, signer, words, note
        self._picture_url = partial(pictures.address, public_url) if public_url else None
        self.delivered = 0

    @classmethod
    def name(cls) -> str:
        return "slack"

    async def deliver(self, recipient_id: str, content: Content) -> None:
        note, self._note = self._note, ""
        await self._place.post(rendered(
            content, lambda choice: self._signer.button_token(recipient_id, choice.payload, choice.title), self._words,
            self._picture_url, note))
        self.delivered += 1

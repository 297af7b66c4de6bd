"""Takes what Slack sends, hands it to Rasa and brings the replies to where they belong."""
from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Optional, Union

import aiohttp
from rasa.core.channels.channel import UserMessage
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

import knowledge
from addons.channels import groups
from addons.channels.content import content_of
from addons.channels.deduplicate import Seen
from addons.channels.deduplicate import seen as memory_of
from addons.channels.erasing import store_of
from addons.channels.inbox import Inbox, hand_over
from addons.channels.incoming import Refused, clean, parse_click
from addons.channels.lanes import Lanes
from addons.channels.limits import SharedLimiter
from addons.channels.own_data import FILE, asks_for_data, asks_to_delete, delete_all, exported, talks_of
from addons.channels.signing import Signer
from addons.channels.slack.output import Answer, Channel, Place, SlackOutput
from addons.channels.slack.reading import Clicked, Commanded, Incoming, Said, Spot, read
from addons.channels.slack.render import Rendered, rendered, settled
from addons.channels.slack.settings import Settings
from addons.operation import logs

log = logging.getLogger(__name__)
sdk_log = logging.getLogger(__name__ + ".sdk")
sdk_log.setLevel(logging.WARNING)  # its debug lines hold message texts

TIMEOUT_S = 30.0
RETRIES = 3
HELP = "/ask_help"
NAME = "slack"
TOLD_AGAIN_S = 30.0
"""How often somebody who sends too fast is told so."""

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


def retry_handlers() -> List[AsyncRetryHandler]:
    """Returns what repeats a call after a broken connection, a 429 (when Slack says) and a server error."""
    return [AsyncConnectionErrorRetryHandler(RETRIES), AsyncRateLimitErrorRetryHandler(RETRIES), AsyncServerErrorRetryHandler(RETRIES)]


class Desk:
    """One Slack app at work. Must be made on the event loop; :meth:`close` ends it."""

    def __init__(self, settings: Settings, agent: Any, on_new_message: OnNewMessage, signer: Signer, seen: Optional[Seen] = None) -> None:
        self._agent, self._on_new_message, self._signer, self._public_url = agent, on_new_message, signer, settings.public_url
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        self.api = AsyncWebClient(
            settings.bot_token, settings.api_base, session=self._session, logger=sdk_log, retry_handlers=retry_handlers())
        self._lanes = Lanes(NAME)
        self._inbox = Inbox(store_of(agent), NAME, self._lanes, seen or memory_of(NAME))
        self._pace = SharedLimiter(NAME, per_second=1, burst=10)
        self._told_to_wait = memory_of(f"{NAME} told", TOLD_AGAIN_S)
        self._words: Dict[str, Any] = knowledge.shared().wording["channel"]

    async def take(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Takes a payload and returns when it may be acknowledged; it is handled after what the same person sent before."""
        logs.begin()
        try:
            incoming = read(kind, payload)
        except (KeyError, TypeError, ValueError):
            log.exception("Could not read a Slack payload of the kind %s", kind)
            return
        if incoming is not None:
            await self._inbox.take(incoming.private, incoming.order, incoming.key, {"kind": kind, "payload": payload},
                                   partial(self._answer, incoming))

    async def resume(self) -> None:
        """Answers what a crash left, here or at another server."""
        await self._inbox.start(self._resume)

    def _resume(self, key: str, data: Mapping[str, Any]) -> None:
        incoming = read(data["kind"], data["payload"])
        if incoming is not None:
            self._inbox.resume(incoming.private, incoming.order, key, partial(self._answer, incoming))

    async def close(self, timeout_s: float) -> None:
        """Waits up to ``timeout_s`` seconds for what is being answered."""
        await self._inbox.stop()
        await self._lanes.drain(timeout_s)
        await self._session.close()

    async def _answer(self, incoming: Union[Said, Clicked, Commanded]) -> None:
        place = self._place_of(incoming)
        try:
            if await self._pace.wait(incoming.private):
                await self._slow_down(incoming, place)
            elif isinstance(incoming, Said):
                await self._said(incoming, place)
            elif isinstance(incoming, Clicked):
                await self._clicked(incoming, place)
            else:
                await self._commanded(incoming, place)
        except Refused as refusal:
            await self._tell(place, self._words[refusal.reason])
        except Exception:  # the person gets a sentence, the operator the traceback
            log.exception("Could not answer in conversation %s", incoming.private)
            await self._tell(place, self._words["failed"])

    async def _slow_down(self, incoming: Incoming, place: Place) -> None:
        if isinstance(incoming, Clicked):
            await self._tell_alone(incoming, self._words["too_fast"])
        elif await self._told_to_wait.first(incoming.private):
            await self._tell(place, self._words["too_fast"])

    def _place_of(self, incoming: Incoming) -> Place:
        if isinstance(incoming, Commanded):
            return Answer(AsyncWebhookClient(incoming.response_url, session=self._session, logger=sdk_log, retry_handlers=retry_handlers()))
        return Channel(self.api, incoming.spot)

    async def _said(self, said: Said, place: Place) -> None:
        text = clean(said.text)
        if await self._on_own_data(text, said, place):
            return
        if said.before_others:
            await self._before_others(text, await groups.parse(self._agent, text), said, place)
        else:
            await self._hand_over(text, None, said.private, place)

    async def _clicked(self, clicked: Clicked, place: Place) -> None:
        mine = self._signer.button(clicked.private, clicked.token)
        found = mine or self._signer.button(clicked.shared, clicked.token)
        if found is None:
            await self._tell_alone(clicked, self._words["expired"])
            return
        payload, title = found
        parsed = parse_click(payload, title)
        await self._settle(clicked, title)
        if mine:
            await self._hand_over(title, parsed, clicked.private, place)
        else:
            await self._before_others(title, parsed, clicked, place)

    async def _commanded(self, command: Commanded, place: Place) -> None:
        """Answers in the direct message, where buttons and pictures work and the talk can go on; a red flag on the spot."""
        if command.text:
            text = clean(command.text)
            if await self._on_own_data(text, command, place):
                return
            parsed = await groups.parse(self._agent, text)
        else:
            text, parsed = HELP, parse_click(HELP)
        if groups.is_red_flag(parsed):
            await groups.begin(self._agent, command.private)
            await self._hand_over(text, parsed, command.private, place)
            return
        direct = await self._direct(command, place)
        if direct is None:
            return
        if direct.channel != command.spot.channel:
            await self._tell(place, self._words["slack"]["in_direct"])
        await self._continue(text, parsed, command, direct, quote=bool(command.text))

    async def _on_own_data(self, text: str, incoming: Incoming, place: Place) -> bool:
        """Deletes the person's talks everywhere in this workspace, or hands them out, if a message asks for that; tells whether it does."""
        if asks_to_delete(text):
            await delete_all(self._agent, incoming.private)
            await self._tell(place, self._words["slack"]["deleted"])
        elif asks_for_data(text):
            await self._export(incoming, place)
        else:
            return False
        return True

    async def _export(self, incoming: Incoming, place: Place) -> None:
        """Uploads a file with all that is kept about a person to the direct message."""
        direct = await self._direct(incoming, place)
        if direct is None:
            return
        if direct.channel != incoming.spot.channel:
            await self._tell(place, self._words["slack"]["in_direct"])
        await self.api.files_upload_v2(
            channel=direct.channel, content=await exported(self._agent, await talks_of(self._agent, incoming.private)), filename=FILE,
            title=FILE, initial_comment=self._words["own_data"]["exported"])

    async def _before_others(self, text: str, parsed: Dict[str, Any], incoming: Incoming, place: Place) -> None:
        """Answers in the thread, or says there that the talk goes on in the direct message, and goes on there."""
        reason = groups.private_reason(parsed)
        if reason is None:
            note = self._words["groups"]["note"] if await groups.begin(self._agent, incoming.shared) else ""
            await self._hand_over(text, parsed, incoming.shared, place, note)
            if groups.is_own_red_flag(parsed):
                await groups.remember(self._on_new_message, text, parsed, incoming.private, NAME)
            return
        direct = await self._direct(incoming, place)
        if direct is not None:
            await self._tell(place, self._words["groups"][reason])
            await self._continue(text, parsed, incoming, direct, quote=True)

    async def _direct(self, incoming: Incoming, place: Place) -> Optional[Spot]:
        """Opens the direct message with a person; where Slack refuses, says so and returns None."""
        try:
            opened = await self.api.conversations_open(users=[incoming.user])
        except SlackApiError:
            log.exception("Could not open a direct message for conversation %s", incoming.private)
            await self._tell(place, self._words["slack"]["no_direct"])
            return None
        return Spot(opened["channel"]["id"])

    async def _continue(self, text: str, parsed: Dict[str, Any], incoming: Incoming, direct: Spot, quote: bool) -> None:
        place = Channel(self.api, direct)
        if quote:
            await self._tell(place, self._words["slack"]["asked"].format(text=text))
        await self._hand_over(text, parsed, incoming.private, place)

    async def _hand_over(self, text: str, parsed: Optional[Dict[str, Any]], conversation: str, place: Place, note: str = "") -> None:
        output = SlackOutput(place, self._signer, self._words["slack"], self._public_url, note)
        await hand_over(self._agent, self._on_new_message,
                        UserMessage(text, output, conversation, input_channel=NAME, parse_data=parsed))
        if not output.delivered:
            log.error("No reply in conversation %s", conversation)
            await self._tell(place, self._words["failed"])

    async def _settle(self, clicked: Clicked, title: str) -> None:
        """Puts the choice in the place of the buttons; the click counts even where that fails."""
        choice = self._words["slack"]["chosen"].format(title=title)
        try:
            await self.api.chat_update(
                channel=clicked.spot.channel, ts=clicked.message, text=clicked.text, blocks=settled(clicked.blocks, choice))
        except (SlackApiError, aiohttp.ClientError, asyncio.TimeoutError):
            log.exception("Could not replace the buttons of a message in conversation %s", clicked.private)

    async def _tell_alone(self, incoming: Incoming, sentence: str) -> None:
        await self.api.chat_postEphemeral(channel=incoming.spot.channel, user=incoming.user, thread_ts=incoming.spot.thread, text=sentence)

    async def _tell(self, place: Place, sentence: str) -> None:
        await place.post(_sentence(sentence, self._words["slack"]))


def _sentence(text: str, words: Dict[str, str]) -> Rendered:
    return rendered(content_of({"text": text}), lambda choice: "", words)

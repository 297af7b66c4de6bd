"""Keeps a bot connected, by long polling or by webhook, whatever Telegram does."""
from __future__ import annotations

import asyncio
import functools
import hashlib
import hmac
import logging
import os
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, AsyncIterator, Dict, List, Mapping, Optional

import knowledge
from addons.channels.deduplicate import seen
from addons.channels.erasing import store_of
from addons.channels.inbox import Inbox, answering
from addons.channels.lanes import Lanes
from addons.channels.signing import server_secret
from addons.channels.telegram.api import TIMEOUT_S, ApiError, BotApi, pauses
from addons.channels.telegram.bot import NAME, Bot, Handler
from addons.channels.telegram.state import Keyboards, Progress
from addons.channels.telegram.updates import COMMANDS, KINDS, Me, chat_of
from addons.operation import health
from addons.stores.turns import shared_turns

log = logging.getLogger(__name__)

POLL_S = 25
"""How long Telegram holds a request open while there is nothing new."""

BUSY_S = 1.0
"""How long a batch of updates may be in work before new ones are asked for all the same: one slow chat must not hold up others."""

STOP_S = 10.0
"""How long a stopping server waits for answers in the making."""

NO_SUCH_BOT = (401, 404)
"""Telegram's codes for a wrong token."""


@dataclass(frozen=True)
class Settings:
    token: str
    base: str
    state: Path
    webhook_url: Optional[str] = None

    @classmethod
    def from_environment(cls) -> Optional[Settings]:
        """Returns the settings, None without a token."""
        token = os.environ.get("TELEGRAM_TOKEN")
        if not token:
            return None
        return cls(token, os.environ.get("TELEGRAM_API_BASE") or "https://api.telegram.org",
                   Path(os.environ.get("REPWISE_STATE") or ".repwise"), os.environ.get("TELEGRAM_WEBHOOK_URL") or None)


class NotReady(RuntimeError):
    """An update came before the bot is connected; Telegram will bring it again."""


class Service:
    """Starts and stops with the server; everything between happens in a task that outlives failures."""

    def __init__(self, settings: Settings, agent: Any, on_new_message: Handler) -> None:
        self._settings, self._agent, self._on_new_message = settings, agent, on_new_message
        settings.state.mkdir(parents=True, exist_ok=True)
        self._bot_key = hashlib.sha256(settings.token.encode()).hexdigest()[:12]
        self._progress = Progress(settings.state / f"telegram-{self._bot_key}.json")  # numbers of updates are each bot's own
        self._keyboards = Keyboards(store_of(agent))
        self._api = BotApi(settings.token, settings.base)
        self._lanes = Lanes(NAME)
        self._inbox = Inbox(store_of(agent), NAME, self._lanes, seen(f"{NAME} taken {self._bot_key}"))
        self._done = seen(f"{NAME} done {self._bot_key}")
        self._bot: Optional[Bot] = None
        self._resumed = False
        self._pauses = pauses()
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Takes no more updates and lets answers in the making be finished."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._inbox.stop()
        await self._lanes.drain(STOP_S)
        await self._api.close()

    async def take(self, update: Mapping[str, Any]) -> None:
        """Takes an update from the webhook, to be answered in the background; it may be acknowledged then. Raises NotReady."""
        if self._bot is None:
            raise NotReady
        number = int(update["update_id"])
        await self._inbox.take(str(chat_of(update)), number, self._key(number), update, functools.partial(self._bot.handle, update))

    async def _run(self) -> None:
        while True:
            try:
                bot = await self._connect()
                await self._resume(bot)
                if self._settings.webhook_url:
                    return
                async with self._alone():
                    await self._poll(bot)
            except ApiError as error:
                if error.code in NO_SUCH_BOT:
                    log.error("Telegram is off: it does not know the token in TELEGRAM_TOKEN")
                    health.poller(NAME, up=False)
                    return
                wait = error.retry_after or next(self._pauses)
                if error.code == 409:
                    log.error("Another program takes this Telegram bot's messages; stop it or use another token. Next try in %.0f s", wait)
                else:
                    log.warning("No connection to Telegram (%s). Next try in %.0f s", error, wait)
            except Exception:  # a failing channel must neither end the server nor stay silent
                wait = next(self._pauses)
                log.exception("The Telegram channel failed. Next try in %.0f s", wait)
            health.poller(NAME, up=False)
            await asyncio.sleep(wait)

    async def _connect(self) -> Bot:
        """Says hello, names the commands, and tells Telegram how updates are to come."""
        found = await self._api.once("getMe")
        words = knowledge.shared().wording["channel"][NAME]["commands"]
        await self._api.once("setMyCommands", commands=[{"command": name, "description": words[name]} for name in COMMANDS])
        if self._bot is None:
            self._bot = Bot(self._api, Me(found["id"], found["username"]), self._keyboards, self._agent, self._on_new_message)
            print(f"Telegram bot at https://t.me/{found['username']}", flush=True)
        if self._settings.webhook_url:
            await self._api.once("setWebhook", url=self._settings.webhook_url, secret_token=webhook_secret(), allowed_updates=KINDS)
        else:
            await self._api.once("deleteWebhook")
        health.poller(NAME, up=True)
        return self._bot

    async def _resume(self, bot: Bot) -> None:
        """Answers what a crash left of a webhook's updates, here or at another server."""
        if self._resumed:
            return
        await self._keyboards.drop_old()
        await self._inbox.start(lambda key, update: self._inbox.resume(
            str(chat_of(update)), update["update_id"], key, functools.partial(bot.handle, update)))
        self._resumed = True

    def _key(self, number: int) -> str:
        return f"{self._bot_key} {number}"

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Waits until no other server polls. Telegram lets one at a time; when that one stops or dies, the next takes over within seconds."""
        turns = shared_turns()
        if turns is None:
            yield
            return
        async with turns.turn(f"{NAME} poller {self._bot_key}", wait_s=None):
            log.warning("This server polls Telegram for all")
            yield

    async def _poll(self, bot: Bot) -> None:
        idle, again = True, True
        while True:
            for update in await self._updates(POLL_S if idle else 0):
                if self._progress.begin(update["update_id"]):
                    self._lanes.put(str(chat_of(update)), update["update_id"], functools.partial(self._work, bot, update, again))
            idle, again = await self._progress.idle(BUSY_S), False

    async def _updates(self, wait_s: int) -> List[Dict[str, Any]]:
        found: List[Dict[str, Any]] = await self._api.once(
            "getUpdates", TIMEOUT_S + wait_s, offset=self._progress.offset, timeout=wait_s, allowed_updates=KINDS)
        self._pauses = pauses()
        return found

    async def _work(self, bot: Bot, update: Mapping[str, Any], again: bool) -> None:
        """Answers an update that was polled; one that is cut off is not done and comes again, with the first that a poller gets."""
        number = update["update_id"]
        if not await self._done.knows(str(number)):  # by a server that polled before this one
            with answering(self._key(number), again):
                await bot.handle(update)
            await self._done.first(str(number))
        self._progress.finish(number)


def webhook_secret() -> str:
    """Returns what Telegram has to send with each update; it is made from the server's secret, so that nobody has to set it."""
    return hmac.new(server_secret().encode(), b"telegram webhook", hashlib.sha256).hexdigest()

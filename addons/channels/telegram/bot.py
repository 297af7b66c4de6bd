"""Answers what people do in Telegram."""
from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from rasa.core.channels.channel import UserMessage

import knowledge
from addons.channels import erasing, groups, pictures
from addons.channels.content import Choice, Content, Picture, WholeOutput, content_of
from addons.channels.deduplicate import seen
from addons.channels.inbox import hand_over
from addons.channels.incoming import Refused, clean, parse_click
from addons.channels.limits import SharedLimiter
from addons.channels.own_data import FILE, asks_for_data, asks_to_delete, delete_all, exported, talks_of
from addons.channels.telegram import render
from addons.channels.telegram.api import ApiError, BotApi, File
from addons.channels.telegram.state import Keyboards
from addons.channels.telegram.updates import Click, Command, Event, Me, NotText, Place, Said, read

log = logging.getLogger(__name__)
NAME = "telegram"

INTENTS = {"plan": "/request_rep_scheme", "help": "/ask_help", "stop": "/cancel", "start": "/greet"}
"""What a command means to Rasa; /data and /delete never get there."""

BLOCKED = 403
MAY_NOT_WRITE = (400, BLOCKED)
"""Telegram's codes where the bot may not write: it was blocked, or never started."""

TYPING_EVERY_S = 4.0
"""Telegram shows "typing" for five seconds."""

TYPING_TIMEOUT_S = 3.0
TOLD_AGAIN_S = 30.0
"""How often somebody who sends too fast is told so; an answer to each message would be as much traffic again."""

WAITING_S = 3600.0
MOST_WAITING = 1_000

Handed = Tuple[str, Optional[Dict[str, Any]]]
"""A cleaned text and its parse data, if it has been parsed."""

Handler = Callable[[UserMessage], Awaitable[Any]]


class Collected(WholeOutput):
    """Keeps messages until Rasa has stored the turn: a slow or failing Telegram must not hold a conversation's lock or lose its state."""

    def __init__(self) -> None:
        self.contents: List[Content] = []

    @classmethod
    def name(cls) -> str:
        return NAME

    async def deliver(self, recipient_id: str, content: Content) -> None:
        self.contents.append(content)


class Bot:
    """One bot: reads updates, hands messages to Rasa, sends what comes back."""

    def __init__(self, api: BotApi, me: Me, keyboards: Keyboards, agent: Any, on_new_message: Handler) -> None:
        self._api, self._me, self._keyboards, self._agent, self._on_new_message = api, me, keyboards, agent, on_new_message
        self._albums = seen("telegram album")
        self._pace = SharedLimiter(NAME, per_second=1, burst=10)
        self._told_to_wait = seen("telegram told", TOLD_AGAIN_S)
        self._waiting: Dict[int, Tuple[float, Handed]] = {}

    async def handle(self, update: Mapping[str, Any]) -> None:
        """Answers one update. Whatever goes wrong is logged, and the person gets a sentence if Telegram lets it through."""
        try:
            event = read(update, self._me)
        except (KeyError, TypeError, AttributeError):
            log.exception("The update %s is not what Telegram describes", update.get("update_id"))
            return
        if event is None:
            return
        try:
            if await self._pace.wait(event.place.user):
                await self._slow_down(event)
            else:
                await self._act(event)
        except ApiError as error:
            log.error("Could not answer in conversation %s: %s", event.place.conversation, error)
            if not error.passing and error.code != BLOCKED:
                await self._apologise(event.place)
        except Exception:  # the person gets a sentence, the operator the traceback
            log.exception("Could not answer in conversation %s", event.place.conversation)
            await self._apologise(event.place)

    async def _act(self, event: Event) -> None:
        if isinstance(event, Said):
            await self._said(event)
        elif isinstance(event, Command):
            await self._command(event)
        elif isinstance(event, Click):
            await self._click(event)
        else:
            await self._not_text(event)

    async def _slow_down(self, event: Event) -> None:
        if isinstance(event, Click):
            await self._acknowledge(event, _words()["too_fast"])
        elif await self._told_to_wait.first(str(event.place.user)):
            await self._say(event.place, _words()["too_fast"])

    async def _said(self, event: Said) -> None:
        try:
            text = clean(event.text)
        except Refused as refusal:
            await self._say(event.place, _words()[refusal.reason])
            return
        if asks_to_delete(text):
            await self._delete(event.place)
            return
        if asks_for_data(text):
            await self._export(event.place)
            return
        await self._hand_over(event.place, (text, None))

    async def _command(self, event: Command) -> None:
        if event.name == "delete":
            await self._delete(event.place)
        elif event.name == "data":
            await self._export(event.place)
        elif event.name == "start":
            await self._start(event.place)
        else:
            await self._hand_over(event.place, _of_command(event.name))

    async def _start(self, place: Place) -> None:
        """Goes on with what was begun in a group, else welcomes."""
        waiting = None if place.group else self._no_longer_waiting(place.user)
        if waiting is not None:
            await self._answer(place, waiting)
            return
        output = Collected()
        async with self._agent.lock_store.lock(place.conversation):
            tracker = await self._agent.processor.fetch_tracker_with_initial_session(place.conversation, output)
            await self._agent.processor.save_tracker(tracker)
        if output.contents:
            await self._show_all(place, output.contents)
        else:
            await self._answer(place, _of_command("start"))

    async def _delete(self, place: Place) -> None:
        """Deletes this talk; asked for in private, the person's talks in groups too."""
        if place.group:
            await erasing.erase(self._agent, place.conversation)
        else:
            await delete_all(self._agent, place.conversation)
        self._no_longer_waiting(place.user)
        await self._say(place, _own_words()["deleted"])

    async def _export(self, place: Place) -> None:
        """Sends a file with all that is kept about a person to the private chat."""
        text = await exported(self._agent, await talks_of(self._agent, place.private.conversation))
        try:
            await self._api.call("sendDocument", File("document", FILE, text.encode(), "application/json"), chat_id=place.user,
                                 caption=_words()["own_data"]["exported"])
        except ApiError as error:
            if not place.group or error.code not in MAY_NOT_WRITE:
                raise
            await self._say(place, _own_words()["start_private"]["data"], self._open_private())

    async def _not_text(self, event: NotText) -> None:
        if event.album is None or await self._albums.first(event.album):
            await self._say(event.place, _own_words()["only_text"])

    async def _click(self, event: Click) -> None:
        try:
            choice = await self._keyboards.press(event.data, event.place.conversation, event.id)
        except Refused:
            await self._acknowledge(event, _own_words()["no_button"])
            return
        await self._acknowledge(event)
        if choice is None:
            return
        await self._show_choice(event, choice)
        await self._hand_over(event.place, (choice.title, parse_click(choice.payload, choice.title)))

    async def _acknowledge(self, event: Click, notice: Optional[str] = None) -> None:
        """Ends the waiting sign on the button. Telegram refuses that after a while, which must not cost the answer."""
        try:
            await self._api.call("answerCallbackQuery", callback_query_id=event.id, text=notice, show_alert=notice is not None or None)
        except ApiError as error:
            log.warning("A click in conversation %s was not acknowledged: %s", event.place.conversation, error)

    async def _show_choice(self, event: Click, choice: Choice) -> None:
        """Puts the choice in the place of the buttons, so that the talk can be read later and nothing is clicked twice."""
        if event.message is None:
            return
        where: Dict[str, Any] = {"chat_id": event.place.chat, "message_id": event.place.message}
        text = event.message["text"] + "\n" + _own_words()["chosen"].format(title=choice.title)
        try:
            if render.units(text) > render.LONGEST_TEXT:
                await self._api.call("editMessageReplyMarkup", **where)
            else:
                await self._api.call("editMessageText", text=text, entities=event.message.get("entities"), **where)
        except ApiError as error:
            log.warning("The buttons of a message in conversation %s stay: %s", event.place.conversation, error)

    async def _hand_over(self, place: Place, handed: Handed) -> None:
        """Answers here, or in private where others read along and it concerns them nothing."""
        if not place.group:
            await self._answer(place, handed)
            return
        text, parsed = handed
        parsed = parsed or await groups.parse(self._agent, text)
        reason = groups.private_reason(parsed)
        if reason is not None:
            await self._go_private(place, (text, parsed), reason)
            return
        await self._answer(place, (text, parsed))
        if groups.is_own_red_flag(parsed):  # a plan is made in private, so what holds it back has to be known there
            await groups.remember(self._on_new_message, text, parsed, place.private.conversation, NAME)

    async def _go_private(self, place: Place, handed: Handed, reason: str) -> None:
        """Answers in the private chat; where Telegram lets no bot write first, leaves a button in the group that opens it."""
        try:
            await self._say(place.private, _own_words()["continued"])
        except ApiError as error:
            if error.code not in MAY_NOT_WRITE:
                raise
            self._wait(place.user, handed)
            await self._say(place, _own_words()["start_private"][reason], self._open_private())
            return
        await self._say(place, _words()["groups"][reason])
        await self._answer(place.private, handed)

    def _open_private(self) -> List[List[Dict[str, str]]]:
        """Returns the button that opens the private chat."""
        return [[{"text": _own_words()["open_private"], "url": f"https://t.me/{self._me.name}?start=group"}]]

    def _wait(self, user: int, handed: Handed) -> None:
        """Keeps what a person began in a group until the private chat is opened; in memory only, for it may concern health."""
        now = time.monotonic()
        fresh = {key: value for key, value in self._waiting.items() if now - value[0] < WAITING_S}
        self._waiting = dict(list(fresh.items())[-MOST_WAITING + 1:])
        self._waiting[user] = (now, handed)

    def _no_longer_waiting(self, user: int) -> Optional[Handed]:
        since, handed = self._waiting.pop(user, (0.0, None))
        return handed if handed and time.monotonic() - since < WAITING_S else None

    async def _answer(self, place: Place, handed: Handed) -> None:
        output = Collected()
        text, parsed = handed
        async with self._typing(place):
            await hand_over(self._agent, self._on_new_message,
                            UserMessage(text, output, place.conversation, input_channel=NAME, parse_data=parsed))
        if not output.contents:
            log.error("No reply in conversation %s", place.conversation)
        await self._show_all(place, output.contents or [_plain(_words()["failed"])])

    @asynccontextmanager
    async def _typing(self, place: Place) -> AsyncIterator[None]:
        """Shows "typing" until the answer is there."""
        await self._show_typing(place)
        task = asyncio.get_running_loop().create_task(self._keep_typing(place))
        try:
            yield
        finally:
            task.cancel()

    async def _keep_typing(self, place: Place) -> None:
        while True:
            await asyncio.sleep(TYPING_EVERY_S)
            await self._show_typing(place)

    async def _show_typing(self, place: Place) -> None:
        try:
            await self._api.once("sendChatAction", TYPING_TIMEOUT_S, chat_id=place.chat, message_thread_id=place.topic, action="typing")
        except ApiError as error:
            log.warning("No typing sign in conversation %s: %s", place.conversation, error)

    async def _show_all(self, place: Place, contents: Sequence[Content]) -> None:
        for content in contents:
            await self._show(place, content)

    async def _show(self, place: Place, content: Content) -> None:
        """Sends one message: pictures first, so that text and buttons stay together at the end."""
        for picture in content.pictures:
            await self._show_picture(place, picture)
        data = await self._keyboards.keep(place.conversation, content.buttons) if content.buttons else []
        rows = [[{"text": button.title, "callback_data": item}] for button, item in zip(content.buttons, data, strict=True)]
        texts = render.messages(content, _own_words()["sources"])
        for text in texts[:-1]:
            await self._send(place, text)
        if texts:
            await self._send(place, texts[-1], rows)

    async def _show_picture(self, place: Place, picture: Picture) -> None:
        try:
            path = pictures.png(picture)
            await self._api.call("sendPhoto", File("photo", path.name, path.read_bytes(), "image/png"),
                                 caption=render.shortened(picture.alt, render.LONGEST_CAPTION), **place.address)
        except (OSError, ApiError):
            log.exception("The picture %s was not sent", picture.name)
            await self._say(place, picture.alt)

    async def _say(self, place: Place, text: str, rows: Optional[List[List[Dict[str, str]]]] = None) -> None:
        """Sends a sentence that Rasa knows nothing of."""
        for html in render.messages(_plain(text), ""):
            await self._send(place, html, rows)

    async def _send(self, place: Place, html: str, rows: Optional[List[List[Dict[str, str]]]] = None) -> None:
        await self._api.call("sendMessage", text=html, parse_mode="HTML", link_preview_options={"is_disabled": True},
                             reply_markup={"inline_keyboard": rows} if rows else None, **place.address)

    async def _apologise(self, place: Place) -> None:
        try:
            await self._say(place, _words()["failed"])
        except ApiError as error:
            log.error("Could not even apologise in conversation %s: %s", place.conversation, error)


def _words() -> Mapping[str, Any]:
    return knowledge.shared().wording["channel"]


def _own_words() -> Mapping[str, Any]:
    return _words()[NAME]


def _plain(text: str) -> Content:
    return content_of({"text": text})


def _of_command(name: str) -> Handed:
    title = _own_words()["commands"][name]
    return title, parse_click(INTENTS[name], title)

"""A Telegram that runs on this machine: the part of the Bot API that the channel uses, with the refusals of the real one."""
from __future__ import annotations

import asyncio
import itertools
import json
from html import unescape
from html.parser import HTMLParser
from typing import Any, Dict, List, Optional, Tuple

import aiohttp
from aiohttp import web

BOT = {"id": 4242, "is_bot": True, "first_name": "Repwise", "username": "repwise_test_bot"}
TOKEN = "4242:a-token-for-the-tests"
PATIENCE_S = 30.0
TAGS = {"b", "i", "pre", "code", "a"}
NOT_STARTED = "Forbidden: bot can't initiate conversation with a user"


class Refusal(Exception):
    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        self.code, self.description, self.parameters = code, description, parameters
        super().__init__(description)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class Markup(HTMLParser):
    """Reads Telegram's HTML as strictly as Telegram does."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.text, self.entities, self._open = "", [], []

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        self._open.append((tag, units(self.text), dict(attrs)))

    def handle_endtag(self, tag):
        if not self._open or self._open[-1][0] != tag:
            raise Refusal(400, f"Bad Request: can't parse entities: Unexpected end tag </{tag}>")
        name, start, attributes = self._open.pop()
        kind = {"b": "bold", "i": "italic", "a": "text_link"}.get(name, name)
        link = {"url": attributes["href"]} if name == "a" else {}
        self.entities.append({"type": kind, "offset": start, "length": units(self.text) - start, **link})

    def handle_data(self, data):
        if "<" in data:
            raise Refusal(400, "Bad Request: can't parse entities: Unsupported start tag")
        self.text += data

    def handle_entityref(self, name):
        if name not in ("amp", "lt", "gt", "quot"):
            raise Refusal(400, f"Bad Request: can't parse entities: Unsupported entity &{name};")
        self.text += unescape(f"&{name};")

    def handle_charref(self, name):
        self.text += unescape(f"&#{name};")

    @classmethod
    def read(cls, html: str) -> Tuple[str, List[Dict[str, Any]]]:
        parser = cls()
        parser.feed(html)
        parser.close()
        if parser._open:
            raise Refusal(400, f"Bad Request: can't parse entities: Can't find end tag corresponding to start tag {parser._open[-1][0]}")
        return parser.text, parser.entities


class FakeTelegram:
    """Start it with ``async with``; ``base`` is the address to give to the channel.

    ``calls`` records every call, ``messages`` what people see, by (chat, message). ``trouble`` maps a method to what its next calls meet:
    a Refusal, the word "drop" (the connection is cut), or a number of seconds that the answer takes.
    """

    def __init__(self) -> None:
        self.calls: List[Tuple[str, Dict[str, Any]]] = []
        self.messages: Dict[Tuple[int, int], Dict[str, Any]] = {}
        self.trouble: Dict[str, List[Any]] = {}
        self.started: set = set()
        self.webhook: Optional[Dict[str, Any]] = None
        self._updates: List[Dict[str, Any]] = []
        self._open_clicks: set = set()
        self._numbers = {name: itertools.count(first) for name, first in (("update", 7001), ("message", 1), ("click", 900_001))}
        self._changed = asyncio.Condition()
        self._poller: Optional[object] = None
        self._stopping = False

    async def __aenter__(self) -> FakeTelegram:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: Any) -> None:
        self._stopping = True
        await self._notify()
        await self._runner.cleanup()

    # what people do

    async def text(self, user: int, text: str, chat: Optional[int] = None, **more: Any) -> int:
        """Somebody writes, in private or in a group (its number is negative). Returns the number of the message."""
        return await self.message(user, chat, text=text, **more)

    async def message(self, user: int, chat: Optional[int] = None, **content: Any) -> int:
        where = {"id": chat, "type": "supergroup", "title": "Gym"} if chat else {"id": user, "type": "private"}
        if chat is None:
            self.started.add(user)
        number = next(self._numbers["message"])
        sender = {"id": user, "is_bot": False, "first_name": f"Person {user}"}
        await self.update(message={"message_id": number, "from": sender, "chat": where, "date": 1, **content})
        return number

    async def click(self, shown: Dict[str, Any], title: str, user: Optional[int] = None) -> str:
        """Somebody taps a button of a message. Returns the number of the click."""
        buttons = {row[0]["text"]: row[0]["callback_data"] for row in shown["reply_markup"]["inline_keyboard"]}
        assert title in buttons, f"no button {title!r}, only {list(buttons)}"
        return await self.click_data(shown, buttons[title], user or shown["chat"]["id"])

    async def click_data(self, shown: Dict[str, Any], data: str, user: int) -> str:
        number = str(next(self._numbers["click"]))
        self._open_clicks.add(number)
        sender = {"id": user, "is_bot": False, "first_name": f"Person {user}"}
        await self.update(callback_query={"id": number, "from": sender, "message": dict(shown), "chat_instance": "1", "data": data})
        return number

    async def update(self, number: Optional[int] = None, **content: Any) -> Dict[str, Any]:
        update = {"update_id": next(self._numbers["update"]) if number is None else number, **content}
        if self.webhook:
            await self.deliver(update)
        else:
            self._updates.append(update)
            await self._notify()
        return update

    async def deliver(self, update: Any, secret: Optional[str] = None) -> int:
        """Brings an update to the webhook and returns the status."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"] if secret is None else secret}
        async with aiohttp.ClientSession() as session, session.post(self.webhook["url"], json=update, headers=headers) as reply:
            return reply.status

    # what can be seen

    async def seen(self, chat: int, count: int) -> List[Dict[str, Any]]:
        """Waits until the bot has written ``count`` messages to a chat, and returns all of them."""
        await self.until(lambda: len(self.shown(chat)) >= count, f"{count} messages in chat {chat}, there are {self.shown(chat)}")
        return self.shown(chat)

    async def settled(self) -> None:
        """Waits until the bot has done all updates: it confirms them only then."""
        await self.until(lambda: not self._updates, "all updates confirmed")

    def shown(self, chat: int) -> List[Dict[str, Any]]:
        return [message for (where, _), message in sorted(self.messages.items()) if where == chat]

    def called(self, method: str) -> List[Dict[str, Any]]:
        return [parameters for name, parameters in self.calls if name == method]

    async def until(self, condition: Any, what: str) -> None:
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(condition), PATIENCE_S)
            except asyncio.TimeoutError:
                raise AssertionError(f"never came: {what}; last calls: {[name for name, _ in self.calls[-12:]]}") from None

    # the API

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.content_type == "application/json":
            parameters = await request.json()
        else:
            form = await request.post()
            parameters = {name: value.file.read() if isinstance(value, web.FileField) else _read(value) for name, value in form.items()}
        try:
            if request.match_info["token"] != TOKEN:
                raise Refusal(401, "Unauthorized")
            waiting = self.trouble.get(method) or []
            trouble = waiting.pop(0) if waiting else None
            if trouble == "drop":
                request.transport.close()
                return web.Response()
            if isinstance(trouble, Refusal):
                raise trouble
            if trouble is not None:
                await asyncio.sleep(trouble)
            result = await getattr(self, f"_{method}", self._unknown)(**parameters)
        except Refusal as refusal:
            answer = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.parameters:
                answer["parameters"] = refusal.parameters
            self.calls.append((method + " refused", parameters))
            await self._notify()
            return web.json_response(answer, status=refusal.code)
        self.calls.append((method, parameters))
        await self._notify()
        return web.json_response({"ok": True, "result": result})

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _unknown(self, **parameters: Any) -> Any:
        raise Refusal(404, "Not Found")

    async def _getMe(self) -> Any:
        return BOT

    async def _setMyCommands(self, commands: List[Dict[str, str]]) -> bool:
        for command in commands:
            if not command["command"].isalnum() or not 1 <= len(command["description"]) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        return True

    async def _setWebhook(self, url: str, secret_token: str, allowed_updates: List[str]) -> bool:
        self.webhook = {"url": url, "secret_token": secret_token, "allowed_updates": allowed_updates}
        return True

    async def _deleteWebhook(self) -> bool:
        self.webhook = None
        return True

    async def _getUpdates(self, allowed_updates: List[str], timeout: int = 0, offset: Optional[int] = None) -> Any:
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        self._poller = me = object()
        self._updates = [update for update in self._updates if offset is None or update["update_id"] >= offset]
        await self._notify()
        try:
            async with self._changed:
                await asyncio.wait_for(self._changed.wait_for(lambda: self._updates or self._poller is not me or self._stopping), timeout)
        except asyncio.TimeoutError:
            pass
        if self._poller is not me:
            raise Refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
        return [update for update in self._updates if next(key for key in update if key != "update_id") in allowed_updates][:100]

    async def _sendChatAction(self, chat_id: int, action: str, message_thread_id: Optional[int] = None) -> bool:
        self._may_write(chat_id)
        return True

    async def _sendMessage(self, chat_id: int, text: str, parse_mode: Optional[str] = None, **more: Any) -> Any:
        self._may_write(chat_id)
        plain, entities = Markup.read(text) if parse_mode == "HTML" else (text, [])
        _check_text(plain)
        _check_keyboard(more.get("reply_markup"))
        return self._written(chat_id, {"text": plain, "entities": entities, **more})

    async def _sendPhoto(self, chat_id: int, photo: bytes, caption: str = "", **more: Any) -> Any:
        self._may_write(chat_id)
        if not photo.startswith(b"\x89PNG"):
            raise Refusal(400, "Bad Request: IMAGE_PROCESS_FAILED")
        if units(caption) > 1024:
            raise Refusal(400, "Bad Request: message caption is too long")
        return self._written(chat_id, {"photo": len(photo), "caption": caption, **more})

    async def _sendDocument(self, chat_id: int, document: bytes, caption: str = "") -> Any:
        self._may_write(chat_id)
        return self._written(chat_id, {"document": document.decode(), "caption": caption})

    async def _editMessageText(self, chat_id: int, message_id: int, text: str, entities: Any = None) -> Any:
        message = self._own(chat_id, message_id)
        _check_text(text)
        if text == message["text"] and "reply_markup" not in message:
            raise Refusal(400, "Bad Request: message is not modified")
        message.pop("reply_markup", None)
        message.update(text=text, entities=entities or [])
        return message

    async def _editMessageReplyMarkup(self, chat_id: int, message_id: int) -> Any:
        message = self._own(chat_id, message_id)
        if "reply_markup" not in message:
            raise Refusal(400, "Bad Request: message is not modified")
        del message["reply_markup"]
        return message

    async def _answerCallbackQuery(self, callback_query_id: str, text: str = "", show_alert: bool = False) -> bool:
        if callback_query_id not in self._open_clicks:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if units(text) > 200:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        self._open_clicks.discard(callback_query_id)
        return True

    def _may_write(self, chat: int) -> None:
        if chat > 0 and chat not in self.started:
            raise Refusal(403, NOT_STARTED)

    def _own(self, chat: int, number: int) -> Dict[str, Any]:
        if (chat, number) not in self.messages:
            raise Refusal(400, "Bad Request: message to edit not found")
        return self.messages[chat, number]

    def _written(self, chat: int, content: Dict[str, Any]) -> Dict[str, Any]:
        number = next(self._numbers["message"])
        where = {"id": chat, "type": "private" if chat > 0 else "supergroup"}
        message = {"message_id": number, "from": BOT, "chat": where, "date": 1, **content}
        self.messages[chat, number] = message
        return message


def _read(value: str) -> Any:
    """Returns a field of a form: numbers and objects come as JSON there."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def _check_text(text: str) -> None:
    if not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if units(text) > 4096:
        raise Refusal(400, "Bad Request: message is too long")


def _check_keyboard(markup: Any) -> None:
    for button in [button for row in (markup or {}).get("inline_keyboard", []) for button in row]:
        if "url" not in button and not 1 <= len(button["callback_data"].encode()) <= 64:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")

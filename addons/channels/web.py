"""The web page at /chat and the requests behind it."""
from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Optional
from urllib.parse import urlsplit

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

import knowledge
from addons import inprocess
from addons.channels.incoming import Refused, clean, parse_click
from addons.channels.signing import Signer, server_secret

log = logging.getLogger(__name__)
PAGE = Path(__file__).resolve().parents[2] / "widget" / "page"
COOKIE = "repwise"
COOKIE_SECONDS = 180 * 24 * 3600
MAX_BODY_BYTES = 16_384
MOST_EVENTS = 1_000
"""How much of a long talk is shown again after a reload."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
}


class WebOutput(CollectingOutputChannel):
    """Collects whole messages: a text is not split at blank lines, and buttons stay with their text."""

    @classmethod
    def name(cls) -> str:
        return "web"

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        await self._persist_message(self._message(recipient_id, text=text))


class WebChat(InputChannel):
    """Serves the page, mints conversation ids, takes typed text and clicks on its own buttons."""

    def __init__(self) -> None:
        self.signer = Signer(server_secret(), self.name())

    @classmethod
    def name(cls) -> str:
        return "web"

    def url_prefix(self) -> str:
        return "/chat"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> WebChat:
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        page = Blueprint("web_chat", __name__)
        page.static("/static", str(PAGE))
        page.static("/", str(PAGE / "index.html"), name="page")

        @page.listener("before_server_start")
        async def limit_bodies(app: Any, loop: asyncio.AbstractEventLoop) -> None:
            app.config.REQUEST_MAX_SIZE = MAX_BODY_BYTES

        @page.listener("after_server_start")
        async def own_actions(app: Any, loop: asyncio.AbstractEventLoop) -> None:
            if inprocess.wanted():
                inprocess.install(app.ctx.agent)
            knowledge.shared()
            address = os.environ.get("REPWISE_ADDRESS")
            if address:
                print(f"Chat at {address}", flush=True)

        @page.middleware("response")
        async def headers(request: Request, reply: HTTPResponse) -> None:
            reply.headers.update(HEADERS)

        @page.get("/healthz")
        async def healthz(request: Request) -> HTTPResponse:
            agent = getattr(request.app.ctx, "agent", None)
            ready = agent is not None and agent.is_ready()
            return response.json({"ready": ready}, status=200 if ready else 503)

        @page.post("/start")
        async def start(request: Request) -> HTTPResponse:
            """Opens the page's conversation, or a new one, and returns what was said in it so far."""
            if not _same_origin(request):
                return response.json({"error": "origin"}, status=403)
            fresh = isinstance(request.json, dict) and request.json.get("new") is True
            conversation = None if fresh else self.signer.conversation(request.cookies.get(COOKIE))
            conversation = conversation or self.signer.new_conversation()
            try:
                messages = await self._history(request.app.ctx.agent, conversation)
            except Exception:  # the person gets a sentence, the operator the traceback
                log.exception("Could not open conversation %s", conversation)
                messages = [self._sentence("failed")]
            reply = response.json({"messages": messages})
            reply.cookies[COOKIE] = self.signer.conversation_token(conversation)
            reply.cookies[COOKIE].update({"httponly": True, "samesite": "Lax", "path": "/chat", "max-age": COOKIE_SECONDS})
            if request.scheme == "https":
                reply.cookies[COOKIE]["secure"] = True
            return reply

        @page.post("/message")
        async def message(request: Request) -> HTTPResponse:
            """Takes {"text": ...} or {"click": token} and returns {"messages": [{"text", "buttons", "image"}]}."""
            if not _same_origin(request):
                return response.json({"error": "origin"}, status=403)
            conversation = self.signer.conversation(request.cookies.get(COOKIE))
            if conversation is None:
                return response.json({"error": "no conversation"}, status=401)
            try:
                text, parsed = self._read(request.json, conversation)
            except Refused as refusal:
                return response.json({"messages": [self._sentence(refusal.reason)]})
            output = WebOutput()
            try:
                await on_new_message(UserMessage(text, output, conversation, input_channel=self.name(), parse_data=parsed))
            except Exception:  # the person gets a sentence, the operator the traceback
                log.exception("Could not answer in conversation %s", conversation)
                return response.json({"messages": [self._sentence("failed")]})
            found = [self._shown(item, conversation) for item in output.messages]
            if not found:
                log.error("No reply in conversation %s", conversation)
            return response.json({"messages": found or [self._sentence("failed")]})

        return page

    def _read(self, body: Any, conversation: str) -> Any:
        """Returns (text, parse data or None) of a request body. Raises Refused."""
        if not isinstance(body, dict):
            raise Refused("bad_request")
        if "click" in body:
            found = self.signer.button(conversation, str(body["click"]))
            if found is None:
                raise Refused("expired")
            return found[1], parse_click(found[0], found[1])
        return clean(body.get("text")), None

    async def _history(self, agent: Any, conversation: str) -> List[Dict[str, Any]]:
        """Starts the session of a conversation if need be, and returns its messages, those of the person among them."""
        async with agent.lock_store.lock(conversation):
            tracker = await agent.processor.fetch_tracker_with_initial_session(conversation, WebOutput())
            await agent.processor.save_tracker(tracker)
            # the whole tracker: the welcome stands before the event that starts a session, and older sessions are part of the talk
            tracker = await agent.tracker_store.retrieve_full_tracker(conversation) or tracker
        messages: List[Dict[str, Any]] = []
        for event in list(tracker.events)[-MOST_EVENTS:]:
            if event.type_name == "user" and event.text:
                messages.append({"from": "person", "text": event.text})
            elif event.type_name == "bot" and event.text:
                messages.append(self._shown({"text": event.text, **{k: v for k, v in (event.data or {}).items() if v}}, conversation))
        return messages

    def _shown(self, message: Dict[str, Any], conversation: str) -> Dict[str, Any]:
        """Returns a message for the page; payloads of buttons leave only signed."""
        buttons = [{"title": item["title"], "click": self.signer.button_token(conversation, item["payload"], item["title"])}
                   for item in message.get("buttons") or []]
        return {"from": "assistant", "text": message.get("text") or "", "buttons": buttons, "image": message.get("image")}

    @staticmethod
    def _sentence(key: str) -> Dict[str, Any]:
        return {"from": "assistant", "text": knowledge.shared().wording["channel"][key], "buttons": [], "image": None}


def _same_origin(request: Request) -> bool:
    """Tells whether a request comes from a page of this server; browsers send Origin with every cross-site POST."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")

"""The routes of the web chat, all under /chat: the page, the widget's files, and the requests that both send."""
from __future__ import annotations

import asyncio
import datetime
import functools
import logging
import math
import os
import re
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, Optional, Tuple

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

import knowledge
from addons import inprocess
from addons.channels import pictures
from addons.channels.incoming import Refused, clean, parse_click
from addons.channels.limits import SharedLimiter, pace
from addons.channels.own_data import FILE, asks_to_delete
from addons.channels.signing import Signer, server_secret
from addons.channels.web.access import Access, Caller, Denied, configured_sites, mark_of
from addons.channels.web.assets import read_assets, served
from addons.channels.web.ratings import Ratings
from addons.channels.web.service import OnMessage, Service
from addons.channels.web.talks import sse
from addons.operation import metrics, retention

log = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "widget" / "page"
MAX_BODY_BYTES = 16_384
MOST_BODY_BYTES_OF_ANY_CHANNEL = 262_144
"""Sanic knows one limit for all; a click in Slack brings the whole message with it."""
ANSWER_S = 600.0
"""How long a request may wait for its answer: on a busy machine it comes late. Sanic would end it after 60 s, without a sentence of ours."""
HEARTBEAT_S = 15.0
MOST_STREAMS, MOST_STREAMS_OF_A_TALK = 500, 12
"""Who finds no free stream gets on with plain requests."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                               "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
}
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")

Handler = Callable[..., Awaitable[HTTPResponse]]


class WebChat(InputChannel):
    """Serves the page, mints conversation ids, takes typed text and clicks on its own buttons."""

    def __init__(self) -> None:
        secret = server_secret()
        self.signer = Signer(secret, self.name())
        self.access = Access(self.signer, configured_sites())
        self.ratings = Ratings(secret)
        factor = pace()
        self.by_talk = SharedLimiter("talk", per_second=factor, burst=math.ceil(10 * factor))
        self.by_address = SharedLimiter("address", per_second=5 * factor, burst=math.ceil(120 * factor))

    @classmethod
    def name(cls) -> str:
        return "web"

    def url_prefix(self) -> str:
        return "/chat"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> WebChat:
        return cls()

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        page = Blueprint("web_chat", __name__)
        service = Service(on_new_message, self.signer, self.ratings)
        retention.also(service.forget)
        self._add_life(page, service)
        self._add_files(page)
        self._add_talk(page, service)
        self._add_extras(page, service)
        return page

    def _add_life(self, page: Blueprint, service: Service) -> None:
        @page.listener("before_server_start")
        async def prepare(app: Any, loop: asyncio.AbstractEventLoop) -> None:
            app.config.REQUEST_MAX_SIZE = MOST_BODY_BYTES_OF_ANY_CHANNEL
            app.config.RESPONSE_TIMEOUT = ANSWER_S
            app.request_middleware.appendleft(preflight)  # before Rasa's own, which answers every OPTIONS and knows no sites

        async def preflight(request: Request) -> Optional[HTTPResponse]:
            if request.method == "OPTIONS" and request.path.startswith(self.url_prefix() + "/"):
                return response.empty(headers=self.access.cors(request))
            return None

        @page.listener("after_server_start")
        async def own_actions(app: Any, loop: asyncio.AbstractEventLoop) -> None:
            if inprocess.wanted():
                inprocess.install(app.ctx.agent)
            knowledge.shared()
            page.ctx.listening = loop.create_task(service.peers.listen())
            address = os.environ.get("REPWISE_ADDRESS")
            if address:
                print(f"Chat at {address}", flush=True)

        @page.listener("before_server_stop")
        async def close_streams(app: Any, loop: asyncio.AbstractEventLoop) -> None:
            page.ctx.listening.cancel()
            service.talks.close()

        @page.middleware("response")
        async def headers(request: Request, reply: HTTPResponse) -> None:
            for name, value in HEADERS.items():
                reply.headers.setdefault(name, value)
            reply.headers.update(self.access.cors(request))

        @page.get("/healthz")
        async def healthz(request: Request) -> HTTPResponse:
            agent = getattr(request.app.ctx, "agent", None)
            ready = agent is not None and agent.is_ready()
            return response.json({"ready": ready}, status=200 if ready else 503)

    def _add_files(self, page: Blueprint) -> None:
        assets = read_assets()
        page.static("/", str(PAGE / "index.html"), name="page")
        page.static("/static", str(PAGE), name="static")
        page.static("/pictures", str(pictures.FOLDER), name="pictures")

        @page.get("/<name:[a-zA-Z0-9-]+\\.js>")
        async def asset(request: Request, name: str) -> HTTPResponse:
            return served(assets[name], request) if name in assets else response.empty(404)

    def _add_talk(self, page: Blueprint, service: Service) -> None:
        @page.post("/start")
        @_answered()
        async def start(request: Request) -> HTTPResponse:
            """Opens the caller's conversation, or with {"new": true} a fresh one; returns {"talk", "messages", "token"}."""
            caller = await self._caller(request)
            fresh = _body(request).get("new") is True
            conversation = (None if fresh else caller.conversation) or self.signer.new_conversation()
            opened = await service.open(request.app.ctx.agent, conversation)
            token = self.access.token(caller, conversation)
            reply = response.json({**opened, "token": token})
            if token is None:
                self.access.set_cookie(request, reply, conversation)
            return reply

        @page.post("/message")
        @_answered()
        async def message(request: Request) -> HTTPResponse:
            """Takes {"id", "talk", and "text" or "click"}; returns {"messages"}: the person's own, then the replies."""
            caller = await self._caller(request)
            conversation = caller.named()
            body = _body(request)
            if body.get("talk", mark := mark_of(conversation)) != mark:
                raise Denied(409, "other_talk")
            key, text, parsed = self._read(body, conversation)
            _pass(await self.by_talk.wait(conversation))
            return response.json({"messages": await service.say(request.app.ctx.agent, conversation, key, text, parsed)})

        @page.get("/stream")
        @_answered()
        async def stream(request: Request) -> None:
            """Sends server-sent events: "hello" with the number of replies so far, then "message" and "typing"."""
            conversation = (await self._caller(request)).named()
            talk = service.talks.of(conversation)
            if service.talks.streams >= MOST_STREAMS or talk.streams >= MOST_STREAMS_OF_A_TALK:
                raise Denied(503, "too_fast")
            with metrics.STREAMS.track_inprogress(), talk.listening() as events:
                reply = await request.respond(content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
                await reply.send(sse("hello", {"talk": mark_of(conversation), "replies": await service.peers.replies(conversation)}))
                while True:
                    try:
                        event = await asyncio.wait_for(events.get(), HEARTBEAT_S)
                    except asyncio.TimeoutError:
                        event = ": still here\n\n"
                    if event is None:
                        break
                    await reply.send(event)
                await reply.eof()

    def _add_extras(self, page: Blueprint, service: Service) -> None:
        @page.post("/rate")
        @_answered("not_rated")
        async def rate(request: Request) -> HTTPResponse:
            """Takes {"message": key, "helpful": true, false or null}."""
            conversation = (await self._caller(request)).named()
            body = _body(request)
            helpful, key = body.get("helpful"), body.get("message")
            if not isinstance(key, str) or helpful not in (True, False, None):
                raise Refused("bad_request")
            await service.rate(request.app.ctx.agent, conversation, key, helpful)
            return response.json({"helpful": helpful})

        @page.get("/export/<key:[a-z0-9]+>/<kind:csv|ics>")
        @_answered("not_exported")
        async def export(request: Request, key: str, kind: str) -> HTTPResponse:
            """Returns the table of a message as a file; the query names the person's date: ?today=2026-01-31."""
            conversation = (await self._caller(request)).named()
            text, media = await service.export(request.app.ctx.agent, conversation, key, kind, _date(request.args.get("today")))
            return response.text(text, content_type=media, headers={"Content-Disposition": f'attachment; filename="repwise-plan.{kind}"'})

        @page.get("/data")
        @_answered("not_exported")
        async def data(request: Request) -> HTTPResponse:
            """Returns all that is kept of the caller's conversation as a file."""
            conversation = (await self._caller(request)).named()
            text = await service.own_data(request.app.ctx.agent, conversation)
            return response.text(text, content_type="application/json",
                                 headers={"Content-Disposition": f'attachment; filename="{FILE}"'})

        @page.post("/delete")
        @_answered("not_deleted")
        async def delete(request: Request) -> HTTPResponse:
            """Deletes the caller's conversation with its ratings, and returns a sentence that says so."""
            caller = await self._caller(request)
            await service.delete(request.app.ctx.agent, caller.named())
            reply = response.json({"sentence": _sentence("deleted")})
            if self.access.token(caller, caller.named()) is None:
                self.access.set_cookie(request, reply, None)
            return reply

    async def _caller(self, request: Request) -> Caller:
        if len(request.body) > MAX_BODY_BYTES:
            raise Denied(413, "too_long")
        caller = self.access.caller(request)
        _pass(await self.by_address.wait(caller.address))
        return caller

    def _read(self, body: Dict[str, Any], conversation: str) -> Tuple[str, str, Optional[Dict[str, Any]]]:
        """Returns (key, text, parse data or None) of a message. Raises Refused."""
        key = body.get("id")
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise Refused("bad_request")
        if "click" in body:
            found = self.signer.button(conversation, str(body["click"]))
            if found is None:
                raise Refused("expired")
            return key, found[1], parse_click(found[0], found[1])
        text = clean(body.get("text"))
        if asks_to_delete(text):
            raise Refused("delete_by_menu")
        return key, text, None


def _answered(failed: str = "failed") -> Callable[[Handler], Handler]:
    """Makes a handler answer its errors: {"sentence"} for the person, a log line for the operator where it is our fault."""
    def decorate(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def wrapped(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse:
            try:
                return await handler(request, *args, **kwargs)
            except Denied as denied:
                waiting = {"Retry-After": str(math.ceil(denied.retry_after))} if denied.retry_after else {}
                return _refusal(denied.status, denied.reason, waiting)
            except Refused as refused:
                return _refusal(422, refused.reason)
            except InvalidUsage:
                return _refusal(400, "bad_request")
            except Exception:
                log.exception("A request to %s failed", request.path)
                return _refusal(500, failed)
        return wrapped
    return decorate


def _refusal(status: int, reason: str, headers: Optional[Dict[str, str]] = None) -> HTTPResponse:
    metrics.REFUSED.labels(reason).inc()
    return response.json({"reason": reason, "sentence": _sentence(reason)}, status=status, headers=headers)


def _sentence(key: str) -> str:
    return str(knowledge.shared().wording["channel"][key])


def _pass(wait: float) -> None:
    if wait:
        raise Denied(429, "too_fast", wait)


def _body(request: Request) -> Dict[str, Any]:
    body = request.json
    if not isinstance(body, dict):
        raise Refused("bad_request")
    return body


def _date(text: Optional[str]) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text or "")
    except ValueError as error:
        raise Refused("bad_request") from error

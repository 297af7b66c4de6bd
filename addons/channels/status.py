"""For whoever runs the server: /healthz, /readyz and /metrics, a request id in every answer, and old conversations deleted.

A channel in Rasa's sense only in that it is named in credentials.yml; nobody talks here.
"""
from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import os
import time
from typing import Any, Awaitable, Callable, Dict, Optional

import prometheus_client
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from addons.operation import health, logs, metrics, retention

log = logging.getLogger(__name__)
TOKEN_VARIABLE = "REPWISE_METRICS_TOKEN"  # noqa: S105 - the name of the variable, not a secret
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""Headers of a proxy: who comes through one is not on this machine, whatever the address says."""


class _AtRoot(Blueprint):
    """Rasa puts a channel's routes under a prefix; probes look at the root."""

    def register(self, app: Sanic, options: Dict[str, Any]) -> None:
        super().register(app, {**options, "url_prefix": None})


class Status(InputChannel):
    """Takes no messages."""

    def __init__(self) -> None:
        retention.days()  # a wrong setting ends the start, not the first night
        self._token = os.environ.get(TOKEN_VARIABLE) or None

    @classmethod
    def name(cls) -> str:
        return metrics.PROBE

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> Status:
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        status, server = _AtRoot("status", __name__), health.Alive()

        @status.listener("before_server_start")
        async def name_requests(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            app.request_middleware.appendleft(begin)
            app.response_middleware.appendleft(end)

        @status.listener("after_server_start")
        async def watch(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            metrics.watch(app.ctx.agent)
            server.loaded(app.ctx.agent)
            app.ctx.retention = loop.create_task(retention.run(app.ctx.agent))

        @status.listener("before_server_stop")
        async def stop(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            app.ctx.retention.cancel()

        async def begin(request: Request) -> None:
            request.ctx.began = time.perf_counter()
            request.ctx.name = logs.begin(request.headers.get("x-request-id"))

        async def end(request: Request, reply: HTTPResponse) -> None:
            name = getattr(request.ctx, "name", None)  # none where the request could not be read
            if name is None:
                return
            reply.headers["X-Request-ID"] = name
            route = request.route.path if request.route else "(none)"
            log.info("%s /%s %d %.0f ms", request.method, route, reply.status, (time.perf_counter() - request.ctx.began) * 1000)

        @status.get("/healthz")
        async def healthz(request: Request) -> HTTPResponse:
            """Tells that the process runs; a supervisor restarts it where this does not answer."""
            return response.json({"alive": True})

        @status.get("/readyz")
        async def readyz(request: Request) -> HTTPResponse:
            """Tells whether people can be sent here: 200, or 503. Messengers that can't be reached are named and change nothing."""
            checks = await server.checks()
            ready = all(state == "ok" for state in checks.values())
            return response.json({"ready": ready, "checks": checks, "pollers": health.pollers()}, status=200 if ready else 503)

        @status.get("/metrics")
        async def figures(request: Request) -> HTTPResponse:
            """Returns the metrics to this machine, and to whoever has the token of REPWISE_METRICS_TOKEN."""
            if not self._may_read(request):
                return response.empty(403)
            return response.raw(prometheus_client.generate_latest(), content_type=prometheus_client.CONTENT_TYPE_LATEST)

        return status

    def _may_read(self, request: Request) -> bool:
        if self._token is not None:
            return hmac.compare_digest((request.token or "").encode(), self._token.encode())
        direct = not any(name in request.headers for name in FORWARDED)
        return direct and ipaddress.ip_address(request.ip).is_loopback

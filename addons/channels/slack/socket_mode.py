"""Keeps a connection to Slack open, which needs no public address (Socket Mode)."""
from __future__ import annotations

import asyncio
import logging
from typing import Any, Awaitable, Callable, Mapping

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

sdk_log = logging.getLogger(__name__ + ".sdk")
sdk_log.setLevel(logging.CRITICAL)  # its debug lines hold message texts, and of failures this module tells once

CONNECT_S = 20.0
CHECK_S = 0.5

Take = Callable[[str, Mapping[str, Any]], Awaitable[None]]


async def listen(app_token: str, api_base: str, take: Take, connected: Callable[[], None]) -> None:
    """Connects, says so by ``connected``, takes what comes, and returns when the connection is lost.

    Slack's own orders to reconnect are followed meanwhile.

    Raises:
        slack_sdk.errors.SlackApiError: Slack refuses the token.
        aiohttp.ClientError, asyncio.TimeoutError: there is no connection to be had.
    """
    api = AsyncWebClient(base_url=api_base, logger=sdk_log)
    client = SocketModeClient(app_token, logger=sdk_log, web_client=api, auto_reconnect_enabled=False)

    async def on_request(_: Any, request: SocketModeRequest) -> None:
        await take(request.type, request.payload)
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    client.socket_mode_request_listeners.append(on_request)
    try:
        client.wss_uri = await client.issue_new_wss_url()  # left to itself, the client tries a dead address forever
        await asyncio.wait_for(client.connect(), CONNECT_S)
        connected()
        print("Slack is on", flush=True)
        while await _alive(client):  # noqa: ASYNC110 - the client has no event for a connection that went silent
            await asyncio.sleep(CHECK_S)
    finally:
        await client.close()


async def _alive(client: SocketModeClient) -> bool:
    """Tells whether a client is connected, or is about to be after Slack told it to reconnect."""
    if await client.is_connected():
        return True
    if not client.connect_operation_lock.locked():
        return False
    try:
        await asyncio.wait_for(client.connect_operation_lock.acquire(), CONNECT_S)
    except asyncio.TimeoutError:
        return False
    client.connect_operation_lock.release()
    return bool(await client.is_connected())

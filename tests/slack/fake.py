"""A Slack for the tests: its Web API, Socket Mode, response addresses and uploads, as strict as the real one."""
from __future__ import annotations

import asyncio
import itertools
import json
import time
import uuid
from collections import defaultdict, deque

from aiohttp import WSMsgType, web

BOT, TEAM, BOT_TOKEN, APP_TOKEN = "U0BOT", "T1", "xoxb-test", "xapp-test"
PATIENCE_S = 20.0


class Refusal(Exception):
    """An error as Slack names it."""


class FakeSlack:
    """Runs on a free port of this machine; ``fail[method]`` holds (status, headers, body) to be answered first."""

    def __init__(self):
        self.messages, self.ephemeral, self.answers, self.uploads, self.calls, self.acks = [], [], [], [], [], []
        self.fail = defaultdict(deque)
        self.sockets, self.connections = [], 0
        self.closed_to = set()   # persons whose direct message can't be opened
        self._files, self._numbers = {}, itertools.count(1)
        self._began = int(time.time())

    async def __aenter__(self):
        app = web.Application()
        app.router.add_post("/api/{method}", self._api)
        app.router.add_get("/socket", self._socket)
        app.router.add_post("/respond/{id}", self._respond)
        app.router.add_post("/upload/{id}", self._upload)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        self.api_base = self.base + "/api/"
        return self

    async def __aexit__(self, *_):
        for socket in self.sockets:
            await socket.close()
        await self._runner.cleanup()

    # what a person and the network do

    async def send(self, envelope_type, payload, envelope_id=None, **more):
        """Sends an envelope over the newest connection and returns its id."""
        envelope_id = envelope_id or str(uuid.uuid4())
        await self.until(lambda: self.sockets)
        await self.sockets[-1].send_json({"type": envelope_type, "envelope_id": envelope_id, "payload": payload, **more})
        return envelope_id

    def ts(self):
        return f"{self._began}.{next(self._numbers):06d}"

    def direct(self, text, user="U1", **event):
        return self._event({"type": "message", "channel_type": "im", "channel": f"D{user}", "user": user, "text": text, **event})

    def mention(self, text, user="U1", channel="C1", **event):
        return self._event({"type": "app_mention", "channel": channel, "user": user, "text": f"<@{BOT}> {text}", **event})

    def _event(self, event):
        event = {"ts": self.ts(), **event}
        return {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{next(self._numbers)}", "event_time": int(time.time()),
                "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}], "event": event}

    def click(self, message, title, user="U1"):
        """Returns the payload of a click on a button of a posted message."""
        button = next(item for item in buttons_of(message) if item["text"]["text"] == title)
        shown = {"type": "message", "ts": message["ts"], "text": message["text"], "bot_id": "B1",
                 "blocks": [{"block_id": f"b{n}", **block} for n, block in enumerate(message["blocks"])]}
        container = {"type": "message", "message_ts": message["ts"], "channel_id": message["channel"], "is_ephemeral": False}
        if message.get("thread_ts"):
            shown["thread_ts"] = container["thread_ts"] = message["thread_ts"]
        return {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM}, "container": container,
                "channel": {"id": message["channel"]}, "message": shown, "trigger_id": str(uuid.uuid4()),
                "response_url": f"{self.base}/respond/{next(self._numbers)}",
                "actions": [{"type": "button", "action_id": button["action_id"], "value": button["value"], "text": button["text"],
                             "action_ts": self.ts()}]}

    def command(self, text, user="U1", channel="C1"):
        return {"command": "/repwise", "text": text, "team_id": TEAM, "user_id": user, "channel_id": channel,
                "trigger_id": str(uuid.uuid4()), "response_url": f"{self.base}/respond/{next(self._numbers)}"}

    async def until(self, condition):
        """Waits until something has happened, here or in what the fake talks to."""
        async def wait():
            while not condition():  # noqa: ASYNC110 - any condition of a test
                await asyncio.sleep(0.01)
        await asyncio.wait_for(wait(), PATIENCE_S)

    async def said(self, count):
        """Waits for ``count`` posted messages and returns them."""
        await self.until(lambda: len(self.messages) >= count)
        return self.messages

    # what Slack does

    async def _api(self, request):
        method = request.match_info["method"]
        data = await request.json() if request.content_type == "application/json" else {**request.query, **await request.post()}
        self.calls.append((method, data))
        if self.fail[method]:
            status, headers, body = self.fail[method].popleft()
            if status is None:
                request.transport.close()
                return web.Response()
            return web.json_response(body, status=status, headers=headers)
        token = APP_TOKEN if method.startswith("apps.") else BOT_TOKEN
        try:
            if request.headers.get("Authorization") != f"Bearer {token}":
                raise Refusal("invalid_auth")
            handler = getattr(self, "_" + method.replace(".", "_"), None)
            if handler is None:
                raise Refusal("unknown_method")
            return web.json_response({"ok": True, **handler(data)})
        except Refusal as refusal:
            return web.json_response({"ok": False, "error": str(refusal)})

    def _auth_test(self, data):
        return {"user_id": BOT, "team_id": TEAM}

    def _apps_connections_open(self, data):
        return {"url": self.base.replace("http", "ws", 1) + "/socket"}

    def _conversations_open(self, data):
        user = data["users"]
        if user in self.closed_to:
            raise Refusal("cannot_dm_bot")
        return {"channel": {"id": f"D{user}"}}

    def _chat_postMessage(self, data):
        check_message(data)
        message = {**data, "ts": self.ts()}
        self.messages.append(message)
        return {"channel": data["channel"], "ts": message["ts"], "message": message}

    def _chat_update(self, data):
        check_message(data)
        message = next((item for item in self.messages if (item["channel"], item["ts"]) == (data["channel"], data["ts"])), None)
        if message is None:
            raise Refusal("message_not_found")
        message.update(text=data["text"], blocks=data["blocks"], updated=True)
        return {"channel": data["channel"], "ts": data["ts"]}

    def _chat_postEphemeral(self, data):
        check_message(data)
        self.ephemeral.append(data)
        return {"message_ts": self.ts()}

    def _files_getUploadURLExternal(self, data):
        number = next(self._numbers)
        self._files[f"F{number}"] = {"filename": data["filename"], "alt": data.get("alt_txt"), "length": int(data["length"])}
        return {"upload_url": f"{self.base}/upload/F{number}", "file_id": f"F{number}"}

    def _files_completeUploadExternal(self, data):
        files = [{**item, **self._files[item["id"]]} for item in json.loads(data["files"])]
        if any(len(item.get("bytes", b"")) != item["length"] for item in files):
            raise Refusal("file_upload_size_mismatch")
        for item in files:
            self.uploads.append({**item, "channel": data["channel_id"], "thread_ts": data.get("thread_ts")})
        return {"files": [{"id": item["id"], "title": item["title"]} for item in files]}

    async def _upload(self, request):
        self._files[request.match_info["id"]]["bytes"] = await request.read()
        return web.Response(text="OK")

    async def _respond(self, request):
        body = await request.json()
        if body["response_type"] != "ephemeral":
            return web.Response(status=400, text="this fake only knows ephemeral answers")
        check_message(body)
        self.answers.append(body)
        return web.Response(text="ok")

    async def _socket(self, request):
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        self.connections += 1
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}})
        self.sockets.append(socket)
        async for item in socket:
            if item.type == WSMsgType.TEXT:
                self.acks.append(json.loads(item.data)["envelope_id"])
        self.sockets.remove(socket)
        return socket


def buttons_of(message):
    return [element for block in message["blocks"] if block["type"] == "actions" for element in block["elements"]]


def text_of(message):
    """Returns everything a person reads of a message but its buttons."""
    lines = []
    for block in message.get("blocks") or [{"type": "section", "text": {"text": message["text"]}}]:
        if block["type"] == "section":
            lines.append(block["text"]["text"])
        elif block["type"] == "context":
            lines.append("  ".join(element["text"] for element in block["elements"]))
        elif block["type"] == "image":
            lines.append(f"[{block['alt_text']}]")
    return "\n".join(lines)


def check_message(data):
    """Refuses what Slack refuses."""
    blocks = data.get("blocks") or []
    if not data.get("text") and not blocks:
        raise Refusal("no_text")
    if len(blocks) > 50:
        raise Refusal("invalid_blocks")
    ids = [element["action_id"] for block in blocks if block["type"] == "actions" for element in block["elements"]]
    if len(ids) != len(set(ids)):
        raise Refusal("invalid_blocks")
    for block in blocks:
        if not _fine(block):
            raise Refusal("invalid_blocks")


def _fine(block):
    if block["type"] == "section":
        return 0 < len(block["text"]["text"]) <= 3000
    if block["type"] == "context":
        return 0 < len(block["elements"]) <= 10 and all(0 < len(element["text"]) <= 3000 for element in block["elements"])
    if block["type"] == "actions":
        return 0 < len(block["elements"]) <= 25 and all(
            0 < len(element["text"]["text"]) <= 75 and 0 < len(element["value"]) <= 2000 for element in block["elements"])
    if block["type"] == "image":
        return set(block) <= {"type", "block_id", "image_url", "alt_text", "title"} and block["image_url"].startswith("http")
    return False

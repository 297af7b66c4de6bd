"""A browser's requests, many at once, and what is stored of them."""
from __future__ import annotations

import uuid
from collections import defaultdict

import aiohttp
import sqlalchemy as sa

ANSWER_S = 300


class Visitor:
    """One conversation; each request goes to the address that it names, or by nginx."""

    def __init__(self, http, address):
        self._http, self._address, self.cookie = http, address, ""

    async def post(self, path, body, address=None):
        headers = {"Cookie": self.cookie} if self.cookie else {}
        async with self._http.post(f"{address or self._address}/chat/{path}", json=body, headers=headers) as reply:
            for name, morsel in reply.cookies.items():
                self.cookie = f"{name}={morsel.value}"
            return reply.status, await reply.json(content_type=None)

    async def start(self, address=None):
        status, body = await self.post("start", {}, address)
        assert status == 200, body
        return body["messages"]

    async def send(self, text, address=None, key=None):
        """Returns the status and the replies, without the person's own message, or the sentence of a refusal."""
        status, body = await self.post("message", {"id": key or uuid.uuid4().hex, "text": text}, address)
        return status, body["messages"][1:] if status == 200 else body.get("sentence", body)

    async def say(self, text, address=None, key=None):
        status, replies = await self.send(text, address, key)
        assert status == 200 and replies, replies
        return replies


def visitors():
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0),
                                 timeout=aiohttp.ClientTimeout(ANSWER_S))


def words(replies):
    return "\n".join(" ".join(line["text"] for line in [*reply["before"], *reply["after"]]) for reply in replies)


def stored(url):
    """Returns of each conversation its events, oldest first: (type, text or name, message id)."""
    engine = sa.create_engine(url)
    found = defaultdict(list)
    with engine.connect() as database:
        rows = database.execute(sa.text(
            "SELECT sender_id, type_name, data::json->>'text', data::json->>'name', data::json->>'message_id' FROM events ORDER BY id"))
        for talk, kind, text, name, key in rows:
            found[talk].append((kind, text or name, key))
    engine.dispose()
    return found

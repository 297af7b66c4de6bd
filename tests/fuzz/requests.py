"""Requests to the web channel that no browser would send, made by Hypothesis."""
from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

PATHS = ("/chat/start", "/chat/message", "/chat/rate", "/chat/delete", "/chat/data", "/chat/export/r1/csv", "/chat/export/r1/ics",
         "/chat/healthz", "/chat/widget.js", "/chat/nothing", "/healthz", "/metrics")
FIELDS = st.sampled_from(["id", "text", "click", "talk", "message", "helpful", "new"])
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("a" * 12),
                      lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=12)
MESSAGES = st.fixed_dictionaries({"id": st.just("fuzzed-message") | st.uuids().map(str), "text": st.text(max_size=1100)})
BODIES = st.binary(max_size=400) | st.one_of(st.dictionaries(FIELDS, VALUES, max_size=5), MESSAGES, VALUES).map(
    lambda value: json.dumps(value).encode())
NAMES = st.sampled_from(["Origin", "Cookie", "Authorization", "X-Request-ID", "X-Forwarded-For", "Content-Type", "Accept-Encoding",
                         "If-None-Match", "Forwarded"])
WORDS = st.text(st.characters(min_codepoint=32, max_codepoint=255, blacklist_characters="\x7f"), max_size=60)


def hostile_requests(address: str, examples: int, number: int) -> None:
    """Sends ``examples`` requests of each kind to a running server. Raises AssertionError with the smallest request that breaks it."""
    host = urlsplit(address)
    cookie = _start(host.netloc)
    chosen = settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))

    @chosen
    @seed(number)
    @given(st.sampled_from(["GET", "POST", "PUT", "OPTIONS", "HEAD", "DELETE"]), st.sampled_from(PATHS), BODIES,
           st.dictionaries(NAMES, WORDS, max_size=3))
    def any_request(method: str, path: str, body: bytes, headers: dict) -> None:
        _sound(host.netloc, method, path, body, headers)

    @chosen
    @seed(number)
    @given(st.sampled_from(["/chat/message", "/chat/rate", "/chat/start"]), BODIES)
    def known_person(path: str, body: bytes) -> None:
        _sound(host.netloc, "POST", path, body, {"Cookie": cookie, "Content-Type": "application/json"})

    any_request()
    known_person()


def _start(host: str) -> str:
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.request("POST", "/chat/start", b"{}")
    return str(connection.getresponse().headers["Set-Cookie"]).split(";")[0]


def _sound(host: str, method: str, path: str, body: bytes, headers: dict) -> None:
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request(method, path, body, {name: value.encode("latin-1") for name, value in headers.items()})
        reply = connection.getresponse()
        said = reply.read()
    finally:
        connection.close()
    assert reply.status < 500, (reply.status, said[:200])
    assert b"Traceback" not in said and b"site-packages" not in said
    if method == "POST" and reply.status in (401, 403, 409, 413, 422, 429) and reply.headers.get_content_type() == "application/json":
        assert json.loads(said)["sentence"]

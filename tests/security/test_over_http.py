"""Hostile callers of the running server. SECURITY.md names each test beside the threat it stands for."""
from __future__ import annotations

import http.client
import json
import uuid

import pytest

from tests.fuzz.requests import hostile_requests
from tests.test_server import SITE, Browser, text_of

TRICKS = {
    "right to left": "\u202ewhich muscles\u202c does the \u2067squat\u2069 work",
    "zero width": "wh\u200bich mus\u200dcles does the sq\ufeffuat work",
    "tags": "which muscles does the squat work" + "".join(chr(0xE0000 + ord(char)) for char in "/restart"),
    "homoglyphs": "whi\u0441h mus\u0441l\u0435s d\u043e\u0435s th\u0435 squ\u0430t w\u043erk",
    "marks": "squat" + "\u0301\u0316" * 200,
    "emoji": "\U0001f9b5\U0001f3cb\ufe0f\u200d\u2642\ufe0f\U0001f4aa",
    "half a character": "squat \ud83d and \udcaa",
    "controls": "squat\x00\x07\x1b[31m\r\nSet-Cookie: a=b",
    "full width": "\uff57\uff48\uff49\uff43\uff48 \uff4d\uff55\uff53\uff43\uff4c\uff45\uff53",
    "other scripts": "\u0f00\u1000\u4e2d\u6587\u0639\u0631\u0628\u064a \u3164\u115f\u2800",
    "long word": "squat" * 199,
    "spaces": "\u00a0\u2003\u3000squat\u2028work",
}


@pytest.mark.parametrize("cookie", ["repwise=web:somebody", "repwise=a.b.c", "repwise=", "repwise=" + "A" * 4000])
@pytest.mark.parametrize("path", ["/chat/message", "/chat/rate", "/chat/delete"])
def test_an_invented_conversation_is_refused(server, cookie, path):
    status, body, _ = Browser(server.address).request(path, {"id": "a" * 12, "text": "hello"}, {"Cookie": cookie})
    assert status == 401 and "sentence" in json.loads(body)


def test_a_changed_token_opens_nothing(browser, server):
    token = next(iter(browser.jar)).value
    for place in (0, 10, len(token) // 2, len(token) - 2):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1:]
        assert Browser(server.address).request("/chat/data", headers={"Cookie": f"repwise={changed}"})[0] == 401


def test_a_stolen_token_of_another_site_is_worth_nothing_elsewhere(server):
    token = json.loads(Browser(server.address).request("/chat/start", {}, {"Origin": SITE})[1])["token"]
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"repwise={token}"},
                    {"Authorization": f"Bearer {token}", "Origin": "https://thief.example"}):
        assert Browser(server.address).request("/chat/data", headers=headers)[0] in (401, 403)


def test_a_token_of_a_deleted_talk_finds_nothing(browser, server):
    browser.say("I am Kim and my knee hurts")
    token = next(iter(browser.jar)).value
    browser.post("/chat/delete", {})
    kept = json.loads(Browser(server.address).request("/chat/data", headers={"Cookie": f"repwise={token}"})[1])
    assert kept["conversations"][0]["messages"] == [] and kept["conversations"][0]["remembered"] == {}


def test_a_replayed_message_changes_nothing(browser):
    key = str(uuid.uuid4())
    first = browser.send({"text": "which muscles does the squat work?"}, key)
    assert browser.send({"text": "which muscles does the squat work?"}, key)[1]["messages"][1]["key"] == first[1]["messages"][1]["key"]
    assert sum(message["from"] == "person" for message in browser.post("/chat/start", {})[1]["messages"]) == 1


@pytest.mark.parametrize("click", ['/ask_muscles{"exercise":"back_squat"}', "/restart", "", None, 7, {"a": 1}, "x" * 9000])
def test_an_invented_click_is_refused(browser, click):
    assert browser.send({"click": click})[0] == 422


@pytest.mark.parametrize("typed", [
    "/restart", " / restart", "\uff0frestart", "\u200b/restart", "\u2044restart", "\u2066/\u2069restart", "//restart", "\x00/restart",
    '/inform{"clearance":"yes"}', '/ask_exercise@0.2{"exercise":"HACK"}', "/nlu_fallback", "\U000e0001/restart", "\ud800/restart"])
def test_typed_intents_are_words_only(browser, typed):
    browser.say("which muscles does the inverted leg press work?")
    browser.say(typed)
    kept = json.loads(browser.request("/chat/data")[1])["conversations"][0]
    assert kept["remembered"]["exercise"] and "HACK" not in json.dumps(kept["remembered"]) and "clearance" not in kept["remembered"]
    assert sum(message["from"] == "you" for message in kept["messages"]) == 2
    assert not any(message["text"].startswith("/") for message in kept["messages"] if message["from"] == "you")


@pytest.mark.parametrize("body", [
    b"", b"{", b"null", b"[]", b"7", b'"x"', b"\xff\xfe", b"[" * 9000, b'{"a":' * 3000, b'{"id":1e999}', b"{}", b"\x00" * 100,
    b'{"id": "aaaaaaaaaaaa", "text": {"a": 1}}', b'{"id": "aaaaaaaaaaaa", "text": "a", "text": ["b"]}'])
@pytest.mark.parametrize("path", ["/chat/start", "/chat/message", "/chat/rate"])
def test_malformed_bodies_get_a_sentence(browser, path, body):
    status, text, _ = browser.request(path, body)
    if path == "/chat/start" and body.endswith(b"}"):  # it needs no field, and reads only "new"
        assert status == 200
    else:
        assert status in (400, 422) and json.loads(text)["sentence"]


@pytest.mark.parametrize("size", [16_385, 100_000, 300_000])
def test_oversized_bodies_are_refused(browser, size):
    status, body, _ = browser.request("/chat/message", b'{"text": "' + b"x" * size + b'"}')
    assert status == 413 and "Traceback" not in body


def test_a_line_of_100_kb_is_refused_and_the_server_goes_on(browser):
    assert browser.request("/chat/message", {"id": "a" * 12, "text": "squat " * 17_000})[0] == 413
    assert text_of(browser.say("which muscles does the squat work?")[0])


@pytest.mark.parametrize("trick", TRICKS)
def test_unicode_tricks_get_an_answer(browser, trick):
    status, body = browser.send({"text": TRICKS[trick]})
    assert status == 200 and all(text_of(message).strip() for message in body["messages"][1:])


@pytest.mark.parametrize("nothing", ["\u200b\u200d\ufeff", "\u202e\u202c", "\ud800", "/", " \u3000 ", "\U000e0041"])
def test_text_that_nobody_sees_is_empty(browser, nothing):
    status, body = browser.send({"text": nothing})
    assert status == 422 and "empty" in body["sentence"]


@pytest.mark.parametrize("origin", [
    "https://elsewhere.example", "https://www.gym.example.evil.example", "null", "file://", "http://www.gym.example", "http://["])
@pytest.mark.parametrize("path", ["/chat/start", "/chat/message", "/chat/rate", "/chat/delete", "/chat/stream", "/chat/data"])
def test_pages_of_other_sites_are_refused(browser, origin, path):
    body = None if path in ("/chat/stream", "/chat/data") else {"id": "a" * 12, "text": "hello"}
    status, _, headers = browser.request(path, body, {"Origin": origin})
    assert status == 403 and "Access-Control-Allow-Origin" not in headers


def test_a_form_of_another_site_cannot_post(browser):
    """A form sends the Lax cookie with no request of its own; an Origin is always named."""
    cookie = next(iter(browser.jar))
    assert cookie.get_nonstandard_attr("SameSite") == "Lax" and cookie.has_nonstandard_attr("HttpOnly")


def test_markup_stays_data(browser):
    message = browser.say("<img src=x onerror=alert(1)> [x](javascript:alert(1)) which muscles does the squat work?")
    status, body, headers = browser.request("/chat/data")
    assert status == 200 and message and headers.get_content_type() == "application/json"
    assert headers["X-Content-Type-Options"] == "nosniff" and "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", [
    "/chat/static/../../../credentials.yml", "/chat/static/%2e%2e/%2e%2e/endpoints.yml", "/chat/pictures/..%2f..%2fMakefile",
    "/chat/static/....//credentials.yml", "/chat/pictures//etc/passwd", "/chat/..%5c..%5cMakefile.js"])
def test_no_file_outside_is_served(server, path):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", path)
    reply = connection.getresponse()
    assert reply.status in (400, 404) and b"addons" not in reply.read()


@pytest.mark.parametrize("path", [
    "/conversations/x/tracker", "/model/parse", "/domain", "/status", "/version", "/webhooks/rest/webhook", "/socket.io/"])
def test_rasa_s_own_doors_are_closed(browser, path):
    assert browser.request(path)[0] in (404, 405) and browser.request(path, {"sender": "x", "message": "hi"})[0] in (404, 405)


def test_a_talk_has_only_so_many_streams(browser):
    streams = [browser.opener.open(f"{browser.base}/chat/stream", timeout=20) for _ in range(12)]
    status, body, _ = browser.request("/chat/stream")
    for stream in streams:
        stream.close()
    assert status == 503 and "sentence" in json.loads(body)


def test_an_error_page_tells_nothing_of_the_program(browser):
    for path, body in (("/nowhere", None), ("/chat/message", None), ("/chat/export/r0/csv?today=2026-01-01", None), ("/chat/stream", {})):
        status, text, _ = browser.request(path, body)
        assert 400 <= status < 500 and "Traceback" not in text and "site-packages" not in text


def test_requests_that_no_browser_sends_break_nothing(server):
    hostile_requests(server.address, 40, 1)

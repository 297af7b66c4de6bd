"""The server as `make run` starts it, over HTTP: one process, the page, conversations, clicks, refusals, the taken port."""
from __future__ import annotations

import http.cookiejar
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
import uuid

import pytest

from tests.conftest import ROOT
from tests.serving import Server

SITE = "https://www.gym.example"


class Browser:
    """Keeps cookies like a browser does."""

    def __init__(self, address):
        self.base = address
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def request(self, path, body=None, headers=None):
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, headers={"Content-Type": "application/json", **(headers or {})})
        try:
            with self.opener.open(request, timeout=30) as reply:
                return reply.status, reply.read().decode(), reply.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers

    def post(self, path, body):
        status, text, _ = self.request(path, body)
        return status, json.loads(text)

    def send(self, said, key=None):
        return self.post("/chat/message", {"id": key or str(uuid.uuid4()), **said})

    def say(self, text):
        status, body = self.send({"text": text})
        assert status == 200 and body["messages"][0]["text"]
        return body["messages"][1:]


def text_of(message):
    rows = [" ".join(row) for row in message["table"]["rows"]] if message["table"] else []
    return "\n".join([*(line["text"] for line in message["before"]), *rows, *(line["text"] for line in message["after"])])


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"), {"REPWISE_SITES": SITE})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def browser(server):
    browser = Browser(server.address)
    status, body = browser.post("/chat/start", {})
    assert status == 200 and "not medical advice" in text_of(body["messages"][0])
    return browser


def test_the_address_it_prints_answers_with_the_page(server):
    address = re.search(r"Chat at (\S+)", server.log.read_text()).group(1)
    assert address == f"{server.address}/chat"
    status, page, headers = Browser(server.address).request("/chat")
    assert status == 200 and "<title>Repwise</title>" in page
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for file in re.findall(r'(?:src|href)="(/chat/[^"]+)"', page):
        assert Browser(server.address).request(file)[0] == 200, file


def test_any_page_may_load_the_widget(server):
    status, script, headers = Browser(server.address).request("/chat/widget.js")
    assert status == 200 and headers["Access-Control-Allow-Origin"] == "*"
    chat = re.search(r"chat-[A-Z0-9]+\.js", script).group(0)
    assert "immutable" in Browser(server.address).request(f"/chat/{chat}")[2]["Cache-Control"]
    tagged = Browser(server.address).request("/chat/widget.js", headers={"If-None-Match": headers["ETag"]})
    assert tagged[0] == 304 and tagged[1] == ""
    packed = urllib.request.Request(f"{server.address}/chat/widget.js", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(packed, timeout=10) as reply:
        assert reply.headers["Content-Encoding"] == "gzip" and len(reply.read()) < len(script)


def test_it_is_one_process(server):
    children = subprocess.run(["ps", "--ppid", str(server.process.pid), "-o", "pid="], capture_output=True, text=True).stdout.split()
    assert children == []


def test_a_question_is_answered_with_sources_and_buttons(browser):
    message = browser.say("which muscles does the vertical leg press work?")[-1]
    assert "quads" in text_of(message) and message["buttons"] and message["sources"] and message["rate"]
    assert "/ask_" not in json.dumps(message)
    status, body = browser.send({"click": message["buttons"][0]["click"]})
    assert status == 200 and body["messages"][0]["text"] == message["buttons"][0]["title"]
    assert len(text_of(body["messages"][1])) > 20


def test_a_plan_comes_as_a_table_with_files(browser):
    browser.say("make me a plan for strength, 2 days a week, intermediate, back squat")
    browser.say("none of these")
    plan = next(message for message in browser.say("skip") if message["table"])
    assert plan["table"]["columns"][0] == "Week" and len(plan["table"]["rows"]) > 3
    assert not any(line["text"].startswith("Week ") for line in [*plan["before"], *plan["after"]])
    status, table, headers = browser.request(f"/chat/export/{plan['key']}/csv?today=2026-03-04")
    assert status == 200 and table.startswith("Week,Sets,") and 'filename="repwise-plan.csv"' in headers["Content-Disposition"]
    status, calendar, headers = browser.request(f"/chat/export/{plan['key']}/ics?today=2026-03-04")
    assert headers.get_content_type() == "text/calendar"
    assert calendar.count("BEGIN:VEVENT") == 2 * len(plan["table"]["rows"]) and "DTSTART;VALUE=DATE:20260309" in calendar
    assert browser.request("/chat/export/r0/csv?today=2026-03-04")[0] == 404
    assert browser.request(f"/chat/export/{plan['key']}/csv?today=tomorrow")[0] == 422


def test_the_talk_is_still_there_after_a_reload(browser):
    said = browser.say("which muscles does the back squat work?")
    _, body = browser.post("/chat/start", {})
    assert [m["key"] for m in body["messages"] if m["from"] == "assistant"][-len(said):] == [m["key"] for m in said]
    assert any(m["from"] == "person" and "back squat" in m["text"] for m in body["messages"])
    _, fresh = browser.post("/chat/start", {"new": True})
    assert len(fresh["messages"]) == 1 and fresh["talk"] != body["talk"]


def test_a_message_sent_twice_is_answered_once(browser):
    key = str(uuid.uuid4())
    first = browser.send({"text": "what is the hack squat?"}, key)[1]["messages"]
    second = browser.send({"text": "what is the hack squat?"}, key)[1]["messages"]
    assert [m["key"] for m in first] == [m["key"] for m in second] and text_of(first[1]) == text_of(second[1])
    _, body = browser.post("/chat/start", {})
    assert sum(m["from"] == "person" for m in body["messages"]) == 1


def test_a_tab_of_a_former_conversation_is_told(browser):
    talk = browser.post("/chat/start", {})[1]["talk"]
    browser.post("/chat/start", {"new": True})
    assert browser.send({"text": "hello", "talk": talk})[0] == 409


def test_typed_commands_do_not_reach_rasa(browser):
    browser.say("which muscles does the inverted leg press work?")
    assert text_of(browser.say("/restart")[0])
    assert "comes from" in text_of(browser.say("where is that from?")[0])


def test_a_button_of_another_conversation_is_refused(browser, server):
    click = browser.say("which muscles does the leg press work?")[0]["buttons"][0]["click"]
    other = Browser(server.address)
    other.post("/chat/start", {})
    for token in (click, '/ask_muscles{"exercise":"back_squat"}'):
        status, body = other.send({"click": token})
        assert status == 422 and "another conversation" in body["sentence"]


def test_without_a_conversation_nothing_is_answered(server):
    status, body = Browser(server.address).send({"text": "hello"})
    assert status == 401 and "messages" not in body


def test_an_invented_conversation_is_not_accepted(server):
    for cookie in ("repwise=web:somebody", "repwise=x.y.z"):
        status, _, _ = Browser(server.address).request("/chat/message", {"id": "a" * 12, "text": "hello"}, {"Cookie": cookie})
        assert status == 401


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "https://www.gym.example.evil.example", "null"])
@pytest.mark.parametrize("path", ["/chat/start", "/chat/message", "/chat/rate", "/chat/delete"])
def test_another_site_is_refused(browser, origin, path):
    status, body, headers = browser.request(path, {"id": "a" * 12, "text": "hello"}, {"Origin": origin})
    assert status == 403 and "sentence" in json.loads(body) and "Access-Control-Allow-Origin" not in headers


def test_a_configured_site_talks_with_a_token_of_its_own(server):
    page = Browser(server.address)
    status, body, headers = page.request("/chat/start", {}, {"Origin": SITE})
    token = json.loads(body)["token"]
    assert status == 200 and token and headers["Access-Control-Allow-Origin"] == SITE and "Set-Cookie" not in headers
    assert "Access-Control-Allow-Credentials" not in headers
    message = {"id": str(uuid.uuid4()), "text": "hello"}
    held = {"Origin": SITE, "Authorization": f"Bearer {token}"}
    assert page.request("/chat/message", message, held)[0] == 200
    assert page.request("/chat/message", message, {"Origin": SITE})[0] == 401
    assert page.request("/chat/message", message, {"Authorization": f"Bearer {token}"})[0] == 401  # the token is for that site only


def test_a_browser_may_ask_first_whether_a_site_is_allowed(server):
    for origin, allowed in ((SITE, SITE), ("https://elsewhere.example", None)):
        request = urllib.request.Request(f"{server.address}/chat/message", method="OPTIONS", headers={
            "Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            assert reply.headers["Access-Control-Allow-Origin"] == allowed
            assert ("authorization" in (reply.headers["Access-Control-Allow-Headers"] or "")) is (allowed is not None)


def test_our_own_page_never_shows_its_token_to_scripts(browser):
    _, body = browser.post("/chat/start", {})
    cookie = next(iter(browser.jar))
    assert body["token"] is None and cookie.has_nonstandard_attr("HttpOnly") and cookie.path == "/chat"


@pytest.mark.parametrize(("said", "words"), [
    ({"text": ""}, "empty"), ({"text": "x" * 1001}, "1,000 characters"), ({}, "could not read"), ({"text": 7}, "could not read"),
    ({"text": "hello", "id": "../r0"}, "could not read"), ({"text": "hello", "id": 7}, "could not read")])
def test_bad_messages_get_a_sentence(browser, said, words):
    status, reply = browser.post("/chat/message", {"id": str(uuid.uuid4()), **said})
    assert status == 422 and words in reply["sentence"]


def test_broken_and_huge_bodies_are_refused(browser):
    assert browser.request("/chat/message", b"[1]")[0] == 422
    assert browser.request("/chat/message", b"{")[0] == 400
    assert browser.request("/chat/message", b"x" * 40_000)[0] == 413
    assert browser.request("/chat/message", b"x" * 400_000)[0] == 413


def test_a_flood_of_messages_gets_a_sentence(browser):
    replies = [browser.request("/chat/message", {"id": str(uuid.uuid4()), "text": "hello"}) for _ in range(25)]
    slowed = [reply for reply in replies if reply[0] == 429]
    assert slowed and "wait a few seconds" in json.loads(slowed[0][1])["sentence"] and int(slowed[0][2]["Retry-After"]) >= 1


def test_other_tabs_hear_what_is_said(browser):
    stream = browser.opener.open(f"{browser.base}/chat/stream", timeout=20)
    assert stream.headers.get_content_type() == "text/event-stream"
    assert b"hello" in stream.readline()
    said = browser.say("which muscles does the hack squat work?")
    heard = b""
    while said[-1]["key"].encode() not in heard.split(b"event: message")[-1] or not heard.endswith(b"\n\n"):
        heard += stream.readline()
    stream.close()
    assert heard.count(b"event: message") == 1 + len(said) and heard.count(b"event: typing") == 1


def test_ratings_are_kept_masked_and_taken_back(browser, server):
    message = browser.say("I am Kim, which muscles does the back squat work?")[0]
    assert browser.post("/chat/rate", {"message": message["key"], "helpful": False}) == (200, {"helpful": False})
    shown = [m for m in browser.post("/chat/start", {})[1]["messages"] if m["key"] == message["key"]]
    assert shown[0]["helpful"] is False
    report = subprocess.run([sys.executable, "-m", "addons.channels.web.ratings", "--endpoints", str(server.endpoints)], capture_output=True,
                            text=True, cwd=ROOT).stdout
    assert "0 up, 1 down  back_squat.muscles" in report and "which muscles does the back squat work" in report and "Kim" not in report
    browser.post("/chat/rate", {"message": message["key"], "helpful": None})
    shown = [m for m in browser.post("/chat/start", {})[1]["messages"] if m["key"] == message["key"]]
    assert shown[0]["helpful"] is None
    assert browser.post("/chat/rate", {"message": "r999", "helpful": True})[0] == 404
    assert browser.post("/chat/rate", {"message": "r0", "helpful": True})[0] == 404  # the welcome states no fact
    assert browser.post("/chat/rate", {"message": message["key"], "helpful": "yes"})[0] == 422


def test_deleting_leaves_nothing(browser, server):
    message = browser.say("which muscles does the belt squat work?")[0]
    browser.post("/chat/rate", {"message": message["key"], "helpful": True})
    talk = browser.post("/chat/start", {})[1]["talk"]
    token = next(iter(browser.jar)).value
    status, body = browser.post("/chat/delete", {})
    assert status == 200 and "have been deleted" in body["sentence"] and not list(browser.jar)
    assert browser.post("/chat/start", {})[1]["talk"] != talk
    again = Browser(server.address).request("/chat/start", {}, {"Cookie": f"repwise={token}"})
    assert len(json.loads(again[1])["messages"]) == 1  # an old cookie finds an empty conversation


def test_rasas_own_api_and_rest_channel_are_closed(browser):
    for path in ("/webhooks/rest/webhook", "/conversations/x/tracker", "/model/parse", "/domain"):
        assert browser.request(path, {"sender": "x", "message": "hi"})[0] in (404, 405)


def test_health_tells_that_it_is_ready(server):
    status, body, _ = Browser(server.address).request("/chat/healthz")
    assert status == 200 and json.loads(body) == {"ready": True}


def test_a_taken_port_gets_a_clear_message(server):
    second = subprocess.run([sys.executable, "-m", "addons.serve"], cwd=ROOT, env={**os.environ, "PORT": str(server.port)},
                            capture_output=True, text=True, timeout=60)
    assert second.returncode == 1 and f"Port {server.port} is taken" in second.stderr


def test_a_port_that_is_no_number_gets_a_clear_message():
    wrong = subprocess.run([sys.executable, "-m", "addons.serve", "--port", "many"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert wrong.returncode == 2 and "must be a number" in wrong.stderr

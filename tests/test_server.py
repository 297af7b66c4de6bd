"""The server as `make run` starts it, over HTTP: one process, the page, conversations, clicks, refusals, the taken port."""
from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

ROOT = os.getcwd()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, process, port, log):
        self.process, self.port, self.log = process, port, log

    def browser(self):
        return Browser(self.port)


class Browser:
    """Keeps cookies like a browser does."""

    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"
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

    def say(self, text):
        status, body = self.post("/chat/message", {"text": text})
        assert status == 200
        return body["messages"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    port = free_port()
    log = tmp_path_factory.mktemp("server") / "log.txt"
    environment = {**os.environ, "PORT": str(port), "REPWISE_SECRET": "a secret for this test only"}
    with log.open("w") as stream:
        process = subprocess.Popen([sys.executable, "-m", "addons.serve"], cwd=ROOT, env=environment, stdout=stream, stderr=stream)
        for _ in range(240):
            if "Chat at" in log.read_text() or process.poll() is not None:
                break
            time.sleep(0.5)
        assert "Chat at" in log.read_text(), log.read_text()
        yield Server(process, port, log)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        finally:
            process.kill()


@pytest.fixture
def browser(server):
    browser = server.browser()
    status, body = browser.post("/chat/start", {})
    assert status == 200 and "not medical advice" in body["messages"][0]["text"]
    return browser


def test_the_address_it_prints_answers_with_the_page(server):
    address = re.search(r"Chat at (\S+)", server.log.read_text()).group(1)
    assert address == f"http://127.0.0.1:{server.port}/chat"
    status, page, headers = server.browser().request("/chat")
    assert status == 200 and "<title>Repwise</title>" in page
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert server.browser().request("/chat/static/chat.js")[0] == 200


def test_it_is_one_process(server):
    children = subprocess.run(["ps", "--ppid", str(server.process.pid), "-o", "pid="], capture_output=True, text=True).stdout.split()
    assert children == []


def test_a_question_is_answered_with_buttons(browser):
    messages = browser.say("which muscles does the vertical leg press work?")
    assert "quads" in messages[0]["text"] and messages[0]["buttons"]
    status, body = browser.post("/chat/message", {"click": messages[0]["buttons"][0]["click"]})
    assert status == 200 and len(body["messages"][0]["text"]) > 20


def test_the_talk_is_still_there_after_a_reload(browser):
    browser.say("which muscles does the back squat work?")
    _, body = browser.post("/chat/start", {})
    assert any(m["from"] == "person" and "back squat" in m["text"] for m in body["messages"])
    _, body = browser.post("/chat/start", {"new": True})
    assert len(body["messages"]) == 1


def test_typed_commands_do_not_reach_rasa(browser):
    browser.say("which muscles does the inverted leg press work?")
    assert browser.say("/restart")[0]["text"]
    assert "Source" in browser.say("where is that from?")[0]["text"] or "comes from" in browser.say("where is that from?")[0]["text"]


def test_a_button_of_another_conversation_is_refused(browser, server):
    click = browser.say("which muscles does the leg press work?")[0]["buttons"][0]["click"]
    other = server.browser()
    other.post("/chat/start", {})
    _, body = other.post("/chat/message", {"click": click})
    assert "another conversation" in body["messages"][0]["text"]
    _, body = other.post("/chat/message", {"click": '/ask_muscles{"exercise":"back_squat"}'})
    assert "another conversation" in body["messages"][0]["text"]


def test_without_a_conversation_nothing_is_answered(server):
    status, body = server.browser().post("/chat/message", {"text": "hello"})
    assert status == 401 and "messages" not in body


def test_an_invented_conversation_is_not_accepted(server):
    status, _, _ = server.browser().request("/chat/message", {"text": "hello"}, {"Cookie": "repwise=web:somebody"})
    assert status == 401


def test_another_site_is_refused(browser):
    status, _, _ = browser.request("/chat/message", {"text": "hello"}, {"Origin": "https://elsewhere.example"})
    assert status == 403


@pytest.mark.parametrize(("body", "words"), [
    ({"text": ""}, "empty"), ({"text": "x" * 1001}, "1,000 characters"), ({}, "could not read"), ({"text": 7}, "could not read"),
    ([1], "could not read")])
def test_bad_bodies_get_a_sentence(browser, body, words):
    _, reply = browser.post("/chat/message", body)
    assert words in reply["messages"][0]["text"]


def test_broken_and_huge_bodies_are_refused(browser):
    assert browser.request("/chat/message", b"{")[0] == 400
    assert browser.request("/chat/message", b"x" * 40_000)[0] == 413


def test_rasas_own_api_and_rest_channel_are_closed(browser):
    for path in ("/webhooks/rest/webhook", "/conversations/x/tracker", "/model/parse", "/domain"):
        assert browser.request(path, {"sender": "x", "message": "hi"})[0] in (404, 405)


def test_health_tells_that_it_is_ready(server):
    status, body, _ = server.browser().request("/chat/healthz")
    assert status == 200 and json.loads(body) == {"ready": True}


def test_a_taken_port_gets_a_clear_message(server):
    second = subprocess.run([sys.executable, "-m", "addons.serve"], cwd=ROOT, env={**os.environ, "PORT": str(server.port)},
                            capture_output=True, text=True, timeout=60)
    assert second.returncode == 1 and f"Port {server.port} is taken" in second.stderr


def test_a_port_that_is_no_number_gets_a_clear_message():
    wrong = subprocess.run([sys.executable, "-m", "addons.serve", "--port", "many"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert wrong.returncode == 2 and "must be a number" in wrong.stderr

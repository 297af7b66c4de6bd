"""Parts of one server that fail: the person gets an answer or a sentence, and afterwards the talk goes on where it was.

Several servers with PostgreSQL and Redis are in tests/deploy.
"""
from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.conftest import ROOT
from tests.serving import Server, free_port
from tests.test_server import Browser, text_of

FORM, NEXT, LAST = "make me a plan for muscle growth, 2 days a week", "Which exercise", "about your health"
SORRY = "Something went wrong on my side"
LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
needs_faketime = pytest.mark.skipif(not LIBRARIES, reason="needs libfaketime: apt-get install faketime")


class InForm(Browser):
    """A browser in the middle of a form."""

    def __init__(self, server):
        super().__init__(server.address)
        assert self.post("/chat/start", {})[0] == 200
        assert "How long" in self.words(FORM)

    def words(self, text):
        return "\n".join(map(text_of, self.say(text)))

    def goes_on(self):
        assert NEXT in self.words("intermediate")
        assert LAST in self.words("back squat")

    def times_kept(self, text):
        status, body = self.post("/chat/start", {})
        assert status == 200
        return [message.get("text") for message in body["messages"]].count(text)


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    """A file that says how far the server's clock is off, such as "+2h"; libfaketime reads it again each time."""
    file = tmp_path_factory.mktemp("clock") / "offset"
    file.write_text("+0")
    return file


@pytest.fixture(scope="module")
def server(tmp_path_factory, clock):
    faked = {"LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
             "FAKETIME_DONT_FAKE_MONOTONIC": "1"} if LIBRARIES else {}
    server = Server(tmp_path_factory.mktemp("server"), faked)
    server.start()
    yield server
    clock.write_text("+0")
    server.stop()


@pytest.fixture
def browser(server, clock):
    clock.write_text("+0")
    return InForm(server)


@needs_faketime
@pytest.mark.parametrize("offset", ["+50m", "-5h", "-300d"])
def test_a_clock_that_jumps_changes_nothing(browser, clock, offset):
    clock.write_text(offset)
    browser.goes_on()


@needs_faketime
def test_a_clock_that_jumps_beyond_an_hour_is_an_hour_of_silence(browser, clock):
    clock.write_text("+3h")
    assert "not medical advice" in browser.words("intermediate")
    clock.write_text("+0")
    assert "How long" in browser.words(FORM)
    browser.goes_on()


def test_a_full_disk(server, browser):
    """By a limit on the size of the files that the process writes."""
    key = str(uuid.uuid4())
    before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    try:
        status, body = browser.send({"text": "intermediate"}, key)
        assert status == 500 and SORRY in body["sentence"]
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)
    status, body = browser.send({"text": "intermediate"}, key)
    assert status == 200 and NEXT in text_of(body["messages"][1])
    assert browser.times_kept("intermediate") == 1
    assert LAST in browser.words("back squat")


def test_a_server_killed_in_the_middle_of_a_message_and_of_a_form(server, browser):
    key = str(uuid.uuid4())
    sending = threading.Thread(target=lambda: pytest.raises(OSError, browser.send, {"text": "intermediate"}, key))
    server.process.send_signal(signal.SIGSTOP)  # it takes the message and does nothing with it
    sending.start()
    time.sleep(0.5)
    server.kill()
    sending.join(30)
    server.start()
    status, body = browser.send({"text": "intermediate"}, key)
    assert status == 200 and NEXT in text_of(body["messages"][1])
    assert browser.times_kept("intermediate") == 1
    assert LAST in browser.words("back squat")


def test_without_a_model_there_is_no_start(tmp_path):
    done = subprocess.run([sys.executable, "-m", "addons.serve"], cwd=tmp_path, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "PYTHONPATH": str(ROOT), "PORT": str(free_port())})
    assert done.returncode == 1 and "there is no model" in done.stderr and "Traceback" not in done.stderr


def broken(call):
    raise ValueError("broken on purpose")


async def hanging(call):
    await asyncio.sleep(60)


@pytest.mark.parametrize("fault", [broken, hanging])
def test_an_action_that_fails_in_the_middle_of_a_form(talk, replies, monkeypatch, caplog, fault):
    assert "How long" in talk.say(FORM).text
    with monkeypatch.context() as during:
        during.setattr("addons.inprocess.TIMEOUT_S", 0.1)
        during.setattr(replies.assistant.agent.action_endpoint.executor, "run", fault)
        assert SORRY in talk.say("intermediate").text
    assert "failed for conversation" in caplog.text
    assert NEXT in talk.say("intermediate").text
    assert LAST in talk.say("back squat").text


def test_a_database_that_fails_in_the_middle_of_a_form(talk, replies):
    assert "How long" in talk.say(FORM).text
    engine = replies.assistant.agent.tracker_store.engine
    with engine.connect() as database:
        pages = database.exec_driver_sql("PRAGMA page_count").scalar()
        database.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    try:
        with pytest.raises(sa.exc.OperationalError, match="full"):
            for _ in range(20):
                talk.say("what is the hack squat?")
    finally:
        with engine.connect() as database:
            database.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert NEXT in talk.say("intermediate").text

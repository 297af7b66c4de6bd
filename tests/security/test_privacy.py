"""What people say stays in the database: a whole talk with a marker word, then everything the server wrote is looked through."""
from __future__ import annotations

import json
import sqlite3

import pytest

from tests.security.conftest import TOKEN
from tests.test_server import Browser, text_of

MARKER = "zanzibarosis"
HEALTH = f"I have {MARKER} in my left knee and high blood pressure"
MISSED = f"what is a {MARKER} flumble"


@pytest.fixture(scope="module")
def talk(server):
    """A talk with health answers, a red flag, something not understood, refusals and a rating; returns its browser."""
    browser = Browser(server.address)
    browser.post("/chat/start", {})
    asked = browser.say("which muscles does the back squat work?")[0]
    browser.post("/chat/rate", {"message": asked["key"], "helpful": False})
    for text in ("make me a plan for strength, 2 days a week, intermediate, back squat", HEALTH, "skip", MISSED,
                 f"I have crushing chest pain and {MARKER}"):
        assert text_of(browser.say(text)[0])
    for wrong in ({"text": MARKER * 200}, {"text": [MARKER]}, {"click": MARKER}):
        assert browser.send(wrong)[0] == 422
    assert browser.request("/chat/message", MARKER.encode())[0] == 400
    assert browser.request(f"/chat/{MARKER}")[0] == 404
    return browser


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_health_answers_stand_in_the_database_and_nowhere_else(server, talk):
    holding = {path.name for path, content in everything(server.folder).items() if MARKER.encode() in content.lower()}
    assert holding and holding <= {"talks.db", "talks.db-wal"}


def test_no_log_line_and_no_metric_holds_what_was_said(server, talk):
    log = server.log.read_text().lower()
    metrics = Browser(server.address).request("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})[1].lower()
    for word in (MARKER, "crushing", "blood pressure", "web:"):
        assert word not in metrics
        assert word not in log
    flagged = [line for line in metrics.splitlines() if line.startswith(("repwise_red", "repwise_fall", "repwise_mess"))]
    assert any(line.startswith("repwise_red_flags_total ") and not line.endswith(" 0.0") for line in flagged)
    assert "post /chat/message 200" in log


def test_an_export_holds_the_whole_talk(talk):
    status, text, headers = talk.request("/chat/data")
    kept = json.loads(text)["conversations"][0]
    assert status == 200 and 'filename="repwise-data.json"' in headers["Content-Disposition"]
    assert any(message == {**message, "from": "you", "text": HEALTH} for message in kept["messages"])
    assert any(message["from"] == "assistant" for message in kept["messages"]) and kept["remembered"]["alarm"]
    assert json.loads(text)["ratings"]


def test_an_export_is_for_the_person_alone(server):
    assert Browser(server.address).request("/chat/data")[0] == 401


def test_a_typed_wish_for_deletion_is_shown_the_way_and_not_kept(browser):
    status, body = browser.send({"text": "Delete my data!"})
    assert status == 422 and "Delete my data" in body["sentence"] and "menu" in body["sentence"]
    assert all(message["from"] == "assistant" for message in browser.post("/chat/start", {})[1]["messages"])


def test_deletion_leaves_nothing_in_any_file(server, talk):
    """Runs last: it deletes the talk of the others."""
    status, body = talk.post("/chat/delete", {})
    assert status == 200 and "have been deleted" in body["sentence"]
    holding = [path for path, content in everything(server.folder).items() if MARKER.encode() in content.lower()]
    assert holding == []
    database = sqlite3.connect(server.folder / "talks.db")
    assert database.execute("SELECT count(*) FROM ratings").fetchone() == (0,)

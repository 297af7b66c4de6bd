"""Deleting and exporting what is kept about a person, and deleting what is old."""
from __future__ import annotations

import asyncio
import json
import logging
import time
from types import SimpleNamespace

import pytest
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from addons.channels.erasing import erase
from addons.channels.own_data import asks_to_delete, delete_all, exported
from addons.operation import retention
from addons.stores.talks import TalkStore

DOMAIN = Domain.from_yaml('version: "3.1"\nslots:\n  limit: {type: any, influence_conversation: false, mappings: [{type: custom}]}\n')
MARKER = "zanzibarknee"
DAY_S = 24 * 3600


@pytest.fixture
def file(tmp_path):
    return tmp_path / "talks.db"


@pytest.fixture
def agent(file):
    return SimpleNamespace(tracker_store=TalkStore(DOMAIN, db=str(file)), lock_store=InMemoryLockStore())


async def said(agent, talk, at=1e9, text=MARKER):
    tracker = await agent.tracker_store.retrieve(talk) or DialogueStateTracker(talk, DOMAIN.slots)
    for event in (UserUttered(text, timestamp=at), SlotSet("limit", text, at), BotUttered("noted", timestamp=at)):
        tracker.update(event)
    await agent.tracker_store.save(tracker)


async def kept(agent):
    return sorted(await agent.tracker_store.keys())


@pytest.mark.parametrize(("text", "asks"), [
    ("delete my data", True), ("Delete my data!", True), ("please tell me how to delete my data", False), ("delete", False)])
def test_only_the_whole_sentence_asks_for_deletion(text, asks):
    assert asks_to_delete(text) is asks


@pytest.mark.asyncio
@pytest.mark.parametrize(("private", "gone", "stays"), [
    ("telegram:5", ["telegram:5", "telegram:-1001:5"], ["telegram:15", "telegram:-1001:6", "telegram:51", "slack:T1:5"]),
    ("slack:T1:U1", ["slack:T1:U1", "slack:T1:C1:12.5:U1"], ["slack:T1:U2", "slack:T2:U1", "slack:T1:C1:12.5:U2", "slack:T2:C1:1.2:U1"])])
async def test_all_talks_of_a_person_go_and_nobody_else_s(agent, private, gone, stays):
    for talk in [*gone, *stays]:
        await said(agent, talk)
    assert sorted(await delete_all(agent, private)) == sorted(gone)
    assert await kept(agent) == sorted(stays)


@pytest.mark.asyncio
async def test_what_was_deleted_is_in_no_file_any_more(agent, file):
    for number in range(30):
        await said(agent, "web:a", 1e9 + number)
    await said(agent, "web:b", text="squats")
    files = lambda: b"".join(path.read_bytes() for path in file.parent.iterdir())  # noqa: E731
    assert MARKER.encode() in files()
    await erase(agent, "web:a")
    assert MARKER.encode() not in files() and b"squats" in files()


@pytest.mark.asyncio
async def test_an_export_holds_what_was_said_and_what_is_remembered(agent):
    await said(agent, "web:a", 1e9)
    found = json.loads(await exported(agent, ["web:a"], {"r0": True}))
    assert found == {"ratings": {"r0": True}, "conversations": [{
        "conversation": "web:a", "remembered": {"limit": MARKER}, "messages": [
            {"at": 1e9, "from": "you", "text": MARKER}, {"at": 1e9, "from": "assistant", "text": "noted"}]}]}


@pytest.mark.asyncio
async def test_old_talks_are_deleted_with_what_hangs_on_them(agent, monkeypatch):
    forgotten = []

    async def forget(agent, talk):
        forgotten.append(talk)

    monkeypatch.setattr(retention, "_beside", [forget])
    now = 1e9
    await said(agent, "web:old", now - 31 * DAY_S)
    await said(agent, "web:long", now - 31 * DAY_S)
    await said(agent, "web:long", now - 29 * DAY_S)
    assert await retention.delete_old(agent, 30, now) == 1
    assert forgotten == ["web:old"] and await kept(agent) == ["web:long"]
    assert await retention.delete_old(agent, 30, now) == 0


@pytest.mark.asyncio
async def test_nothing_is_deleted_while_the_clock_is_ahead(agent, monkeypatch, caplog):
    monkeypatch.setattr(retention, "EVERY_S", 0.01)
    await said(agent, "web:a", time.time())
    ahead = [0.0]
    monkeypatch.setattr(retention, "time", SimpleNamespace(time=lambda: time.time() + ahead[0], monotonic=time.monotonic))
    running = asyncio.create_task(retention.run(agent))
    await asyncio.sleep(0.05)
    ahead[0] = 400 * DAY_S
    await asyncio.sleep(0.1)
    running.cancel()
    assert await kept(agent) == ["web:a"] and "jumped ahead" in caplog.text


@pytest.mark.asyncio
async def test_a_talk_that_is_taken_up_again_meanwhile_stays(agent):
    await said(agent, "web:a", 2e9)
    assert await erase(agent, "web:a", 1e9) is False
    assert await kept(agent) == ["web:a"]


@pytest.mark.asyncio
async def test_a_store_that_cannot_tell_what_is_old_is_named(caplog):
    with caplog.at_level(logging.ERROR):
        assert await retention.delete_old(SimpleNamespace(tracker_store=object()), 30) == 0
    assert "not deleted" in caplog.text


@pytest.mark.parametrize("value", ["0", "-1", "many", "nan"])
def test_a_wrong_number_of_days_ends_the_start(monkeypatch, value):
    monkeypatch.setenv("REPWISE_KEEP_DAYS", value)
    with pytest.raises(RasaException, match="REPWISE_KEEP_DAYS"):
        retention.days()

"""A server that can't do its work does not start, and says why; the stream of events has nothing of what people write."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig

from addons import patches, settings
from addons.assistant import NoModel
from addons.channels.erasing import erase
from addons.stores.stream import TableStream, masked
from addons.stores.talks import TalkStore, address_of
from tests.conftest import ROOT

SECRET = "x" * 40
REDIS = "redis://127.0.0.1:1/0"  # nothing listens there


def endpoints(tmp_path, lock_store=None, event_broker=None, store=settings.TALKS, url=None, **kwargs):
    kwargs = kwargs or ({} if url else {"db": str(tmp_path / "talks.db")})
    return AvailableEndpoints(tracker_store=EndpointConfig(url=url, type=store, **kwargs), lock_store=lock_store and EndpointConfig(type=lock_store),
                              event_broker=event_broker and EndpointConfig(type=event_broker))


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    for name in ("REPWISE_REDIS", "REPWISE_SECRET", "SANIC_WORKERS"):
        monkeypatch.delenv(name, raising=False)


def test_good_settings_have_no_faults(tmp_path):
    assert settings.faults(endpoints(tmp_path)) == []


@pytest.mark.parametrize(("given", "words"), [
    ({"store": "SQL"}, "tracker_store must be of the type"),
    ({"store": "addons.stores.talks.TalkSore"}, "tracker_store must be of the type"),
    ({"url": "nosuch://nobody"}, "can't be used"),
    ({"url": "postgresql://repwise:hush@127.0.0.1:1/x"}, "can't be used"),
    ({"databse": "talks.db"}, "does not name a database"),
    ({"lock_store": "addons.locks.FileLocks"}, "Leave it out"),
    ({"event_broker": "pika"}, "event_broker must be of the type")])
def test_a_wrong_setting_is_named(tmp_path, given, words):
    found = settings.faults(endpoints(tmp_path, **given))
    assert len(found) == 1 and words in found[0] and "hush" not in found[0]


def test_several_processes_need_redis(tmp_path, monkeypatch):
    monkeypatch.setenv("SANIC_WORKERS", "2")
    assert "REPWISE_REDIS" in settings.faults(endpoints(tmp_path))[0]


def test_several_servers_need_secret_locks_and_a_database(tmp_path, monkeypatch):
    monkeypatch.setenv("REPWISE_REDIS", REDIS)
    found = settings.faults(endpoints(tmp_path))
    assert [next(word for word in ("REPWISE_SECRET", "lock_store", "SQLite") if word in fault) for fault in found] == \
        ["REPWISE_SECRET", "lock_store", "SQLite"]


def test_a_redis_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("REPWISE_REDIS", REDIS)
    assert "can't be used" in (settings._of_redis(REDIS) or "")
    assert "no address" in (settings._of_redis("localhost") or "")


def test_the_server_refuses_with_the_sentence(tmp_path):
    file = tmp_path / "endpoints.yml"
    file.write_text("tracker_store:\n  type: SQL\n")
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", "addons.serve", "--port", "5993", "--endpoints", str(file)],
                          cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "tracker_store must be of the type" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.asyncio
async def test_a_model_that_can_not_be_loaded_is_no_start(tmp_path):
    (tmp_path / "broken.tar.gz").write_bytes(b"no model")
    with pytest.raises(NoModel, match="could not be loaded"):
        await patches.load_agent(str(tmp_path / "broken.tar.gz"))


EVENT = {"sender_id": "web:a", "event": "user", "timestamp": 5.0, "text": "my knee hurts", "input_channel": "web",
         "parse_data": {"text": "my knee hurts", "intent": {"name": "troubleshoot", "confidence": 0.9},
                        "entities": [{"entity": "condition", "value": "knee pain"}]}, "metadata": {"x": "knee"}}


def test_the_stream_has_no_words_of_people():
    found = masked(EVENT)
    assert found == {"event": "user", "timestamp": 5.0, "input_channel": "web", "intent": "troubleshoot", "confidence": 0.9,
                     "sender_id": found["sender_id"]}
    assert "knee" not in json.dumps(found) and "web:a" not in json.dumps(found)
    assert masked({"sender_id": "web:a", "event": "slot", "name": "health", "value": "knee"}).keys() == {"event", "sender_id"}
    assert masked({"sender_id": "web:a", "event": "action", "name": "action_listen"})["name"] == "action_listen"


@pytest.mark.asyncio
async def test_the_table_of_the_stream(tmp_path):
    stream = TableStream(address_of(db=str(tmp_path / "stream.db")))
    stream.publish(EVENT)
    await stream.close()
    with stream._engine.connect() as database:
        rows = database.exec_driver_sql("SELECT event, sender_id, data FROM stream").fetchall()
    assert len(rows) == 1 and rows[0][0] == "user" and "knee" not in str(rows[0])


@pytest.mark.asyncio
async def test_a_deleted_conversation_leaves_the_stream_too(tmp_path):
    stream = TableStream(address_of(db=str(tmp_path / "stream.db")))
    agent = SimpleNamespace(tracker_store=TalkStore(db=str(tmp_path / "talks.db"), event_broker=stream), lock_store=InMemoryLockStore())
    for talk in ("web:a", "web:b"):
        stream.publish({**EVENT, "sender_id": talk})
    await erase(agent, "web:a")
    with stream._engine.connect() as database:
        kept = database.exec_driver_sql("SELECT sender_id FROM stream").scalars().all()
    assert kept == [masked({"sender_id": "web:b"})["sender_id"]]

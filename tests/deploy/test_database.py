"""The tracker store on PostgreSQL."""
from __future__ import annotations

import asyncio
import secrets
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered
from sqlalchemy.exc import SQLAlchemyError

from addons.stores.talks import CONNECTIONS, Overtaken, TalkStore
from tools.cluster import Postgres

TALK = "web:1"


@pytest.fixture(scope="module")
def database():
    folder = Path(tempfile.mkdtemp(prefix="repwise-postgres-"))
    folder.chmod(0o755)
    postgres = Postgres(folder)
    postgres.start()
    yield postgres
    postgres.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stores(database):
    """Two servers' stores, made in the same moment, on empty tables."""
    engine = sa.create_engine(database.url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS events, talk_states CASCADE"))
    engine.dispose()
    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(lambda _: TalkStore(Domain.empty(), host=database.url), range(2)))
    yield made
    for store in made:
        store.engine.dispose()


async def begun(store):
    tracker = await store.get_or_create_tracker(TALK)
    for event in (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")):
        tracker.update(event)
    await store.save(tracker)


async def turn(store, number):
    tracker = await store.retrieve(TALK)
    for event in (UserUttered(f"question {number}", {"name": "ask"}), BotUttered(f"answer {number}"), ActionExecuted("action_listen")):
        tracker.update(event)
    await store.save(tracker)


def test_servers_that_start_together_share_a_conversation(stores):
    async def talk():
        await begun(stores[0])
        for number in range(20):
            await turn(stores[number % 2], number)
        return await stores[1].retrieve_full_tracker(TALK)

    full = asyncio.run(talk())
    assert [event.text for event in full.events if isinstance(event, UserUttered)] == [f"question {number}" for number in range(20)]


def test_two_who_read_the_same_do_not_both_write(stores):
    async def talk():
        await begun(stores[0])
        trackers = [await store.retrieve(TALK) for store in stores]
        for tracker in trackers:
            tracker.update(UserUttered("one of two", {"name": "ask"}))
        done = await asyncio.gather(*(store.save(tracker) for store, tracker in zip(stores, trackers, strict=True)), return_exceptions=True)
        full = await stores[0].retrieve_full_tracker(TALK)
        return done, [event for event in full.events if isinstance(event, UserUttered)]

    done, said = asyncio.run(talk())
    assert sorted(type(item) for item in done if item is not None) == [Overtaken] and len(said) == 1


def test_reading_a_turn_uses_the_index(stores):
    with stores[0].engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO events (id, sender_id, type_name, data) SELECT n, 'web:' || n % 500, 'user', '{}' "
                                   "FROM generate_series(1000000, 1020000) n"))
        connection.execute(sa.text("ANALYZE events"))
        plan = "\n".join(connection.execute(sa.text(
            "EXPLAIN SELECT id, type_name, data FROM events WHERE sender_id = 'web:7' AND id >= 1010000 ORDER BY id")).scalars())
    assert "ix_events_talk" in plan and "Seq Scan" not in plan


def test_a_crowd_opens_few_connections(stores):
    async def crowd():
        await asyncio.gather(*(stores[0].retrieve(f"web:{number}") for number in range(100)))

    asyncio.run(crowd())
    pool = stores[0].engine.pool
    assert 1 < pool.checkedin() + pool.checkedout() <= CONNECTIONS


@pytest.fixture
def small_disk(database, stores):
    """The events are on a disk of half a megabyte; calling it makes the disk larger."""
    folder = Path(tempfile.mkdtemp(prefix="repwise-disk-"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("needs root, and a machine that lets it mount a tmpfs")
    shutil.chown(folder, "postgres", "postgres")
    folder.chmod(0o700)
    with sa.create_engine(database.url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text(f"CREATE TABLESPACE small LOCATION '{folder}'"))
        connection.execute(sa.text("ALTER TABLE events SET TABLESPACE small"))
        yield lambda: subprocess.run(["mount", "-o", "remount,size=8m", folder], check=True)
        connection.execute(sa.text("ALTER TABLE events SET TABLESPACE pg_default"))
        connection.execute(sa.text("DROP TABLESPACE small"))
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


def test_a_full_disk_is_an_error_and_the_talk_goes_on_once_there_is_room(stores, small_disk):
    async def until_full():
        for number in range(1000):
            await turn(stores[0], f"{number} {secrets.token_hex(2000)}")
            kept.append(number)

    kept = []
    asyncio.run(begun(stores[0]))
    with pytest.raises(SQLAlchemyError, match="No space left"):
        asyncio.run(until_full())
    small_disk()
    asyncio.run(turn(stores[0], "last"))
    full = asyncio.run(stores[1].retrieve_full_tracker(TALK))
    said = [event.text.split()[1] for event in full.events if isinstance(event, UserUttered)]
    assert said == [*map(str, kept), "last"]
    assert len(full.events) == 4 + 3 * len(said)  # nothing half stored


def test_a_database_that_is_gone_is_an_error_and_nothing_is_kept_aside(stores, database):
    asyncio.run(begun(stores[0]))
    database.stop()
    try:
        for work in (stores[0].retrieve(TALK), stores[0].retrieve_full_tracker(TALK), stores[0].erase(TALK)):
            with pytest.raises(SQLAlchemyError):
                asyncio.run(work)
    finally:
        database.start()
    asyncio.run(turn(stores[0], 1))
    full = asyncio.run(stores[1].retrieve_full_tracker(TALK))
    assert [event.text for event in full.events if isinstance(event, UserUttered)] == ["question 1"]

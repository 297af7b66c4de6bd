"""The tracker store: a long talk costs no more than a short one, nothing is lost, nothing fails in silence."""
from __future__ import annotations

import asyncio
import json
import sqlite3
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, SessionStarted, SlotSet, UserUttered

from addons.channels.erasing import erase
from addons.nlu.nearest import NEAREST
from addons.stores import talks
from addons.stores.talks import KEPT_TURNS, MOST_TURNS, TalkStore

DOMAIN = Domain.from_yaml("""
version: "3.1"
intents: [ask]
slots:
  topic: {type: any, influence_conversation: false, mappings: [{type: custom}]}
  limit: {type: any, influence_conversation: false, mappings: [{type: custom}]}
forms:
  plan_form: {required_slots: [topic]}
""")
LISTEN = "action_listen"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "talks.db"


@pytest.fixture
def store(file):
    return TalkStore(DOMAIN, db=str(file))


def run(work):
    return asyncio.run(work)


async def begun(store, talk="web:1"):
    tracker = await store.get_or_create_tracker(talk)
    for event in (ActionExecuted("action_session_start"), BotUttered("welcome"), SessionStarted(), ActionExecuted(LISTEN)):
        tracker.update(event)
    await store.save(tracker)


async def turn(store, number, talk="web:1", *more):
    tracker = await store.get_or_create_tracker(talk)
    parsed = {"text": f"question {number}", "intent": {"name": "ask", "confidence": 0.9}, "entities": [], NEAREST: {"claims": "1:50:3 " * 300},
              "parts": [{"text": "a part", NEAREST: {"claims": "1:50:3"}}]}
    for event in (UserUttered(f"question {number}", parsed["intent"], [], parsed, message_id=f"id-{number}"), ActionExecuted("action_answer"),
                  SlotSet("topic", f"topic {number}"), BotUttered(f"answer {number}"), *more, ActionExecuted(LISTEN)):
        tracker.update(event)
    await store.save(tracker)
    return tracker


async def talked(store, turns, talk="web:1"):
    await begun(store, talk)
    for number in range(turns):
        await turn(store, number, talk)


def texts(tracker, kind):
    return [event.text for event in tracker.events if isinstance(event, kind)]


def test_a_long_talk_is_read_in_part_and_kept_whole(store):
    run(talked(store, 40))
    tracker = run(store.retrieve("web:1"))
    assert KEPT_TURNS <= len(texts(tracker, UserUttered)) <= MOST_TURNS
    assert texts(tracker, BotUttered)[-1] == "answer 39"
    assert tracker.get_slot("topic") == "topic 39"
    whole = run(store.retrieve_full_tracker("web:1"))
    assert texts(whole, UserUttered) == [f"question {number}" for number in range(40)]
    assert texts(whole, BotUttered)[0] == "welcome"


def test_what_a_turn_reads_does_not_grow(store):
    run(talked(store, 12))
    early = [len(run(turn(store, number)).events) for number in range(12, 12 + MOST_TURNS)]
    for number in range(20, 100):
        run(turn(store, number))
    late = [len(run(turn(store, number)).events) for number in range(100, 100 + MOST_TURNS)]
    assert max(late) <= max(early)


def test_slots_set_long_ago_are_still_set(store):
    run(begun(store))
    run(turn(store, 0, "web:1", SlotSet("limit", {"answer": "yes", "conditions": ["hernia"]})))
    for number in range(1, 40):
        run(turn(store, number))
    assert run(store.retrieve("web:1")).get_slot("limit") == {"answer": "yes", "conditions": ["hernia"]}


def test_a_form_that_began_long_ago_is_still_open(store):
    run(begun(store))
    run(turn(store, 0, "web:1", ActionExecuted("plan_form"), ActiveLoop("plan_form"), SlotSet(REQUESTED_SLOT, "topic")))
    for number in range(1, 30):
        run(turn(store, number, "web:1", ActionExecuted("plan_form")))
    tracker = run(store.retrieve("web:1"))
    assert (tracker.active_loop_name, tracker.get_slot(REQUESTED_SLOT), tracker.latest_action_name) == ("plan_form", "topic", LISTEN)
    assert not tracker.is_active_loop_rejected


def test_states_for_the_rules_are_those_of_the_whole_talk(store):
    """Rules look back three steps at most; those must be the same as if the whole talk had been replayed."""
    run(begun(store))
    run(turn(store, 0, "web:1", ActionExecuted("plan_form"), ActiveLoop("plan_form"), SlotSet(REQUESTED_SLOT, "topic")))
    for number in range(1, 25):
        run(turn(store, number, "web:1", ActionExecuted("plan_form")))
        short, whole = run(store.retrieve("web:1")), run(store.retrieve_full_tracker("web:1"))
        assert short.past_states(DOMAIN)[-3:] == whole.past_states(DOMAIN)[-3:]


def test_a_new_session_starts_afresh(store):
    run(talked(store, 20))

    async def again():
        tracker = await store.retrieve("web:1")
        for event in (ActionExecuted("action_session_start"), SessionStarted(), SlotSet("limit", "kept"), ActionExecuted(LISTEN)):
            tracker.update(event)
        await store.save(tracker)

    run(again())
    tracker = run(store.retrieve("web:1"))
    assert texts(tracker, UserUttered) == [] and tracker.get_slot("topic") is None and tracker.get_slot("limit") == "kept"
    assert len(texts(run(store.retrieve_full_tracker("web:1")), UserUttered)) == 20


def test_a_database_of_an_older_version_opens_as_it_is(file):
    older = SQLTrackerStore(DOMAIN, db=str(file))
    run(talked(older, 25))
    store = TalkStore(DOMAIN, db=str(file))
    assert run(store.retrieve("web:1")).get_slot("topic") == "topic 24"
    for number in range(25, 30):
        run(turn(store, number))
    assert len(texts(run(store.retrieve_full_tracker("web:1")), UserUttered)) == 30
    assert len(texts(run(store.retrieve("web:1")), UserUttered)) <= MOST_TURNS
    again = SQLTrackerStore(DOMAIN, db=str(file))  # and back
    assert texts(run(again.retrieve("web:1")), UserUttered)[-1] == "question 29"


def test_talks_do_not_mix(store):
    async def both():
        await begun(store, "web:1")
        await begun(store, "web:2")
        for number in range(20):
            await asyncio.gather(turn(store, number, "web:1"), turn(store, 100 + number, "web:2"))

    run(both())
    assert run(store.retrieve("web:1")).get_slot("topic") == "topic 19"
    assert texts(run(store.retrieve_full_tracker("web:2")), UserUttered) == [f"question {100 + number}" for number in range(20)]
    assert sorted(run(store.keys())) == ["web:1", "web:2"]


def test_hints_for_choosing_the_answer_are_not_stored(store, file):
    assert talks.FORGOTTEN == (NEAREST,)
    tracker = run(begun(store)) or run(turn(store, 0))
    assert NEAREST in tracker.latest_message.parse_data  # the turn itself has them
    rows = sqlite3.connect(file).execute("SELECT data FROM events WHERE type_name = 'user'").fetchall()
    parsed = json.loads(rows[0][0])["parse_data"]
    assert NEAREST not in parsed and NEAREST not in parsed["parts"][0] and parsed["intent"]["name"] == "ask"


def test_a_deleted_talk_leaves_nothing(store, file):
    run(talked(store, 20))
    run(talked(store, 1, "web:2"))
    run(erase(SimpleNamespace(tracker_store=store, lock_store=InMemoryLockStore()), "web:1"))
    database = sqlite3.connect(file)
    for table in ("events", "talk_states"):
        assert database.execute(f"SELECT count(*) FROM {table} WHERE sender_id = 'web:1'").fetchone() == (0,)
    assert run(store.retrieve("web:1")) is None
    assert run(store.retrieve("web:2")) is not None


def test_a_database_that_cannot_be_used_is_an_error(file, store):
    run(begun(store))
    with store.engine.begin() as database:
        database.execute(sa.text("DROP TABLE events"))
    with pytest.raises(sa.exc.OperationalError) as raised:
        run(store.retrieve("web:1"))
    assert "web:1" not in str(raised.value)  # ids of talks don't belong in logs
    with pytest.raises(sa.exc.OperationalError):
        TalkStore(DOMAIN, db="/nowhere/at/all/talks.db")


def test_a_save_that_fails_changes_nothing(store):
    run(talked(store, 3))

    async def failing():
        tracker = await store.retrieve("web:1")
        tracker.update(UserUttered("kept?", {"name": "ask"}))
        tracker.update(SlotSet("topic", "kept?"))
        tracker.update(SlotSet("limit", object()))  # no JSON
        await store.save(tracker)

    with pytest.raises(TypeError):
        run(failing())
    assert texts(run(store.retrieve_full_tracker("web:1")), UserUttered) == ["question 0", "question 1", "question 2"]


def test_the_file_is_its_owners_only(store, file):
    assert file.stat().st_mode & 0o077 == 0


def test_a_full_disk_is_an_error_and_the_talk_goes_on_once_there_is_room(store):
    run(begun(store))
    run(turn(store, 0))
    with store.engine.connect() as database:
        full = database.exec_driver_sql("PRAGMA page_count").scalar()
        database.exec_driver_sql(f"PRAGMA max_page_count={full}")
    with pytest.raises(sa.exc.OperationalError, match="full"):
        for number in range(1, 200):
            run(turn(store, number))
    with store.engine.connect() as database:
        database.exec_driver_sql("PRAGMA max_page_count=1000000")
    run(turn(store, 999))
    tracker = run(store.retrieve("web:1"))
    assert tracker.get_slot("topic") == "topic 999" and tracker.latest_action_name == LISTEN


def test_a_turn_is_not_stored_over_somebody_elses(store):
    run(begun(store))
    first, second = run(store.retrieve("web:1")), run(store.retrieve("web:1"))
    for tracker in (first, second):
        tracker.update(UserUttered("me", {"name": "ask"}))
    run(store.save(first))
    with pytest.raises(talks.Overtaken):
        run(store.save(second))
    full = run(store.retrieve_full_tracker("web:1"))
    assert sum(isinstance(event, UserUttered) for event in full.events) == 1

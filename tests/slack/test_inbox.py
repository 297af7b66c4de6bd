"""What a crash cuts off between Slack's acknowledgement and the answer is answered at the next start, once."""
from __future__ import annotations

import asyncio
import threading

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import OperationalError

from addons.channels import inbox
from addons.channels.inbox import MOST_TRIES
from addons.channels.signing import Signer
from addons.channels.slack.desk import Desk
from tests.slack.fake import text_of

pytestmark = pytest.mark.asyncio


@pytest.fixture
def start(settings, agent):
    """Returns a function that starts the app, as after a restart with the same database."""
    async def start():
        desk = Desk(settings, agent, agent.handle, Signer("a secret for these tests", "slack"))
        await desk.resume()
        return desk

    return start


async def never(message):
    await asyncio.Event().wait()


async def crash(desk):
    """Ends a desk in the middle of its work."""
    await desk.close(0)


async def test_a_message_that_was_acknowledged_is_answered_after_a_crash_and_once(start, slack, agent):
    agent.before_reply, desk = never, await start()
    await desk.take("events_api", slack.direct("which muscles?"))
    await slack.said(1)  # the welcome; the message is in work
    await crash(desk)
    agent.before_reply, again = None, await start()
    reply = (await slack.said(2))[1]
    assert "quads" in text_of(reply) and [message.text for message in agent.heard] == ["which muscles?"]
    await again.close(5)
    third = await start()
    await third.close(5)
    assert len(agent.heard) == 1 and len(slack.messages) == 2


async def test_a_turn_that_was_stored_before_the_crash_is_not_worked_out_again(start, slack, agent):
    agent.before_reply, desk = never, await start()
    payload = slack.direct("which muscles?")
    await desk.take("events_api", payload)
    await slack.said(1)
    tracker = DialogueStateTracker("slack:T1:U1", [])
    for event in (UserUttered("which muscles?", message_id=payload["event_id"]), BotUttered("The quads.", {"buttons": None})):
        tracker.update(event, Domain.empty())
    await agent.tracker_store.save(tracker)
    await crash(desk)
    again = await start()
    assert text_of((await slack.said(2))[1]) == "The quads." and agent.heard == []
    await again.close(5)


async def test_it_is_acknowledged_when_it_is_in_the_database_and_not_before(connected, slack, agent, monkeypatch):
    kept, go_on = connected._inbox, threading.Event()
    insert = kept._insert
    monkeypatch.setattr(kept, "_insert", lambda *row: go_on.wait(10) and insert(*row))
    await slack.send("events_api", slack.direct("which muscles?"))
    await asyncio.sleep(0.2)
    assert slack.acks == [] and agent.heard == []
    go_on.set()
    await slack.said(2)
    assert len(slack.acks) == 1


async def test_without_a_database_it_is_answered_all_the_same(connected, slack, agent, monkeypatch, caplog):
    def full(*row):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(connected._inbox, "_insert", full)
    await slack.send("events_api", slack.direct("which muscles?"))
    await slack.said(2)
    assert len(slack.acks) == 1 and "would be lost by a crash" in caplog.text


async def test_what_crashes_the_server_each_time_is_dropped(start, slack, agent, caplog):
    agent.before_reply = never
    desk = await start()
    await desk.take("events_api", slack.direct("which muscles?"))
    await slack.said(1)
    for _ in range(MOST_TRIES):
        await crash(desk)
        desk = await start()
    await desk.close(5)
    assert "tried 3 times" in caplog.text and (await desk._inbox.left()) == []


async def test_another_server_that_lives_keeps_what_it_works_on(start, slack, agent):
    """Without Redis here, so the second looks after the first is done, as its turn would make it."""
    first = await start()
    go_on = asyncio.Event()

    async def wait(message):
        await go_on.wait()

    agent.before_reply = wait
    await first.take("events_api", slack.direct("which muscles?"))
    await slack.said(1)
    left = await first._inbox.left()
    go_on.set()
    await first.close(5)
    assert len(left) == 1 and len(agent.heard) == 1
    await first._inbox._work_again(left[0][0], never)
    assert len(agent.heard) == 1


async def test_what_a_server_leaves_that_died_another_takes_over(start, slack, agent, monkeypatch, caplog):
    monkeypatch.setattr(inbox, "ABANDONED_S", 0.3)
    monkeypatch.setattr(inbox, "LOOK_EVERY_S", 0.1)
    living, agent.before_reply, dying = await start(), never, await start()
    await dying.take("events_api", slack.direct("which muscles?"))
    await slack.said(1)
    await crash(dying)
    agent.before_reply = None
    assert "quads" in text_of((await slack.said(2))[1]) and "taken over" in caplog.text
    await asyncio.sleep(0.5)
    assert len(agent.heard) == 1 and (await living._inbox.left()) == []
    await living.close(5)


async def test_an_event_that_takes_long_is_not_taken_over_by_its_own_server(start, slack, agent, monkeypatch, caplog):
    monkeypatch.setattr(inbox, "ABANDONED_S", 0.1)
    monkeypatch.setattr(inbox, "LOOK_EVERY_S", 0.05)
    desk, go_on = await start(), asyncio.Event()

    async def wait(message):
        await go_on.wait()

    agent.before_reply = wait
    await desk.take("events_api", slack.direct("which muscles?"))
    await asyncio.sleep(0.5)
    go_on.set()
    await desk.close(5)
    assert len(agent.heard) == 1 and "taken over" not in caplog.text


async def test_who_sends_too_fast_is_told_once(connected, slack, agent):
    for number in range(14):
        await slack.send("events_api", slack.direct(f"number {number}"))
    await slack.until(lambda: len(slack.acks) == 14)
    await slack.send("events_api", slack.direct("somebody else", user="U2"))
    await slack.until(lambda: told(slack) and any(message.text == "somebody else" for message in agent.heard))
    await connected.close(5)
    assert len(told(slack)) == 1 and 11 <= len(agent.heard) <= 13


def told(slack):
    return [message for message in slack.messages if "more than I can answer at once" in text_of(message)]

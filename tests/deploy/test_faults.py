"""Parts that fail: the person gets an answer or a sentence, and afterwards the talk goes on where it was."""
from __future__ import annotations

import asyncio
import os
import signal
import time
import uuid
from pathlib import Path

import aiohttp
import pytest

from tests.deploy.talking import Visitor, stored, visitors, words

FORM = "make me a plan for muscle growth, 2 days a week"
SORRY = "Something went wrong on my side"
AWAY_S = 6
"""A few seconds of thirty: longer than every retry."""


def at(part):
    return f"http://127.0.0.1:{part.port}"


async def in_a_form(http, cluster):
    visitor = Visitor(http, cluster.address)
    await visitor.start()
    assert "How long" in words(await visitor.say(FORM))
    return visitor


async def goes_on(visitor):
    """The form asks what it would have asked next."""
    assert "Which exercise" in words(await visitor.say("intermediate"))
    assert "about your health" in words(await visitor.say("back squat"))


async def again(visitor, text, key):
    """Sends it until it is answered, as the widget does."""
    for _ in range(10):
        status, replies = await visitor.send(text, key=key)
        if status == 200:
            return replies
        await asyncio.sleep(1)
    raise AssertionError(replies)


def said(cluster, key):
    return [text for events in stored(cluster.database.url).values() for kind, text, found in events if kind == "user" and found == key]


@pytest.mark.asyncio
async def test_a_server_killed_mid_message(cluster):
    """nginx hands the message to the other one, which waits until the dead one's turn is over."""
    dying = cluster.assistants[0]
    async with visitors() as http:
        visitor = await in_a_form(http, cluster)
        key = uuid.uuid4().hex
        dying.signal(signal.SIGSTOP)  # it takes the message and does nothing with it
        sending = [asyncio.create_task(visitor.send("intermediate", key=key)) for _ in range(2)]  # one of two reaches it
        await asyncio.sleep(1)
        dying.kill()
        for status, replies in await asyncio.gather(*sending):
            assert status == 200 and "Which exercise" in words(replies)
        assert said(cluster, key) == ["intermediate"]
        assert "about your health" in words(await visitor.say("back squat"))


@pytest.mark.asyncio
async def test_a_server_that_dies_with_the_turn_in_its_hands(cluster):
    dying, other = cluster.assistants
    async with visitors() as http:
        visitor = await in_a_form(http, cluster)
        sending = asyncio.create_task(visitor.send("intermediate", at(dying)))
        await asyncio.sleep(0.005)
        dying.kill()
        with pytest.raises(aiohttp.ClientError):
            await sending
        began = time.monotonic()
        await visitor.start(at(other))
        assert time.monotonic() - began < 15
        replies = words(await visitor.say("back squat", at(other)))
        assert "about your health" in replies or "How long" in replies  # the first was stored, or it was not


@pytest.mark.asyncio
async def test_a_server_started_anew_in_the_middle_of_a_form(cluster):
    async with visitors() as http:
        visitor = await in_a_form(http, cluster)
        for assistant in cluster.assistants:
            assistant.stop()
            assistant.launch()
        for assistant in cluster.assistants:
            assistant.wait()
            await visitor.start(at(assistant))
        await goes_on(visitor)


@pytest.mark.asyncio
@pytest.mark.parametrize("hangs", [False, True])
async def test_the_database_away_in_the_middle_of_a_form(cluster, hangs):
    database = cluster.database
    async with visitors() as http:
        visitor = await in_a_form(http, cluster)
        if hangs:
            for pid in [database.process.pid, *children(database.process.pid)]:
                signal_to(pid, signal.SIGSTOP)
        else:
            database.stop()
        began, key = time.monotonic(), uuid.uuid4().hex
        status, sentence = await visitor.send("intermediate", key=key)
        assert status == 500 and SORRY in sentence
        assert time.monotonic() - began < 30
        await asyncio.sleep(max(0.0, AWAY_S - (time.monotonic() - began)))
        if hangs:
            for pid in [*children(database.process.pid), database.process.pid]:
                signal_to(pid, signal.SIGCONT)
        else:
            database.start()
        assert "Which exercise" in words(await again(visitor, "intermediate", key))
        assert said(cluster, key) == ["intermediate"]
        assert "about your health" in words(await visitor.say("back squat"))
    logged = cluster.assistants[0].log.read_text() + cluster.assistants[1].log.read_text()
    assert any(f'"type": "{error}"' in logged for error in ("OperationalError", "InvalidatePoolError", "TimeoutError"))


@pytest.mark.asyncio
@pytest.mark.parametrize("hangs", [False, True])
async def test_redis_away_in_the_middle_of_a_form(cluster, hangs):
    async with visitors() as http:
        visitor = await in_a_form(http, cluster)
        if hangs:
            cluster.redis.signal(signal.SIGSTOP)
        else:
            cluster.redis.kill()
        began, key = time.monotonic(), uuid.uuid4().hex
        status, sentence = await visitor.send("intermediate", key=key)
        assert status == 500 and SORRY in sentence
        assert time.monotonic() - began < 25
        if hangs:
            cluster.redis.signal(signal.SIGCONT)
        else:
            cluster.redis.start()
        assert "Which exercise" in words(await visitor.say("intermediate", key=key))
        assert "about your health" in words(await visitor.say("back squat"))


@pytest.mark.asyncio
async def test_redis_started_anew_between_two_messages(cluster):
    async with visitors() as http:
        visitor = await in_a_form(http, cluster)
        cluster.redis.stop()
        cluster.redis.start()
        await goes_on(visitor)


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def signal_to(pid, number):
    os.kill(pid, number)

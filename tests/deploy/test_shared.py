"""What servers share over Redis: turns, what was taken, rates, Telegram's poller. Each "server" here is a client of its own."""
from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
import time
from pathlib import Path

import pytest
import pytest_asyncio
from rasa.core.lock_store import LockError

from addons.channels import deduplicate, lanes, limits
from addons.channels.deduplicate import RedisSeen
from addons.channels.limits import SharedLimiter
from addons.channels.telegram import service
from addons.channels.telegram.service import Service, Settings
from addons.stores import turns as turns_module
from addons.stores.shared import connect
from addons.stores.turns import FairLock, Turns
from tests.telegram.conftest import Assistant, telegram  # noqa: F401 - a fixture
from tests.telegram.fake import TOKEN
from tools.cluster import Redis


@pytest.fixture(scope="module")
def server():
    folder = Path(tempfile.mkdtemp(prefix="repwise-redis-"))
    redis = Redis(folder)
    redis.start()
    yield redis
    redis.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture
async def redis(server):
    client = connect(server.url)
    await client.flushall()
    yield client
    await client.close()
    await client.connection_pool.disconnect()


@pytest.mark.asyncio
async def test_turns_come_in_the_order_of_arrival_and_never_two_at_once(server, redis):
    servers, done, inside = [Turns(connect(server.url)) for _ in range(3)], [], [0]

    async def one(number):
        async with servers[number % 3].turn("talk"):
            inside[0] += 1
            assert inside[0] == 1
            await asyncio.sleep(0.01)
            inside[0] -= 1
            done.append(number)

    tasks, line = [], FairLock(redis, "talk")._line
    async with Turns(redis).turn("talk"):
        for number in range(12):
            tasks.append(asyncio.create_task(one(number)))
            while await redis.zcard(line) <= number:  # noqa: ASYNC110 - until it stands in line
                await asyncio.sleep(0.005)
    await asyncio.gather(*tasks)
    assert done == list(range(12))


@pytest.mark.asyncio
async def test_who_waits_is_put_in_the_order_that_was_given(redis):
    turns, done = Turns(redis), []

    async def one(order):
        async with turns.turn("lane", order):
            done.append(order)

    async with turns.turn("lane", 0.0):
        tasks = [asyncio.create_task(one(order)) for order in (3.5, 1.5, 2.5)]
        await asyncio.sleep(0.2)
    await asyncio.gather(*tasks)
    assert done == [1.5, 2.5, 3.5]


@pytest.mark.asyncio
async def test_a_turn_can_be_asked_for_again_by_who_holds_it_only(redis):
    turns = Turns(redis)

    async def other():
        async with turns.turn("talk", wait_s=0.2):
            pass

    async with turns.turn("talk"):
        async with turns.turn("talk", wait_s=0.2):
            pass
        with pytest.raises(LockError):
            await Turns(redis)._take("talk", None, 0.2)
    await asyncio.create_task(other())


@pytest.mark.asyncio
async def test_a_turn_is_renewed_while_it_is_worked_on(redis, monkeypatch):
    monkeypatch.setattr(turns_module, "HOLD_S", 0.4)
    monkeypatch.setattr(turns_module, "RENEW_S", 0.1)
    async with Turns(redis).turn("talk"):
        await asyncio.sleep(1)
        with pytest.raises(LockError):
            await Turns(redis)._take("talk", None, 0.1)


@pytest.mark.asyncio
async def test_a_busy_event_loop_keeps_its_turns(redis, monkeypatch):
    monkeypatch.setattr(turns_module, "HOLD_S", 0.4)
    monkeypatch.setattr(turns_module, "RENEW_S", 0.1)
    async with Turns(redis).turn("talk"):
        time.sleep(1)  # noqa: ASYNC251 - the loop stands still
        with pytest.raises(LockError):
            await Turns(redis)._take("talk", None, 0.1)


@pytest.mark.asyncio
async def test_who_gave_a_turn_back_is_never_stopped_for_it(redis, monkeypatch):
    """The task may be the connection of a browser, which goes on with the next request."""
    monkeypatch.setattr(turns_module, "RENEW_S", 0.001)
    turns = Turns(redis)
    for number in range(200):
        async with turns.turn(f"talk {number}"):
            await asyncio.sleep(0.002)
    turns._lose(turns_module._Turn(FairLock(redis, "talk 1"), "talk 1", "its token", asyncio.current_task()))
    await asyncio.sleep(0.1)


@pytest.mark.asyncio
async def test_a_turn_that_is_lost_stops_the_work_and_is_an_error(redis, monkeypatch, caplog):
    monkeypatch.setattr(turns_module, "RENEW_S", 0.05)
    stored = []
    with caplog.at_level(logging.ERROR), pytest.raises(LockError, match="lost"):
        async with Turns(redis).turn("talk"):
            await redis.flushall()
            await asyncio.sleep(1)
            stored.append("too late")
    assert stored == [] and "lost before its end" in caplog.text


@pytest.mark.asyncio
async def test_who_died_while_waiting_holds_nobody_up(redis, monkeypatch):
    monkeypatch.setattr(turns_module, "STAND_S", 0.2)
    async with Turns(redis).turn("talk"):
        assert not await FairLock(redis, "talk").do_acquire("a token of a server that died")
    async with Turns(redis).turn("talk", wait_s=2):
        pass


@pytest.mark.asyncio
async def test_an_event_is_taken_by_one_server(server, redis):
    first, second = (RedisSeen(connect(server.url), "slack") for _ in range(2))
    assert await first.first("Ev1") and not await second.first("Ev1") and await second.knows("Ev1")
    assert await RedisSeen(redis, "telegram").first("Ev1")


@pytest.mark.asyncio
async def test_messages_are_counted_among_servers(server, redis):
    first, second = (SharedLimiter("talk", per_second=1, burst=3, redis=connect(server.url)) for _ in range(2))
    assert [await limiter.wait("a") for limiter in (first, second, first)] == [0, 0, 0]
    assert 0 < await second.wait("a") <= 1
    assert await second.wait("b") == 0


@pytest.mark.asyncio
async def test_without_redis_each_server_counts_for_itself(caplog):
    limiter = SharedLimiter("talk", per_second=1, burst=1, redis=connect("redis://127.0.0.1:1/0"))
    assert await limiter.wait("a") == 0 and await limiter.wait("a") > 0
    assert "by this server alone" in caplog.text


@pytest.mark.asyncio
async def test_one_server_polls_telegram_and_the_next_takes_over(server, redis, telegram, tmp_path, monkeypatch, caplog):  # noqa: F811
    turns = Turns(redis)
    for module in (service, lanes):
        monkeypatch.setattr(module, "shared_turns", lambda: turns)
    for module in (deduplicate, limits):
        monkeypatch.setattr(module, "shared_redis", lambda: redis)
    assistant = Assistant()

    def start(name):
        return Service(Settings(TOKEN, telegram.base, tmp_path / name), assistant, assistant.hear)

    first = start("one")
    await telegram.text(5, "squats")
    await telegram.seen(5, 1)
    second = start("two")
    await telegram.text(5, "lunges")
    await telegram.seen(5, 2)
    await first.stop()
    await telegram.text(5, "leg press")
    await telegram.seen(5, 3)
    await second.stop()
    assert assistant.texts() == ["squats", "lunges", "leg press"]
    assert "Another program" not in caplog.text

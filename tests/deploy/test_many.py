"""Two servers: order kept, nothing lost, nothing answered twice, tabs told everywhere."""
from __future__ import annotations

import asyncio
import random
import uuid

import pytest
import sqlalchemy as sa

from tests.deploy.talking import Visitor, stored, visitors, words

TALKS = 200
IN_ORDER = ("which muscles does the back squat work?", "and the hack squat?", "where do I put my feet on the leg press?")
AT_ONCE = ("what is the hack squat?", "what are the benefits of lunges?")


@pytest.mark.asyncio
async def test_200_conversations_at_random_servers(cluster):
    choice = random.Random(7)
    servers = [f"http://127.0.0.1:{assistant.port}" for assistant in cluster.assistants]
    sent = {}

    async def talk(http):
        visitor = Visitor(http, cluster.address)
        await visitor.start(choice.choice(servers))
        keys = []
        for text in IN_ORDER:  # each goes out when the one before is answered, as the widget sends them
            keys.append(uuid.uuid4().hex)
            await visitor.say(text, choice.choice(servers), keys[-1])
        burst = [uuid.uuid4().hex for _ in AT_ONCE]
        await asyncio.gather(*(visitor.say(text, choice.choice(servers), key) for text, key in zip(AT_ONCE, burst, strict=True)),
                             visitor.say(AT_ONCE[0], choice.choice(servers), burst[0]))  # one is sent twice, as after a lost connection
        keys.append(burst)
        history = [message["key"] for message in await visitor.start(choice.choice(servers))]
        replies = [key for key in history if key.startswith("r")]
        assert replies == [f"r{number}" for number in range(len(replies))]
        sent[keys[0]] = keys

    async with visitors() as http:
        await asyncio.gather(*(talk(http) for _ in range(TALKS)))
    found = 0
    for events in stored(cluster.database.url).values():
        keys = [key for kind, _, key in events if kind == "user" and key]
        if keys and keys[0] in sent:
            found += 1
            assert keys[:3] == sent[keys[0]][:3] and sorted(keys[3:]) == sorted(sent[keys[0]][3])
            assert_whole(events)
    assert found == len(sent) == TALKS


def assert_whole(events):
    """Every message is answered before the next one comes: no turn stands within another."""
    waiting = True
    for kind, name, key in events:
        if kind == "user" and key:
            assert waiting
            waiting = False
        waiting = waiting or (kind == "action" and name == "action_listen")
    assert waiting


@pytest.mark.asyncio
async def test_a_form_goes_on_at_another_server(cluster):
    first, second = (f"http://127.0.0.1:{assistant.port}" for assistant in cluster.assistants)
    async with visitors() as http:
        visitor = Visitor(http, cluster.address)
        await visitor.start(first)
        assert "How long" in words(await visitor.say("make me a plan for muscle growth, 2 days a week", second))
        await visitor.say("intermediate", first)
        assert "about your health" in words(await visitor.say("back squat", second))


@pytest.mark.asyncio
async def test_a_tab_is_told_at_once_whatever_server_answers(cluster):
    """Through nginx, which must not hold events back."""
    async with visitors() as http:
        visitor = Visitor(http, cluster.address)
        await visitor.start()
        async with http.get(f"{cluster.address}/chat/stream", headers={"Cookie": visitor.cookie}) as stream:
            await heard(stream, "event: hello")
            for assistant in cluster.assistants:
                await visitor.say("which muscles does the back squat work?", f"http://127.0.0.1:{assistant.port}")
                await heard(stream, '"from": "assistant"')
            status, _ = await visitor.post("delete", {}, f"http://127.0.0.1:{cluster.assistants[0].port}")
            assert status == 200
            await asyncio.wait_for(stream.content.read(), 5)  # the stream ends


async def heard(stream, text):
    while text not in (await asyncio.wait_for(stream.content.readline(), 5)).decode():
        pass


@pytest.mark.asyncio
async def test_a_message_sent_again_to_the_other_server_is_answered_once(cluster):
    first, second = (f"http://127.0.0.1:{assistant.port}" for assistant in cluster.assistants)
    async with visitors() as http:
        visitor = Visitor(http, cluster.address)
        await visitor.start(first)
        key = uuid.uuid4().hex
        answers = await asyncio.gather(*(visitor.say("what is the hack squat?", server, key) for server in (first, second, second)))
        assert len({words(answer) for answer in answers}) == 1
        assert len([1 for events in stored(cluster.database.url).values() for _, _, found in events if found == key]) == 1


@pytest.mark.asyncio
async def test_what_is_deleted_at_one_server_is_gone_at_all(cluster):
    first, second = (f"http://127.0.0.1:{assistant.port}" for assistant in cluster.assistants)
    async with visitors() as http:
        visitor = Visitor(http, cluster.address)
        await visitor.start(first)
        [reply, *_] = await visitor.say("which muscles does the back squat work?", first)
        assert (await visitor.post("rate", {"message": reply["key"], "helpful": True}, first))[0] == 200
        assert ratings(cluster) == 1
        assert (await visitor.post("delete", {}, second))[0] == 200
        assert ratings(cluster) == 0


def ratings(cluster):
    engine = sa.create_engine(cluster.database.url)
    with engine.connect() as database:
        found = database.execute(sa.text("SELECT count(*) FROM ratings")).scalar()
    engine.dispose()
    return found

"""Many people at once: nobody waits for somebody else's slow action, and the loop is never held for long."""
from __future__ import annotations

import asyncio

import pytest

import knowledge
from addons.channels.web import WebOutput

PEOPLE = 32
QUESTION = "which muscles does the back squat work"


@pytest.fixture
def agent(replies):
    return replies.assistant.agent


@pytest.fixture
def talks(replies, request):
    """Returns new conversations of this test by number."""
    def named(number):
        name = f"{request.node.name}-{number}"
        replies.assistant.begin(name)
        return name
    return named


async def say(agent, talk, text):
    from rasa.core.channels.channel import UserMessage

    output = WebOutput()
    await agent.handle_message(UserMessage(text, output, talk, input_channel="web"))
    assert output.messages, f"{talk} got no answer"
    return [message.get("text") for message in output.messages]


@pytest.fixture
def reasons_wait(agent, monkeypatch):
    """Asking why waits, without working, until the event is set that this returns."""
    from actions.main import ActionWhy

    go_on = asyncio.Event()

    async def slowly(dispatcher, tracker, domain):
        await go_on.wait()
        return await ActionWhy().run(dispatcher, tracker, domain)

    monkeypatch.setitem(agent.action_endpoint.executor.actions, "action_why", slowly)
    return go_on


def test_a_slow_talk_delays_nobody_else(replies, agent, talks, reasons_wait):
    names = [talks(number) for number in range(3)]

    async def all_at_once():
        slow = asyncio.create_task(say(agent, names[0], "why?"))
        await asyncio.gather(*(say(agent, name, QUESTION) for name in names[1:]))
        waited = not slow.done()
        reasons_wait.set()
        return waited, await slow

    waited, answer = replies.assistant.loop.run_until_complete(all_at_once())
    assert waited
    assert answer == [knowledge.shared().wording["why"]["none"]]


def test_everybody_gets_a_turn_and_the_loop_is_held_by_one_message_at_a_time(replies, agent, talks, monkeypatch):
    names = [talks(number) for number in range(PEOPLE)]
    rounds, parsed_in, finished = [0], [], []
    original = agent.processor._parse_message_with_graph

    def parse(*args, **kwargs):
        parsed_in.append(rounds[0])
        return original(*args, **kwargs)

    async def count():
        while True:
            await asyncio.sleep(0)
            rounds[0] += 1

    async def person(name):
        for turn in range(3):
            await say(agent, name, QUESTION)
            finished.append(turn)

    async def all_at_once():
        counting = asyncio.create_task(count())
        await asyncio.gather(*(person(name) for name in names))
        counting.cancel()

    monkeypatch.setattr(agent.processor, "_parse_message_with_graph", parse)
    replies.assistant.loop.run_until_complete(all_at_once())
    assert len(parsed_in) == len(set(parsed_in)) == 3 * PEOPLE  # others are seen to between any two messages
    assert finished.index(2) >= PEOPLE  # nobody is done with the third before all had the first

"""What is not talked about before others: in a Slack channel or a Telegram group such a message goes on in private."""
from __future__ import annotations

from typing import Any, Awaitable, Callable, Dict, Mapping, Optional

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

import knowledge
from actions.question import ABOUT_ANOTHER, PARTS, REQUESTS, Question, from_message
from knowledge import Knowledge
from knowledge.text import tokens

PLAN, HEALTH = "plan", "health"
"""The reasons; knowledge/wording.yml has a sentence for each under channel, groups."""

RED_FLAG = "report_red_flag"
_PLAN_INTENTS = REQUESTS | {"show_plan", "change_plan"}
_HEALTH_INTENTS = frozenset({"ask_rehab"})
_TROUBLE = "troubleshoot"
_HEALTH_ENTITIES = frozenset({"condition", "health", "clearance"})
_HEALTH_UNITS = frozenset({"age", "mmhg"})
_ONESELF = frozenset({"i", "im", "ive", "my", "me", "mine", "myself"})
_TECHNIQUE = "breath"
"""The one sign of a complaint that is mostly asked about as technique; being short of breath is a red flag anyway."""


async def parse(agent: Any, text: str) -> Dict[str, Any]:
    """Returns Rasa's parse data of a cleaned text; it may be handed on as ``parse_data`` so that nothing is parsed twice."""
    return dict(await agent.parse_message(text))


async def begin(agent: Any, conversation: str) -> bool:
    """Starts the session of a conversation without its welcome, if need be; returns whether it did.

    Before others a welcome with buttons ahead of each first answer is noise; the channel adds the short note of
    knowledge/wording.yml (channel, groups, note) to the first answer instead.
    """
    unheard = CollectingOutputChannel()
    async with agent.lock_store.lock(conversation):
        tracker = await agent.processor.fetch_tracker_and_update_session(conversation, unheard)
        await agent.processor.save_tracker(tracker)
    return bool(unheard.messages)


async def remember(on_new_message: Callable[[UserMessage], Awaitable[Any]], text: str, parsed: Dict[str, Any], conversation: str,
                   channel: str) -> None:
    """Lets the private talk with a person know of a red flag they showed before others, without a word: plans are made there."""
    await on_new_message(UserMessage(text, CollectingOutputChannel(), conversation, input_channel=channel, parse_data=parsed))


def is_red_flag(parsed: Mapping[str, Any]) -> bool:
    """Tells whether a message shows a red flag: it is answered at once, wherever it was written."""
    return (parsed.get("intent") or {}).get("name") == RED_FLAG


def is_own_red_flag(parsed: Mapping[str, Any]) -> bool:
    """Tells whether a message shows a red flag about its writer, which holds back plans in every talk with them."""
    return is_red_flag(parsed) and not parsed.get(ABOUT_ANOTHER)


def private_reason(parsed: Mapping[str, Any]) -> Optional[str]:
    """Returns why a message goes on in private ("plan" or "health"), None where it may be answered before others.

    Args:
        parsed: Rasa's parse data of a message or of a click.
    """
    if is_red_flag(parsed):
        return None
    know = knowledge.shared()
    questions = [from_message(part, know) for part in (parsed, *(parsed.get(PARTS) or []))]
    if any(_speaks_of_health(question, know) for question in questions):
        return HEALTH
    return PLAN if any(question.intent in _PLAN_INTENTS for question in questions) else None


def _speaks_of_health(question: Question, know: Knowledge) -> bool:
    """Tells whether a message asks about healing, names a condition (denied ones too), an age or a complaint.

    Whether squats hurt knees may be asked before others, that one's own knee hurts may not.
    """
    if question.intent in _HEALTH_INTENTS or any(mention.entity in _HEALTH_ENTITIES for mention in question.mentions):
        return True
    if question.numbers(*_HEALTH_UNITS):
        return True
    words = tokens(question.text)
    symptoms = tuple(know.wording["misses"]["symptoms"])
    complains = any(word.startswith(symptoms) and not word.startswith(_TECHNIQUE) for word in words)
    return complains and (question.intent == _TROUBLE or bool(_ONESELF & set(words)))

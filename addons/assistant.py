"""Loads the trained assistant into this process, for the terminal, the tests and the measuring scripts."""
from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional

ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false", "OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2", "TICKET_LOCK_LIFETIME": "30", "SQL_POOL_SIZE": "5", "SQL_MAX_OVERFLOW": "5",
    "SANIC_HOST": "127.0.0.1", "LOG_LEVEL": "WARNING", "PYTHONHASHSEED": "0", "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}
"""Set by every entry point: no telemetry, one thread for every numeric library, small database pools, loopback only."""

for _name, _value in ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)

MODELS = Path("models")


class NoModel(RuntimeError):
    """There is no trained model."""


def newest_model(folder: Path = MODELS) -> Path:
    """Returns the newest model file.

    Raises:
        NoModel: none is there.
    """
    found = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise NoModel(f"there is no model in {folder}/; run `make train` first")
    return found[-1]


def quiet(level: int = logging.WARNING) -> None:
    """Limits Rasa's logs, which otherwise print every step of every message when no command line has set them up."""
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(level)
    for name in ("rasa", "rasa_sdk", "sanic.root", "apscheduler"):
        logging.getLogger(name).setLevel(level)


@dataclass
class Turn:
    """What came back for one message: the messages, and the tracker after it."""

    messages: List[Dict[str, Any]]
    tracker: Any


class Assistant:
    """The assistant without a server: conversations are kept in memory, actions run in this process."""

    def __init__(self, model: Optional[Path] = None) -> None:
        from rasa.core.agent import Agent

        from addons import inprocess, patches
        from addons.stores.talks import IN_MEMORY, TalkStore

        quiet()
        patches.apply()
        self.agent = Agent.load(str(model or newest_model()), action_endpoint=inprocess.InProcessActions(),
                                tracker_store=TalkStore(db=IN_MEMORY))
        if not self.agent.is_ready():
            raise NoModel("the model could not be loaded; run `make train`")
        self.loop = asyncio.new_event_loop()

    def begin(self, conversation: str) -> None:
        """Opens a conversation without its welcome."""
        self.loop.run_until_complete(self._begin(conversation))

    def welcome(self, conversation: str) -> List[Dict[str, Any]]:
        """Opens a conversation and returns the messages of its welcome."""
        return self.loop.run_until_complete(self._welcome(conversation))

    def say(self, text: str, conversation: str) -> Turn:
        """Sends typed text, cleaned as a channel does. Raises addons.channels.incoming.Refused."""
        from addons.channels.incoming import clean

        return self.loop.run_until_complete(self._handle(clean(text), conversation, None))

    def click(self, payload: str, conversation: str, title: str = "") -> Turn:
        """Sends a click on a button with this payload. Raises addons.channels.incoming.Refused."""
        from addons.channels.incoming import parse_click

        return self.loop.run_until_complete(self._handle(title or payload, conversation, parse_click(payload, title)))

    async def _begin(self, conversation: str) -> None:
        from rasa.shared.core.events import ActionExecuted, SessionStarted

        tracker = await self.agent.processor.get_tracker(conversation)
        for event in (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")):
            tracker.update(event, self.agent.domain)
        await self.agent.processor.save_tracker(tracker)

    async def _welcome(self, conversation: str) -> List[Dict[str, Any]]:
        from addons.channels.web import WebOutput

        output = WebOutput()
        tracker = await self.agent.processor.fetch_tracker_with_initial_session(conversation, output)
        await self.agent.processor.save_tracker(tracker)
        return output.messages

    async def _handle(self, text: str, conversation: str, parsed: Optional[Dict[str, Any]]) -> Turn:
        from rasa.core.channels.channel import UserMessage

        from addons.channels.web import WebOutput

        output = WebOutput()
        await self.agent.handle_message(UserMessage(text, output, conversation, input_channel="web", parse_data=parsed))
        tracker = await self.agent.tracker_store.retrieve(conversation)
        return Turn(output.messages, tracker)

"""Whether this server can answer people: a question asked like anybody's, and its parts one by one."""
from __future__ import annotations

import asyncio
import logging
import secrets
import time
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.channels.channel import UserMessage

from addons.channels.erasing import erase
from addons.channels.web.output import WebOutput
from addons.operation.metrics import FALLBACK, POLLER, PROBE

log = logging.getLogger(__name__)
QUESTION = "which muscles does the leg press work?"
TIMEOUT_S = 5.0
FRESH_S = 10.0
"""How long a result holds: whoever asks for it all the time must not keep the server busy."""

_pollers: Dict[str, bool] = {}


class NotAnswered(RuntimeError):
    """The question got no answer from the facts."""


def poller(channel: str, up: bool) -> None:
    """Notes whether the connection to a messenger stands."""
    _pollers[channel] = up
    POLLER.labels(channel).set(up)


def pollers() -> Dict[str, str]:
    """Returns the state of the connections that are switched on. A messenger that can't be reached does not stop the web chat."""
    return {channel: "ok" if up else "failed" for channel, up in _pollers.items()}


class Readiness:
    """Checks one loaded agent."""

    def __init__(self, agent: Any) -> None:
        self._agent, self._talk = agent, f"{PROBE}:{secrets.token_hex(8)}"
        self._lock, self._at, self._checks = asyncio.Lock(), 0.0, {}  # type: ignore[var-annotated]

    async def checks(self) -> Dict[str, str]:
        """Returns "ok" or "failed" for the model, the database, the locks, and the whole way from a question to its answer."""
        async with self._lock:
            if not self._checks or time.monotonic() - self._at > FRESH_S:
                self._checks = {name: await self._state(name, check) for name, check in (
                    ("model", self._model), ("database", self._database), ("locks", self._locks), ("answer", self._answer))}
                self._at = time.monotonic()
            return self._checks

    @staticmethod
    async def _state(name: str, check: Callable[[], Awaitable[None]]) -> str:
        try:
            await asyncio.wait_for(check(), TIMEOUT_S)
        except Exception:  # whatever it is, the server is not ready
            log.exception("Not ready: the check %s failed", name)
            return "failed"
        return "ok"

    async def _model(self) -> None:
        parsed = await self._agent.parse_message(QUESTION)
        if parsed["intent"]["name"] in (None, FALLBACK):
            raise NotAnswered

    async def _database(self) -> None:
        await self._agent.tracker_store.retrieve(self._talk)

    async def _locks(self) -> None:
        async with self._agent.lock_store.lock(self._talk):
            pass

    async def _answer(self) -> None:
        output = WebOutput()
        try:
            await self._agent.handle_message(UserMessage(QUESTION, output, self._talk, input_channel=PROBE))
            if not any((message.get("custom") or {}).get("claims") for message in output.messages):
                raise NotAnswered
        finally:
            await erase(self._agent, self._talk)


class Alive:
    """The readiness of the agent of a running server, once it is loaded."""

    def __init__(self) -> None:
        self._readiness: Optional[Readiness] = None

    def loaded(self, agent: Any) -> None:
        self._readiness = Readiness(agent)

    async def checks(self) -> Dict[str, str]:
        return await self._readiness.checks() if self._readiness else {"model": "failed"}

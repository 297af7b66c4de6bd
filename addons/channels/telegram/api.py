"""Calls to Telegram's Bot API over aiohttp."""
from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass
from typing import Any, Dict, Iterator, Optional

import aiohttp

TIMEOUT_S = 20.0
TRIES = 5
"""How often a call is made before it counts as failed."""

LONGEST_WAIT_S = 60.0
"""A call that Telegram wants repeated later than this counts as failed."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0


@dataclass(frozen=True)
class File:
    """A file that a call sends as the parameter ``parameter``; ``kind`` is its media type."""

    parameter: str
    name: str
    content: bytes
    kind: str


class ApiError(RuntimeError):
    """A call failed. ``code`` is Telegram's error code, 0 if it did not answer; ``retry_after`` is in seconds, only with 429.

    It never carries the address of the call, which has the token in it.
    """

    def __init__(self, method: str, code: int, description: str, retry_after: Optional[float] = None) -> None:
        self.code, self.description, self.retry_after = code, description, retry_after
        super().__init__(f"{method}: {code} {description}")

    @property
    def passing(self) -> bool:
        """Whether the same call may well succeed later."""
        return self.code in (0, 429) or self.code >= 500


def pauses() -> Iterator[float]:
    """Yields ever longer pauses in seconds, with jitter, so that many clients do not come back at the same moment."""
    pause = FIRST_PAUSE_S
    while True:
        yield random.uniform(pause / 2, pause)  # noqa: S311 - no secret
        pause = min(2 * pause, LONGEST_PAUSE_S)


class BotApi:
    """One bot's connection. Make it where an event loop runs; close it in the end."""

    def __init__(self, token: str, base: str) -> None:
        self._address = f"{base.rstrip('/')}/bot{token}"
        self._session = aiohttp.ClientSession()

    async def close(self) -> None:
        await self._session.close()

    async def call(self, method: str, file: Optional[File] = None, **parameters: Any) -> Any:
        """Returns the result of a method. Waits where Telegram says so, and tries again where that may help.

        Args:
            method: a name such as "sendMessage".
            parameters: the method's; those that are None are left out.

        Raises:
            ApiError: it failed for good.
        """
        pause = pauses()
        for attempt in range(1, TRIES + 1):
            try:
                return await self.once(method, file=file, **parameters)
            except ApiError as error:
                wait = next(pause) if error.retry_after is None else error.retry_after
                if attempt == TRIES or not error.passing or wait > LONGEST_WAIT_S:
                    raise
                await asyncio.sleep(wait)

    async def once(self, method: str, timeout_s: float = TIMEOUT_S, file: Optional[File] = None, **parameters: Any) -> Any:
        """Like :meth:`call` with a single try of at most ``timeout_s`` seconds."""
        given = {name: value for name, value in parameters.items() if value is not None}
        body: Dict[str, Any] = {"json": given}
        if file is not None:
            body = {"data": _form(given, file)}
        try:
            async with self._session.post(f"{self._address}/{method}", timeout=aiohttp.ClientTimeout(total=timeout_s), **body) as reply:
                return _result(method, reply.status, await reply.text())
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise ApiError(method, 0, type(error).__name__) from None  # the message of the cause may name the token


def _form(parameters: Dict[str, Any], file: File) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in parameters.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    form.add_field(file.parameter, file.content, filename=file.name, content_type=file.kind)
    return form


def _result(method: str, status: int, text: str) -> Any:
    try:
        answer = json.loads(text)
    except ValueError:
        raise ApiError(method, status if status >= 400 else 0, "the answer is no JSON") from None
    if not isinstance(answer, dict) or not answer.get("ok"):
        found = answer if isinstance(answer, dict) else {}
        raise ApiError(method, int(found.get("error_code", status)), str(found.get("description", "no reason given")),
                       (found.get("parameters") or {}).get("retry_after"))
    return answer["result"]

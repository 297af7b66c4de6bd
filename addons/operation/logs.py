"""Log lines that a machine can read, with the request they belong to and without what people write.

A line of this project's own code names conversations, files and counts, never words of a message. Of a library's code nobody can know, so
while a message is being answered a library's line says only where it came from, and of an exception the type and the place in the code are
logged, not its message, which may quote what somebody wrote. REPWISE_LOG_DETAILS=1 lifts both, for looking into a fault.
"""
from __future__ import annotations

import datetime
import json
import logging
import os
import re
import secrets
import sys
import traceback
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple

import structlog

FORMAT_VARIABLE, DETAILS_VARIABLE = "REPWISE_LOGS", "REPWISE_LOG_DETAILS"
OWN = ("addons", "actions", "knowledge", "evaluation")
"""Packages whose messages are known to hold nothing personal."""

ROOT = Path(__file__).resolve().parents[2]
_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")
_request: ContextVar[Optional[str]] = ContextVar("request", default=None)


def begin(given: Optional[str] = None) -> str:
    """Names what this task does from now on, by the id that a proxy gave if that is one, and returns the name."""
    name = given if given and _GIVEN.fullmatch(given) else secrets.token_hex(8)
    _request.set(name)
    return name


def details() -> bool:
    return os.environ.get(DETAILS_VARIABLE) == "1"


def as_fields(record: logging.LogRecord) -> Dict[str, Any]:
    """Returns what is logged of a record: time, level, logger, request, message, and the error if there is one."""
    request = _request.get()
    whole = details() or request is None
    fields: Dict[str, Any] = {
        "time": datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc).isoformat(timespec="milliseconds"),
        "level": record.levelname, "logger": record.name, "request": request,
        "message": record.getMessage() if whole or _is_own(record.name) else f"{record.filename}:{record.lineno}"}
    if record.exc_info and record.exc_info[1] is not None:
        fields["error"] = _causes(record.exc_info[1], whole)
    return fields


def _is_own(logger: str) -> bool:
    return logger.split(".")[0] in OWN


def _causes(error: Optional[BaseException], whole: bool) -> List[Dict[str, Any]]:
    """Returns an exception and what led to it: the type, and the places in the code, innermost last."""
    found: List[Dict[str, Any]] = []
    while error is not None and len(found) < 5:
        places = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        found.append({"type": type(error).__name__, "places": places, **({"message": str(error)} if whole else {})})
        error = error.__cause__ or error.__context__
    return found


def _short(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(ROOT)) if ROOT in path.parents and ".venv" not in path.parts else "/".join(path.parts[-2:])


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps({name: value for name, value in as_fields(record).items() if value is not None}, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """The same for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        fields = as_fields(record)
        lines = [f"{fields['time'][11:19]} {fields['level']:7} {fields['logger']} [{fields['request'] or '-'}] {fields['message']}"]
        for cause in fields.get("error", []):
            lines += [f"  {cause['type']} {cause.get('message', '')}".rstrip(), *(f"    {place}" for place in cause["places"])]
        return "\n".join(lines)


def _only_the_event(_: Any, __: str, event: Mapping[str, Any]) -> Tuple[Tuple[str], Dict[str, Any]]:
    """Rasa's own lines hold texts, slots and parses beside the name of the event."""
    return (str(dict(event) if details() else event.get("event", "")),), {"exc_info": event.get("exc_info")}


def install() -> None:
    """Gives this process one handler for all its logs. To be called after Rasa has set up its own.

    REPWISE_LOGS is "json" or "plain"; without it, plain on a terminal.
    """
    plain = os.environ.get(FORMAT_VARIABLE, "plain" if sys.stderr.isatty() else "json") == "plain"
    handler = logging.StreamHandler()
    handler.setFormatter(PlainLines() if plain else JsonLines())
    logging.getLogger().handlers[:] = [handler]
    logging.captureWarnings(True)
    structlog.configure(processors=[structlog.stdlib.filter_by_level, _only_the_event])

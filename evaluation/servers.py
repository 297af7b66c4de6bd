"""Ours and a stock assistant as somebody would start them, for measuring them side by side (evaluation/bench.py)."""
from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import Dict, List, Optional

import aiohttp

from addons.assistant import ENVIRONMENT

HOST = "127.0.0.1"
LONGEST_START_S = 400.0
LONGEST_ANSWER_S = 60.0
FIRST_QUESTION = "Which muscles does the inverted leg press work?"
PACE = "100000"
"""How many times faster than a person may write; see addons.channels.limits."""


class BenchError(RuntimeError):
    """A server did not start, or did not answer."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Server:
    """One assistant with all its processes, its database in a folder of its own, on ports of this machine only."""

    name = ""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, free_port()
        self.database = folder / "talks.db"
        self._processes: List[subprocess.Popen[bytes]] = []
        self._http: Optional[aiohttp.ClientSession] = None

    def commands(self) -> List[List[str]]:
        """Returns the command line of each process."""
        raise NotImplementedError

    def environment(self) -> Dict[str, str]:
        return {**os.environ, **ENVIRONMENT}

    async def say(self, talk: str, text: str) -> float:
        """Sends a message; returns how long its answer took, in seconds. Raises BenchError where there is none."""
        began = time.perf_counter()
        replies = await self._answer(talk, text)
        if not replies:
            raise BenchError(f"{self.name} said nothing to {text!r}")
        return time.perf_counter() - began

    async def _answer(self, talk: str, text: str) -> int:
        """Returns the number of replies."""
        raise NotImplementedError

    async def start(self) -> float:
        """Starts all processes; returns the seconds until a first question was answered. Raises BenchError."""
        began = time.perf_counter()
        self._launch()
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(LONGEST_ANSWER_S))
        while True:
            if any(process.poll() is not None for process in self._processes) or time.perf_counter() - began > LONGEST_START_S:
                await self.stop()
                raise BenchError(f"{self.name} did not start; see {self.folder / 'log.txt'}")
            try:
                await self.say(f"start-{uuid.uuid4().hex}", FIRST_QUESTION)
                return time.perf_counter() - began
            except (aiohttp.ClientError, BenchError):  # the port is closed, or the actions are not there yet
                await asyncio.sleep(0.1)

    def _launch(self) -> None:
        with (self.folder / "log.txt").open("ab") as log:
            self._processes = [
                subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log, start_new_session=True)  # noqa: S603 - our own
                for command in self.commands()]

    async def stop(self) -> None:
        if self._http is not None:
            await self._http.close()
        for process in self._processes:
            process.send_signal(signal.SIGINT)
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

    async def post(self, path: str, body: Dict[str, object], headers: Optional[Dict[str, str]] = None) -> aiohttp.ClientResponse:
        assert self._http is not None
        reply = await self._http.post(f"http://{HOST}:{self.port}{path}", json=body, headers=headers)
        if reply.status != 200:
            raise BenchError(f"{self.name} answered {path} with status {reply.status}")
        return reply

    def memory_mb(self) -> float:
        """Returns the resident memory of all processes."""
        return sum(_status(process.pid, "VmRSS") for process in self._processes) / 1024

    def cpu_s(self) -> float:
        """Returns the processor time that all processes have used so far."""
        ticks = 0
        for process in self._processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def disk_bytes(self) -> int:
        """Returns the size of the database, all in one file."""
        with closing(sqlite3.connect(self.database)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self.database.stat().st_size


class Ours(Server):
    """What `make run` starts."""

    name = "ours"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._cookies: Dict[str, str] = {}
        (folder / "endpoints.yml").write_text(
            f"tracker_store:\n  type: addons.stores.talks.TalkStore\n  dialect: sqlite\n  db: {self.database.resolve()}\n")

    def commands(self) -> List[List[str]]:
        return [[sys.executable, "-m", "addons.serve", "--port", str(self.port), "--endpoints", str(self.folder / "endpoints.yml")]]

    def environment(self) -> Dict[str, str]:
        return {**super().environment(), "REPWISE_SECRET": "for measuring only", "REPWISE_PACE": PACE}

    async def _answer(self, talk: str, text: str) -> int:
        if talk not in self._cookies:
            opened = await self.post("/chat/start", {})
            await opened.read()
            self._cookies[talk] = "; ".join(f"{name}={morsel.value}" for name, morsel in opened.cookies.items())
        reply = await self.post("/chat/message", {"id": uuid.uuid4().hex, "text": text}, {"Cookie": self._cookies[talk]})
        return sum(message["from"] == "assistant" for message in (await reply.json())["messages"])


class Stock(Server):
    """`rasa run` and `rasa run actions`, as Rasa's documentation starts them."""

    name = "stock"

    def __init__(self, folder: Path, model: Path) -> None:
        super().__init__(folder)
        self._model, self._actions_port = model, free_port()
        (folder / "credentials.yml").write_text("rest:\n")
        (folder / "endpoints.yml").write_text(f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {self.database.resolve()}\n"
                                              f"action_endpoint:\n  url: http://{HOST}:{self._actions_port}/webhook\n")

    def commands(self) -> List[List[str]]:
        rasa = [sys.executable, "-m", "rasa"]
        return [[*rasa, "run", "actions", "--actions", "actions", "--port", str(self._actions_port)],
                [*rasa, "run", "--interface", HOST, "--port", str(self.port), "--model", str(self._model), "--credentials",
                 str(self.folder / "credentials.yml"), "--endpoints", str(self.folder / "endpoints.yml")]]

    async def _answer(self, talk: str, text: str) -> int:
        reply = await self.post("/webhooks/rest/webhook", {"sender": talk, "message": text})
        return len(await reply.json())


def _status(pid: int, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    return 0

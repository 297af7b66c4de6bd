"""A server as `make run` starts it, for tests over HTTP and in a browser."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, Optional

from tests.conftest import ROOT

START_S = 180


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One process on a port of its own, with its data in a folder of the test; it can be stopped and started again."""

    def __init__(self, folder: Path, settings: Optional[Dict[str, str]] = None) -> None:
        self.port, self.log = free_port(), folder / "log.txt"
        self.endpoints = folder / "endpoints.yml"
        self.endpoints.write_text(f"tracker_store:\n  type: addons.stores.talks.TalkStore\n  db: {folder / 'talks.db'}\n")
        self._command = [sys.executable, "-m", "addons.serve", "--endpoints", str(self.endpoints)]
        self.settings = {"PORT": str(self.port), "REPWISE_SECRET": "a secret for this test only", **(settings or {})}
        self.process: Optional[subprocess.Popen[bytes]] = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it, and returns when it answers."""
        with self.log.open("w") as stream:
            self.process = subprocess.Popen(self._command, cwd=ROOT, env={**os.environ, **self.settings}, stdout=stream, stderr=stream)
        end = time.monotonic() + START_S
        while "Chat at" not in self.log.read_text():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stops it as Ctrl-C does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        finally:
            self.process.kill()

    def kill(self) -> None:
        """Ends it at once, as a crash does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(30)

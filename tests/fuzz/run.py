"""Sends random and mutated messages through the whole assistant, and hostile requests to a running server. `make fuzz` calls it.

A turn fails if the assistant raises, logs an error, says nothing, or shows the person anything of the program. The seed names the run:
what failed is printed as JSON and fails again. Conversations are kept in memory here, so memory grows by what is said, about 5 kB a message.
"""
from __future__ import annotations

import argparse
import json
import logging
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List

import knowledge
from tests.fuzz.messages import messages

TURNS = 12
"""Messages of one conversation."""
WARM = 0.2
"""The share of a run after which memory should no longer grow: caches are full."""

LEAKS = re.compile(r"Traceback|\.py\b|site-packages|Exception|\bNone\b(?! (?:of|is)\b)|\{[a-z_]+\}|\bnan\b|\binf\b")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def memory_mb() -> float:
    """Returns the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 1e6


class Noted(logging.Handler):
    """Keeps the places of errors that were logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.places: List[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.places.append(f"{record.name}:{record.lineno}")


def problem(record: Dict[str, Any], text: str) -> str:
    """Returns what is wrong with the record of a turn, "" if nothing."""
    replies = [reply["text"] for reply in record["replies"]]
    if not replies or not all(reply.strip() for reply in replies):
        return "an empty reply"
    leaked = LEAKS.search("\n".join(replies))
    return f"a reply shows {leaked.group(0)!r}" if leaked and leaked.group(0).lower() not in text.lower() else ""


def talked(replies: Any, seed: int, count: int) -> List[Dict[str, Any]]:
    """Sends ``count`` messages in conversations of TURNS each; returns what failed: number, conversation, text, problem."""
    noted, failed = Noted(), []
    logging.getLogger().addHandler(noted)
    try:
        for number, text in enumerate(messages(seed, count, knowledge.shared())):
            talk = f"fuzz-{seed}-{number // TURNS}"
            try:
                wrong = problem(replies.one({"text": text}, talk), text)
            except Exception as error:  # what a message breaks is what we look for
                wrong = f"{type(error).__name__}: {error}"
            if noted.places:
                wrong, noted.places = wrong or f"logged an error at {noted.places[0]}", []
            if wrong:
                failed.append({"number": number, "conversation": talk, "text": text, "problem": wrong})
    finally:
        logging.getLogger().removeHandler(noted)
    return failed


def main() -> int:
    """Prints what failed and how much memory grew; the exit status is 1 where anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--requests", type=int, default=300, help="examples for each kind of request to the web channel")
    args = parser.parse_args()
    from evaluation.replies import Replies
    from tests.fuzz.requests import hostile_requests
    from tests.serving import Server

    replies, failed, began = Replies(), [], time.monotonic()
    step = max(1, args.messages // 10)
    grown: List[float] = []
    for part, sent in enumerate(range(0, args.messages, step)):
        failed += talked(replies, args.seed * 1000 + part, min(step, args.messages - sent))
        grown.append(memory_mb())
        done, seconds = min(sent + step, args.messages), time.monotonic() - began
        print(f"{done} messages, {len(failed)} failures, {grown[-1]:.0f} MB, {seconds:.0f} s", flush=True)
    warm = grown[int(len(grown) * WARM)]
    print(f"memory after a fifth {warm:.0f} MB, at the end {grown[-1]:.0f} MB ({grown[-1] / warm - 1:+.1%})")
    for item in failed:
        print(json.dumps(item))
    if args.requests:
        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder), {"REPWISE_PACE": "10000"})
            server.start()
            try:
                hostile_requests(server.address, args.requests, args.seed)
            finally:
                server.stop()
        print(f"{args.requests} examples of each kind of request: no 5xx, no traceback, a sentence with every refusal")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

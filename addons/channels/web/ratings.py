"""Keeps whether answers helped, for the writer of the knowledge files. `make ratings` lists them.

A rating holds the ids of the claims that the answer was made of, and the question, masked as what was not understood is (actions.misses).
The conversation is in it only as a keyed hash, so that a person can take a rating back, and have all deleted.
"""
from __future__ import annotations

import argparse
import datetime
import hashlib
import hmac
import json
import os
import sqlite3
import sys
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Dict, List, Optional, Sequence

FOLDER_VARIABLE = "REPWISE_RATINGS"
FOLDER = Path(".repwise")
_TABLE = """CREATE TABLE IF NOT EXISTS ratings (
    talk TEXT, message TEXT, day TEXT, helpful INTEGER, claims TEXT, question TEXT, PRIMARY KEY (talk, message))"""


class Ratings:
    """An SQLite file; every method raises sqlite3.Error or OSError where it can't be used."""

    def __init__(self, secret: str, folder: Optional[Path] = None) -> None:
        self._secret = secret.encode()
        self._file = (folder or Path(os.environ.get(FOLDER_VARIABLE) or FOLDER)) / "ratings.db"

    def keep(self, conversation: str, message: str, helpful: bool, claims: Sequence[str], question: str) -> None:
        """Keeps a rating in place of an earlier one of the same message."""
        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        with closing(self._open()) as database, database:
            database.execute("INSERT OR REPLACE INTO ratings VALUES (?, ?, ?, ?, ?, ?)",
                             (self._talk(conversation), message, today, int(helpful), json.dumps(list(claims)), question))

    def take_back(self, conversation: str, message: str) -> None:
        with closing(self._open()) as database, database:
            database.execute("DELETE FROM ratings WHERE talk = ? AND message = ?", (self._talk(conversation), message))

    def forget(self, conversation: str) -> None:
        """Deletes all ratings of a conversation."""
        with closing(self._open()) as database, database:
            database.execute("DELETE FROM ratings WHERE talk = ?", (self._talk(conversation),))

    def of(self, conversation: str) -> Dict[str, bool]:
        """Returns whether messages helped, by their key."""
        with closing(self._open()) as database:
            rows = database.execute("SELECT message, helpful FROM ratings WHERE talk = ?", (self._talk(conversation),))
            return {message: bool(helpful) for message, helpful in rows}

    def report(self) -> List[str]:
        """Returns a line per claim, the least helpful first, with the questions whose answers did not help."""
        counts: Dict[str, List[int]] = defaultdict(lambda: [0, 0])
        questions: Dict[str, List[str]] = defaultdict(list)
        with closing(self._open()) as database:
            for helpful, claims, question in database.execute("SELECT helpful, claims, question FROM ratings"):
                for claim in json.loads(claims) or ["(no claim)"]:
                    counts[claim][helpful] += 1
                    if not helpful and question:
                        questions[claim].append(question)
        ordered = sorted(counts.items(), key=lambda item: (item[1][1] - item[1][0], item[0]))
        return [f"{up} up, {down} down  {claim}" + "".join(f"\n    {question}" for question in questions[claim])
                for claim, (down, up) in ordered]

    def _talk(self, conversation: str) -> str:
        return hmac.new(self._secret, f"rating {conversation}".encode(), hashlib.sha256).hexdigest()[:32]

    def _open(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._file, timeout=2)
        database.execute(_TABLE)
        return database


def main() -> int:
    """Prints the report."""
    argparse.ArgumentParser(prog="python -m addons.channels.web.ratings", description=__doc__).parse_args()
    print("\n".join(Ratings("").report()) or "No answer has been rated yet.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

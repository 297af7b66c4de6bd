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
import sys
from collections import defaultdict
from typing import Any, Dict, List, Sequence

import sqlalchemy as sa
from rasa.core.utils import AvailableEndpoints

from addons.stores.tables import ratings as _ratings
from addons.stores.talks import TalkStore, address_of, engine_of


class Ratings:
    """Ratings in the database of the conversations; every method raises sqlalchemy.exc.SQLAlchemyError where it can't be used."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    async def keep(self, store: TalkStore, conversation: str, message: str, helpful: bool, claims: Sequence[str], question: str) -> None:
        """Keeps a rating in place of an earlier one of the same message."""
        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        row = {"talk": self._talk(conversation), "message": message, "day": today, "helpful": int(helpful),
               "claims": json.dumps(list(claims)), "question": question}

        def replace() -> None:
            with store.engine.begin() as database:
                database.execute(_ratings.delete().where(_ratings.c.talk == row["talk"], _ratings.c.message == message))
                database.execute(_ratings.insert(), row)

        await store.aside(replace)

    async def take_back(self, store: TalkStore, conversation: str, message: str) -> None:
        await self._delete(store, _ratings.c.talk == self._talk(conversation), _ratings.c.message == message)

    async def forget(self, store: TalkStore, conversation: str) -> None:
        """Deletes all ratings of a conversation."""
        await self._delete(store, _ratings.c.talk == self._talk(conversation))

    async def of(self, store: TalkStore, conversation: str) -> Dict[str, bool]:
        """Returns whether messages helped, by their key."""
        query = sa.select(_ratings.c.message, _ratings.c.helpful).where(_ratings.c.talk == self._talk(conversation))

        def read() -> Dict[str, bool]:
            with store.engine.connect() as database:
                return {message: bool(helpful) for message, helpful in database.execute(query)}

        return await store.aside(read)

    @staticmethod
    async def _delete(store: TalkStore, *which: Any) -> None:
        def delete() -> None:
            with store.engine.begin() as database:
                database.execute(_ratings.delete().where(*which))

        await store.aside(delete)

    def _talk(self, conversation: str) -> str:
        return hmac.new(self._secret, f"rating {conversation}".encode(), hashlib.sha256).hexdigest()[:32]


def report(engine: sa.engine.Engine) -> List[str]:
    """Returns a line per claim, the least helpful first, with the questions whose answers did not help."""
    counts: Dict[str, List[int]] = defaultdict(lambda: [0, 0])
    questions: Dict[str, List[str]] = defaultdict(list)
    with engine.connect() as database:
        for helpful, claims, question in database.execute(sa.select(_ratings.c.helpful, _ratings.c.claims, _ratings.c.question)):
            for claim in json.loads(claims) or ["(no claim)"]:
                counts[claim][helpful] += 1
                if not helpful and question:
                    questions[claim].append(question)
    ordered = sorted(counts.items(), key=lambda item: (item[1][1] - item[1][0], item[0]))
    return [f"{up} up, {down} down  {claim}" + "".join(f"\n    {question}" for question in questions[claim])
            for claim, (down, up) in ordered]


def main() -> int:
    """Prints the report."""
    parser = argparse.ArgumentParser(prog="python -m addons.channels.web.ratings", description=__doc__)
    parser.add_argument("--endpoints", default="endpoints.yml", help="where conversations are kept")
    file = parser.parse_args().endpoints
    store = AvailableEndpoints.read_endpoints(file).tracker_store
    if store is None:
        parser.error(f"{file} names no tracker store")
    engine = engine_of(address_of(store.url, **store.kwargs))
    _ratings.create(engine, checkfirst=True)
    print("\n".join(report(engine)) or "No answer has been rated yet.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

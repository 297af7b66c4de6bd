"""No sentence of knowledge looks like a value or an error that slipped into a reply: the fuzz run takes such words for a leak."""
from __future__ import annotations

import knowledge
from tests.fuzz.run import LEAKS


def test_no_sentence_looks_like_a_leak() -> None:
    taken = [(entry.id, found.group(0)) for entry in knowledge.shared().entries.values()
             for text in (entry.claim.say, entry.claim.why, entry.claim.but) if text and (found := LEAKS.search(text))]
    assert not taken, "Another word for these, for instance \"they do not\" for \"none\""

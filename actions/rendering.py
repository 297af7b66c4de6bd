"""From an answer to the text, buttons and extras of a message, the same for every channel."""
from __future__ import annotations

import re
from typing import Any, Dict, Iterable, List, Optional

from actions.asking import Answer
from knowledge import Knowledge
from knowledge.pictures import Picture, alt_of

_ADDRESSES = (
    (re.compile(r"^((?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s;,]+)", re.IGNORECASE), "https://{}"),
    (re.compile(r"\b(10\.\d{4,}/[^\s;,]+)"), "https://doi.org/{}"),
    (re.compile(r"\b(PMC\d+)\b"), "https://pmc.ncbi.nlm.nih.gov/articles/{}"),
    (re.compile(r"\bpubmed (\d+)"), "https://pubmed.ncbi.nlm.nih.gov/{}"),
)
"""How the "where" of a source names a page, best first; the home page of a site is none."""


def text_of(answer: Answer, know: Knowledge) -> str:
    """Returns lead, bullets and caveat, one per line; never a blank line, which would split the message."""
    lines = [answer.lead, *(f"• {bullet}" for bullet in answer.bullets)]
    if answer.caveat:
        lines.append(know.wording["answer"]["caveat"].format(text=answer.caveat))
    return "\n".join(lines)


def buttons_of(answer: Answer) -> List[Dict[str, Any]]:
    """Returns the buttons in Rasa's form."""
    return [{"title": button.title, "payload": button.payload} for button in answer.buttons]


def extras_of(claims: Iterable[str], sources: Iterable[str], know: Knowledge, picture: Optional[Picture] = None) -> Dict[str, Any]:
    """Returns what a message carries beside its text: the sources of its facts, the ids of its claims, that it may be rated, a picture.

    Empty where the message states no fact.
    """
    entries = [know.entries[item] for item in claims if item in know.entries]
    named = [*(source for entry in entries for source in entry.claim.sources), *sources]
    if not named:
        return {}
    shown = {"pictures": [{"name": picture.name, "alt": alt_of(picture, know)}]} if picture else {}
    return {"sources": [_reference(source, know) for source in dict.fromkeys(named)], "claims": [entry.id for entry in entries], "rate": True,
            **shown}


def _reference(source_id: str, know: Knowledge) -> Dict[str, Optional[str]]:
    source = know.sources[source_id]
    return {"title": source.cite[:1].upper() + source.cite[1:], "url": address_of(source.where or "")}


def address_of(where: str) -> Optional[str]:
    """Returns the address of the page that a source's "where" names, None where it names none."""
    return next((form.format(found[1]) for pattern, form in _ADDRESSES if (found := pattern.search(where))), None)

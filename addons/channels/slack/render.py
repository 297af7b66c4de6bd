"""From the answer object to Block Kit."""
from __future__ import annotations

import logging
import textwrap
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from addons.channels.content import BULLET, Choice, Content, Line, Picture, Reference, Table

log = logging.getLogger(__name__)

Block = Dict[str, Any]
Sign = Callable[[Choice], str]

MOST_IN_SECTION = 3000
MOST_IN_TITLE = 75
MOST_IN_VALUE = 2000
MOST_BUTTONS, BUTTONS_IN_ROW = 25, 5
MOST_IN_CONTEXT = 10
"""Slack's limits, in characters and elements; it refuses a whole message for one element beyond them."""

LONGEST_ESCAPE = len("&amp;")
FENCE = "```"
_IMAGE_KEYS = ("type", "block_id", "image_url", "alt_text", "title")


@dataclass(frozen=True)
class Rendered:
    """A message for Slack: ``text`` is what notifications and screen readers get, ``pictures`` are to be uploaded beside it."""

    text: str
    blocks: List[Block]
    pictures: Tuple[Picture, ...] = ()


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def rendered(content: Content, sign: Sign, words: Dict[str, str], picture_url: Optional[Callable[[Picture], str]] = None,
             note: str = "") -> Rendered:
    """Returns the message of a content.

    Args:
        sign: returns the signed value of a button.
        words: knowledge/wording.yml, channel, slack.
        picture_url: returns the public address of a picture; without it pictures are left for uploading.
        note: a small line under the message.
    """
    blocks = [*_sections(content.before_table), *(_table(content.table) if content.table else []), *_sections(content.after_table)]
    if picture_url is not None:
        blocks += [{"type": "image", "image_url": picture_url(picture), "alt_text": picture.alt} for picture in content.pictures]
    blocks += _sources(content.sources, words["sources"])
    if note:
        blocks.append(_context([escaped(note)]))
    blocks += _buttons(content.buttons, sign)
    text = "\n".join(_mrkdwn(line) for line in content.lines)
    return Rendered(text, blocks, () if picture_url is not None else content.pictures)


def settled(blocks: Iterable[Block], choice: str) -> List[Block]:
    """Returns the blocks of a shown message with the choice in place of its buttons."""
    kept = [{key: block[key] for key in _IMAGE_KEYS if key in block} if block.get("type") == "image" else block  # it adds what it refuses
            for block in blocks if block.get("type") != "actions"]
    return [*kept, _context([escaped(choice)])]


def _marked(line: Line) -> str:
    return BULLET + line.text if line.bullet else line.text


def _mrkdwn(line: Line) -> str:
    return escaped(_marked(line))


def _section(text: str) -> Block:
    # verbatim: names and addresses in a text are no links
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(texts: Sequence[str]) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True} for text in texts]}


def _sections(lines: Iterable[Line]) -> List[Block]:
    return [_section(text) for text in _packed((piece for line in lines for piece in _pieces(line)), MOST_IN_SECTION)]


def _pieces(line: Line) -> List[str]:
    """Returns a line, cut where it is too long for a section; it is cut before it is escaped."""
    shown = _mrkdwn(line)
    if len(shown) <= MOST_IN_SECTION:
        return [shown]
    return [escaped(piece) for piece in textwrap.wrap(_marked(line), MOST_IN_SECTION // LONGEST_ESCAPE)]


def _packed(lines: Iterable[str], most: int) -> Iterator[str]:
    """Joins lines to texts of up to ``most`` characters."""
    text = ""
    for line in lines:
        if text and len(text) + 1 + len(line) > most:
            yield text
            text = ""
        text = f"{text}\n{line}" if text else line
    if text:
        yield text


def _table(table: Table) -> List[Block]:
    """Returns the title and the rows in columns of a fixed width, the only ones that phones show in line."""
    rows = [[cell.replace("`", "'") for cell in row] for row in (table.columns, *table.rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = (escaped("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()) for row in rows)
    fenced = [_section(f"{FENCE}\n{text}\n{FENCE}") for text in _packed(lines, MOST_IN_SECTION - 2 * len(FENCE) - 2)]
    return [_section(f"*{escaped(table.title)}*"), *fenced]


def _sources(sources: Sequence[Reference], label: str) -> List[Block]:
    texts = [escaped(label), *map(_link, sources)] if sources else []
    return [_context(texts[first:first + MOST_IN_CONTEXT]) for first in range(0, len(texts), MOST_IN_CONTEXT)]


def _link(source: Reference) -> str:
    if source.url is None or not source.url.startswith(("http://", "https://")):
        return escaped(source.title)
    return f"<{escaped(source.url).replace('|', '%7C')}|{escaped(source.title)}>"


def _buttons(choices: Sequence[Choice], sign: Sign) -> List[Block]:
    """Returns rows of buttons; those beyond Slack's limits are left out, their answers can be typed."""
    elements = []
    for number, choice in enumerate(choices[:MOST_BUTTONS]):
        value = sign(choice)
        if len(value) > MOST_IN_VALUE:
            log.error("A button was left out: its payload of %d characters is too long for Slack", len(choice.payload))
            continue
        title = choice.title if len(choice.title) <= MOST_IN_TITLE else choice.title[:MOST_IN_TITLE - 1] + "…"
        elements.append({"type": "button", "action_id": f"choice-{number}", "value": value,
                         "text": {"type": "plain_text", "emoji": False, "text": title}})
    return [{"type": "actions", "elements": elements[first:first + BUTTONS_IN_ROW]} for first in range(0, len(elements), BUTTONS_IN_ROW)]

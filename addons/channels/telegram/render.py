"""From an answer to messages in Telegram's HTML."""
from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Iterator, List, Tuple

from addons.channels.content import BULLET, Content, Line, Reference, Table

LONGEST_TEXT = 4096
"""Of one message, counted without tags, in UTF-16 code units as Telegram counts."""

LONGEST_CAPTION = 1024
_GAP = "  "


@dataclass(frozen=True)
class _Run:
    """A line of plain text and the tag around it, such as "b"; ``href`` makes it a link."""

    text: str
    tag: str = ""
    href: str = ""

    @property
    def marks(self) -> Tuple[str, str]:
        if self.href:
            return f'<a href="{escape(self.href)}">', "</a>"
        return (f"<{self.tag}>", f"</{self.tag}>") if self.tag else ("", "")


def units(text: str) -> int:
    """Returns the length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def messages(content: Content, sources: str) -> List[str]:
    """Returns the texts of a message in HTML, each short enough to be sent: lines, the table in its place, the sources.

    Text is split at the ends of lines, and only where a single line is too long between words; every tag is closed in the message
    that opens it.

    Args:
        content: the message; its pictures and buttons are none of this function's business.
        sources: the heading over the sources.
    """
    found: List[str] = []
    for part in _packed([piece for run in _runs(content, sources) for piece in _cut(run)]):
        found.append("\n".join(_html(list(group), marks) for marks, group in groupby(part, lambda run: run.marks)))
    return found


def _html(runs: List[_Run], marks: Tuple[str, str]) -> str:
    """Returns neighbouring lines of the same kind; those of a table share one tag, or Telegram would show a box a line."""
    opening, closing = marks
    if opening == "<pre>":
        return opening + escape("\n".join(run.text for run in runs), quote=False) + closing
    return "\n".join(opening + escape(run.text, quote=False) + closing for run in runs)


def _runs(content: Content, sources: str) -> Iterator[_Run]:
    yield from map(_line, content.before_table)
    if content.table:
        yield from _table(content.table)
        yield from map(_line, content.after_table)
    if content.sources:
        yield _Run(sources, "i")
        yield from map(_source, content.sources)


def _line(line: Line) -> _Run:
    return _Run(BULLET + line.text if line.bullet else line.text)


def _source(source: Reference) -> _Run:
    href = source.url if source.url and source.url.startswith(("https://", "http://")) else ""
    return _Run(source.title, "" if href else "i", href)


def _table(table: Table) -> Iterator[_Run]:
    """Yields the table as lines of equal columns; a monospaced block is all that Telegram has for it."""
    rows = [table.columns, *table.rows]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.columns))]
    if table.title:
        yield _Run(table.title, "b")
    for row in rows:
        yield _Run(_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), "pre")


def _cut(run: _Run) -> Iterator[_Run]:
    """Yields the pieces of a line that is too long for one message."""
    rest = run.text
    while units(rest) > LONGEST_TEXT:
        end = len(shortened(rest, LONGEST_TEXT))
        end = rest.rfind(" ", 1, end + 1) if " " in rest[1:end + 1] else end
        yield _Run(rest[:end].rstrip(), run.tag, run.href)
        rest = rest[end:].lstrip()
    yield _Run(rest, run.tag, run.href)


def shortened(text: str, most: int) -> str:
    """Returns the beginning of a text that is at most ``most`` UTF-16 code units long."""
    return text.encode("utf-16-le", "surrogatepass")[:2 * most].decode("utf-16-le", "ignore")


def _packed(runs: List[_Run]) -> Iterator[List[_Run]]:
    """Yields as many lines together as one message holds."""
    part: List[_Run] = []
    length = 0
    for run in runs:
        needed = units(run.text) + 1
        if part and length + needed > LONGEST_TEXT:
            yield part
            part, length = [], 0
        part.append(run)
        length += needed
    if part:
        yield part

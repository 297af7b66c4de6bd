"""One message of the assistant as plain values, for the renderer of a channel.

Actions and responses say what they have to say as plain text that is complete by itself: a line a thought, bullets with "• " before
them. What text can't carry stands beside it in Rasa's "custom" part, under the keys "table", "pictures", "sources" and "rate"
(:func:`content_of` names their fields). No markup of any channel comes in here; renderers add their own and escape what they show.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional, Tuple

from rasa.core.channels.channel import OutputChannel

BULLET = "• "


@dataclass(frozen=True)
class Line:
    text: str
    bullet: bool = False


@dataclass(frozen=True)
class Choice:
    """A button: ``payload`` is Rasa's, such as '/inform{"goal":"strength"}', and never leaves the server unsigned."""

    title: str
    payload: str


@dataclass(frozen=True)
class Table:
    """Rows of text under columns. It says what the lines [first, last) of the text say; where it is shown, they are left out."""

    title: str
    columns: Tuple[str, ...]
    rows: Tuple[Tuple[str, ...], ...]
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Picture:
    """``name`` is a file name without its ending: NAME.svg for the web, NAME.png for Slack and Telegram."""

    name: str
    alt: str


@dataclass(frozen=True)
class Reference:
    title: str
    url: Optional[str] = None


@dataclass(frozen=True)
class Content:
    """What one message shows, in this order: lines (with the table in their place), pictures, sources, buttons."""

    lines: Tuple[Line, ...] = ()
    table: Optional[Table] = None
    pictures: Tuple[Picture, ...] = ()
    sources: Tuple[Reference, ...] = ()
    buttons: Tuple[Choice, ...] = ()
    rate: bool = False

    @property
    def before_table(self) -> Tuple[Line, ...]:
        return self.lines[:self.table.first] if self.table else self.lines

    @property
    def after_table(self) -> Tuple[Line, ...]:
        return self.lines[self.table.last:] if self.table else ()


def content_of(message: Mapping[str, Any]) -> Content:
    """Returns the content of a response as Rasa hands it to a channel, or as a bot event keeps it.

    Args:
        message: "text"; "buttons" (a list of title and payload); "custom" with any of "table" (title, columns, rows, lines: [first,
            last) of the text that it replaces), "pictures" (a list of name and alt), "sources" (a list of title and url), "rate" (true
            where the person may say whether the answer helped).
    """
    custom = message.get("custom") or {}
    lines = tuple(_line(text) for text in str(message.get("text") or "").split("\n") if text.strip())
    table = custom.get("table")
    return Content(
        lines=lines,
        table=Table(str(table["title"]), tuple(map(str, table["columns"])), tuple(tuple(map(str, row)) for row in table["rows"]),
                    *(int(place) for place in table.get("lines") or (len(lines), len(lines)))) if table else None,
        pictures=tuple(Picture(item["name"], item["alt"]) for item in custom.get("pictures") or []),
        sources=tuple(Reference(item["title"], item.get("url")) for item in custom.get("sources") or []),
        buttons=tuple(Choice(str(item["title"]), str(item["payload"])) for item in message.get("buttons") or []),
        rate=bool(custom.get("rate")))


def _line(text: str) -> Line:
    return Line(text[len(BULLET):], True) if text.startswith(BULLET) else Line(text)


class WholeOutput(OutputChannel):
    """Hands each message to :meth:`deliver` in one piece: Rasa's own channels split a text at blank lines and send parts apart."""

    async def deliver(self, recipient_id: str, content: Content) -> None:
        raise NotImplementedError

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        await self.deliver(recipient_id, content_of(message))

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        await self.deliver(recipient_id, content_of({"text": text}))


"""From a message to what the browser gets of it: plain values, buttons signed, no payload, no markup."""
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from addons.channels import pictures
from addons.channels.content import Content, Line, Picture
from addons.channels.history import Said
from addons.channels.signing import Signer

MOST_SHOWN = 400
"""Messages of a long talk that are shown again after a reload."""


class View:
    """Shows the messages of one conversation."""

    def __init__(self, conversation: str, signer: Signer) -> None:
        self._conversation, self._signer = conversation, signer

    def history(self, history: Sequence[Said], ratings: Mapping[str, bool]) -> List[Dict[str, Any]]:
        """Returns the latest messages, oldest first; only what was said since the person's last message keeps its buttons."""
        last_turn = max((place for place, said in enumerate(history) if said.by_person), default=-1)
        shown = [self.person(said.key, said.text, said.at) if said.by_person else
                 self.assistant(said, ratings.get(said.key), buttons=place > last_turn) for place, said in enumerate(history)]
        return shown[-MOST_SHOWN:]

    @staticmethod
    def person(key: str, text: str, at: float) -> Dict[str, Any]:
        return {"key": key, "from": "person", "at": at, "text": text}

    def assistant(self, said: Said, helpful: Optional[bool] = None, buttons: bool = True) -> Dict[str, Any]:
        content = said.content
        return {
            "key": said.key, "from": "assistant", "at": said.at,
            "before": _lines(content.before_table), "table": _table(content, "calendar" in said.extras), "after": _lines(content.after_table),
            "pictures": [item for picture in content.pictures if (item := _picture(picture))],
            "sources": [{"title": source.title, "url": source.url} for source in content.sources],
            "buttons": [{"title": choice.title, "click": self._signer.button_token(self._conversation, choice.payload, choice.title)}
                        for choice in content.buttons] if buttons else [],
            "rate": content.rate, "helpful": helpful,
        }


def _lines(lines: Sequence[Line]) -> List[Dict[str, Any]]:
    return [{"text": line.text, "bullet": line.bullet} for line in lines]


def _picture(picture: Picture) -> Optional[Dict[str, Any]]:
    size = pictures.size_of(picture.name)
    return size and {"src": f"/chat/pictures/{picture.name}.svg", "alt": picture.alt, "width": size[0], "height": size[1]}


def _table(content: Content, calendar: bool) -> Optional[Dict[str, Any]]:
    table = content.table
    return table and {"title": table.title, "columns": list(table.columns), "rows": [list(row) for row in table.rows], "calendar": calendar}

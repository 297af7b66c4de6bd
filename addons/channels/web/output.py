"""Collects what the assistant says in one turn."""
from __future__ import annotations

from typing import Any, Dict

from rasa.core.channels.channel import CollectingOutputChannel


class WebOutput(CollectingOutputChannel):
    """Collects whole messages: a text is not split at blank lines, and buttons and extras stay with their text."""

    @classmethod
    def name(cls) -> str:
        return "web"

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        await self._persist_message(self._message(
            recipient_id, text=message.get("text"), image=message.get("image"), buttons=message.get("buttons") or None,
            custom=message.get("custom") or None))

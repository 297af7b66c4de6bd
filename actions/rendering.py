"""From an answer to the text and buttons of a message, the same for every channel."""
from __future__ import annotations

from typing import Any, Dict, List

from actions.asking import Answer
from knowledge import Knowledge


def text_of(answer: Answer, know: Knowledge) -> str:
    """Returns lead, bullets and caveat, one per line; never a blank line, which would split the message."""
    lines = [answer.lead, *(f"• {bullet}" for bullet in answer.bullets)]
    if answer.caveat:
        lines.append(know.wording["answer"]["caveat"].format(text=answer.caveat))
    return "\n".join(lines)


def buttons_of(answer: Answer) -> List[Dict[str, Any]]:
    """Returns the buttons in Rasa's form."""
    return [{"title": button.title, "payload": button.payload} for button in answer.buttons]

"""Talk to the assistant in the terminal: `make chat`."""
from __future__ import annotations

import argparse
import sys
from typing import Any, Dict, List

from addons import model_sum, unneeded
from addons.assistant import Assistant, NoModel, newest_model

LEAVE = ("/quit", "/exit")


def printed(messages: List[Dict[str, Any]]) -> List[str]:
    """Prints messages with numbered buttons and returns the buttons' payloads."""
    payloads: List[str] = []
    for message in messages:
        print("\n" + (message.get("text") or ""))
        for button in message.get("buttons") or []:
            payloads.append(button["payload"])
            print(f"  [#{len(payloads)}] {button['title']}")
    return payloads


def main() -> int:
    """Runs until the person leaves; returns the exit status."""
    argparse.ArgumentParser(prog="python -m addons.chat", description=__doc__).parse_args()
    unneeded.leave_out()
    import knowledge
    from addons.channels.incoming import Refused

    print("Loading ...", file=sys.stderr)
    try:
        model = newest_model()
        model_sum.check(model)
        assistant = Assistant(model)
    except (NoModel, model_sum.Tampered) as error:
        print(error, file=sys.stderr)
        return 1
    payloads = printed(assistant.welcome("terminal"))
    print(f"\n(#1 picks the first button, {LEAVE[0]} leaves.)")
    while True:
        try:
            text = input("\n> ").strip()
        except (EOFError, KeyboardInterrupt):
            print()
            return 0
        if text in LEAVE:
            return 0
        try:
            picked = text[1:] if text.startswith("#") else ""
            if picked.isdigit() and 0 < int(picked) <= len(payloads):
                turn = assistant.click(payloads[int(picked) - 1], "terminal")
            else:
                turn = assistant.say(text, "terminal")
            payloads = printed(turn.messages)
        except Refused as refusal:
            print("\n" + knowledge.shared().wording["channel"][refusal.reason])


if __name__ == "__main__":
    sys.exit(main())

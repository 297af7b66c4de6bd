"""What the assistant says to a file of questions, or to lines on standard input.

Each text passes the same cleaning as in the web channel. One JSON object a line comes out; evaluation/README.md names its
fields. Progress and logs go to standard error.
"""
from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, TextIO

from addons import unneeded
from addons.assistant import Assistant, NoModel
from evaluation.record import refused_record, turn_record


class Replies:
    """Sends messages to one loaded assistant and records what comes back."""

    def __init__(self, model: Optional[Path] = None) -> None:
        self.assistant = Assistant(model)
        self._known: set = set()

    def one(self, item: Dict[str, Any], conversation: str) -> Dict[str, Any]:
        """Sends {"text": ...} or {"click": payload} and returns the record of the turn."""
        from addons.channels.incoming import Refused

        if conversation not in self._known:
            self.assistant.begin(conversation)
            self._known.add(conversation)
        said = item.get("click", item.get("text", ""))
        try:
            if "click" in item:
                turn = self.assistant.click(item["click"], conversation)
            else:
                turn = self.assistant.say(item["text"], conversation)
        except Refused as refusal:
            import knowledge

            return refused_record(said, knowledge.shared().wording["channel"][refusal.reason])
        record = turn_record(said, turn.messages, turn.tracker)
        if not any(reply["text"].strip() for reply in record["replies"]):
            raise RuntimeError("empty reply")
        return record


def conversations(path: Path) -> Iterator[List[Dict[str, Any]]]:
    """Yields each item of a file of conversations as a list of messages.

    An item is a list of texts or messages, or a mapping with such a list under "turns" (or "messages").
    """
    import yaml

    for item in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
        turns = item if isinstance(item, list) else item.get("turns") or item.get("messages") or item.get("texts") or []
        yield [turn if isinstance(turn, dict) else {"text": str(turn)} for turn in turns]


def questions(path: Path) -> Iterator[Dict[str, Any]]:
    """Yields each item of a file of questions: a text, or a mapping with "text"."""
    import yaml

    for item in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
        yield {"text": str(item["text"] if isinstance(item, dict) else item)}


def _attempt(replies: Replies, item: Dict[str, Any], conversation: str) -> Dict[str, Any]:
    try:
        return replies.one(item, conversation)
    except Exception as error:  # one bad item must not hide the others; its line says what happened, the exit status is 1
        import traceback

        traceback.print_exc(file=sys.stderr)
        return {"text": item.get("text", item.get("click", "")), "error": f"{type(error).__name__}: {error}"}


def _from_stdin(replies: Replies, out: TextIO) -> int:
    failed = 0
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            conversation = str(item["conversation"])
        except (ValueError, KeyError, TypeError) as error:
            record: Dict[str, Any] = {"error": f"bad line: {error}"}
        else:
            record = {"conversation": conversation, **_attempt(replies, item, conversation)}
        failed += "error" in record
        out.write(json.dumps(record, ensure_ascii=False) + "\n")
        out.flush()
    return 1 if failed else 0


def _from_file(replies: Replies, args: argparse.Namespace, out: TextIO) -> int:
    failed = 0
    if args.questions:
        for number, item in enumerate(questions(args.questions), 1):
            record = _attempt(replies, item, f"question-{number}")
            failed += "error" in record
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    else:
        for number, turns in enumerate(conversations(args.conversations), 1):
            records = [_attempt(replies, turn, f"conversation-{number}") for turn in turns]
            failed += any("error" in record for record in records)
            line: Dict[str, Any] = {"turns": records}
            if any("error" in record for record in records):
                line["error"] = next(record["error"] for record in records if "error" in record)
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 1 if failed else 0


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs the command and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.replies", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--questions", type=Path, metavar="FILE.yml", help="a list of texts, or of mappings with a text")
    source.add_argument("--conversations", type=Path, metavar="FILE.yml", help="a list of conversations, each a list of texts under turns")
    source.add_argument("--stdin", action="store_true", help='lines such as {"conversation": "id", "text": "..."} or with "click"')
    parser.add_argument("--out", type=Path, metavar="FILE.jsonl", help="where the lines go; standard output if left out")
    parser.add_argument("--model", type=Path, help="a model file; the newest in models/ if left out")
    args = parser.parse_args(arguments)
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever libraries print goes to standard error: standard output carries results only
    unneeded.leave_out()
    try:
        replies = Replies(args.model)
    except NoModel as error:
        print(error, file=sys.stderr)
        return 1
    if args.stdin:
        return _from_stdin(replies, results)
    if args.out:
        with args.out.open("w", encoding="utf-8") as out:
            return _from_file(replies, args, out)
    status = _from_file(replies, args, results)
    results.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())

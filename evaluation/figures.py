"""Measures understanding on a file of labelled questions and prints one table.

A question has "text" and either "topic" (with "also": other topics that serve) or "intent" (with "also": intents). Topics: see
evaluation/README.md. Nothing but figures is printed unless --errors is given.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional

import yaml

from evaluation import metrics
from evaluation.replies import Replies


def half_of(items: List[Dict[str, Any]], half: str) -> List[Dict[str, Any]]:
    """Returns the items whose text has an even or odd sha1, or all."""
    if half == "all":
        return items
    wanted = 0 if half == "even" else 1
    return [item for item in items if int(hashlib.sha1(item["text"].encode(), usedforsecurity=False).hexdigest(), 16) % 2 == wanted]


def measure(items: List[Dict[str, Any]], records: List[Dict[str, Any]]) -> Dict[str, Any]:
    """Returns the figures (see evaluation.metrics), the number of empty or failed replies, and the questions that went wrong."""
    expected = [metrics.as_topic(item.get("topic") or item["intent"]) for item in items]
    also = [{metrics.as_topic(label) for label in item.get("also") or []} for item in items]
    found = [str(record.get("topic")) for record in records]
    errors = [(e, f, item["text"]) for item, e, a, f in zip(items, expected, also, found, strict=True) if f != e and f not in a]
    return {**metrics.figures(expected, also, found), "empty or failed": sum("error" in record for record in records), "errors": errors}


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs the command and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.figures", description=__doc__)
    parser.add_argument("questions", type=Path, help="a YAML file of labelled questions")
    parser.add_argument("--half", choices=("all", "even", "odd"), default="all", help="only items whose text has an even or odd sha1")
    parser.add_argument("--errors", action="store_true", help="list the questions that went wrong")
    parser.add_argument("--replies", type=Path, metavar="FILE.jsonl", help="also write the replies")
    args = parser.parse_args(arguments)
    items = half_of(yaml.safe_load(args.questions.read_text(encoding="utf-8")), args.half)
    replies = Replies()
    records = []
    for number, item in enumerate(items):
        try:
            records.append(replies.one({"text": item["text"]}, f"figure-{number}"))
        except Exception as error:  # counted and shown below
            print(f"{item['text']!r}: {error}", file=sys.stderr)
            records.append({"text": item["text"], "error": str(error)})
    if args.replies:
        args.replies.write_text("".join(json.dumps({**record, "expect": item.get("expect")}, ensure_ascii=False) + "\n"
                                        for item, record in zip(items, records, strict=True)), encoding="utf-8")
    figures = measure(items, records)
    errors = figures.pop("errors")
    for name, value in figures.items():
        print(f"{name:24} {value}")
    if args.errors:
        for wanted, found, text in errors:
            print(f"  {wanted} -> {found}: {text[:150]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

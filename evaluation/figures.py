"""Measures understanding on a file of labelled questions and prints one table.

A question has "text" and either "topic" (with "also": other topics that serve) or "intent" (with "also": intents). Topics: see
evaluation/README.md. Nothing but figures is printed unless --errors is given.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, Optional

import yaml

from actions.question import TOPIC_OF_INTENT
from evaluation.replies import Replies

SMALLTALK = {"greet", "goodbye", "thank", "bot_challenge", "ask_help", "affirm", "deny"}


def as_topic(label: str) -> str:
    """Returns the topic of an intent's name; a topic's name stays as it is."""
    if label in SMALLTALK:
        return "smalltalk"
    return {"report_red_flag": "red_flag", **TOPIC_OF_INTENT}.get(label, label)


def half_of(items: List[Dict[str, Any]], half: str) -> List[Dict[str, Any]]:
    """Returns the items whose text has an even or odd sha1, or all."""
    if half == "all":
        return items
    wanted = 0 if half == "even" else 1
    return [item for item in items if int(hashlib.sha1(item["text"].encode(), usedforsecurity=False).hexdigest(), 16) % 2 == wanted]


def measure(items: List[Dict[str, Any]], records: List[Dict[str, Any]]) -> Dict[str, Any]:
    """Returns the figures: shares between 0 and 1, and counts."""
    counts: Counter = Counter()
    errors = []
    for item, record in zip(items, records, strict=True):
        wanted = as_topic(item.get("topic") or item["intent"])
        also = {as_topic(label) for label in item.get("also") or []}
        found = record.get("topic")
        kind = wanted if wanted in ("out_of_scope", "red_flag", "smalltalk") else "topic"
        good = found == wanted or found in also
        counts[kind] += 1
        counts[f"{kind} accepted"] += good
        counts[f"{kind} strict"] += found == wanted
        if kind == "topic":
            counts["refused"] += found == "out_of_scope" and not good
            counts["false alarm"] += found == "red_flag" and not good
        if kind == "red_flag":
            counts["red_flag strict recall"] += found == "red_flag"
        counts["empty or failed"] += "error" in record
        if not good:
            errors.append((wanted, found, item["text"]))

    def share(name: str, of: str) -> Optional[float]:
        return round(counts[name] / counts[of], 3) if counts[of] else None

    return {
        "questions": len(items), "accepted topic": share("topic accepted", "topic"), "same topic": share("topic strict", "topic"),
        "out-of-scope recall": share("out_of_scope strict", "out_of_scope"), "in scope refused": share("refused", "topic"),
        "red-flag recall": share("red_flag strict recall", "red_flag"), "red-flag false alarms": share("false alarm", "topic"),
        "small talk": share("smalltalk accepted", "smalltalk"), "empty or failed": counts["empty or failed"], "errors": errors,
    }


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

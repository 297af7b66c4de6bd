"""Measures understanding beside a stock Rasa pipeline and a nearest-neighbour search, all trained on the same sentences in the same run.

Writes evaluation/report.md and evaluation/report.json. (a) Own data: voices that no system was trained on, see HELD_OUT. (b) Question
files: items with "text", "topic" (or "intent"), optionally "also" (topics that serve too) and "exercise"; there our figure is that of
the whole assistant, after every rule, threshold and look into knowledge.
"""
from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

import yaml

import knowledge
from evaluation import metrics, systems
from evaluation.figures import half_of
from evaluation.sentences import Sentence, read

HELD_OUT = ("athlete", "phone_novice", "patient")
"""Voices whose sentences are held out: a lifter of another sport, a beginner on the phone, a patient."""

REPORT, FIGURES = Path("evaluation") / "report.md", Path("evaluation") / "report.json"
Found = Dict[str, Any]


def labelled(items: Sequence[Dict[str, Any]]) -> Tuple[List[str], List[Set[str]]]:
    """Returns the expected topics and the sets of topics that serve too."""
    return ([metrics.as_topic(item.get("topic") or item["intent"]) for item in items],
            [{metrics.as_topic(label) for label in item.get("also") or []} for item in items])


def judged(items: Sequence[Dict[str, Any]], verdicts: Sequence[systems.Verdict]) -> Found:
    """Returns figures, calibration error, confusions and stolen questions of a classifier on labelled items."""
    expected, also = labelled(items)
    found = [metrics.as_topic(intent) for intent, _ in verdicts]
    right = [f == e or f in a for f, e, a in zip(found, expected, also, strict=True)]
    return {
        **metrics.figures(expected, also, found), "calibration error": metrics.calibration_error([c for _, c in verdicts], right),
        "confusions": metrics.confusions(expected, also, found),
        "stolen": [{"text": item["text"], "expected": e, "found": f}
                   for item, e, f, good in zip(items, expected, found, right, strict=True) if not good]}


def assistant_on(items: Sequence[Dict[str, Any]]) -> Found:
    """Returns the figures of the whole trained assistant, with the share of questions whose exercise it recognised."""
    from evaluation.replies import Replies

    replies = Replies()
    records = [replies.one({"text": item["text"]}, f"evaluate-{number}") for number, item in enumerate(items)]
    result = judged(items, [(record["topic"] or "out_of_scope", record["confidence"]) for record in records])
    result["exercise F1"] = exercise_f1(items, records)
    return result


def exercise_f1(items: Sequence[Dict[str, Any]], records: Sequence[Dict[str, Any]]) -> Optional[float]:
    """Returns the F1 of the exercise among the entities; a family counts for its members and a member for its family."""
    know = knowledge.shared()
    hits = named = expected = 0
    for item, record in zip(items, records, strict=True):
        if "exercise" not in item:
            continue
        wanted = item["exercise"]
        found = {e["value"] for e in record["entities"] if e["entity"] == "exercise"}
        kin = {wanted, know.family_of(wanted), *know.members(wanted)} if wanted else set()
        hits += bool(found & kin)
        named += bool(found)
        expected += wanted is not None
    return round(2 * hits / (named + expected), 3) if named + expected else None


def on_own_data(sentences: Sequence[Sentence], with_stock: bool) -> Dict[str, Found]:
    """Trains every system without the held-out voices and returns their figures on those."""
    train = [item for item in sentences if item.voice not in HELD_OUT]
    test = [{"text": item.text, "intent": item.intent} for item in sentences if item.voice in HELD_OUT]
    texts = [item["text"] for item in test]
    found = {name: judged(test, classify(texts)) for name, classify in {**systems.blends(train), **systems.blends(train, masked=False)}.items()}
    found["nearest claim"] = judged(test, systems.nearest_claim()(texts))
    if with_stock:
        found["stock Rasa (sparse features, DIET)"] = judged(test, systems.stock(train)(texts))
    return found


def on_questions(items: Sequence[Dict[str, Any]], sentences: Sequence[Sentence], with_stock: bool) -> Dict[str, Found]:
    """Returns the figures of the assistant and of the other systems, trained on everything, on labelled questions."""
    texts = [" ".join(item["text"].split()) for item in items]
    found = {"the assistant": assistant_on(items)}
    found.update((name, judged(items, classify(texts))) for name, classify in systems.blends(sentences).items())
    found["nearest claim"] = judged(items, systems.nearest_claim()(texts))
    if with_stock:
        found["stock Rasa (sparse features, DIET)"] = judged(items, systems.stock(sentences)(texts))
    return found


COLUMNS = ("accepted topic", "same topic", "macro F1", "out-of-scope recall", "in scope refused", "red-flag recall", "red-flag false alarms",
           "small talk", "calibration error", "exercise F1")


def table(found: Dict[str, Found]) -> List[str]:
    """Returns the lines of a Markdown table, one row per system."""
    lines = [f"| system | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, figures in found.items():
        cells = ("" if figures.get(column) is None else str(figures[column]) for column in COLUMNS)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def report(results: Dict[str, Dict[str, Found]], counts: Dict[str, int], seconds: float, hide: bool) -> str:
    """Returns the report as Markdown; ``hide`` leaves out the texts of questions."""
    lines = ["# Understanding, measured", "",
             f"Made by `make evaluate` in {seconds / 60:.0f} minutes. {counts['sentences']} training sentences in {counts['voices']} voices.",
             "Columns are explained in evaluation/README.md. Classifier rows are the intent alone; \"the assistant\" is the whole path."]
    for title, found in results.items():
        lines += ["", f"## {title}", "", *table(found)]
        ours = next(iter(found.values()))
        lines += ["", "Most frequent mistakes of the first row (expected, found, how often): "
                  + ("; ".join(f"{e} -> {f} {n}" for e, f, n in ours["confusions"]) or "none") + "."]
        if not hide:
            lines += ["", f"Questions won by another topic ({len(ours['stolen'])}):", ""]
            lines += [f"- {item['expected']} -> {item['found']}: {' '.join(item['text'].split())[:160]}" for item in ours["stolen"]]
    return "\n".join(lines) + "\n"


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs the command and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.evaluate", description=__doc__)
    parser.add_argument("questions", nargs="*", type=Path, help="YAML files of labelled questions")
    parser.add_argument("--half", choices=("all", "even", "odd"), default="all", help="only questions whose text has an even or odd sha1")
    parser.add_argument("--hide", action="store_true", help="figures only: no text of a question goes into the report")
    parser.add_argument("--without-stock", action="store_true", help="leave the stock pipeline out (it trains for several minutes)")
    args = parser.parse_args(arguments)
    started = time.monotonic()
    sentences = read()
    results = {f"Own data, held-out voices ({', '.join(HELD_OUT)})": on_own_data(sentences, not args.without_stock)}
    for path in args.questions:
        items = half_of(yaml.safe_load(path.read_text(encoding="utf-8")), args.half)
        title = f"{path.name}{'' if args.half == 'all' else f' ({args.half} half)'}, {len(items)} questions"
        results[title] = on_questions(items, sentences, not args.without_stock)
    counts = {"sentences": len(sentences), "voices": len({item.voice for item in sentences})}
    REPORT.write_text(report(results, counts, time.monotonic() - started, args.hide), encoding="utf-8")
    if args.hide:
        results = {title: {name: {k: v for k, v in found.items() if k != "stolen"} for name, found in systems_.items()}
                   for title, systems_ in results.items()}
    FIGURES.write_text(json.dumps({**counts, "results": results}, ensure_ascii=False, indent=1), encoding="utf-8")
    for title, found in results.items():
        print(f"\n{title}", *table(found), sep="\n")
    print(f"\nWritten: {REPORT} and {FIGURES}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Measures this assistant as `make run` starts it beside a stock Rasa with the same data, domain and actions: `make bench`.

The two run on this machine at the same time and take turns, so that whatever else it does hits both. Each figure is a median unless it
says otherwise. evaluation/bench.json gets {metric: {ours, stock, ratio}}; a ratio of 5 means five times better than stock.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import yaml

from evaluation import growth
from evaluation.servers import Ours, Server, Stock
from evaluation.workshop import ALIAS, NOTHING, STOCK_EPOCHS, Workshop, stock_config

OUT, TRIAL = Path("evaluation") / "bench.json", Path("build") / "bench" / "trial.json"
QUESTIONS = Path("evaluation") / "questions" / "heldout.yml"

WITHOUT_ACTION = ("hello", "thank you", "good morning", "thanks a lot", "hi there")
"""Answered by a response of the domain."""
FORM = ("make me a plan for the inverted leg press", "muscle growth", "beginner", "3 times a week", "no health problems", "skip")
MARKS = (10, 50, 100, 200, 300)
WINDOW = 10
"""Turns around a mark, over which the median is taken."""
WARM_UP = 5
USERS = (1, 8, 32)

Figures = Dict[str, Dict[str, Optional[float]]]


@dataclass(frozen=True)
class Amount:
    """How much is measured: starts, messages of each kind, seconds of throughput at each number of users."""

    starts: int
    messages: int
    seconds: float


FULL, SHORT = Amount(3, 100, 20.0), Amount(1, 30, 5.0)


class Table:
    """The figures, by metric."""

    def __init__(self) -> None:
        self.figures: Figures = {}

    def add(self, metric: str, ours: Optional[float], stock: Optional[float], more_is_better: bool = False) -> None:
        better, worse = (ours, stock) if more_is_better else (stock, ours)
        ratio = round(better / worse, 2) if better and worse else None
        self.figures[metric] = {"ours": _rounded(ours), "stock": _rounded(stock), "ratio": ratio}
        print(f"{metric:58} {_shown(ours):>10} {_shown(stock):>10} {_shown(ratio):>8}", flush=True)

    def add_each(self, metric: str, values: Dict[str, float], more_is_better: bool = False) -> None:
        self.add(metric, values["ours"], values["stock"], more_is_better)


def questions() -> List[str]:
    """Returns questions that knowledge answers, in one order."""
    texts = [item["text"] for item in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8")) if str(item["intent"]).startswith("ask_")]
    random.Random(7).shuffle(texts)  # noqa: S311 - an order, no secret
    return texts


def percentile(values: Sequence[float], share: float) -> float:
    """Returns the value that ``share`` of the values don't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def starts(pair: Tuple[Server, ...], amount: Amount, table: Table) -> None:
    """Starts both in turn, alone on the machine, and leaves them running."""
    seconds: Dict[str, List[float]] = {server.name: [] for server in pair}
    for number in range(amount.starts):
        for server in pair:
            seconds[server.name].append(await server.start())
            if number < amount.starts - 1:
                await server.stop()
    table.add_each("start to first answer, s", {name: statistics.median(values) for name, values in seconds.items()})


async def one_kind(pair: Tuple[Server, ...], kind: str, talks: Sequence[Sequence[str]], first: int, table: Table) -> None:
    """Sends talks to both, message by message in turn; messages before the place ``first`` of a talk don't count."""
    taken: Dict[str, List[float]] = {server.name: [] for server in pair}
    used: Dict[str, List[float]] = {server.name: [] for server in pair}
    for number, texts in enumerate(talks):
        for place, text in enumerate(texts):
            for server in pair[::1 if place % 2 else -1]:
                before = server.cpu_s()
                seconds = await server.say(f"{kind}-{number}", text)
                if place >= first:
                    taken[server.name].append(seconds * 1000)
                    used[server.name].append((server.cpu_s() - before) * 1000)
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        table.add_each(f"{kind}: {name}, ms", {server: percentile(values, share) for server, values in taken.items()})
    table.add_each(f"{kind}: processor time a message (mean), ms", {server: statistics.fmean(values) for server, values in used.items()})


async def latencies(pair: Tuple[Server, ...], amount: Amount, table: Table) -> None:
    asked = questions()
    size = len(WITHOUT_ACTION)
    count = math.ceil(amount.messages / (size - 1))
    await one_kind(pair, "no action", [WITHOUT_ACTION] * count, 1, table)
    await one_kind(pair, "one action", [asked[size * number:size * (number + 1)] for number in range(count)], 1, table)
    await one_kind(pair, "form turn", [FORM] * math.ceil(amount.messages / (len(FORM) - 1)), 1, table)


async def throughput(pair: Tuple[Server, ...], amount: Amount, table: Table) -> None:
    asked = questions()

    async def user(server: Server, number: int, users: int, until: float, taken: List[float]) -> None:
        place = number
        while time.perf_counter() < until:
            taken.append(await server.say(f"load-{users}-{number}", asked[place % len(asked)]) * 1000)
            place += users

    for users in USERS:
        rate, late = {}, {}
        for server in pair:
            await asyncio.gather(*(server.say(f"load-{users}-{number}", "hello") for number in range(users)))
            taken: List[float] = []
            began = time.perf_counter()
            await asyncio.gather(*(user(server, number, users, began + amount.seconds, taken) for number in range(users)))
            rate[server.name] = len(taken) / (time.perf_counter() - began)
            late[server.name] = percentile(taken, 0.95)
        table.add_each(f"{users} users at once: messages a second", rate, more_is_better=True)
        table.add_each(f"{users} users at once: p95, ms", late)


async def long_talk(pair: Tuple[Server, ...], table: Table) -> None:
    """One conversation of 300 turns with each, turn by turn."""
    asked = questions()
    disk = {server.name: server.disk_bytes() for server in pair}
    taken: Dict[str, List[float]] = {server.name: [] for server in pair}
    for turn in range(MARKS[-1] + WINDOW // 2):
        for server in pair:
            taken[server.name].append(await server.say("long", asked[turn % len(asked)]) * 1000)
    for mark in MARKS:
        table.add_each(f"turn {mark} of one talk, ms", {
            name: statistics.median(values[mark - WINDOW // 2:mark + WINDOW // 2]) for name, values in taken.items()})
    grown = {server.name: (server.disk_bytes() - disk[server.name]) / len(taken[server.name]) for server in pair}
    table.add_each("disk a turn, bytes", grown)


async def measured(pair: Tuple[Server, ...], amount: Amount, table: Table) -> None:
    try:
        await starts(pair, amount, table)
        for number in range(WARM_UP):
            for server in pair:
                await server.say(f"warm-{number}", questions()[number])
        await latencies(pair, amount, table)
        await throughput(pair, amount, table)
        await long_talk(pair, table)
        table.add_each("memory of all processes, MB", {server.name: server.memory_mb() for server in pair})
    finally:
        for server in pair:
            await server.stop()


def training(ours: Workshop, stock: Workshop, short: bool, epochs: int, table: Table) -> None:
    """Adds how long training takes; a short run takes what a full one measured on the same content.

    Stock's networks need nearly all of its time; where they were trained for fewer epochs, the ratio is a lower bound.
    """
    if not short:
        for workshop in (ours, stock):
            if NOTHING not in workshop.times():
                workshop.train()
            if ALIAS not in workshop.times():
                workshop.train_after_alias()
    remark = "" if epochs == STOCK_EPOCHS else f" (stock: {epochs} of {STOCK_EPOCHS} epochs)"
    for metric, key in (("training from nothing, s", NOTHING), ("training after one more alias, s", ALIAS)):
        table.add(metric + remark, ours.times().get(key), stock.times().get(key))


def written(table: Table, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(table.figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> int:
    """Prints and writes the figures."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer messages; no training but of a stock assistant that is missing")
    parser.add_argument("--share", type=float, default=1.0, help="for trying this out: the share of the sentences that stock is trained on")
    parser.add_argument("--epochs", type=int, default=STOCK_EPOCHS,
                        help=f"train stock's networks for fewer than {STOCK_EPOCHS} epochs: what it costs at run time is the same")
    args = parser.parse_args()
    stock = Workshop("stock", stock_config(args.epochs), ours=False, share=args.share)
    ours = Workshop("ours", Path("config.yml").read_text(encoding="utf-8"), ours=True)
    if not stock.trained:
        print(f"Training the stock assistant, once for this content (about 2 minutes an epoch, {args.epochs} epochs) ...", flush=True)
        stock.train()
    table = Table()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n{'':58} {'ours':>10} {'stock':>10} {'ratio':>8}")
    folder = Path(tempfile.mkdtemp(prefix="repwise-bench-"))
    try:
        asyncio.run(measured((Ours(folder / "ours"), Stock(folder / "stock", stock.model)), SHORT if args.short else FULL, table))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    training(ours, stock, args.short or args.share < 1, args.epochs, table)
    out = OUT if args.share == 1 else TRIAL
    written(table, out)
    if not args.short:
        for metric, value in growth.figures().items():
            table.add(metric, value, None)
        written(table, out)
    print(f"Written to {out}" + ("" if args.share == 1 else f": a trial, stock learned from {args.share:.0%} of the sentences only"))
    return 0


def _rounded(value: Optional[float]) -> Optional[float]:
    return None if value is None else round(value, 1 if value >= 10 else 3)


def _shown(value: Optional[float]) -> str:
    return "-" if value is None else f"{_rounded(value):g}"


if __name__ == "__main__":
    sys.exit(main())

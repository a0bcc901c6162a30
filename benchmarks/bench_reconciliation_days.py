"""Day by day against all at once: the same matches, what was withdrawn on the way, what it costs.

    python -m benchmarks.bench_reconciliation_days [--tools ../shared/tools] [--flavour given]
        [--source scottsdale] [--seed 1] [--lines 3000] [--step 5] [--close 0]

A year's pair is delivered in steps of so many days. ``--close 30`` freezes every 30 days what
no later line can undo, and carries the rest. False matches are counted by the truth, at every
step.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import bench_reconciliation as pairs_bench
from counterfoil.adapters.reconciliation_files import read_bank, read_ledger
from counterfoil.adapters.reconciliation_rules import load_rules
from counterfoil.domain.reconciliation import RuleBook
from counterfoil.rules.reconciliation.carrying import Run, carry_forward, nothing_yet
from counterfoil.rules.reconciliation.closing import frozen_part, less_gone, together


@dataclass(slots=True)
class Seen:
    """What happened on the way."""

    runs: int = 0
    withdrawn: int = 0
    withdrawn_final: int = 0
    false_once: set[str] = field(default_factory=set)
    false_final: set[str] = field(default_factory=set)
    cpu: float = 0.0
    slowest: float = 0.0


def main() -> None:
    """Make the pair, run it both ways, print what differs."""
    asked = _arguments()
    pairs_bench.TOOLS = asked.tools
    if not asked.tools.is_dir():
        print(f"no pairs: {asked.tools} is not there")
        return
    makes, scorer = pairs_bench._load("recon_pairs"), pairs_bench._load("recon_score")
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "pair"
        _make(makes, folder, asked)
        truth = scorer.Truth(str(folder))
        bank, ledger = read_bank(folder / "bank.csv"), read_ledger(folder / "ledger.csv")
        rules = load_rules(folder / "rules.json")
    days = sorted({*bank["day"], *ledger["day"]})
    print(f"{asked.flavour} {asked.source} {asked.seed}: {len(bank)} x {len(ledger)} lines, "
          f"{len(days)} days with lines in {days[-1] - days[0] + 1}")  # fmt: skip
    began = time.process_time()
    once = carry_forward(nothing_yet(), bank, ledger, rules, as_of=days[-1])
    print(f"at once: {len(once.period.matches)} matches, {time.process_time() - began:.2f} s CPU, "
          f"{_score(scorer, truth, once.period.matches)}")  # fmt: skip
    seen, matches = _day_by_day((bank, ledger), rules, days, asked, scorer, truth)
    _tell(seen, matches, once.period.matches, _score(scorer, truth, matches))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--tools", type=Path, default=pairs_bench.TOOLS)
    parser.add_argument("--flavour", default="given")
    parser.add_argument("--source", default="scottsdale")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lines", type=int, default=3_000)
    parser.add_argument("--step", type=int, default=5, help="days in a delivery")
    parser.add_argument("--close", type=int, default=0, help="days between closes; 0: none")
    return parser.parse_args()


def _make(makes: Any, folder: Path, asked: argparse.Namespace) -> None:
    """Payments from all over the source's days, so that the pair is as long as it is."""
    options = copy.deepcopy(makes.FLAVOURS["given"]) | pairs_bench.CHANGES[asked.flavour]
    options |= {"seed": asked.seed}
    events = makes.LOADERS[asked.source](options["sources"])
    some = random.Random(asked.seed).sample(range(len(events)), min(asked.lines, len(events)))
    made = makes.Gen(options, [events[at] for at in sorted(some)], asked.lines)
    made.run()
    made.write(str(folder))


def _day_by_day(  # noqa: PLR0913 - a benchmark's whole setting
    sides: tuple[pl.DataFrame, pl.DataFrame],
    rules: RuleBook,
    days: list[int],
    asked: argparse.Namespace,
    scorer: Any,
    truth: Any,
) -> tuple[Seen, pl.DataFrame]:
    seen, period, gone, closed = Seen(), nothing_yet(), nothing_yet(), days[0]
    begins = days[0]
    for end in [*range(days[0], days[-1], asked.step), days[-1]]:
        bank, ledger = (side.filter(pl.col("day").is_between(begins, end)) for side in sides)
        began = time.process_time()
        run = carry_forward(period, bank, ledger, rules, as_of=end, gone=gone)
        took = time.process_time() - began
        _note(seen, run, took, scorer, truth)
        period, begins = run.period, end + 1
        if asked.close and end - closed >= asked.close:
            gone, closed = together([gone, frozen_part(period, end)]), end
            period = less_gone(period, gone)
    return seen, pl.concat([period.matches, gone.matches])


def _note(seen: Seen, run: Run, took: float, scorer: Any, truth: Any) -> None:
    seen.runs += 1
    seen.cpu, seen.slowest = seen.cpu + took, max(seen.slowest, took)
    seen.withdrawn += len(run.withdrawn)
    seen.withdrawn_final += int(run.withdrawn["final"].sum())
    for final, into in ((False, seen.false_once), (True, seen.false_final)):
        some = run.period.matches.filter(pl.col("final") == final)
        wrong = scorer.score(truth, _rows(some), verbose=False)["false_list"]
        into.update(json.dumps(each[:2]) for each in wrong)


def _rows(matches: pl.DataFrame) -> list[list[Any]]:
    return [list(row) for row in matches.select("bank", "ledger", "rule").iter_rows()]


def _score(scorer: Any, truth: Any, matches: pl.DataFrame) -> str:
    found = scorer.score(truth, _rows(matches), verbose=False)
    return f"recall {found['bank_line_recall']:.4f}, false {found['false']} of {found['auto']}"


def _tell(seen: Seen, matches: pl.DataFrame, once: pl.DataFrame, score: str) -> None:
    daily, whole = ({json.dumps(row) for row in _rows(each)} for each in (matches, once))
    print(
        f"day by day: {seen.runs} runs, {seen.cpu:.1f} s CPU, the slowest {seen.slowest:.2f} s; "
        f"{score}\n"
        f"  only day by day: {len(daily - whole)}, only at once: {len(whole - daily)}\n"
        f"  withdrawn on the way: {seen.withdrawn}, of these final: {seen.withdrawn_final}\n"
        f"  false on the way: {len(seen.false_once)} while provisional, "
        f"{len(seen.false_final)} final"
    )


if __name__ == "__main__":
    main()

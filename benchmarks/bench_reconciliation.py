"""How right the matcher is, and what it costs: recall, false matches, CPU, on known truth.

    python -m benchmarks.bench_reconciliation [--seeds 1-3] [--flavours given,held,hostile,far]
        [--sources phoenix,scottsdale,berka] [--lines 10000] [--show 3]

Pairs are made by ``../shared/tools/recon_pairs.py`` out of real payments. ``held``,
``hostile`` and ``far`` are our own guards against tuning to ``given``: other numbers, texts,
fees, noise, delays, rates and months. Study on some seeds, judge on others. Every false match
is shown with its evidence and the answer. What is not matched is scored too: duplicates and
keying errors that came out as breaks, and how often the first proposal is the true partner.
"""

from __future__ import annotations

import argparse
import copy
import importlib.util
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from counterfoil.adapters.reconciliation_files import read_bank, read_ledger
from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.rules.reconciliation.in_json import breaks_json, matches_json
from counterfoil.rules.reconciliation.matching import Reconciliation, reconcile

TOOLS = Path(__file__).parent.parent.parent / "shared" / "tools"
HELD: dict[str, Any] = {
    "inflow_share": 0.4, "p_batch": 0.35, "batch_max": 15, "p_bulk": 0.008,
    "p_fee": 0.06, "p_fx": 0.05,
    "date_shift": [(0, .25), (1, .30), (2, .22), (3, .13), (4, .06), (5, .03), (6, .01)],
    "ref": {"intact": .58, "missing": .17, "typo": .08, "truncated": .07, "reformatted": .10},
    "narr": {"plain": .25, "upper35": .33, "prefixed": .27, "noname": .15},
    "p_batch_ref": {"run": .40, "list": .25, "none": .35},
    "ref_styles": ["AP-{n:06d}", "R{n:09d}", "77{n:07d}", "FY18-{n:07d}", "{n:06d}/B"],
    "templates": [
        "SEPA CT {cp} {ref}", "{ref} {cp}", "REMITTANCE {cp} INVOICE {ref}",
        "TRF {noise} {cp} {ref} {d}", "UEBERW {cp} /{ref}/", "BACS {ref} {cp} {noise}",
    ],
    "fees": {
        "wire": {"kind": "flat", "cents": 2000},
        "card": {"kind": "rate", "bps": 175, "plus": 30},
        "intl": {"kind": "flat", "cents": 3250},
    },
    "fx_pairs": [("EUR", 1.11), ("CHF", 1.02), ("CAD", .77)], "fx_spread": 0.012,
}  # fmt: skip
HOSTILE: dict[str, Any] = HELD | {
    "ref": {"intact": .35, "missing": .30, "typo": .12, "truncated": .10, "reformatted": .13},
    "narr": {"plain": .15, "upper35": .40, "prefixed": .25, "noname": .20},
    "p_batch_ref": {"run": .25, "list": .25, "none": .50},
    "undeclared_fee": .4,
    "date_shift": [
        (0, .2), (1, .2), (2, .2), (3, .15), (4, .1), (5, .08), (6, .04), (7, .03),
    ],
}  # fmt: skip
#: Further from `given` still, and of other months: made when all of the above had been looked at.
FAR: dict[str, Any] = {
    "sources": ["march-2018", "april-2018", "october-2017"], "inflow_share": 0.25,
    "p_batch": 0.33, "batch_max": 14, "p_bulk": 0.007, "bulk_max": 24,
    "p_fee": 0.06, "p_fx": 0.05, "p_cheque": 0.12, "undeclared_fee": 0.2,
    "date_shift": [(0, .30), (1, .33), (2, .18), (3, .10), (4, .05), (5, .03), (7, .01)],
    "ref": {"intact": .60, "missing": .17, "typo": .07, "truncated": .06, "reformatted": .10},
    "narr": {"plain": .28, "upper35": .34, "prefixed": .25, "noname": .13},
    "p_batch_ref": {"run": .42, "list": .25, "none": .33},
    "ref_styles": ["KR{n:08d}", "BILL/{n:07d}", "19-{n:07d}", "9{n:08d}", "{n:07d}-18"],
    "templates": [
        "ZAHLUNG {cp} {ref}", "{cp} RECHNUNG {ref} {d}", "CREDIT TRANSFER {ref} {cp} {noise}",
        "FPO {cp} {ref}", "DOMESTIC WIRE {noise} {cp} {ref}",
    ],
    "fees": {
        "wire": {"kind": "flat", "cents": 1250},
        "card": {"kind": "rate", "bps": 120, "plus": 25},
        "intl": {"kind": "flat", "cents": 3000},
    },
    "fx_pairs": [("EUR", 1.21), ("JPY", .0092), ("CHF", 1.04)], "fx_spread": 0.012,
}  # fmt: skip
OTHER_PREFIXES = [
    *("VISA PURCH ", "PPD ", "CO ID:", "DR ADVICE ", "EREF+", "/REMI/", "XFER ", "STO ", "BGC "),
]
CHANGES: dict[str, dict[str, Any]] = {
    "given": {}, "held": HELD, "hostile": HOSTILE, "far": FAR,
}  # fmt: skip
PAIRED = ("1:1", "n:1", "1:n", "n:m", "contra_ledger", "contra_bank")


def main() -> None:
    """Run the pairs that are asked for and print a line each, then a summary."""
    asked = _arguments()
    if not TOOLS.is_dir():
        print(f"no pairs: {TOOLS} is not there")
        return
    pairs, scorer = _load("recon_pairs"), _load("recon_score")
    totals: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as work:
        for flavour, source, seed in _runs(asked):
            folder = Path(work) / f"{flavour}-{source}-{seed}"
            _make(pairs, folder, (flavour, source, seed), asked.lines)
            _score(scorer, folder, asked.show, totals, f"{flavour} {source}")
    _summarise(totals)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", default="1-2")
    parser.add_argument("--flavours", default="given,held,hostile")
    parser.add_argument("--sources", default="phoenix,scottsdale,berka")
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--show", type=int, default=3, help="false matches shown of each pair")
    return parser.parse_args()


def _runs(asked: argparse.Namespace) -> Iterator[tuple[str, str, int]]:
    first, _, last = asked.seeds.partition("-")
    for flavour in asked.flavours.split(","):
        for source in asked.sources.split(","):
            for seed in range(int(first), int(last or first) + 1):
                yield flavour, source, seed


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _make(pairs: ModuleType, folder: Path, which: tuple[str, str, int], lines: int) -> None:
    """Make one pair; a flavour of ours is the given one with CHANGES."""
    flavour, source, seed = which
    options = copy.deepcopy(pairs.FLAVOURS["given"]) | CHANGES[flavour] | {"seed": seed}
    usual = list(pairs.PREFIXES)
    pairs.PREFIXES[:] = usual if flavour == "given" else OTHER_PREFIXES
    made = pairs.Gen(options, pairs.LOADERS[source](options["sources"]), lines)
    made.run()
    made.write(str(folder))
    pairs.PREFIXES[:] = usual


def _score(
    scorer: ModuleType, folder: Path, show: int, totals: Counter[tuple[str, str]], key: str
) -> None:
    started = time.process_time()
    bank, ledger = read_bank(folder / "bank.csv"), read_ledger(folder / "ledger.csv")
    found = reconcile(bank, ledger, load_policy(folder / "rules.json"))
    cpu = time.process_time() - started
    truth, matches = scorer.Truth(str(folder)), json.loads(matches_json(found))
    result = scorer.score(truth, matches, verbose=False)
    kinds = " ".join(f"{kind} {result['by_kind'].get(kind, '-')}" for kind in PAIRED)
    print(
        f"{folder.name:24} recall {result['bank_line_recall']:.4f} false {result['false']} "
        f"of {result['auto']}  CPU {cpu:.2f} s  {kinds}",
        flush=True,
    )
    for wrong in result["false_list"][:show]:
        _explain(found, truth, wrong)
    totals[key, "pairs"] += 1
    totals[key, "recall"] += int(result["bank_line_recall"] * 10_000)
    totals[key, "false"] += result["false"]
    totals[key, "auto"] += result["auto"]
    totals[key, "lowest"] = min(
        int(result["bank_line_recall"] * 10_000), totals.get((key, "lowest"), 10_000)
    )
    for kind in PAIRED:
        right, whole = result["by_kind"].get(kind, "0/0").split("/")
        totals[key, f"{kind} right"] += int(right)
        totals[key, kind] += int(whole)
    _score_breaks(json.loads(breaks_json(found)), truth, totals, key)


def _explain(found: Reconciliation, truth: Any, wrong: list[Any]) -> None:
    """Show a false match: its evidence, its lines, and what they really are."""
    ours = set(wrong[0] or wrong[1])
    ids = found.bank["id"].to_list() if wrong[0] else found.ledger["id"].to_list()
    side = "bank" if wrong[0] else "ledger"
    row = next(
        each for each in found.matches.to_dicts() if {ids[line] for line in each[side]} == ours
    )
    print(f"  FALSE {row['rule']}: {row['evidence']}; rivals: {row['rivals_beaten']}")
    for names, lines, groups, alone in (
        (wrong[0], truth.bank, truth.bg, truth.bank_only),
        (wrong[1], truth.ledger, truth.lg, truth.ledger_only),
    ):
        for name in names[:5]:
            group = groups.get(name)
            what = (
                (group["kind"], group["bank"], group["ledger"][:5], group["tags"]) if group else ""
            )
            print("      ", " | ".join(lines[name].values()), "=>", what or alone.get(name))


def _score_breaks(
    breaks: list[dict[str, Any]], truth: Any, totals: Counter[tuple[str, str]], key: str
) -> None:
    lines = {(each["side"], each["id"]): each for each in breaks}
    for side, alone, first in (
        ("bank", truth.bank_only, truth.alias_b),
        ("ledger", truth.ledger_only, truth.alias_l),
    ):
        for name in [each for each, kind in alone.items() if kind.startswith("duplicate")]:
            twins = (lines.get((side, name), {}), lines.get((side, first[name]), {}))
            totals[key, "duplicates"] += 1
            totals[key, "duplicates found"] += any("duplicate" in t.get("class", "") for t in twins)
    for group in truth.groups:
        for name in group["bank"] if not group["kind"].startswith("contra") else ():
            _score_open(lines.get(("bank", name)), group, truth, totals, key)


def _score_open(
    line: dict[str, Any] | None,
    group: dict[str, Any],
    truth: Any,
    totals: Counter[tuple[str, str]],
    key: str,
) -> None:
    """One open bank line whose partner is known."""
    readable = not {"ref_missing", "ref_truncated"} & set(group["tags"])
    paired = line is not None and line["other"] == group["ledger"]
    if group["kind"] == "amount_error" and readable:
        totals[key, "keyed wrongly"] += 1
        totals[key, "keyed wrongly found"] += paired
    if line is None or paired or "duplicate" in line["class"]:
        return
    totals[key, "open"] += 1
    if line["proposals"]:
        first = {truth.alias_l.get(each, each) for each in line["proposals"][0][1]}
        totals[key, "open with proposals"] += 1
        totals[key, "first is true"] += first == set(group["ledger"])


def _summarise(totals: Counter[tuple[str, str]]) -> None:
    for key in sorted({each for each, _ in totals}):
        of = {name: count for (each, name), count in totals.items() if each == key}
        print(
            f"{key:20} mean recall {of['recall'] / of['pairs'] / 10_000:.4f}, "
            f"lowest {of['lowest'] / 10_000:.4f}, "
            f"false {of['false']} of {of['auto']}; duplicates {of['duplicates found']} of "
            f"{of['duplicates']}, keyed wrongly and readable {of['keyed wrongly found']} of "
            f"{of['keyed wrongly']}; first proposal true {of['first is true']} of {of['open']} "
            f"open ({of['open with proposals']} have one)"
        )
        kinds = [f"{kind} {of[f'{kind} right'] / max(1, of[kind]):.4f}" for kind in PAIRED]
        print(" " * 20, " ".join(kinds))


if __name__ == "__main__":
    main()

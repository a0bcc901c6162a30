"""The given documents through the best public readers, each in an environment of its own.

    python -m benchmarks.statement_peers [--venvs DIR] [--data DIR] [PEER ...]

Not in ``make bench``: it installs other people's packages (into DIR, outside the repository;
``monopoly-core`` needs poppler's headers, ``tabula-py`` a Java) and runs for half an hour.

What is right, for every reader alike: the dates and signed amounts of all transactions of
the document, as a multiset; accounts, balances and descriptions are not asked, because most
peers give rows only. A table is turned into transactions by :mod:`statement_peer_tables`,
which has our own words for headings, our own numbers and dates: better than what is written
around these libraries in practice. "+ tie": only what adds up by itself counts as an answer.
Of documents that cannot be proved (``quarantine``) every answer is a silent error; of those
marked ``either`` only a wrong one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.bench_statements import _shared
from benchmarks.statement_peer_tables import Row, transactions_of
from counterfoil.boxed.pdf import parse
from counterfoil.errors import Quarantined

WORKER = Path(__file__).with_name("statement_peer_workers.py")
PACKAGES = {
    "pdfplumber lines": "pdfplumber",
    "pdfplumber lines, else text": "pdfplumber",
    "camelot lattice": "camelot-py",
    "camelot stream": "camelot-py",
    "tabula lattice": "tabula-py jpype1",
    "tabula stream": "tabula-py jpype1",
    "monopoly": "monopoly-core",
}
OPTIONS: dict[str, Any] = {"today": "2026-11-26", "maps": "", "layout": "", "known": []}
Found = Counter[tuple[str, str]]  # (date, amount)


@dataclass(frozen=True)
class Given:
    """One document and what is true of it."""

    path: Path
    truth: dict[str, Any]

    @property
    def password(self) -> str | None:
        told: str | None = self.truth.get("password")
        return told


@dataclass(frozen=True)
class Answer:
    """What a reader made of one document; None where it refused."""

    rows: Sequence[Row] | None
    ties: bool
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the peers")
    parser.add_argument("peers", nargs="*", metavar="PEER", help="all; or some of them, and ours")
    parser.add_argument("--venvs", type=Path, default=Path("/tmp/peer_venvs"))
    parser.add_argument("--data", type=Path, default=_shared())
    given = parser.parse_args()
    documents = list(_documents(given.data))
    today, load = datetime.now().astimezone().date(), os.getloadavg()[0]
    print(f"{today}, load {load:.1f}; {_counts(documents)}\n")
    print(
        "| reader | to prove: right / silently wrong / refused | to refuse: refused / wrong"
        " | either: right or refused / wrong | CPU s in all |\n|---|---|---|---|---|"
    )
    for peer in given.peers or ["ours", *PACKAGES]:
        began = time.perf_counter()
        answers = list(_ours(documents) if peer == "ours" else _asked(peer, documents, given.venvs))
        seconds = time.perf_counter() - began
        for name, tie in ((peer, False), (f"{peer} + tie", True))[: 1 if peer == "ours" else 2]:
            print(_line(name, documents, answers, tie=tie), flush=True)
        print(f"{peer}: {seconds:.0f} s wall", file=sys.stderr)


def _documents(folder: Path) -> Iterator[Given]:
    for truth in sorted(folder.glob("*/*.truth.json")):
        path = truth.with_name(truth.name.removesuffix(".truth.json") + ".pdf")
        if path.exists():
            yield Given(path, json.loads(truth.read_text()))


def _counts(documents: Sequence[Given]) -> str:
    counts = Counter(each.truth["expect"] for each in documents)
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))


def _ours(documents: Sequence[Given]) -> Iterator[Answer]:
    """Counterfoil without layout maps; text and picture compared, as in the product."""
    for each in documents:
        start = time.process_time()
        told = OPTIONS | {"password": each.password, "look_above": {}}
        try:
            verdicts = parse(each.path, told)["verdicts"]
        except Quarantined:
            verdicts = [{"unproved": {}}]
        rows = [
            (row["booking_date"], row["amount"])
            for verdict in verdicts
            for row in verdict.get("proved", {}).get("transactions", ())
        ]
        refused = any("unproved" in verdict for verdict in verdicts)
        yield Answer(None if refused else rows, True, time.process_time() - start)


def _asked(peer: str, documents: Sequence[Given], venvs: Path) -> Iterator[Answer]:
    """Each document by *peer*, in one process that lives through all of them."""
    python = _installed(PACKAGES[peer].split(), venvs)
    orders = "".join(
        json.dumps({"path": str(each.path), "password": each.password}) + "\n" for each in documents
    )
    run = subprocess.run(
        [python, WORKER, peer], input=orders, stdout=subprocess.PIPE, text=True, check=True
    )
    for each, line in zip(documents, run.stdout.splitlines(), strict=True):
        yield _judged(each, json.loads(line))


def _installed(packages: Sequence[str], venvs: Path) -> Path:
    folder = venvs / packages[0]
    if not folder.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "-q", *packages], check=True)
    return folder / "bin/python"


def _judged(given: Given, answer: dict[str, Any]) -> Answer:
    if "transactions" in answer:
        rows: list[Row] = [(day, amount) for day, amount in answer["transactions"]]
        return Answer(rows or None, bool(answer["checked"]), answer["cpu"])
    if "tables" not in answer:
        return Answer(None, False, answer["cpu"])
    rows, ties = transactions_of(answer["tables"])
    return Answer(rows or None, ties, answer["cpu"])


def _line(name: str, documents: Sequence[Given], answers: Sequence[Answer], *, tie: bool) -> str:
    tally: Counter[tuple[str, str]] = Counter()
    for given, answer in zip(documents, answers, strict=True):
        rows = answer.rows if answer.ties or not tie else None
        tally[given.truth["expect"], _verdict(given.truth, rows)] += 1
    prove = " / ".join(str(tally["prove", each]) for each in ("right", "wrong", "refused"))
    refuse = f"{tally['quarantine', 'refused']} / {tally['quarantine', 'wrong']}"
    either = f"{tally['either', 'right'] + tally['either', 'refused']} / {tally['either', 'wrong']}"
    cpu = sum(answer.cpu for answer in answers)
    return f"| {name} | {prove} | {refuse} | {either} | {cpu:.0f} |"


def _verdict(truth: dict[str, Any], rows: Sequence[Row] | None) -> str:
    """The official scorer's rules, for rows of all accounts together."""
    if rows is None:
        return "refused"
    if truth["expect"] == "quarantine":
        return "wrong"
    must = [each for each in truth["accounts"] if not each.get("optional")]
    for accounts in (must, truth["accounts"]):
        if _equal(rows, accounts):
            return "right"
    return "wrong"


def _equal(rows: Sequence[Row], accounts: Sequence[dict[str, Any]]) -> bool:
    from_day = 5 if any(each.get("year_unknown") for each in accounts) else 0
    told = [row for each in accounts for row in each["transactions"]]
    true = _multiset(((row.get("date") or "*", str(row["amount"])) for row in told), from_day)
    read = _multiset(rows, from_day)
    missing, extra = true - read, read - true
    if not missing and not extra:
        return True
    undated = all(day == "*" for day, _ in missing)
    return bool(missing) and undated and _amounts(missing) == _amounts(extra)


def _multiset(rows: Any, from_day: int) -> Found:
    return Counter(
        (day if day == "*" else day[from_day:], f"{float(amount):.2f}")
        for day, amount in rows
        if float(amount)
    )


def _amounts(found: Found) -> Counter[str]:
    return Counter(amount for (_, amount), count in found.items() for _ in range(count))


if __name__ == "__main__":
    main()

"""Reconcile two files: read them, match, write what was found.

Into the folder go ``matches.json``, ``breaks.json``, ``reconciliation.xlsx`` and
``summary.html``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from counterfoil.adapters.reconciliation_files import read_bank, read_ledger
from counterfoil.adapters.reconciliation_page import write_page
from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.adapters.sheets.reconciliation_book import Lines, write_reconciliation
from counterfoil.domain.reconciliation import Policy
from counterfoil.domain.reconciliation_report import AGEING
from counterfoil.rules.reconciliation.listing import (
    broken_blocks,
    matched_blocks,
    proposal_blocks,
)
from counterfoil.rules.reconciliation.matching import Reconciliation, reconcile
from counterfoil.rules.reconciliation.reporting import report_of

_CLAIM = ("bank", "ledger", "rule", "difference")


def reconcile_files(bank: Path, ledger: Path, rules: Path, into: Path) -> Reconciliation:
    """Match the lines of *bank* and *ledger* by *rules*; write the result into the folder *into*.

    Raises:
        Quarantined: A file cannot be read as a whole; nothing is written.
        SetupError: The rules are wrong; nothing is written.
    """
    policy = load_policy(rules)
    found = reconcile(read_bank(bank), read_ledger(ledger), policy)
    into.mkdir(parents=True, exist_ok=True)
    (into / "matches.json").write_text(matches_json(found), "utf-8")
    (into / "breaks.json").write_text(breaks_json(found), "utf-8")
    _write_report(found, policy, into)
    return found


def _write_report(found: Reconciliation, policy: Policy, into: Path) -> None:
    report = report_of(found)
    lines = Lines(
        matched=matched_blocks(found),
        breaks=broken_blocks(found, as_of=report.as_of, ageing=AGEING, fees=policy.fees),
        proposals=proposal_blocks(found),
    )
    write_reconciliation(into / "reconciliation.xlsx", report, lines)
    write_page(into / "summary.html", report)


def matches_json(found: Reconciliation) -> str:
    """Every match as ``[[bank ids], [ledger ids], rule]``, a line each, in order of ids."""
    bank, ledger = found.bank["id"].to_list(), found.ledger["id"].to_list()
    rows = sorted(
        [[bank[line] for line in ours], [ledger[line] for line in theirs], rule]
        for ours, theirs, rule in found.matches.select("bank", "ledger", "rule").iter_rows()
    )
    return _lines(json.dumps(row) for row in rows)


def breaks_json(found: Reconciliation) -> str:
    """Every open line with its class, and its proposals, the likeliest first; a line each."""
    bank, ledger = found.bank["id"].to_list(), found.ledger["id"].to_list()
    proposed: dict[int, list[Any]] = {}
    for line, ours, theirs, *why in found.breaks.proposals.select("line", *_CLAIM).iter_rows():
        claim = [[bank[each] for each in ours], [ledger[each] for each in theirs], *why]
        proposed.setdefault(line, []).append(claim)
    rows: list[dict[str, Any]] = []
    for side, own, other, breaks in (
        ("bank", bank, ledger, found.breaks.bank),
        ("ledger", ledger, bank, found.breaks.ledger),
    ):
        for line, kind, others, difference in breaks.iter_rows():
            names = own if "duplicate" in kind else other
            row = {"side": side, "id": own[line], "class": kind, "difference": difference}
            row["other"] = [names[each] for each in others]
            if side == "bank":
                row["proposals"] = proposed.get(line, [])
            rows.append(row)
    return _lines(json.dumps(row) for row in rows)


def _lines(rows: Iterable[str]) -> str:
    return "[\n" + ",\n".join(rows) + "\n]\n"

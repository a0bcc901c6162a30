"""Reconcile two files: read them, match, write what was found."""

from __future__ import annotations

import json
from pathlib import Path

from counterfoil.adapters.reconciliation_files import read_bank, read_ledger
from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.rules.reconciliation.matching import Reconciliation, reconcile


def reconcile_files(bank: Path, ledger: Path, rules: Path, into: Path) -> Reconciliation:
    """Match the lines of *bank* and *ledger* by *rules*; write the result into the folder *into*.

    Raises:
        Quarantined: A file cannot be read as a whole; nothing is written.
        SetupError: The rules are wrong; nothing is written.
    """
    found = reconcile(read_bank(bank), read_ledger(ledger), load_policy(rules))
    into.mkdir(parents=True, exist_ok=True)
    (into / "matches.json").write_text(matches_json(found), "utf-8")
    return found


def matches_json(found: Reconciliation) -> str:
    """Every match as ``[[bank ids], [ledger ids], rule]``, a line each."""
    bank, ledger = found.bank["id"].to_list(), found.ledger["id"].to_list()
    rows = [
        json.dumps([[bank[line] for line in ours], [ledger[line] for line in theirs], rule])
        for ours, theirs, rule in found.matches.select("bank", "ledger", "rule").iter_rows()
    ]
    return "[\n" + ",\n".join(rows) + "\n]\n"

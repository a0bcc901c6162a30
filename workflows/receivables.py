"""Incoming payments against open receivables: what is certain becomes allocations to be keyed.

Into the folder go ``receivables.xlsx`` for people, and ``allocations.xlsx``: dropped into a
watched folder it waits for a second person and is keyed on the bank's screen exactly once.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.adapters.sheets.control_book import write_control
from counterfoil.adapters.sheets.entry_rows import read_records
from counterfoil.adapters.sheets.receivables_book import receivables_report, write_allocations
from counterfoil.domain.receivables import IncomingPayment, OpenItem, ReceivablesControl
from counterfoil.errors import Quarantined
from counterfoil.rules.receivables import control_receivables


def control_files(  # noqa: PLR0913 - what the command line says
    receipts: Path, open_items: Path, rules: Path, *, maps: Path, as_of: date, into: Path
) -> ReceivablesControl:
    """Judge the payments in *receipts* and the invoices in *open_items*; write both workbooks.

    Args:
        maps: ``selectors/sheets``.

    Raises:
        Quarantined: A file is not right as a whole; nothing is written.
        SetupError: Rules or maps are wrong; nothing is written.
    """
    policy = load_policy(rules)
    payments = read_records(IncomingPayment, receipts, maps / "receipts.toml")
    items = read_records(OpenItem, open_items, maps / "open_items.toml")
    try:
        control = control_receivables(payments, items, policy, as_of=as_of)
    except ValueError as trouble:
        raise Quarantined("not_unique", str(trouble), remedy="each number may stand once") from None
    facts = (("As of", as_of), ("Payments", receipts.name), ("Open items", open_items.name))
    read = {
        "payments": [(each.currency, each.amount) for each in payments],
        "open items": [(each.currency, each.amount) for each in items],
    }
    write_control(into / "receivables.xlsx", receivables_report(control, facts, read))
    write_allocations(into / "allocations.xlsx", control.allocations())
    return control

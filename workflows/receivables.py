"""Incoming payments against open receivables: what is certain becomes allocations to be keyed.

Into the folder go ``receivables.xlsx`` for people, and ``allocations.xlsx``: dropped into a
watched folder it waits for a second person and is keyed on the bank's screen exactly once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.adapters.sheets.control_book import write_control
from counterfoil.adapters.sheets.entry_rows import read_records
from counterfoil.adapters.sheets.pages import Value
from counterfoil.adapters.sheets.receivables_book import receivables_report, write_allocations
from counterfoil.domain.receivables import IncomingPayment, OpenItem, ReceivablesControl
from counterfoil.domain.statements import Statement
from counterfoil.errors import Quarantined
from counterfoil.rules.receivables import control_receivables
from counterfoil.statements import HowToRead, read_one_account


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivablesFiles:
    """What one control is made of."""

    payments: Path  # the bank's list: selectors/sheets/receipts.toml; or, with
    is_statement: bool = False  # ... this, a statement in any format: its money in
    open_items: Path  # selectors/sheets/open_items.toml


def control_files(
    files: ReceivablesFiles, rules: Path, *, selectors: Path, as_of: date, into: Path
) -> ReceivablesControl:
    """Judge the incoming payments and the open items; write both workbooks.

    Raises:
        Quarantined: A file is not right as a whole, or the statement does not prove;
            nothing is written.
        SetupError: Rules or maps are wrong; nothing is written.
    """
    policy = load_policy(rules)
    items = read_records(OpenItem, files.open_items, selectors / "sheets/open_items.toml")
    facts: list[tuple[str, Value]] = [("As of", as_of), ("Payments", files.payments.name)]
    if files.is_statement:
        proved = read_one_account(files.payments, HowToRead(maps=selectors / "statements"))
        payments = money_in(proved.statement)
        out = len(proved.statement.transactions) - len(payments)
        facts += [("Money out, not judged", f"{out} entries"), ("Grade", str(proved.proof.grade))]
    else:
        payments = read_records(IncomingPayment, files.payments, selectors / "sheets/receipts.toml")
    try:
        control = control_receivables(payments, items, policy, as_of=as_of)
    except ValueError as trouble:
        raise Quarantined("not_right", str(trouble), remedy="mend it and run it again") from None
    facts.append(("Open items", files.open_items.name))
    read = {
        "payments": [(each.currency, each.amount) for each in payments],
        "open items": [(each.currency, each.amount) for each in items],
    }
    write_control(into / "receivables.xlsx", receivables_report(control, facts, read))
    write_allocations(into / "allocations.xlsx", control.allocations())
    return control


def money_in(statement: Statement) -> list[IncomingPayment]:
    """The entries that are credits; their number is the bank's reference, or their place."""
    entries = [
        (number, each) for number, each in enumerate(statement.transactions, 1) if each.amount > 0
    ]
    references = {each.reference for _, each in entries} - {""}
    have_their_own = len(references) == len(entries)
    return [
        IncomingPayment(
            receipt_no=each.reference if have_their_own else f"S{number:05}",
            day=each.booking_date,
            payer="",
            text=each.description,
            amount=each.amount,
            currency=statement.currency,
        )
        for number, each in entries
    ]

"""Nostro: our mirror ledger against the correspondent's statement, proved from closing to closing.

Into the folder goes ``nostro.xlsx``. The statement is read like any other, in whatever format
the correspondent sends it, and must prove by its own arithmetic before it is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.adapters.sheets.control_book import write_control
from counterfoil.adapters.sheets.entry_rows import read_entries, read_records
from counterfoil.adapters.sheets.nostro_book import nostro_report
from counterfoil.domain.cash import AccountBalance
from counterfoil.domain.nostro import Nostro, NostroEntry, Side
from counterfoil.domain.statements import Proved
from counterfoil.errors import Quarantined
from counterfoil.rules.nostro import reconcile_nostro
from counterfoil.statements import HowToRead, read_one_account

ENTRY_FIELDS = ("entry_id", "day", "amount", "text", "reference", "counterparty")


@dataclass(frozen=True, slots=True, kw_only=True)
class NostroFiles:
    """What one reconciliation is made of."""

    ledger: Path  # our mirror: selectors/sheets/mirror_ledger.toml
    balances: Path  # where it begins: selectors/sheets/account_balances.toml
    statement: Path  # theirs: PDF, CAMT, MT940, OFX, BAI2, CSV


def reconcile_files(
    files: NostroFiles, rules: Path, *, selectors: Path, as_of: date, into: Path
) -> Nostro:
    """Reconcile one nostro account; write the workbook.

    Raises:
        Quarantined: A file is not right as a whole, or the statement does not prove;
            nothing is written.
        SetupError: Rules or maps are wrong; nothing is written.
    """
    policy = load_policy(rules)
    ours = read_ours(files, selectors / "sheets")
    proved = read_one_account(files.statement, HowToRead(maps=selectors / "statements"))
    theirs = their_side(proved)
    try:
        found = reconcile_nostro(ours, theirs, policy, as_of=as_of)
    except ValueError as trouble:
        _refuse("not_right", str(trouble))
    read = {
        "ours": [(ours.currency, each.amount) for each in ours.entries],
        "theirs": [(theirs.currency, each.amount) for each in theirs.entries],
    }
    facts = (
        ("As of", as_of),
        ("Mirror ledger", files.ledger.name),
        ("Statement", files.statement.name),
        ("Their account", theirs.account),
        ("Grade of its proof", str(proved.proof.grade)),
    )
    write_control(into / "nostro.xlsx", nostro_report(found, facts, read))
    return found


def read_ours(files: NostroFiles, maps: Path) -> Side:
    """Our side: one account in one currency, from its balance on. Raises Quarantined."""
    rows = read_entries(files.ledger, maps / "mirror_ledger.toml")
    keys = {(str(each.values["account"]), str(each.values["currency"])) for each in rows}
    if len(keys) != 1:
        said = ", ".join(sorted(f"{account} {currency}" for account, currency in keys)) or "none"
        _refuse("one_account", f"{files.ledger.name}: one nostro account is wanted, found {said}")
    ((account, currency),) = keys
    balances = read_records(AccountBalance, files.balances, maps / "account_balances.toml")
    begins = [each for each in balances if (each.account, each.currency) == (account, currency)]
    if len(begins) != 1:
        where = f"{files.balances.name}: {account} in {currency}"
        _refuse("one_balance", f"{where} stands there {len(begins)} times, and must once")
    entries = tuple(
        NostroEntry(**{name: each.values[name] for name in ENTRY_FIELDS})  # type: ignore[arg-type]
        for each in rows
    )
    opening = begins[0].balance
    closing = opening + sum((each.amount for each in entries), Decimal(0))
    return Side(
        account=account, currency=currency, opening=opening, closing=closing, entries=entries
    )


def their_side(proved: Proved) -> Side:
    """Their entries as we see them, numbered as they stand on the statement."""
    statement = proved.statement
    return Side(
        account=statement.account,
        currency=statement.currency,
        opening=statement.opening,
        closing=statement.closing,
        entries=tuple(
            NostroEntry(
                entry_id=f"S{number:05}",
                day=each.value_date or each.booking_date,
                amount=each.amount,
                text=each.description,
                reference=each.reference,
            )
            for number, each in enumerate(statement.transactions, 1)
        ),
    )


def _refuse(code: str, reason: str) -> NoReturn:
    raise Quarantined(code, reason, remedy="mend it, or get another file, and run it again")

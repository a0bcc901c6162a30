"""Small statements and ledgers, made by hand, for tests of the reconciliation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from counterfoil.domain.reconciliation import Fee, Policy
from counterfoil.rules.reconciliation.matching import Reconciliation, reconcile

WIRE = Fee(kind="flat", cents=1500)
POLICY = Policy(fees={"wire": WIRE})
BANK: dict[str, Any] = {
    "account": "ACC01", "currency": "USD", "name": "", "reference": "", "text": "", "day": 100,
}  # fmt: skip
LEDGER: dict[str, Any] = {
    **BANK,
    "document": "",
    "run": "",
    "foreign_currency": "",
    "foreign_amount": None,
}
BANK_KINDS: dict[str, pl.DataType] = {"day": pl.Int64(), "amount": pl.Int64()}
LEDGER_KINDS: dict[str, pl.DataType] = {**BANK_KINDS, "foreign_amount": pl.Int64()}


def bank(*lines: Mapping[str, Any]) -> pl.DataFrame:
    """Bank lines; what a line does not say is as in BANK, ids count from B1."""
    return _frame("B", BANK, lines, BANK_KINDS)


def ledger(*lines: Mapping[str, Any]) -> pl.DataFrame:
    """Ledger lines; what a line does not say is as in LEDGER, ids count from L1."""
    return _frame("L", LEDGER, lines, LEDGER_KINDS)


def _frame(
    letter: str,
    usual: dict[str, Any],
    lines: Sequence[Mapping[str, Any]],
    kinds: dict[str, pl.DataType],
) -> pl.DataFrame:
    rows = [{"id": f"{letter}{place}"} | usual | dict(line) for place, line in enumerate(lines, 1)]
    columns = ["id", *usual, "amount"]
    schema = {name: kinds.get(name, pl.String()) for name in columns}
    return pl.DataFrame(rows, schema=pl.Schema(schema))


def daily_business(count: int = 40) -> list[dict[str, Any]]:
    """Lines that stand on both sides alike: what the rest is judged against."""
    return [
        {
            "id": f"X{place:03d}",
            "amount": -(10_000 + 137 * place),
            "reference": f"PV009{place:05d}",
            "name": f"Vendor {place} Inc",
            "day": 90 + place % 15,
        }
        for place in range(count)
    ]


def found(
    bank_lines: pl.DataFrame, ledger_lines: pl.DataFrame, policy: Policy = POLICY
) -> Reconciliation:
    """Reconcile the two."""
    return reconcile(bank_lines, ledger_lines, policy)


def pairs(result: Reconciliation) -> set[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The matches as ids."""
    ours, theirs = result.bank["id"].to_list(), result.ledger["id"].to_list()
    return {
        (tuple(ours[each] for each in one), tuple(theirs[each] for each in other))
        for one, other in result.matches.select("bank", "ledger").iter_rows()
    }


def classes(result: Reconciliation, side: str) -> dict[str, str]:
    """Class of each open line of "bank" or "ledger", by id."""
    lines, breaks = (
        (result.bank, result.breaks.bank)
        if side == "bank"
        else (result.ledger, result.breaks.ledger)
    )
    ids = lines["id"].to_list()
    return {ids[line]: kind for line, kind in breaks.select("line", "class").iter_rows()}


def settled(
    bank_lines: list[dict[str, Any]],
    ledger_lines: list[dict[str, Any]],
    policy: Policy | None = None,
) -> Reconciliation:
    """The lines among ordinary ones."""
    sides = bank(*bank_lines, *daily_business()), ledger(*ledger_lines, *daily_business())
    return found(*sides, policy) if policy else found(*sides)

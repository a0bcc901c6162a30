"""The matcher for callers that have records, not columns: a few thousand lines a side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from counterfoil.domain.currencies import DECIMALS
from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.matching import Reconciliation, reconcile

_EPOCH = date(1970, 1, 1)
_AMOUNTS = {"day": pl.Int64(), "amount": pl.Int64(), "foreign_amount": pl.Int64()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of either side; ``document`` and ``run`` are the ledger's."""

    id: str
    account: str
    currency: str  # ISO 4217
    day: date
    amount: Decimal  # signed
    name: str = ""
    reference: str = ""
    text: str = ""
    document: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Lines that belong together, by their ids."""

    ours: tuple[str, ...]  # of the bank's side
    theirs: tuple[str, ...]  # of the ledger's
    rule: str
    tier: str
    difference: Decimal  # ours less theirs; declared fees and rates only
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """One line that is left, and why."""

    id: str
    kind: str  # the matcher's class of breaks
    others: tuple[str, ...]  # of either side: what it has to do with
    difference: Decimal | None
    proposals: tuple[Match, ...] = ()  # of the bank's side: the likeliest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Every line is in exactly one match, or is open."""

    matches: tuple[Match, ...]
    bank: tuple[Open, ...]
    ledger: tuple[Open, ...]


def match_records(bank: Sequence[Line], ledger: Sequence[Line], policy: Policy) -> Found:
    """Match *bank* with *ledger*; ids are unique on each side.

    Raises:
        ValueError: An id stands twice, or an amount has more decimals than its currency.
    """
    found = reconcile(
        _frame(bank, ("document", "run")).drop("document", "run"), _frame(ledger, ()), policy
    )
    return _Telling(found).tell()


def _frame(lines: Sequence[Line], empty: Sequence[str]) -> pl.DataFrame:
    rows = [
        asdict(each)
        | {"day": (each.day - _EPOCH).days, "amount": units_of(each.amount, each.currency)}
        | {"foreign_currency": "", "foreign_amount": None}
        for each in lines
    ]
    assert not any(row[name] for row in rows for name in empty), "a bank's line has none of these"
    names = [*Line.__slots__, "foreign_currency", "foreign_amount"]
    schema = {name: _AMOUNTS.get(name, pl.String()) for name in names}
    return pl.DataFrame(rows, schema=pl.Schema(schema))


def units_of(amount: Decimal, currency: str) -> int:
    """*amount* in hundredths, or in what the currency has that is smaller. Raises ValueError."""
    units = amount.scaleb(_decimals(currency))
    if units != units.to_integral_value():
        raise ValueError(f"{amount} {currency} has more decimals than the currency")
    return int(units)


def _decimals(currency: str) -> int:
    return max(DECIMALS.get(currency, 2), 2)


class _Telling:
    """Rows of numbers back to ids and amounts."""

    def __init__(self, found: Reconciliation) -> None:
        self._found = found
        self._bank: list[str] = found.bank["id"].to_list()
        self._ledger: list[str] = found.ledger["id"].to_list()
        self._of_bank: list[str] = found.bank["currency"].to_list()
        self._of_ledger: list[str] = found.ledger["currency"].to_list()

    def tell(self) -> Found:
        proposals: dict[int, list[Match]] = {}
        for row in self._found.breaks.proposals.iter_rows(named=True):
            proposals.setdefault(row["line"], []).append(self._match(row, "proposed", ""))
        return Found(
            matches=tuple(
                self._match(row, row["tier"], row["evidence"] or "")
                for row in self._found.matches.iter_rows(named=True)
            ),
            bank=tuple(
                self._open(row, self._bank, self._ledger, self._of_bank, proposals)
                for row in self._found.breaks.bank.iter_rows(named=True)
            ),
            ledger=tuple(
                self._open(row, self._ledger, self._bank, self._of_ledger, {})
                for row in self._found.breaks.ledger.iter_rows(named=True)
            ),
        )

    def _match(self, row: dict[str, Any], tier: str, evidence: str) -> Match:
        currency = self._of_bank[row["bank"][0]] if row["bank"] else ""
        return Match(
            ours=tuple(self._bank[line] for line in row["bank"]),
            theirs=tuple(self._ledger[line] for line in row["ledger"]),
            rule=row["rule"],
            tier=tier,
            difference=Decimal(row["difference"] or 0).scaleb(-_decimals(currency)),
            evidence=evidence,
        )

    def _open(
        self,
        row: dict[str, Any],
        own: Sequence[str],
        other: Sequence[str],
        currencies: Sequence[str],
        proposals: dict[int, list[Match]],
    ) -> Open:
        line, difference = row["line"], row["difference"]
        names = own if "duplicate" in row["class"] else other
        decimals = _decimals(currencies[line])
        return Open(
            id=own[line],
            kind=row["class"],
            others=tuple(names[each] for each in row["other"]),
            difference=None if difference is None else Decimal(difference).scaleb(-decimals),
            proposals=tuple(proposals.get(line, ())),
        )

"""One row of a CSV: an entry, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from counterfoil.adapters.statement_formats.csv_maps import CsvMap, plain
from counterfoil.adapters.statement_formats.csv_table import Row
from counterfoil.adapters.statement_formats.texts import not_a_date, not_an_amount, one_line, shown
from counterfoil.domain.money import parse_decimal
from counterfoil.domain.statement_drafts import Aside, Problem
from counterfoil.domain.statements import Place, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a row says, and whose it is."""

    account: str
    currency: str
    said: Transaction | Aside


class _WrongError(Exception):
    """Carries a problem out of the reading of one row."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


def read_entry(row: Row, columns: Mapping[str, tuple[int, ...]], map_: CsvMap) -> Entry | Problem:
    """Read *row*; *columns* says where each of our fields stands."""
    try:
        return _Reader(row, columns, map_).entry()
    except _WrongError as wrong:
        return wrong.problem


@dataclass(frozen=True, slots=True)
class _Reader:
    row: Row
    columns: Mapping[str, tuple[int, ...]]
    map: CsvMap

    def entry(self) -> Entry:
        amount, balance = self._amount(), self._money("balance")
        description = one_line(self._cells("description"))
        place = Place(line=self.row.line)
        said: Transaction | Aside
        if amount == 0:
            why = "without an amount"
            said = Aside(why=why, amount=amount, place=place, description=description)
        else:
            said = Transaction(
                booking_date=self._day("booking_date"),
                amount=amount,
                description=description,
                place=place,
                value_date=self._day("value_date") if self._text("value_date") else None,
                reference=self._text("reference"),
                balance=balance,
            )
        return Entry(
            account=self._text("account") or self.map.account,
            currency=self._text("currency") or self.map.currency,
            said=said,
        )

    def _amount(self) -> Decimal:
        if "amount" in self.columns:
            amount = self._money("amount")
            if amount is None:
                raise self._wrong("no_amount", "the row has no amount")
            signed = self._marked(amount) if "mark" in self.columns else amount
        else:
            signed = self._split()
        return -signed if self.map.reversed_sign else signed

    def _marked(self, amount: Decimal) -> Decimal:
        """The mark is the sign; an amount with a sign of its own contradicts it."""
        mark = plain(self._text("mark"))
        if amount < 0:
            raise self._wrong("two_signs", f"{amount:,} has a sign of its own beside {mark!r}")
        if mark in map(plain, self.map.debit_marks):
            return -amount
        if mark in map(plain, self.map.credit_marks):
            return amount
        raise self._wrong("no_sign", f"{shown(mark)} says neither debit nor credit")

    def _split(self) -> Decimal:
        debit, credit = self._money("debit"), self._money("credit")
        if (debit or 0) < 0 or (credit or 0) < 0:
            raise self._wrong("two_signs", "a signed amount in a debit or credit column")
        if debit is None and credit is None:
            raise self._wrong("no_amount", "the row has neither debit nor credit")
        if debit and credit:
            raise self._wrong("two_signs", "the row has both debit and credit")
        return (credit or Decimal(0)) - (debit or Decimal(0))

    def _cells(self, name: str) -> list[str]:
        return [self.row.cells[each].strip() for each in self.columns.get(name, ())]

    def _text(self, name: str) -> str:
        return next(iter(self._cells(name)), "")

    def _money(self, name: str) -> Decimal | None:
        text = self._text(name)
        if not text:
            return None
        amount = money(text, self.map)
        if amount is None:
            raise _WrongError(not_an_amount(text, self._place(name)))
        return amount

    def _day(self, name: str) -> date:
        text = self._text(name)
        day = day_by(text, self.map.date_format)
        if day is None:
            raise _WrongError(not_a_date(text, self._place(name)))
        return day

    def _place(self, name: str) -> Place:
        return Place(line=self.row.line, path=name)

    def _wrong(self, code: str, reason: str) -> _WrongError:
        remedy = "compare with the bank's own statement, or correct the map"
        return _WrongError(
            Problem(code=code, reason=reason, place=Place(line=self.row.line), remedy=remedy)
        )


def money(text: str, map_: CsvMap) -> Decimal | None:
    """One amount as the map writes it; a leading plus is allowed."""
    bare = text.strip().removeprefix("+").replace("\u2212", "-")
    try:
        amount = parse_decimal(bare, decimal_mark=map_.decimal_mark)
    except ValueError:
        return None
    return amount if len(bare) <= 30 else None


def day_by(text: str, date_format: str) -> date | None:
    """One day as the map writes it; None for anything else."""
    try:
        return datetime.strptime(text.strip(), date_format).replace(tzinfo=UTC).date()
    except ValueError:
        return None

"""What a CSV leaves open and sums cannot settle: which map, day or month, mark or group.

A column of amounts ties as well when every amount is a thousand times too large, and a day
that is a month still lies in the year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from counterfoil.adapters.statement_formats.csv_maps import CsvMap
from counterfoil.adapters.statement_formats.csv_rows import day_by
from counterfoil.adapters.statement_formats.csv_table import Row, Table
from counterfoil.domain.currencies import DECIMALS
from counterfoil.domain.statement_drafts import Problem
from counterfoil.domain.statements import Place

_MONEY = ("amount", "debit", "credit", "balance")
_DAYS = ("booking_date", "value_date")
_DECLARE = "declare the one map of this account in config.toml"


def doubts(table: Table, entries: Sequence[Row], currency: str) -> Iterator[Problem]:
    """Amounts and days of *entries* that can be read in two ways."""
    place = Place(line=table.header.line)
    amounts = _cells(table, entries, _MONEY)
    if DECIMALS.get(currency, 2) and _shows_no_mark(amounts, table.map.decimal_mark):
        yield Problem(
            code="decimal_mark_unseen",
            reason="no amount shows the decimal mark: the other mark may be it",
            place=place,
            remedy="compare one amount with the bank's own statement and correct the map",
        )
    if not table.declared and _may_be_swapped(_cells(table, entries, _DAYS), table.map):
        yield Problem(
            code="day_or_month",
            reason=f"every date can be read month first and day first ({table.map.date_format})",
            place=place,
            remedy=_DECLARE,
        )


def _cells(table: Table, entries: Sequence[Row], names: Sequence[str]) -> list[str]:
    places = [place for name in names for place in table.columns.get(name, ())]
    return [text for row in entries for place in places if (text := row.cells[place].strip())]


def _shows_no_mark(amounts: Sequence[str], mark: str) -> bool:
    other = "." if mark == "," else ","
    return any(other in each for each in amounts) and not any(mark in each for each in amounts)


def _may_be_swapped(days: Sequence[str], map_: CsvMap) -> bool:
    """ISO dates and dates with points cannot: the year, or the day, stands first by custom."""
    written = map_.date_format
    if written.startswith("%Y") or "." in written or not ("%d" in written and "%m" in written):
        return False
    swapped = written.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
    others = [day_by(each, swapped) for each in days]
    same = [day_by(each, written) == other for each, other in zip(days, others, strict=True)]
    return None not in others and not all(same)

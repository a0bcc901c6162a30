"""The lines of a table as events: entries, balances, totals, with their dates and texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.rules.statements.anchoring import anchor, find_dates
from counterfoil.rules.statements.dates import Printed
from counterfoil.rules.statements.grouping import groups
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.vocabulary import Label, Role, label_of, section_sign

TITLE_WORDS_MAX = 9


class Kind(StrEnum):
    """What a line with money in it may be; the arithmetic decides between them."""

    ENTRY = "entry"
    LABEL = "label"  # an end of the account, or a balance carried
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Event:
    """One line with money in the columns of its table."""

    line: Line
    table: Table
    cells: dict[int, Amount]  # by column
    kind: Kind
    label: Label | None
    section: int  # the sign that the heading over this stretch gives: -1, +1, 0 for none
    sign: int  # of a CR or DR in a column of its own: -1, +1, 0 for none
    dated: bool  # a date stands in the date column of this very line
    anchored: bool  # or of another line of the entry
    date: Printed | None  # of this line or, where it has none, of the nearest one that has
    value_date: Printed | None
    words: tuple[Line, ...]  # all lines of the entry, this one included


def events_of(
    table: Table, before: Sequence[Line], carried: Printed | None
) -> tuple[Event, ...]:
    """The events of *table*.

    Args:
        before: The lines that stand above its heading.
        carried: The last date of the same table on the page before.
    """
    if not table.columns:
        return ()
    money = {line.index: cells for line in table.lines if (cells := table.cells(line))}
    dates = find_dates(table.heading, table.lines, frozenset(money))
    anchors = anchor(table.lines, frozenset(money), dates, carried)
    dated = dates.booking.keys() - dates.value_lines
    entries = groups(table.lines, money, dated)
    sections = _sections(table, money, _section_before(before))
    return tuple(
        Event(
            line=line,
            table=table,
            cells=money[line.index],
            kind=kind,
            label=label,
            section=sections[line.index],
            sign=_sign_word(line, table),
            dated=anchors[line.index].own is not None,
            anchored=any(each.index in dates.booking for each in entries[line.index]),
            date=anchors[line.index].date,
            value_date=anchors[line.index].value,
            words=entries[line.index] if kind is Kind.ENTRY else (line,),
        )
        for line in table.lines
        if line.index in money
        for label in [label_of(line.label())]
        for kind in [_kind(label, dated=anchors[line.index].own is not None)]
    )


def _kind(label: Label | None, *, dated: bool) -> Kind:
    if label in (Label.TOTAL, Label.TOTAL_CREDITS, Label.TOTAL_DEBITS) and not dated:
        return Kind.TOTAL
    if label in (Label.OPENING, Label.CLOSING, Label.CARRIED, Label.DAILY, Label.BALANCE):
        return Kind.LABEL
    return Kind.ENTRY


def _section_before(before: Sequence[Line]) -> int:
    """The sign of the nearest heading above the table."""
    for line in reversed(before[-5:]):
        if line.amounts or line.dates:
            return 0
        if sign := section_sign(line.text):
            return sign
    return 0


def _sections(table: Table, money: Collection[int], sign: int) -> dict[int, int]:
    """The sign of every line, by the titles that stand between them."""
    signs = {}
    if table.heading is not None:
        first = table.heading.cells[0].text
        sign = section_sign(first) or sign
    for line in table.lines:
        signs[line.index] = sign
        if line.index not in money and not line.dates and len(line.row.words) <= TITLE_WORDS_MAX:
            sign = section_sign(line.text) or sign
    return signs


_SIGN_WORD = re.compile(r"\(?(CR|DR|DB|D|C|S|H|Cr|Dr|Db|Debit|Credit|DEBIT|CREDIT|Af|Bij|K|[-+])\)?")
_SIGNS = {
    "CR": 1, "C": 1, "H": 1, "CREDIT": 1, "BIJ": 1, "+": 1,
    "DR": -1, "DB": -1, "D": -1, "S": -1, "DEBIT": -1, "AF": -1, "-": -1,
}  # fmt: skip


def _sign_word(line: Line, table: Table) -> int:
    """CR or DR as a word of its own, under a heading that says so."""
    cells = () if table.heading is None else table.heading.cells
    for cell in (cell for cell in cells if cell.role is Role.SIGN):
        for word in line.row.words:
            if word.right >= cell.left - 800 and word.left <= cell.right + 800:
                hit = _SIGN_WORD.fullmatch(word.text)
                if hit:
                    return _SIGNS.get(hit[1].upper(), 0)
    return 0

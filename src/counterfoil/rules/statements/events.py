"""The lines of a table as events: entries, balances, totals, with their dates and texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.rules.statements.dates import DateToken, Printed
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.vocabulary import Label, Role, label_of, section_sign

HEADING_REACH = 1_000  # a heading no further than this from a date names it
SAME_EDGE = 250  # hundredths of a point: dates this close to each other are one column
TITLE_WORDS_MAX = 9
ENTRY_LINES_MAX = 12


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
    date: Printed | None  # of this line or, where it has none, of the nearest before it
    value_date: Printed | None
    words: tuple[Line, ...]  # all lines of the entry, this one included


def events_of(table: Table, before: Sequence[Line]) -> tuple[Event, ...]:
    """The events of *table*; *before* are the lines that stand above its heading."""
    if not table.columns:
        return ()
    columns = _date_columns(table)
    dated = {line.index: _dates_in(line, columns) for line in table.lines}
    money = {line.index: cells for line in table.lines if (cells := table.cells(line))}
    below = frozenset(_value_lines(table.lines, money, dated))
    blocks = _blocks(table.lines, money, dated, below)
    sections = _sections(table, money, _section_before(before))
    date = next((dated[line.index][0] for line in table.lines if dated[line.index][0]), None)
    events = []
    for line in table.lines:
        own, value = dated[line.index]
        if own is not None and line.index not in below:
            date = own
        if line.index not in money:
            continue
        label = label_of(line.label())
        if value is None and line.index + 1 in below:
            value = dated[line.index + 1][0]
        events.append(
            Event(
                line=line,
                table=table,
                cells=money[line.index],
                kind=_kind(label, dated=own is not None),
                label=label,
                section=sections[line.index],
                sign=_sign_word(line, table),
                dated=own is not None,
                anchored=any(dated[each.index][0] for each in blocks[line.index]),
                date=date,
                value_date=value,
                words=blocks[line.index],
            )
        )
    return tuple(events)


def _kind(label: Label | None, *, dated: bool) -> Kind:
    if label in (Label.TOTAL, Label.TOTAL_CREDITS, Label.TOTAL_DEBITS) and not dated:
        return Kind.TOTAL
    if label in (Label.OPENING, Label.CLOSING, Label.CARRIED, Label.BALANCE):
        return Kind.LABEL
    return Kind.ENTRY


def _date_columns(table: Table) -> tuple[int | None, int | None]:
    """The left edges of the booking dates and of the value dates."""
    edges: Counter[int] = Counter()
    named: dict[int, Role | None] = {}
    leading: set[int] = set()
    for line in table.lines:
        for token in line.dates:
            edge = next((each for each in edges if abs(each - token.left) <= SAME_EDGE), token.left)
            edges[edge] += 1
            named[edge] = named.get(edge) or _role_over(table, token)
            if token.first == 0:
                leading.add(edge)
    wanted = {edge for edge, role in named.items() if role} or leading
    most = max((edges[edge] for edge in wanted), default=0)
    columns = sorted(edge for edge in wanted if edges[edge] * 3 >= most)
    values = [edge for edge in columns if named[edge] is Role.VALUE_DATE]
    booking = [edge for edge in columns if named[edge] is Role.DATE]
    others = [edge for edge in columns if edge not in values]
    first = (booking or others or columns or [None])[0]
    second = [edge for edge in (values or booking[1:] or columns) if edge != first]
    return first, second[0] if second else None


def _role_over(table: Table, token: DateToken) -> Role | None:
    """What kind of date the heading over *token* names."""
    cells = () if table.heading is None else table.heading.cells
    over = [
        (max(cell.left - token.right, token.left - cell.right), cell.role)
        for cell in cells
        if cell.role in (Role.DATE, Role.VALUE_DATE)
    ]
    distance, role = min(over, key=lambda each: each[0], default=(10**9, None))
    return role if distance <= HEADING_REACH else None


Dates = tuple[Printed | None, Printed | None]


def _dates_in(line: Line, columns: tuple[int | None, int | None]) -> Dates:
    """The booking date and the value date that stand in their columns on this line."""
    return _date_in(line, columns[0]), _date_in(line, columns[1])


def _date_in(line: Line, edge: int | None) -> Printed | None:
    if edge is None:
        return None
    for token in line.dates:
        if abs(token.left - edge) <= SAME_EDGE:
            return token.printed
    return None


Money = Mapping[int, Mapping[int, Amount]]  # the cells of a line, by its index


def _value_lines(
    lines: Sequence[Line], money: Money, dated: Mapping[int, Dates]
) -> Iterator[int]:
    """Where every entry has its own date, a dated line below it is its value date."""
    entries = [each for each in lines if each.index in money and not label_of(each.label())]
    if not entries or any(dated[line.index][0] is None for line in entries):
        return
    for above, line in zip(lines, lines[1:], strict=False):
        if line.index not in money and dated[line.index][0] and above.index in money:
            yield line.index


def _blocks(
    lines: Sequence[Line], money: Money, dated: Mapping[int, Dates], below: frozenset[int]
) -> dict[int, tuple[Line, ...]]:
    """The lines of each entry: its money stands on the first or on the last of them."""
    places = [place for place, line in enumerate(lines) if line.index in money]
    last_line_has_it = _money_comes_last(lines, money, dated, below)
    blocks = {}
    for number, here in enumerate(places):
        before = places[number - 1] if number else -1
        after = places[number + 1] if number + 1 < len(places) else len(lines)
        start, end = here, after
        if last_line_has_it:
            start, end = _start_above(lines, before, here, dated), here + 1
        blocks[lines[here].index] = tuple(_together(lines[start:end], lines[here]))
    return blocks


def _together(lines: Sequence[Line], money: Line) -> Iterator[Line]:
    """Of the lines around an entry's money those that stand close to each other."""
    place = lines.index(money)
    above = list(_close(list(reversed(lines[: place + 1]))))
    below = list(_close(lines[place:]))
    yield from [*reversed(above), *below[1:]][:ENTRY_LINES_MAX]


def _close(lines: Sequence[Line]) -> Iterator[Line]:
    before: Line | None = None
    for line in lines:
        if before is not None:
            one, two = before.row, line.row
            gap = max(two.top - one.bottom, one.top - two.bottom)
            if one.page != two.page or gap * 10 > one.words[0].em * 9:
                return
        before = line
        yield line


def _money_comes_last(
    lines: Sequence[Line], money: Money, dated: Mapping[int, Dates], below: frozenset[int]
) -> bool:
    """Whether dated lines without money are followed by money before the next date."""
    waits = finds = 0
    waiting = False
    for line in lines:
        if line.index in money:
            finds += waiting
            waiting = False
        elif dated[line.index][0] is not None and line.index not in below:
            waits += 1
            waiting = True
    return finds > 0 and finds * 2 >= waits


def _start_above(
    lines: Sequence[Line], before: int, here: int, dated: Mapping[int, Dates]
) -> int:
    """The first line of an entry whose money is on line *here*."""
    for place in range(here, before, -1):
        if dated[lines[place].index][0] is not None:
            return place
    return min(before + 1, here)


def _section_before(before: Sequence[Line]) -> int:
    """The sign of the nearest heading above the table."""
    for line in list(before)[: -5 - 1 : -1]:
        if line.amounts or line.dates:
            return 0
        if sign := section_sign(line.text):
            return sign
    return 0


def _sections(table: Table, money: Money, sign: int) -> dict[int, int]:
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
    """CR or DR as a word of its own, under a heading that says so or beside no number."""
    if table.heading is None:
        return 0
    cells = [cell for cell in table.heading.cells if cell.role is Role.SIGN]
    for cell in cells:
        for word in line.row.words:
            if word.right >= cell.left - 800 and word.left <= cell.right + 800:
                hit = _SIGN_WORD.fullmatch(word.text)
                if hit:
                    return _SIGNS.get(hit[1].upper(), 0)
    return 0

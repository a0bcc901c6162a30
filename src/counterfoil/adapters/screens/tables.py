"""Lists: found by their heads, read page by page to their proven end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from counterfoil.adapters.map_lists import Column, Table
from counterfoil.adapters.map_schema import Locale
from counterfoil.adapters.screens.answers import refusal_in
from counterfoil.adapters.screens.inventory import Sight
from counterfoil.adapters.screens.screen import Screen
from counterfoil.adapters.screens.spelling import Values, as_date, reads_as
from counterfoil.domain.items import Booking
from counterfoil.domain.money import parse_decimal
from counterfoil.domain.secrets import bare
from counterfoil.domain.values import Value, as_text
from counterfoil.errors import Unavailable

Row = dict[str, str]  # what a line shows, by the names of the map's columns; "lines.x" for lines


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list."""

    row: Row
    held: Mapping[str, tuple[int, ...]]  # head of a column with downloads -> controls in its cell


@dataclass(frozen=True, slots=True)
class Listing:
    """Every line of a list, and what proves that there is no other."""

    rows: tuple[Row, ...]
    pages: int
    proof: str  # "page 2 of 2", or the words that only the last page shows


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, open in the browser."""

    screen: Screen
    number: int
    proof: str  # that it is the last; "": it is not
    lines: tuple[Line, ...]


async def read_list(screen: Screen) -> Listing:
    """Read the list to its end, from the page that is open on, as it was seen when it came.

    Raises:
        Unavailable: It is not there, ambiguous, changes while being read, or its end
            cannot be proved.
        Refused: The system says no in its place, in words that the map knows.
    """
    table = screen.map.table
    assert table is not None, f"{screen.name} has no table"
    page = first_page(screen)
    rows = [each.row for each in page.lines]
    if table.totals:
        return _added_up(table, rows, screen)
    while not page.proof:  # at most pages_max: next_page sees to it
        page = await next_page(page)
        rows += [each.row for each in page.lines]
    return Listing(tuple(rows), page.number, page.proof)


def first_page(screen: Screen) -> ListPage:
    """The page that is open. Raises Unavailable and Refused, as :func:`read_list` does."""
    return _read_page(screen, 1)


async def next_page(page: ListPage) -> ListPage:
    """Turn the page. Raises Unavailable, as :func:`read_list` does."""
    screen, table = page.screen, page.screen.map.table
    assert table is not None
    if not table.next:
        raise Unavailable(screen.where, "the list goes on and the map has no way to follow")
    if page.number >= table.pages_max:
        raise Unavailable(screen.where, f"more than {table.pages_max} pages")
    return _read_page(await screen.press(table.next, {}), page.number + 1)


def _read_page(screen: Screen, number: int) -> ListPage:
    table = screen.map.table
    assert table is not None
    sight = screen.sight
    if (refusal := refusal_in(sight.text, screen.map.answers)) is not None:
        raise refusal
    lines = tuple(_lines_of(table, sight, screen.where))
    proof = "" if table.totals else _end_of(table, sight, number, screen.where)
    return ListPage(screen, number, proof, lines)


def _end_of(table: Table, sight: Sight, number: int, where: str) -> str:
    """The proof that this page is the last, or ""; a page out of turn is no list."""
    if table.empty and re.search(table.empty, sight.text, re.MULTILINE):
        return "empty"
    if table.end:
        found = re.search(table.end, sight.text, re.MULTILINE)
        return found[0] if found else ""
    found = re.search(table.page, sight.text, re.MULTILINE)
    if found is None or int(found["page"]) != number:
        raise Unavailable(where, f"page {number} of the list does not say so")
    return found[0] if int(found["page"]) == int(found["pages"]) else ""


def _added_up(table: Table, rows: list[Row], screen: Screen) -> Listing:
    """The lines above the totals, if those are there and are the sums of these lines."""
    locale = screen.session.system.map.locale
    if not rows or rows[-1]["bank_reference"]:
        raise Unavailable(screen.where, "the list has no totals at its end")
    *lines, last = rows
    sums = []
    for name in (name for name, each in table.columns.items() if each.kind == "money"):
        total = _sum_of([row[name] for row in lines], locale)
        if total != _sum_of([last[name]], locale):
            raise Unavailable(screen.where, f"the lines make {total}, the list says {last[name]}")
        sums.append(f"{table.columns[name].header} {total}")
    return Listing(tuple(lines), 1, f"{len(lines)} lines make {', '.join(sums)}")


def _lines_of(table: Table, sight: Sight, where: str) -> Iterator[Line]:
    """The lines under the one header row that has every head of the map."""
    heads = {name: column.header for name, column in table.columns.items()}
    heads |= {f"lines.{name}": column.header for name, column in table.lines.items()}
    offered = {each.header for each in table.downloads.values()}
    found = [
        (which, at)
        for which, each in enumerate(sight.tables)
        for at, row in enumerate(each)
        if all(row.count(head) == 1 for head in {*heads.values(), *offered})
    ]
    if not found and table.empty and re.search(table.empty, sight.text, re.MULTILINE):
        return
    if len(found) != 1:
        raise Unavailable(where, f"the list with its heads is there {len(found)} times")
    which, at = found[0]
    lines, held = sight.tables[which], sight.held[which]
    head = lines[at]
    for row, controls in zip(lines[at + 1 :], held[at + 1 :], strict=True):
        if len(row) == len(head):
            yield Line(
                {name: row[head.index(each)] for name, each in heads.items()},
                {each: controls[head.index(each)] for each in offered},
            )


def bookings(
    screen: Screen, listing: Listing, values: Values, lines: Sequence[Values] = ()
) -> tuple[Booking, ...]:
    """The lines with exactly our reference, one booking for each reference of the bank.

    Raises:
        Unavailable: A line of ours cannot be read, or the list is somebody else's.
    """
    table, locale = screen.map.table, screen.session.system.map.locale
    assert table is not None
    reference = str(values["reference"])
    ours = [row for row in listing.rows if row["reference"] == reference]
    if table.only_ours and len(ours) < len(listing.rows):
        raise Unavailable(screen.where, "the list answers another question than ours")
    groups: dict[str, list[Row]] = {}
    for row in ours:
        groups.setdefault(row["bank_reference"], []).append(row)
    compared = {
        name: column
        for name, column in table.columns.items()
        if name not in ("reference", "bank_reference")
    }
    try:
        return tuple(
            Booking(
                reference=reference,
                bank_reference=bank_reference,
                shown={
                    name: _shown(rows, name, column, values, locale)
                    for name, column in compared.items()
                }
                | _other_lines(rows, table.lines, lines, locale),
            )
            for bank_reference, rows in groups.items()
        )
    except ValueError as trouble:
        raise Unavailable(screen.where, f"a line of ours cannot be read: {trouble}") from None


def _shown(rows: Sequence[Row], name: str, column: Column, values: Values, locale: Locale) -> Value:
    """What the lines of one booking show: the item's own value when they say the same."""
    if column.sum:
        return _sum_of([row[name] for row in rows], locale)
    (text,) = {row[name] for row in rows}
    ours = values.get(name)
    if ours is not None and _equal(text, ours, column, locale):
        return ours
    return read(text, column, locale)


def _other_lines(
    rows: Sequence[Row], columns: Mapping[str, Column], lines: Sequence[Values], locale: Locale
) -> dict[str, Value]:
    """Nothing when the rows are the item's lines, in whatever order; else what they are not."""
    if not columns:
        return {}
    left = list(lines)
    for row in rows:
        same = [each for each in left if _is_line(row, columns, each, locale)]
        if not same:
            return {"lines": "a line that is not the item's"}
        left.remove(same[0])
    return {"lines": f"{len(left)} lines are missing"} if left else {}


def _is_line(row: Row, columns: Mapping[str, Column], line: Values, locale: Locale) -> bool:
    return all(
        _equal(row[f"lines.{name}"], line.get(name, ""), column, locale)
        for name, column in columns.items()
    )


def _sum_of(texts: Sequence[str], locale: Locale) -> Decimal:
    """The amounts that are there, added up."""
    return sum((_money(text, locale) for text in texts if text), Decimal(0))


def _equal(text: str, ours: Value, column: Column, locale: Locale) -> bool:
    locale = _locale_of(column, locale)
    if column.options:
        return column.options.get(as_text(ours)) == text
    if column.kind == "account":
        return reads_as(bare(text), bare(as_text(ours)), locale, column.shown)
    return reads_as(text, ours, locale, column.shown)


def read(text: str, column: Column, locale: Locale) -> Value:
    """*text* as the column's kind of value. Raises ValueError."""
    match column.kind:
        case "money":
            return _money(text, locale)
        case "date":
            return as_date(text, _locale_of(column, locale))
        case _:
            return text


def _locale_of(column: Column, locale: Locale) -> Locale:
    return replace(locale, date_format=column.date_format) if column.date_format else locale


def _money(text: str, locale: Locale) -> Decimal:
    return parse_decimal(text, decimal_mark=locale.decimal_mark)

"""The workbook of a control: what was found, the proof that nothing was dropped, every row.

First a summary for people, then one list for each side, then how to read it all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from counterfoil.adapters.sheets.book import BigSheet, write_book
from counterfoil.adapters.sheets.pages import BigColumn, Page, PageTable, Value
from counterfoil.domain.statements import sum_of

GREEN, YELLOW, RED, GREY, BLUE = "C6E0B4", "FFE699", "F4B6B6", "D9D9D9", "DDEBF7"
PROVED = "proved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list of the report, a row for each row that came in."""

    name: str
    columns: tuple[BigColumn, ...]
    rows: Sequence[Sequence[Value]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlReport:
    """What a control has to say."""

    title: str
    facts: Sequence[tuple[str, Value]]  # label, value
    tables: Sequence[PageTable]  # of the summary
    listings: Sequence[Listing]
    reading: Sequence[tuple[str, str]]  # a word of the report, what it means and who acts
    widths: tuple[int, ...] = (34, 18, 10, 18, 12, 18, 10, 18, 12)


def write_control(target: Path, report: ControlReport) -> None:
    """Write the workbook to *target*; it appears whole or not at all."""
    summary = Page(
        name="Summary",
        title=report.title,
        tables=(PageTable(rows=tuple(report.facts)), *report.tables),
        widths=report.widths,
    )
    how = Page(
        name="How to read it",
        title="How to read it",
        tables=(PageTable(heads=("Word", "Means"), rows=tuple(report.reading)),),
        widths=(34, 110),
    )
    sheets = [
        BigSheet(name=each.name, columns=each.columns, blocks=_blocks(each))
        for each in report.listings
    ]
    write_whole(target, (summary, how), sheets)


def write_whole(target: Path, pages: Sequence[Page], sheets: Sequence[BigSheet]) -> None:
    """As :func:`book.write_book`, and *target* appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        write_book(part, pages, sheets)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _blocks(listing: Listing) -> Iterable[Sequence[Sequence[Value]]]:
    if listing.rows:
        yield list(zip(*listing.rows, strict=True))


#: (currency, amount) of each row that was read, by side.
RowsRead = Mapping[str, Sequence[tuple[str, Decimal]]]
#: (currency, amount, whether it is settled) of each row that was judged, by side.
Judged = Mapping[str, Sequence[tuple[str, Decimal, bool]]]


def proof_table(read: RowsRead, judged: Judged, settled: str) -> PageTable:
    """Each side cut in two, held against what was read before anything was judged.

    Args:
        settled: What the first part is called: "Allocated", "Agreed" ...
    """
    lines: list[tuple[Value, ...]] = []
    for side, rows in read.items():
        for currency in sorted({each for each, _ in rows}):
            came = [each for code, each in rows if code == currency]
            done = [each for code, each, yes in judged[side] if yes and code == currency]
            left = [each for code, each, yes in judged[side] if not yes and code == currency]
            assert len(done) + len(left) == len(came), f"{side}: a row was dropped"
            assert sum_of(done) + sum_of(left) == sum_of(came), f"{side}: an amount was changed"
            parts = (len(done), sum_of(done), len(left), sum_of(left))
            lines.append((side, currency, len(came), sum_of(came), *parts, PROVED))
    heads = ("Side", "Currency", "Read", "Sum", settled, "Sum", "Left", "Sum", "Proof")
    return PageTable(
        heading=f"Control totals: {settled.lower()} and left are what was read, to the cent",
        heads=heads,
        rows=tuple(lines),
        colours={PROVED: GREEN},
    )


def by_class(
    heading: str, rows: Sequence[tuple[str, str, Decimal]], colours: Mapping[str, str]
) -> PageTable:
    """Count and sum of (class, currency, amount), a line each."""
    kinds = sorted({(kind, currency) for kind, currency, _ in rows})
    amounts = {
        key: [each for kind, currency, each in rows if (kind, currency) == key] for key in kinds
    }
    lines = [(*key, len(found), sum_of(found)) for key, found in amounts.items()]
    return PageTable(
        heading=heading,
        heads=("Class", "Currency", "Count", "Sum"),
        rows=tuple(lines),
        colours=colours,
    )


def text(head: str, width: int = 16, colours: Mapping[str, str] | None = None) -> BigColumn:
    """A column of texts."""
    return BigColumn(head=head, kind="text", width=width, colours=colours or {})


def amount(head: str, width: int = 16) -> BigColumn:
    """A column of amounts."""
    return BigColumn(head=head, kind="money", width=width)


def day(head: str, width: int = 12) -> BigColumn:
    """A column of days."""
    return BigColumn(head=head, kind="day", width=width)


def count(head: str, width: int = 10) -> BigColumn:
    """A column of whole numbers."""
    return BigColumn(head=head, kind="count", width=width)

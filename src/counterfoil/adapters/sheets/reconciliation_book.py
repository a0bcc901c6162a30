"""The workbook of a reconciliation: a proof of totals, what was matched and why, what is open.

Figures stand on small pages, lines on sheets that may be a million rows long: a row a line,
with a filter and a heading that stays. The columns for an owner and a comment are left empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from counterfoil.adapters.sheets.book import BigSheet, Columns, write_book
from counterfoil.adapters.sheets.charts import PageChart
from counterfoil.adapters.sheets.frame_cells import Frame, FrameBlock
from counterfoil.adapters.sheets.pages import BigColumn, Page, PageTable, Value
from counterfoil.adapters.sheets.reconciliation_words import (
    BLUE,
    CLASSES,
    GREEN,
    TIERS,
    how_to_read,
)
from counterfoil.domain.reconciliation_report import Report, Total, share
from counterfoil.domain.vouchers import JournalVoucher

#: From the youngest to the oldest.
AGES = ("A9C4E4", "6F9BD1", "E0A44A", "C0504D")
Column = tuple[str, BigColumn]  # the block's name of it


def _text(name: str, head: str, width: int, colours: Mapping[str, str] | None = None) -> Column:
    return name, BigColumn(head=head, kind="text", width=width, colours=colours or {})


def _money(name: str, head: str, width: int = 15) -> Column:
    return name, BigColumn(head=head, kind="money", width=width)


def _count(name: str, head: str, width: int = 9) -> Column:
    return name, BigColumn(head=head, kind="count", width=width)


def _day(name: str, head: str) -> Column:
    return name, BigColumn(head=head, kind="day", width=14)


MATCHED = (
    _count("match", "Match", 10),
    _text("side", "Side", 9),
    _text("id", "Line", 15),
    _day("on", "Day"),
    _money("amount", "Amount"),
    _text("currency", "Currency", 10),
    _text("account", "Account", 14),
    _text("name", "Party", 30),
    _text("number", "Reference", 26),
    _text("text", "Text", 40),
    _text("rule", "Rule", 40),
    _text("tier", "Tier", 17, TIERS),
    _money("difference", "Difference", 13),
    _text("fee", "Fee", 10),
    _text("evidence", "Evidence", 60),
    _text("rivals_beaten", "Rivals beaten", 36),
    _text("by_chance", "By chance", 12),
)
BREAKS = (
    _text("side", "Side", 9),
    _text("id", "Line", 15),
    _text("class", "Class", 28, CLASSES),
    _text("bucket", "Age bucket", 13),
    _count("age", "Days old", 10),
    _day("on", "Day"),
    _money("amount", "Amount"),
    _text("currency", "Currency", 10),
    _text("account", "Account", 14),
    _text("name", "Party", 30),
    _text("number", "Reference", 26),
    _text("text", "Text", 40),
    _money("difference", "Difference", 13),
    _text("cause", "Likely cause", 38),
    _text("other", "Has to do with", 26),
    _text("owner", "Owner", 14),
    _text("comment", "Comment", 30),
)
PROPOSALS = (
    _text("id", "Bank line", 15),
    _count("place", "Place", 8),
    _day("on", "Day"),
    _money("amount", "Bank amount"),
    _text("currency", "Currency", 10),
    _text("account", "Account", 14),
    _text("name", "Party", 28),
    _text("text", "Bank's text", 40),
    _text("ledger", "Ledger lines", 36),
    _money("owed", "Ledger sum"),
    _text("party", "Ledger's party", 28),
    _money("difference", "Difference", 13),
    _text("odds", "Speaks for it", 13, {"strong": GREEN, "fair": BLUE}),
    _text("rule", "Rule", 40),
    _text("bank", "All bank lines of it", 26),
    _text("decision", "Decision", 14),
)
VOUCHERS = (
    _text("voucher", "Voucher", 16),
    _day("day", "Booking date"),
    _text("currency", "Currency", 10),
    _text("description", "Description", 60),
    _text("account", "Account", 14),
    _money("debit", "Debit"),
    _money("credit", "Credit"),
    _text("narrative", "Narrative", 40),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The rows of the big sheets: frames with columns by name, read once.

    A column that a frame has not is left empty.
    """

    matched: Iterable[Frame]  # MATCHED
    breaks: Iterable[Frame]  # BREAKS
    proposals: Iterable[Frame]  # PROPOSALS
    vouchers: tuple[JournalVoucher, ...] = ()


def write_reconciliation(target: Path, report: Report, lines: Lines) -> Mapping[str, int]:
    """Write the workbook to *target*; the rows of each sheet of lines by its name."""
    return write_book(
        target,
        [_summary(report), _by_rule(report), how_to_read(report)],
        [
            _sheet("Matched", MATCHED, _in_order(lines.matched, MATCHED), keys=3, across=2),
            _sheet("Breaks", BREAKS, _in_order(lines.breaks, BREAKS), keys=3, across=2),
            _sheet("Proposals", PROPOSALS, _in_order(lines.proposals, PROPOSALS), keys=2, across=2),
            _sheet("Vouchers", VOUCHERS, _voucher_blocks(lines.vouchers)),
        ],
    )


def _sheet(
    name: str,
    columns: tuple[Column, ...],
    blocks: Iterable[FrameBlock] | Iterable[Columns],
    *,
    keys: int = 0,
    across: int = 1,
) -> BigSheet:
    return BigSheet(
        name=name,
        keys=keys,
        across=across,
        columns=tuple(column for _, column in columns),
        blocks=blocks,
    )


def _in_order(frames: Iterable[Frame], columns: tuple[Column, ...]) -> Iterator[FrameBlock]:
    names = [name for name, _ in columns]
    return (FrameBlock.of(each, names) for each in frames)


def _voucher_blocks(vouchers: Iterable[JournalVoucher]) -> Iterator[Columns]:
    lines = [(each, line) for each in vouchers for line in each.entries]
    yield [
        [each.voucher_no for each, _ in lines],
        [each.booking_date for each, _ in lines],
        [each.currency for each, _ in lines],
        [each.description for each, _ in lines],
        [line.account for _, line in lines],
        [line.debit or None for _, line in lines],
        [line.credit or None for _, line in lines],
        [line.narrative for _, line in lines],
    ]


def _summary(report: Report) -> Page:
    return Page(
        name="Summary",
        title=f"Reconciliation as of {report.as_of}",
        tables=(
            _origin(report),
            _proof(report),
            _tiers(report),
            _open(report),
            *([_differences(report)] if report.differences else []),
        ),
        widths=(42, 14, 14, 20, 14, 20, 14, 20, 12, 10),
    )


def _origin(report: Report) -> PageTable:
    rows: list[tuple[Value, ...]] = [*report.facts, ("Days", f"{report.first} to {report.last}")]
    return PageTable(rows=tuple(rows), wrap=False)


def _proof(report: Report) -> PageTable:
    """Matched and open are the input: a Total that is not so cannot be made."""
    several = len({each.currency for each in report.totals}) > 1
    return PageTable(
        heading="Proof of totals: what was matched and what is open is the input, to the cent",
        heads=(
            *("Side", "Currency", "Lines", "Sum", "Matched", "Sum matched", "Open", "Sum open"),
            *("Share", "Proof"),
        ),
        rows=tuple(_total(each, several=several) for each in report.totals),
        colours={"proved": GREEN},
        chart=PageChart(
            heading="Lines matched and open",
            columns=(5, 7),
            colours=("70AD47", "E0A44A"),
            rows=len(report.totals),
        ),
    )


def _total(each: Total, *, several: bool) -> tuple[Value, ...]:
    side = each.side.capitalize()
    return (
        *(
            f"{side} {each.currency}" if several else side,
            each.currency,
            each.count,
            _cents(each.sum),
        ),
        *(each.matched_count, _cents(each.matched_sum), each.open_count, _cents(each.open_sum)),
        *(share(each.matched_count, each.count), "proved"),
    )


def _tiers(report: Report) -> PageTable:
    bank = sum(each.count for each in report.totals if each.side == "bank")
    rows = tuple(
        (each.tier, each.matches, each.bank_lines, share(each.bank_lines, bank))
        for each in report.tiers()
    )
    return PageTable(
        heading="How sure: confirmed has a number or a whole payment run, silent only amount, "
        "party and day",
        heads=("Tier", "Matches", "Bank lines", "Of all bank lines") if rows else (),
        rows=rows or (("nothing is matched",),),
        colours=TIERS,
    )


def _open(report: Report) -> PageTable:
    rows: list[tuple[Value, ...]] = [
        (
            f"{each.side.capitalize()}: {each.kind}",
            *(each.currency, each.count, _cents(each.sum)),
            *each.by_age,
        )
        for each in report.breaks
    ]
    count = sum(each.count for each in report.breaks)
    ages = tuple(sum(each) for each in zip(*(each.by_age for each in report.breaks), strict=True))
    chart = PageChart(
        heading="Open lines by class and age",
        columns=tuple(range(5, 5 + len(report.buckets))),
        colours=_age_colours(len(report.buckets)),
        rows=len(rows),
    )
    return PageTable(
        heading=f"Open: every line has a class and an age, counted to {report.as_of}",
        heads=("Class", "Currency", "Lines", "Sum", *report.buckets) if rows else (),
        rows=(*rows, ("All", None, count, None, *ages)) if rows else (("nothing is open",),),
        chart=chart if rows else None,
        total=bool(rows),
    )


def _age_colours(buckets: int) -> tuple[str, ...]:
    """AGES, the oldest always the last."""
    return tuple(AGES[at * (len(AGES) - 1) // max(buckets - 1, 1)] for at in range(buckets))


def _differences(report: Report) -> PageTable:
    return PageTable(
        heading=f"Differences in what was matched; {report.vouchers} vouchers are proposed",
        heads=("Cause", "Currency", "Matches", "Sum"),
        rows=tuple(
            (each.cause, each.currency, each.matches, _cents(each.cents))
            for each in report.differences
        ),
    )


def _by_rule(report: Report) -> Page:
    return Page(
        name="By rule",
        title="What each rule matched",
        tables=(
            PageTable(
                heads=("Rule", "Tier", "Matches", "Bank lines", "Ledger lines"),
                rows=tuple(
                    (each.rule, each.tier, each.matches, each.bank_lines, each.ledger_lines)
                    for each in report.rules
                ),
                colours=TIERS,
            ),
        ),
        widths=(60, 20, 14, 14, 14),
    )


def _cents(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)

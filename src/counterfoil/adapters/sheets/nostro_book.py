"""The workbook of a nostro reconciliation: the way from our closing to theirs, every entry."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from counterfoil.adapters.sheets.control_book import (
    GREEN,
    GREY,
    PROVED,
    RED,
    YELLOW,
    ControlReport,
    Listing,
    RowsRead,
    amount,
    by_class,
    count,
    day,
    proof_table,
    text,
)
from counterfoil.adapters.sheets.pages import PageTable, Value
from counterfoil.domain.nostro import OPEN, JudgedEntry, Nostro, NostroClass
from counterfoil.domain.statements import sum_of

COLOURS: dict[str, str] = {
    NostroClass.AGREED: GREEN,
    NostroClass.AGREED_WITHOUT_NUMBER: GREEN,
    NostroClass.TAKEN_BACK: GREY,
    NostroClass.OUR_DEBIT: YELLOW,
    NostroClass.OUR_CREDIT: YELLOW,
    NostroClass.THEIR_CREDIT: RED,
    NostroClass.THEIR_DEBIT: RED,
}
READING = (
    ("agreed", "The same entry on both sides; a number says so."),
    ("agreed, no reference", "The same entry by amount, text and day; no number says so."),
    ("our debit, not their credit", "We expect money that they did not book. Ask the sender."),
    ("our credit, not their debit", "We paid, and they did not carry it out. Ask for it."),
    (
        "their credit, not our debit",
        "Money came that our ledger does not know. Book it, or return it.",
    ),
    (
        "their debit, not our credit",
        "They took money that our ledger does not know. Ask why; book it.",
    ),
    ("taken back", "Two entries of one side that undo each other."),
    ("brought forward", "The openings differ: what was open before this period."),
    ("signs", "As we see it: our debits and their credits are money that we have."),
)
#: Upper bounds of days, and what the items up to there are called.
AGES = ((1, "0-1 days"), (7, "2-7 days"), (30, "8-30 days"))
OLDER = "older"


def nostro_report(
    found: Nostro, facts: Sequence[tuple[str, Value]], read: RowsRead
) -> ControlReport:
    """The report for people.

    Args:
        facts: What it was made of.
        read: "ours" and "theirs" as they were read.
    """
    currency = found.ours.currency
    judged = {
        side: [
            (currency, each.entry.amount, each.kind not in OPEN)
            for each in found.entries
            if each.ours is (side == "ours")
        ]
        for side in read
    }
    rows = [(str(each.kind), currency, each.entry.amount) for each in found.entries]
    return ControlReport(
        title=f"Nostro {found.ours.account}, {currency}",
        facts=facts,
        tables=(
            _proof(found),
            proof_table(read, judged, "Settled"),
            by_class("Entries of both sides by class", rows, COLOURS),
            _ages(found.open_items()),
        ),
        listings=(_listing("Open items", found.open_items()), _listing("Entries", found.entries)),
        reading=READING,
    )


def _proof(found: Nostro) -> PageTable:
    """One line for each step; the last is what the correspondent printed."""
    proof = found.proof
    by_kind = {
        kind: sum_of([each.entry.amount for each in found.entries if each.kind is kind])
        for kind in OPEN
    }
    assert by_kind[OPEN[0]] + by_kind[OPEN[1]] == proof.our_open
    rows: list[tuple[Value, ...]] = [
        ("Our closing balance", proof.our_closing),
        ("brought forward: their opening less ours", proof.opening_difference),
        (f"less {NostroClass.OUR_DEBIT}", -by_kind[NostroClass.OUR_DEBIT]),
        (f"plus {NostroClass.OUR_CREDIT}", -by_kind[NostroClass.OUR_CREDIT]),
        (f"plus {NostroClass.THEIR_CREDIT}", by_kind[NostroClass.THEIR_CREDIT]),
        (f"less {NostroClass.THEIR_DEBIT}", by_kind[NostroClass.THEIR_DEBIT]),
        ("charges within what agreed", proof.differences),
    ]
    made = sum_of([each for _, each in rows if isinstance(each, Decimal)])
    assert made == proof.their_closing, "the way does not lead to their closing"
    return PageTable(
        heading="From our closing balance to theirs",
        heads=("Step", "Amount", ""),
        rows=(
            *((step, value, None) for step, value in rows),
            ("Their closing balance", made, PROVED),
        ),
        colours={PROVED: GREEN},
    )


def _ages(items: Sequence[JudgedEntry]) -> PageTable:
    names = [*(name for _, name in AGES), OLDER]
    kinds = [kind for kind in OPEN if any(each.kind is kind for each in items)]
    ages = {kind: [_age(each) for each in items if each.kind is kind] for kind in kinds}
    rows: list[tuple[Value, ...]] = [
        (str(kind), *(found.count(name) for name in names)) for kind, found in ages.items()
    ]
    return PageTable(
        heading="Open items by age", heads=("Class", *names), rows=tuple(rows), colours=COLOURS
    )


def _age(entry: JudgedEntry) -> str:
    return next((name for most, name in AGES if entry.days_old <= most), OLDER)


def _listing(name: str, entries: Sequence[JudgedEntry]) -> Listing:
    return Listing(
        name=name,
        columns=(
            text("Side", 8), text("Entry", 16), day("Value date"), amount("Amount"),
            text("Class", 28, COLOURS), count("Days old", 10), text("Other side", 24),
            text("Counterparty", 26), text("Reference", 20), text("Text", 44), text("Why", 50),
        ),
        rows=[
            ("ours" if each.ours else "theirs", each.entry.entry_id, each.entry.day,
             each.entry.amount, str(each.kind), each.days_old if each.kind in OPEN else None,
             ", ".join(each.others), each.entry.counterparty, each.entry.reference,
             each.entry.text, each.why)
            for each in entries
        ],
    )  # fmt: skip

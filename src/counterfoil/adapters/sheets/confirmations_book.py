"""The workbook of trade confirmations: each mismatch field by field, every trade, every note."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from counterfoil.adapters.sheets.control_book import (
    GREEN,
    GREY,
    RED,
    YELLOW,
    ControlReport,
    Listing,
    RowsRead,
    amount,
    by_class,
    day,
    proof_table,
    text,
)
from counterfoil.adapters.sheets.pages import BigColumn, PageTable, Value
from counterfoil.domain.trades import SETTLED, Confirmations, Difference, JudgedTrade, TradeClass

COLOURS: dict[str, str] = {
    TradeClass.AGREED: GREEN,
    TradeClass.TOLERATED: GREEN,
    TradeClass.AGREED_WITHOUT_ID: GREEN,
    TradeClass.MISMATCH: RED,
    TradeClass.DUPLICATE: GREY,
    TradeClass.TO_DECIDE: YELLOW,
    TradeClass.NOT_CONFIRMED: YELLOW,
    TradeClass.UNKNOWN: RED,
}
READING = (
    ("agreed", "The note names the trade, and every field is the same."),
    (
        "agreed within tolerance",
        "The note names the trade; what differs is tolerated by the rules.",
    ),
    ("agreed, no trade id", "The note names no trade; all fields agree, and nothing else fits."),
    ("mismatch", "The note names the trade, and a field differs: sheet Mismatches. Call them."),
    ("duplicate note", "It says word for word what another note says."),
    ("to decide", "Several notes for one trade, or several trades that a note fits."),
    ("not confirmed", "A trade of ours without a note: chase it before it settles."),
    ("unknown to us", "A note without a trade of ours: find out at once."),
    ("likely", "No id links the two; so few fields differ that they may belong together."),
)
_PLACES = 6  # decimals of quantities and prices


def confirmations_report(
    found: Confirmations, facts: Sequence[tuple[str, Value]], read: RowsRead
) -> ControlReport:
    """The report for people.

    Args:
        facts: What it was made of.
        read: "trades" and "notes" as they were read.
    """
    sides = {"trades": found.trades, "notes": found.notes}
    judged = {
        side: [(each.trade.currency, each.trade.amount, each.kind in SETTLED) for each in rows]
        for side, rows in sides.items()
    }
    classes = {
        side: [(str(each.kind), each.trade.currency, each.trade.amount) for each in rows]
        for side, rows in sides.items()
    }
    return ControlReport(
        title="Trade confirmations against contract notes",
        facts=facts,
        tables=(
            proof_table(read, judged, "Agreed"),
            by_class("Trades of ours by class", classes["trades"], COLOURS),
            by_class("Notes by class", classes["notes"], COLOURS),
            _by_field(found.trades),
        ),
        listings=(
            _mismatches(found),
            _listing("Trades", found.trades),
            _listing("Notes", found.notes),
        ),
        reading=READING,
    )


def _by_field(trades: Sequence[JudgedTrade]) -> PageTable:
    """Which fields go wrong how often: whose booking needs a look."""
    wrong = [
        one.name
        for each in trades
        if each.kind is TradeClass.MISMATCH
        for one in each.differences
        if not one.tolerated
    ]
    rows = tuple((name, wrong.count(name)) for name in dict.fromkeys(wrong))
    return PageTable(heading="Mismatches by field", heads=("Field", "Count"), rows=rows)


def _mismatches(found: Confirmations) -> Listing:
    """A row for each field that differs, of pairs and of likely pairs."""
    return Listing(
        name="Mismatches",
        columns=(
            text("Trade", 16), text("Note", 16), text("Counterparty", 26),
            text("Class", 24, COLOURS), text("Link", 10), text("Field", 18), text("Ours", 26),
            text("Theirs", 26), text("Tolerated", 10),
        ),
        rows=[
            (each.trade.trade_id, ", ".join(each.others), each.trade.counterparty,
             str(each.kind), "likely" if each.likely else "by id", one.name, one.ours,
             one.theirs, "yes" if one.tolerated else "no")
            for each in found.trades
            for one in each.differences
        ],
    )  # fmt: skip


def _listing(name: str, rows: Sequence[JudgedTrade]) -> Listing:
    return Listing(
        name=name,
        columns=(
            text("Number", 16), text("Trade id", 16), text("ISIN", 15), text("Side", 6),
            _exact("Quantity"), _exact("Price"), text("Ccy", 6), amount("Amount"),
            day("Trade date"), day("Settlement"), text("Counterparty", 26),
            text("Class", 24, COLOURS), text("Other side", 20), text("What differs", 60),
        ),
        rows=[
            (each.trade.number, each.trade.trade_id, each.trade.isin, each.trade.side,
             each.trade.quantity, each.trade.price, each.trade.currency, each.trade.amount,
             each.trade.trade_date, each.trade.settlement_date, each.trade.counterparty,
             str(each.kind), ("likely " if each.likely else "") + ", ".join(each.others),
             "; ".join(_told(each.differences)))
            for each in rows
        ],
    )  # fmt: skip


def _exact(head: str) -> BigColumn:
    return BigColumn(head=head, kind="money", width=18, decimals=_PLACES)


def _told(differences: Sequence[Difference]) -> Iterator[str]:
    for each in differences:
        yield f"{each.name}: {each.ours} / {each.theirs}" + (" (tolerated)" * each.tolerated)

"""The workbook of a cash position: every account day by day, every movement with its class."""

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
from counterfoil.adapters.sheets.pages import PageTable, Value
from counterfoil.domain.cash import AccountPosition, CashPosition, MovementClass
from counterfoil.domain.statements import sum_of

SHORT, ENOUGH = "short", "enough"
COLOURS: dict[str, str] = {
    MovementClass.IN_POSITION: GREEN,
    MovementClass.OVERDUE: YELLOW,
    MovementClass.BEYOND: GREY,
    MovementClass.OTHER_CURRENCY: RED,
    MovementClass.NO_ACCOUNT: RED,
    SHORT: RED,
    ENOUGH: GREEN,
}
READING = (
    ("in the position", "Counted on its value date."),
    (
        "value date passed",
        "Not booked by the day of the balance. Not counted: is it still to come?",
    ),
    ("beyond the horizon", "Value date after the last day shown."),
    ("another currency", "Its account has no balance in that currency: not counted."),
    ("no such account", "No balance was given for its account: not counted."),
    ("short", "On some day the account falls below its floor; Lowest and On say where."),
    ("floor", "What the account should not fall below; a credit line is a negative floor."),
)


def cash_report(
    found: CashPosition, facts: Sequence[tuple[str, Value]], read: RowsRead
) -> ControlReport:
    """The report for people.

    Args:
        facts: What it was made of.
        read: "movements" as they were read.
    """
    judged = {
        "movements": [
            (
                each.movement.currency,
                each.movement.amount,
                each.kind is MovementClass.IN_POSITION,
            )
            for each in found.movements
        ]
    }
    rows = [
        (str(each.kind), each.movement.currency, each.movement.amount) for each in found.movements
    ]
    return ControlReport(
        title=f"Cash position to {found.horizon}",
        facts=facts,
        tables=(
            _accounts(found.accounts),
            proof_table(read, judged, "Counted"),
            by_class("Movements by class", rows, COLOURS),
        ),
        listings=(_days(found.accounts), _movements(found)),
        reading=READING,
        widths=(34, 18, 18, 18, 18, 18, 18, 14, 12),
    )


def _accounts(accounts: Sequence[AccountPosition]) -> PageTable:
    heads = ("Account", "Currency", "Balance", "In", "Out", "Closing", "Lowest", "On", "Standing")
    return PageTable(
        heading="Accounts: balance, in and out make the closing",
        heads=heads,
        rows=tuple(_account(each) for each in accounts),
        colours=COLOURS,
    )


def _account(position: AccountPosition) -> tuple[Value, ...]:
    lowest = position.lowest()
    money_in = sum_of([each.money_in for each in position.days])
    money_out = sum_of([each.money_out for each in position.days])
    balance = position.balance
    assert balance.balance + money_in + money_out == position.closing
    return (
        *(balance.account, balance.currency, balance.balance, money_in, money_out),
        *(position.closing, lowest.closing if lowest else None, lowest.day if lowest else None),
        SHORT if any(each.short for each in position.days) else ENOUGH,
    )


def _days(accounts: Sequence[AccountPosition]) -> Listing:
    return Listing(
        name="Days",
        columns=(
            text("Account", 24), text("Ccy", 6), day("Day"), amount("Opening"), amount("In"),
            amount("Out"), amount("Closing"), amount("Floor"), amount("Below the floor", 18),
            text("Standing", 10, COLOURS),
        ),
        rows=list(_day_rows(accounts)),
    )  # fmt: skip


def _day_rows(accounts: Sequence[AccountPosition]) -> Iterator[tuple[Value, ...]]:
    for each in accounts:
        for one in each.days:
            yield (
                *(each.balance.account, each.balance.currency, one.day, one.opening),
                *(one.money_in, one.money_out, one.closing, each.balance.floor),
                *(one.short or None, SHORT if one.short else ENOUGH),
            )


def _movements(found: CashPosition) -> Listing:
    return Listing(
        name="Movements",
        columns=(
            text("Movement", 18), text("Account", 24), text("Ccy", 6), day("Value date"),
            amount("Amount"), text("Class", 22, COLOURS), text("Text", 50),
        ),
        rows=[
            (each.movement.movement_id, each.movement.account, each.movement.currency,
             each.movement.value_date, each.movement.amount, str(each.kind), each.movement.text)
            for each in found.movements
        ],
    )  # fmt: skip

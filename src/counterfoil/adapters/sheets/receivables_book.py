"""The workbooks of the control of receivables: the report, and the allocations to be dropped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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
    write_whole,
)
from counterfoil.adapters.sheets.pages import Page, PageTable, Value
from counterfoil.domain.allocations import Allocation
from counterfoil.domain.receivables import (
    ItemClass,
    JudgedReceipt,
    ReceiptClass,
    ReceivablesControl,
)
from counterfoil.domain.statements import sum_of

COLOURS: dict[str, str] = {
    ReceiptClass.ALLOCATED: GREEN,
    ReceiptClass.PARTIAL: YELLOW,
    ReceiptClass.OVER: YELLOW,
    ReceiptClass.NOT_NAMED: YELLOW,
    ReceiptClass.TO_DECIDE: YELLOW,
    ReceiptClass.PAID_TWICE: RED,
    ReceiptClass.OTHER_CURRENCY: RED,
    ReceiptClass.DUPLICATE: RED,
    ReceiptClass.NO_INVOICE: RED,
    ReceiptClass.TAKEN_BACK: GREY,
    ItemClass.PAID: GREEN,
    ItemClass.IN_QUESTION: YELLOW,
    ItemClass.OVERDUE: RED,
    ItemClass.NOT_DUE: GREY,
    ItemClass.CREDITED: GREY,
}
READING = (
    ("allocated", "Payment and invoices meet to the cent and a number says so: allocations.xlsx."),
    ("partial payment", "It names its invoice and is less. Dun the rest, or write it off."),
    (
        "overpayment",
        "It names its invoice and is more. Ask the payer; pay back or keep on account.",
    ),
    (
        "paid more than once",
        "Together with other payments more than is owed. Nothing is allocated.",
    ),
    ("no reference", "One invoice of that debtor has the amount; no number says so. Confirm it."),
    ("another currency", "It names an invoice that is owed in another currency."),
    ("duplicate", "The bank's list repeats the line word for word. Ask the bank."),
    ("taken back", "Two lines of the bank that undo each other."),
    ("to decide", "Something fits, and not so that a machine may say which."),
    ("no open invoice", "Nothing that is open fits its text, payer or amount."),
    ("paid", "An open item whose whole amount is allocated."),
    ("overdue, not yet due", "An open item that no payment has to do with."),
    ("settled by credit note", "An open item and a credit note that undo each other."),
    ("in question", "An open item that a payment has to do with which is not allocated."),
)


def write_allocations(target: Path, allocations: Sequence[Allocation]) -> None:
    """The workbook that ``selectors/sheets/allocations.toml`` reads, with its control totals."""
    total = sum_of([each.amount for each in allocations])
    heads = ("Allocation", "Receipt no", "Invoice", "Debtor", "Amount", "Currency")
    rows = tuple(
        (each.allocation_id, each.receipt_no, each.invoice_no, each.debtor_name, each.amount,
         each.currency)
        for each in allocations
    )  # fmt: skip
    control = PageTable(rows=(("Control count", len(allocations)), ("Control sum", total)))
    page = Page(
        name="Allocations",
        title="Allocations of incoming payments",
        tables=(control, PageTable(heads=heads, rows=rows)),
        widths=(26, 14, 14, 34, 16, 10),
    )
    write_whole(target, (page,), ())


def receivables_report(
    control: ReceivablesControl, facts: Sequence[tuple[str, Value]], read: RowsRead
) -> ControlReport:
    """The report for people.

    Args:
        facts: What it was made of.
        read: "payments" and "open items" as they were read.
    """
    judged = {
        "payments": [
            (each.payment.currency, each.payment.amount, bool(each.allocations))
            for each in control.receipts
        ],
        "open items": [
            (each.item.currency, each.item.amount, each.kind is ItemClass.PAID)
            for each in control.items
        ],
    }
    receipts = [
        (str(each.kind), each.payment.currency, each.payment.amount) for each in control.receipts
    ]
    items = [(str(each.kind), each.item.currency, each.item.amount) for each in control.items]
    return ControlReport(
        title="Incoming payments against open receivables",
        facts=facts,
        tables=(
            proof_table(read, judged, "Allocated"),
            by_class("Payments by class", receipts, COLOURS),
            by_class("Open items by class", items, COLOURS),
        ),
        listings=(_payments(control.receipts), _items(control)),
        reading=READING,
    )


def _payments(receipts: Sequence[JudgedReceipt]) -> Listing:
    return Listing(
        name="Payments",
        columns=(
            text("Receipt", 12), day("Date"), text("From", 30), text("Text", 36),
            amount("Amount"), text("Ccy", 6), text("Class", 22, COLOURS),
            text("Invoices", 34), amount("Difference"), text("Why", 70),
        ),
        rows=[
            (each.payment.receipt_no, each.payment.day, each.payment.payer, each.payment.text,
             each.payment.amount, each.payment.currency, str(each.kind),
             ", ".join(one.invoice_no for one in each.allocations) or ", ".join(each.invoices),
             each.difference, each.why)
            for each in receipts
        ],
    )  # fmt: skip


def _items(control: ReceivablesControl) -> Listing:
    return Listing(
        name="Open items",
        columns=(
            text("Invoice", 14), text("Debtor no", 12), text("Debtor", 34), day("Date"),
            day("Due"), amount("Open"), text("Ccy", 6), text("Class", 22, COLOURS),
            amount("Allocated"), text("Receipts", 34),
        ),
        rows=[
            (each.item.invoice_no, each.item.debtor_no, each.item.debtor_name, each.item.day,
             each.item.due, each.item.amount, each.item.currency, str(each.kind),
             each.allocated, ", ".join(each.receipts))
            for each in control.items
        ],
    )  # fmt: skip

"""The workbook of the control of direct debits: every debit with its class, every mandate."""

from __future__ import annotations

from collections.abc import Sequence

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
from counterfoil.domain.mandates import (
    DebitClass,
    JudgedDebit,
    JudgedMandate,
    MandateClass,
    MandateControl,
)

COLOURS: dict[str, str] = {
    **dict.fromkeys(map(str, DebitClass), RED),
    DebitClass.DUPLICATE: YELLOW,
    DebitClass.ABOVE_LIMIT: YELLOW,
    DebitClass.TOO_OFTEN: YELLOW,
    DebitClass.ALLOWED: GREEN,
    MandateClass.USED: GREEN,
    MandateClass.MISUSED: RED,
    MandateClass.UNUSED: GREY,
    MandateClass.ENDED: GREY,
}
READING = (
    ("allowed", "Nothing is wrong with it."),
    ("without mandate", "The register has no mandate of that reference: return it."),
    ("another creditor", "The mandate was given to somebody else."),
    ("another account", "The mandate is for another account of the debtor."),
    ("another currency", "The mandate is in another currency."),
    ("after revocation", "The mandate was revoked on or before that day."),
    ("mandate not usable", "The register says so: suspended, or a word that no rule lists."),
    ("before its first day", "Collected before the mandate was signed or became valid."),
    ("after its last day", "Collected after the mandate ended."),
    ("mandate lapsed", "Not used for longer than the rules allow: it is void."),
    ("duplicate collection", "The same end-to-end id, or the same amount within a few days."),
    ("above the limit", "One collection of more than the mandate allows."),
    ("too often", "A second collection within the mandate's week, month, quarter or year."),
    ("used against its terms", "A mandate with a debit that is not allowed."),
    ("IN, OUT", "Presented to us; collected by us."),
)  # fmt: skip


def mandates_report(
    control: MandateControl, facts: Sequence[tuple[str, Value]], read: RowsRead
) -> ControlReport:
    """The report for people.

    Args:
        facts: What it was made of.
        read: Debits "IN" and "OUT" as they were read.
    """
    judged = {
        side: [
            (each.debit.currency, each.debit.amount, each.kind is DebitClass.ALLOWED)
            for each in control.debits
            if each.debit.direction == side
        ]
        for side in read
    }
    debits = [(str(each.kind), each.debit.currency, each.debit.amount) for each in control.debits]
    return ControlReport(
        title="Direct debits against mandates",
        facts=facts,
        tables=(
            proof_table(read, judged, "Allowed"),
            by_class("Debits by class", debits, COLOURS),
            _mandates_by_class(control.mandates),
        ),
        listings=(_debits(control.debits), _mandates(control.mandates)),
        reading=READING,
    )


def _mandates_by_class(mandates: Sequence[JudgedMandate]) -> PageTable:
    kinds = [each.kind for each in mandates]
    rows = [(str(kind), kinds.count(kind)) for kind in MandateClass if kind in kinds]
    return PageTable(
        heading="Mandates by class",
        heads=("Class", "Count"),
        rows=(*rows, ("all of the register", len(kinds))),
        colours=COLOURS,
    )


def _debits(debits: Sequence[JudgedDebit]) -> Listing:
    return Listing(
        name="Debits",
        columns=(
            text("Debit", 14), text("Direction", 10), day("Day"), text("Creditor id", 18),
            text("Mandate", 12), text("Debtor account", 18), amount("Amount"), text("Ccy", 6),
            text("Class", 22, COLOURS), text("Register says", 14), text("Why", 60),
        ),
        rows=[
            (each.debit.debit_id, each.debit.direction, each.debit.day, each.debit.creditor_id,
             each.debit.mandate_ref, each.debit.debtor_account, each.debit.amount,
             each.debit.currency, str(each.kind), each.status, "; ".join(each.findings))
            for each in debits
        ],
    )  # fmt: skip


def _mandates(mandates: Sequence[JudgedMandate]) -> Listing:
    return Listing(
        name="Mandates",
        columns=(
            text("Mandate", 12), text("Creditor id", 18), amount("Limit"), text("Ccy", 6),
            text("Frequency", 12), day("Signed on"), day("Valid to"), day("Revoked on"),
            text("Register says", 14), text("Class", 24, COLOURS), amount("Collected"),
            text("Debits", 40),
        ),
        rows=[
            (each.mandate.mandate_ref, each.mandate.creditor_id, each.mandate.limit,
             each.mandate.currency, each.mandate.frequency, each.mandate.signed_on,
             each.mandate.valid_to, each.mandate.revoked_on, each.mandate.status,
             str(each.kind), each.collected, ", ".join(each.debits))
            for each in mandates
        ],
    )  # fmt: skip

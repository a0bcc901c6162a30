"""How the workbook of a reconciliation is read, and the colours of its words."""

from __future__ import annotations

from counterfoil.adapters.sheets.pages import Page, PageTable, Value
from counterfoil.domain.reconciliation_report import Report

GREEN, BLUE, YELLOW, RED, GREY = "C6E0B4", "DDEBF7", "FFE699", "F4B6B6", "D9D9D9"
TIERS = {"confirmed": GREEN, "confirmed-silent": BLUE}
CLASSES = {
    "timing": GREY,
    "to decide": YELLOW,
    "missing in the ledger": RED,
    "missing at the bank": RED,
    "amount keyed wrongly": RED,
    "amounts differ": YELLOW,
    "duplicate": YELLOW,
    "possible duplicate": YELLOW,
    "bank's own charge or interest": BLUE,
}

_SHEETS: tuple[tuple[Value, ...], ...] = (
    (
        "Summary",
        "Every line of both sides is in exactly one match, or open exactly once: counts and sums "
        "of both are the input. A run whose totals do not add up writes no workbook.",
    ),
    ("By rule", "How many matches each rule made, strictest tiers first."),
    (
        "Matched",
        "A row a line; lines of one match have its number and stand together, the bank's first. "
        "Difference (bank less ledger), evidence, rivals and chance stand on the first of them.",
    ),
    (
        "Breaks",
        "A row an open line, with class, age and the likely cause. Owner and Comment are yours: "
        "nothing reads them back.",
    ),
    (
        "Proposals",
        "Up to three claims for an open bank line, the likeliest first. None of them is a match: "
        "they did not stand out, or a rule leaves them to a person.",
    ),
    (
        "Vouchers",
        "Postings proposed for charges and differences, balanced. vouchers.xlsx holds the same, "
        "to be dropped into the folder for vouchers; a second person approves them there.",
    ),
)
_WORDS: tuple[tuple[Value, ...], ...] = (
    ("confirmed", "A number links the lines, or a whole payment run adds up to the cent."),
    (
        "confirmed-silent",
        "Amount, party and day only, where nothing else comes near. Rules can turn this off.",
    ),
    (
        "10^2.73",
        "The odds of a piece of evidence: so many times likelier if the lines belong together "
        "(10^2 is a hundred times). With a minus it speaks against.",
    ),
    ("Rivals beaten", "Other claims on these lines, and by how much the best was behind."),
    ("By chance", "How many unrelated lines of that amount would be expected near that day."),
    ("strong, fair, weak", "All evidence together: a thousand times likelier, ten times, less."),
)
_CLASS_WORDS: tuple[tuple[Value, ...], ...] = (
    ("timing", "Booked so late that the bank may still bring it: wait."),
    ("to decide", "There are claims, but none stands out: look at Proposals."),
    ("missing in the ledger", "The bank has it, the books have not: find the document, book it."),
    ("missing at the bank", "The books have it, the bank has not: was it sent?"),
    ("amount keyed wrongly", "A sure number links the two lines and one digit is off: correct it."),
    ("amounts differ", "A sure number links the two lines: look at the difference and its cause."),
    ("duplicate", "The same line stands twice on its own side: reverse one."),
    ("possible duplicate", "It looks like another line of its side, but both may be real."),
    (
        "bank's own charge or interest",
        "Nobody booked it yet: a voucher is proposed where the rules name accounts.",
    ),
)


def how_to_read(report: Report) -> Page:
    """Sheets, words and classes, for somebody who sees them for the first time."""
    return Page(
        name="How to read",
        title="How to read this workbook",
        tables=(
            PageTable(heads=("Where", "What it says"), rows=_SHEETS),
            PageTable(heads=("Word", "What it means"), rows=_WORDS),
            PageTable(
                heads=("Class of an open line", "What to do"),
                rows=_CLASS_WORDS,
                colours=CLASSES,
            ),
            PageTable(
                rows=(
                    (
                        "Ages",
                        f"calendar days from the line's day to {report.as_of}: "
                        + ", ".join(report.buckets),
                    ),
                )
            ),
        ),
        widths=(34, 110),
    )

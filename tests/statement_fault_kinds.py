"""The kinds of faults: one digit, one sign, a row, a page, a column, put into printed pages.

Each kind is a function that draws one fault on a :class:`Ground` by chance, or says None
where the document has nothing that it could strike.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from random import Random

from tests import statement_fault_columns as columns
from tests import statement_fault_numbers as numbers
from tests import statement_fault_rows as rows
from tests import statement_fault_words as words
from tests.statement_edits import Edits
from tests.statement_spots import Ground


class Kind(StrEnum):
    """What is done to the document."""

    AMOUNT_DIGIT = "digit of an entry's amount"
    BALANCE_DIGIT = "digit of a running balance"
    END_DIGIT = "digit of an opening or closing balance"
    OTHER_DIGIT = "digit of another number"
    MARK = "decimal mark shifted"
    SIGN = "sign of an entry's amount"
    BALANCE_SIGN = "sign of a balance"
    SIDE = "amount in the other column"
    ROW = "row removed"
    ROWS = "consecutive rows removed"
    ROWS_OF_PAGE = "all rows of a page removed"
    DOUBLED = "row doubled"
    PAGE_BLANK = "page blanked"
    PAGE_LOST = "page removed"
    LAST_PAGE_LOST = "last page removed"
    PAGE_DOUBLED = "page doubled"
    DATE_DIGIT = "digit of a booking date"
    VALUE_DATE_DIGIT = "digit of a value date"
    OTHER_DATE_DIGIT = "digit of a date outside the entries"
    HEADINGS = "headings of two columns swapped"
    CELLS = "two cells of a row swapped"
    DATE_HEADINGS = "headings of two date columns swapped"
    DATE_CELLS = "booking and value date of a row swapped"
    LABEL = "a label, title or heading changed"
    EXCHANGED = "amounts of two rows exchanged"
    CURRENCY = "currency changed in one of its places"
    ONLY_CURRENCY = "currency changed in its only place"


#: What no fault of grade A may let through; by the words of the bar.
GROUPS: dict[str, tuple[Kind, ...]] = {
    "amounts": (
        Kind.AMOUNT_DIGIT, Kind.BALANCE_DIGIT, Kind.END_DIGIT, Kind.OTHER_DIGIT, Kind.MARK,
    ),
    "signs": (Kind.SIGN, Kind.BALANCE_SIGN, Kind.SIDE),
    "rows": (Kind.ROW, Kind.ROWS, Kind.ROWS_OF_PAGE, Kind.DOUBLED),
    "pages": (Kind.PAGE_BLANK, Kind.PAGE_LOST, Kind.LAST_PAGE_LOST, Kind.PAGE_DOUBLED),
    "column order": (Kind.HEADINGS, Kind.CELLS),
    "labels": (Kind.LABEL,),
    "dates": (Kind.DATE_DIGIT,),
}  # fmt: skip


Strike = Callable[[Ground, Random], Edits | None]

#: Every kind, with how many faults of it a document gets among a hundred.
STRIKES: dict[Kind, tuple[int, Strike]] = {
    Kind.AMOUNT_DIGIT: (12, numbers.amount_digit),
    Kind.BALANCE_DIGIT: (6, numbers.balance_digit),
    Kind.END_DIGIT: (5, numbers.end_digit),
    Kind.OTHER_DIGIT: (4, numbers.other_digit),
    Kind.MARK: (5, numbers.mark_shifted),
    Kind.SIGN: (9, numbers.amount_sign),
    Kind.BALANCE_SIGN: (4, numbers.balance_sign),
    Kind.SIDE: (4, columns.side),
    Kind.ROW: (8, rows.row),
    Kind.ROWS: (6, rows.rows),
    Kind.ROWS_OF_PAGE: (2, rows.rows_of_page),
    Kind.DOUBLED: (4, rows.doubled),
    Kind.PAGE_BLANK: (2, rows.page("blank")),
    Kind.PAGE_LOST: (2, rows.page("lose")),
    Kind.LAST_PAGE_LOST: (1, rows.last_page),
    Kind.PAGE_DOUBLED: (1, rows.page("again")),
    Kind.DATE_DIGIT: (13, numbers.date_digit),
    Kind.VALUE_DATE_DIGIT: (5, numbers.value_date_digit),
    Kind.OTHER_DATE_DIGIT: (4, numbers.other_date_digit),
    Kind.HEADINGS: (4, partial(columns.headings, of_dates=False)),
    Kind.CELLS: (4, columns.cells),
    Kind.DATE_HEADINGS: (1, partial(columns.headings, of_dates=True)),
    Kind.DATE_CELLS: (2, columns.date_cells),
    Kind.LABEL: (5, words.label),
    Kind.EXCHANGED: (3, numbers.exchanged),
    Kind.CURRENCY: (2, words.one_currency),
    Kind.ONLY_CURRENCY: (1, words.only_currency),
}


def faults(ground: Ground, share: int, dice: Random) -> list[tuple[Kind, Edits]]:
    """Different faults of every kind that strikes here: *share* per cent of its weight each.

    A kind that has fewer different faults than that gives those it has.
    """
    found: dict[Edits, Kind] = {}
    for kind, (weight, strike) in STRIKES.items():
        wanted = -(-weight * share // 100)
        got = 0
        for _ in range(wanted * 3):
            edits = strike(ground, dice)
            if edits is None or got == wanted:
                break
            if edits not in found:
                found[edits] = kind
                got += 1
    return [(kind, edits) for edits, kind in found.items()]

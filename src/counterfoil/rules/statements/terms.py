"""What headings and labels may say: the terms that all the words come down to."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a column holds."""

    DATE = "date"
    VALUE_DATE = "value date"
    DESCRIPTION = "description"
    DEBIT = "debit"  # money out of the account
    CREDIT = "credit"
    AMOUNT = "amount"  # signed, or of unknown sign
    BALANCE = "balance"
    SIGN = "sign"  # CR or DR in a column of its own
    REFERENCE = "reference"
    FEE = "fee"  # money beside the amount that does not move this balance by itself
    OTHER = "other"


#: Columns whose money moves the account; and those with its balance.
MOVES = frozenset({Role.DEBIT, Role.CREDIT, Role.AMOUNT})
MONEY = MOVES | {Role.BALANCE}


class Label(StrEnum):
    """What a line with a number that is no transaction says."""

    OPENING = "opening"
    CLOSING = "closing"
    CARRIED = "carried"  # from page to page: the account goes on there
    DAILY = "daily"  # at the end of a day
    BALANCE = "balance"  # "balance at 1 March": which end, its place or its date tells
    TOTAL = "total"
    TOTAL_DEBITS = "total debits"
    TOTAL_CREDITS = "total credits"
    OTHER = "other"  # available, average, minimum balance, limits: not part of any proof


#: The two ends of an account, in their order.
ENDS = (Label.OPENING, Label.CLOSING)
TOTALS = (Label.TOTAL, Label.TOTAL_CREDITS, Label.TOTAL_DEBITS)

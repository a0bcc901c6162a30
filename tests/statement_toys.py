"""What hobby scripts print: strings a row, columns named as in a database, feeds of days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from random import Random

from fixtures.statements.zoo import spoil
from fixtures.statements.zoo.books import account, digits
from fixtures.statements.zoo.fifth.kit import plainly
from fixtures.statements.zoo.fifth.toys import TOY
from fixtures.statements.zoo.fresh.kit import Ruin, drawn
from fixtures.statements.zoo.ink import Page, Sheet
from fixtures.statements.zoo.records import Account, Document, Row
from fixtures.statements.zoo.writing import ENGLISH, Figures, day, span

ISO = "{yyyy}-{mm}-{dd}"
US = "{mm}/{dd}/{yyyy}"
PLAIN = Figures(group="")
DOLLARS = Figures(minus="-${}", plus="${}")
BRACKETS = Figures(minus="(${})", plus="${}")
SIDES = Figures(minus="{} DR", plus="{} CR")
BEHIND = Figures(minus="{}-", plus="{}")
EUROS = Figures(minus="-{} EUR", plus="{} EUR")
POUNDS = Figures(minus="-£{}", plus="+£{}")
ALL = (spoil.one_digit, spoil.balance_digit, spoil.without_row, spoil.flipped)
#: Where no sign is printed, nothing shows that a row stands on the other side.
UNSIGNED = (spoil.one_digit, spoil.balance_digit, spoil.without_row)
#: Where no balance is printed beside the rows.
ENDS = (spoil.one_digit, spoil.without_row, spoil.flipped)

String = Callable[[Row, int], str | tuple[str, str]]


def _two_ways(row: Row) -> str:
    amount = ENGLISH.digits(row.amount)
    return f"{amount} 0.00" if row.out else f"0.00 {amount}"


def _folded(row: Row, nth: int) -> str | tuple[str, str]:
    head, tail = f"{day(row.date, ISO)} {plainly(row)}", f"{PLAIN(row.amount)} {PLAIN(row.balance)}"
    return (head, f"ref {row.ref} {tail}") if nth % 4 == 2 else f"{head} {tail}"


#: name: what stands above the rows, a row, and what its spoiled prints are
STRINGS: Mapping[str, tuple[str, String, Sequence[Ruin]]] = {
    "spaces": ("", lambda row, _: f"{day(row.date, ISO)} {plainly(row)} {ENGLISH(row.amount)} {ENGLISH(row.balance)}", ALL),
    "headed": ("Date Description Amount Running Balance", lambda row, _: f"{day(row.date, US)}  {plainly(row)}  {PLAIN(row.amount)}  {PLAIN(row.balance)}", ALL),
    "bars": ("Date | Description | Amount | Balance", lambda row, _: f"{day(row.date, ISO)} | {plainly(row)} | {DOLLARS(row.amount)} | {DOLLARS(row.balance)}", ALL),
    "dashes": ("", lambda row, _: f"{day(row.date, ISO)} - {plainly(row)} - {PLAIN(row.amount)} - {PLAIN(row.balance)}", ALL),
    "named_balance": ("", lambda row, _: f"{day(row.date, '{dd}/{mm}/{yyyy}')}: {plainly(row)} {BRACKETS(row.amount)} Balance: {BRACKETS(row.balance)}", ALL),
    "sides": ("", lambda row, _: f"{day(row.date, '{mon} {dd}, {yyyy}')} {plainly(row)} {SIDES(row.amount)} {SIDES(row.balance)}", ALL),
    "two_ways": ("Date Description Debit Credit Balance", lambda row, _: f"{day(row.date, ISO)} {plainly(row)} {_two_ways(row)} {PLAIN(row.balance)}", ALL),
    "numbered": ("", lambda row, nth: f"{nth + 1}. {day(row.date, ISO)} {plainly(row)} {PLAIN(row.amount)} {PLAIN(row.balance)}", ALL),
    "unsigned": ("", lambda row, _: f"{day(row.date, ISO)} {plainly(row)} {ENGLISH.digits(row.amount)} {ENGLISH(row.balance)}", UNSIGNED),
    "euros": ("", lambda row, _: f"{day(row.date, ISO)}    {plainly(row)}    {EUROS(row.amount)}    Bal {EUROS(row.balance)}", ALL),
    "minus_behind": ("", lambda row, _: f"{day(row.date, ISO)} {plainly(row)} {BEHIND(row.amount)} {BEHIND(row.balance)}", ALL),
    "amounts_only": ("", lambda row, _: f"{day(row.date, ISO)} {plainly(row)} {ENGLISH(row.amount)}", ENDS),
    "folded": ("", _folded, ALL),
    "padded": ("", lambda row, _: f"{day(row.date, ISO)} {plainly(row):<34}{PLAIN(row.amount):>12}{PLAIN(row.balance):>12}", ALL),
    "columns_turned": ("Date Description Balance Amount", lambda row, _: f"{day(row.date, ISO)} {plainly(row)} {PLAIN(row.balance)} {PLAIN(row.amount)}", ALL),
}  # fmt: skip


def strings(name: str, rng: Random) -> Iterator[Document]:
    """One string a row, in a proportional face, by ``drawString``."""
    head, row_of, ruins = STRINGS[name]
    books = account(rng, TOY, month=(2025, 3), count=(11, 17), currency="USD", number=digits(rng, "#########"), typical=60)  # fmt: skip

    def draw(printed: Account, real: Account) -> list[Page]:
        sheet = Sheet(top=60, bottom=780, font="helv", points=10)
        sheet.lines(60, [f"Account: {real.number}", f"Period: {span(real, ISO, between=' to ')}", "Currency: USD", f"Opening Balance: {ENGLISH(printed.opening)}", head])  # fmt: skip
        for nth, row in enumerate(printed.rows):
            text = row_of(row, nth)
            sheet.lines(60, [text] if isinstance(text, str) else text, step=11)
            sheet.down(4)
        sheet.down(6)
        sheet.put(60, f"Closing Balance: {ENGLISH(printed.closing)}")
        return sheet.pages

    balances = "none" if name == "amounts_only" else "each"
    yield from drawn(rng, books, draw, name, ruins=ruins, balances=balances)


Cell = Callable[[Row], str]
_TEXT: Cell = plainly
_AMOUNT: Cell = lambda row: PLAIN(row.amount)  # noqa: E731
_BALANCE: Cell = lambda row: PLAIN(row.balance)  # noqa: E731
_OUT: Cell = lambda row: PLAIN.digits(row.amount) if row.out else ""  # noqa: E731
_IN: Cell = lambda row: "" if row.out else PLAIN.digits(row.amount)  # noqa: E731
_DATE: Cell = lambda row: day(row.date, ISO)  # noqa: E731
_ID: Cell = lambda row: f"tx{row.ref}"  # noqa: E731

#: name: the columns from left to right, and the labels of both ends
EXPORTS: Mapping[str, tuple[Sequence[tuple[str, Cell]], tuple[str, str]]] = {
    "date_last": ((("txn_id", _ID), ("narrative", _TEXT), ("dr_amt", _OUT), ("cr_amt", _IN), ("running_balance", _BALANCE), ("posted_at", _DATE)), ("opening_balance", "closing_balance")),
    "date_in_the_middle": ((("uuid", _ID), ("memo", _TEXT), ("txn_dt", _DATE), ("amt", _AMOUNT), ("bal", _BALANCE)), ("start_balance", "end_balance")),
    "camel": ((("id", _ID), ("transactionDate", _DATE), ("description", _TEXT), ("debitAmount", _OUT), ("creditAmount", _IN), ("runningBalance", _BALANCE)), ("openingBalance", "closingBalance")),
    "dotted": ((("tx.date", _DATE), ("tx.memo", _TEXT), ("tx.amount", _AMOUNT), ("account.balance", _BALANCE)), ("opening.balance", "closing.balance")),
    "date_unnamed": ((("row", _ID), ("zeit", _DATE), ("description", _TEXT), ("amount", _AMOUNT), ("balance_after", _BALANCE)), ("opening_balance", "closing_balance")),
    "shouted": ((("TXN_ID", _ID), ("VALUE_DATE", _DATE), ("TXN_DATE", _DATE), ("NARRATIVE", _TEXT), ("TXN_AMOUNT", _AMOUNT), ("BALANCE_AFTER", _BALANCE)), ("OPENING_BALANCE", "CLOSING_BALANCE")),
}  # fmt: skip


def exports(name: str, rng: Random) -> Iterator[Document]:
    """A table as a database names it, over two pages, headed on the first only."""
    columns, (first, last) = EXPORTS[name]
    books = account(rng, TOY, month=(2025, 5), count=(46, 52), currency="EUR", number=digits(rng, "NL##BUNQ##########"), typical=50)  # fmt: skip
    money = {"amt", "bal", "dr_amt", "cr_amt"}

    def draw(printed: Account, real: Account) -> list[Page]:
        sheet = Sheet(top=60, bottom=760, font="helv", points=8)
        sheet.lines(40, [f"account: {real.number}", f"from: {real.start} to: {real.end}", f"{first}: {PLAIN(printed.opening)} EUR", f"{last}: {PLAIN(printed.closing)} EUR"])  # fmt: skip
        sheet.down(10)
        places = [40 + 515 * nth / len(columns) for nth in range(len(columns) + 1)]
        rows = [[head for head, _ in columns], *([cell(row) for _, cell in columns] for row in printed.rows)]  # fmt: skip
        for cells in rows:
            sheet.need(20)
            for text, (head, _), (left, right) in zip(cells, columns, pairwise(places), strict=True):  # fmt: skip
                flush = head in money or any(each in head.lower() for each in ("amount", "balance"))
                sheet.put(right - 6 if flush else left, text, anchor="r" if flush else "l")
            sheet.down(15)
        return sheet.pages

    yield from drawn(rng, books, draw, name, ruins=ALL)


#: name: newest day first, its balance over or below its rows, the words of it, how days look
FEEDS: Mapping[str, tuple[bool, bool, str, str]] = {
    "newest_over": (True, True, "Balance {}", "{weekday}, {d} {month} {yyyy}"),
    "oldest_over": (False, True, "Balance {}", "{d} {mon} {yyyy}"),
    "newest_below": (True, False, "Balance {}", "{dd}/{mm}/{yyyy}"),
    "oldest_below": (False, False, "Balance {}", ISO),
    "end_of_day": (True, True, "End of day balance: {}", "{month} {d}, {yyyy}"),
}


def feeds(name: str, rng: Random) -> Iterator[Document]:
    """An app's feed: days, their balances, and rows without a date."""
    newest, over, words, pattern = FEEDS[name]
    books = account(rng, TOY, month=(2025, 4), count=(30, 40), currency="GBP", number=digits(rng, "########"), typical=24, busy=11)  # fmt: skip

    def draw(printed: Account, real: Account) -> list[Page]:
        sheet = Sheet(top=60, bottom=770, font="helv", points=9)
        sheet.lines(50, ["dayfeed", f"Account number {real.number}", span(real, "{d} {month} {yyyy}"), f"Opening balance £{ENGLISH(printed.opening)}", f"Closing balance £{ENGLISH(printed.closing)}"])  # fmt: skip
        sheet.down(14)
        days = sorted({row.date for row in printed.rows}, reverse=newest)
        for each in days:
            rows = [row for row in printed.rows if row.date == each]
            sheet.need(46)
            sheet.put(50, day(each, pattern), font="helv-b")
            balance = words.format(f"£{ENGLISH(rows[-1].balance)}")
            if over:
                sheet.put(540, balance, anchor="r")
            sheet.down(16)
            for row in reversed(rows) if newest else rows:
                sheet.need(34)
                sheet.put(60, plainly(row))
                sheet.put(540, POUNDS(row.amount), anchor="r")
                sheet.down(16)
            if not over:
                sheet.put(540, balance, anchor="r")
                sheet.down(16)
        return sheet.pages

    yield from drawn(rng, books, draw, name, balances="daily", ruins=(*ENDS, spoil.balance_digit))


FAMILIES: Mapping[str, tuple[Sequence[str], Callable[[str, Random], Iterator[Document]]]] = {
    "strings": (tuple(STRINGS), strings),
    "exports": (tuple(EXPORTS), exports),
    "feeds": (tuple(FEEDS), feeds),
}


def toys(family: str, name: str, seed: int = 1) -> list[Document]:
    """The statement and its spoiled prints."""
    return list(FAMILIES[family][1](name, Random(f"{seed}/{family}/{name}")))

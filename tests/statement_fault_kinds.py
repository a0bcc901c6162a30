"""The kinds of faults: one digit, one sign, a row, a page, a column, put into printed pages.

Each kind is a function that draws one fault on a :class:`Ground` by chance, or says None
where the document has nothing that it could strike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from random import Random

from tests.statement_edits import Edit, Edits
from tests.statement_spots import Ground, Spot, Struck

RUN_MAX = 6  # consecutive entries that are taken away at once
_DIGITS = "0123456789"


class Kind(StrEnum):
    """What is done to the document."""

    AMOUNT_DIGIT = "digit of an entry's amount"
    BALANCE_DIGIT = "digit of a running balance"
    END_DIGIT = "digit of an opening or closing balance"
    OTHER_DIGIT = "digit of another number"
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
    EXCHANGED = "amounts of two rows exchanged"


#: What no fault of grade A may let through; by the words of the bar.
GROUPS: dict[str, tuple[Kind, ...]] = {
    "amounts": (Kind.AMOUNT_DIGIT, Kind.BALANCE_DIGIT, Kind.END_DIGIT, Kind.OTHER_DIGIT),
    "signs": (Kind.SIGN, Kind.BALANCE_SIGN, Kind.SIDE),
    "rows": (Kind.ROW, Kind.ROWS, Kind.ROWS_OF_PAGE, Kind.DOUBLED),
    "pages": (Kind.PAGE_BLANK, Kind.PAGE_LOST, Kind.LAST_PAGE_LOST, Kind.PAGE_DOUBLED),
    "column order": (Kind.HEADINGS, Kind.CELLS),
    "dates": (Kind.DATE_DIGIT,),
}


def _digit(ground: Ground, spots: Sequence[Spot], dice: Random) -> Edits | None:
    """Another digit in one of *spots*; never another length."""
    if not spots:
        return None
    spot = dice.choice(spots)
    words = ground.words(spot)
    places = [
        (index, at)
        for index in spot.words
        for at, character in enumerate(words[index].text)
        if character in _DIGITS
    ]
    if not places:
        return None
    index, at = dice.choice(places)
    text = words[index].text
    other = dice.choice([digit for digit in _DIGITS if digit != text[at]])
    return (Edit("write", spot.page, spot.row, index, text[:at] + other + text[at + 1 :]),)


def _amount_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, [spot for each in ground.entries for spot in each.amount], dice)


def _balance_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, [spot for each in ground.entries for spot in each.balance], dice)


def _end_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, ground.ends, dice)


def _other_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, ground.others, dice)


def _date_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, [each.booked for each in ground.entries if each.booked], dice)


def _value_date_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, [each.valued for each in ground.entries if each.valued], dice)


def _other_date_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, ground.other_dates, dice)


#: A sign behind an amount, or in a column of its own, and its opposite.
_OPPOSITE = {
    "CR": "DR", "DR": "CR", "Cr": "Dr", "Dr": "Cr", "cr": "dr", "dr": "cr", "C": "D", "D": "C",
    "H": "S", "S": "H", "K": "D", "CT": "DT", "DT": "CT", "Af": "Bij", "Bij": "Af", "DB": "CR",
    "Debit": "Credit", "Credit": "Debit", "DEBIT": "CREDIT", "CREDIT": "DEBIT", "+": "-", "-": "+",
}  # fmt: skip
_LETTERS = re.compile(r"(\(?)(CR|DR|Cr|Dr|cr|dr|CT|DT|DB|[CDHSK])(\.?\)?)$")


def _sign(ground: Ground, spots: Sequence[Spot], dice: Random) -> Edits | None:
    """A sign taken away, put there, or turned round."""
    if not spots:
        return None
    spot = dice.choice(spots)
    words = ground.words(spot)
    first, last = words[spot.first].text, words[spot.last].text

    def write(index: int, text: str) -> Edit:
        return Edit("write", spot.page, spot.row, index, text)

    beside = [
        index
        for index in (spot.first - 1, spot.last + 1)
        if 0 <= index < len(words) and words[index].text.strip("()") in _OPPOSITE
    ]
    if beside:
        text = words[beside[0]].text
        turned = text.replace(text.strip("()"), _OPPOSITE[text.strip("()")])
        return (write(beside[0], dice.choice(["", turned])),)
    if first[:1] in ("(", "["):
        bare = last.rstrip(")]") if spot.first != spot.last else first[1:].rstrip(")]")
        more = () if spot.first == spot.last else (write(spot.first, first[1:]),)
        return (write(spot.last, bare), *more)
    if found := re.search(r"[-−–+](?=\D*\d)", first):  # noqa: RUF001
        other = first[: found.start()] + dice.choice(["", "+-"[found[0] == "+"]]) + first[found.end() :]
        return (write(spot.first, other),)
    if last[-1:] in ("-", "+"):
        return (write(spot.last, last[:-1] + dice.choice(["", _OPPOSITE[last[-1]]])),)
    if found := _LETTERS.search(last):
        turned = last[: found.start()] + found[1] + _OPPOSITE[found[2]] + found[3]
        return (write(spot.last, dice.choice([turned, last[: found.start()]])),)
    return _new_sign(spot, first, last, write, dice)


def _new_sign(
    spot: Spot, first: str, last: str, write: Callable[[int, str], Edit], dice: Random
) -> Edits:
    way = dice.choice(["before", "behind", "brackets", "letters"])
    if way == "before":
        return (write(spot.first, f"-{first}"),)
    if way == "behind":
        return (write(spot.last, f"{last}-"),)
    if way == "letters":
        return (write(spot.last, last + dice.choice(["CR", "DR"])),)
    if spot.first == spot.last:
        return (write(spot.first, f"({first})"),)
    return write(spot.first, f"({first}"), write(spot.last, f"{last})")


def _amount_sign(ground: Ground, dice: Random) -> Edits | None:
    if dice.random() < 0.3 and (found := _sign_word(ground, dice)):
        return found
    return _sign(ground, [spot for each in ground.entries for spot in each.amount], dice)


def _sign_word(ground: Ground, dice: Random) -> Edits | None:
    """A word like Af or Debit anywhere on the entry's row."""
    words = [
        Edit("write", each.page, each.row, index, _OPPOSITE[word.text])
        for each in ground.entries
        for index, word in enumerate(ground.rows(each.page)[each.row].words)
        if word.text in _OPPOSITE
    ]
    return (dice.choice(words),) if words else None


def _balance_sign(ground: Ground, dice: Random) -> Edits | None:
    spots = [spot for each in ground.entries for spot in each.balance]
    return _sign(ground, dice.choice([spots, ground.ends]), dice)


def _side(ground: Ground, dice: Random) -> Edits | None:
    """The amount stands in the column of the other way."""
    sides = ground.sides
    entries = [each for each in ground.entries if len(each.amount) == 1]
    if not sides or not entries:
        return None
    each = dice.choice(entries)
    by = sides[not each.negative] - each.amount[0].right
    return _moved(each.amount[0], by)


def _moved(spot: Spot, by: int) -> Edits:
    return tuple(Edit("move", spot.page, spot.row, index, str(by)) for index in spot.words)


def _gone(entries: Sequence[Struck], dice: Random) -> Edits:
    """Their rows: only those with money or all, left blank or closed up."""
    verb = dice.choice(["drop", "close"])
    whole = dice.random() < 0.7
    return tuple(
        dict.fromkeys(
            Edit(verb, each.page, each.row, each.until if whole else each.row) for each in entries
        )
    )


def _row(ground: Ground, dice: Random) -> Edits | None:
    return _gone([dice.choice(ground.entries)], dice) if ground.entries else None


def _rows(ground: Ground, dice: Random) -> Edits | None:
    entries = ground.entries
    if len(entries) < 3:
        return None
    count = dice.randint(2, min(RUN_MAX, len(entries) - 1))
    start = dice.randrange(len(entries) - count + 1)
    return _gone(entries[start : start + count], dice)


def _rows_of_page(ground: Ground, dice: Random) -> Edits | None:
    pages = sorted({each.page for each in ground.entries})
    if not pages:
        return None
    page = dice.choice(pages)
    return _gone([each for each in ground.entries if each.page == page], dice)


def _doubled(ground: Ground, dice: Random) -> Edits | None:
    if not ground.entries:
        return None
    each = dice.choice(ground.entries)
    return (Edit("double", each.page, each.row, each.until),)


def _page(verb: str) -> Callable[[Ground, Random], Edits | None]:
    def strike(ground: Ground, dice: Random) -> Edits | None:
        pages = len(ground.printed.pages)
        if pages < 2:
            return None
        return (Edit(verb, dice.randint(1, pages)),)

    return strike


def _last_page(ground: Ground, dice: Random) -> Edits | None:
    pages = len(ground.printed.pages)
    return (Edit("lose", pages),) if pages > 1 else None


def _headings(ground: Ground, dice: Random, *, of_dates: bool) -> Edits | None:
    """Two cells of a heading change places, on one page or on all that have the same."""
    if not ground.headings:
        return None
    heading, _ = dice.choice(ground.headings)
    names = [cell.text for cell in heading.cells]
    dated = [n for n, cell in enumerate(heading.cells) if _is_date(str(cell.role))]
    others = [n for n in range(len(names)) if n not in dated or len(dated) < 2]
    pool = dated if of_dates else others
    if len(pool) < 2:
        return None
    one, two = sorted(dice.sample(pool, 2))
    everywhere = dice.random() < 0.7
    edits: list[Edit] = []
    for other, cells in ground.headings:
        if other is heading or (everywhere and [c.text for c in other.cells] == names):
            edits += _swapped(cells[one], cells[two])
    return tuple(edits) or None


def _is_date(role: str) -> bool:
    return "date" in role


def _swapped(one: Sequence[Spot], two: Sequence[Spot]) -> Edits:
    """Words that stand around *one* now stand around *two*, and the other way."""
    middles = [(min(s.left for s in each) + max(s.right for s in each)) // 2 for each in (one, two)]
    by = middles[1] - middles[0]
    return (
        *(edit for spot in one for edit in _moved(spot, by)),
        *(edit for spot in two for edit in _moved(spot, -by)),
    )


def _cells(ground: Ground, dice: Random) -> Edits | None:
    """Two numbers of one entry's row, by their right edges."""
    numbers = {}
    for spot in ground.numbers:
        if spot.is_money():
            numbers.setdefault((spot.page, spot.row), []).append(spot)
    rows = [found for each in ground.entries if len(found := numbers.get((each.page, each.row), [])) > 1]
    if not rows:
        return None
    one, two = dice.sample(dice.choice(rows), 2)
    return (*_moved(one, two.right - one.right), *_moved(two, one.right - two.right))


def _date_cells(ground: Ground, dice: Random) -> Edits | None:
    entries = [
        each
        for each in ground.entries
        if each.booked and each.valued and each.entry.booking_date != each.entry.value_date
    ]
    if not entries:
        return None
    each = dice.choice(entries)
    assert each.booked and each.valued
    by = each.valued.left - each.booked.left
    if each.booked.row == each.valued.row:
        return (*_moved(each.booked, by), *_moved(each.valued, -by))
    return _exchange(ground, each.booked, each.valued)


def _exchange(ground: Ground, one: Spot, two: Spot) -> Edits | None:
    """The texts of two spots change places, word by word."""
    if len(one.words) != len(two.words):
        return None
    edits: list[Edit] = []
    for first, second in zip(one.words, two.words, strict=True):
        texts = ground.words(one)[first].text, ground.words(two)[second].text
        edits.append(Edit("write", one.page, one.row, first, texts[1]))
        edits.append(Edit("write", two.page, two.row, second, texts[0]))
    return tuple(edits)


def _exchanged(ground: Ground, dice: Random) -> Edits | None:
    """Two entries of one way: the sums of all stay what they were."""
    entries = [each for each in ground.entries if len(each.amount) == 1]
    if len(entries) < 2:
        return None
    one = dice.choice(entries)
    same = [
        each
        for each in entries
        if each.negative == one.negative and each.entry.amount != one.entry.amount
    ]
    return _exchange(ground, one.amount[0], dice.choice(same).amount[0]) if same else None


#: Every kind, with how many faults of it a document gets among a hundred.
STRIKES: dict[Kind, tuple[int, Callable[[Ground, Random], Edits | None]]] = {
    Kind.AMOUNT_DIGIT: (12, _amount_digit),
    Kind.BALANCE_DIGIT: (7, _balance_digit),
    Kind.END_DIGIT: (6, _end_digit),
    Kind.OTHER_DIGIT: (5, _other_digit),
    Kind.SIGN: (9, _amount_sign),
    Kind.BALANCE_SIGN: (4, _balance_sign),
    Kind.SIDE: (5, _side),
    Kind.ROW: (9, _row),
    Kind.ROWS: (6, _rows),
    Kind.ROWS_OF_PAGE: (2, _rows_of_page),
    Kind.DOUBLED: (4, _doubled),
    Kind.PAGE_BLANK: (2, _page("blank")),
    Kind.PAGE_LOST: (2, _page("lose")),
    Kind.LAST_PAGE_LOST: (1, _last_page),
    Kind.PAGE_DOUBLED: (1, _page("again")),
    Kind.DATE_DIGIT: (13, _date_digit),
    Kind.VALUE_DATE_DIGIT: (5, _value_date_digit),
    Kind.OTHER_DATE_DIGIT: (4, _other_date_digit),
    Kind.HEADINGS: (5, lambda ground, dice: _headings(ground, dice, of_dates=False)),
    Kind.CELLS: (4, _cells),
    Kind.DATE_HEADINGS: (1, lambda ground, dice: _headings(ground, dice, of_dates=True)),
    Kind.DATE_CELLS: (2, _date_cells),
    Kind.EXCHANGED: (4, _exchanged),
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

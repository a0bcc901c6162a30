"""The heading over entries that are strings: which of their last numbers is what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from counterfoil.rules.statements.columns import FAR
from counterfoil.rules.statements.headings import Cell, Heading
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.strung import STEP, is_set
from counterfoil.rules.statements.terms import MONEY, Role
from counterfoil.rules.statements.vocabulary import role_of

ABOVE_MAX = 4  # lines from the first entry up to the heading
WORDS_MAX = 14
WIDTH = 3_000  # hundredths of a point, of a heading's cell
_MONEY = MONEY | {Role.FEE}
_DAYS = {Role.DATE, Role.VALUE_DATE}


def headed(lines: Sequence[Line], headings: Sequence[Heading]) -> tuple[Heading, ...]:
    """*headings* and, over numbers that were set under each other, the line that names them."""
    first = next((line for line in lines if line.dates and is_set(line)), None)
    if first is None:
        return tuple(headings)
    for line in reversed(lines[max(first.index - ABOVE_MAX, 0) : first.index]):
        cells = tuple(_cells(line, first))
        if cells:
            same = {each.index for each in lines if each.text == line.text}
            others = [each for each in headings if not same & {*range(each.first, each.last + 1)}]
            own = [Heading(each, each, lines[each].row.page, cells) for each in same]
            return tuple(sorted([*others, *own], key=lambda each: each.first))
    return tuple(headings)


def _cells(line: Line, entry: Line) -> Iterator[Cell]:
    """A cell for each date that *entry* begins with, its text, and each of its last numbers."""
    words = [word.text for word in line.row.words]
    roles = [role_of(word) for word in words]
    money = [place for place, role in enumerate(roles) if role in _MONEY]
    money = [each for each in money if not _goes_on(roles, each)]
    count = sum(amount.right > FAR - 10 * STEP for amount in entry.amounts)
    texts = {Role.DESCRIPTION, Role.REFERENCE, *_DAYS}
    if line.amounts or len(words) > WORDS_MAX or len(money) < count or not texts & set(roles):
        return
    days = [place for place, role in enumerate(roles) if role in _DAYS]
    for place, token in zip(days, entry.dates, strict=False):
        yield Cell(_name(words, roles, place), token.left, token.right)
    for nth, place in enumerate(money[-count:]):
        right = FAR - (count - 1 - nth) * STEP
        yield Cell(_name(words, roles, place), right - WIDTH, right)


def _goes_on(roles: Sequence[Role | None], place: int) -> bool:
    """``Debit Amount`` is one heading."""
    before = roles[place - 1] if place else None
    return roles[place] is Role.AMOUNT and before in (Role.DEBIT, Role.CREDIT)


def _name(words: Sequence[str], roles: Sequence[Role | None], place: int) -> str:
    """The word at *place*, with one in front of it that says nothing alone: "Running Balance"."""
    alone = not place or roles[place - 1] is not None or not words[place - 1].isalpha()
    both = words[place] if alone else f"{words[place - 1]} {words[place]}"
    return both if role_of(both) is roles[place] else words[place]

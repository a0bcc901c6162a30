"""What stands in one column moved to another: headings, amounts, dates."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.statement_edits import Edit, Edits
from tests.statement_fault_numbers import exchange
from tests.statement_spots import Ground, Spot


def side(ground: Ground, dice: Random) -> Edits | None:
    """The amount stands in the column of the other way."""
    sides = ground.sides
    entries = [each for each in ground.entries if len(each.amount) == 1]
    if not sides or not entries:
        return None
    each = dice.choice(entries)
    by = sides[not each.negative] - each.amount[0].right
    return moved(each.amount[0], by)


def moved(spot: Spot, by: int) -> Edits:
    return tuple(Edit("move", spot.page, spot.row, index, str(by)) for index in spot.words)


def headings(ground: Ground, dice: Random, *, of_dates: bool) -> Edits | None:
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
        same = everywhere and [cell.text for cell in other.cells] == names
        if (other is heading or same) and cells[one] and cells[two]:
            edits += _swapped(cells[one], cells[two])
    return tuple(edits) or None


def _is_date(role: str) -> bool:
    return "date" in role


def _swapped(one: Sequence[Spot], two: Sequence[Spot]) -> Edits:
    """Words that stand around *one* now stand around *two*, and the other way."""
    middles = [(min(s.left for s in each) + max(s.right for s in each)) // 2 for each in (one, two)]
    by = middles[1] - middles[0]
    return (
        *(edit for spot in one for edit in moved(spot, by)),
        *(edit for spot in two for edit in moved(spot, -by)),
    )


def cells(ground: Ground, dice: Random) -> Edits | None:
    """Two numbers of one entry's row, by their right edges."""
    numbers: dict[tuple[int, int], list[Spot]] = {}
    for spot in ground.numbers:
        if spot.is_money():
            numbers.setdefault((spot.page, spot.row), []).append(spot)
    found = [numbers.get((each.page, each.row), []) for each in ground.entries]
    rows = [spots for spots in found if len(spots) > 1]
    if not rows:
        return None
    one, two = dice.sample(dice.choice(rows), 2)
    return (*moved(one, two.right - one.right), *moved(two, one.right - two.right))


def date_cells(ground: Ground, dice: Random) -> Edits | None:
    entries = [
        each
        for each in ground.entries
        if each.booked and each.valued and each.entry.booking_date != each.entry.value_date
    ]
    if not entries:
        return None
    each = dice.choice(entries)
    assert each.booked is not None
    assert each.valued is not None
    by = each.valued.left - each.booked.left
    if each.booked.row == each.valued.row:
        return (*moved(each.booked, by), *moved(each.valued, -by))
    return exchange(ground, each.booked, each.valued)

"""Which lines belong to one entry: those that stand close to its money."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from statistics import median

from counterfoil.rules.statements.lines import Line

ENTRY_LINES_MAX = 12
APART = 90  # hundredths of the height: a wider gap ends an entry
WITHIN = 20  # hundredths of the height that lines of one row of cells have in common
WIDER = 125  # per cent of the usual gap: entries are set apart from each other


def groups(
    lines: Sequence[Line],
    money: Collection[int],
    dated: Collection[int],
    between: Collection[int],
) -> dict[int, tuple[Line, ...]]:
    """The lines of every entry, by the index of the line that holds its money.

    Args:
        between: Lines that belong to no entry: they name the day of those below.
    """
    lines = [line for line in lines if line.index not in between]
    places = [place for place, line in enumerate(lines) if line.index in money]
    last = _money_comes_last(lines, money, dated)
    bounds = _bounds(lines, places, dated, last=last)
    return {
        lines[place].index: tuple(_together(lines[start:end], lines[place]))
        for place, (start, end) in zip(places, bounds, strict=True)
    }


def _bounds(
    lines: Sequence[Line], places: Sequence[int], dated: Collection[int], *, last: bool
) -> list[tuple[int, int]]:
    """For each entry the first of its lines and the one after its last."""
    if not places:
        return []
    cuts = [_start(lines, -1, places[0], dated, last=last)]
    for before, here in pairwise(places):
        cut = _widest_gap(lines[before : here + 1])
        if cut is not None:
            cuts.append(before + cut)
        else:
            cuts.append(_start(lines, before, here, dated, last=last))
    ends = [*cuts[1:], len(lines)]
    if last:
        ends[-1] = places[-1] + 1
    return list(zip(cuts, ends, strict=True))


def _start(
    lines: Sequence[Line], before: int, here: int, dated: Collection[int], *, last: bool
) -> int:
    """The first line of the entry whose money is on line *here*, by what it looks like."""
    if not last:
        return _top_of_row(lines, before, here)
    for place in range(here, before, -1):
        if lines[place].index in dated:
            return place
    return min(before + 1, here)


def _top_of_row(lines: Sequence[Line], before: int, here: int) -> int:
    """The first line of the cells beside the money, which stands at half their height."""
    while here - 1 > before and _interlaced(lines[here - 1], lines[here]):
        here -= 1
    return here


def _interlaced(upper: Line, lower: Line) -> bool:
    """Whether *lower* begins well before *upper* ends: they are side by side, a little apart."""
    common = upper.row.bottom - lower.row.top
    return upper.row.page == lower.row.page and common * 100 >= lower.row.words[0].em * WITHIN


def _widest_gap(lines: Sequence[Line]) -> int | None:
    """Where two entries are set apart; None where all lines are set alike."""
    if len(lines) < 3 or lines[0].row.page != lines[-1].row.page:
        return None
    gaps = [two.row.top - one.row.bottom for one, two in pairwise(lines)]
    steps = [two.row.top - one.row.top for one, two in pairwise(lines)]
    widest = max(range(len(gaps)), key=gaps.__getitem__)
    others = [step for place, step in enumerate(steps) if place != widest]
    if steps[widest] * 100 <= median(others) * WIDER:
        return None
    return widest + 1


def _money_comes_last(
    lines: Sequence[Line], money: Collection[int], dated: Collection[int]
) -> bool:
    """Whether dated lines without money are followed by money before the next date.

    Where money stands first and a date last, each date is below its money.
    """
    of_entries = [line.index for line in lines if line.index in money or line.index in dated]
    if of_entries and of_entries[0] not in dated and of_entries[-1] not in money:
        return False
    waits = finds = 0
    waiting = False
    for line in lines:
        if line.index in money:
            finds += waiting
            waiting = False
        elif line.index in dated:
            waits += 1
            waiting = True
    return finds > 0 and finds * 2 >= waits


def _together(lines: Sequence[Line], money: Line) -> Iterator[Line]:
    """Of the lines around an entry's money those that stand close to each other."""
    place = lines.index(money)
    above = list(_close(list(reversed(lines[: place + 1]))))
    below = list(_close(lines[place:]))
    yield from [*reversed(above), *below[1:]][:ENTRY_LINES_MAX]


def _close(lines: Sequence[Line]) -> Iterator[Line]:
    before: Line | None = None
    for line in lines:
        if before is not None:
            one, two = before.row, line.row
            gap = max(two.top - one.bottom, one.top - two.bottom)
            if one.page != two.page or gap * 100 > one.words[0].em * APART:
                return
        before = line
        yield line

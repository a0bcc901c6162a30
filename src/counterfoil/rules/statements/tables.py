"""Stretches of lines under one heading, and the columns that their numbers stand in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise, takewhile

from counterfoil.domain.pages import Row, Word
from counterfoil.rules.statements.accounts import account_numbers
from counterfoil.rules.statements.captions import captions_over
from counterfoil.rules.statements.columns import ALIGNED, SURE_FROM, Column, columns_of
from counterfoil.rules.statements.end_columns import both_ends
from counterfoil.rules.statements.headings import Heading, repeats
from counterfoil.rules.statements.lines import Line, dated_places, first_date, line_of
from counterfoil.rules.statements.number_styles import Style
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.pending_words import not_booked
from counterfoil.rules.statements.terms import ENDS, MOVES, TOTALS, Label, Role
from counterfoil.rules.statements.vocabulary import is_of_balances, label_of, role_of, section_sign

SUMS_MAX = 8  # lines of sums that stand together
SHIFTED = 250  # hundredths of a point: headings further apart are over other columns
AFTER_DATES = 4  # lines that may still belong to a table after its last date
#: Lines that a bank prints under its columns in another font, or a little off.
LOOSELY_SET = {
    Label.OPENING, Label.CLOSING, Label.CARRIED, Label.DAILY, Label.BALANCE, Label.TOTAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """Lines under one heading, to the next one; one half of it where two stand side by side."""

    heading: Heading | None
    lines: tuple[Line, ...]
    columns: tuple[Column, ...]  # of money, from left to right

    def roles(self) -> tuple[Role | None, ...]:
        """What its money columns say they are."""
        return tuple(column.role for column in self.columns)

    @property
    def may_move(self) -> bool:
        """Whether a column of it may hold money that moves: not only balances and limits."""
        return bool(set(self.roles()) & {*MOVES, None})

    def cells(self, line: Line) -> dict[int, Amount]:
        """The money of *line* by column; what stands in none is left out."""
        found: dict[int, Amount] = {}
        same_page = self.heading is not None and line.row.page == self.heading.page
        labelled = same_page and label_of(line.label()) in LOOSELY_SET
        for amount in line.amounts:
            index = self.column_of(amount, labelled=labelled)
            if index is None or (index in found and not amount.alone):
                continue
            found[index] = amount
        return found

    def column_of(self, amount: Amount, *, labelled: bool = False) -> int | None:
        """The column that *amount* stands in; lines with a label are set more loosely."""
        fits = [
            (distance, index)
            for index, column in enumerate(self.columns)
            if column.left <= amount.right + ALIGNED and amount.left <= column.right + ALIGNED
            if (distance := column.distance(amount)) <= column.reach(amount, labelled=labelled)
        ]
        return min(fits)[1] if fits else None


def tables_of(lines: Sequence[Line], headings: Sequence[Heading], style: Style) -> list[Table]:
    """Every table of the document in reading order; columns are found over all pages."""
    raw = list(_stretches(lines, headings, style))
    groups: dict[int, list[int]] = {}  # by the first of each
    for index, (heading, _) in enumerate(raw):
        like = (each for each in groups if _is_like(raw[each][0], heading))
        first = next((each for each in like if each or heading), index)
        groups.setdefault(first, []).append(index)
    found = {
        first: columns_of([line for each in members for line in raw[each][1]], raw[first][0])
        for first, members in groups.items()
    }
    sizes = {first: sum(len(raw[each][1]) for each in groups[first]) for first in groups}
    tables: list[Table | None] = [None] * len(raw)
    for first, members in groups.items():
        heading, columns = raw[first][0], found[first]
        for other in sorted(groups, key=lambda each: -sizes[each]):
            model = raw[other][0]
            if heading and model and sizes[other] > sizes[first] and _same_roles(heading, model):
                columns = _fuller(columns, found[other], heading, model)
                break
        for member in members:
            tables[member] = Table(*raw[member], columns)
    return [table for table in tables if table is not None]


def _stretches(
    lines: Sequence[Line], headings: Sequence[Heading], style: Style
) -> Iterator[tuple[Heading | None, tuple[Line, ...]]]:
    """The lines between headings; before the first one, those without a heading."""
    start, current = 0, None
    single: Heading | None = None  # the last one over a table that has none beside it
    for heading in [*headings, None]:
        end = len(lines) if heading is None else heading.first
        own = lines[start:end] if heading is None else _without_page_top(lines[start:end], heading)
        stretch = tuple(_going_on(own, current) if current else _between_dates(own))
        days = _days_begin(stretch) if current else len(stretch)
        ends = (days, _account_begins(stretch), _captions_begin(stretch), _box_begins(stretch))
        end = min(ends) if current else len(stretch)
        beside = _section_begins(stretch[:end]) if current and single is not current else end
        yield from _halves(current, stretch[:beside], style)
        if beside < end:
            yield single, stretch[beside:end]
        if end == days < len(stretch):
            yield None, stretch[end:]
        current, start = heading, 0 if heading is None else heading.last + 1
        if heading is not None and repeats(heading.cells) == 1:
            single = heading


def _section_begins(lines: Sequence[Line]) -> int:
    """Where, below tables side by side, a title begins entries in one column again."""
    titles = (n for n, each in enumerate(lines) if not each.amounts and section_sign(each.text))
    end = next(titles, len(lines))
    return end if any(line.amounts for line in lines[:end]) else len(lines)


def _days_begin(lines: Sequence[Line]) -> int:
    """Where a title over the balances of the days ends what stands under a heading."""
    titles = (n for n, each in enumerate(lines) if not each.amounts and is_of_balances(each.text))
    end = next(titles, len(lines))
    return end if any(line.amounts for line in lines[:end]) else len(lines)


def _account_begins(lines: Sequence[Line]) -> int:
    """Where, behind the last dated entry, a title names the account of the next table."""
    dated = [place for place, line in enumerate(lines) if line.amounts and first_date(line)]
    after = dated[-1] + 1 if dated else len(lines)
    named = {each.line for each in account_numbers(lines[after:])}
    titles = (n for n, each in enumerate(lines) if each.index in named and not each.amounts)
    begins = (n for n in titles if not _ends_here(lines[n:]))
    return next(begins, len(lines))


def _ends_here(lines: Sequence[Line]) -> bool:
    """Whether the next number is a total or the end: what stands above it is the account's own."""
    money = next((line for line in lines if line.amounts), None)
    return money is not None and label_of(money.label()) in _ENDING


_ENDING = (*TOTALS, Label.CLOSING)


def _captions_begin(lines: Sequence[Line]) -> int:
    """Where, below numbers without a date, other words stand over other numbers: a second box."""
    boxed = False
    for place, (line, below) in enumerate(pairwise(lines)):
        if line.dates:
            break
        if boxed and captions_over((line,), below):
            return place
        boxed = boxed or bool(line.amounts)
    return len(lines)


def _box_begins(lines: Sequence[Line]) -> int:
    """Where, below entries, both ends of an account stand under their words side by side."""
    moved = False
    for place, (line, below) in enumerate(pairwise(lines)):
        named = captions_over((line,), below) if moved and not line.dates else {}
        if {*ENDS} <= {label_of(words) for words, _ in named.values()}:
            return place
        if moved and below.amounts and both_ends(line):
            return place
        moved = moved or bool(line.amounts)
    return len(lines)


def _without_page_top(lines: Sequence[Line], following: Heading) -> Sequence[Line]:
    """What stands above the next heading at the top of its page is no part of this table,
    unless this table goes on there."""
    top = [line for line in lines if line.row.page == following.page]
    if len(top) == len(lines) or dated_places(top):
        return lines
    return lines[: len(lines) - len(top)]


def _going_on(lines: Sequence[Line], heading: Heading) -> Iterator[Line]:
    """On pages without a heading of their own a table goes on as far as its dates do."""
    closed = False
    for page, group in groupby(lines, key=lambda line: line.row.page):
        rows = list(group)
        if closed:
            return
        labels = [label_of(line.label()) for line in rows if line.amounts]
        closed = bool(labels) and labels[-1] is Label.CLOSING
        if page == heading.page:
            yield from rows
            continue
        dated = dated_places(rows)
        last = dated[-1] + AFTER_DATES if dated else 0
        for place, line in enumerate(rows):
            if place <= last or label_of(line.label()) in LOOSELY_SET:
                yield line


def _between_dates(lines: Sequence[Line]) -> Iterator[Line]:
    """Without a heading only dates tell where a table begins, and where it ends."""
    begun = fed = False
    for _, group in groupby(lines, key=lambda line: line.row.page):
        page = list(group)
        found = _below_days(page, begun=begun)
        dated = _dated_places(page, under_days=bool(found))
        feed = _is_feed([page[place] for place in dated]) if dated else fed
        if feed:
            yield from _to_last_money(page[0 if fed else dated[0] :])
        elif dated:
            yield from page[dated[0] : _end_of_sums(page, dated[-1] + AFTER_DATES)]
        else:
            yield from found
        begun = begun or bool(found and not dated)
        fed = feed


def _end_of_sums(page: Sequence[Line], end: int) -> int:
    """*end*, or behind the lines of money without a date that it would cut apart."""
    going = page[end - 1 : end - 1 + SUMS_MAX]
    if not going or not going[0].amounts:
        return end
    return end - 1 + sum(1 for _ in takewhile(lambda line: line.amounts and not line.dates, going))


def _dated_places(page: Sequence[Line], *, under_days: bool) -> list[int]:
    """Under lines that are only a day, a date within a text is not its entry's."""
    places = dated_places(page)
    return [] if under_days and not any(first_date(page[place]) for place in places) else places


def _is_feed(dated: Sequence[Line]) -> bool:
    """Whether the dated lines only say what each day comes to: its entries stand below."""
    return all(label_of(line.label()) in _OF_DAYS for line in dated)


_OF_DAYS = {Label.BALANCE, Label.DAILY, Label.TOTAL_CREDITS, Label.TOTAL_DEBITS}


def _to_last_money(lines: Sequence[Line]) -> Sequence[Line]:
    """To the last amount, and the line below it."""
    money = [place for place, line in enumerate(lines) if any(each.alone for each in line.amounts)]
    return lines[: money[-1] + 2] if money else ()


def _below_days(lines: Sequence[Line], *, begun: bool) -> Sequence[Line]:
    """From the first line that is only a date to the last amount: entries under their days.

    A day right below it is that of the entries on the next page.

    Args:
        begun: On a page before: a day may go on at the top of this one.
    """
    days = [place for place, line in enumerate(lines) if _is_day(line)]
    money = [place for place, line in enumerate(lines) if any(each.alone for each in line.amounts)]
    if len(days) < SURE_FROM or not money or money[-1] < days[0]:
        return ()
    end = money[-1] + 1
    return lines[0 if begun else days[0] : end + (end in days)]


def _is_day(line: Line) -> bool:
    """Whether it is only a date, or one date with the word for it: ``Booked on 02.09.2024``."""
    if not line.dates or line.amounts:
        return False
    label = line.label()
    named = len(line.dates) == 1 and not any(each.isdigit() for each in label)
    return not label or (named and role_of(label) is Role.DATE)


def _halves(
    heading: Heading | None, lines: tuple[Line, ...], style: Style
) -> Iterator[tuple[Heading | None, tuple[Line, ...]]]:
    """Two tables side by side, read one after the other."""
    times = 1 if heading is None else repeats(heading.cells)
    if heading is None or times == 1:
        yield heading, lines
        return
    width = len(heading.cells) // times
    starts = [heading.cells[part * width].left for part in range(times)]
    lasts = [heading.cells[(part + 1) * width - 1].right for part in range(times)]
    cuts = [0, *((lasts[part] + starts[part + 1]) // 2 for part in range(times - 1)), 10**9]
    for part in range(times):
        cells = heading.cells[part * width : (part + 1) * width]
        own = replace(heading, cells=cells)
        yield own, tuple(_part(lines, cuts[part], cuts[part + 1], style))


def _part(lines: Sequence[Line], left: int, right: int, style: Style) -> Iterator[Line]:
    """What stands between two edges; a title in the middle is over every table."""
    for line in lines:
        if not line.amounts and not_booked(line.text):
            yield line
            continue
        words = tuple(word for word in line.row.words if left <= _middle(word) < right)
        if len(words) == len(line.row.words):
            yield line
        elif words:
            yield line_of(line.index, Row(line.row.page, words), style)


def _middle(word: Word) -> int:
    return (word.left + word.right) // 2


def _same_roles(one: Heading, two: Heading) -> bool:
    return [cell.role for cell in one.cells] == [cell.role for cell in two.cells]


def _fuller(
    own: Sequence[Column], others: Sequence[Column], heading: Heading, model: Heading
) -> tuple[Column, ...]:
    """*own* columns; where fewer are found than under the *model*, its columns, moved with theirs.

    A page with few entries does not show where all of them stand.
    """
    if {column.role for column in own} >= {column.role for column in others}:
        return tuple(own)
    moved = []
    for column in others:
        by = next(
            (
                here.right - there.right
                for here, there in zip(heading.cells, model.cells, strict=True)
                if there.text == column.text
            ),
            0,
        )
        edges = tuple(edge + by for edge in column.edges)
        moved.append(replace(column, left=column.left + by, right=column.right + by, edges=edges))
    return tuple(moved)


def _is_like(one: Heading | None, two: Heading | None) -> bool:
    """Whether the same columns stand at the same places under both."""
    if one is None or two is None:
        return one is two
    return _same_roles(one, two) and all(
        abs(a.right - b.right) <= SHIFTED and abs(a.left - b.left) <= SHIFTED
        for a, b in zip(one.cells, two.cells, strict=True)
    )

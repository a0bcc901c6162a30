"""Where the numbers of a table stand under each other, and which heading belongs to each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise

from counterfoil.rules.statements.headings import Cell, Heading
from counterfoil.rules.statements.lines import Line, dated_places, first_date
from counterfoil.rules.statements.numbers import WIDE_GAP, Amount
from counterfoil.rules.statements.terms import MONEY, Label, Role
from counterfoil.rules.statements.vocabulary import label_of

ALIGNED = 110  # hundredths of a point: right edges this close are one column
EDGES_MAX = 3  # of one column: plain, with a minus behind, with letters behind
LINED_UP_FROM = 3  # amounts
SURE_FROM = 2  # dated lines with money on a page
FIRM_FROM = 4  # so many numbers make an edge that others are held to
FAR = 200_000  # hundredths of a point, right of any paper: where `strung` sets last numbers
COLUMNS_MAX = 7  # of money in one table
SKIPPED = 4_000  # what it costs to leave a column without a heading


class Flush(StrEnum):
    """What the numbers of a column have in common."""

    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"

    def of(self, amount: Amount) -> int:
        """Where *amount* stands, by this edge."""
        match self:
            case Flush.LEFT:
                return amount.left
            case Flush.MIDDLE:
                return (amount.left + amount.right) // 2
            case Flush.RIGHT:
                return amount.right


FEW = 4  # times as many in another column: these few are none
NAMED_FROM = 2  # columns of money with a heading: one without, among the texts, is none


@dataclass(frozen=True, slots=True)
class Column:
    """Where numbers of one kind stand. ``edges`` is where most of them are aligned."""

    left: int
    right: int
    flush: Flush
    edges: tuple[int, ...]  # the commonest first; signs behind the digits make a second one
    firm: bool  # nearly all of them stand exactly there
    count: int
    role: Role | None  # as the heading says; None: no heading belongs to it
    text: str = ""  # the heading's words
    end: int = -1  # where nearly all end with the signs behind them; -1: nowhere

    def distance(self, amount: Amount) -> int:
        """How far *amount* is from an edge that the column is aligned at."""
        near = min(abs(self.flush.of(amount) - edge) for edge in self.edges)
        if self.flush is not Flush.RIGHT:
            return near
        ends = (self.edges[0], self.end) if self.end >= 0 else self.edges[:1]
        return min(near, *(abs(amount.end - edge) for edge in ends))

    def reach(self, amount: Amount, *, labelled: bool) -> int:
        """How far it may be."""
        if not amount.alone:
            return ALIGNED
        return ALIGNED * 2 if self.firm and not labelled else 10**9


def columns_of(lines: Sequence[Line], heading: Heading | None) -> tuple[Column, ...]:
    """Where the numbers stand, with the heading that stands over each."""
    sure = _sure(lines, heading)
    tokens = [amount for line in sure for amount in line.amounts if amount.alone]
    if len(sure) < 2 and not heading:
        return ()
    if not tokens:
        tokens = [amount for line in lines for amount in line.amounts if amount.alone]
    tokens = [*tokens, *_lined_up(sure, heading)] if heading else tokens
    spans = _merged(_aligned(tokens))
    spans = sorted(spans, key=lambda span: -span[2])[:COLUMNS_MAX]
    return tuple(_named(sorted(spans), heading, tokens))


def _sure(lines: Sequence[Line], heading: Heading | None) -> list[Line]:
    """The lines that are surely of the table: on each page from the first date to the last."""
    sure = []
    for _, group in groupby(lines, key=lambda line: line.row.page):
        page = list(group)
        dated = dated_places(page)
        if len(dated) >= SURE_FROM:
            sure += page[dated[0] : dated[-1] + 1]
    sure = sure or [
        line
        for line in lines
        if first_date(line) or sum(a.alone for a in line.amounts) > 1 or _is_dated(line, heading)
    ]
    return sure if any(line.amounts for line in sure) else list(lines)


def _is_dated(line: Line, heading: Heading | None) -> bool:
    """Whether it has money, and a date below a heading of dates: ``TX10001  2024-03-01 ...``."""
    cells = () if heading is None else heading.cells
    over = [cell for cell in cells if cell.role is Role.DATE]
    return bool(line.amounts) and any(
        token.left <= cell.right and cell.left <= token.right
        for token in line.dates
        for cell in over
    )


def _lined_up(lines: Sequence[Line], heading: Heading) -> list[Amount]:
    """Amounts with a text close behind them, where many end at one place: they are cells.

    Below the end of a heading over money one is enough.
    """
    dated = [line for line in lines if line.dates]
    below = [cell.right for cell in heading.cells if cell.role in MONEY]
    return [
        *_at_one_edge([line.amounts[:1] for line in dated], dated, below, share=5),
        *_at_one_edge([line.amounts[1:] for line in dated], dated, below, share=3),
    ]


def _at_one_edge(
    amounts: Sequence[Sequence[Amount]], lines: Sequence[Line], below: Sequence[int], *, share: int
) -> list[Amount]:
    """Those of *amounts*, by line, that end at one place in a *share* of the lines, or *below*."""
    found = [
        amount
        for line, some in zip(lines, amounts, strict=True)
        for amount in some
        if not amount.alone and _is_apart(line, amount)
    ]
    places = _common([each.right for each in found])
    edges = [
        edge for edge, count in places if count >= LINED_UP_FROM and count * share >= len(lines)
    ]
    return [
        each
        for each in found
        if any(abs(each.right - edge) <= ALIGNED for edge in edges)
        or any(abs(each.end - edge) <= ALIGNED for edge in below)
    ]


def _is_apart(line: Line, amount: Amount) -> bool:
    """Whether room is left in front of *amount*, or a date or another amount stands there."""
    before = {token.last for token in line.dates} | {each.last for each in line.amounts}
    if not amount.first or amount.first - 1 in before:
        return True
    other, word = line.row.words[amount.first - 1 : amount.first + 1]
    return (word.left - other.right) * 100 >= word.em * WIDE_GAP


Span = tuple[int, int, int, int, int]  # left, right, count, common left, common right


def _aligned(tokens: Sequence[Amount]) -> list[Span]:
    """Numbers that end at the same place, or whose letters end where others do."""
    plain = {each.right for each in tokens if not each.lettered}
    ended = sorted(((_end(each, plain), each) for each in tokens), key=lambda pair: pair[0])
    groups: list[list[tuple[int, Amount]]] = []
    for end, token in ended:
        if groups and end - groups[-1][0][0] <= ALIGNED:
            groups[-1].append((end, token))
        else:
            groups.append([(end, token)])
    return [
        (
            min(each.left for _, each in group),
            max(end for end, _ in group),
            len(group),
            max(each.left for _, each in group),
            min(end for end, _ in group),
        )
        for group in groups
    ]


def _end(amount: Amount, plain: Set[int]) -> int:
    """Where *amount* ends: ``29.99 CR`` with its letters, if so do numbers without any."""
    if not amount.lettered or any(abs(amount.right - edge) <= ALIGNED for edge in plain):
        return amount.right
    return min((edge for edge in plain if abs(amount.end - edge) <= ALIGNED), default=amount.right)


def _merged(spans: list[Span]) -> list[Span]:
    """Centred and left-aligned columns end at several places, but all cross one line."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda each: -each[2]):
        for index, other in enumerate(merged):
            common = (max(span[3], other[3]), min(span[4], other[4]))
            if common[0] < common[1] or _inside(span, other):
                merged[index] = (
                    min(span[0], other[0]),
                    max(span[1], other[1]),
                    span[2] + other[2],
                    min(common[0], other[4]) if common[0] < common[1] else other[3],
                    common[1] if common[0] < common[1] else other[4],
                )
                break
        else:
            merged.append(span)
    return merged


def _inside(span: Span, other: Span) -> bool:
    """A few odd numbers that mostly stand over a column with many."""
    overlap = min(span[1], other[1]) - max(span[0], other[0])
    return span[2] * 4 <= other[2] and overlap * 2 > span[1] - span[0]


def _named(
    spans: Sequence[Span], heading: Heading | None, tokens: Sequence[Amount]
) -> Iterator[Column]:
    """Each span with the heading nearest to it; headings and spans keep their order."""
    pairs = _match(spans, [] if heading is None else _money_cells(heading))
    texts = [] if heading is None or len(pairs) < NAMED_FROM else heading.cells
    often = max((span[2] for span in spans), default=0)
    for index, span in enumerate(spans):
        cell = pairs.get(index)
        if cell is None and any(_is_in_text(span, each) for each in texts):
            continue
        if cell is None and span[2] * FEW <= often and _is_among_texts(span, texts):
            continue
        role = cell.role if cell is not None else _unnamed(spans, index)
        if role in (Role.VALUE_DATE, Role.DATE):
            # "valor" is an amount in one language and a day in another
            role = Role.OTHER if _are_days(span, tokens) else Role.AMOUNT
        elif cell is not None and role is not Role.FEE and _is_no_money(cell.text):
            other = any(each is not cell and each.role is Role.BALANCE for each in pairs.values())
            if role is not Role.BALANCE or other:
                role = Role.OTHER  # limits, minimum payments, available balances beside others
        flush, edges, firm, end = _edges(span, tokens)
        text = "" if cell is None else cell.text
        yield Column(span[0], span[1], flush, edges, firm, span[2], role, text, end)


def _is_in_text(span: Span, cell: Cell) -> bool:
    """``USD 92.64`` under the heading of the texts, where other columns hold the money."""
    return cell.role is Role.DESCRIPTION and cell.left <= span[0] and span[0] <= cell.right


def _is_among_texts(span: Span, cells: Sequence[Cell]) -> bool:
    """Whether it stands behind the heading of the texts and before the next one."""
    return any(
        one.role is Role.DESCRIPTION and one.left <= span[0] and span[1] < two.left
        for one, two in pairwise(cells)
    )


def _unnamed(spans: Sequence[Span], index: int) -> Role | None:
    """Of entries that are strings the last of several numbers has to be the balance."""
    last = len(spans) > 1 and index == len(spans) - 1 and spans[index][1] == FAR
    return Role.BALANCE if last else None


def _are_days(span: Span, tokens: Sequence[Amount]) -> bool:
    """Whether all numbers there could be days: ``06.08`` where a point parts the cents."""
    inside = [each.value for each in tokens if span[0] <= each.left and each.right <= span[1]]
    days = [1 <= value <= 31 and 1 <= value % 1 * 100 <= 12 for value in inside]
    return len(days) >= FIRM_FROM and all(days)


def _is_no_money(heading: str) -> bool:
    """Whether a column holds rates, limits or points."""
    return "%" in heading or label_of(heading) is Label.OTHER


def _edges(span: Span, tokens: Sequence[Amount]) -> tuple[Flush, tuple[int, ...], bool, int]:
    """How the numbers of a column are aligned, where, whether nearly all are; where they end.

    A plus is wider than a minus: the digits before it end earlier, and both together do not.
    """
    inside = [each for each in tokens if span[0] <= each.left and each.right <= span[1] + ALIGNED]
    if not inside:
        return Flush.RIGHT, (span[1],), False, -1
    places = {flush: _common([flush.of(each) for each in inside]) for flush in Flush}
    # brackets shut and signs behind may be flush right where the digits are not
    end, ended = _common([each.end for each in inside])[0]
    most = {each: places[each][0][1] for each in Flush}
    most[Flush.RIGHT] = max(most[Flush.RIGHT], ended)
    flush = max(Flush, key=lambda each: (most[each], each is Flush.RIGHT))
    common = places[flush][:1]
    if flush is Flush.RIGHT:
        common = [each for each in places[flush] if each[1] * 20 >= len(inside)][:EDGES_MAX]
    held = sum(count for _, count in common)
    edges = tuple(edge for edge, _ in common)
    end = end if _are_firm(ended, inside) else -1
    return flush, edges, _are_firm(held, inside), end


def _are_firm(count: int, among: Sequence[Amount]) -> bool:
    """Whether so many numbers are enough, and nearly all."""
    return count >= FIRM_FROM and count * 10 >= len(among) * 9


def _common(places: Sequence[int]) -> list[tuple[int, int]]:
    """(edge, how many are within the tolerance of it), the commonest first."""
    counts: Counter[int] = Counter()
    for place in places:
        near = next((edge for edge in counts if abs(edge - place) <= ALIGNED), place)
        counts[near] += 1
    return counts.most_common()


@dataclass(frozen=True, slots=True)
class Over:
    """A heading that may stand over money, and where the next heading begins."""

    cell: Cell
    limit: int


_MONEY = MONEY | {Role.FEE}


def _money_cells(heading: Heading) -> list[Over]:
    lefts = [cell.left for cell in heading.cells] + [10**9]
    return [
        Over(cell, lefts[index + 1])
        for index, cell in enumerate(heading.cells)
        if cell.role not in (Role.DESCRIPTION, Role.DATE, Role.SIGN)
    ]


def _match(spans: Sequence[Span], cells: Sequence[Over]) -> dict[int, Cell]:
    """The cheapest assignment that keeps the order; a far heading is no match."""
    money = [over for over in cells if over.cell.role in _MONEY]
    if len(money) == len(spans) and all(
        _distance(span, over) is not None for span, over in zip(spans, money, strict=True)
    ):
        return {index: over.cell for index, over in enumerate(money)}
    costs: dict[tuple[int, int], tuple[int, dict[int, Cell]]] = {}

    def best(span: int, cell: int) -> tuple[int, dict[int, Cell]]:
        if span == len(spans) or cell == len(cells):
            return (len(spans) - span) * SKIPPED, {}
        if (span, cell) not in costs:
            skipped = best(span + 1, cell)
            options = [best(span, cell + 1), (skipped[0] + SKIPPED, skipped[1])]
            cost = _distance(spans[span], cells[cell])
            if cost is not None:
                rest = best(span + 1, cell + 1)
                options.append((rest[0] + cost, {span: cells[cell].cell, **rest[1]}))
            costs[span, cell] = min(options, key=lambda option: option[0])
        return costs[span, cell]

    return best(0, 0)[1]


def _distance(span: Span, over: Over) -> int | None:
    """How far a heading is from its numbers.

    Headings stand flush right, centred or flush left over numbers that are flush right:
    in the last case the numbers lie between this heading's left edge and the next one's.
    """
    left, right, cell = span[0], span[1], over.cell
    apart = max(cell.left - right, left - cell.right, 0)
    if apart > 6_000:
        return None
    middles = abs((cell.left + cell.right) - (left + right)) // 2
    costs = [abs(cell.right - right) + apart * 2, middles + apart * 2]
    if cell.left - 300 <= left and right <= over.limit + 300:
        costs.append(400)
    return min(costs)

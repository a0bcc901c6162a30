"""The headings over a table's columns, found by their words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from counterfoil.domain.pages import Row, Word
from counterfoil.rules.statements.booking_words import booking_rank
from counterfoil.rules.statements.currency_words import CODES
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.terms import MONEY, Role
from counterfoil.rules.statements.vocabulary import role_of

ROWS_MAX = 4  # of one heading, one under the other
CELL_GAP = 90  # hundredths of the height: a wider gap parts two headings
TWO_SPACES = 60  # hundredths of the height: about as wide, where letters differ in width
BEGUN = 30  # hundredths of a point: what begins in line with the heading above
WORDS_MAX = 7  # of one heading
_CUT = MONEY - {Role.AMOUNT}  # "Debit Amount" is one heading
SILENT_FROM = 3  # cells of a heading without money
CONTINUED_FROM = 2  # headings with a second line, in words that head nothing by themselves
_TEXT = {Role.DATE, Role.VALUE_DATE, Role.DESCRIPTION, Role.REFERENCE}


@dataclass(frozen=True, slots=True)
class Cell:
    """One column's heading."""

    text: str
    left: int
    right: int

    @property
    def role(self) -> Role | None:
        """What its words say, or a currency's code alone; None where they say nothing known."""
        return role_of(self.text) or (Role.AMOUNT if self.text.strip("()") in CODES else None)


@dataclass(frozen=True, slots=True)
class Heading:
    """A table's heading: the lines it takes up and its cells from left to right."""

    first: int  # indices of lines
    last: int
    page: int
    cells: tuple[Cell, ...]

    def roles(self) -> tuple[Role | None, ...]:
        """One role a cell."""
        return tuple(cell.role for cell in self.cells)


def repeats(cells: Sequence[Cell]) -> int:
    """How often the same cells stand side by side."""
    texts = [cell.text.casefold() for cell in cells]
    for times in (4, 3, 2):
        width, rest = divmod(len(texts), times)
        if rest == 0 and width >= 2 and texts == texts[:width] * times:
            return times
    return 1


_CHECKS = re.compile(r"(?:check|cheque)s?(?: (?:no|number|num|#)s?\b\.?)?")


def is_list_of_checks(heading: Heading) -> bool:
    """``Date  Check No  Amount`` and nothing else: every line is a check that was paid."""
    numbers = [cell for cell in heading.cells if _CHECKS.fullmatch(folded(cell.text).strip())]
    others = [cell.role for cell in heading.cells if cell not in numbers]
    return len(numbers) == 1 and len(others) == 2 and {*others} == {Role.DATE, Role.AMOUNT}


def headings_of(lines: Sequence[Line]) -> tuple[Heading, ...]:
    """Every table heading of the document, in reading order."""
    found: list[Heading] = []
    index = 0
    while index < len(lines):
        heading = _heading_at(lines, index)
        if heading is None:
            index += 1
        else:
            found.append(heading)
            index = heading.last + 1
    return tuple(found)


def _heading_at(lines: Sequence[Line], index: int) -> Heading | None:
    """The heading whose first line is at *index*; the widest that still is one."""
    if not _may_head(lines[index]) or len(_cells([lines[index].row])) < 2:
        return None
    below = [] if repeats(_cells([lines[index].row])) > 1 else lines[index + 1 : index + 2]
    if any(_may_head(line) and repeats(_cells([line.row])) > 1 for line in below):
        return None  # a title over headings that stand side by side
    best: Heading | None = None
    group: list[Line] = []
    for line in lines[index : index + ROWS_MAX]:
        goes_on = _may_head(line) or _continues(group, line)
        if group and not (goes_on and _is_under(group[-1], line)):
            break
        group.append(line)
        cells = _cells([each.row for each in group])
        if _is_heading(cells) or _is_silent(cells, lines[index + len(group) :]):
            heading = Heading(index, index + len(group) - 1, line.row.page, cells)
            if best is None or _known(heading) >= _known(best):
                best = heading
    return None if best is None else _with_broken_cells(_with_halves_above(best, lines), lines)


def _with_halves_above(heading: Heading, lines: Sequence[Line]) -> Heading:
    """*heading* with the first halves of words that are broken: ``Rente-`` over ``datum``."""
    if not heading.first:
        return heading
    above = lines[heading.first - 1]
    halves = _cells([above.row])
    broken = all(half.text.endswith("-") for half in halves) and not (above.dates or above.amounts)
    if not broken or not _is_under(above, lines[heading.first]):
        return heading
    cells = halves
    for cell in heading.cells:
        cells = tuple(_placed([*cells], cell))
    if len(cells) != len(heading.cells):
        return heading
    ordered = tuple(sorted(cells, key=lambda cell: cell.left))
    return Heading(heading.first - 1, heading.last, heading.page, ordered)


def _with_broken_cells(heading: Heading, lines: Sequence[Line]) -> Heading:
    """*heading* with cells that are broken over the line above it and the one below.

    ``Data`` over ``księgowania``, where the other cells stand in the middle between them.
    """
    if not 0 < heading.first <= heading.last < len(lines) - 1:
        return heading
    above, below = lines[heading.first - 1], lines[heading.last + 1]
    rows = above.row, lines[heading.first].row, lines[heading.last].row, below.row
    near = all(two.top < one.bottom for one, two in pairwise(rows) if one is not two)
    if not near or any(line.dates or line.amounts for line in (above, below)):
        return heading
    cells = _cells([above.row, below.row])
    parts = len(_cells([above.row])), len(_cells([below.row]))
    apart = all(
        cell.right < other.left or other.right < cell.left
        for cell in cells
        for other in heading.cells
    )
    if parts != (len(cells), len(cells)) or not apart:
        return heading
    whole = sorted((*heading.cells, *cells), key=lambda cell: cell.left)
    return Heading(heading.first - 1, heading.last + 1, heading.page, tuple(whole))


def _may_head(line: Line) -> bool:
    """No date, no money, no sentence: only words that may stand over columns."""
    if line.dates or line.amounts:
        return False
    digits = sum(each.isdigit() for each in line.text)
    return digits * 6 <= len(line.text) and any(cell.role for cell in _cells([line.row]))


def _continues(group: Sequence[Line], line: Line) -> bool:
    """Whether *line* is only the second words of headings: ``księgowania`` under ``Data``."""
    if line.dates or line.amounts or any(each.isdigit() for each in line.text):
        return False
    above = _cells([each.row for each in group])
    below = _cells([line.row])
    over = [[cell for cell in above if _overlap(cell, part)] for part in below]
    headed = {cells[0] for cells in over if len(cells) == 1}
    return len(below) >= CONTINUED_FROM and len(headed) == len(below)


def _overlap(one: Cell, two: Cell) -> bool:
    return min(one.right, two.right) > max(one.left, two.left)


def _is_under(upper: Line, lower: Line) -> bool:
    if upper.row.page != lower.row.page:
        return False
    height = max(upper.row.words[0].em, lower.row.words[0].em)
    return lower.row.top - upper.row.bottom < height


def _is_heading(cells: Sequence[Cell]) -> bool:
    """Two known roles at least, one of them money, in short cells."""
    roles = [cell.role for cell in cells]
    known = {role for role in roles if role is not None}
    if len(known) < 2 or not (known & MONEY or _heads_values(cells)):
        return False
    if not (known & _TEXT or len(known & MONEY) >= 2):
        return False
    long = sum(len(cell.text.split()) > WORDS_MAX for cell in cells)
    return (
        long == 0 and len(cells) >= 2 and sum(role is not None for role in roles) * 2 >= len(cells)
    )


def _is_silent(cells: Sequence[Cell], below: Sequence[Line]) -> bool:
    """``Date  Serial #  Source``: nothing says that the numbers below on the right are money."""
    if len(cells) < SILENT_FROM or {cell.role for cell in cells} - {None} - _TEXT:
        return False
    if cells[0].role is not Role.DATE or Role.DESCRIPTION not in {cell.role for cell in cells}:
        return False
    line = next(iter(below), None)
    if line is None or not line.dates or line.dates[0].first or not line.amounts:
        return False
    return line.amounts[-1].last == len(line.row.words) - 1


def _heads_values(cells: Sequence[Cell]) -> bool:
    """``Date  Details  Value``: where nothing else is headed as money, that is what it is."""
    return any(cell.role is Role.VALUE_DATE and len(cell.text.split()) == 1 for cell in cells)


def _known(heading: Heading) -> tuple[int, int]:
    roles = [role for role in heading.roles() if role is not None]
    return len(set(roles)), -len(heading.cells)


def _cells(rows: Sequence[Row]) -> tuple[Cell, ...]:
    """The words of *rows* as columns: what stands over each other belongs together."""
    cells: list[Cell] = []
    for row in rows:
        for piece in _pieces(row.words, [cell.left for cell in cells]):
            text = " ".join(word.text for word in piece)
            cells = _placed(cells, Cell(text, piece[0].left, piece[-1].right))
    return tuple(sorted(cells, key=lambda cell: cell.left))


def _placed(cells: list[Cell], new: Cell) -> list[Cell]:
    """*new* joined to the cell above it, if exactly one is there."""
    above = [cell for cell in cells if _overlap(cell, new)]
    if len(above) != 1:
        return [*cells, new]
    old = above[0]
    text = _joined(old.text, new.text)
    joined = Cell(text, min(old.left, new.left), max(old.right, new.right))
    return [joined if cell is old else cell for cell in cells]


def _joined(upper: str, lower: str) -> str:
    """The words of two lines; ``Rente-`` over ``dato`` is one word."""
    broken = len(upper) > 1 and upper[-1] == "-" and upper[-2].isalpha() and lower[:1].islower()
    return upper[:-1] + lower if broken else f"{upper} {lower}"


def _pieces(words: Sequence[Word], lefts: Sequence[int] = ()) -> Iterator[list[Word]]:
    """The words of one line cut where a heading ends.

    Args:
        lefts: Where the headings of the line above begin: so may others below them.
    """
    piece: list[Word] = []
    for word in words:
        begins = any(abs(word.left - left) <= BEGUN for left in lefts)
        if piece and (begins or (word.left - piece[-1].right) * 100 > word.em * CELL_GAP):
            yield from _by_role(piece)
            piece = []
        piece.append(word)
    if piece:
        yield from _by_role(piece)


def _by_role(words: list[Word]) -> Iterator[list[Word]]:
    """Crowded headings, ``Debit Credit Balance``: cut where another role begins."""
    if len(words) < 2 or all(role_of(word.text) is None for word in words):
        yield words
        return
    if half := _twins(words):
        yield from (words[:half], words[half:])
        return
    typed = _is_typewritten(words)
    gaps = [two.left - one.right for one, two in pairwise(words)]
    cuts = [
        index + 1
        for index, gap in enumerate(gaps)
        if (
            (gap * 100 > words[index].em * 35 or gap * 10 > min(gaps) * 13)
            and _are_two(words, index, typed=typed)
        )
        or (not typed and gap * 100 > words[index].em * TWO_SPACES and _differ(words, index))
    ]
    start = 0
    for cut in [*cuts, len(words)]:
        yield words[start:cut]
        start = cut


def _twins(words: Sequence[Word]) -> int:
    """Where the second of ``Money In Money Out`` begins, with no more than a space between."""
    half, rest = divmod(len(words), 2)
    if rest or words[0].text != words[half].text:
        return 0
    roles = [role_of(" ".join(word.text for word in part)) for part in (words[:half], words[half:])]
    return half if set(roles) == {Role.DEBIT, Role.CREDIT} else 0


def _is_typewritten(words: Sequence[Word]) -> bool:
    """Whether every character is as wide as the others: one space is no gap there."""
    widths = [b - a for word in words for a, b in pairwise(word.edges)]
    return len(widths) >= 6 and max(widths) - min(widths) <= 15


def _differ(words: Sequence[Word], index: int) -> bool:
    """Whether the word at *index* and the next one each head a column: ``Check  Date``."""
    here, there = words[index].text, words[index + 1].text
    alone, joined = role_of(there), role_of(f"{here} {there}")
    before = role_of(" ".join(word.text for word in words[: index + 1]))
    if before in MONEY and alone is Role.DATE:
        return True  # "Inn på konto  Bokført"
    return alone is Role.DATE and joined not in (None, Role.DATE, Role.VALUE_DATE)


#: Words that head a column of texts and are no part of what a date is called.
_TEXTS = re.compile(
    r"(?:descri|libelle|omschrijving|beschreibung|buchungstext|verwendungszweck|detail|"
    r"particulars|narrative|beskriv|forklaring|specifik|selit|megnevez|explic|opis(?!\w)|popis|"
    r"aciklama)"
)


def _are_two(words: Sequence[Word], index: int, *, typed: bool) -> bool:
    """Whether one heading ends with the word at *index* and another begins behind it."""
    here, there = role_of(words[index].text), role_of(words[index + 1].text)
    before = role_of(" ".join(word.text for word in words[: index + 1]))
    after = role_of(" ".join(word.text for word in words[index + 1 :]))
    if here == there:
        return False
    if before is Role.DATE and there is Role.VALUE_DATE:
        return booking_rank(" ".join(word.text for word in words[: index + 1])) == 0
    if before in (Role.DATE, Role.VALUE_DATE) and after is Role.DESCRIPTION:
        return _TEXTS.match(folded(words[index + 1].text)) is not None  # "Trans date Description"
    if before in (Role.AMOUNT, Role.VALUE_DATE) and there is Role.SIGN and not typed:
        return not words[index + 1].text.startswith("(")  # "Amount D/C", but "Amount (D/C)"
    if before in MONEY and after in _TEXT and there in _TEXT:
        if not typed and index and here is None:
            return True  # "Credit (EUR)", "Saldo progressivo"
        return here in ({Role.AMOUNT, Role.BALANCE} if typed else MONEY)
    if typed:
        return False
    if here is Role.REFERENCE and there is Role.DESCRIPTION:
        return before is Role.REFERENCE and after is Role.DESCRIPTION
    crowded = there in _CUT and here in _CUT | {None}
    return crowded and before in MONEY and after in MONEY

"""Where the values of a proved reading stand on its pages: what a fault can strike.

Found twice over: by the places that the reading gives, and by looking at the pages for
whatever has a number's or a date's looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from statistics import median

from counterfoil.domain.pages import PrintedPages, Row, Word
from counterfoil.domain.statements import StatementReading, Transaction
from counterfoil.rules.statements.dates import Era, Order, Printed, dates_of
from counterfoil.rules.statements.headings import Heading, headings_of
from counterfoil.rules.statements.lines import Line, lines_of
from counterfoil.rules.statements.number_styles import styles_of

GROUP_GAP = 60  # hundredths of the height: digits parted by less are one number
DATE_ABOVE = 8  # rows above an entry's money that may hold its date
DATE_BELOW = 3
_NUMBER = re.compile(
    r"[^\d]{0,6}\d{1,3}(?:[.,'\u2019]?\d{2,3})*(?:[.,]\d{1,3})?[^\d]{0,4}|"
    r"[^\d]{0,6}\d+[.,]\d{1,3}[^\d]{0,4}"
)
_HEAD, _TAIL = re.compile(r"[^\d]{0,6}\d{1,3}"), re.compile(r"\d{3}(?:[.,]\d{1,3})?[^\d]{0,4}")
_CENTS = re.compile(r"[.,](\d{1,3})[^\d]*$")


@dataclass(frozen=True, slots=True)
class Spot:
    """Words of one row that are one number, or one date."""

    page: int
    row: int  # on its page, from 0
    first: int  # the words, from 0
    last: int
    text: str
    left: int
    right: int

    @property
    def words(self) -> range:
        """Their indices."""
        return range(self.first, self.last + 1)

    def is_money(self) -> bool:
        """Whether it has decimals or grouped thousands."""
        return re.search(r"\d[.,'\u2019 ]\d", self.text) is not None

    def says(self, value: Decimal) -> bool:
        """Whether it is *value*, whatever its sign and its marks."""
        digits = re.sub(r"\D", "", self.text).lstrip("0")
        cents = _CENTS.search(self.text)
        places = {0} if cents is None else {len(cents[1])} | ({0} if len(cents[1]) == 3 else set())
        return any(_digits(value, each) == digits for each in places)


def _digits(value: Decimal, places: int) -> str:
    whole = abs(value) * 10**places
    return str(int(whole)).lstrip("0") if whole == whole.to_integral_value() else "-"


@dataclass(frozen=True, slots=True)
class Struck:
    """One entry of the reading, and where its values stand."""

    entry: Transaction
    page: int
    row: int
    until: int  # the last row that is surely its own
    amount: tuple[Spot, ...]
    balance: tuple[Spot, ...]
    booked: Spot | None
    valued: Spot | None

    @property
    def negative(self) -> bool:
        return self.entry.amount < 0


@dataclass(frozen=True)
class Ground:
    """A document that was proved, and everything on it that a fault can strike."""

    printed: PrintedPages
    reading: StatementReading

    def rows(self, page: int) -> tuple[Row, ...]:
        """Of one page, by its number."""
        return self.printed.pages[page - 1].rows

    def words(self, spot: Spot) -> Sequence[Word]:
        """All words of its row."""
        return self.rows(spot.page)[spot.row].words

    @cached_property
    def numbers(self) -> tuple[Spot, ...]:
        """Everything with a number's looks that is part of no date."""
        return tuple(
            spot
            for page in self.printed.pages
            for index, row in enumerate(page.rows)
            for spot in _numbers(page.number, index, row)
        )

    @cached_property
    def money_rows(self) -> frozenset[tuple[int, int]]:
        """Page and row of every number with decimals."""
        return frozenset((spot.page, spot.row) for spot in self.numbers if spot.is_money())

    @cached_property
    def entry_rows(self) -> frozenset[tuple[int, int]]:
        """Page and row of every entry's money."""
        return frozenset((each.page, each.row) for each in self.entries)

    @cached_property
    def lines(self) -> tuple[tuple[tuple[int, int], Line], ...]:
        """All rows with their page and row, as the reader takes them."""
        places = [(page.number, n) for page in self.printed.pages for n in range(len(page.rows))]
        rows = [row for page in self.printed.pages for row in page.rows]
        lines = lines_of(self.printed, styles_of(rows)[0])
        return tuple(zip(places, lines, strict=True))

    @cached_property
    def dates(self) -> tuple[tuple[Spot, Printed], ...]:
        """Everything with a date's looks."""
        return tuple(
            (_spot(page.number, index, row, token.first, token.last), token.printed)
            for page in self.printed.pages
            for index, row in enumerate(page.rows)
            for token in dates_of(row)
        )

    @cached_property
    def entries(self) -> tuple[Struck, ...]:
        """Every transaction of every account, with its places."""
        numbers, dates = _by_row(self.numbers), _dates_by_row(self.dates)
        found = [
            (entry, entry.place.page, row)
            for account in self.reading.proved()
            for entry in account.statement.transactions
            if entry.place.page is not None and (row := self._row_of(entry)) is not None
        ]
        starts = {(page, row) for _, page, row in found}
        columns = _date_columns(found, dates)
        return tuple(
            Struck(
                entry, page, row, self._until(page, row, starts),
                *_money(entry, numbers.get((page, row), ())),
                *_days(entry, page, row, dates, columns),
            )
            for entry, page, row in found
        )  # fmt: skip

    def _row_of(self, entry: Transaction) -> int | None:
        box = entry.place.box
        assert entry.place.page is not None
        assert box is not None
        for index, row in enumerate(self.rows(entry.place.page)):
            left, top, right, bottom = row.box()
            if left <= box[0] and top <= box[1] and right >= box[2] and bottom >= box[3]:
                return index
        return None

    def _until(self, page: int, row: int, starts: set[tuple[int, int]]) -> int:
        """The last row close below that has no number with decimals."""
        rows = self.rows(page)
        last = row
        while last + 1 < len(rows):
            below = (page, last + 1)
            if below in starts or below in self.money_rows:
                break
            if (rows[last + 1].top - rows[last].bottom) * 100 > rows[row].words[0].em * 60:
                break
            last += 1
        return last

    @cached_property
    def ends(self) -> tuple[Spot, ...]:
        """The opening and closing balances, wherever they are printed outside the entries."""
        values = {
            value
            for account in self.reading.proved()
            for value in (account.statement.opening, account.statement.closing)
        }
        return tuple(
            spot
            for spot in self.numbers
            if (spot.page, spot.row) not in self.entry_rows
            and any(spot.says(value) for value in values)
        )

    @cached_property
    def others(self) -> tuple[Spot, ...]:
        """Numbers with decimals that are nothing of the above: totals, limits, fees."""
        known = {spot for each in self.entries for spot in (*each.amount, *each.balance)}
        known |= set(self.ends)
        return tuple(spot for spot in self.numbers if spot not in known and spot.is_money())

    @cached_property
    def other_dates(self) -> tuple[Spot, ...]:
        """Dates that are no entry's: the period, the day of an end, the day of printing."""
        known = {spot for each in self.entries for spot in (each.booked, each.valued)}
        return tuple(spot for spot, _ in self.dates if spot not in known)

    @cached_property
    def sides(self) -> dict[bool, int]:
        """Where amounts end that are money out (True) and in: two columns, or empty."""
        edges: dict[bool, list[int]] = {True: [], False: []}
        for each in self.entries:
            if len(each.amount) == 1:
                edges[each.negative].append(each.amount[0].right)
        if not all(edges.values()):
            return {}
        middles = {way: round(median(found)) for way, found in edges.items()}
        return middles if abs(middles[True] - middles[False]) > 1_500 else {}

    @cached_property
    def headings(self) -> tuple[tuple[Heading, tuple[tuple[Spot, ...], ...]], ...]:
        """Each table's heading with the words of each of its cells, row by row."""
        found = []
        for heading in headings_of([line for _, line in self.lines]):
            places = [place for place, _ in self.lines[heading.first : heading.last + 1]]
            rows = [((page, n), self.rows(page)[n]) for page, n in places]
            cells = tuple(tuple(_within(rows, cell.left, cell.right)) for cell in heading.cells)
            found.append((heading, cells))
        return tuple(found)


def _within(places: Iterable[tuple[tuple[int, int], Row]], left: int, right: int) -> Iterator[Spot]:
    for (page, index), row in places:
        words = [n for n, w in enumerate(row.words) if left <= (w.left + w.right) // 2 <= right]
        if words:
            yield _spot(page, index, row, words[0], words[-1])


def _spot(page: int, index: int, row: Row, first: int, last: int) -> Spot:
    words = row.words[first : last + 1]
    text = " ".join(word.text for word in words)
    return Spot(page, index, first, last, text, words[0].left, max(w.right for w in words))


def _numbers(page: int, index: int, row: Row) -> Iterator[Spot]:
    taken = {each for token in dates_of(row) for each in range(token.first, token.last + 1)}
    first = 0
    while first < len(row.words):
        last = _end_of(row.words, first)
        spot = _spot(page, index, row, first, last)
        if not taken & set(spot.words) and (last > first or _NUMBER.fullmatch(spot.text)):
            yield spot
        first = last + 1


def _end_of(words: Sequence[Word], first: int) -> int:
    """The last word of a number whose thousands are parted by spaces."""
    last = first
    if not _HEAD.fullmatch(words[first].text):
        return first
    while last + 1 < len(words) and _TAIL.fullmatch(words[last + 1].text):
        one, two = words[last], words[last + 1]
        if (two.left - one.right) * 100 > one.em * GROUP_GAP:
            break
        last += 1
        if not two.text.isdigit():
            break
    return last


def _by_row(spots: Iterable[Spot]) -> dict[tuple[int, int], list[Spot]]:
    found: dict[tuple[int, int], list[Spot]] = {}
    for spot in spots:
        found.setdefault((spot.page, spot.row), []).append(spot)
    return found


_Dates = dict[tuple[int, int], list[tuple[Spot, Printed]]]


def _dates_by_row(dates: Iterable[tuple[Spot, Printed]]) -> _Dates:
    found: _Dates = {}
    for spot, printed in dates:
        found.setdefault((spot.page, spot.row), []).append((spot, printed))
    return found


def _money(entry: Transaction, spots: Sequence[Spot]) -> tuple[tuple[Spot, ...], tuple[Spot, ...]]:
    """The numbers that are the entry's amount, and its balance."""
    inside = [s for s in spots if entry.place.box and entry.place.box[0] <= s.left]
    inside = [s for s in inside if entry.place.box and s.right <= entry.place.box[2]]
    balance = [s for s in inside if entry.balance is not None and s.says(entry.balance)][-1:]
    amount = [s for s in inside if s not in balance and s.says(entry.amount)]
    return tuple(amount), tuple(balance)


def is_day(printed: Printed, day: date) -> bool:
    """Whether a printed date may be *day*, in any order and era."""
    return any(
        printed.can_be(order) and printed.day(order, era, year=day.year) == day
        for order in Order
        for era in Era
    )


_Found = Sequence[tuple[Transaction, int, int]]


def _date_columns(found: _Found, dates: _Dates) -> dict[bool, int]:
    """Where booking dates (True) and value dates stand, told by rows where they differ."""
    lefts: dict[bool, list[int]] = {True: [], False: []}
    for entry, page, row in found:
        if entry.value_date is None or entry.value_date == entry.booking_date:
            continue
        for spot, printed in dates.get((page, row), ()):
            for booked, day in ((True, entry.booking_date), (False, entry.value_date)):
                if is_day(printed, day):
                    lefts[booked].append(spot.left)
    return {way: round(median(each)) for way, each in lefts.items() if each}


def _days(
    entry: Transaction, page: int, row: int, dates: _Dates, columns: dict[bool, int]
) -> tuple[Spot | None, Spot | None]:
    """Where the booking date and the value date are printed."""
    near = [row, *range(row - 1, row - DATE_ABOVE, -1), *range(row + 1, row + DATE_BELOW)]
    spots = [each for index in near for each in dates.get((page, index), ())]
    booked = _nearest(spots, entry.booking_date, columns.get(True, 0))
    if entry.value_date is None:
        return booked, None
    rest = [each for each in spots if each[0] != booked]
    return booked, _nearest(rest, entry.value_date, columns.get(False, 0))


def _nearest(spots: Sequence[tuple[Spot, Printed]], day: date, left: int) -> Spot | None:
    fitting = [spot for spot, printed in spots if is_day(printed, day)]
    same_row = [spot for spot in fitting if fitting and spot.row == fitting[0].row]
    return min(same_row, key=lambda spot: abs(spot.left - left), default=None)

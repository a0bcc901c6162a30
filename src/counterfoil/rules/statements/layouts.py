"""What a layout map changes: its words are read as ours, and readings it rules out are gone.

Nothing here proves anything. The page is put into the reader's own words (headings, labels,
titles, marks); ways to write numbers and days, directions and signs that the map excludes
are not tried. What is left must add up as any document must.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from counterfoil.domain.pages import Page, PrintedPages, Row, Word
from counterfoil.domain.statement_layouts import Layout, told, words_of
from counterfoil.rules.statements.dates import Order, dates_of
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.number_styles import Style
from counterfoil.rules.statements.ways import Hypothesis, Plain, Use

HEADED_FROM = 2  # words of the map's columns on one line make it a heading
OLD_HEADING = 3  # lines just above the first entry that a told heading takes the place of
CELL_GAP = 75  # hundredths of the height: a wider gap parts two cells
TITLE_WORDS = 3  # more words than the title itself has on a title's line

#: What the reader calls the things that a map gives words for.
_OURS = {
    "booking_date": "Booking date", "value_date": "Value date", "description": "Description",
    "reference": "Reference", "debit": "Debit", "credit": "Credit", "amount": "Amount",
    "mark": "Dr/Cr", "balance": "Balance", "ignored": "Days",
}  # fmt: skip
_OUR_LABELS = {
    "opening": "Opening balance", "closing": "Closing balance", "carried": "Carried to next page",
    "total_debits": "Total debits", "total_credits": "Total credits", "account": "Account number",
}  # fmt: skip
_OUR_TITLES = {"debit": "Withdrawals", "credit": "Deposits"}
_OUR_MARKS = {"debit": "DR", "credit": "CR"}

_ORDERS = {
    "day first": Order.DAY_FIRST,
    "month first": Order.MONTH_FIRST,
    "year first": Order.YEAR_FIRST,
}


def styles(found: Sequence[Style], layout: Layout | None) -> Sequence[Style]:
    """The ways to write numbers that are left; where none was voted for, the told one."""
    if layout is None or layout.decimal_mark is None:
        return found
    kept = [style for style in found if style.decimal_mark == layout.decimal_mark]
    return kept or [Style(layout.decimal_mark), Style(layout.decimal_mark, loose=True)]


def orders(layout: Layout | None) -> tuple[Order, ...]:
    """The orders of day, month and year that are left."""
    if layout is None or layout.day_order is None:
        return tuple(Order)
    return (_ORDERS[layout.day_order],)


def allowed(
    ranked: Iterable[tuple[int, Hypothesis]], layout: Layout | None
) -> Iterator[tuple[int, Hypothesis]]:
    """The hypotheses that are left."""
    for rank, hypothesis in ranked:
        if layout is None or (_signs_fit(hypothesis, layout) and _runs_fit(hypothesis, layout)):
            yield rank, hypothesis


def _runs_fit(hypothesis: Hypothesis, layout: Layout) -> bool:
    return layout.newest_first is None or hypothesis.newest_first is layout.newest_first


def _signs_fit(hypothesis: Hypothesis, layout: Layout) -> bool:
    two_way = any(Use.AMOUNT in uses for uses in hypothesis.uses.values())
    if layout.unsigned is None or not two_way:
        return True
    if layout.unsigned in _TOLD_BY:
        return hypothesis.plain is _TOLD_BY[layout.unsigned]
    if hypothesis.plain not in (Plain.IN, Plain.OUT):
        return False
    adds = (hypothesis.plain is Plain.IN) is not hypothesis.flipped
    return adds is (layout.unsigned == "adds")


_TOLD_BY: dict[str, Plain] = {
    "as the balances say": Plain.UNKNOWN,
    "as its section says": Plain.SECTION,
    "as its colour says": Plain.COLOUR,
}


def in_our_words(printed: PrintedPages, layout: Layout | None) -> PrintedPages:
    """*printed* with the map's words put into the reader's own; places stay as they are."""
    if layout is None:
        return printed
    return replace(printed, pages=tuple(_page(page, layout) for page in printed.pages))


def recognises(printed: PrintedPages, layout: Layout) -> list[str]:
    """The words of *layout* that page 1 does not have; none: it is that bank's."""
    rows = printed.pages[0].rows if printed.pages else ()
    text = " ".join(folded(row.text) for row in rows)
    return [each for each in layout.recognise if _pattern(each).search(text) is None]


def headings_found(printed: PrintedPages, layout: Layout) -> bool:
    """Whether a line of *printed* holds two of the map's column words, or none are told."""
    if sum(1 for _ in told(layout.columns)) < HEADED_FROM:
        return True
    return any(_is_headed(row, layout) for page in printed.pages for row in page.rows)


def _page(page: Page, layout: Layout) -> Page:
    rows = tuple(_row(row, layout) for row in page.rows)
    if any(told(layout.ranges)):
        rows = tuple(_headed(rows, layout))
    return replace(page, rows=rows)


def _row(row: Row, layout: Layout) -> Row:
    """One line in the reader's words: a heading, a title or any other line."""
    if _is_headed(row, layout):
        return _parted(_told_row(row, words_of(layout.columns), _OURS))
    titled = _told_row(row, words_of(layout.sections), _OUR_TITLES, at_start=True)
    if titled is not row and _is_title(row, titled):
        return titled
    row = _told_row(row, words_of(layout.labels), _OUR_LABELS, before_number=True)
    return _marked(row, layout)


def _is_headed(row: Row, layout: Layout) -> bool:
    text = folded(row.text)
    found = {name for name, word in words_of(layout.columns) if _pattern(word).search(text)}
    return len(found) >= HEADED_FROM and not dates_of(row)  # an entry may say the same words


def _is_title(row: Row, titled: Row) -> bool:
    """The title stands nearly alone on its line, and no number does."""
    digits = any(each.isdigit() for each in row.text)
    return not digits and len(titled.words) <= TITLE_WORDS


def _told_row(
    row: Row,
    pairs: Iterable[tuple[str, str]],
    ours: dict[str, str],
    *,
    at_start: bool = False,
    before_number: bool = False,
) -> Row:
    """*row* with the words of *pairs* replaced; itself where none stands in it."""
    for name, word in pairs:
        start = 0
        while (span := _find(row, word, start)) is not None:
            first, last = span
            start = last
            if at_start and first > 0:
                break
            if before_number and not (_leads_to_number(row, last) and _begins_cell(row, first)):
                continue
            row = Row(row.page, tuple(_replaced(row, first, last, ours[name])))
            start = first + len(ours[name])
    return row


def _leads_to_number(row: Row, end: int) -> bool:
    """Whether a digit, or nothing, stands behind the label: prose is no label."""
    rest = row.text[end:].strip()
    return not rest or any(each.isdigit() for each in rest)


def _begins_cell(row: Row, start: int) -> bool:
    """Whether nothing stands close before it but a date: an entry's text may say the same."""
    before = [word for word, at in _starts(row) if at < start]
    if not before:
        return True
    label = next((word for word, at in _starts(row) if at == start), None)
    if label is not None and (label.left - before[-1].right) * 100 > label.em * CELL_GAP:
        return True
    return any(token.last == len(before) - 1 for token in dates_of(row))


def _find(row: Row, word: str, start: int) -> tuple[int, int] | None:
    """Where *word* stands in the row's text, from *start* on: first and behind the last."""
    bare, places = _spelled(row.text)
    for hit in _pattern(word).finditer(bare):
        first, last = places[hit.start()], places[hit.end() - 1] + 1
        if first >= start:
            return first, last
    return None


@lru_cache(maxsize=4_000)
def _spelled(text: str) -> tuple[str, tuple[int, ...]]:
    """*text* folded, and of each folded character the place that it comes from."""
    bare: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        spelled = folded(character)
        bare.append(spelled)
        places += [place] * len(spelled)
    return "".join(bare), tuple(places)


@lru_cache(maxsize=4_000)
def _pattern(word: str) -> re.Pattern[str]:
    """*word* as a whole word, with any blanks inside."""
    parts = [re.escape(part) for part in folded(word).split()]
    return re.compile(rf"(?<!\w){r'[ ]*'.join(parts)}(?!\w)")


def _replaced(row: Row, first: int, last: int, ours: str) -> Iterator[Word]:
    """The row's words; the characters from *first* to *last* of its text are *ours* now."""
    at = 0
    done = False
    hit = [
        (word, start, min(last, start + len(word.text)))
        for word, start in _starts(row)
        if start < last and first < start + len(word.text)
    ]
    left = hit[0][0].edges[max(first - hit[0][1], 0)]
    right = hit[-1][0].edges[hit[-1][2] - hit[-1][1]]
    top, bottom = min(w.top for w, _, _ in hit), max(w.bottom for w, _, _ in hit)
    for word in row.words:
        end = at + len(word.text)
        if end <= first or at >= last:
            yield word
        else:
            if at < first:
                yield word.cut(0, first - at)
            if not done:
                yield Word(ours, _spread(left, right, len(ours)), top, bottom)
                done = True
            if end > last:
                yield word.cut(last - at)
        at = end + 1


def _starts(row: Row) -> Iterator[tuple[Word, int]]:
    at = 0
    for word in row.words:
        yield word, at
        at += len(word.text) + 1


def _spread(left: int, right: int, count: int) -> tuple[int, ...]:
    """*count* + 1 edges from *left* to *right*."""
    return tuple(left + (right - left) * each // count for each in range(count + 1))


def _parted(row: Row) -> Row:
    """A told heading without leaders, with room between its cells."""
    words = [word for word in row.words if any(each.isalnum() for each in word.text)]
    parted: list[Word] = []
    for index, word in enumerate(words):
        limit = words[index + 1].left - word.em if index + 1 < len(words) else word.right
        if word.text in _OURS.values() and limit < word.right:
            right = max(limit, word.left + 1)
            word = word._replace(edges=_spread(word.left, right, len(word.text)))
        parted.append(word)
    return Row(row.page, tuple(parted))


def _marked(row: Row, layout: Layout) -> Row:
    """The bank's own marks behind amounts as CR and DR."""
    ours = {folded(word): _OUR_MARKS[name] for name, word in words_of(layout.marks)}
    if not ours:
        return row
    words = tuple(
        Word(mark, _spread(word.left, word.right, len(mark)), word.top, word.bottom)
        if (mark := ours.get(folded(word.text.strip("()")))) is not None
        else word
        for word in row.words
    )
    return Row(row.page, words)


def _headed(rows: Sequence[Row], layout: Layout) -> Iterator[Row]:
    """The rows with a heading over the told columns, above the first entry of the page."""
    spans = {name: (span[0] * 100, span[1] * 100) for name, span in _spans(layout)}
    first = next((place for place, row in enumerate(rows) if _is_entry(row, spans)), None)
    if first is None:
        yield from rows
        return
    kept = list(rows[:first])
    for _ in range(OLD_HEADING):
        if kept and not any(each.isdigit() for each in kept[-1].text):
            kept.pop()  # words over the columns that the told ones stand for
    yield from kept
    yield _heading(rows[first], spans)
    yield from rows[first:]


def _spans(layout: Layout) -> Iterator[tuple[str, tuple[int, int]]]:
    for name, span in told(layout.ranges):
        yield name, (int(span[0]), int(span[1]))


def _is_entry(row: Row, spans: dict[str, tuple[int, int]]) -> bool:
    """A date, and a number in one of the columns of money."""
    if not dates_of(row):
        return False
    money = [span for name, span in spans.items() if name in _MONEY]
    return any(
        word.text[-1:].isdigit() and left <= word.right <= right
        for word in row.words
        for left, right in money
    )


_MONEY = {"debit", "credit", "amount", "balance"}


def _heading(below: Row, spans: dict[str, tuple[int, int]]) -> Row:
    em = below.bottom - below.top
    words = [
        Word(_OURS[name], _spread(left, right, len(_OURS[name])), below.top - em, below.top - 1)
        for name, (left, right) in spans.items()
    ]
    return Row(below.page, tuple(sorted(words, key=lambda word: word.left)))

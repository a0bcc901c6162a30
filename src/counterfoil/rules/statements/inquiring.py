"""What a reading leaves open, and which readings a person may choose between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from counterfoil.domain.inquiries import Candidate, Inquiry, OpenColumn
from counterfoil.domain.pages import PrintedPages, Word
from counterfoil.domain.statement_layouts import DayOrder, DecimalMark, Layout, Unsigned
from counterfoil.domain.statements import Proved, StatementReading
from counterfoil.rules.statements.dates import Era, Order, Printed
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.marks import is_not
from counterfoil.rules.statements.reading import Examined, examine
from counterfoil.rules.statements.terms import Label

FIRST_LINES = 8
SAMPLES = 4
LABELS_MAX = 12
WORDS_MAX = 40  # characters before an account's number
HEADED_ABOVE = 4  # lines above the first entry that may head its columns
HEADED_WITHIN = 5  # and heights of its text
_NO_SUMS = {"does_not_add_up", "no_ends", "no_transactions", "two_readings"}
_THOUSANDS = re.compile(r"\D{0,3}(\d{1,3})([.,])(\d{3})\D{0,3}")
_LONG_NUMBER = re.compile(r"(?<![\d./])[A-Z]{0,2}\d[\d -]{4,}\d(?![\d./])")
_ORDERS: dict[DayOrder, Order] = {
    "day first": Order.DAY_FIRST,
    "month first": Order.MONTH_FIRST,
}
_TRIED = Layout(title="tried", recognise=())  # with one hint at a time
_UNSIGNED: tuple[Unsigned, ...] = (
    *("adds", "subtracts", "as the balances say", "as its section says", "as its colour says"),
)


def inquire(printed: PrintedPages, today: date) -> Inquiry:
    """What a person is asked about *printed*."""
    found = examine(printed, today)
    codes = tuple(dict.fromkeys(each.code for each in found.reading.unproved()))
    ends = tuple(_unnamed_ends(found))
    no_sums = bool(_NO_SUMS & set(codes))
    return Inquiry(
        codes=codes,
        reasons=tuple(each.reason for each in found.reading.unproved()),
        first_lines=tuple(_first_lines(printed)),
        columns=tuple(_columns(found)) if no_sums else (),
        dates=tuple(_dates(printed, found, today)),
        numbers=tuple(_numbers(printed, today)),
        signs=tuple(_signs(printed, found, today)),
        labels=tuple(_labels(found)) if ends else (),
        ends=ends,
        numbered=tuple(_numbered(printed)),
        currency=any(not each.statement.currency for each in found.reading.proved()),
    )


def _first_lines(printed: PrintedPages) -> Iterator[str]:
    """Lines of page 1 that may name the bank: letters, and no number of a customer."""
    rows = printed.pages[0].rows if printed.pages else ()
    texts = [row.text for row in rows if sum(each.isalpha() for each in row.text) >= SAMPLES]
    plain = [text for text in texts if not any(each.isdigit() for each in text)]
    yield from (plain or texts)[:FIRST_LINES]


def _numbered(printed: PrintedPages) -> Iterator[str]:
    """Words of page 1 that stand before a number as long as an account's."""
    seen: set[str] = set()
    for row in printed.pages[0].rows if printed.pages else ():
        hit = _LONG_NUMBER.search(row.text)
        words = "" if hit is None else row.text[: hit.start()].split("  ")[-1].strip(" :.#")
        if any(map(str.isalpha, words)) and len(words) <= WORDS_MAX and words not in seen:
            seen.add(words)
            yield words


def _unnamed_ends(found: Examined) -> Iterator[str]:
    """The ends of an account that no known word stands beside."""
    document = found.document
    if document is None:
        return
    known = {fact.label for fact in document.facts if fact.beside}
    for name, label in (("opening", Label.OPENING), ("closing", Label.CLOSING)):
        if label not in known:
            yield name


def _labels(found: Examined) -> Iterator[str]:
    """Words beside a number on a line without a date, which are not known."""
    document = found.document
    if document is None:
        return
    known = {fact.line for fact in document.facts if fact.beside}
    seen: set[str] = set()
    for line in document.lines:
        words = " ".join(line.label().split()).strip(" :")
        fresh = words and words not in seen and line.index not in known
        if fresh and not line.dates and line.amounts and any(map(str.isalpha, words)):
            seen.add(words)
            yield words
        if len(seen) == LABELS_MAX:
            return


def _columns(found: Examined) -> Iterator[OpenColumn]:
    """The columns of the table with most entries, with what stands over them."""
    document = found.document
    events = _largest(document) if document is not None else ()
    if document is None or not events:
        return
    table = events[0].table
    above = _above(document, events[0])
    first = [event for event in events if event.dated][:1] or list(events[:1])
    yield from _leading(first[0], above, [column.left for column in table.columns])
    for index, column in enumerate(table.columns):
        samples = tuple(
            " ".join(word.text for word in event.line.row.words[cell.first : cell.last + 1])
            for event in events
            if (cell := event.cells.get(index)) is not None
        )
        yield OpenColumn(
            words=column.text or _over(above, column.left, column.right),
            left=column.left // 100 - 2,
            right=column.right // 100 + 3,
            holds="" if column.role is None else column.role.value,
            samples=samples[:SAMPLES],
        )


def _leading(event: Event, above: Sequence[Line], money: Sequence[int]) -> Iterator[OpenColumn]:
    """The dates and the texts before the columns of money."""
    if not event.line.dates:
        return
    token = event.line.dates[0]
    texts = [word for word in event.line.words_outside() if word.left > token.right]
    end = min([each for each in money if each > token.right], default=10**6)
    yield OpenColumn(
        words=_over(above, token.left, token.right),
        left=token.left // 100,
        right=token.right // 100 + 1,
        holds="booking date",
        samples=(" ".join(w.text for w in event.line.row.words[token.first : token.last + 1]),),
    )
    inside = [word for word in texts if word.right < end]
    if inside:
        yield OpenColumn(
            words=_over(above, inside[0].left, inside[-1].right),
            left=inside[0].left // 100,
            right=max(end // 100 - 40, inside[0].left // 100 + 20),
            holds="description",
            samples=(" ".join(word.text for word in inside),),
        )


def _largest(document: Document) -> tuple[Event, ...]:
    entries = [
        tuple(event for event in events if event.kind is Kind.ENTRY)
        for _, events in document.tables
    ]
    return max(entries, key=len, default=())


def _above(document: Document, event: Event) -> list[Line]:
    """The lines without numbers just above the table, nearest first."""
    lines = []
    for index in range(event.line.index - 1, max(event.line.index - 1 - HEADED_ABOVE, -1), -1):
        line = document.lines[index]
        near = event.line.row.top - line.row.bottom <= event.line.row.words[0].em * HEADED_WITHIN
        same_page = line.row.page == event.line.row.page
        if same_page and near and not any(each.isdigit() for each in line.text):
            lines.append(line)
    return lines


def _over(above: Sequence[Line], left: int, right: int) -> str:
    """The words of the nearest line that stand over a column, whole phrases at a time."""
    for line in above:
        for phrase in _phrases(line):
            if phrase[0].left <= right + 200 and left - 200 <= phrase[-1].right:
                return " ".join(word.text for word in phrase)
    return ""


def _phrases(line: Line) -> Iterator[list[Word]]:
    phrase: list[Word] = []
    for word in line.row.words:
        if phrase and word.left - phrase[-1].right > word.em * 9 // 10:
            yield phrase
            phrase = []
        phrase.append(word)
    if phrase:
        yield phrase


def _dates(printed: PrintedPages, found: Examined, today: date) -> Iterator[Candidate]:
    """Day first or month first, where both are possible."""
    document = found.document
    if document is None or "day_or_month" not in {each.code for each in found.reading.unproved()}:
        return
    sample = next(_open_dates(document), None)
    for said, order in _ORDERS.items():
        example = "" if sample is None else _example(*sample, order)
        tried = examine(printed, today, replace(_TRIED, day_order=said))
        yield Candidate(
            says=f"{said}{example}",
            comes_to=_comes_to(tried.reading),
            hints=(("day_order", said),),
        )


def _open_dates(document: Document) -> Iterator[tuple[str, Printed]]:
    for _, events in document.tables:
        for event in events:
            for token in event.line.dates[:1]:
                words = event.line.row.words[token.first : token.last + 1]
                one, two = token.printed.numbers[:2]
                if token.printed.open and one != two:
                    yield " ".join(word.text for word in words), token.printed


def _example(text: str, printed: Printed, order: Order) -> str:
    day, month, _ = printed.on(order)
    found = printed.day(order, Era.COMMON)
    said = f"day {day} of month {month}" if found is None else f"{found.day} {found:%B %Y}"
    return f": {text} is {said}"


def _numbers(printed: PrintedPages, today: date) -> Iterator[Candidate]:
    """A thousand or one point something, where every number may be either."""
    words = [word.text for page in printed.pages for row in page.rows for word in row.words]
    hits = [hit for word in words if (hit := _THOUSANDS.fullmatch(word))]
    marks = {hit[2] for hit in hits}
    telling = any(re.search(r"\d[.,]\d{2}(?!\d)(?![.,/])", word) for word in words)
    longer = any(re.search(r"\d[.,]\d{3}[.,]\d{3}", word) for word in words)
    if len(hits) < 2 or len(marks) != 1 or telling or longer:
        return
    sample = hits[0][0]
    mark: DecimalMark = "." if "." in marks else ","
    ways: tuple[tuple[str, DecimalMark], ...] = (
        ("a thousand and more", ""),
        (f"{hits[0][1]} and a fraction", mark),
    )
    for said, decimal in ways:
        tried = examine(printed, today, replace(_TRIED, decimal_mark=decimal))
        yield Candidate(
            says=f"{sample} is {said}",
            comes_to=_comes_to(tried.reading),
            hints=(("decimal_mark", decimal),),
        )


def _signs(printed: PrintedPages, found: Examined, today: date) -> Iterator[Candidate]:
    """What an amount without a sign does, where more than one answer adds up."""
    if "two_readings" not in {each.code for each in found.reading.unproved()}:
        return
    for said in _UNSIGNED:
        tried = examine(printed, today, replace(_TRIED, unsigned=said)).reading
        if tried.proved():
            yield Candidate(
                says=f"an amount without a sign: {said}",
                comes_to=_comes_to(tried),
                hints=(("unsigned", said),),
            )


def _comes_to(reading: StatementReading) -> str:
    """The sums of a reading, or where it fails."""
    parts = []
    for verdict in reading.verdicts[:2]:
        if isinstance(verdict, Proved):
            found = verdict.statement
            days = ""
            if found.transactions:
                dates = sorted(each.booking_date for each in found.transactions)
                days = f", booked {dates[0]} to {dates[-1]}"
            moved = found.movement()
            parts.append(
                f"{found.opening:,} {'-' if moved < 0 else '+'} {abs(moved):,} = {found.closing:,}"
                f" in {len(found.transactions)} entries{days}"
            )
        else:
            parts.append("; ".join(map(is_not, verdict.failed)) or verdict.reason)
    return "; ".join(parts)

"""The lines of a table as events: entries, balances, totals, with their dates and texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise, takewhile

from counterfoil.rules.statements.anchoring import Anchored, anchor, day_of, find_dates
from counterfoil.rules.statements.captions import words_before
from counterfoil.rules.statements.dates import Printed
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.grouping import groups
from counterfoil.rules.statements.headings import Cell
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.number_signs import SPELLED
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.sections import (
    TOTAL_SIGNS,
    Section,
    first_section,
    sections_of,
    titles_between,
)
from counterfoil.rules.statements.summed_titles import Money, titles_with_sums
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.terms import MOVES, TOTALS, Label, Role
from counterfoil.rules.statements.vocabulary import (
    label_of,
    side_of,
)

ALL_DATED_FROM = 6  # entries
BALANCE_WORDS_MAX = 3  # "Balance on 3 March", without its date


class Kind(StrEnum):
    """What a line with money in it may be; the arithmetic decides between them."""

    ENTRY = "entry"
    LABEL = "label"  # an end of the account, or a balance carried
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Event:
    """One line with money in the columns of its table."""

    line: Line
    table: Table
    cells: dict[int, Amount]  # by column
    kind: Kind
    label: Label | None
    section: Section
    sign: int  # -1, +1 or 0: of a CR or DR in a column of its own; in words, of a balance
    dated: bool  # a date stands in the date column of this very line
    anchored: bool  # or of another line of the entry
    date: Printed | None  # of this line or, where it has none, of the nearest one that has
    value_date: Printed | None
    words: tuple[Line, ...]  # all lines of the entry, this one included


def events_of(
    table: Table,
    before: Sequence[Line],
    earlier: Sequence[Event],
    section: Section | None = None,
) -> tuple[Event, ...]:
    """The events of *table*.

    Args:
        before: The lines that stand above its heading.
        earlier: The events of the same table on the page before.
        section: The last section of the same table on the page before.
    """
    if not table.columns or not table.lines:
        return ()
    money = {line.index: cells for line in table.lines if (cells := table.cells(line))}
    held, under_days = frozenset(money), _stood_under_days(earlier)
    dates = find_dates(table.heading, table.lines, held, under_days=under_days)
    anchors = anchor(table.lines, held, dates, _carried(earlier))
    between = dates.day_headings | titles_between(table, money)
    entries = groups(table.lines, money, dates.booking.keys() - dates.value_lines, between)
    titles = titles_with_sums(table.lines, money)
    lead = _totals_lead(table, money) or _totals_led(earlier)
    sections = sections_of(table, money, titles, first_section(table, before, section), lead=lead)
    over_signs = _over_signs(table)
    labels = _labels(table, money, entries, anchors)
    events = tuple(
        Event(
            line=line,
            table=table,
            cells=money[line.index],
            kind=kind,
            label=label,
            section=sections[line.index],
            sign=_sign_of(line, entries[line.index], kind, over_signs),
            dated=own,
            anchored=any(each.index in dates.booking for each in entries[line.index]),
            date=day_of(line, entries[line.index], dates, anchors),
            value_date=anchors[line.index].value,
            words=entries[line.index] if kind is Kind.ENTRY or not line.label() else (line,),
        )
        for line in table.lines
        if line.index in money
        for own in [anchors[line.index].own is not None]
        for label in [labels[line.index]]
        for total in [line.index in titles or _goes_both_ways(table, line, money, label)]
        for kind in [Kind.TOTAL if total else _kind(label, dated=own and not lead)]
    )
    events = _without_rates([each for each in events if not _is_other_balance(each)], earlier)
    return events[: _closed(events, earlier)]


def _carried(earlier: Sequence[Event]) -> Printed | None:
    """The last date of the same table on the page before; None where its account ended there."""
    behind = takewhile(lambda event: event.kind is not Kind.ENTRY, reversed(earlier))
    if any(event.label is Label.CLOSING and not _is_carried(event) for event in behind):
        return None
    before = [event for event in earlier if event.kind is Kind.ENTRY]
    dated = sum(event.dated for event in before)
    again = any(one.dated and two.dated and one.date == two.date for one, two in pairwise(before))
    if again and len(before) >= ALL_DATED_FROM and dated * 10 >= len(before) * 9:
        return None  # every line has a date of its own: one without is no line of the day before
    return (_day_at_foot(earlier) or earlier[-1].date) if earlier else None


def _day_at_foot(earlier: Sequence[Event]) -> Printed | None:
    """The day that is the last line of the page before: its entries stand on this one."""
    last = earlier[-1]
    below = [line for line in last.table.lines if line.index > last.line.index]
    lone = [line for line in below if len(line.dates) == 1 and len(line.words_outside()) <= 1]
    return lone[-1].dates[0].printed if lone and _stood_under_days(earlier) else None


_FORWARD = re.compile(r"(?<!\w)(?:carried|c/f|c/fwd|c/d)(?!\w)")


def _is_carried(event: Event) -> bool:
    """``Balance carried forward``: at the foot of a page the account goes on."""
    return _FORWARD.search(folded(event.line.text)) is not None


def _is_other_balance(event: Event) -> bool:
    """``Average Balance  1,453.35`` where the balances stand: none that entries lead to."""
    if event.label is not Label.OTHER or event.anchored:
        return False
    roles = event.table.roles()
    return {roles[index] for index in event.cells} == {Role.BALANCE}


def _without_rates(events: Sequence[Event], earlier: Sequence[Event]) -> tuple[Event, ...]:
    """*events* without ``Purchases  24.49%  $628.94  $11.83``: how the interest was reckoned.

    Only where every entry has a day of its own and no such line has one.
    """
    others = [each for each in (*earlier, *events) if each.kind is Kind.ENTRY and not _rated(each)]
    if not others or not all(each.anchored for each in others):
        return tuple(events)
    return tuple(event for event in events if not _rated(event))


def _rated(event: Event) -> bool:
    """Whether it has a rate and no day."""
    return not event.anchored and "%" in event.line.text


def _stood_under_days(earlier: Sequence[Event]) -> bool:
    """Whether the entries of the page before had their days above them, and value dates."""
    entries = [event for event in earlier if event.kind is Kind.ENTRY]
    return bool(entries) and all(each.value_date and not each.dated for each in entries)


def _closed(events: Sequence[Event], earlier: Sequence[Event]) -> int:
    """How many of *events* there are up to the account's end.

    What stands below a dated closing balance and its totals, and has no date where every
    entry has one, is of something else: the papers in a deposit, the fees of the year, totals
    of nothing. So is a summary, which begins with the opening balance once more.
    """
    if again := _summed_up(events):
        return again
    ends = [n for n, each in enumerate(events, 1) if each.label is Label.CLOSING and each.dated]
    end = ends[-1] if ends else 0
    end += sum(1 for _ in takewhile(_is_sum, events[end:]))
    if not ends or any(_is_of_account(each) for each in events[end:]):
        return len(events)
    entries = (each for each in (*earlier, *events[:end]) if each.kind is Kind.ENTRY)
    before = [each.anchored for each in entries]
    return end if before and all(before) else len(events)


def _is_sum(event: Event) -> bool:
    """A total of something."""
    return event.kind is Kind.TOTAL and any(amount.value for amount in event.cells.values())


def _is_of_account(event: Event) -> bool:
    """Whether *event*, below the closing balance, may still be the account's."""
    moved = any(amount.value for amount in event.cells.values())
    return event.anchored or (event.kind is not Kind.ENTRY and moved)


def _summed_up(events: Sequence[Event]) -> int:
    """Where a summary begins below all entries; 0 where there is none.

    It has the opening balance once more or, in words we do not know, a number where the
    balances stand, on lines without a day.
    """
    entries = [n for n, each in enumerate(events) if each.kind is Kind.ENTRY and each.anchored]
    last = entries[-1] + 1 if entries else len(events)
    for place, event in enumerate(events[last:], last):
        begins = event.label is Label.OPENING or _is_bare_balance(event)
        if not event.dated and (begins or _sums_up(events[place:])):
            return place
    return 0


def _sums_up(events: Sequence[Event]) -> bool:
    """A balance, totals and another balance: ``Previous 2,415  Out 971  In 754  Last 2,198``."""
    first, last = events[0], events[-1]
    kinds = {event.kind for event in events[1:-1]}
    ends = first.label is Label.BALANCE and last.label in (Label.BALANCE, Label.CLOSING)
    return ends and kinds == {Kind.TOTAL} and len(events) > 2


def _is_bare_balance(event: Event) -> bool:
    roles = event.table.roles()
    moves = not MOVES.isdisjoint(roles)
    named = event.label is not None and event.kind is not Kind.TOTAL
    return moves and not named and {roles[each] for each in event.cells} == {Role.BALANCE}


def _moved(table: Table, money: Mapping[int, Mapping[int, Amount]]) -> frozenset[int]:
    """The lines that hold more than a balance carried from page to page.

    "Transfer" and "carried forward" are one word in German and in French; what is carried
    stands by itself, first or last on its page.
    """
    roles = table.roles()
    lines = (line for line in table.lines if line.index in money)
    pages = (list(page) for _, page in groupby(lines, key=lambda line: line.row.page))
    edges = {line.index for page in pages for line in (page[0], page[-1])}
    return frozenset(
        index
        for index, cells in money.items()
        if len(cells) > 1 or index not in edges
        if any(roles[each] is not Role.BALANCE for each in cells)
    )


def _labels(
    table: Table,
    money: Money,
    entries: Mapping[int, Sequence[Line]],
    anchors: Mapping[int, Anchored],
) -> dict[int, Label | None]:
    """What the words of each line with money say; None of what is an entry all the same."""
    lines = [line for line in table.lines if line.index in money]
    said = {line.index: _said(line, entries[line.index], money[line.index]) for line in lines}
    amid, moved = _amid(said, anchors), _moved(table, money)
    return {
        line.index: None
        if line.index in amid & moved or _is_entry_after_all(said[line.index], line, moved, own=own)
        else said[line.index]
        for line in lines
        for own in [anchors[line.index].own is not None]
    }


def _amid(labels: Mapping[int, Label | None], anchors: Mapping[int, Anchored]) -> frozenset[int]:
    """The dated lines that name an opening balance between dated entries.

    ``ADDEBITO IN C/C SALDO MESE PRECEDENTE``: what paid for it. An opening stands first, or last.
    """
    lines = [*labels]
    return frozenset(
        index
        for before, index, behind in zip(lines, lines[1:], lines[2:], strict=False)
        if labels[index] is Label.OPENING and labels[before] is labels[behind] is None
        if all(anchors[each].own is not None for each in (before, index, behind))
    )


def _is_entry_after_all(
    said: Label | None, line: Line, moved: Collection[int], *, own: bool
) -> bool:
    """A dated "transfer", or money that was "Converted to another balance"."""
    if line.index not in moved:
        return False
    longer = len(line.label().split()) > BALANCE_WORDS_MAX and len(line.amounts) > 1
    return (said is Label.CARRIED and own) or (said is Label.BALANCE and longer)


def _goes_both_ways(table: Table, line: Line, money: Money, label: Label | None) -> bool:
    """Money in and money out on a line without a date or a known word: sums of their columns."""
    cells = () if table.heading is None else table.heading.cells
    if label is not None or not any(cell.role is Role.DATE for cell in cells):
        return False
    roles = table.roles()
    moved = {roles[index] for index, amount in money[line.index].items() if amount.value}
    return not line.dates and {Role.DEBIT, Role.CREDIT} <= moved


def _said(line: Line, entry: Sequence[Line], cells: Mapping[int, Amount]) -> Label | None:
    """What its words say; those of a total may stand behind a note."""
    label = label_of(line.label() or _around(entry))
    if label is not None or len(cells) != 1 or line.dates:
        return label
    (amount,) = cells.values()
    words = words_before(line, amount).split()
    tails = (" ".join(words[start:]) for start in range(len(words)))
    found = (label_of(tail) for tail in tails if _COUNT.search(tail))
    return next((each for each in found if each in TOTALS), None)


_COUNT = re.compile(r"\(\d{1,4}\)$")


def _around(lines: Sequence[Line]) -> str:
    """The words of a label that is broken over the lines around its number."""
    return " ".join(line.label() for line in lines)


def _kind(label: Label | None, *, dated: bool) -> Kind:
    if label in TOTALS and not dated:
        return Kind.TOTAL
    if label in (Label.OPENING, Label.CLOSING, Label.CARRIED, Label.DAILY, Label.BALANCE):
        return Kind.LABEL
    return Kind.ENTRY


def _totals_led(earlier: Sequence[Event]) -> bool:
    """Whether they did on the page before: only there is a total with a day none of an entry."""
    return any(
        event.kind is Kind.TOTAL and event.dated and event.label in TOTAL_SIGNS for event in earlier
    )


def section_behind(events: Sequence[Event]) -> Section | None:
    """What goes on behind *events*, on the next page: their section, or the one begun last."""
    last = events[-1]
    if _totals_led(events) and last.kind is Kind.TOTAL and last.label in TOTAL_SIGNS:
        return Section(last.line.index, TOTAL_SIGNS[last.label])
    return last.section if last.kind is Kind.ENTRY else None


def _totals_lead(table: Table, money: Collection[int]) -> bool:
    """Whether the totals of money in and of money out stand over their entries, as titles."""
    first = next((line for line in table.lines if line.index in money), None)
    return first is not None and label_of(first.label()) in TOTAL_SIGNS


#: What stands under a heading of signs, folded.
_SIGNS = {
    "cr": 1, "c": 1, "h": 1, "k": 1, "+": 1, "dr": -1, "db": -1, "d": -1, "s": -1, "-": -1,
    "借": -1, "贷": 1, "貸": 1,
    **{folded(out): -1 for out, _ in SPELLED}, **{folded(into): 1 for _, into in SPELLED},
}  # fmt: skip
#: Letters that say so in one language only, by their heading.
_SIGN_PAIRS = {"b/a": {"b": -1, "a": 1}, "t/j": {"t": -1, "j": 1}, "d/a": {"d": -1, "a": 1}}


def _over_signs(table: Table) -> list[Cell]:
    """Its headings over a column of CR and DR."""
    cells = () if table.heading is None else table.heading.cells
    return [cell for cell in cells if cell.role is Role.SIGN]


def _sign_of(line: Line, entry: Sequence[Line], kind: Kind, headings: Sequence[Cell]) -> int:
    """In words, of a balance; else by a word of its own on any line of the entry."""
    if kind is Kind.LABEL:
        return side_of(line.text)
    return _sign_word((line, *entry), headings)


def _sign_word(lines: Sequence[Line], headings: Sequence[Cell]) -> int:
    """CR or DR as a word of its own, under one of the *headings* that say so."""
    for cell in headings:
        signs = _SIGN_PAIRS.get(folded(cell.text), _SIGNS)
        for word in (word for line in lines for word in line.row.words):
            if word.right >= cell.left - 800 and word.left <= cell.right + 800:
                sign = signs.get(folded(word.text).strip("()"))
                if sign:
                    return sign
    return 0

"""The columns of a reading as bands on its pages: what each was taken for, and where it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from counterfoil.domain.page_marks import Mark, MarkKind
from counterfoil.domain.pages import Word
from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.terms import Role
from counterfoil.rules.statements.ways import Use

PAD = 250  # hundredths of a point, on both sides of a band

_OF_USE = {
    Use.BALANCE: "Balance",
    Use.DEBIT: "Debit",
    Use.CREDIT: "Credit",
    Use.AMOUNT: "Amount",
    Use.NOTHING: "Not used",
}
_OF_ROLE = {
    Role.BALANCE: "Balance",
    Role.DEBIT: "Debit",
    Role.CREDIT: "Credit",
    Role.AMOUNT: "Amount",
    Role.FEE: "Not used",
    Role.OTHER: "Not used",
    Role.REFERENCE: "Reference",
}


@dataclass(frozen=True, slots=True)
class Band:
    """One column on one page, hundredths of a point."""

    name: str
    left: int
    right: int


def column_marks(document: Document, outcome: Outcome) -> Iterator[Mark]:
    """A band for each column of each table on each page."""
    groups: dict[tuple[int, int], list[Event]] = {}
    for event in outcome.block.events():
        groups.setdefault((id(event.table), event.line.row.page), []).append(event)
    for (_, page), events in groups.items():
        top, bottom = _height(document, page, events)
        for band in bands_of(events, outcome.chain):
            box = (band.left - PAD, top, band.right + PAD, bottom)
            yield Mark(kind=MarkKind.COLUMN, page=page, box=box, text=band.name)


def bands_of(events: Sequence[Event], chain: Chain | None) -> list[Band]:
    """Dates, texts and money of *events*, which are of one table, from left to right."""
    money = list(_money(events, chain))
    dates = list(_dates(events))
    texts = _texts(events, [*money, *dates])
    return sorted([*money, *dates, *texts], key=lambda band: band.left)


def column_names(events: Sequence[Event], chain: Chain | None) -> tuple[str, ...]:
    """What each money column was taken for."""
    table = events[0].table
    if chain is not None and id(table) in chain.hypothesis.uses:
        return tuple(_OF_USE[use] for use in chain.hypothesis.use_of(events[0]))
    return tuple("Unknown" if role is None else _OF_ROLE.get(role, "") for role in table.roles())


def _height(document: Document, page: int, events: Sequence[Event]) -> tuple[int, int]:
    """From the heading, where it is on this page, to the last line of the last entry."""
    lines = [line for event in events for line in (event.line, *event.words)]
    here = [line.row for line in lines if line.row.page == page]
    top = min(row.top for row in here)
    heading = events[0].table.heading
    if heading is not None and heading.page == page:
        top = min(top, document.lines[heading.first].row.top)
    return top - 100, max(row.bottom for row in here) + 100


def _money(events: Sequence[Event], chain: Chain | None) -> Iterator[Band]:
    names = column_names(events, chain)
    for index, name in enumerate(names):
        cells = [event.cells[index] for event in events if index in event.cells]
        if cells and name:
            left, right = min(each.left for each in cells), max(each.right for each in cells)
            yield Band(name, left, right)


def _dates(events: Sequence[Event]) -> Iterator[Band]:
    """Where the booking and the value dates of the entries stand."""
    spans: dict[str, list[tuple[int, int]]] = {"Booking date": [], "Value date": []}
    for event in (each for each in events if each.kind is Kind.ENTRY):
        names = ["Booking date", "Value date"]
        for line in event.words:
            for token in line.dates:
                name = next(
                    (
                        each
                        for each in names
                        if token.printed == (event.date if each[0] == "B" else event.value_date)
                    ),
                    None,
                )
                if name is not None:
                    names.remove(name)
                    spans[name].append((token.left, token.right))
    for name, found in spans.items():
        if found:
            left = _usual([each[0] for each in found])
            near = [each for each in found if abs(each[0] - left) <= PAD * 4]
            yield Band(name, min(each[0] for each in near), max(each[1] for each in near))


def _usual(places: Sequence[int]) -> int:
    """The middle one."""
    return sorted(places)[len(places) // 2]


def _texts(events: Sequence[Event], others: Sequence[Band]) -> Iterator[Band]:
    """What is neither date nor money, up to the columns beside it."""
    lines = [
        [word for word in line.words_outside() if not _is_over(word, others)]
        for event in events
        if event.kind is Kind.ENTRY
        for line in event.words
    ]
    words = [word for line in lines for word in line]
    if not words:
        return
    middle = _usual([word.left for word in words])
    left = max((band.right + PAD for band in others if band.right <= middle), default=0)
    right = min((band.left - PAD for band in others if band.left >= middle), default=10**9)
    inside = [word for word in words if left <= word.right and word.left <= right]
    starts = sorted(line[0].left for line in lines if line and line[0].left <= right)
    if inside and starts:
        edge = starts[len(starts) // 4]  # titles between the entries begin further left
        yield Band("Description", max(left, edge), min(right, max(word.right for word in inside)))


def _is_over(word: Word, bands: Sequence[Band]) -> bool:
    middle = (word.left + word.right) // 2
    return any(band.left <= middle <= band.right for band in bands)

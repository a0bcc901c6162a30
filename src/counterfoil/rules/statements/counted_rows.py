"""Sets of entries that a printed count, or an amount beside it, may speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from counterfoil.domain.statements import sum_of
from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.chain import Entry
from counterfoil.rules.statements.count_words import Counted
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.terms import MOVES
from counterfoil.rules.statements.ways import Hypothesis, Use, use_of


class Rows(NamedTuple):
    """How many entries there are, and what they come to."""

    value: Decimal  # without sign
    counts: range  # without those of no amount, and with them


@dataclass(frozen=True, slots=True)
class Sets:
    """The entries of an account, in the order they are printed in."""

    entries: tuple[Entry, ...]
    nothing: tuple[Event, ...]  # entries of no amount
    totals: tuple[int, ...]  # lines that sum up what stands above them
    hypothesis: Hypothesis
    owed: bool  # money in and money out may be called by each other's names
    elsewhere: tuple[Sets, ...] = ()  # of other accounts

    def of(self, value: Decimal) -> set[int]:
        """How many entries the sets have that come to *value*."""
        return {count for each in self._sets() if each.value == value for count in each.counts}

    def near(self, line: Line, told: Counted) -> list[int]:
        """How many entries a count on *line* may mean: of all, or of those near it."""
        found: set[int] = set()
        for entries in self._around(line):
            for way in {told.way, -told.way} if self.owed else {told.way}:
                found.update(self._rows(entries, way).counts)
                found.update(_in_columns(self.hypothesis, entries, way))
        if not self.entries[0].event.line.index < line.index < self.entries[-1].event.line.index:
            found.update(self._elsewhere(told.way))
        if told.narrow:
            found.update(_without_charges(self.entries, told.way))
        return sorted(found)

    def _elsewhere(self, way: int) -> Iterator[int]:
        """Those of each other account, and of all."""
        own = [len(each.of_way(way)) for each in (self, *self.elsewhere)]
        yield from [*own[1:], sum(own)]

    def of_way(self, way: int) -> list[Entry]:
        """All that went one way; 0: all."""
        return [each for each in self.entries if not way or each.amount * way > 0]

    def _around(self, line: Line) -> Iterator[Sequence[Entry]]:
        """All; those of its page; those above it, from the total or the title before.

        Above all entries, or below them, it is of a page only where it says so, or where totals
        stand among them.
        """
        yield self.entries
        above = [each for each in self.entries if each.event.line.index < line.index]
        below = [each for each in self.entries if each.event.line.index > line.index]
        last = self.entries[-1].event.line.index
        of_page = _OF_PAGE.search(folded(line.text)) is not None
        if of_page or (above and below) or any(each < last for each in self.totals):
            yield [each for each in self.entries if each.event.line.row.page == line.row.page]
            yield self._since_total(above)
        yield from self._sections([*above[-1:], *below[:1]])

    def _since_total(self, above: Sequence[Entry]) -> Sequence[Entry]:
        last = above[-1].event.line.index if above else 0
        start = max((each for each in self.totals if each < last), default=-1)
        return [each for each in above if each.event.line.index > start]

    def _sections(self, of: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
        """Those under the titles that *of* stand under."""
        for one in of:
            section = one.event.section
            if section.sign:
                yield [each for each in self.entries if each.event.section.line == section.line]

    def _sets(self) -> Iterator[Rows]:
        """Of the account, of each section, and between two totals."""
        groups: dict[tuple[str, int], list[Entry]] = {}
        totals = [*self.totals, 1 << 60]
        for entry in self.entries:
            total = next(each for each in totals if each > entry.event.line.index)
            section = entry.event.section.line
            for key in (("all", 0), ("total", total), ("section", section)):
                groups.setdefault(key, []).append(entry)
        for entries in groups.values():
            for way in (-1, 1, 0):
                yield self._rows(entries, way)

    def _rows(self, entries: Sequence[Entry], way: int) -> Rows:
        own = [each.amount for each in entries if not way or each.amount * way > 0]
        lines = [each.event.line.index for each in entries] or [0]
        nothing = sum(min(lines) - 2 <= each.line.index <= max(lines) + 2 for each in self.nothing)
        return Rows(abs(sum_of(own)), range(len(own), len(own) + nothing + 1))


_OF_PAGE = re.compile(r"(?<!\w)(?:page|pagina|seite|blatt|sida|side|strona|strana|oldal)(?!\w)")


def sets_of(outcome: Outcome, others: Sequence[Outcome] = (), *, owed: bool) -> Sets:
    """The sets of a proved account; *others* are those beside it."""
    chain = outcome.chain
    assert chain is not None, "only proved accounts have entries"
    used = {entry.event.line.index for entry in chain.entries}
    nothing = [
        event
        for event in outcome.block.events()
        if event.kind is Kind.ENTRY and event.anchored and event.line.index not in used
        if _moves_nothing(event)
    ]
    return Sets(
        entries=tuple(sorted(chain.entries, key=lambda each: each.event.line.index)),
        nothing=tuple(nothing),
        totals=tuple(sorted(event.line.index for event in chain.totals)),
        hypothesis=chain.hypothesis,
        owed=owed,
        elsewhere=tuple(sets_of(each, owed=owed) for each in others if each.chain is not None),
    )


def _moves_nothing(event: Event) -> bool:
    """``Balance enquiry  0.00``: an amount of nothing where amounts stand."""
    roles = event.table.roles()
    moved = [amount.value for index, amount in event.cells.items() if roles[index] in MOVES]
    return bool(moved) and not any(moved)


def _in_columns(hypothesis: Hypothesis, entries: Sequence[Entry], way: int) -> Iterator[int]:
    """How many stand in the column of *way*: a debit that was taken back is one of the debits."""
    if hypothesis.reversals and way:
        column = Use.DEBIT if way < 0 else Use.CREDIT
        uses = (use_of(each.event, hypothesis.use_of(each.event)) for each in entries)
        yield sum(use is column for use in uses)


_CHARGES = re.compile(
    r"(?<!\w)(?:interest|dividends?|fees?|charges?|tax|zins\w*|entgelt\w*|gebuhr\w*|interets?|"
    r"frais|intereses|comision\w*|interessi|commission\w*|rente|kosten|odsetki|oplat\w*)(?!\w)"
)


def _without_charges(entries: Sequence[Entry], way: int) -> Iterator[int]:
    """How many of *way* are of the customer's own doing: no interest, and no charges."""
    own = [each for each in entries if each.amount * way > 0]
    texts = (folded(" ".join(line.text for line in each.event.words)) for each in own)
    yield sum(_CHARGES.search(text) is None for text in texts)

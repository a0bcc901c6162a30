"""Which boxes of which pages show how a document was read, and where it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from counterfoil.domain.page_marks import Banner, Mark, MarkKind
from counterfoil.domain.statements import Box, Equation, Place, Proved, Unproved, Verdict
from counterfoil.rules.statements import guards, totalling
from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.column_marks import column_marks
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.reading import Examined
from counterfoil.rules.statements.search import newest_first
from counterfoil.rules.statements.terms import ENDS, Label
from counterfoil.rules.statements.ways import Use

_OBJECTIONS = {
    "unread_line": "money in no proved account",
    "unread_table": "a table in no proved account",
    "end_contradicts": "no proved account has this balance",
    "map_does_not_fit": "the layout map says otherwise",
    "text_is_not_what_is_seen": "the text says something else than is seen here",
}
_CONTRADICTIONS = _OBJECTIONS.keys() - {"unread_line", "unread_table"}
_OF_DATES = {"day_or_month", "no_such_day", "outside_period", "odd_day", "date_missing"}
REASON_MAX = 160  # characters of a reason in the margin


def banner_of(examined: Examined) -> Banner:
    """The verdicts in words."""
    reading = examined.reading
    proved, unproved = reading.proved(), reading.unproved()
    if unproved:
        headline = f"QUARANTINED: {', '.join(dict.fromkeys(each.code for each in unproved))}"
    else:
        grades = sorted({each.proof.grade.value for each in proved})
        headline = f"PROVED, grade {' and '.join(grades)}"
    lines = [f"{each.account or 'document'}: {_why(each)}" for each in unproved]
    lines += [_account_line(each) for each in proved]
    return Banner(proved=not unproved, headline=headline, lines=tuple(lines))


def _why(verdict: Unproved) -> str:
    """The failing equation and where it is, or the reason."""
    said = [is_not(each) for each in verdict.failed if not each.holds]
    where = f" ({verdict.place})" if verdict.place is not None else ""
    return f"{'; '.join(said)}{where}" if said else verdict.reason


def _account_line(each: Proved) -> str:
    found = each.statement
    return (
        f"{found.account or 'account'} {found.currency}: opening {found.opening:,},"
        f" {len(found.transactions)} entries, closing {found.closing:,} (grade {each.proof.grade})"
    )


def marks_of(examined: Examined) -> tuple[Mark, ...]:
    """Everything to draw, bands first."""
    document = examined.document
    if document is None:
        return ()
    marks: list[Mark] = []
    for outcome, verdict in zip(examined.outcomes, examined.reading.verdicts, strict=False):
        marks += column_marks(document, outcome)
        marks += _account(document, outcome, verdict)
    for objection in examined.reading.unproved():
        if objection.code in _OBJECTIONS and objection.place is not None:
            kind = MarkKind.FAILS if objection.code in _CONTRADICTIONS else MarkKind.UNREAD
            marks += _at(kind, objection.place, note=_OBJECTIONS[objection.code])
    return tuple(sorted(marks, key=lambda mark: mark.kind is not MarkKind.COLUMN))


def _account(document: Document, outcome: Outcome, verdict: Verdict) -> Iterator[Mark]:
    chain = outcome.chain
    if chain is not None:
        yield from _chain(document, outcome, chain)
        if isinstance(verdict, Unproved):
            yield from _refused(chain, verdict)
    elif len(outcome.found.chains) > 1:
        yield from _rivals(outcome.found.chains)
    elif outcome.found.broken is not None:
        yield from _broken(document, outcome)


def _chain(document: Document, outcome: Outcome, chain: Chain) -> Iterator[Mark]:
    """A reading that holds: its rows, its balances, its ends and totals."""
    for entry in chain.entries:
        yield from _entry(entry.event)
        for amount in _balances(chain, entry.event):
            yield from _at(MarkKind.HOLDS, entry.event.line.place_of(amount))
    for event in chain.labels:
        note = f"{event.label.value} balance" if event.label in ENDS else ""
        for amount in _balances(chain, event) or event.cells.values():
            said = f"{note} {amount.value:,}" if note else ""
            yield from _at(MarkKind.HOLDS, event.line.place_of(amount), note=said)
    yield from _ends_outside(document, outcome, chain)
    for equation in totalling.totals(document, outcome):
        yield from _total(equation)
    for event in outcome.left_out:
        yield from _at(MarkKind.UNREAD, event.line.place())


def _ends_outside(document: Document, outcome: Outcome, chain: Chain) -> Iterator[Mark]:
    """The two ends where they are printed above or below the table: in a summary."""
    inside = {event.line.index for event in chain.labels}
    ends = {Label.OPENING: chain.opening, Label.CLOSING: chain.closing}
    for fact in document.facts:
        here = outcome.block.start <= fact.line < outcome.block.end
        if not here or fact.line in inside or fact.label not in ends:
            continue
        if abs(fact.value) == abs(ends[fact.label]):
            note = f"{fact.label.value} balance {abs(fact.value):,}"
            yield from _at(MarkKind.HOLDS, fact.place, note=note)


def _total(equation: Equation) -> Iterator[Mark]:
    for place in equation.places:
        if equation.holds:
            yield from _at(MarkKind.HOLDS, place, note=equation.says)
        else:
            note = f"{equation.says} is not the sum {equation.left:,}"
            yield from _at(MarkKind.FAILS, place, note=note)


def _entry(event: Event, kind: MarkKind = MarkKind.ENTRY) -> Iterator[Mark]:
    """A box around all lines of the entry, one a page."""
    lines = sorted({line.index: line for line in (*event.words, event.line)}.items())
    for page, group in groupby(lines, key=lambda each: each[1].row.page):
        box = around([line.row.box() for _, line in group])
        yield Mark(kind=kind, page=page, box=box)


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box around all *boxes*."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _balances(chain: Chain, event: Event) -> list[Amount]:
    """What a line prints in a column of balances."""
    uses = chain.hypothesis.use_of(event)
    return [cell for index, cell in event.cells.items() if uses[index] is Use.BALANCE]


def _at(kind: MarkKind, place: Place, note: str = "") -> Iterator[Mark]:
    if place.page is not None and place.box is not None:
        yield Mark(kind=kind, page=place.page, box=place.box, note=note)


def _refused(chain: Chain, verdict: Unproved) -> Iterator[Mark]:
    """The sums hold, and something else does not."""
    for event in (chain.opening_at, chain.closing_at):
        if event is not None and event.label is Label.CARRIED and verdict.code == "page_missing":
            way = "from" if event is chain.opening_at else "to"
            note = f"carried {way} a page that is not in the file"
            yield from _at(MarkKind.FAILS, event.line.place(), note=note)
    if verdict.code in _OF_DATES and chain.entries:
        event = chain.entries[0].event
        for token in event.line.dates[:1]:
            box = (token.left, event.line.row.top, token.right, event.line.row.bottom)
            place = Place(page=event.line.row.page, box=box)
            yield from _at(MarkKind.FAILS, place, note=verdict.reason[:REASON_MAX])


def _rivals(chains: Sequence[Chain]) -> Iterator[Mark]:
    """Two readings that hold: where they differ."""
    one, two = chains[:2]
    other = {id(entry.event): entry.amount for entry in two.entries}
    for entry in one.entries:
        amount = other.get(id(entry.event))
        yield from _entry(entry.event)
        if amount != entry.amount:
            said = "not at all" if amount is None else f"{amount:+,}"
            note = f"{entry.amount:+,} or {said}?"
            yield from _at(MarkKind.FAILS, entry.event.line.place(), note=note)


def _broken(document: Document, outcome: Outcome) -> Iterator[Mark]:
    """How far the best reading got, where it died, and what it never reached."""
    broken = outcome.found.broken
    assert broken is not None, "somewhere it died"
    events = list(outcome.block.events())
    if newest_first(events) is True:
        events.reverse()
    stop = next((i for i, each in enumerate(events) if each is broken.event), len(events))
    for place, event in enumerate(events):
        if place < stop and event.kind is Kind.ENTRY:
            yield from _entry(event)
        elif place > stop:
            yield from _at(MarkKind.UNREAD, event.line.place())
    equation = broken.equation
    says = is_not(equation) if equation is not None else broken.reason
    if broken.event is not None:
        yield from _at(MarkKind.FAILS, broken.event.line.place(), note=says)
    elif equation is not None:
        fact = guards.printed_at(document.facts, Label.CLOSING, equation.right)
        if fact is not None:
            yield from _at(MarkKind.FAILS, fact.place, note=says)


def is_not(equation: Equation) -> str:
    """``1,204.10 + 50.00 is not 1,254.20``."""
    return equation.says if equation.holds else " is not ".join(equation.says.rsplit(" = ", 1))

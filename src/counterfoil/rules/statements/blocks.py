"""Which tables belong to one account, and which ends are printed for it.

A new account begins where the document says so: another period, another account with an
opening balance of its own, or an opening balance that the last one does not lead to. A
gap in a chain alone is never a new account: it may be a missing page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from counterfoil.rules.statements.chain import Broken, Chain
from counterfoil.rules.statements.document import Document, other_account
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.facts import Fact, Period
from counterfoil.rules.statements.runs import Run, last_value, opens_anew, runs_of
from counterfoil.rules.statements.search import Ends, Found, search
from counterfoil.rules.statements.terms import ENDS, Label
from counterfoil.rules.statements.ways import Use

QUIET_REACH = 8  # lines between the two ends of an account without entries
SUMMARY_MAX = 4  # lines from an opening balance to the closing one of its summary
ENDS_MAX = 5  # different balances to try as an end
SIDE_TABLES_MAX = 6  # tables without a balance column that may be summaries


@dataclass(frozen=True, slots=True)
class Block:
    """The runs of one account, and the lines from its beginning to the next one's."""

    runs: tuple[Run, ...]
    start: int
    end: int
    after: int = -1  # the last line with money of the account before it

    def events(self) -> tuple[Event, ...]:
        """Of all its runs."""
        return tuple(event for run in self.runs for event in run.events)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one block came to."""

    block: Block
    found: Found
    left_out: tuple[Event, ...]  # of tables that are no part of the reading

    @property
    def chain(self) -> Chain | None:
        """The one reading that holds."""
        return self.found.chains[0] if len(self.found.chains) == 1 else None


def outcomes_of(document: Document) -> tuple[Outcome, ...]:
    """Each account of *document* with entries, proved or not."""
    results: list[Outcome] = []
    for block in _blocks(document):
        results += _outcomes(document, block)
    return tuple(results)


@dataclass(frozen=True, slots=True)
class Quiet:
    """An account whose two ends are printed, equal, with nothing between them."""

    opening: Fact
    closing: Fact

    @property
    def lines(self) -> range:
        """From just above the one to just below the other."""
        return range(max(self.opening.line - QUIET_REACH, 0), self.closing.line + 2)


def quiet_accounts(document: Document, outcomes: Sequence[Outcome]) -> Iterator[Quiet]:
    """Accounts without entries beside others that have some."""
    chains = [outcome.chain for outcome in outcomes if outcome.chain is not None]
    ends = {abs(value) for chain in chains for value in (chain.opening, chain.closing)}
    used = {event.line.index for each in outcomes for event in each.block.events()}
    facts = [
        fact
        for fact in document.facts
        if fact.beside and fact.label in (*ENDS, Label.CARRIED) and fact.line not in used
    ]
    for one, two in pairwise(facts):
        pair = one.label in (Label.OPENING, Label.CARRIED) and two.label is Label.CLOSING
        close = two.line - one.line <= QUIET_REACH
        if pair and close and one.value == two.value and abs(one.value) not in ends:
            yield Quiet(one, two)


def _outcomes(document: Document, block: Block) -> list[Outcome]:
    """*block* as one account, or as several, or as one with tables that only repeat it."""
    whole = _prove(document, block, _whole(block))
    if whole.chain is not None:
        return [whole]
    for place in _places_to_split(block, whole.found.broken):
        first, second = _split(block, place)
        head = _prove(document, first, _whole(first))
        if head.chain is None or _is_carried_on(head.chain):
            continue
        rest = _outcomes(document, second)
        if all(each.chain is not None for each in rest):
            return [head, *rest]
    part = _prove(document, block, _parts_of(block))
    return [part if part.chain is not None else whole]


def _is_carried_on(chain: Chain) -> bool:
    """Its last line carries the balance to another page: no account ends there."""
    return chain.closing_at is not None and chain.closing_at.label is Label.CARRIED


def _places_to_split(block: Block, broken: Broken | None) -> Iterator[int]:
    """Runs that the document announces as another account, the broken one first."""
    places = []
    names: set[str] = set()
    for place, run in enumerate(block.runs):
        if any(other_account(name, run.identity) for name in names):
            places.append(place)
        names.add(run.identity)
    at = None
    if broken is not None and broken.event is not None:
        at = next(
            (place for place, run in enumerate(block.runs) if broken.event in run.events), None
        )
    yield from sorted(places, key=lambda place: (place != at, place))


def _split(block: Block, place: int) -> tuple[Block, Block]:
    line = block.runs[place].first
    return (
        replace(block, runs=block.runs[:place], end=line),
        Block(block.runs[place:], line, block.end, _last_line(block.runs[:place])),
    )


Selection = tuple[Sequence[Run], Sequence[Run]]  # what is read, what only repeats it


def _prove(document: Document, block: Block, selections: Iterable[Selection]) -> Outcome:
    """The first selection of runs that has exactly one reading."""
    ends = _ends(document, block)
    last: Found | None = None
    for chosen, rest in selections:
        events = tuple(event for run in chosen for event in run.events)
        entries = tuple(event for event in events if event.section.booked)
        found = search(entries, ends, document.layout)
        if len(found.chains) == 1:
            left = [event for event in events if event.section.kind == "balances"]
            left += [event for run in rest for event in run.events]
            return Outcome(block, found, tuple(left))
        if last is None or (found.chains and not last.chains):
            last = found
    return Outcome(block, last or Found((), None), ())


def _whole(block: Block) -> Iterator[Selection]:
    """All runs or, where some have balances and some have none, those that have."""
    main = [run for run in block.runs if run.has_balances]
    side = [run for run in block.runs if not run.has_balances]
    if main and side:
        yield main, side
    yield block.runs, ()


def _parts_of(block: Block) -> Iterator[Selection]:
    """The runs without a column of balances, with fewer and fewer of the last ones."""
    main = [run for run in block.runs if run.has_balances]
    side = [run for run in block.runs if not run.has_balances]
    for count in range(min(len(side), SIDE_TABLES_MAX)):
        kept = len(side) - count
        if main or count:
            yield side[:kept], [*side[kept:], *main]


def _ends(document: Document, block: Block) -> Ends:
    """The balances that are printed around the block's tables."""
    inside = {event.line.index for event in block.events() if event.kind is Kind.ENTRY}
    facts = [
        fact
        for fact in document.facts
        if block.start <= fact.line < block.end and fact.line not in inside
    ]
    balances = [
        fact
        for fact in facts
        if fact.label is Label.BALANCE and fact.line not in document.daily_lines
    ]
    if not balances and not any(fact.label in ENDS for fact in facts):
        facts = _of_summary(document, block)
    openings = [fact for fact in facts if fact.label is Label.OPENING] + balances[:1]
    closings = [fact for fact in facts if fact.label is Label.CLOSING] + balances[-1:]
    if not closings:  # "TOTAL", what was owed before included
        last = max(inside, default=0)
        closings = [fact for fact in facts if fact.label is Label.TOTAL and fact.line > last]
    return Ends(_values(openings), _values(closings))


_NUMBER = re.compile(r"\d[\d-]{2,}\d")


def _of_summary(document: Document, block: Block) -> list[Fact]:
    """The ends on a line above that names the account: one of several in a summary."""
    numbers = _NUMBER.findall(block.runs[0].identity)
    return [
        fact
        for fact in document.facts
        if fact.line < block.start and fact.label in ENDS
        if any(number in document.lines[fact.line].text for number in numbers)
    ]


def _values(facts: Sequence[Fact]) -> tuple[Decimal, ...]:
    """Each value and, for balances owed, its opposite."""
    values = list(dict.fromkeys(fact.value for fact in facts))[:ENDS_MAX]
    return tuple(values)


def _blocks(document: Document) -> Iterator[Block]:
    """The document cut where a new account must begin."""
    runs = list(runs_of(document))
    groups: list[list[Run]] = []
    for run in runs:
        if groups and not _must_begin(document, groups[-1], run):
            groups[-1].append(run)
        else:
            groups.append([run])
    used = {event.line.index for run in runs for event in run.events}
    starts = [
        _announced(document, group[0], used) if index else 0 for index, group in enumerate(groups)
    ]
    for index, group in enumerate(groups):
        after = starts[index + 1] if index + 1 < len(groups) else len(document.lines)
        before = _last_line(groups[index - 1]) if index else -1
        yield Block(tuple(group), max(starts[index], before), after, before)


def _last_line(runs: Sequence[Run]) -> int:
    return max(run.events[-1].line.index for run in runs)


def _must_begin(document: Document, group: Sequence[Run], run: Run) -> bool:
    """Whether *run* is another account's, or another period's, than *group*."""
    last = group[-1].events[-1]
    between = range(last.line.index + 1, run.events[0].line.index)
    facts = [fact for fact in document.facts if fact.line in between]
    openings = [fact for fact in facts if fact.label is Label.OPENING]
    if _other_period(document, group, between) or _other_issue(document, group, run):
        return True
    if openings:
        carried = openings[-1].value == last_value(last)
        if carried and _is_next_statement(document, group, facts):
            return True
        known = {fact.value for fact in _openings_of(document, group)}
        return not carried and openings[-1].value not in known
    first = run.events[0]
    if _begins_within_page(last, run) and last_value(first) != last_value(last):
        return True
    if first.kind is Kind.LABEL and first.label in (Label.OPENING, Label.BALANCE):
        ends = [event for event in group[-1].events if event.kind is Kind.LABEL]
        titled = all(each.identity != run.identity for each in group)  # else a page stands twice
        if ends and titled and opens_anew(ends[-1], first):
            return True
        other = first.table.roles() != last.table.roles() or any(
            other_account(each.identity, run.identity) for each in group if each.identity
        )
        return other and last_value(first) != last_value(last)
    return False


def _begins_within_page(last: Event, run: Run) -> bool:
    """A title, a heading and an opening balance on one page: no page is missing between them."""
    first = run.events[0]
    heading = first.table.heading
    return (
        bool(run.identity)
        and (last.kind is not Kind.LABEL or last.label is Label.CLOSING)
        and first.kind is Kind.LABEL
        and first.label is Label.OPENING
        and heading is not None
        and last.line.row.page == heading.page == first.line.row.page
    )


def _is_next_statement(document: Document, group: Sequence[Run], facts: Sequence[Fact]) -> bool:
    """A summary that takes up the last balance and ends with another one."""
    first = group[0].events[0].line.index
    known = {
        fact.value
        for fact in document.facts
        if fact.label is Label.CLOSING and fact.line < group[-1].events[-1].line.index
    }
    here = [fact.value for fact in facts if fact.label is Label.CLOSING]
    return bool(here) and here[-1] not in known and first >= 0


def _openings_of(document: Document, group: Sequence[Run]) -> Iterator[Fact]:
    """The opening balances of *group*: in its tables, and the nearest one above them."""
    first, last = group[0].events[0].line.index, group[-1].events[-1].line.index
    facts = [fact for fact in document.facts if fact.label is Label.OPENING]
    yield from [fact for fact in facts if fact.line < first][-1:]
    yield from [fact for fact in facts if first <= fact.line <= last]


def _other_period(document: Document, group: Sequence[Run], between: range) -> bool:
    """A period is printed here that is not the one printed before."""
    here = [p for p in document.periods if p.line in between and p.worded]
    before = [p for p in document.periods if p.line <= group[0].events[0].line.index and p.worded]
    if not here or not before:
        return False
    known = {_spelled(period) for period in before}
    return all(_spelled(period) not in known for period in here)


def _other_issue(document: Document, group: Sequence[Run], run: Run) -> bool:
    """From one end to the other, and again under the same words with another day.

    ``Statement date 31/10/24`` over the first, ``Statement date 30/11/24`` over the next.
    """
    ends = {event.label for event in group[-1].events if event.kind is Kind.LABEL}
    if Label.CLOSING not in ends or run.events[0].label is not Label.OPENING:
        return False
    first, last = group[0].events[0].line.index, group[-1].events[-1].line.index
    over = {
        line.label(): line.dates[0].printed
        for line in document.lines[max(first - QUIET_REACH, 0) : first]
        if len(line.dates) == 1 and line.label() and not line.amounts
    }
    return any(
        over.get(line.label(), line.dates[0].printed) != line.dates[0].printed
        for line in document.lines[last + 1 : run.events[0].line.index]
        if len(line.dates) == 1
    )


def _spelled(period: Period) -> tuple[object, object]:
    return period.start.printed, period.end.printed


def _announced(document: Document, run: Run, used: Collection[int]) -> int:
    """The first line, going up from the table, that still speaks of its account.

    A closing balance above the account's name is the last account's.
    """
    lowest = run.first
    named = False
    for line in range(run.first - 1, max(run.first - 80, -1), -1):
        if line in used or (named and _closes_another(document, line)):
            return lowest
        named = named or document.names_account(line)
        if document.speaks_of_account(line):
            lowest = line
    return lowest


def _closes_another(document: Document, line: int) -> bool:
    """Whether a closing balance stands there, and no opening one right above it."""
    near = [fact for fact in document.facts if line - SUMMARY_MAX <= fact.line <= line]
    here = {fact.label for fact in near if fact.line == line}
    return Label.CLOSING in here and all(fact.label is not Label.OPENING for fact in near)


def uses_balances(chain: Chain) -> bool:
    """Whether the reading rests on a column of running balances."""
    return any(Use.BALANCE in uses for uses in chain.hypothesis.uses.values())

"""What a reading that adds up has still to answer for: each guard was bought with an error.

A sum that closes is not yet a proof. Every line with a date and money in front of a
reader must be in it or repeat something that is; every printed end and total must agree;
every page must be there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from counterfoil.domain.statements import Statement, ends_of_days, sum_of
from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.captions import cells_of, stands_over
from counterfoil.rules.statements.card_words import captions_a_card
from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.dates import Order, Printed
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.facts import Fact
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.lines import Line, first_date
from counterfoil.rules.statements.months import month_of
from counterfoil.rules.statements.pending_words import not_booked
from counterfoil.rules.statements.summary_boxes import row_leads_to_end
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.terms import ENDS, MOVES, Label, Role
from counterfoil.rules.statements.totalling import sums_of_rows
from counterfoil.rules.statements.vocabulary import label_of
from counterfoil.rules.statements.ways import Use

LISTED_MAX = 12  # accounts of which sums are printed
RATES_MAX = 8  # lines from the heading of rates
TITLE_REACH = 25  # lines from a line up to the title that says what it is


@dataclass(frozen=True, slots=True)
class Objection:
    """Something printed that the readings do not explain."""

    code: str
    reason: str
    line: Line


def unread_lines(
    document: Document, outcomes: Sequence[Outcome], statements: Sequence[Statement]
) -> Iterator[Objection]:
    """Lines with a date and money, or entries of a table, that are in no reading."""
    left = [event for each in outcomes for event in (*each.left_out, *_said_nothing(each))]
    used = {event.line.index for each in outcomes for event in each.block.events()}
    used -= {event.line.index for event in left}
    lines = {line.index: line for line in _dated_money(document, used)}
    for event in left:
        moved = any(amount.value for amount in event.cells.values())
        entry = event.kind is Kind.ENTRY and event.anchored and moved
        if entry and not not_booked(_title_above(document, event.line)):
            lines.setdefault(event.line.index, event.line)
    if not lines:
        return
    known = _known(statements)
    sums = {value for each in outcomes if each.chain for value in sums_of_rows(each.chain)}
    days = {event.line.index: event.date for event in left}
    for index, line in sorted(lines.items()):
        explained = _are_rates(document, line) or _is_detail(document, line)
        if not explained and not _repeats(line, days.get(index), known, sums):
            yield Objection(
                "unread_line",
                f"page {line.row.page}: a dated line with money is in no proved table:"
                f" {line.text[:80]}",
                line,
            )


def _said_nothing(outcome: Outcome) -> Iterator[Event]:
    """Dated rows of a reading all of whose money stands in columns that it does not use."""
    uses = {} if outcome.chain is None else outcome.chain.hypothesis.uses
    for event in outcome.block.events():
        own = uses.get(id(event.table))
        if (
            own
            and event.cells
            and event.dated
            and all(own[at] is Use.NOTHING for at in event.cells)
        ):
            yield event


def _dated_money(document: Document, used: set[int]) -> Iterator[Line]:
    """Each line once, or each part of it where tables stand side by side."""
    parts: dict[int, list[Line]] = {}
    for table, _ in document.tables:
        for line in table.lines if table.may_move else ():
            parts.setdefault(line.index, []).append(line)
    summaries = {
        line.index
        for table, _ in document.tables
        if not table.may_move
        for line in table.lines
        if table.cells(line)
    }
    labelled = {fact.line for fact in document.facts if fact.label is not Label.OTHER}
    for whole in document.lines:
        if whole.index in used or whole.index in labelled or whole.index in summaries:
            continue
        if whole.index and captions_a_card(document.lines[whole.index - 1].text):
            continue
        for line in parts.get(whole.index, [whole]):
            money = [each for each in line.amounts if each.alone and each.value]
            token = first_date(line)
            counts = bool(money) and token is not None and not _is_period(line)
            if counts and not not_booked(_title_above(document, whole)):
                yield line


def _is_detail(document: Document, line: Line) -> bool:
    """Whether it goes on with the text of an entry of that day, and its money is in no column.

    The entry has the day above it, on its own lines or over them: another day would be its own.
    """
    token = first_date(line)
    return any(
        line in event.words[1:]
        and token is not None
        and token.printed in (_days_above(event, line) or [event.date])
        and all(event.table.column_of(amount) is None for amount in line.amounts)
        for _, events in document.tables
        for event in events
    )


def _days_above(event: Event, line: Line) -> list[Printed | None]:
    above = (each for each in event.words if each.index < line.index)
    return [token.printed for each in above for token in each.dates]


def _are_rates(document: Document, line: Line) -> bool:
    """Whether ``Gross % p.a.`` stands over each number of *line*, or over a line set like it."""
    for above in reversed(document.lines[max(line.index - RATES_MAX, 0) : line.index]):
        if above.row.page != line.row.page:
            return False
        if above.amounts:
            if [each.right for each in above.amounts] != [each.right for each in line.amounts]:
                return False
            continue
        rates = [cell for cell in cells_of(above.row.words) if any(w.text == "%" for w in cell)]
        return bool(rates) and all(
            any(stands_over(cell, each) for cell in rates) for each in line.amounts
        )
    return False


def _title_above(document: Document, line: Line) -> str:
    """The nearest line above, on its page, without dates and money."""
    for index in range(line.index - 1, max(line.index - TITLE_REACH, -1), -1):
        above = document.lines[index]
        if above.row.page != line.row.page:
            return ""
        if not_booked(above.text):
            return above.text
        if not above.dates and not above.amounts and not label_of(above.text):
            heading = any(each.first <= index <= each.last for each in document.headings)
            if not heading:
                return above.text
    return ""


def _is_period(line: Line) -> bool:
    """Two dates with only a word or a dash between them."""
    return len(line.dates) == 2 and 1 <= line.dates[1].first - line.dates[0].last - 1 <= 1


def unread_tables(document: Document, outcomes: Sequence[Outcome]) -> Iterator[Objection]:
    """Tables headed like transactions whose money is in no reading and repeats nothing."""
    used = {id(event.table) for each in outcomes for event in each.block.events()}
    for line in document.silent_lines:
        yield _unread_table(line)
    alike = {table.roles() for table, _ in document.tables if id(table) in used and table.heading}
    unread = [
        events
        for table, events in document.tables
        if id(table) not in used and (_is_of_transactions(table) or table.roles() in alike)
    ]
    if not unread:
        return
    chains = [outcome.chain for outcome in outcomes if outcome.chain is not None]
    known = {Decimal(0)}.union(*(sums_of_rows(chain) for chain in chains))
    known |= {abs(value) for chain in chains for value in _balances(chain)}
    known |= {abs(entry.amount) for chain in chains for entry in chain.entries}
    known |= {abs(value) for value in _sums(chains)}
    for events in unread:
        for event in events[:1] if _is_summary(events[0].table) else events:
            own = event.table.roles()
            values = {
                amount.value
                for index, amount in event.cells.items()
                if own[index] is not Role.OTHER and (event.dated or amount.alone)
            }
            values -= _named_otherwise(document, event)
            if event.kind is not Kind.ENTRY or values <= known:
                continue
            if event.dated or not any(row_leads_to_end(values, chain) for chain in chains):
                yield _unread_table(event.line)
                break


def _named_otherwise(document: Document, event: Event) -> set[Decimal]:
    """The numbers on an undated line whose own words say that they move nothing: "Limit"."""
    if event.dated or event.anchored:
        return set()
    here = (fact for fact in document.facts if fact.line == event.line.index)
    said = (fact for fact in here if fact.words in event.line.text)
    return {abs(fact.value) for fact in said if fact.label is Label.OTHER}


def _is_summary(table: Table) -> bool:
    """Both ends and no dates in its heading: one row belongs to it."""
    cells = () if table.heading is None else table.heading.cells
    roles = [cell.role for cell in cells]
    return roles.count(Role.BALANCE) > 1 and Role.DATE not in roles


def _unread_table(line: Line) -> Objection:
    reason = f"page {line.row.page}: a table of transactions is in no proved account"
    return Objection("unread_table", f"{reason}: {line.text[:80]}", line)


def _is_of_transactions(table: Table) -> bool:
    """Whether money that moves and balances stand under its headings."""
    roles = set() if table.heading is None else set(table.heading.roles())
    return bool(roles & MOVES) and Role.BALANCE in roles


Known = dict[tuple[int, int], set[Decimal]]  # by day and month


def _known(statements: Sequence[Statement]) -> Known:
    """What is proved of each day: the amounts booked on it, the balance at its end."""
    known: Known = {}
    for statement in statements:
        for each in statement.transactions:
            facts = {abs(each.amount)} | ({abs(each.balance)} if each.balance else set())
            known.setdefault((each.booking_date.day, each.booking_date.month), set()).update(facts)
        for day, end in ends_of_days(statement).items():
            known[day.day, day.month].add(abs(end))
        if statement.period is not None:
            first = statement.period[0]
            known.setdefault((first.day, first.month), set()).add(abs(statement.opening))
    return known


def _repeats(line: Line, day: Printed | None, known: Known, sums: Collection[Decimal]) -> bool:
    """Whether every amount of *line* is a proved one of its day, or a sum of entries: a list
    of checks, the balances of each day, a summary."""
    amounts = [amount for amount in line.amounts if amount.alone and amount.value]
    first_printed = line.dates[0].printed if line.dates else day
    for amount in amounts:
        before = [token.printed for token in line.dates if token.first < amount.first]
        printed = before[-1] if before else first_printed
        if amount.value in sums:
            continue
        if printed is None or not any(
            amount.value in known.get(printed.on(order)[:2], ()) for order in Order
        ):
            return False
    return bool(amounts)


def contradictions(
    document: Document,
    outcomes: Sequence[Outcome],
    others: Sequence[Decimal],
    by_day: Collection[Decimal],
) -> Iterator[Objection]:
    """Ends printed somewhere that are not the ends of any account, nor a balance on its way.

    Args:
        others: The balances of accounts without entries.
        by_day: Balances at the ends of days: a list gives them, of entries in sections.
    """
    chains = [outcome.chain for outcome in outcomes if outcome.chain is not None]
    inside = {event.line.index for chain in chains for event in (*chain.labels, *chain.totals)} | {
        entry.event.line.index for chain in chains for entry in chain.entries
    }
    ends = {abs(value) for chain in chains for value in (chain.opening, chain.closing)}
    ends |= {abs(value) for value in others}
    ends |= {abs(value + sum_of(others)) for value in _sums(chains)}
    running = {abs(value) for chain in chains for value in _balances(chain)}
    running |= {abs(value) for value in by_day}
    for fact in (*filter(_is_end, document.facts), *_without_entry(document)):
        if fact.line in inside or not (fact.value and fact.beside):
            continue
        if abs(fact.value) in ends or abs(fact.value) in running:
            continue
        yield Objection(
            "end_contradicts",
            f"page {document.lines[fact.line].row.page}: {fact.words[:50]!r} says {fact.value:,},"
            f" and no proved account has that {_called(fact.label)}",
            document.lines[fact.line],
        )


def _without_entry(document: Document) -> Iterator[Fact]:
    """Balances in their column with a label and no amount: carried, or the last of a table.

    Alone on a page they are in no reading.
    """
    for table, events in document.tables:
        roles = table.roles()
        for event in events if Role.BALANCE in roles else ():
            amount = event.cells.get(roles.index(Role.BALANCE))
            if event.label in (Label.CARRIED, Label.BALANCE) and amount is not None:
                line, place = event.line, event.line.place_of(amount)
                words = line.label()
                yield Fact(event.label, amount.value, line.index, words, place, beside=True)


def _called(label: Label) -> str:
    return "balance" if label is Label.BALANCE else f"{label.value} balance"


def _is_end(fact: Fact) -> bool:
    """A labelled end, or a plain "Balance", alone or of a day."""
    return fact.label in ENDS or is_plain_balance(fact)


def is_plain_balance(fact: Fact) -> bool:
    """``Balance``, ``Saldo contable al 28/02``: a balance of the account, and no other."""
    if fact.label is not Label.BALANCE:
        return False
    words = re.findall(r"[^\W\d_]+", folded(fact.words))
    return sum(word not in _FILLERS and month_of(word) is None for word in words) == 1


_FILLERS = frozenset(
    re.findall(
        r"\w+",
        "as at of on per am vom zum al a au du le del de dia il em en den ke na dn dzien pa the"
        " your book booked ledger contable contabil contabile comptable account konto date datum"
        " usd eur gbp inr chf kr",
    )
)


def _sums(chains: Sequence[Chain]) -> Iterator[Decimal]:
    """What the ends of accounts come to that stand one after the other: deposits, loans, all."""
    for first, last in combinations(range(len(chains[:LISTED_MAX]) + 1), 2):
        yield sum_of([each.opening for each in chains[first:last]])
        yield sum_of([each.closing for each in chains[first:last]])


def _balances(chain: Chain) -> Iterator[Decimal]:
    balance = chain.opening
    for entry in chain.entries:
        balance += entry.amount
        yield balance


def unused_columns(chain: Chain) -> bool:
    """Whether a column of numbers without a heading is no part of the reading."""
    return any(
        role is None and use is Use.NOTHING and _fills(event, index)
        for event in (entry.event for entry in chain.entries)
        for index, (role, use) in enumerate(
            zip(event.table.roles(), chain.hypothesis.use_of(event), strict=True)
        )
    )


def strange_balances(chain: Chain) -> bool:
    """Whether the balances that are read have another name than those that are called so."""
    pairs = {
        (role is Role.BALANCE, use is Use.BALANCE)
        for event in (entry.event for entry in chain.entries)
        for role, use in zip(event.table.roles(), chain.hypothesis.use_of(event), strict=True)
    }
    return {(True, False), (False, True)} <= pairs


def _fills(event: Event, index: int) -> bool:
    return index in event.cells and event.cells[index].value != 0


def printed_at(facts: Sequence[Fact], label: Label, value: Decimal) -> Fact | None:
    """The fact that prints *value* as an end of the account."""
    return next(
        (fact for fact in facts if fact.label is label and abs(fact.value) == abs(value)), None
    )

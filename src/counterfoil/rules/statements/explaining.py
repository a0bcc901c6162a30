"""Why an account was read as it was: its columns, its texts, the readings that failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from counterfoil.domain.explained import Notes
from counterfoil.domain.statements import Verdict
from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.chain import Broken, Chain, walks
from counterfoil.rules.statements.describing import descriptions
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.layouts import allowed
from counterfoil.rules.statements.marks import is_not
from counterfoil.rules.statements.reading import Examined
from counterfoil.rules.statements.search import hypotheses
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.terms import Role
from counterfoil.rules.statements.ways import Hypothesis, Plain, Totals, Use

TRIED_MAX = 120  # other readings that are walked again to say where they fail
SHOWN_MAX = 6

_PLAIN = {
    Plain.IN: "amounts without a sign add to the balance",
    Plain.OUT: "amounts without a sign are taken from the balance",
    Plain.UNKNOWN: "signs as the balances ask for them",
    Plain.SECTION: "signs from the title above",
    Plain.COLOUR: "signs from the colour",
}
_OF_TOTALS = {
    Totals.SEEN: "",
    Totals.SAID: "; only lines that say so are totals",
    Totals.NONE: "; totals are entries",
}


def notes_of(examined: Examined) -> tuple[Notes, ...]:
    """One for each account that has entries, in the order of the verdicts."""
    document = examined.document
    if document is None:
        return ()
    return tuple(
        _notes(document, outcome, verdict)
        for outcome, verdict in zip(examined.outcomes, examined.reading.verdicts, strict=False)
    )


def _notes(document: Document, outcome: Outcome, verdict: Verdict) -> Notes:
    chain = outcome.chain
    account = getattr(verdict, "account", "") or _account(verdict)
    return Notes(
        account=account,
        columns=tuple(_columns(outcome.block.events(), chain)),
        texts=() if chain is None else tuple(_texts(chain)),
        competing=tuple(_competing(document, outcome)),
    )


def _account(verdict: Verdict) -> str:
    statement = getattr(verdict, "statement", None)
    return "" if statement is None else str(statement.account)


def _columns(events: Sequence[Event], chain: Chain | None) -> Iterator[str]:
    """Each money column of each kind of table."""
    seen: set[tuple[object, ...]] = set()
    for event in events:
        table = event.table
        if table.roles() in seen:
            continue
        seen.add(table.roles())
        if len(seen) > SHOWN_MAX:
            return
        uses = None if chain is None else chain.hypothesis.uses.get(id(table))
        for index, column in enumerate(table.columns):
            count = sum(
                each.table.roles() == table.roles() and index in each.cells for each in events
            )
            headed = f"headed {column.text!r}" if column.text else "without a heading"
            taken = "not settled" if uses is None else _use(uses[index])
            place = f"{column.left // 100} to {column.right // 100} pt"
            yield f"{taken}: the column {headed}, {place} from the left, {count} numbers"


def _use(use: Use) -> str:
    return "not used" if use is Use.NOTHING else use.value


def _texts(chain: Chain) -> Iterator[str]:
    """No sum covers a description: what does."""
    said = descriptions(chain.entries)
    wrapped = sum(len(entry.event.words) > 1 for entry in chain.entries)
    empty = sum(not each.description for each in said)
    tables = {id(e.event.table): e.event.table for e in chain.entries}
    words = dict.fromkeys(word for table in tables.values() if (word := _over_texts(table)))
    column = f"the column headed {', '.join(map(repr, words))}" if words else "the free column"
    yield f"all text of {column}, between the entry's own lines; no sum covers it"
    yield f"{wrapped} of {len(said)} entries take several lines, {empty} have no text"


def _over_texts(table: Table) -> str:
    cells = () if table.heading is None else table.heading.cells
    return next((cell.text for cell in cells if cell.role is Role.DESCRIPTION), "")


def _competing(document: Document, outcome: Outcome) -> Iterator[str]:
    """Other ways to read the same rows, those that got furthest first."""
    events = _events(outcome)
    opening, closing = _ends(outcome)
    found: dict[str, tuple[int, str]] = {}  # by what became of it: the simplest one says it
    alike = 0
    ranked = allowed(hypotheses(events), document.layout)
    for _, hypothesis in islice(ranked, TRIED_MAX):
        result = next(walks(events, hypothesis, opening, (closing,)))
        if isinstance(result, Chain) and _amounts(result) == _amounts(outcome.chain):
            alike += 1
            continue
        held, why = _came_to(result)
        found.setdefault(why, (held, _says(hypothesis, events)))
    best = sorted(found.items(), key=lambda each: -each[1][0])
    yield from (f"{says}: {why}" for why, (_, says) in best[:SHOWN_MAX])
    if len(best) > SHOWN_MAX:
        yield f"and {len(best) - SHOWN_MAX} more that failed as early, or earlier"
    if alike > 1:
        yield f"{alike} ways to read the columns come to the very same amounts: they are one"


def _events(outcome: Outcome) -> list[Event]:
    """The lines that were read; those left out would break any reading."""
    left = {id(event) for event in outcome.left_out}
    booked = [event for event in outcome.block.events() if event.section.booked]
    return [event for event in booked if id(event) not in left]


def _ends(outcome: Outcome) -> tuple[Decimal | None, Decimal | None]:
    """The ends to walk between: those of the reading that holds."""
    chain = outcome.chain
    if chain is None or any(Use.BALANCE in uses for uses in chain.hypothesis.uses.values()):
        return None, None
    return chain.opening, chain.closing


def _came_to(result: Chain | Broken) -> tuple[int, str]:
    """(balances that held, what became of a reading)."""
    if isinstance(result, Broken):
        where = ""
        if result.event is not None:
            where = f" on page {result.event.line.row.page}, {result.event.line.text[:40]!r}"
        said = is_not(result.equation) if result.equation is not None else result.reason
        return result.held, f"fails after {result.held} balances{where}: {said}"
    return result.balances, (
        f"adds up too, from {result.opening:,} to {result.closing:,},"
        " and its ends are not those that are printed"
    )


def _amounts(chain: Chain | None) -> list[tuple[int, Decimal]]:
    """By line; of no chain, nothing."""
    entries = () if chain is None else chain.entries
    return sorted((entry.event.line.index, entry.amount) for entry in entries)


def _says(hypothesis: Hypothesis, events: Sequence[Event]) -> str:
    """A reading in words: ``'Betrag' is the amount, 'Saldo' the balance; ...``."""
    parts = []
    tables = {event.table.roles(): event.table for event in events}
    for table in tables.values():
        for column, use in zip(table.columns, hypothesis.uses[id(table)], strict=True):
            parts.append(f"{column.text or 'a column without heading'!r} is {_use(use)}")
    said = ", ".join(dict.fromkeys(parts))
    if any(Use.AMOUNT in uses for uses in hypothesis.uses.values()):
        said += f"; {_PLAIN[hypothesis.plain]}"
    said += "; counted against the balances" if hypothesis.flipped else ""
    said += "; a minus takes back" if hypothesis.reversals else ""
    said += "; balances without a sign are owed" if hypothesis.plain_balance < 0 else ""
    said += _OF_TOTALS[hypothesis.totals]
    return said + ("; newest first" if hypothesis.newest_first else "")

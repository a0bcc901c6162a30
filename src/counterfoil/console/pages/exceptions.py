"""One work list of all that waits for a person, whatever kind it is; decided in bulk."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from counterfoil.console.asking import Answer, Ask, Go, Page
from counterfoil.console.showing import money
from counterfoil.domain.items import ItemState
from counterfoil.errors import Refused
from counterfoil.site.deciding import release_item
from counterfoil.store.deciding import Word
from counterfoil.store.schedule_book import OccurrenceRow
from counterfoil.store.searching import ItemQuery

BACK = re.compile(r"/(exceptions|items)[A-Za-z0-9/?=&-]*")
TICKED_MAX = 500
SHOWN_MAX = 200  # at a time: what is decided makes room for the next
DAYS = 7  # refusals, files and runs that ended badly are listed so long

#: Kind -> heading. The first ones wait for a person; a doubt is looked up by the bots, and what
#: was refused is the analyst's: both are there to be seen.
KINDS = {
    "system": "Frozen systems",
    "hold": "On hold",
    "failed": "Failed",
    "statement": "Statements",
    "break": "Breaks",
    "run": "Scheduled runs",
    "file": "Files in quarantine",
    "doubt": "In doubt",
    "refused": "Refused",
}
NEED_A_PERSON = ("system", "hold", "failed", "statement", "run", "file")
_STATES = {
    "hold": ItemState.ON_HOLD,
    "failed": ItemState.FAILED,
    "doubt": ItemState.IN_DOUBT,
    "refused": ItemState.REFUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptional:
    """One thing on the list."""

    kind: str
    which: str  # "item:B-…", "arrival:A-…", "system:core": what is decided or noted about it
    name: str
    link: str
    about: str
    code: str
    reason: str
    since: datetime | None  # UTC
    state: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a kind there are."""

    kind: str
    heading: str
    count: int


def waiting(ask: Ask) -> list[Waiting]:
    """What needs a person, for Today; kinds without anything are left out."""
    counts = counted(ask)
    return [Waiting(kind, KINDS[kind], counts[kind]) for kind in KINDS if counts[kind]]


def counted(ask: Ask) -> Counter[str]:
    """How many of each kind there are; counted once for all who look."""
    now = ask.desk.site.ledger.now()
    return ask.desk.shared("exceptions counted", lambda: _counts(ask, now))


def _counts(ask: Ask, now: datetime) -> Counter[str]:
    since, states = now - timedelta(days=DAYS), ask.desk.counts()
    found = Counter({kind: states.get(state, 0) for kind, state in _STATES.items()})
    found["system"] = len(ask.desk.site.ledger.frozen_systems())
    found["statement"] = len(ask.desk.statements.exceptions())
    found["run"] = len(ask.desk.looking.ended_badly(_BAD_RUNS, since))
    found["file"] = sum(each.received_at >= since for each in ask.desk.looking.quarantined())
    found["break"] = sum(1 for _ in _breaks(ask))
    return found


_BAD_RUNS = ("FAILED", "NOT_STARTED", "NEEDS_PERSON")


def listing(ask: Ask) -> Answer:
    """The list: of one kind, or of all that need a person."""
    now = ask.desk.site.ledger.now()
    kind = ask.wanted("kind") if ask.wanted("kind") in KINDS else ""
    text = ask.wanted("text")[:100]
    kinds = (kind,) if kind else NEED_A_PERSON
    rows = [each for one in kinds for each in _LISTS[one](ask, now) if _has(each, text)]
    counts = counted(ask)
    return Page(
        "exceptions.html",
        {
            "rows": rows[:SHOWN_MAX],
            "cares": ask.desk.cares.cares(),
            "today": now.date(),
            "count": len(rows),
            "kinds": [Waiting(each, heading, counts[each]) for each, heading in KINDS.items()],
            "kind": kind,
            "text": ask.wanted("text"),
            "all": sum(counts[each] for each in NEED_A_PERSON),
        },
    )


def _has(row: Exceptional, text: str) -> bool:
    """Items were looked for by the ledger, among all that there are."""
    said = f"{row.name} {row.about} {row.code} {row.reason}"
    return row.kind in _STATES or text.casefold() in said.casefold()


def _items(kind: str) -> Callable[[Ask, datetime], Iterator[Exceptional]]:
    def listed(ask: Ask, _now: datetime) -> Iterator[Exceptional]:
        wanted = ItemQuery(states=(_STATES[kind],), text=ask.wanted("text")[:100])
        for each in ask.desk.looking.find_items(wanted, limit=SHOWN_MAX + 1):
            yield Exceptional(
                kind=kind,
                which=f"item:{each.item_id}",
                name=each.item_id,
                link=f"/items/{each.item_id}",
                about=f"{money(each.amount)} {each.currency}, {each.reference}",
                code=each.code or "",
                reason=each.reason or "",
                since=each.updated_at,
                state=each.state,
            )

    return listed


def _systems(ask: Ask, _now: datetime) -> Iterator[Exceptional]:
    for system, reason in ask.desk.site.ledger.frozen_systems().items():
        yield Exceptional(
            kind="system",
            which=f"system:{system}",
            name=system,
            link="/operate",
            about="nothing is keyed into it",
            code="frozen",
            reason=reason,
            since=None,
            state="FROZEN",
        )


def _statements(ask: Ask, _now: datetime) -> Iterator[Exceptional]:
    for each in ask.desk.statements.exceptions():
        place = f" ({each.place})" if each.place else ""
        yield Exceptional(
            kind="statement",
            which=f"arrival:{each.arrival_id}",
            name=each.arrival_id,
            link=f"/arrivals/{each.arrival_id}",
            about=f"{each.account_shown}, {each.first_day or ''} {each.last_day}, {each.format}",
            code=each.code,
            reason=f"{each.reason}{place}. {each.remedy}",
            since=each.opened_at,
            state="HELD" if each.holds else "OPEN",
        )


def _files(ask: Ask, now: datetime) -> Iterator[Exceptional]:
    for each in ask.desk.looking.quarantined():
        if each.received_at >= now - timedelta(days=DAYS):
            yield Exceptional(
                kind="file",
                which=f"file:{each.sha256}",
                name=each.name,
                link="",
                about=f"dropped into {each.folder}",
                code="quarantined",
                reason=each.quarantined,
                since=each.received_at,
                state="QUARANTINED",
            )


def _runs(ask: Ask, now: datetime) -> Iterator[Exceptional]:
    since = now - timedelta(days=DAYS)
    yield from (_run(each) for each in ask.desk.looking.ended_badly(_BAD_RUNS, since))


def _run(row: OccurrenceRow) -> Exceptional:
    return Exceptional(
        kind="run",
        which=f"run:{row.schedule} {row.key}",
        name=f"{row.schedule} {row.key}",
        link=f"/schedules/{row.schedule}?day={row.day}",
        about=" ".join(row.command or ()),
        code="" if row.exit_code is None else f"exit code {row.exit_code}",
        reason=row.told or "",
        since=row.ended_at,
        state=str(row.run_state),
    )


def _breaks(ask: Ask) -> Iterator[Exceptional]:
    for name in sorted(ask.desk.suite.config.reconciliations):
        for each in ask.desk.reconciliations.breaks(name):
            yield Exceptional(
                kind="break",
                which=f"break:{each.break_id}",
                name=each.break_id,
                link=f"/reconciliations/{name}",
                about=f"{each.side} {each.account_shown} {each.day}, {each.amount} {each.currency}",
                code=each.kind,
                reason=f"owner {each.owner}" if each.owner else "",
                since=None,
                state=each.state,
            )


_LISTS: dict[str, Callable[[Ask, datetime], Iterator[Exceptional]]] = {
    "system": _systems,
    "statement": _statements,
    "break": lambda ask, _now: _breaks(ask),
    "run": _runs,
    "file": _files,
    **{kind: _items(kind) for kind in _STATES},
}

# What is decided about many at once. Each is one decision, with its own record.


def look_again(ask: Ask) -> Answer:
    """Items: ask the bank once more."""
    return _each(ask, "item", "will be looked up", ask.desk.site.ledger.look_again)


def release(ask: Ask) -> Answer:
    """Items: they are not at the bank, and are to be keyed."""
    return _each(
        ask, "item", "released", lambda name, word: release_item(ask.desk.site, name, word)
    )


def cancel(ask: Ask) -> Answer:
    """Items: they are not to be keyed."""
    return _each(ask, "item", "cancelled", ask.desk.site.ledger.cancel)


def requeue(ask: Ask) -> Answer:
    """Statements: fetch and read them again."""
    return _each(ask, "arrival", "wanted again", ask.desk.statements.requeue_statement)


def accept(ask: Ask) -> Answer:
    """Statements: they may be used as far as they are proved."""
    return _each(ask, "arrival", "accepted", ask.desk.statements.accept_statement)


def set_aside(ask: Ask) -> Answer:
    """Statements: they are not to be used."""
    return _each(ask, "arrival", "set aside", ask.desk.statements.set_statement_aside)


def care(ask: Ask) -> Answer:
    """Anything that waits: who takes care of it, until when, and what is known."""
    word, owner = Word(person=ask.person, reason=ask.reason()), ask.given("owner")[:60]
    due = _due(ask.given("due"))
    ticked = list(dict.fromkeys(ask.form.get("which", ())))[:TICKED_MAX]
    known = _names(ask) if ticked else frozenset()
    if not ticked:
        raise Refused("nothing_ticked", "tick at least one that this can be said of")
    for which in ticked:
        if which not in known and not _is_item(ask, which):
            raise Refused("unknown_exception", f"{which[:60]} does not wait")
    for which in ticked:
        kind, _, name = which.partition(":")
        if kind == "break" and owner:
            ask.desk.reconciliations.assign_break(name, owner, word)
        ask.desk.cares.care(which, word, owner=owner or None, due_on=due)
    return _back(ask, f"noted about {len(ticked)}")


def _due(text: str) -> date | None:
    """Raises Refused: "due"."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("due", f"{text[:20]!r} is no day: write it like 2026-12-31") from None


def _names(ask: Ask) -> frozenset[str]:
    """All that waits and is no item."""
    now = ask.desk.site.ledger.now()
    kinds = (kind for kind in KINDS if kind not in _STATES)
    return frozenset(each.which for kind in kinds for each in _LISTS[kind](ask, now))


def _is_item(ask: Ask, which: str) -> bool:
    kind, _, name = which.partition(":")
    try:
        return kind == "item" and ask.desk.looking.item_row(name).state in _STATES.values()
    except KeyError:
        return False


def _back(ask: Ask, told: str, *, bad: bool = False) -> Go:
    back = ask.given("back")
    return Go(back if BACK.fullmatch(back) else "/exceptions", told, bad=bad)


def _each(ask: Ask, kind: str, done: str, decide: Callable[[str, Word], None]) -> Answer:
    """Decide about every ticked one; those that are refused are told with the reason."""
    word = Word(person=ask.person, reason=ask.reason())
    ticked = list(dict.fromkeys(ask.form.get("which", ())))[:TICKED_MAX]
    names = [each.partition(":")[2] for each in ticked if each.startswith(f"{kind}:")]
    if not names:
        raise Refused("nothing_ticked", f"tick at least one {kind} that this can be said of")
    refused: list[str] = []
    for name in names:
        try:
            decide(name, word)
        except Refused as refusal:
            refused.append(str(refusal))
    told = f"{len(names) - len(refused)} {done}"
    told += f"; {len(refused)} not: {'; '.join(refused[:5])}" if refused else ""
    told += (
        f"; {len(ticked) - len(names)} of another kind left alone"
        if len(ticked) > len(names)
        else ""
    )
    return _back(ask, told, bad=bool(refused))

"""KPIs from the ledger's facts: one function a table. Pure. docs/KPI.md says what each means.

What was not measured is None and never zero: a zero here is a count of what is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from counterfoil.domain.items import ItemState
from counterfoil.domain.kpi import (
    Cell,
    ItemFacts,
    KpiColumn,
    KpiFacts,
    KpiReport,
    KpiTable,
    Mishap,
    Rates,
)
from counterfoil.rules.kpi_cost import cost
from counterfoil.rules.kpi_measures import (
    BUCKETS,
    approved_in,
    bucket,
    ended_in,
    percentile,
    share,
)
from counterfoil.rules.kpi_queue import queue

_Place = tuple[str, str]  # system, kind

#: Of the table "errors", in the order of its columns.
_WHAT = ("refused", "in_doubt", "on_hold", "failed")


def kpi_report(
    facts: KpiFacts,
    *,
    rates: Rates | None = None,
    sessions: Mapping[str, int] | None = None,
    screens: Mapping[_Place, str] | None = None,
    system: str | None = None,
) -> KpiReport:
    """Every KPI of *facts*.

    Args:
        rates: What work costs; None: nobody said so.
        sessions: System -> bank sessions at a time (sessions_max).
        screens: (system, kind) -> the screens of that task, for people.
        system: What *facts* were narrowed to.
    """
    return KpiReport(
        period=facts.period,
        read_at=facts.read_at,
        system=system,
        tables=(
            processing(facts),
            approval(facts),
            errors(facts, screens or {}),
            straight_through(facts),
            volumes(facts),
            cost(facts, rates),
            backlog(facts),
            queue(facts, sessions or {}),
            reading(facts),
            days(facts),
        ),
    )


def _by_place(items: Iterable[ItemFacts]) -> list[tuple[_Place, list[ItemFacts]]]:
    found: defaultdict[_Place, list[ItemFacts]] = defaultdict(list)
    for each in items:
        found[each.system, each.kind].append(each)
    return sorted(found.items())


def processing(facts: KpiFacts) -> KpiTable:
    """From the first intent to the confirmation, and the wait before it."""
    rows: list[tuple[Cell, ...]] = []
    for place, items in _by_place(each for each in ended_in(facts) if each.confirmed):
        took = [each.changed_at - each.begun_at for each in items if each.begun_at]
        queued = [
            each.begun_at - each.ready_at
            for each in items
            if each.begun_at and each.ready_at and not each.decisions
        ]
        rows.append((*place, len(items), *_spread(took), *_spread(queued)))
    return KpiTable(
        name="processing",
        heading="Processing time",
        formula=(
            "first intent to confirmed by the enquiry; queued: ready (filed or approved) to first "
            "intent, items without a person's decision. p50, p95: nearest rank"
        ),
        columns=(
            KpiColumn("system"), KpiColumn("kind"), KpiColumn("confirmed", "items"),
            KpiColumn("p50", "s"), KpiColumn("p95", "s"),
            KpiColumn("queued p50", "s"), KpiColumn("queued p95", "s"),
        ),
        rows=tuple(rows),
        keys=2,
        empty="no item was confirmed in this period",
    )  # fmt: skip


def _spread(took: Sequence[timedelta]) -> tuple[timedelta | None, timedelta | None]:
    """The median, and what 95 of a hundred do not exceed."""
    return percentile(took, 50), percentile(took, 95)


def approval(facts: KpiFacts) -> KpiTable:
    """How long batches waited for the second pair of eyes."""
    waits: defaultdict[str, list[timedelta]] = defaultdict(list)
    for each in approved_in(facts):
        assert each.approved_at is not None
        waits[each.system].append(each.approved_at - each.filed_at)
    return KpiTable(
        name="approval",
        heading="Waiting for approval",
        formula="batch filed to approved",
        columns=(
            KpiColumn("system"), KpiColumn("approved", "batches"),
            KpiColumn("p50", "s"), KpiColumn("p95", "s"),
        ),
        rows=tuple(
            (system, len(each), *_spread(each))
            for system, each in sorted(waits.items())
        ),
        empty="no batch was approved in this period",
    )  # fmt: skip


def errors(facts: KpiFacts, screens: Mapping[_Place, str]) -> KpiTable:
    """Items with a mishap at the bank, of those that bots worked on."""
    known = {each.item_id: each for each in facts.items}
    mishaps = facts.mishaps
    worked = {each.item_id for each in facts.attempts} | {each.item_id for each in mishaps}
    rows = [
        _error_row(place, [each.item_id for each in items], mishaps, screens.get(place, place[1]))
        for place, items in _by_place(known[each] for each in worked)
    ]
    return KpiTable(
        name="errors",
        heading="Error rate",
        formula=(
            "items with at least one refusal, doubt, hold or failure / items worked on; an item "
            "counts once a column, and in every column that it met"
        ),
        columns=(
            KpiColumn("system"), KpiColumn("screens"), KpiColumn("worked on", "items"),
            KpiColumn("refused", "items"), KpiColumn("in doubt", "items"),
            KpiColumn("on hold", "items"), KpiColumn("failed", "items"),
            KpiColumn("any", "items"), KpiColumn("error rate", "%"),
        ),
        rows=tuple(rows),
        keys=2,
        empty="bots worked on no item in this period",
    )  # fmt: skip


def _error_row(
    place: _Place, items: Sequence[str], mishaps: Sequence[Mishap], screens: str
) -> tuple[Cell, ...]:
    mine = set(items)
    met = {what: {each.item_id for each in mishaps if each.what == what} & mine for what in _WHAT}
    any_of_them = len(set().union(*met.values()))
    counts = [len(each) for each in met.values()]
    return place[0], screens, len(mine), *counts, any_of_them, share(any_of_them, len(mine))


def straight_through(facts: KpiFacts) -> KpiTable:
    """Confirmed without any person's decision but the batch's approval."""
    rows: list[tuple[Cell, ...]] = []
    ended = ended_in(facts)
    for system in sorted({each.system for each in ended}):
        mine = [each for each in ended if each.system == system]
        straight = sum(1 for each in mine if each.confirmed and not each.decisions)
        confirmed = sum(1 for each in mine if each.confirmed)
        posted = sum(1 for each in mine if each.state is ItemState.POSTED)
        refused = sum(1 for each in mine if each.state is ItemState.REFUSED)
        unseen = any(e.state is ItemState.POSTED and not e.confirmed for e in mine)
        known = confirmed or not unseen  # without any enquiry, nobody can tell
        rows.append(
            (system, len(mine), confirmed, posted - confirmed, refused,
             len(mine) - posted - refused, straight,
             share(straight, len(mine)) if known else None)
        )  # fmt: skip
    return KpiTable(
        name="straight_through",
        heading="Straight-through processing",
        formula=(
            "confirmed items without a person's decision other than the batch's approval / "
            "finished items; items on hold or failed are not finished (see backlog)"
        ),
        columns=(
            KpiColumn("system"), KpiColumn("finished", "items"), KpiColumn("confirmed", "items"),
            KpiColumn("unconfirmed", "items"), KpiColumn("refused", "items"),
            KpiColumn("cancelled", "items"), KpiColumn("straight through", "items"),
            KpiColumn("rate", "%"),
        ),
        rows=tuple(rows),
        empty="no item was finished in this period",
    )  # fmt: skip


def volumes(facts: KpiFacts) -> KpiTable:
    """Items and money that came, and that the bank booked, a currency a row."""
    came = [each for each in facts.items if each.filed_at in facts.period]
    booked = [each for each in ended_in(facts) if each.state is ItemState.POSTED]
    places = sorted({(each.system, each.currency) for each in (*came, *booked)})
    rows: list[tuple[Cell, ...]] = []
    for place in places:
        cells: list[Cell] = []
        for items in (came, booked):
            amounts = [each.amount for each in items if (each.system, each.currency) == place]
            cells += [len(amounts), sum(amounts, Decimal(0))]
        rows.append((*place, *cells))
    return KpiTable(
        name="volumes",
        heading="Volumes and value",
        formula="received: filed in the period; posted: booked at the bank and finished in it",
        columns=(
            KpiColumn("system"), KpiColumn("currency"), KpiColumn("received", "items"),
            KpiColumn("value received", "currency"), KpiColumn("posted", "items"),
            KpiColumn("value posted", "currency"),
        ),
        rows=tuple(rows),
        keys=2,
        empty="no item came and none was posted in this period",
        decimals=_decimals(cell for row in rows for cell in row),
    )  # fmt: skip


def _decimals(cells: Iterable[Cell]) -> int:
    found = [cell.as_tuple().exponent for cell in cells if isinstance(cell, Decimal)]
    return max([2, *(-each for each in found if isinstance(each, int))])


def backlog(facts: KpiFacts) -> KpiTable:
    """What is not finished now, by state and by age since it was filed."""
    counts: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * len(BUCKETS))
    for each in facts.items:
        if not each.finished:
            owing = each.owed and each.state in (ItemState.POSTED, ItemState.REFUSED)
            state = f"{each.state}, to be confirmed" if owing else str(each.state)
            counts[each.system, state][bucket(facts.read_at - each.filed_at)] += 1
    everything = sum(facts.states.values())
    return KpiTable(
        name="backlog",
        heading=f"Backlog now, by age: {sum(map(sum, counts.values()))} of {everything} items",
        formula="items that are not finished, whenever filed; age: now - filed",
        columns=(
            KpiColumn("system"), KpiColumn("state"), KpiColumn("all", "items"),
            *(KpiColumn(name, "items") for name, _ in BUCKETS),
        ),
        rows=tuple((*key, sum(each), *each) for key, each in sorted(counts.items())),
        keys=2,
        empty=(
            "nothing is open: every item is finished"
            if everything
            else "no item yet: nothing was ever filed"
        ),
    )  # fmt: skip


def reading(facts: KpiFacts) -> KpiTable:
    """What the checks made of dropped rows, before any bot saw them."""
    filed = [each for each in facts.batches if each.filed_at in facts.period]
    rows: list[tuple[Cell, ...]] = []
    for system in sorted({each.system for each in filed}):
        mine = [each for each in filed if each.system == system]
        came = [e for e in facts.items if e.system == system and e.filed_at in facts.period]
        rows_read = sum(each.rows_read for each in mine)
        refused = rows_read - sum(each.items for each in mine)
        held = sum(each.held_on_reading for each in came)
        rows.append((system, len(mine), rows_read, refused, held, share(refused + held, rows_read)))
    return KpiTable(
        name="reading",
        heading="Rows stopped on reading",
        formula="(rows refused + rows held) / rows read, of batches filed in the period",
        columns=(
            KpiColumn("system"), KpiColumn("batches", "batches"), KpiColumn("read", "rows"),
            KpiColumn("refused", "rows"), KpiColumn("held", "rows"), KpiColumn("stopped", "%"),
        ),
        rows=tuple(rows),
        empty="no batch was filed in this period",
    )  # fmt: skip


def days(facts: KpiFacts) -> KpiTable:
    """The period day by day (UTC), for charts."""
    came: defaultdict[object, int] = defaultdict(int)
    ended: defaultdict[object, list[ItemFacts]] = defaultdict(list)
    met: defaultdict[object, set[str]] = defaultdict(set)
    for item in facts.items:
        if item.filed_at in facts.period:
            came[item.filed_at.date()] += 1
    for item in ended_in(facts):
        ended[item.changed_at.date()].append(item)
    for mishap in facts.mishaps:
        met[mishap.at.date()].add(mishap.item_id)
    rows: list[tuple[Cell, ...]] = []
    for day in facts.period.days() if came or ended or met else ():
        confirmed = [each for each in ended[day] if each.confirmed]
        took = [each.changed_at - each.begun_at for each in confirmed if each.begun_at]
        rows.append(
            (day, came[day], len(ended[day]), len(confirmed), len(met[day]), percentile(took, 50))
        )
    return KpiTable(
        name="days",
        heading="Day by day (UTC)",
        formula="filed, finished, confirmed, with a mishap on that day; processing p50",
        columns=(
            KpiColumn("day"), KpiColumn("received", "items"), KpiColumn("finished", "items"),
            KpiColumn("confirmed", "items"), KpiColumn("with a mishap", "items"),
            KpiColumn("processing p50", "s"),
        ),
        rows=tuple(rows),
    )  # fmt: skip

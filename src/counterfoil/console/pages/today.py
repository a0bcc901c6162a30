"""Today: what needs a person first, then the schedules, the queues and the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from counterfoil.console.asking import Answer, Ask, Page
from counterfoil.console.pages.exceptions import waiting
from counterfoil.console.showing import cell
from counterfoil.domain.items import ItemState
from counterfoil.domain.kpi import KpiReport, KpiTable
from counterfoil.domain.schedules import OPEN, Occurrence
from counterfoil.errors import SetupError
from counterfoil.rules.due_times import next_due, occurrences
from counterfoil.store.schedule_book import OccurrenceRow, ScheduleRow
from counterfoil.store.searching import StepQuery

#: The time line: from so long ago to so long ahead.
BEHIND, AHEAD = timedelta(hours=12), timedelta(hours=12)
BEHIND_MAX, COMING_MAX = 200, 50  # times of one schedule that are drawn
SOON = timedelta(minutes=30)
JUST_NOW = 8  # steps

QUEUES = (
    ItemState.AWAITING_APPROVAL,
    ItemState.READY,
    ItemState.KEYING,
    ItemState.IN_DOUBT,
    ItemState.ON_HOLD,
    ItemState.FAILED,
    ItemState.REFUSED,
    ItemState.POSTED,
    ItemState.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class Tick:
    """One time of a schedule on the line: 0 is its left end, 1000 its right."""

    place: int
    state: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One schedule."""

    name: str
    when: str
    paused: str
    ticks: tuple[Tick, ...]
    next_at: datetime | None
    last: OccurrenceRow | None
    at_risk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure and its days."""

    heading: str
    figure: str
    told: str
    days: Sequence[int]


def today(ask: Ask) -> Answer:
    """The night at a glance."""
    desk, now = ask.desk, ask.desk.site.ledger.now()
    values = {
        "waits": waiting(ask),
        "approvals": desk.looking.batch_list(limit=5, waiting=True),
        "steps": desk.looking.steps(StepQuery(), limit=JUST_NOW),
        "frozen": desk.site.ledger.frozen_systems(),
        "queues": _queues(ask, now),
        "lines": [_line(ask, each, now) for each in desk.schedules.schedules()],
        "hours": _hours(now),
        "workers": [each for each in desk.looking.workers() if each.expires_at > now],
        "tiles": _tiles(report) if (report := desk.figures()) is not None else None,
    }
    return Page("today.html", values)


def _queues(ask: Ask, now: datetime) -> list[tuple[ItemState, int, str]]:
    counts, since = ask.desk.counts(), ask.desk.oldest_waiting()
    still = {ItemState.POSTED, ItemState.CANCELLED, ItemState.REFUSED}
    return [
        (state, counts.get(state, 0), "" if state in still else cell(_age(since.get(state), now)))
        for state in QUEUES
    ]


def _age(since: datetime | None, now: datetime) -> timedelta | None:
    return None if since is None else now - since


def _line(ask: Ask, row: ScheduleRow, now: datetime) -> Line:
    begins = now - BEHIND
    known = ask.desk.schedules.occurrences(row.name, limit=BEHIND_MAX)
    past = [each for each in known if each.due_at >= begins]
    coming, trouble = _coming(ask, row, now)
    ahead = [each for each in coming if each.due_at < now + AHEAD]
    ticks = [_tick(each, begins) for each in past]
    ticks += [Tick(_place(each.due_at, begins), "COMING", f"{each.key} to come") for each in ahead]
    return Line(
        name=row.name,
        when=str(row.settings["schedule"]["when"]),
        paused=row.paused,
        ticks=tuple(ticks),
        next_at=coming[0].due_at if coming else None,
        last=known[0] if known else None,
        at_risk=trouble or _at_risk(past, now),
    )


def _coming(ask: Ask, row: ScheduleRow, now: datetime) -> tuple[list[Occurrence], str]:
    """The next times, the first one however far it is; or why they cannot be told."""
    try:
        terms = ask.desk.terms(row)
    except SetupError as trouble:
        return [], str(trouble)
    if terms.upstream:
        return [], ""
    soon = occurrences(terms.rule, now, now + AHEAD)[:COMING_MAX]
    upcoming = None if soon else next_due(terms.rule, now)
    return (soon if upcoming is None else [upcoming]), ""


def _tick(row: OccurrenceRow, begins: datetime) -> Tick:
    state = str(row.run_state or row.verdict)
    why = f": {row.why}" if row.why else ""
    told = f"{row.key} {row.verdict}{why}" + (f", {row.run_state}" if row.run_state else "")
    return Tick(_place(row.due_at, begins), state, told)


def _place(at: datetime, begins: datetime) -> int:
    return round((at - begins) / (BEHIND + AHEAD) * 1000)


def _at_risk(rows: Sequence[OccurrenceRow], now: datetime) -> str:
    """The nearest deadline of a run that has not ended."""
    ends = [
        (each.deadline_at, each) for each in rows if each.run_state in OPEN and each.deadline_at
    ]
    if not ends:
        return ""
    deadline, row = min(ends, key=lambda each: each[0])
    if deadline <= now:
        return f"{row.key} is {row.run_state}: it has passed"
    told = f"{row.key} is {row.run_state}, {cell(deadline - now)} left"
    return told if deadline - now < SOON else ""


def _hours(now: datetime) -> list[tuple[int, str]]:
    """Every third full hour: where it stands on the line, and its name."""
    begins = now - BEHIND
    first = begins.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    marks = [first + timedelta(hours=each) for each in range(1, 25)]
    named = [(_place(each, begins), f"{each:%H:%M}") for each in marks if each.hour % 3 == 0]
    return [(place, name) for place, name in named if 30 <= place <= 970]  # else it is cut off


def figures(ask: Ask) -> Answer:
    """Every KPI as a table with its formula, as ``counterfoil kpi`` shows it."""
    return Page("figures.html", {"report": ask.desk.figures()})


def _tiles(report: KpiReport) -> list[Tile]:
    days = report.table("days")
    confirmed, received = _column(days, "confirmed"), _column(days, "received")
    return [
        Tile(
            heading="Straight through",
            figure=_share(report.table("straight_through"), "straight through", "finished"),
            told="confirmed without a person's decision",
            days=confirmed,
        ),
        Tile(
            heading="Error rate",
            figure=_share(report.table("errors"), "any", "worked on"),
            told="items with a refusal, doubt, hold or failure",
            days=_column(days, "with a mishap"),
        ),
        Tile(
            heading="Processing time",
            figure=_each(report.table("processing"), "kind", "p50"),
            told="half of the items took no longer, from intent to confirmed",
            days=confirmed,
        ),
        Tile(
            heading="Received",
            figure=f"{sum(received):,}",
            told="items in 30 days",
            days=received,
        ),
        Tile(
            heading="Value keyed",
            figure=_each(report.table("volumes"), "currency", "value posted"),
            told="booked at the bank in 30 days",
            days=(),
        ),
        Tile(
            heading="Cost per transaction",
            figure=_cost(report.table("cost")),
            told="by the rates of [kpi] in config.toml",
            days=(),
        ),
    ]


def _column(table: KpiTable, name: str) -> list[int]:
    place = [each.name for each in table.columns].index(name)
    cells = [row[place] for row in table.rows]
    return [each if isinstance(each, int) else 0 for each in cells]


def _share(table: KpiTable, part: str, whole: str) -> str:
    """Over all systems; where nothing was counted there is no rate."""
    of = sum(_column(table, whole))
    if of == 0:
        return "-"
    return f"{Decimal(100 * sum(_column(table, part))) / of:.1f} %"


def _each(table: KpiTable, name: str, value: str) -> str:
    """A line a row, up to three: the value, and the name that tells it apart."""
    heads = [each.name for each in table.columns]
    pairs = [(row[heads.index(value)], row[heads.index(name)]) for row in table.rows[:3]]
    return "\n".join(f"{cell(much)} {said}" for much, said in pairs) or "-"


def _cost(table: KpiTable) -> str:
    return f"{cell(table.rows[-1][-1])} {table.columns[-1].unit}" if table.rows else "-"

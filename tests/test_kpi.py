"""Every KPI is what a person computes by hand from the same ledger, and no zero is invented."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import event

from counterfoil.config import CONFIG_NAME, Config
from counterfoil.domain.findings import Finding
from counterfoil.domain.items import ItemState, LookUp, Receipt, WorkItem
from counterfoil.domain.kpi import Attempt, Cell, ItemFacts, KpiReport, Period, Rates
from counterfoil.errors import Refused, SetupError
from counterfoil.rules.kpi import kpi_report
from counterfoil.rules.kpi_measures import BUCKETS, GAPS_MIN, bucket, handling, percentile, share
from counterfoil.store.claims import LeaseRow
from counterfoil.store.deciding import Word
from counterfoil.store.kpi_reading import read_kpi_facts
from counterfoil.store.ledger import Ledger
from counterfoil.toml_records import load_record
from tests.cli_support import ROOT, counterfoil
from tests.engine_support import CORE, Clock, House, a_batch, sqlite_house
from tests.postgres_support import new_database

SETTINGS = '[kpi]\ncurrency = "EUR"\nbot_hour = "3.60"\nmanual_item = 5\napproval = "2.00"\n'
RATES = Rates(
    currency="EUR",
    bot_hour=Decimal("3.60"),
    manual_item=Decimal(5),
    approval=Decimal("2.00"),
)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
LEASE = timedelta(days=2)


@dataclass(slots=True)
class Floor:
    """A ledger whose clock goes when told, and the bot that works on it."""

    ledger: Ledger
    clock: Clock
    lease: LeaseRow

    def at(self, hour: int, minute: int = 0, second: int = 0) -> None:
        """24 November, UTC."""
        self.clock.at = datetime(2026, 11, 24, hour, minute, second, tzinfo=UTC)

    def file(self, count: int, name: str, **kind: object) -> tuple[WorkItem, ...]:
        needs_approval = bool(kind.pop("needs_approval", False))
        document, batch = a_batch(count, name=name, **kind)  # type: ignore[arg-type]
        self.ledger.file_batch(document, batch, needs_approval=needs_approval)
        return batch.items

    def claim(self, item: WorkItem) -> int:
        claim = self.ledger.claim(item.item_id)
        assert claim is not None
        return claim.token

    def intend(self, item: WorkItem) -> int:
        token = self.claim(item)
        pending = self.ledger.intend(item, token, self.lease, outlast=timedelta(seconds=1))
        pending.make_durable()
        return token

    def posted(self, item: WorkItem, token: int, *, enquiry: bool = True) -> None:
        seen = Receipt(
            bank_reference=f"BK{item.reference}", read_at=self.clock.at, source="receipt"
        )
        later = self.clock.at if enquiry else None
        self.ledger.posted(item, token, seen, confirm_at=later)

    def confirm(self, item: WorkItem) -> None:
        seen = LookUp(bookings=(), read_at=self.clock.at)
        self.ledger.confirmed(item, self.claim(item), seen)

    def report(self, period: Period = NOVEMBER, system: str | None = None) -> KpiReport:
        facts = read_kpi_facts(self.ledger, period, system=system)
        return kpi_report(facts, rates=RATES, sessions={CORE: 2}, system=system)


def start(house: House) -> Iterator[Floor]:
    clock = Clock()
    with house.ledger(boot="boot-1", clock=clock) as ledger:
        ledger.start_worker(host="here", pid=1, lease=LEASE)
        lease = ledger.take_lease(CORE, ["OP1"], sessions_max=1, lease=LEASE)
        assert lease is not None
        yield Floor(ledger, clock, lease)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def floor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Floor]:
    at_home = request.param == "sqlite"
    yield from start(sqlite_house(tmp_path) if at_home else House(tmp_path, new_database()))


def a_morning(floor: Floor) -> None:
    """Six items, every ending: the comments are the hand computation."""
    floor.at(8)
    one, two, three, four = floor.file(4, "a.xlsx", needs_approval=True)  # 13.50 ... 16.50
    batch = floor.ledger.batch(one.batch_id)
    floor.at(8, 30)  # 1800 s after it was filed
    floor.ledger.approve(batch.batch_id, approver="petra", digest=batch.digest)
    floor.at(8, 31)  # queued 60 s
    floor.posted(one, floor.intend(one))
    floor.at(8, 31, 10)  # processed in 10 s; two is queued 70 s
    floor.confirm(one)
    token = floor.intend(two)
    floor.ledger.in_doubt(two, token, "the answer was lost", next_at=floor.clock.at)
    floor.at(8, 31, 40)
    floor.posted(two, floor.claim(two))
    floor.at(8, 31, 50)  # processed in 40 s
    floor.confirm(two)
    floor.at(8, 32)
    floor.ledger.refused(three, floor.claim(three), Refused("E210", "no cover"), confirm_at=None)
    floor.ledger.park(four, floor.claim(four), "odd", "a person looks")
    floor.at(8, 40)
    floor.ledger.cancel(four.item_id, Word(person="eva", reason="not meant"))
    floor.at(9)
    _, six = floor.file(2, "b.xlsx", first=10)  # 22.50 + 23.50
    floor.ledger.park(six, floor.claim(six), "odd", "a person looks")
    floor.at(11)  # the open two are 2 h old


def rows(report: KpiReport, name: str) -> list[tuple[Cell, ...]]:
    return list(report.table(name).rows)


def test_the_morning_is_what_a_person_computes_by_hand(floor: Floor) -> None:
    a_morning(floor)
    report = floor.report()
    sec = timedelta(seconds=1)

    assert rows(report, "processing") == [
        (CORE, "payment", 2, 10 * sec, 40 * sec, 60 * sec, 70 * sec)
    ]
    assert rows(report, "approval") == [(CORE, 1, 1800 * sec, 1800 * sec)]
    # worked on: one, two, three, four, six; refused three, doubt two, on hold four and six
    assert rows(report, "errors") == [(CORE, "payment", 5, 1, 1, 2, 0, 4, Decimal("80.0"))]
    # finished: one, two confirmed; three refused; four cancelled by a person
    assert rows(report, "straight_through") == [(CORE, 4, 2, 0, 1, 1, 2, Decimal("50.0"))]
    assert rows(report, "volumes") == [(CORE, "CZK", 6, Decimal("106.00"), 2, Decimal("28.00"))]
    assert rows(report, "backlog") == [
        (CORE, "ON_HOLD", 1, 0, 1, 0, 0, 0, 0),
        (CORE, "READY", 1, 0, 1, 0, 0, 0, 0),
    ]
    assert rows(report, "reading") == [(CORE, 2, 6, 0, 0, Decimal("0.0"))]
    day = dict(zip([each[0] for each in rows(report, "days")], rows(report, "days"), strict=True))
    assert day[date(2026, 11, 24)] == (date(2026, 11, 24), 6, 4, 2, 4, 10 * sec)
    assert day[date(2026, 11, 25)] == (date(2026, 11, 25), 0, 0, 0, 0, None)
    assert len(day) == 30


def test_what_cannot_be_measured_has_no_figure(floor: Floor) -> None:
    """Two intents are no pace: no bot hours, so no cost and no prediction, and it says so."""
    a_morning(floor)
    report = floor.report()

    assert [(each[2], each[4]) for each in rows(report, "cost")] == [
        (None, None),
        (1, Decimal("5.0000")),
        (1, Decimal("2.0000")),
        (None, None),
        (2, None),
    ]
    (queue,) = rows(report, "queue")
    assert queue[:8] == (CORE, 1, 2, None, None, None, None, None)
    assert f"fewer than {GAPS_MIN}" in str(queue[8])
    assert "waiting for a person, not counted: 1" in str(queue[8])


def keyed(floor: Floor, pauses: list[int], count: int) -> None:
    """One session keys an item after each pause (seconds), of *count* that were ready."""
    floor.at(8)
    items = floor.file(count, "many.xlsx")
    for item, pause in zip(items, [1, *pauses], strict=False):
        floor.clock.pass_(pause)
        floor.posted(item, floor.intend(item), enquiry=False)


def test_cost_and_forecast_come_from_the_measured_pace(floor: Floor) -> None:
    """41 intents, gaps of 20 x 4 s and 20 x 8 s: 6 s each. Ten are left, for two sessions."""
    keyed(floor, [4] * 20 + [8] * 20, 51)
    report, now = floor.report(), floor.clock.at

    (queue,) = rows(report, "queue")
    assert queue[:5] == (CORE, 10, 2, timedelta(seconds=6), 40)
    assert queue[5:8] == tuple(now + timedelta(seconds=5 * each) for each in (4, 6, 8))
    # 41 x 6 s = 246 s = 0.0683 h at 3.60 an hour = 0.2460; by 41 posted items: 0.0060
    assert rows(report, "cost") == [
        ("bots at work", "h", Decimal("0.0683"), Decimal("3.60"), Decimal("0.2460")),
        ("items that people decided about", "items", 0, Decimal(5), Decimal("0.0000")),
        ("approvals", "batches", 0, Decimal("2.00"), Decimal("0.0000")),
        ("total", "", None, None, Decimal("0.2460")),
        ("per posted item", "items", 41, None, Decimal("0.0060")),
    ]
    (through,) = rows(report, "straight_through")
    assert through[1:4] == (41, 0, 41), "posted without an enquiry is not confirmed"
    assert through[-1] is None, "and whether it went straight through, nobody can tell"


def test_a_pause_is_not_taken_for_slow_work(floor: Floor) -> None:
    """A bot that was stopped for an hour leaves one gap out, and nothing else changes."""
    keyed(floor, [6] * 20 + [3600] + [6] * 10, 40)
    (queue,) = rows(floor.report(), "queue")

    assert queue[3:5] == (timedelta(seconds=6), 30)


def test_waiting_for_work_or_for_the_bank_is_no_handling_time(floor: Floor) -> None:
    """Five minutes without an item, and a second intent of the same item, leave no gap."""
    keyed(floor, [6] * 25, 26)
    floor.clock.pass_(300)
    first, doubtful, last = floor.file(3, "later.xlsx", first=100)
    floor.clock.pass_(1)
    floor.posted(first, floor.intend(first), enquiry=False)  # not counted: it was not there
    floor.clock.pass_(6)  # counted
    retry = floor.clock.at
    floor.ledger.not_keyed(doubtful, floor.intend(doubtful), "no answer", next_at=retry)
    floor.clock.pass_(200)
    floor.posted(doubtful, floor.intend(doubtful), enquiry=False)  # not counted: a repeat
    floor.clock.pass_(6)  # counted
    floor.posted(last, floor.intend(last), enquiry=False)
    (queue,) = rows(floor.report(), "queue")

    assert queue[3:5] == (timedelta(seconds=6), 27)


def test_a_frozen_system_gets_no_prediction(floor: Floor) -> None:
    keyed(floor, [6] * 30, 40)
    floor.ledger.freeze_by_hand(CORE, Word(person="eva", reason="the bank is odd"))
    (queue,) = rows(floor.report(), "queue")

    assert queue[5:8] == (None, None, None)
    assert "frozen" in str(queue[8])


def test_an_item_counts_on_the_day_on_which_it_ended(floor: Floor) -> None:
    """Filed and begun on the 24th, confirmed a microsecond after midnight (UTC)."""
    floor.at(23, 59, 59)
    (item,) = floor.file(1, "late.xlsx")
    floor.posted(item, floor.intend(item))
    floor.clock.at = datetime(2026, 11, 25, 0, 0, 0, 1, tzinfo=UTC)
    floor.confirm(item)
    day = timedelta(days=1)

    before = floor.report(Period(date(2026, 11, 24), date(2026, 11, 24)))
    after = floor.report(Period(date(2026, 11, 24) + day, date(2026, 11, 24) + day))

    assert rows(before, "processing") == []
    assert rows(before, "volumes") == [(CORE, "CZK", 1, Decimal("13.50"), 0, Decimal(0))]
    assert [each[2] for each in rows(after, "processing")] == [1]
    assert rows(after, "volumes") == [(CORE, "CZK", 0, Decimal(0), 1, Decimal("13.50"))]


def test_a_released_item_is_not_straight_through(floor: Floor) -> None:
    floor.at(8)
    held = Finding(code="looks_paid", severity="hold", message="look", row=2)
    item, other = floor.file(2, "held.xlsx", findings=(held,))
    floor.ledger.release(item.item_id, Word(person="eva", reason="both meant"))
    for each in (item, other):
        floor.posted(each, floor.intend(each))
        floor.confirm(each)
    report = floor.report()

    assert rows(report, "straight_through") == [(CORE, 2, 2, 0, 0, 0, 1, Decimal("50.0"))]
    assert rows(report, "reading") == [(CORE, 1, 2, 0, 1, Decimal("50.0"))]
    assert rows(report, "errors")[0][7:] == (0, Decimal("0.0")), "held by our rule, not the bank"


def test_one_system_is_told_apart(floor: Floor) -> None:
    a_morning(floor)
    floor.file(3, "c.xlsx", system="other", first=20)

    assert {each[0] for each in rows(floor.report(), "backlog")} == {CORE, "other"}
    report = floor.report(system="other")
    assert [each[:3] for each in rows(report, "backlog")] == [("other", "READY", 3)]
    assert rows(report, "processing") == rows(report, "errors") == rows(report, "approval") == []
    assert "not in config.toml" in str(rows(report, "queue")[0][8])


def test_nothing_is_dropped_between_backlog_and_finished(floor: Floor) -> None:
    """What is open and what is finished are all items, by the ledger's own counts."""
    a_morning(floor)
    report, counts = floor.report(), floor.ledger.counts()
    open_ones = {str(each[1]): each[2] for each in rows(report, "backlog")}
    (through,) = rows(report, "straight_through")

    assert open_ones == {"READY": counts[ItemState.READY], "ON_HOLD": counts[ItemState.ON_HOLD]}
    assert sum(counts.values()) == 2 + 4
    assert (through[1], len(floor.ledger.items())) == (4, 6)
    assert report.table("backlog").heading.endswith("2 of 6 items")


def test_what_happens_while_it_is_read_is_in_all_of_it_or_in_none(floor: Floor) -> None:
    """A batch is filed and keyed after the first query of the reader."""
    a_morning(floor)
    late: list[WorkItem] = []

    def meanwhile(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "FROM items" in statement and not late:
            late.append(a_batch(1, name="late.xlsx", first=50)[1].items[0])
            floor.file(1, "late.xlsx", first=50)
            floor.intend(late[0])

    event.listen(floor.ledger.engine, "after_cursor_execute", meanwhile)
    facts = read_kpi_facts(floor.ledger, NOVEMBER)
    event.remove(floor.ledger.engine, "after_cursor_execute", meanwhile)

    assert len(floor.ledger.items()) == 7
    assert sum(facts.states.values()) == len(facts.items) == 6
    assert late[0].item_id not in {each.item_id for each in facts.attempts}


# Percentiles, shares, buckets, pace: whatever the values

spans = st.integers(0, 10**13).map(lambda each: timedelta(microseconds=each))


@given(st.lists(spans, min_size=1, max_size=60), st.integers(1, 100))
def test_a_percentile_is_the_least_value_that_covers_its_share(
    values: list[timedelta], percent: int
) -> None:
    found = percentile(values, percent)

    assert found in values
    assert 100 * sum(each <= found for each in values) >= percent * len(values)
    assert 100 * sum(each < found for each in values) < percent * len(values)


def test_there_is_no_percentile_and_no_share_of_nothing() -> None:
    assert percentile([], 50) is None
    assert share(0, 0) is None
    assert share(0, 3) == Decimal("0.0")


@given(spans)
def test_every_age_falls_into_the_one_bucket_whose_bounds_hold_it(age: timedelta) -> None:
    at = bucket(age)

    assert BUCKETS[at][1] <= age
    assert at == len(BUCKETS) - 1 or age < BUCKETS[at + 1][1]


@given(st.lists(st.integers(1, 599), min_size=GAPS_MIN, max_size=80))
def test_the_range_of_the_pace_holds_its_mean(gaps: list[int]) -> None:
    begin = datetime(2026, 11, 24, tzinfo=UTC)
    at = [begin + timedelta(seconds=sum(gaps[:each])) for each in range(len(gaps) + 1)]
    items = {str(place): an_item(str(place), begin) for place in range(len(at))}
    attempts = [
        Attempt(item_id=str(place), system=CORE, login="OP1", attempt=1, at=each)
        for place, each in enumerate(at)
    ]

    found = handling(attempts, items)

    assert found is not None
    assert found.gaps == len(gaps)
    assert found.fastest <= found.mean <= found.slowest
    assert handling(attempts[:GAPS_MIN], items) is None


def an_item(item_id: str, ready: datetime) -> ItemFacts:
    return ItemFacts(
        item_id=item_id, system=CORE, kind="payment", currency="CZK", amount=Decimal(1),
        state=ItemState.POSTED, owed=False, filed_at=ready, ready_at=ready, begun_at=None,
        confirmed=True, changed_at=ready,
    )  # fmt: skip


# The command


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite of its own, with rates and an empty ledger."""
    for name in ("bots", "workflows", "selectors", "fixtures"):
        (tmp_path / name).symlink_to(ROOT / name)
    config = (ROOT / CONFIG_NAME).read_text("utf-8")
    (tmp_path / CONFIG_NAME).write_text(f"{config}\n{SETTINGS}", "utf-8")
    (tmp_path / "var").mkdir()
    return tmp_path


PERIOD = ("--from", "2026-11-24", "--to", "2026-11-24")


def test_the_command_says_the_same_in_every_form_and_as_counterfoil_items(suite: Path) -> None:
    for floor in start(sqlite_house(suite / "var")):
        a_morning(floor)
    files = ("--csv", "out/kpi.csv", "--xlsx", "out/kpi.xlsx")

    shown = counterfoil("kpi", *PERIOD, *files, at=suite)
    told = json.loads(counterfoil("kpi", *PERIOD, "--json", at=suite).stdout)
    with (suite / "out/kpi.csv").open(encoding="utf-8", newline="") as file:
        figures = {(e["kpi"], e["about"], e["measure"]): e for e in csv.DictReader(file)}
    book = load_workbook(suite / "out/kpi.xlsx")
    cells = [[cell.value for cell in row] for row in book["KPIs"].iter_rows()]

    assert shown.returncode == 0, shown.stderr
    assert "first intent to confirmed" in shown.stdout
    assert told["tables"]["processing"]["rows"][0]["p95"] == "40.000"
    assert told["tables"]["processing"]["units"]["p95"] == "s"
    processing = figures["processing", f"{CORE} / payment", "p95"]
    assert (processing["value"], processing["unit"]) == ("40.000", "s")
    assert figures["cost", "total / ", "cost"]["value"] == "", "no value is no zero"
    assert [CORE, "payment", 2, 10, 40, 60, 70] in [each[:7] for each in cells]
    assert [CORE, "CZK", 6, 106, 2, 28] in [each[:6] for each in cells]
    assert book.sheetnames == ["KPIs", "Days", "Formulas"]
    for state in ("READY", "ON_HOLD"):
        listed = counterfoil("items", "--state", state, at=suite).stdout.split()
        assert listed[0] == figures["backlog", f"{CORE} / {state}", "all"]["value"] == "1"


def test_an_empty_ledger_gets_an_answer_and_no_zeros(suite: Path) -> None:
    shown = counterfoil("kpi", "--csv", "empty.csv", at=suite)

    assert shown.returncode == 0, shown.stderr
    assert "no item yet: nothing was ever filed" in shown.stdout
    assert "no item was confirmed in this period" in shown.stdout
    assert (suite / "empty.csv").read_text("utf-8").splitlines()[1:] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--system", "nowhere"), "no system 'nowhere'; known: corebank"),
        (("--from", "2026-11-02", "--to", "2026-11-01"), "is after --to"),
    ],
)
def test_a_period_or_system_that_is_none_is_wrong_use(
    suite: Path, words: tuple[str, ...], said: str
) -> None:
    answer = counterfoil("kpi", *words, at=suite)

    assert answer.returncode == 2
    assert said in " ".join(answer.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('bot_hour = "3.60"', 'bot_hour = "-1"', "bot_hour: -1 is no rate"),
        ('bot_hour = "3.60"', 'bot_hour = "NaN"', "bot_hour: NaN is no rate"),
        ('bot_hour = "3.60"', 'bot_hour = "cheap"', "kpi: bot_hour: 'cheap' is no number"),
        ('bot_hour = "3.60"', "bot_hour = 3.6", "expected Decimal, found 3.6"),
        ('bot_hour = "3.60"', 'bot_our = "3.60"', "did you mean 'bot_hour'"),
        ('currency = "EUR"', 'currency = "euro"', "'euro' is not an ISO 4217 code"),
        ("manual_item = 5\n", "", "missing key 'manual_item'"),
    ],
)
def test_rates_are_read_strictly(suite: Path, old: str, new: str, said: str) -> None:
    path = suite / CONFIG_NAME
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    with pytest.raises(SetupError) as refused:
        load_record(Config, path, error=SetupError)

    assert said in str(refused.value)

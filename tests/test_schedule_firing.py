"""Every expected occurrence has one record: fired, late, skipped, missed or refused, and why."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.config import find_suite
from counterfoil.domain.schedules import RunState, Verdict
from counterfoil.errors import AuditLost, Refused, SetupError
from counterfoil.store.deciding import Word
from counterfoil.store.schedule_book import Entry, ScheduleRow
from counterfoil.store.schedule_ledger import ScheduleLedger
from counterfoil.store.schedule_runs import Ended
from tests.engine_support import Clock, House, sqlite_house
from tests.postgres_support import new_database
from tests.schedule_support import (
    RULES,
    Process,
    at,
    looking,
    process_of,
    schedule,
    verdicts,
    write_config,
)
from workflows.schedules import judge_by_hand, terms_of

ROOT = Path(__file__).parent.parent
ANNA = Word(person="anna", reason="the bank is closed")
DONE = Ended(state=RunState.SUCCEEDED, told="done", exit_code=0)
PRAGUE = 'zone = "Europe/Prague"\n'


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    return sqlite_house(tmp_path) if request.param == "sqlite" else House(tmp_path, new_database())


@pytest.fixture
def clock() -> Clock:
    return Clock(at("2026-11-26T06:00:30Z"))


@pytest.fixture
def process(house: House, clock: Clock, tmp_path: Path) -> Iterator[Process]:
    write_config(tmp_path, schedule("ten", "every 10 minutes"))
    with looking(house, tmp_path, clock, boot="worker-1") as process:
        process.schedules.sweep()
        yield process


def put(process: Process, folder: Path, *tables: str) -> None:
    """Change config.toml; the process notices at its next look."""
    write_config(folder, *tables)
    process.schedules.sweep()


def carry_out(ledger: ScheduleLedger, name: str, ended: Ended = DONE) -> list[str]:
    """Be the worker until nothing is due; the keys in the order of their runs."""
    keys = list[str]()
    for _ in range(100):
        due = [each for each in ledger.due_runs() if each[0] == name]
        if not due:
            return keys
        row = ledger.start_run(*due[0])
        if row is not None:
            keys.append(row.key)
            assert ledger.end_run(name, row.key, ended)
    raise AssertionError("no end")


# Late, many, overlapping


def test_what_is_due_fires_once_and_in_time(process: Process, clock: Clock) -> None:
    clock.at = at("2026-11-26T06:10:00Z")
    assert process.schedules.wake("ten") == at("2026-11-26T06:20:00Z")
    process.schedules.sweep()
    clock.pass_(30)
    process.schedules.sweep()

    assert verdicts(process.ledger, "ten") == [("2026-11-26T06:10Z", "FIRED", "QUEUED")]
    assert carry_out(process.ledger, "ten") == ["2026-11-26T06:10Z"]
    (row,) = process.ledger.occurrences("ten")
    assert (row.why, row.run_state, row.command) == (
        "", RunState.SUCCEEDED, ["statement", "fetch", "core"],
    )  # fmt: skip
    told = [each.kind for each in process.ledger.schedule_history("ten", row.key)]
    assert told == ["occurrence_fired", "scheduled_run_started", "scheduled_run_ended"]


LATE = [f"LATE nobody looked for {each} min" for each in (35, 25, 15, 5)]
OPEN = "the run of 2026-11-26T06:{}Z has not ended"
ONCE_40 = "SKIPPED run once: 2026-11-26T06:40Z stands for it"
ONCE_20 = "SKIPPED run once: 2026-11-26T06:20Z stands for it"
COALESCED = "SKIPPED coalesced: 2026-11-26T06:40Z is due, too"


@pytest.mark.parametrize(
    ("misfire", "overlap", "more", "expected"),
    [
        ("run_once", "skip", "", [ONCE_40, ONCE_40, ONCE_40, LATE[3]]),
        ("run_all", "queue", "", LATE),
        ("skip", "skip", "", [f"MISSED{each[4:]}: misfire = skip" for each in LATE]),
        (
            *("run_once", "skip", "late_after_seconds = 1000"),
            [
                ONCE_20,
                LATE[1],
                *[f"SKIPPED {OPEN.format(20)}: overlap = skip"] * 2,
            ],
        ),
        (
            *("run_once", "skip", "late_after_seconds = 1000\ncoalesce = true"),
            [ONCE_20, COALESCED, COALESCED, "FIRED "],
        ),
        (
            *("not_after_cut_off", "queue", 'cut_off = "06:42"'),
            [f"REFUSED{each[4:]}: it is after the cut-off 06:42" for each in LATE],
        ),
        (
            *("not_after_cut_off", "refuse", 'cut_off = "06:45"'),
            [
                LATE[0],
                *[f"REFUSED {OPEN.format(10)}: overlap = refuse"] * 3,
            ],
        ),
    ],
)
def test_what_nobody_was_there_for_goes_by_misfire(
    process: Process,
    clock: Clock,
    tmp_path: Path,
    misfire: str,
    overlap: str,
    more: str,
    expected: list[str],
) -> None:
    rules = f'misfire = "{misfire}"\noverlap = "{overlap}"\ndeadline_minutes = 30\n{more}\n'
    put(process, tmp_path, schedule("ten", "every 10 minutes", rules))

    clock.at = at("2026-11-26T06:45:00Z")
    process.schedules.sweep()

    rows = process.ledger.occurrences("ten")[::-1]
    assert [f"{each.verdict} {each.why}" for each in rows] == expected


def test_runs_that_queue_are_made_one_after_the_other(
    process: Process, clock: Clock, tmp_path: Path
) -> None:
    all_of_them = 'misfire = "run_all"\noverlap = "queue"\ndeadline_minutes = 300\n'
    put(process, tmp_path, schedule("ten", "every 10 minutes", all_of_them))
    clock.at = at("2026-11-26T06:45:00Z")
    process.schedules.sweep()

    assert [state for *_, state in verdicts(process.ledger, "ten")] == ["QUEUED"] + ["WAITING"] * 3
    assert len(process.ledger.due_runs()) == 1
    assert carry_out(process.ledger, "ten") == [
        f"2026-11-26T06:{minute}Z" for minute in (10, 20, 30, 40)
    ]


def test_a_cut_off_and_a_deadline_hold_for_the_worker_too(
    process: Process, clock: Clock, tmp_path: Path
) -> None:
    rules = 'misfire = "not_after_cut_off"\ncut_off = "06:15"\noverlap = "skip"\n'
    put(
        process,
        tmp_path,
        schedule("cut", "every 10 minutes", f"{rules}deadline_minutes = 30\n"),
        schedule("ten", "every 10 minutes"),
    )
    clock.at = at("2026-11-26T06:10:00Z")
    process.schedules.sweep()

    clock.at = at("2026-11-26T06:16:00Z")
    assert carry_out(process.ledger, "cut") == []
    clock.at = at("2026-11-26T06:41:00Z")
    assert carry_out(process.ledger, "ten") == []

    told = [process.ledger.occurrences(each)[0].told for each in ("cut", "ten")]
    assert told == [
        "refused after the cut-off 2026-11-26 06:15Z",
        "no worker took it before its deadline 2026-11-26 06:40:00Z",
    ]


def test_a_schedule_follows_another_one_that_succeeded(
    process: Process, clock: Clock, tmp_path: Path
) -> None:
    put(
        process, tmp_path, schedule("ten", "every 10 minutes"),
        schedule("then", "after ten succeeded"),
    )  # fmt: skip
    for minute, state in ((10, RunState.FAILED), (20, RunState.SUCCEEDED)):
        clock.at = at(f"2026-11-26T06:{minute}:00Z")
        process.schedules.sweep()
        carry_out(process.ledger, "ten", Ended(state=state, told="so it went"))
        process.schedules.sweep()
        process.schedules.sweep()

    assert verdicts(process.ledger, "then") == [("2026-11-26T06:20Z", "FIRED", "QUEUED")]


# People


def test_a_pause_skips_with_its_reason_and_what_was_skipped_stays_so(
    process: Process, clock: Clock
) -> None:
    process.ledger.pause("ten", ANNA)
    with pytest.raises(Refused, match="paused_already"):
        process.ledger.pause("ten", ANNA)
    clock.at = at("2026-11-26T06:10:00Z")
    process.schedules.sweep()
    process.ledger.resume("ten", ANNA)
    process.schedules.sweep()
    clock.at = at("2026-11-26T06:20:00Z")
    process.schedules.sweep()

    first, second = process.ledger.occurrences("ten")[::-1]
    assert first.verdict is Verdict.SKIPPED
    assert first.why == "paused by anna since 2026-11-26 06:00Z: the bank is closed"
    assert second.verdict is Verdict.FIRED


def test_a_person_has_it_run_now_and_the_overlap_still_counts(
    process: Process, clock: Clock, tmp_path: Path
) -> None:
    put(process, tmp_path, schedule("ten", "every 10 minutes", RULES.replace("queue", "refuse")))

    def entry(row: ScheduleRow, now: datetime, open_run: str) -> Entry:
        return judge_by_hand(terms_of("ten", row.settings, tmp_path), row, now, open_run, ANNA)

    def by_hand() -> Verdict:
        return process.ledger.run_now("ten", entry, ANNA).judged.verdict

    assert by_hand() is Verdict.BY_HAND
    clock.pass_(1)
    assert by_hand() is Verdict.REFUSED
    assert len(carry_out(process.ledger, "ten")) == 1
    with pytest.raises(Refused, match="unknown_schedule"):
        process.ledger.pause("eleven", ANNA)
    with pytest.raises(Refused, match="no_reason"):
        process.ledger.pause("ten", Word(person="anna", reason=" "))


# config.toml changes while it runs


def test_until_a_change_the_old_rule_counts_and_from_then_on_the_new_one(
    process: Process, clock: Clock, tmp_path: Path
) -> None:
    clock.at = at("2026-11-26T06:10:30Z")
    put(process, tmp_path, schedule("ten", "every 4 minutes"))
    clock.at = at("2026-11-26T06:12:00Z")
    process.schedules.sweep()
    put(process, tmp_path)
    clock.at = at("2026-11-26T07:00:00Z")
    process.schedules.sweep()

    assert [key for key, *_ in verdicts(process.ledger, "ten")] == [
        "2026-11-26T06:10Z", "2026-11-26T06:12Z",
    ]  # fmt: skip
    assert [each.kind for each in process.ledger.schedule_history("ten")] == [
        "schedule_began", "schedule_changed", "schedule_ended",
    ]  # fmt: skip
    put(process, tmp_path, schedule("ten", "every 10 minutes"))
    clock.pass_(1)
    process.schedules.sweep()
    assert len(process.ledger.occurrences("ten")) == 2, "what was due while it was away is not"


def test_a_config_that_is_wrong_changes_nothing_and_names_the_line(
    process: Process, clock: Clock, tmp_path: Path
) -> None:
    put(process, tmp_path, schedule("ten", "evry 10 minutes"))
    process.schedules.sweep()
    clock.at = at("2026-11-26T06:10:00Z")
    process.schedules.sweep()

    assert verdicts(process.ledger, "ten") == [("2026-11-26T06:10Z", "FIRED", "QUEUED")]
    (said,) = [each for each in process.said if "evry" in each]
    assert "config.toml: schedules: ten: when: 'evry 10 minutes' is no rule" in said
    assert said.endswith("(at line 6); the schedules stay as they were")
    assert [kind for kind, _ in process.emitted] == ["config_refused"]


def test_the_first_config_that_a_process_reads_must_be_right(
    house: House, clock: Clock, tmp_path: Path
) -> None:
    write_config(tmp_path, schedule("x", "cron 0 0 30 feb *", RULES + PRAGUE))
    with (
        looking(house, tmp_path, clock) as process,
        pytest.raises(SetupError, match=r"schedules: x: when: it is never due \(at line 6\)"),
    ):
        process.schedules.sweep()


def test_the_sites_own_closed_days_come_from_a_file_and_count_when_it_changes(
    house: House, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "selectors").symlink_to(ROOT / "selectors")
    days = tmp_path / "closed.csv"
    days.write_text("Day;Reason\n2026-11-27;stocktaking\n", "utf-8")
    bank = '[calendars.bank]\ncountries = ["CZ"]\nclosed_file = "closed.csv"\n'
    rules = f'{RULES}{PRAGUE}calendar = "bank"\n'
    write_config(tmp_path, bank, schedule("day", "every business day 07:30", rules))
    clock.at = at("2026-11-26T07:00:00Z")
    with looking(house, tmp_path, clock) as process:
        assert process.schedules.sweep() == {"day": at("2026-11-30T06:30Z")}
        days.write_text("Day;Reason\n2026-11-30;moving house\n", "utf-8")
        assert process.schedules.sweep() == {"day": at("2026-11-27T06:30Z")}
        days.write_text("Day;Reason\n30.11.2026\n", "utf-8")
        assert process.schedules.sweep() == {"day": at("2026-11-27T06:30Z")}
        assert [each for each in process.said if "stay as they were" in each] != []
        assert [kind for kind, _ in process.emitted] == ["config_refused"]
        days.unlink()
        write_config(tmp_path, bank, schedule("day", "every business day 07:40", rules))
        process.schedules.sweep()
        said = "\n".join(process.said)
        assert re.search(r"calendars: bank: closed_file: there is no file .* \(at line 6\)", said)


# Whatever dies, jumps or races


def test_a_run_whose_worker_died_is_begun_anew_and_given_up_in_the_end(
    house: House, process: Process, clock: Clock
) -> None:
    clock.at = at("2026-11-26T06:10:00Z")
    process.schedules.sweep()
    name, key, visit = process.ledger.due_runs()[0]
    assert process.ledger.start_run(name, key, visit) is not None
    for number in range(2, 5):
        with house.ledger(boot=f"worker-{number}", clock=clock) as ledger:
            heir = ScheduleLedger.beside(ledger)
            clock.pass_(120)
            assert heir.due_runs() == [(name, key, visit)]
            heir.requeue_run(name, key, visit, anew=True)
            visit += 1
            assert (heir.start_run(name, key, visit) is not None) == (number <= 3)
            assert process.ledger.end_run(name, key, DONE) is False, "the dead decide nothing"

    (row,) = process.ledger.occurrences("ten")
    assert (row.run_state, row.told) == (RunState.FAILED, "its worker died 3 times with it")


def test_nothing_fires_that_the_audit_log_does_not_tell(
    process: Process, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AuditLost("the disk is full")

    clock.at = at("2026-11-26T06:10:00Z")
    with monkeypatch.context() as broken:
        broken.setattr(type(process.ledger.audit), "emit", fail)
        with pytest.raises(AuditLost):
            process.schedules.sweep()
    assert verdicts(process.ledger, "ten") == []
    process.schedules.sweep()
    assert verdicts(process.ledger, "ten") == [("2026-11-26T06:10Z", "FIRED", "QUEUED")]


def test_a_clock_that_jumps_ahead_is_not_believed_at_once(
    house: House, clock: Clock, tmp_path: Path
) -> None:
    write_config(tmp_path, schedule("ten", "every 10 minutes"))
    passed = [0.0]
    with looking(house, tmp_path, clock) as process:
        process.schedules._monotonic = lambda: passed[0]
        process.schedules.sweep()
        clock.at += timedelta(days=365)
        assert process.schedules.sweep() == {}
        clock.at -= timedelta(days=365)
        passed[0] += 30
        process.schedules.sweep()
        assert verdicts(process.ledger, "ten") == []
        for _ in range(40):
            passed[0] += 30
            clock.pass_(30)
            process.schedules.sweep()
        assert len(verdicts(process.ledger, "ten")) == 2
    assert [kind for kind, _ in process.emitted] == ["clock_jumped"] * 2


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(each, marks=pytest.mark.battery) for each in range(3, 100))]
)
def test_however_many_look_and_however_the_clock_jumps_none_is_doubled_or_missing(
    house: House, tmp_path: Path, seed: int
) -> None:
    """Processes come and go, the clock jumps up to three hours either way, a pause, a change."""
    draw = random.Random(seed)
    clock = Clock(at("2026-03-28T20:00:00Z"))
    begins, latest = clock.at, clock.at
    write_config(
        tmp_path, schedule("seven", "every 7 minutes"),
        schedule("wall", "cron */15 1-4 * * *", RULES + PRAGUE),
    )  # fmt: skip
    with ExitStack() as stack:
        processes = [
            stack.enter_context(looking(house, tmp_path, clock, boot=f"p{each}"))
            for each in range(draw.randint(2, 5))
        ]
        for each in processes:
            each.schedules.sweep()
        for _ in range(60):
            clock.at += timedelta(seconds=draw.choice([-10_000, -600, -5, 1, 60, 60, 900, 9000]))
            clock.at = max(clock.at, begins)
            latest = max(latest, clock.at)
            draw.choice(processes).schedules.sweep()
        clock.at = latest
        for each in processes:
            each.schedules.sweep()
        ledger = processes[0].ledger
        _check_complete(ledger, "seven", _sevens(begins, latest))
        _check_complete(ledger, "wall", _quarters(begins, latest))


def _sevens(begins: datetime, ends: datetime) -> list[datetime]:
    first = int(begins.timestamp()) // 420 + 1
    return [
        datetime.fromtimestamp(each * 420, UTC)
        for each in range(first, int(ends.timestamp()) // 420 + 1)
    ]


def _quarters(begins: datetime, ends: datetime) -> list[datetime]:
    """01:00 to 04:45 in Prague, without 02:00 to 02:45 on 29 March, which no clock shows."""
    found = []
    for day in (29, 30, 31):
        first = datetime(2026, 3, day, 0, 0, tzinfo=UTC) - timedelta(hours=0 if day == 29 else 1)
        count = 12 if day == 29 else 16
        found += [first + timedelta(minutes=15 * each) for each in range(count)]
    return [each for each in found if begins < each <= ends]


def _check_complete(ledger: ScheduleLedger, name: str, expected: list[datetime]) -> None:
    rows = ledger.occurrences(name, limit=100_000)[::-1]
    assert [each.due_at for each in rows] == expected
    for each in rows:
        assert each.why or each.verdict is Verdict.FIRED
        kinds = Counter(step.kind for step in ledger.schedule_history(name, each.key))
        assert sum(count for kind, count in kinds.items() if kind.startswith("occurrence")) == 1


def test_processes_that_look_at_the_same_moment_fire_once(
    house: House, clock: Clock, tmp_path: Path
) -> None:
    write_config(tmp_path, schedule("second", "every 1 second", RULES + "late_after_seconds = 5\n"))
    with ExitStack() as stack:
        ledgers = [stack.enter_context(house.ledger(clock=clock)) for _ in range(4)]
        processes = [process_of(each, find_suite(tmp_path), clock) for each in ledgers]
        processes[0].schedules.sweep()
        with ThreadPoolExecutor(len(processes)) as threads:
            for turn in range(1, 6):
                clock.pass_(1)
                start = threading.Barrier(len(processes))
                for done in [threads.submit(_look, each, start) for each in processes]:
                    done.result()
                assert len(processes[0].ledger.occurrences("second")) == turn


def _look(process: Process, start: threading.Barrier) -> None:
    start.wait()
    process.schedules.sweep()

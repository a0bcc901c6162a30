"""``counterfoil schedule`` as people type it: nobody has to ask why it did not run."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from counterfoil.cli.schedule_commands import ALLOWED, check_command
from counterfoil.config import find_suite
from counterfoil.errors import Refused, SetupError
from counterfoil.store.ledger import Ledger
from counterfoil.store.schedule_ledger import ScheduleLedger
from fixtures.payments.make_workbook import make as make_workbook
from fixtures.reconciliation_pairs import make
from tests.bank_support import RunningBank
from tests.cli_support import counterfoil
from tests.kill_support import a_suite
from tests.schedule_support import HEAD, RULES, schedule
from tests.typing_support import Typed, typist

ROOT = Path(__file__).parent.parent
MATCH = "reconciliation run nostro --bank bank.csv --ledger ledger.csv"
NOSTRO = '[reconciliations.nostro]\nrules = "rules.json"\nexport = "found"\n'
BANK = '[calendars.bank]\ncountries = ["CZ"]\nmarkets = ["TARGET2"]\n'
AT_HOME = 'zone = "Europe/Prague"\ncalendar = "bank"\n'
TABLES = (
    NOSTRO, BANK,
    schedule("match", "every 2 seconds", RULES.replace("queue", "skip"), run=MATCH),
    schedule("then", "after month-end succeeded", run="reconciliation run nostro"),
    schedule("month-end", "last business day of the month 18:00", RULES + AT_HOME, run=MATCH),
)  # fmt: skip
VOUCHERS = 12
WHO = ("--as", "anna", "--reason", "the bank is closed")


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("bots", "workflows", "selectors", "fixtures"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "config.toml").write_text(HEAD + "\n".join(TABLES), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


@pytest.fixture
def typed(suite: Path) -> Typed:
    """Type a command of the group; exit code and what was said."""
    return typist("schedule", of="schedule")


def started(suite: Path, command: str) -> subprocess.Popen[bytes]:
    """The real command, a process of its own."""
    with (suite / f"{command}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", "from counterfoil.cli import main; main()", command],
            cwd=suite, env={**os.environ, "COLUMNS": "200"}, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log,
        )  # fmt: skip


def wait_for(suite: Path, what: Callable[[ScheduleLedger], bool], seconds: int = 180) -> None:
    ledger = Ledger.open(f"sqlite:///{suite / 'var/ledger.sqlite'}")
    try:
        book = ScheduleLedger.beside(ledger)
        for _ in range(seconds * 10):
            if what(book):
                return
            time.sleep(0.1)
    finally:
        ledger.close()
    logs = "\n".join(each.read_text() for each in suite.glob("*.log"))
    raise AssertionError(f"it did not happen within {seconds} s: {logs[-3000:]}")


def states(book: ScheduleLedger, name: str) -> list[str]:
    return [str(each.run_state) for each in book.occurrences(name)]


def _succeeded(name: str, book: ScheduleLedger) -> bool:
    assert "FAILED" not in states(book, name), book.occurrences(name)
    return states(book, name) == ["SUCCEEDED"]


@pytest.mark.parametrize(
    ("name", "says"),
    [("month-end", "start `counterfoil up`"), ("moon-end", "there is no schedule moon-end")],
)
def test_a_schedule_that_was_never_in_force_says_what_brings_it_there(
    typed: Typed, name: str, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        typed("why", name, "2026-12-24")


def test_what_will_be_due_is_listed_by_wall_and_in_utc(typed: Typed) -> None:
    code, said = typed("next", "--days", "400", "month-end")

    assert code == 0
    assert re.search(r"1[34] times in the next 400 days", said)
    assert "Thu 2026-12-31 18:00 CET" not in said or "2026-12-31 17:00:00Z" in said
    assert said.count("CEST") + said.count("CET") in (13, 14)
    said = typed("next", "--days", "1")[1]
    assert "then runs whenever month-end succeeded" in said
    assert re.search(r"match is due 43,[12]\d\d times: the first 50 are listed", said)
    with pytest.raises(Refused, match="there is no schedule nobody"):
        typed("next", "nobody")


def test_what_is_not_in_force_yet_is_said(typed: Typed) -> None:
    code, said = typed("list")
    assert code == 1
    assert "month-end: config.toml says something else than is in force" in said


@pytest.mark.parametrize(
    ("run", "told"),
    [
        ("run", "'run' is nothing that may be scheduled; such are statement fetch, intake"),
        ("verify", "'verify' is nothing that may be scheduled"),
        ("statement fetch nowhere", "no [statements.*] for 'nowhere'"),
        ("statement fetch", "Missing parameter: system"),
        ("reconciliation run nostro --bnk b.csv", "No such option"),
        ("reconciliation run nostra", "no [reconciliations.nostra]"),
        ("reconciliation run nostro --bank b-{dya}.csv", "unknown place {dya}"),
        ("intake payments", "there is no [folders.payments]"),
        ("control cash --out x --help", "it shows help and does nothing"),
    ],
)
def test_a_command_is_read_before_it_is_due(suite: Path, typed: Typed, run: str, told: str) -> None:
    text = HEAD + NOSTRO + schedule("one", "every 5 minutes", run=run)
    (suite / "config.toml").write_text(text, "utf-8")
    line = text.splitlines().index(f'run = "{run}"') + 1
    with pytest.raises(SetupError) as refused:
        typed("next")
    assert told in str(refused.value)
    assert "config.toml: schedules: one: " in str(refused.value)
    assert f"(at line {line})" in str(refused.value) or f"(at line {line - 1})" in str(
        refused.value
    )


def test_every_command_that_may_be_scheduled_is_one(suite: Path) -> None:
    """Each of them gets as far as its own arguments."""
    for name in ALLOWED:
        with pytest.raises(SetupError, match=r"Missing|there is no"):
            check_command(find_suite(suite), name)


def test_a_folder_that_is_watched_all_the_time_is_not_scheduled_too(tmp_path: Path) -> None:
    text = (ROOT / "config.toml").read_text("utf-8")
    (tmp_path / "config.toml").write_text(text, "utf-8")
    with pytest.raises(
        SetupError, match=r"watches \[folders\.payments\] all the time: set watched"
    ):
        check_command(find_suite(tmp_path), "intake payments")
    by_schedule = text.replace("[folders.payments]", "[folders.payments]\nwatched = false")
    (tmp_path / "config.toml").write_text(by_schedule, "utf-8")
    check_command(find_suite(tmp_path), "intake payments")


def test_a_scheduler_fires_and_people_see_pause_and_resume(suite: Path, typed: Typed) -> None:
    """``counterfoil scheduler`` alone: nobody carries it out, and `why` says so."""
    with started(suite, "scheduler") as scheduler:
        try:
            wait_for(suite, lambda book: len(states(book, "match")) >= 2)
            assert typed("pause", "match", *WHO)[0] == 0
            wait_for(suite, lambda book: any(
                each.why.startswith("paused by anna") for each in book.occurrences("match")
            ))  # fmt: skip
            assert "paused by anna since" in typed("list")[1]
            assert typed("resume", "match", *WHO)[0] == 0
            with pytest.raises(Refused, match=r"overlap: match: the run of .* has not ended"):
                typed("run-now", "match", *WHO)
            _change_at_run_time(suite)
        finally:
            scheduler.send_signal(signal.SIGTERM)
    assert scheduler.returncode == 0

    day = datetime.now(UTC).date()
    for _ in range(100):  # until the next time is due, of which nobody takes note
        code, said = typed("why", "match", str(day))
        if "nobody has looked since" in said:
            break
        time.sleep(0.1)
    assert code == 0
    assert "its run waits for a worker: counterfoil up" in said
    assert "SKIPPED: the run of " in said
    assert "the schedule began" in said
    assert "nobody has looked since: start counterfoil up" in said
    code, said = typed("why", "month-end", "2026-12-26")
    assert "not due on 2026-12-26 by 'last business day of the month 18:00'" in said
    assert "the day is closed, " in said
    assert typed("list")[0] == 0


def _change_at_run_time(suite: Path) -> None:
    """A wrong file is refused aloud, a right one comes into force; nothing is restarted."""
    path, log = suite / "config.toml", suite / "scheduler.log"
    right = path.read_text("utf-8")
    path.write_text(right.replace("last business day", "lst business day"), "utf-8")
    line = next(at for at, each in enumerate(right.splitlines(), 1) if "last business" in each)
    told = f"(at line {line}); the schedules stay as they were"
    wait_for(suite, lambda _: told in " ".join(log.read_text().split()))
    path.write_text(right.replace("every 2 seconds", "every 3 seconds"), "utf-8")
    wait_for(
        suite,
        lambda book: book.schedules()[0].settings["schedule"]["when"] == "every 3 seconds",
    )


@pytest.mark.browser
def test_up_carries_out_what_is_due_and_a_kill_loses_nothing(suite: Path, typed: Typed) -> None:
    make(12, vouchers=60).write(suite)
    with started(suite, "up") as up:
        # Recorded as begun comes first, its log a moment later: the kill is to hit a run under way.
        logs = suite / "var/schedules/match"
        wait_for(
            suite, lambda book: "RUNNING" in states(book, "match") and any(logs.glob("*-1.log"))
        )
        up.kill()
    with started(suite, "up") as up:
        try:
            wait_for(suite, lambda book: "NEEDS_PERSON" in states(book, "match"))
            assert typed("pause", "match", *WHO)[0] == 0
            wait_for(suite, lambda book: not book.occurrences("match", open_only=True))
        finally:
            up.send_signal(signal.SIGTERM)
    assert up.returncode == 0

    ledger = Ledger.open(f"sqlite:///{suite / 'var/ledger.sqlite'}")
    rows = ScheduleLedger.beside(ledger).occurrences("match")[::-1]
    ledger.close()
    assert rows[0].starts == 2, "it was begun again after the kill"
    assert rows[0].run_state == "NEEDS_PERSON"
    gaps = {after.due_at - before.due_at for before, after in pairwise(rows)}
    assert gaps == {timedelta(seconds=2)}, "none is missing, none is there twice"
    assert all(each.why for each in rows if each.verdict != "FIRED")
    said = sorted((suite / "var/schedules/match").iterdir())[0].name
    assert said == f"{rows[0].key.replace(':', '')}-1.log"


@pytest.mark.browser
def test_statements_are_fetched_by_schedule_while_the_same_up_keys(tmp_path: Path) -> None:
    """Worker and run share the bank's logins: each has one, nobody has two, all is done."""
    last = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
    fetch = f"statement fetch corebank --from {last.replace(day=1)} --to {last}"
    with RunningBank(tmp_path / "bank") as bank:
        suite = a_suite(tmp_path / "suite", bank, sessions=2)
        for name in ("bots", "workflows"):
            (suite.root / name).symlink_to(ROOT / name)
        with (suite.root / "config.toml").open("a", encoding="utf-8") as config:
            config.write(
                '\n[statements.daily]\nsystem = "corebank"\naccounts = ["1000000001"]\n'
                'formats = ["camt.053"]\nexport = "outbox"\n'
                '[folders.vouchers]\npath = "inbox"\nsheet_map = "vouchers"\nsystem = "corebank"\n'
                'maker = "analysts"\nstable_seconds = 0.2\nwatched = false\n'
                '[approval]\nlimits = { CZK = "1000000000" }\n'
                + schedule("fetch", "every 10000 hours", run=fetch)
                + schedule("take", "every 10000 hours", run="intake vouchers")
            )
        (suite.root / "inbox").mkdir()
        tomorrow = datetime.now().astimezone().date() + timedelta(days=1)
        make_workbook("vouchers-12", tomorrow, suite.root / "inbox/vouchers-12.xlsx")
        with started(suite.root, "up") as up:
            try:
                wait_for(suite.root, lambda book: bool(book.schedules()))
                for name in ("take", "fetch"):
                    run = counterfoil("schedule", "run-now", name, *WHO, at=suite.root)
                    assert run.returncode == 0, run.stderr
                for name in ("take", "fetch"):
                    wait_for(suite.root, partial(_succeeded, name))
                wait_for(suite.root, lambda _: len(bank.postings()) == VOUCHERS)
            finally:
                up.send_signal(signal.SIGTERM)
        assert up.returncode == 0
        assert [each.name for each in (suite.root / "outbox").iterdir()] == [
            f"1000000001_{last.replace(day=1)}_{last}.statement.xlsx"
        ]
        assert len({each["reference"] for each in bank.postings()}) == VOUCHERS
    assert counterfoil("verify", at=suite.root).returncode == 0

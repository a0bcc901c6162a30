"""``counterfoil alerts`` as people type it, and alerts out of the real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from counterfoil.cli.alerting import Unlooking
from counterfoil.cli.site import open_site
from counterfoil.config import find_suite
from counterfoil.domain.alerts import AlertKind
from counterfoil.errors import Refused, SetupError
from counterfoil.store.alert_ledger import AlertLedger
from counterfoil.store.deciding import Word
from counterfoil.store.ledger import Ledger
from counterfoil.store.schedule_ledger import ScheduleLedger
from counterfoil.store.schedule_schema import schedules
from tests.alert_support import PASSWORD, Hook, Mailbox, alerts_table, hook, mailbox, write_urls
from tests.cli_support import counterfoil
from tests.engine_support import CORE, Clock, sqlite_house
from tests.schedule_support import HEAD, RULES, at, looking, schedule, write_config
from tests.typing_support import Typed, typist

ROOT = Path(__file__).parent.parent
WHO = ("--as", "anna", "--reason", "the mail server was moved")
#: A missed run is told within so many seconds.
TOLD_WITHIN = 60.0


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def web() -> Iterator[Hook]:
    with hook() as found:
        yield found


@pytest.fixture
def suite(tmp_path: Path, mail: Mailbox, web: Hook, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("bots", "workflows", "selectors", "fixtures"):
        (tmp_path / name).symlink_to(ROOT / name)
    head = HEAD.replace("[site]", '[site]\ncredentials = "credentials"')
    tables = (
        '[reconciliations.nostro]\nrules = "rules.json"\nexport = "found"\n',
        schedule(
            "match",
            "every 1 hours",
            RULES.replace("run_once", "skip"),
            run="reconciliation run nostro --bank b.csv --ledger l.csv",
        ),
        alerts_table("mail", "web", more='off = ["run_waits"]'),
    )
    (tmp_path / "config.toml").write_text(head + "\n".join(tables), "utf-8")
    write_urls(tmp_path, mail=mail.url, web=web.url)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


@pytest.fixture
def typed(suite: Path) -> Typed:
    """Type a command of the group; exit code and what was said."""
    return typist("alerts", of="alerts")


def frozen(typed: Typed) -> None:
    """Somebody has to be told of something."""
    assert typed("send")[0] == 0
    with open_site("worker") as site:
        site.ledger.freeze_by_hand(CORE, Word(person="worker", reason="booked twice"))
    assert typed("send")[0] == 0


def test_a_test_message_shows_which_address_works(typed: Typed, mail: Mailbox, web: Hook) -> None:
    code, said = typed("test", *WHO)
    assert code == 0
    assert f"web: sent to json://bot:****@127.0.0.1:{web.port}/…" in said
    assert "A test of the address mail by anna: the mail server was moved" in mail.texts[0]
    web.is_down = True
    code, said = typed("test", *WHO)
    assert code == 1
    assert "mail: sent to mailto://" in said
    assert "error=503" in said
    assert PASSWORD not in said
    assert (len(mail.texts), len(web.texts)) == (2, 1)
    with pytest.raises(SetupError, match=r"no \[alerts.addresses.wbe\]; known: mail, web"):
        typed("test", "wbe", *WHO)


def test_what_was_told_is_listed_until_somebody_knows_of_it(
    suite: Path, typed: Typed, web: Hook
) -> None:
    assert typed("list") == (0, "no alert waits for anybody\n")
    frozen(typed)
    code, said = typed("list")
    assert code == 1
    assert "CRITICAL system_frozen" in said
    assert "counterfoil unfreeze core" in said
    assert "#1 system_frozen" in web.texts[0]
    code, said = typed("acknowledge", "1", *WHO)
    assert code == 0
    assert said.endswith("#1 system_frozen: acknowledged\n")
    assert typed("list") == (0, "no alert waits for anybody\n")
    assert "anna: the mail server was moved" in typed("list", "--all")[1]
    with pytest.raises(Refused, match="acknowledged by anna"):
        typed("acknowledge", "1", *WHO)
    assert counterfoil("verify", at=suite).returncode == 0


def test_without_alerts_in_the_config_it_says_what_to_write(suite: Path, typed: Typed) -> None:
    (suite / "config.toml").write_text(HEAD, "utf-8")
    with pytest.raises(SetupError, match=r"no \[alerts\]: docs/ALERTS.md"):
        typed("send")


def test_check_looks_at_the_addresses(suite: Path, web: Hook) -> None:
    done = counterfoil("check", at=suite)
    assert f"alert address web: json://bot:****@127.0.0.1:{web.port}/…" in done.stdout
    write_urls(suite, web="nonsense")
    config = (suite / "config.toml").read_text("utf-8")
    (suite / "config.toml").write_text(
        config.replace('credential = "mail"', 'url = "json://127.0.0.1/?+X-Token=abcdef"'), "utf-8"
    )
    done = counterfoil("check", at=suite)
    assert "alerts: addresses: web: it is no Apprise URL" in done.stdout
    assert "alerts: addresses: mail: url: it holds a secret" in done.stdout
    assert "abcdef" not in done.stdout


def test_whoever_looks_sees_that_no_scheduler_does(tmp_path: Path) -> None:
    """The scheduler of another machine died: nothing is on the record, and that is the news."""
    clock = Clock(at("2026-11-26T06:00:30Z"))
    write_config(tmp_path, schedule("ten", "every 10 minutes"), schedule("one", "every 1 hours"))
    with looking(sqlite_house(tmp_path), tmp_path, clock) as process:
        process.schedules.sweep()
        unlooked = Unlooking(process.ledger, find_suite(tmp_path), grace_seconds=0)
        clock.pass_(560)
        assert unlooked(clock.at) == []
        clock.pass_(20)
        (found,) = unlooked(clock.at)
        assert (found.schedule, found.key) == ("ten", "2026-11-26T06:10Z")
        assert Unlooking(process.ledger, find_suite(tmp_path))(clock.at) == [], "just begun"
        process.schedules.sweep()
        assert unlooked(clock.at) == []


def started(suite: Path, command: str) -> subprocess.Popen[bytes]:
    """The real command, a process of its own."""
    with (suite / f"{command}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", "from counterfoil.cli import main; main()", command],
            cwd=suite,
            env={**os.environ, "COLUMNS": "200"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def ended(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(60)


def missed_at(suite: Path, patience: float = 60.0) -> float:
    """Wait until a miss is on the record; when it was written, in seconds since the epoch."""
    ends = time.monotonic() + patience
    while time.monotonic() < ends:
        if (suite / "var/ledger.sqlite").exists():
            ledger = Ledger.open(f"sqlite:///{suite / 'var/ledger.sqlite'}")
            rows = ScheduleLedger.beside(ledger).occurrences("match")
            ledger.close()
            if missed := [each for each in rows if each.verdict == "MISSED"]:
                return missed[-1].judged_at.timestamp()
        time.sleep(0.2)
    raise AssertionError((suite / "scheduler.log").read_text("utf-8"))


@pytest.mark.parametrize("command", ["scheduler", pytest.param("up", marks=pytest.mark.browser)])
def test_a_missed_run_is_told_within_a_minute(
    suite: Path, mail: Mailbox, web: Hook, command: str
) -> None:
    """The clock was down for a while; what was due meanwhile is missed, and people hear of it."""
    process = started(suite, command)
    try:
        _wait_until_it_alerts(suite)
    finally:
        process.kill()
        process.wait(60)
    _go_back(suite)
    process = started(suite, command)
    try:
        missed = missed_at(suite)
        assert web.came.wait(TOLD_WITHIN)
        assert mail.came.wait(TOLD_WITHIN)
        took = time.time() - missed
    finally:
        assert ended(process) == 0
    assert took < TOLD_WITHIN
    assert "run_missed" in web.texts[0]
    assert "counterfoil schedule why match" in mail.texts[0]
    ledger = Ledger.open(f"sqlite:///{suite / 'var/ledger.sqlite'}")
    kinds = {each.alert.kind for each in AlertLedger.beside(ledger).alerts()}
    ledger.close()
    assert AlertKind.RUN_MISSED in kinds
    assert counterfoil("verify", at=suite).returncode == 0


def _wait_until_it_alerts(suite: Path) -> None:
    """Until alerts began and the schedule is in force."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if (suite / "var/ledger.sqlite").exists():
            ledger = Ledger.open(f"sqlite:///{suite / 'var/ledger.sqlite'}")
            ready = AlertLedger.beside(ledger).began_at() is not None
            ready = ready and bool(ScheduleLedger.beside(ledger).schedules())
            ledger.close()
            if ready:
                return
        time.sleep(0.2)
    raise AssertionError("alerts never began")


def _go_back(suite: Path) -> None:
    """As if nobody had been there for three hours: two times at least are long past."""
    ledger = Ledger.open(f"sqlite:///{suite / 'var/ledger.sqlite'}")
    with ledger.engine.begin() as connection:
        looked = connection.execute(select(schedules.c.looked_until)).scalar_one()
        before = looked - timedelta(hours=3)
        connection.execute(update(schedules).values(looked_until=before))
    ledger.close()

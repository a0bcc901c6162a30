"""What operators type: what rests and why, what goes first; the parts of `up`, each alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from counterfoil.config import Suite, find_suite
from counterfoil.domain.items import ItemState
from counterfoil.domain.pauses import Priority, Terms
from counterfoil.errors import Refused
from counterfoil.rules.deadlines import next_wall_time
from counterfoil.store import schema
from counterfoil.store.ledger import Ledger
from fixtures.payments.make_workbook import make
from tests.bank_support import ROOT, RunningBank
from tests.kill_support import LATE_SECONDS, STALENESS_SECONDS, a_suite, file_batch, payments
from tests.typing_support import Typed, typist

WHO = ("--as", "eva", "--reason", "looked into it")
FOLDER = """
[folders.vouchers]
path           = "inbox"
sheet_map      = "vouchers"
system         = "corebank"
maker          = "analysts"
stable_seconds = 0.2
priority       = "high"
deadline       = "23:59"
zone           = "Europe/Prague"
[approval]
limits = { CZK = "9999999999", EUR = "9999999999", USD = "9999999999" }
"""


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    arguments = ("--late-seconds", str(LATE_SECONDS), "--staleness-seconds", str(STALENESS_SECONDS))
    with RunningBank(tmp_path_factory.mktemp("bank"), arguments) as bank:
        yield bank


@pytest.fixture
def suite(tmp_path: Path, bank: RunningBank, monkeypatch: pytest.MonkeyPatch) -> Suite:
    made = a_suite(tmp_path / "suite", bank, sessions=2)
    with (made.root / "config.toml").open("a") as config:
        config.write(FOLDER)
    for name in ("bots", "workflows"):
        (made.root / name).symlink_to(ROOT / name)
    monkeypatch.chdir(made.root)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    return find_suite(made.root)


@pytest.fixture
def typed(suite: Suite) -> Typed:
    """Type a command; its exit code and what was said."""
    said = typist(of="status")

    def type_(*words: str) -> tuple[int, str]:
        code, output = said(*words)
        return code, re.sub(r"\s+", " ", output)

    return type_


@pytest.fixture
def batch_id(suite: Suite) -> str:
    batch = payments(2)
    file_batch(suite, batch)
    return batch.batch_id


def test_status_says_that_nobody_works_on_what_is_due(typed: Typed, batch_id: str) -> None:
    code, said = typed("status")
    assert code == 1
    assert "no worker is at work: counterfoil up" in said
    assert re.search(r"corebank │ works │ 0 │ 0 of 2", said)


def test_maintenance_is_seen_and_undone(typed: Typed) -> None:
    assert typed("status")[0] == 0
    typed("maintenance", "on", "--system", "corebank", *WHO)
    code, said = typed("status")
    assert code == 1
    assert "corebank is in maintenance since" in said
    assert "by eva: looked into it (counterfoil maintenance off --system corebank)" in said
    typed("maintenance", "off", "--system", "corebank", *WHO)
    assert typed("status")[0] == 0
    with pytest.raises(Refused, match=r"no \[systems.corebonk\]"):
        typed("maintenance", "on", "--system", "corebonk", *WHO)


def test_an_open_circuit_is_seen_and_closed_by_a_person(suite: Suite, typed: Typed) -> None:
    ledger = Ledger.open(suite.ledger_url)
    with ledger.engine.begin() as connection:
        later = ledger.now() + timedelta(minutes=1)
        values = {"since": ledger.now(), "reason": "10 in a row", "probe_at": later}
        connection.execute(schema.systems.insert().values(system="corebank", troubles=10))
        connection.execute(
            schema.pauses.insert().values(system="corebank", kind="CIRCUIT", **values)
        )
    ledger.close()
    code, said = typed("status")
    assert code == 1
    assert "corebank rests since" in said
    assert "(counterfoil resume corebank)" in said
    typed("resume", "corebank", *WHO)
    assert typed("status")[0] == 0
    with pytest.raises(Refused, match="not open"):
        typed("resume", "corebank", *WHO)


def test_the_order_of_a_batch_is_changed(suite: Suite, typed: Typed, batch_id: str) -> None:
    assert "2 items" in typed("prioritise", batch_id, "high", *WHO)[1]
    assert "2 items" in typed("defer", batch_id, "2030-01-15 07:30", *WHO)[1]
    assert "2 items" in typed("deadline", batch_id, "2030-01-15T16:30:00+0100", *WHO)[1]
    ledger = Ledger.open(suite.ledger_url)
    with ledger.reading() as connection:
        items = schema.items
        rows = connection.execute(items.select()).all()
    ledger.close()
    wall = datetime(2030, 1, 15, 7, 30).astimezone(UTC)
    assert {row.priority for row in rows} == {Priority.HIGH}
    assert {row.due_at for row in rows} == {wall}
    assert {row.deadline_at for row in rows} == {datetime(2030, 1, 15, 15, 30, tzinfo=UTC)}
    with pytest.raises(Refused, match="there is no batch"):
        typed("defer", "B-0", "2030-01-15 07:30", *WHO)


def test_a_deadline_is_the_next_one_whatever_the_clocks_do() -> None:
    zone = ZoneInfo("Europe/Prague")
    noon = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
    evening = clock_time(16, 30)
    assert next_wall_time(noon, evening, zone) == datetime(2026, 11, 26, 15, 30, tzinfo=UTC)
    late = noon + timedelta(hours=4)
    assert next_wall_time(late, evening, zone) == datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
    night = clock_time(2, 30)
    before_spring = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
    assert next_wall_time(before_spring, night, zone) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


# The parts of `up`, each a process of its own


def started(suite: Suite, *words: str) -> subprocess.Popen[bytes]:
    with (suite.root / f"{words[0]}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", "from counterfoil.cli import main; main()", *words],
            cwd=suite.root,
            env={**os.environ, "COLUMNS": "200"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def wait_for(suite: Suite, what: Callable[[Ledger], bool], *, seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    ledger = Ledger.open(suite.ledger_url)
    try:
        while not what(ledger):
            logs = "\n".join(each.read_text() for each in suite.root.glob("*.log"))
            assert time.monotonic() < ends, logs[-3000:]
            time.sleep(0.1)
    finally:
        ledger.close()


@pytest.mark.browser
def test_watch_and_worker_apart_do_what_up_does(suite: Suite, bank: RunningBank) -> None:
    """One takes the file in and hands the result back; the other keys. Both stop politely."""
    watching, working = started(suite, "watch"), started(suite, "worker")
    try:
        wait_for(suite, lambda ledger: bool(ledger.worker_rows()))
        second = started(suite, "watch")
        assert second.wait(timeout=60) == 2
        assert "watches the folders of" in (suite.root / "watch.log").read_text()
        inbox = suite.root / "inbox"
        make("vouchers-12", datetime.now().astimezone().date() + timedelta(days=1),
             inbox / "vouchers.xlsx")  # fmt: skip
        wait_for(suite, lambda _: bool(list((inbox / "results").glob("*.result.xlsx"))))
        wait_for(suite, lambda ledger: ledger.open_items() == 0)
        for each in (watching, working):
            each.send_signal(signal.SIGTERM)
        assert [each.wait(timeout=90) for each in (watching, working)] == [0, 0]
    finally:
        for each in (watching, working):
            each.kill()
    ledger = Ledger.open(suite.ledger_url)
    with ledger.reading() as connection:
        terms = connection.execute(
            schema.items.select().with_only_columns(
                schema.items.c.priority, schema.items.c.deadline_at
            )
        ).all()
    posted = ledger.items(state=ItemState.POSTED)
    assert ledger.worker_rows() == []
    ledger.close()
    assert len(posted) == len(bank.postings()) == 12
    assert {row.priority for row in terms} == {Terms(priority=Priority.HIGH).priority}
    assert all(row.deadline_at is not None for row in terms)

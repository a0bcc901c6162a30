"""Statements end to end: fetched by a real browser, proved, filed once, exported; or why not."""

from __future__ import annotations

import gzip
import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from counterfoil.cli.site import Site, audit_folder, open_site
from counterfoil.cli.statements import statement_tools
from counterfoil.config import StatementSettings, Suite
from counterfoil.domain.statement_orders import ArrivalState, StatementState
from counterfoil.engine.locking import worker_lock
from counterfoil.errors import SetupError, Unavailable
from counterfoil.site import statement_folder
from counterfoil.site.proof import verify_suite
from counterfoil.store.deciding import Word
from counterfoil.store.ledger import new_boot
from counterfoil.store.statement_ledger import StatementLedger
from fixtures.corebank.statements import KINDS
from tests.bank_support import ROOT, RunningBank
from tests.kill_support import a_suite
from tests.statement_process import POINTS, run_all
from workflows.statements import order_statements

pytestmark = pytest.mark.browser

FIRST_ACCOUNT = 1000000001
ACCOUNT, OTHER = str(FIRST_ACCOUNT), str(FIRST_ACCOUNT + 7)  # of one type: one layout
EVERY_TYPE = [str(FIRST_ACCOUNT + number) for number in range(len(KINDS))]
#: The last two finished months.
LAST_DAY = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
FIRST_DAY = LAST_DAY.replace(day=1)
BEFORE = FIRST_DAY - timedelta(days=1)
BEFORE_FIRST = BEFORE.replace(day=1)
PETRA = Word(person="petra.novakova", reason="asked the bank")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    with RunningBank(tmp_path_factory.mktemp("bank")) as running:
        yield running


@pytest.fixture(autouse=True)
def calm(bank: RunningBank) -> None:
    bank.clear_faults()
    bank.set(document_delivery="window")


@pytest.fixture
def suite(tmp_path: Path, bank: RunningBank) -> Suite:
    return with_statements(a_suite(tmp_path / "suite", bank, sessions=1), ACCOUNT)


def with_statements(suite: Suite, *accounts: str, **other: Any) -> Suite:
    plain = StatementSettings(
        system="corebank", accounts=accounts, formats=("camt.053",), export=Path("outbox")
    )
    settings = replace(plain, **other)
    text = (suite.root / "config.toml").read_text("utf-8").partition("\n[statements.")[0]
    quoted = {name: json.dumps(getattr(settings, name)) for name in ("accounts", "formats")}
    text += (
        f'\n[statements.daily]\nsystem = "corebank"\naccounts = {quoted["accounts"]}\n'
        f'formats = {quoted["formats"]}\nexport = "outbox"\n'
        f'lowest_grade = "{settings.lowest_grade}"\n'
    )
    (suite.root / "config.toml").write_text(text, "utf-8")  # the killed process reads it
    return Suite(suite.root, replace(suite.config, statements={"daily": settings}))


@contextmanager
def at_work(suite: Suite) -> Iterator[tuple[Site, StatementLedger]]:
    with open_site("statements", suite, boot=new_boot()) as site:
        yield site, StatementLedger.beside(site.ledger)


def run(suite: Suite, first: date = FIRST_DAY, last: date = LAST_DAY) -> list[Path]:
    with at_work(suite) as (site, _):
        return run_all(site, first, last)


def truth(bank: RunningBank, account: str, day: date) -> dict[str, Any]:
    found: dict[str, Any] = bank.control(
        "GET", f"/truth/statement?account={account}&month={day:%Y-%m}"
    )
    return found


def same_as(read: Any, real: dict[str, Any]) -> bool:
    """Whether every value of a filed statement is the bank's own."""
    statement = read.proved.statement
    ends = (str(statement.opening), str(statement.closing), statement.currency)
    entries = [
        (str(e.booking_date), str(e.value_date), f"{e.amount:.2f}", e.description.split()[0])
        for e in statement.transactions
    ]
    lines = [
        (line["booked"], line["value"], f"{Decimal(line['amount']):.2f}", line["text"].split()[0])
        for line in real["lines"]
    ]
    return ends == (real["opening"], real["closing"], real["currency"]) and entries == lines


def books_the_same(read: Any, real: dict[str, Any]) -> bool:
    """Ends, currency, and every amount on its day; some layouts print the value date only."""
    statement = read.proved.statement
    ends = (str(statement.opening), str(statement.closing), statement.currency)
    entries = Counter((str(e.booking_date), f"{e.amount:.2f}") for e in statement.transactions)
    days = [
        Counter((line[day], f"{Decimal(line['amount']):.2f}") for line in real["lines"])
        for day in ("booked", "value")
    ]
    return ends == (real["opening"], real["closing"], real["currency"]) and entries in days


# --- the whole way ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, bank: RunningBank) -> Suite:
    """Every type of account, as CAMT.053 in windows and as MT940, in one run."""
    bank.set(document_delivery="attachment")
    made = a_suite(tmp_path_factory.mktemp("done") / "suite", bank, sessions=1)
    suite = with_statements(made, *EVERY_TYPE, formats=("camt.053", "mt940"))
    assert len(run(suite)) == 2 * len(KINDS)
    return suite


def test_every_type_of_account_is_read_as_the_bank_booked_it(
    done: Suite, bank: RunningBank
) -> None:
    with at_work(done) as (_, ledger):
        rows = ledger.statements()
        assert Counter(each.state for each in rows) == {StatementState.PASSED: 2 * len(KINDS)}
        for row in rows:
            account = ledger.arrival(row.arrival_id).account
            assert same_as(ledger.statement(row.statement_id), truth(bank, account, FIRST_DAY))
        assert ledger.exceptions(open_only=False) == []


def test_each_statement_gets_its_workbook_and_the_format_stands_in_its_name(done: Suite) -> None:
    stem = f"{ACCOUNT}_{FIRST_DAY}_{LAST_DAY}"
    names = [each.name for each in outbox(done).iterdir() if each.name.startswith(stem)]

    assert sorted(names) == [f"{stem}.camt.053.statement.xlsx", f"{stem}.mt940.statement.xlsx"]


def test_a_second_run_files_nothing_new_and_asks_for_nothing(
    done: Suite, bank: RunningBank
) -> None:
    before = counts(done)
    signed_on = bank.control("GET", "/sessions")["sign_ons"]

    assert run(done) == []

    assert counts(done) == before
    assert bank.control("GET", "/sessions")["sign_ons"] == signed_on


def test_no_account_number_and_no_entry_is_in_any_log_blob_or_row(
    done: Suite, bank: RunningBank
) -> None:
    """The export is the analysts' own; everything else is sealed, masked or a picture."""
    with at_work(done) as (_, ledger):
        words = {e.description for row in ledger.statements() for e in entries_of(ledger, row)}
    secrets = [*EVERY_TYPE, *sorted(words)[:5], bank.operators[0]["password"]]

    assert len(words) >= 5
    assert [*leaks(done, secrets)] == []
    assert len([each for each in statement_folder(done).rglob("*") if each.is_file()]) == 14


def test_csv_is_read_by_its_map_and_held_for_its_grade(suite: Suite, bank: RunningBank) -> None:
    """It prints no period: the list's days stand for it, and a person lets it pass."""
    suite = with_statements(suite, ACCOUNT, formats=("csv",))
    run(suite)

    with at_work(suite) as (_, ledger):
        (row,) = ledger.statements()
        assert same_as(ledger.statement(row.statement_id), truth(bank, ACCOUNT, FIRST_DAY))
        assert (row.first_day, row.last_day) == (FIRST_DAY, LAST_DAY)
        assert row.state is StatementState.HELD
        assert [each.code for each in ledger.exceptions()] == ["grade_too_low"]
        ledger.accept_statement(row.arrival_id, PETRA)
        assert [each.state for each in ledger.statements()] == [StatementState.ACCEPTED]
    run(suite)
    assert standing(suite) == "Accepted by a person"


def test_every_pdf_layout_is_read_right_or_waits_for_a_person(
    suite: Suite, bank: RunningBank
) -> None:
    """Seven layouts. Whatever cannot be proved is said; nothing is ever filed wrong."""
    suite = with_statements(suite, *EVERY_TYPE, formats=("pdf",), lowest_grade="C")
    run(suite)

    with at_work(suite) as (_, ledger):
        assert len(ledger.arrivals()) == len(KINDS)
        waiting = {each.arrival_id: each for each in ledger.exceptions()}
        for arrival in ledger.arrivals():
            account = ledger.arrival(arrival.arrival_id).account
            rows = ledger.statements_of(arrival.arrival_id)
            if not rows:
                assert waiting[arrival.arrival_id].code
                assert waiting[arrival.arrival_id].remedy
            for row in rows:
                assert books_the_same(
                    ledger.statement(row.statement_id), truth(bank, account, FIRST_DAY)
                )


def test_days_that_the_bank_does_not_list_and_accounts_that_it_does_not_know_stay_ordered(
    suite: Suite,
) -> None:
    suite = with_statements(suite, "9999999999", ACCOUNT)
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)

    run(suite, LAST_DAY, tomorrow)

    with at_work(suite) as (_, ledger):
        assert len(ledger.statements()) == 1
        left = ledger.unanswered_orders()
    known = [each for each in left if each.account_shown == "****0001"]
    assert [each.day for each in known] == days_between(LAST_DAY + timedelta(days=1), tomorrow)
    assert {each.trouble for each in known} == {
        "the bank lists no statement of these days yet (Page 1 of 1)"
    }
    unknown = [each for each in left if each.account_shown == "****9999"]
    assert {(each.trouble or "").partition(":")[0] for each in unknown} == {"account_not_found"}


# --- what is not believed --------------------------------------------------------------


def test_broken_and_foreign_answers_are_quarantined_until_a_person_has_them_fetched_again(
    suite: Suite, bank: RunningBank
) -> None:
    """Three accounts, in whatever order: a cut file, a page, somebody else's statement."""
    suite = with_statements(suite, *EVERY_TYPE[:3])
    bank.fault("truncated_pdf", times=2)
    bank.fault("html_as_pdf", times=2)
    bank.fault("other_account_pdf")
    run(suite)

    with at_work(suite) as (_, ledger):
        assert ledger.statements(states=list(StatementState)) == []
        found = {each.code: each for each in ledger.exceptions()}
        assert found.keys() == {"truncated", "page_instead", "other_account"}
        assert all(each.remedy for each in found.values())
        assert {each.state for each in ledger.arrivals()} == {ArrivalState.QUARANTINED}
        for each in found.values():
            ledger.requeue_statement(each.arrival_id, PETRA)
    kinds = audit_kinds(suite)
    assert (kinds["statement_quarantined"], kinds["statement_proved"]) == (3, 0)
    assert standing(suite) == "Quarantined: not proved"

    run(suite)

    with at_work(suite) as (_, ledger):
        assert [each.state for each in ledger.statements()] == [StatementState.PASSED] * 3
        assert ledger.exceptions() == []
    assert standing(suite) == "Passed"
    _is_whole_and_names_every_step(suite)


def _is_whole_and_names_every_step(suite: Suite) -> None:
    report = verify_suite(suite)
    assert report.ok, report.sentences
    assert {name: count for name, count in audit_kinds(suite).items() if "statement" in name} == {
        "statements_ordered": 3,
        "statement_fetched": 6,
        "statement_quarantined": 3,
        "statement_decided": 3,
        "statement_proved": 3,
        "statement_compared": 3,
        "statement_exported": 6,
    }
    fetched = [each for each in records(suite) if each["kind"] == "statement_fetched"]
    assert [sorted(ev["k"] for ev in each["ev"]) for each in fetched] == [
        ["dom", "readback", "screenshot"]
    ] * 6


def test_another_account_s_bytes_are_filed_for_their_owner_only(
    suite: Suite, bank: RunningBank
) -> None:
    bank.fault("other_account_pdf")
    run(suite)
    with at_work(suite) as (_, ledger):
        (found,) = ledger.exceptions()
        assert OTHER not in found.reason
        assert OTHER[-4:] in found.reason
    suite = with_statements(suite, ACCOUNT, OTHER)

    run(suite)

    with at_work(suite) as (_, ledger):
        (row,) = ledger.statements()
        assert ledger.arrival(row.arrival_id).account == OTHER
    assert counts(suite)["documents"] == 1


def test_a_gap_is_found_and_cleared_when_the_month_between_comes(suite: Suite) -> None:
    early_last = BEFORE_FIRST - timedelta(days=1)
    with at_work(suite) as (site, _):
        tools = statement_tools(site)
        order_statements(tools, "corebank", today=LAST_DAY, first=early_last, last=early_last)
    run(suite)
    with at_work(suite) as (_, ledger):
        (gap,) = ledger.exceptions()
        assert gap.code == "gap"
        assert str(BEFORE_FIRST) in gap.reason
        assert [each.state for each in ledger.statements()] == [StatementState.PASSED] * 2

    run(suite, BEFORE, BEFORE)

    with at_work(suite) as (_, ledger):
        assert ledger.exceptions() == []
        assert len(ledger.statements()) == 3


def test_a_closed_bank_leaves_the_orders(suite: Suite, bank: RunningBank) -> None:
    bank.set(maintenance=True)
    try:
        with pytest.raises(Unavailable):
            run(suite)
    finally:
        bank.set(maintenance=False)
    with at_work(suite) as (_, ledger):
        left = ledger.unanswered_orders()
    assert len(left) == LAST_DAY.day
    assert all(each.trouble for each in left)
    assert audit_kinds(suite)["statements_not_fetched"] == 1


def test_a_refused_login_is_not_tried_again_before_its_secret_is_another_one(
    suite: Suite, bank: RunningBank
) -> None:
    path = suite.path(suite.config.site.credentials) / bank.operators[0]["operator"]
    path.write_text("wrong", "utf-8")
    with pytest.raises(Unavailable, match="refused"):
        run(suite)
    with pytest.raises(Unavailable, match=r"is not tried: refused on .* -> change its secret"):
        run(suite)
    path.write_text(bank.operators[0]["password"], "utf-8")
    run(suite)
    assert audit_kinds(suite)["login_released"] == 1


def test_an_account_that_is_not_configured_is_not_ordered(suite: Suite) -> None:
    with at_work(suite) as (site, _), pytest.raises(SetupError, match="add it to accounts"):
        order_statements(statement_tools(site), "corebank", today=LAST_DAY, accounts=["1234567890"])


def test_a_worker_on_the_same_data_folder_keeps_us_out(suite: Suite) -> None:
    with worker_lock(suite.data), pytest.raises(SetupError, match="another worker"):
        run(suite)


# --- killed ----------------------------------------------------------------------------

#: Between download and filing; the others run under `make battery`.
SLICE = ("after:keep",)
EVERY_POINT = tuple(f"{when}:{verb}" for verb in POINTS for when in ("before", "after"))


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(each, marks=[] if each in SLICE else pytest.mark.battery)
        for each in EVERY_POINT
    ],
)
def test_a_killed_run_leaves_nothing_half_filed(
    suite: Suite, bank: RunningBank, point: str
) -> None:
    """kill -9 at every step of one file; the next run ends as if nothing had been."""
    days = [FIRST_DAY.isoformat(), LAST_DAY.isoformat()]
    killed = subprocess.run(
        [sys.executable, "-m", "tests.statement_process", suite.root, point, *days],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]

    run(suite)

    with at_work(suite) as (_, ledger):
        (row,) = ledger.statements(states=list(StatementState))
        assert row.state is StatementState.PASSED
        assert same_as(ledger.statement(row.statement_id), truth(bank, ACCOUNT, FIRST_DAY))
        assert [each.state for each in ledger.arrivals()] == [ArrivalState.PROVED]
        assert ledger.exceptions(open_only=False) == []
    assert [each.name for each in (suite.data / "fetching").iterdir()] == []
    assert standing(suite) == "Passed"
    assert len([each for each in outbox(suite).iterdir() if each.suffix == ".xlsx"]) == 1
    assert verify_suite(suite).ok


# --- small print -----------------------------------------------------------------------


def entries_of(ledger: StatementLedger, row: Any) -> Any:
    return ledger.statement(row.statement_id).proved.statement.transactions


def leaks(suite: Suite, needles: list[str]) -> Iterator[str]:
    """Every place below the data folder that holds one of *needles*, packed or not."""
    for path in sorted(suite.data.rglob("*")):
        if not path.is_file() or "credentials" in path.parts:
            continue
        content = path.read_bytes()
        readings = [content]
        if content[:2] == b"\x1f\x8b":
            readings.append(gzip.decompress(content))
        if content[:15] == b"SQLite format 3":
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
                readings.append("\n".join(database.iterdump()).encode())
        for needle in needles:
            if any(needle.encode() in each for each in readings):
                yield f"{path.relative_to(suite.data)} holds {needle!r}"


def counts(suite: Suite) -> dict[str, int]:
    """Rows of every table of statements, and sealed files."""
    with at_work(suite) as (_, ledger), ledger.reading() as connection:
        tables = ("documents", "arrivals", "orders", "exceptions", "transactions")
        found = {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM statement_{name}").scalar_one()
            for name in tables
        }
        found["statements"] = connection.exec_driver_sql(
            "SELECT count(*) FROM statements"
        ).scalar_one()
    found["files"] = sum(1 for each in statement_folder(suite).rglob("*") if each.is_file())
    return found


def outbox(suite: Suite) -> Path:
    return suite.path(Path("outbox"))


def standing(suite: Suite) -> str:
    """What the one workbook of the last month says of itself."""
    book = load_workbook(outbox(suite) / f"{ACCOUNT}_{FIRST_DAY}_{LAST_DAY}.statement.xlsx")
    rows = {str(row[0].value): row[1].value for row in book["Statement"].iter_rows()}
    return str(rows["Standing"])


def records(suite: Suite) -> list[dict[str, Any]]:
    """Every audit record."""
    return [
        json.loads(line)
        for path in sorted(audit_folder(suite).rglob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def audit_kinds(suite: Suite) -> Counter[str]:
    return Counter(each["kind"] for each in records(suite))


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]

"""Files that arrived are read in the parser box and judged; one bad file stops no other.

The bank's own files, without the bank and the browser.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.cli.site import Site as OpenSite
from counterfoil.cli.site import open_site
from counterfoil.cli.statements import reading_desk, statement_tools
from counterfoil.config import Bounds as ConfigBounds
from counterfoil.config import Config, Site, StatementSettings, Suite, SystemSettings
from counterfoil.domain.statement_orders import (
    FetchedFile,
    ListedStatement,
    StatementOrder,
    StatementState,
)
from counterfoil.store.deciding import Word
from fixtures.corebank.statement_files import camt053, mt940
from fixtures.corebank.statements import Statement, statements_of
from fixtures.statements.formats.writers import Booking, Made, ofx2
from tests.bank_support import ROOT
from workflows.statement_exports import export_statements
from workflows.statement_reading import read_arrivals
from workflows.statements import Tools

ACCOUNT = "1000000001"
PETRA = Word(person="petra.novakova", reason="looked")
AUGUST, SEPTEMBER, OCTOBER = list(statements_of(ACCOUNT, 1, date(2026, 11, 20)))[-3:]


@dataclass(slots=True)
class Counter:
    """Files arrive without having been fetched."""

    site: OpenSite
    tools: Tools
    home: Path

    def arrive(self, statement: Statement, content: bytes, format: str = "camt.053") -> str:
        """File *content* as what came for *statement*; its arrival."""
        plain = self.home / "plain"
        plain.write_bytes(content)
        listed = ListedStatement(
            account=statement.account,
            first=statement.first,
            last=statement.last,
            number=str(statement.number),
            currency=statement.kind.currency,
            opening=statement.opening,
            closing=statement.closing,
        )
        order = StatementOrder(
            system="corebank",
            account=statement.account,
            wanted={format: frozenset({statement.last})},
        )
        file = FetchedFile(
            listed=listed,
            format=format,
            path=plain,
            sha256=self.tools.files.keep(plain),
            size=len(content),
        )
        return self.tools.statements.file_arrival(order, file)

    def read(self) -> int:
        return read_arrivals(reading_desk(self.site), say=lambda _: None)

    def codes(self) -> list[str]:
        return sorted(each.code for each in self.tools.statements.exceptions())

    def states(self) -> list[StatementState]:
        rows = self.tools.statements.statements(states=list(StatementState))
        return [each.state for each in sorted(rows, key=lambda each: each.statement_id)]

    def export(self) -> list[str]:
        suite, ledger = self.tools.suite, self.tools.statements
        return [each.name for each in export_statements(suite, ledger, emit=lambda *_: None)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    (tmp_path / "selectors").symlink_to(ROOT / "selectors")
    corebank = SystemSettings(
        base_url="http://127.0.0.1:1", logins=(), bounds=ConfigBounds(source="none"), sessions_max=1
    )
    settings = StatementSettings(
        system="corebank",
        accounts=(ACCOUNT,),
        formats=("camt.053", "mt940"),
        export=Path("outbox"),
    )
    config = Config(
        schema=1,
        site=Site(name="x"),
        systems={"corebank": corebank},
        statements={"daily": settings},
    )
    with open_site("statements", Suite(tmp_path, config)) as site:
        yield Counter(site, statement_tools(site), tmp_path)


def other_bytes(content: bytes) -> bytes:
    """The same statement, made a second later."""
    assert b"T22:00:00Z" in content
    return content.replace(b"T22:00:00Z", b"T22:00:01Z")


def test_statements_that_follow_each_other_pass(desk: Counter) -> None:
    for each in (OCTOBER, AUGUST, SEPTEMBER):  # in whatever order they came
        desk.arrive(each, camt053(each))

    assert desk.read() == 3

    assert desk.states() == [StatementState.PASSED] * 3
    assert desk.codes() == []
    assert desk.read() == 0


def test_a_file_that_is_no_statement_stops_no_other(desk: Counter) -> None:
    desk.arrive(AUGUST, b"this is no statement")
    desk.arrive(SEPTEMBER, camt053(SEPTEMBER))

    desk.read()

    assert desk.states() == [StatementState.PASSED]
    (found,) = desk.tools.statements.exceptions()
    assert found.code in ("unknown_format", "no_map")
    assert found.remedy


def test_one_changed_digit_is_not_believed(desk: Counter) -> None:
    content = camt053(SEPTEMBER)
    amount = f"{abs(SEPTEMBER.lines[3].amount):.2f}".encode()
    wrong = amount[:-1] + (b"1" if amount[-1:] != b"1" else b"2")
    desk.arrive(SEPTEMBER, content.replace(amount, wrong, 1))

    desk.read()

    assert desk.states() == []
    (found,) = desk.tools.statements.exceptions()
    assert found.code == "does_not_add_up"
    assert [each.holds for each in found.failed] == [False] * len(found.failed)
    assert found.failed
    assert [each.endswith(".xlsx") for each in desk.export()] == [True]


def test_the_same_period_in_other_bytes_is_a_duplicate_and_held(desk: Counter) -> None:
    desk.arrive(SEPTEMBER, camt053(SEPTEMBER))
    desk.read()
    again = desk.arrive(SEPTEMBER, other_bytes(camt053(SEPTEMBER)))
    desk.read()

    assert desk.states() == [StatementState.PASSED, StatementState.HELD]
    assert desk.codes() == ["duplicate"]
    assert len(desk.export()) == 2  # each has a name of its own

    desk.tools.statements.set_statement_aside(again, PETRA)
    desk.read()

    assert desk.states() == [StatementState.PASSED, StatementState.SET_ASIDE]
    assert desk.codes() == []


def test_a_duplicate_passes_when_the_first_one_is_set_aside(desk: Counter) -> None:
    first = desk.arrive(SEPTEMBER, camt053(SEPTEMBER))
    desk.read()
    desk.arrive(SEPTEMBER, other_bytes(camt053(SEPTEMBER)))
    desk.read()

    desk.tools.statements.set_statement_aside(first, PETRA)
    desk.read()

    assert desk.states() == [StatementState.SET_ASIDE, StatementState.PASSED]
    assert desk.codes() == []


def test_formats_that_disagree_hold_the_later_one(desk: Counter) -> None:
    """The same ends and another way between them: only the other format tells."""
    one, two, *rest = SEPTEMBER.lines
    cent = Decimal("0.01")
    moved = (
        replace(one, amount=one.amount - cent, balance=one.balance - cent),
        replace(two, amount=two.amount + cent),
        *rest,
    )
    otherwise = replace(SEPTEMBER, lines=moved)
    desk.arrive(SEPTEMBER, camt053(SEPTEMBER))
    desk.read()
    desk.arrive(SEPTEMBER, mt940(otherwise), "mt940")
    desk.read()

    assert desk.states() == [StatementState.PASSED, StatementState.HELD]
    assert desk.codes() == ["formats_disagree"]


def test_a_month_whose_opening_is_not_the_closing_before_is_held(desk: Counter) -> None:
    moved = replace(
        OCTOBER,
        opening=OCTOBER.opening + 1,
        lines=tuple(replace(each, balance=each.balance + 1) for each in OCTOBER.lines),
    )
    desk.arrive(SEPTEMBER, camt053(SEPTEMBER))
    desk.arrive(moved, camt053(moved))

    desk.read()

    assert desk.states() == [StatementState.PASSED, StatementState.HELD]
    assert desk.codes() == ["opening_differs"]


def test_a_kept_file_that_is_gone_waits_for_a_person(desk: Counter) -> None:
    arrival_id = desk.arrive(SEPTEMBER, camt053(SEPTEMBER))
    digest = desk.tools.statements.arrival(arrival_id).document_sha256
    desk.tools.files.path(digest).unlink()

    desk.read()

    assert desk.codes() == ["our_copy_is_lost"]


def test_an_account_that_is_not_configured_any_more_is_still_read(desk: Counter) -> None:
    (strange, *_) = statements_of("1000000008", 1, date(2025, 3, 1))
    desk.arrive(strange, camt053(strange))

    desk.read()

    assert desk.states() == [StatementState.PASSED]
    assert desk.export() == []  # there is no folder for it


def test_without_an_opening_balance_the_statement_before_opens_it(desk: Counter) -> None:
    """OFX prints a closing balance only: the first is not proved, the next is with its help."""
    months = [
        Made(
            account=ACCOUNT,
            currency="CZK",
            number=each.number,
            first=each.first,
            last=each.last,
            opening=each.opening,
            bookings=tuple(
                Booking(
                    booked=line.booked,
                    value=line.value,
                    amount=line.amount,
                    text=line.text,
                    reference=line.reference,
                )
                for line in each.lines
            ),
        )
        for each in (SEPTEMBER, OCTOBER)
    ]
    desk.arrive(SEPTEMBER, camt053(SEPTEMBER), "ofx")
    for month, made in zip((SEPTEMBER, OCTOBER), months, strict=True):
        desk.arrive(month, ofx2(made), "ofx")

    desk.read()

    codes = [each.code for each in desk.tools.statements.exceptions()]
    assert sorted(codes) == ["grade_too_low", "opening_balance_missing"]
    rows = desk.tools.statements.statements()
    assert [(each.first_day, each.grade) for each in rows] == [
        (SEPTEMBER.first, "A"),
        (OCTOBER.first, "C"),
    ]


def test_no_plain_copy_stays_behind(desk: Counter) -> None:
    desk.arrive(SEPTEMBER, camt053(SEPTEMBER))
    desk.arrive(AUGUST, b"no statement")
    desk.read()

    assert [*(desk.tools.suite.data / "fetching").iterdir()] == []

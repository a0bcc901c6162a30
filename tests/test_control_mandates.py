"""A direct debit is allowed, or it is said what is wrong with it; nothing in between."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from counterfoil.cli.controls import register_tools
from counterfoil.cli.site import audit_folder, open_site
from counterfoil.config import Suite
from counterfoil.domain.mandates import (
    DebitClass,
    DirectDebit,
    Mandate,
    MandateClass,
    MandateRules,
)
from counterfoil.errors import Quarantined, SetupError, Unavailable
from counterfoil.rules.mandates import control_mandates, months_later
from counterfoil.site.proof import verify_suite
from counterfoil.store.ledger import new_boot
from fixtures.corebank.mandates import mandates
from fixtures.functions.mandates import debits, write_debits, write_register
from tests.bank_support import ROOT, RunningBank, Terminal
from tests.kill_support import a_suite
from workflows.mandates import control_files
from workflows.registers import fetch_register

SHEETS, RULES = ROOT / "selectors/sheets", ROOT / "selectors/controls/mandates.toml"
DAY = date(2026, 5, 4)
MANDATE = Mandate(
    mandate_ref="M1",
    creditor_id="CZ11ZZZ10001",
    debtor_account="1000000101",
    limit=Decimal("500.00"),
    currency="CZK",
    frequency="MONTHLY",
    signed_on=date(2025, 1, 15),
    valid_from=date(2025, 2, 1),
    status="ACTIVE",
)
DEBIT = DirectDebit(
    debit_id="D1",
    direction="IN",
    day=DAY,
    creditor_id="CZ11ZZZ10001",
    mandate_ref="M1",
    debtor_account="1000000101",
    amount=Decimal("500.00"),
    currency="CZK",
)


def kinds(*given: DirectDebit, mandate: Mandate = MANDATE) -> list[DebitClass]:
    found = control_mandates(given, [mandate], MandateRules())
    return [each.kind for each in found.debits]


@pytest.mark.parametrize(
    ("on_debit", "on_mandate", "kind"),
    [
        ({}, {}, DebitClass.ALLOWED),
        ({"mandate_ref": "M2"}, {}, DebitClass.NO_MANDATE),
        ({"creditor_id": "CZ12ZZZ10017"}, {}, DebitClass.OTHER_CREDITOR),
        ({"debtor_account": "1000000102"}, {}, DebitClass.OTHER_ACCOUNT),
        ({"currency": "EUR"}, {}, DebitClass.OTHER_CURRENCY),
        ({}, {"revoked_on": DAY, "status": "REVOKED"}, DebitClass.REVOKED),
        ({}, {"revoked_on": DAY + timedelta(1), "status": "REVOKED"}, DebitClass.ALLOWED),
        ({}, {"status": "REVOKED"}, DebitClass.NOT_USABLE),
        ({}, {"status": "SUSPENDED"}, DebitClass.NOT_USABLE),
        ({}, {"status": "A NEW WORD"}, DebitClass.NOT_USABLE),
        ({"day": date(2025, 1, 31)}, {}, DebitClass.TOO_EARLY),
        ({"day": date(2025, 2, 1)}, {}, DebitClass.ALLOWED),
        ({}, {"valid_to": DAY - timedelta(1), "status": "EXPIRED"}, DebitClass.TOO_LATE),
        ({}, {"valid_to": DAY, "status": "EXPIRED"}, DebitClass.ALLOWED),
        ({}, {"last_used": date(2023, 5, 3)}, DebitClass.LAPSED),
        ({}, {"last_used": date(2023, 5, 4)}, DebitClass.ALLOWED),
        ({"amount": Decimal("500.01")}, {}, DebitClass.ABOVE_LIMIT),
        ({"amount": Decimal("9999.99")}, {"limit": None}, DebitClass.ALLOWED),
        ({}, {"last_used": date(2026, 5, 1)}, DebitClass.TOO_OFTEN),
        ({}, {"last_used": date(2026, 4, 30)}, DebitClass.ALLOWED),
        ({}, {"frequency": "YEARLY", "last_used": date(2026, 1, 1)}, DebitClass.TOO_OFTEN),
        ({}, {"frequency": "ONEOFF", "last_used": date(2025, 3, 1)}, DebitClass.TOO_OFTEN),
        ({}, {"frequency": "ADHOC", "last_used": date(2026, 5, 3)}, DebitClass.ALLOWED),
    ],
)
def test_each_thing_that_can_be_wrong_has_its_class(
    on_debit: dict[str, Any], on_mandate: dict[str, Any], kind: DebitClass
) -> None:
    assert kinds(replace(DEBIT, **on_debit), mandate=replace(MANDATE, **on_mandate)) == [kind]


def test_the_same_amount_within_days_is_a_duplicate_and_a_later_one_is_too_often() -> None:
    second = replace(DEBIT, debit_id="D2", day=DAY + timedelta(3))
    third = replace(DEBIT, debit_id="D3", day=DAY + timedelta(7))
    assert kinds(DEBIT, second, third) == [
        DebitClass.ALLOWED,
        DebitClass.DUPLICATE,
        DebitClass.TOO_OFTEN,
    ]


def test_the_same_end_to_end_id_is_a_duplicate_whenever_it_comes() -> None:
    first = replace(DEBIT, end_to_end_id="E1")
    again = replace(first, debit_id="D2", day=date(2026, 7, 1), amount=Decimal("10.00"))
    assert kinds(first, again) == [DebitClass.ALLOWED, DebitClass.DUPLICATE]


def test_the_order_of_the_file_decides_nothing() -> None:
    later = replace(DEBIT, debit_id="D0", day=DAY + timedelta(1))
    assert kinds(later, DEBIT) == [DebitClass.DUPLICATE, DebitClass.ALLOWED]


def test_all_that_is_wrong_is_said() -> None:
    bad = replace(DEBIT, creditor_id="X", currency="EUR", amount=Decimal("600"))
    (judged,) = control_mandates([bad], [MANDATE], MandateRules()).debits
    assert judged.kind is DebitClass.OTHER_CREDITOR
    assert len(judged.findings) == 3


def test_months_end_where_the_month_does() -> None:
    assert months_later(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_later(date(2023, 12, 31), 36) == date(2026, 12, 31)
    assert months_later(date(2024, 2, 29), 36) == date(2027, 2, 28)


@pytest.mark.parametrize("seed", range(1, 6))
def test_an_invented_register_is_judged_as_it_was_made(seed: int, tmp_path: Path) -> None:
    given = write_debits(tmp_path / "debits.xlsx", seed)
    register = write_register(tmp_path / "mandates.xlsx", seed)
    found = control_files(given, register, RULES, maps=SHEETS, into=tmp_path)

    truth = {each.number: each.truth for each in debits(seed)}
    assert {each.debit.debit_id: str(each.kind) for each in found.debits} == truth
    assert len(set(truth.values())) == 12
    assert len(found.mandates) == len(mandates(seed))
    misused = {each.debit.mandate_ref for each in found.debits if each.findings}
    assert {
        each.mandate.mandate_ref for each in found.mandates if each.kind is MandateClass.MISUSED
    } == misused - {"M99999"}


def test_the_report_has_every_row_and_ties(tmp_path: Path) -> None:
    given, register = write_debits(tmp_path / "d.xlsx"), write_register(tmp_path / "m.xlsx")
    control_files(given, register, RULES, maps=SHEETS, into=tmp_path)

    book = load_workbook(tmp_path / "mandates.xlsx")
    assert book["Debits"].max_row == 1 + len(debits(1))
    assert book["Mandates"].max_row == 1 + len(mandates(1))
    means = {row[0] for row in book["How to read it"].iter_rows(values_only=True)}
    assert {str(each) for each in DebitClass} <= means
    proofs = [row for row in book["Summary"].iter_rows(values_only=True) if row[-1] == "proved"]
    assert {row[0] for row in proofs} == {"IN", "OUT"}
    assert sum(int(str(row[2])) for row in proofs) == len(debits(1))


def test_a_row_that_cannot_be_read_stops_the_control_and_is_named(tmp_path: Path) -> None:
    given, register = write_debits(tmp_path / "d.xlsx"), write_register(tmp_path / "m.xlsx")
    book = load_workbook(given)
    assert book.active is not None
    book.active["B7"], book.active["H8"] = "SIDEWAYS", "CZX"
    book.save(given)
    with pytest.raises(Quarantined, match=r"B7: Direction: 'SIDEWAYS'.*row 8: Currency: 'CZX'"):
        control_files(given, register, RULES, maps=SHEETS, into=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_rule_that_we_do_not_know_stops_the_start(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("lapse_month = 36\n", "utf-8")
    given, register = write_debits(tmp_path / "d.xlsx"), write_register(tmp_path / "m.xlsx")
    with pytest.raises(SetupError, match="did you mean 'lapse_months'"):
        control_files(given, register, rules, maps=SHEETS, into=tmp_path)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    with RunningBank(tmp_path_factory.mktemp("bank")) as running:
        yield running


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory, bank: RunningBank) -> Suite:
    return a_suite(tmp_path_factory.mktemp("site") / "suite", bank, sessions=1)


def read_register(suite: Suite, target: Path) -> Path:
    """The bot reads DDM510 to its end."""
    with open_site("registers", suite, boot=new_boot()) as site:
        asyncio.run(fetch_register(register_tools(site), "corebank", "mandates", target))
    return target


@pytest.mark.browser
def test_the_register_is_read_from_the_banks_screen_with_every_status(
    suite: Suite, bank: RunningBank, tmp_path: Path
) -> None:
    """DDM510 by real browser; what a second operator just released is in it; no debit differs."""
    enter_and_release(bank, "M-NEW-1")
    register = read_register(suite, tmp_path / "mandates.xlsx")
    given = write_debits(tmp_path / "debits.xlsx")
    found = control_files(given, register, RULES, maps=SHEETS, into=tmp_path)

    assert len(found.mandates) == len(mandates(1)) + 1
    assert "M-NEW-1" in {each.mandate.mandate_ref for each in found.mandates}
    said = Counter(each.mandate.status for each in found.mandates)
    assert said.keys() == {"ACTIVE", "SUSPENDED", "REVOKED", "EXPIRED"}
    truth = {each.number: each.truth for each in debits(1)}
    assert {each.debit.debit_id: str(each.kind) for each in found.debits} == truth

    record = readings(suite)[-1]
    assert record["obj"] == {"list": "mandates", "system": "corebank"}
    assert record["data"]["rows"] == len(found.mandates)
    assert sorted(each["k"] for each in record["ev"]) == ["dom", "readback"]
    assert verify_suite(suite).ok


@pytest.mark.browser
def test_a_page_of_the_list_that_comes_twice_is_no_list(
    suite: Suite, bank: RunningBank, tmp_path: Path
) -> None:
    """Page 1 again instead of page 2: a mandate would be missing, so nothing is written."""
    before = len(readings(suite))
    bank.fault("page_served_twice", at="list", times=3)
    try:
        with pytest.raises(Unavailable):
            read_register(suite, tmp_path / "mandates.xlsx")
    finally:
        bank.clear_faults()
    assert not (tmp_path / "mandates.xlsx").exists()
    assert len(readings(suite)) == before


def readings(suite: Suite) -> list[dict[str, Any]]:
    """What the record says of lists that were read."""
    lines = [
        json.loads(line)
        for path in sorted(audit_folder(suite).rglob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return [each for each in lines if each["kind"] == "register_read"]


def enter_and_release(bank: RunningBank, reference: str) -> None:
    """By hand, by two operators who are not the bot's."""
    maker, checker = Terminal(bank.url), Terminal(bank.url)
    maker.sign_on(bank.operators[3])
    page = maker.post(
        "/ddm500/submit",
        {
            "F0501": reference,
            "F0502": "1000000001",
            "F0503": "CZ12ZZZ10017",
            "F0504": "01.05.2026",
            "F0505": "10.000,00",
        },
    )
    number = re.search(r"FOR RELEASE NO (\d+)", page.text)
    assert number
    checker.sign_on(bank.operators[4])
    assert "ACCEPTED" in checker.post("/que900/decide", {"NO": number[1], "PF8": "Release"}).text
    maker.close()
    checker.close()

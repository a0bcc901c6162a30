"""Cash positions add up day by day; a nostro is proved from our closing balance to theirs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.domain.cash import AccountBalance, Movement, MovementClass
from counterfoil.domain.nostro import Nostro, NostroClass, NostroEntry, NostroProof, Side
from counterfoil.errors import Quarantined
from counterfoil.rules.cash_position import cash_position
from counterfoil.rules.nostro import reconcile_nostro
from fixtures.functions import treasury
from fixtures.statements.formats.writers import Made, camt053
from tests.bank_support import ROOT
from workflows.cash_position import position_files
from workflows.nostro import NostroFiles, reconcile_files

SELECTORS = ROOT / "selectors"
RULES = SELECTORS / "controls/nostro.toml"
POLICY = load_policy(RULES)
DAY = date(2026, 5, 4)
HORIZON = date(2026, 5, 6)
AS_OF = date(2026, 5, 18)
BALANCE = AccountBalance(account="A", currency="EUR", day=DAY, balance=Decimal("100.00"))
MOVE = Movement(
    movement_id="M1", account="A", currency="EUR", value_date=date(2026, 5, 5), amount=Decimal(-130)
)


def test_each_day_begins_where_the_day_before_ended() -> None:
    later = replace(MOVE, movement_id="M2", value_date=HORIZON, amount=Decimal("50.00"))
    (position,) = cash_position([BALANCE], [MOVE, later], horizon=HORIZON).accounts

    assert [(each.opening, each.closing, each.short) for each in position.days] == [
        (Decimal("100.00"), Decimal("-30.00"), Decimal("30.00")),
        (Decimal("-30.00"), Decimal("20.00"), Decimal(0)),
    ]
    assert position.lowest() == position.days[0]


def test_a_credit_line_is_a_negative_floor() -> None:
    credit = replace(BALANCE, floor=Decimal("-30.00"))
    (position,) = cash_position([credit], [MOVE], horizon=HORIZON).accounts
    assert not any(each.short for each in position.days)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, MovementClass.IN_POSITION),
        ({"value_date": HORIZON}, MovementClass.IN_POSITION),
        ({"value_date": HORIZON + timedelta(1)}, MovementClass.BEYOND),
        ({"value_date": DAY}, MovementClass.OVERDUE),
        ({"currency": "USD"}, MovementClass.OTHER_CURRENCY),
        ({"account": "B"}, MovementClass.NO_ACCOUNT),
    ],
)
def test_each_movement_has_one_class_and_only_one_of_them_counts(
    change: dict[str, Any], kind: MovementClass
) -> None:
    found = cash_position([BALANCE], [replace(MOVE, **change)], horizon=HORIZON)
    (judged,) = found.movements
    assert judged.kind is kind
    counts = Decimal(-30) if kind is MovementClass.IN_POSITION else Decimal(100)
    assert found.accounts[0].closing == counts
    assert found.unplaced() is (kind not in (MovementClass.IN_POSITION, MovementClass.BEYOND))


def test_an_account_or_a_movement_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'A' stands twice in EUR"):
        cash_position([BALANCE, BALANCE], [], horizon=HORIZON)
    with pytest.raises(ValueError, match="'M1' stands twice"):
        cash_position([BALANCE], [MOVE, MOVE], horizon=HORIZON)


@pytest.mark.parametrize("seed", range(1, 4))
def test_an_invented_treasury_is_projected_as_it_was_made(seed: int, tmp_path: Path) -> None:
    balances = treasury.write_balances(tmp_path / "balances.xlsx")
    movements = treasury.write_movements(tmp_path / "movements.xlsx", seed)
    found = position_files(
        balances, movements, maps=SELECTORS / "sheets", horizon=treasury.HORIZON, into=tmp_path
    )

    truth = {each[0]: each[-1] for each in treasury.movements(seed)}
    assert {each.movement.movement_id: str(each.kind) for each in found.movements} == truth
    sums: Counter[tuple[str, str]] = Counter()
    for _, account, currency, _, amount, _, kind in treasury.movements(seed):
        if kind == "in the position":
            sums[account, currency] += int(amount * 100)
    for each in found.accounts:
        key = each.balance.account, each.balance.currency
        assert each.closing == each.balance.balance + Decimal(sums[key]) / 100
    book = load_workbook(tmp_path / "cash_position.xlsx")
    assert book["Movements"].max_row == 1 + len(truth)
    assert book["Days"].max_row == 1 + sum(len(each.days) for each in found.accounts)


def side(opening: str, *amounts: str, ours: bool = True) -> Side:
    """Entries of one side, numbered; the number is their reference, too."""
    letter = "V" if ours else "S"
    entries = tuple(
        NostroEntry(
            entry_id=f"{letter}{at}",
            day=DAY,
            amount=Decimal(amount),
            reference=f"TR{9100 + 7 * at}" if ours else "",
            text="" if ours else f"ALDER TR{9100 + 7 * at}",
            counterparty="Alder" if ours else "",
        )
        for at, amount in enumerate(amounts, 1)
    )
    closing = Decimal(opening) + sum((each.amount for each in entries), Decimal(0))
    return Side(
        account="N", currency="EUR", opening=Decimal(opening), closing=closing, entries=entries
    )


def kinds(found: Nostro) -> dict[str, NostroClass]:
    return {each.entry.entry_id: each.kind for each in found.entries}


def test_what_one_side_lacks_is_one_of_four() -> None:
    ours = side("0", "10.00", "-20.00", "70.00")
    theirs = side("0", "33.00", "-44.00", "70.00", ours=False)
    found = reconcile_nostro(ours, theirs, POLICY, as_of=AS_OF)

    assert kinds(found) == {
        "V1": NostroClass.OUR_DEBIT,
        "V2": NostroClass.OUR_CREDIT,
        "V3": NostroClass.AGREED,
        "S1": NostroClass.THEIR_CREDIT,
        "S2": NostroClass.THEIR_DEBIT,
        "S3": NostroClass.AGREED,
    }
    assert (found.proof.our_open, found.proof.their_open) == (Decimal(-10), Decimal(-11))
    assert {each.days_old for each in found.open_items()} == {14}


def test_what_was_open_before_the_period_is_named_and_not_hidden() -> None:
    found = reconcile_nostro(
        side("5.00", "70.00"), side("8.00", "70.00", ours=False), POLICY, as_of=AS_OF
    )
    assert found.proof.opening_difference == Decimal("3.00")


def test_a_way_that_does_not_lead_to_their_closing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match=r"9.00 is not their closing 9.01"):
        NostroProof(
            our_closing=Decimal("10.00"),
            opening_difference=Decimal(0),
            our_open=Decimal("1.00"),
            their_open=Decimal(0),
            differences=Decimal(0),
            their_closing=Decimal("9.01"),
        )


def test_two_currencies_are_never_reconciled() -> None:
    with pytest.raises(ValueError, match="our side is in EUR, theirs in USD"):
        reconcile_nostro(side("0"), replace(side("0"), currency="USD"), POLICY, as_of=AS_OF)


@pytest.fixture
def files(tmp_path: Path) -> NostroFiles:
    return NostroFiles(
        ledger=treasury.write_mirror(tmp_path / "mirror.xlsx"),
        balances=treasury.write_balances(tmp_path / "balances.xlsx"),
        statement=treasury.write_statement(tmp_path / "statement.sta"),
    )


def reconciled(files: NostroFiles, into: Path) -> Nostro:
    return reconcile_files(files, RULES, selectors=SELECTORS, as_of=AS_OF, into=into)


@pytest.mark.parametrize("seed", range(1, 4))
def test_an_invented_nostro_is_reconciled_as_it_was_made(
    seed: int, files: NostroFiles, tmp_path: Path
) -> None:
    treasury.write_mirror(files.ledger, seed)
    treasury.write_statement(files.statement, seed)
    found = reconciled(files, tmp_path)

    told = treasury.entries(seed)
    truth = {each.number: each.truth for each in told if not each.truth.startswith("their")}
    assert {k: str(v) for k, v in kinds(found).items() if k.startswith("V")} == truth
    theirs = Counter(str(each.kind) for each in found.entries if not each.ours)
    assert theirs == Counter(each.truth for each in told if not each.truth.startswith("our"))
    made = treasury.their_statement(seed)
    assert found.proof.their_closing == made.closing
    book = load_workbook(tmp_path / "nostro.xlsx")
    assert book["Entries"].max_row == 1 + len(found.entries)
    assert book["Open items"].max_row == 1 + 6
    steps = {row[0]: row[1] for row in book["Summary"].iter_rows(values_only=True)}
    assert Decimal(str(steps["Their closing balance"])) == made.closing


def test_another_format_of_their_statement_says_the_same(
    files: NostroFiles, tmp_path: Path
) -> None:
    camt = tmp_path / "statement.xml"
    camt.write_bytes(camt053(treasury.their_statement(), "08"))
    one = reconciled(files, tmp_path / "one")
    other = reconciled(replace(files, statement=camt), tmp_path / "other")
    assert one.proof == other.proof
    assert kinds(one) == kinds(other)


def test_a_statement_that_does_not_prove_is_not_compared(
    files: NostroFiles, tmp_path: Path
) -> None:
    text = files.statement.read_bytes()
    made: Made = treasury.their_statement()
    closing = f"{abs(made.closing):.2f}".replace(".", ",").encode()
    wrong = f"{abs(made.closing) + 1:.2f}".replace(".", ",").encode()
    assert text.count(closing) == 1
    files.statement.write_bytes(text.replace(closing, wrong))
    with pytest.raises(Quarantined):
        reconciled(files, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_mirror_of_two_accounts_is_refused(files: NostroFiles, tmp_path: Path) -> None:
    book = load_workbook(files.ledger)
    assert book.active is not None
    book.active["B7"] = "NOSTRO-EUR-2"
    book.save(files.ledger)
    with pytest.raises(Quarantined, match="found NOSTRO-EUR-1 EUR, NOSTRO-EUR-2 EUR"):
        reconciled(files, tmp_path / "out")


def test_a_mirror_without_a_balance_is_refused(files: NostroFiles, tmp_path: Path) -> None:
    book = load_workbook(files.balances)
    assert book.active is not None
    book.active["A10"] = "SOMETHING-ELSE"
    book.save(files.balances)
    with pytest.raises(Quarantined, match="NOSTRO-EUR-1 in EUR stands there 0 times"):
        reconciled(files, tmp_path / "out")

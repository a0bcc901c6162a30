"""A trade is confirmed when every economic field agrees; else both values are on the table."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from counterfoil.domain.trades import Confirmations, Trade, TradeClass, TradeRules
from counterfoil.errors import Quarantined, SetupError
from counterfoil.rules.confirmations import confirm_trades
from counterfoil.toml_records import load_record
from fixtures.functions.trades import truth, write_notes, write_trades
from tests.bank_support import ROOT
from workflows.confirmations import confirm_files

SHEETS, RULES = ROOT / "selectors/sheets", ROOT / "selectors/controls/confirmations.toml"
GOES_BY = TradeRules(
    price=Decimal("0.0001"),
    amount={"EUR": Decimal("0.05"), "*": Decimal("0.01")},
    names={"ALDER BROKERS PLC": "Alder Brokers"},
)
TRADE = Trade(
    number="TR1",
    trade_id="TR1",
    isin="XX0000000017",
    side="BUY",
    quantity=Decimal(100),
    price=Decimal("12.5000"),
    currency="EUR",
    amount=Decimal("1250.00"),
    trade_date=date(2026, 5, 12),
    settlement_date=date(2026, 5, 14),
    counterparty="Alder Brokers",
)
NOTE = replace(TRADE, number="N1")


def judged(*notes: Trade, trades: tuple[Trade, ...] = (TRADE,), rules: TradeRules = GOES_BY) -> Any:
    return confirm_trades(trades, notes, rules)


def kinds(found: Confirmations) -> tuple[list[TradeClass], list[TradeClass]]:
    return [each.kind for each in found.trades], [each.kind for each in found.notes]


@pytest.mark.parametrize(
    ("change", "kind", "fields"),
    [
        ({}, TradeClass.AGREED, []),
        ({"counterparty": "Alder Brokers, PLC."}, TradeClass.AGREED, []),
        ({"trade_id": "tr-1"}, TradeClass.AGREED, []),
        ({"price": Decimal("12.5001")}, TradeClass.TOLERATED, ["price"]),
        ({"price": Decimal("12.5002")}, TradeClass.MISMATCH, ["price"]),
        ({"amount": Decimal("1250.05")}, TradeClass.TOLERATED, ["amount"]),
        ({"amount": Decimal("1250.06")}, TradeClass.MISMATCH, ["amount"]),
        ({"side": "SELL"}, TradeClass.MISMATCH, ["side"]),
        ({"isin": "XX0000000025"}, TradeClass.MISMATCH, ["isin"]),
        ({"quantity": Decimal(101)}, TradeClass.MISMATCH, ["quantity"]),
        ({"currency": "USD"}, TradeClass.MISMATCH, ["currency"]),
        ({"trade_date": date(2026, 5, 11)}, TradeClass.MISMATCH, ["trade date"]),
        ({"settlement_date": date(2026, 5, 15)}, TradeClass.MISMATCH, ["settlement date"]),
        ({"counterparty": "Birch"}, TradeClass.MISMATCH, ["counterparty"]),
        (
            {"quantity": Decimal(90), "amount": Decimal("1125.00")},
            TradeClass.MISMATCH,
            ["quantity", "amount"],
        ),
    ],
)
def test_a_note_that_names_its_trade_is_compared_field_by_field(
    change: dict[str, Any], kind: TradeClass, fields: list[str]
) -> None:
    found = judged(replace(NOTE, **change))
    assert kinds(found) == ([kind], [kind])
    assert [each.name for each in found.trades[0].differences] == fields


def test_both_values_are_named() -> None:
    (trade,) = judged(replace(NOTE, settlement_date=date(2026, 5, 15))).trades
    (difference,) = trade.differences
    assert (difference.ours, difference.theirs) == ("2026-05-14", "2026-05-15")


def test_money_in_another_currency_is_never_within_tolerance() -> None:
    (trade,) = judged(replace(NOTE, currency="USD", amount=Decimal("1250.01"))).trades
    assert {each.name: each.tolerated for each in trade.differences} == {
        "currency": False,
        "amount": False,
    }


def test_without_an_id_all_fields_must_agree_and_nothing_else_may_fit() -> None:
    nameless = replace(NOTE, trade_id="")
    agreed = TradeClass.AGREED_WITHOUT_ID
    assert kinds(judged(nameless)) == ([agreed], [agreed])

    twin = replace(TRADE, number="TR2", trade_id="TR2")
    both = judged(nameless, trades=(TRADE, twin))
    assert kinds(both) == ([TradeClass.TO_DECIDE] * 2, [TradeClass.TO_DECIDE])
    assert both.notes[0].others == ("TR1", "TR2")


def test_without_an_id_one_differing_field_is_a_proposal_and_no_match() -> None:
    found = judged(replace(NOTE, trade_id="", quantity=Decimal(101)))
    assert kinds(found) == ([TradeClass.NOT_CONFIRMED], [TradeClass.UNKNOWN])
    (trade,) = found.trades
    assert (trade.likely, trade.others) == (True, ("N1",))
    assert [each.name for each in trade.differences] == ["quantity"]


def test_a_note_that_names_a_trade_we_do_not_have_never_agrees_with_another() -> None:
    """All its fields are those of TR1, and it says that it confirms TR9."""
    found = judged(replace(NOTE, trade_id="TR9"))
    assert kinds(found) == ([TradeClass.NOT_CONFIRMED], [TradeClass.UNKNOWN])
    assert found.trades[0].likely


def test_the_same_note_twice_is_a_duplicate_and_two_different_ones_a_decision() -> None:
    again = replace(NOTE, number="N2")
    assert kinds(judged(NOTE, again)) == (
        [TradeClass.AGREED],
        [TradeClass.AGREED, TradeClass.DUPLICATE],
    )
    other = replace(again, quantity=Decimal(99))
    assert kinds(judged(NOTE, other)) == ([TradeClass.TO_DECIDE], [TradeClass.TO_DECIDE] * 2)


def test_notes_may_say_what_the_other_side_did() -> None:
    rules = replace(GOES_BY, notes_say="their_side")
    sold = replace(NOTE, side="SELL")
    found = judged(sold, rules=rules)
    assert kinds(found)[0] == [TradeClass.AGREED]
    assert found.notes[0].trade == sold, "the report shows the note as it was sent"
    assert kinds(judged(NOTE, rules=rules))[0] == [TradeClass.MISMATCH]


def test_days_may_be_tolerated() -> None:
    late = replace(NOTE, settlement_date=TRADE.settlement_date + timedelta(1))
    assert kinds(judged(late, rules=replace(GOES_BY, settlement_days=1)))[0] == [
        TradeClass.TOLERATED
    ]


def test_a_number_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="note 'N1' stands twice"):
        judged(NOTE, NOTE)


@pytest.mark.parametrize("seed", range(1, 6))
def test_an_invented_day_is_judged_as_it_was_made(seed: int, tmp_path: Path) -> None:
    trades = write_trades(tmp_path / "trades.xlsx", seed)
    notes = write_notes(tmp_path / "notes.xlsx", seed)
    found = confirm_files(trades, notes, RULES, maps=SHEETS, into=tmp_path)

    ours, theirs = truth(seed)
    assert {each.trade.number: str(each.kind) for each in found.trades} == ours
    assert {each.trade.number: str(each.kind) for each in found.notes} == theirs
    assert set(theirs.values()) | set(ours.values()) == {str(each) for each in TradeClass}
    mine = [each.trade for each in found.trades]
    other = [each.trade for each in found.notes]
    dice = random.Random(seed)
    again = confirm_trades(
        dice.sample(mine, len(mine)),
        dice.sample(other, len(other)),
        load_record(TradeRules, RULES, error=SetupError),
    )
    assert {e.trade.number: e.kind for e in again.trades} == {
        e.trade.number: e.kind for e in found.trades
    }


def test_the_report_names_each_field_and_ties(tmp_path: Path) -> None:
    trades, notes = write_trades(tmp_path / "t.xlsx"), write_notes(tmp_path / "n.xlsx")
    found = confirm_files(trades, notes, RULES, maps=SHEETS, into=tmp_path)

    book = load_workbook(tmp_path / "confirmations.xlsx")
    assert book.sheetnames[2:] == ["Mismatches", "Trades", "Notes"]
    assert book["Trades"].max_row == 1 + len(found.trades)
    assert book["Notes"].max_row == 1 + len(found.notes)
    rows = list(book["Mismatches"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == sum(len(each.differences) for each in found.trades)
    assert {row[5] for row in rows if row[4] == "by id" and row[8] == "no"} == {
        *("isin", "side", "quantity", "currency", "settlement date", "counterparty"),
    }
    assert all(row[6] != row[7] for row in rows)
    means = {row[0] for row in book["How to read it"].iter_rows(values_only=True)}
    assert {str(each) for each in TradeClass} <= means


def test_a_trade_of_nothing_is_refused_by_its_row(tmp_path: Path) -> None:
    trades, notes = write_trades(tmp_path / "t.xlsx"), write_notes(tmp_path / "n.xlsx")
    book = load_workbook(trades)
    assert book.active is not None
    book.active["D7"] = 0
    book.save(trades)
    with pytest.raises(Quarantined, match=r"t.xlsx: row 7: quantity and price are positive"):
        confirm_files(trades, notes, RULES, maps=SHEETS, into=tmp_path / "out")

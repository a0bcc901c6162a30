"""What the bank took becomes a voucher, the voucher a posting, and the posting a proof.

Real files, the real parser box, the real ledger of batches; once with a real browser.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from counterfoil.domain.batches import Batch
from counterfoil.domain.items import ItemState, WorkItem
from counterfoil.domain.vouchers import JournalVoucher
from counterfoil.rules.approval import ApprovalPolicy, why_approval
from counterfoil.rules.reconciliation.own_postings import POSTED, voucher_number
from fixtures.reconciliation_pairs import BANK, LEDGER
from tests.engine_support import sqlite_house
from tests.intake_support import TODAY, document, nobody, order
from tests.screens_support import Rig, key, tomorrow
from workflows.intake import Taken, take_in
from workflows.reconciliation import reconcile_files

RULES = """
[fees.wire]
kind = "flat"
cents = 1500

[vouchers]
bank     = "1060"
fees     = "6810"
charges  = "6820"
interest = "4900"
rates    = "6960"

[[narratives]]
narrative = "^LOCKBOX [A-Z]+ RENT"
account   = "6200"
name      = "Lockbox rent"
"""


class Desk:
    """A pair of files that grows from day to day, reconciled into a folder."""

    def __init__(self, folder: Path, day: date) -> None:
        self.folder = folder
        self.day = day
        self.bank: list[list[str]] = []
        self.ledger: list[list[str]] = []
        (folder / "rules.toml").write_text(RULES, "utf-8")
        for number in range(40):  # daily business, so that usual things are usual
            self.pay(number, -(100 + number * 7), fee=15 if number % 8 == 0 else 0)

    def pay(self, number: int, amount: int, *, fee: int = 0) -> None:
        """A payment that both sides have; *fee*: the bank took so much more."""
        name, invoice = f"Vendor {number} Inc", f"INV-{30_000 + number * 3:07d}"
        self.book(f"L{number:04d}", Decimal(amount), name, invoice)
        self.statement(f"B{number:04d}", Decimal(amount - fee), f"EFT {invoice} {name}", name)

    def statement(self, own: str, amount: Decimal, text: str, name: str = "") -> None:
        day = self.day.isoformat()
        self.bank.append([own, "ACC01", day, day, f"{amount:.2f}", "CZK", name, "", text])

    def book(self, own: str, amount: Decimal, name: str, reference: str, text: str = "") -> None:
        row = [own, "ACC01", self.day.isoformat(), f"{amount:.2f}", "CZK", "", ""]
        self.ledger.append([*row, name, reference, "", "", text])

    def reconcile(self) -> Path:
        """The folder of one run."""
        for name, heads, rows in (("bank", BANK, self.bank), ("ledger", LEDGER, self.ledger)):
            with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([heads, *rows])
        paths = [self.folder / each for each in ("bank.csv", "ledger.csv", "rules.toml")]
        reconcile_files(paths[0], paths[1], paths[2], self.folder / "out")
        return self.folder / "out"

    def posted(self, voucher: JournalVoucher, reference: str, account: str = "1060") -> None:
        """What the general ledger shows of a keyed voucher on the bank's account."""
        for line in voucher.entries:
            if line.account == account:
                amount = line.debit - line.credit
                self.book(f"G{reference}", amount, "", reference, f"{voucher.voucher_no} keyed")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Forty payments, five of them less a charge; a charge, interest, and rent of a lockbox."""
    desk = Desk(tmp_path, TODAY)
    desk.statement("B0900", Decimal("-12.50"), "SERVICE CHARGE")
    desk.statement("B0901", Decimal("3.75"), "INTEREST PAID")
    desk.statement("B0902", Decimal(-40), "LOCKBOX NORTH RENT 000117", "City Vaults")
    return desk


def vouchers_in(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((out / "vouchers.json").read_text("utf-8"))
    return found


def test_each_cause_has_its_account_and_every_voucher_balances(desk: Desk) -> None:
    made = vouchers_in(desk.reconcile())
    told = {
        each["lines"][0]["narrative"]: (
            each["description"],
            [(line["account"], line["debit"], line["credit"]) for line in each["lines"]],
        )
        for each in made
    }
    assert told["B0900"] == (
        "Charge of the bank",
        [("6820", "12.50", "0"), ("1060", "0", "12.50")],
    )
    assert told["B0901"] == ("Interest", [("1060", "3.75", "0"), ("4900", "0", "3.75")])
    assert told["B0902"][1] == [("6200", "40.00", "0"), ("1060", "0", "40.00")]
    fees = [lines for says, lines in told.values() if says == "Charge wire"]
    assert fees == [[("6810", "15.00", "0"), ("1060", "0", "15.00")]] * 5
    assert len(made) == 8


def dropped(out: Path, ledger: Any) -> Taken:
    """The workbook in the folder for vouchers: read, checked, filed."""
    how = order("vouchers")
    return take_in(document(out / "vouchers.xlsx"), how, ledger=ledger, today=TODAY, emit=nobody)


def test_dropped_into_the_intake_they_wait_for_four_eyes(desk: Desk, tmp_path: Path) -> None:
    made = vouchers_in(desk.reconcile())
    with sqlite_house(tmp_path).ledger() as ledger:
        taken = dropped(tmp_path / "out", ledger)
        assert taken.batch is not None
        assert not [each for each in taken.batch.findings if each.severity != "note"]
        assert why_approval(taken.batch, ApprovalPolicy())
        states = [each.state for each in ledger.items(batch_id=taken.batch_id)]
    assert states == [ItemState.AWAITING_APPROVAL] * len(made)
    assert [each.payload.values()["voucher_no"] for each in taken.batch.items] == [
        each["voucher_no"] for each in made
    ]


def items_of(batch: Batch) -> Iterable[tuple[WorkItem, JournalVoucher]]:
    for item in batch.items:
        assert isinstance(item.payload, JournalVoucher)
        yield item, item.payload


def test_what_was_keyed_closes_the_loop(desk: Desk, tmp_path: Path) -> None:
    """The next run finds the postings in the ledger: nothing is left, nothing is proposed."""
    before = desk.reconcile()
    with sqlite_house(tmp_path).ledger() as ledger:
        batch = dropped(before, ledger).batch
    assert batch is not None
    for item, voucher in items_of(batch):
        desk.posted(voucher, item.reference)

    out = desk.reconcile()

    assert json.loads((out / "breaks.json").read_text("utf-8")) == []
    assert not list(out.glob("vouchers*"))
    rules = [rule for _, _, rule in json.loads((out / "matches.json").read_text("utf-8"))]
    assert rules.count(POSTED) == 3
    assert sum(rule.endswith(", less a fee, difference posted") for rule in rules) == 5


def test_a_line_of_the_same_amount_claims_nothing_that_is_posted(desk: Desk) -> None:
    """Another voucher of 12.50 that day was a proposal for the charge; it is one no more."""
    desk.book("L9999", Decimal("-12.50"), "Another Ltd", "PV1")
    desk.book("G1", Decimal("-12.50"), "", voucher_number("ACC01", "CZK", ["B0900"]))
    out = desk.reconcile()
    matches = json.loads((out / "matches.json").read_text("utf-8"))
    breaks = json.loads((out / "breaks.json").read_text("utf-8"))
    assert [["B0900"], ["G1"], POSTED] in matches
    assert "L9999" in {each["id"] for each in breaks}
    assert not {"B0900", "G1"} & {each["id"] for each in breaks}


@pytest.mark.parametrize("wrong", ["amount", "number"])
def test_a_posting_that_fits_nothing_is_a_break(desk: Desk, wrong: str) -> None:
    desk.reconcile()
    number = voucher_number("ACC01", "CZK", ["B0900" if wrong == "amount" else "B0999"])
    desk.book("G1", Decimal("-12.55") if wrong == "amount" else Decimal("-7.10"), "", number)
    out = desk.reconcile()
    breaks = json.loads((out / "breaks.json").read_text("utf-8"))
    assert {"G1", "B0900"} <= {each["id"] for each in breaks}


def test_the_same_run_proposes_the_same_numbers_and_the_intake_sees_it(
    desk: Desk, tmp_path: Path
) -> None:
    """Proposed again before the ledger shows it: the same bytes are the same batch."""
    first = (desk.reconcile() / "vouchers.xlsx").read_bytes()
    with sqlite_house(tmp_path).ledger() as ledger:
        dropped(tmp_path / "out", ledger)
        assert (desk.reconcile() / "vouchers.xlsx").read_bytes() == first
        assert dropped(tmp_path / "out", ledger).again


def test_without_accounts_nothing_is_proposed_and_old_files_go(desk: Desk) -> None:
    out = desk.reconcile()
    assert list(out.glob("vouchers*"))
    (desk.folder / "rules.toml").write_text(RULES.split("[vouchers]", maxsplit=1)[0], "utf-8")
    assert not list(desk.reconcile().glob("vouchers*"))


def test_many_vouchers_are_several_workbooks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No person approves thousands at once."""
    monkeypatch.setattr("counterfoil.adapters.reconciliation_vouchers.VOUCHERS_EACH", 3)
    out = desk.reconcile()
    names = [f"vouchers-{each}.xlsx" for each in (1, 2, 3)]
    assert sorted(path.name for path in out.glob("vouchers*.xlsx")) == names


@pytest.mark.browser
def test_a_browser_keys_it_and_the_books_of_the_bank_close_the_loop(
    rig: Rig, tmp_path: Path
) -> None:
    """From a bank line to its proof: proposed, dropped, keyed on JRN100, read back, matched."""
    desk = Desk(tmp_path, tomorrow())
    desk.statement("B0900", Decimal("-12.50"), "SERVICE CHARGE")
    (tmp_path / "rules.toml").write_text(
        RULES.replace("1060", "1000").replace("6820", "1001").replace('fees     = "6810"', ""),
        "utf-8",
    )
    out = desk.reconcile()
    with sqlite_house(tmp_path).ledger() as ledger:
        taken = dropped(out, ledger)
    assert taken.batch is not None
    (item,) = taken.batch.items
    rig.run(key(rig.screen_bank(), item))

    (booked,) = rig.bank.postings(item.reference)
    values = booked["values"]
    for number in range(1, int(values["lines"]) + 1):
        if values[f"line_{number}_account"] == "1000":
            sides = [Decimal(values[f"line_{number}_{each}"] or 0) for each in ("debit", "credit")]
            desk.book("G1", sides[0] - sides[1], "", item.reference, values["voucher_no"])
    matches = json.loads((desk.reconcile() / "matches.json").read_text("utf-8"))
    assert [["B0900"], ["G1"], POSTED] in matches

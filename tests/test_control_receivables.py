"""Incoming payments are allocated where it is certain, and keyed on RCV400 exactly once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from openpyxl import load_workbook

from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.adapters.screens import Chromium
from counterfoil.cli.controls import register_tools
from counterfoil.cli.folders import inboxes, result_of, write_due_results
from counterfoil.cli.items import approve_batch
from counterfoil.cli.site import Site, open_reader, open_site
from counterfoil.cli.works import running_site, tools
from counterfoil.config import ApprovalSettings, Folder, Suite
from counterfoil.domain.allocations import Allocation
from counterfoil.domain.batches import Batch
from counterfoil.domain.items import ItemState, WorkItem
from counterfoil.domain.receivables import (
    IncomingPayment,
    ItemClass,
    OpenItem,
    ReceiptClass,
    ReceivablesControl,
)
from counterfoil.engine.worker import Pace
from counterfoil.errors import Quarantined, Refused
from counterfoil.rules.approval import ApprovalPolicy, why_approval
from counterfoil.rules.receivables import control_receivables
from counterfoil.store.ledger import new_boot
from fixtures.corebank.incoming import invoices, receipts
from fixtures.functions.receivables import certain, truth, write_open_items, write_receipts
from fixtures.statements.formats.writers import Booking, Made, mt940
from tests.bank_support import ROOT, RunningBank
from tests.kill_support import LATE_SECONDS, STALENESS_SECONDS, a_suite
from workflows.floor import Floor
from workflows.keying import key_due_items
from workflows.receivables import ReceivablesFiles, control_files
from workflows.registers import fetch_register

SELECTORS = ROOT / "selectors"
RULES = SELECTORS / "controls/receivables.toml"
POLICY = load_policy(RULES)
AS_OF = date(2026, 5, 20)
DEBTORS = ("D1001", "D1002", "D1003")
DAY = date(2026, 4, 20)


def owed(number: str, amount: str, **other: object) -> OpenItem:
    given = {"debtor_no": "D1", "debtor_name": "MLYN BRNO A.S.", "currency": "CZK"} | other
    return OpenItem(
        invoice_no=number,
        day=DAY - timedelta(20),
        due=DAY,
        amount=Decimal(amount),
        **given,  # type: ignore[arg-type]
    )


def paid(number: str, amount: str, text: str, **other: object) -> IncomingPayment:
    given = {"payer": "MLYN BRNO A.S.", "currency": "CZK", "day": DAY} | other
    return IncomingPayment(
        receipt_no=number,
        text=text,
        amount=Decimal(amount),
        **given,  # type: ignore[arg-type]
    )


def judged(payments: list[IncomingPayment], items: list[OpenItem]) -> ReceivablesControl:
    return control_receivables(payments, items, POLICY, as_of=AS_OF)


def kinds(control: ReceivablesControl) -> dict[str, ReceiptClass]:
    return {each.payment.receipt_no: each.kind for each in control.receipts}


def controlled(
    payments: Path, items: Path, into: Path, *, is_statement: bool = False
) -> ReceivablesControl:
    files = ReceivablesFiles(payments=payments, is_statement=is_statement, open_items=items)
    return control_files(files, RULES, selectors=SELECTORS, as_of=AS_OF, into=into)


@pytest.mark.parametrize("seed", range(1, 9))
def test_what_is_allocated_is_true_and_everything_certain_is_allocated(seed: int) -> None:
    """Over eight invented companies: no false allocation, and none that was certain is left."""
    payments = [
        IncomingPayment(
            receipt_no=each.number,
            day=date.fromisoformat(each.day),
            payer=each.payer,
            text=each.text,
            amount=each.amount,
            currency=each.currency,
        )
        for each in receipts(seed)
    ]
    items = [
        OpenItem(
            invoice_no=each.number,
            debtor_no=each.debtor,
            debtor_name=each.name,
            day=each.day,
            due=each.due,
            amount=each.amount,
            currency=each.currency,
        )
        for each in invoices(seed)
    ]
    control = judged(payments, items)

    made = {
        each.payment.receipt_no: tuple(sorted(one.invoice_no for one in each.allocations))
        for each in control.receipts
        if each.allocations
    }
    assert made == certain(seed)
    found = Counter(
        (truth(seed)[number].story, kind)
        for number, kind in kinds(control).items()
        if kind is not ReceiptClass.ALLOCATED
    )
    assert found == {
        ("exact", ReceiptClass.PAID_TWICE): 1,
        ("paid twice", ReceiptClass.PAID_TWICE): 1,
        ("over", ReceiptClass.OVER): 2,
        ("partial", ReceiptClass.PARTIAL): 2,
        ("silent", ReceiptClass.NOT_NAMED): 2,
        ("another currency", ReceiptClass.OTHER_CURRENCY): 1,
        ("nobody's", ReceiptClass.NO_INVOICE): 1,
    }
    shuffled = random.Random(seed).sample(payments, len(payments))
    assert kinds(judged(shuffled, items[::-1])) == kinds(control)


def test_one_payment_pays_the_invoices_that_it_names() -> None:
    control = judged(
        [paid("R1", "300.00", "FA 20260001, 20260002")],
        [owed("20260001", "100.00"), owed("20260002", "200.00"), owed("20260003", "300.00")],
    )
    assert [(each.invoice_no, each.amount) for each in control.allocations()] == [
        ("20260001", Decimal("100.00")),
        ("20260002", Decimal("200.00")),
    ]


def test_a_number_is_found_however_its_parts_are_parted() -> None:
    items = [owed("FV-2026/07", "100.00"), owed("FV-2026/08", "200.00")]
    control = judged([paid("R1", "300.00", "FV2026/07 A FV-2026-08")], items)
    assert {each.invoice_no for each in control.allocations()} == {"FV-2026/07", "FV-2026/08"}


def test_a_number_that_may_be_two_invoices_names_neither() -> None:
    items = [owed("2026-107", "100.00"), owed("2026107", "250.00"), owed("2026108", "50.00")]
    control = judged([paid("R1", "150.00", "FA 2026107 2026108")], items)
    assert control.allocations() == ()


def test_invoices_of_two_debtors_are_not_one_payment() -> None:
    items = [
        owed("20260001", "100.00"),
        owed("20260002", "200.00", debtor_no="D2", debtor_name="OPTIKA"),
    ]
    control = judged([paid("R1", "300.00", "FA 20260001 20260002")], items)
    assert control.allocations() == ()
    assert kinds(control) == {"R1": ReceiptClass.TO_DECIDE}


def test_allocations_need_a_second_person_whatever_the_sum() -> None:
    one = Allocation(
        allocation_id="R1/20260001",
        receipt_no="R1",
        invoice_no="20260001",
        debtor_name="MLYN BRNO A.S.",
        amount=Decimal("1.00"),
        currency="CZK",
    )
    item = WorkItem(
        item_id="B-1-0002", batch_id="B-1", row=2, system="corebank", reference="CF1", payload=one
    )
    batch = Batch(
        batch_id="B-1",
        document_sha256="0" * 64,
        name="allocations.xlsx",
        system="corebank",
        sheet_map="allocations",
        maker="analysts",
        items=(item,),
        findings=(),
        rows_read=1,
    )
    policy = ApprovalPolicy(limits={"CZK": Decimal("250000.00")})
    assert why_approval(batch, policy) == ("allocations are proposed by a machine",)


def test_a_cent_less_is_a_partial_payment_and_allocates_nothing() -> None:
    items = [owed("20260001", "100.00"), owed("20260002", "200.00")]
    control = judged([paid("R1", "299.99", "FA 20260001 20260002")], items)
    (receipt,) = control.receipts
    assert (receipt.kind, receipt.difference) == (ReceiptClass.PARTIAL, Decimal("-0.01"))
    assert control.allocations() == ()
    assert [each.kind for each in control.items] == [ItemClass.IN_QUESTION] * 2


def test_two_payments_that_both_pay_an_invoice_are_both_left() -> None:
    items = [owed("20260001", "100.00")]
    payments = [paid("R1", "100.00", "FA 20260001"), paid("R2", "100.00", "INV 20260001")]
    control = judged(payments, items)
    assert set(kinds(control).values()) == {ReceiptClass.PAID_TWICE}
    assert control.allocations() == ()


def test_two_instalments_that_do_not_make_the_invoice_are_partial_payments() -> None:
    payments = [paid("R1", "30.00", "FA 20260001"), paid("R2", "40.00", "FA 20260001 II")]
    control = judged(payments, [owed("20260001", "100.00")])
    assert [(each.kind, each.difference) for each in control.receipts] == [
        (ReceiptClass.PARTIAL, Decimal("-30.00"))
    ] * 2


def test_amount_and_debtor_alone_allocate_nothing() -> None:
    control = judged([paid("R1", "100.07", "THANK YOU")], [owed("20260001", "100.07")])
    (receipt,) = control.receipts
    assert receipt.kind is ReceiptClass.NOT_NAMED
    assert receipt.invoices == ("20260001",)


def test_a_credit_note_is_never_netted_by_a_machine() -> None:
    items = [owed("20260001", "100.00"), owed("20260002", "-20.00")]
    control = judged([paid("R1", "80.00", "FA 20260001 20260002")], items)
    assert control.allocations() == ()


def test_what_is_not_due_yet_is_told_from_what_is_overdue() -> None:
    late = owed("20260001", "100.00")
    control = judged([], [late, replace(late, invoice_no="20260002", due=AS_OF)])
    assert [each.kind for each in control.items] == [ItemClass.OVERDUE, ItemClass.NOT_DUE]


def test_a_number_that_stands_twice_stops_the_control(tmp_path: Path) -> None:
    write_receipts(tmp_path / "receipts.xlsx")
    write_open_items(tmp_path / "items.xlsx")
    book = load_workbook(tmp_path / "items.xlsx")
    assert book.active is not None
    book.active["A7"] = book.active["A6"].value
    book.save(tmp_path / "items.xlsx")
    with pytest.raises(Quarantined, match=r"'20260101' stands twice"):
        controlled(tmp_path / "receipts.xlsx", tmp_path / "items.xlsx", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_report_has_every_row_and_ties(tmp_path: Path) -> None:
    write_receipts(tmp_path / "receipts.xlsx")
    write_open_items(tmp_path / "items.xlsx")
    controlled(tmp_path / "receipts.xlsx", tmp_path / "items.xlsx", tmp_path / "out")
    book = load_workbook(tmp_path / "out/receivables.xlsx")
    assert book.sheetnames == ["Summary", "How to read it", "Payments", "Open items"]
    assert book["Payments"].max_row == 1 + len(receipts(1))
    assert book["Open items"].max_row == 1 + len(invoices(1))
    proofs = [
        row[-1] for row in book["Summary"].iter_rows(values_only=True) if row[0] == "payments"
    ]
    assert proofs == ["proved", "proved"], "CZK and EUR"
    means = {row[0] for row in book["How to read it"].iter_rows(values_only=True)}
    assert {str(each) for each in ReceiptClass} <= means


def test_the_money_in_of_a_proved_statement_is_judged_like_the_banks_list(tmp_path: Path) -> None:
    """The same receipts as an MT940, with payers in the text and money out between them."""
    told = [each for each in receipts(1) if each.currency == "CZK"]
    bookings = [
        Booking(
            booked=date.fromisoformat(each.day),
            value=date.fromisoformat(each.day),
            amount=each.amount,
            text=f"{each.payer} {each.text}",
            reference=each.number,
        )
        for each in told
    ]
    fee = replace(bookings[3], amount=Decimal("-15.00"), text="FEE", reference="F1")
    made = Made(
        account="1000000001",
        currency="CZK",
        number=1,
        first=bookings[0].booked,
        last=bookings[-1].booked,
        opening=Decimal("10.00"),
        bookings=(*bookings[:4], fee, *bookings[4:]),
    )
    (tmp_path / "may.sta").write_bytes(mt940(made))
    write_open_items(tmp_path / "items.xlsx")
    control = controlled(
        tmp_path / "may.sta", tmp_path / "items.xlsx", tmp_path / "out", is_statement=True
    )

    assert [each.payment.receipt_no for each in control.receipts] == [each.number for each in told]
    allocated = {each.receipt_no for each in control.allocations()}
    assert allocated <= certain(1).keys()
    assert len(allocated) >= 24
    summary = load_workbook(tmp_path / "out/receivables.xlsx")["Summary"]
    told_of = {row[0]: row[1] for row in summary.iter_rows(values_only=True)}
    assert told_of["Money out, not judged"] == "1 entries"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    arguments = ("--late-seconds", str(LATE_SECONDS), "--staleness-seconds", str(STALENESS_SECONDS))
    with RunningBank(tmp_path_factory.mktemp("bank"), arguments) as running:
        yield running


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory, bank: RunningBank) -> Suite:
    made = a_suite(tmp_path_factory.mktemp("site") / "suite", bank, sessions=2)
    folder = Folder(
        path=Path("inbox/allocations"),
        sheet_map="allocations",
        system="corebank",
        maker="analysts",
        stable_seconds=0.2,
    )
    approval = ApprovalSettings(approvers=("petra.novakova",))
    return Suite(
        made.root, replace(made.config, folders={"allocations": folder}, approval=approval)
    )


def read_receipts(suite: Suite, target: Path) -> Path:
    """The bot reads the bank's list."""
    with open_site("registers", suite, boot=new_boot()) as site:
        asyncio.run(fetch_register(register_tools(site), "corebank", "receipts", target))
    return target


@pytest.mark.browser
def test_from_the_banks_list_to_bookings_that_are_there_once(
    suite: Suite, bank: RunningBank, tmp_path: Path
) -> None:
    """RCV400 by real browser, read and keyed: a lost answer, a late booking, a second sign-on."""
    listed = read_receipts(suite, tmp_path / "receipts.xlsx")
    items = write_open_items(tmp_path / "items.xlsx", debtors=DEBTORS)
    control = controlled(listed, items, tmp_path / "found")
    wanted = Counter((each.receipt_no, each.invoice_no) for each in control.allocations())
    assert len(control.receipts) == len(receipts(1)), "every page of the list was read"
    assert len(wanted) >= 10
    assert {each.receipt_no for each in control.allocations()} <= certain(1).keys()

    for name in ("fin", "late_booking", "kicked_out"):
        bank.fault(name)
    with running_site(suite) as site, Floor(suite) as floor:
        folder = suite.path(suite.config.folders["allocations"].path)
        folder.mkdir(parents=True)
        (tmp_path / "found/allocations.xlsx").rename(folder / "allocations.xlsx")
        floor.run(partial(_travel, site))

    booked = bank.postings()
    assert (
        Counter((each["values"]["receipt"], each["values"]["invoice"]) for each in booked) == wanted
    )
    amounts = {each.allocation_id: each.amount for each in control.allocations()}
    for each in booked:
        values = each["values"]
        assert Decimal(values["amount"]) == amounts[f"{values['receipt']}/{values['invoice']}"]
    with open_reader(suite) as ledger:
        rows = ledger.items()
        (batch,) = ledger.batches()
    assert {each.state for each in rows} == {ItemState.POSTED}
    assert all(each.confirmed_at for each in rows)
    book = load_workbook(result_of(suite, batch))
    told = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {each["bank_reference"] for each in booked} <= told

    again = load_workbook(read_receipts(suite, tmp_path / "again.xlsx"))["List"]
    left = {row[0] for row in again.iter_rows(min_row=2, values_only=True)}
    assert left == truth(1).keys() - {each.receipt_no for each in control.allocations()}


async def _travel(site: Site, chromium: Chromium) -> None:
    for inbox, receive in inboxes(site):
        while inbox.visit(receive) or inbox.waiting():
            await asyncio.sleep(0.1)
    (batch,) = site.ledger.batches()
    with pytest.raises(Refused, match="self_approval"):
        approve_batch(site, batch, " Analysts", batch.digest)
    approve_batch(site, batch, "petra.novakova", batch.digest)
    await key_due_items(tools(site), chromium, until_done=True, pace=Pace(sweep_seconds=0.3))
    write_due_results(site)

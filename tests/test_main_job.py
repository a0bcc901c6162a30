"""The main job, end to end: dropped, checked, approved, keyed under faults, handed back, proved.

Everything is the production code: watched folder, parser box, ledger, worker, Chromium.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from counterfoil.cli.items import approve_batch
from counterfoil.cli.proof import pack_evidence, verify_suite
from counterfoil.cli.running import (
    inboxes,
    result_of,
    running_site,
    tools,
    write_due_results,
)
from counterfoil.cli.site import Site, open_reader
from counterfoil.config import ApprovalSettings, Folder, Suite
from counterfoil.domain.items import ItemState
from counterfoil.engine.worker import Pace
from counterfoil.errors import Refused
from fixtures.payments.make_workbook import make, orders, write_payments
from tests.bank_support import RunningBank
from tests.kill_support import LATE_SECONDS, STALENESS_SECONDS, a_suite
from workflows.keying import key_due_items

pytestmark = pytest.mark.browser
VOUCHERS = 12
SCREEN = ("screenshot", "dom", "readback")
DAY = datetime.now().astimezone().date() + timedelta(days=1)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    arguments = ("--late-seconds", str(LATE_SECONDS), "--staleness-seconds", str(STALENESS_SECONDS))
    with RunningBank(tmp_path_factory.mktemp("bank"), arguments) as running:
        yield running


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory, bank: RunningBank) -> Suite:
    """Two watched folders, a limit that nothing stays under, one approver."""
    made = a_suite(tmp_path_factory.mktemp("site") / "suite", bank, sessions=2)
    folders = {
        kind: Folder(
            path=Path(f"inbox/{kind}"),
            sheet_map=kind,
            system="corebank",
            maker="analysts",
            stable_seconds=0.2,
        )
        for kind in ("payments", "vouchers")
    }
    approval = ApprovalSettings(approvers=("petra.novakova",))
    return Suite(made.root, replace(made.config, folders=folders, approval=approval))


@pytest.fixture(scope="module")
def done(suite: Suite, bank: RunningBank) -> Suite:
    """The vouchers travelled the whole way, under three faults."""
    for name in ("fin", "late_booking", "kicked_out"):
        bank.fault(name)
    folder = suite.path(suite.config.folders["vouchers"].path)
    folder.mkdir(parents=True)
    make("vouchers-12", DAY, folder / "vouchers-12.xlsx")
    with running_site(suite) as site:
        asyncio.run(_travel(site))
    return suite


async def _travel(site: Site) -> None:
    for inbox, receive in inboxes(site):
        while inbox.visit(receive) or inbox.waiting():
            await asyncio.sleep(0.1)
    (batch,) = site.ledger.batches()
    with pytest.raises(Refused, match="self_approval"):
        approve_batch(site, batch, " Analysts", batch.digest)
    approve_batch(site, batch, "petra.novakova", batch.digest)
    await key_due_items(tools(site), until_done=True, pace=Pace(sweep_seconds=0.3))
    write_due_results(site)


def test_every_item_is_at_the_bank_once_or_visibly_not(done: Suite, bank: RunningBank) -> None:
    booked = Counter(each["reference"] for each in bank.postings())
    with open_reader(done) as ledger:
        items = ledger.items()

    assert len(items) == VOUCHERS
    posted = {each.reference for each in items if each.state is ItemState.POSTED}
    assert booked == Counter(posted)
    assert {each.state for each in items} <= {ItemState.POSTED, ItemState.ON_HOLD}
    assert len(posted) >= VOUCHERS - 1
    assert all(each.confirmed_at for each in items if each.state is ItemState.POSTED)


def test_the_analyst_gets_the_workbook_back_with_every_receipt(done: Suite) -> None:
    with open_reader(done) as ledger:
        (batch,) = ledger.batches()
        receipts = {each.bank_reference for each in ledger.items() if each.bank_reference}
    book = load_workbook(result_of(done, batch))
    texts = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}

    assert receipts <= texts


def test_the_record_verifies_and_names_every_posting(done: Suite) -> None:
    report = verify_suite(done)

    assert report.ok, report.sentences
    with open_reader(done) as ledger:
        for item in ledger.items(state=ItemState.POSTED):
            kinds = [each.kind for each in ledger.history(item.item_id)]
            assert kinds.count("item_posted") == 1
            assert kinds.index("item_intended") < kinds.index("item_posted")


def test_every_commit_is_on_the_record_with_the_screen_before_it(done: Suite) -> None:
    """Whatever came after the click: also of those whose answer was lost."""
    records = [
        json.loads(line)
        for path in (done.data / "audit").rglob("*.jsonl")
        for line in path.read_text("ascii").splitlines()
    ]
    intended = [each for each in records if each["kind"] == "item_intended"]
    doubts = [each for each in records if each["kind"] == "item_in_doubt"]

    assert len(intended) >= VOUCHERS
    assert {tuple(ev["k"] for ev in each["ev"]) for each in intended} == {SCREEN}
    assert doubts, "the faults struck nobody"
    assert SCREEN in {tuple(ev["k"] for ev in each["ev"]) for each in doubts}


def test_one_item_s_evidence_is_a_pack_for_a_stranger(done: Suite, tmp_path: Path) -> None:
    with open_reader(done) as ledger:
        item = next(
            each
            for each in ledger.items(state=ItemState.POSTED)
            if "item_in_doubt" in [step.kind for step in ledger.history(each.item_id)]
        )
        pack_evidence(done, ledger, item.item_id, tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        names = pack.namelist()

    assert {"item.json", "verifier.py", "witness.jsonl", "README.txt"} <= set(names)
    assert sum(1 for each in names if each.startswith("evidence/")) >= 6
    assert not [each for each in names if each.endswith(".key")]


def test_the_same_file_again_is_already_received(done: Suite) -> None:
    folder = done.path(done.config.folders["vouchers"].path)
    make("vouchers-12", DAY, folder / "again.xlsx")
    handled = []
    with running_site(done) as site:
        for inbox, receive in inboxes(site):
            while (now := inbox.visit(receive)) or inbox.waiting():
                handled += now
        count = len(site.ledger.batches())

    assert [each.outcome for each in handled] == ["already_received"]
    assert count == 1


def test_no_canary_is_in_any_log_blob_row_or_message(done: Suite, bank: RunningBank) -> None:
    """Three payments with accounts of their own: one posted, one refused, one in the file bad."""
    accounts = ["1000007919", "2000006007", "9988776655", "DE89370400440532013000"]
    folder = done.path(done.config.folders["payments"].path)
    folder.mkdir(parents=True, exist_ok=True)
    _drop_canaries(folder / "canaries.xlsx", accounts)
    with running_site(done) as site:
        asyncio.run(_key_canaries(site))
        states = Counter(each.state for each in site.ledger.items() if each.kind == "payment")
    secrets = [*accounts, *(each["password"] for each in bank.operators)]

    assert states[ItemState.POSTED] >= 1, states
    assert states[ItemState.REFUSED] >= 1, states
    assert list(_leaks(done.data, secrets)) == []


async def _key_canaries(site: Site) -> None:
    for inbox, receive in inboxes(site):
        while inbox.visit(receive) or inbox.waiting():
            await asyncio.sleep(0.1)
    batch = next(each for each in site.ledger.batches() if each.name == "canaries.xlsx")
    if batch.needs_approval:
        approve_batch(site, batch, "petra.novakova", batch.digest)
    await key_due_items(tools(site), until_done=True, pace=Pace(sweep_seconds=0.3))


def _drop_canaries(path: Path, accounts: list[str]) -> None:
    """One that is posted, one that the bank refuses, one that is wrong in the file."""
    known, unknown, creditor, iban = accounts
    like = orders(DAY)[0]
    pairs = ((known, creditor), (unknown, iban), (known, iban[:-1] + "1"))
    rows = [
        replace(like, reference=f"CANARY-{number}", debtor=debtor, creditor=payee)
        for number, (debtor, payee) in enumerate(pairs)
    ]
    write_payments(path, rows)


def _leaks(data: Path, secrets: list[str]) -> Iterator[str]:
    """Every place below *data* that holds one of *secrets*.

    Left out: the credentials themselves, and ``received``, the analysts' own files.
    """
    needles = [each.encode() for each in secrets]
    needles += [base64.b64encode(each) for each in needles]
    for path in sorted(data.rglob("*")):
        if not path.is_file() or {"credentials", "received"} & set(path.parts):
            continue
        for content in _readings(path):
            for needle in needles:
                if needle in content:
                    yield f"{path.relative_to(data)} holds {needle!r}"


def _readings(path: Path) -> Iterator[bytes]:
    """The bytes, and what is packed in them."""
    content = path.read_bytes()
    yield content
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(path) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    if content[:15] == b"SQLite format 3":
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            yield "\n".join(database.iterdump()).encode()

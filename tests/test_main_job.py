"""The main job, end to end: dropped, checked, approved, keyed under faults, handed back, proved.

Everything is the production code: watched folder, parser box, ledger, worker, Chromium.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from counterfoil.adapters.screens import Chromium
from counterfoil.audit.keys import SigningKey
from counterfoil.audit.witness import Witness
from counterfoil.cli.folders import inboxes, result_of, write_due_results
from counterfoil.cli.items import approve_batch
from counterfoil.cli.proof import pack_evidence, verify_folder, verify_suite
from counterfoil.cli.site import Site, open_reader
from counterfoil.cli.works import running_site, tools
from counterfoil.config import ApprovalSettings, Folder, Suite
from counterfoil.domain.items import ItemState
from counterfoil.engine.worker import Pace
from counterfoil.errors import Refused
from fixtures.payments.make_workbook import make
from tests.audit_support import edited, resealed
from tests.bank_support import ROOT, RunningBank
from tests.kill_support import LATE_SECONDS, STALENESS_SECONDS, a_suite
from workflows.floor import Floor
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
    for name in ("bots", "workflows"):  # for the command line, which has a process of its own
        (made.root / name).symlink_to(ROOT / name)
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
    with running_site(suite) as site, Floor(suite) as floor:
        floor.run(partial(_travel, site))
    return suite


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


def test_verify_says_which_keys_it_trusts_and_asks_the_witness(done: Suite) -> None:
    report = verify_suite(done)
    witness = Witness(done.witness)
    (key,) = witness.enrolled()
    (seen,) = witness.lines()

    assert f"trusted {key.key}, enrolled" in "\n".join(report.sentences)
    assert not any("no genesis key" in each for each in report.sentences)
    assert (seen["stream"], seen["size"]) == (key.stream, report.records)
    assert not verify_suite(done, ["ab" * 32]).ok
    with pytest.raises(Refused, match="not_a_key"):
        verify_suite(done, ["my key"])


KEEPERS = ("ledger", "witness")


@pytest.mark.parametrize("keeper", KEEPERS)
def test_a_real_run_s_log_cut_at_its_tail_is_found_by_who_remembers_more(
    done: Suite, tmp_path: Path, keeper: str
) -> None:
    """The other keeper was silenced by whoever cut the log: it looks whole by itself.

    The ledger knows every step of an item, so it misses only what is no step.
    """
    lines = len(_records(done))
    last_step = max(each["seq"] for each in map(json.loads, _witnesses(done)))
    for kept in {1, lines // 2, last_step - 1, last_step, lines - 1}:
        cut = _copy(done, tmp_path / str(kept))
        _cut(cut, kept)
        _silence(cut, next(each for each in KEEPERS if each != keeper))
        report = verify_suite(cut, _keys(done))
        found = keeper == "witness" or kept < last_step

        assert verify_folder(cut.data / "audit", _keys(done)).ok
        assert report.ok is not found, (kept, report.sentences)
        assert any(each.startswith("TRUNCATED") for each in report.sentences) is found


def test_the_command_says_truncated_and_ends_with_one(done: Suite, tmp_path: Path) -> None:
    cut = _copy(done, tmp_path / "cut")
    _cut(cut, len(_records(done)) - 5)
    command = [sys.executable, "-c", "from counterfoil.cli import main; main()", "verify"]
    for suite, code, word in ((done, 0, "verify: OK"), (cut, 1, "TRUNCATED")):
        answer = subprocess.run(
            command, cwd=suite.root, capture_output=True, text=True, timeout=60, check=False
        )
        assert (answer.returncode, word in answer.stdout) == (code, True), answer.stdout


def test_a_bot_does_not_take_up_a_log_that_was_cut(done: Suite, tmp_path: Path) -> None:
    cut = _copy(done, tmp_path / "cut")
    _cut(cut, len(_records(done)) - 5)
    with pytest.raises(Refused, match="log_rewritten"), running_site(cut):
        raise AssertionError("it works on")


def test_a_record_rewritten_in_a_real_run_s_log_is_found(done: Suite, tmp_path: Path) -> None:
    """Chain and seals made anew under a thief's keys: ledger, witness and enrolment say no."""
    posted = [each for each in _records(done) if each["kind"] == "item_posted"]
    forged = _copy(done, tmp_path / "forged")
    _forge(forged, posted[0]["seq"])

    assert verify_folder(forged.data / "audit").ok
    report = verify_suite(forged)
    assert not report.ok
    assert "nobody enrolled" in report.sentences[0]
    assert not verify_suite(forged, [_first_key(forged)]).ok


def test_every_commit_is_on_the_record_with_the_screen_before_it(done: Suite) -> None:
    """And the enquiry that did not show it. Also of those whose answer was lost."""
    records = _records(done)
    intended = [each for each in records if each["kind"] == "item_intended"]
    doubts = [each for each in records if each["kind"] == "item_in_doubt"]

    assert len(intended) >= VOUCHERS
    assert {tuple(ev["k"] for ev in each["ev"]) for each in intended} == {
        ("dom", "readback", *SCREEN)
    }
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

        pack.extractall(tmp_path / "pack")
        readme = pack.read("README.txt").decode()

    assert {"item.json", "verifier.py", "witness.jsonl", "README.txt"} <= set(names)
    assert sum(1 for each in names if each.startswith("evidence/")) >= 6
    assert not [each for each in names if each.endswith(".key")]
    (command,) = re.findall(r"^ +(python3 verifier.py .*)$", readme, re.MULTILINE)
    answer = subprocess.run(
        [sys.executable, "-I", "-S", *command.split()[1:]],
        cwd=tmp_path / "pack",
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout
    assert "no genesis key" not in answer.stdout


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


def _stream(suite: Suite) -> Path:
    """The one stream of a suite that only the worker's process wrote into."""
    (stream,) = {path.parent for path in (suite.data / "audit").rglob("*.jsonl")}
    return stream


def _segments(suite: Suite) -> list[list[bytes]]:
    return [path.read_bytes().splitlines() for path in sorted(_stream(suite).glob("*.jsonl"))]


def _records(suite: Suite) -> list[dict[str, Any]]:
    return [json.loads(line) for lines in _segments(suite) for line in lines]


def _witnesses(suite: Suite) -> list[str]:
    with open_reader(suite) as ledger:
        return list(ledger.witnesses())


def _keys(suite: Suite) -> list[str]:
    return [each.key for each in Witness(suite.witness).enrolled()]


def _first_key(suite: Suite) -> str:
    return str(_records(suite)[0]["data"]["key"])


def _copy(suite: Suite, to: Path) -> Suite:
    shutil.copytree(suite.root, to, symlinks=True)
    return Suite(to, suite.config)


def _write(path: Path, lines: Iterable[bytes]) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def _cut(suite: Suite, kept: int) -> None:
    """Leave the first *kept* records, and nothing that tells of more."""
    stream = _stream(suite)
    for number, lines in enumerate(_segments(suite), 1):
        if len(lines) >= kept:
            (stream / f"{number:06d}.seal").unlink(missing_ok=True)
        if kept > 0:
            _write(stream / f"{number:06d}.jsonl", lines[:kept])
        else:
            (stream / f"{number:06d}.jsonl").unlink()
        kept -= len(lines)


def _silence(suite: Suite, keeper: str) -> None:
    """Make ledger or witness forget all of it."""
    if keeper == "witness":
        shutil.rmtree(suite.witness)
        return
    with closing(sqlite3.connect(suite.data / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("DELETE FROM intents")
        ledger.execute("DELETE FROM steps")


def _forge(suite: Suite, seq: int) -> None:
    """Another amount in one record, and everything after it made to fit again."""
    segments = _segments(suite)
    for lines in segments:
        for at, line in enumerate(lines):
            record = json.loads(line)
            if record["seq"] == seq:
                lines[at] = edited(line, data={**record["data"], "bank_reference": "0000000000"})
    keys = [SigningKey.new() for _ in range(len(segments) + 1)]
    made, seals = resealed(segments, keys)
    for number, lines in enumerate(made, 1):
        _write(_stream(suite) / f"{number:06d}.jsonl", lines)
    for number, seal in enumerate(seals, 1):
        _write(_stream(suite) / f"{number:06d}.seal", [seal.rstrip(b"\n")])

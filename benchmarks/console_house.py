"""A ledger after some months: 100,000 items of one run, a million changes on the record.

The items are filed as intake files them; what became of them is written straight into the tables,
each change with its real record in the audit log, so that every page finds what it looks for.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from counterfoil.audit.log import AuditLog
from counterfoil.config import Suite, find_suite
from counterfoil.domain.secrets import Redactor
from tests.bank_support import ROOT, RunningBank
from tests.kill_support import a_suite, file_batch, payments

RUN = "run.xlsx"
BLOCK = 20_000
SPAN = timedelta(days=90)

#: What a keyed item's story is: event and sentence.
STORY = (
    ("item_filed", "{ref} read from row {row} of run.xlsx"),
    ("item_approved", "{ref} approved by petra.novakova with its batch"),
    ("item_ready", "{ref} waits for a bot"),
    ("item_claimed", "claimed by host/slot-{slot} for visit 1"),
    ("item_looked_up", "the enquiry by {ref} shows no booking"),
    ("item_intended", "{ref} is about to be keyed"),
    ("item_posted", "booked as CV{bank:08}"),
    ("item_claimed", "claimed by host/slot-{slot} for visit 2"),
    ("item_confirmed", "the enquiry shows 1 bookings, as it should"),
    ("item_handed_back", "{ref} is in results/run.result.xlsx as row {row}"),
)
#: Every so many items end otherwise: (state, code, reason).
OTHERWISE = {
    97: ("REFUSED", "E204", "creditor account is closed"),
    211: ("ON_HOLD", "two_bookings", "the list shows two bookings of one reference"),
    503: ("FAILED", "window_died", "the window died before anything was sent"),
    2003: ("IN_DOUBT", "no_answer", "the answer was lost after the commit"),
}


def build(folder: Path, bank: RunningBank, *, items: int, steps: int) -> Suite:
    """A suite in *folder* with so many items in one run, and so many changes."""
    suite = a_suite(folder, bank, sessions=3)
    for name in ("bots", "workflows"):
        (suite.root / name).symlink_to(ROOT / name)
    config = suite.root / "config.toml"
    config.write_text(config.read_text("utf-8") + "\n[console]\nport = 0\n", "utf-8")
    file_batch(suite, payments(items, name=RUN), needs_approval=True)
    with (
        AuditLog.open(
            suite.data / "audit", host="bench", bot="months", redactor=Redactor()
        ) as audit,
        closing(sqlite3.connect(suite.data / "ledger.sqlite")) as ledger,
    ):
        ledger.execute("PRAGMA synchronous=OFF")
        _write_steps(ledger, audit, items, steps)
        _settle(ledger)
        ledger.execute("ANALYZE")
        ledger.commit()
    return find_suite(suite.root)


def more_work(suite: Suite, count: int, name: str) -> None:
    """A batch of *count* payments that bots may key at once."""
    file_batch(suite, payments(count, name=name))


def _write_steps(ledger: sqlite3.Connection, audit: AuditLog, items: int, steps: int) -> None:
    insert = (
        "INSERT INTO steps (stream, seq, hash, kind, at, batch_id, item_id, told)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    )
    block: list[tuple[object, ...]] = []
    for row in _steps(ledger, audit, items, steps):
        block.append(row)
        if len(block) == BLOCK:
            ledger.executemany(insert, block)
            ledger.commit()
            block.clear()
    ledger.executemany(insert, block)
    ledger.commit()


def _steps(
    ledger: sqlite3.Connection, audit: AuditLog, items: int, steps: int
) -> Iterator[tuple[object, ...]]:
    known = ledger.execute("SELECT item_id, batch_id, row, reference FROM items").fetchall()
    each_item = max(1, steps // items)
    began, pace = datetime.now(UTC) - SPAN, SPAN / steps
    for number, (item, batch, row, reference) in enumerate(known):
        for at in range(each_item):
            kind, sentence = STORY[at % len(STORY)]
            told = sentence.format(ref=reference, row=row, slot=number % 3, bank=number)
            mark = audit.emit(
                kind, obj={"batch": batch, "item": item}, data={"told": told}, durable=False
            )
            moment = began + (number * each_item + at) * pace
            written = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
            yield mark.stream, mark.seq, mark.hash, kind, written, batch, item, told


def _settle(ledger: sqlite3.Connection) -> None:
    """Most are booked and confirmed; some are not."""
    ledger.execute(
        "UPDATE items SET state = 'POSTED', due_at = NULL, visit = 2, updated_at ="
        " (SELECT max(at) FROM steps WHERE steps.item_id = items.item_id)"
    )
    for nth, (state, code, reason) in OTHERWISE.items():
        ledger.execute(
            f"UPDATE items SET state = ?, code = ?, reason = ? WHERE row % {nth} = 0",
            (state, code, reason),
        )
    # +kind: found by the item's index, not by the kind's
    at = "(SELECT {}(at) FROM steps WHERE steps.item_id = items.item_id AND +kind = 'item_{}')"
    ledger.execute(
        "INSERT INTO intents (item_id, attempt, at, token, login, payload_sha256, outcome,"
        " outcome_at, audit_stream, audit_seq, audit_hash)"
        " SELECT items.item_id, 1, steps.at, 1, 'OP1', payload_sha256,"
        " CASE state WHEN 'POSTED' THEN 'posted' WHEN 'IN_DOUBT' THEN NULL ELSE 'refused' END,"
        " CASE state WHEN 'IN_DOUBT' THEN NULL ELSE steps.at END, stream, seq, hash"
        " FROM items JOIN steps ON steps.item_id = items.item_id AND +steps.kind = 'item_intended'"
    )
    read_at = at.format("max", "posted")
    evidence = json.dumps([{"kind": "screenshot", "sha256": "0" * 64, "size": 1}])
    ledger.execute(
        "INSERT INTO receipts (item_id, bank_reference, source, read_at, evidence, confirmed_at)"
        f" SELECT item_id, printf('CV%08d', row), 'receipt', {read_at}, ?, updated_at"
        " FROM items WHERE state = 'POSTED'",
        (evidence,),
    )
    batch = ledger.execute("SELECT batch_id, digest, maker FROM batches").fetchone()
    ledger.execute(
        "INSERT INTO approvals (batch_id, digest, approver, maker, at)"
        " SELECT ?, ?, 'petra.novakova', ?, min(at) FROM steps",
        batch,
    )
    ledger.commit()

"""No click without an intent that survives a power cut, in the ledger and in the audit log."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from counterfoil.domain.items import ItemState, WorkItem
from counterfoil.engine.journal import LedgerJournal
from counterfoil.engine.keying import Verdict, key_once
from counterfoil.errors import AuditLost, ClaimLost, InDoubt, Refused, Unavailable
from counterfoil.store.claims import LeaseRow
from counterfoil.store.ledger import Ledger
from tests.engine_support import (
    CORE,
    QUICK,
    CardboardBank,
    CardboardSession,
    House,
    a_batch,
)


@pytest.fixture
def item(ledger: Ledger) -> WorkItem:
    document, batch = a_batch(1)
    ledger.file_batch(document, batch, needs_approval=False)
    return batch.items[0]


@pytest.fixture
def journal(ledger: Ledger) -> LedgerJournal:
    lease = ledger.take_lease(CORE, ["OP1"], sessions_max=1, lease=timedelta(seconds=60))
    assert lease is not None
    return LedgerJournal(ledger, lease, QUICK)


def visit(item: WorkItem, books: CardboardBank, journal: LedgerJournal) -> Verdict:
    session = CardboardSession(books, "OP1")
    return asyncio.run(key_once(item, session, journal, QUICK)).verdict


def audit_lines(house: House) -> list[dict[str, Any]]:
    lines = [
        line
        for path in sorted((house.folder / "audit").rglob("*.jsonl"))
        for line in path.read_text("ascii").splitlines()
    ]
    return [json.loads(line) for line in lines]


def test_the_intent_is_on_disk_in_both_places_before_the_click(
    house: House, item: WorkItem, journal: LedgerJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen from outside, at the moment of the click: another process reads the ledger's
    file, and the audit log's last sync came after its last write."""
    synced: list[int] = []
    really = os.fdatasync

    def fdatasync(handle: int) -> None:
        really(handle)
        synced.append(os.fstat(handle).st_size)

    monkeypatch.setattr(os, "fdatasync", fdatasync)
    seen: list[tuple[str, int, str]] = []

    def look(_: WorkItem) -> None:
        other = sqlite3.connect(house.folder / "ledger.sqlite")
        row = other.execute(
            "SELECT audit_stream, audit_seq, audit_hash FROM intents WHERE outcome IS NULL"
        ).fetchone()
        state = other.execute("SELECT state FROM items").fetchone()
        other.close()
        assert state == ("KEYING",)
        lines = audit_lines(house)
        intended = next(each for each in lines if each["kind"] == "item_intended")
        assert (intended["stream"], intended["seq"]) == row[:2]
        assert max(synced) >= sum(len(json.dumps(each)) for each in lines) * 0.5
        [path] = (house.folder / "audit").rglob("*.jsonl")
        assert path.stat().st_size in synced, "written, but not synced"
        seen.append(row)

    books = CardboardBank(at_commit=look)
    assert visit(item, books, journal) is Verdict.POSTED
    assert len(seen) == 1
    assert books.booked == [item.reference]


def test_the_ledger_commits_only_after_the_audit_log_is_synced(
    house: House, ledger: Ledger, item: WorkItem, journal: LedgerJournal
) -> None:
    assert ledger.audit is not None
    order: list[str] = []
    really = ledger.audit.sync

    def sync() -> None:
        other = sqlite3.connect(house.folder / "ledger.sqlite")
        (count,) = other.execute("SELECT count(*) FROM intents").fetchone()
        other.close()
        order.append(f"sync with {count} intents")
        really()

    ledger.audit.sync = sync  # type: ignore[method-assign]
    claim = asyncio.run(journal.claim(item))
    assert claim is not None
    intent = asyncio.run(journal.intend(item, claim, ()))
    asyncio.run(journal.make_durable(intent))
    assert order == ["sync with 0 intents"]


def test_an_audit_log_that_cannot_be_synced_stops_before_the_click(
    ledger: Ledger, item: WorkItem, journal: LedgerJournal
) -> None:
    assert ledger.audit is not None

    def lost() -> None:
        raise AuditLost("no space left on device")

    ledger.audit.sync = lost  # type: ignore[method-assign]
    books = CardboardBank()
    with pytest.raises(AuditLost):
        visit(item, books, journal)
    assert books.booked == []
    with ledger.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM intents").scalar() == 0


def test_a_commit_whose_answer_was_cut_is_read_again_and_not_repeated(
    ledger: Ledger, item: WorkItem, journal: LedgerJournal
) -> None:
    """The rows are there although COMMIT raised: the intent stands, the click follows."""
    books = CardboardBank()
    with cut_commits(ledger, landed=True):
        assert visit(item, books, journal) is Verdict.POSTED
    assert books.booked == [item.reference]
    assert [each.kind for each in ledger.history(item.item_id)] == ["item_intended", "item_posted"]


def test_a_commit_that_did_not_land_means_no_click(
    house: House, ledger: Ledger, item: WorkItem, journal: LedgerJournal
) -> None:
    books = CardboardBank()
    with cut_commits(ledger, landed=False), pytest.raises(ClaimLost):
        visit(item, books, journal)
    assert books.booked == []
    assert ledger.history(item.item_id) == []
    kinds = [each["kind"] for each in audit_lines(house)]
    assert kinds[-2:] == ["item_intended", "step_not_kept"]


class cut_commits:
    """The connection dies in the answer to the COMMIT of the first intent."""

    def __init__(self, ledger: Ledger, *, landed: bool) -> None:
        self._ledger = ledger
        self._landed = landed
        self._cuts = 1

    def __enter__(self) -> None:
        self._really = self._ledger.engine.dialect.do_commit
        self._ledger.engine.dialect.do_commit = self._cut  # type: ignore[method-assign,assignment]

    def __exit__(self, *_: object) -> None:
        self._ledger.engine.dialect.do_commit = self._really  # type: ignore[method-assign]

    def _cut(self, raw: Any) -> None:
        intents = raw.execute("SELECT count(*) FROM intents").fetchone()[0]
        if not intents or not self._cuts:
            self._really(raw)
            return
        self._cuts -= 1
        if self._landed:
            self._really(raw)
        raise OperationalError("COMMIT", {}, ConnectionError("the answer was cut"))


@pytest.mark.parametrize(
    ("trouble", "state", "verdict"),
    [
        (Unavailable("verify", "the page is gone"), ItemState.READY, Verdict.AGAIN),
        (Refused("account_unknown", "E204"), ItemState.REFUSED, Verdict.REFUSED),
        (InDoubt("commit", "no answer"), ItemState.IN_DOUBT, Verdict.AGAIN),
    ],
)
def test_what_the_bank_says_is_what_the_ledger_holds(
    ledger: Ledger,
    item: WorkItem,
    journal: LedgerJournal,
    trouble: Exception,
    state: ItemState,
    verdict: Verdict,
) -> None:
    books = CardboardBank(faults={item.reference: [trouble]})
    assert visit(item, books, journal) is verdict
    assert next(iter(ledger.items())).state is state
    assert visit_is_scheduled(ledger, item)


def visit_is_scheduled(ledger: Ledger, item: WorkItem) -> bool:
    row = next(iter(ledger.items()))
    return row.due_at is not None and row.due_at > ledger.now() - timedelta(seconds=5)


def test_two_bookings_freeze_the_system(
    ledger: Ledger, item: WorkItem, journal: LedgerJournal
) -> None:
    books = CardboardBank(booked=[item.reference, item.reference])
    assert visit(item, books, journal) is Verdict.PARKED
    assert list(ledger.frozen_systems()) == [CORE]
    assert next(iter(ledger.items())).state is ItemState.ON_HOLD


def test_a_stolen_lease_stops_the_visit_before_the_click(ledger: Ledger, item: WorkItem) -> None:
    gone = LeaseRow(system=CORE, login="OP1", token=7)
    books = CardboardBank()
    with pytest.raises(ClaimLost, match="OP1"):
        visit(item, books, LedgerJournal(ledger, gone, QUICK))
    assert books.booked == []

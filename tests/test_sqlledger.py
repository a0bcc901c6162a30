"""Journal vouchers go into a legacy system that nobody here wrote, once each, by maps alone.

SQL-Ledger 3.2 has framesets, table layout, one session per login, takes the same
reference twice without a murmur and answers a posting with an empty form. What it
booked is read from its own database. REPLAY=<seed> chooses the same instants again.
"""

from __future__ import annotations

import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bots.screen_bank import ScreenBank
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Chromium
from counterfoil.adapters.screens.inventory import Control, Inventory, Sight, load_inventory
from counterfoil.adapters.screens.readback import wrong_boxes
from counterfoil.adapters.screens.resolve import Resolution, resolve
from counterfoil.adapters.screens.spelling import Values, typed
from counterfoil.domain.batches import Batch
from counterfoil.domain.items import ItemState
from counterfoil.domain.vouchers import JournalVoucher
from counterfoil.errors import InDoubt, Refused, Unavailable
from counterfoil.store.ledger import Ledger
from tests.kill_support import KilledWorker, unwitnessed
from tests.sqlledger_support import (
    ROOT,
    SqlLedger,
    a_suite,
    intents_without_outcome,
    receipts,
    rent,
    running_sqlledger,
    take_in_workbook,
    two_sessions,
)

MAPS = load_system(ROOT / "selectors", "sqlledger")
VOUCHERS = 50
KILLS = 5


def recorded(screen: str) -> Inventory:
    """What was on the live screen when its inventory was recorded."""
    inventory = load_inventory(MAPS.folder / f"{screen}.inventory.json")
    assert inventory is not None, screen
    return inventory


@pytest.mark.parametrize("screen", ["sign_on", "gl_transaction", "gl_reports"])
def test_every_box_of_a_map_is_on_the_recorded_screen(screen: str) -> None:
    inventory = recorded(screen)
    found = resolve(screen, MAPS.screens[screen], inventory.controls, inventory)
    assert list(found.fields) == list(MAPS.screens[screen].fields)
    assert not any(each.healed for each in found.fields.values())


def test_the_voucher_screen_takes_nine_lines_of_four_boxes() -> None:
    inventory = recorded("gl_transaction")
    rows = resolve("gl_transaction", MAPS.screens["gl_transaction"], inventory.controls).rows
    assert [list(row) for row in rows] == [["account", "debit", "credit", "narrative"]] * 9


def asked_for_more(captions: Sequence[str]) -> list[Control]:
    """The recorded screen after "Update": *captions* of filled rows, and one empty row."""
    grown: list[Control] = []
    for each in recorded("gl_transaction").controls:
        name, _, row = each.name.rpartition("_")
        number = int(row) if name in ("accno", "debit", "credit", "source", "memo") else 0
        filled = 0 < number <= len(captions)
        if filled and name == "debit":
            caption = captions[number - 1]
            grown.append(replace(each, label=caption, path=(each.label,), value="1,500.25"))
        elif number <= len(captions) + 1 and not (filled and name == "accno"):
            grown.append(each)
    return [replace(each, index=at) for at, each in enumerate(grown)]


def settled(captions: Sequence[str]) -> list[str]:
    """What is wrong with vouchers of rent and bank, as these rows show them."""
    controls = asked_for_more(captions)
    screen = MAPS.screens["gl_transaction"]
    found = resolve("gl_transaction", screen, controls, recorded("gl_transaction"))
    sight = Sight(mark="m", complete=True, title="t", path="/", controls=tuple(controls))
    line: Values = {"account": "5760", "debit": Decimal("1500.25"), "narrative": ""}
    lines = [line] * len(captions)
    only = Resolution({}, found.rows)
    return list(wrong_boxes(sight, only, {}, lines, MAPS.map.locale))


def test_a_row_that_became_text_is_read_by_its_caption() -> None:
    """SQL-Ledger gives one row more at a time, and shuts the accounts of the filled ones."""
    assert settled(["5760--Rent"] * 3) == []
    assert settled(["5760--Rent", "5761--Rent, upstairs"]) == [
        "account: shows '5761--Rent, upstairs'"
    ]


def test_rows_that_became_text_in_another_order_stop_the_voucher() -> None:
    controls = asked_for_more(["5760--Rent", "1060--Checking Account"])
    other = {"debit_1": "debit_2", "debit_2": "debit_1"}
    swapped = [replace(each, name=other.get(each.name, each.name)) for each in controls]
    with pytest.raises(Unavailable, match="line 1, debit"):
        resolve("gl_transaction", MAPS.screens["gl_transaction"], swapped)


def test_debit_and_credit_that_changed_places_stop_the_voucher() -> None:
    swapped = {"Debit": "Credit", "Credit": "Debit"}
    controls = [
        replace(each, label=swapped.get(each.label, each.label))
        for each in recorded("gl_transaction").controls
    ]
    with pytest.raises(Unavailable, match="line 1, debit: conflict"):
        resolve("gl_transaction", MAPS.screens["gl_transaction"], controls)


def test_an_account_is_the_one_option_that_begins_with_its_number() -> None:
    screen = MAPS.screens["gl_transaction"]
    assert screen.lines is not None
    field, locale = screen.lines.fields["account"], MAPS.map.locale
    offered = next(
        each.options for each in recorded("gl_transaction").controls if each.name == "accno_1"
    )
    assert typed(field, "5760", locale, offered) == "5760--Rent"
    for unknown in ("576", "9999", ""):
        with pytest.raises(Refused, match="no_such_option"):
            typed(field, unknown, locale, offered)


@pytest.fixture(scope="module")
def books() -> Iterator[SqlLedger]:
    with running_sqlledger() as books:
        yield books


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[KilledWorker]:
    worker = KilledWorker(a_suite(tmp_path / "suite", sessions=2))
    yield worker
    worker.end()


@pytest.mark.battery
@pytest.mark.browser
def test_fifty_vouchers_from_a_workbook_are_booked_once_while_the_bot_is_killed(
    books: SqlLedger, worker: KilledWorker, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = os.environ.get("REPLAY") or secrets.token_hex(3)
    batch = take_in_workbook(worker.suite, seed + secrets.token_hex(2), VOUCHERS)
    assert (len(batch.items), batch.findings) == (VOUCHERS, ())
    begun = time.monotonic()

    open_at_kill = [kill_in_the_middle(worker, random.Random(f"{seed}{at}")) for at in range(KILLS)]
    worker.start()
    assert worker.wait(within=600) == 0, worker.log()
    seconds = time.monotonic() - begun

    booked = Counter(each.reference for each in books.transactions())
    doubled = [reference for reference, count in booked.items() if count > 1]
    lost = [each.reference for each in batch.items if each.reference not in booked]
    with capsys.disabled():
        print(  # noqa: T201 - the battery's result
            f"\n{VOUCHERS} vouchers, {KILLS} kills (REPLAY={seed}; {sum(open_at_kill)} intents "
            f"open at a kill): {len(doubled)} doubled, {len(lost)} lost, {seconds:.0f} s in all"
        )
    assert (doubled, lost) == ([], [])
    assert set(booked) == {each.reference for each in batch.items}
    assert sum(open_at_kill) > 0, f"REPLAY={seed}: no kill fell between intent and receipt"
    assert unwitnessed(worker.suite) == []
    agree(books, worker, batch)


@pytest.mark.battery
@pytest.mark.browser
def test_a_clerk_thrown_out_before_the_post_leaves_a_doubt_and_no_booking(
    books: SqlLedger, browser_path: Path, tmp_path: Path
) -> None:
    before, item = books.transactions(), rent(1)

    async def throw_out(ours: ScreenBank, theirs: ScreenBank) -> None:
        await ours.prepare(item)
        await theirs.look_up(rent(2))
        await ours.identify(item)  # the page knows nothing of it
        with pytest.raises(InDoubt, match="shows 0 bookings"):
            await ours.commit(item, click_before=time.monotonic() + 10)
        assert (await ours.look_up(item)).bookings == ()

    two_sessions(Chromium(browser_path, hosts=["127.0.0.1"], downloads=tmp_path), throw_out)
    assert books.transactions() == before


@pytest.mark.battery
@pytest.mark.browser
def test_a_currency_or_an_account_that_is_not_offered_is_refused_unbooked(
    books: SqlLedger, browser_path: Path, tmp_path: Path
) -> None:
    before = books.transactions()

    async def try_both(ours: ScreenBank, _: ScreenBank) -> None:
        for item in (rent(3, currency="EUR"), rent(4, account="9999")):
            with pytest.raises(Refused, match="no_such_option"):
                await ours.prepare(item)

    two_sessions(Chromium(browser_path, hosts=["127.0.0.1"], downloads=tmp_path), try_both)
    assert books.transactions() == before


def kill_in_the_middle(worker: KilledWorker, chance: random.Random) -> int:
    """Let it key a few, then kill it near a click; how many intents that left open."""
    worker.start()
    assert worker.acts(within=30), worker.log()
    worker.rest_until(time.monotonic() + chance.uniform(1.0, 6.0))
    deadline = time.monotonic() + 10
    while not intents_without_outcome(worker.suite) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(chance.uniform(0.0, 0.4))  # before the click, in it, after it
    worker.kill()
    return intents_without_outcome(worker.suite)


def agree(books: SqlLedger, worker: KilledWorker, batch: Batch) -> None:
    """Our ledger, the evidence and the system's database tell the same of every voucher."""
    ledger = Ledger.open(worker.suite.ledger_url)
    rows = {each.reference: each for each in ledger.items()}
    open_items = ledger.open_items()
    ledger.close()
    assert open_items == 0
    proofs = receipts(worker.suite)
    booked = {each.reference: each for each in books.transactions()}
    for item in batch.items:
        row, transaction = rows[item.reference], booked[item.reference]
        number, evidence = proofs[item.reference]
        assert isinstance(item.payload, JournalVoucher)
        assert transaction.is_for(item.payload), transaction
        assert row.state is ItemState.POSTED, f"{row.code}: {row.reason}"
        assert row.confirmed_at is not None
        assert row.bank_reference == number == transaction.number
        assert {"dom", "readback"} <= evidence

"""The worker brings every due item to an ending, and stops when it has to."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import text, update

from counterfoil.domain.items import ItemState
from counterfoil.engine.sessions import Sessions
from counterfoil.engine.visits import System
from counterfoil.engine.worker import Pace, Worker
from counterfoil.errors import AuditLost, BrowserDied, InDoubt, Refused, SetupError, Unavailable
from counterfoil.store import schema
from counterfoil.store.deciding import Word
from counterfoil.store.ledger import Ledger
from counterfoil.store.login_stops import LoginStops
from tests.engine_support import (
    CORE,
    FAST,
    QUICK,
    CardboardBank,
    House,
    a_batch,
    one_system,
)

EVA = Word(person="Eva", reason="looked into it")


def a_worker(
    house: House,
    ledger: Ledger,
    bank: CardboardBank,
    *,
    systems: dict[str, System] | None = None,
    pace: Pace = FAST,
) -> Worker:
    return Worker(ledger, bank, systems or one_system(), data=house.folder, pace=pace)


def work(worker: Worker, *, within: float = 30.0) -> None:
    """Until nothing is left that happens by itself."""
    asyncio.run(asyncio.wait_for(worker.run(until_done=True), within))


def work_while(worker: Worker, watch: Callable[[], Awaitable[None]]) -> None:
    """Until *watch* returns; then stop."""

    async def both() -> None:
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(0)  # it takes its lock first, whatever the Python
        try:
            await asyncio.wait_for(watch(), 20)
        finally:
            worker.stop()
            await asyncio.wait_for(running, 20)

    asyncio.run(both())


async def until(condition: Callable[[], bool], *, within: float = 15.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


def filed(ledger: Ledger, count: int, name: str = "payments.xlsx") -> list[str]:
    """The references of a batch that needs no approval."""
    document, batch = a_batch(count, name=name)
    ledger.file_batch(document, batch, needs_approval=False)
    return [each.reference for each in batch.items]


def states(ledger: Ledger) -> dict[str, ItemState]:
    return {each.reference: each.state for each in ledger.items()}


def test_every_item_is_booked_once_and_confirmed_whatever_the_bank_does(
    house: House, ledger: Ledger
) -> None:
    """Two sessions; a lost answer, a refusal, a bad page and a doubt without a booking."""
    references = filed(ledger, 10)
    bank = CardboardBank(
        lost_answers={references[0]},
        faults={
            references[1]: [Refused("account_unknown", "E204")],
            references[2]: [Unavailable("verify", "the page is gone")],
            references[3]: [InDoubt("commit", "no answer")],
        },
        seconds=0.01,
    )
    work(a_worker(house, ledger, bank, systems=one_system(logins=("OP1", "OP2"))))

    assert bank.doubled() == []
    assert set(bank.booked) == set(references) - {references[1]}
    assert states(ledger) == {
        each: ItemState.REFUSED if each == references[1] else ItemState.POSTED
        for each in references
    }
    assert all(
        each.confirmed_at is not None for each in ledger.items() if each.state is ItemState.POSTED
    )
    assert next(iter(ledger.batches())).complete
    assert bank.most_sessions == 2  # and CardboardBank refuses a login that is in use
    assert bank.sessions.total() == 0


def test_what_was_filed_while_the_worker_runs_is_found_without_being_told(
    house: House, ledger: Ledger
) -> None:
    """Another process (the CLI, intake) files with no engine at hand: the sweeper sees it."""
    bank = CardboardBank()

    async def watch() -> None:
        with house.ledger() as other:
            references = filed(other, 3)
        await until(lambda: set(bank.booked) == set(references))

    work_while(a_worker(house, ledger, bank), watch)
    assert bank.doubled() == []


def test_the_engine_is_rebuilt_from_the_ledger_alone(house: House, ledger: Ledger) -> None:
    """All of the engine's rows are thrown away half-way: nothing is lost or doubled."""
    references = filed(ledger, 8)
    bank = CardboardBank(seconds=0.05)
    worker = a_worker(house, ledger, bank)

    async def watch() -> None:
        await until(lambda: len(bank.booked) >= 3)

    work_while(worker, watch)
    with ledger.engine.begin() as connection:
        connection.execute(text("DELETE FROM operation_outputs"))
        connection.execute(text("DELETE FROM workflow_status"))
    with house.ledger() as again:
        work(a_worker(house, again, bank))
    assert sorted(bank.booked) == sorted(references)


def test_a_frozen_system_is_left_alone_until_a_person_lifts_it(
    house: House, ledger: Ledger
) -> None:
    references = filed(ledger, 3)
    ledger.freeze_by_hand("core", Word(person="Eva", reason="two bookings seen"))
    bank = CardboardBank()

    async def watch() -> None:
        await asyncio.sleep(1.5)  # three sweeps: time enough to do wrong
        assert bank.booked == []
        with house.ledger() as other:
            other.unfreeze("core", EVA)
        await until(lambda: set(bank.booked) == set(references))

    work_while(a_worker(house, ledger, bank), watch)


def test_a_refused_sign_on_is_not_repeated(house: House, ledger: Ledger) -> None:
    """A third wrong password would lock the operator out; the worker ends, and says so."""
    filed(ledger, 3)
    bank = CardboardBank(sign_on_trouble=[Refused("password", "PASSWORD WRONG")] * 5)
    work(a_worker(house, ledger, bank))
    (stop,) = LoginStops.beside(ledger).stopped_logins("core")
    assert (stop.login, stop.reason) == ("OP1", "PASSWORD WRONG")
    assert ledger.frozen_systems() == {}
    assert len(bank.sign_on_trouble) == 4
    assert bank.booked == []


def test_a_bank_that_is_closed_is_tried_again(house: House, ledger: Ledger) -> None:
    references = filed(ledger, 2)
    bank = CardboardBank(sign_on_trouble=[Unavailable("sign_on", "maintenance")] * 2)
    work(a_worker(house, ledger, bank))
    assert set(bank.booked) == set(references)


def test_that_our_own_browser_dies_again_and_again_is_not_held_against_an_item(
    house: House, ledger: Ledger
) -> None:
    """More often than an item is tried at a bank that is closed, and without its pauses."""
    [reference] = filed(ledger, 1)
    deaths = QUICK.retries_max + 2
    quick = replace(QUICK, retry_seconds=0)
    bank = CardboardBank(
        faults={reference: [BrowserDied("browser", "it died") for _ in range(deaths)]},
        sign_on_trouble=[BrowserDied("browser", "it died")] * 2,
    )
    work(a_worker(house, ledger, bank, systems=one_system(quick)))
    assert bank.booked == [reference]
    kinds = Counter(each.kind for each in ledger.history(ledger.items()[0].item_id))
    assert kinds["item_not_keyed"] == deaths


def test_an_item_that_our_browser_dies_of_every_time_is_shown_to_a_person(
    house: House, ledger: Ledger
) -> None:
    [reference] = filed(ledger, 1)
    quick = replace(QUICK, retry_seconds=0, deaths_max=3)
    bank = CardboardBank(faults={reference: [BrowserDied("browser", "it died")] * 100})
    work(a_worker(house, ledger, bank, systems=one_system(quick)))
    assert states(ledger)[reference] is ItemState.FAILED
    assert bank.booked == []


def test_no_more_sessions_than_the_system_allows_are_ever_open(
    house: House, ledger: Ledger
) -> None:
    """Three bank logins, two of them at a time, and a dozen items at once."""
    filed(ledger, 12)
    bank = CardboardBank(seconds=0.05)
    systems = {CORE: System(policy=QUICK, logins=("OP1", "OP2", "OP3"), sessions_max=2)}
    work(a_worker(house, ledger, bank, systems=systems))

    assert len(bank.booked) == 12
    assert bank.most_sessions == 2


def test_a_worn_session_is_opened_anew(
    house: House, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser's driver keeps something of every page until the window goes."""
    monkeypatch.setattr(Sessions, "USES_MAX", 3)
    references = filed(ledger, 8)
    bank = CardboardBank()
    systems = {CORE: System(policy=QUICK, logins=("OP1",), sessions_max=1)}
    work(a_worker(house, ledger, bank, systems=systems))

    assert set(bank.booked) == set(references)
    assert bank.signed_on >= len(references) // 3  # an item comes twice: keyed, then borne out
    assert bank.most_sessions == 1


def test_a_second_worker_on_the_same_folder_is_refused(house: House, ledger: Ledger) -> None:
    async def watch() -> None:
        with house.ledger() as other:
            second = a_worker(house, other, CardboardBank())
            with pytest.raises(SetupError, match="another worker"):
                await second.run()

    work_while(a_worker(house, ledger, CardboardBank()), watch)


def test_a_defect_parks_its_item_and_nothing_else(house: House, ledger: Ledger) -> None:
    """What no class of errors.py describes never means "try again"."""
    references = filed(ledger, 4)
    bank = CardboardBank(faults={references[1]: [RuntimeError("a defect of ours")]})
    work(a_worker(house, ledger, bank))
    assert states(ledger)[references[1]] is ItemState.ON_HOLD
    held = ledger.items(state=ItemState.ON_HOLD)
    assert [each.code for each in held] == ["defect"]
    assert set(bank.booked) == set(references) - {references[1]}


def test_asvs_16_5_3_an_audit_log_that_is_lost_stops_the_worker_before_the_next_click(
    house: House, ledger: Ledger
) -> None:
    filed(ledger, 5)
    bank = CardboardBank()
    assert ledger.audit is not None
    really, left = ledger.audit.sync, [3]

    def sync() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise AuditLost("no space left on device")
        really()

    ledger.audit.sync = sync  # type: ignore[method-assign]
    with pytest.raises(AuditLost):
        work(a_worker(house, ledger, bank))
    intended = [
        each
        for item in ledger.items()
        for each in ledger.history(item.item_id)
        if each.kind == "item_intended"
    ]
    assert len(bank.booked) == len(intended)


def test_a_stop_finishes_the_item_in_hand_and_takes_no_other(house: House, ledger: Ledger) -> None:
    filed(ledger, 6)
    bank = CardboardBank(seconds=0.3)
    worker = a_worker(house, ledger, bank)

    async def watch() -> None:
        await until(lambda: len(bank.booked) == 1)

    work_while(worker, watch)
    found = list(states(ledger).values())
    assert ItemState.KEYING not in found
    assert found.count(ItemState.POSTED) == len(bank.booked) <= 2
    assert bank.sessions.total() == 0


def test_a_visit_that_hangs_is_given_back_with_its_doubt(house: House, ledger: Ledger) -> None:
    """The answer to the commit never comes: cut off, looked up, found, adopted."""
    [reference] = filed(ledger, 1)
    bank = CardboardBank()

    def hang(_: object) -> None:
        bank.seconds = 5.0 if not bank.booked else 0.0

    bank.at_commit = hang

    async def watch() -> None:
        await until(lambda: bool(bank.booked))
        await until(lambda: states(ledger)[reference] is ItemState.IN_DOUBT)
        bank.seconds = 0.0
        await until(lambda: states(ledger)[reference] is ItemState.POSTED)

    work_while(a_worker(house, ledger, bank, pace=replace(FAST, visit_seconds=1.0)), watch)
    assert bank.booked == [reference]
    kinds = [each.kind for each in ledger.history(ledger.items()[0].item_id)]
    assert kinds[:3] == ["item_intended", "visit_broke_off", "item_posted"]


def test_a_row_edited_by_hand_is_parked_and_never_keyed(house: House, ledger: Ledger) -> None:
    references = filed(ledger, 3)
    items = schema.items
    with ledger.engine.begin() as connection:
        victim = update(items).where(items.c.reference == references[1])
        connection.execute(victim.values(payload_sha256="0" * 64))
    bank = CardboardBank()
    work(a_worker(house, ledger, bank))
    assert set(bank.booked) == {references[0], references[2]}
    assert [each.code for each in ledger.items(state=ItemState.ON_HOLD)] == ["row_changed"]


def test_a_doubt_that_cannot_be_proved_ends_with_a_person(house: House, ledger: Ledger) -> None:
    [reference] = filed(ledger, 1)
    unknown = replace(QUICK, late_booking_seconds=None)
    bank = CardboardBank(faults={reference: [InDoubt("commit", "no answer")]})
    work(a_worker(house, ledger, bank, systems=one_system(unknown)))
    assert [each.code for each in ledger.items()] == ["bounds_unknown"]
    with house.ledger() as other:
        other.release(ledger.items()[0].item_id, EVA)
    with house.ledger() as again:
        work(a_worker(house, again, bank))
    assert bank.booked == [reference]


def test_the_engine_costs_little_beside_a_screen(house: House, ledger: Ledger) -> None:
    """CPU of this process over 40 items with two visits each; generous, for a busy machine."""
    filed(ledger, 40)
    begun = time.process_time()
    work(a_worker(house, ledger, CardboardBank()))
    assert (time.process_time() - begun) / 40 < 0.15

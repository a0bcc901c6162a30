"""What rests, what goes first, what comes too late: with a real ledger, engine and log."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text, update

from counterfoil.domain.items import ItemState, WorkItem
from counterfoil.domain.pauses import EVERYWHERE, Breaker, Leave, Priority, Terms
from counterfoil.engine.durable import LOCAL_EXECUTOR
from counterfoil.engine.visits import System
from counterfoil.errors import BrowserDied, ClaimLost, Refused, SetupError, Unavailable
from counterfoil.store import schema
from counterfoil.store.claims import TAKEOVERS_MAX
from counterfoil.store.deciding import Word
from counterfoil.store.ledger import Ledger
from tests.engine_support import CORE, QUICK, CardboardBank, House, a_batch, one_system
from tests.postgres_support import new_database
from tests.test_engine import EVA, a_worker, filed, states, until, work, work_while

CLOSED = Unavailable("sign_on", "the bank is closed")
BREAKER = Breaker(opens_after=3, probe_after=timedelta(seconds=1))
NEVER = Breaker(opens_after=3, probe_after=timedelta(hours=1))


def breaking(breaker: Breaker = BREAKER) -> dict[str, System]:
    return {CORE: replace(one_system()[CORE], breaker=breaker)}


def kinds(ledger: Ledger) -> list[str]:
    """Every event of the ledger, in order."""
    with ledger.reading() as connection:
        query = schema.steps.select().order_by(schema.steps.c.at, schema.steps.c.seq)
        return [row.kind for row in connection.execute(query)]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, house: House) -> House:
    """One installation on each database."""
    return house if request.param == "sqlite" else House(house.folder, new_database())


# Circuits


def test_too_many_exceptions_in_a_row_open_the_circuit_and_a_probe_closes_it(
    house: House, ledger: Ledger
) -> None:
    """Three sign-ons and the first probe fail; no item pays for it."""
    references = filed(ledger, 4)
    bank = CardboardBank(sign_on_trouble=[CLOSED] * 4)
    work(a_worker(house, ledger, bank, systems=breaking()))
    assert sorted(bank.booked) == sorted(references)
    told = [each for each in kinds(ledger) if each.startswith("circuit")]
    assert told == ["circuit_opened", "circuit_probed", "circuit_probed", "circuit_closed"]
    assert "item_not_keyed" not in kinds(ledger)
    assert (ledger.pauses(), ledger.troubles()) == ([], {})


def test_while_the_circuit_is_open_nobody_comes_near_the_system(
    house: House, ledger: Ledger
) -> None:
    filed(ledger, 4)
    bank = CardboardBank(sign_on_trouble=[CLOSED] * 9)

    async def watch() -> None:
        await until(lambda: bool(ledger.pauses()))
        begun, left = ledger.now(), len(bank.sign_on_trouble)
        await until(lambda: ledger.now() - begun > timedelta(seconds=9))  # and all pauses over
        assert len(bank.sign_on_trouble) == left
        bank.sign_on_trouble.clear()
        with house.ledger() as other:
            other.close_circuit(CORE, EVA)
        await until(lambda: len(bank.booked) == 4)

    work_while(a_worker(house, ledger, bank, systems=breaking(NEVER)), watch)
    assert kinds(ledger).count("circuit_opened") == 1


def test_exceptions_with_an_answer_between_them_open_nothing(either: House) -> None:
    with either.ledger() as ledger:
        assert ledger.take_lease(CORE, ["OP1"], sessions_max=1, lease=timedelta(minutes=1))
        for _ in range(3):
            assert not ledger.system_failed(CORE, "slow", BREAKER)
            assert not ledger.system_failed(CORE, "slow", BREAKER)
            ledger.system_answered(CORE)
        assert [ledger.system_failed(CORE, "slow", BREAKER) for _ in range(4)] == [
            False, False, True, False,
        ]  # fmt: skip


def test_a_probe_is_given_to_one_visit_alone(either: House) -> None:
    """However many machines ask for it."""
    at_once = replace(BREAKER, probe_after=timedelta(0))
    with either.ledger() as one, either.ledger() as other:
        assert one.take_lease(CORE, ["OP1"], sessions_max=1, lease=timedelta(minutes=1))
        for _ in range(3):
            one.system_failed(CORE, "slow", at_once)
        leaves = [each.leave(CORE, NEVER) for each in (one, other, one)]
        assert leaves == [Leave.PROBE, Leave.STAY, Leave.STAY]
        assert one.leave(CORE, NEVER, probing=True) is Leave.GO


def test_that_our_browser_dies_is_no_exception_of_the_system(house: House, ledger: Ledger) -> None:
    [reference] = filed(ledger, 1)
    deaths = [BrowserDied("browser", "it died") for _ in range(5)]
    bank = CardboardBank(faults={reference: list(deaths)})
    systems = {CORE: replace(breaking(NEVER)[CORE], policy=replace(QUICK, retry_seconds=0))}
    work(a_worker(house, ledger, bank, systems=systems))
    assert bank.booked == [reference]
    assert "circuit_opened" not in kinds(ledger)


def test_a_system_that_fails_in_the_middle_opens_its_circuit_too(
    house: House, ledger: Ledger
) -> None:
    """Signed on, looked up, and then a page that is not there; the row counts over items."""
    references = filed(ledger, 3)
    trouble = [Unavailable("verify", "no such page")]
    bank = CardboardBank(faults={each: list(trouble) for each in references})
    work(a_worker(house, ledger, bank, systems=breaking()))
    assert kinds(ledger).count("circuit_opened") == 1
    assert sorted(bank.booked) == sorted(references)


# Maintenance


def test_in_maintenance_nothing_new_is_begun(house: House, ledger: Ledger) -> None:
    references = filed(ledger, 3)
    ledger.begin_maintenance(EVERYWHERE, EVA)
    bank = CardboardBank()

    async def watch() -> None:
        begun = ledger.now()
        await until(lambda: ledger.now() - begun > timedelta(seconds=1.5))  # three sweeps
        assert bank.signed_on == 0
        with house.ledger() as other:
            other.end_maintenance(EVERYWHERE, EVA)
        await until(lambda: sorted(bank.booked) == sorted(references))

    work_while(a_worker(house, ledger, bank), watch)
    assert {"maintenance_began", "maintenance_ended"} <= set(kinds(ledger))


def test_maintenance_that_begins_meanwhile_lets_the_item_in_hand_be_finished(
    house: House, ledger: Ledger
) -> None:
    filed(ledger, 4)
    bank = CardboardBank(seconds=0.05)

    def begin(_: WorkItem) -> None:
        if not bank.booked:
            with house.ledger() as other:
                other.begin_maintenance(CORE, EVA)

    bank.at_commit = begin
    work(a_worker(house, ledger, bank))
    assert len(bank.booked) == 1
    found = list(states(ledger).values())
    assert (found.count(ItemState.POSTED), found.count(ItemState.READY)) == (1, 3)


def test_maintenance_is_begun_and_ended_once(either: House) -> None:
    with either.ledger() as ledger:
        ledger.begin_maintenance(CORE, EVA)
        with pytest.raises(Refused, match="maintenance is on"):
            ledger.begin_maintenance(CORE, EVA)
        assert ledger.leave("other", None) is Leave.GO
        assert not ledger.take_lease(CORE, ["OP1"], sessions_max=1, lease=timedelta(minutes=1))
        ledger.end_maintenance(CORE, EVA)
        with pytest.raises(Refused, match="no maintenance is on"):
            ledger.end_maintenance(CORE, EVA)


# Rates


def test_turns_are_apart_over_all_machines(either: House) -> None:
    with either.ledger() as one, either.ledger() as other:
        assert one.take_lease(CORE, ["OP1"], sessions_max=1, lease=timedelta(minutes=1))
        between = timedelta(minutes=1)
        waits = [each.take_turn(CORE, between) for each in (one, other, one, other)]
    assert waits[0] == 0.0
    assert all(58 < later - sooner <= 60 for sooner, later in pairwise(waits))


def test_visits_keep_to_the_rate_whatever_the_sessions(house: House, ledger: Ledger) -> None:
    """Two sessions, an enquiry each at the beginning of a visit: six take five turns at least."""
    filed(ledger, 3)
    bank = CardboardBank()
    two = replace(one_system(logins=("OP1", "OP2"))[CORE], visits_per_minute=120)
    work(a_worker(house, ledger, bank, systems={CORE: two}))
    assert len(bank.looked_up) == 6
    assert bank.looked_up[-1] - bank.looked_up[0] > 2.0, "0.5 s each; the first may come late"


# Order


def in_batches(ledger: Ledger, count: int = 2, **terms: Terms) -> dict[str, str]:
    """One batch of *count* items each; reference -> name of its batch."""
    found = {}
    for name, each in terms.items():
        document, batch = a_batch(count, name=name)
        ledger.file_batch(document, batch, needs_approval=False, terms=each)
        found.update({item.reference: name for item in batch.items})
    return found


def test_what_is_urgent_is_keyed_first(house: House, ledger: Ledger) -> None:
    """But for visits that are in hand already: two or three wait for the session at a time."""
    batches = in_batches(
        ledger,
        4,
        low=Terms(priority=Priority.LOW),
        normal=Terms(),
        high=Terms(priority=Priority.HIGH),
    )
    bank = CardboardBank(seconds=0.02)
    work(a_worker(house, ledger, bank))
    order = [batches[each] for each in bank.booked]
    assert len(order) == 12
    last = {name: 11 - order[::-1].index(name) for name in ("high", "normal")}
    assert order[0] == "high"
    assert last["high"] < order.index("low")
    assert order.index("normal") < last["normal"] < 11


def test_a_person_changes_the_order_and_it_is_on_the_record(house: House, ledger: Ledger) -> None:
    batches = in_batches(ledger, first=Terms(), second=Terms())
    [second] = [each.batch_id for each in ledger.batches() if each.name == "second"]
    assert ledger.prioritise(second, Priority.HIGH, EVA) == 2
    bank = CardboardBank()
    work(a_worker(house, ledger, bank))
    assert [batches[each] for each in bank.booked] == ["second", "second", "first", "first"]
    assert "batch_prioritised" in kinds(ledger)
    with pytest.raises(Refused, match="nothing is left"):
        ledger.prioritise(second, Priority.LOW, EVA)


def test_a_deferred_batch_waits_for_its_time_also_through_its_approval(
    house: House, ledger: Ledger
) -> None:
    document, batch = a_batch(2)
    ledger.file_batch(document, batch, needs_approval=True)
    other = filed(ledger, 1, "other.xlsx")
    ledger.defer(batch.batch_id, ledger.now() + timedelta(seconds=3), EVA)
    due = ledger.now() + timedelta(seconds=3)
    ledger.approve(batch.batch_id, approver="Eva", digest=batch.digest())
    bank = CardboardBank()

    def in_time(item: WorkItem) -> None:
        assert item.reference in other or ledger.now() >= due - timedelta(seconds=1)

    bank.at_commit = in_time
    work(a_worker(house, ledger, bank))
    assert len(bank.booked) == 3
    assert bank.booked[0] == other[0]


def test_what_is_not_keyed_by_its_deadline_waits_for_a_person(house: House, ledger: Ledger) -> None:
    past = ledger.now() - timedelta(seconds=1)
    batches = in_batches(ledger, late=Terms(deadline_at=past), early=Terms())
    bank = CardboardBank()
    work(a_worker(house, ledger, bank))
    assert {batches[each] for each in bank.booked} == {"early"}
    held = ledger.items(state=ItemState.ON_HOLD)
    assert [each.code for each in held] == ["deadline_passed"] * 2
    ledger.release(held[0].item_id, EVA)
    with house.ledger() as again:
        work(a_worker(house, again, bank))
    assert held[0].reference in bank.booked


def test_a_deadline_that_passes_between_claim_and_click_stops_the_click(
    either: House,
) -> None:
    with either.ledger(boot="one") as ledger:
        document, batch = a_batch(1)
        ledger.file_batch(document, batch, needs_approval=False)
        lease = ledger.take_lease(CORE, ["OP1"], sessions_max=1, lease=timedelta(minutes=1))
        claim = ledger.claim(batch.items[0].item_id)
        assert lease is not None
        assert claim is not None
        with ledger.writing() as tx:
            tx.connection.execute(update(schema.items).values(deadline_at=tx.now))
        with pytest.raises(ClaimLost, match="deadline"):
            ledger.intend(batch.items[0], claim.token, lease, outlast=timedelta(seconds=1))


# Poison


def test_an_item_that_workers_die_of_is_parked(either: House) -> None:
    """Each of them claimed it and said nothing more."""
    with either.ledger() as ledger:
        document, batch = a_batch(1)
        ledger.file_batch(document, batch, needs_approval=False)
    item_id = batch.items[0].item_id
    for number in range(TAKEOVERS_MAX + 1):
        with either.ledger() as ledger:
            assert ledger.claim(item_id) is not None, number
    with either.ledger() as ledger:
        assert ledger.claim(item_id) is None
        [item] = ledger.items()
        assert (item.state, item.code) == (ItemState.ON_HOLD, "poison")
        ledger.release(item_id, Word(person="Eva", reason="mended"))
        assert ledger.claim(item_id) is not None


# The engine's own losses


def test_a_visit_that_the_engine_only_says_it_makes_is_made_anew(
    house: House, ledger: Ledger
) -> None:
    """PostgreSQL went between the engine's commit and its answer: marked, and nobody told."""
    [reference] = filed(ledger, 1)
    [item] = ledger.items()
    ledger.freeze_by_hand(CORE, EVA)
    bank = CardboardBank()

    async def watch() -> None:
        await until(lambda: ledger.carrier is not None)
        assert ledger.carrier is not None
        with ledger.engine.connect().execution_options(writes=True) as connection:
            visits = [(item.item_id, 1)]
            ledger.carrier.enqueue(connection, CORE, visits, 3600.0, urgency=20)
            connection.execute(
                text("UPDATE workflow_status SET status = 'PENDING', executor_id = :ours"),
                {"ours": LOCAL_EXECUTOR},
            )
            connection.commit()
        with house.ledger() as other:
            other.unfreeze(CORE, EVA)
        await until(lambda: bank.booked == [reference])

    work_while(a_worker(house, ledger, bank), watch)


# Keys


def test_a_machine_with_another_key_does_not_start_and_parks_nothing(
    house: House, ledger: Ledger
) -> None:
    """Else it would call every row altered, and put all of them on hold."""
    filed(ledger, 2)
    (house.folder / "keys" / "vault").unlink()
    with house.ledger() as stranger:
        with pytest.raises(SetupError, match=r"copy the one of the machine that filed them"):
            work(a_worker(house, stranger, CardboardBank()))
        assert set(states(stranger).values()) == {ItemState.READY}


# Stopping


def test_a_second_signal_breaks_off_and_leaves_the_doubt(house: House, ledger: Ledger) -> None:
    """The answer to the commit would have taken a minute."""
    [reference] = filed(ledger, 1)
    bank = CardboardBank()

    def hang(_: object) -> None:
        bank.seconds = 60.0

    bank.at_commit = hang
    worker = a_worker(house, ledger, bank)

    async def both() -> None:
        running = asyncio.create_task(worker.run())
        await until(lambda: bool(bank.booked))
        worker.stop()
        await asyncio.sleep(0)
        worker.break_off()
        await asyncio.wait_for(running, 10)

    asyncio.run(both())
    assert states(ledger)[reference] is ItemState.IN_DOUBT
    bank.seconds, bank.at_commit = 0.0, None
    with house.ledger() as again:
        work(a_worker(house, again, bank))
    assert bank.booked == [reference]

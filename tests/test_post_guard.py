"""Whatever becomes of the answer, the bank accepts one POST for one intent, at most."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bots.screen_bank import ScreenBank
from counterfoil.adapters.map_schema import System
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Session
from counterfoil.domain.items import WorkItem
from counterfoil.errors import InDoubt, Refused
from tests.bank_support import RunningBank
from tests.screens_support import SELECTORS, Rig, key

pytestmark = pytest.mark.browser

#: Every way in which the answer to the commit gets lost, odd or slow, and how it ends.
FAULTS = {
    "fin": InDoubt,
    "rst": InDoubt,
    "408": InDoubt,
    "421": InDoubt,
    "425": InDoubt,
    "500_after": InDoubt,
    "500_before": InDoubt,
    "503": InDoubt,
    "partial_header": InDoubt,
    "cut_body": InDoubt,
    "silence": InDoubt,
    "late_booking": InDoubt,
    "307": InDoubt,
    "redirect_after_post": None,  # a receipt
}


@pytest.fixture(scope="module")
def rig(browser_path: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    from pathlib import Path

    assert isinstance(browser_path, Path)
    folder = tmp_path_factory.mktemp("bank")
    with RunningBank(folder) as bank, Rig(browser_path, folder, bank) as rig:
        rig.tidy()
        yield rig


@pytest.fixture(scope="module")
def bank(rig: Rig) -> ScreenBank:
    """One session for the whole matrix, as in a day's work; its answers may take 2 s."""
    return rig.screen_bank(system=patient(2))


def patient(seconds: int) -> System:
    """The maps of corebank with another patience for the answer to a commit."""
    system = load_system(SELECTORS, "corebank")
    screen = system.screens["payment_verify"]
    book = replace(screen.actions["book"], answer_within_seconds=seconds)
    changed = replace(screen, actions={**screen.actions, "book": book})
    return replace(system, screens={**system.screens, "payment_verify": changed})


def outcome(rig: Rig, bank: ScreenBank, item: WorkItem) -> type[Exception] | None:
    """How keying *item* ended: the class of error, or None for a receipt."""
    try:
        rig.run(key(bank, item))
    except (Refused, InDoubt) as end:
        return type(end)
    return None


def strike(rig: Rig, bank: ScreenBank, fault: str, *, fresh: bool, seconds: float) -> None:
    """Key one item while *fault* strikes its commit, and hold the bank's count against it."""
    item = rig.payment()
    rig.bank.set(close_connections=fresh)
    rig.run(bank.look_up(item))  # signed on, with connections as they will be
    rig.bank.fault(fault, seconds=seconds if fault == "silence" else 0.2)
    try:
        assert outcome(rig, bank, item) is FAULTS[fault]
    finally:
        rig.bank.clear_faults()
    accepted = len(rig.bank.posts_accepted(item.reference))
    assert accepted == (0 if fault == "500_before" else 1)


@pytest.mark.parametrize("fresh", [False, True], ids=["kept", "fresh"])
@pytest.mark.parametrize("fault", FAULTS)
def test_one_post_for_one_intent(rig: Rig, bank: ScreenBank, fault: str, fresh: bool) -> None:
    strike(rig, bank, fault, fresh=fresh, seconds=4)


@pytest.mark.battery
@pytest.mark.parametrize("fresh", [False, True], ids=["kept", "fresh"])
@pytest.mark.parametrize("fault", FAULTS)
def test_one_post_for_one_intent_ten_times(
    rig: Rig, bank: ScreenBank, fault: str, fresh: bool
) -> None:
    for _ in range(1 if fault == "silence" else 10):
        strike(rig, bank, fault, fresh=fresh, seconds=4)


@pytest.mark.battery
def test_thirty_seconds_of_silence_are_a_doubt(rig: Rig) -> None:
    item, bank = rig.payment(), rig.screen_bank(operator=2, system=patient(20))
    rig.run(bank.look_up(item))
    rig.bank.fault("silence", seconds=30)
    began = time.monotonic()
    assert outcome(rig, bank, item) is InDoubt
    assert 20 <= time.monotonic() - began <= 26
    assert len(rig.bank.posts_accepted(item.reference)) == 1


def test_without_the_guard_chromium_itself_pays_twice(rig: Rig) -> None:
    """The reason for all this, and the proof that the tests above can fail."""
    item, session = rig.payment(), rig.session(operator=1)
    rig.bank.set(close_connections=False)
    rig.run(ScreenBank(session).prepare(item))
    rig.bank.fault("fin")

    rig.run(press_book_plainly(session, item))

    assert len(rig.bank.posts_accepted(item.reference)) == 2


async def press_book_plainly(session: Session, item: WorkItem) -> None:
    """As any script would do it: no route, an ordinary click."""
    await session.page.context.unroute_all()
    dialogs = session.system.screens["payment_verify"].actions["book"].dialogs
    session.watch.expect(dialogs, item.values())
    await session.frame("work").locator("[name=PF8]").click()
    await session.frame("work").get_by_text("ACCEPTED REF").first.wait_for(timeout=10_000)

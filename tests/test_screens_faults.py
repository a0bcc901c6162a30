"""Whatever answer on the way to the commit is lost, wrong or somebody else's: nothing is keyed
by it, and the next visit keys the item once.

The faults of the commit itself are in test_post_guard.py and the kill battery.
"""

from __future__ import annotations

import pytest

from bots.screen_bank import ScreenBank
from counterfoil.domain.items import WorkItem
from counterfoil.errors import Unavailable
from fixtures.corebank.faults import FAULTS
from tests.screens_support import Rig, key

pytestmark = pytest.mark.browser

WAY = ("signon", "search", "list", "entry", "window", "verify")
EVERY = [(name, at) for name, points in FAULTS.items() for at in points if at in WAY]
#: One of each kind, and each answer at least once.
SOME = [
    ("fin", "signon"),
    ("rst", "search"),
    ("cut_body", "list"),
    ("partial_header", "entry"),
    ("fin", "window"),
    ("421", "verify"),
    ("307", "verify"),
    ("500_before", "window"),
    ("expired_mid_form", "window"),
    ("kicked_out", "search"),
    ("silence", "verify"),
    ("broadcast", "window"),
]
#: These do not even delay the item.
HARMLESS = {"slow", "broadcast", "beforeunload", "password_notice", "stale_list"}


def visit(rig: Rig, bank: ScreenBank, item: WorkItem) -> bool:
    """Look up and key, as the protocol does; False: nothing was keyed, for certain."""
    try:
        assert rig.run(bank.look_up(item)).bookings == ()
        rig.run(key(bank, item))
    except Unavailable:
        assert rig.bank.posts_accepted(item.reference) == []
        return False
    return True


def survives(rig: Rig, fault: str, at: str, item: WorkItem) -> None:
    bank = rig.screen_bank()
    if at != "signon":
        rig.run(bank.look_up(item))
    if at == "search":  # away from the list, which would be asked again where it stands
        rig.run(bank.prepare(item))
    rig.bank.fault(fault, at=at, **({"seconds": 0.3} if fault in ("silence", "slow") else {}))

    keyed = visit(rig, bank, item)

    (armed,) = rig.bank.control("GET", "/faults")["armed"]
    assert armed["struck"] == 1, "it never came that way"
    assert keyed or fault not in HARMLESS
    assert keyed or visit(rig, bank, item)
    assert len(rig.bank.posts_accepted(item.reference)) == 1


@pytest.mark.parametrize(("fault", "at"), SOME)
def test_a_fault_on_the_way_keys_nothing_and_delays_the_item_only(
    rig: Rig, fault: str, at: str
) -> None:
    survives(rig, fault, at, rig.payment())


@pytest.mark.battery
@pytest.mark.parametrize(("fault", "at"), EVERY)
def test_every_fault_on_the_way_keys_nothing_and_delays_the_item_only(
    rig: Rig, fault: str, at: str
) -> None:
    survives(rig, fault, at, rig.payment())


@pytest.mark.parametrize("fault", ["fin", "500_after", "page_served_twice", "kicked_out"])
def test_a_fault_while_lines_are_added_keys_nothing(rig: Rig, fault: str) -> None:
    """A voucher's "Add lines" is a POST in the middle of typing."""
    survives(rig, fault, "verify", rig.voucher(6))

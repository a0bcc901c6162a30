"""The vendor's upgrade, live: what moved harmlessly is found again, what is dangerous stops.

CoreView 4.3 renames and moves the boxes of the enquiries, of the voucher and of the
narratives, captions unchanged; on the payment screen debtor and creditor change places
under their old names. The same maps drive both releases.
"""

from __future__ import annotations

import json

import pytest

from bots.screen_bank import ScreenBank
from counterfoil.adapters.screens import Session
from counterfoil.domain.items import WorkItem
from counterfoil.errors import Unavailable
from tests.screens_support import Rig, key

pytestmark = pytest.mark.browser
KINDS = ("payment", "voucher")


def an_item(rig: Rig, kind: str) -> WorkItem:
    return rig.payment() if kind == "payment" else rig.voucher(6)


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_keyed_before_the_upgrade_is_found_after_it(rig: Rig, kind: str) -> None:
    """A doubt of the night before must be cleared on the morning of the upgrade."""
    item, bank = an_item(rig, kind), rig.screen_bank()
    receipt = rig.run(key(bank, item))
    rig.bank.use_skin("4.3")

    (found,) = rig.run(bank.look_up(item)).bookings

    assert found.bank_reference == receipt.bank_reference
    assert found.differences(item) == ()
    assert healed_in(rig) == ["reference"]
    assert rig.run(bank.look_up(an_item(rig, kind))).bookings == ()


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("payment", "debtor_account: conflict: .*; creditor_account: conflict"),
        ("voucher", "line 1, account: name 'L01A' is not there.*line 4, credit: name 'L04C'"),
    ],
)
def test_money_and_accounts_that_moved_stop_before_the_first_keystroke(
    rig: Rig, kind: str, message: str
) -> None:
    """By name alone the supplier would pay the customer; and no money box is ever healed."""
    item, session = an_item(rig, kind), rig.session()
    bank = ScreenBank(session)
    rig.bank.use_skin("4.3")
    assert rig.run(bank.look_up(item)).bookings == ()

    with pytest.raises(Unavailable, match=message):
        rig.run(bank.prepare(item))

    assert typed_into(rig, session, item) == []
    assert rig.bank.posts_accepted(item.reference) == []


@pytest.mark.parametrize("kind", KINDS)
def test_when_the_vendor_takes_it_back_work_goes_on(rig: Rig, kind: str) -> None:
    item, bank = an_item(rig, kind), rig.screen_bank()
    rig.bank.use_skin("4.3")
    with pytest.raises(Unavailable):
        rig.run(bank.prepare(item))
    rig.bank.use_skin("4.2")

    rig.run(key(bank, item))

    assert len(rig.bank.postings(item.reference)) == 1


def healed_in(rig: Rig) -> list[str]:
    """What the evidence of the last list says was found by its caption alone."""
    read = [json.loads(content) for kind, content in rig.kept.blobs if kind == "readback"]
    return list(read[-1]["healed"])


def typed_into(rig: Rig, session: Session, item: WorkItem) -> list[str]:
    """The item's values that stand in a box of the work frame."""
    sight = rig.run(session.look(session.frame("work")))
    ours = {str(value) for value in item.values().values()} - {""}
    return [each.name for each in sight.controls if each.kind == "text" and each.value in ours]

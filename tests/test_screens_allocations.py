"""An incoming payment is allocated on RCV400 as it was approved, or visibly not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.errors import InDoubt, Refused, Unavailable
from tests.screens_support import Rig, key

pytestmark = pytest.mark.browser


def test_an_allocation_is_booked_exactly_as_approved_and_the_enquiry_says_so(rig: Rig) -> None:
    bank, item = rig.screen_bank(), rig.allocation(amount=Decimal("100.25"))
    receipt = rig.run(key(bank, item))

    (posting,) = rig.bank.postings(item.reference)
    values = posting["values"]
    assert (values["receipt"], values["invoice"], values["amount"], values["currency"]) == (
        *("R00005", "20260117", "100.25", "CZK"),
    )
    (found,) = rig.run(bank.look_up(item)).bookings
    assert found.bank_reference == receipt.bank_reference == posting["bank_reference"]
    assert found.differences(item) == ()
    assert found.shown.keys() == {"receipt_no", "invoice_no", "amount", "currency"}


def test_a_receipt_that_is_not_there_is_refused_before_the_commit(rig: Rig) -> None:
    bank, item = rig.screen_bank(), rig.allocation(receipt_no="R99999")
    with pytest.raises(Refused, match="receipt_not_found: E501 RECEIPT R99999 NOT ON FILE"):
        rig.run(bank.prepare(item))
    assert rig.bank.postings(item.reference) == []


def test_a_receipt_in_another_currency_stops_before_the_commit(rig: Rig) -> None:
    """The page shows what came in; the approved item says something else."""
    bank, item = rig.screen_bank(), rig.allocation(currency="EUR")
    with pytest.raises(Unavailable, match="another currency is shown"):
        rig.run(bank.prepare(item))
    assert rig.bank.postings(item.reference) == []


def test_a_lost_answer_leaves_the_allocation_in_doubt(rig: Rig) -> None:
    """RCV400 takes the same twice without a murmur: it is looked up, never keyed again."""
    bank, item = rig.screen_bank(), rig.allocation()
    rig.run(bank.look_up(item))  # signed on, so that only the commit is struck
    rig.bank.fault("fin")
    with pytest.raises(InDoubt, match="allocation_entry"):
        rig.run(key(bank, item))
    assert len(rig.bank.postings(item.reference)) == 1
    assert len(rig.run(bank.look_up(item)).bookings) == 1


def test_after_the_vendors_upgrade_the_boxes_are_found_by_their_captions(rig: Rig) -> None:
    """4.3 renames receipt and reference; invoice and amount stay, and money is never healed."""
    rig.bank.use_skin("4.3")
    bank, item = rig.screen_bank(), rig.allocation()
    rig.run(key(bank, item))

    (posting,) = rig.bank.postings(item.reference)
    assert posting["values"]["amount"] == "1.50"

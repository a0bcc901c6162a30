"""An item is typed as the screen wants it, proved by what the screen shows, and sent once."""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import time
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bots.record_screens import Samples, record_screens
from bots.screen_bank import ScreenBank
from counterfoil.adapters.map_schema import System
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens.inventory import load_inventory
from counterfoil.domain.items import Booking
from counterfoil.errors import InDoubt, Refused, Unavailable
from counterfoil.toml_records import load_record
from tests.screens_support import ROOT, SELECTORS, Rig, key, tomorrow

pytestmark = pytest.mark.browser


@pytest.fixture
def bank(rig: Rig) -> ScreenBank:
    return rig.screen_bank()


def test_a_payment_is_booked_exactly_as_ordered(rig: Rig, bank: ScreenBank) -> None:
    item = rig.payment(remittance_2="a second line of more than thirty-five characters")

    receipt = rig.run(key(bank, item))

    (booked,) = rig.bank.postings(item.reference)
    assert booked["bank_reference"] == receipt.bank_reference
    assert booked["values"] == {
        "debtor_account": "1000000815",
        "creditor_account": "CZ6508000000192000145399",
        "creditor_bank": "GIBACZPX",
        "creditor_name": "Zahradnictví Novák",
        "amount": "1234.50",
        "currency": "CZK",
        "execution_date": tomorrow().isoformat(),
        "charges": "SHA",
        "purpose": "SALA",
        "narrative_1": "FAKTURA 2026/117",
        "narrative_2": "A SECOND LINE OF MORE THAN THIRTY-F",
    }
    assert len(rig.bank.posts_accepted(item.reference)) == 1


@pytest.mark.parametrize("lines", [2, 4, 5, 13])
def test_a_voucher_is_booked_with_all_its_lines(rig: Rig, bank: ScreenBank, lines: int) -> None:
    """Four rows are on the page; more are asked for, with a round trip each."""
    item = rig.voucher(lines)

    rig.run(key(bank, item))

    (booked,) = rig.bank.postings(item.reference)
    assert booked["values"]["lines"] == str(lines)
    assert booked["values"][f"line_{lines}_credit"] == str(Decimal("100.50") * (lines - 1))
    assert booked["values"]["line_1_narrative"] == "LINE 1"


def test_the_enquiry_shows_the_item_as_its_own_values(rig: Rig, bank: ScreenBank) -> None:
    payment, voucher = rig.payment(), rig.voucher()
    receipt = rig.run(key(bank, payment))
    rig.run(key(bank, voucher))

    (found,) = rig.run(bank.look_up(payment)).bookings
    (other,) = rig.run(bank.look_up(voucher)).bookings

    assert found.bank_reference == receipt.bank_reference
    assert found.differences(payment) == ()
    assert set(found.shown) == {
        "debtor_account",
        "creditor_account",
        "amount",
        "currency",
        "execution_date",
    }
    assert other.differences(voucher) == ()


def test_an_item_that_is_not_there_is_not_found(rig: Rig, bank: ScreenBank) -> None:
    rig.run(key(bank, rig.payment()))
    assert rig.run(bank.look_up(rig.payment())).bookings == ()


def test_every_page_of_the_enquiry_is_read(rig: Rig, bank: ScreenBank) -> None:
    """Eleven bookings under one reference, ten lines a page: the alarm must see all."""
    item = rig.payment()
    for _ in range(11):
        rig.run(key(bank, item))

    found = rig.run(bank.look_up(item)).bookings

    assert len(found) == 11
    assert len({each.bank_reference for each in found}) == 11


def test_a_list_is_asked_again_where_it_stands_and_answers_for_the_item_asked(rig: Rig) -> None:
    """The criteria page is opened for the first enquiry only; what counts is what is shown."""
    session = rig.session()
    bank, items = ScreenBank(session), [rig.payment(), rig.payment()]
    for item in items:
        rig.run(key(bank, item))
    asked: list[str] = []

    async def listen() -> None:  # on the rig's loop: Playwright asks for the running one
        session.page.on("request", lambda each: asked.append(urlsplit(each.url).path))

    rig.run(listen())
    found = [rig.run(bank.look_up(each)).bookings for each in (*items, items[0])]

    assert asked == ["/enq200", "/enq200/list", "/enq200/list", "/enq200/list"]
    assert [[each.reference for each in bookings] for bookings in found] == [
        [each.reference] for each in (*items, items[0])
    ]


def test_an_old_list_shown_again_is_no_answer(rig: Rig) -> None:
    """A confused bank serves the list of the reference before."""
    bank, items = rig.screen_bank(), [rig.payment(), rig.payment()]
    rig.run(key(bank, items[0]))
    rig.run(bank.look_up(items[0]))
    rig.bank.fault("page_served_twice", at="list")

    with pytest.raises(Unavailable, match=r"reference: shows"):
        rig.run(bank.look_up(items[1]))


def test_a_booking_that_differs_says_where(rig: Rig, bank: ScreenBank) -> None:
    item = rig.payment()
    rig.run(key(bank, item))
    (found,) = rig.run(bank.look_up(item)).bookings
    other = rig.payment(amount=Decimal("1234.51"))

    wrong = Booking(
        reference=item.reference, bank_reference=found.bank_reference, shown=found.shown
    )
    assert wrong.differences(other) == ("amount",)


def test_refusals_of_the_bank_come_in_our_words(rig: Rig, bank: ScreenBank) -> None:
    cases = {
        "account_not_found": rig.payment(debtor_account="1999999999"),
        "creditor_account_invalid": rig.payment(creditor_account="XX"),
        "limit_exceeded": rig.payment(amount=Decimal("5000000.01")),
        "insufficient_funds": rig.payment(
            debtor_account="1000011382", amount=Decimal("4999999.00")
        ),
    }
    for code, item in cases.items():
        with pytest.raises(Refused) as refusal:
            rig.run(key(bank, item))
        assert refusal.value.code == code
        assert item.payload.accounts()[0] not in str(refusal.value)
        assert rig.bank.postings(item.reference) == []


def test_a_refused_item_leaves_the_session_fit_for_the_next(rig: Rig, bank: ScreenBank) -> None:
    with pytest.raises(Refused):
        rig.run(key(bank, rig.payment(debtor_account="1999999999")))
    item = rig.payment()
    rig.run(key(bank, item))
    assert len(rig.bank.postings(item.reference)) == 1


def test_a_value_that_does_not_fit_is_refused_before_anything_is_typed(
    rig: Rig, bank: ScreenBank
) -> None:
    """The box would eat the last character of the name without a word."""
    item = rig.payment(creditor_name="Zahradnictví Novák a synové, s. r. o.")
    with pytest.raises(Refused, match="too_long: creditor_name: 37 characters"):
        rig.run(bank.prepare(item))


def test_an_evidence_set_is_complete_and_small(rig: Rig, bank: ScreenBank) -> None:
    item = rig.payment()
    before = rig.run(bank.prepare(item))
    rig.run(bank.identify(item))
    receipt = rig.run(bank.commit(item, click_before=time.monotonic() + 10))

    kinds = [kind for kind, _ in rig.kept.blobs]
    assert kinds == ["screenshot", "dom", "readback"] * 2
    assert sum(len(content) for _, content in rig.kept.blobs) <= 80_000
    assert [each.kind for each in (*before, *receipt.evidence)] == kinds
    shown, answered = (gzip.decompress(c).decode() for k, c in rig.kept.blobs if k == "dom")
    assert item.reference in shown
    assert receipt.bank_reference in answered
    (read, says) = (json.loads(c) for k, c in rig.kept.blobs if k == "readback")
    assert read["reference"] == item.reference
    assert receipt.bank_reference in says["says"]


def test_no_account_number_and_no_password_is_in_the_evidence(rig: Rig, bank: ScreenBank) -> None:
    item = rig.payment()
    rig.run(key(bank, item))
    rig.run(bank.look_up(item))

    secrets = [*item.payload.accounts(), rig.bank.operators[0]["password"]]
    for kind, content in rig.kept.blobs:
        text = gzip.decompress(content) if kind == "dom" else content
        assert [each for each in secrets if each.encode() in text] == []


def test_no_click_is_made_after_the_deadline(rig: Rig, bank: ScreenBank) -> None:
    item = rig.payment()
    rig.run(bank.prepare(item))
    with pytest.raises(Unavailable, match="too old for a click"):
        rig.run(bank.commit(item, click_before=time.monotonic()))
    assert rig.bank.posts_accepted(item.reference) == []


def test_what_is_on_the_screen_is_committed_once_only(rig: Rig, bank: ScreenBank) -> None:
    item = rig.payment()
    rig.run(key(bank, item))
    with pytest.raises(Unavailable, match="is not on the screen"):
        rig.run(bank.commit(item, click_before=time.monotonic() + 10))
    assert len(rig.bank.posts_accepted(item.reference)) == 1


def test_another_item_than_the_prepared_one_is_never_committed(rig: Rig, bank: ScreenBank) -> None:
    item, other = rig.payment(), rig.payment(amount=Decimal("1.00"))
    rig.run(bank.prepare(item))
    with pytest.raises(Unavailable, match="is not on the screen"):
        rig.run(bank.commit(other, click_before=time.monotonic() + 10))
    assert rig.bank.posts_accepted() == [
        each
        for each in rig.bank.posts_accepted()
        if each["reference"] not in (item.reference, other.reference)
    ]


def test_two_sessions_work_side_by_side(rig: Rig) -> None:
    one, two = rig.screen_bank(operator=0), rig.screen_bank(operator=1)
    items = [rig.payment(), rig.payment()]

    async def both() -> None:
        await asyncio.gather(key(one, items[0]), key(two, items[1]))

    rig.run(both())
    assert [len(rig.bank.postings(each.reference)) for each in items] == [1, 1]


def test_a_lost_answer_leaves_the_payment_in_doubt(rig: Rig, bank: ScreenBank) -> None:
    """The bank booked it: this is the one case in which trying again pays twice."""
    item = rig.payment()
    rig.run(bank.look_up(item))  # signed on, so that only the commit is struck
    rig.bank.fault("fin")
    with pytest.raises(InDoubt, match="payment_verify"):
        rig.run(key(bank, item))
    assert len(rig.bank.postings(item.reference)) == 1
    assert len(rig.run(bank.look_up(item)).bookings) == 1


# --- recording -------------------------------------------------------------------------


async def _recorded(rig: Rig, system: System, samples: Samples) -> list[Path]:
    items, of = list(samples.items("corebank")), samples.statements_of
    return await record_screens(rig.session(system=system), items, statements_of=of)


def test_every_screen_of_a_task_is_recorded_and_nothing_is_sent(rig: Rig, tmp_path: Path) -> None:
    """Entry and enquiry, but also verify pages, lists, windows and notices."""
    folder = tmp_path / "selectors" / "corebank"
    shutil.copytree(SELECTORS / "corebank", folder)
    shipped = {path.name: path.read_text("utf-8") for path in folder.glob("*.inventory.json")}
    for name in shipped:
        (folder / name).unlink()
    rig.bank.set(password_notice_every=1)
    before = rig.bank.posts_accepted()
    system = load_system(tmp_path / "selectors", "corebank")
    samples = load_record(Samples, ROOT / "fixtures/corebank/sample_items.toml")

    written = rig.run(_recorded(rig, system, samples))

    assert {path.name for path in written} == set(shipped)
    assert {path.stem for path in folder.glob("*.toml")} - {"system"} == {
        name.removesuffix(".inventory.json") for name in shipped
    }
    assert all(load_inventory(path).is_as(load_inventory(SELECTORS / "corebank" / path.name))  # type: ignore[union-attr]
               for path in written)  # fmt: skip
    assert rig.bank.posts_accepted() == before
    again = load_system(tmp_path / "selectors", "corebank")
    assert rig.run(_recorded(rig, again, samples)) == []

"""Whatever the screens do that the map does not expect, nothing is keyed into them."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import replace
from decimal import Decimal

import psutil
import pytest

from bots.screen_bank import ScreenBank
from bots.sign_on import sign_on
from counterfoil.adapters.map_schema import (
    Action,
    Dialog,
    Field,
    Marker,
    Popup,
    ScreenMap,
    System,
)
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Session
from counterfoil.adapters.screens.evidence import take_trouble
from counterfoil.domain.items import WorkItem
from counterfoil.errors import BrowserDied, InDoubt, MapError, Refused, Unavailable
from counterfoil.store.evidence import readable
from tests.screens_support import SELECTORS, Rig, key

pytestmark = pytest.mark.browser


def changed(screen: str, **other: object) -> System:
    """The maps of corebank with another *screen*."""
    system = load_system(SELECTORS, "corebank")
    new: ScreenMap = replace(system.screens[screen], **other)  # type: ignore[arg-type]
    return replace(system, screens={**system.screens, screen: new})


def nothing_was_keyed(rig: Rig, item: WorkItem) -> bool:
    return rig.bank.posts_accepted(item.reference) == []


# --- the session -----------------------------------------------------------------------


def test_the_password_notice_is_passed(rig: Rig) -> None:
    rig.bank.set(password_notice_every=1)
    assert rig.run(rig.screen_bank().look_up(rig.payment())).bookings == ()


@pytest.mark.parametrize("at", ["entry", "verify", "list"])
def test_an_expired_session_signs_on_again_before_the_commit(rig: Rig, at: str) -> None:
    """CoreView answers the sign-on page, with status 200, into the work frame."""
    item, bank = rig.payment(), rig.screen_bank()
    rig.run(bank.look_up(item))
    rig.bank.fault("expired_mid_form", at=at)
    assert rig.run(bank.look_up(item)).bookings == ()
    rig.run(key(bank, item))
    assert len(rig.bank.postings(item.reference)) == 1


def test_a_session_that_expires_at_the_commit_is_a_doubt_and_not_keyed_again(rig: Rig) -> None:
    item, bank = rig.payment(), rig.screen_bank()
    rig.run(bank.look_up(item))
    rig.bank.fault("expired_mid_form", at="commit")
    with pytest.raises(InDoubt, match="no words that we know"):
        rig.run(key(bank, item))
    assert rig.run(bank.look_up(item)).bookings == ()


def test_a_session_that_expires_twice_gives_up(rig: Rig) -> None:
    bank, item = rig.screen_bank(), rig.payment()
    rig.run(bank.look_up(item))
    rig.bank.fault("expired_mid_form", at="list", times=5)
    with pytest.raises(Unavailable, match="the session has expired"):
        rig.run(bank.look_up(item))


def test_who_is_kicked_out_does_not_kick_back(rig: Rig) -> None:
    """Two bots on one login would otherwise throw each other out for ever."""
    item, bank = rig.payment(), rig.screen_bank()
    rig.run(bank.look_up(item))
    rig.bank.fault("kicked_out", at="entry")
    with pytest.raises(Unavailable, match="closed to us"):
        rig.run(key(bank, item))
    assert nothing_was_keyed(rig, item)
    rig.run(key(bank, item))  # the next visit signs on afresh
    assert len(rig.bank.postings(item.reference)) == 1


def test_maintenance_is_a_reason_to_wait(rig: Rig) -> None:
    item, bank = rig.payment(), rig.screen_bank()
    rig.bank.set(maintenance=True)
    with pytest.raises(Unavailable):
        rig.run(bank.look_up(item))
    rig.bank.set(maintenance=False)
    assert rig.run(bank.look_up(item)).bookings == ()


def test_a_sign_on_that_is_not_accepted_is_refused_and_not_tried_again(rig: Rig) -> None:
    """A third wrong password locks the operator: the login is stopped instead."""
    session = rig.session()
    wrong = Session(
        session.system,
        rig.bank.url,
        replace(session.login, values={"operator": "OP1", "branch": "9999"}),
        rig.chromium,
        redactor=rig.redactor,
        keep=rig.kept.keep,
    )
    with pytest.raises(Refused, match=r"sign_on_refused: .* does not accept"):
        rig.run(sign_on(wrong))
    with pytest.raises(Unavailable, match="was not accepted before"):
        rig.run(ScreenBank(wrong).look_up(rig.payment()))
    assert not ScreenBank(wrong).usable
    rig.run(wrong.close())


# --- boxes, windows, navigation ---------------------------------------------------------


@pytest.mark.parametrize("at", ["entry", "verify", "list"])
def test_a_broadcast_box_is_waved_through(rig: Rig, at: str) -> None:
    item, bank = rig.payment(), rig.screen_bank()
    rig.bank.fault("broadcast", at=at)
    rig.run(bank.look_up(item))
    rig.run(key(bank, item))
    assert len(rig.bank.postings(item.reference)) == 1


def test_a_box_about_unsaved_data_does_not_hold_the_next_item(rig: Rig) -> None:
    bank = rig.screen_bank()
    rig.run(bank.look_up(rig.payment()))
    rig.bank.fault("beforeunload", times=2)
    rig.run(bank.prepare(rig.voucher()))
    item = rig.payment()
    rig.run(key(bank, item))
    assert len(rig.bank.postings(item.reference)) == 1


BOOK = load_system(SELECTORS, "corebank").screens["payment_verify"].actions["book"]


@pytest.mark.parametrize(
    ("dialogs", "message"),
    [
        ((), "a box nobody expected: confirm 'Book transfer of 1.234,50 CZK"),
        (
            (Dialog(kind="confirm", pattern="Book transfer of (?P<total>.*) CZK to .*"),),
            "the confirm box shows another total",
        ),
        ((Dialog(kind="confirm", pattern="Delete everything\\?"),), "expected another box"),
        (
            (*BOOK.dialogs, Dialog(kind="alert", pattern="Thank you")),
            "the box 'Thank you' did not come",
        ),
    ],
)
def test_a_confirm_box_that_is_not_the_expected_one_stops_before_the_post(
    rig: Rig, dialogs: tuple[Dialog, ...], message: str
) -> None:
    """The box is a second read-back, a gift of the bank: it is parsed and compared."""
    book = replace(BOOK, dialogs=dialogs)
    bank = rig.screen_bank(system=changed("payment_verify", actions={"book": book}))
    item = rig.payment()
    with pytest.raises(Unavailable, match=message) as trouble:
        rig.run(key(bank, item))
    assert item.payload.accounts()[1] not in str(trouble.value)
    assert nothing_was_keyed(rig, item)


ENTRY = load_system(SELECTORS, "corebank").screens["payment_entry"]


def test_a_box_that_a_harmless_step_should_bring_and_does_not_stops(rig: Rig) -> None:
    """Each step has its own policy, not only the commit."""
    asks = replace(ENTRY.actions["verify"], dialogs=(Dialog(kind="alert", pattern="Checked"),))
    actions = {**ENTRY.actions, "verify": asks}
    item, bank = rig.payment(), rig.screen_bank(system=changed("payment_entry", actions=actions))
    with pytest.raises(Unavailable, match="the box 'Checked' did not come"):
        rig.run(bank.prepare(item))
    assert nothing_was_keyed(rig, item)


@pytest.mark.parametrize(
    ("look_up", "message"),
    [
        ({"label": "Clear", "name": ""}, "no answer in time"),  # opens no window
        (
            {"popup": Popup(screen="password_notice", actions=("go_on",))},
            "expected 'CoreView - Notice', found 'BNK900 Bank directory'",
        ),
        (
            {"popup": Popup(screen="bank_directory", actions=("search", "search"))},
            "no answer in time",  # it stays open
        ),
    ],
)
def test_a_window_that_is_not_the_step_s_own_stops(
    rig: Rig, look_up: dict[str, object], message: str
) -> None:
    action = replace(ENTRY.actions["look_up_bank"], answer_within_seconds=2, **look_up)  # type: ignore[arg-type]
    actions = {**ENTRY.actions, "look_up_bank": action}
    system = changed("payment_entry", actions=actions)
    directory = system.screens["bank_directory"]
    quick = {
        name: replace(each, answer_within_seconds=2) for name, each in directory.actions.items()
    }
    screens = {**system.screens, "bank_directory": replace(directory, actions=quick)}
    item, bank = rig.payment(), rig.screen_bank(system=replace(system, screens=screens))
    with pytest.raises(Unavailable, match=message):
        rig.run(bank.prepare(item))
    assert nothing_was_keyed(rig, item)


def test_a_sign_that_must_not_be_there_stops(rig: Rig) -> None:
    never = (Marker(pattern="ENTER TRANSFER|mandatory"),)
    bank = rig.screen_bank(system=changed("payment_entry", never=never))
    with pytest.raises(Unavailable, match="expected 'PMT010 Outgoing transfer', found 'PMT010"):
        rig.run(bank.prepare(rig.payment()))


def test_a_confirm_box_with_another_amount_is_dismissed(rig: Rig) -> None:
    """The page says one thing and the box another: what is booked would be a guess."""
    item, session = rig.payment(), rig.session()
    bank = ScreenBank(session)
    rig.run(bank.prepare(item))
    lie = (
        "() => { const real = confirm; confirm = (t) => real(t.replace('1.234,50', '9.234,50')); }"
    )
    rig.run(session.frame("work").evaluate(lie))
    with pytest.raises(Unavailable, match="the confirm box shows another amount"):
        rig.run(bank.commit(item, click_before=time.monotonic() + 10))
    assert nothing_was_keyed(rig, item)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("alert('Your terminal is slow')", "a box nobody expected: alert"),
        ("window.open('/enq200')", "a window opened that nobody expected"),
        ("location.href = '/enq200'", "the page has changed"),
        ("location.reload()", "the page has changed"),
        ("document.forms[0].insertAdjacentHTML('beforeend', '<input name=X>')", "has changed"),
        ("fetch('http://127.0.0.1:9/x', {mode: 'no-cors'}).catch(() => 0)", "is not the system's"),
        ("new Image().src = 'http://localhost:9/x'", "is not the system's"),
        (
            "var a = document.createElement('a'); a.download = 'x';"
            " a.href = URL.createObjectURL(new Blob(['x'])); a.click()",
            "a download began that nobody expected",
        ),
    ],
)
def test_what_nobody_expects_stops_the_item(rig: Rig, script: str, message: str) -> None:
    item, session = rig.payment(), rig.session()
    bank = ScreenBank(session)
    rig.run(bank.prepare(item))
    rig.run(session.frame("work").evaluate(f"() => {{ setTimeout(() => {{ {script} }}, 0) }}"))
    rig.run(settle(session))
    with pytest.raises(Unavailable, match=message):
        rig.run(bank.identify(item))
    with pytest.raises(Unavailable):
        rig.run(bank.commit(item, click_before=time.monotonic() + 10))
    assert nothing_was_keyed(rig, item)


async def settle(session: Session) -> None:
    """Long enough for what a script began to arrive."""
    for _ in range(4):
        await session.rest(0.1)


# --- pages that are not what they seem --------------------------------------------------


def test_a_value_changed_on_the_page_stops_the_item(rig: Rig) -> None:
    item, session = rig.voucher(), rig.session()
    bank = ScreenBank(session)
    rig.run(bank.prepare(item))
    rig.run(session.frame("work").evaluate("document.forms[0].L02D.value = '100,51'"))
    with pytest.raises(Unavailable, match=r"debit: shows '100,51'"):
        rig.run(bank.identify(item))


def test_a_page_of_another_customer_is_recognised(rig: Rig) -> None:
    item, bank = rig.payment(), rig.screen_bank()
    rig.run(bank.look_up(item))
    rig.bank.fault("cached_page_of_another_customer", at="verify")
    with pytest.raises(Unavailable, match="another creditor_account is shown") as trouble:
        rig.run(key(bank, item))
    assert "4400112233" not in str(trouble.value)
    assert nothing_was_keyed(rig, item)


def test_a_list_of_another_customer_is_no_answer(rig: Rig) -> None:
    """Taken for the answer it would say "absent", and the item would be keyed again."""
    other, item, bank = rig.payment(), rig.payment(), rig.screen_bank()
    rig.run(key(bank, other))
    rig.run(key(bank, item))
    rig.bank.fault("cached_page_of_another_customer", at="list")
    with pytest.raises(Unavailable, match=r"another question than ours|reference: shows"):
        rig.run(bank.look_up(item))


@pytest.mark.parametrize("at", ["verify", "entry"])
def test_a_page_served_twice_is_not_taken_for_the_next(rig: Rig, at: str) -> None:
    item, bank = rig.payment(), rig.screen_bank()
    rig.run(bank.look_up(item))
    rig.bank.fault("page_served_twice", at=at)
    with pytest.raises(Unavailable):
        rig.run(key(bank, item))
    assert nothing_was_keyed(rig, item)


def test_a_list_served_twice_does_not_answer_for_another_item(rig: Rig) -> None:
    booked, item, bank = rig.payment(), rig.payment(), rig.screen_bank()
    rig.run(key(bank, booked))
    rig.run(bank.look_up(booked))
    rig.bank.fault("page_served_twice", at="list")
    with pytest.raises(Unavailable):
        rig.run(bank.look_up(item))


def test_a_renamed_box_on_a_screen_without_an_inventory_stops(rig: Rig) -> None:
    """Healing needs the memory of what the screen was."""
    item, session = rig.payment(), rig.session()
    session.inventories["payment_enquiry"] = None
    rig.bank.use_skin("4.3")
    with pytest.raises(Unavailable, match="name 'F0201' is not there, and label 'Our reference'"):
        rig.run(ScreenBank(session).look_up(item))


# --- boxes that eat ---------------------------------------------------------------------


def test_a_box_that_would_eat_digits_stops(rig: Rig) -> None:
    """The vendor made the box narrower than the map knows: 1234567,89 would be 12345."""
    item, session = rig.payment(amount=Decimal("1234567.89")), rig.session()
    bank = ScreenBank(session)
    rig.run(bank.look_up(item))

    async def narrower(route: object) -> None:
        response = await route.fetch()  # type: ignore[attr-defined]
        text = (await response.text()).replace('size="16" maxlength="12"', 'maxlength="5"')
        await route.fulfill(response=response, body=text)  # type: ignore[attr-defined]

    rig.run(session.page.context.route("**/pmt010", narrower))
    with pytest.raises(Unavailable, match="amount: the box takes 5 characters only"):
        rig.run(bank.prepare(item))


def test_a_box_that_rewrites_what_was_typed_stops(rig: Rig) -> None:
    """It takes every character, and shows another name a moment later."""
    item, session = rig.payment(), rig.session()
    bank = ScreenBank(session)
    rig.run(bank.look_up(item))

    async def rewriting(route: object) -> None:
        response = await route.fetch()  # type: ignore[attr-defined]
        text = (await response.text()).replace('name="F0037"', 'name="F0037" onblur="value=\'X\'"')
        await route.fulfill(response=response, body=text)  # type: ignore[attr-defined]

    rig.run(session.page.context.route("**/pmt010", rewriting))
    with pytest.raises(Unavailable, match="creditor_name: shows 'X'"):
        rig.run(bank.prepare(item))
    assert nothing_was_keyed(rig, item)


def test_keys_are_struck_one_by_one_where_the_map_says_so(rig: Rig) -> None:
    entry = load_system(SELECTORS, "corebank").screens["payment_entry"]
    fields: dict[str, Field] = {
        name: replace(each, events="keys") if name in ("amount", "creditor_name") else each
        for name, each in entry.fields.items()
    }
    item, bank = rig.payment(), rig.screen_bank(system=changed("payment_entry", fields=fields))
    rig.run(key(bank, item))
    assert rig.bank.postings(item.reference)[0]["values"]["amount"] == "1234.50"


def test_a_bank_that_the_directory_does_not_know_stops(rig: Rig) -> None:
    item, bank = rig.payment(creditor_bank="ZZZZCZPP"), rig.screen_bank()
    with pytest.raises((Unavailable, Refused)):
        rig.run(bank.prepare(item))
    assert nothing_was_keyed(rig, item)


# --- the browser ------------------------------------------------------------------------


def kill_browsers() -> None:
    for child in psutil.Process().children(recursive=True):
        if "chromium" in child.name():
            child.kill()


def test_a_browser_killed_before_the_click_keyed_nothing_and_is_replaced(rig: Rig) -> None:
    item, bank = rig.payment(), rig.screen_bank()
    rig.run(bank.prepare(item))
    kill_browsers()
    with pytest.raises(BrowserDied):
        rig.run(key_prepared(bank, item))
    assert nothing_was_keyed(rig, item)
    rig.run(key(bank, item))
    assert len(rig.bank.postings(item.reference)) == 1


def test_a_call_that_a_dying_browser_leaves_unanswered_is_broken_off(rig: Rig) -> None:
    """Playwright waits for ever when Chromium dies while a window opens: one kill in four."""

    async def killed_while_it_waits() -> None:
        await rig.chromium.context()
        call = asyncio.ensure_future(rig.chromium.while_it_lives(asyncio.Event().wait()))
        await asyncio.sleep(0)
        kill_browsers()
        await asyncio.wait_for(call, 5)

    with pytest.raises(BrowserDied):
        rig.run(killed_while_it_waits())


async def key_prepared(bank: ScreenBank, item: WorkItem) -> None:
    await bank.identify(item)
    await bank.commit(item, click_before=time.monotonic() + 10)


def test_a_browser_killed_while_the_bank_thinks_is_a_doubt(rig: Rig) -> None:
    item, bank = rig.payment(), rig.screen_bank()
    rig.run(bank.prepare(item))
    rig.bank.fault("slow", at="commit", seconds=1.5)

    async def killed_in_between() -> None:
        commit = asyncio.ensure_future(bank.commit(item, click_before=time.monotonic() + 10))
        for _ in range(100):
            await asyncio.sleep(0.02)
            if rig.bank.posts_accepted(item.reference):
                break
        kill_browsers()
        await commit

    with pytest.raises(InDoubt):
        rig.run(killed_in_between())
    assert len(rig.bank.posts_accepted(item.reference)) == 1


def test_an_address_that_the_map_is_not_for_is_refused(rig: Rig) -> None:
    session = rig.session()
    with pytest.raises(MapError, match=r"origins: http://bank\.example is none of them"):
        Session(
            session.system,
            "http://bank.example",
            session.login,
            rig.chromium,
            redactor=rig.redactor,
            keep=rig.kept.keep,
        )
    for url in ("file:///etc/passwd", "chrome://version", "data:text/html,x", "http://evil.test/"):
        assert not session.may_visit(url)
    assert session.may_visit(f"{rig.bank.url}/pmt010")


def test_an_action_that_is_not_there_presses_nothing(rig: Rig) -> None:
    gone = {"book": Action(effect="commit", name="PF9", label="Book", dialogs=BOOK.dialogs)}
    item = rig.payment()
    bank = rig.screen_bank(system=changed("payment_verify", actions=gone))
    with pytest.raises(Unavailable, match="action book"):
        rig.run(key(bank, item))
    assert nothing_was_keyed(rig, item)


# --- what is kept of trouble ------------------------------------------------------------


def test_trouble_carries_the_screen_that_made_it(rig: Rig) -> None:
    """A person who decides wants to see what the bot saw: a refusal, an unknown answer."""
    bank, doubted = rig.screen_bank(), rig.payment()
    refused = rig.payment(debtor_account="1999999999")
    with pytest.raises(Refused) as refusal:
        rig.run(key(bank, refused))
    rig.bank.fault("500_after")
    with pytest.raises(InDoubt) as doubt:
        rig.run(key(bank, doubted))

    for trouble, word in ((refusal.value, "E204"), (doubt.value, "Server Error")):
        assert [each.kind for each in trouble.evidence] == ["screenshot", "dom", "readback"]
        assert any(word in text_of(rig, each.sha256) for each in trouble.evidence)


def test_another_customer_s_numbers_are_masked_in_what_is_kept(rig: Rig) -> None:
    item, bank = rig.payment(), rig.screen_bank()
    rig.run(bank.look_up(item))
    rig.bank.fault("cached_page_of_another_customer", at="verify")
    with pytest.raises(Unavailable) as trouble:
        rig.run(key(bank, item))

    texts = [text_of(rig, each.sha256) for each in trouble.value.evidence if each.kind == "dom"]
    assert "Zelenka" in texts[0]
    assert "4400112233" not in texts[0]


def test_a_page_with_a_typed_password_is_never_kept(rig: Rig) -> None:
    bank, session = rig.screen_bank(), rig.session()
    item = rig.payment()
    rig.run(bank.look_up(item))
    rig.run(session.refresh())
    rig.run(session.page.goto(f"{rig.bank.url}/"))
    typed = "() => { document.querySelector('[type=password]').value = 'guess me' }"
    rig.run(session.page.evaluate(typed))
    assert rig.run(take_trouble(session, item.reference, Unavailable("sign_on", "slow"))) == ()


def test_a_browser_that_died_keeps_nothing_and_hides_no_trouble(rig: Rig) -> None:
    item, bank = rig.payment(), rig.screen_bank()
    rig.run(bank.prepare(item))
    kill_browsers()
    with pytest.raises(Unavailable) as trouble:
        rig.run(bank.identify(item))
    assert trouble.value.evidence == ()


def text_of(rig: Rig, digest: str) -> str:
    """One kept blob as text; of a picture, nothing."""
    (content,) = {c for _, c in rig.kept.blobs if hashlib.sha256(c).hexdigest() == digest}
    return readable(content).decode("utf-8", "ignore")

"""The provider shows the second factor, its groups give roles, and passwords are for admins."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from counterfoil.domain.items import ItemState
from tests.console_support import PASSWORD, Client, Reply, Rig, waiting_batch
from tests.oidc_support import (
    Provider,
    Traveller,
    a_console_with,
    a_provider,
    calm,
    calm_provider,
    grow_old,
    invite,
    person,
    told,
)
from tests.test_console_deciding import digest_shown, note, states
from tests.test_console_people import code_now


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with a_provider() as made:
        yield made


# The provider shows the second factor, roles come from its groups, passwords are for admins

STRICT = """
scopes = ["openid", "email", "groups"]
amr = ["otp", "hwk"]
acr = ["urn:bank:strong"]
local = "admins"
roles = { "GG-Bank-Ops" = "operator", "GG-Bank-Approvers" = "supervisor", "GG-IT" = "admin" }
"""


@pytest.fixture(scope="module")
def whole_strict(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with a_console_with(tmp_path_factory.mktemp("strict") / "suite", provider, STRICT) as rig:
        yield rig


@pytest.fixture
def strict(whole_strict: Rig, provider: Provider) -> Rig:
    calm(whole_strict, provider)
    return whole_strict


def strong(name: str, *groups: str) -> dict[str, object]:
    return person(name, amr=["pwd", "otp"], groups=list(groups))


def test_asvs_6_8_4_the_provider_s_second_factor_is_enough(strict: Rig, provider: Provider) -> None:
    provider.people["hal"] = strong("hal", "GG-Bank-Ops", "everybody")
    invite(strict, "hal", "operator")
    traveller = Traveller(strict, provider)
    assert traveller.url_of(traveller.come_back("hal", "/items")) == "/items"
    assert traveller.client.get("/").status == 200
    assert strict.records("signed_on")[-1]["data"]["second"] == "the provider's"
    provider.people["hal"] = person("hal", groups=["GG-Bank-Ops"], acr="urn:bank:strong")
    assert Traveller(strict, provider).come_back("hal").status == 200
    assert "acr_values=urn%3Abank%3Astrong" in traveller.leave()


def test_asvs_8_3_2_groups_give_and_take_roles_at_each_sign_on(
    strict: Rig, provider: Provider
) -> None:
    provider.people["ivo"] = strong("ivo", "GG-Bank-Approvers")
    invite(strict, "ivo", "operator")
    first = Traveller(strict, provider)
    assert first.come_back("ivo").status == 200
    assert first.client.get("/audit").status == 200  # a supervisor
    provider.people["ivo"] = strong("ivo", "GG-Bank-Ops")
    second = Traveller(strict, provider)
    assert second.come_back("ivo").status == 200
    assert second.client.get("/audit").status == 403
    assert first.client.get("/audit").status == 303  # signed off
    changed = strict.records("account_changed")[-1]["data"]
    assert (changed["account"], changed["role"]) == ("ivo", "operator")
    for groups, why in (((), "no_role"), (("GG-Bank-Ops", "GG-IT"), "two_roles")):
        provider.people["ivo"] = strong("ivo", *groups)
        assert Traveller(strict, provider).come_back("ivo").status == 403
        assert why in told(strict)


def test_passwords_are_for_admins_when_config_says_so(strict: Rig) -> None:
    strict.served.desk._tries.clear()
    for name, status in (("bo", 303), ("jan", 403)):
        known = strict.people[name]
        form = {"name": name, "password": PASSWORD, "code": code_now(known.second)}
        assert Client(strict.url).post("/sign-on", form, token=False).status == status
    assert "no password for a supervisor" in told(strict)
    admin = strict.client("ada")
    admin.post("/people/invite", {"name": "pw", "person": "pw", "role": "operator"})
    assert "has no password" in admin.get("/people").text
    assert "admins only" in Client(strict.url).get("/sign-on").text


def test_asvs_7_5_3_an_approval_has_the_provider_ask_again(strict: Rig, provider: Provider) -> None:
    """A trip with prompt=login and max_age=0, whose auth_time is looked at."""
    provider.people["jana"] = strong("jana", "GG-Bank-Approvers")
    invite(strict, "jana", "supervisor", who="jan.dvorak")
    provider.asked_at["jana"] = time.time() - 3600  # signed on there an hour ago
    traveller = Traveller(strict, provider)
    assert traveller.come_back("jana").status == 200
    batch_id, client = waiting_batch(strict, "again.xlsx"), traveller.client
    page, path = f"/batches/{batch_id}", f"/batches/{batch_id}/approve"
    assert "Confirm with Bank ID" in client.get(page).text
    digest = digest_shown(client, batch_id)
    client.post(path, {"digest": digest, "code": "123456"})
    assert "confirm with Bank ID again" in note(client)
    for fault in ("does not ask", "says no time", "another person", "no second factor"):
        _fault(strict, provider, fault)
        url, reply = _go_again(traveller, page, "mallory" if fault == "another person" else "jana")
        assert ("prompt=login" in url, "max_age=0" in url) == (True, True)
        assert (reply.status, "You were not confirmed" in reply.text) == (403, True), fault
        client.post(path, {"digest": digest})
        assert states(strict, batch_id) == {ItemState.AWAITING_APPROVAL}
    provider.twist, provider.asks_again = None, True
    reply = _go_again(traveller, page, "jana")[1]
    assert traveller.url_of(reply) == page
    assert strict.records("signed_on_again")[-1]["data"]["issuer"] == provider.issuer
    client.post(path, {"digest": digest})
    assert states(strict, batch_id) == {ItemState.READY}


def test_a_provider_that_does_not_say_when_makes_nobody_fresh(
    strict: Rig, provider: Provider
) -> None:
    provider.people["uma"] = strong("uma", "GG-Bank-Approvers")
    invite(strict, "uma", "supervisor", who="petra.novakova")
    provider.twist = lambda _, claims: claims.pop("auth_time") and None
    traveller = Traveller(strict, provider)
    assert traveller.come_back("uma").status == 200
    batch_id = waiting_batch(strict, "undated.xlsx")
    assert "Confirm with Bank ID" in traveller.client.get(f"/batches/{batch_id}").text


def _fault(rig: Rig, provider: Provider, fault: str) -> None:
    """One that keeps somebody from being confirmed."""
    provider.asks_again, provider.twist = fault != "does not ask", None
    if fault == "says no time":
        provider.twist = lambda _, claims: claims.pop("auth_time") and None
    if fault == "no second factor":
        provider.twist = lambda _, claims: claims.update(amr=["pwd"])
    if fault == "another person":
        provider.people["mallory"] = strong("mallory", "GG-Bank-Approvers")
        invite(rig, "mallory", "supervisor")
        assert Traveller(rig, provider).come_back("mallory").status == 200


def _go_again(traveller: Traveller, back: str, who: str) -> tuple[str, Reply]:
    from counterfoil.console.gate import form_token

    form = {"token": form_token(traveller.client.cookie), "back": back}
    url = traveller.url_of(traveller.ask("POST", "/oidc/again", form))
    return url, traveller.ask("GET", traveller.answer(url, who))


def test_a_confirmation_changes_no_session_but_the_one_that_asked(
    strict: Rig, provider: Provider
) -> None:
    """It is bound to the session, not to the cookie that comes back; and it signs nobody on."""
    provider.people["kim"] = strong("kim", "GG-Bank-Approvers")
    invite(strict, "kim", "supervisor")
    traveller = Traveller(strict, provider)
    traveller.come_back("kim")
    kept = traveller.client.cookie
    reply = _go_again(traveller, "/items", "kim")[1]
    assert (reply.status, traveller.client.cookie) == (200, kept)
    assert reply.cookies == {"__Host-sign-on": ""}
    traveller.ask("POST", "/sign-off", {"token": _token(kept)})
    assert traveller.client.get("/").status == 303


def _token(cookie: str) -> str:
    from counterfoil.console.gate import form_token

    return form_token(cookie)


# In a browser


@pytest.mark.browser
def test_a_person_signs_on_and_approves_in_a_browser(
    browser_path: Path, strict: Rig, provider: Provider
) -> None:
    """The whole way in real Chromium: cookies, policy, pages that lead on, and a second trip."""
    calm_provider(provider)
    provider.people["ela"] = strong("ela", "GG-Bank-Approvers")
    invite(strict, "ela", "supervisor", who="jan.dvorak")
    batch_id = waiting_batch(strict, "browser.xlsx")
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_context(base_url=strict.url).new_page()
        page.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
        page.goto(f"/batches/{batch_id}")
        page.get_by_role("button", name="Sign on with Bank ID").click()
        page.get_by_role("button", name="ela").click()
        expect(page.locator("h1")).to_contain_text("browser.xlsx")
        assert page.url == f"{strict.url}/batches/{batch_id}"
        cookie = next(
            each for each in page.context.cookies() if each["name"] == "__Host-counterfoil"
        )
        grow_old(strict, Client(strict.url, cookie["value"]))
        page.reload()
        page.get_by_role("button", name="Confirm with Bank ID").click()
        page.get_by_role("button", name="ela").click()
        page.get_by_role("button", name="Approve exactly this").click()
        expect(page.get_by_role("status")).to_contain_text("is approved by jan.dvorak")
        page.get_by_role("button", name="Sign off").click()
        expect(page.get_by_role("button", name="Sign on with Bank ID")).to_be_visible()
        browser.close()
    assert said == []
    assert strict.served.desk.csp_reports == 0

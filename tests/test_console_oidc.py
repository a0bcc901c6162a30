"""Signing on with an OpenID provider, with a second factor of ours: what people expect of it."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from counterfoil.console import passwords
from counterfoil.console.elsewhere import TRIES
from counterfoil.domain.items import ItemState
from counterfoil.domain.people import Role
from tests.console_browser import window
from tests.console_support import PASSWORD, Client, Rig, waiting_batch
from tests.oidc_support import (
    SECRET,
    Provider,
    Traveller,
    a_console_with,
    a_provider,
    calm,
    grow_old,
    newcomer,
    person,
    signed_on,
    told,
)
from tests.test_console_deciding import digest_shown, note, states
from tests.test_console_in_chromium import AXE, axe
from tests.test_console_people import code_now


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with a_provider() as made:
        yield made


@pytest.fixture(scope="module")
def whole_rig(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """As it comes: our own second factor after the provider's word."""
    with a_console_with(tmp_path_factory.mktemp("oidc") / "suite", provider) as rig:
        yield rig


@pytest.fixture
def rig(whole_rig: Rig, provider: Provider) -> Rig:
    calm(whole_rig, provider)
    return whole_rig


def test_the_sign_on_page_offers_both_ways(rig: Rig) -> None:
    text = Client(rig.url).get("/sign-on").text
    assert "Sign on with Bank ID" in text
    assert 'id="password"' in text


def test_asvs_6_3_3_the_first_sign_on_opens_the_account_with_a_second_factor_of_ours(
    rig: Rig, provider: Provider
) -> None:
    second = newcomer(rig, provider, "nora", "supervisor", "nora.nova")
    account = rig.served.desk.people.account("nora")
    assert account is not None
    assert (account.person, account.role) == ("nora.nova", Role.SUPERVISOR)
    assert (account.issuer, account.subject) == (provider.issuer, "sub-nora")
    told = rig.records("account_linked")[-1]["data"]
    assert (told["account"], told["by"], told["subject"]) == ("nora", "ada", "sub-nora")
    traveller = signed_on(rig, provider, "nora", second)
    assert "nora" in traveller.client.get("/").text
    data = rig.records("signed_on")[-1]["data"]
    assert (data["account"], data["issuer"], data["second"]) == ("nora", provider.issuer, "ours")


def test_asvs_7_2_4_every_sign_on_has_a_new_token_and_only_the_way_back_is_lax(
    rig: Rig, provider: Provider
) -> None:
    second = newcomer(rig, provider, "tok")
    traveller = Traveller(rig, provider)
    traveller.client.cookie = "chosen-by-an-attacker"
    reply = traveller.ask("POST", "/oidc/sign-on", {"to": "/"})
    assert "SameSite=Lax; Max-Age=600" in reply.headers["set-cookie"]
    traveller.ask("GET", traveller.answer(traveller.url_of(reply), "tok"))
    reply = traveller.ask("POST", "/oidc/second", {"code": code_now(second)})
    assert traveller.client.cookie != "chosen-by-an-attacker"
    assert len(traveller.client.cookie) == 43
    assert traveller.flow == ""
    assert Client(rig.url, "chosen-by-an-attacker").get("/").status == 303


def test_a_code_of_the_second_factor_is_good_once_and_guessed_five_times(
    rig: Rig, provider: Provider
) -> None:
    second = newcomer(rig, provider, "gus")
    code = code_now(second)
    signed_on(rig, provider, "gus", second)
    traveller = Traveller(rig, provider)
    traveller.come_back("gus")
    assert traveller.ask("POST", "/oidc/second", {"code": code}).status == 403
    assert "code_used" in told(rig)
    traveller.come_back("gus")
    for _ in range(TRIES):
        assert traveller.ask("POST", "/oidc/second", {"code": "000000"}).status == 403
        assert traveller.client.cookie == ""
    assert "second_factor" not in told(rig)
    assert traveller.ask("POST", "/oidc/second", {"code": code_now(second, 1)}).status == 403
    assert "no sign-on waits for a code" in told(rig)
    shut = rig.served.desk.people.account("gus")
    assert shut is not None
    assert shut.closed_until is not None
    traveller.come_back("gus")
    assert traveller.ask("POST", "/oidc/second", {"code": code_now(second, 1)}).status == 403
    assert "the account is shut" in told(rig)


def test_nobody_skips_the_second_factor(rig: Rig, provider: Provider) -> None:
    """Nor has an account that never got one a code that could be computed."""
    newcomer(rig, provider, "sky")
    traveller = Traveller(rig, provider)
    assert traveller.come_back("sky").cookies.keys() == {"__Host-sign-on"}
    assert traveller.client.get("/").status == 303
    zero = hmac.digest(b"", (int(time.time()) // 30).to_bytes(8), "sha1")
    number = int.from_bytes(zero[zero[-1] & 15 :][:4]) & 0x7FFFFFFF
    for code in ("", f"{number % 10**6:06}"):
        assert passwords.step_of("", code) is None
        assert traveller.ask("POST", "/oidc/second", {"code": code}).status == 403
    assert Traveller(rig, provider).ask("POST", "/oidc/second", {"code": "123456"}).status == 403


def test_whoever_is_locked_out_is_not_even_asked_for_a_code(rig: Rig, provider: Provider) -> None:
    newcomer(rig, provider, "lex")
    rig.client("ada").post("/people/change", {"name": "lex", "wish": "lock out"})
    reply = Traveller(rig, provider).come_back("lex")
    assert (reply.status, "Your second factor" in reply.text) == (403, False)
    assert "the account is shut" in told(rig)


def test_an_account_that_signs_on_elsewhere_has_no_password(rig: Rig, provider: Provider) -> None:
    """Also one that had: it is taken over by its invitation, and everybody is signed off."""
    before = rig.client("olaf")
    second = newcomer(rig, provider, "olaf")
    assert before.get("/").status == 303
    form = {"name": "olaf", "code": code_now(second)}
    for password in (PASSWORD, ""):
        reply = Client(rig.url).post("/sign-on", {**form, "password": password}, token=False)
        assert reply.status == 403
        assert told(rig).startswith("wrong password")


def test_asvs_2_3_5_a_local_and_a_provider_s_account_are_one_pair_of_eyes(
    rig: Rig, provider: Provider
) -> None:
    """Whoever made a batch under one of them approves it with neither; a third person does."""
    second = newcomer(rig, provider, "petra.sso", "supervisor", "P.Novakova")
    batch_id = waiting_batch(rig, "two-eyes.xlsx", maker="petra.novakova")
    client = signed_on(rig, provider, "petra.sso", second).client
    for each in (client, rig.client("petra")):
        each.post(f"/batches/{batch_id}/approve", {"digest": digest_shown(each, batch_id)})
        assert "self_approval" in note(each)
    assert states(rig, batch_id) == {ItemState.AWAITING_APPROVAL}
    other = rig.client("jan")
    other.post(f"/batches/{batch_id}/approve", {"digest": digest_shown(other, batch_id)})
    assert states(rig, batch_id) == {ItemState.READY}


def test_asvs_7_5_3_an_approval_wants_our_second_factor_again(rig: Rig, provider: Provider) -> None:
    second = newcomer(rig, provider, "frida", "supervisor", "jan.dvorak")
    client = signed_on(rig, provider, "frida", second).client
    batch_id = waiting_batch(rig, "fresh.xlsx")
    digest, path = digest_shown(client, batch_id), f"/batches/{batch_id}/approve"
    grow_old(rig, client)
    assert 'id="code"' in client.get(f"/batches/{batch_id}").text
    client.post(path, {"digest": digest})
    assert states(rig, batch_id) == {ItemState.AWAITING_APPROVAL}
    client.post(path, {"digest": digest, "code": code_now(second, 1)})
    assert states(rig, batch_id) == {ItemState.READY}


def test_what_a_short_id_token_leaves_out_is_asked_for(rig: Rig, provider: Provider) -> None:
    provider.short = True
    newcomer(rig, provider, "sven")
    provider.people["thief"] = person("thief")
    provider.twist = lambda _, claims: claims.update(sub="sub-another")
    assert Traveller(rig, provider).come_back("thief").status == 403
    assert "userinfo is of somebody else" in told(rig)


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(
    rig: Rig, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document says so; ours refuses without the header, so it was not sent."""
    provider.more["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    seen: list[dict[str, str]] = []

    def token(form: dict[str, str], basic: str) -> tuple[int, dict[str, str]]:
        seen.append({**form, "basic": basic})
        return 400, {"error": "invalid_grant"}

    monkeypatch.setattr(type(provider), "token", lambda _, form, basic: token(form, basic))
    provider.people["post"] = person("post")
    assert Traveller(rig, provider).come_back("post").status == 403
    assert (seen[0]["client_secret"], seen[0]["basic"]) == (SECRET, "")


@pytest.mark.browser
def test_somebody_opens_their_account_in_a_browser(
    browser_path: Path, rig: Rig, provider: Provider
) -> None:
    """Invited on People, to the provider, back, the QR code, and in; axe-core finds nothing."""
    provider.people["bea"] = person("bea")
    found: dict[str, list[str]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        with window(browser, rig, "ada", bypass_csp=True) as it:
            it.page.goto("/people")
            it.page.evaluate(AXE)
            found |= axe(it.page, "/people", {})
            it.page.locator("#name").fill("bea")
            it.page.locator("#claim").fill("Bea@Bank.example")
            it.page.get_by_role("button", name="Invite").click()
            expect(it.page.get_by_role("status")).to_contain_text("bea signs on within 24 hours")
        with window(browser, rig, bypass_csp=True) as it:
            it.page.goto("/items")
            it.page.evaluate(AXE)
            found |= axe(it.page, "/sign-on", {})
            it.page.get_by_role("button", name="Sign on with Bank ID").click()
            it.page.get_by_role("button", name="bea").click()
            expect(it.page.locator("h1")).to_have_text("Your second factor")
            it.page.evaluate(AXE)
            found |= axe(it.page, "/oidc/second", {})
            it.page.get_by_label("The code").fill(code_now(it.page.locator("#second").inner_text()))
            it.page.get_by_role("button", name="Sign on").click()
            expect(it.page.locator("h1")).to_contain_text("Items")
            assert it.page.url == f"{rig.url}/items"
        browser.close()
    assert found == {}, found

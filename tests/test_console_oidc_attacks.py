"""Whoever is not who they say does not get in, hears nothing, and is on the record with the reason.

Against a provider on loopback with real keys (tests/oidc_support.py), which misbehaves as each
test says; names are those of OWASP ASVS 5.0.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey

from tests.console_support import Rig
from tests.oidc_support import (
    CALLBACK,
    SECRET,
    Provider,
    Traveller,
    Twist,
    a_console_with,
    a_key,
    a_provider,
    calm,
    invite,
    person,
    signed,
    told,
    unsigned,
)

Claims = dict[str, Any]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with a_provider() as made:
        yield made


@pytest.fixture(scope="module")
def whole_rig(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Its people show a second factor at the provider, so that one trip is a sign-on."""
    folder = tmp_path_factory.mktemp("attacks") / "suite"
    with a_console_with(folder, provider, 'amr = ["otp"]') as rig:
        provider.people["vic"] = person("vic", amr=["pwd", "otp"])
        invite(rig, "vic", "supervisor")
        assert Traveller(rig, provider).come_back("vic").status == 200
        yield rig


@pytest.fixture
def rig(whole_rig: Rig, provider: Provider) -> Rig:
    calm(whole_rig, provider)
    return whole_rig


def changed(**claims: Any) -> Twist:
    """Other claims, rightly signed; None: without that claim."""

    def twist(_: Claims, known: Claims) -> None:
        for name, value in claims.items():
            known.pop(name, None)
            if value is not None:
                known[name] = value

    return twist


def refused(rig: Rig, provider: Provider, why: str, who: str = "vic") -> None:
    """Nobody gets in; the page says nothing, the record says *why*."""
    traveller = Traveller(rig, provider)
    reply = traveller.come_back(who)
    assert (reply.status, traveller.client.cookie) == (403, "")
    assert re.findall('role="alert">(.*?)<', reply.text) == [WRONG]
    assert why in told(rig)


WRONG = "That did not work, or nobody has opened an account for you: ask an admin."


def test_the_victim_of_all_these_gets_in_when_nothing_is_wrong(
    rig: Rig, provider: Provider
) -> None:
    traveller = Traveller(rig, provider)
    assert traveller.come_back("vic").status == 200
    assert traveller.client.get("/").status == 200


# The way there and back


@pytest.mark.parametrize("state", ["", "guessed", "é"])
def test_asvs_10_2_1_a_wrong_state_is_no_sign_on(rig: Rig, provider: Provider, state: str) -> None:
    traveller = Traveller(rig, provider)
    path = traveller.answer(traveller.leave(), "vic")
    forged = re.sub(r"state=[^&]*", urlencode({"state": state}), path)
    reply = traveller.ask("GET", forged)
    assert (reply.status, traveller.client.cookie) == (403, "")
    assert "wrong_state" in told(rig)
    assert traveller.ask("GET", path).status == 403  # that try has used it up


def test_asvs_10_1_2_another_browsers_answer_signs_nobody_on(rig: Rig, provider: Provider) -> None:
    """A link with an attacker's code and state, opened by a victim: no cookie, or another."""
    attacker, victim = Traveller(rig, provider), Traveller(rig, provider)
    path = attacker.answer(attacker.leave(), "vic")
    assert victim.ask("GET", path).status == 403
    assert "no sign-on on its way" in told(rig)
    victim.leave()
    assert victim.ask("GET", path).status == 403
    assert "wrong_state" in told(rig)


def test_asvs_10_2_1_a_code_of_another_sign_on_is_refused_by_its_pkce(
    rig: Rig, provider: Provider
) -> None:
    """Stolen before it was used, and put into a sign-on of the thief's own."""
    victim, thief = Traveller(rig, provider), Traveller(rig, provider)
    code = _query(victim.answer(victim.leave(), "vic"))["code"]
    mine = _query(thief.answer(thief.leave(), "vic"))
    reply = thief.ask("GET", f"{CALLBACK}?{urlencode({**mine, 'code': code})}")
    assert reply.status == 403
    assert "does not take the code: invalid_grant" in told(rig)


def test_asvs_10_1_2_an_answer_is_good_once(rig: Rig, provider: Provider) -> None:
    """Once more with the cookie that it had, and its code in a new sign-on."""
    traveller = Traveller(rig, provider)
    path = traveller.answer(traveller.leave(), "vic")
    flow = traveller.flow
    assert traveller.ask("GET", path).status == 200
    traveller.flow = flow
    assert traveller.ask("GET", path).status == 403
    assert "no sign-on on its way" in told(rig)  # the provider is not even asked
    state = _query(traveller.answer(traveller.leave(), "vic"))["state"]
    again = {**_query(path), "state": state}
    assert traveller.ask("GET", f"{CALLBACK}?{urlencode(again)}").status == 403
    assert "does not take the code" in told(rig)


def test_asvs_10_2_2_the_answer_of_another_issuer_is_none(rig: Rig, provider: Provider) -> None:
    traveller = Traveller(rig, provider)
    for iss in ({"iss": "https://evil.example"}, {}):
        query = _query(traveller.answer(traveller.leave(), "vic"))
        query.pop("iss")
        assert traveller.ask("GET", f"{CALLBACK}?{urlencode({**query, **iss})}").status == 403
        assert "wrong_issuer" in told(rig)


def test_what_the_provider_refuses_is_told_by_its_code_alone(rig: Rig, provider: Provider) -> None:
    traveller = Traveller(rig, provider)
    for error, said in (("access_denied", "access_denied"), ("<script>", "something else")):
        query = _query(traveller.answer(traveller.leave(), "vic"))
        query |= {"error": error, "error_description": "Call 0800 EVIL"}
        reply = traveller.ask("GET", f"{CALLBACK}?{urlencode(query)}")
        assert (reply.status, "EVIL" in reply.text) == (403, False)
        assert told(rig).startswith(f"OIDC: provider_refused: the provider said {said},")


def _query(path: str) -> dict[str, str]:
    return {name: each[0] for name, each in parse_qs(urlsplit(path).query).items()}


def test_asvs_7_6_2_no_link_begins_a_sign_on_by_itself(rig: Rig, provider: Provider) -> None:
    """By GET, from another site: whoever is signed on at the provider is not signed on here."""
    client = Traveller(rig, provider).client
    assert client.get("/oidc/sign-on").status == 405
    for origin in ("https://evil.example", "null", ""):
        reply = client.post("/oidc/sign-on", {}, token=False, headers={"Origin": origin})
        assert (reply.status, dict(reply.cookies)) == (403, {})


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "/x?y", "javascript:1"]
)
def test_where_one_goes_after_signing_on_is_inside(rig: Rig, provider: Provider, to: str) -> None:
    traveller = Traveller(rig, provider)
    assert traveller.url_of(traveller.come_back("vic", to)) == "/"
    assert traveller.url_of(traveller.come_back("vic", "/items")) == "/items"


# The ID token


@pytest.mark.parametrize("nonce", ["another", None, "", ["x"]])
def test_asvs_10_5_1_the_token_of_another_sign_on_is_none(
    rig: Rig, provider: Provider, nonce: object
) -> None:
    provider.twist = changed(nonce=nonce)
    refused(rig, provider, "nonce")


@pytest.mark.parametrize(
    "aud", ["another", ["another"], ["counterfoil-console", "another"], [], None, 7]
)
def test_asvs_10_5_4_a_token_for_others_is_none(rig: Rig, provider: Provider, aud: object) -> None:
    provider.twist = changed(aud=aud)
    refused(rig, provider, "id_token")


def test_asvs_10_5_4_a_token_for_us_and_others_is_none(rig: Rig, provider: Provider) -> None:
    """Also where it says that it was given to us: whom it was meant for is not all ours."""
    provider.twist = changed(aud=["counterfoil-console", "another"], azp="counterfoil-console")
    refused(rig, provider, "the ID token is for others, too")


def test_asvs_10_5_4_a_token_that_another_client_got_is_none(rig: Rig, provider: Provider) -> None:
    provider.twist = changed(azp="another")
    refused(rig, provider, "azp")


@pytest.mark.parametrize("iss", ["https://evil.example", "http://127.0.0.1/realm", None])
def test_asvs_6_8_1_a_token_of_another_issuer_is_none(
    rig: Rig, provider: Provider, iss: object
) -> None:
    provider.twist = changed(iss=iss)
    refused(rig, provider, "iss")


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"exp": -61}, "expired_token"),
        ({"exp": None}, "exp"),
        ({"iat": +120}, "iat"),
        ({"iat": None}, "iat"),
        ({"iat": -3600}, "older than this sign-on"),
        ({"nbf": +120}, "nbf"),
    ],
)
def test_asvs_9_2_1_a_token_counts_in_its_time_alone(
    rig: Rig, provider: Provider, claims: dict[str, int | None], why: str
) -> None:
    now = int(time.time())
    times = {name: None if each is None else now + each for name, each in claims.items()}
    provider.twist = changed(**times)
    refused(rig, provider, why)


def test_asvs_9_2_1_clocks_may_differ_by_a_minute(rig: Rig, provider: Provider) -> None:
    now = int(time.time())
    provider.twist = changed(exp=now - 30, iat=now + 30)
    assert Traveller(rig, provider).come_back("vic").status == 200


def test_asvs_9_2_2_another_kind_of_token_is_no_id_token(rig: Rig, provider: Provider) -> None:
    def twist(header: Claims, _: Claims) -> None:
        header["typ"] = "logout+jwt"

    provider.twist = twist
    refused(rig, provider, "another kind of token")


@pytest.mark.parametrize("sub", ["", None, 7, "x" * 256])
def test_asvs_10_5_2_somebody_without_a_subject_is_nobody(
    rig: Rig, provider: Provider, sub: object
) -> None:
    provider.twist = changed(sub=sub)
    refused(rig, provider, "OIDC: id_token: ")


def test_asvs_9_1_1_a_changed_token_is_none(rig: Rig, provider: Provider) -> None:
    provider.people["mallory"] = person("mallory", amr=["otp"])

    def twist(header: Claims, claims: Claims) -> str:
        head, _, end = signed(header, claims, provider.keys[0]).split(".")
        claims["sub"] = "sub-vic"
        return f"{head}.{signed(header, claims, provider.keys[0]).split('.')[1]}.{end}"

    provider.twist = twist
    refused(rig, provider, "bad_signature", "mallory")


def test_asvs_9_1_2_a_token_without_a_signature_is_none(rig: Rig, provider: Provider) -> None:
    provider.twist = lambda _, claims: unsigned(claims)
    refused(rig, provider, "id_token")


@pytest.mark.parametrize("secret", ["public key", "client secret"])
def test_asvs_9_1_2_a_shared_secret_signs_nothing(
    rig: Rig, provider: Provider, secret: str
) -> None:
    """HS256 with what everybody can read, or with what the provider and we both know."""
    known = provider.keys[0]
    assert isinstance(known, RSAKey)
    public = known.as_pem(private=False) if secret == "public key" else SECRET.encode()

    def twist(header: Claims, claims: Claims) -> str:
        return _hs256({**header, "alg": "HS256"}, claims, public)

    provider.twist = twist
    refused(rig, provider, "unsupported_algorithm")


def _hs256(header: Claims, claims: Claims, key: bytes) -> str:
    """By hand: the library would not take a public key as a secret."""
    import hmac
    from base64 import urlsafe_b64encode

    made = signed(header, claims, OctKey.generate_key(256)).rpartition(".")[0]
    code = hmac.digest(key, made.encode(), "sha256")
    return f"{made}.{urlsafe_b64encode(code).rstrip(b'=').decode()}"


def test_asvs_9_1_2_an_algorithm_that_config_does_not_list_is_none(
    rig: Rig, provider: Provider
) -> None:
    provider.alg = "RS512"
    refused(rig, provider, "unsupported_algorithm")


@pytest.mark.parametrize("where", ["unknown kid", "known kid", "in the header", "by an address"])
def test_asvs_9_1_3_a_key_that_the_provider_does_not_list_signs_nothing(
    rig: Rig, provider: Provider, where: str
) -> None:
    mine = RSAKey.generate_key(2048)

    def twist(header: Claims, claims: Claims) -> str:
        header["kid"] = "mine" if where == "unknown kid" else provider.keys[0].kid
        if where == "in the header":
            header["jwk"] = mine.as_dict(private=False)
        if where == "by an address":
            header["jku"] = "http://127.0.0.1:1/jwks"
        return signed(header, claims, mine)

    provider.twist = twist
    why = {"unknown kid": "invalid_key_id", "in the header": "exceeded_size"}
    refused(rig, provider, why.get(where, "bad_signature"))


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_asvs_11_2_3_a_weak_key_signs_nothing(rig: Rig, provider: Provider) -> None:
    kept = provider.keys
    provider.keys = [RSAKey.generate_key(1024, {"kid": "weak", "use": "sig"})]
    try:
        refused(rig, provider, "id_token")
    finally:
        provider.keys = kept


def test_an_access_token_of_another_answer_is_noticed(rig: Rig, provider: Provider) -> None:
    provider.twist = changed(at_hash="AAAAAAAAAAAAAAAAAAAAAA")
    refused(rig, provider, "at_hash")


def test_a_new_key_of_the_provider_is_read_when_it_signs(
    rig: Rig, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rotation: under a new name, or under the same; no more often than once in some seconds."""
    from counterfoil.adapters import oidc_provider

    assert Traveller(rig, provider).come_back("vic").status == 200
    kept = provider.keys
    try:
        for kid in ("k2", "k1"):
            provider.keys = [a_key("RS256", kid)]
            reads = provider.asked.count("GET /jwks")
            refused(rig, provider, "invalid_key_id" if kid == "k2" else "id_token")
            assert provider.asked.count("GET /jwks") == reads
            monkeypatch.setattr(oidc_provider, "KEYS_REST_SECONDS", 0.0)
            assert Traveller(rig, provider).come_back("vic").status == 200
            monkeypatch.undo()
    finally:
        provider.keys = kept


def test_elliptic_keys_sign_as_well(rig: Rig, provider: Provider) -> None:
    kept, provider.alg = provider.keys, "ES256"
    try:
        provider.keys = [a_key("ES256", "e1"), *kept]
        assert Traveller(rig, provider).come_back("vic").status == 200
    finally:
        provider.keys = kept


# People


def test_a_person_without_an_account_does_not_get_in(rig: Rig, provider: Provider) -> None:
    provider.people["eve"] = person("eve", amr=["otp"])
    refused(rig, provider, "no_account: nobody was invited as that", "eve")


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_takes_up_no_invitation(
    rig: Rig, provider: Provider, verified: object
) -> None:
    invite(rig, "una", "supervisor")
    provider.people["una"] = person("una", amr=["otp"], email_verified=verified)
    refused(rig, provider, "does not say that the email is verified", "una")


def test_asvs_10_5_2_an_address_alone_is_nobody_after_the_first_sign_on(
    rig: Rig, provider: Provider
) -> None:
    """The address was given to somebody else; whoever had it is known under a new one, too."""
    provider.people["heir"] = person("heir", amr=["otp"], email="vic@bank.example")
    refused(rig, provider, "no_account", "heir")
    provider.people["moved"] = person("vic", amr=["otp"], email="new@bank.example")
    assert Traveller(rig, provider).come_back("moved").status == 200


def test_an_invitation_that_is_too_old_is_none(rig: Rig, provider: Provider) -> None:
    from dataclasses import replace

    people = rig.served.desk.people
    invite(rig, "late")
    assert rig.served.desk.elsewhere is not None
    made = rig.served.desk.elsewhere.ledger.invitation("late@bank.example")
    assert made is not None
    people.invite(replace(made, ends_at=rig.site.ledger.now() - timedelta(seconds=1)))
    provider.people["late"] = person("late", amr=["otp"])
    refused(rig, provider, "no_account", "late")


def test_asvs_7_4_2_an_account_that_is_locked_out_stays_out(rig: Rig, provider: Provider) -> None:
    provider.people["lou"] = person("lou", amr=["otp"])
    invite(rig, "lou")
    traveller = Traveller(rig, provider)
    assert traveller.come_back("lou").status == 200
    assert traveller.client.get("/").status == 200
    rig.client("ada").post("/people/change", {"name": "lou", "wish": "lock out"})
    assert traveller.client.get("/").status == 303
    refused(rig, provider, "the account is shut", "lou")
    assert rig.records("sign_on_refused")[-1]["data"]["account"] == "lou"


def test_one_identity_has_one_account(rig: Rig, provider: Provider) -> None:
    """Two accounts would be two pairs of eyes of one person."""
    invite(rig, "vic2", "supervisor", claim="vic@bank.example")
    refused(rig, provider, "identity_taken: vic is the same person's account")
    invite(rig, "vic", "supervisor")  # voids the other one; the same person opens it anew
    assert Traveller(rig, provider).come_back("vic").status == 200


@pytest.mark.parametrize("amr", [["pwd"], [], None, "pwd"])
def test_asvs_6_8_4_a_second_factor_that_the_provider_does_not_show_is_none(
    rig: Rig, provider: Provider, amr: object
) -> None:
    provider.twist = changed(amr=amr)
    refused(rig, provider, "second_factor" if amr != "pwd" else "amr")


def test_asvs_6_8_4_somebody_who_was_asked_too_long_ago_is_asked_again(
    rig: Rig, provider: Provider
) -> None:
    provider.twist = changed(auth_time=int(time.time()) - 11 * 3600)
    refused(rig, provider, "not_again")

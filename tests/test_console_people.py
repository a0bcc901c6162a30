"""Who gets into the console, for how long, and who does not."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from counterfoil.cli.console import one_time_link
from counterfoil.console import passwords
from counterfoil.domain.people import Role
from counterfoil.errors import Refused
from counterfoil.store.people_ledger import FAILURES_FREE
from counterfoil.store.searching import StepQuery
from tests.cli_support import ROOT, counterfoil
from tests.console_support import PASSWORD, Client, Rig, a_console, a_suite, add


@pytest.fixture(scope="module")
def whole_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with a_console(tmp_path_factory.mktemp("people") / "suite") as made:
        yield made


@pytest.fixture
def rig(whole_rig: Rig) -> Rig:
    """Each test begins without the tries of the others."""
    whole_rig.served.desk._tries.clear()
    return whole_rig


def code_now(second: str, ahead: int = 0) -> str:
    return pyotp.TOTP(second).at(int(time.time()) + ahead * passwords.STEP_SECONDS)


def sign_on(rig: Rig, name: str, code: str, password: str = PASSWORD) -> tuple[Client, int]:
    client = Client(rig.url)
    form = {"name": name, "password": password, "code": code}
    return client, client.post("/sign-on", form, token=False).status


def test_asvs_6_3_3_password_and_second_factor_together_get_in(rig: Rig) -> None:
    new = add(rig, "gus", "gus", Role.OPERATOR)
    for wrong in ("000000", "", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16"):
        assert sign_on(rig, "gus", wrong)[1] == 403
    client, status = sign_on(rig, " GUS ", code_now(new.second))
    assert status == 303
    assert client.get("/").status == 200
    assert "gus" in client.get("/").text


def test_a_code_is_good_once(rig: Rig) -> None:
    new = add(rig, "once", "once", Role.OPERATOR)
    code = code_now(new.second)
    assert sign_on(rig, "once", code)[1] == 303
    assert sign_on(rig, "once", code)[1] == 403
    assert sign_on(rig, "once", code_now(new.second, 1))[1] == 303


def test_the_answer_is_the_same_whatever_was_wrong(rig: Rig) -> None:
    new = add(rig, "same", "same", Role.OPERATOR)
    answers = set()
    for name, password, code in (
        ("nobody", PASSWORD, "000000"),
        ("same", "wrong password 1", code_now(new.second)),
        ("same", PASSWORD, "000000"),
    ):
        form = {"name": name, "password": password, "code": code}
        text = Client(rig.url).post("/sign-on", form, token=False).text
        answers.add(re.sub(r'value="[^"]*"|<time.*?</time>', "", text))
    assert len(answers) == 1
    told = [each["data"]["told"] for each in rig.records("sign_on_refused")[-3:]]
    assert [each.split(",")[0] for each in told] == [
        "no such account",
        "wrong password",
        "wrong code",
    ]


def test_asvs_6_3_1_an_account_waits_after_wrong_sign_ons_and_opens_by_itself(rig: Rig) -> None:
    new = add(rig, "wait", "wait", Role.OPERATOR)
    for _ in range(FAILURES_FREE + 1):
        sign_on(rig, "wait", "000000")
    shut = rig.served.desk.people.account("wait")
    assert shut is not None
    assert shut.closed_until is not None
    assert sign_on(rig, "wait", code_now(new.second))[1] == 403
    after = rig.served.desk.people.account("wait")
    assert after is not None
    assert after.closed_until == shut.closed_until  # a try while it waits makes it no longer
    assert shut.closed_until - rig.site.ledger.now() <= timedelta(seconds=30)


def test_one_address_cannot_try_on_and_on(rig: Rig) -> None:
    statuses = [sign_on(rig, f"name{each}", "000000")[1] for each in range(25)]
    assert set(statuses) == {403}
    assert "too many" in rig.records("sign_on_refused")[-1]["data"]["told"]


def test_asvs_7_2_4_and_3_3_3_and_3_3_4_every_sign_on_has_a_new_token_out_of_reach(
    rig: Rig,
) -> None:
    new = add(rig, "fix", "fix", Role.OPERATOR)
    client = Client(rig.url, "chosen-by-an-attacker")
    form = {"name": "fix", "password": PASSWORD, "code": code_now(new.second)}
    answer = client.post("/sign-on", form, token=False)
    assert answer.status == 303
    assert client.cookie != "chosen-by-an-attacker"
    assert Client(rig.url, "chosen-by-an-attacker").get("/").status == 303
    cookie = answer.headers["set-cookie"]
    for word in ("__Host-", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


def test_where_one_goes_after_signing_on_is_inside(rig: Rig) -> None:
    new = add(rig, "open", "open", Role.OPERATOR)
    wishes = (("//evil.example", "/"), ("https://evil.example", "/"), ("/items", "/items"))
    for ahead, (to, where) in enumerate(wishes, -1):
        code = code_now(new.second, ahead)
        form = {"name": "open", "password": PASSWORD, "code": code, "to": to}
        answer = Client(rig.url).post("/sign-on", form, token=False)
        assert (answer.status, answer.headers["location"]) == (303, where)


def test_asvs_7_4_1_signing_off_ends_the_session_on_the_server(rig: Rig) -> None:
    client = rig.client("olaf")
    token = client.cookie
    assert client.post("/sign-off").status == 303
    assert Client(rig.url, token).get("/").status == 303


def test_asvs_7_4_2_and_8_3_2_changed_rights_apply_at_once(rig: Rig) -> None:
    add(rig, "moved", "moved", Role.SUPERVISOR)
    admin, client = rig.client("ada"), rig.client("moved")
    assert client.get("/audit").status == 200
    admin.post("/people/change", {"name": "moved", "wish": "role", "role": "operator"})
    assert client.get("/audit").status == 303  # signed off
    again = rig.client("moved")
    assert again.get("/audit").status == 403
    admin.post("/people/change", {"name": "moved", "wish": "lock out", "role": "operator"})
    assert again.get("/").status == 303
    with pytest.raises(Refused, match="shut"):
        rig.session("moved")


def test_asvs_7_3_2_a_session_ends_when_nobody_is_there_and_after_ten_hours(rig: Rig) -> None:
    """ASVS 7.3.1, 7.3.2."""
    people, token = rig.served.desk.people, rig.session("iris")
    kept = passwords.fingerprint(token)
    assert people.session(kept, idle=timedelta(minutes=15)) is not None
    assert people.session(kept, idle=timedelta(0)) is None
    rig.steps += 1
    short = passwords.new_token()
    people.sign_on("iris", passwords.fingerprint(short), step=rig.steps, lasts=timedelta(0))
    assert Client(rig.url, short).get("/").status == 303


def test_an_admin_cannot_change_themselves_nor_be_the_last_one_gone(rig: Rig) -> None:
    admin = rig.client("ada")
    admin.post("/people/change", {"name": "ada", "wish": "lock out", "role": "admin"})
    assert "own_account" in admin.get("/people").text
    admin.post("/people/invite", {"name": "ada", "person": "other", "role": "supervisor"})
    assert "own_account" in admin.get("/people").text
    people = rig.served.desk.people
    for each in people.accounts():
        if each.role is Role.ADMIN and each.name not in ("ada", "bo"):
            people.change_account(each.name, by="ada", active=False)
    people.change_account("bo", by="ada", active=False)
    with pytest.raises(Refused, match="last_admin"):
        people.change_account("ada", by="bo", role=Role.OPERATOR)
    people.change_account("bo", by="ada", active=True)


def test_asvs_6_3_2_a_new_console_has_nobody_until_the_link_is_used(tmp_path: Path) -> None:
    suite = a_suite(tmp_path / "suite", "")
    for name in ("bots", "workflows"):
        (suite.root / name).symlink_to(ROOT / name)
    told = counterfoil("console", "setup", "ada", at=suite.root)
    assert told.returncode == 0, told.stderr
    assert re.search(r"^http://127\.0\.0\.1:\d+/open#[\w-]{43}$", told.stdout, re.MULTILINE)
    stored = b"".join(each.read_bytes() for each in suite.data.rglob("*") if each.is_file())
    code = told.stdout.rpartition("#")[2].strip()
    assert code.encode() not in stored


def test_a_link_is_good_once_and_sets_what_its_owner_chose(rig: Rig) -> None:
    link = one_time_link(rig.site, "linda", "linda", Role.AUDITOR)
    code, client = link.partition("#")[2], Client(rig.url)
    page = client.post("/open", {"invitation": code}, token=False).text
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    second = re.search(r'id="second">([A-Z2-7]+)<', page)
    assert sealed is not None
    assert second is not None
    form = {"invitation": code, "sealed": sealed[1], "code": code_now(second[1])}
    for password, again in (
        ("short", "short"),
        (PASSWORD, "another one 12"),
        ("linda" * 5, "linda" * 5),
    ):
        answer = client.post("/open", {**form, "password": password, "again": again}, token=False)
        assert answer.status == 409
    forged = {**form, "sealed": "AAAA", "password": PASSWORD, "again": PASSWORD}
    assert client.post("/open", forged, token=False).status == 409
    done = client.post("/open", {**form, "password": PASSWORD, "again": PASSWORD}, token=False)
    assert "Your account is open" in done.text
    assert sign_on(rig, "linda", code_now(second[1], 1))[1] == 303
    rig.served.desk._tries.clear()
    assert client.post("/open", {"invitation": code}, token=False).status == 403
    kinds = [each["kind"] for each in rig.records("account_invited")[-1:]]
    assert kinds == ["account_invited"]


def test_no_secret_of_anybody_is_kept_in_the_clear(rig: Rig) -> None:
    """ASVS 11.3.3 and 6.2.x: hashes, sealed seconds, fingerprints."""
    token, program = rig.session("iris"), rig.token("read")
    rig.site.audit.sync()
    stored = b"".join(
        each.read_bytes() for each in rig.site.suite.data.rglob("*") if each.is_file()
    )
    for secret in (PASSWORD, token, program, *(each.second for each in rig.people.values())):
        assert secret.encode() not in stored


def test_what_people_did_is_in_the_ledger_and_verifies(rig: Rig) -> None:
    rig.session("iris")
    assert sign_on(rig, "iris", "000000")[1] == 403
    kinds = {each.kind for each in rig.served.desk.looking.steps(StepQuery(), limit=10_000)}
    assert {"account_invited", "account_opened", "signed_on", "sign_on_refused"} <= kinds

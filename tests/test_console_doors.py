"""Every door of the console is tried by everybody: the matrix comes from the routes themselves."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from counterfoil.console.gate import Door
from counterfoil.console.routes import DOORS
from counterfoil.domain.people import Right, Role
from counterfoil.store.deciding import Word
from tests.console_support import (
    BY_ROLE,
    Client,
    Rig,
    a_console,
    fill,
    look_at_schedules,
    path_of,
)
from tests.schedule_support import RULES, schedule

#: Actions that need nothing but the right: they have tests of their own.
NEED_NO_REASON = ("/sign-off", "/audit/verify")
#: So that its doors are there, too: tests/test_console_oidc*.py go through them.
NOBODY_THERE = """
[console.oidc]
issuer = "http://127.0.0.1:9"
client_id = "x"
credential = "x"
amr = ["x"]
"""
ZONE = 'zone = "Europe/Prague"\ncalendar = "own"\n'
GUARDED = [each for each in DOORS if each.right is not None]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with a_console(tmp_path_factory.mktemp("console") / "suite", more=NOBODY_THERE) as made:
        fill(made)
        yield made


@pytest.fixture(scope="module")
def clients(rig: Rig) -> dict[Role, Client]:
    return {role: rig.client(BY_ROLE[role]) for role in Role}


def named(door: Door) -> str:
    return f"{door.method} {door.path}"


@pytest.mark.parametrize("door", GUARDED, ids=named)
def test_asvs_8_2_1_a_door_opens_for_its_right_and_for_no_other(
    rig: Rig, clients: dict[Role, Client], door: Door
) -> None:
    """An action without a reason is refused after the right was asked for: nothing is changed."""
    path, before = path_of(rig, door.path), rig.site.ledger.counts()
    for role, client in clients.items():
        may = door.right in role.rights
        if may and door.method == "POST" and door.path in NEED_NO_REASON:
            continue
        answer = client.get(path) if door.method == "GET" else client.post(path)
        allowed = {"GET": (200,), "POST": (303, 409)}[door.method]
        assert answer.status in (allowed if may else (403,)), (role, answer.status)
    assert rig.site.ledger.counts() == before


@pytest.mark.parametrize("door", GUARDED, ids=named)
def test_asvs_8_3_1_nobody_gets_in_without_a_session(rig: Rig, door: Door) -> None:
    for cookie in ("", "guessed", rig.session("iris")[:-1] + "!"):
        client, path = Client(rig.url, cookie), path_of(rig, door.path)
        answer = client.get(path) if door.method == "GET" else client.post(path)
        assert answer.status == (303 if door.method == "GET" else 403)
        if door.method == "GET":
            assert answer.headers["location"].startswith("/sign-on")
            assert not answer.body


@pytest.mark.parametrize("door", [each for each in DOORS if each.method == "POST"], ids=named)
def test_asvs_3_5_1_a_form_of_another_site_does_nothing(
    rig: Rig, clients: dict[Role, Client], door: Door
) -> None:
    path, before = path_of(rig, door.path), rig.site.ledger.counts()
    client = clients[next(each for each in Role if door.right in (None, *each.rights))]
    full = {"reason": "because", "which": [f"item:{rig.names['held']}"], "digest": "x"}
    for origin in ("http://evil.example", "null", ""):
        assert client.post(path, full, headers={"Origin": origin}).status == 403
    assert client.post(path, full, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    if door.right is not None:
        assert client.post(path, full, token=False).status == 403
        others = rig.client("bo")
        stolen = {**full, "token": _token_of(others)}
        assert client.post(path, stolen, token=False).status == 403
    assert rig.site.ledger.counts() == before


def _token_of(client: Client) -> str:
    from counterfoil.console.gate import form_token

    return form_token(client.cookie)


@pytest.mark.parametrize("door", [each for each in DOORS if each.method == "POST"], ids=named)
def test_asvs_3_5_3_nothing_is_done_by_get(
    rig: Rig, clients: dict[Role, Client], door: Door
) -> None:
    before = rig.site.ledger.counts()
    for client in clients.values():
        path = f"{path_of(rig, door.path)}?reason=because&which=item:{rig.names['held']}"
        assert client.get(path).status in (200, 303, 403, 404, 405)
    assert rig.site.ledger.counts() == before


def test_asvs_8_2_2_things_that_are_not_there_are_not_there(
    rig: Rig, clients: dict[Role, Client]
) -> None:
    """Names of other things, other kinds, and names that are none: 404, and no defect."""
    odd = (
        "B-NOT-THERE",
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "'%20or%201=1--",
        "9" * 300,
        "%F0%9F%92%A9",
    )
    for door in GUARDED:
        if door.method == "GET" and "{" in door.path:
            for name in odd:
                path = "/".join(name if "{" in part else part for part in door.path.split("/"))
                answer = clients[Role.SUPERVISOR].get(path)
                assert answer.status == 404, (path, answer.status)


def test_a_picture_of_another_item_is_not_shown(rig: Rig, clients: dict[Role, Client]) -> None:
    """The blob is there, and whoever asks may see pictures: but not this one, from here."""
    mine = path_of(rig, "/items/{item}/pictures/{sha256}")
    assert clients[Role.AUDITOR].get(mine).body.startswith(b"\xff\xd8\xff")
    theirs = mine.replace(rig.names["item"], rig.names["ready"])
    assert clients[Role.AUDITOR].get(theirs).status == 404


def test_asvs_3_4_3_and_3_4_4_and_3_4_6_and_3_5_8_and_14_3_2_every_answer_carries_the_headers(
    rig: Rig, clients: dict[Role, Client]
) -> None:
    """And ASVS 3.4.4, 3.4.6."""
    for path in ("/", "/sign-on", "/nothing", "/health", "/api/v1/items", "/live", "/audit"):
        for client in (clients[Role.SUPERVISOR], Client(rig.url)):
            headers = client.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"], path
            assert "unsafe" not in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert "server" not in headers


def test_another_host_name_is_turned_away(rig: Rig, clients: dict[Role, Client]) -> None:
    """A foreign page's name that was rebound to 127.0.0.1."""
    parts = urlsplit(rig.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.putrequest("GET", "/", skip_host=True)
    connection.putheader("Host", "evil.example")
    connection.endheaders()
    assert connection.getresponse().status == 421
    connection.close()


def test_asvs_5_2_1_a_form_that_is_too_large_is_turned_away(
    rig: Rig, clients: dict[Role, Client]
) -> None:
    large = {"reason": "x" * 300_000}
    path = path_of(rig, "/items/{held}/cancel")
    assert clients[Role.SUPERVISOR].post(path, large).status == 413
    many = {"which": ["item:x"] * 3_000, "reason": "because"}
    assert clients[Role.SUPERVISOR].post("/exceptions/cancel", many).status == 403


def test_asvs_16_3_2_and_16_3_3_whoever_is_turned_away_is_on_the_record(rig: Rig) -> None:
    """Who has no right, and who tries to get round a control: a form without its token."""
    rig.client("olaf").get("/people")
    last = rig.records("console_denied")[-1]
    assert last["data"]["account"] == "olaf"
    assert last["data"]["path"] == "/people"
    assert last["actor"]["on_behalf"] == "olaf"
    path = path_of(rig, "/items/{held}/cancel")
    rig.client("petra").post(path, {"reason": "because"}, token=False)
    last = rig.records("console_denied")[-1]
    assert (last["data"]["account"], last["data"]["method"]) == ("petra", "POST")
    assert last["data"]["told"] == "the form is not of this session"


def test_asvs_3_2_1_what_is_no_page_is_never_shown_as_one(
    rig: Rig, clients: dict[Role, Client]
) -> None:
    """Pictures and files come with a policy that runs nothing, or are taken along."""
    for path in ("/items/{item}/pictures/{sha256}", "/items/{item}/pack", "/audit/export"):
        headers = clients[Role.AUDITOR].get(path_of(rig, path)).headers
        assert headers["content-security-policy"] == "default-src 'none'; sandbox", path
        assert not headers["content-type"].startswith("text/html"), path
        kept = headers.get("content-disposition", "").startswith("attachment; filename=")
        assert kept is not path.endswith("{sha256}"), path


def test_asvs_16_2_1_every_view_is_on_the_record_once_a_while(rig: Rig) -> None:
    client, path = rig.client("iris"), path_of(rig, "/items/{held}")
    for _ in range(3):
        assert client.get(path).status == 200
    mine = [each for each in rig.records("console_viewed") if each["obj"] == {"item": path[7:]}]
    assert [each["actor"]["on_behalf"] for each in mine].count("iris") == 1
    views = rig.served.desk
    assert not views.is_new_view(_sha(client), path)
    assert views.is_new_view(_sha(client), "/nothing that was shown")
    client.get(path_of(rig, "/items/{held}/in-full"))
    assert rig.records("console_viewed")[-1]["data"]["path"].endswith("/in-full")


def test_asvs_16_5_3_what_cannot_be_recorded_is_not_shown(tmp_path: Path) -> None:
    """The log is closed under the console: it shows nothing more, and says that it is not well."""
    with a_console(tmp_path / "suite") as rig:
        client = rig.client("iris")
        assert client.get("/items").status == 200
        rig.site.audit.close()
        for path in ("/batches", "/audit", "/operate"):
            answer = client.get(path)
            assert (answer.status, "Out of order" in answer.text) == (503, True)
            assert "<table" not in answer.text


def test_a_file_of_closed_days_that_is_gone_takes_no_page_with_it(tmp_path: Path) -> None:
    calendar = '[calendars.own]\nclosed_file = "closed.csv"\n'
    nightly = schedule("nightly", "every business day 03:00", RULES + ZONE)
    (tmp_path / "suite").mkdir()
    closed = tmp_path / "suite" / "closed.csv"
    closed.write_text("Day,Reason\n2026-12-31,stocktaking\n", "utf-8")
    with a_console(tmp_path / "suite", more=calendar + nightly) as rig:
        look_at_schedules(rig)
        client = rig.client("olaf")
        assert "next 20" in client.get("/").text
        closed.unlink()
        rig.served.desk.has_acted()  # what is shown is some seconds old otherwise
        answer = client.get("/")
        assert (answer.status, "there is no file" in answer.text) == (200, True)
        assert client.get("/schedules/nightly").status == 409
        assert client.get("/operate").status == 200


def test_a_log_that_its_witness_does_not_take_shuts_every_door(tmp_path: Path) -> None:
    with a_console(tmp_path / "suite") as rig:
        client = rig.client("iris")
        rig.served.desk.broken = "log_rewritten: the witness remembers more"
        answer = client.get("/items")
        assert (answer.status, "log_rewritten" in answer.text) == (503, True)
        assert client.get("/health").status == 503
        bearer = {"Authorization": f"Bearer {rig.token('read')}"}
        assert client.get("/api/v1/items", **bearer).status == 503


@pytest.mark.parametrize("door", [each for each in GUARDED if each.method == "GET"], ids=named)
def test_asvs_8_2_2_what_refreshes_itself_is_nobody_s_own(
    rig: Rig, clients: dict[Role, Client], door: Door
) -> None:
    """It is drawn once for all of a role: no form, no token, no name, and the role's right."""
    path = path_of(rig, door.path)
    may_most_first = sorted(clients, key=lambda each: -len(each.rights))
    for role in may_most_first:
        client = clients[role]
        answer = client.get(path, **{"X-Refresh": "1"})
        if door.right not in role.rights:
            assert answer.status == 403
            continue
        assert answer.status in (200, 204)
        for mine in ("<form", 'name="token"', _token_of(client), f"<b>{BY_ROLE[role]}</b>"):
            assert mine not in answer.text, mine
        if Right.PERSONAL not in role.rights:
            assert "Novak s.r.o." not in answer.text
            assert "/pictures/" not in answer.text
        assert answer.headers["content-type"].startswith("text/html")


def test_what_refreshes_itself_is_newer_than_it_says_and_never_older(rig: Rig) -> None:
    client, path = rig.client("iris"), path_of(rig, "/items/{held}")
    said = client.get(path, **{"X-Refresh": "1"}).text
    newest = re.search('data-newest="([^"]*)"', said)
    assert newest is not None
    assert newest[0] in client.get(path).text
    assert 'data-live="story"' in said
    frozen = Word(person="Eva", reason="seen at the bank twice")
    rig.site.ledger.freeze_by_hand("core", frozen)
    try:
        rig.served.desk.look()
        assert frozen.reason in client.get("/", **{"X-Refresh": "1"}).text
    finally:
        rig.site.ledger.unfreeze("core", frozen)


def test_a_page_that_refreshes_itself_keeps_nobody_signed_on(rig: Rig) -> None:
    client = rig.client("iris")
    before = rig.served.desk.people.session(_sha(client), idle=rig.served.desk.idle)
    client.get("/", **{"X-Refresh": "1"})
    client.get("/live")
    after = rig.served.desk.people.session(_sha(client), idle=rig.served.desk.idle)
    assert before is not None
    assert after is not None
    assert before.seen_at == after.seen_at


def _sha(client: Client) -> str:
    from counterfoil.console.passwords import fingerprint

    return fingerprint(client.cookie)


def test_asvs_14_2_6_personal_data_is_masked_by_role(rig: Rig, clients: dict[Role, Client]) -> None:
    """Account numbers keep four digits for everybody; names are for those who decide or audit."""
    path = path_of(rig, "/items/{item}")
    for role, client in clients.items():
        text = client.get(path).text
        assert "DE89370400440532013000" not in text
        assert ("Novak s.r.o." in text) is (role in (Role.SUPERVISOR, Role.AUDITOR))
    whole = clients[Role.AUDITOR].get(f"{path}/in-full").text
    assert "DE89370400440532013000" in whole

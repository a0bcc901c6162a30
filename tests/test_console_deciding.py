"""What people decide in the console: four eyes, bound to what was seen, each with its record."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from counterfoil.console import passwords
from counterfoil.domain.items import ItemState
from counterfoil.domain.statement_orders import FetchedFile, Filed, Judged
from counterfoil.domain.statements import Statement
from tests.console_support import Client, Rig, a_console, fill, waiting_batch
from tests.engine_support import CORE
from tests.test_console_people import code_now
from tests.test_statement_rules import ACCOUNT, a_statement, listed, proved


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with a_console(tmp_path_factory.mktemp("deciding") / "suite") as made:
        fill(made)
        yield made


def digest_shown(client: Client, batch_id: str) -> str:
    found = re.search(
        r'<code class="digest">([0-9a-f]{64})', client.get(f"/batches/{batch_id}").text
    )
    assert found is not None
    return found[1]


def states(rig: Rig, batch_id: str) -> set[ItemState]:
    return set(rig.site.ledger.batch(batch_id).states)


def note(client: Client) -> str:
    found = re.findall(
        r'<p class="note (?:good|bad)" role="\w+">(.*?)</p>', client.get("/operate").text
    )
    return "; ".join(found)


def test_a_second_person_approves_what_they_saw(rig: Rig) -> None:
    batch_id, client = waiting_batch(rig, "ok.xlsx"), rig.client("petra")
    digest = digest_shown(client, batch_id)
    client.post(f"/batches/{batch_id}/approve", {"digest": digest})
    assert states(rig, batch_id) == {ItemState.READY}
    assert rig.site.ledger.batch(batch_id).approver == "petra.novakova"
    told = rig.records("batch_approved")[-1]
    assert told["actor"]["on_behalf"] == "petra.novakova"
    assert told["data"]["digest"] == digest


def test_asvs_2_3_5_the_maker_approves_nothing_of_their_own(rig: Rig) -> None:
    batch_id, client = waiting_batch(rig, "own.xlsx", maker=" anna "), rig.client("anna")
    assert "You cannot approve this" in client.get(f"/batches/{batch_id}").text
    digest = digest_shown(client, batch_id)
    client.post(f"/batches/{batch_id}/approve", {"digest": digest})
    assert "self_approval" in note(client)
    assert states(rig, batch_id) == {ItemState.AWAITING_APPROVAL}
    refused = rig.records("console_refused")[-1]["data"]
    assert (refused["account"], refused["code"]) == ("anna", "self_approval")


@pytest.mark.parametrize("name", ["petra", "petra2"])
def test_a_second_account_of_the_maker_is_no_second_person(rig: Rig, name: str) -> None:
    batch_id = waiting_batch(rig, f"alias-{name}.xlsx", maker="P.Novakova")
    client = rig.client(name)
    client.post(f"/batches/{batch_id}/approve", {"digest": digest_shown(client, batch_id)})
    assert "self_approval" in note(client)
    assert states(rig, batch_id) == {ItemState.AWAITING_APPROVAL}


def test_nobody_releases_an_item_of_their_own_under_an_alias(rig: Rig) -> None:
    batch_id = waiting_batch(rig, "release.xlsx", maker="petra.novakova")
    rig.client("anna").post(f"/batches/{batch_id}/refuse", {"reason": "no"})
    item = f"{batch_id}-0002"
    with closing(sqlite3.connect(rig.site.suite.data / "ledger.sqlite")) as raw:
        raw.execute("UPDATE items SET state = 'ON_HOLD' WHERE item_id = ?", (item,))
        raw.commit()
    client = rig.client("petra2")
    client.post(f"/items/{item}/release", {"reason": "mine"})
    assert "four_eyes" in note(client)


def test_asvs_15_4_2_a_changed_byte_voids_the_approval(rig: Rig) -> None:
    """Another batch's digest; and a row that was edited by hand after it was looked at."""
    one, other = waiting_batch(rig, "one.xlsx"), waiting_batch(rig, "other.xlsx")
    client = rig.client("petra")
    client.post(f"/batches/{one}/approve", {"digest": digest_shown(client, other)})
    assert "digest_differs" in note(client)
    digest = digest_shown(client, one)
    with closing(sqlite3.connect(rig.site.suite.data / "ledger.sqlite")) as raw:
        raw.execute(
            "UPDATE items SET payload_sha256 = ? WHERE item_id = ?", ("0" * 64, f"{one}-0002")
        )
        raw.commit()
    assert "You cannot approve this" in client.get(f"/batches/{one}").text
    client.post(f"/batches/{one}/approve", {"digest": digest})
    assert "row_changed" in note(client)
    assert states(rig, one) == {ItemState.AWAITING_APPROVAL}


def test_an_approval_is_no_approval_of_another_batch_nor_given_twice(rig: Rig) -> None:
    batch_id, client = waiting_batch(rig, "twice.xlsx"), rig.client("petra")
    digest = digest_shown(client, batch_id)
    client.post(f"/batches/{batch_id}/approve", {"digest": digest})
    client.post(f"/batches/{batch_id}/approve", {"digest": digest})
    assert "not_waiting" in note(client)
    client.post(f"/batches/{batch_id}/refuse", {"reason": "too late"})
    assert "not_waiting" in note(client)
    assert states(rig, batch_id) == {ItemState.READY}


def test_a_refused_batch_is_cancelled_with_the_reason_on_every_item(rig: Rig) -> None:
    batch_id, client = waiting_batch(rig, "no.xlsx"), rig.client("petra")
    client.post(f"/batches/{batch_id}/refuse", {"reason": ""})
    assert "no_reason" in note(client)
    client.post(f"/batches/{batch_id}/refuse", {"reason": "last month's file"})
    assert states(rig, batch_id) == {ItemState.CANCELLED}
    (decided,) = rig.served.desk.looking.decisions_of(f"{batch_id}-0003")
    assert (decided.kind, decided.person) == ("cancel", "petra.novakova")
    assert decided.reason == "last month's file"
    assert rig.records("batch_refused")[-1]["data"]["items"] == 3


def test_one_item_is_refused_and_the_others_are_approved_apart(rig: Rig) -> None:
    """What was seen before counts no more; the sums are of what would be keyed."""
    batch_id, client = waiting_batch(rig, "apart.xlsx"), rig.client("petra")
    digest = digest_shown(client, batch_id)
    page = f"/batches/{batch_id}"
    assert 'name="items" value="3"' in client.get(page).text
    client.post(f"/items/{batch_id}-0003/cancel", {"reason": "paid by hand yesterday"})
    assert 'name="items" value="2"' in client.get(page).text
    assert re.search(r"<p>\s*2 items, <b>", client.get(page).text)
    client.post(f"{page}/approve", {"digest": digest, "items": "3"})
    assert "3 items were seen, and 2 wait now" in note(client)
    assert states(rig, batch_id) == {ItemState.AWAITING_APPROVAL, ItemState.CANCELLED}
    client.post(f"{page}/approve", {"digest": digest, "items": "2"})
    assert states(rig, batch_id) == {ItemState.READY, ItemState.CANCELLED}


def test_asvs_7_5_3_an_approval_asks_for_the_second_factor_when_it_is_old(rig: Rig) -> None:
    batch_id, client = waiting_batch(rig, "fresh.xlsx"), rig.client("jan")
    kept = sha256(client.cookie.encode()).hexdigest()
    with closing(sqlite3.connect(rig.site.suite.data / "ledger.sqlite")) as raw:
        old = (rig.site.ledger.now() - timedelta(minutes=6)).replace(tzinfo=None).isoformat(" ")
        raw.execute(
            "UPDATE console_sessions SET confirmed_at = ? WHERE token_sha256 = ?", (old, kept)
        )
        raw.commit()
    digest = digest_shown(client, batch_id)
    assert 'name="code"' in client.get(f"/batches/{batch_id}").text
    client.post(f"/batches/{batch_id}/approve", {"digest": digest, "code": "000000"})
    assert "second factor" in note(client)
    assert states(rig, batch_id) == {ItemState.AWAITING_APPROVAL}
    code = code_now(rig.people["jan"].second)
    client.post(f"/batches/{batch_id}/approve", {"digest": digest, "code": code})
    assert states(rig, batch_id) == {ItemState.READY}
    assert rig.records("signed_on_again")[-1]["data"]["account"] == "jan"


def test_many_exceptions_are_decided_at_once_each_with_its_own_record(rig: Rig) -> None:
    client = rig.client("petra")
    which = [f"item:{rig.names[name]}" for name in ("held", "held2", "item")]
    which += [f"arrival:{rig.names['arrival']}", "item:B-NONE-0001", "rubbish"]
    client.post("/exceptions/release", {"which": which, "reason": "both are meant"})
    told = note(client)
    assert "2 released" in told
    assert "already_posted" in told
    assert "unknown_item" in told
    assert "2 of another kind left alone" in told
    for name in ("held", "held2"):
        (decided,) = rig.served.desk.looking.decisions_of(rig.names[name])
        assert (decided.kind, decided.to_state) == ("release", "READY")


def test_an_item_with_an_open_intent_is_looked_up_and_never_cancelled(rig: Rig) -> None:
    client, item = rig.client("petra"), rig.names["open"]
    client.post(f"/items/{item}/cancel", {"reason": "no"})
    assert "may_be_booked" in note(client)
    rig.client("olaf").post(f"/items/{item}/look-again", {"reason": "the list was empty"})
    assert rig.served.desk.looking.item_row(item).state is ItemState.IN_DOUBT


def test_an_item_seen_at_the_bank_is_posted_under_its_reference(rig: Rig) -> None:
    client, item = rig.client("petra"), rig.names["failed"]
    client.post(f"/items/{item}/booked", {"reason": "seen", "receipt": ""})
    assert "no_receipt" in note(client)
    client.post(f"/items/{item}/cancel", {"reason": "paid by hand"})
    assert rig.served.desk.looking.item_row(item).state is ItemState.CANCELLED


def test_statements_are_accepted_and_set_aside(rig: Rig) -> None:
    client = rig.client("petra")
    which = [f"arrival:{rig.names['arrival']}"]
    client.post("/exceptions/accept", {"which": which, "reason": "page 1 is fine"})
    assert rig.served.desk.statements.exceptions() == []
    client.post("/exceptions/set-aside", {"which": which, "reason": "superseded"})
    assert "1 set aside" in note(client)
    rig.client("olaf").post("/exceptions/requeue", {"which": which, "reason": "again"})
    (last,) = rig.served.desk.statements.decisions(rig.names["arrival"])[-1:]
    assert (last.kind, last.person) == ("requeue", "olaf")


def test_who_proposed_a_match_does_not_approve_it(rig: Rig) -> None:
    path = f"/decisions/{rig.names['decision']}"
    own, other = rig.client("anna"), rig.client("petra")
    found = re.search(r'<code class="digest">([0-9a-f]{64})', own.get(path).text)
    assert found is not None
    own.post(f"{path}/approve", {"digest": found[1]})
    assert "self_approval" in note(own)
    other.post(f"{path}/approve", {"digest": "0" * 64})
    assert "digest_differs" in note(other)
    other.post(f"{path}/approve", {"digest": found[1]})
    assert "is approved by petra.novakova" in note(other)


def test_operators_pause_and_freeze_and_only_supervisors_lift_the_alarm(rig: Rig) -> None:
    operator, supervisor = rig.client("olaf"), rig.client("petra")
    operator.post("/schedules/often/pause", {"reason": "bank holiday"})
    assert "is paused" in note(operator)
    assert rig.served.desk.schedules.schedules()[0].paused_by == "olaf"
    operator.post("/schedules/often/resume", {"reason": "open again"})
    operator.post("/schedules/often/run-now", {"reason": "now"})
    assert "QUEUED" in note(operator)
    operator.post("/systems/core/freeze", {"reason": "two bookings seen"})
    assert rig.site.ledger.frozen_systems() == {"core": "two bookings seen"}
    assert operator.post("/systems/core/unfreeze", {"reason": "mine"}).status == 403
    supervisor.post("/systems/core/unfreeze", {"reason": "reversed by the bank"})
    assert rig.site.ledger.frozen_systems() == {}


def test_the_record_verifies_after_all_that(rig: Rig) -> None:
    client = rig.client("iris")
    client.post("/audit/verify")
    for _ in range(200):
        text = client.get("/audit/verify").text
        if "every record read" not in text:
            break
    assert re.search(r"<b>OK</b>: [\d,]+ records", text), text[text.find("<main") :][:600]
    assert rig.records("log_verified")[-1]["data"]["ok"] is True


def test_asvs_16_2_5_a_reason_passes_the_redactor_and_has_an_end(rig: Rig) -> None:
    client, batch_id = rig.client("petra"), waiting_batch(rig, "long.xlsx")
    client.post(f"/batches/{batch_id}/refuse", {"reason": "x" * 2_001})
    assert "2000 characters" in note(client)
    assert states(rig, batch_id) == {ItemState.AWAITING_APPROVAL}
    assert passwords.fingerprint(client.cookie) != client.cookie


def test_an_operator_proposes_a_match_and_a_supervisor_lets_it_stand(rig: Rig) -> None:
    olaf, petra, books = rig.client("olaf"), rig.client("petra"), rig.served.desk.reconciliations
    page = olaf.get("/reconciliations/nostro").text
    assert 'name="line" value="bank:B2"' in page
    form = {"line": ["bank:B2", "ledger:L2"], "what": "match", "reason": "fee of the bank"}
    olaf.post("/reconciliations/nostro/propose", form)
    assert "bank less ledger is 1.00" in note(olaf)  # it has to be said
    made = olaf.post("/reconciliations/nostro/propose", {**form, "difference": "1.00"})
    where = made.headers["location"]
    assert "a supervisor decides" in olaf.get(where).text
    digest = re.search(r'class="digest">([0-9a-f]{64})', petra.get(where).text)
    assert digest is not None
    petra.post(f"{where}/approve", {"digest": digest[1]})
    row = books.decision(where.rpartition("/")[2])
    assert (row.kind, row.state, row.proposer) == ("match", "APPROVED", "olaf")
    line = f"/reconciliations/nostro/lines/bank/{b'B2'.hex()}"
    assert row.decision_id in olaf.get(line).text
    undo = {"line": "bank:B2", "what": "unmatch", "reason": "of another customer"}
    back = olaf.post("/reconciliations/nostro/propose", undo).headers["location"]
    assert books.decision(back.rpartition("/")[2]).kind == "unmatch"


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"line": "bank:B9", "what": "write_off"}, "unknown_line"),
        ({"line": "elsewhere:B1", "what": "write_off"}, "unknown_line"),
        ({"line": ["bank:B1", "ledger:L1"], "what": "unmatch"}, "no_proposal"),
        ({"line": "bank:B1", "what": "delete"}, "no_proposal"),
        ({"what": "write_off"}, "too_few"),
        ({"line": "bank:B1", "what": "match", "difference": "1e"}, "difference"),
    ],
)
def test_a_proposal_that_says_nothing_sensible_is_refused(
    rig: Rig, form: dict[str, str | list[str]], why: str
) -> None:
    client, before = rig.client("olaf"), len(rig.served.desk.reconciliations.decisions("nostro"))
    client.post("/reconciliations/nostro/propose", {**form, "reason": "try"})
    assert why in note(client)
    assert len(rig.served.desk.reconciliations.decisions("nostro")) == before


def test_whatever_waits_gets_an_owner_a_due_date_and_a_word(rig: Rig) -> None:
    client, shown = rig.client("olaf"), rig.client("iris")
    kinds = ("hold", "break", "file", "doubt", "refused")  # what other tests leave
    which = {
        kind: found[0]
        for kind in kinds
        if (found := re.findall(r'name="which" value="([^"]+)"', client.get(
            f"/exceptions?kind={kind}").text))
    }  # fmt: skip
    assert set(which) == set(kinds)
    form = {"which": list(which.values()), "owner": "Eva", "due": "2020-01-31"}
    client.post("/exceptions/care", {**form, "reason": "asked the branch"})
    assert note(client) == f"noted about {len(kinds)}"
    for kind in kinds:
        text = shown.get(f"/exceptions?kind={kind}").text
        assert "<b>eva</b>" in text
        assert "overdue 2020-01-31" in text
        assert "olaf: asked the branch" in text
    told = {each["data"]["which"]: each for each in rig.records("exception_noted")}
    assert set(told) == set(which.values())
    assert {each["actor"]["on_behalf"] for each in told.values()} == {"olaf"}
    client.post("/exceptions/care", {"which": which["hold"], "reason": "they called back"})
    care = rig.served.desk.cares.cares_of(which["hold"])
    assert care is not None
    assert (care.owner, str(care.due_on), care.told) == ("eva", "2020-01-31", "they called back")


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"which": "item:B-0000000000-0001"}, "unknown_exception"),
        ({"which": "system:core"}, "unknown_exception"),  # it is not frozen
        ({"which": "nothing"}, "unknown_exception"),
        ({}, "nothing_ticked"),
        ({"which": "system:core", "due": "tomorrow"}, "due"),
    ],
)
def test_nothing_is_noted_about_what_does_not_wait(
    rig: Rig, form: dict[str, str], why: str
) -> None:
    client, before = rig.client("olaf"), rig.served.desk.cares.cares()
    client.post("/exceptions/care", {**form, "reason": "try"})
    assert why in note(client)
    assert rig.served.desk.cares.cares() == before


def test_an_operator_pauses_systems_and_all_workers_and_lets_them_go_on(rig: Rig) -> None:
    client, ledger = rig.client("olaf"), rig.site.ledger
    for path, system in (("/systems/core", "core"), ("/operate", "")):
        client.post(f"{path}/pause", {"reason": "release weekend"})
        assert [(each.system, each.person) for each in ledger.pauses()] == [(system, "olaf")]
        assert "release weekend" in client.get("/operate").text
        client.post(f"{path}/pause", {"reason": "again"})
        assert "maintenance is on" in note(client)
        client.post(f"{path}/resume", {"reason": "open"})
        assert ledger.pauses() == []
    client.post("/systems/core/close-circuit", {"reason": "it answers"})
    assert "circuit_closed" in note(client)


def test_an_item_s_page_names_the_statement_line_that_has_it(rig: Rig) -> None:
    """By amount and reference; the same amount with another reference is another payment."""
    row, today = rig.served.desk.looking.item_row(rig.names["item"]), rig.site.ledger.now().date()
    client = rig.client("olaf")
    assert "on none yet" in client.get(f"/items/{row.item_id}").text
    amounts = (f"-{row.amount}", f"-{row.amount}", "3.00")
    plain = a_statement(days=(today, today + timedelta(days=2)), amounts=amounts, number="99")
    broken = f"PAYMENT {row.reference[:5]} {row.reference[5:].lower()}"
    entries = [replace(each, description="another") for each in plain.transactions]
    entries[1] = replace(entries[1], description=broken)
    number = file_statement(rig, replace(plain, transactions=tuple(entries)))
    text = client.get(f"/items/{row.item_id}").text
    assert f"line 2 of statement {number}" in text
    assert f"line 1 of statement {number}" not in text


def file_statement(rig: Rig, statement: Statement) -> int:
    """As the fetching bot and the reader do; its number."""
    ledger, days = rig.served.desk.statements, statement.period
    assert days is not None
    ledger.order_statements(CORE, ACCOUNT, days, ("pdf",))
    order = ledger.wanted_statements(CORE)[-1]
    path = rig.site.suite.root / f"{statement.number}.pdf"
    path.write_bytes(f"statement {statement.number}".encode())
    seen = listed(first=days[0], last=days[1], number=statement.number)
    sha256_kept = rig.served.desk.reading.files.keep(path)
    size = path.stat().st_size
    file = FetchedFile(listed=seen, format="pdf", path=path, sha256=sha256_kept, size=size)
    ledger.file_arrival(order, file)
    arrival = ledger.unread_arrivals()[-1]
    filed = Filed(proved=proved(statement), first=days[0], last=days[1])
    assert ledger.file_reading(
        arrival, Judged(filed=(filed,), exceptions=(), source="pdf", pages=1)
    )
    return max(each.statement_id for each in ledger.statements())


def test_asvs_16_4_1_and_16_2_2_a_reason_is_one_record_and_forges_no_line(rig: Rig) -> None:
    """Whatever is typed stays inside its record, which tells its instant in UTC."""
    forged = 'ok\n{"kind":"batch_approved","seq":1}\r\n\u2028%s{password}'
    client = rig.client("olaf")
    client.post("/schedules/often/pause", {"reason": forged})
    client.post("/schedules/often/resume", {"reason": "over"})
    told = rig.records("schedule_paused")[-1]
    assert '{"kind":"batch_approved"' in told["data"]["told"]
    assert told["t"].endswith("Z")
    assert [each for each in rig.records("batch_approved") if each["seq"] == 1] == []


def test_asvs_13_4_2_and_16_5_4_a_defect_of_ours_shows_nothing_of_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("CZ6508000000192000145399 in a message")

    monkeypatch.setattr(rig.served.desk.looking, "find_steps", broken)
    answer = rig.client("iris").get("/audit?text=anything")
    assert (answer.status, answer.text) == (500, "a defect of ours: it is on the record")
    assert rig.records("console_failed")[-1]["data"] == {"path": "/audit", "type": "ValueError"}


def test_asvs_14_2_1_no_address_carries_what_is_secret(rig: Rig) -> None:
    """Neither cookie nor form token nor code stands in a link or in what is redirected to."""
    client = rig.client("petra")
    for path in ("/", "/exceptions", f"/items/{rig.names['item']}", "/people"):
        text = client.get(path).text
        for link in re.findall(r'(?:href|src|action|formaction)="([^"]*)"', text):
            assert client.cookie not in link
            assert passwords.fingerprint(client.cookie) not in link
            assert "token=" not in link

"""The cardboard bank is as unpleasant as it says, and its truth is true."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from fixtures.corebank.books import POOR_ACCOUNT
from fixtures.corebank.faults import FAULTS
from tests.bank_support import Page, RunningBank, Terminal

TODAY = datetime.now(UTC).date()
#: Far from any cut-off and from midnight.
WHEN = (TODAY + timedelta(days=7)).strftime("%d.%m.%Y")

TRANSFER = {
    "F0010": "P-1",
    "F0021": "1000000001",
    "F0034": "87144583",
    "F0035": "YZ",
    "F0037": "Jan Novak",
    "F0041": "1.234,50",
    "F0042": "CZK",
    "F0043": WHEN,
    "F0044": "SHA",
    "F0045": "SIPO",
    "F0051": "Rent",
    "F0052": "",
}
VOUCHER = {
    "ROWS": "4",
    "F0101": "V-1",
    "F0102": "17",
    "F0103": WHEN,
    "F0104": "CZK",
    "F0105": "Accrual",
    "L01A": "4000",
    "L01D": "100,00",
    "L02A": "5000",
    "L02C": "60,00",
    "L03A": "5001",
    "L03C": "40,00",
}
#: After these the payment is booked and the client does not get to read a whole answer.
LOST = ("fin", "rst", "cut_body", "silence")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    with RunningBank(tmp_path_factory.mktemp("bank")) as bank:
        bank.set(password_notice_every=0)
        yield bank


@pytest.fixture
def bank(running: RunningBank) -> Iterator[RunningBank]:
    """The one bank of this file, without faults and as delivered."""
    before = running.control("GET", "/settings")
    yield running
    running.clear_faults()
    running.use_skin("4.2")
    running.set(**before)


@pytest.fixture
def terminal(bank: RunningBank) -> Iterator[Terminal]:
    terminal = Terminal(bank.url)
    assert terminal.sign_on(bank.operators[0]).status == 302
    yield terminal
    terminal.close()


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> str:
    """A reference of the test's own: the books are shared."""
    return f"P-{crc32(request.node.name.encode())}"


def verified(terminal: Terminal, reference: str, **changes: str) -> Page:
    return terminal.post("/pmt010/verify", {**TRANSFER, "F0010": reference, **changes})


def booked(terminal: Terminal, reference: str, **changes: str) -> Page:
    draft = verified(terminal, reference, **changes).hidden("DRAFT")
    return terminal.post("/pmt010/book", {"DRAFT": draft})


def enquiry(terminal: Terminal, reference: str) -> list[str]:
    """The bank references that ENQ200 shows for *reference*."""
    page = terminal.post("/enq200/list", {"F0201": reference})
    return re.findall(rf"<td>{reference}</td><td>(\d{{10}})</td>", page.text)


# Screens


def test_a_transfer_is_booked_as_it_was_verified(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    page = booked(terminal, reference)

    [posting] = bank.postings(reference)
    assert f"ACCEPTED REF {posting['bank_reference']}" in page.text
    assert posting["values"]["amount"] == "1234.50"
    assert posting["values"]["debtor_account"] == "1000000001"
    assert enquiry(terminal, reference) == [posting["bank_reference"]]


def test_the_same_payment_twice_is_taken_without_a_murmur(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    draft = verified(terminal, reference).hidden("DRAFT")

    for _ in range(2):
        assert "ACCEPTED" in terminal.post("/pmt010/book", {"DRAFT": draft}).text

    assert len(bank.postings(reference)) == len(bank.posts_accepted(reference)) == 2


def test_a_narrative_is_cut_and_upper_cased_without_a_word(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    booked(terminal, reference, F0051="Rent for November, flat 17, Jungmannova 3, Praha")

    [posting] = bank.postings(reference)
    assert posting["values"]["narrative_1"] == "RENT FOR NOVEMBER, FLAT 17, JUNGMAN"


def test_a_dot_in_an_amount_is_dropped_wherever_it_stands(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    booked(terminal, reference, F0041="1234.50")

    assert bank.postings(reference)[0]["values"]["amount"] == "123450.00"


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("E101", {"F0037": ""}),
        ("E102", {"F0041": "1,234.5.0x"}),
        ("E103", {"F0043": "2026-11-24"}),
        ("E204", {"F0021": "1000099999"}),
        ("E205", {"F0034": "12345678901"}),
        ("E206", {"F0035": "ZZ"}),
    ],
)
def test_a_wrong_form_comes_back_with_its_code(
    bank: RunningBank, terminal: Terminal, reference: str, code: str, changes: dict[str, str]
) -> None:
    page = verified(terminal, reference, **changes)

    assert page.title == "PMT010 Outgoing transfer"
    assert code in page.text
    assert "DRAFT" not in page.text


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("E208", {"F0041": "0,00"}),
        ("E210", {"F0021": POOR_ACCOUNT, "F0041": "1.000,01"}),
        ("E220", {"F0041": "5.000.000,01"}),
        ("E230", {"F0043": TODAY.strftime("%d.%m.%Y")}),
        ("E231", {"F0043": "24.11.2020"}),
    ],
)
def test_a_refused_transfer_is_not_booked(
    bank: RunningBank, terminal: Terminal, reference: str, code: str, changes: dict[str, str]
) -> None:
    bank.set(cut_off="00:00")

    page = booked(terminal, reference, **changes)

    assert code in page.text
    assert "NOT BOOKED" in page.text
    assert bank.postings(reference) == []
    assert bank.posts_accepted(reference) == []


def test_the_directory_finds_banks_by_the_start_of_their_code(terminal: Terminal) -> None:
    page = terminal.get("/directory?for=F0035&F0901=Y")

    assert re.findall(r">(\w+)</a>", page.text) == ["YZ"]
    assert "getElementsByName('F0035')" in page.text


def test_the_directory_writes_only_into_a_field(terminal: Terminal) -> None:
    page = terminal.get("/directory?for=x%27);alert(1&F0901=Y")

    assert "alert(1" not in page.text


def test_a_page_escapes_what_was_typed(terminal: Terminal, reference: str) -> None:
    page = verified(terminal, reference, F0037='<script>"x"</script>')

    assert "<script>&quot;" not in page.text
    assert "&lt;script&gt;" in page.text


def test_the_list_has_ten_rows_a_page_and_a_total_at_the_end(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    draft = verified(terminal, reference).hidden("DRAFT")
    for _ in range(12):
        terminal.post("/pmt010/book", {"DRAFT": draft})

    first = terminal.post("/enq200/list", {"F0201": reference})
    second = terminal.get("/enq200/list?page=2")

    assert (first.text.count(reference), second.text.count(reference)) == (11, 3)  # + criterion
    assert "Page 1 of 2" in first.text
    assert "TOTAL" not in first.text
    assert "Page 2 of 2" in second.text
    assert "TOTAL 12 ITEM(S)" in second.text
    assert "14.814,00" in second.text


def test_the_list_lags_behind(bank: RunningBank, terminal: Terminal, reference: str) -> None:
    bank.set(staleness_seconds=3600)

    booked(terminal, reference)

    assert len(bank.postings(reference)) == 1
    assert enquiry(terminal, reference) == []


def test_an_enquiry_by_reference_is_exact(terminal: Terminal, reference: str) -> None:
    booked(terminal, reference)

    assert enquiry(terminal, reference[:-1]) == []


def test_a_voucher_that_balances_is_booked(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    page = terminal.post("/jrn100/book", {**VOUCHER, "F0101": reference})

    [posting] = bank.postings(reference)
    assert f"ACCEPTED REF {posting['bank_reference']}" in page.text
    assert posting["values"]["lines"] == "3"
    found = terminal.post("/jrn200/list", {"F0301": reference})
    assert f"<td>{reference}</td><td>{posting['bank_reference']}</td>" in found.text
    assert "100,00" in found.text


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("E310", {"L03C": "39,99"}),
        ("E311", {"L01A": "999"}),
        ("E312", {"L02A": "", "L02C": "", "L03A": "", "L03C": ""}),
        ("E313", {"L02D": "60,00"}),
    ],
)
def test_a_wrong_voucher_is_not_booked(
    bank: RunningBank, terminal: Terminal, reference: str, code: str, changes: dict[str, str]
) -> None:
    page = terminal.post("/jrn100/book", {**VOUCHER, "F0101": reference, **changes})

    assert code in page.text
    assert bank.postings(reference) == []


def test_add_lines_gives_four_more_and_keeps_what_was_typed(terminal: Terminal) -> None:
    page = terminal.post("/jrn100/lines", VOUCHER)

    assert page.text.count('class="sideD"') == 8
    assert 'name="L03C" size="16" maxlength="14" value="40,00"' in page.text


# Sessions


def test_ids_change_with_the_session_and_names_do_not(bank: RunningBank) -> None:
    seen = []
    for operator in bank.operators[1:3]:
        terminal = Terminal(bank.url)
        terminal.sign_on(operator)
        text = terminal.get("/pmt010").text
        seen.append((re.findall(r'id="(ctl\w+)"', text), re.findall(r'name="(F\d+)"', text)))
        terminal.close()

    assert seen[0][0] != seen[1][0]
    assert seen[0][1] == seen[1][1]
    assert len(seen[0][1]) == 12


def test_a_second_sign_on_kicks_the_first_out(bank: RunningBank, terminal: Terminal) -> None:
    other = Terminal(bank.url)
    other.sign_on(bank.operators[0])
    other.close()

    page = terminal.get("/pmt010")

    assert page.status == 200
    assert "SESSION TERMINATED" in page.text


def test_a_session_that_ran_out_answers_200_with_the_sign_on_page(
    bank: RunningBank, terminal: Terminal
) -> None:
    bank.set(session_minutes=0)

    page = terminal.get("/pmt010")

    assert (page.status, page.title) == (200, "CoreView - Sign on")


def test_a_wrong_password_gets_no_session(bank: RunningBank) -> None:
    terminal = Terminal(bank.url)
    page = terminal.sign_on({**bank.operators[0], "password": "guess"})
    terminal.close()

    assert "E001" in page.text
    assert terminal.cookie == ""


def test_every_nth_sign_on_shows_the_expiry_notice(bank: RunningBank) -> None:
    bank.fault("password_notice")
    terminal = Terminal(bank.url)

    assert terminal.sign_on(bank.operators[3]).headers["location"] == "/notice"
    assert "WILL EXPIRE" in terminal.get("/notice").text
    assert terminal.sign_on(bank.operators[3]).headers["location"] == "/desk"
    terminal.close()


def test_maintenance_answers_200_with_a_page_of_its_own(
    bank: RunningBank, terminal: Terminal
) -> None:
    bank.set(maintenance=True)

    page = terminal.get("/pmt010")

    assert (page.status, page.title) == (200, "CoreView - Maintenance")


def test_maintenance_may_come_every_night(bank: RunningBank, terminal: Terminal) -> None:
    now = datetime.now(UTC)
    around = [(now + timedelta(hours=hours)).strftime("%H:00") for hours in (-1, 2, 4)]

    bank.set(maintenance_hours=f"{around[0]}-{around[1]}")
    assert terminal.get("/pmt010").title == "CoreView - Maintenance"
    bank.set(maintenance_hours=f"{around[1]}-{around[2]}")
    assert terminal.get("/pmt010").title == "PMT010 Outgoing transfer"


# Faults of the commit


@pytest.mark.parametrize("close_connections", [False, True], ids=["kept", "fresh"])
@pytest.mark.parametrize("fault", LOST)
def test_an_answer_is_lost_after_booking(
    bank: RunningBank, terminal: Terminal, reference: str, fault: str, close_connections: bool
) -> None:
    bank.set(close_connections=close_connections)
    draft = verified(terminal, reference).hidden("DRAFT")
    bank.fault(fault, seconds=0.1)

    with pytest.raises((http.client.HTTPException, OSError)) as lost:
        terminal.post("/pmt010/book", {"DRAFT": draft})

    if fault == "rst":
        assert isinstance(lost.value, ConnectionResetError)
        assert not isinstance(lost.value, http.client.RemoteDisconnected)  # an end, not a reset
    if fault == "cut_body":
        assert isinstance(lost.value, http.client.IncompleteRead)
    [accepted] = bank.posts_accepted(reference)
    assert accepted["fault"] == fault
    assert len(bank.postings(reference)) == 1


def test_a_header_is_cut_short_after_booking(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    """To http.client that is an answer without a body."""
    draft = verified(terminal, reference).hidden("DRAFT")
    bank.fault("partial_header")

    assert terminal.post("/pmt010/book", {"DRAFT": draft}).headers == {}

    assert len(bank.postings(reference)) == 1


@pytest.mark.parametrize(
    ("fault", "status"),
    [("408", 408), ("421", 421), ("425", 425), ("503", 503), ("500_after", 500)],
)
def test_an_error_is_answered_although_it_is_booked(
    bank: RunningBank, terminal: Terminal, reference: str, fault: str, status: int
) -> None:
    draft = verified(terminal, reference).hidden("DRAFT")
    bank.fault(fault)

    assert terminal.post("/pmt010/book", {"DRAFT": draft}).status == status

    assert len(bank.postings(reference)) == 1


def test_an_error_before_booking_looks_the_same(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    pages = []
    for fault in ("500_before", "500_after"):
        draft = verified(terminal, reference).hidden("DRAFT")
        bank.fault(fault)
        pages.append(terminal.post("/pmt010/book", {"DRAFT": draft}).text)

    assert pages[0] == pages[1]
    assert [each["fault"] for each in bank.posts_accepted(reference)] == ["500_after"]


def test_a_307_makes_whoever_follows_it_post_again(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    draft = verified(terminal, reference).hidden("DRAFT")
    bank.fault("307")

    page = terminal.post("/pmt010/book", {"DRAFT": draft})
    assert (page.status, page.headers["location"]) == (307, "/pmt010/book")
    assert len(bank.postings(reference)) == 1

    terminal.post(page.headers["location"], {"DRAFT": draft})
    assert len(bank.postings(reference)) == 2


@pytest.mark.parametrize(
    ("screen", "form"), [("pmt010", TRANSFER), ("jrn100", VOUCHER)], ids=["PMT010", "JRN100"]
)
def test_a_redirect_after_the_post_leads_to_the_receipt(
    bank: RunningBank, terminal: Terminal, reference: str, screen: str, form: dict[str, str]
) -> None:
    if screen == "pmt010":
        form = {"DRAFT": verified(terminal, reference).hidden("DRAFT")}
    else:
        form = {**form, "F0101": reference}
    bank.fault("redirect_after_post")

    page = terminal.post(f"/{screen}/book", form)
    assert page.status == 302
    receipt = terminal.get(page.headers["location"])

    [posting] = bank.postings(reference)
    assert f"ACCEPTED REF {posting['bank_reference']}" in receipt.text


def test_a_late_booking_happens_after_the_connection_died(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    draft = verified(terminal, reference).hidden("DRAFT")
    bank.fault("late_booking", seconds=3600)

    with pytest.raises(http.client.RemoteDisconnected):
        terminal.post("/pmt010/book", {"DRAFT": draft})

    assert len(bank.posts_accepted(reference)) == 1
    assert bank.postings(reference) == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("expired_mid_form", "OPERATOR SIGN ON"),
        ("kicked_out", "SESSION TERMINATED"),
        ("maintenance", "SYSTEM MAINTENANCE"),
    ],
)
def test_a_session_ends_in_the_middle_and_nothing_is_booked(
    bank: RunningBank, terminal: Terminal, reference: str, fault: str, words: str
) -> None:
    draft = verified(terminal, reference).hidden("DRAFT")
    bank.fault(fault, at="commit")

    page = terminal.post("/pmt010/book", {"DRAFT": draft})

    assert (page.status, words in page.text) == (200, True)
    assert bank.posts_accepted(reference) == []


def test_a_slow_answer_is_whole(bank: RunningBank, terminal: Terminal, reference: str) -> None:
    draft = verified(terminal, reference).hidden("DRAFT")
    bank.fault("slow", seconds=0.2)
    before = datetime.now(UTC)

    page = terminal.post("/pmt010/book", {"DRAFT": draft})

    assert "ACCEPTED" in page.text
    assert datetime.now(UTC) - before >= timedelta(seconds=0.2)


# Faults of pages


def test_a_stale_list_shows_what_was_there_a_while_ago(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    booked(terminal, reference)
    bank.fault("stale_list", seconds=3600)

    assert enquiry(terminal, reference) == []
    assert len(enquiry(terminal, reference)) == 1


def test_a_page_served_twice_is_the_one_before(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    entry = terminal.get("/pmt010")
    bank.fault("page_served_twice")

    assert verified(terminal, reference).text == entry.text


def test_a_cached_page_shows_another_customers_transfer(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    bank.fault("cached_page_of_another_customer")

    page = verified(terminal, reference)

    assert page.title == "PMT010 Outgoing transfer - verify"
    assert reference not in page.text
    assert "87.654,00" in page.text


def test_a_cached_list_shows_another_customers_payments(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    booked(terminal, reference)
    booked(terminal, "P-OTHER")
    bank.fault("cached_page_of_another_customer", at="list")

    page = terminal.post("/enq200/list", {"F0201": reference})

    assert reference not in page.text
    assert "P-OTHER" in page.text


def test_a_broadcast_is_a_box_on_the_next_page(bank: RunningBank, terminal: Terminal) -> None:
    bank.fault("broadcast")

    assert "alert('BROADCAST" in terminal.get("/pmt010").text
    assert "alert('BROADCAST" not in terminal.get("/pmt010").text


# Skins, control port, process


def test_the_second_skin_swaps_debtor_and_creditor_under_the_same_names(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    bank.use_skin("4.3")

    booked(terminal, reference, F0021="1000000001", F0034="1000000002")

    values = bank.postings(reference)[0]["values"]
    assert (values["debtor_account"], values["creditor_account"]) == ("1000000002", "1000000001")


def test_the_second_skin_keeps_the_captions(bank: RunningBank, terminal: Terminal) -> None:
    captions = []
    for skin in ("4.2", "4.3"):
        bank.use_skin(skin)
        text = "".join(terminal.get(path).text for path in ("/pmt010", "/enq200", "/jrn100"))
        captions.append(re.findall(r'class="cap">([^<]+)<', text))

    assert captions[0] != captions[1]
    assert sorted(captions[0]) == sorted(captions[1])


def test_faults_by_probability_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    struck = []
    for name in ("a", "b"):
        with RunningBank(tmp_path / name, ("--seed", "7", "--faults", "500_before=0.5")) as bank:
            terminal = Terminal(bank.url)
            terminal.sign_on(bank.operators[0])
            drafts = [verified(terminal, f"P-{n}").hidden("DRAFT") for n in range(20)]
            pages = [terminal.post("/pmt010/book", {"DRAFT": draft}) for draft in drafts]
            struck.append([page.status for page in pages])
            terminal.close()

    assert struck[0] == struck[1]
    assert set(struck[0]) == {200, 500}


def test_the_control_port_refuses_what_it_does_not_know(bank: RunningBank) -> None:
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("/faults", {"name": "fim"}),
        ("/faults", {"name": "late_booking", "at": "list"}),
        ("/faults", {"name": "fin", "time": 1}),
        ("/settings", {"cutoff": "12:00"}),
        ("/settings", {"cut_off": "noon"}),
        ("/settings", {"maintenance": "yes"}),
        ("/skin", {"skin": "5"}),
    ]
    for path, body in wrong:
        with pytest.raises(AssertionError, match="error"):
            bank.control("POST", path, body)


def test_the_screens_do_not_know_the_control_port(bank: RunningBank, terminal: Terminal) -> None:
    assert terminal.get("/truth/postings").status == 404
    assert terminal.get("/faults").status == 404


def test_every_fault_of_the_list_is_there() -> None:
    wanted = (
        "fin rst 408 421 425 500_before 500_after 503 partial_header cut_body silence 307 "
        "redirect_after_post slow late_booking expired_mid_form kicked_out stale_list "
        "page_served_twice cached_page_of_another_customer truncated_pdf other_account_pdf "
        "html_as_pdf maintenance broadcast beforeunload"
    )
    assert set(wanted.split(" ")) <= set(FAULTS)


def asks(point: str, terminal: Terminal, operator: dict[str, str], reference: str) -> Page:
    """The request of *point* on a clerk's way."""
    draft = verified(terminal, reference).hidden("DRAFT") if point == "commit" else ""
    match point:
        case "signon":
            return terminal.sign_on(operator)
        case "verify":
            return verified(terminal, reference)
        case "commit":
            return terminal.post("/pmt010/book", {"DRAFT": draft})
        case "list":
            return terminal.post("/enq200/list", {"F0201": reference})
        case "window":
            return terminal.get("/directory?for=F0035&F0901=YZ")
        case "document":
            return terminal.get("/stm300/document?account=1000000001&month=2026-05&as=CSV")
        case _:
            return terminal.get({"entry": "/pmt010", "search": "/enq200"}[point])


@pytest.mark.parametrize(
    ("fault", "point"), [(name, at) for name, points in FAULTS.items() for at in points]
)
def test_every_fault_strikes_wherever_it_says_and_books_only_at_the_commit(
    bank: RunningBank, terminal: Terminal, reference: str, fault: str, point: str
) -> None:
    bank.fault(fault, at=point, **({"seconds": 0.05} if fault in ("silence", "slow") else {}))
    try:
        asks(point, terminal, bank.operators[0], reference)
    except (http.client.HTTPException, OSError):
        assert fault in (*LOST, "partial_header", "late_booking")

    (armed,) = bank.control("GET", "/faults")["armed"]
    assert armed["struck"] == 1
    accepted = [each["fault"] for each in bank.posts_accepted(reference)]
    assert set(accepted) <= ({fault} if point == "commit" else set())


@pytest.mark.parametrize("fault", ["fin", "500_after", "redirect_after_post", "500_before"])
@pytest.mark.parametrize("screen", ["RCV400", "QUE900"])
def test_the_small_screens_lose_answers_too(
    bank: RunningBank, terminal: Terminal, reference: str, screen: str, fault: str
) -> None:
    """Booked or not is in the books, whatever the answer said."""
    if screen == "RCV400":
        ours = reference
        path, form = "/rcv400/allocate", {**ALLOCATION, "F0601": reference}
    else:
        ours = reference
        page = terminal.post("/ddm500/submit", {**MANDATE, "F0501": reference})
        submitted = re.search(r"FOR RELEASE NO (\d+)", page.text)
        assert submitted
        path, form = "/que900/decide", {"NO": submitted[1], "PF8": "Release"}
        terminal.sign_on(bank.operators[1])
    bank.fault(fault, at="commit")
    try:
        answer = terminal.post(path, form)
    except OSError:
        assert fault == "fin"
    else:
        assert answer.status == {"redirect_after_post": 302}.get(fault, 500)
        if fault == "redirect_after_post":
            assert "ACCEPTED REF" in terminal.get(answer.headers["location"]).text

    assert len(bank.postings(ours)) == (0 if fault == "500_before" else 1)


def test_the_books_survive_a_restart(tmp_path: Path) -> None:
    for expected in (1, 2):
        with RunningBank(tmp_path) as bank:
            terminal = Terminal(bank.url)
            terminal.sign_on(bank.operators[0])
            booked(terminal, "P-SAME")
            assert len(enquiry(terminal, "P-SAME")) == expected
            terminal.close()
            assert len(bank.postings("P-SAME")) == len(bank.posts_accepted()) == expected
            references = {each["bank_reference"] for each in bank.postings()}
            assert len(references) == expected


# The small screens

MANDATE = {
    "F0501": "M-1",
    "F0502": "1000000001",
    "F0503": "CZ12ZZZ10017",
    "F0504": "01.05.2026",
    "F0505": "10.000,00",
}


def test_a_mandate_is_released_by_a_second_operator_only(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    page = terminal.post("/ddm500/submit", {**MANDATE, "F0501": reference})
    submitted = re.search(r"FOR RELEASE NO (\d+)", page.text)
    assert submitted
    decision = {"NO": submitted[1], "PF8": "Release"}

    assert "E401 MAKER MAY NOT CHECK" in terminal.post("/que900/decide", decision).text
    assert bank.postings(reference) == []

    checker = Terminal(bank.url)
    checker.sign_on(bank.operators[1])
    assert reference in checker.get("/que900").text
    assert "ACCEPTED REF" in checker.post("/que900/decide", decision).text
    assert "E403" in checker.post("/que900/decide", decision).text
    checker.close()
    [posting] = bank.postings(reference)
    assert (posting["values"]["maker"], posting["values"]["checker"]) == ("OP1", "OP2")


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("E101", {"F0503": ""}),
        ("E102", {"F0505": "much"}),
        ("E103", {"F0504": "1.5.2026"}),
        ("E204", {"F0502": "5"}),
    ],
)
def test_a_wrong_mandate_comes_back_with_its_code(
    terminal: Terminal, code: str, changes: dict[str, str]
) -> None:
    assert code in terminal.post("/ddm500/submit", {**MANDATE, **changes}).text


ALLOCATION = {"NO": "R00001", "F0602": "20260103", "F0603": "1.000,00"}


def open_of(page: Page, number: str) -> str:
    """What the list says is open of a receipt; "" when it is not on this page."""
    found = re.search(rf"<td>{number}</td>.*?<td class=\"n\">([0-9.,]+)</td></tr>", page.text)
    return found[1] if found else ""


def test_an_incoming_payment_is_allocated_in_parts_and_leaves_the_list(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    page = terminal.post("/rcv400", {"F0401": "R00003", "PF4": "Search"})
    whole = open_of(page, "R00003")
    assert whole == "83.939,83"

    form = terminal.post("/rcv400", {"F0401": "R00003", "PF6": "Allocate"})
    assert form.title == "RCV400 Incoming payments - allocate"
    part = {"NO": form.hidden("NO"), "F0601": reference, "F0602": "20260104"}
    page = terminal.post("/rcv400/allocate", {**part, "F0603": "83.000,00"})
    assert "ACCEPTED REF" in page.text
    assert open_of(terminal.post("/rcv400", {"F0401": "R00003"}), "R00003") == "939,83"
    assert "ACCEPTED REF" in terminal.post("/rcv400/allocate", {**part, "F0603": "939,83"}).text
    assert open_of(terminal.post("/rcv400", {"F0401": "R00003"}), "R00003") == ""

    listed = terminal.post("/rcv420/list", {"F0421": reference})
    assert "TOTAL 2 ITEM(S)" in listed.text
    assert [each["values"]["amount"] for each in bank.postings(reference)] == ["83000.00", "939.83"]


def test_the_same_allocation_is_taken_twice_without_a_murmur(
    bank: RunningBank, terminal: Terminal, reference: str
) -> None:
    for _ in range(2):
        page = terminal.post("/rcv400/allocate", {**ALLOCATION, "F0601": reference})
        assert "ACCEPTED REF" in page.text

    assert len(bank.postings(reference)) == 2


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("E101", {"F0602": ""}),
        ("E102", {"F0603": "much"}),
        ("E208", {"F0603": "0,00"}),
        ("E501", {"NO": "R99999"}),
        ("E502", {"F0602": "INV-1"}),
    ],
)
def test_a_wrong_allocation_comes_back_with_its_code(
    bank: RunningBank, terminal: Terminal, reference: str, code: str, changes: dict[str, str]
) -> None:
    given = {**ALLOCATION, "F0601": reference, **changes}

    assert code in terminal.post("/rcv400/allocate", given).text
    assert bank.postings(reference) == []

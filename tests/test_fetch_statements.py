"""Statements come as the bank sends them, byte for byte, or with the reason why not.

A real Chromium at the real cardboard bank; nothing is read here.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from bots.fetch_statements import ListRead, fetch_statements
from counterfoil.adapters.map_schema import System
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Session
from counterfoil.domain.statement_orders import FetchedFile, StatementOrder
from counterfoil.errors import Refused, Unavailable
from fixtures.corebank.statements import KINDS
from tests.bank_support import RunningBank, Terminal
from tests.screens_support import SELECTORS, Rig

pytestmark = pytest.mark.browser

ACCOUNT = "1000000001"
#: The last day of the last finished month, and the month as the bank's addresses have it.
LAST_DAY = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
MONTH = f"{LAST_DAY:%Y-%m}"
FORMATS = {"pdf": "PDF", "camt.053": "CAMT.053", "mt940": "MT940", "csv": "CSV"}
ENOUGH = 2**20


@pytest.fixture(scope="module")
def whole_rig(browser_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("bank")
    with RunningBank(folder) as bank, Rig(browser_path, folder, bank) as rig:
        yield rig


@pytest.fixture
def rig(whole_rig: Rig) -> Iterator[Rig]:
    whole_rig.tidy()
    whole_rig.bank.set(document_delivery="window", document_seconds=0.0)
    yield whole_rig
    whole_rig.tidy()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "run"
    made.mkdir(mode=0o700)
    return made


def order(*formats: str, account: str = ACCOUNT, day: date = LAST_DAY) -> StatementOrder:
    wanted = {each: frozenset({day}) for each in formats or ("pdf",)}
    return StatementOrder(system="corebank", account=account, wanted=wanted)


def fetch(
    rig: Rig,
    folder: Path,
    wanted: StatementOrder,
    *,
    session: Session | None = None,
    bytes_max: int = ENOUGH,
) -> tuple[list[FetchedFile], ListRead]:
    """Everything that came, and the list it was on."""
    came: list[FetchedFile] = []
    work = fetch_statements(
        session or rig.session(), wanted, folder, came.append, bytes_max=bytes_max
    )
    return came, rig.run(work)


def sent(rig: Rig, account: str = ACCOUNT, kind: str = "PDF") -> bytes:
    """What the bank sends to somebody else who asks for the same."""
    terminal = Terminal(rig.bank.url)
    terminal.sign_on(rig.bank.operators[1])
    try:
        return terminal.get(f"/stm300/document?account={account}&month={MONTH}&as={kind}").body
    finally:
        terminal.close()


def with_label(name: str, label: str) -> System:
    """The maps of corebank, with another face of one format's link."""
    system = load_system(SELECTORS, "corebank")
    screen = system.screens["statement_list"]
    assert screen.table is not None
    downloads = {**screen.table.downloads}
    downloads[name] = replace(downloads[name], label=label)
    changed = replace(screen, table=replace(screen.table, downloads=downloads))
    return replace(system, screens={**system.screens, "statement_list": changed})


# --- what comes ------------------------------------------------------------------------


@pytest.mark.parametrize("delivery", ["window", "attachment"])
def test_every_format_comes_as_the_bank_sends_it(rig: Rig, folder: Path, delivery: str) -> None:
    rig.bank.set(document_delivery=delivery)

    came, _ = fetch(rig, folder, order(*FORMATS))

    assert [each.format for each in came] == list(FORMATS)
    for each in came:
        body = sent(rig, kind=FORMATS[each.format])
        assert each.path is not None
        assert each.path.read_bytes() == body
        assert (each.size, each.sha256, each.spoiled) == (
            len(body),
            sha256(body).hexdigest(),
            "",
        )


@pytest.mark.parametrize("number", range(len(KINDS)))
def test_each_of_the_seven_layouts_comes(rig: Rig, folder: Path, number: int) -> None:
    account = str(int(ACCOUNT) + number)

    ((file,), _) = fetch(rig, folder, order(account=account))

    assert file.path is not None
    assert file.path.read_bytes() == sent(rig, account)


def test_the_list_is_read_to_its_proven_end_and_says_what_it_shows(rig: Rig, folder: Path) -> None:
    truth = rig.bank.control("GET", f"/truth/statement?account={ACCOUNT}&month={MONTH}")

    ((file,), listed) = fetch(rig, folder, order())

    assert listed.proof == "Page 1 of 1"
    assert file.listed in listed.statements
    shown = (str(file.listed.first), str(file.listed.last), file.listed.number)
    assert shown == (truth["first"], truth["last"], str(truth["number"]))
    assert str(file.listed.opening) == truth["opening"]
    assert str(file.listed.closing) == truth["closing"]
    assert file.listed.currency == truth["currency"]


def test_asvs_5_4_2_the_files_are_ours_alone_and_have_our_names(rig: Rig, folder: Path) -> None:
    fetch(rig, folder, order("pdf", "csv"))

    names = [each.name for each in folder.iterdir()]
    assert len(names) == 2
    assert all(re.fullmatch("[0-9a-f]{16}[.]file", each) for each in names)
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o600}


def test_the_evidence_shows_the_list_and_no_account_number(rig: Rig, folder: Path) -> None:
    _, listed = fetch(rig, folder, order())

    assert [each.kind for each in listed.evidence] == ["screenshot", "dom", "readback"]
    texts = [content for kind, content in rig.kept.blobs if kind != "screenshot"]
    assert len(texts) == 2
    assert not [each for each in map(unpacked, texts) if ACCOUNT.encode() in each]
    statements = json.loads(texts[1])["statements"]
    assert len(statements) == len(listed.statements)


def test_a_day_that_no_line_covers_fetches_nothing(rig: Rig, folder: Path) -> None:
    came, listed = fetch(rig, folder, order(day=datetime.now(UTC).date()))

    assert came == []
    assert listed.statements != ()


def test_a_session_is_left_with_its_one_window(rig: Rig, folder: Path) -> None:
    session = rig.session()

    fetch(rig, folder, order(*FORMATS), session=session)

    assert len(session.page.context.pages) == 1


def test_an_account_that_the_bank_does_not_know_is_refused(rig: Rig, folder: Path) -> None:
    with pytest.raises(Refused, match="account_not_found"):
        fetch(rig, folder, order(account="9999999999"))


# --- what does not come ----------------------------------------------------------------


def test_a_truncated_pdf_is_fetched_once_more(rig: Rig, folder: Path) -> None:
    rig.bank.fault("truncated_pdf")

    ((file,), _) = fetch(rig, folder, order())

    assert file.spoiled == ""
    assert file.sha256 == sha256(sent(rig)).hexdigest()
    assert len(list(folder.iterdir())) == 1


def test_a_pdf_that_is_truncated_twice_is_spoiled(rig: Rig, folder: Path) -> None:
    rig.bank.fault("truncated_pdf", times=2)

    ((file,), _) = fetch(rig, folder, order())

    assert file.spoiled == "truncated"
    assert file.path is not None
    assert file.size < len(sent(rig))


def test_a_connection_that_dies_in_the_middle_is_told_by_the_announced_length(
    rig: Rig, folder: Path
) -> None:
    """MT940 has no end that could be missed: only the length tells."""
    rig.bank.fault("cut_body", at="document", times=2)

    ((file,), _) = fetch(rig, folder, order("mt940"))

    assert file.spoiled == "truncated"
    assert "bytes came" in file.reason


def test_a_page_saved_as_pdf_is_a_lost_session(rig: Rig, folder: Path) -> None:
    """Signed on again and fetched again: the page never becomes a statement."""
    session = rig.session()
    fetch(rig, folder, order("csv"), session=session)
    before = rig.bank.control("GET", "/sessions")["sign_ons"]
    rig.bank.fault("html_as_pdf")

    ((file,), _) = fetch(rig, folder, order(), session=session)

    assert file.spoiled == ""
    assert file.sha256 == sha256(sent(rig)).hexdigest()
    assert rig.bank.control("GET", "/sessions")["sign_ons"] == before + 2  # ours, and sent()'s


def test_a_page_that_comes_again_is_spoiled_and_told_by_its_title(rig: Rig, folder: Path) -> None:
    rig.bank.fault("html_as_pdf", times=2)

    ((file,), _) = fetch(rig, folder, order())

    assert file.spoiled == "page_instead"
    assert "STM300 Statements" in file.reason


def test_a_session_that_expires_at_the_file_is_signed_on_again(rig: Rig, folder: Path) -> None:
    rig.bank.fault("expired_mid_form", at="list")
    session = rig.session()
    fetch(rig, folder, order("csv"), session=session)
    rig.bank.set(expire_sessions=True)

    ((file,), _) = fetch(rig, folder, order(), session=session)

    assert file.spoiled == ""


def test_what_came_before_the_session_was_lost_is_not_fetched_again(rig: Rig, folder: Path) -> None:
    session = rig.session()
    came: list[FetchedFile] = []

    def receive(file: FetchedFile) -> None:
        came.append(file)
        if len(came) in (1, 2):
            rig.bank.set(expire_sessions=True)

    wanted = order(*FORMATS)
    rig.run(fetch_statements(session, wanted, folder, receive, bytes_max=ENOUGH))

    assert [each.format for each in came] == list(FORMATS)


def test_who_is_kicked_out_at_the_file_does_not_kick_back(rig: Rig, folder: Path) -> None:
    session = rig.session()
    fetch(rig, folder, order("csv"), session=session)

    def receive(file: FetchedFile) -> None:
        rig.bank.set(kick="OP1")

    with pytest.raises(Unavailable, match="Session ended"):
        rig.run(fetch_statements(session, order("csv", "pdf"), folder, receive, bytes_max=ENOUGH))

    assert session.signed_on is False


def test_another_account_s_pdf_is_not_this_bot_s_to_tell(rig: Rig, folder: Path) -> None:
    """The bytes are whole and of the right kind: who reads them has to look."""
    rig.bank.fault("other_account_pdf")

    ((file,), _) = fetch(rig, folder, order())

    assert file.spoiled == ""
    assert file.sha256 != sha256(sent(rig)).hexdigest()


def test_more_than_we_allow_is_not_kept(rig: Rig, folder: Path) -> None:
    ((file,), _) = fetch(rig, folder, order(), bytes_max=1000)

    assert (file.spoiled, file.path) == ("too_large", None)
    assert list(folder.iterdir()) == []


def test_a_format_that_a_line_does_not_offer_is_said(rig: Rig, folder: Path) -> None:
    session = rig.session(system=with_label("pdf", "PDF/A"))

    came, _ = fetch(rig, folder, order("pdf", "csv"), session=session)

    assert [(each.format, each.spoiled) for each in came] == [("pdf", "not_offered"), ("csv", "")]


def test_another_kind_of_file_is_told_from_its_bytes(rig: Rig, folder: Path) -> None:
    session = rig.session(system=with_label("pdf", "CSV"))

    ((file,), _) = fetch(rig, folder, order(), session=session)

    assert file.spoiled == "wrong_type"


def test_a_field_that_moved_stops_before_anything_is_asked(rig: Rig, folder: Path) -> None:
    rig.bank.use_skin("4.3")

    with pytest.raises(Unavailable, match="F0401"):
        fetch(rig, folder, order())


@pytest.mark.parametrize("fault", ["maintenance", "500_before"])
def test_a_list_that_does_not_come_leaves_nothing(rig: Rig, folder: Path, fault: str) -> None:
    rig.bank.fault(fault, at="list")

    with pytest.raises(Unavailable):
        fetch(rig, folder, order())

    assert list(folder.iterdir()) == []


def unpacked(content: bytes) -> bytes:
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content

"""The cardboard bank's statements add up, in every format, and its document faults bite."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from fixtures.corebank.statement_files import camt053, csv, mt940
from fixtures.corebank.statement_pdf import LAYOUTS, statement_pdf
from fixtures.corebank.statements import KINDS, Statement, statements_of
from tests.bank_support import RunningBank, Terminal

pdfium = pytest.importorskip("pypdfium2")

ACCOUNTS = [str(1_000_000_001 + n) for n in range(len(KINDS))]
WHERE = "/stm300/document?account=1000000001&month=2026-05&as="


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    with RunningBank(tmp_path_factory.mktemp("bank")) as bank:
        bank.set(password_notice_every=0)
        yield bank


@pytest.fixture
def terminal(running: RunningBank) -> Iterator[Terminal]:
    terminal = Terminal(running.url)
    terminal.sign_on(running.operators[0])
    yield terminal
    terminal.close()
    running.clear_faults()


def months(account: str) -> list[Statement]:
    return list(statements_of(account, 1, date(2026, 6, 15)))


def words_of(document: bytes) -> str:
    with pdfium.PdfDocument(io.BytesIO(document)) as opened:
        return "\n".join(page.get_textpage().get_text_range() for page in opened)


def test_there_are_at_least_six_layouts() -> None:
    assert len({kind.code for kind in KINDS}) == len(LAYOUTS) >= 6


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_months_closing_is_the_next_months_opening(account: str) -> None:
    made = months(account)

    assert len(made) == 17
    assert [each.closing for each in made[:-1]] == [each.opening for each in made[1:]]
    for each in made:
        assert each.opening + each.paid_in - each.paid_out == each.closing


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_pdf_prints_every_amount_and_both_balances(account: str) -> None:
    statement = months(account)[-1]
    write = LAYOUTS[statement.kind.code].amount

    words = words_of(statement_pdf(statement))

    assert account in words
    assert words.count("\n") >= len(statement.lines)
    assert write(statement.opening) in words
    assert write(statement.closing) in words
    for line in statement.lines:
        digits = re.sub(r"[^0-9.,']", "", write(line.amount))
        assert digits in words


@pytest.mark.parametrize("account", ACCOUNTS)
def test_camt_053_adds_up(account: str) -> None:
    statement = months(account)[-1]

    root = ElementTree.fromstring(camt053(statement))

    space = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"}
    opening, closing = (_signed(each, space) for each in root.iterfind(".//c:Bal", space))
    entries = [_signed(each, space) for each in root.iterfind(".//c:Ntry", space)]
    assert opening + sum(entries) == closing == statement.closing
    assert len(entries) == len(statement.lines)


def _signed(element: ElementTree.Element, space: dict[str, str]) -> Decimal:
    amount = Decimal(element.findtext("c:Amt", "", space))
    return -amount if element.findtext("c:CdtDbtInd", "", space) == "DBIT" else amount


@pytest.mark.parametrize("account", ACCOUNTS)
def test_mt940_adds_up(account: str) -> None:
    statement = months(account)[-1]
    text = mt940(statement).decode("latin-1")

    def amounts(pattern: str) -> list[Decimal]:
        found = re.findall(pattern, text, re.MULTILINE)
        return [
            Decimal(number.replace(",", ".")) * (1 if mark == "C" else -1) for mark, number in found
        ]

    [opening] = amounts(r"^:60F:([CD])\d{6}[A-Z]{3}([\d,]+)")
    [closing] = amounts(r"^:62F:([CD])\d{6}[A-Z]{3}([\d,]+)")
    assert opening + sum(amounts(r"^:61:\d{10}([CD])([\d,]+)")) == closing == statement.closing


def test_csv_has_decimal_commas_and_lines_that_are_no_data() -> None:
    statement = months(ACCOUNTS[0])[-1]

    rows = csv(statement).decode("cp1252").splitlines()

    assert rows[1].startswith("Opening balance;")
    assert rows[-1].startswith("Closing balance;")
    assert len(rows) == len(statement.lines) + 4


def test_the_screen_lists_every_finished_month_with_its_documents(terminal: Terminal) -> None:
    page = terminal.post("/stm300/list", {"F0401": "1000000001"})

    assert page.text.count(">PDF</a>") == page.text.count(">CAMT.053</a>") >= 17
    assert "05/2026" in page.text
    assert 'target="_blank"' in page.text


def test_an_unknown_account_has_no_statements(terminal: Terminal) -> None:
    assert "E204" in terminal.post("/stm300/list", {"F0401": "5"}).text


@pytest.mark.parametrize(
    ("delivery", "shown"), [("window", "inline"), ("attachment", "attachment")]
)
def test_a_document_opens_in_a_window_or_is_attached(
    running: RunningBank, terminal: Terminal, delivery: str, shown: str
) -> None:
    running.set(document_delivery=delivery)

    document = terminal.get(WHERE + "PDF")

    assert document.headers["content-type"] == "application/pdf"
    assert document.headers["content-disposition"] == (
        f'{shown}; filename="STM_1000000001_2026-05.pdf"'
    )
    assert "1000000001" in words_of(document.body)


def test_the_truth_of_a_statement_is_on_the_control_port(running: RunningBank) -> None:
    given = running.control("GET", "/truth/statement?account=1000000001&month=2026-05")

    amounts = sum(Decimal(line["amount"]) for line in given["lines"])
    assert Decimal(given["opening"]) + amounts == Decimal(given["closing"])
    assert given["type"] == "CUR"


def test_a_truncated_pdf_has_no_end(running: RunningBank, terminal: Terminal) -> None:
    running.fault("truncated_pdf")

    assert b"%%EOF" not in terminal.get(WHERE + "PDF").body
    assert b"%%EOF" in terminal.get(WHERE + "PDF").body


def test_another_accounts_pdf_has_the_same_layout_and_the_wanted_name(
    running: RunningBank, terminal: Terminal
) -> None:
    running.fault("other_account_pdf")

    document = terminal.get(WHERE + "PDF")

    assert "STM_1000000001" in document.headers["content-disposition"]
    assert "Account no: 1000000008" in words_of(document.body)


def test_html_may_come_as_pdf(running: RunningBank, terminal: Terminal) -> None:
    running.fault("html_as_pdf")

    document = terminal.get(WHERE + "PDF")

    assert document.headers["content-type"] == "application/pdf"
    assert document.body.startswith(b"<!DOCTYPE HTML")

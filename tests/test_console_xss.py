"""Foreign text is text on every page: a corpus through the seven ways by which it comes in.

Each text goes the real way: a workbook through the intake and its parser box, a PDF through
the reader, a bank's refusal through the engine's visit, a name through the page People. Then
every page that shows it is opened in Chromium. The policy would stop a script that got
through; here none gets as far as that, and the last test shows that one would be noticed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from jinja2 import Environment
from playwright.sync_api import Browser, Page
from reportlab.pdfgen.canvas import Canvas

from counterfoil.console import showing
from counterfoil.console.gate import COOKIE
from counterfoil.console.showing import visible
from counterfoil.domain.approvals import plain_name
from counterfoil.domain.people import Role
from counterfoil.domain.statement_orders import FetchedFile
from counterfoil.errors import Quarantined, Refused
from counterfoil.store.statement_ledger import StatementLedger
from fixtures.hostile.book import OFFICE, Book, good_row, text
from tests.console_browser import a_chromium, window
from tests.console_support import Rig, a_console, add
from tests.engine_support import CORE
from tests.intake_support import TODAY, document, nobody, order
from tests.test_console_interleavings import a_bot
from tests.test_statement_rules import ACCOUNT, SEPTEMBER, listed
from tests.xss_payloads import FILE_NAMES, PAYLOADS, PRINTABLE, SHEET_NAMES
from workflows.intake import take_in
from workflows.statement_reading import read_arrivals

pytestmark = pytest.mark.browser
FIRST_ROW = 6
#: What may be typed into a workbook: the intake refuses a row with what nobody can see.
TYPED = tuple(each for each in PAYLOADS if visible(each) == each)
#: Where other people's text stands; none of these is ever in it.
FOREIGN = ", ".join(
    f"main {each}"
    for each in (
        "script", "style", "link", "meta", "base", "iframe", "embed", "object", "math", "audio",
        "svg [onload]", "[onload]", "[onerror]", "[onfocus]", "[onbegin]", "[ontoggle]",
        "[onmouseover]", "[onstart]", "marquee",
        "[href^='javascript:' i]", "[src^='javascript:' i]", "[src^='//']",
        "[action^='//']", "[name=body]",
    )
)  # fmt: skip


@pytest.fixture(scope="module")
def chromium(browser_path: Path, rig: Rig) -> Iterator[Browser]:
    """After all that was keyed: Playwright takes the thread's event loop for itself."""
    with a_chromium(browser_path) as browser:
        yield browser


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("xss")
    with a_console(folder / "suite") as made:
        by_workbook(made, folder)
        by_names_of_files_and_sheets(made, folder)
        by_pdf(made, folder)
        by_people(made)
        yield made


# The ways in


def by_workbook(rig: Rig, folder: Path) -> None:
    """Payee and memo of a row each; then the bank refuses each item in such words."""
    path, rows = folder / "payments.xlsx", {}
    for row, each in enumerate(TYPED, FIRST_ROW):
        cells = good_row(row, f"{row}.00")
        rows[row] = {
            **cells,
            "E": text(f"E{row}", escape(each)),
            "I": text(f"I{row}", escape(each)),
        }
        rows[row] = dict(sorted(rows[row].items()))
    total = sum(rows)
    head = {"I5": text("I5", "Remittance")}
    book = Book(count=str(len(rows)), total=f"{total}.00", cells=head, more_rows=rows)
    replace(book, dimension=f"A1:I{max(rows)}").write(path)
    taken = take_in(
        document(path), order(system=CORE), ledger=rig.site.ledger, today=TODAY, emit=nobody
    )
    assert taken.batch is not None
    assert len(taken.batch.items) == len(TYPED), taken.batch.findings
    rig.names["batch"] = taken.batch_id
    rig.site.ledger.approve(taken.batch_id, approver="Eva", digest=taken.batch.digest())
    with a_bot(rig) as bot:
        for item, each in zip(taken.batch.items, TYPED, strict=True):
            bot.bank.faults[item.reference] = [Refused("E204", f"account closed: {each}")]
        bot.visit_all()
    rig.names |= {f"item {at}": item.item_id for at, item in enumerate(taken.batch.items)}


def by_names_of_files_and_sheets(rig: Rig, folder: Path) -> None:
    """Five names of files at once, for speed; a workbook all of whose sheets are called so."""
    for at in range(0, len(FILE_NAMES), 5):
        path = folder / (" ".join(FILE_NAMES[at : at + 5]) + ".xlsx")
        path.write_bytes(b"no workbook %d" % at)
        quarantine(rig, path)
    for at in range(0, len(SHEET_NAMES), 3):  # as many as the reason names
        path = folder / f"sheets {at}.xlsx"
        named = list(enumerate(SHEET_NAMES[at : at + 3], 1))
        sheets = [f'<sheet name={quoteattr(n)} sheetId="{i}" r:id="rId{i}"/>' for i, n in named]
        kind = f'Type="{OFFICE}/worksheet"'
        more = [f'<Relationship Id="rId{i}" {kind} Target="worksheets/sheet{i}.xml"/>' for i in
                range(2, len(named) + 1)]  # fmt: skip
        parts = {f"xl/worksheets/sheet{i}.xml": Book().sheet() for i in range(2, len(named) + 1)}
        Book(sheets="".join(sheets), relations="".join(more), parts=parts).write(path)
        quarantine(rig, path)


def quarantine(rig: Rig, path: Path) -> None:
    """The intake sets it aside and says why."""
    with pytest.raises(Quarantined):
        take_in(
            document(path), order(system=CORE), ledger=rig.site.ledger, today=TODAY, emit=nobody
        )


def by_pdf(rig: Rig, folder: Path) -> None:
    """A statement with a line for each, read and proved by the reader."""
    path = folder / "statement.pdf"
    closing = print_statement(path, PRINTABLE)
    ledger = StatementLedger.beside(rig.site.ledger)
    days = [SEPTEMBER[0] + timedelta(days=at) for at in range(30)]
    ledger.order_statements(CORE, ACCOUNT, days, ("pdf",))
    (wanted,) = ledger.wanted_statements(CORE)
    files = rig.served.desk.reading.files
    told = listed(opening=Decimal("1000.00"), closing=closing)
    ledger.file_arrival(
        wanted,
        FetchedFile(
            listed=told, format="pdf", path=path, sha256=files.keep(path), size=path.stat().st_size
        ),
    )
    assert read_arrivals(rig.served.desk.reading, say=lambda _: None) == 1
    (row,) = ledger.statements()
    rig.names |= {"number": str(row.statement_id), "arrival": row.arrival_id}


def print_statement(path: Path, words: Sequence[str]) -> Decimal:
    """With a running balance; its closing balance."""
    canvas = Canvas(str(path), pagesize=(595, 842), invariant=1)
    canvas.setFont("Helvetica", 8)
    head = ("Bank of Two Rivers", f"Account number {ACCOUNT}", "Currency CZK",
            "Statement period 01/09/2026 to 30/09/2026")  # fmt: skip
    for number, line in enumerate(head):
        canvas.drawString(50, 820 - 11 * number, line)
    balance, y = Decimal("1000.00"), 765.0
    rows = [("Date", "Description", "Amount", "Balance"), ("", "Opening balance", "", "1,000.00")]
    for number, each in enumerate(words):
        amount = Decimal(f"{number + 1}.10")
        balance += amount
        day = f"{1 + number * 29 // len(words):02}/09/2026"
        rows.append((day, each, f"{amount:,}", f"{balance:,}"))
    rows.append(("", "Closing balance", "", f"{balance:,}"))
    for day, said, moved, left in rows:
        canvas.drawString(50, y, day)
        canvas.drawString(120, y, said)
        canvas.drawRightString(430, y, moved)
        canvas.drawRightString(530, y, left)
        y -= 11
    canvas.save()
    return balance


def by_people(rig: Rig) -> None:
    """Accounts, persons, owners and reasons; invited by hand, opened by their links."""
    admin = rig.client("ada")
    for at, each in enumerate(TYPED):
        form = {"name": named(at), "person": named(at), "role": "supervisor"}
        assert admin.post("/people/invite", form).status == 200
        add(rig, named(at), named(at), Role.SUPERVISOR)
        client = rig.client(named(at))
        care = {"which": f"item:{rig.names[f'item {at}']}", "reason": each, "owner": each}
        assert client.post("/exceptions/care", care).status == 303


def named(at: int) -> str:
    """An account's name and its person, in plain spelling."""
    return plain_name(f"{TYPED[at]} {at}")


# What the browser makes of it


def look(page: Page, path: str) -> str:
    """Open *path*; what its main part says. Nothing on it is more than text."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    assert page.evaluate("window.pwned") is None, path
    assert page.locator(FOREIGN).count() == 0, path
    return page.locator("main").text_content() or ""


def missing(said: str, wanted: Sequence[str], *, times: int = 1) -> list[str]:
    """Those that are not shown so often."""
    return [each for each in wanted if said.count(visible(each)) < times]


def test_asvs_1_2_1_and_3_2_2_payee_memo_and_the_bank_s_words_are_text(
    chromium: Browser, rig: Rig
) -> None:
    with window(chromium, rig, "petra") as it:
        for at, each in enumerate(TYPED):
            said = look(it.page, f"/items/{rig.names[f'item {at}']}")
            assert said.count(each) >= 3, (each, said)
            if at % 8 == 0:
                look(it.page, f"/items/{rig.names[f'item {at}']}/in-full")
        look(it.page, f"/batches/{rig.names['batch']}")
        said = look(it.page, f"/items?batch={rig.names['batch']}")
        assert missing(said, TYPED) == []
        for path in ("/", "/figures", "/batches", "/items", "/operate"):
            look(it.page, path)
    assert rig.served.desk.csp_reports == 0


def test_names_of_files_and_sheets_are_text(chromium: Browser, rig: Rig) -> None:
    with window(chromium, rig, "petra") as it:
        said = look(it.page, "/exceptions?kind=file")
        assert missing(said, FILE_NAMES) == []
        assert missing(said, SHEET_NAMES) == []
        look(it.page, "/exceptions")
    assert rig.served.desk.csp_reports == 0


def test_the_text_of_a_pdf_is_text(chromium: Browser, rig: Rig) -> None:
    with window(chromium, rig, "iris") as it:
        said = look(it.page, f"/statements/{rig.names['number']}")
        said += look(it.page, f"/statements/{rig.names['number']}?page=2")
        assert missing(said, PRINTABLE) == []
        for path in (f"/statements/{rig.names['number']}/pages", "/statements"):
            look(it.page, path)
        look(it.page, f"/arrivals/{rig.names['arrival']}")
    assert rig.served.desk.csp_reports == 0


def test_names_of_people_and_their_words_are_text(chromium: Browser, rig: Rig) -> None:
    with window(chromium, rig, "ada") as it:
        everybody = [named(at) for at in range(len(TYPED))]
        assert missing(look(it.page, "/people"), everybody) == []
    with window(chromium, rig) as it:
        for each in everybody:
            token, host = rig.session(each), "127.0.0.1"
            it.context.add_cookies(
                [{"name": COOKIE, "value": token, "domain": host, "path": "/", "secure": True,
                  "httpOnly": True, "sameSite": "Strict"}]
            )  # fmt: skip
            look(it.page, "/exceptions")
            said = it.page.locator("header").text_content() or ""
            assert each in said
    with window(chromium, rig, "iris") as it:
        said = "".join(look(it.page, path) for path in ("/audit", "/audit/views"))
        assert len(missing(said, everybody)) < len(everybody)
    assert rig.served.desk.csp_reports == 0


def test_a_page_that_refreshes_itself_brings_text_too(chromium: Browser, rig: Rig) -> None:
    """What the script puts into a page that is open."""
    with window(chromium, rig, "petra") as it:
        for each in TYPED[:8]:
            look(it.page, "/")
            client = rig.client("olaf")
            assert client.post(f"/systems/{CORE}/freeze", {"reason": each}).status == 303
            it.page.get_by_text(visible(each)).first.wait_for(timeout=10_000)
            assert it.page.evaluate("window.pwned") is None
            assert it.page.locator(FOREIGN).count() == 0
    assert rig.served.desk.csp_reports == 0


@pytest.mark.parametrize(
    "path",
    ["/items/{item 11}", "/exceptions?kind=file", "/statements/{number}", "/people"],
)
def test_it_would_be_noticed(
    chromium: Browser, rig: Rig, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """With the same templates that escape nothing, in a browser that heeds no policy, it runs;
    and in one that does, the policy reports."""
    bare = showing.environment().overlay(autoescape=False)
    assert isinstance(bare, Environment)
    monkeypatch.setattr(showing, "environment", lambda: bare)
    who = "ada" if path == "/people" else "petra"
    address = path.replace("{item 11}", rig.names["item 11"]).format(
        **{key: value for key, value in rig.names.items() if " " not in key}
    )
    context = chromium.new_context(base_url=rig.url, bypass_csp=True)
    token = rig.session(who)
    context.add_cookies(
        [{"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": "/", "secure": True,
          "httpOnly": True, "sameSite": "Strict"}]
    )  # fmt: skip
    page = context.new_page()
    page.goto(address)
    assert page.evaluate("window.pwned") == 1
    assert page.locator(FOREIGN).count() > 0
    context.close()

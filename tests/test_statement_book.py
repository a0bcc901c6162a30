"""The workbook of a statement says what was read, why it is believed, or why it is not."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from counterfoil.adapters.sheets.statement_book import (
    GRADES,
    StatementView,
    money_format,
    write_statement,
)
from counterfoil.domain.statement_orders import Exceptional, Filed
from counterfoil.domain.statements import (
    Equation,
    Grade,
    Place,
    Proof,
    Proved,
    Statement,
    Transaction,
)

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
FACTS = (("Fetched from", "corebank"), ("Pages", 2), ("Nothing", None))
HELD = Exceptional(
    code="grade_too_low", reason="grade B, and A passes by itself", remedy="accept it"
)
BROKEN = Exceptional(
    code="does_not_add_up",
    reason="1,000.00 + 90.00 is printed as 1,190.00",
    remedy="look at the file",
    place="page 2",
    failed=(
        Equation(
            kind="running",
            says="1,000.00 +90.00 = 1,190.00",
            left=Decimal("1090.00"),
            right=Decimal("1190.00"),
            places=(Place(page=2, box=(5000, 10000, 54500, 11000)),),
        ),
    ),
)


def a_view(
    *,
    amounts: tuple[str, ...] = ("10.00", "-4.50"),
    currency: str = "CZK",
    description: str = "entry",
    place: Place | None = None,
    grade: Grade = Grade.A,
    exceptions: tuple[Exceptional, ...] = (),
) -> StatementView:
    balance, entries, equations = Decimal("100.00"), list[Transaction](), list[Equation]()
    for at, text in enumerate(amounts):
        before, balance = balance, balance + Decimal(text)
        where = place or Place(page=1, box=(5000, 10000 + 1200 * at, 54500, 11000 + 1200 * at))
        entries.append(
            Transaction(
                booking_date=FIRST + timedelta(days=at),
                value_date=FIRST,
                amount=Decimal(text),
                description=description,
                reference="R1",
                place=where,
                balance=balance,
            )
        )
        equations.append(
            Equation(kind="running", says=f"{before} {text} = {balance}", left=balance,
                     right=balance, places=(where,))
        )  # fmt: skip
    equations.append(Equation(kind="count", says="2 entries", left=Decimal(2), right=Decimal(2)))
    statement = Statement(
        account="0300/1000000001",
        currency=currency,
        opening=Decimal("100.00"),
        closing=balance,
        transactions=tuple(entries),
        period=(FIRST, LAST),
        number="21",
    )
    shortfalls = () if grade is Grade.A else ("the pages do not say of how many they are",)
    proof = Proof(
        grade=grade,
        equations=tuple(equations),
        dates=("all inside the printed period",),
        shortfalls=shortfalls,
    )
    return StatementView(
        account="1000000001",
        standing="Held for a person" if exceptions else "Passed",
        facts=FACTS,
        filed=Filed(proved=Proved(statement=statement, proof=proof), first=FIRST, last=LAST),
        exceptions=exceptions,
    )


def quarantined(*exceptions: Exceptional) -> StatementView:
    return StatementView(
        account="1000000001",
        standing="Quarantined: not proved",
        facts=FACTS,
        filed=None,
        exceptions=exceptions,
    )


def written(folder: Path, view: StatementView) -> dict[str, Worksheet]:
    write_statement(folder / "x.xlsx", view)
    book = load_workbook(folder / "x.xlsx")
    return {name: book[name] for name in book.sheetnames}


def rows_of(sheet: Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def head_of(sheet: Worksheet) -> dict[object, object]:
    return {row[0]: row[1] for row in rows_of(sheet)[2:]}


def test_the_head_says_account_period_balances_and_grade_in_words(tmp_path: Path) -> None:
    head = head_of(written(tmp_path, a_view())["Statement"])

    assert head["Account"] == "1000000001"
    assert head["Account as printed"] == "0300/1000000001"
    assert head["Currency"] == "CZK"
    assert head["Period"] == "2026-09-01 to 2026-09-30"
    assert (head["Opening balance"], head["Closing balance"]) == (100, 105.5)
    assert (head["Paid in (1)"], head["Paid out (1)"]) == (10, -4.5)
    assert head["Grade"] == GRADES[Grade.A]
    assert head["Standing"] == "Passed"
    assert head["Fetched from"] == "corebank"
    assert "Nothing" not in head


def test_the_transactions_are_numbers_and_days_with_page_and_box(tmp_path: Path) -> None:
    sheet = written(tmp_path, a_view())["Transactions"]
    head, first, second = rows_of(sheet)

    assert head == [
        *("Date", "Value date", "Amount", "Balance", "Description", "Reference"),
        *("Page", "Box (points)"),
    ]
    assert first[:6] == [datetime(2026, 9, 1), datetime(2026, 9, 1), 10, 110, "entry", "R1"]  # noqa: DTZ001
    assert first[6:] == [1, "50.0, 100.0, 545.0, 110.0"]
    assert second[2] == -4.5
    assert sheet["C2"].number_format == money_format("CZK")
    assert sheet["A2"].number_format == "yyyy-mm-dd"


def test_a_text_format_shows_line_and_element(tmp_path: Path) -> None:
    view = a_view(place=Place(line=7, path="/Stmt/Ntry[1]"))
    head, first, _ = rows_of(written(tmp_path, view)["Transactions"])

    assert head[6:] == ["Line", "Element"]
    assert first[6:] == [7, "/Stmt/Ntry[1]"]


def test_the_proof_holds_every_equation_both_sides_and_what_holds_the_dates(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, a_view(grade=Grade.B, exceptions=(HELD,)))["Proof"])

    assert rows[0] == ["Kind", "What is said", "Left side", "Right side", "Holds", "Places"]
    assert rows[1][:2] == ["dates", "all inside the printed period"]
    assert rows[2][:2] == ["shortfall", "the pages do not say of how many they are"]
    assert rows[3] == ["count", "2 entries", 2, 2, "yes", None]
    assert rows[4] == ["running", "100.00 10.00 = 110.00", 110, 110, "yes", "page 1"]
    assert len(rows) == 6


def test_a_held_statement_says_why_beside_its_proof(tmp_path: Path) -> None:
    sheets = written(tmp_path, a_view(grade=Grade.B, exceptions=(HELD,)))

    assert list(sheets) == ["Statement", "Transactions", "Proof", "Why not"]
    assert rows_of(sheets["Why not"]) == [
        ["Code", "What was found", "Place", "What to do"],
        ["grade_too_low", "grade B, and A passes by itself", None, "accept it"],
    ]


def test_a_quarantined_one_shows_the_equation_that_does_not_hold(tmp_path: Path) -> None:
    sheets = written(tmp_path, quarantined(BROKEN))

    assert list(sheets) == ["Statement", "Why not"]
    _, why, equation = rows_of(sheets["Why not"])
    assert why[:4] == [
        "does_not_add_up", "1,000.00 + 90.00 is printed as 1,190.00", "page 2", "look at the file",
    ]  # fmt: skip
    assert equation[1:] == ["1,000.00 +90.00 = 1,190.00", "page 2", None, 1090, 1190, -100]


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "#,##0"), ("KWD", "#,##0.000")])
def test_amounts_have_the_decimals_of_their_currency(currency: str, shown: str) -> None:
    assert money_format(currency) == f"{shown};[Red]-{shown}"


def test_an_amount_with_more_digits_than_a_sheet_keeps_is_a_text(tmp_path: Path) -> None:
    sheet = written(tmp_path, a_view(amounts=("12345678901234.56",)))["Transactions"]

    assert sheet["C2"].value == "12,345,678,901,234.56"
    assert sheet["C2"].data_type == "s"


def test_tables_stay_under_their_heads_can_be_filtered_and_print_one_page_wide(
    tmp_path: Path,
) -> None:
    sheets = written(tmp_path, a_view(exceptions=(HELD,)))

    for name in ("Transactions", "Proof", "Why not"):
        sheet = sheets[name]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.endswith(str(sheet.max_row))
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)


def test_columns_are_wide_enough_and_long_texts_are_given_their_lines(tmp_path: Path) -> None:
    words = "INVOICE 2025/0117 ZELENKA A SYN S.R.O., VARIABLE SYMBOL 117, CONSTANT SYMBOL 0308"
    sheet = written(tmp_path, a_view(description=words))["Transactions"]

    assert sheet.column_dimensions["A"].width >= len("2026-09-01") + 2
    assert sheet.column_dimensions["E"].width == 52
    assert sheet.row_dimensions[2].height >= 30
    assert sheet["E2"].alignment.wrap_text


def test_an_empty_statement_has_its_sheets(tmp_path: Path) -> None:
    sheets = written(tmp_path, a_view(amounts=()))

    assert rows_of(sheets["Transactions"])[0][0] == "Date"
    assert sheets["Transactions"].max_row == 1


HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "#N/A",
    "TRUE",
    "\t=1",
    "a\x00b\x0bc",
    "&[File]",
    "2026-09-01",
    "x" * 40_000,
    "_x0041_",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_a_text_wherever_it_comes_from(tmp_path: Path, text: str) -> None:
    exception = Exceptional(code=text, reason=text, remedy=text, place=text)
    view = a_view(description=text, exceptions=(exception,))
    path = tmp_path / "x.xlsx"
    write_statement(path, view)

    _nothing_is_alive(path)
    book = load_workbook(path)
    assert book["Transactions"]["E2"].data_type == "s"


@given(st.text(max_size=200))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_text_becomes_a_formula(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.xlsx"
    write_statement(path, a_view(description=text))

    _nothing_is_alive(path)


def _nothing_is_alive(path: Path) -> None:
    """No formula, no link, in the raw parts; and another reader opens it."""
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            content = parts.read(name)
            assert b"<f>" not in content, name
            assert b"<f " not in content, name
            assert b"<hyperlink" not in content, name
    CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()

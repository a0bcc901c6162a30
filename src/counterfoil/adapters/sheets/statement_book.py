"""The workbook of one statement: what it says, why it is believed, or why it is not.

Nothing in it is alive: every text goes through :func:`put`. Amounts are numbers as far as a
sheet keeps every digit of them, and texts beyond.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from textwrap import wrap

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from counterfoil.adapters.sheets.putting import put
from counterfoil.adapters.sheets.sheet_frames import FOOTER, MARGINS
from counterfoil.domain.currencies import DECIMALS
from counterfoil.domain.statement_orders import Exceptional, Filed
from counterfoil.domain.statements import Equation, Grade, Place, Proof, Statement

Value = str | int | Decimal | date | None

#: What a grade says to somebody who has not read the manual.
GRADES = {
    Grade.A: "A: both ends are printed, every line is inside, every balance ties, the dates hold",
    Grade.B: "B: both ends are printed and the sum between them ties; something of A is missing",
    Grade.C: "C: the balances follow from each other, but an end is not printed",
}
DAY = "yyyy-mm-dd"
DIGITS_EXACT = 15  # a sheet keeps so many of a number
WIDTH_MAX = 52  # characters; longer texts are wrapped
LINE_POINTS = 15
_FONT = "Calibri"
_GREEN, _YELLOW, _RED = "C6E0B4", "FFE699", "F4B6B6"
_HEAD = PatternFill("solid", start_color="1F3864")
_BAND = PatternFill("solid", start_color="F5F7FB")
_LINE = Border(bottom=Side(style="hair", color="BFBFBF"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """All that a workbook of one statement is made of."""

    account: str
    standing: str  # "Passed", "Held for a person", "Quarantined" ...
    facts: tuple[tuple[str, Value], ...]  # where it came from: (label, value)
    filed: Filed | None  # None: it is not proved
    exceptions: tuple[Exceptional, ...] = ()


def write_statement(target: Path, view: StatementView) -> None:
    """Write the workbook to *target*; the caller makes it appear whole."""
    book = Workbook()
    head = book.active
    assert isinstance(head, Worksheet)
    head.title = "Statement"
    _write_head(head, view)
    if view.filed is not None:
        statement = view.filed.proved.statement
        _write_transactions(book.create_sheet("Transactions"), statement)
        _write_proof(book.create_sheet("Proof"), view.filed.proved.proof, statement.currency)
    if view.exceptions:
        sheet = book.create_sheet("Why not")
        currency = view.filed.proved.statement.currency if view.filed else ""
        _write_exceptions(sheet, view.exceptions, currency)
    book.properties.creator = "Counterfoil"
    book.save(target)


def money_format(currency: str) -> str:
    """With the currency's own decimals; a minus is red as well."""
    decimals = DECIMALS.get(currency, 2)
    number = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f"{number};[Red]-{number}"


def _write_head(sheet: Worksheet, view: StatementView) -> None:
    put(sheet.cell(1, 1), "Statement of account")
    sheet.cell(1, 1).font = Font(name=_FONT, bold=True, size=14)
    _fact(sheet, 3, "Account", view.account)
    row = 4
    if view.filed is not None:
        row = _write_figures(sheet, row, view.filed)
    row = _fact(sheet, row, "Standing", view.standing)
    colour = {"Passed": _GREEN, "Accepted": _GREEN, "Held": _YELLOW}
    sheet.cell(row - 1, 2).fill = PatternFill(
        "solid", start_color=colour.get(view.standing.split(" ")[0].rstrip(":"), _RED)
    )
    row += 1
    currency = view.filed.proved.statement.currency if view.filed else ""
    for label, value in view.facts:
        if value is not None:
            row = _fact(sheet, row, label, value, money_format(currency))
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 72
    sheet.sheet_view.showGridLines = False
    _set_up_print(sheet)
    sheet.print_area = f"A1:B{row - 1}"


def _write_figures(sheet: Worksheet, row: int, filed: Filed) -> int:
    statement, grade = filed.proved.statement, filed.proved.proof.grade
    paid_in = [each.amount for each in statement.transactions if each.amount > 0]
    paid_out = [each.amount for each in statement.transactions if each.amount < 0]
    period = f"{filed.first} to {filed.last}"
    shown = money_format(statement.currency)
    row = _fact(sheet, row, "Account as printed", statement.account or "not printed")
    row = _fact(sheet, row, "Currency", statement.currency or "not printed")
    row = _fact(sheet, row, "Number", statement.number or "not printed")
    printed = "" if statement.period else " (from the bank's list, not printed)"
    row = _fact(sheet, row, "Period", period + printed)
    row = _fact(sheet, row, "Opening balance", statement.opening, shown)
    row = _fact(sheet, row, f"Paid in ({len(paid_in)})", sum(paid_in, Decimal(0)), shown)
    row = _fact(sheet, row, f"Paid out ({len(paid_out)})", sum(paid_out, Decimal(0)), shown)
    row = _fact(sheet, row, "Closing balance", statement.closing, shown)
    return _fact(sheet, row, "Grade", GRADES[grade])


def _fact(sheet: Worksheet, row: int, label: str, value: Value, shown: str = "General") -> int:
    name, cell = sheet.cell(row, 1), sheet.cell(row, 2)
    put(name, label)
    name.font = Font(name=_FONT, color="595959")
    _put_value(cell, value, DAY if isinstance(value, date) else shown)
    cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)
    for each in (name, cell):
        each.border = _LINE
    name.alignment = Alignment(vertical="top")
    return row + 1


def _write_transactions(sheet: Worksheet, statement: Statement) -> None:
    on_pages = any(each.place.page is not None for each in statement.transactions)
    heads = ["Date", "Value date", "Amount", "Balance", "Description", "Reference"]
    heads += ["Page", "Box (points)"] if on_pages else ["Line", "Element"]
    rows = [
        (
            each.booking_date,
            each.value_date,
            each.amount,
            each.balance,
            each.description,
            each.reference,
            *(
                (each.place.page, _box(each.place))
                if on_pages
                else (each.place.line, each.place.path)
            ),
        )
        for each in statement.transactions
    ]
    _write_table(sheet, heads, rows, numbers={3, 4}, money=money_format(statement.currency))


def _write_proof(sheet: Worksheet, proof: Proof, currency: str) -> None:
    """The ends, totals and dates first: a page full of running balances hides them."""
    rows: list[Sequence[Value]] = [("dates", says, None, None, "yes", "") for says in proof.dates]
    rows += [("shortfall", says, None, None, "missing", "") for says in proof.shortfalls]
    rows += [
        (each.kind, each.says, each.left, each.right, _yes(each), _places(each.places))
        for each in sorted(proof.equations, key=lambda each: each.kind == "running")
    ]
    heads = ("Kind", "What is said", "Left side", "Right side", "Holds", "Places")
    _write_table(sheet, heads, rows, numbers={3, 4}, money=money_format(currency))
    _colour(sheet, 5, {"yes": _GREEN, "no": _RED, "missing": _YELLOW})


def _write_exceptions(sheet: Worksheet, exceptions: Sequence[Exceptional], currency: str) -> None:
    """What was found, and below it the equations that do not hold, if it is those."""
    rows: list[Sequence[Value]] = []
    for each in exceptions:
        rows.append((each.code, each.reason, each.place, each.remedy, None, None, None))
        rows += [
            (
                *("equation", failed.says, _places(failed.places), None),
                *(failed.left, failed.right, failed.left - failed.right),
            )
            for failed in each.failed
        ]
    heads = (
        "Code",
        "What was found",
        "Place",
        "What to do",
        "Left side",
        "Right side",
        "Difference",
    )
    shown = len(heads) if any(each.failed for each in exceptions) else 4
    _write_table(
        sheet,
        heads[:shown],
        [row[:shown] for row in rows],
        numbers={5, 6, 7},
        money=money_format(currency),
    )


def _write_table(
    sheet: Worksheet,
    heads: Sequence[str],
    rows: Sequence[Sequence[Value]],
    *,
    numbers: Collection[int],
    money: str,
) -> None:
    """A header that stays, a filter, columns as wide as their content, one page wide on paper.

    Args:
        numbers: Columns of amounts, from 1; all others stand to the left.
        money: The format of amounts.
    """
    for column, head in enumerate(heads, 1):
        cell = sheet.cell(1, column)
        put(cell, head)
        cell.font, cell.fill = Font(name=_FONT, bold=True, color="FFFFFF"), _HEAD
        cell.alignment = _aligned(column in numbers, "center")
    for number, values in enumerate(rows, 2):
        for column, value in enumerate(values, 1):
            cell = sheet.cell(number, column)
            _put_value(cell, value, DAY if isinstance(value, date) else money)
            cell.alignment = _aligned(column in numbers, "top", wrap=isinstance(value, str))
            cell.border = _LINE
            if number % 2:
                cell.fill = _BAND
    widths = [
        min(max([len(head) + 5, *(_width(row[column]) + 2 for row in rows)]), WIDTH_MAX)
        for column, head in enumerate(heads)
    ]
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, values in enumerate(rows, 2):
        lines = max(map(_lines, values, widths))
        sheet.row_dimensions[number].height = LINE_POINTS * lines
    sheet.row_dimensions[1].height = 20
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{len(rows) + 1}"
    _set_up_print(sheet)
    sheet.print_title_rows = "1:1"


def _aligned(to_the_right: bool, vertical: str, *, wrap: bool = False) -> Alignment:
    """A number's last digit and the word beside it must not touch."""
    horizontal = "right" if to_the_right else "left"
    return Alignment(horizontal=horizontal, vertical=vertical, wrap_text=wrap, indent=1)


def _put_value(cell: Cell | MergedCell, value: Value, shown: str) -> None:
    """An amount with more digits than a sheet's numbers keep is a text; a count is no money."""
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > DIGITS_EXACT:
        value, shown = f"{value:,f}", "@"
    elif isinstance(value, Decimal) and value.as_tuple().exponent == 0:
        shown = "#,##0"
    put(cell, value)
    cell.font = Font(name=_FONT)
    if isinstance(value, Decimal | date):
        cell.number_format = shown


def _width(value: Value) -> float:
    """Of what is shown, in characters of the sheet; capitals are wider."""
    text = f"{value:,.2f}" if isinstance(value, Decimal) else str(value or "")
    return len(text) + 0.18 * sum(1 for each in text if each.isupper())


def _lines(value: Value, width: float) -> int:
    """How many a text takes in a column so wide: not every program finds that out by itself."""
    if not isinstance(value, str) or len(value) + 2 <= width:
        return 1
    share = len(value) / _width(value)
    return len(wrap(value, max(int((width - 2) * share), 1))) or 1


def _box(place: Place) -> str:
    """Left, top, right, bottom in points."""
    return ", ".join(f"{Decimal(each) / 100:.1f}" for each in place.box or ())


def _places(places: Sequence[Place]) -> str:
    """Where both sides stand; of many, the first and the last."""
    shown = [str(each) for each in places]
    unique = list(dict.fromkeys(shown))
    if len(unique) > 3:
        return f"{unique[0]} … {unique[-1]} ({len(unique)} places)"
    return "; ".join(unique)


def _yes(equation: Equation) -> str:
    return "yes" if equation.holds else "no"


def _colour(sheet: Worksheet, column: int, colours: dict[str, str]) -> None:
    for (cell,) in sheet.iter_rows(min_row=2, min_col=column, max_col=column):
        if colour := colours.get(str(cell.value)):
            cell.fill = PatternFill("solid", start_color=colour)


def _set_up_print(sheet: Worksheet) -> None:
    """A4 across, one page wide, as many long as it takes, numbered."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins = PageMargins(**MARGINS)
    left, right = map(_HeaderFooterPart, FOOTER)
    sheet.oddFooter = HeaderFooterItem(left=left, right=right)

"""The workbook that the analyst gets back: their own sheet, and what became of each row.

Nothing in it is alive: no formula, no link, no name, whatever stood in the file or in a
bank's message. :func:`.putting.put` is the only way that a text gets into a cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.reader.excel import load_workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedNameDict
from openpyxl.worksheet.datavalidation import DataValidationList
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from counterfoil.adapters.sheets import preflight
from counterfoil.adapters.sheets.maps import SheetMap, load_sheet_map
from counterfoil.adapters.sheets.outcome import RowResult
from counterfoil.adapters.sheets.putting import put
from counterfoil.adapters.sheets.readers import in_memory, open_styled
from counterfoil.adapters.sheets.reading import read_rows
from counterfoil.domain.documents import SheetReading

ADDED = ("Status", "Receipt", "Reason", "Time (UTC)")
WIDTHS = (18, 16, 50, 20)
SUMMARY_WIDTHS = (26, 38, 12, 20)
OWN_WIDTH_MAX = 40  # of their last column, which our first one cuts off
A4 = 9
LINE_POINTS = 15.0
MOMENT = "yyyy-mm-dd hh:mm:ss"
MONEY = "#,##0.00"
_FONT = "Calibri"  # what openpyxl writes where nothing else is said
_LONG_NUMBER = re.compile(r"-?[0-9]{16,}")

#: Status -> colour of its cell; the words carry the meaning, the colour only helps.
COLOURS = {
    "Posted": "C6E0B4",
    "Refused": "F4B6B6",
    "Failed": "F4B6B6",
    "Cancelled": "D9D9D9",
    "On hold": "FFE699",
    "In doubt": "FFE699",
    "Awaiting approval": "DDEBF7",
}
_HEAD = PatternFill("solid", start_color="1F3864")
_LINE = Border(bottom=Side(style="thin", color="BFBFBF"))


def write(path: Path, options: Mapping[str, Any]) -> str:
    """The parser box's entry: the workbook at *path* with its results, to ``options["out"]``.

    Args:
        options: ``map`` and ``out`` are paths, ``rows`` is row -> fields of RowResult,
            ``facts`` are (label, text) and ``totals`` (status, currency, count, sum).
    """
    preflight.check(path)
    sheet_map = load_sheet_map(Path(options["map"]))
    reading = read_rows(path, sheet_map)
    book = _only_theirs(path, reading.sheet)
    sheet = book[reading.sheet]
    rows = {int(row): RowResult(**each) for row, each in options["rows"].items()}
    _add_columns(sheet, reading, _with_group_lines(reading, rows, sheet_map))
    summary = book.create_sheet(_free_name(book), 0)
    _summarise(summary, reading, sheet_map, options["facts"], options["totals"])
    _fit_to_width(sheet)
    sheet.page_setup.orientation = "landscape"
    sheet.print_title_rows = f"{reading.header_row}:{reading.header_row}"
    book.active = 0
    sheet.sheet_view.tabSelected = False
    book.save(options["out"])
    return reading.sheet


def _only_theirs(path: Path, name: str) -> Workbook:
    """Their sheet alone, with values where formulas were."""
    book = open_styled(path)
    shown = load_workbook(in_memory(path), data_only=True, keep_links=False)[name]
    for other in book.sheetnames:
        if other != name:
            book.remove(book[other])
    book.defined_names = DefinedNameDict()
    sheet = book[name]
    sheet.defined_names = DefinedNameDict()
    sheet.conditional_formatting = ConditionalFormattingList()
    sheet.data_validations = DataValidationList()
    vars(sheet)["_pivots"] = []
    sheet.tables.clear()
    for row in sheet.iter_rows():
        for cell in row:
            if not isinstance(cell, MergedCell):
                _quieten(cell, shown[cell.coordinate].value)
    return book


def _quieten(cell: Cell, shown: Any) -> None:
    """No formula, no link; what it showed stays."""
    cell.hyperlink = None
    if cell.data_type == "f":
        text = getattr(cell.value, "text", cell.value)
        put(cell, shown if isinstance(shown, str | int | datetime | Decimal) else str(text))
        if isinstance(shown, float):
            cell.value = shown
    elif isinstance(cell.value, str):
        put(cell, cell.value)
    elif isinstance(cell.value, int) and _LONG_NUMBER.fullmatch(str(cell.value)):
        put(cell, str(cell.value))  # the writer would round it to fifteen digits


def _add_columns(sheet: Worksheet, reading: SheetReading, rows: Mapping[int, RowResult]) -> None:
    first = _last_column(sheet, reading) + 1
    _widen(sheet, first - 1, reading)
    for at, (header, width) in enumerate(zip(ADDED, WIDTHS, strict=True)):
        cell = sheet.cell(reading.header_row, first + at)
        put(cell, header)
        _like_neighbour(cell, sheet.cell(reading.header_row, first - 1))
        sheet.column_dimensions[get_column_letter(first + at)].width = width
    for row, result in rows.items():
        _add_row(sheet, row, first, result)
    last = max([reading.header_row, *rows])
    letter = get_column_letter(first + len(ADDED) - 1)
    sheet.auto_filter.ref = f"A{reading.header_row}:{letter}{last}"
    sheet.freeze_panes = f"A{reading.header_row + 1}"


def _add_row(sheet: Worksheet, row: int, first: int, result: RowResult) -> None:
    values = (result.status, result.receipt, result.reason)
    height = sheet.cell(row, first - 1).alignment.vertical  # in a high row on one level with theirs
    for at, text in enumerate(values):
        cell = sheet.cell(row, first + at)
        put(cell, text)
        cell.alignment = Alignment(vertical=height, wrap_text=at == 2)
    _make_room(sheet, row, result.reason, WIDTHS[2])
    if colour := COLOURS.get(result.status):
        sheet.cell(row, first).fill = PatternFill("solid", start_color=colour)
    if result.at:
        cell = sheet.cell(row, first + 3)
        put(cell, datetime.fromisoformat(result.at).replace(tzinfo=None))  # UTC, by its header
        cell.number_format = MOMENT
        cell.alignment = Alignment(vertical=height, horizontal="left")


def _make_room(sheet: Worksheet, row: int, text: str, width: int) -> None:
    """A row as high as *text* needs at *width*: not every program grows it by itself."""
    lines = -(-len(text) // (width - 2))
    height = sheet.row_dimensions[row].height or LINE_POINTS
    if lines > 1:
        sheet.row_dimensions[row].height = max(height, lines * LINE_POINTS)


def _widen(sheet: Worksheet, column: int, reading: SheetReading) -> None:
    """What ran over into the empty cells beside it stays readable beside ours."""
    texts = [
        str(cell.value)
        for (cell,) in sheet.iter_rows(min_row=reading.header_row, min_col=column, max_col=column)
        if isinstance(cell.value, str)
    ]
    needed = min(max(map(len, texts), default=0) + 2, OWN_WIDTH_MAX)
    dimension = sheet.column_dimensions[get_column_letter(column)]
    dimension.width = max(dimension.width, needed)


def _last_column(sheet: Worksheet, reading: SheetReading) -> int:
    """The last one with anything in it, at or below the header."""
    return max(
        cell.column
        for row in sheet.iter_rows(min_row=reading.header_row)
        for cell in row
        if cell.value is not None
    )


def _like_neighbour(cell: Cell | MergedCell, neighbour: Cell | MergedCell) -> None:
    if isinstance(neighbour, Cell) and neighbour.has_style:
        for part in ("font", "fill", "border", "alignment"):
            setattr(cell, part, copy(getattr(neighbour, part)))
    else:
        cell.font = Font(bold=True)


def _with_group_lines(
    reading: SheetReading, rows: Mapping[int, RowResult], sheet_map: SheetMap
) -> dict[int, RowResult]:
    """Every line of a voucher shows what became of the voucher."""
    found: dict[int, RowResult] = {}
    before: tuple[Any, RowResult] | None = None
    for row in reading.rows:
        group = row.values.get(sheet_map.group)
        result = rows.get(row.row)
        if result is None and before is not None and sheet_map.group and before[0] == group:
            result = before[1]
        if result is not None:
            found[row.row] = result
            before = (group, result)
    return found


def _free_name(book: Workbook) -> str:
    taken = {name.casefold() for name in book.sheetnames}
    return next(name for name in ("Summary", "Results", "Outcome") if name.casefold() not in taken)


def _summarise(
    sheet: Worksheet,
    reading: SheetReading,
    sheet_map: SheetMap,
    facts: Sequence[Sequence[str]],
    totals: Sequence[Sequence[Any]],
) -> None:
    """What a supervisor reads first."""
    put(sheet.cell(1, 1), f"{sheet_map.title}: what became of them")
    sheet.cell(1, 1).font = Font(name=_FONT, bold=True, size=14)
    row = 3
    for label, text in facts:
        row = _line(sheet, row, label, text)
    row = _totals(sheet, row + 1, totals)
    row = _control(sheet, row + 1, reading, sheet_map)
    for letter, width in zip("ABCD", SUMMARY_WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    _fit_to_width(sheet)
    sheet.print_area = f"A1:D{row}"


def _fit_to_width(sheet: Worksheet) -> None:
    """On paper: A4, one page wide, as many long as it takes, each with its number."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins = PageMargins(
        left=0.4, right=0.4, top=0.5, bottom=0.6, header=0.25, footer=0.25
    )
    footer = sheet.oddFooter
    assert footer is not None, "every worksheet of openpyxl has one"
    footer.left.text, footer.right.text = "&A", "Page &P of &N"


def _line(
    sheet: Worksheet,
    row: int,
    label: str,
    value: str | int | Decimal | None,
    *,
    money: bool = False,
) -> int:
    put(sheet.cell(row, 1), label)
    sheet.cell(row, 1).font = Font(name=_FONT, color="595959")
    sheet.cell(row, 1).alignment = Alignment(vertical="top")
    put(sheet.cell(row, 2), value)
    sheet.cell(row, 2).alignment = Alignment(horizontal="left", wrap_text=True, vertical="top")
    sheet.cell(row, 2).number_format = MONEY if money else "General"
    if isinstance(value, str):
        _make_room(sheet, row, value, SUMMARY_WIDTHS[1])
    return row + 1


def _totals(sheet: Worksheet, row: int, totals: Sequence[Sequence[Any]]) -> int:
    for column, header in enumerate(("Status", "Currency", "Count", "Sum"), 1):
        cell = sheet.cell(row, column)
        put(cell, header)
        cell.font, cell.fill = Font(name=_FONT, bold=True, color="FFFFFF"), _HEAD
        cell.alignment = Alignment(horizontal="right" if column > 2 else "left")
    for status, currency, count, total in totals:
        row += 1
        put(sheet.cell(row, 1), status)
        if colour := COLOURS.get(status):
            sheet.cell(row, 1).fill = PatternFill("solid", start_color=colour)
        put(sheet.cell(row, 2), currency)
        put(sheet.cell(row, 3), int(count))
        put(sheet.cell(row, 4), None if total is None else Decimal(total))
        sheet.cell(row, 4).number_format = MONEY
        for column in range(1, 5):
            sheet.cell(row, column).border = _LINE
    row += 1
    put(sheet.cell(row, 1), "Total")
    put(sheet.cell(row, 3), sum(int(count) for _, _, count, _ in totals))
    if len(currencies := {each[1] for each in totals if each[3] is not None}) == 1:
        put(sheet.cell(row, 2), currencies.pop())
        put(sheet.cell(row, 4), sum((Decimal(each[3]) for each in totals if each[3]), Decimal(0)))
        sheet.cell(row, 4).number_format = MONEY
    for column in range(1, 5):
        sheet.cell(row, column).font = Font(name=_FONT, bold=True)
    return row + 1


def _control(sheet: Worksheet, row: int, reading: SheetReading, sheet_map: SheetMap) -> int:
    """Declared by the analyst, and read by us: equal, or this file would not exist."""
    amounts = [each.values.get(sheet_map.control.sum_field) for each in reading.rows]
    found = sum((each for each in amounts if isinstance(each, Decimal)), Decimal(0))
    row = _line(sheet, row, "Control count declared", reading.declared_count)
    row = _line(sheet, row, "Rows read", len(reading.rows))
    row = _line(sheet, row, "Control sum declared", reading.declared_sum, money=True)
    return _line(sheet, row, "Sum of readable amounts", found, money=True)

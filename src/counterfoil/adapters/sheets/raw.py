"""A sheet exactly as it is written: every cell's own text, before anybody interprets it.

Readers turn ``<v>0.30</v>`` into a binary fraction; here it stays text. What two readers
could understand differently (a cell twice, rows out of order, a formula's range) is
seen here and nowhere else.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring, iterparse

from counterfoil.adapters.sheets.letters import column_letters
from counterfoil.errors import Quarantined

SAVE_AGAIN = "open it, save it again as .xlsx and drop it again"
CLEAN = "delete everything outside the table, or split it over several workbooks"
COLUMNS_MAX = 200

_COORDINATE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
#: What a number looks like in the XML. Source: ECMA-376 part 1, 18.3.1.96; xsd:double.
NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
#: Transitional and strict; what neither reader knows is not read.
_SHEET_TYPE = "/relationships/worksheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How far a sheet may reach."""

    rows: int
    area: int  # rows by columns: cells that a reader may have to hold


#: Of a sheet that is held whole, and of one that is streamed: there only the format's limit.
HELD = Extent(rows=200_000, area=4_000_000)
STREAMED = Extent(rows=1_048_576, area=1_048_576 * COLUMNS_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCell:
    """One cell as written."""

    kind: str  # the t attribute: n, s, str, inlineStr, b, e, d
    text: str  # of <v>; for s the index of a shared string; for inlineStr nothing
    formula: bool


@dataclass(slots=True)
class RawSheet:
    """One worksheet: (row, column) from 1 -> cell. Cells without any content are left out."""

    name: str
    part: str
    hidden: bool
    extent: Extent = HELD
    cells: dict[tuple[int, int], RawCell] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # row, col, row, col
    last_row: int = 0
    last_column: int = 0


def unread(sheet: RawSheet) -> RawSheet:
    """The same sheet, of which nothing is read: two maps may look into it."""
    return RawSheet(sheet.name, sheet.part, sheet.hidden, sheet.extent)


def read_raw(archive: zipfile.ZipFile) -> list[RawSheet]:
    """Every worksheet of the workbook, in its order.

    Raises:
        Quarantined: Too large, or ambiguous; the message names the sheet and cell.
    """
    sheets = list(sheets_of(archive))
    for sheet in sheets:
        _read_sheet(archive, sheet)
    return sheets


def sheets_of(archive: zipfile.ZipFile, extent: Extent = HELD) -> Iterator[RawSheet]:
    """The worksheets by the workbook's own list, none of them read yet."""
    targets = {
        rel.get("Id"): rel.get("Target", "")
        for rel in fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        if rel.get("Type", "").endswith(_SHEET_TYPE)
    }
    names: set[str] = set()
    for node in fromstring(archive.read("xl/workbook.xml")).iter():
        if local(node) != "sheet" or (target := targets.get(_rel_id(node))) is None:
            continue
        name = node.get("name", "")
        if name.casefold() in names:
            raise Quarantined("ambiguous", f"two sheets are called {name!r}", remedy=SAVE_AGAIN)
        names.add(name.casefold())
        part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        hidden = node.get("state", "visible") != "visible"
        yield RawSheet(name, part, hidden, extent)


def _rel_id(node: Element) -> str | None:
    return next((value for key, value in node.items() if key == _REL or key.endswith("}id")), None)


def _read_sheet(archive: zipfile.ZipFile, sheet: RawSheet) -> None:
    ranges: list[str] = []
    with archive.open(sheet.part) as content:
        for _, node in iterparse(content):
            match local(node):
                case "row":
                    take_row(node, sheet, ranges)
                    node.clear()
                case "mergeCell":
                    sheet.merged.append(range_of(node.get("ref", ""), sheet))
                case "col" if yes(node.get("hidden")):
                    take_hidden_columns(node, sheet)
    for ref in ranges:
        _mark_formulas(sheet, range_of(ref, sheet))


def take_hidden_columns(node: Element, sheet: RawSheet) -> None:
    """Args: node: a ``col`` that is hidden."""
    first, last = int(node.get("min", "1")), int(node.get("max", "1"))
    sheet.hidden_columns += range(first, min(last, COLUMNS_MAX) + 1)


def take_row(node: Element, sheet: RawSheet, ranges: list[str]) -> None:
    """Add the row to *sheet*, and the areas of its array formulas to *ranges*."""
    row = int(node.get("r") or sheet.last_row + 1)
    if row <= sheet.last_row:
        raise Quarantined(
            "ambiguous",
            f"sheet {sheet.name!r}: row {row} comes after row {sheet.last_row}",
            remedy=SAVE_AGAIN,
        )
    if row > sheet.extent.rows:
        raise Quarantined(
            "too_large",
            f"sheet {sheet.name!r}: row {row}, the limit is {sheet.extent.rows}",
            remedy=CLEAN,
        )
    sheet.last_row = row
    if yes(node.get("hidden")):
        sheet.hidden_rows.append(row)
    column = 0
    for each in node:
        if local(each) == "c":
            column = _take_cell(each, sheet, column, ranges)


def _take_cell(node: Element, sheet: RawSheet, before: int, ranges: list[str]) -> int:
    row, column = sheet.last_row, before + 1
    if (written := node.get("r")) is not None:
        at_row, column = _coordinate(written, sheet)
        if at_row != row or column <= before:
            raise Quarantined(
                "ambiguous",
                f"{sheet.name}!{written}: twice, or not in its own row and order",
                remedy=SAVE_AGAIN,
            )
    sheet.last_column = max(sheet.last_column, column)
    if column > COLUMNS_MAX or sheet.last_row * sheet.last_column > sheet.extent.area:
        place = f"{sheet.name}!{column_letters(column)}{row}"
        raise Quarantined(
            "too_large",
            f"{place}: beyond column {COLUMNS_MAX} or {sheet.extent.area:,} cells",
            remedy=CLEAN,
        )
    cell = _cell(node, ranges)
    if cell.kind == "n" and cell.text and not NUMBER.fullmatch(cell.text):
        raise Quarantined(  # readers make 123 of Arabic digits, and infinity of anything
            "not_a_number",
            f"{sheet.name}!{column_letters(column)}{row} is said to be a number and is none",
            remedy="type it again and save the file",
        )
    if cell.text or cell.formula or cell.kind == "inlineStr":
        sheet.cells[row, column] = cell
    return column


def _cell(node: Element, ranges: list[str]) -> RawCell:
    text, formula = "", False
    for each in node:
        if local(each) == "v":
            text = each.text or ""
        elif local(each) == "f":
            formula = True
            if each.get("t") in ("array", "dataTable") and each.get("ref"):
                ranges.append(each.get("ref", ""))
    return RawCell(kind=node.get("t", "n"), text=text, formula=formula)


def _mark_formulas(sheet: RawSheet, area: tuple[int, int, int, int]) -> None:
    """An array formula fills its whole range, but only the first cell says so."""
    top, left, bottom, right = area
    for (row, column), cell in sheet.cells.items():
        if top <= row <= bottom and left <= column <= right:
            sheet.cells[row, column] = RawCell(kind=cell.kind, text=cell.text, formula=True)


def range_of(ref: str, sheet: RawSheet) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of a reference like B2:C9. Raises Quarantined."""
    first, _, last = ref.replace("$", "").partition(":")
    return (*_coordinate(first, sheet), *_coordinate(last or first, sheet))


def _coordinate(text: str, sheet: RawSheet) -> tuple[int, int]:
    found = _COORDINATE.fullmatch(text)
    if found is None:
        raise Quarantined(
            "unreadable", f"sheet {sheet.name!r}: {text[:40]!r} is no cell", remedy=SAVE_AGAIN
        )
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def local(node: Element) -> str:
    """Its tag without the namespace."""
    return str(node.tag).rpartition("}")[2]


def yes(flag: str | None) -> bool:
    """An attribute that is true or false, or is not there."""
    return flag in ("1", "true", "on")

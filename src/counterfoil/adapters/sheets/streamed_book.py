"""A workbook that is too large to be held: its parts, shared strings and styles.

What the parts mean is asked of openpyxl, as in a small workbook; only the rows are not.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS

from counterfoil.adapters.sheets.columns import Meaning
from counterfoil.adapters.sheets.letters import column_letters
from counterfoil.adapters.sheets.preflight import SAVE_AS
from counterfoil.adapters.sheets.raw import STREAMED, RawSheet, local, sheets_of
from counterfoil.adapters.sheets.row_shapes import TEXT, Form, Styles, characters
from counterfoil.adapters.sheets.row_stream import Odd, RowStream, decoded, refuse_escapes
from counterfoil.adapters.sheets.seen import Seen
from counterfoil.errors import Quarantined

STRINGS_MAX_BYTES = 2**29  # of the shared strings as XML: some ten million of them

_STRING = re.compile(rf'<si><t(?: xml:space="preserve")?>({TEXT})</t></si>')
_STRING_START = re.compile(r"\s*<si(?:\s*/>|>)")
_STRINGS_START = re.compile(r"\ufeff?(?:<\?xml [^<>]*\?>)?\s*(<sst(?:\s[^<>]*)?>)")
_END_OF_STRING = "</si>"
_END_OF_STRINGS = "</sst>"


@dataclass(slots=True)
class OddCells:
    """The cells of the rows that went by the XML parser, as openpyxl reads them."""

    parser: WorkSheetParser
    values: dict[tuple[int, int], Any] = field(default_factory=dict)

    def take(self, sheet: RawSheet, odd: Odd) -> None:
        """Read every cell of the row that has something in it and is no formula."""
        column = 0
        for node in odd.node:
            if local(node) == "c":
                column = _column(node) or column + 1
                raw = sheet.cells.get((odd.number, column))
                if raw is not None and not raw.formula:
                    value = self.parser.parse_cell(node)["value"]
                    if raw.kind == "n" and isinstance(value, str):
                        raise _no_day(f"{sheet.name}!{column_letters(column)}{odd.number}")
                    self.values[odd.number, column] = value

    def look(self, sheet: RawSheet, row: int, column: int) -> Seen:
        """One cell, by position from 1."""
        place = f"{sheet.name}!{column_letters(column)}{row}"
        return Seen(place, sheet.cells.get((row, column)), self.values.get((row, column)))

    def forget(self, sheet: RawSheet, row: int) -> None:
        """A row of the table that was taken: only what surrounds the table is kept."""
        for place in [each for each in sheet.cells if each[0] == row]:
            del sheet.cells[place]
            self.values.pop(place, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedBook:
    """An open workbook."""

    archive: zipfile.ZipFile
    tails: Mapping[str, bytes]  # of each sheet's part: what follows its rows
    sheets: list[RawSheet]
    styles: Styles
    meaning: Meaning
    parser: WorkSheetParser  # reads single cells; knows strings, styles and date system

    def rows(self, sheet: RawSheet) -> RowStream:
        """The sheet's rows. Raises Quarantined."""
        return RowStream.opened(self.archive, sheet, self.tails.get(sheet.part, b""))

    def odd_cells(self) -> OddCells:
        """An empty collection for the odd rows of one sheet."""
        return OddCells(self.parser)


@contextmanager
def opened(path: Path, tails: Mapping[str, bytes]) -> Iterator[StreamedBook]:
    """Open a workbook that preflight.check let through.

    Raises:
        Quarantined: Two programs would find different sheets or strings in it.
    """
    with path.open("rb") as file:
        reader: Any = ExcelReader(file, keep_links=False)  # its inner steps have no types
        reader.read_manifest()
        reader.read_workbook()
        book = reader.wb
        apply_stylesheet(reader.archive, book)
        sheets = list(sheets_of(reader.archive, STREAMED))
        _refuse_other_sheets(reader, sheets)
        strings = _strings(reader.archive, reader.package)
        parser = WorkSheetParser(
            None,  # type: ignore[arg-type]  # no rows: it is handed single cells
            strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        yield StreamedBook(
            archive=reader.archive,
            tails=tails,
            sheets=sheets,
            styles=Styles(len(book._cell_styles), book._date_formats, book._timedelta_formats),
            meaning=Meaning(strings=strings, moment=_Moments(book.epoch).of),
            parser=parser,
        )


@dataclass(frozen=True, slots=True)
class _Moments:
    """What openpyxl makes of a number cell."""

    epoch: Any

    def of(self, text: str, form: Form) -> Any:
        number = float(text) if set(text) & set(".eE") else int(text)
        if form is Form.NUMBER:
            return number
        try:
            return from_excel(number, self.epoch, timedelta=form is Form.SPAN)
        except (OverflowError, ValueError):
            raise _no_day(text) from None


def _no_day(place: str) -> Quarantined:
    """Every program makes something else of it."""
    return Quarantined(
        "readers_disagree", f"{place}: a date beyond the calendar", remedy="type it again"
    )


def _refuse_other_sheets(reader: Any, sheets: list[RawSheet]) -> None:
    theirs = [
        (sheet.name, rel.target)
        for sheet, rel in reader.parser.find_sheets()
        if "chartsheet" not in rel.Type
    ]
    if theirs != [(each.name, each.part) for each in sheets]:
        raise Quarantined(
            "readers_disagree", "two readers find different sheets in it", remedy=SAVE_AS
        )
    for each in sheets:
        reader.archive.getinfo(each.part)  # KeyError: the workbook is broken, read or not


def _strings(archive: zipfile.ZipFile, package: Any) -> list[str]:
    """The shared strings, found as openpyxl and, by their relation, others find them."""
    named = package.find(SHARED_STRINGS)
    listed = [
        posixpath.normpath(posixpath.join("/xl", rel.get("Target", ""))).lstrip("/")
        for rel in fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        if rel.get("Type", "").endswith("/relationships/sharedStrings")
    ]
    if listed != ([] if named is None else [named.PartName.lstrip("/")]):
        raise Quarantined(
            "readers_disagree", "two readers find different strings in it", remedy=SAVE_AS
        )
    if not listed:
        return []
    if archive.getinfo(listed[0]).file_size > STRINGS_MAX_BYTES:
        raise Quarantined("too_large", "too many different texts", remedy="split the workbook")
    return list(_read_strings(archive, listed[0]))


def _read_strings(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    chunks = decoded(archive, part)
    text = next(chunks)
    start = _STRINGS_START.match(text)
    if start is None:
        raise Quarantined("unreadable", f"{part!r} is no list of strings", remedy=SAVE_AS)
    root, text = start[1], text[start.end() :]
    for chunk in chunks:
        end = text.rfind(_END_OF_STRING) + len(_END_OF_STRING)
        if end > len(_END_OF_STRING):
            yield from _strings_in(text[:end], root, part)
            text = text[end:]
        text += chunk
    end = text.rfind(_END_OF_STRINGS)
    if end < 0:
        raise Quarantined("unreadable", f"{part!r} has no end", remedy=SAVE_AS)
    fromstring(root + text[end:])  # what follows is sound, or ends here
    yield from _strings_in(text[:end], root, part)


def _strings_in(text: str, root: str, part: str) -> Iterator[str]:
    """Every string of a piece that holds whole ones only."""
    refuse_escapes(text, part)
    if any(mark in text for mark in ("<!", "<?", "]]>")):
        raise Quarantined("unreadable", f"{part!r}: comments among the strings", remedy=SAVE_AS)
    text, at = text.rstrip(), 0
    while at < len(text):  # ends: every round moves on, or raises
        for found in iter(_STRING.scanner(text, at).match, None):  # type: ignore[attr-defined]
            yield characters(found[1])
            at = found.end()
        if at == len(text):
            return
        start = _STRING_START.match(text, at)
        if start is None:
            raise Quarantined("unreadable", f"{part!r} is no list of strings", remedy=SAVE_AS)
        at = start.end()
        if not start[0].endswith("/>"):
            at = text.index(_END_OF_STRING, at) + len(_END_OF_STRING)
        node = fromstring(f"{root}{text[start.start() : at]}{_END_OF_STRINGS}")[0]
        rich: Any = Text.from_tree(node)  # type: ignore[arg-type]
        yield str(rich.content)


def _column(node: Element) -> int:
    column = 0
    for letter in node.get("r", "").rstrip("0123456789"):
        column = column * 26 + ord(letter) - 64
    return column

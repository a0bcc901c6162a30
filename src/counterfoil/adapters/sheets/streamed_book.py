"""A workbook that is too large to be held: its parts, shared strings and styles.

What the parts mean is told by :mod:`.parts`; what the rows mean, by their shapes.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from counterfoil.adapters.sheets import parts
from counterfoil.adapters.sheets.columns import Meaning
from counterfoil.adapters.sheets.letters import column_letters
from counterfoil.adapters.sheets.preflight import SAVE_AS
from counterfoil.adapters.sheets.raw import STREAMED, RawCell, RawSheet, local, sheets_of
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
    """The cells of the rows that went by the XML parser."""

    meaning: Meaning
    styles: Styles
    values: dict[tuple[int, int], Any] = field(default_factory=dict)

    def take(self, sheet: RawSheet, odd: Odd) -> None:
        """Read every cell of the row that has something in it and is no formula."""
        column = 0
        for node in odd.node:
            if local(node) == "c":
                column = _column(node) or column + 1
                raw = sheet.cells.get((odd.number, column))
                if raw is not None and not raw.formula:
                    place = f"{sheet.name}!{column_letters(column)}{odd.number}"
                    self.values[odd.number, column] = self._value(node, raw, place)

    def _value(self, node: Element, raw: RawCell, place: str) -> Any:
        if raw.kind == "inlineStr":
            return parts.inline_text(node)
        if (node.findtext(parts.VALUE) or "") != raw.text:
            raise _two_values(place)
        match raw.kind:
            case _ if not raw.text:
                return None
            case "n":
                form = self.styles.form(int(node.get("s", "0")))
                return self.meaning.moment(raw.text, form, place)
            case "s":
                return self.meaning.strings[int(raw.text)]
            case "b":
                return bool(int(raw.text))
            case "d":
                return parts.written_day(raw.text)
            case _:
                return raw.text

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

    def rows(self, sheet: RawSheet) -> RowStream:
        """The sheet's rows. Raises Quarantined."""
        return RowStream.opened(self.archive, sheet, self.tails.get(sheet.part, b""))

    def odd_cells(self) -> OddCells:
        """An empty collection for the odd rows of one sheet."""
        return OddCells(self.meaning, self.styles)


@contextmanager
def opened(path: Path, tails: Mapping[str, bytes]) -> Iterator[StreamedBook]:
    """Open a workbook that preflight.check let through.

    Raises:
        Quarantined: Two programs would find different sheets or strings in it.
    """
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        sheets = list(sheets_of(archive, STREAMED))
        _refuse_other_sheets(archive, sheets)
        epoch = parts.epoch_of(archive)
        yield StreamedBook(
            archive=archive,
            tails=tails,
            sheets=sheets,
            styles=parts.styles_of(archive),
            meaning=Meaning(strings=_strings(archive), moment=_Moments(epoch).of),
        )


@dataclass(frozen=True, slots=True)
class _Moments:
    """What number cells mean in a workbook that counts from this day."""

    epoch: datetime

    def of(self, text: str, form: Form, place: str) -> Any:
        try:
            return parts.number_of(text, form, self.epoch)
        except (OverflowError, ValueError):
            raise _no_day(place or text) from None


def _no_day(place: str) -> Quarantined:
    """Every program makes something else of it."""
    return Quarantined(
        "readers_disagree", f"{place}: a date beyond the calendar", remedy="type it again"
    )


def _two_values(place: str) -> Quarantined:
    return Quarantined(
        "readers_disagree", f"{place}: two readers find different values in it", remedy=SAVE_AS
    )


def _refuse_other_sheets(archive: zipfile.ZipFile, sheets: list[RawSheet]) -> None:
    if parts.sheets_elsewhere(archive) != [(each.name, each.part) for each in sheets]:
        raise Quarantined(
            "readers_disagree", "two readers find different sheets in it", remedy=SAVE_AS
        )
    for each in sheets:
        archive.getinfo(each.part)  # KeyError: the workbook is broken, read or not


def _strings(archive: zipfile.ZipFile) -> list[str]:
    """The shared strings, found by the file's directory as by the workbook's relations."""
    listed = [
        posixpath.normpath(posixpath.join("/xl", rel.get("Target", ""))).lstrip("/")
        for rel in fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        if rel.get("Type", "").endswith("/relationships/sharedStrings")
    ]
    if listed != parts.strings_elsewhere(archive):
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
        yield parts.rich_text(node)


def _column(node: Element) -> int:
    column = 0
    for letter in node.get("r", "").rstrip("0123456789"):
        column = column * 26 + ord(letter) - 64
    return column

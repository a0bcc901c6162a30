"""The rows of one sheet, from its XML as it unpacks, never held as a whole.

Head and tail of the sheet are parsed as XML, and so is every row out of the ordinary, by the
same code that reads small workbooks. Rows that are written alike go by their shape.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import le
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from counterfoil.adapters.sheets.preflight import SAVE_AS
from counterfoil.adapters.sheets.raw import (
    RawSheet,
    local,
    range_of,
    take_hidden_columns,
    take_row,
    yes,
)
from counterfoil.adapters.sheets.row_shapes import BLANK_ROW, Shape
from counterfoil.errors import Quarantined

CHUNK_BYTES = 2**20
HEAD_BYTES = 2**16  # read first: a map that does not fit looks no further
ROW_MAX_CHARS = 2**24  # 200 cells of 32,767 characters, and some
HEAD_MAX_CHARS = 2**22
SHAPES_MAX = 64  # tried one after the other; what fits none is parsed as XML

_NOT_XML = bytes(each for each in range(32) if each not in (9, 10, 13))
_START = re.compile(
    r"\ufeff?(?:<\?xml version=[\"']1\.[01][\"']"
    r"(?: encoding=[\"'](?:[uU][tT][fF]-8|[uU][sS]-[aA][sS][cC][iI][iI])[\"'])?"
    r"(?: standalone=[\"'](?:yes|no)[\"'])? ?\?>)?\s*(<worksheet(?:\s[^<>]*)?>)"
)
_DATA = re.compile(r"<sheetData(/?)>")
_ROW_START = re.compile(r"<row(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*\s*(/?)>")
_ESCAPE = re.compile(r"_x(?:[0-9A-Fa-f]{4}_|005F_)")
_END = "</sheetData>"
_END_OF_ROW = "</row>"


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive rows of one shape: their groups, the row number first, as text."""

    shape: Shape
    rows: list[tuple[str | None, ...]]
    numbers: list[int]
    starts: list[int]  # where each begins in what is unpacked at the moment


@dataclass(frozen=True, slots=True)
class Odd:
    """One row by way of an XML parser; its cells stand in the RawSheet by now."""

    number: int
    node: Element
    text: str  # as it is written


@dataclass(slots=True)
class RowStream:
    """Reads on where it stopped; see :meth:`odd` and :meth:`runs`."""

    sheet: RawSheet
    shapes: list[Shape] = field(default_factory=list)  # the one that fitted last comes first
    _chunks: Iterator[str] = field(default_factory=lambda: iter(()))
    _root: str = ""
    _text: str = ""
    _at: int = 0
    _end: int = 0  # of the whole rows in _text
    _last: bool = False  # nothing follows in _chunks that belongs to the rows

    @classmethod
    def opened(cls, archive: zipfile.ZipFile, sheet: RawSheet, tail: bytes) -> RowStream:
        """The stream before its first row; hidden columns and merges are known.

        Raises:
            Quarantined: The sheet is not written as any spreadsheet program writes it.
        """
        stream = cls(sheet, _chunks=decoded(archive, sheet.part))
        stream._open(tail)
        return stream

    def odd(self) -> Odd | None:
        """The next row by way of an XML parser, into ``sheet.cells``; None at the end.

        Raises:
            Quarantined: As raw.read_raw, of this one row.
        """
        if not self._fill():
            return None
        start = _ROW_START.match(self._text, self._at, self._end)
        if start is None:
            raise _not_ours(self.sheet, f"{self._text[self._at : self._at + 20]!r} is no row")
        end = start.end()
        if not start[1]:
            end = self._text.find(_END_OF_ROW, end, self._end) + len(_END_OF_ROW)
        if end < start.end():
            raise _not_ours(self.sheet, "a row without an end")
        text = self._text[self._at : end]
        if "<!" in text or "<?" in text:  # where it ends is not certain; no shape fits it either
            raise _not_ours(self.sheet, "a comment among the rows")
        node = fromstring(f"{self._root}<sheetData>{text}</sheetData></worksheet>")[0][0]
        ranges: list[str] = []
        take_row(node, self.sheet, ranges)
        _mark_formulas(self.sheet, ranges)
        self._at = end
        return Odd(self.sheet.last_row, node, text)

    def following(self) -> Run | Odd | None:
        """The next rows, as many as one shape fits, or one that fits none; None at the end."""
        while self._fill():  # ends: every round moves on, or returns
            for place, shape in enumerate(self.shapes):
                scanner = shape.pattern.scanner(self._text, self._at, self._end)  # type: ignore[attr-defined]
                if found := list(iter(scanner.match, None)):
                    self.shapes.insert(0, self.shapes.pop(place))
                    return self._run(shape, found)
            blank = BLANK_ROW.match(self._text, self._at, self._end)
            if blank is None:
                return self.odd()
            self._moved([int(blank[1])], blank.end())
        return None

    def _run(self, shape: Shape, found: Sequence[re.Match[str]]) -> Run:
        rows = [each.groups() for each in found]
        numbers = [int(row[0]) for row in rows]
        self._moved(numbers, found[-1].end())
        return Run(shape, rows, numbers, [each.start() for each in found])

    def cut(self, run: Run, rows: int) -> Run:
        """The first *rows* of the run that was read last; the others are read again."""
        self._at = run.starts[rows]
        self.sheet.last_row = run.numbers[rows - 1] if rows else run.numbers[0] - 1
        return Run(run.shape, run.rows[:rows], run.numbers[:rows], run.starts[:rows])

    def _moved(self, numbers: list[int], end: int) -> None:
        """Check what take_row checks of each row: its place."""
        before = [self.sheet.last_row, *numbers[:-1]]
        if any(map(le, numbers, before)):
            row = next(now for now, last in zip(numbers, before, strict=True) if now <= last)
            raise _not_ours(self.sheet, f"row {row} comes after a later one", code="ambiguous")
        if numbers[-1] > self.sheet.extent.rows:
            raise _not_ours(self.sheet, f"row {numbers[-1]}", code="too_large")
        self.sheet.last_row, self._at = numbers[-1], end

    def _open(self, tail: bytes) -> None:
        while (data := _DATA.search(self._text)) is None:
            if len(self._text) > HEAD_MAX_CHARS:
                raise _not_ours(self.sheet, "no rows")
            self._text += self._next()
        start = _START.match(self._text)
        if start is None or "<!--" in self._text[: data.start()]:
            raise _not_ours(self.sheet, "no worksheet")
        self._root, self._at = start[1], data.end()
        head = f"{self._root}{self._text[start.end() : data.start()]}<sheetData/></worksheet>"
        _take_around(fromstring(head), self.sheet)
        if data[1]:
            tail = (_END + self._text[data.end() :] + "".join(self._chunks)).encode()
            self._last, self._at, self._end = True, 0, 0
        _take_around(fromstring(f"{self._root}<sheetData>".encode() + tail), self.sheet)

    def _fill(self) -> bool:
        """Whether a row, or something that should be one, follows; reads on if need be."""
        while True:  # ends: every round reads on, and the last one returns
            while self._at < self._end and self._text[self._at] in " \t\n":
                self._at += 1
            if self._at < self._end or self._last:
                return self._at < self._end
            text = self._text[self._at :] + self._next()
            self._end = text.find(_END)
            self._last = self._end >= 0
            if not self._last:
                self._end = text.rfind(_END_OF_ROW) + len(_END_OF_ROW)
                self._end = self._end if self._end >= len(_END_OF_ROW) else 0
            if len(text) > ROW_MAX_CHARS and not self._end:
                raise _not_ours(self.sheet, "a row of many million characters", code="too_large")
            self._text, self._at = text, 0
            # one character is found ten times as fast as several: here, and below
            if "]" in self._text and self._text.find("]]>", 0, self._end) >= 0:
                raise _not_ours(self.sheet, "']]>' among the rows")
            refuse_escapes(self._text, self.sheet.part)

    def _next(self) -> str:
        chunk = next(self._chunks, None)
        if chunk is None:
            raise _not_ours(self.sheet, "its rows have no end")
        return chunk


def refuse_escapes(text: str, part: str) -> None:
    """_x000D_ and its like: every program makes something else of them. Raises Quarantined."""
    if "_" in text and "_x" in text and (found := _ESCAPE.search(text)):
        raise Quarantined(
            "ambiguous",
            f"{part!r} writes a character as {found[0]}, which programs read differently",
            remedy=SAVE_AS,
        )


def decoded(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    """The member's text, line ends as XML has them. Raises UnicodeError, Quarantined."""
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder("utf-8")("strict"), translate=True
    )
    with archive.open(part) as content:
        size = HEAD_BYTES
        while chunk := content.read(size):
            size = CHUNK_BYTES
            text = decoder.decode(chunk)
            if len(chunk.translate(None, _NOT_XML)) < len(chunk) or any(
                each in text for each in "\ufffe\uffff"
            ):
                raise Quarantined("unreadable", f"{part!r} holds what XML forbids", remedy=SAVE_AS)
            yield text
    yield decoder.decode(b"", final=True)


def _take_around(root: Element, sheet: RawSheet) -> None:
    """What stands before or behind the rows; a second lot of rows is refused."""
    for node in root.iter():
        match local(node):
            case "col" if yes(node.get("hidden")):
                take_hidden_columns(node, sheet)
            case "mergeCell":
                sheet.merged.append(range_of(node.get("ref", ""), sheet))
            case "row":
                raise _not_ours(sheet, "rows in two places", code="ambiguous")


def _mark_formulas(sheet: RawSheet, ranges: Sequence[str]) -> None:
    for top, left, bottom, right in (range_of(ref, sheet) for ref in ranges):
        if not top == bottom == sheet.last_row:
            raise _not_ours(sheet, f"row {top}: an array formula over several rows")
        for column in range(left, right + 1):
            if (cell := sheet.cells.get((top, column))) is not None:
                sheet.cells[top, column] = replace(cell, formula=True)


def _not_ours(sheet: RawSheet, what: str, *, code: str = "unreadable") -> Quarantined:
    return Quarantined(code, f"sheet {sheet.name!r}: {what}", remedy=SAVE_AS)

"""A CSV of any length by a sheet map, as the same blocks that a workbook gives.

The encoding is the first of the map's that the whole file bears; the delimiter is the one
with which the header words are found. A CSV that is cut off still parses: only its declared
totals, or at least the end of its last line, show that it is whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from counterfoil.adapters.sheets.control import check_declared
from counterfoil.adapters.sheets.findings import below_findings, unknown_findings
from counterfoil.adapters.sheets.fitting import refuse_one_sided, the_one_that_fits
from counterfoil.adapters.sheets.gathering import Gathering
from counterfoil.adapters.sheets.labels import Labels
from counterfoil.adapters.sheets.maps import SheetMap, plain
from counterfoil.adapters.sheets.raw import COLUMNS_MAX, STREAMED, RawCell, RawSheet
from counterfoil.adapters.sheets.row_shapes import Form
from counterfoil.adapters.sheets.seen import Seen
from counterfoil.adapters.sheets.table import Table, header_in, no_header
from counterfoil.domain.blocks import Block
from counterfoil.domain.findings import Finding
from counterfoil.domain.money import parse_decimal
from counterfoil.errors import Quarantined

FILE_MAX_BYTES = 2**30
CHUNK_BYTES = 2**20
PIECE_ROWS = 4_096
_NO_TABLE = (b"%PDF", b"<", b"{")


@dataclass(slots=True)
class Outside:
    """The cells around the table, as a workbook would have them: numbers are numbers."""

    sheet_map: SheetMap
    sheet: RawSheet = field(default_factory=lambda: RawSheet("", "", hidden=False, extent=STREAMED))
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    width: int = 0  # cells of the last record

    def keep(self, number: int, record: Sequence[str]) -> None:
        """Put the record in the sheet."""
        for column, text in enumerate(record[:COLUMNS_MAX], 1):
            if text.strip():
                self.texts[number, column] = text.strip(" ")
                self.sheet.cells[number, column] = self._cell(text.strip(" "))
                self.sheet.last_column = max(self.sheet.last_column, column)
        self.sheet.last_row, self.width = number, len(record)

    def look(self, sheet: RawSheet, row: int, column: int) -> Seen:
        """One cell, by position from 1."""
        place = f"row {row}, column {column}"
        return Seen(place, sheet.cells.get((row, column)), self.texts.get((row, column)))

    def forget(self, number: int) -> None:
        """A row of the table that was judged."""
        for place in [each for each in self.sheet.cells if each[0] == number]:
            del self.sheet.cells[place], self.texts[place]

    def _cell(self, text: str) -> RawCell:
        try:
            number = parse_decimal(text, decimal_mark=self.sheet_map.decimal_mark)
        except ValueError:
            return RawCell(kind="str", text=text, formula=False)
        return RawCell(kind="n", text=f"{number:f}", formula=False)


@dataclass(frozen=True, slots=True)
class _Written:
    """How the file is written."""

    encoding: str
    delimiter: str
    ends_well: bool  # the last line has an end


def read_blocks(path: Path, *sheet_maps: SheetMap, block_rows: int) -> Iterator[Block]:
    """Every row of the file, in blocks.

    Args:
        sheet_maps: The file must have the header of exactly one of them.

    Raises:
        Quarantined: It is no such table, it has two readings, or its declared totals do not
            hold; blocks that were given before count for nothing then.
    """
    sheet_map, written = the_one_that_fits(sheet_maps, lambda each: _written(path, each))
    with path.open(encoding=written.encoding, newline="") as file:
        records = _records(file, written.delimiter)
        outside = Outside(sheet_map)
        table = _to_header(records, outside, sheet_map)
        assert table is not None, "the delimiter was found by it"
        reading = _Reading(table, outside, sheet_map, ends_well=written.ends_well)
        yield from reading.blocks(records, block_rows)


def _written(path: Path, sheet_map: SheetMap) -> _Written:
    encoding, ends_well = _encoding(path, sheet_map)
    return _Written(encoding, _delimiter(path, encoding, sheet_map), ends_well)


def _encoding(path: Path, sheet_map: SheetMap) -> tuple[str, bool]:
    """The encoding, and whether the last line has an end. Raises Quarantined."""
    if path.stat().st_size > FILE_MAX_BYTES:
        raise Quarantined("too_large", f"more than {FILE_MAX_BYTES:,} bytes", remedy="split it")
    with path.open("rb") as file:
        start = file.read(64)
        file.seek(max(path.stat().st_size - 1, 0))
        end = file.read(1)
    if not start.strip() or start.lstrip(b"\xef\xbb\xbf \r\n").startswith(_NO_TABLE):
        raise Quarantined(
            "not_a_table", f"begins with {start[:8]!r}, which is no CSV", remedy="export it again"
        )
    for encoding in sheet_map.encodings:
        if _bears(path, encoding):
            return encoding, end in (b"\n", b"\r")
    raise Quarantined(
        "encoding",
        f"the file is not written in {' or '.join(sheet_map.encodings)}",
        remedy="name its encoding in the map",
    )


def _bears(path: Path, encoding: str) -> bool:
    """Whether the whole file can be read so. Raises Quarantined: it is no text at all."""
    with path.open(encoding=encoding, newline="") as file:
        try:
            while text := file.read(CHUNK_BYTES):
                if "\0" in text:
                    raise Quarantined(
                        "not_a_table", "holds zero bytes, a CSV has none", remedy="export it again"
                    )
        except UnicodeError:
            return False
    return True


def _delimiter(path: Path, encoding: str, sheet_map: SheetMap) -> str:
    """The one delimiter with which the header is found. Raises Quarantined."""
    found: list[str] = []
    tried: list[Outside] = []
    for delimiter in sheet_map.delimiters:
        outside = Outside(sheet_map)
        with path.open(encoding=encoding, newline="") as file:
            try:
                table = _to_header(_records(file, delimiter), outside, sheet_map)
            except Quarantined as trouble:
                if trouble.code != "unreadable":
                    raise
                continue
        tried.append(outside)
        if table is not None:
            refuse_one_sided(table, sheet_map)
            found.append(delimiter)
    if len(found) > 1:
        raise Quarantined(
            "two_readings",
            f"the header is found with each of the delimiters {found}",
            remedy="name the one delimiter in the map",
        )
    if not found:
        nearest = max(tried, key=lambda each: len(each.texts), default=Outside(sheet_map))
        raise no_header(nearest.sheet, nearest, sheet_map, found=0)
    return found[0]


def _records(file: io.TextIOBase, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as trouble:
        raise Quarantined(
            "unreadable", f"line {reader.line_num}: {trouble}", remedy="export it again"
        ) from trouble


def _to_header(records: Iterator[list[str]], outside: Outside, sheet_map: SheetMap) -> Table | None:
    for number, record in enumerate(islice(records, sheet_map.header_within_rows), 1):
        outside.keep(number, record)
        if (table := header_in(outside.sheet, number, outside, sheet_map)) is not None:
            return table
    return None


class _Reading:
    """The table, from below its header to the end of the file."""

    def __init__(
        self, table: Table, outside: Outside, sheet_map: SheetMap, *, ends_well: bool
    ) -> None:
        self._table, self._outside, self._map = table, outside, sheet_map
        self._ends_well = ends_well
        self._gathering = Gathering(table, sheet_map)
        self._labels = Labels.of(sheet_map)
        self._width = outside.width
        self._number = table.row
        self._end: int | None = None

    def blocks(self, records: Iterator[list[str]], block_rows: int) -> Iterator[Block]:
        """Blocks of at least so many rows, but the last."""
        while piece := list(islice(records, PIECE_ROWS)):
            self._take(piece)
            if self._gathering.waiting() >= block_rows:
                yield self._gathering.block()
        yield self._gathering.block(*self._findings(), last=True)

    def _take(self, records: list[list[str]]) -> None:
        """Every record: a row, a total, or what stands below the end."""
        first, start = self._number + 1, 0
        self._number += len(records)
        for at, record in enumerate(records):
            if self._end is not None:
                self._outside.keep(first + at, record)
            elif len(record) != self._width or self._may_be_label(record):
                self._take_rows(first + start, records[start:at])
                start = at + 1
                self._take_odd(first + at, record)
        if self._end is None:
            self._take_rows(first + start, records[start:])

    def _may_be_label(self, record: list[str]) -> bool:
        begins = record[0].lstrip()[:1]
        return begins in self._labels.initials or not begins

    def _take_rows(self, first: int, records: list[list[str]]) -> None:
        if records:
            columns = list(zip(*records, strict=True))
            cells = {
                name: (Form.PLAIN, columns[column - 1])
                for name, column in self._table.columns.items()
            }
            numbers = range(first, first + len(records))
            self._gathering.take(numbers, [(range(len(records)), cells)])

    def _take_odd(self, number: int, record: list[str]) -> None:
        filled = [each for each in record if each.strip()]
        label = plain(filled[0]) if filled else ""
        if label in self._labels.ends:
            self._end = number - 1
            self._outside.keep(number, record)
        elif label in self._labels.totals:
            self._outside.keep(number, record)
            sheet = self._outside.sheet
            cells = {
                name: self._outside.look(sheet, number, column)
                for name, column in self._table.columns.items()
            }
            self._gathering.take_total(number, label, cells)
            self._outside.forget(number)
        elif len(record) < self._width or any(each.strip() for each in record[self._width :]):
            if filled:
                message = f"the row has {len(record)} cells, the header has {self._width}"
                self._gathering.refuse_row(number, "not_a_row", message)
        else:
            self._take_rows(number, [record[: self._width]])

    def _findings(self) -> list[Finding]:
        last = self._number if self._end is None else self._end
        self._outside.sheet.last_row = self._number
        found = (self._gathering.count, self._gathering.total())
        count, total, notes = check_declared(self._table, last, found, self._outside, self._map)
        findings = [
            *self._gathering.notes(),
            *below_findings(self._table, last, self._outside, self._map),
            *unknown_findings(self._table),
            *notes,
        ]
        if not self._ends_well and count is None and total is None:
            message = "the last line has no end: the file may be cut off, and declares no totals"
            findings.append(Finding(code="may_be_cut_off", severity="hold", message=message))
        return findings

"""A workbook of a million rows: small pages by openpyxl, big sheets streamed into its frame.

openpyxl makes the whole workbook with one sample row in each big sheet. The style ids are
read off the samples, the sample rows are thrown away, and the real rows are written in their
place as XML, block by block: 1,000,000 rows of 12 cells take seconds and no memory. Only where
a big sheet needed several does openpyxl make the rest of the package anew.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain, repeat
from pathlib import Path
from typing import ClassVar, Protocol

from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from counterfoil.adapters.sheets.cell_texts import cells_of, text_cell
from counterfoil.adapters.sheets.pages import BigColumn, Page, Value, write_frame, write_page
from counterfoil.adapters.sheets.raw import column_letters

#: The format's own limit; the header row is one of them.
SHEET_ROWS_MAX = 1_048_576
SHEET_NAME_MAX = 31  # characters
PARTS_MAX = 99
DEFLATE_LEVEL = 1  # 6 makes a file a fifth smaller and takes a quarter more time

_STYLED = re.compile(r'<c r="([A-Z]+)([0-9]+)" s="([0-9]+)"')
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]|^'|'$")
#: The clock's part in a package: without it the same rows give the same bytes.
ALWAYS = (2026, 1, 1, 0, 0, 0)
_MADE = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z")
_DIMENSION = re.compile(r"<dimension [^>]*/>")
_FILTER = re.compile(r'(<autoFilter ref="A1:[A-Z]+)[0-9]+"')
#: What the workbook's own part says of a sheet's filter: the sheet, from 0, and the last row.
_FILTERED = re.compile(
    r'(<definedName name="_xlnm._FilterDatabase" localSheetId="([0-9]+)"[^<]*\$)[0-9]+<'
)
_WORKBOOK = "xl/workbook.xml"

Columns = Sequence[Sequence[Value]]


class Block(Protocol):
    """Rows of a big sheet that can write themselves."""

    @property
    def width(self) -> int:
        """Columns."""

    @property
    def piece_rows(self) -> int:
        """Rows that are written at a time, however long it is: memory."""

    def __len__(self) -> int: ...

    def part(self, start: int, rows: int) -> Block:
        """So many rows of it."""

    def xml(
        self, first: int, columns: Sequence[BigColumn], styles: Sequence[Mapping[str, int]]
    ) -> bytes:
        """Its rows as XML.

        Args:
            first: The number of the first row in the sheet.
            styles: Of each column: text -> style id of its coloured cell, ``""`` -> of all others.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class BigSheet:
    """A table of any length.

    Args:
        name: Up to 31 characters. What does not fit on one sheet goes on, under the same
            header, on ``"<name> (2)"``, ``"<name> (3)"`` ...
        blocks: One sequence of values per column, equally long; or what writes itself.
        keys: The first columns that stay in sight, and stand on every printed page.
        across: Pages beside each other when printed.
    """

    name: str
    columns: tuple[BigColumn, ...]
    blocks: Iterable[Columns | Block]
    keys: int = 0
    across: int = 1


_Standing = tuple[BigSheet, str, int]  # a big sheet, the name of a part of it, rows in that part


def write_book(
    path: Path,
    pages: Sequence[Page],
    sheets: Sequence[BigSheet],
    *,
    rows_max: int = SHEET_ROWS_MAX - 1,
) -> Mapping[str, int]:
    """Write pages and big sheets, in this order; the rows of each big sheet by its name.

    The same content is the same bytes, whenever it is written. The blocks are read one after
    the other, once. The caller makes the file appear whole:
    after an error *path* holds a part of a workbook.

    Args:
        rows_max: Rows below the header before the next sheet begins.

    Raises:
        TypeError, ValueError: A value is not of its column's kind, or columns of one block
            are not equally long.
    """
    _refuse_names([*(each.name for each in pages), *(each.name for each in sheets)])
    standing: list[_Standing] = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=DEFLATE_LEVEL) as archive:
        package = _package(pages, [(each, each.name, 1) for each in sheets])
        for number, sheet in enumerate(sheets, len(pages) + 1):
            xml = package[_part(number)].decode()
            standing += _write_sheet(archive, sheet, xml, len(pages) + len(standing), rows_max)
        _refuse_names([*(each.name for each in pages), *(name for _, name, _ in standing)])
        if len(standing) > len(sheets):
            package = _package(pages, standing)
        _write_rest(
            archive, package, {len(pages) + at: rows for at, (_, _, rows) in enumerate(standing)}
        )
    return {name: rows for _, name, rows in standing}


def _refuse_names(names: Sequence[str]) -> None:
    """openpyxl would quietly call the second of two the same something else."""
    for name in names:
        if not name or len(name) > SHEET_NAME_MAX or _NOT_IN_A_NAME.search(name):
            raise ValueError(f"{name!r} cannot be the name of a sheet")
    if len({each.casefold() for each in names}) != len(names):
        raise ValueError(f"two sheets have the same name: {', '.join(names)}")


def _package(pages: Sequence[Page], sheets: Sequence[_Standing]) -> dict[str, bytes]:
    """The parts of the workbook as openpyxl makes them, before any row is written."""
    with zipfile.ZipFile(_saved(_book(pages, sheets))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _book(pages: Sequence[Page], sheets: Iterable[_Standing]) -> Workbook:
    book = Workbook()
    assert isinstance(book.active, Worksheet)
    book.remove(book.active)
    for page in pages:
        write_page(book.create_sheet(page.name), page)
    for sheet, name, rows in sheets:
        write_frame(book.create_sheet(name), sheet.columns, rows, sheet.keys, sheet.across)
    book.properties.creator = "Counterfoil"
    return book


def _saved(book: Workbook) -> BytesIO:
    kept = BytesIO()
    book.save(kept)
    return kept


def _part(number: int) -> str:
    """openpyxl numbers the sheets in their order."""
    return f"xl/worksheets/sheet{number}.xml"


def _write_sheet(
    archive: zipfile.ZipFile, sheet: BigSheet, xml: str, before: int, rows_max: int
) -> Iterator[_Standing]:
    """As many sheets as it takes, at least one. Args: before: sheets that come before it."""
    styles = _styles(xml, sheet.columns)
    pieces = _pieces(sheet, rows_max)
    ahead = next(pieces, None)
    for number in range(1, PARTS_MAX + 1):
        with archive.open(_member(_part(before + number)), "w", force_zip64=True) as part:
            part.write(_head(xml, sheet.columns))
            rows = 0
            while ahead is not None and rows < rows_max:
                part.write(ahead.xml(rows + 2, sheet.columns, styles))
                rows += len(ahead)
                ahead = next(pieces, None)
            part.write(_tail(xml, rows))
        yield sheet, _name(sheet.name, number), rows
        if ahead is None:
            return
    raise ValueError(f"{sheet.name}: more than {PARTS_MAX} sheets of {rows_max:,} rows")


@dataclass(frozen=True, slots=True)
class _Values:
    """A block of columns of values, equally long."""

    columns: Columns
    piece_rows: ClassVar[int] = 4_096

    @property
    def width(self) -> int:
        return len(self.columns)

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def part(self, start: int, rows: int) -> _Values:
        return _Values([column[start : start + rows] for column in self.columns])

    def xml(
        self, first: int, columns: Sequence[BigColumn], styles: Sequence[Mapping[str, int]]
    ) -> bytes:
        texts: list[Iterable[str]] = [map(str, range(first, first + len(self)))]
        between = '">'
        for column, values, ids in zip(columns, self.columns, styles, strict=True):
            template, cells = cells_of(column, values, ids)
            before, after = template.split("%s")
            texts += [repeat(between + before), cells]
            between = after
        rows = zip(repeat('<row r="'), *texts, repeat(between + "</row>"), strict=False)
        return "".join(chain.from_iterable(rows)).encode()


def _pieces(sheet: BigSheet, rows_max: int) -> Iterator[Block]:
    """The blocks cut so small that none reaches from one sheet to the next."""
    room = rows_max
    for each in sheet.blocks:
        block = _block(each, sheet)
        start = 0
        while start < len(block):
            rows = min(block.piece_rows, room, len(block) - start)
            yield block.part(start, rows)
            start += rows
            room = room - rows or rows_max


def _block(block: Columns | Block, sheet: BigSheet) -> Block:
    whole = _Values(block) if isinstance(block, Sequence) else block
    uneven = isinstance(whole, _Values) and len(set(map(len, whole.columns))) != 1
    if uneven or whole.width != len(sheet.columns):
        raise ValueError(f"{sheet.name}: a block needs {len(sheet.columns)} equally long columns")
    return whole


def _name(name: str, number: int) -> str:
    if number == 1:
        return name
    end = f" ({number})"
    return name[: SHEET_NAME_MAX - len(end)] + end


def _styles(xml: str, columns: Sequence[BigColumn]) -> list[dict[str, int]]:
    """Of each column: text -> style id of its coloured cell, ``""`` -> that of all others."""
    ids = {(letters, int(row)): int(style) for letters, row, style in _STYLED.findall(xml)}
    return [
        {text: ids[column_letters(at), row] for row, text in enumerate(("", *column.colours), 2)}
        for at, column in enumerate(columns, 1)
    ]


def _head(xml: str, columns: Sequence[BigColumn]) -> bytes:
    """All before the data, and the header row. No dimension: nobody knows it yet."""
    before, _, after = xml.partition("<sheetData>")
    row = after[: after.index(">") + 1]
    ids = {(letters, int(number)): int(style) for letters, number, style in _STYLED.findall(after)}
    heads = (text_cell(each.head, ids[column_letters(at), 1]) for at, each in enumerate(columns, 1))
    return f"{_DIMENSION.sub('', before)}<sheetData>{row}{''.join(heads)}</row>".encode()


def _tail(xml: str, rows: int) -> bytes:
    after = xml[xml.index("</sheetData>") :]
    return _FILTER.sub(rf'\g<1>{rows + 1}"', after).encode()


def _write_rest(
    archive: zipfile.ZipFile, package: Mapping[str, bytes], rows: Mapping[int, int]
) -> None:
    """The parts of *package* that do not stand already. Args: rows: of the sheets, from 0."""

    def filtered(name: re.Match[str]) -> str:
        last = rows[int(name[2])] + 1
        return f"{name[1]}{last}<"

    there = set(archive.namelist())
    for member, content in package.items():
        if member not in there:
            if member == "docProps/core.xml":
                content = _MADE.sub(b"2026-01-01T00:00:00Z", content)
            if member == _WORKBOOK:
                content = _FILTERED.sub(filtered, content.decode()).encode()
            archive.writestr(_member(member), content)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, ALWAYS)
    member.compress_type = zipfile.ZIP_DEFLATED
    # the archive's own level is for members that it names itself
    member._compresslevel = DEFLATE_LEVEL  # type: ignore[attr-defined]
    return member

"""A workbook of a million rows: small pages, and big sheets that are streamed.

All of it is written as XML by what stands beside this module, the rows of a big sheet block by
block: 1,000,000 rows of 12 cells take seconds and no memory, and a small workbook takes a few
milliseconds.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from pathlib import Path
from typing import ClassVar, Protocol

from counterfoil.adapters.sheets.cell_texts import cells_of, text_cell
from counterfoil.adapters.sheets.charts import chart_xml, drawing_xml
from counterfoil.adapters.sheets.letters import column_letters
from counterfoil.adapters.sheets.looks import HEAD, Look, Looks
from counterfoil.adapters.sheets.package import DEFLATE_LEVEL, Listed, Package
from counterfoil.adapters.sheets.page_cells import charts_of, page_cells
from counterfoil.adapters.sheets.pages import BigColumn, Page, Value
from counterfoil.adapters.sheets.sheet_frames import after_rows, before_rows, below_heads

#: The format's own limit; the header row is one of them.
SHEET_ROWS_MAX = 1_048_576
SHEET_NAME_MAX = 31  # characters
PARTS_MAX = 99
_HEAD_POINTS = 20  # high

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]|^'|'$")

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
    looks, listed = Looks(), [Listed(name=each.name) for each in pages]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=DEFLATE_LEVEL) as archive:
        package = Package(archive)
        for page in pages:
            _write_page(package, page, looks)
        for sheet in sheets:
            listed += _write_sheet(package, sheet, looks, rows_max)
        _refuse_names([each.name for each in listed])
        package.finish(listed, looks.xml())
    return {each.name: each.rows for each in listed[len(pages) :]}


def _refuse_names(names: Sequence[str]) -> None:
    """No program opens a workbook with two of the same name, or with one of these."""
    for name in names:
        if not name or len(name) > SHEET_NAME_MAX or _NOT_IN_A_NAME.search(name):
            raise ValueError(f"{name!r} cannot be the name of a sheet")
    if len({each.casefold() for each in names}) != len(names):
        raise ValueError(f"two sheets have the same name: {', '.join(names)}")


def _write_page(package: Package, page: Page, looks: Looks) -> None:
    placed = charts_of(page)
    charts = [package.add("chart", chart_xml(each, page.name)) for each in placed]
    shows = [package.add("drawing", drawing_xml(placed), shows=charts)] if charts else []
    package.add("worksheet", page_cells(page, looks), shows=shows)


def _write_sheet(
    package: Package, sheet: BigSheet, looks: Looks, rows_max: int
) -> Iterator[Listed]:
    """As many sheets as it takes, at least one."""
    head, styles = _head(sheet, looks), [_styles(each, looks) for each in sheet.columns]
    pieces = _pieces(sheet, rows_max)
    ahead = next(pieces, None)
    for number in range(1, PARTS_MAX + 1):
        with package.opened("worksheet") as part:
            part.write(head)
            rows = 0
            while ahead is not None and rows < rows_max:
                part.write(ahead.xml(rows + 2, sheet.columns, styles))
                rows += len(ahead)
                ahead = next(pieces, None)
            table = f"A1:{column_letters(len(sheet.columns))}{rows + 1}"
            part.write(after_rows(filtered=table, across=sheet.across).encode())
        name = _name(sheet.name, number)
        yield Listed(name=name, columns=len(sheet.columns), rows=rows, keys=sheet.keys)
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


def _head(sheet: BigSheet, looks: Looks) -> bytes:
    """All before the data, and the row of heads."""
    cells = "".join(text_cell(each.head, looks.id_of(_head_of(each))) for each in sheet.columns)
    before = before_rows(below_heads(sheet.keys), [each.width for each in sheet.columns])
    row = f'<row r="1" ht="{_HEAD_POINTS}" customHeight="1">{cells}</row>'
    return f"{before}{row}".encode()


def _head_of(column: BigColumn) -> Look:
    if column.kind in ("money", "count"):
        return replace(HEAD, horizontal="right", indent=1)
    return HEAD


def _styles(column: BigColumn, looks: Looks) -> dict[str, int]:
    """Text -> style id of its coloured cell, ``""`` -> that of all others."""
    look = Look(shown=column.shown, text=column.kind == "text")
    if column.kind == "day":  # under its heading
        look = replace(look, horizontal="left")
    elif column.kind != "text":  # its last digit must not touch the next column's text
        look = replace(look, horizontal="right", indent=1)
    coloured = {text: replace(look, fill=each) for text, each in column.colours.items()}
    return {text: looks.id_of(each) for text, each in ({"": look} | coloured).items()}

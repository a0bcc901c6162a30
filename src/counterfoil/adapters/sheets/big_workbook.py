"""A workbook of any length by a sheet map, in blocks of columns. Runs inside the box only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from counterfoil.adapters.sheets import preflight, streamed_book
from counterfoil.adapters.sheets.broken import broken_is_quarantined
from counterfoil.adapters.sheets.control import check_declared
from counterfoil.adapters.sheets.findings import (
    below_findings,
    hidden_findings,
    unknown_findings,
)
from counterfoil.adapters.sheets.fitting import refuse_one_sided, the_one_that_fits
from counterfoil.adapters.sheets.gathering import Gathering
from counterfoil.adapters.sheets.labels import Labels
from counterfoil.adapters.sheets.maps import SheetMap
from counterfoil.adapters.sheets.raw import RawSheet, unread
from counterfoil.adapters.sheets.row_shapes import Form, Shape, characters, learn
from counterfoil.adapters.sheets.row_stream import SHAPES_MAX, Odd, RowStream, Run
from counterfoil.adapters.sheets.streamed_book import OddCells, StreamedBook
from counterfoil.adapters.sheets.table import (
    Table,
    first_text,
    header_in,
    no_header,
    wanted_sheets,
)
from counterfoil.domain.blocks import Block
from counterfoil.domain.findings import Finding

SETTLE_ROWS = 4_096  # texts that wait to become values: memory


def read_blocks(path: Path, *sheet_maps: SheetMap, block_rows: int) -> Iterator[Block]:
    """Every row of the table, in blocks.

    Args:
        sheet_maps: The workbook must have the header of exactly one of them.

    Raises:
        Quarantined: It cannot be trusted as a whole, whatever came before.
    """
    tails = preflight.check(path, preflight.BIG)
    with broken_is_quarantined(), streamed_book.opened(path, tails) as book:
        yield from _blocks(book, sheet_maps, block_rows)


@dataclass(frozen=True, slots=True)
class _Open:
    """A sheet that was read to its header."""

    sheet: RawSheet
    stream: RowStream
    odd: OddCells
    table: Table | None


def _blocks(book: StreamedBook, sheet_maps: Sequence[SheetMap], block_rows: int) -> Iterator[Block]:
    sheet_map, candidates = the_one_that_fits(sheet_maps, lambda each: _candidates(book, each))
    for each in candidates:
        if each.table is not None:
            reading = _Reading(book, each, each.table, sheet_map)
            yield from reading.blocks(block_rows)
    others = [each.sheet.name for each in candidates if each.table is None]
    if others:
        yield Block(sheet="", rows=(), columns={}, findings=_not_read(others), last=True)


def _candidates(book: StreamedBook, sheet_map: SheetMap) -> list[_Open]:
    """Every sheet that the map may mean. Raises Quarantined: the header is not there once."""
    wanted = wanted_sheets(book.sheets, sheet_map)
    candidates = [_to_header(book, unread(each), sheet_map) for each in wanted]
    found = [each.table for each in candidates if each.table is not None]
    if not found or (len(found) > 1 and not sheet_map.several):
        first = candidates[0]
        raise no_header(first.sheet, first.odd, sheet_map, found=len(found))
    for each in found:
        refuse_one_sided(each, sheet_map)
    return candidates


def _to_header(book: StreamedBook, sheet: RawSheet, sheet_map: SheetMap) -> _Open:
    stream, odd = book.rows(sheet), book.odd_cells()
    table = None
    while table is None and sheet.last_row < sheet_map.header_within_rows:
        row = stream.odd()
        if row is None:
            break
        odd.take(sheet, row)
        if row.number <= sheet_map.header_within_rows:
            table = header_in(sheet, row.number, odd, sheet_map)
    return _Open(sheet, stream, odd, table)


def _not_read(names: list[str]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            code="sheet_not_read",
            severity="note",
            message=f"the sheet {each!r} has no header of the map and is not read",
        )
        for each in names[:50]
    )


class _Reading:
    """One table, from below its header to the end of its sheet."""

    def __init__(
        self, book: StreamedBook, opened: _Open, table: Table, sheet_map: SheetMap
    ) -> None:
        self._book, self._map, self._table = book, sheet_map, table
        self._sheet, self._stream, self._odd = opened.sheet, opened.stream, opened.odd
        self._gathering = Gathering(table, sheet_map, book.meaning)
        self._labels = Labels.of(sheet_map, book.meaning.strings)
        self._fields = {column: name for name, column in table.columns.items()}
        self._required = [
            column for name, column in table.columns.items() if sheet_map.columns[name].required
        ]
        self._end: int | None = None  # the last row of the table, once it has ended
        self._runs: list[Run] = []
        self._waiting = 0  # rows in _runs

    def blocks(self, block_rows: int) -> Iterator[Block]:
        """Blocks of at least so many rows, but the last."""
        while (piece := self._stream.following()) is not None:
            if isinstance(piece, Run):
                self._take_run(piece)
            else:
                self._take_odd(piece)
            if self._gathering.waiting() >= block_rows:
                yield self._gathering.block()
        self._settle()
        yield self._gathering.block(*self._findings(), last=True)

    def _take_run(self, run: Run) -> None:
        """All of it, or up to a row that begins with a label, and that row by itself."""
        at = self._labels.first_in(run)
        if at is not None:
            run = self._stream.cut(run, at)
        self._runs.append(run)
        self._waiting += len(run.rows)
        if self._waiting >= SETTLE_ROWS:
            self._settle()
        if at is not None and (row := self._stream.odd()) is not None:
            self._take_odd(row)

    def _settle(self) -> None:
        """What waits becomes values."""
        runs = [each for each in self._runs if each.rows]
        self._runs, self._waiting = [], 0
        if not runs:
            return
        numbers: list[int] = []
        by_shape: dict[int, tuple[Shape, list[int], list[tuple[str | None, ...]]]] = {}
        for run in runs:
            _, places, rows = by_shape.setdefault(id(run.shape), (run.shape, [], []))
            places += range(len(numbers), len(numbers) + len(run.rows))
            rows += run.rows
            numbers += run.numbers
            if run.shape.hidden:
                self._sheet.hidden_rows += run.numbers
        self._gathering.take(
            numbers,
            [(places, self._columns(shape, rows)) for shape, places, rows in by_shape.values()],
        )

    def _columns(
        self, shape: Shape, rows: list[tuple[str | None, ...]]
    ) -> dict[str, tuple[Form, Sequence[str | None]]]:
        texts = list(zip(*rows, strict=True))
        return {
            self._fields[column]: (form, texts[at])
            for at, (column, form) in enumerate(shape.captured, 1)
            if column in self._fields
        }

    def _take_odd(self, row: Odd) -> None:
        self._settle()
        self._odd.take(self._sheet, row)
        label = first_text(self._sheet, row.number, self._odd)
        if label in self._labels.ends:
            self._end = row.number - 1
            while (below := self._stream.odd()) is not None:
                self._odd.take(self._sheet, below)
            return
        cells = {
            name: self._odd.look(self._sheet, row.number, column)
            for name, column in self._table.columns.items()
        }
        if label is not None and label in self._labels.totals:
            self._gathering.take_total(row.number, label, cells)
        elif not all(each.empty for each in cells.values()):
            self._gathering.take_one(row.number, cells)
            self._learn(row)
        self._odd.forget(self._sheet, row.number)

    def _learn(self, row: Odd) -> None:
        """The row's shape, if it reads this very row as the XML parser did."""
        shapes = self._stream.shapes
        if len(shapes) >= SHAPES_MAX:
            return
        for before in (shapes[0], None) if shapes else (None,):
            shape = learn(row.text, self._fields, self._required, self._book.styles, before)
            if shape is not None and self._bears_out(shape, row):
                shapes.insert(0, shape)
                return

    def _bears_out(self, shape: Shape, row: Odd) -> bool:
        found = shape.pattern.fullmatch(row.text)
        if found is None:
            return False
        return all(
            self._same(row.number, column, form, found[group])
            for group, (column, form) in enumerate(shape.captured, 2)
        )

    def _same(self, number: int, column: int, form: Form, text: str | None) -> bool:
        seen = self._odd.look(self._sheet, number, column)
        if text is None or seen.raw is None:
            return text is None and seen.raw is None
        written = str(seen.value or "") if form is Form.INLINE else seen.raw.text
        return characters(text) == written and seen.raw.formula == form.is_formula

    def _findings(self) -> list[Finding]:
        table, odd = self._table, self._odd
        last = self._sheet.last_row if self._end is None else self._end
        found = (self._gathering.count, self._gathering.total())
        self._sheet.hidden_rows.sort()  # odd rows are noted before the run that they follow
        _, _, notes = check_declared(table, last, found, odd, self._map)
        return [
            *hidden_findings(self._book.sheets, table),
            *self._gathering.notes(),
            *below_findings(table, last, odd, self._map),
            *unknown_findings(table),
            *notes,
        ]

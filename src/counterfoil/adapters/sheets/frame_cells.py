"""A frame of polars becomes rows of XML, a slice at a time, without an object for each cell.

What is ordinary is written here, column by column, as :mod:`cell_texts` would write it; a
column with anything out of the ordinary in it goes there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import polars as pl

from counterfoil.adapters.sheets.cell_texts import (
    DAY_ZERO,
    FIRST_SERIAL,
    PLAIN_MAX,
    cells_of,
    text_cell,
)
from counterfoil.adapters.sheets.pages import DIGITS_EXACT, BigColumn

#: Not printable, or a blank that a program would trim.
_ODD = r"[\p{C}\p{Z}--\x20]|^ | $"
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_EPOCH = date(1970, 1, 1).toordinal() - DAY_ZERO  # as a sheet counts days
_FIRST_DAY = date.fromordinal(DAY_ZERO + FIRST_SERIAL)
_NUMBER_END = 10**DIGITS_EXACT

Frame = pl.DataFrame


@dataclass(frozen=True, slots=True)
class FrameBlock:
    """Rows of a big sheet: a column of *frame* for each of the sheet's, in their order."""

    frame: pl.DataFrame
    odd: frozenset[str]  # texts that a sheet would trim or forbid, or cannot hold
    piece_rows: ClassVar[int] = 4_096

    @classmethod
    def of(cls, frame: pl.DataFrame, names: Sequence[str]) -> FrameBlock:
        """The columns *names* of *frame*; one that it has not is left empty."""
        none = pl.lit(None, pl.String)
        wanted = frame.select(pl.col(each) if each in frame else none.alias(each) for each in names)
        texts = pl.col(pl.String)
        odd = (texts.str.contains(_ODD) | (texts.str.len_bytes() > PLAIN_MAX)).any()
        found = wanted.select(odd)
        return cls(wanted, frozenset(each.name for each in found if each.item()))

    @property
    def width(self) -> int:
        """Columns."""
        return self.frame.width

    def __len__(self) -> int:
        return len(self.frame)

    def part(self, start: int, rows: int) -> FrameBlock:
        """So many rows of it."""
        return FrameBlock(self.frame.slice(start, rows), self.odd)

    def xml(
        self, first: int, columns: Sequence[BigColumn], styles: Sequence[Mapping[str, int]]
    ) -> bytes:
        """Its rows, of which the *first* has that number in the sheet."""
        cells = [
            _cells(column, values, ids, odd=values.name in self.odd)
            for column, values, ids in zip(columns, self.frame, styles, strict=True)
        ]
        numbers = pl.int_range(first, first + len(self.frame)).cast(pl.String)
        ends = (pl.lit('<row r="'), numbers, pl.lit('">')), (pl.lit("</row>"),)
        row = pl.concat_str([*ends[0], *cells, *ends[1]])
        rows: str = self.frame.select(row.str.join("")).item()
        return rows.encode()


def _cells(
    column: BigColumn, values: pl.Series, styles: Mapping[str, int], *, odd: bool
) -> pl.Expr:
    """The cells of *values*, a column of the frame."""
    if column.colours:
        return _coloured(values, styles)
    if odd or not _is_ordinary(column, values):
        template, cells = cells_of(column, values.to_list(), styles)
        return pl.lit(pl.Series([template.replace("%s", each) for each in cells]))
    empty, there = text_cell(None, styles[""]), pl.col(values.name)
    match column.kind:
        case "text":
            cell = f'<c s="{styles[""]}" t="inlineStr"><is><t>{{}}</t></is></c>'
            text = pl.format(cell, there.str.replace_many(_ESCAPES))
            return pl.when(there != "").then(text).otherwise(pl.lit(empty))
        case "money":
            number = _with_mark(there, column.decimals)
        case "count":
            number = there.cast(pl.String)
        case "day":
            number = (there.cast(pl.Int32) + _EPOCH).cast(pl.String)
    filled = pl.format(f'<c s="{styles[""]}"><v>{{}}</v></c>', number)
    return pl.when(there.is_not_null()).then(filled).otherwise(pl.lit(empty))


def _coloured(values: pl.Series, styles: Mapping[str, int]) -> pl.Expr:
    known = {each: text_cell(each, styles.get(each, styles[""])) for each in values.unique()}
    cell = pl.col(values.name).replace_strict(
        list(known), list(known.values()), return_dtype=pl.String
    )
    return cell.fill_null(text_cell(None, styles[""]))


def _is_ordinary(column: BigColumn, values: pl.Series) -> bool:
    """Of the column's kind, and nothing that a sheet would round."""
    match column.kind:
        case "text":
            return values.dtype == pl.String
        case "money" | "count":
            return values.dtype.is_integer() and not (values.abs() >= _NUMBER_END).any()
        case "day":
            return values.dtype == pl.Date and not (values < _FIRST_DAY).any()


def _with_mark(units: pl.Expr, decimals: int) -> pl.Expr:
    """Integers of the smallest unit as an amount: 12345 is 123.45."""
    if not decimals:
        return units.cast(pl.String)
    sign = pl.when(units < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, rest = units.abs() // 10**decimals, units.abs() % 10**decimals
    return pl.format("{}{}.{}", sign, whole, rest.cast(pl.String).str.zfill(decimals))

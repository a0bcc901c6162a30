"""A frame of polars becomes rows of XML, a slice at a time, without an object for each cell.

What is ordinary is written here, column by column, as :mod:`cell_texts` would write it; a
column with anything out of the ordinary in it goes there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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

#: Not printable, or a blank that is none of the keyboard's.
_ODD = r"[\p{C}\p{Z}--\x20]"
_PRINTABLE = bytes(range(32, 127))  # of ASCII, and with it of most columns
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_EPOCH = date(1970, 1, 1).toordinal() - DAY_ZERO  # as a sheet counts days
_FIRST_DAY = date.fromordinal(DAY_ZERO + FIRST_SERIAL)
_NUMBER_END = 10**DIGITS_EXACT

Frame = pl.DataFrame
#: What stands in a row, one after the other: XML that is the same in all rows, and what is not.
Pieces = Sequence[str | pl.Expr]


@dataclass(frozen=True, slots=True)
class FrameBlock:
    """Rows of a big sheet: a column of *frame* for each of the sheet's, in their order."""

    frame: pl.DataFrame
    odd: frozenset[str]  # texts that a sheet would trim or forbid, or cannot hold
    marked: frozenset[str]  # texts with what XML writes otherwise
    piece_rows: ClassVar[int] = 4_096

    @classmethod
    def of(cls, frame: pl.DataFrame, names: Sequence[str]) -> FrameBlock:
        """The columns *names* of *frame*; one that it has not is left empty."""
        none = pl.lit(None, pl.String)
        wanted = frame.select(pl.col(each) if each in frame else none.alias(each) for each in names)
        texts = pl.col(pl.String).str
        trimmed = texts.starts_with(" ") | texts.ends_with(" ")
        rough = wanted.select((trimmed | (texts.len_bytes() > PLAIN_MAX)).any())
        whole = {each.name: each.item() for each in wanted.select(texts.join(""))}
        return cls(
            frame=wanted,
            odd=frozenset(
                each
                for each, text in whole.items()
                if rough[each].item() or _is_odd(text, wanted[each])
            ),
            marked=frozenset(
                each for each, text in whole.items() if any(mark in text for mark in _ESCAPES)
            ),
        )

    @property
    def width(self) -> int:
        """Columns."""
        return self.frame.width

    def __len__(self) -> int:
        return len(self.frame)

    def part(self, start: int, rows: int) -> FrameBlock:
        """So many rows of it."""
        return replace(self, frame=self.frame.slice(start, rows))

    def xml(
        self, first: int, columns: Sequence[BigColumn], styles: Sequence[Mapping[str, int]]
    ) -> bytes:
        """Its rows, of which the *first* has that number in the sheet."""
        numbers = pl.int_range(first, first + len(self.frame)).cast(pl.String)
        pieces: list[str | pl.Expr] = ['<row r="', numbers, '">']
        for column, values, ids in zip(columns, self.frame, styles, strict=True):
            pieces += self._cells(column, values, ids)
        row = pl.concat_str([*_joined([*pieces, "</row>"])])
        rows: bytes = self.frame.select(row.str.join("").cast(pl.Binary)).item()
        return rows

    def _cells(self, column: BigColumn, values: pl.Series, styles: Mapping[str, int]) -> Pieces:
        """The cells of *values*, a column of the frame."""
        if column.colours:
            return [_coloured(values, styles)]
        if values.name in self.odd or not _is_ordinary(column, values):
            template, cells = cells_of(column, values.to_list(), styles)
            return [pl.lit(pl.Series([template.replace("%s", each) for each in cells]))]
        there, style = pl.col(values.name), styles[""]
        match column.kind:
            case "text":
                text = there.str.replace_many(_ESCAPES) if values.name in self.marked else there
                cell = (f'<c s="{style}" t="inlineStr"><is><t>', text, "</t></is></c>")
                return _or_empty(cell, values != "", style)
            case "money":
                number = _with_mark(there, column.decimals)
            case "count":
                number = there.cast(pl.String)
            case "day":
                number = (there.cast(pl.Int32) + _EPOCH).cast(pl.String)
        return _or_empty((f'<c s="{style}"><v>', number, "</v></c>"), values.is_not_null(), style)


def _joined(pieces: Pieces) -> Iterator[pl.Expr]:
    """*pieces* with those in one that are the same in all rows and stand beside each other."""
    same = ""
    for each in pieces:
        if isinstance(each, str):
            same += each
            continue
        if same:
            yield pl.lit(same)
        same = ""
        yield each
    if same:
        yield pl.lit(same)


def _or_empty(cell: Pieces, filled: pl.Series, style: int) -> Pieces:
    """The *cell* where it is *filled*, an empty one elsewhere; mostly all are, or none is."""
    empty = text_cell(None, style)
    count = filled.sum()
    if count == len(filled):
        return cell
    if not count:
        return [empty]
    full = pl.concat_str([*_joined(cell)])
    return [pl.when(filled).then(full).otherwise(pl.lit(empty))]


def _is_odd(whole: str, texts: pl.Series) -> bool:
    """Would a sheet forbid one of *texts*? Args: whole: all of them in one."""
    ordinary = whole.isascii() and not whole.encode().translate(None, _PRINTABLE)
    return not ordinary and bool(texts.str.contains(_ODD).any())


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

"""A CSV as a table: which map, encoding and delimiter find its header, and what each row is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

from counterfoil.adapters.statement_formats.csv_maps import CsvColumns, CsvMap, plain

HEADER_WITHIN_ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the file."""

    line: int  # its first
    cells: tuple[str, ...]

    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(each.strip() for each in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of a file as one map, encoding and delimiter cut them."""

    map: CsvMap
    above: tuple[Row, ...]
    header: Row
    rows: tuple[Row, ...]  # below it
    columns: dict[str, tuple[int, ...]]  # our name -> where it stands, counted from 0
    unknown: tuple[str, ...]  # header words that the map does not name
    declared: bool = False  # it was the only map offered: the site chose it


def tables(content: bytes, maps: Sequence[CsvMap]) -> list[Table]:
    """Every way to read *content* in which a map finds its header words."""
    found: list[Table] = []
    declared = len(maps) == 1
    for each in maps:
        for encoding in each.encodings:
            cut = list(_tables(content, each, encoding))
            if cut:
                found += [replace(table, declared=declared) for table in cut]
                break
    return found


def _tables(content: bytes, map_: CsvMap, encoding: str) -> Iterator[Table]:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return
    for delimiter in map_.delimiters:
        if delimiter in text:
            rows = rows_of(text, delimiter)
            table = _table(rows, map_)
            if table is not None:
                yield table


def rows_of(text: str, delimiter: str) -> tuple[Row, ...]:
    """Every record; () where the quotes do not fit together.

    The module's own limit of 131,072 characters a field stays.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            rows.append(Row(line, tuple(cells)))
            line = reader.line_num + 1
    except csv.Error:
        return ()
    return tuple(rows)


def _table(rows: tuple[Row, ...], map_: CsvMap) -> Table | None:
    for index, row in enumerate(rows[:HEADER_WITHIN_ROWS]):
        columns = _columns(row, map_.columns)
        if columns is not None:
            known = {each for places in columns.values() for each in places}
            return Table(
                map=map_,
                above=rows[:index],
                header=row,
                rows=rows[index + 1 :],
                columns=columns,
                unknown=tuple(
                    cell for place, cell in enumerate(row.cells) if place not in known and cell
                ),
            )
    return None


def _columns(row: Row, wanted: CsvColumns) -> dict[str, tuple[int, ...]] | None:
    """Our name -> places; None where this row is not the header of the map."""
    words = [plain(each) for each in row.cells]
    found: dict[str, tuple[int, ...]] = {}
    for each in fields(wanted):
        names = dict.fromkeys(plain(name) for name in getattr(wanted, each.name))
        places = [place for name in names for place, word in enumerate(words) if word == name]
        if places:
            found[each.name] = tuple(places)
    several = [name for name in found if len(found[name]) > 1 and name not in _MANY]
    signed = "amount" in found and not ("debit" in found or "credit" in found)
    split = "debit" in found and "credit" in found and "amount" not in found
    complete = {"booking_date", "description"} <= found.keys()
    return found if complete and (signed or split) and not several else None


_MANY = ("description", "ignored")

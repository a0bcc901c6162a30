"""One sheet through two more readers: openpyxl for meaning, calamine as the second witness.

A value is believed only when the sheet's own text, openpyxl and calamine agree on it.
Runs inside the parser box only: both readers can die of a hostile file.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl.reader import excel
from openpyxl.workbook import Workbook
from python_calamine import CalamineWorkbook

from counterfoil.adapters.sheets.letters import column_letters
from counterfoil.adapters.sheets.raw import RawCell, RawSheet
from counterfoil.adapters.sheets.seen import Seen
from counterfoil.errors import Quarantined


def open_styled(path: Path) -> Workbook:
    """The whole workbook, in openpyxl's normal mode; pictures are left alone."""
    # A picture of 3.6 gigapixels would end the reading; payments have none.
    theirs = vars(excel)["find_images"]
    vars(excel)["find_images"] = _no_pictures
    try:
        return excel.load_workbook(in_memory(path), keep_links=False)
    finally:
        vars(excel)["find_images"] = theirs  # whoever else reads a workbook here sees its charts


def in_memory(path: Path) -> BytesIO:
    """The bytes of *path*: the libraries judge a path by its ending, and ours is a hash."""
    return BytesIO(path.read_bytes())


def _no_pictures(archive: object, path: object) -> tuple[list[object], list[object]]:
    return [], []


class Witnesses:
    """The same sheets in all readers, by name."""

    def __init__(self, path: Path) -> None:
        self._styled = open_styled(path)
        self._second = CalamineWorkbook.from_object(in_memory(path))
        self._grids: dict[str, list[list[Any]]] = {}

    def close(self) -> None:
        """Give the file back."""
        self._second.close()

    def look(self, sheet: RawSheet, row: int, column: int) -> Seen:
        """One cell, by position from 1.

        Raises:
            Quarantined: The readers disagree about it; the message names the cell.
        """
        place = f"{sheet.name}!{column_letters(column)}{row}"
        raw = sheet.cells.get((row, column))
        first = self._styled[sheet.name]
        value = first.cell(row, column).value if raw is not None else None
        if raw is None or not raw.formula:
            second = self._at(sheet.name, row, column)
            if not _agree(raw, value, second):
                raise Quarantined(
                    "readers_disagree",
                    f"{place}: two readers of this workbook see different values",
                    remedy="open it, save it again as .xlsx and drop it again",
                )
        return Seen(place, raw, value)

    def _at(self, name: str, row: int, column: int) -> Any:
        grid = self._grids.get(name)
        if grid is None:
            sheet = self._second.get_sheet_by_name(name)
            grid = self._grids[name] = sheet.to_python(skip_empty_area=False)
        if row > len(grid) or column > len(grid[row - 1]):
            return ""
        return grid[row - 1][column - 1]


def _agree(raw: RawCell | None, first: Any, second: Any) -> bool:
    if raw is None:
        return second in ("", None)
    match raw.kind:
        case "n" if isinstance(first, datetime | date | time | timedelta):
            return _same_moment(first, second)
        case "n":
            # Not for keeping: only to see that all three mean the same binary number.
            return _same_number(raw.text, first, second) if raw.text else second == ""
        case "s" | "str" | "inlineStr":
            return _words(first) == _words(second)
        case "d":
            return _same_moment(first, second)
        case _:
            return True  # true, false and errors are refused by every column


def _same_number(text: str, first: Any, second: Any) -> bool:
    if not isinstance(first, int | float) or not isinstance(second, int | float):
        return False
    return float(text) == float(first) == float(second)


def _words(value: Any) -> str:
    """Outer blanks and line ends are written in more than one way."""
    return "\n".join(str("" if value is None else value).splitlines()).strip()


def _same_moment(first: Any, second: Any) -> bool:
    if isinstance(first, datetime) and type(second) is date:
        return first == datetime(second.year, second.month, second.day)  # noqa: DTZ001 - a cell
    return bool(first == second)

"""The rows of one table are gathered in blocks, and its totals are checked on the way.

Every row below the header becomes a row of a block, a totals row that was checked, or a
blank one that is counted. It makes no difference whether it came by its shape, by the XML
parser or out of a CSV.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from counterfoil.adapters.sheets.cells import UnreadableError, exact_number, read_cell
from counterfoil.adapters.sheets.columns import ColumnReader, Meaning, Read
from counterfoil.adapters.sheets.findings import some
from counterfoil.adapters.sheets.letters import column_letters
from counterfoil.adapters.sheets.maps import SheetMap, plain
from counterfoil.adapters.sheets.row_shapes import Form
from counterfoil.adapters.sheets.seen import Seen
from counterfoil.adapters.sheets.table import Table, merged_cells
from counterfoil.domain.blocks import Block, Cell
from counterfoil.domain.findings import Finding
from counterfoil.errors import Quarantined

FINDINGS_MAX = 10_000  # of one sheet: then the map, or the sheet, is the wrong one
Amount = int | Decimal
_AMOUNTS = (int, Decimal)  # a union would be made anew for every cell
#: Positions of some rows, and field -> how its cells are written and their texts.
Part = tuple[Sequence[int], Mapping[str, tuple[Form, Sequence[str | None]]]]


@dataclass(slots=True)
class Gathering:
    """What was read of one table so far."""

    table: Table
    sheet_map: SheetMap
    meaning: Meaning = field(default_factory=Meaning)
    count: int = 0
    blank: list[int] = field(default_factory=list)  # the first ten
    blanks: int = 0
    kept: Decimal = Decimal(0)  # in the column of the control sum, by formulas
    _numbers: list[int] = field(default_factory=list)
    _columns: dict[str, list[Cell]] = field(default_factory=dict)
    _findings: list[Finding] = field(default_factory=list)
    _found: int = 0
    _readers: dict[str, ColumnReader] = field(default_factory=dict)
    _sums: dict[str, Amount] = field(default_factory=dict)
    _since: dict[str, Amount] = field(default_factory=dict)  # the last subtotal
    _before: int = 0  # the last row that is accounted for
    _merged: dict[int, set[tuple[str, bool]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.table.columns:
            column = self.sheet_map.columns[name]
            self._readers[name] = ColumnReader(column, self.sheet_map, self.meaning)
        self._columns = {name: [] for name in self._names()}
        self._sums = dict.fromkeys(self._money(), 0)
        self._since = dict.fromkeys(self._money(), 0)
        self._before = self.table.row
        self._merged = merged_cells(self.table, self.table.sheet.extent.rows)

    def waiting(self) -> int:
        """How many rows the next block has so far."""
        return len(self._numbers)

    def block(self, *findings: Finding, last: bool = False) -> Block:
        """What was gathered since the last block."""
        made = Block(
            sheet=self.table.sheet.name,
            rows=self._numbers,
            columns=self._columns,
            findings=(*self._findings, *findings),
            last=last,
        )
        self._numbers, self._findings = [], []
        self._columns = {name: [] for name in self._names()}
        return made

    def total(self) -> Decimal:
        """The sum in the column of the control sum, formulas as they were kept."""
        name = self.sheet_map.control.sum_field
        if not name:
            return Decimal(0)  # nothing is added up, and nothing declares a sum
        return self.kept + self._decimal(name, self._sums.get(name, 0))

    def take(self, numbers: Sequence[int], parts: Sequence[Part]) -> None:
        """Rows, column by column; each of *parts* has some of them, in one shape."""
        self._add(numbers, {name: self._read(name, len(numbers), parts) for name in self._readers})

    def _read(self, name: str, rows: int, parts: Sequence[Part]) -> Read:
        """A column that no row of a part has is empty there."""
        if len(parts) == 1:
            cells = parts[0][1].get(name)
            return Read([None] * rows) if cells is None else self._readers[name].read(*cells)
        whole = Read([None] * rows)
        for places, columns in parts:
            if name in columns:
                read = self._readers[name].read(*columns[name])
                for place, value in zip(places, read.values, strict=True):
                    whole.values[place] = value
                whole.faults += [(places[at], trouble) for at, trouble in read.faults]
                whole.kept += read.kept
        whole.faults.sort(key=lambda each: each[0])
        return whole

    def take_one(self, number: int, cells: Mapping[str, Seen]) -> None:
        """One row, cell by cell."""
        read: dict[str, Read] = {}
        for name, seen in cells.items():
            read[name] = Read([None])
            try:
                read[name].values[0] = self._readers[name].value(seen)
            except UnreadableError as trouble:
                read[name].faults.append((0, trouble))
                if seen.raw is not None and seen.raw.formula and seen.raw.kind == "n":
                    read[name].kept = _kept(seen.raw.text)
        self._add([number], read)

    def refuse_row(self, number: int, code: str, message: str) -> None:
        """A row that is not one of this table: it is there, and empty."""
        self._skip_to(number)
        name = next(iter(self.table.columns))
        self._find(code, "refuse", message, row=number, name=name)
        self._numbers.append(number)
        self.count += 1
        for values in self._columns.values():
            values.append(None)

    def take_total(self, number: int, label: str, cells: Mapping[str, Seen]) -> None:
        """A row that adds up the rows above it: it must."""
        self._skip_to(number)
        self._before = number
        parts = label in map(plain, self.sheet_map.control.subtotals)
        found = self._since if parts else self._sums
        for name in self._money():
            seen = cells[name]
            if not (seen.raw is None or (seen.value is None and not seen.raw.formula)):
                self._compare(number, name, seen, self._decimal(name, found[name]))
        if parts:
            self._since = dict.fromkeys(self._since, 0)

    def _add(self, numbers: Sequence[int], read: Mapping[str, Read]) -> None:
        blank = _blank(read, len(numbers))
        for name, each in read.items():
            self._report(numbers, name, each, blank)
        columns = {name: each.values for name, each in read.items()}
        if self._merged:
            self._refuse_merged([each for at, each in enumerate(numbers) if at not in blank])
            self._refuse_under_merges(numbers, columns)
        if blank:
            kept = [at for at in range(len(numbers)) if at not in blank]
            numbers = [numbers[at] for at in kept]
            columns = {name: [each[at] for at in kept] for name, each in columns.items()}
        if not numbers:
            return
        self._skip_to(numbers[0])
        self._note_gaps(numbers)
        self._add_up(columns)
        if (signed := self.sheet_map.signed) is not None:
            columns[signed.field] = self._signed(numbers, columns)
        self._numbers += numbers
        self.count += len(numbers)
        for name, values in columns.items():
            self._columns[name] += values

    def _report(self, numbers: Sequence[int], name: str, read: Read, blank: frozenset[int]) -> None:
        """What could not be read, and what is not there although it must be."""
        for at, trouble in read.faults:
            self._refuse(numbers[at], name, trouble.code, trouble.message)
        if name == self.sheet_map.control.sum_field:
            self.kept += read.kept
        if self.sheet_map.columns[name].required and None in read.values:
            faulty = {at for at, _ in read.faults}
            for at, value in enumerate(read.values):
                if value is None and at not in blank and at not in faulty:
                    self._refuse(numbers[at], name, "missing", "is empty and must not be")

    def _refuse(self, row: int, name: str, code: str, message: str) -> None:
        header = self.table.headers[name]
        self._find(code, "refuse", f"{header}: {message}", row=row, name=name)

    def _find(self, code: str, severity: str, message: str, *, row: int, name: str) -> None:
        self._found += 1
        if self._found > FINDINGS_MAX:
            raise Quarantined(
                "too_many_findings",
                f"sheet {self.table.sheet.name!r}: more than {FINDINGS_MAX:,} findings, "
                f"the last: row {row}, {message}",
                remedy="compare the sheet with its map",
            )
        self._findings.append(
            Finding(
                code=code,
                severity="refuse" if severity == "refuse" else "hold",
                message=message,
                row=row,
                column=self.table.headers[name],
                cell=self._place(row, name),
            )
        )

    def _place(self, row: int, name: str) -> str:
        letters = column_letters(self.table.columns[name])
        sheet = self.table.sheet.name
        return f"{sheet}!{letters}{row}" if sheet else f"{letters}{row}"

    def _refuse_merged(self, numbers: Sequence[int]) -> None:
        message = "merged cells: the other rows of the merge would stay empty; unmerge them"
        for row in numbers:
            if row in self._merged:
                self._refuse(row, next(iter(self.table.columns)), "merged_cells", message)

    def _refuse_under_merges(
        self, numbers: Sequence[int], columns: Mapping[str, Sequence[Cell]]
    ) -> None:
        for at, row in enumerate(numbers):
            for name, is_first in self._merged.get(row, ()):
                if not is_first and columns[name][at] is not None:
                    raise Quarantined(
                        "readers_disagree",
                        f"{self._place(row, name)}: a value under merged cells",
                        remedy="unmerge the cells and save the file",
                    )

    def _skip_to(self, number: int) -> None:
        """Note the blank rows between the last row that is accounted for and this one."""
        if number > self._before + 1:
            self.blanks += number - self._before - 1
            room = max(10 - len(self.blank), 0)
            self.blank += range(self._before + 1, min(number, self._before + 1 + room))
        self._before = max(self._before, number)

    def _note_gaps(self, numbers: Sequence[int]) -> None:
        if numbers[-1] - numbers[0] + 1 == len(numbers):
            self._before = numbers[-1]
            return
        for number in numbers:
            self._skip_to(number)

    def _add_up(self, columns: Mapping[str, Sequence[Cell]]) -> None:
        for name in self._money():
            added = sum([each for each in columns[name] if isinstance(each, _AMOUNTS)])
            self._sums[name] += added
            self._since[name] += added

    def _signed(self, numbers: Sequence[int], columns: Mapping[str, Sequence[Cell]]) -> list[Cell]:
        """Plus less minus; a row has one of the two."""
        signed = self.sheet_map.signed
        assert signed is not None
        plus, minus = columns[signed.plus], columns[signed.minus]
        faulty = {each.row for each in self._findings if each.severity == "refuse"}
        made: list[Cell] = []
        for row, more, less in zip(numbers, plus, minus, strict=True):
            assert isinstance(more, int | Decimal | None)
            assert isinstance(less, int | Decimal | None)
            if (more and less) or (more is None and less is None):
                made.append(None)
                if row not in faulty:
                    code, what = ("both_sides", "both") if more else ("no_amount", "neither")
                    other = self.table.headers[signed.minus]
                    self._refuse(row, signed.plus, code, f"{what} of it and {other} is filled")
            else:
                made.append((more or 0) - (less or 0))
        return made

    def _compare(self, number: int, name: str, seen: Seen, found: Decimal) -> None:
        header = self.table.headers[name]
        try:
            declared = self._declared(seen, name)
        except UnreadableError as trouble:
            message = f"{header}: the total in row {number} cannot be read: {trouble.message}"
            self._find("total_unreadable", "hold", message, row=number, name=name)
            return
        # Six decimals: more than any currency has, fewer than a calculated cell's noise.
        if declared is not None and round(declared, 6) != round(found, 6):
            message = (
                f"{header}: sheet {self.table.sheet.name!r}, row {number} declares "
                f"{declared:,f}, the rows above have {found:,f}"
            )
            self._find("total_differs", "hold", message, row=number, name=name)

    def _declared(self, seen: Seen, name: str) -> Decimal | None:
        """In the column's own unit; of a formula what it showed. Raises UnreadableError."""
        if seen.raw is not None and seen.raw.kind == "n" and seen.raw.text:
            return exact_number(seen.raw.text)
        if seen.raw is not None and seen.raw.formula:
            raise UnreadableError("formula", "a formula that shows no number")
        value = read_cell(seen, self.sheet_map.columns[name], self.sheet_map)
        assert isinstance(value, Decimal | None)
        return value

    def _decimal(self, name: str, amount: Amount) -> Decimal:
        decimals = self.sheet_map.columns[name].decimals
        return amount if isinstance(amount, Decimal) else Decimal(amount).scaleb(-(decimals or 0))

    def _money(self) -> list[str]:
        columns = self.sheet_map.columns
        return [name for name in self.table.columns if columns[name].kind == "money"]

    def _names(self) -> list[str]:
        signed = self.sheet_map.signed
        return [*self.table.columns, *([signed.field] if signed else [])]

    def notes(self) -> list[Finding]:
        """Blank rows between filled ones: nothing is lost, but it is said."""
        if not self.blanks:
            return []
        rows = some([*map(str, self.blank)])
        more = " and more" if self.blanks > len(self.blank) else ""
        message = f"{self.blanks} blank rows inside the table ({rows}{more})"
        return [Finding(code="blank_rows", severity="note", message=message, row=self.blank[0])]


def _blank(read: Mapping[str, Read], rows: int) -> frozenset[int]:
    """Positions at which no column has anything."""
    if any(None not in each.values for each in read.values()):
        return frozenset()
    faulty = {at for each in read.values() for at, _ in each.faults}
    return frozenset(
        at
        for at in range(rows)
        if at not in faulty and all(each.values[at] is None for each in read.values())
    )


def _kept(text: str) -> Decimal:
    try:
        return exact_number(text)
    except UnreadableError:
        return Decimal(0)

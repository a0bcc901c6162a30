"""Rows that begin with a label: totals, and what ends a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from counterfoil.adapters.sheets.maps import SheetMap, plain
from counterfoil.adapters.sheets.row_shapes import Form, characters
from counterfoil.adapters.sheets.row_stream import Run
from counterfoil.adapters.sheets.table import end_labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a row begins with that is no row of the table."""

    ends: frozenset[str]
    totals: frozenset[str]
    initials: frozenset[str]
    strings: frozenset[str]  # shared strings that are labels, by their index as text

    @classmethod
    def of(cls, sheet_map: SheetMap, strings: Sequence[str] = ()) -> Labels:
        """Of one map, in one workbook."""
        control = sheet_map.control
        ends = end_labels(sheet_map)
        totals = frozenset(map(plain, (*control.totals, *control.subtotals)))
        initials = frozenset(
            case for each in ends | totals for case in (each[:1], each[:1].upper())
        )
        labels = cls(ends=ends, totals=totals, initials=initials, strings=frozenset())
        found = frozenset(str(at) for at, each in enumerate(strings) if labels.include(each))
        return replace(labels, strings=found)

    def include(self, text: str) -> bool:
        """Whether *text* is one; quick to say no."""
        if text.lstrip()[:1] not in self.initials:
            return False
        word = plain(text)
        return word in self.ends or word in self.totals

    def first_in(self, run: Run) -> int | None:
        """Which row of *run* is the first that begins with one."""
        group = run.shape.label
        if group is None:
            return None
        if run.shape.captured[group - 1][1] is Form.SHARED:
            places = [at for at, row in enumerate(run.rows) if row[group] in self.strings]
        else:
            places = [
                at
                for at, row in enumerate(run.rows)
                if (row[group] or "").lstrip()[:1] in self.initials
                and self.include(characters(row[group] or ""))
            ]
        return places[0] if places else None

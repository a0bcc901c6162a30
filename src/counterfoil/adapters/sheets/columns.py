"""A column of cell texts becomes a column of values: what read_cell says, only faster.

Texts that can mean one thing only are converted many at a time. Every other one goes to
:func:`cells.read_cell`, the one judge of what a cell means, together with whatever a small
workbook's reader would have seen in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from counterfoil.adapters.sheets.cells import UnreadableError, exact_number, read_cell
from counterfoil.adapters.sheets.maps import Column, SheetMap
from counterfoil.adapters.sheets.raw import RawCell
from counterfoil.adapters.sheets.row_shapes import BETWEEN, Form, all_characters
from counterfoil.adapters.sheets.seen import Seen
from counterfoil.domain.blocks import Cell
from counterfoil.domain.values import Value

MEMO_MAX = 4_096  # different days, currencies ... remembered
DIGITS_MAX = 15  # of an amount that is read without Decimal; a sheet keeps no more
_CURRENCY = re.compile(r"[A-Z]{3}")
_OUTER = (f"{BETWEEN} ", f" {BETWEEN}", BETWEEN * 2)
_KINDS = {
    Form.NUMBER: "n",
    Form.DAY: "n",
    Form.SPAN: "n",
    Form.FORMULA: "n",
    Form.PLAIN: "str",
    Form.OTHER_FORMULA: "str",
}


@dataclass(slots=True)
class Read:
    """What became of the texts of one column."""

    values: list[Cell]
    faults: list[tuple[int, UnreadableError]] = field(default_factory=list)  # by position
    kept: Decimal = Decimal(0)  # what formulas showed when they were saved


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What the workbook says about all its cells."""

    strings: Sequence[str] = ()  # the shared ones
    #: The text of a number cell, its form and place -> number, date, time ...
    moment: Callable[[str, Form, str], Any] = lambda text, form, place: None


@dataclass(slots=True)
class ColumnReader:
    """Reads one mapped column."""

    column: Column
    sheet_map: SheetMap
    meaning: Meaning
    _known: dict[Form, dict[str, Cell]] = field(default_factory=dict)

    def read(self, form: Form, texts: Sequence[str | None]) -> Read:
        """Args: texts: As they stand in the XML; None for a cell that is not there."""
        if form is Form.PLAIN:
            texts = _without_outer_blanks([each or "" for each in texts])
        if None not in texts:
            return self._read(form, cast("Sequence[str]", texts))
        places = [place for place, text in enumerate(texts) if text is not None]
        found = self._read(form, [texts[place] or "" for place in places])
        values: list[Cell] = [None] * len(texts)
        for place, value in zip(places, found.values, strict=True):
            values[place] = value
        faults = [(places[at], trouble) for at, trouble in found.faults]
        return Read(values, faults, found.kept)

    def value(self, seen: Seen) -> Cell:
        """Of one cell. Raises UnreadableError."""
        return self._checked(read_cell(seen, self.column, self.sheet_map))

    def _read(self, form: Form, texts: Sequence[str]) -> Read:
        if form.is_text:
            return self._texts(form, self._plain(form, texts))
        if form is Form.NUMBER and self.column.kind == "money" and self.column.decimals == 2:
            return self._one_by_one(form, texts, _cents)
        if form is Form.NUMBER and self.column.kind in ("text", "choice", "currency"):
            return self._one_by_one(form, texts, _integers)
        read = self._one_by_one(form, texts)
        if form is Form.FORMULA and self.column.kind == "money":
            read.kept = sum(map(_kept, texts), Decimal(0))
        return read

    def _plain(self, form: Form, texts: Sequence[str]) -> Sequence[str]:
        if form is Form.SHARED:
            return list(map(self.meaning.strings.__getitem__, map(int, texts)))
        return texts if form is Form.PLAIN else all_characters(texts)

    def _texts(self, form: Form, texts: Sequence[str]) -> Read:
        if self.column.kind == "money" and self.column.decimals == 2:
            return self._one_by_one(form, texts, _typed_cents(self.sheet_map))
        if self.column.kind not in ("text", "account", "bank"):
            return self._one_by_one(form, texts)
        values: list[Cell] = [*_without_outer_blanks(texts)]
        faults: list[tuple[int, UnreadableError]] = []
        if max(map(len, texts), default=0) > self.column.max_chars:
            for place, value in enumerate(values):
                if isinstance(value, str) and len(value) > self.column.max_chars:
                    faults.append((place, self._too_long(value)))
                    values[place] = None
        return Read(values, faults)

    def _one_by_one(
        self,
        form: Form,
        texts: Sequence[str],
        fast: Callable[[Sequence[str]], list[Cell]] | None = None,
    ) -> Read:
        """By *fast* what it knows, the rest by the judge; its verdicts are remembered."""
        known = self._known.setdefault(form, {})
        values: list[Cell] = list(map(known.get, texts)) if fast is None else fast(texts)
        faults: list[tuple[int, UnreadableError]] = []
        if None not in values:
            return Read(values)
        for place, text in enumerate(texts):
            if values[place] is not None:
                continue
            if (value := known.get(text)) is not None:
                values[place] = value
                continue
            try:
                values[place] = value = self.value(self.seen(form, text))
            except UnreadableError as trouble:
                faults.append((place, trouble))
                continue
            if len(known) < MEMO_MAX:
                known[text] = value
        return Read(values, faults)

    def seen(self, form: Form, text: str) -> Seen:
        """A cell as the readers of a small workbook show it; *text* is plain."""
        kind = _KINDS.get(form, form.value)
        formula = form in (Form.FORMULA, Form.OTHER_FORMULA)
        raw = RawCell(kind=kind, text=text, formula=formula)
        if formula or form in (Form.BOOLEAN, Form.ERROR):
            return Seen("", raw, text or None)
        if form.is_text:
            return Seen("", raw, text)
        return Seen("", raw, self.meaning.moment(text, form, ""))

    def _checked(self, value: Value | None) -> Cell:
        """In the smallest unit where the map says so; texts as the map describes them."""
        column = self.column
        if isinstance(value, Decimal) and column.decimals is not None:
            units = value.scaleb(column.decimals)
            if units != int(units):
                raise UnreadableError(
                    "decimals", f"{value:f} has more than {column.decimals} decimals"
                )
            return int(units)
        if isinstance(value, str):
            self._check_text(value)
        return value

    def _too_long(self, text: str) -> UnreadableError:
        message = f"has {len(text)} characters, the map takes {self.column.max_chars}"
        return UnreadableError("too_long", message)

    def _check_text(self, text: str) -> None:
        column = self.column
        if len(text) > column.max_chars:
            raise self._too_long(text)
        if column.kind == "choice" and text not in column.choices:
            raise UnreadableError("choice", f"{text[:20]!a} is none of {', '.join(column.choices)}")
        if column.kind == "currency" and not _CURRENCY.fullmatch(text):
            raise UnreadableError("currency", f"{text[:10]!a} is no currency of ISO 4217")


def _without_outer_blanks(texts: Sequence[str]) -> list[str | None]:
    """Each text without them; None for what is nothing else."""
    around = f"{BETWEEN}{BETWEEN.join(texts)}{BETWEEN}"
    if (
        around.isascii()
        and not any(each in around for each in "\t\n\r")
        and not any(each in around for each in _OUTER)
    ):
        return list(texts)
    return [bare if (bare := each.strip(" ")) and not bare.isspace() else None for each in texts]


def _integers(texts: Sequence[str]) -> list[Cell]:
    """References typed as 4711: exact up to fifteen digits."""
    return [each if len(each) <= DIGITS_MAX and each.isdigit() else None for each in texts]


def _cents(texts: Sequence[str]) -> list[Cell]:
    """Number cells in hundredths, where they have two decimals or fewer and no exponent."""
    return [
        int(each.replace(".", ""))
        if each[-3:-2] == "." and len(each) <= DIGITS_MAX
        else _shorter_cents(each)
        for each in texts
    ]


def _shorter_cents(text: str) -> int | None:
    if len(text) >= DIGITS_MAX - 1:
        return None
    if text[-2:-1] == ".":
        return int(text.replace(".", "")) * 10
    return int(text) * 100 if text.isdigit() else None


def _typed_cents(sheet_map: SheetMap) -> Callable[[Sequence[str]], list[Cell]]:
    """Of amounts typed as text: 1234.50 or -1234.50, without groups, by the map's mark."""
    written = re.compile(rf"-?[0-9]{{1,12}}{re.escape(sheet_map.decimal_mark)}[0-9]{{2}}")
    mark = sheet_map.decimal_mark

    def cents(texts: Sequence[str]) -> list[Cell]:
        fits = written.fullmatch
        return [int(each.replace(mark, "")) if fits(each) else None for each in texts]

    return cents


def _kept(text: str) -> Decimal:
    try:
        return exact_number(text)
    except UnreadableError:
        return Decimal(0)

"""What stands in a workbook: small pages of tables, and the columns of a big sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from counterfoil.adapters.sheets.charts import PageChart

Value = str | int | Decimal | date | None

DAY = "yyyy-mm-dd"
COUNT = "#,##0"
DIGITS_EXACT = 15  # a sheet keeps so many of a number


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTable:
    """A heading, a row of heads if there are any, and rows of values."""

    heading: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Value, ...], ...]
    decimals: int = 2  # of its amounts (Decimal)
    colours: Mapping[str, str] = field(default_factory=dict)  # a text -> RRGGBB of its cell
    chart: PageChart | None = None  # it stands below all tables
    total: bool = False  # is the last row a total?
    wrap: bool = True  # may a text take several lines? Else it runs over what is empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One small sheet: the summary, the proof of totals, how to read it all."""

    name: str
    title: str
    tables: tuple[PageTable, ...]
    widths: tuple[int, ...] = (28, 24, 24, 24, 24, 24)  # of the columns, in characters


@dataclass(frozen=True, slots=True, kw_only=True)
class BigColumn:
    """One column of a big sheet.

    ``money`` takes integers of the smallest unit (12345 with two decimals is 123.45) or
    Decimals, ``count`` integers, ``day`` dates, ``text`` texts; None leaves a cell empty.
    """

    head: str
    kind: Literal["text", "money", "day", "count"]
    width: int  # characters
    decimals: int = 2
    colours: Mapping[str, str] = field(default_factory=dict)  # a text -> RRGGBB of its cell

    def __post_init__(self) -> None:
        if self.colours and self.kind != "text":
            raise ValueError(f"{self.head}: only texts have colours")

    @property
    def shown(self) -> str:
        """The number format of its cells."""
        return {"text": "@", "day": DAY, "count": COUNT}.get(self.kind) or money(self.decimals)


def money(decimals: int) -> str:
    """An amount's number format; a minus is red as well."""
    number = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f"{number};[Red]-{number}"

"""What a map may say of a list: of bookings, or of statements that can be downloaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from counterfoil.adapters.map_patterns import check_changes, groups_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a list, found by its head."""

    header: str
    kind: Literal["text", "money", "date", "account"] = "text"
    shown: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)  # our value -> what the list shows
    sum: bool = False  # money of all lines with the same bank_reference, added up
    date_format: str = ""  # strftime, where this column writes days otherwise: "%m/%Y"

    def __post_init__(self) -> None:
        check_changes(self.shown)
        if self.sum and self.kind != "money":
            raise ValueError("only money is summed")


#: What a list of statements may show of each, and how it is read. The period is the first
#: and the last day, or the month, or the last day alone.
STATEMENT_COLUMNS = {
    "account": "account",
    "number": "text",
    "first": "date",
    "last": "date",
    "month": "date",
    "currency": "text",
    "opening": "money",
    "closing": "money",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that each line of a list offers in one format, by a link or button of its own."""

    header: str  # head of the column that it stands in
    label: str = ""  # its face; "": the only one in its cell
    answer_within_seconds: int = 60

    def __post_init__(self) -> None:
        if not 1 <= self.answer_within_seconds <= 600:
            raise ValueError("answer_within_seconds must be between 1 and 600")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A list that is read to its proven end.

    ``columns`` are named by the item's values; "reference" (ours, matched exactly) and
    "bank_reference" must be among them, every other one is compared; at least one is money.
    A list with ``downloads`` is one of statements; its columns: STATEMENT_COLUMNS. A list with
    a ``key`` is read as a whole, its columns are called as we like.
    """

    columns: dict[str, Column]
    key: str = ""  # the column that names each line; a list that shows one twice is not read
    lines: dict[str, Column] = field(default_factory=dict)  # by name of the line's value: the
    # lines of one booking must be the item's lines, in whatever order
    next: str = ""  # the action that turns the page
    page: str = ""  # pattern with the groups "page" and "pages"
    end: str = ""  # pattern that only the last page shows
    totals: bool = False  # the last line has no bank_reference and adds up the columns of money
    empty: str = ""  # pattern shown when nothing was found
    pages_max: int = 200
    only_ours: bool = False  # the search is exact: a line of another reference means a wrong page
    downloads: dict[str, Download] = field(default_factory=dict)  # by format: "pdf", "camt.053"

    def __post_init__(self) -> None:
        if self.key:
            self._check_register()
        elif self.downloads:
            self._check_statements()
        else:
            self._check_bookings()
        if not (self.page or self.end or self.totals):
            raise ValueError("a list needs a proof that it was read to its end: page, end, totals")
        if self.totals and not any(each.kind == "money" for each in self.columns.values()):
            raise ValueError("totals: no column of the kind 'money' is there to be added up")
        if self.page and not {"page", "pages"} <= groups_of(self.page):
            raise ValueError("page: the pattern needs the groups 'page' and 'pages'")
        for pattern in (self.end, self.empty):
            groups_of(pattern)

    def _check_register(self) -> None:
        if self.key not in self.columns:
            raise ValueError(f"key: there is no column {self.key!r}")
        if self.downloads or self.lines or self.totals or self.only_ours:
            raise ValueError("a list with a key has no downloads, lines, totals or only_ours")

    def _check_bookings(self) -> None:
        for needed in ("reference", "bank_reference"):
            if needed not in self.columns:
                raise ValueError(f"columns: {needed!r} is missing")
        if not (self.lines or any(each.kind == "money" for each in self.columns.values())):
            raise ValueError("columns: an amount is missing: a booking is never taken unseen")

    def _check_statements(self) -> None:
        if "last" not in self.columns and "month" not in self.columns:
            raise ValueError("columns: the period is missing: first and last, month, or last")
        if self.totals or self.lines:
            raise ValueError("a list of statements has neither totals nor lines")
        for name, column in self.columns.items():
            if STATEMENT_COLUMNS.get(name) != column.kind:
                known = ", ".join(f"{each} ({kind})" for each, kind in STATEMENT_COLUMNS.items())
                raise ValueError(f"columns: {name} ({column.kind}) is not one of {known}")

"""What a sheet map in selectors/sheets/ may say: where our fields are in a workbook.

Header words are compared without regard to case and runs of blanks. A field that is
found twice, or not at all although it is required, stops the file: nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from counterfoil.toml_records import load_record

#: ``text`` and its kin come from text cells only, so that no digit of an account number
#: ever passes through a binary fraction.
Kind = Literal["text", "account", "bank", "money", "date", "currency", "choice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One field of ours and the words that may stand above it."""

    headers: tuple[str, ...]
    kind: Kind
    required: bool = False  # every row needs a value; the header must be there
    default: str = ""  # for an empty cell, or when the column is missing
    max_chars: int = 140
    choices: tuple[str, ...] = ()
    decimals: int | None = None  # money in blocks: integers of the smallest unit, with so many
    days_back: int = 0  # dates: how far before today is still right
    days_ahead: int = 365

    def __post_init__(self) -> None:
        if not self.headers:
            raise ValueError("headers must name at least one header text")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError("choices belong to kind 'choice', and it needs them")
        if self.decimals is not None and (self.kind != "money" or not 0 <= self.decimals <= 4):
            raise ValueError("decimals belong to kind 'money', and are 0 to 4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The totals an analyst declares, and that must hold. The value stands right of the label.

    The sum is one number over all currencies. Source: ISO 20022 pain.001, CtrlSum:
    "irrespective of currencies".
    """

    required: bool = True  # a file that declares none is not taken
    count: tuple[str, ...] = ()  # labels
    sum: tuple[str, ...] = ()  # labels
    sum_field: str = "amount"  # entries may have none: "", and nothing is added up
    trailer: tuple[str, ...] = ()  # a row that begins with this ends the table
    subtotals: tuple[str, ...] = ()  # a row that begins so adds up the rows since the last such
    totals: tuple[str, ...] = ()  # a row that begins so adds up all rows of the sheet so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One signed amount made of two columns: ``field`` is ``plus`` less ``minus``."""

    field: str = "amount"
    plus: str  # a money column
    minus: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMap:
    """One kind of workbook."""

    title: str
    item: Literal["payment", "journal_voucher", "allocation", "entry"]  # what a row, or a group of
    # rows, becomes; an entry of a ledger or of a bank's export is compared, never keyed
    columns: dict[str, Column]
    control: Control = field(default_factory=Control)
    signed: Signed | None = None  # where a sheet has debit and credit
    side: Literal["", "bank", "ledger"] = ""  # of a reconciliation; "": of none
    sheet: str = ""  # its name; empty: the one sheet that has the header
    several: bool = False  # entries: every sheet of that name, "Ledger*", that has the header
    delimiters: tuple[str, ...] = (";", ",", "\t", "|")  # of a CSV, one character each
    encodings: tuple[str, ...] = ("utf-8-sig", "cp1252")  # of a CSV: the first that fits it all
    header_within_rows: int = 30
    group: str = ""  # rows with the same value of this field are one item
    on_bad_rows: Literal["good_rows_go_on", "refuse_batch"] = "good_rows_go_on"
    decimal_mark: Literal[".", ","] = "."  # of amounts that are written as text
    date_format: str = "%Y-%m-%d"  # of dates that are written as text

    def __post_init__(self) -> None:
        self._check_entries()
        sums = self.columns.get(self.control.sum_field)
        without = self.item == "entry" and not (self.control.sum_field or self.control.sum)
        if not without and (sums is None or sums.kind != "money"):
            raise ValueError(f"control: sum_field {self.control.sum_field!r} is no money column")
        if self.group and self.group not in self.columns:
            raise ValueError(f"group {self.group!r} is none of the columns")
        if self.control.required and not (self.control.count and self.control.sum):
            raise ValueError("control: required totals need labels for count and sum")
        known: dict[str, str] = {}
        for name, column in self.columns.items():
            for header in map(plain, column.headers):
                if known.setdefault(header, name) != name:
                    raise ValueError(f"header {header!r} leads to {known[header]} and to {name}")

    def _check_entries(self) -> None:
        """What belongs to entries, and the two columns of a signed amount."""
        control = self.control
        lists = (control.trailer, control.subtotals, control.totals, control.count, control.sum)
        words = [plain(each) for labels in lists for each in labels]
        if len(set(words)) != len(words):
            raise ValueError("control: a label stands for two things")
        if self.item != "entry":
            decimals = any(each.decimals is not None for each in self.columns.values())
            of_entries = bool(self.several or self.signed or self.side)
            if of_entries or decimals or control.totals or control.subtotals:
                raise ValueError(
                    "several, signed, side, decimals, totals and subtotals belong to the item "
                    "'entry'"
                )
        if any(len(each) != 1 for each in self.delimiters):
            raise ValueError("delimiters are single characters")
        if (signed := self.signed) is None:
            return
        sides = [self.columns.get(each) for each in (signed.plus, signed.minus)]
        if signed.field in self.columns or any(
            each is None or each.kind != "money" for each in sides
        ):
            raise ValueError("signed: plus and minus are money columns, and field is none of them")
        if len({each.decimals for each in sides if each}) != 1 or signed.plus == signed.minus:
            raise ValueError("signed: plus and minus are two columns with the same decimals")

    def field_of(self, header: str) -> str | None:
        """The field that a header text means."""
        word = plain(header)
        for name, column in self.columns.items():
            if word in _words(column.headers):
                return name
        return None


def plain(words: str) -> str:
    """Header and label texts as they are compared."""
    return " ".join(words.split()).rstrip(":*").rstrip().casefold()


@lru_cache(maxsize=1024)
def _words(headers: tuple[str, ...]) -> frozenset[str]:
    """*headers* of one column, as they are compared: with every text above a table."""
    return frozenset(map(plain, headers))


def load_sheet_map(path: Path) -> SheetMap:
    """Read one map. Raises MapError, naming file, key and the nearest known key."""
    return _as_it_is_now(path, _stamp(path))


@lru_cache(maxsize=256)
def _as_it_is_now(path: Path, stamp: tuple[int, ...]) -> SheetMap:
    return load_record(SheetMap, path)


def _stamp(path: Path) -> tuple[int, ...]:
    """What is another when the file is."""
    try:
        found = path.stat()
    except OSError:
        return ()  # whoever reads it says what is wrong
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

"""What a CSV map in selectors/statements/<name>.csv.toml may say.

A CSV names no format: the map says which header words stand above which of our columns, how
numbers and days are written, and what the lines around the table mean. Header words are
compared without regard to case, accents and runs of blanks. Which delimiter and encoding the
file has is found out by the header words and must then hold in the arithmetic.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

from counterfoil.toml_records import load_record


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvColumns:
    """Header words, any of which may stand above the column; an empty tuple: no such column."""

    booking_date: tuple[str, ...]
    description: tuple[str, ...]  # every one that is there, joined in this order
    value_date: tuple[str, ...] = ()
    amount: tuple[str, ...] = ()  # signed, or with a mark
    debit: tuple[str, ...] = ()  # unsigned; with credit, instead of amount
    credit: tuple[str, ...] = ()
    mark: tuple[str, ...] = ()  # debit or credit, in words
    balance: tuple[str, ...] = ()  # after the entry
    currency: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()  # known, and of no use to us

    def __post_init__(self) -> None:
        if not (self.booking_date and self.description):
            raise ValueError("booking_date and description need header words")
        if not self.amount and not (self.debit and self.credit):
            raise ValueError("amount, or debit and credit, need header words")
        _only_once(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvLabels:
    """Words that begin a line which is no entry: its one number is what they say."""

    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    total_debits: tuple[str, ...] = ()
    total_credits: tuple[str, ...] = ()
    count: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()  # a line of no meaning

    def __post_init__(self) -> None:
        _only_once(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvHead:
    """Regular expressions searched in the lines above the header; "": it is not said there."""

    account: str = ""  # with a group of the same name
    currency: str = ""
    number: str = ""
    period: str = ""  # with the groups first and last

    def __post_init__(self) -> None:
        for name, groups in (
            ("account", {"account"}),
            ("currency", {"currency"}),
            ("number", {"number"}),
            ("period", {"first", "last"}),
        ):
            pattern = getattr(self, name)
            try:
                found = set(re.compile(pattern).groupindex)
            except re.error as trouble:
                raise ValueError(f"{name}: {trouble}") from trouble
            if pattern and found != groups:
                raise ValueError(f"{name}: the pattern needs the groups {sorted(groups)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvMap:
    """One layout of a bank's CSV."""

    title: str
    decimal_mark: Literal[".", ","]
    date_format: str  # strptime: "%d.%m.%Y"
    columns: CsvColumns
    labels: CsvLabels = field(default_factory=CsvLabels)
    head: CsvHead = field(default_factory=CsvHead)
    delimiters: tuple[str, ...] = (";", ",", "\t", "|")  # one character each
    encodings: tuple[str, ...] = ("utf-8-sig", "cp1252")  # the first that finds the header
    newest_first: bool = False
    reversed_sign: bool = False  # money out is printed positive (cards)
    debit_marks: tuple[str, ...] = ()
    credit_marks: tuple[str, ...] = ()
    account: str = ""  # where the file does not name it
    currency: str = ""

    def __post_init__(self) -> None:
        if len({bool(self.columns.mark), bool(self.debit_marks), bool(self.credit_marks)}) > 1:
            raise ValueError("a mark column needs debit_marks and credit_marks, and they need it")
        if any(len(each) != 1 for each in self.delimiters):
            raise ValueError("delimiters are single characters")
        for encoding in self.encodings:
            try:
                "".encode(encoding)
            except LookupError as trouble:
                raise ValueError(f"encodings: {encoding!r} is unknown") from trouble


def load_csv_map(path: Path) -> CsvMap:
    """Read one map, strictly.

    Raises:
        MapError: It is not exactly right; the message names file, key and remedy.
    """
    return load_record(CsvMap, path)


def _only_once(words: CsvColumns | CsvLabels) -> None:
    known: dict[str, str] = {}
    for each in fields(words):
        for word in map(plain, getattr(words, each.name)):
            if known.setdefault(word, each.name) != each.name:
                raise ValueError(f"{word!r} stands for {known[word]} and for {each.name}")


def plain(text: str) -> str:
    """A header word without case, accents and runs of blanks: how words are compared."""
    bare = unicodedata.normalize("NFKD", text)
    bare = "".join(each for each in bare if not unicodedata.combining(each))
    return " ".join(bare.casefold().split()).rstrip(":")

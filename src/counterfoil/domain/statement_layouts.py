"""What a person says of one bank's printed statements: a map, as data.

A map never proves anything. It adds words of the bank's own to those that the reader knows,
and it takes interpretations away. The arithmetic that must hold is the same with it and
without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Literal

DecimalMark = Literal[".", ",", ""]
DayOrder = Literal["day first", "month first", "year first"]
Unsigned = Literal[
    "adds", "subtracts", "as the balances say", "as its section says", "as its colour says"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnWords:
    """The words of the heading over each column; any one of them."""

    booking_date: tuple[str, ...] = ()
    value_date: tuple[str, ...] = ()
    description: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    debit: tuple[str, ...] = ()
    credit: tuple[str, ...] = ()
    amount: tuple[str, ...] = ()  # both ways in one column
    mark: tuple[str, ...] = ()  # what marks a debit or a credit, in a column of its own
    balance: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()  # numbers that move nothing: points, days, limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRanges:
    """Where each column stands, where no words are printed over it: points from the left."""

    booking_date: tuple[int, ...] = ()
    value_date: tuple[int, ...] = ()
    description: tuple[int, ...] = ()
    debit: tuple[int, ...] = ()
    credit: tuple[int, ...] = ()
    amount: tuple[int, ...] = ()
    balance: tuple[int, ...] = ()
    ignored: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name, said in told(self):
            span = [int(each) for each in said]
            if len(span) != 2 or not 0 <= span[0] < span[1]:
                raise ValueError(f"{name}: two numbers are wanted, left and right, in points")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelWords:
    """Words that stand before a number that is no entry, or before the account's number."""

    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    total_debits: tuple[str, ...] = ()
    total_credits: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()  # a balance carried to, or brought from, another page
    account: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WayWords:
    """Words for the two ways of money."""

    debit: tuple[str, ...] = ()
    credit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One bank's layout. What is not said is found out, or refused, as without a map."""

    title: str  # for people
    recognise: tuple[str, ...]  # all of them stand on page 1
    decimal_mark: DecimalMark | None = None  # "": there are no decimals
    day_order: DayOrder | None = None
    unsigned: Unsigned | None = None  # what an amount without a sign does to the balance
    newest_first: bool | None = None
    currency: str = ""  # ISO 4217, where the document names none
    columns: ColumnWords = field(default_factory=ColumnWords)
    ranges: ColumnRanges = field(default_factory=ColumnRanges)
    labels: LabelWords = field(default_factory=LabelWords)
    sections: WayWords = field(default_factory=WayWords)  # titles over entries of one way
    marks: WayWords = field(default_factory=WayWords)  # behind an amount, or in a column
    name: str = ""  # the file's, without its endings; the loader sets it

    def __post_init__(self) -> None:
        if self.currency and not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise ValueError(f"currency: {self.currency!r} is no code of ISO 4217, such as EUR")
        both = {name for name, _ in told(self.columns)} & {name for name, _ in told(self.ranges)}
        if both:
            raise ValueError(f"{min(both)}: words or a range, not both")
        for words in (self.columns, self.labels, self.sections, self.marks):
            _only_once(words)

    def called(self, name: str) -> Layout:
        """The same map under the *name* of its file."""
        return replace(self, name=name)


def told(
    record: ColumnWords | ColumnRanges | LabelWords | WayWords,
) -> Iterator[tuple[str, tuple[str, ...] | tuple[int, ...]]]:
    """(key, what is said) of every key that says something."""
    for each in fields(record):
        value = getattr(record, each.name)
        if value:
            yield each.name, value


def words_of(record: ColumnWords | LabelWords | WayWords) -> Iterator[tuple[str, str]]:
    """(key, word) of every word, the longest first: "value date" before "date"."""
    pairs = [(name, str(word)) for name, words in told(record) for word in words]
    yield from sorted(pairs, key=lambda pair: -len(pair[1]))


def _only_once(words: ColumnWords | LabelWords | WayWords) -> None:
    known: dict[str, str] = {}
    for name, word in words_of(words):
        if not word.strip():
            raise ValueError(f"{name}: an empty word stands everywhere")
        if known.setdefault(word.casefold(), name) != name:
            raise ValueError(f"{word!r} stands for {known[word.casefold()]} and for {name}")

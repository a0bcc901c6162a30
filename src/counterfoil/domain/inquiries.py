"""What a document leaves open, for a person to settle: the matter of ``statement teach``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenColumn:
    """A column of numbers, or of dates or texts, as a person would point at it."""

    words: str  # printed over it; "" where nothing is
    left: int  # points
    right: int
    holds: str  # what the reader takes it for; "" where it cannot tell
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One reading that may be the right one, with its sums."""

    says: str  # "day first: 03/04/2025 is 3 April 2025"
    comes_to: str  # "220.02 - 100.68 = 119.34 in 48 entries", or where it fails
    hints: tuple[tuple[str, str], ...]  # keys and values of a map that leave only this one


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """Everything that is asked about one document."""

    codes: tuple[str, ...]  # of the verdicts that refuse it; none: it is proved
    reasons: tuple[str, ...]
    first_lines: tuple[str, ...]  # of page 1: one of them names the bank
    columns: tuple[OpenColumn, ...]
    dates: tuple[Candidate, ...]  # orders of day and month, where nothing tells
    numbers: tuple[Candidate, ...]  # 1.234: a thousand, or one point something
    signs: tuple[Candidate, ...]  # what an amount without a sign does
    labels: tuple[str, ...]  # words beside a number that is no entry, and unknown
    ends: tuple[str, ...]  # "opening", "closing": those that no known word names
    numbered: tuple[str, ...]  # words before a long number, which may be the account's
    currency: bool  # whether none is printed

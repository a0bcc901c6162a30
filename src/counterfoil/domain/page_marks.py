"""What is drawn on the picture of a page, to show a person how it was read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from counterfoil.domain.statements import Box


class MarkKind(StrEnum):
    """What a mark says; each has a colour and a shape of its own."""

    COLUMN = "column"  # a tinted band with its role
    ENTRY = "entry"  # a row that the reading consumed
    HOLDS = "holds"  # a printed balance or total that ties
    FAILS = "fails"  # the place where it does not
    UNREAD = "unread"  # a row that is in no reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing to draw."""

    kind: MarkKind
    page: int
    box: Box
    text: str = ""  # of a column: its role
    note: str = ""  # for the margin, with a line to the box


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """What stands above every picture of a document."""

    proved: bool
    headline: str  # "PROVED, grade B"
    lines: tuple[str, ...]  # one for each account or reason

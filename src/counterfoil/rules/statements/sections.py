"""Sections of a table: what the title over a stretch of lines says of all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import takewhile
from typing import NamedTuple

from counterfoil.rules.statements.headings import is_list_of_checks
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.pending_words import not_booked
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.terms import Label, Role
from counterfoil.rules.statements.vocabulary import is_of_balances, label_of, section_sign

TITLE_REACH = 4  # lines above a heading that may name its section


class Section(NamedTuple):
    """What the title over a stretch of lines says of all of them."""

    line: int  # of the title, or of the table's heading: what tells sections apart
    sign: int  # -1, +1; 0 where nothing is said
    kind: str = "entries"  # or "balances", by the day; or "pending", not booked yet

    @property
    def booked(self) -> bool:
        """Whether what stands in it moved the account."""
        return self.kind == "entries"


def first_section(table: Table, before: Sequence[Line], carried: Section | None) -> Section:
    """The section that the table begins with, by what stands above it or heads it."""
    first = table.heading.first if table.heading else table.lines[0].index
    section = Section(first, 0) if carried is None else carried._replace(line=first)
    nearest = takewhile(lambda line: not line.amounts, reversed(before[-TITLE_REACH:]))
    titles = [line.text for line in nearest]
    if table.heading is not None:
        titles.insert(0, table.heading.cells[0].text)
    section = next(
        (found for title in titles if (found := _section(title, first)) is not None), section
    )
    checks = table.heading is not None and is_list_of_checks(table.heading)
    return section._replace(sign=-1) if checks and not section.sign else section


def sections_of(
    table: Table,
    money: Collection[int],
    summed: Collection[int],
    section: Section,
    *,
    lead: bool,
) -> dict[int, Section]:
    """The section of every line, by the titles that stand between them.

    Args:
        section: That of the first line.
        lead: The totals of money in and money out stand over their entries, as titles.
    """
    sections = {}
    for line in table.lines:
        sections[line.index] = section
        if lead and (sign := TOTAL_SIGNS.get(label_of(line.label()), 0)):
            section = Section(line.index, sign)
        elif line.index in summed:
            section = Section(line.index, section_sign(line.label()))
        elif line.index not in money and not line.dates:
            section = _section(line.text, line.index) or section
    return sections


TOTAL_SIGNS: dict[Label | None, int] = {Label.TOTAL_CREDITS: 1, Label.TOTAL_DEBITS: -1}


def titles_between(table: Table, money: Collection[int]) -> frozenset[int]:
    """The lines that name a section, at the table's edge and not where its texts stand."""
    cells = () if table.heading is None else table.heading.cells
    if not cells or cells[0].role is Role.DESCRIPTION:
        return frozenset()
    return frozenset(
        line.index
        for line in table.lines
        if line.index not in money and not line.dates
        if line.row.words[0].left < cells[0].right and _section(line.text, line.index)
    )


def _section(title: str, line: int) -> Section | None:
    """What *title* says of the lines below it; None where it is no title of entries."""
    if not_booked(title):
        return Section(line, 0, "pending")
    if is_of_balances(title):
        return Section(line, 0, "balances")
    sign = section_sign(title)
    return Section(line, sign) if sign else None

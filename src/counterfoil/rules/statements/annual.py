"""A year that only a title says: "Jahreskontoauszug 2025", "Annual statement 2025"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.folding import folded

WORDS_MAX = 6
_OF_A_YEAR = re.compile(
    r"(?<!\w)(?:jahres(?:konto)?(?:auszug|abschluss|rechnung)|jahresabrechnung|annual|yearly|"
    r"releve annuel|annuel|extracto anual|anual|annuale|arsoversikt|arsutskrift|kontoauszug fur das"
    r" jahr|jaaroverzicht|vuositiliote|aarsopgave|arsopgorelse|roczny|rocni)(?!\w)"
)
_YEAR = re.compile(r"(?<!\w)(?:19|20)\d\d(?!\w)")


def annual_year(document: Document) -> int | None:
    """The year in the titles above all entries; None where they say none, or two."""
    first = min(document.entry_lines, default=len(document.lines))
    years = set()
    for line in document.lines[:first]:
        bare = folded(line.text)
        if _OF_A_YEAR.search(bare) and len(line.row.words) <= WORDS_MAX:
            years.update(_YEAR.findall(bare))
    return int(years.pop()) if len(years) == 1 else None


def fills_its_year(days: Sequence[date], today: date) -> bool:
    """Whether *days* go from January to December in order: no other year of account does.

    A year of tax or of a company that begins in another month would leap.
    """
    forward = list(days) if days[0] <= days[-1] else list(days)[::-1]
    in_order = all(one <= two for one, two in pairwise(forward))
    return in_order and forward[0].month == 1 and forward[-1].month == 12 and forward[-1] <= today

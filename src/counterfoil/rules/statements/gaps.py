"""Pages that are not in the file, and accounts that went with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from counterfoil.domain.pages import PrintedPages
from counterfoil.domain.statements import sum_of
from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.page_counting import MARGIN, PageCount

_LONG = re.compile(r"(?:\d|[Xx*•]){6,}")


def listed_elsewhere(document: Document, outcomes: Sequence[Outcome]) -> Line | None:
    """A line of an overview with another account's number, and money of no account here."""
    chains = [outcome.chain for outcome in outcomes if outcome.chain is not None]
    known = {abs(end) for chain in chains for end in (chain.opening, chain.closing)}
    known |= {abs(sum_of([chain.opening for chain in chains]))}
    known |= {abs(sum_of([chain.closing for chain in chains]))}
    for line in document.lines:
        if line.index in document.entry_lines or line.dates:
            continue
        money = {amount.value for amount in line.amounts if amount.alone and amount.value}
        if len(money) >= 2 and not money & known and _LONG.search(line.label()):
            return line
    return None


@dataclass(frozen=True, slots=True)
class Gap:
    """A page that is not there, or not to be read."""

    reason: str
    within: bool  # pages that are there follow it: no end of the account bears it out


def page_gaps(document: Document, printed: PrintedPages) -> Iterator[Gap]:
    """Why the file may not hold every page of the statement."""
    for page in printed.pages:
        if page.characters == 0:
            what = "a picture without text" if page.images else "empty"
            yield Gap(f"page {page.number} of the file is {what}", within=False)
    if not document.page_counts:
        yield from _number_gaps(document)
    bare = len(printed.pages) - len({count.page for count in document.page_counts})
    for run in _runs(document.page_counts):
        numbers = {count.number for count in run}
        total = run[0].total
        missing = sorted(set(range(1, total + 1)) - numbers)
        if len(missing) > bare:  # pages without a number may be the ones
            which = ", ".join(str(number) for number in missing[:5])
            within = any(number < max(numbers) for number in missing)
            yield Gap(f"of {total} pages, number {which} is not in the file", within)


_LONE = re.compile(
    r"(?:^|.*\s)(?:page|pag\.?|pagina|seite|side|sida|sivu|strona|strana|oldal|sayfa|"
    r"hal\.?|halaman|стр\.?|страница|页|頁|หน้า)\s*:?\s*(\d{1,3})"
)


def _number_gaps(document: Document) -> Iterator[Gap]:
    """Pages with a number, and no word of how many there are.

    Sheets are none: a bank may number them over all its statements of the account.
    """
    numbers: dict[int, int] = {}
    for page, group in groupby(document.lines, key=lambda line: line.row.page):
        lines = list(group)
        hits = [_LONE.fullmatch(folded(line.text)) for line in (*lines[:MARGIN], *lines[-MARGIN:])]
        found = {int(hit[1]) for hit in hits if hit is not None}
        if len(found) == 1:
            numbers[page] = found.pop()
    if numbers.get(1, 1) > 1:
        yield Gap(f"the first page of the file is numbered {numbers[1]}", within=True)
    for one, two in pairwise(sorted(numbers)):
        if two == one + 1 and numbers[two] > numbers[one] + 1:
            yield Gap(f"page {numbers[one] + 1} is not in the file", within=True)


def _runs(counts: Sequence[PageCount]) -> Iterator[list[PageCount]]:
    """One statement's counts after the other: each starts where the numbers start anew."""
    run: list[PageCount] = []
    for count in counts:
        if run and (count.total != run[-1].total or count.number < run[-1].number):
            yield run
            run = []
        run.append(count)
    if run:
        yield run

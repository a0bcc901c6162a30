"""What an entry says besides its money and its dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from counterfoil.domain.pages import Word
from counterfoil.rules.statements.chain import Entry
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.headings import Cell
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.vocabulary import Role

CODE_MAX = 4  # characters of a transaction code in a column of its own
SAME_EDGE = 250
SHARE = 80  # per cent of the entries that must have such a code


@dataclass(frozen=True, slots=True)
class Said:
    """The texts of one entry."""

    description: str
    reference: str


def descriptions(entries: Sequence[Entry]) -> tuple[Said, ...]:
    """The texts of all entries, column by column."""
    first = [_first_words(entry.event) for entry in entries]
    code_edge = _code_edge(first)
    return tuple(_said(entry.event, code_edge) for entry in entries)


def _said(event: Event, code_edge: int | None) -> Said:
    description: list[str] = []
    reference: list[str] = []
    references = _reference_cells(event)
    for number, line in enumerate(_entry_lines(event)):
        for word in _texts(event, line):
            if number == 0 and code_edge is not None and abs(word.left - code_edge) <= SAME_EDGE:
                reference.append(word.text)
            elif any(_is_under(word, cell, limit) for cell, limit in references):
                reference.append(word.text)
            else:
                description.append(word.text)
    return Said(" ".join(description), " ".join(reference))


def _entry_lines(event: Event) -> Iterator[Line]:
    """The entry's lines without what stands below it on the page but is no part of it."""
    yield from event.words


def _texts(event: Event, line: Line) -> Iterator[Word]:
    """The words of *line* that are neither its dates in front nor money in a column."""
    taken: set[int] = set()
    for token in line.dates:
        if token.first == len([each for each in taken if each < token.first]):
            taken.update(range(token.first, token.last + 1))
    if line is event.line:
        for amount in event.cells.values():
            if amount.alone:
                taken.update(range(amount.first, amount.last + 1))
    for index, word in enumerate(line.row.words):
        if index not in taken and word.text not in "-–—~*$€£":
            yield word


def _first_words(event: Event) -> list[Word]:
    return list(_texts(event, event.words[0]))[:2] if event.words else []


def _code_edge(first: Sequence[list[Word]]) -> int | None:
    """Where a column of short codes stands in front of the texts; None where none does."""
    pairs = [words for words in first if len(words) == 2]
    codes = Counter(
        words[0].left // SAME_EDGE
        for words in pairs
        if len(words[0].text) <= CODE_MAX and (words[0].text.isupper() or not words[0].text.isalnum())
    )
    texts = Counter(words[1].left // SAME_EDGE for words in pairs)
    if not codes or not texts or len(first) < 4:
        return None
    (edge, count), (_, aligned) = codes.most_common(1)[0], texts.most_common(1)[0]
    if count * 100 < len(first) * SHARE or aligned * 100 < len(first) * SHARE:
        return None
    return next(w[0].left for w in pairs if w[0].left // SAME_EDGE == edge)


def _reference_cells(event: Event) -> list[tuple[Cell, int]]:
    """Headings of references, and where the next heading begins."""
    heading = event.table.heading
    if heading is None:
        return []
    lefts = [cell.left for cell in heading.cells] + [10**9]
    return [
        (cell, lefts[index + 1])
        for index, cell in enumerate(heading.cells)
        if cell.role is Role.REFERENCE and index > 0
    ]


def _is_under(word: Word, cell: Cell, limit: int) -> bool:
    return cell.left - SAME_EDGE <= word.left < min(limit, max(cell.right, cell.left + 9_000))

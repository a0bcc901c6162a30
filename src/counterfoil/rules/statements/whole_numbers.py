"""Whole numbers outside the entries, each with the words around it: ``Withdrawals (38)``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from counterfoil.domain.pages import Word
from counterfoil.rules.statements.captions import (
    behind_the_last,
    cells_of,
    stands_apart,
    words_before,
)
from counterfoil.rules.statements.folding import plain
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount

CAPTIONS_MAX = 2  # lines of a caption


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A number that may be one of entries, and the words of its line that may say so."""

    line: Line
    value: int
    at: int  # of the line's words
    before: tuple[str, ...]  # from the nearest cell to the left: more and more of the words
    behind: str  # up to the next number, or the end of its cell
    bare: bool  # in front of it stands nothing on its line but dates, or another sentence
    bracketed: bool

    def name(self) -> str:
        """The words in front of it, where none behind it in its own cell are nearer."""
        apart = self.at > 0 and stands_apart(self.line.row.words, self.at)
        return "" if not self.before or (apart and self.behind) else self.before[0]

    def amounts(self) -> Iterator[tuple[Amount, str, bool]]:
        """(amount, what names it, whether it stands behind) of those with no number between.

        One right in front of brackets is the only one: ``1,250.00 (3)``.
        """
        texts, amounts = _texts(self.line), self.line.amounts
        before = next((each for each in reversed(amounts) if each.last < self.at), None)
        glued = before is not None and not _TRIFLES.sub(
            "", "".join(texts[before.last + 1 : self.at])
        )
        if before is not None and glued and (self.bracketed or not self.behind):
            yield before, _name_of(self.line, before), False
        after = next((each for each in amounts if each.first > self.at), None)
        if after is not None and not (glued and self.bracketed):
            between = texts[self.at + 1 : after.first]
            ended = any(map(_ends_sentence, texts[self.at : after.first]))
            if not ended and not any(map(_has_digit, between)):
                yield after, self.name() or self.behind or " ".join(between), True


def _name_of(line: Line, amount: Amount) -> str:
    """The words of its own box in front of *amount* or, where it has none, all up to there."""
    words = words_before(line, amount)
    if not any(map(str.isalpha, words)):
        words = _text(line.row.words[behind_the_last(line, amount) : amount.first])
    return _COUNTED_BEFORE.sub("", words)


_TRIFLES = re.compile(r"[(:.,]")
_COUNTED_BEFORE = re.compile(r"^\(\d+\)\W*")
_WHOLE = re.compile(
    r"(?P<before>|.*[(:.]|[^\x00-\u04ff]*)(?P<number>0|[1-9]\d{0,4})"
    r"(?P<behind>[).,:;]*|[^\x00-\u04ff]+|(?:kpl|db|st|stk|szt|x)\.?)"
)


def whole_numbers(line: Line) -> Iterator[WholeNumber]:
    """Those of *line* that are no part of a date, of an amount or of a code.

    Two behind ``Debit Count / Credit Count`` have a half of it each.
    """
    found = list(_found(line))
    halves = [each.strip() for each in found[0].before[-1].split("/")] if _is_led(found) else []
    if len(halves) == len(found) and all(halves):
        pairs = zip(found, halves, strict=True)
        found = [replace(each, before=(half,)) for each, half in pairs]
    yield from found


def _is_led(numbers: Sequence[WholeNumber]) -> bool:
    """Whether of two numbers only the first has words in front."""
    return len(numbers) == 2 and bool(numbers[0].before) and not numbers[1].before


def _found(line: Line) -> Iterator[WholeNumber]:
    texts = _texts(line)
    taken = {at for day in line.dates for at in range(day.first, day.last + 1)}
    for amount in line.amounts:
        if amount.first != amount.last or not texts[amount.first].isdigit():
            taken |= set(range(amount.first, amount.last + 1))
    for at, text in enumerate(texts):
        found = _WHOLE.fullmatch(text) if at not in taken else None
        if found is None or _is_of_list(texts, at):
            continue
        start, end = _start(texts, at, taken), _end(texts, at, taken)
        closed = _closes(texts[at:end]) if "(" in found["before"] else 0
        end = at + closed if closed else end
        cells = cells_of(line.row.words[at + 1 : end]) if at + 1 < end else []
        behind = f"{found['behind'].strip(').,:;')} {_text(cells[0]) if cells else ''}"
        yield WholeNumber(
            line=line,
            value=int(found["number"]),
            at=at,
            before=tuple(_labels(line, start, at, found["before"])),
            behind=behind.strip(),
            bare=set(range(at)) <= taken or (start == at > 0 and _ends_sentence(texts[at - 1])),
            bracketed=closed > 0,
        )


def _closes(texts: Sequence[str]) -> int:
    """How many of *texts*, the first of which opens a bracket, stand in it; 0 where none ends."""
    ends = (place for place, text in enumerate(texts, start=1) if ")" in text)
    return next(ends, 0)


def captions(lines: Sequence[Line], number: WholeNumber) -> Iterator[str]:
    """The words over *number*: one line, then two."""
    word, index = number.line.row.words[number.at], number.line.index
    text = ""
    for above in reversed(lines[max(index - CAPTIONS_MAX, 0) : index]):
        over = [
            cell
            for cell in cells_of(above.row.words)
            if cell[0].left <= word.right and word.left <= cell[-1].right
        ]
        if above.row.page != number.line.row.page or len(over) != 1:
            return
        text = f"{_text(over[0])} {text}".strip()
        yield text


def _texts(line: Line) -> list[str]:
    return [plain(word.text) for word in line.row.words]


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _is_of_list(texts: Sequence[str], at: int) -> bool:
    """``1.`` or ``2)`` in front of words: the number of a line in a list."""
    numbered = texts[at].endswith((".", ")")) and not texts[at].startswith("(")
    return numbered and at == 0 and len(texts) > 1


#: What ends a sentence, and what only cuts a word short.
_STOP = re.compile(r".*[.!?·|;]$")
_CUT = re.compile(r"\(?(?:no|nos|num|nr|nro|n|nbr|qtd|txns?|trans|celk|op|mov)\.", re.IGNORECASE)


def _ends_sentence(text: str) -> bool:
    return _STOP.match(text) is not None and _CUT.match(text) is None


def _start(texts: Sequence[str], at: int, taken: Collection[int]) -> int:
    """The first word behind the number, or the sentence, before *at*."""
    for index in range(at - 1, -1, -1):
        if index in taken or _has_digit(texts[index]) or _ends_sentence(texts[index]):
            return index + 1
    return 0


def _end(texts: Sequence[str], at: int, taken: Collection[int]) -> int:
    """Where the next number, or the next sentence, begins behind *at*."""
    if _ends_sentence(texts[at]):
        return at + 1
    for index in range(at + 1, len(texts)):
        if index in taken or _has_digit(texts[index]):
            return index
        if _ends_sentence(texts[index]):
            return index + 1
    return len(texts)


def _labels(line: Line, start: int, at: int, glued: str) -> Iterator[str]:
    """The words in front, cell by cell to the left, each with those nearer."""
    said = glued.rstrip("(:.").strip()
    if said:
        yield said
    cells = cells_of(line.row.words[start:at]) if start < at else []
    for cell in reversed(cells):
        said = f"{_text(cell)} {said}".strip()
        if any(map(str.isalpha, said)) or "#" in said:
            yield said

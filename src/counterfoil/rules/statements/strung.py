"""Entries that are one string each: ``2025-01-03 Grocery store -45.20 1,234.56``.

A script wrote date, text and numbers with spaces between them, so that nothing stands under
anything. Here the order on the line tells what a number is: the numbers that all entries end
with are set under each other, and the arithmetic has to prove them like any columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from counterfoil.rules.statements.columns import FAR
from counterfoil.rules.statements.currency_words import CODES
from counterfoil.rules.statements.folding import folded, plain
from counterfoil.rules.statements.lines import Line, dated_places
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.terms import Label
from counterfoil.rules.statements.vocabulary import label_of

ENTRIES_MIN = 3
AFTER = 3  # lines below the last entry that may say where the account ends
NUMBERS_MAX = 4  # of one entry
SAMPLE = 24  # entries that tell nearly every document with columns
ALIGNED = 110  # hundredths of a point
PLACES_MAX = 7  # more different places of the last numbers are no columns
SPACES_OFF = 15  # per cent of a space that a gap may differ from whole spaces by
COLUMN_MAX = 2  # and more are one, where all words are parted alike
GAPS_MAX = 3  # different ones between words
STEP = 20_000  # hundredths of a point, from one number that is set to the next
_BALANCES = {Label.OPENING, Label.CLOSING, Label.CARRIED, Label.BALANCE, Label.DAILY}
#: What a script prints between its fields.
_PART = re.compile(r"[|/;:,~=>*-]{1,3}|[→·•]|(?:bal|balance|saldo|solde)[.:=]{0,2}")
_SIDES = {"cr": 1, "dr": -1, "db": -1}


@dataclass(frozen=True, slots=True)
class Field:
    """One of the numbers that a line ends with."""

    amount: Amount  # its words are those in front too that only part it off
    parts: tuple[str, ...]  # the same words; a dash that was read as its sign is one of them
    dash: bool  # its sign is such a dash


@dataclass(frozen=True, slots=True)
class Shape:
    """What all entries have in common."""

    parts: tuple[tuple[str, ...], ...]  # in front of each of the last numbers
    dashes_part: bool  # " - " stands between all fields: it is no sign

    def of(self, fields: Sequence[Field]) -> tuple[Field, ...] | None:
        """Those of *fields* that it takes; None where they have another shape."""
        count = len(self.parts)
        last = tuple(fields[len(fields) - count :])
        if len(fields) < count or tuple(each.parts for each in last[1:]) != self.parts[1:]:
            return None
        return last


def set_out(lines: Sequence[Line]) -> tuple[Line, ...]:
    """*lines*; where the entries are strings, the numbers at their ends under each other."""
    dated = [lines[place] for place in dated_places(lines)]
    if not _are_strings(dated):
        return tuple(lines)
    entries = [line for line in dated if not _is_balance(line)]
    shape = _shape(entries)
    if shape is None:
        return tuple(lines)
    known = {line.index for line in entries}
    first, last = dated[0].index, dated[-1].index + AFTER
    return tuple(
        _set(line, shape, is_entry=line.index in known) if first <= line.index <= last else line
        for line in lines
    )


def _is_balance(line: Line) -> bool:
    """Whether its words, up to the numbers at its end, say that they are no entry's."""
    fields = _fields(line)
    end = fields[0].amount.first if fields else len(line.row.words)
    start = line.dates[0].last + 1 if line.dates and line.dates[0].last < end else 0
    said = label_of(" ".join(word.text for word in line.row.words[start:end]))
    return said in _BALANCES or (len(fields) == 1 and label_of(line.label()) in _BALANCES)


def _are_strings(entries: Sequence[Line]) -> bool:
    """Whether no number stands under another, and all words whole spaces apart.

    Or parted in a few ways alone: by a space, or by what stood between two fields.
    """
    if len(entries) < ENTRIES_MIN:
        return False
    gaps = [two.left - one.right for line in entries for one, two in pairwise(line.row.words)]
    space = min(gaps, default=0)
    if space <= 0:
        return False
    if _places(gaps) <= GAPS_MAX:
        return not _lined_up(entries, COLUMN_MAX)
    if _lined_up(entries[:SAMPLE], PLACES_MAX) or _lined_up(entries, PLACES_MAX):
        return False
    return all(abs(gap - round(gap / space) * space) * 100 <= space * SPACES_OFF for gap in gaps)


def _lined_up(entries: Sequence[Line], places: int) -> bool:
    """Whether the last numbers end, begin, or have their middles, at so few places."""
    lasts = [line.amounts[-1] for line in entries]
    most = min(len(lasts) // 2, places)
    return any(
        _places(found) <= most
        for found in (
            [each.left for each in lasts],
            [each.right for each in lasts],
            [each.end for each in lasts],
            [(each.left + each.right) // 2 for each in lasts],
        )
    )


def _places(found: Sequence[int]) -> int:
    """How many different ones there are."""
    ordered = sorted(found)
    return 1 + sum(two - one > ALIGNED for one, two in pairwise(ordered))


def _shape(entries: Sequence[Line]) -> Shape | None:
    """What the ends of all *entries* have in common; None where they are not alike."""
    tails = [_fields(line) for line in entries]
    counts = {len(fields) for fields in tails}
    count = min(counts, default=0)
    if not 1 <= count <= NUMBERS_MAX or (count == 1 and len(counts) > 1):
        return None
    tails = [fields[len(fields) - count :] for fields in tails]
    dashes = [field.dash or "-" in field.parts for fields in tails for field in fields]
    if count > 1 and all(dashes):
        tails = [_without_signs(fields) for fields in tails]
        if not all(_dash_behind_date(line) for line in entries) or _one_way(tails):
            return None
    parts = {tuple(field.parts for field in fields[1:]) for fields in tails}
    leads = {fields[0].parts for fields in tails}
    if len(parts) != 1:
        return None
    lead = leads.pop() if len(leads) == 1 else ()
    return Shape((lead, *parts.pop()), count > 1 and all(dashes))


def _without_signs(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Where " - " parts the fields: no sign is one of those dashes."""
    return tuple(
        replace(
            field,
            amount=field.amount._replace(mark=0) if field.dash else field.amount,
            parts=(*field.parts, "-") if field.dash else field.parts,
            dash=False,
        )
        for field in fields
    )


def _one_way(tails: Sequence[Sequence[Field]]) -> bool:
    """No number has a sign, and balances only grow or only shrink: the dashes may be signs."""
    if any(field.amount.mark for fields in tails for field in fields):
        return False
    balances = [fields[-1].amount.value for fields in tails]
    return len({one < two for one, two in pairwise(balances)}) == 1


def _dash_behind_date(line: Line) -> bool:
    behind = line.dates[0].last + 1
    return behind < len(line.row.words) and plain(line.row.words[behind].text) == "-"


def _fields(line: Line) -> tuple[Field, ...]:
    """The numbers that *line* ends with, as far as nothing but parts stands between them."""
    texts = [folded(word.text) for word in line.row.words]
    found: list[Field] = []
    end = len(texts)
    for amount in reversed(line.amounts):
        between = texts[amount.last + 1 : end]
        side = _SIDES.get(between[0].strip("().")) if between and not amount.mark else None
        if side is not None:
            amount = amount._replace(mark=side, lettered=True, last=amount.last + 1)
            between = between[1:]
        coded = between[:1] and between[0].upper() in CODES  # "24,08 EUR 594,04"
        parts = between[1:] if coded else between
        if not all(_PART.fullmatch(text) for text in parts) or _is_glued(amount, texts):
            break
        if found:
            found[-1] = _parted(found[-1], tuple(between))
        elif between:
            amount = amount._replace(last=end - 1)
        dash = amount.mark != 0 and amount.first < amount.last and texts[amount.first] == "-"
        found.append(Field(amount, (), dash))
        end = amount.first
    if found and end and _PART.fullmatch(texts[end - 1]):
        found[-1] = _parted(found[-1], (texts[end - 1],))
    return tuple(reversed(found))


def _parted(field: Field, parts: tuple[str, ...]) -> Field:
    first = field.amount.first - len(parts)
    return replace(field, amount=field.amount._replace(first=first), parts=parts)


def _is_glued(amount: Amount, texts: Sequence[str]) -> bool:
    return sum(each.isalpha() for each in texts[amount.first]) > 3


def _set(line: Line, shape: Shape, *, is_entry: bool) -> Line:
    """*line* with the numbers at its end set under those of the others.

    A balance alone is set under the last ones; a line without a date, that ends as the
    entries do, is the second line of one.
    """
    fields = _fields(line)
    labelled = not is_entry and _is_balance(line)
    if labelled and len(fields) == 1:
        taken: tuple[Field, ...] | None = fields
    else:
        fields = _without_signs(fields) if shape.dashes_part else fields
        taken = shape.of(fields) if is_entry or not labelled else None
    if not taken:
        return line
    first = taken[0].amount
    if taken[0].parts and taken[0].parts != shape.parts[0]:  # the text itself ends with it
        first = first._replace(first=first.first + len(taken[0].parts))
    ends = (first, *(field.amount for field in taken[1:]))
    others = tuple(each._replace(alone=False) for each in line.amounts if each.last < first.first)
    places = range(FAR - (len(ends) - 1) * STEP, FAR + 1, STEP)
    moved = tuple(_moved(each, place) for each, place in zip(ends, places, strict=True))
    return replace(_without_part(line), amounts=(*others, *moved))


def _moved(amount: Amount, right: int) -> Amount:
    left = right - (amount.right - amount.left)
    return amount._replace(left=left, right=right, end=right, alone=True)


def _without_part(line: Line) -> Line:
    """What parts the date from the text belongs to the date."""
    if not line.dates:
        return line
    date = line.dates[0]
    behind = date.last + 1
    if behind < len(line.row.words) and _PART.fullmatch(folded(line.row.words[behind].text)):
        return replace(line, dates=(date._replace(last=behind), *line.dates[1:]))
    return line


def is_set(line: Line) -> bool:
    """Whether its last number was set under those of the other lines."""
    return bool(line.amounts) and line.amounts[-1].right == FAR

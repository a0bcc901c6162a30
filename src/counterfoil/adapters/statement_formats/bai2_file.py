"""BAI2 cash management files. The home of bai2.

bai2 reads the records, and is held against the raw lines: every amount of an entry, the
number of entries, and all control totals and record counts of the file (49, 98 and 99).

Source: BAI, Cash Management Balance Reporting Specifications, version 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bai2 import bai2
from bai2.exceptions import IntegrityException, NotSupportedYetException, ParsingException

from counterfoil.adapters.statement_formats.bai2_accounts import Record, account_draft
from counterfoil.adapters.statement_formats.options import ReadOptions
from counterfoil.adapters.statement_formats.texts import broken, decoded
from counterfoil.domain.statement_drafts import Draft
from counterfoil.domain.statements import Equation, Place
from counterfoil.errors import Quarantined

_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*01,[^\r\n]*[\r\n]+\s*02,")
_LINE_ENDS = re.compile(r"\r\n|\n|\r")
#: Headers and trailers in pairs. bai2 reads a last record 16 for ever, until memory is full.
_ORDER = re.compile(r"01(?:02(?:03(?:16)*49)+98)+99")
#: What bai2 raises at a record that it cannot read.
_UNREADABLE = (
    ParsingException,
    NotSupportedYetException,
    IntegrityException,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    StopIteration,
    OverflowError,
)


def recognise(content: bytes) -> str | None:
    """``"bai2"``, or None for another content."""
    return "bai2" if _HEAD.match(content) else None


def read(content: bytes, options: ReadOptions) -> list[Draft]:
    """One draft of every account record (03) in the file.

    Raises:
        Quarantined: The file is not BAI2 version 2, or a record cannot be read.
    """
    text, shortfall = decoded(content, options.encoding)
    drafts: list[Draft] = []
    for lines in _files(text):
        records = _records(lines)
        if not _ORDER.fullmatch("".join(each.code for each in records)):
            raise broken("cut_off", f"line {lines[0][0]}: not every header (01, 02, 03) has an end")
        drafts += _file(_library([line for _, line in lines]), records)
    if not drafts:
        raise broken("no_statement", "the file holds no account (record 03)")
    shortfalls = (shortfall,) if shortfall else ()
    return [replace(each, shortfalls=each.shortfalls + shortfalls) for each in drafts]


def _files(text: str) -> list[list[tuple[int, str]]]:
    """The numbered lines of each file in the stream: a record 01 begins the next one."""
    files: list[list[tuple[int, str]]] = []
    for number, whole in enumerate(_LINE_ENDS.split(text), 1):
        line = whole.strip()
        if line.startswith("01,") or (line and not files):
            files.append([])
        if line:
            files[-1].append((number, line))
    return files


def _records(lines: Sequence[tuple[int, str]]) -> list[Record]:
    records: list[Record] = []
    for number, line in lines:
        code, _, rest = line.partition(",")
        if code == "88" and records:
            records[-1] = replace(records[-1], size=records[-1].size + 1)
        else:
            fields = tuple(rest.rstrip("/").split(","))
            records.append(Record(code=code, line=number, fields=fields, size=1))
    return records


def _library(lines: list[str]) -> Any:
    try:
        return bai2.parse_from_lines(iter(lines), check_integrity=False)
    except _UNREADABLE as trouble:
        reason = f"the file is not BAI2 version 2 as bai2 knows it ({type(trouble).__name__})"
        raise broken("unreadable", reason) from trouble


def _file(file: Any, records: Sequence[Record]) -> list[Draft]:
    """Every account of one file, with the controls of its group and of the whole file."""
    raw = iter(records)
    _take(raw, "01")
    drafts: list[Draft] = []
    size = 0
    for group in file.children:
        found, lines = _group(group, raw)
        drafts += found
        size += lines
    tail = _take(raw, "99")
    if next(raw, None) is not None:
        raise _other_order()
    checks = _controls(
        tail.place(),
        (sum(each.trailer.group_control_total for each in file.children), len(file.children)),
        (file.trailer.file_control_total, file.trailer.number_of_groups),
        (size + records[0].size + tail.size, file.trailer.number_of_records),
    )
    return [replace(each, checks=each.checks + checks) for each in drafts]


def _group(group: Any, raw: Iterator[Record]) -> tuple[list[Draft], int]:
    """The accounts of one group, and how many lines it has."""
    head = _take(raw, "02")
    size = head.size
    drafts: list[Draft] = []
    for account in group.children:
        records = [_take(raw, "03")]
        records += [_take(raw, "16") for _ in account.children]
        records.append(_take(raw, "49"))
        lines = sum(each.size for each in records)
        drafts.append(account_draft(group, account, records, lines))
        size += lines
    tail = _take(raw, "98")
    size += tail.size
    checks = _controls(
        tail.place(),
        (sum(each.trailer.account_control_total for each in group.children), len(group.children)),
        (group.trailer.group_control_total, group.trailer.number_of_accounts),
        (size, group.trailer.number_of_records),
    )
    return [replace(each, checks=each.checks + checks) for each in drafts], size


def _take(raw: Iterator[Record], code: str) -> Record:
    record = next(raw, None)
    if record is None or record.code != code:
        raise _other_order()
    return record


def _other_order() -> Quarantined:
    return broken("two_readings", "bai2 reads other records than stand in the file")


def _controls(
    place: Place,
    found: tuple[int, int],
    declared: tuple[int, int | None],
    lines: tuple[int, int | None],
) -> tuple[Equation, ...]:
    """A trailer's control total, number of parts and number of lines, in minor units."""
    pairs = (
        ("control_total", found[0], declared[0]),
        ("parts", found[1], declared[1]),
        ("records", *lines),
    )
    return tuple(
        Equation(
            kind=kind,
            says=f"{kind.replace('_', ' ')} {left:,} = declared {right or 0:,}",
            left=Decimal(left),
            right=Decimal(right or 0),
            places=(place,),
        )
        for kind, left, right in pairs
    )

"""CSV by map: the bank's own table, as selectors/statements/<name>.csv.toml describes it.

Every row below the header is an entry, a line that the map's labels name, or a problem:
nothing is skipped. A CSV that is cut off anywhere still parses, so only its balances and
totals show that it is whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from counterfoil.adapters.statement_formats.csv_doubts import doubts
from counterfoil.adapters.statement_formats.csv_lines import Head, Lines, read_head, read_label
from counterfoil.adapters.statement_formats.csv_maps import plain
from counterfoil.adapters.statement_formats.csv_rows import Entry, read_entry
from counterfoil.adapters.statement_formats.csv_table import Row, Table, tables
from counterfoil.adapters.statement_formats.options import ReadOptions
from counterfoil.adapters.statement_formats.texts import shown
from counterfoil.domain.statement_drafts import Aside, Draft, Problem
from counterfoil.domain.statements import Place, Transaction
from counterfoil.errors import Quarantined

_SNIFFED = (";", ",", "\t", "|")
_NOT_TEXT = (b"\x00", b"%PDF", b"PK\x03\x04")


def recognise(content: bytes) -> str | None:
    """``"csv"`` for text with the same delimiter in two lines; None for another content.

    It is asked last: whether the text is a statement, only a map can tell.
    """
    if any(each in content[:4096] for each in _NOT_TEXT) or content.lstrip()[:1] in (b"<", b"{"):
        return None
    lines = content.replace(b"\r", b"\n").split(b"\n")
    delimited = (sum(each.encode() in line for line in lines) for each in _SNIFFED)
    return "csv" if any(count > 1 for count in delimited) else None


def read(content: bytes, options: ReadOptions) -> list[Draft]:
    """One draft of every account and currency in the table.

    Maps, encodings and delimiters that find their header words are all tried; two that read
    the file without a problem and differently are one too many.

    Raises:
        Quarantined: No map fits, or two do.
    """
    found = tables(content, options.csv_maps)
    if not found:
        raise Quarantined(
            "no_map",
            f"none of {len(options.csv_maps)} CSV maps finds its header words in"
            f" {_first_words(content)}",
            remedy="write selectors/statements/<name>.csv.toml for this layout",
        )
    readings = [(each.map.title, _drafts(each)) for each in found]
    readings.sort(key=lambda each: sum(len(draft.problems) for draft in each[1]))
    first, *others = readings
    for title, drafts in others:
        if drafts != first[1] and not any(draft.problems for draft in drafts):
            raise Quarantined(
                "two_readings",
                f"the maps {first[0]!r} and {title!r} read the table differently",
                remedy="name the one map of this account in config.toml",
            )
    return first[1]


def _first_words(content: bytes) -> str:
    line = content.split(b"\n", 1)[0].decode("utf-8", errors="replace")
    return shown(line.strip("\ufeff\r "))


@dataclass(slots=True)
class _Found:
    head: Head
    lines: Lines
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)  # that are neither blank nor labelled
    read: list[Row] = field(default_factory=list)  # of these, the ones that are entries


def _drafts(table: Table) -> list[Draft]:
    lines = Lines()
    found = _Found(read_head(table, lines), lines)
    for row in table.rows:
        _sort(row, table, found)
    owners = list(dict.fromkeys((each.account, each.currency) for each in found.entries))
    if len(owners) > 1 and (lines.opening or lines.closing or lines.totals):
        found.problems.append(_whose(table))
    alone = len(owners) <= 1
    return [_draft(owner, table, found, alone=alone) for owner in owners or [("", "")]]


def _sort(row: Row, table: Table, found: _Found) -> None:
    """Every row ends in exactly one place."""
    if row.is_blank() or read_label(row, table.map, found.lines):
        return
    found.rows.append(row)
    width = len(table.header.cells)
    if len(row.cells) < width or any(each.strip() for each in row.cells[width:]):
        reason = f"the row has {len(row.cells)} cells, the header {width}"
        found.problems.append(_problem("not_a_row", reason, row))
        return
    entry = read_entry(row, table.columns, table.map)
    if isinstance(entry, Problem):
        found.problems.append(entry)
    else:
        found.entries.append(entry)
        found.read.append(row)


def _draft(owner: tuple[str, str], table: Table, found: _Found, *, alone: bool) -> Draft:
    head, lines = found.head, found.lines
    said = [each.said for each in found.entries if (each.account, each.currency) == owner]
    if table.map.newest_first:
        said.reverse()
    return Draft(
        account=owner[0] or head.account,
        currency=owner[1] or head.currency,
        number=head.number,
        period=head.period,
        opening=lines.opening if alone else None,
        closing=lines.closing if alone else None,
        transactions=tuple(each for each in said if isinstance(each, Transaction)),
        asides=tuple(each for each in said if isinstance(each, Aside)),
        totals=tuple(lines.totals) if alone else (),
        entries=len(found.rows) if alone else None,
        problems=(
            *lines.problems,
            *found.problems,
            *(_one_end(table, found) if alone else ()),
            *doubts(table, found.read, owner[1] or head.currency),
        ),
        shortfalls=tuple(_shortfalls(table)),
    )


def _one_end(table: Table, found: _Found) -> Iterator[Problem]:
    """A file that prints one of the two balances may have lost the other, and rows with it.

    A bank that prints only one of them has a map without words for the other.
    """
    known, lines = table.map.labels, found.lines
    if found.rows and known.opening and known.closing:
        if lines.opening is not None and lines.closing is None:
            reason = "the opening balance is printed, the closing balance is not: it may be cut off"
            yield _problem("end_missing", reason, found.rows[-1])
        elif lines.closing is not None and lines.opening is None:
            reason = "the closing balance is printed, the opening balance is not: rows may be gone"
            yield _problem("end_missing", reason, found.rows[0])


def _shortfalls(table: Table) -> Iterator[str]:
    if not table.declared:
        yield f"the map {table.map.title!r} was found by its header words, not declared"
    if table.unknown:
        words = ", ".join(shown(plain(each)) for each in table.unknown[:5])
        yield f"{len(table.unknown)} columns are not in the map and were not read: {words}"


def _whose(table: Table) -> Problem:
    reason = "balances or totals beside entries of several accounts: whose are they?"
    return _problem("several_accounts", reason, table.header)


def _problem(code: str, reason: str, row: Row) -> Problem:
    remedy = "fetch the file again; if it is whole, correct the map"
    return Problem(code=code, reason=reason, place=Place(line=row.line), remedy=remedy)

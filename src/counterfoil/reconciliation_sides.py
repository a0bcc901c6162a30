"""Read one side of a reconciliation, whatever it is: a table by its map, or proved statements.

The one way in for workflows and commands. It parses nothing itself: a stranger's file is
opened in the limited child alone.
"""

from __future__ import annotations

from pathlib import Path

from counterfoil.adapters.file_kinds import HEAD_BYTES, KINDS, is_pdf
from counterfoil.adapters.parser_box import nursery
from counterfoil.adapters.reconciliation_files import Side, SideName, of_statements, read_table
from counterfoil.adapters.sheets.big_tables import PARSER
from counterfoil.domain.reconciliation import Progress, unseen
from counterfoil.errors import Quarantined

#: What only a statement begins like; a CSV may be a statement or a table.
_STATEMENTS = ("camt.053", "mt940", "ofx", "bai2")
#: What a CSV of a statement is refused with as a table.
_NO_TABLE = ("no_header", "not_a_table")


def read_sides(
    bank: Path, ledger: Path, selectors: Path, progress: Progress = unseen
) -> tuple[Side, Side]:
    """Both sides, as :func:`read_side` reads them: two boxes of one nursery."""
    with nursery(PARSER):
        return (
            read_side("bank", bank, selectors, progress),
            read_side("ledger", ledger, selectors, progress),
        )


def read_side(side: SideName, path: Path, selectors: Path, progress: Progress = unseen) -> Side:
    """The lines of *path* with the totals that were taken of them.

    Args:
        selectors: The suite's folder of maps: ``sheets`` for tables, ``statements`` for what a
            statement cannot be read without.

    Raises:
        Quarantined: It cannot be read as a whole, or a statement in it is not proved; the
            message names the file, the place and the remedy.
        MapError: A map is not exactly right.
    """
    if not path.is_file():
        raise Quarantined("no_file", f"{path}: there is no such file", remedy="check its name")
    if side == "bank" and _is_statement(path):
        return _of_statements(path, selectors)
    try:
        return read_table(side, path, selectors / "sheets", progress)
    except Quarantined as trouble:
        if side != "bank" or trouble.code not in _NO_TABLE:
            raise
        return _or_else(path, selectors, trouble)


def _is_statement(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES).removeprefix(b"\xef\xbb\xbf")
    return is_pdf(path) or any(KINDS[each].begins.match(head) for each in _STATEMENTS)


def _or_else(path: Path, selectors: Path, as_table: Quarantined) -> Side:
    """A CSV that is no table of ours may be a bank's statement."""
    try:
        return _of_statements(path, selectors)
    except Quarantined as as_statement:
        if as_statement.code == "not_proved":
            raise
        raise as_table from as_statement


def _of_statements(path: Path, selectors: Path) -> Side:
    from counterfoil.statements import HowToRead, read_document  # few sides are statements

    maps = selectors / "statements"
    try:
        reading = read_document(path, HowToRead(maps=maps if maps.is_dir() else None))
    except Quarantined as trouble:
        reason = f"{path}: {trouble.reason}"
        raise Quarantined(trouble.code, reason, remedy=trouble.remedy) from trouble
    unproved = reading.unproved()
    if unproved or not reading.proved():
        named = "; ".join(f"{each.account or 'the document'}: {each.reason}" for each in unproved)
        raise Quarantined(
            "not_proved",
            f"{path}: {named or 'there is no statement in it'}",
            remedy="only a proved statement is reconciled: see counterfoil statement read",
        )
    return of_statements(path, [each.statement for each in reading.proved()])

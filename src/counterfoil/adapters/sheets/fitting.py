"""Which of several maps a file was written by: the one whose header words it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from counterfoil.adapters.sheets.maps import SheetMap
from counterfoil.adapters.sheets.table import Table
from counterfoil.errors import Quarantined

#: What a file is refused with that was written by another map.
NOT_BY_IT = ("no_header", "no_sheet")

Found = TypeVar("Found")


def the_one_that_fits(
    sheet_maps: Sequence[SheetMap], attempt: Callable[[SheetMap], Found]
) -> tuple[SheetMap, Found]:
    """The one map with which *attempt* finds the header, and what it found.

    Raises:
        Quarantined: No map fits, and what each of them misses; or several do.
    """
    found: list[tuple[SheetMap, Found]] = []
    missed: list[tuple[SheetMap, Quarantined]] = []
    for each in sheet_maps:
        try:
            found.append((each, attempt(each)))
        except Quarantined as trouble:
            if trouble.code not in NOT_BY_IT:
                raise
            missed.append((each, trouble))
    if len(found) == 1:
        return found[0]
    if not found:
        raise _none(missed)
    titles = " and ".join(repr(each.title) for each, _ in found)
    raise Quarantined(
        "two_maps",
        f"the header fits {titles}, and they may read it differently",
        remedy="remove the columns that belong to only one of them, or say which map it is",
    )


def _none(missed: Sequence[tuple[SheetMap, Quarantined]]) -> Quarantined:
    if len(missed) == 1:
        return missed[0][1]
    reasons = "; ".join(f"as {each.title!r}: {trouble.reason}" for each, trouble in missed)
    return Quarantined(
        "no_header", reasons, remedy="rename the headers, or add a map in selectors/sheets"
    )


def refuse_one_sided(table: Table, sheet_map: SheetMap) -> None:
    """Raises Quarantined: of two columns that make one amount only one is there."""
    signed = sheet_map.signed
    for name in (signed.plus, signed.minus) if signed else ():
        if name not in table.columns:
            where = f"sheet {table.sheet.name!r}: " if table.sheet.name else ""
            raise Quarantined(
                "no_header",
                f"{where}the header has no {name}, of which {signed} is made",
                remedy=f"the header must hold {sheet_map.columns[name].headers[0]!r}",
            )

"""Read one list of a system as a whole, by its map: open receipts, mandates; any system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bots.sign_on import signed_on
from counterfoil.adapters.screens import Screen, Session, open_screen
from counterfoil.adapters.screens.evidence import take_register
from counterfoil.adapters.screens.tables import Listing, read, read_list
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.values import Value
from counterfoil.errors import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Every line of one list, read to its proven end."""

    columns: tuple[str, ...]  # by the map's own names
    key: str  # the column that names each line
    rows: tuple[Mapping[str, Value], ...]
    proof: str  # "Page 4 of 4"
    read_at: datetime  # UTC, when it was asked for
    evidence: tuple[Evidence, ...]


async def read_register(session: Session, name: str) -> Register:
    """The list that ``[lists.<name>]`` of the system's map describes. Keys nothing.

    Raises:
        Unavailable: It could not be read to its end, or shows a line twice; nothing is known.
    """
    return await signed_on(session, lambda: _read(session, name))


async def _read(session: Session, name: str) -> Register:
    task = session.system.map.lists[name]
    search = await open_screen(session, task.screen)
    await search.fill({})
    asked_at = datetime.now(UTC)
    found = await search.press(task.action, {}, leads_to=task.list)
    listing = await read_list(found)
    table = found.map.table
    assert table is not None, "the map's check sees to it"
    return Register(
        columns=tuple(table.columns),
        key=table.key,
        rows=_typed(found, listing),
        proof=listing.proof,
        read_at=asked_at,
        evidence=await take_register(found, listing),
    )


def _typed(screen: Screen, listing: Listing) -> tuple[Mapping[str, Value], ...]:
    """The texts as values of their columns; an empty cell stays an empty text."""
    table, locale = screen.map.table, screen.session.system.map.locale
    assert table is not None
    names = Counter(row[table.key] for row in listing.rows)
    if twice := sorted(name for name, count in names.items() if count > 1 or not name):
        raise Unavailable(screen.where, f"the list shows {twice[0]!r} more than once, or unnamed")
    try:
        return tuple(
            {
                name: read(row[name], column, locale) if row[name] else ""
                for name, column in table.columns.items()
            }
            for row in listing.rows
        )
    except ValueError as trouble:
        raise Unavailable(screen.where, f"a line of the list cannot be read: {trouble}") from None

"""Lists of statements: what each line says, and what is pressed to get its file."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.adapters.map_lists import Table
from counterfoil.adapters.screens.inventory import Control
from counterfoil.adapters.screens.screen import Screen
from counterfoil.adapters.screens.tables import Line, ListPage, read
from counterfoil.domain.secrets import bare
from counterfoil.domain.statement_orders import ListedStatement
from counterfoil.domain.values import Value
from counterfoil.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Offer:
    """One statement of the list, and the control of each format that its line has."""

    listed: ListedStatement
    controls: Mapping[str, Control]


def offers_of(page: ListPage, account: str) -> tuple[Offer, ...]:
    """The lines of *account*, in the order of the page.

    Raises:
        Unavailable: A line cannot be read, or has two controls for one format.
    """
    screen = page.screen
    lines = [(line, _values_of(screen, line)) for line in page.lines]
    return tuple(
        Offer(_listed(values, account), _controls_of(screen, line))
        for line, values in lines
        if bare(str(values.get("account", account))) == bare(account)
    )


def seen_of(offers: tuple[Offer, ...]) -> list[dict[str, Any]]:
    """The same for the evidence; the account is left out."""
    return [
        {
            "first": each.listed.first,
            "last": each.listed.last,
            "number": each.listed.number,
            "currency": each.listed.currency,
            "opening": each.listed.opening,
            "closing": each.listed.closing,
            "formats": sorted(each.controls),
        }
        for each in offers
    ]


def _table_of(screen: Screen) -> Table:
    table = screen.map.table
    assert table is not None
    assert table.downloads
    return table


def _values_of(screen: Screen, line: Line) -> dict[str, Value]:
    locale = screen.session.system.map.locale
    try:
        return {
            name: read(line.row[name], column, locale)
            for name, column in _table_of(screen).columns.items()
        }
    except ValueError as trouble:
        raise Unavailable(screen.where, f"a line of the list cannot be read: {trouble}") from None


def _listed(values: Mapping[str, Any], account: str) -> ListedStatement:
    first: date | None = values.get("first")
    last: date | None = values.get("last")
    if (month := values.get("month")) is not None:
        first = first or month.replace(day=1)
        last = last or month.replace(day=monthrange(month.year, month.month)[1])
    assert last is not None, "the map's check sees to it"
    opening: Decimal | None = values.get("opening")
    closing: Decimal | None = values.get("closing")
    return ListedStatement(
        account=account,
        first=first,
        last=last,
        number=values.get("number", ""),
        currency=values.get("currency", ""),
        opening=opening,
        closing=closing,
    )


def _controls_of(screen: Screen, line: Line) -> dict[str, Control]:
    controls = {each.index: each for each in screen.sight.controls if not each.is_box}
    found: dict[str, Control] = {}
    for name, download in _table_of(screen).downloads.items():
        here = [controls[at] for at in line.held[download.header] if at in controls]
        fitting = [each for each in here if download.label in ("", each.label)]
        if len(fitting) > 1:
            raise Unavailable(screen.where, f"a line offers {name} {len(fitting)} times")
        if fitting:
            found[name] = fitting[0]
    return found

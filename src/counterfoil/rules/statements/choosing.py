"""With which layout map, if any, a document is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from counterfoil.domain.pages import PrintedPages
from counterfoil.domain.statement_layouts import Layout
from counterfoil.domain.statements import StatementReading, Unproved
from counterfoil.rules.statements.layout_fit import CODE
from counterfoil.rules.statements.layouts import recognises
from counterfoil.rules.statements.opinions import agrees
from counterfoil.rules.statements.reading import Examined, examine


def examine_with(printed: PrintedPages, today: date, layouts: Sequence[Layout]) -> Examined:
    """Read *printed* with the map whose words stand on its first page, if there is one.

    A map goes before the reader's own opinion, because a person wrote it down. Where the
    document proves without its map and not with it, one of the two is wrong: refused.
    """
    known = [layout for layout in layouts if not recognises(printed, layout)]
    if not known:
        return examine(printed, today)
    tried = [(layout, examine(printed, today, layout)) for layout in known]
    proved = [found for _, found in tried if not found.reading.unproved()]
    if not proved:
        return _without(printed, today, *tried[0])
    if any(not agrees(proved[0].reading, other.reading) for other in proved[1:]):
        names = " and ".join(repr(layout.name) for layout, _ in tried)
        return _refused(proved[0], "two_readings", f"the maps {names} read it differently")
    return proved[0]


def _without(printed: PrintedPages, today: date, layout: Layout, found: Examined) -> Examined:
    """The map's own failure or, where the document proves without it, that."""
    blind = examine(printed, today)
    if blind.reading.unproved():
        return found
    why = found.reading.unproved()[0].reason
    reason = (
        f"the map {layout.name!r} is for this bank and does not prove it ({why}), and without"
        " the map it proves: correct the map, or take it away"
    )
    return _refused(found, CODE, reason)


def _refused(found: Examined, code: str, reason: str) -> Examined:
    verdict = Unproved(account="", code=code, reason=reason)
    reading = StatementReading(
        source=found.reading.source, verdicts=(verdict,), pages=found.reading.pages
    )
    return replace(found, reading=reading)

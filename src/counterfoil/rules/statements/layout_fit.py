"""Whether a document is what its layout map says: a hint that is contradicted is said aloud."""

from __future__ import annotations

from collections.abc import Iterator

from counterfoil.domain.pages import PrintedPages
from counterfoil.domain.statement_layouts import Layout, words_of
from counterfoil.domain.statements import Place, Unproved
from counterfoil.rules.statements.currencies import Kept
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.layouts import headings_found, orders, recognises
from counterfoil.rules.statements.number_styles import Style, style_votes
from counterfoil.rules.statements.search import newest_first

CODE = "map_does_not_fit"


def misfit(document: Document, printed: PrintedPages, layout: Layout | None) -> Unproved | None:
    """Why *layout* is not this document's; None where nothing contradicts it.

    Args:
        printed: As it stands in the file, not in our words.
    """
    if layout is None:
        return None
    found = list(_misfits(document, printed, layout))
    if not found:
        return None
    reason, place = found[0]
    return Unproved(account="", code=CODE, reason=f"map {layout.name!r}: {reason}", place=place)


def _misfits(
    document: Document, printed: PrintedPages, layout: Layout
) -> Iterator[tuple[str, Place | None]]:
    if missing := recognises(printed, layout):
        yield f"{missing[0]!r} is not on page 1", None
    if not headings_found(printed, layout):
        words = ", ".join(repr(word) for _, word in list(words_of(layout.columns))[:4])
        yield f"no line holds two of its column headings ({words})", None
    yield from _other_mark(printed, layout)
    for _, events in document.tables:
        yield from _other_days(events, layout)
    yield from _other_direction(document, layout)


def _other_mark(printed: PrintedPages, layout: Layout) -> Iterator[tuple[str, None]]:
    """All numbers with decimals have them behind the other mark."""
    if not layout.decimal_mark:
        return
    votes = style_votes([row for page in printed.pages for row in page.rows])
    other = "," if layout.decimal_mark == "." else "."
    ours, theirs = (
        votes[Style(mark)] + votes[Style(mark, spaced=True)]
        for mark in (layout.decimal_mark, other)
    )
    if theirs and not ours:
        yield f"decimal_mark is {layout.decimal_mark!r}, and {theirs} numbers have {other!r}", None


def _other_days(events: tuple[Event, ...], layout: Layout) -> Iterator[tuple[str, Place]]:
    """A date that is none in the told order."""
    (order,) = orders(layout) if layout.day_order else (None,)
    for event in events:
        if order and event.kind is Kind.ENTRY and event.date and not event.date.can_be(order):
            where = f"{event.line.text[:40]!r} on page {event.line.row.page}"
            yield (
                f"day_order is {layout.day_order!r}, and {where} has no such date",
                event.line.place(),
            )
            return


def _other_direction(document: Document, layout: Layout) -> Iterator[tuple[str, None]]:
    if layout.newest_first is None:
        return
    for _, events in document.tables:
        found = newest_first(events)
        if found is not None and found is not layout.newest_first:
            way = "newest" if found else "oldest"
            said = "true" if layout.newest_first else "false"
            yield f"newest_first is {said}, and the dates run {way} first", None
            return


def currency(kept: Kept, layout: Layout | None) -> Kept | Unproved:
    """The map's currency where the document prints none for sure; another one is no fit."""
    if layout is None or not layout.currency:
        return kept
    if kept.code and not kept.shortfall and kept.code != layout.currency:
        reason = f"map {layout.name!r}: currency is {layout.currency}, and {kept.code} is printed"
        return Unproved(account="", code=CODE, reason=reason)
    return Kept(layout.currency, "")


def evidence(layout: Layout | None) -> tuple[str, ...]:
    """What a proof says of the map that it was read with."""
    if layout is None:
        return ()
    said = [f"read with the map {layout.name!r}"]
    if layout.day_order is not None:
        said.append(f"the map says that dates are printed {layout.day_order}")
    if layout.currency:
        said.append(f"the map says that the currency is {layout.currency}")
    return tuple(said)

"""What pages look for: items and changes by their marks, a page after the other, without counting.

A later page begins after the last row of the one before, so that it costs what the first one
does. Text is looked for by reading rows, which both databases do fast enough for items; through
changes a search goes back piece by piece, as far as it gets in its time, and says how far.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select

from counterfoil.domain.items import ItemState
from counterfoil.store import schema

_SPECIAL, _ESCAPED = re.compile("([/%_])"), r"/\1"
ITEM_ID = re.compile(r"(B-[A-Z0-9]{10})-([0-9]{4,9})")


@dataclass(frozen=True, slots=True)
class Contains:
    """How one database looks for a text: large and small letters are the same."""

    dialect: str

    def __call__(self, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
        """Whether *text* stands anywhere in *column*."""
        pattern = f"%{_SPECIAL.sub(_ESCAPED, text)}%"
        if self.dialect == "sqlite":
            return column.like(pattern, escape="/")  # is so by itself, at a third of the price
        return column.ilike(pattern, escape="/")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemQuery:
    """Which items; nothing given: all of them."""

    item_id: str | None = None
    batch_id: str | None = None
    system: str | None = None
    states: Collection[ItemState] = ()
    text: str = ""  # in id, reference, amount, code, reason or the bank's reference
    after: str = ""  # an item id: only those that come after it, by batch and row

    def where(self, contains: Contains) -> list[ColumnElement[bool]]:
        """The conditions."""
        items = schema.items
        found: list[ColumnElement[bool]] = []
        if self.item_id is not None:
            found.append(items.c.item_id == self.item_id)
        if self.batch_id is not None:
            found.append(items.c.batch_id == self.batch_id)
        if self.system is not None:
            found.append(items.c.system == self.system)
        if self.states:
            found.append(items.c.state.in_(self.states))
        if self.after:
            found.append(self._comes_after())
        if self.text:
            found.append(self._has_text(contains))
        return found

    def _comes_after(self) -> ColumnElement[bool]:
        items, named = schema.items, ITEM_ID.fullmatch(self.after)
        if named is None:
            return false()
        batch, row = named[1], int(named[2])
        later = and_(items.c.batch_id == batch, items.c.row > row)
        if self.batch_id is not None:
            return later
        return and_(items.c.batch_id >= batch, or_(items.c.batch_id > batch, later))

    def _has_text(self, contains: Contains) -> ColumnElement[bool]:
        items, receipts = schema.items, schema.receipts
        columns = (items.c.item_id, items.c.reference, items.c.amount, items.c.code, items.c.reason)
        booked = select(receipts.c.item_id).where(
            contains(receipts.c.bank_reference, self.text),
        )
        likely = [contains(each, self.text) for each in columns]
        return or_(*likely, items.c.item_id.in_(booked))


#: A change's place: at, and the record that tells it.
Place = tuple[datetime, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepQuery:
    """Which changes; nothing given: all of them."""

    text: str = ""  # in what is told, or in the name of what it is about
    kind: str = ""
    since: datetime | None = None  # UTC, inside
    until: datetime | None = None  # UTC, outside

    def bounds(self) -> list[ColumnElement[bool]]:
        """The conditions that an index answers."""
        steps = schema.steps
        found: list[ColumnElement[bool]] = []
        if self.kind:
            found.append(steps.c.kind == self.kind)
        if self.since is not None:
            found.append(steps.c.at >= self.since)
        if self.until is not None:
            found.append(steps.c.at < self.until)
        return found

    def has_text(self, contains: Contains) -> ColumnElement[bool]:
        """The condition that every row has to be read for."""
        steps = schema.steps
        likely = (steps.c.told, steps.c.item_id, steps.c.batch_id, steps.c.arrival_id)
        return or_(*(contains(each, self.text) for each in likely))


def older(place: Place) -> ColumnElement[bool]:
    """Changes that a list of the newest first shows after *place*."""
    steps, (at, stream, seq) = schema.steps, place
    within = or_(steps.c.seq < seq, and_(steps.c.seq == seq, steps.c.stream < stream))
    return and_(steps.c.at <= at, or_(steps.c.at < at, within))


def down_to(place: Place) -> ColumnElement[bool]:
    """All the others: those before *place*, and the one there."""
    steps, (at, stream, seq) = schema.steps, place
    within = or_(steps.c.seq > seq, and_(steps.c.seq == seq, steps.c.stream >= stream))
    return and_(steps.c.at >= at, or_(steps.c.at > at, within))


#: The newest first.
ORDER = (schema.steps.c.at.desc(), schema.steps.c.seq.desc(), schema.steps.c.stream.desc())

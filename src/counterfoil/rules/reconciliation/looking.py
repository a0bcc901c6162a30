"""Look at one line of the open period: what it is, in which match or break, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from counterfoil.domain.reconciliation import day_of
from counterfoil.domain.reconciliation_decisions import LineSeen
from counterfoil.errors import Refused
from counterfoil.rules.reconciliation.carrying import Period
from counterfoil.rules.reconciliation.identity import CONTENT, digests

SIDES = ("bank", "ledger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One line. Rows are of MATCHES, BREAKS and PROPOSALS."""

    line: dict[str, Any]  # its content
    match: dict[str, Any] | None
    broken: dict[str, Any] | None
    proposals: tuple[dict[str, Any], ...]  # claims that did not stand out, the likeliest first
    aside: tuple[dict[str, Any], ...]  # other content under its id, for a person to decide


def seen(period: Period, side: str, ids: Collection[str]) -> tuple[LineSeen, ...]:
    """The open period's lines *ids* of *side*, as whoever proposes sees them.

    Raises:
        Refused: "unknown_line": not in the open period, or given twice.
    """
    return _seen(getattr(period, side), side, ids)


def seen_aside(period: Period, side: str, ids: Collection[str]) -> tuple[LineSeen, ...]:
    """The other content that came under these ids. Raises Refused, as :func:`seen`."""
    return _seen(getattr(period, f"{side}_aside"), side, ids)


def _seen(lines: pl.DataFrame, side: str, ids: Collection[str]) -> tuple[LineSeen, ...]:
    found = lines.filter(pl.col("id").is_in(list(ids))).select(CONTENT[side]).sort("id")
    known = found["id"].to_list()
    if sorted(ids) != known:
        wrong = sorted(set(ids) - set(known)) or sorted(ids)
        raise Refused(
            "unknown_line",
            f"{side}: {', '.join(wrong)} is not one line of the open period "
            "(counterfoil reconciliation breaks lists what is open)",
        )
    return tuple(
        LineSeen(
            side=side,
            line_id=row["id"],
            digest=digest,
            account=row["account"],
            currency=row["currency"],
            day=day_of(row["day"]),
            cents=row["amount"],
        )
        for row, digest in zip(found.to_dicts(), digests(found), strict=True)
    )


def unchanged(period: Period, lines: Sequence[LineSeen]) -> str:
    """Which of *lines* is not what was seen, in a sentence; "": all are."""
    for side in SIDES:
        mine = {each.line_id: each.digest for each in lines if each.side == side}
        found = getattr(period, side).filter(pl.col("id").is_in(list(mine))).select(CONTENT[side])
        now = dict(zip(found["id"].to_list(), digests(found).to_list(), strict=True))
        for line_id, digest in mine.items():
            if now.get(line_id) != digest:
                what = "is another one now" if line_id in now else "is not in the open period"
                return f"{side} line {line_id} {what}"
    return ""


def present(period: Period, lines: Sequence[LineSeen]) -> bool:
    """Whether all *lines* are in the open period, changed or not."""
    return all(
        not {each.line_id for each in lines if each.side == side}
        - set(getattr(period, side)["id"].to_list())
        for side in SIDES
    )


def look_at(period: Period, side: str, line_id: str) -> Looked | None:
    """All that is known of one line; None: it is not in the open period."""
    found = _rows(getattr(period, side), pl.col("id") == line_id)
    if not found:
        return None
    matches = _rows(period.matches, pl.col(side).list.contains(line_id))
    broken = _rows(period.breaks, (pl.col("side") == side) & (pl.col("id") == line_id))
    claims = pl.col("id") == line_id if side == "bank" else pl.col("ledger").list.contains(line_id)
    return Looked(
        line=found[0],
        match=matches[0] if matches else None,
        broken=broken[0] if broken else None,
        proposals=tuple(_rows(period.proposals, claims)),
        aside=tuple(_rows(getattr(period, f"{side}_aside"), pl.col("id") == line_id)),
    )


def _rows(table: pl.DataFrame, which: pl.Expr) -> list[dict[str, Any]]:
    return table.filter(which).to_dicts()

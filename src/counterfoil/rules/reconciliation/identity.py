"""Which line is which: one that comes again is recognised, one that comes changed is named.

A line is known by its side and its id. A line without an id gets one made of its content and
of its place among its equals, so that an overlapping delivery is not doubled and two lines
that are truly alike both count. Equals are told apart within one delivery: a day is
delivered whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import polars as pl

from counterfoil.rules.reconciliation.lines import BANK_TEXTS, LEDGER_TEXTS, in_order

#: What a line says, on each side; whatever else a reader adds is no part of it.
CONTENT = {
    "bank": (*BANK_TEXTS, "day", "amount"),
    "ledger": (*LEDGER_TEXTS, "day", "amount", "foreign_amount"),
}
#: An id of ours begins so; 80 bits of a digest follow, and the place among equals.
MADE = "~"
_DIGITS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """One side after a delivery."""

    lines: pl.DataFrame  # known ones and new ones; what is known keeps its content
    new: pl.DataFrame  # of these: seen for the first time
    again: int  # delivered again, word for word
    changed: pl.DataFrame  # delivered with a known id and other content: for a person
    taken: dict[str, tuple[int, int]]  # what came of each currency: lines and cents


def join_lines(
    known: pl.DataFrame, gone: pl.DataFrame, aside: pl.DataFrame, delivered: pl.DataFrame
) -> Joined:
    """Add what is new in *delivered* to the open period.

    Args:
        known: The open period's lines.
        gone: Lines that a close has frozen: they are recognised, and stay out.
        aside: Lines that came changed before, and nobody has decided about yet.
        delivered: As the readers give them; an id may be "".
    """
    columns = known.columns
    delivered = with_ids(delivered.select(columns))
    before = pl.concat([known, gone])
    new = delivered
    if not before.is_empty():
        new = delivered.join(before, on="id", how="anti", maintain_order="left")
    met = delivered.join(before, on="id", maintain_order="left", suffix="_before")
    same = pl.all_horizontal(
        pl.col(name).eq_missing(pl.col(f"{name}_before")) for name in columns if name != "id"
    )
    changed = met.filter(~same).select(columns)
    return Joined(
        lines=in_order(new if known.is_empty() else pl.concat([known, new])),
        new=new,
        again=len(met) - len(changed),
        changed=pl.concat([aside, changed]).unique().sort(columns),
        taken=_sums(pl.concat([new, met.select(columns)])),
    )


def _sums(lines: pl.DataFrame) -> dict[str, tuple[int, int]]:
    sums = lines.group_by("currency").agg(pl.len(), pl.col("amount").sum().alias("cents"))
    return {currency: (count, cents) for currency, count, cents in sums.rows()}


def replaced(
    known: pl.DataFrame, aside: pl.DataFrame, *, taken: Sequence[str], dropped: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give lines their new content, and forget what was refused; lines, and what is left aside.

    Args:
        taken, dropped: Digests of content that stands aside.
    """
    marked = aside.with_columns(digests(aside))
    right = marked.filter(pl.col("digest").is_in(taken)).drop("digest")
    left = marked.filter(~pl.col("digest").is_in([*taken, *dropped])).drop("digest")
    kept = known.join(right, on="id", how="anti", maintain_order="left")
    there = right.join(known, on="id", how="semi", maintain_order="left")
    return pl.concat([kept, there]).sort("id"), left


def with_ids(lines: pl.DataFrame) -> pl.DataFrame:
    """Give each line without an id one made of its content: ``~<digest>-<place>``."""
    nameless = lines.filter(pl.col("id") == "")
    if nameless.is_empty():
        return lines
    made = nameless.with_columns(digests(nameless).str.slice(0, _DIGITS).alias("digest"))
    place = pl.int_range(1, pl.len() + 1).over("digest")
    made = made.with_columns(pl.format(f"{MADE}{{}}-{{}}", "digest", place).alias("id"))
    return pl.concat([lines.filter(pl.col("id") != ""), made.select(lines.columns)])


def digests(lines: pl.DataFrame) -> pl.Series:
    """SHA-256 of each line's content, lowercase hex: every column with its length before it."""
    texts = (pl.col(name).cast(pl.String).fill_null("-") for name in lines.columns)
    told = lines.select(pl.concat_str([pl.format("{}:{};", t.str.len_bytes(), t) for t in texts]))
    return pl.Series(
        "digest",
        [sha256(each.encode()).hexdigest() for each in told.to_series()],
        dtype=pl.String,
    )

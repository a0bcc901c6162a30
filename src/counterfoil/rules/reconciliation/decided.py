"""What people decided comes first: the matcher neither takes nor leaves those lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from counterfoil.rules.reconciliation.breaks import Breaks
from counterfoil.rules.reconciliation.position import Position, less

#: The tier of what people matched or wrote off.
DECIDED = "decided"
#: The class of a line that people took out of a match.
KEPT = "kept for a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Lines that people matched, or wrote off: one side may be empty. Ids, in order."""

    decision: str
    rule: str
    bank: tuple[str, ...]
    ledger: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What people decided about the open period; no line stands in it twice."""

    settled: tuple[Settled, ...] = ()
    kept_bank: frozenset[str] = frozenset()  # open, and not for the matcher
    kept_ledger: frozenset[str] = frozenset()
    taken: tuple[str, ...] = ()  # digests of changed lines: the new content is right
    dropped: tuple[str, ...] = ()  # the old one is
    keepers: tuple[str, ...] = ()  # the decisions that keep lines

    def decisions(self) -> tuple[str, ...]:
        """Whatever a run goes by has to be there in the next, or was taken back."""
        return (*(each.decision for each in self.settled), *self.keepers)


NOTHING = Decided()


def about_lines(decided: Decided, bank: pl.Series, ledger: pl.Series) -> Decided:
    """What of *decided* is about these lines (ids)."""
    ours, theirs = set(bank), set(ledger)
    return replace(
        decided,
        settled=tuple(
            each
            for each in decided.settled
            if ours.issuperset(each.bank) and theirs.issuperset(each.ledger)
        ),
    )


def set_aside(position: Position, decided: Decided) -> Position:
    """Settle what people settled, and take out what they keep."""
    position = position.settled(_matches(position, decided.settled))
    return replace(
        position,
        bank=_not_kept(position.bank, decided.kept_bank),
        ledger=_not_kept(position.ledger, decided.kept_ledger),
    )


def _not_kept(side: pl.DataFrame, kept: frozenset[str]) -> pl.DataFrame:
    return side.filter(~pl.col("id").is_in(sorted(kept))) if kept else side


def _matches(position: Position, settled: Iterable[Settled]) -> pl.DataFrame:
    bank, ledger = (
        (
            {
                key: (line, amount)
                for key, line, amount in side.select("id", "line", "amount").rows()
            }
            for side in (position.bank, position.ledger)
        )
        if settled
        else ({}, {})
    )
    rows = []
    for each in settled:
        ours, theirs = [bank[key] for key in each.bank], [ledger[key] for key in each.ledger]
        difference = sum(amount for _, amount in ours) - sum(amount for _, amount in theirs)
        rows.append(
            {
                "rule": each.rule,
                "tier": DECIDED,
                "bank": sorted(line for line, _ in ours),
                "ledger": sorted(line for line, _ in theirs),
                "difference": difference,
            }
        )
    kinds = {"bank": pl.List(pl.Int64()), "ledger": pl.List(pl.Int64())}
    return pl.DataFrame(rows, schema_overrides=kinds)


def with_deciders(matches: pl.DataFrame, decided: Decided) -> pl.DataFrame:
    """Say of what people settled who did, instead of evidence; they stand first."""
    count = len(decided.settled)
    people = matches.head(count).with_columns(
        pl.Series("evidence", [f"decision {each.decision}" for each in decided.settled]),
        pl.lit("the matcher was not asked").alias("rivals_beaten"),
    )
    return pl.concat([people, matches.slice(count)]) if count else matches


def with_kept(breaks: Breaks, bank: pl.DataFrame, ledger: pl.DataFrame, decided: Decided) -> Breaks:
    """Lines that people keep are breaks of their own class."""
    return replace(
        breaks,
        bank=_with_kept(breaks.bank, bank, decided.kept_bank),
        ledger=_with_kept(breaks.ledger, ledger, decided.kept_ledger),
    )


def _with_kept(breaks: pl.DataFrame, side: pl.DataFrame, kept: frozenset[str]) -> pl.DataFrame:
    rows = side.filter(pl.col("id").is_in(sorted(kept))).select(
        "line",
        pl.lit(KEPT).alias("class"),
        pl.lit([], pl.List(pl.Int64)).alias("other"),
        pl.lit(None, pl.Int64).alias("difference"),
    )
    return pl.concat([breaks, rows]).sort("line")


def still_open(repeats: pl.DataFrame, side: pl.DataFrame) -> pl.DataFrame:
    """Those of *repeats* whose later line nobody decided about."""
    return repeats.join(side, left_on="second", right_on="line", how="semi")


def less_repeats(position: Position, bank: pl.DataFrame, ledger: pl.DataFrame) -> Position:
    """Take the later line of each repeat out; those are breaks."""
    return replace(
        position,
        bank=less(position.bank, bank["second"]),
        ledger=less(position.ledger, ledger["second"]),
    )

"""Where a reconciliation stands: what is open on both sides, and what was matched so far."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

#: A match: rule, tier, the lines of both sides, the difference in cents and the fee it is, what
#: speaks for it in centibans, and what it had against it.
MATCH: dict[str, pl.DataType] = {
    "rule": pl.String(),
    "tier": pl.String(),
    "bank": pl.List(pl.Int64()),
    "ledger": pl.List(pl.Int64()),
    "difference": pl.Int64(),
    "fee": pl.String(),
    "how": pl.Int64(),  # the number was recognised so; null: there is none
    "sharing": pl.Int64(),  # numbers of the ledger that it may stand for
    "w_number": pl.Int64(),
    "w_name": pl.Int64(),
    "w_day": pl.Int64(),
    "w_chance": pl.Int64(),
    "chance": pl.Int64(),  # unrelated lines to be expected, in millionths
    "rivals": pl.Int64(),  # claims that it beat
    "lead": pl.Int64(),  # over the best of them, in centibans; null: there was none
}


@dataclass(frozen=True, slots=True)
class Position:
    """Open lines of both sides, and matches in the order in which they were found."""

    bank: pl.DataFrame
    ledger: pl.DataFrame
    matches: tuple[pl.DataFrame, ...] = ()

    def settled(self, found: pl.DataFrame) -> Position:
        """The position after *found* (columns of MATCH; what is absent is null)."""
        if found.is_empty():
            return self
        whole = with_absent(found).select(*MATCH).cast(pl.Schema(MATCH))
        return replace(
            self,
            bank=_used(self.bank, whole["bank"]),
            ledger=_used(self.ledger, whole["ledger"]),
            matches=(*self.matches, whole),
        )

    def all_matches(self) -> pl.DataFrame:
        """Every match."""
        return pl.concat([pl.DataFrame(schema=pl.Schema(MATCH)), *self.matches])


#: What no stage needs once the texts are read. A million lines: memory.
_READ = {"id", "account", "currency", "name"}
_READ_OF_BANK, _READ_OF_LEDGER = _READ | {"reference"}, _READ | {"text"}


def slim(position: Position) -> Position:
    """The same without texts that are read."""
    return replace(
        position,
        bank=position.bank.drop(_READ_OF_BANK),
        ledger=position.ledger.drop(_READ_OF_LEDGER),
    )


def with_absent(found: pl.DataFrame) -> pl.DataFrame:
    """*found* with those columns of MATCH that it lacks: null."""
    return found.with_columns(
        [pl.lit(None, kind).alias(name) for name, kind in MATCH.items() if name not in found]
    )


def less(side: pl.DataFrame, lines: pl.Series) -> pl.DataFrame:
    """*side* without *lines*."""
    if lines.is_empty():
        return side
    return side.filter(~pl.col("line").is_in(lines.implode()))


def _used(side: pl.DataFrame, lists: pl.Series) -> pl.DataFrame:
    """*side* less the lines in *lists*; each of them must be open still."""
    lines = lists.list.explode(empty_as_null=False)
    left = less(side, lines)
    assert len(left) == len(side) - len(lines), "a line was used twice"
    return left

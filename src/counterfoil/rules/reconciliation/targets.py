"""What a bank line may settle: one ledger line, a payment run, all of a party's day.

A target has a number; its members stand in a table of their own. Ledger lines are the
targets of their own number, groups come after them.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from counterfoil.rules.reconciliation.rows import answered

LINE, RUN, DAY, SUBSET, PURPOSE = range(5)
COLUMNS = (
    *("target", "kind", "purse", "amount", "day", "party", "size", "written", "document"),
    "alike",  # are they several lines of one and the same amount?
)


@dataclass(frozen=True, slots=True)
class Targets:
    """``table``: COLUMNS, one row each. ``members``: ``target``, ``line`` of the ledger."""

    table: pl.DataFrame
    members: pl.DataFrame

    def beyond(self, begin: int) -> int:
        """The first number from *begin* that no target of these has."""
        last = self.table["target"].max()
        return begin if last is None else max(begin, int(str(last)) + 1)

    def joined(self, other: Targets) -> Targets:
        """Both."""
        return Targets(
            pl.concat([self.table, other.table]), pl.concat([self.members, other.members])
        )


def single_lines(ledger: pl.DataFrame) -> Targets:
    """Each line of *ledger* for itself."""
    table = ledger.select(
        pl.col("line").alias("target"),
        pl.lit(LINE, pl.Int64).alias("kind"),
        *("purse", "amount", "day", "party"),
        pl.lit(1, pl.Int64).alias("size"),
        pl.col("reference").alias("written"),
        pl.col("document") != "",
        pl.lit(value=False).alias("alike"),
    )
    return Targets(table, ledger.select(pl.col("line").alias("target"), "line"))


def runs(ledger: pl.DataFrame) -> Targets:
    """All open lines of one payment run, under the run's own number."""
    of_runs = ledger.filter(pl.col("run") != "")
    table = _sums(of_runs, ["run_number"], RUN).with_columns(
        pl.col("run_number").alias("target"), pl.col("run").alias("written")
    )
    members = of_runs.lazy().select(pl.col("run_number").alias("target"), "line")
    return Targets(
        answered(table.select(COLUMNS).sort("target")), answered(members.sort("target", "line"))
    )


def party_days(ledger: pl.DataFrame, *, begin: int) -> Targets:
    """All lines of one party and day that are in no run, where they are two or more.

    Numbered from *begin*.
    """
    return _numbered(ledger.filter("loose"), POOL, DAY, begin)


def _numbered(loose: pl.DataFrame, keys: list[str], kind: int, begin: int) -> Targets:
    table = answered(
        _sums(loose, keys, kind)
        .filter(pl.col("size") >= 2)
        .sort(keys)
        .with_row_index("target", offset=begin)
        .with_columns(pl.col("target").cast(pl.Int64), pl.lit("").alias("written"))
    )
    members = loose.lazy().join(table.lazy().select("target", *keys), on=keys)
    members = members.select("target", "line").sort("target", "line")
    return Targets(table.select(COLUMNS), answered(members))


def day_purposes(ledger: pl.DataFrame, *, begin: int) -> Targets:
    """All lines of one party, day and purpose, of days that have more than one.

    Numbered from *begin*.
    """
    loose = with_parted(ledger.filter("loose")).filter("parted")
    return _numbered(loose, [*POOL, "purpose"], PURPOSE, begin)


#: What a payment for several lines usually has in common.
POOL = ["purse", "party", "day"]


def with_parted(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``parted``: have the lines of its party and day more than one purpose?"""
    first, last = pl.col("purpose").min().over(POOL), pl.col("purpose").max().over(POOL)
    return lines.with_columns((first < last).alias("parted"))


def _sums(lines: pl.DataFrame, keys: list[str], kind: int) -> pl.LazyFrame:
    one_party = pl.when(pl.col("party").n_unique() == 1).then(pl.col("party").first())
    found = {
        "purse": pl.col("purse").first(),
        "run": pl.col("run").first(),
        "day": pl.col("day").min(),
        "party": one_party.otherwise(-1),
        "amount": pl.col("amount").sum(),
        "size": pl.len().cast(pl.Int64),
        "kind": pl.lit(kind, pl.Int64),
        "document": pl.lit(value=False),
        "alike": (pl.col("amount").n_unique() == 1) & (pl.len() > 1),
    }
    asked = [each.alias(name) for name, each in found.items() if name not in keys]
    return lines.lazy().group_by(keys).agg(asked)

"""What a bank line may settle: one ledger line, a payment run, all of a party's day.

A target has a number; its members stand in a table of their own. Ledger lines are the
targets of their own number, groups come after them.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

LINE, RUN, DAY, SUBSET = range(4)
COLUMNS = ("target", "kind", "purse", "amount", "day", "party", "size", "written", "document")


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
    )
    return Targets(table, ledger.select(pl.col("line").alias("target"), "line"))


def runs(ledger: pl.DataFrame, *, begin: int) -> Targets:
    """All lines of one run id; numbered from *begin*."""
    of_runs = ledger.filter(pl.col("run") != "")
    return _grouped(of_runs, ["purse", "run"], RUN, begin, written="run")


def party_days(ledger: pl.DataFrame, *, begin: int) -> Targets:
    """All lines of one party and day, where they are two or more; without a run id."""
    loose = ledger.filter((pl.col("run") == "") & (pl.col("party") >= 0))
    found = _grouped(loose, ["purse", "party", "day"], DAY, begin, written=None)
    table = found.table.filter(pl.col("size") >= 2)
    return Targets(table, found.members.filter(pl.col("target").is_in(table["target"].implode())))


def _grouped(
    lines: pl.DataFrame, keys: list[str], kind: int, begin: int, *, written: str | None
) -> Targets:
    one_party = pl.when(pl.col("party").n_unique() == 1).then(pl.col("party").first())
    sums = (
        lines.group_by(keys)
        .agg(
            pl.lit(kind, pl.Int64).alias("kind"),
            pl.col("amount").sum(),
            *([] if "day" in keys else [pl.col("day").min()]),
            *([] if "party" in keys else [one_party.otherwise(-1).alias("party")]),
            pl.len().cast(pl.Int64).alias("size"),
            pl.lit(value=False).alias("document"),
        )
        .sort(keys)
        .with_row_index("target", offset=begin)
        .with_columns(
            pl.col("target").cast(pl.Int64),
            (pl.col(written) if written else pl.lit("")).alias("written"),
        )
    )
    members = lines.join(sums.select("target", *keys), on=keys).select("target", "line")
    return Targets(sums.select(COLUMNS), members.sort("target", "line"))

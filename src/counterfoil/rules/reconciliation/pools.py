"""Batches inside a party's day: subsets of its open lines that make a bank line's amount.

Lines that the bank lists must be in it, and a count that the bank prints must hold. Where the
files prove that what is paid together is usually for one purpose, a day too long to be tried
falls into its purposes: in a shorter pool fewer sums compete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import comb
from typing import NamedTuple

import numpy as np
import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.candidates import FEE, FEE_SHARE_MAX, NONE
from counterfoil.rules.reconciliation.rows import table_of
from counterfoil.rules.reconciliation.setting import Setting
from counterfoil.rules.reconciliation.subsets import POOL_MAX, SIZED_MAX, SizedSums, Sums, Way
from counterfoil.rules.reconciliation.targets import COLUMNS, POOL, SUBSET, Targets, with_parted
from counterfoil.rules.reconciliation.ways import ways_of
from counterfoil.rules.reconciliation.windows import joined_near

#: Millionths: a multiple of one amount is often the price of so many, in a line of its own.
ALIKE_CHANCE = 200_000
PLACE = [*POOL, "purpose"]
#: Times as likely, where a day is too long for all its sums to be tried, must it be that
#: the lines of one purpose make the sum.
UNTRIED = 100
FOUND: dict[str, pl.DataType] = {
    "bank": pl.Int64(),
    "purse": pl.Int64(),
    "party": pl.Int64(),
    "day": pl.Int64(),
    "purpose": pl.Int64(),
    "lines": pl.List(pl.Int64()),
    "amount": pl.Int64(),
    "difference": pl.Int64(),
    "why": pl.Int64(),
    "fee": pl.String(),
    "given_chance": pl.Int64(),
    "listed": pl.Int64(),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A bank line and a pool: which of its lines did the bank line pay?"""

    bank: int
    amount: int
    more: int | None  # lines beyond the listed ones, as printed
    items: int | None
    listed: frozenset[int]


def subset_claims(
    bank: pl.DataFrame, ledger: pl.DataFrame, links: pl.DataFrame, setting: Setting, *, begin: int
) -> tuple[Targets, pl.DataFrame]:
    """Targets for every way found, numbered from *begin*, and their pairs.

    Args:
        bank: Open lines, with ``items`` and ``more``.
        ledger: Open lines, with ``loose``.
        links: Whole numbers of ledger lines that bank lines carry: ``line``, ``target``.

    Returns: Targets of kind SUBSET; ``bank``, ``target``, ``difference``, ``why``, ``fee``,
        ``given_chance`` (millionths), ``listed`` (of its lines, by the bank).
    """
    pools = _pools(ledger.filter("loose"), setting.known.one_purpose)
    pools = pools.with_row_index("pool").with_columns(pl.col("pool").cast(pl.Int64))
    fees = {"": 0} | {
        name: fee.cents for name, fee in sorted(setting.policy.fees.items()) if fee.kind == "flat"
    }
    asking = _asking(bank, pools, links, setting.policy)
    silent = (pl.col("names") == 0) & pl.col("items").is_null()
    short = pl.col("size") <= POOL_MAX
    found = pl.concat(
        [
            _of_silent(asking.filter(silent & short), pools, setting, fees),
            _of_talking(asking.filter(~silent), pools, links, setting, fees),
        ]
    )
    found = found.sort([*PLACE, "bank"], maintain_order=True).with_row_index("target", begin)
    found = found.join(pools.select(*PLACE, "scale"), on=PLACE, how="left", maintain_order="left")
    assert not found["scale"].has_nulls(), "a way that no pool of now has"
    scaled = (pl.col("given_chance") * pl.col("scale") // 1000).clip(1)
    return _as_targets(
        found.with_columns(pl.col("target").cast(pl.Int64), scaled.alias("given_chance"))
    )


def _of_silent(
    asking: pl.DataFrame, pools: pl.DataFrame, setting: Setting, fees: dict[str, int]
) -> pl.DataFrame:
    """What bank lines may have paid that say nothing more: FOUND. A question is asked once."""
    asked_by = ["line", *PLACE, "size"]
    found = []
    for asked, ways in setting.answered:
        still = asking.select(pl.col("line").alias("bank"), *asked_by[1:])
        found.append(ways.join(still, on=still.columns, how="semi", maintain_order="left"))
        asking = asking.join(asked, on=asked_by, how="anti")
    found.append(_all_ways(asking.sort(asked_by), pools, fees))
    setting.answered.append((asking.select(asked_by), found[-1]))
    return pl.concat(found).select(*FOUND)


def _all_ways(asking: pl.DataFrame, pools: pl.DataFrame, fees: dict[str, int]) -> pl.DataFrame:
    """FOUND and the pool's ``size``: all that makes the amount of each, bare or less a charge."""
    charges = np.array(list(fees.values()), np.int64)
    gross = asking["amount"].to_numpy()[:, None] + charges
    question, charge = np.nonzero(charges * FEE_SHARE_MAX < np.abs(gross))
    ways = ways_of(pools["amounts"], asking["pool"].to_numpy()[question], gross[question, charge])
    hits = asking[question[ways.question]].with_columns(
        pl.Series("mask", ways.mask),
        pl.Series("given_chance", ways.chance),
        pl.Series("cents", charges[charge[ways.question]]),
        pl.Series("fee", list(fees), dtype=pl.String).gather(charge[ways.question]),
    )
    # all of a day is a target of its own
    hits = hits.filter(pl.col("mask") != 2 ** pl.col("size") - 1).with_row_index("hit")
    alike = pl.col("highest") == pl.col("lowest")
    return (
        hits.join(_members(hits, pools), on="hit", how="left", maintain_order="left")
        .with_columns(
            pl.col("line").alias("bank"),
            (pl.col("amount") + pl.col("cents")).alias("amount"),
            (-pl.col("cents")).alias("difference"),
            pl.when(pl.col("fee") == "").then(NONE).otherwise(FEE).cast(pl.Int64).alias("why"),
            pl.when(alike)
            .then(pl.col("given_chance").clip(ALIKE_CHANCE))
            .otherwise(pl.col("given_chance")),
            pl.lit(0, pl.Int64).alias("listed"),
        )
        .select(*FOUND, "size")
    )


def _members(hits: pl.DataFrame, pools: pl.DataFrame) -> pl.DataFrame:
    """The ``lines`` of each ``hit``; ``lowest`` and ``highest`` of their amounts."""
    hit, place = np.nonzero(hits["mask"].to_numpy()[:, None] >> np.arange(POOL_MAX) & 1)
    sizes = pools["lines"].list.len().cast(pl.Int64).to_numpy()
    starts = np.cumsum(sizes) - sizes
    at = starts[hits["pool"].to_numpy()[hit]] + place
    lines, amounts = (
        pools[each].list.explode(empty_as_null=False).gather(at) for each in ("lines", "amounts")
    )
    return (
        pl.DataFrame({"hit": hit, "lines": lines, "amounts": amounts})
        .group_by(pl.col("hit").cast(pl.get_index_type()), maintain_order=True)
        .agg(
            "lines",
            pl.col("amounts").min().alias("lowest"),
            pl.col("amounts").max().alias("highest"),
        )
    )


def _of_talking(
    asking: pl.DataFrame,
    pools: pl.DataFrame,
    links: pl.DataFrame,
    setting: Setting,
    fees: dict[str, int],
) -> pl.DataFrame:
    """What bank lines paid that list lines or print their count: FOUND."""
    rows: list[tuple[object, ...]] = []
    for pool, questions in _questions(asking, pools, links):
        same = (*pool[:4], *pool.lines, *questions)  # nothing of it was settled since
        if same not in setting.counted:
            setting.counted[same] = list(_answers(pool, questions, fees))
        rows += setting.counted[same]
    return table_of(rows, FOUND)


class Pool(NamedTuple):
    """Lines of one party and day; ``purpose`` -1: for whatever purpose."""

    purse: int
    party: int
    day: int
    purpose: int
    lines: Sequence[int]
    amounts: Sequence[int]


def _pools(loose: pl.DataFrame, one_purpose: int) -> pl.DataFrame:
    """PLACE, ``lines``, ``amounts``, ``scale``: every day, and the purposes of long ones.

    Args:
        one_purpose: Of a thousand batches, so many are for one purpose.
    """
    whole = loose.with_columns(pl.lit(-1, pl.Int64).alias("purpose"), _NOT_PARTED)
    lines = [whole.select(_OF_POOL)]
    if one_purpose:
        of_day = pl.len().over(POOL).cast(pl.Int64).alias("of")
        parted = with_parted(loose).with_columns(of_day)
        long = parted.filter(pl.col("parted") & (pl.col("of") > POOL_MAX))
        lines.append(long.select(_OF_POOL))
    size = pl.col("lines").list.len().cast(pl.Int64)
    # the likelier that it is meant, the more of the day it is
    against = pl.col("of") * 1_000_000 // (size * max(one_purpose, 1)) * UNTRIED
    return (
        pl.concat(lines)
        .sort("line")
        .group_by(PLACE)
        .agg(pl.col("line").alias("lines"), pl.col("amount").alias("amounts"), pl.col("of").first())
        .filter(size >= 2)
        .with_columns(pl.when(pl.col("of") == 0).then(1000).otherwise(against).alias("scale"))
        .sort(PLACE)
    )


_OF_POOL = [*PLACE, "line", "amount", "of"]
_NOT_PARTED = pl.lit(0, pl.Int64).alias("of")


def _questions(
    asking: pl.DataFrame, pools: pl.DataFrame, links: pl.DataFrame
) -> Iterator[tuple[Pool, list[Question]]]:
    """Of each pool the bank lines that ask for some of its lines."""
    listed = links.group_by("line").agg(pl.col("target").alias("listed"))
    whole = (
        asking.sort([*PLACE, "line"])
        .join(listed, on="line", how="left", maintain_order="left")
        .join(
            pools.select("pool", "lines", "amounts"), on="pool", how="left", maintain_order="left"
        )
    )
    columns = [*Pool._fields, "line", "amount", "more", "items", "listed"]
    last: Pool | None = None
    questions: list[Question] = []
    for *place, line, amount, more, items, names in whole.select(columns).iter_rows():
        if last is None or last[:4] != tuple(place[:4]):
            if last is not None:
                yield last, questions
            last, questions = Pool(*place), []
        questions.append(Question(line, amount, more, items, frozenset(names or ())))
    if last is not None:
        yield last, questions


def _asking(
    bank: pl.DataFrame, pools: pl.DataFrame, links: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """Pairs of a bank line and a pool of its party: ``names``, its lines that the bank names."""
    sides = bank.filter(pl.col("beyond") - pl.col("first") == 1).select(
        *("line", "purse", "amount", "items", "more", pl.col("day").alias("on")),
        pl.col("first").alias("party"),
    )
    pairs = joined_near(
        sides,
        pools.select("pool", *PLACE, pl.col("lines").list.len().cast(pl.Int64).alias("size")),
        keys=["purse", "party"],
        before=policy.days_before,
        after=policy.days_after,
    )
    of_pool = pools.select("pool", pl.col("lines").alias("target")).explode("target")
    named = links.select("line", "target").join(of_pool, on="target")
    inside = named.group_by("line", "pool").agg(pl.len().alias("inside"))
    names = links.group_by("line").agg(pl.len().alias("names"))
    # a bank line that names lines of another day or party, or one line only, asks for no batch
    return (
        pairs.join(names, on="line", how="left")
        .join(inside, on=["line", "pool"], how="left")
        .with_columns(pl.col("names", "inside").fill_null(0))
        .filter(pl.col("names") == pl.col("inside"))
        .filter((pl.col("names") != 1) | pl.col("more").is_not_null())
    )


def _answers(
    pool: Pool, questions: list[Question], fees: dict[str, int]
) -> Iterator[tuple[object, ...]]:
    lines, amounts = pool.lines, pool.amounts
    known: dict[frozenset[int], Sums | None] = {}
    for asked in questions:
        rest, named = _less_listed(pool, asked.listed)
        if asked.listed not in known:
            fits = 1 <= len(rest) <= POOL_MAX
            known[asked.listed] = Sums([amounts[at] for at in rest]) if fits else None
        sums = known[asked.listed] or _sized([amounts[at] for at in rest], asked)
        for fee, cents in fees.items():
            if cents * FEE_SHARE_MAX >= abs(asked.amount + cents):
                continue
            wanted = asked.amount + cents - named
            for way in _ways(sums, wanted, asked):
                chosen = sorted(asked.listed | {lines[rest[place]] for place in way.places})
                alike = not asked.listed and _alike(amounts[rest[place]] for place in way.places)
                chance = max(way.chance, ALIKE_CHANCE) if alike else way.chance
                if len(chosen) < len(lines):  # all of a day is a target of its own
                    yield (
                        *(asked.bank, *pool[:4], chosen, asked.amount + cents, -cents),
                        *(FEE if fee else NONE, fee, chance, len(asked.listed)),
                    )


def _less_listed(pool: Pool, listed: frozenset[int]) -> tuple[Sequence[int], int]:
    """Places of the lines that are not *listed*, and the sum of those that are."""
    if not listed:
        return range(len(pool.lines)), 0
    rest = [at for at, line in enumerate(pool.lines) if line not in listed]
    both = zip(pool.lines, pool.amounts, strict=True)
    return rest, sum(amount for line, amount in both if line in listed)


def _alike(amounts: Iterable[int]) -> bool:
    return len(set(amounts)) == 1


def _sized(amounts: list[int], asked: Question) -> Sums | None:
    """What many lines add up to, where the bank says how many it paid and they are few."""
    size = asked.more if asked.listed else asked.items
    if not size or not 1 <= comb(len(amounts), size) <= SIZED_MAX:
        return None
    return SizedSums(amounts, size)


def _ways(sums: Sums | None, wanted: int, asked: Question) -> list[Way]:
    if len(asked.listed) >= 2 and wanted == 0 and not asked.more:
        return [Way((), 1)]  # the bank lists all of them
    if sums is None:
        return []
    size = asked.more if asked.listed else asked.items
    return sums.ways(wanted, size=size, least=1 if asked.listed else 2)


def _as_targets(found: pl.DataFrame) -> tuple[Targets, pl.DataFrame]:
    table = found.select(
        "target",
        pl.lit(SUBSET, pl.Int64).alias("kind"),
        *("purse", "amount", "day", "party"),
        pl.col("lines").list.len().cast(pl.Int64).alias("size"),
        pl.lit("").alias("written"),
        pl.lit(value=False).alias("document"),
        pl.lit(value=False).alias("alike"),  # counted in its chance
    ).select(COLUMNS)
    members = found.select("target", pl.col("lines").alias("line")).explode("line")
    pairs = found.select("bank", "target", "difference", "why", "fee", "given_chance", "listed")
    return Targets(table, members), pairs

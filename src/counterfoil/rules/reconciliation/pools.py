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
from counterfoil.rules.reconciliation.hopes import hopeful
from counterfoil.rules.reconciliation.rows import table_of
from counterfoil.rules.reconciliation.setting import Setting
from counterfoil.rules.reconciliation.subsets import POOL_MAX, SIZED_MAX, SizedSums, Sums, Way
from counterfoil.rules.reconciliation.targets import COLUMNS, POOL, SUBSET, Targets, with_parted
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
    "lines": pl.List(pl.Int64()),
    "amount": pl.Int64(),
    "difference": pl.Int64(),
    "why": pl.Int64(),
    "fee": pl.String(),
    "given_chance": pl.Int64(),
    "listed": pl.Int64(),
    "scale": pl.Int64(),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A bank line and a pool: which of its lines did the bank line pay?"""

    bank: int
    amount: int
    more: int | None  # lines beyond the listed ones, as printed
    items: int | None
    listed: frozenset[int]
    charges: int  # a bit for each that may be taken off: less others, nothing makes the sum


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
    policy, counted = setting.policy, setting.counted
    fees = {"": 0} | {
        name: fee.cents for name, fee in sorted(policy.fees.items()) if fee.kind == "flat"
    }
    rows: list[tuple[object, ...]] = []
    for pool, questions in _questions(bank, pools, links, setting, fees):
        same = (tuple(pool.lines), tuple(questions))  # nothing of it was settled since
        if same not in counted:
            counted[same] = list(_answers(pool, questions, fees))
        rows += [(*answer, pool.scale) for answer in counted[same]]
    found = table_of(rows, FOUND).with_row_index("target", offset=begin)
    scaled = (pl.col("given_chance") * pl.col("scale") // 1000).clip(1)
    return _as_targets(
        found.with_columns(pl.col("target").cast(pl.Int64), scaled.alias("given_chance"))
    )


class Pool(NamedTuple):
    """Lines of one party and day; ``purpose`` -1: for whatever purpose."""

    purse: int
    party: int
    day: int
    purpose: int
    lines: Sequence[int]
    amounts: Sequence[int]
    scale: int  # thousandths: by which chance counts


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
    bank: pl.DataFrame,
    pools: pl.DataFrame,
    links: pl.DataFrame,
    setting: Setting,
    fees: dict[str, int],
) -> Iterator[tuple[Pool, list[Question]]]:
    """Of each pool the bank lines that it may have an answer for."""
    listed = links.group_by("line").agg(pl.col("target").alias("listed"))
    pools = pools.with_row_index("pool").with_columns(pl.col("pool").cast(pl.Int64))
    asking = _asking(bank, pools, links, setting.policy)
    for hopeless in setting.hopeless:
        asking = asking.join(hopeless, on=hopeless.columns, how="anti")
    asking = _with_charges(asking, pools["amounts"], fees)
    hope = pl.col("charges") > 0
    setting.hopeless.append(asking.filter(~hope).select("line", *PLACE, "size"))
    asking = asking.filter(hope).sort([*PLACE, "line"])
    whole = asking.join(listed, on="line", how="left", maintain_order="left").join(
        pools.select("pool", "lines", "amounts", "scale"),
        on="pool",
        how="left",
        maintain_order="left",
    )
    columns = [*Pool._fields, "line", "amount", "more", "items", "listed", "charges"]
    last: Pool | None = None
    questions: list[Question] = []
    for *place, line, amount, more, items, names, charges in whole.select(columns).iter_rows():
        if last is None or last[:4] != tuple(place[:4]):
            if last is not None:
                yield last, questions
            last, questions = Pool(*place), []
        questions.append(Question(line, amount, more, items, frozenset(names or ()), charges))
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


def _with_charges(asking: pl.DataFrame, amounts: pl.Series, fees: dict[str, int]) -> pl.DataFrame:
    """Add ``charges``: a bit for each of *fees* less which there may be an answer.

    Where the bank says nothing more, it is tried; there is none in a pool too long for that.
    """
    silent = (asking["names"] == 0) & asking["items"].is_null()
    tried = silent & (asking["size"] <= POOL_MAX)
    of = asking.filter(tried)
    wanted = of["amount"].to_numpy()[:, None] + np.array(list(fees.values()), np.int64)
    bits = 2 ** np.arange(len(fees), dtype=np.int64)
    charges = np.where(silent.to_numpy(), 0, bits.sum())
    charges[tried.to_numpy()] = hopeful(amounts, of["pool"].to_numpy(), wanted) @ bits
    return asking.with_columns(pl.Series("charges", charges))


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
        for at, (fee, cents) in enumerate(fees.items()):
            excessive = cents * FEE_SHARE_MAX >= abs(asked.amount + cents)
            if excessive or not asked.charges >> at & 1:
                continue
            wanted = asked.amount + cents - named
            for way in _ways(sums, wanted, asked):
                chosen = sorted(asked.listed | {lines[rest[place]] for place in way.places})
                alike = not asked.listed and _alike(amounts[rest[place]] for place in way.places)
                chance = max(way.chance, ALIKE_CHANCE) if alike else way.chance
                if len(chosen) < len(lines):  # all of a day is a target of its own
                    yield (
                        *(asked.bank, *pool[:3], chosen, asked.amount + cents, -cents),
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

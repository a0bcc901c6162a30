"""Batches inside a party's day: subsets of its open lines that make a bank line's amount.

Lines that the bank lists must be in it, and a count that the bank prints must hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.candidates import FEE, FEE_SHARE_MAX, NONE
from counterfoil.rules.reconciliation.hopes import hopeful
from counterfoil.rules.reconciliation.rows import table_of
from counterfoil.rules.reconciliation.setting import Setting
from counterfoil.rules.reconciliation.subsets import POOL_MAX, SIZED_MAX, SizedSums, Sums, Way
from counterfoil.rules.reconciliation.targets import COLUMNS, SUBSET, Targets
from counterfoil.rules.reconciliation.windows import joined_near

#: Millionths: a multiple of one amount is often the price of so many, in a line of its own.
ALIKE_CHANCE = 200_000
POOL = ["purse", "party", "day"]
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
    loose = ledger.filter("loose")
    pools = (
        loose.sort("line")
        .group_by(POOL)
        .agg("line", "amount")
        .filter(pl.col("line").list.len() >= 2)
        .rename({"line": "lines", "amount": "amounts"})
        .sort(POOL)
    )
    policy, counted = setting.policy, setting.counted
    fees = {"": 0} | {
        name: fee.cents for name, fee in sorted(policy.fees.items()) if fee.kind == "flat"
    }
    rows: list[tuple[object, ...]] = []
    for pool, questions in _questions(bank, pools, links, setting, fees):
        same = (tuple(pool[3]), tuple(questions))  # nothing of it was settled since
        if same not in counted:
            counted[same] = list(_answers(pool, questions, fees))
        rows += counted[same]
    found = table_of(rows, FOUND).with_row_index("target", offset=begin)
    return _as_targets(found.with_columns(pl.col("target").cast(pl.Int64)))


Pool = tuple[int, int, int, Sequence[int], Sequence[int]]  # purse, party, day, lines, amounts


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
    hope = _worth_a_look(asking, pools["amounts"], fees)
    setting.hopeless.append(asking.filter(~hope).select("line", *POOL, "size"))
    asking = asking.filter(hope).sort([*POOL, "line"])
    whole = asking.join(listed, on="line", how="left", maintain_order="left").join(
        pools.select("pool", "lines", "amounts"), on="pool", how="left", maintain_order="left"
    )
    columns = [*POOL, "lines", "amounts", "line", "amount", "more", "items", "listed"]
    last: Pool | None = None
    questions: list[Question] = []
    for purse, party, day, lines, amounts, line, amount, more, items, names in whole.select(
        columns
    ).iter_rows():
        if last is None or last[:3] != (purse, party, day):
            if last is not None:
                yield last, questions
            last, questions = (purse, party, day, lines, amounts), []
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
        pools.select("pool", *POOL, pl.col("lines").list.len().cast(pl.Int64).alias("size")),
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


def _worth_a_look(asking: pl.DataFrame, amounts: pl.Series, fees: dict[str, int]) -> pl.Series:
    """Which questions may have an answer: where the bank says nothing more, it is tried."""
    silent = (asking["names"] == 0) & asking["items"].is_null()
    tried = silent & (asking["size"] <= POOL_MAX)
    places = asking.select(pl.int_range(pl.len())).to_series().filter(tried)
    of = asking.filter(tried)
    wanted = of["amount"].to_numpy()[:, None] + np.array(list(fees.values()), np.int64)
    found = hopeful(amounts, of["pool"].to_numpy(), wanted)
    return (
        ~silent
        | asking.select(
            pl.int_range(pl.len()).is_in(places.filter(pl.Series(found)).implode())
        ).to_series()
    )


def _answers(
    pool: Pool, questions: list[Question], fees: dict[str, int]
) -> Iterator[tuple[object, ...]]:
    purse, party, day, lines, amounts = pool
    known: dict[frozenset[int], Sums | None] = {}
    for asked in questions:
        rest = [at for at, line in enumerate(lines) if line not in asked.listed]
        named = sum(
            amount for line, amount in zip(lines, amounts, strict=True) if line in asked.listed
        )
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
                        *(asked.bank, purse, party, day, chosen, asked.amount + cents, -cents),
                        *(FEE if fee else NONE, fee, chance, len(asked.listed)),
                    )


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

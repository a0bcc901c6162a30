"""Batches inside a party's day: subsets of its open lines that make a bank line's amount.

Lines that the bank lists must be in it, and a count that the bank prints must hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import comb

import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.candidates import FEE, FEE_SHARE_MAX, NONE, within
from counterfoil.rules.reconciliation.setting import Setting
from counterfoil.rules.reconciliation.subsets import POOL_MAX, SIZED_MAX, SizedSums, Sums, Way
from counterfoil.rules.reconciliation.targets import COLUMNS, SUBSET, Targets

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
    for pool, questions in _questions(bank, pools, links, policy):
        same = (tuple(pool[3]), tuple(questions))  # nothing of it was settled since
        if same not in counted:
            counted[same] = list(_answers(pool, questions, fees))
        rows += counted[same]
    found = pl.DataFrame(rows, schema=pl.Schema(FOUND), orient="row").with_row_index(
        "target", offset=begin
    )
    return _as_targets(found.with_columns(pl.col("target").cast(pl.Int64)))


Pool = tuple[int, int, int, Sequence[int], Sequence[int]]  # purse, party, day, lines, amounts


def _questions(
    bank: pl.DataFrame, pools: pl.DataFrame, links: pl.DataFrame, policy: Policy
) -> Iterator[tuple[Pool, list[Question]]]:
    listed = links.group_by("line").agg(pl.col("target").alias("listed"))
    asking = (
        bank.filter(pl.col("beyond") - pl.col("first") == 1)
        .select(
            *("line", "purse", "amount", "items", "more", pl.col("day").alias("on")),
            pl.col("first").alias("party"),
        )
        .join(listed, on="line", how="left")
        .join(pools, on=["purse", "party"])
        .filter(within(policy.days_before, policy.days_after))
        .sort([*POOL, "line"])
    )
    columns = [*POOL, "lines", "amounts", "line", "amount", "more", "items", "listed"]
    last: Pool | None = None
    questions: list[Question] = []
    for purse, party, day, lines, amounts, line, amount, more, items, names in asking.select(
        columns
    ).iter_rows():
        if last is None or last[:3] != (purse, party, day):
            if last is not None:
                yield last, questions
            last, questions = (purse, party, day, lines, amounts), []
        questions.append(Question(line, amount, more, items, frozenset(names or ())))
    if last is not None:
        yield last, questions


def _answers(
    pool: Pool, questions: list[Question], fees: dict[str, int]
) -> Iterator[tuple[object, ...]]:
    purse, party, day, lines, amounts = pool
    known: dict[frozenset[int], Sums | None] = {}
    for asked in questions:
        if not asked.listed <= set(lines):
            continue  # it names lines of another day or party
        if len(asked.listed) == 1 and asked.more is None:
            continue  # it names one line, not several
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

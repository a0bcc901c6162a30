"""One ledger line paid in parts, and two ledger lines paid in two parts cut otherwise.

Both start from a number: a bank line names a ledger line whose amount is another. What is
missing may be silent; then its amount must be exactly what is missing, and the only such.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

import numpy as np
import numpy.typing as npt
import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.company import within_days
from counterfoil.rules.reconciliation.pools import ALIKE_CHANCE
from counterfoil.rules.reconciliation.rows import answered, table_of
from counterfoil.rules.reconciliation.slips import with_slip
from counterfoil.rules.reconciliation.speaking import SILENT
from counterfoil.rules.reconciliation.subsets import Sums
from counterfoil.rules.reconciliation.targets import POOL
from counterfoil.rules.reconciliation.weights import centibans
from counterfoil.rules.reconciliation.windows import joined_near

NAMED_MAX, SILENT_MAX, PARTS_MAX = 6, 8, 5
#: A part that names another line, or is left out although it names this one, speaks against it.
LEFT_OUT = -300
SILENT_PART = -60
NUMBERS_MAX = 600
#: Millionths: that a silent line of the party has just the amount that is missing.
PART_CHANCE = 5_000
ALL_NAMED_MIN = 200
#: Lines are regrouped only around a number that few others can be meant by.
SURE_NUMBER = 250
#: Millionths: that two differences of unrelated pairs are the same to the cent.
SAME_DIFFERENCE = 50
#: Divided by the cents: small amounts meet more often.
SMALL_AMOUNTS = 300_000
CHANCE_MAX = 350
REGROUPED, HALF_SILENT = "cut otherwise", "cut otherwise, half of it in silence"
PARTLY_NAMED = "paid in parts, some in silence"
NAMED_PARTS, SILENT_PARTS = "paid in parts", "amount, party and day, paid in parts"
SILENT_SPLIT_PRIOR = -150  # one payment in about thirty is made in parts
CLAIM: dict[str, pl.DataType] = {
    "rule": pl.String(),
    "bank": pl.List(pl.Int64()),
    "ledger": pl.List(pl.Int64()),
    "w_number": pl.Int64(),
    "chance": pl.Int64(),
}


def split_claims(
    unequal: pl.DataFrame, bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """Parts that add up to a ledger line that at least one of them names.

    Args:
        unequal: ``bank``, ``target`` (a ledger line), ``w_number``: named, and not its amount.
        bank: Open lines, with ``loud`` (0: silent).

    Returns: CLAIM.
    """
    wanted = ledger.lazy().filter(pl.col("run") == "")
    wanted = wanted.select(
        pl.col("line").alias("target"), "purse", "party", "day", pl.col("amount").alias("whole")
    )
    parts = bank.lazy().select(pl.col("line").alias("bank"), "amount", pl.col("day").alias("on"))
    both = unequal.lazy().join(wanted, on="target").join(parts, on="bank")
    named = answered(both.filter(_is_part()))
    # one part alone that may be the whole, keyed wrongly, is a question
    alone = pl.len().over("target") == 1
    named = with_slip(named, "amount", "whole").filter(~(alone & pl.col("slip"))).drop("slip")
    # what the party owes in a line of its own is no part
    owed = ledger.select("purse", "party", "amount")
    silent = _silent_parts(named, bank, policy).join(owed, on=owed.columns, how="anti")
    either = pl.concat([named.select(silent.columns), silent]).lazy()
    grouped = answered(
        either.sort("target", "bank")
        .unique(["target", "bank"], keep="first", maintain_order=True)
        .group_by("target", maintain_order=True)
        .agg("bank", "amount", "w_number", pl.col("whole").first())
        .filter(pl.col("bank").list.len() > 1)
    )
    rows = [row for group in grouped.iter_rows() for row in _made_up_of(*group)]
    return table_of(rows, CLAIM)


def _is_part() -> pl.Expr:
    same_sign = pl.col("amount").sign() == pl.col("whole").sign()
    return same_sign & (pl.col("amount").abs() < pl.col("whole").abs())


def _silent_parts(named: pl.DataFrame, bank: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Lines of the same party that name nothing: ``w_number`` is null."""
    wanted = named.select("target", "purse", "party", "day", "whole").unique()
    return answered(
        _around(bank, wanted, policy)
        .lazy()
        .filter(_is_part())
        .join(named.lazy(), on=["target", "bank"], how="anti")
        .with_columns(pl.lit(None, pl.Int64).alias("w_number"))
        .select("target", "bank", "amount", "w_number", "whole", "purse", "party")
    )


def _around(bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Pairs of one party in the window, twice as long after it: parts come later."""
    return joined_near(
        _of_one_party(bank),
        ledger,
        keys=["purse", "party"],
        before=policy.days_before,
        after=2 * policy.days_after,
    )


def _of_one_party(bank: pl.DataFrame) -> pl.LazyFrame:
    """Lines whose name is one party's, and that name no line of another."""
    quiet = bank.lazy().filter((pl.col("beyond") - pl.col("first") == 1) & (pl.col("loud") < 2))
    return quiet.select(
        *(pl.col("line").alias("bank"), "purse", pl.col("first").alias("party")),
        *("amount", pl.col("day").alias("on")),
    )


def _made_up_of(
    target: int, lines: list[int], amounts: list[int], numbers: list[int | None], whole: int
) -> Iterator[tuple[object, ...]]:
    naming = [at for at, weight in enumerate(numbers) if weight is not None]
    silent = [at for at, weight in enumerate(numbers) if weight is None]
    if len(naming) > NAMED_MAX:
        return
    pool = naming + (silent if len(silent) <= SILENT_MAX else [])
    if len(pool) < 2:
        return
    for way in Sums([amounts[at] for at in pool]).ways(whole):
        chosen = [pool[place] for place in way.places]
        weights = [weight for at in chosen if (weight := numbers[at]) is not None]
        if not _named_enough(weights, len(chosen)):
            continue
        number = min(sum(weights), NUMBERS_MAX)
        number += LEFT_OUT * (len(naming) - len(weights))
        number += SILENT_PART * (len(chosen) - len(weights))
        chance = PART_CHANCE * comb(len(pool) - len(naming), len(chosen) - len(weights))
        rule = NAMED_PARTS if len(weights) == len(chosen) else PARTLY_NAMED
        yield rule, sorted(lines[at] for at in chosen), [target], number, chance


def silent_split_claims(bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Parts that name nothing and add up to all that is open of their party: CLAIM."""
    named = ledger.filter(pl.col("party") >= 0)
    span = policy.days_before + 2 * policy.days_after
    alone = within_days(named, named, before=span, after=span) == 1
    wanted = named.filter(alone & (pl.col("run") == "")).select(
        pl.col("line").alias("target"), "purse", "party", "day", pl.col("amount").alias("whole")
    )
    pools = answered(
        _around(bank, wanted, policy)
        .lazy()
        .filter(_is_part())
        .sort("target", "bank")
        .group_by("target", maintain_order=True)
        .agg("bank", "amount", pl.col("whole").first())
        .filter(pl.col("bank").list.len().is_between(2, SILENT_MAX))
        .filter(pl.col("amount").list.sum().abs() >= pl.col("whole").abs())
    )
    rows = [row for pool in pools.iter_rows() for row in _silently_made_up_of(*pool)]
    return table_of(rows, CLAIM)


def _silently_made_up_of(
    target: int, lines: list[int], amounts: list[int], whole: int
) -> Iterator[tuple[object, ...]]:
    for way in Sums(amounts).ways(whole):
        if len(way.places) > PARTS_MAX:
            continue
        alike = len({amounts[place] for place in way.places}) == 1
        chance = max(way.chance, ALIKE_CHANCE) if alike else way.chance
        parts = sorted(lines[place] for place in way.places)
        yield SILENT_PARTS, parts, [target], SILENT_SPLIT_PRIOR, chance


def _named_enough(weights: list[int], parts: int) -> bool:
    if len(weights) == parts <= PARTS_MAX:
        return sum(weights) >= ALL_NAMED_MIN
    return bool(weights) and parts <= PARTS_MAX and max(weights) >= SURE_NUMBER


def regrouped_claims(
    unequal: pl.DataFrame, bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """Two lines on each side of one party and day, whose differences take each other back.

    Returns: CLAIM.
    """
    owed = ledger.filter((pl.col("party") >= 0) & (pl.col("run") == "")).select(
        *(pl.col("line").alias("target"), "purse", "party", "day"),
        pl.col("amount").alias("gross"),
    )
    paid = bank.lazy().select(pl.col("line").alias("bank"), "amount", pl.col("lists"))
    named = answered(
        unequal.lazy()
        .join(owed.lazy(), on="target")
        .join(paid, on="bank")
        .with_columns((pl.col("amount") - pl.col("gross")).alias("over"))
        .filter((pl.col("over") != 0) & (pl.col("w_number") >= SURE_NUMBER))
        .filter((pl.col("target").n_unique().over("bank") == 1) & ~pl.col("lists"))
    )
    named = with_slip(named, "amount", "gross").filter(~pl.col("slip")).drop("slip")
    silent = bank.filter(pl.col("loud") == SILENT)  # what names something else is no part
    # how many pairs had the chance to differ by just that much
    among = pl.len().over(POOL).cast(pl.Int64)
    others = named.lazy().select(*_OTHER, "w_number", among=among)
    opposite = pl.concat([others, _unnamed(named, owed, silent, policy)])
    opposite = opposite.with_columns((-pl.col("over")).alias("back"))
    keys, back = [*POOL, "over"], [*POOL, "back"]
    both = named.lazy().join(opposite, left_on=keys, right_on=back, suffix="_2")
    return _taking_each_other_back(both)


def _taking_each_other_back(both: pl.LazyFrame) -> pl.DataFrame:
    """Those of the pairs of pairs whose differences cancel: CLAIM."""
    meant = both.filter(
        (pl.col("bank") != pl.col("bank_2"))
        & (pl.col("target") != pl.col("target_2"))
        & (pl.col("amount") != pl.col("gross_2"))  # else they are two simple pairs
        & (pl.col("amount").sign() == pl.col("gross").sign())
    ).with_columns(
        pl.concat_list("bank", "bank_2").list.sort().alias("banks"),
        pl.concat_list("target", "target_2").list.sort().alias("ledger"),
        pl.sum_horizontal("w_number", "w_number_2").clip(None, NUMBERS_MAX).alias("number"),
        pl.when(pl.col("w_number_2").is_null()).then(SILENT_PART).otherwise(0).alias("docked"),
    )
    pairs = answered(meant)
    # amounts that are all so many times one price differ by so many times it
    step = pl.Series("step", _step_of(pairs), dtype=pl.Int64)
    paid = pl.col("gross_2") - pl.col("over")
    sizes = pl.min_horizontal(pl.col("gross", "gross_2", "amount").abs(), paid.abs()).clip(1)
    small = step * SMALL_AMOUNTS // sizes
    small = pl.when(pl.col("w_number_2").is_null()).then(small).otherwise(0)
    return answered(
        pairs.lazy()
        .select(
            pl.when(pl.col("w_number_2").is_null())
            .then(pl.lit(HALF_SILENT))
            .otherwise(pl.lit(REGROUPED))
            .alias("rule"),
            pl.col("banks").alias("bank"),
            "ledger",
            (pl.col("number") + pl.col("docked")).cast(pl.Int64).alias("w_number"),
            (pl.col("among") * pl.max_horizontal(pl.lit(SAME_DIFFERENCE), small)).alias("chance"),
        )
        .sort("bank", "ledger", "w_number", descending=[False, False, True])
        .unique(["bank", "ledger"], keep="first", maintain_order=True)
    )


def _step_of(pairs: pl.DataFrame) -> npt.NDArray[np.int64]:
    amounts = pairs.select("gross", "gross_2", "over").to_numpy()
    step: npt.NDArray[np.int64] = np.gcd.reduce(amounts, axis=1)
    return step


_OTHER = ("bank", "target", "purse", "party", "day", "over", "gross")


def _unnamed(
    named: pl.DataFrame, owed: pl.DataFrame, bank: pl.DataFrame, policy: Policy
) -> pl.LazyFrame:
    """Pairs of a named one's party and day that no number links, and whose difference takes that
    one's back; ``w_number`` is null, ``among``: how many pairs of that party and day there are.
    """
    wanted = named.lazy().select(*POOL, "over").unique().join(owed.lazy(), on=POOL)
    sides = answered(_of_one_party(bank))
    pairs = joined_near(
        sides,
        answered(wanted.with_columns((pl.col("gross") - pl.col("over")).alias("amount"))),
        keys=["purse", "party", "amount"],
        before=policy.days_before,
        after=policy.days_after,
    )
    of_days = owed.lazy().join(named.lazy(), on=POOL, how="semi").group_by(POOL)
    days = answered(of_days.agg(pl.len().cast(pl.Int64)))
    paying = within_days(
        days, sides.rename({"on": "day"}), before=policy.days_before, after=policy.days_after
    )
    days = days.select(*POOL, among=pl.col("len") * paying)
    nothing = pl.lit(None, pl.Int64).alias("w_number")
    found = pairs.lazy().with_columns((-pl.col("over")).alias("over")).join(days.lazy(), on=POOL)
    return found.select(*_OTHER, nothing, "among")


def scored(claims: pl.DataFrame) -> pl.DataFrame:
    """Add ``w_chance`` and ``score``."""
    weight = centibans(pl.lit(1_000_000), pl.col("chance").clip(1)).clip(None, CHANCE_MAX)
    return claims.with_columns(weight.alias("w_chance")).with_columns(
        (pl.col("w_number") + pl.col("w_chance")).alias("score")
    )

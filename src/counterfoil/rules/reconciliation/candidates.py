"""Which target a bank line may settle, and by what difference.

Blocked throughout: by purse and amount, or by a number that links the two; never all by all.
"""

from __future__ import annotations

import polars as pl

from counterfoil.domain.reconciliation import Fee, Policy
from counterfoil.rules.reconciliation.rows import answered, pair
from counterfoil.rules.reconciliation.targets import LINE, Targets
from counterfoil.rules.reconciliation.windows import joined_near

#: What the difference between bank and ledger is.
NONE, FEE, RATE, UNEQUAL = range(4)
FEE_SHARE_MAX = 4  # a charge is less than a quarter of what it is taken from
#: A currency and an amount as banks print them beside a rate: "EUR 1250.00".
PRINTED = r"\b([A-Z]{3}) ([0-9]+[.,][0-9]{2})\b"
PAIR = ("bank", "target", "difference", "why", "fee")


def same_amount(bank: pl.DataFrame, targets: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Pairs whose amounts agree, bare or under a declared fee, within the window.

    Returns: PAIR; ``difference`` is bank less ledger in cents, ``fee`` its name or "".
    """
    sides = bank.lazy().select(
        pl.col("line").alias("bank"), "purse", "amount", pl.col("day").alias("on")
    )
    fees = ["", *sorted(policy.fees)]
    nets = (_net(targets.lazy(), policy.fees.get(fee), at) for at, fee in enumerate(fees))
    pairs = joined_near(
        sides,
        answered(pl.concat(nets)),
        keys=["purse", "amount"],
        before=policy.days_before,
        after=policy.days_after,
    )
    return distinct(
        pairs.select(
            "bank",
            "target",
            (pl.col("amount") - pl.col("gross")).alias("difference"),
            pl.when(pl.col("fee") > 0).then(FEE).otherwise(pl.lit(NONE, pl.Int64)).alias("why"),
            pl.Series("fee", fees).gather(pairs["fee"]),
        )
    )


def distinct(pairs: pl.DataFrame) -> pl.DataFrame:
    """*pairs* in order, each with one reason once."""
    ordered = pairs.lazy().sort(pair("bank", "target"), "why", "fee")
    new = [
        pl.col(each).ne_missing(pl.col(each).shift()) for each in ("bank", "target", "why", "fee")
    ]
    return answered(ordered.filter(pl.any_horizontal(new)))


def within(before: int, after: int) -> pl.Expr:
    """Is the bank's day ``on`` in the window around the ledger's ``day``?"""
    return (pl.col("on") - pl.col("day")).is_between(-before, after)


def _net(targets: pl.LazyFrame, fee: Fee | None, at: int) -> pl.LazyFrame:
    """What is paid for *targets* less *fee*, the one at that place; of None: in full."""
    gross = pl.col("amount").alias("gross")
    base = targets.select("target", "purse", "day", "amount", gross, pl.lit(at).alias("fee"))
    if fee is None:
        return base
    size = pl.col("gross").abs()
    charge = _charge(fee, size)
    return base.with_columns(amount=pl.col("gross") - charge).filter(
        (charge * FEE_SHARE_MAX < size) & (charge > 0)
    )


def linked(
    bank: pl.DataFrame,
    targets: pl.DataFrame,
    links: pl.DataFrame,
    policy: Policy,
) -> pl.DataFrame:
    """Pairs that a number links, whatever their amounts: PAIR."""
    sides = bank.lazy().select(
        pl.col("line").alias("bank"), "purse", pl.col("amount"), pl.col("day").alias("on")
    )
    theirs = targets.lazy().select(
        "target", "purse", "day", pl.col("amount").alias("gross"), "rated"
    )
    pairs = (
        links.lazy()
        .select(pl.col("line").alias("bank"), "target")
        .join(sides, on="bank")
        .join(theirs, on="target")
        .filter(
            pl.col("purse") == pl.col("purse_right"),  # a number may link lines of two accounts
            within(policy.days_before, policy.days_after_with_reference),
        )
        .with_columns((pl.col("amount") - pl.col("gross")).alias("difference"))
    )
    return answered(_explained(pairs, policy))


def _explained(pairs: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """Give each difference its reason: none, a declared fee, the day's rate; or none found."""
    size = pl.col("gross").abs()
    by_rate = pl.col("rated") & (
        pl.col("difference").abs() * 1_000_000 <= size * policy.fx_tolerance_ppm
    )
    reason = pl.when(by_rate).then(pl.lit(RATE, pl.Int64)).otherwise(UNEQUAL)
    name = pl.lit("")
    for each in sorted(policy.fees, reverse=True):  # the first by name decides
        charge = _charge(policy.fees[each], size)
        hit = (pl.col("difference") == -charge) & (charge * FEE_SHARE_MAX < size)
        reason = pl.when(hit).then(pl.lit(FEE, pl.Int64)).otherwise(reason)
        name = pl.when(hit).then(pl.lit(each)).otherwise(name)
    same = pl.col("difference") == 0
    return pairs.select(
        *("bank", "target", "difference"),
        pl.when(same).then(pl.lit(NONE, pl.Int64)).otherwise(reason).alias("why"),
        pl.when(same).then(pl.lit("")).otherwise(name).alias("fee"),
    ).sort(pair("bank", "target"))


def _charge(fee: Fee, size: pl.Expr) -> pl.Expr:
    """What *fee* takes out of an amount of that *size*, in cents."""
    if fee.kind == "flat":
        return pl.lit(fee.cents, pl.Int64)
    return (size * fee.bps + 5000) // 10_000 + fee.plus


def printed_foreign(bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Pairs where the bank prints the foreign amount that the ledger line holds.

    Within the window only: a number is given out once, an amount comes back every month.

    Returns: ``line`` (of the bank), ``target``, ``sharing`` (ledger lines with that amount).
    """
    printed = (
        bank.lazy()
        .filter(pl.col("text").str.contains(PRINTED))
        .select(
            *("line", "purse", "amount", pl.col("day").alias("on")),
            pl.col("text").str.extract(PRINTED, 1).alias("foreign_currency"),
            pl.col("text")
            .str.extract(PRINTED, 2)
            .str.replace(r"[.,]", "")
            .cast(pl.Int64)
            .alias("size"),
        )
    )
    held = (
        ledger.lazy()
        .filter(pl.col("foreign_amount").is_not_null())
        .select(
            *("purse", "foreign_currency", "day", pl.col("line").alias("target")),
            pl.col("foreign_amount").abs().alias("size"),
            pl.col("amount").alias("gross"),
        )
    )
    sharing = held.group_by("purse", "foreign_currency", "size").len("sharing")
    near = (pl.col("amount") - pl.col("gross")).abs() * 1_000_000 <= (
        pl.col("gross").abs() * policy.fx_tolerance_ppm
    )
    return answered(
        printed.join(held, on=["purse", "foreign_currency", "size"])
        .join(sharing, on=["purse", "foreign_currency", "size"])
        .filter(near & within(policy.days_before, policy.days_after))
        .select("line", "target", "purse", pl.col("sharing").cast(pl.Int64))
        .sort(pair("line", "target"))
    )


def with_rates(targets: Targets, ledger: pl.DataFrame) -> Targets:
    """Mark the targets that hold a foreign amount: ``rated``."""
    foreign = ledger.filter(pl.col("foreign_amount").is_not_null())["line"].implode()
    rated = (pl.col("kind") == LINE) & pl.col("target").is_in(foreign)
    return Targets(targets.table.with_columns(rated.alias("rated")), targets.members)

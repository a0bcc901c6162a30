"""From weighed pairs to claims: what else speaks against one, its rule, the score it needs."""

from __future__ import annotations

import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.addends import with_addends
from counterfoil.rules.reconciliation.candidates import FEE, RATE
from counterfoil.rules.reconciliation.company import with_company
from counterfoil.rules.reconciliation.laying import Table
from counterfoil.rules.reconciliation.position import MATCH
from counterfoil.rules.reconciliation.rows import answered
from counterfoil.rules.reconciliation.setting import Setting
from counterfoil.rules.reconciliation.slips import with_slip
from counterfoil.rules.reconciliation.targets import DAY, LINE, POOL, PURPOSE, RUN, SUBSET, Targets
from counterfoil.rules.reconciliation.thresholds import NUMBER_COUNTS, needed
from counterfoil.rules.reconciliation.weights import centibans

#: A silent single line is docked so much for each tenfold of lines it stands among.
CROWD = 40
#: A bank line that lists several numbers is not one of them alone.
ONE_OF_MANY = -400
#: A number of payments that the bank prints.
COUNT_HOLDS, COUNT_FAILS = 100, -600

CONFIRMED, SILENT = "confirmed", "confirmed-silent"
CLAIM = (*MATCH, "score", "score_min")


def as_claims(facts: pl.DataFrame, table: Table, setting: Setting, *, late: bool) -> pl.DataFrame:
    """Turn weighed pairs into claims: CLAIM.

    Args:
        facts: As :func:`counterfoil.rules.reconciliation.evidence.weigh` returns them.
    """
    facts = _with_circumstances(facts, table, setting)
    facts = with_addends(with_slip(facts, "gross", "amount"), table.position.ledger)
    if late:
        facts = with_company(facts, table.position.bank, setting.policy)
    numbered = pl.col("how").is_not_null() & (pl.col("w_number") >= NUMBER_COUNTS)
    sure = numbered | (pl.col("kind") == RUN)
    return answered(
        facts.lazy()
        .join(_lines_of(facts, table.targets), on="target")
        .with_columns(
            pl.concat_list("bank").alias("bank"),
            _rule(numbered).alias("rule"),
            pl.when(sure).then(pl.lit(CONFIRMED)).otherwise(pl.lit(SILENT)).alias("tier"),
            needed(numbered, sure, setting, late=late).cast(pl.Int64).alias("score_min"),
            pl.lit(None, pl.Int64).alias("lead"),
            pl.lit(None, pl.Int64).alias("rivals"),
        )
        .select(CLAIM)
    )


def _with_circumstances(facts: pl.DataFrame, table: Table, setting: Setting) -> pl.DataFrame:
    """What else is open speaks for or against a claim."""
    bank, ledger = table.position.bank.lazy(), table.position.ledger.lazy()
    found = _count_checked(facts.lazy(), bank)
    found = _crowded(found, ledger)
    found = _one_of_many(found, setting.known.lists.lazy())
    found = _in_a_run(found, ledger)
    found = _rest_is_there(found, bank)
    return answered(_fee_is_owed(found, ledger, setting.policy))


def _lines_of(facts: pl.DataFrame, targets: Targets) -> pl.LazyFrame:
    asked = facts.lazy().select("target").unique()
    lines = targets.members.lazy().join(asked, on="target", how="semi")
    return lines.group_by("target").agg(pl.col("line").sort().alias("ledger"))


def _rule(numbered: pl.Expr) -> pl.Expr:
    how = (
        pl.when(numbered)
        .then(pl.lit("number and amount"))
        .when("same_party")
        .then(pl.lit("amount, party and day"))
        .otherwise(pl.lit("amount and day"))
    )
    what = pl.col("kind").replace_strict(
        {
            LINE: "",
            RUN: ", payment run",
            DAY: ", all of a party's day",
            PURPOSE: ", all of a party's day for one purpose",
            SUBSET: ", batch",
        },
        return_dtype=pl.String,
    )
    less = pl.col("why").replace_strict({FEE: ", less a fee", RATE: ", at a rate"}, default="")
    return how + what + less


def _count_checked(facts: pl.LazyFrame, bank: pl.LazyFrame) -> pl.LazyFrame:
    """A printed number of payments must hold."""
    printed = bank.select(pl.col("line").alias("bank"), "items", "own_charge")
    says = (
        pl.when(pl.col("items").is_null())
        .then(0)
        .when(pl.col("items") == pl.col("size"))
        .then(COUNT_HOLDS)
        .otherwise(COUNT_FAILS)
        .cast(pl.Int64)
    )
    return facts.join(printed, on="bank", how="left").with_columns(
        (pl.col("w_number") + says).alias("w_number"), (pl.col("score") + says).alias("score")
    )


def _crowded(facts: pl.LazyFrame, ledger: pl.LazyFrame) -> pl.LazyFrame:
    """The more lines of that party and day are open, the more sums an amount may be."""
    keys = ["purse", "party", "day"]
    loose = ledger.filter("loose")
    crowd = loose.group_by(keys).agg(pl.len().cast(pl.Int64).alias("crowd"))
    silent = (pl.col("w_number") < NUMBER_COUNTS) & (pl.col("kind") == LINE)
    dock = centibans(pl.col("crowd").fill_null(1), pl.lit(1)) * CROWD // 100
    return facts.join(crowd, on=keys, how="left").with_columns(
        pl.col("score") - pl.when(silent).then(dock).otherwise(0)
    )


def _in_a_run(facts: pl.LazyFrame, ledger: pl.LazyFrame) -> pl.LazyFrame:
    """Add ``in_run``: is it one line of a payment run of several?"""
    runs = ledger.filter(pl.col("run") != "").filter(pl.len().over("run_number") > 1)
    lines = runs.select(pl.col("line").alias("target"), pl.lit(value=True).alias("in_run"))
    return facts.join(lines, on="target", how="left").with_columns(
        pl.col("in_run").fill_null(value=False) & (pl.col("kind") == LINE)
    )


def _rest_is_there(facts: pl.LazyFrame, bank: pl.LazyFrame) -> pl.LazyFrame:
    """Add ``rest``: has the party just what a fee is said to be, in an open payment?"""
    named = bank.filter(pl.col("beyond") - pl.col("first") == 1).select(
        "purse",
        pl.col("first").alias("party"),
        (-pl.col("amount")).alias("difference"),
        pl.lit(value=True).alias("rest"),
    )
    return facts.join(named.unique(), on=["purse", "party", "difference"], how="left").with_columns(
        pl.col("rest").fill_null(value=False) & (pl.col("why") == FEE)
    )


def _fee_is_owed(facts: pl.LazyFrame, ledger: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """Add ``fee_owed``: does the party's day hold a line of just a declared charge?

    With that line and less the charge, or without both: the sum is the same.
    """
    charges = sorted({each.cents for each in policy.fees.values() if each.kind == "flat"})
    like = ledger.filter("loose").filter(pl.col("amount").is_in(charges)).select(*POOL).unique()
    days = like.with_columns(pl.lit(value=True).alias("fee_owed"))
    return facts.join(days, on=POOL, how="left").with_columns(
        pl.col("fee_owed").fill_null(value=False) & (pl.col("kind") != LINE)
    )


def _one_of_many(facts: pl.LazyFrame, lists: pl.LazyFrame) -> pl.LazyFrame:
    names = lists.select(pl.col("line").alias("bank"), "lists")
    alone = (pl.col("kind") == LINE) & pl.col("lists").fill_null(value=False)
    return facts.join(names, on="bank", how="left").with_columns(
        pl.col("score") + pl.when(alone).then(ONE_OF_MANY).otherwise(0)
    )

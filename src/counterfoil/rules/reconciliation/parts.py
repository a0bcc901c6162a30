"""Claims around a number whose amount is another: paid in parts, cut otherwise, or a question."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from counterfoil.rules.reconciliation.balances import COMPLETED, balance_claims
from counterfoil.rules.reconciliation.balances import RULE as BALANCE
from counterfoil.rules.reconciliation.candidates import UNEQUAL, linked
from counterfoil.rules.reconciliation.evidence import of_link, weigh
from counterfoil.rules.reconciliation.laying import Table, uncounted
from counterfoil.rules.reconciliation.position import with_absent
from counterfoil.rules.reconciliation.scoring import CLAIM, CONFIRMED
from counterfoil.rules.reconciliation.scoring import SILENT as SILENT_TIER
from counterfoil.rules.reconciliation.setting import Setting
from counterfoil.rules.reconciliation.slips import with_slip
from counterfoil.rules.reconciliation.speaking import SILENT
from counterfoil.rules.reconciliation.splits import (
    NAMED_PARTS,
    REGROUPED,
    SILENT_PARTS,
    regrouped_claims,
    scored,
    silent_split_claims,
    split_claims,
)
from counterfoil.rules.reconciliation.targets import LINE
from counterfoil.rules.reconciliation.thresholds import NEVER, NUMBER_COUNTS

PARTS_MIN, PARTS_MIN_LATE, SILENT_PARTS_MIN = 500, 350, -160
COMPLETED_MIN = 150
#: Millionths: beyond, the parts may add up by chance.
PARTS_CHANCE_MAX = 50_000
#: One amount in fifty is keyed wrongly; that it is another altogether is rarer still.
SLIP_PRIOR, UNEQUAL_PRIOR = -170, -250
#: What the bank lists is one of several, so of course the amounts differ. (Where the several were
#: found, they claim it.)
ONE_OF_MANY_PRIOR = -30
KEYED_WRONGLY, DIFFERENT = "amount keyed wrongly", "amounts differ"


def claims_of_parts(table: Table, setting: Setting, *, late: bool) -> pl.DataFrame:
    """Splits, regrouped lines and questions: CLAIM."""
    facts = _unequal(table, setting)
    bank = _with_loudness(table.position.bank, setting)
    unequal = facts.select("bank", "target", "w_number")
    made = [
        split_claims(unequal, bank, table.position.ledger, setting.policy),
        regrouped_claims(unequal, bank, table.position.ledger, setting.policy),
    ]
    if late:
        made.append(silent_split_claims(bank, table.position.ledger, setting.policy))
        made.append(balance_claims(bank, table.position.ledger, setting.policy))
    by_number = pl.col("rule").is_in([NAMED_PARTS, REGROUPED])
    allowed = by_number | pl.lit(setting.policy.silent)
    balanced = pl.col("rule").is_in([SILENT_PARTS, BALANCE])
    found = scored(pl.concat(made)).with_columns(
        pl.when(by_number).then(pl.lit(CONFIRMED)).otherwise(pl.lit(SILENT_TIER)).alias("tier"),
        pl.lit(0, pl.Int64).alias("difference"),
        pl.lit("").alias("fee"),
        pl.when(allowed & (pl.col("rule") == COMPLETED))
        .then(pl.lit(COMPLETED_MIN, pl.Int64))
        .when(allowed & balanced)
        .then(SILENT_PARTS_MIN)
        .when(allowed & (pl.col("chance") <= PARTS_CHANCE_MAX))
        .then(PARTS_MIN_LATE if late else PARTS_MIN)
        .otherwise(NEVER)
        .alias("score_min"),
    )
    return pl.concat(
        [with_absent(each).select(CLAIM) for each in (found, _questions(facts, bank, table))]
    )


def _unequal(table: Table, setting: Setting) -> pl.DataFrame:
    """Bank lines that name a ledger line whose amount is another, weighed."""
    single = table.targets.table.filter(pl.col("kind") == LINE)
    counts = table.links.filter(of_link(setting.known) >= NUMBER_COUNTS)
    own = counts.join(single, on="target", how="semi")
    bank = table.position.bank
    pairs = linked(bank, single, own, setting.policy).filter(pl.col("why") == UNEQUAL)
    facts = weigh(uncounted(pairs), bank, single, replace(setting.known, links=own))
    return facts.filter(pl.col("w_name") >= 0)


def _with_loudness(bank: pl.DataFrame, setting: Setting) -> pl.DataFrame:
    return (
        bank.join(setting.known.loud, on="line", how="left")
        .join(setting.known.lists, on="line", how="left")
        .with_columns(
            pl.col("loud").fill_null(SILENT),
            pl.col("lists").fill_null(value=False) | pl.col("more").is_not_null(),
        )
    )


def _questions(facts: pl.DataFrame, bank: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Claims that never stand, but that others have to beat."""
    groups = table.targets.table.filter(pl.col("kind") != LINE).select("target")
    laid = table.pairs.join(groups, on="target", how="semi").select("bank").unique()
    lists = bank.filter("lists").select(pl.col("line").alias("bank"), pl.lit(1).alias("lists"))
    lists = lists.join(laid, on="bank", how="anti")
    facts = with_slip(facts, "gross", "amount").join(lists, on="bank", how="left")
    prior = (
        pl.when(pl.col("lists").is_not_null())
        .then(ONE_OF_MANY_PRIOR)
        .when("slip")
        .then(SLIP_PRIOR)
        .otherwise(UNEQUAL_PRIOR)
    )
    rule = pl.when("slip").then(pl.lit(KEYED_WRONGLY)).otherwise(pl.lit(DIFFERENT))
    return facts.select(
        rule.alias("rule"),
        pl.concat_list("bank").alias("bank"),
        pl.concat_list("target").alias("ledger"),
        *("difference", "fee", "w_number", "w_name", "w_day", "how", "sharing"),
        (pl.col("w_number") + prior).alias("score"),
        pl.lit(NEVER, pl.Int64).alias("score_min"),
    )

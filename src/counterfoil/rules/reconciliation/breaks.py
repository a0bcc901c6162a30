"""What is left open, why, and what a person may look at first.

Every open line is exactly one break. Proposals are the claims that did not stand out; nothing
here decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.duplicates import bank_twins
from counterfoil.rules.reconciliation.evidence import Known
from counterfoil.rules.reconciliation.parts import DIFFERENT, KEYED_WRONGLY
from counterfoil.rules.reconciliation.position import Position
from counterfoil.rules.reconciliation.proposals import (
    OF_WHAT_IS_LEFT,
    RESEMBLES,
    alone,
    proposals,
    ranked,
)

#: A number this sure pairs two lines although their amounts differ.
PAIRED_MIN = 250
DUPLICATE, POSSIBLE_DUPLICATE = "duplicate", "possible duplicate"
CHARGE, TO_DECIDE = "bank's own charge or interest", "to decide"
NOT_IN_LEDGER, NOT_AT_BANK, NOT_YET = "missing in the ledger", "missing at the bank", "timing"


@dataclass(frozen=True, slots=True)
class Breaks:
    """Both sides' open lines with their class, and proposals.

    ``bank`` and ``ledger``: ``line``, ``class``, ``other`` (lines of either side that it has to
    do with), ``difference`` (cents, bank less ledger; null). ``proposals``: ``bank``,
    ``ledger`` (lists), ``rule``, ``difference``, ``score``, ``lead``; for the bank's ``line``
    it stands at ``place`` (1: first).
    """

    bank: pl.DataFrame
    ledger: pl.DataFrame
    proposals: pl.DataFrame


def breaks_of(  # noqa: PLR0913 - what the class of a line depends on
    position: Position,
    policy: Policy,
    known: Known,
    claims: pl.DataFrame,
    *,
    whole_bank: pl.DataFrame,
    repeats: tuple[pl.DataFrame, pl.DataFrame],
) -> Breaks:
    """Say of every open line what it is.

    Args:
        claims: Those on open lines that did not stand out.
        whole_bank: All lines, matched or not.
        repeats: Duplicates at the bank and in the ledger: ``first``, ``second``.
    """
    bank_repeats, ledger_repeats = repeats
    listing = _listing(position.bank, known)
    claims = ranked(position, policy, known, claims, listing)
    paired = _paired(claims, listing)
    shown = proposals(position, policy, known, claims, paired)
    claims = pl.concat(
        [claims, shown.filter(pl.col("rule").is_in(OF_WHAT_IS_LEFT)).select(claims.columns)]
    )
    pairs = paired.select("line", "class", "other", "difference")
    bank = pl.concat([_repeated(bank_repeats, DUPLICATE), pairs])
    twins = bank_twins(whole_bank).join(
        position.bank, left_on="second", right_on="line", how="semi"
    )
    twins = twins.join(bank, left_on="second", right_on="line", how="anti")
    bank = pl.concat([bank, _repeated(twins, POSSIBLE_DUPLICATE)])
    ours = claims.select(pl.col("bank").alias("line"), pl.col("ledger").alias("other"), "score")
    charge = position.bank.filter("own_charge")["line"]
    bank = pl.concat([bank, _rest(position.bank, bank, ours, _bank_class(charge))])
    ledger = pl.concat([_repeated(ledger_repeats, DUPLICATE), _turned(paired)])
    theirs = claims.select(pl.col("ledger").alias("line"), pl.col("bank").alias("other"), "score")
    ledger = pl.concat(
        [ledger, _rest(position.ledger, ledger, theirs, _ledger_class(policy, known))]
    )
    return Breaks(bank.sort("line"), ledger.sort("line"), shown.drop("w_number"))


def _listing(bank: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Bank lines that name several ledger lines, or say there are more: ``line``."""
    several = known.lists.filter("lists").select("line")
    return pl.concat([several, bank.filter(pl.col("more").is_not_null()).select("line")])


def _paired(claims: pl.DataFrame, listing: pl.DataFrame) -> pl.DataFrame:
    """Pairs that a sure number links although the amounts differ, best for both.

    Also where one amount may be the other, keyed wrongly, and nothing else claims either line.

    Args:
        listing: ``line`` of the bank that is not one ledger line alone.
    """
    named = claims.filter(
        pl.col("rule").is_in([KEYED_WRONGLY, DIFFERENT]) & (pl.col("w_number") >= PAIRED_MIN)
    )
    silent = alone(claims, KEYED_WRONGLY + RESEMBLES).with_columns(
        pl.lit(KEYED_WRONGLY).alias("rule")
    )
    named = pl.concat([named, silent.select(named.columns)]).with_columns(
        pl.col("bank").list.first().alias("line"), pl.col("ledger").list.first().alias("target")
    )
    named = named.join(listing, on="line", how="anti")
    order = ["score", "line", "target"]
    ranked = named.sort(order, descending=[True, False, False])
    first = ranked.unique("line", keep="first", maintain_order=True)
    first = first.unique("target", keep="first", maintain_order=True)
    return first.select(
        *("line", "target", pl.col("rule").alias("class")),
        *(pl.col("ledger").alias("other"), "difference"),
    )


def _turned(paired: pl.DataFrame) -> pl.DataFrame:
    return paired.select(
        pl.col("target").alias("line"),
        *("class", pl.concat_list("line").alias("other"), "difference"),
    )


def _repeated(repeats: pl.DataFrame, kind: str) -> pl.DataFrame:
    return repeats.select(
        pl.col("second").alias("line"),
        pl.lit(kind).alias("class"),
        pl.concat_list("first").alias("other"),
        pl.lit(None, pl.Int64).alias("difference"),
    )


def _rest(
    side: pl.DataFrame, named: pl.DataFrame, claims: pl.DataFrame, otherwise: pl.Expr
) -> pl.DataFrame:
    """Open lines that have no class yet: to decide where there is a claim, else *otherwise*."""
    wanted = (
        claims.explode("line")
        .select("line")
        .unique()
        .with_columns(pl.lit(value=True).alias("wanted"))
    )
    left = side.join(named, on="line", how="anti").join(wanted, on="line", how="left")
    kind = pl.when(pl.col("wanted").fill_null(value=False)).then(pl.lit(TO_DECIDE))
    return left.select(
        "line",
        kind.otherwise(otherwise).alias("class"),
        pl.lit([], pl.List(pl.Int64)).alias("other"),
        pl.lit(None, pl.Int64).alias("difference"),
    )


def _bank_class(charges: pl.Series) -> pl.Expr:
    own = pl.col("line").is_in(charges.implode())
    return pl.when(own).then(pl.lit(CHARGE)).otherwise(pl.lit(NOT_IN_LEDGER))


def _ledger_class(policy: Policy, known: Known) -> pl.Expr:
    """What was booked so late that the bank may still bring it is a matter of time."""
    late = pl.col("day") + policy.days_after > known.last_day
    return pl.when(late).then(pl.lit(NOT_YET)).otherwise(pl.lit(NOT_AT_BANK))

"""Weigh each pair: number, name, days and what chance would bring, in centibans."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.candidates import FEE, NONE, RATE
from counterfoil.rules.reconciliation.coincidence import in_window, repeats
from counterfoil.rules.reconciliation.references import (
    BARE,
    CUT,
    EDIT,
    LISTED,
    OTHERWISE,
    PRINTED,
    TAIL,
    WHOLE,
)
from counterfoil.rules.reconciliation.rows import answered, pair
from counterfoil.rules.reconciliation.speaking import ALOUD, SILENT, SPEAKS
from counterfoil.rules.reconciliation.targets import LINE, RUN
from counterfoil.rules.reconciliation.weights import centibans
from counterfoil.rules.reconciliation.windows import count_near

#: What a recognised number is docked for the way it was recognised.
DOCKED = {WHOLE: 0, TAIL: 10, BARE: 30, EDIT: 50, CUT: 30, LISTED: 0, PRINTED: 0, OTHERWISE: 50}
NUMBER_MAX = 400
NUMBERS_MIN = 10_000  # a number of a small ledger tells as much as one of so many
#: A number of its own that is not ours: as strong as one that is.
CONTRADICTED = {ALOUD: -400, SPEAKS: -250, SILENT: 0}
OTHER_NAME, UNKNOWN_NAME = -500, -300
#: Before anything is seen, one payment in about thirty is reduced by a declared charge, and one
#: in as many is changed at a rate.
FEE_PRIOR = RATE_PRIOR = -150
RATE_CHANCE = 300  # thousandths of a line of the same party within the tolerance of a rate
#: Thousandths of an unrelated line with an amount that no line of the party has.
FEE_CHANCE = 20
#: A line in so many of those that recur outside the window.
ELSEWHERE = 3
GROUP_CHANCE = 10
NAMELESS_GROUPS = 5  # times as many sums of others may be meant where nobody is named
SMALL_SUMS = 10_000  # divided by the cents: small sums meet more often
#: A multiple of one amount is often the price of so many, in a line of its own.
ALIKE_CHANCE = 200
CHANCE_WEIGHT_MAX = 350


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was learned of these two files before the weighing."""

    links: pl.DataFrame  # line, target, how, sharing
    keys: int  # numbers in the ledger
    loud: pl.DataFrame  # line, loud
    lists: pl.DataFrame  # line, lists: it names two ledger lines or more
    lags: pl.DataFrame  # lag, document, w_day
    by_party: pl.DataFrame  # purse, party, amount, again
    by_purse: pl.DataFrame  # purse, amount, again
    share: tuple[int, int]  # of the time in the window
    days: pl.DataFrame  # purse, party, amount, day: of amounts that a party has twice or more
    window: tuple[int, int]  # days before, days after
    last_day: int  # of the bank's lines
    no_cheque: int  # centibans: that a cheque booked with its number comes without
    no_rate: int  # that a line with a foreign amount comes to the same cent
    one_purpose: int  # of a thousand proved batches: those for one purpose, though the day has more
    fee_signs: tuple[int, ...]  # -1: charges are seen on payments out; 1: on payments in
    fees: pl.DataFrame  # fee, sign, w_fee: how often it is taken, by the lines that numbers link

    def with_links(self, links: pl.DataFrame) -> Known:
        """The same with other *links*."""
        return replace(self, links=links)

    def of_what_is_left(self) -> Known:
        """Nothing is weighed any more. A million lines: memory."""
        tables = ("links", "loud", "by_party", "by_purse", "days")
        return replace(self, **{each: getattr(self, each).clear() for each in tables})


def chances(
    targets: pl.DataFrame, policy: Policy
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[int, int]]:
    """What is to be expected again, by party and by purse, over single lines and groups."""
    named = targets.filter(pl.col("party") >= 0)
    return (
        repeats(named, ["purse", "party"]),
        repeats(targets, ["purse"]),
        in_window(targets, policy),
    )


def weigh(
    pairs: pl.DataFrame, bank: pl.DataFrame, targets: pl.DataFrame, known: Known
) -> pl.DataFrame:
    """Add ``w_number``, ``w_name``, ``w_day``, ``w_chance``, ``score``, ``how``, ``chance``.

    ``chance``: unrelated lines to be expected in the window, in millionths.
    """
    facts = (
        pairs.lazy()
        .join(
            bank.lazy().select(
                pl.col("line").alias("bank"), "purse", "first", "beyond", pl.col("day").alias("on")
            ),
            on="bank",
        )
        .join(
            targets.lazy().select(
                "target",
                "kind",
                "party",
                "day",
                "document",
                "rated",
                "size",
                "alike",
                pl.col("amount").alias("gross"),
            ),
            on="target",
        )
        .with_columns((pl.col("on") - pl.col("day")).alias("lag"))
        .join(known.lags.lazy(), on=["lag", "document"], how="left")
        .with_columns(pl.col("w_day").fill_null(-200))
    )
    facts = _weigh_name(facts)
    facts = _weigh_number(facts, known)
    facts = _weigh_chance(facts, known)
    score = pl.sum_horizontal("w_number", "w_name", "w_day", "w_chance", "w_prior")
    facts = facts.with_columns(score.alias("score"))
    return answered(facts.sort(pair("bank", "target"), "why", "fee"))


def _weigh_name(facts: pl.LazyFrame) -> pl.LazyFrame:
    party, first, beyond = pl.col("party"), pl.col("first"), pl.col("beyond")
    named = (first >= 0) & (party >= 0)
    same = named & (party >= first) & (party < beyond)
    weight = (
        pl.when(same)
        .then(0)
        .when((first >= 0) & (first == beyond))
        .then(UNKNOWN_NAME)
        .when(first >= 0)
        .then(OTHER_NAME)
        .otherwise(0)
    )
    return facts.with_columns(weight.cast(pl.Int64).alias("w_name"), same.alias("same_party"))


def _weigh_number(facts: pl.LazyFrame, known: Known) -> pl.LazyFrame:
    links = known.links.lazy().select(pl.col("line").alias("bank"), "target", "how", "sharing")
    loud = known.loud.lazy().select(pl.col("line").alias("bank"), "loud")
    silence = pl.min_horizontal(
        pl.col("loud").replace_strict(CONTRADICTED, default=0),
        pl.when("document").then(known.no_cheque).otherwise(0),
        pl.when(pl.col("rated") & (pl.col("why") == NONE)).then(known.no_rate).otherwise(0),
    )
    weight = pl.when(pl.col("how").is_not_null()).then(of_link(known)).otherwise(silence)
    return (
        facts.join(links, on=["bank", "target"], how="left")
        .join(loud, on="bank", how="left")
        .with_columns(pl.col("loud").fill_null(SILENT))
        .with_columns(weight.cast(pl.Int64).alias("w_number"))
    )


def of_link(known: Known) -> pl.Expr:
    """What a number weighs by ``how`` it was recognised and how many are ``sharing`` it."""
    docked = pl.col("how").replace_strict(DOCKED, default=0)
    # a number cut short is worth what it tells apart; a whole one more, in however few lines
    told_apart = (
        pl.when(pl.col("how") == CUT).then(known.keys).otherwise(max(known.keys, NUMBERS_MIN))
    )
    found = centibans(told_apart + 1, pl.col("sharing")) - docked
    return found.clip(0, NUMBER_MAX)


def _weigh_chance(facts: pl.LazyFrame, known: Known) -> pl.LazyFrame:
    """Unrelated lines to be expected: of the party where it is named, else of the purse."""
    facts = facts.with_columns((pl.col("gross") + pl.col("difference")).alias("amount"))
    per_party = known.by_party.lazy().rename({"again": "of_party", "seen": "seen_of_party"})
    facts = facts.with_columns(pl.col("gross").sign().alias("sign"))
    facts = facts.join(known.fees.lazy(), on=["fee", "sign"], how="left")
    per_purse = known.by_purse.lazy().rename({"again": "of_purse", "seen": "seen_of_purse"})
    facts = facts.join(per_party, on=["purse", "party", "amount"], how="left")
    facts = facts.join(per_purse, on=["purse", "amount"], how="left")
    share, whole = known.share
    same = pl.col("same_party")
    # what comes back at intervals is counted where it is, and feared a little elsewhere
    facts = _with_neighbours(facts, known)
    rest = pl.col("of_party") // ELSEWHERE
    of_party = pl.when(pl.col("seen_of_party") > 1).then(rest).otherwise(pl.col("of_party"))
    again = pl.when(same).then(of_party).otherwise(pl.col("of_purse"))
    seen = pl.when(same).then(pl.col("seen_of_party")).otherwise(pl.col("seen_of_purse"))
    # a sum of many lines is nobody's usual amount: what else has it is counted one by one
    others = (seen.fill_null(0) - (pl.col("kind") == RUN).cast(pl.Int64)).clip(0)
    by_size = pl.max_horizontal(pl.lit(GROUP_CHANCE), SMALL_SUMS // pl.col("amount").abs().clip(1))
    by_size = pl.when(same).then(by_size).otherwise(by_size * NAMELESS_GROUPS)
    by_size = pl.when("alike").then(ALIKE_CHANCE).otherwise(by_size)
    again = pl.when(pl.col("kind") == LINE).then(again).otherwise(others * 1000 + by_size)
    again = again.fill_null(0) + pl.when(pl.col("why") == FEE).then(FEE_CHANCE).otherwise(0)
    again = pl.when(pl.col("why") == RATE).then(RATE_CHANCE).otherwise(again)
    expected = again * 1000 * share // whole + pl.col("near").fill_null(0) * 1_000_000
    chance = pl.max_horizontal("given_chance", expected).clip(1)
    return facts.with_columns(
        chance.alias("chance"),
        centibans(pl.lit(1_000_000), chance)
        .clip(-CHANCE_WEIGHT_MAX, CHANCE_WEIGHT_MAX)
        .alias("w_chance"),
        pl.when(pl.col("why") == FEE)
        .then(pl.col("w_fee").fill_null(FEE_PRIOR))
        .when(pl.col("why") == RATE)
        .then(RATE_PRIOR)
        .otherwise(0)
        .cast(pl.Int64)
        .alias("w_prior"),
    )


def _with_neighbours(facts: pl.LazyFrame, known: Known) -> pl.LazyFrame:
    """Add ``near``: other lines of the party in the bank line's window, with that amount."""
    before, after = known.window
    place = ["bank", "target", "why", "fee"]
    so_far = answered(facts)
    recurring = so_far.filter((pl.col("seen_of_party") > 1) & (pl.col("kind") == LINE)).select(
        *place, "purse", "party", "amount", pl.col("on").alias("day")
    )
    near = count_near(
        recurring, known.days, keys=["purse", "party", "amount"], before=after, after=before
    )
    recurring = recurring.with_columns((near - 1).clip(0).alias("near"))
    return so_far.lazy().join(recurring.lazy().select(*place, "near"), on=place, how="left")

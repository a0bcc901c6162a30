"""The score that a claim needs to stand, by what supports it.

Set on pairs with known truth (benchmarks/bench_reconciliation.py): low where hundreds of true
claims stood below and no false one, high where a false one did. The last rounds ask less:
what still claims a line then has outlived every stronger claim on it.
"""

from __future__ import annotations

import polars as pl

from counterfoil.rules.reconciliation.candidates import FEE, NONE, RATE
from counterfoil.rules.reconciliation.evidence import CONTRADICTED
from counterfoil.rules.reconciliation.references import CUT, EDIT, LISTED, OTHERWISE
from counterfoil.rules.reconciliation.setting import Setting
from counterfoil.rules.reconciliation.speaking import ALOUD
from counterfoil.rules.reconciliation.subsets import POOL_MAX
from counterfoil.rules.reconciliation.targets import LINE, PURPOSE, RUN, SUBSET
from counterfoil.rules.reconciliation.weights import WHOLE

#: Centibans from which a number is evidence, and its claim one with a reference.
NUMBER_COUNTS = 150
NUMBER_MIN = 50
MISREAD_MIN, MISREAD_NAMELESS_MIN = 150, 400  # the number is one slip away, or cut short
RUN_MIN = 0  # all of a payment run, to the cent
NAMED_MIN, NAMELESS_MIN = 50, 130  # amount and day, with the party or without
NAMED_FEE_MIN, NAMELESS_FEE_MIN = 90, 200  # and less a fee
BATCH_MIN = 180  # some of a party's day
#: Millionths: beyond, other lines may as well add up so.
BATCH_CHANCE_MAX, BATCH_CHANCE_MAX_LATE = 100_000, 500_000
LISTED_CHANCE_MAX = 1_000_000  # where the bank names some of them
#: Where one unrelated line in four claims is to be expected, silence decides nothing.
RARITY_MIN = 40
#: In a day too long for its sums to be tried, one silent match in four hundred was false.
CROWDED_MIN = 160
ADDENDS_MANY = 300  # millionths: beyond, several lines may as well be meant
#: In the last rounds.
MISREAD_NAMELESS_MIN_LATE = 200  # of so few letters and digits, and of anybody
NUMBER_MIN_LATE, GROUP_MIN_LATE, RATE_MIN_LATE, FEE_MIN_LATE = 0, -50, -200, 0
SINGLE_MIN_LATE = -50  # a line whose every other use was tried
ALONE_MIN_LATE = -150  # a line that no other payment of the bank can be for
NAMELESS_MIN_LATE, NAMELESS_GROUP_MIN_LATE = 0, 50
USUAL_DAYS_MIN = -150
FEE_SIZE_MIN = 1_000  # cents: of less, any difference may be a charge
NEVER = 1_000_000  # a question: it becomes no match, but others have to beat it


def needed(numbered: pl.Expr, sure: pl.Expr, setting: Setting, *, late: bool) -> pl.Expr:
    """The score that a claim needs to stand.

    Args:
        numbered: Does a number support it?
        sure: Does a number, or a whole payment run?
        late: Is it one of the last rounds?
    """
    asks = [*_questions(sure, setting, late=late)]
    if late:
        asks += _late(numbered, sure)
    asks += _early(numbered)
    return pl.coalesce(*(pl.when(applies).then(score) for applies, score in asks), NAMED_MIN)


Asks = list[tuple[pl.Expr, int]]


def _questions(sure: pl.Expr, setting: Setting, *, late: bool) -> Asks:
    """What a person decides, whatever its score."""
    single, listed = pl.col("kind") == LINE, pl.col("how").eq_missing(LISTED)
    unlisted = BATCH_CHANCE_MAX_LATE if late else BATCH_CHANCE_MAX
    chance_max = pl.when(listed).then(LISTED_CHANCE_MAX).otherwise(unlisted)
    return [
        # what may be a keying error is a question, whatever else it may be
        (single & (pl.col("why") == FEE) & pl.col("slip"), NEVER),
        (single & (pl.col("why") == FEE) & (pl.col("gross").abs() < FEE_SIZE_MIN), NEVER),
        (single & (pl.col("why") == RATE) & ~sure & pl.col("slip"), NEVER),
        (
            (pl.col("why") == FEE) & ~pl.col("amount").sign().is_in(list(setting.known.fee_signs)),
            NEVER,
        ),
        (pl.lit(not setting.policy.silent) & ~sure, NEVER),
        ((pl.col("kind") == SUBSET) & (pl.col("chance") > chance_max), NEVER),
        # how a number may be read besides only speaks against what it says
        (pl.col("how").eq_missing(OTHERWISE), NEVER),
        # another's name and another amount: then the number is misread
        ((pl.col("why") == RATE) & (pl.col("w_name") < 0), NEVER),
        # what is paid in parts is not less a fee
        (pl.col("rest"), NEVER),
        # without a name, more sums of others may be meant than there are days
        ((pl.col("kind") == PURPOSE) & ~pl.col("same_party"), NEVER),
        # nor are several lines without one of them that is as much
        (pl.col("fee_owed") & ~sure, NEVER),
        # what is in a payment run is paid with it
        (pl.col("in_run"), NEVER),
    ]


def _late(numbered: pl.Expr, sure: pl.Expr) -> Asks:
    single, why = pl.col("kind") == LINE, pl.col("why")
    silent = ~numbered & ~pl.col("own_charge") & (pl.col("w_number") >= 0)
    named = pl.col("w_name") >= 0
    usual = pl.col("w_day") >= USUAL_DAYS_MIN
    rare = pl.col("w_chance") + pl.col("w_number").clip(0) >= RARITY_MIN
    tried = pl.col("crowd").fill_null(1) <= POOL_MAX
    alone = pl.col("company") == 0
    aloud = pl.col("w_number") <= CONTRADICTED[ALOUD]
    size = pl.col("amount").abs()
    # without a name, a whole or a tiny amount is as good as anybody's
    anybodys = ~pl.col("same_party") & ((size < WHOLE) | (size % WHOLE == 0))
    misread = numbered & pl.col("how").is_in([EDIT, CUT])
    plain = single & silent & named & usual & (why == NONE)
    return [
        (misread & ~pl.col("same_party"), MISREAD_NAMELESS_MIN_LATE),
        (numbered, NUMBER_MIN_LATE),
        (~sure & anybodys, NEVER),
        (plain & alone & pl.col("same_party"), ALONE_MIN_LATE),
        (plain & alone & (pl.col("w_chance") >= RARITY_MIN), NAMELESS_MIN_LATE),
        (plain & rare & tried, SINGLE_MIN_LATE),
        (~single & pl.col("same_party") & ~aloud, GROUP_MIN_LATE),
        (~single & ~pl.col("own_charge") & ~aloud, NAMELESS_GROUP_MIN_LATE),
        (single & silent & rare & pl.col("same_party") & (why == RATE), RATE_MIN_LATE),
        (single & silent & rare & pl.col("same_party") & (why == FEE), FEE_MIN_LATE),
    ]


def _early(numbered: pl.Expr) -> Asks:
    single, less = pl.col("kind") == LINE, pl.col("why") != NONE
    nameless = ~pl.col("same_party")
    misread = numbered & pl.col("how").is_in([EDIT, CUT])
    rarity = pl.col("w_chance") + pl.col("w_number").clip(0)
    crowded = pl.col("crowd").fill_null(1) > POOL_MAX
    return [
        (misread & nameless, MISREAD_NAMELESS_MIN),
        (misread, MISREAD_MIN),
        (numbered, NUMBER_MIN),
        (pl.col("own_charge") & (pl.col("kind") != RUN), NEVER),
        (single & (rarity < RARITY_MIN), NEVER),
        (single & (pl.col("addends") > ADDENDS_MANY), NEVER),
        (single & crowded, CROWDED_MIN),
        (nameless & less, NAMELESS_FEE_MIN),
        (nameless, NAMELESS_MIN),
        (single & less, NAMED_FEE_MIN),
        (pl.col("kind") == RUN, RUN_MIN),
        (pl.col("kind") == SUBSET, BATCH_MIN),
    ]

"""What a person may look at first: the claims that did not stand out, in an order of sense.

No line is proposed first to two others while something else is left for one of them: of three
equal payments and three equal vouchers each gets its own. Nothing here decides.
"""

from __future__ import annotations

import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.evidence import Known
from counterfoil.rules.reconciliation.misread import of_one_party
from counterfoil.rules.reconciliation.partition import accounts_of
from counterfoil.rules.reconciliation.parts import DIFFERENT, KEYED_WRONGLY
from counterfoil.rules.reconciliation.position import Position, less
from counterfoil.rules.reconciliation.remainders import (
    ANYBODYS_REST,
    LISTED_REST,
    REST,
    of_what_is_left,
)
from counterfoil.rules.reconciliation.rivals import elements, standing
from counterfoil.rules.reconciliation.slips import may_be_slip, with_slip
from counterfoil.rules.reconciliation.targets import POOL, single_lines

PROPOSALS_MAX = 3  # for each bank line
#: Without a number, and with another amount: the last thing to look at.
NEAR_SLIP, NEAR_LESS = -200, -260
LESS_SHARE_MAX = 20  # a charge or a rate takes a twentieth at most
#: A line that resembles more lines than this was hardly meant for one of them.
RESEMBLING_MAX = 2
RESEMBLES = ", party and day"
LISTED = "the lines that it lists"
OF_WHAT_IS_LEFT = (REST, LISTED_REST, ANYBODYS_REST)
NO_DAY = -(2**40)  # a list of lines of several days is no sum of one
ABOVE_ALL = 10**6  # centibans: what adds up comes before what only resembles
PASSES_MAX = 8
REGRET_MAX = 200  # centibans: what a payment loses that has no other claim
#: Bank lines that are compared with all of their parties' lines at a time: memory.
NEAR_AT_ONCE = 8_000
COLUMNS = ("rule", "bank", "ledger", "difference", "w_number", "score", "lead")


def ranked(
    position: Position,
    policy: Policy,
    known: Known,
    claims: pl.DataFrame,
    listing: pl.DataFrame,
) -> pl.DataFrame:
    """The *claims* and looser likenesses, for each bank line the likeliest first: COLUMNS.

    Args:
        claims: On open lines.
        listing: ``line`` of the bank that is not one ledger line alone.
    """
    claims = _lists_together(claims, position, listing)
    claims = standing(claims, elements(claims))
    near = [  # one account after the other: memory
        _near(position.bank.filter(mine), position.ledger.filter(mine), policy, known)
        for mine in accounts_of(position)
    ]
    both = pl.concat([each.select(COLUMNS) for each in (claims, *near)])
    return both.sort(
        *("bank", "score", "ledger", "rule"), descending=[False, True, False, False]
    ).unique(["bank", "ledger"], keep="first", maintain_order=True)


def _lists_together(
    claims: pl.DataFrame, position: Position, listing: pl.DataFrame
) -> pl.DataFrame:
    """The ledger lines that a bank line lists as one claim, not one each."""
    question = pl.col("rule").is_in([DIFFERENT, KEYED_WRONGLY])
    lists = pl.col("bank").list.first().is_in(listing["line"].implode())
    single = claims.filter(question & lists)
    bank = position.bank.select("line", pl.col("amount").alias("paid"))
    ledger = position.ledger.select(pl.col("line").alias("target"), pl.col("amount").alias("owed"))
    together = (
        single.with_columns(pl.col("bank").list.first().alias("line"))
        .with_columns(pl.col("ledger").list.first().alias("target"))
        .join(bank, on="line")
        .join(ledger, on="target")
        .sort("line", "target")
        .group_by("line", maintain_order=True)
        .agg(
            pl.all().exclude("line", "target", "ledger", "difference", "paid", "owed").first(),
            pl.col("target").alias("ledger"),
            (pl.col("paid").first() - pl.col("owed").sum()).alias("difference"),
        )
        .with_columns(pl.lit(LISTED).alias("rule"))
    )
    return pl.concat([claims.filter(~(question & lists)), together.select(claims.columns)])


def _near(bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy, known: Known) -> pl.DataFrame:
    """Pairs of one party whose amounts differ as a slip, a charge or a rate would have it."""
    targets = single_lines(ledger).table.rename({"amount": "gross"})
    parts = list(bank.iter_slices(NEAR_AT_ONCE)) or [bank]
    facts = pl.concat([_alike(part, targets, policy) for part in parts])
    resembling = pl.max_horizontal(pl.len().over("line"), pl.len().over("target"))
    facts = facts.filter(resembling <= RESEMBLING_MAX)
    facts = facts.join(known.lags, on=["lag", "document"], how="left")
    rule = pl.when("slip").then(pl.lit(KEYED_WRONGLY)).otherwise(pl.lit(DIFFERENT))
    weight = pl.when("slip").then(NEAR_SLIP).otherwise(NEAR_LESS) + pl.col("w_day")
    return facts.select(
        (rule + RESEMBLES).alias("rule"),
        pl.concat_list("line").alias("bank"),
        pl.concat_list("target").alias("ledger"),
        "difference",
        pl.lit(0, pl.Int64).alias("w_number"),
        weight.cast(pl.Int64).alias("score"),
        pl.lit(None, pl.Int64).alias("lead"),
    )


def _alike(bank: pl.DataFrame, targets: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Pairs of one party with their ``difference``, ``lag`` and ``slip``: a slip, or a little."""
    pairs = of_one_party(bank, targets, policy, "amount", "gross", "document")
    difference = pl.col("amount") - pl.col("gross")
    small = difference.abs() * LESS_SHARE_MAX <= pl.col("gross").abs()
    facts = pairs.filter((difference != 0) & (small | may_be_slip("amount", "gross")))
    del pairs  # twenty for each that is kept: memory
    facts = with_slip(facts, "amount", "gross").filter(pl.col("slip") | small)
    return facts.with_columns(
        difference.alias("difference"), (pl.col("on") - pl.col("day")).alias("lag")
    )


def alone(claims: pl.DataFrame, rule: str) -> pl.DataFrame:
    """Those of a *rule* that are the only claim on each of their lines."""
    numbered = claims.with_row_index("claim")
    used = elements(numbered)
    shared = used.filter(pl.len().over("element") > 1).select("claim").unique()
    return numbered.filter(pl.col("rule") == rule).join(shared, on="claim", how="anti")


def proposals(
    position: Position,
    policy: Policy,
    known: Known,
    claims: pl.DataFrame,
    paired: pl.DataFrame,
) -> pl.DataFrame:
    """The best of every bank line that is not *paired* (``line``, ``target``) already.

    First what can be true together is chosen; of the lines that are left after that sums are
    made for payments that have nothing, or nothing clear.
    """
    numbered = _with_worth(claims.with_row_index("claim"))
    chosen = _chosen(numbered)
    clear = chosen.join(_unclear(numbered), on="claim", how="anti")
    rest = _of_what_is_left(position, policy, known, numbered, clear, paired)
    begin = len(numbered)
    rest = rest.with_row_index("claim", offset=begin).select(
        pl.col("claim").cast(numbered.schema["claim"]), *COLUMNS, pl.col("score").alias("worth")
    )
    every = pl.concat([numbered.select(rest.columns), rest])
    if not rest.is_empty():
        spent = elements(every.join(clear, on="claim", how="semi")).select("element").unique()
        gone = elements(every).join(spent, on="element", how="semi").select("claim").unique()
        better = pl.col("rule").is_in(OF_WHAT_IS_LEFT).cast(pl.Int64) * ABOVE_ALL
        again = every.join(gone, on="claim", how="anti").with_columns(pl.col("worth") + better)
        chosen = pl.concat([clear, _chosen(again)])
    placed = (
        every.join(chosen, on="claim", how="left")
        .with_columns(pl.col("bank").alias("line"), pl.col("chosen").is_not_null())
        .explode("line")
        .join(paired, on="line", how="anti")
        .sort(
            *("line", "chosen", "score", "ledger", "bank"),
            descending=[False, True, True, False, False],
        )
        .with_columns(pl.int_range(1, pl.len() + 1).over("line").alias("place"))
    )
    return placed.filter(pl.col("place") <= PROPOSALS_MAX).drop("claim", "chosen", "worth")


def _unclear(claims: pl.DataFrame) -> pl.DataFrame:
    """Claims that leave room for a better one: ``claim``.

    Those whose amounts differ in a way that no number bears out, lists that are not whole, and
    sums of which a payment has another that is as good.
    """
    weak = pl.col("rule").str.ends_with(RESEMBLES) & pl.col("rule").str.starts_with(DIFFERENT)
    weak |= pl.col("rule").str.ends_with(RESEMBLES) & pl.col("rule").str.starts_with(KEYED_WRONGLY)
    weak |= (pl.col("rule") == LISTED) & (pl.col("difference") != 0)
    sums = (pl.col("ledger").list.len() > 1) & (pl.col("bank").list.len() == 1)
    best = pl.col("score") == pl.col("score").max().over("bank")
    tied = sums & ((best.sum().over("bank") > 1) | ~best)
    return claims.filter(weak | tied).select("claim")


def _of_what_is_left(  # noqa: PLR0913 - both sides, what is proposed and what is paired
    position: Position,
    policy: Policy,
    known: Known,
    claims: pl.DataFrame,
    clear: pl.DataFrame,
    paired: pl.DataFrame,
) -> pl.DataFrame:
    """Sums for bank lines with no *clear* claim, of ledger lines that are in none."""
    taken = claims.join(clear, on="claim", how="semi")
    lists = claims.filter((pl.col("rule") == LISTED) & (pl.col("difference") != 0))
    lists = lists.join(clear, on="claim", how="anti")
    named = lists.select(
        pl.col("bank").list.first().alias("line"), pl.col("ledger").alias("target")
    )
    ours = pl.concat([taken["bank"].list.explode(empty_as_null=False), paired["line"]])
    theirs = [taken["ledger"].list.explode(empty_as_null=False), paired["target"]]
    theirs.append(named["target"].list.explode(empty_as_null=False))
    bank, ledger = less(position.bank, ours), less(position.ledger, pl.concat(theirs))
    return of_what_is_left(bank, ledger, _of_one_day(named, position.ledger), policy, known)


def _of_one_day(named: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """Lists of lines of one party and day: ``line``, ``listed``, ``listed_day``, ``sum``."""
    facts = ledger.select(*POOL, pl.col("line").alias("target"), pl.col("amount"))
    one = pl.struct(POOL).n_unique() == 1
    return (
        named.explode("target")
        .join(facts, on="target")
        .sort("line", "target")
        .group_by("line", maintain_order=True)
        .agg(
            pl.col("target").alias("listed"),
            pl.when(one).then(pl.col("day").first()).alias("listed_day"),
            pl.col("amount").sum().alias("sum"),
        )
        .with_columns(pl.col("listed_day").fill_null(NO_DAY))
    )


def _with_worth(claims: pl.DataFrame) -> pl.DataFrame:
    """Add ``worth``: the score, less what others would have to regret if they lost these lines.

    Of three equal vouchers a payment leaves the one whose number another payment nearly names.
    """
    owners = claims.select("claim", "score", owner="bank")
    used = owners.join(claims.select("claim", element="ledger"), on="claim").explode("element")
    regrets = _regrets(owners, used).rename({"owner": "other"})
    missed = (
        used.join(regrets, on="element")
        .filter(pl.col("other") != pl.col("owner"))
        .group_by("claim", "element")
        .agg(pl.col("regret").max())
        .group_by("claim")
        .agg(pl.col("regret").sum())
    )
    with_missed = claims.join(missed, on="claim", how="left", maintain_order="left")
    worth = pl.col("score") - pl.col("regret").fill_null(0)
    return with_missed.with_columns(worth.alias("worth")).drop("regret")


def _regrets(owners: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """What an owner's next claim without a line is worse by: ``owner``, ``element``, ``regret``.

    The two greatest of each line, where there are any.

    Args:
        owners: ``claim``, ``owner`` (its bank lines), ``score``.
        used: The same for each ``element``, a ledger line of the claim.
    """
    best = pl.col("score") == pl.col("score").max().over("owner")
    tops = owners.filter(best).group_by("owner").agg(pl.len().alias("tops"), pl.col("score").max())
    # a line is missed only where every one of an owner's best claims is on it
    wanted = (
        used.join(tops, on=["owner", "score"])
        .group_by("owner", "element", "tops", "score")
        .len()
        .filter(pl.col("len") == pl.col("tops"))
        .select("owner", "element", best="score")
    )
    without = (
        wanted.join(owners, on="owner")
        .join(used.select("claim", "element"), on=["claim", "element"], how="anti")
        .group_by("owner", "element")
        .agg(pl.col("score").max())
    )
    regret = (pl.col("best") - pl.col("score")).fill_null(REGRET_MAX).clip(None, REGRET_MAX)
    return (
        wanted.join(without, on=["owner", "element"], how="left")
        .select("owner", "element", regret.alias("regret"))
        .sort("element", "regret", "owner", descending=[False, True, False])
        .group_by("element", maintain_order=True)
        .head(2)
    )


def _chosen(claims: pl.DataFrame) -> pl.DataFrame:
    """Claims that can be true together, those of most ``worth`` first: ``claim``, ``chosen``."""
    order = claims.sort(*("worth", "bank", "ledger"), descending=[True, False, False])
    left = elements(order.with_row_index("rank")).join(
        order.select("claim").with_row_index("rank"), on="claim"
    )
    found = []
    for _ in range(PASSES_MAX):
        best = left.with_columns(pl.col("rank").min().over("element") == pl.col("rank"))
        best = best.rename({"rank": "best"}).group_by("claim").agg(pl.col("best").all())
        taken = best.filter("best").select("claim")
        if taken.is_empty():
            break
        found.append(taken)
        spent = left.join(taken, on="claim", how="semi").select("element").unique()
        gone = left.join(spent, on="element", how="semi").select("claim").unique()
        left = left.join(gone, on="claim", how="anti")
    none = pl.DataFrame(schema={"claim": order.schema["claim"]})
    return pl.concat([none, *found]).with_columns(pl.lit(value=True).alias("chosen"))

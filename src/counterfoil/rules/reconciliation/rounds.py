"""One round: every claim on open lines, weighed, compared, and the ones that stand out settled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.candidates import (
    FEE,
    NONE,
    RATE,
    UNEQUAL,
    linked,
    printed_foreign,
    same_amount,
    with_rates,
)
from counterfoil.rules.reconciliation.evidence import Known, weigh
from counterfoil.rules.reconciliation.misread import cut_short, of_one_party, one_slip
from counterfoil.rules.reconciliation.pools import subset_claims
from counterfoil.rules.reconciliation.position import MATCH, Position
from counterfoil.rules.reconciliation.references import BARE, CUT, EDIT, LISTED, PRINTED
from counterfoil.rules.reconciliation.rivals import standing, unspent, upheld
from counterfoil.rules.reconciliation.slips import with_slip
from counterfoil.rules.reconciliation.speaking import SILENT
from counterfoil.rules.reconciliation.splits import regrouped_claims, scored, split_claims
from counterfoil.rules.reconciliation.targets import (
    DAY,
    LINE,
    RUN,
    SUBSET,
    Targets,
    party_days,
    runs,
    single_lines,
)
from counterfoil.rules.reconciliation.weights import centibans

LEAD_MIN = 160
#: Score that a claim needs: with a number; by amount, party and day; without even a name.
NUMBERED_MIN, MISREAD_MIN, NAMED_MIN, NAMELESS_MIN, PARTS_MIN = 50, 150, 50, 80, 500
MISREAD_NAMELESS_MIN = 300
RUN_MIN, BATCH_MIN = 0, 180
NAMED_FEE_MIN, NAMELESS_FEE_MIN = 120, 230
NUMBER_COUNTS = 150  # centibans from which a number is evidence, and its claim numbered
NEVER = 1_000_000  # the score that a question would need to become a match
#: One amount in fifty is keyed wrongly; that it is another altogether is rarer still.
SLIP_PRIOR, UNEQUAL_PRIOR = -170, -250
CROWD = 60
ONE_OF_MANY = -400
COUNT_HOLDS, COUNT_FAILS = 100, -600

COLUMNS = (*MATCH, "score", "score_min")


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What the texts of both sides say, before anything is weighed."""

    keys: pl.DataFrame
    numbers: pl.DataFrame
    links: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a round works on."""

    position: Position
    targets: Targets
    links: pl.DataFrame  # open bank lines to open targets, the best way each
    pairs: pl.DataFrame


def lines_and_runs(position: Position) -> Targets:
    """Single lines and payment runs, as far as they are open."""
    singles = single_lines(position.ledger)
    return with_rates(singles.joined(runs(position.ledger)), position.ledger)


def settle_round(
    position: Position, texts: Texts, known: Known, policy: Policy, *, begin: int, silent: bool
) -> Position:
    """Settle what stands out; *silent*: also claims that no number supports."""
    claims = claims_of(position, texts, known, policy, begin=begin, silent=silent)
    while True:  # each pass settles a claim at least, or is the last
        good = upheld(standing(claims), lead_min=LEAD_MIN)
        if good.is_empty():
            return position
        position = position.settled(good.sort("bank", "ledger"))
        claims = unspent(claims, good)


def claims_of(
    position: Position, texts: Texts, known: Known, policy: Policy, *, begin: int, silent: bool
) -> pl.DataFrame:
    """Every claim on open lines: COLUMNS and ``claim``."""
    table = _laid(position, texts, policy)
    if silent:
        table = _with_groups(table, policy, table.targets.beyond(begin))
    links = _best(pl.concat([table.links, _listed(table)]))
    facts = weigh(table.pairs, position.bank, table.targets.table, replace(known, links=links))
    facts = _count_checked(facts, position.bank)
    facts = _crowded(facts, position.ledger)
    facts = _one_of_many(facts, known.lists)
    if not silent:
        facts = facts.filter(pl.col("w_number") >= NUMBER_COUNTS)
    parts = [_as_claims(facts, table.targets), *_of_parts(table, links, known, policy)]
    return pl.concat([each.select(COLUMNS) for each in parts]).with_row_index("claim")


def _laid(position: Position, texts: Texts, policy: Policy) -> Table:
    targets = lines_and_runs(position)
    equal = same_amount(position.bank, targets.table, policy)
    links = _links(position, targets, texts, equal, policy)
    printed = printed_foreign(position.bank, position.ledger, policy)
    pairs = [
        equal,
        linked(position.bank, targets.table, links, policy).filter(pl.col("why") < UNEQUAL),
        linked(position.bank, targets.table, printed, policy).filter(pl.col("why") == RATE),
    ]
    as_links = printed.select(
        *("line", "target", "purse", pl.lit(PRINTED, pl.Int64).alias("how")),
        *(pl.lit("").alias("token"), "sharing"),
    )
    key = ["bank", "target", "why", "fee"]
    return Table(
        position=position,
        targets=targets,
        links=_best(pl.concat([links, as_links])),
        pairs=pl.concat(pairs).unique(key).sort(key).with_columns(
            pl.lit(None, pl.Int64).alias("given_chance")
        ),
    )


def _with_groups(table: Table, policy: Policy, begin: int) -> Table:
    """Add all of a party's day, and subsets of it."""
    days = with_rates(party_days(table.position.ledger, begin=begin), table.position.ledger)
    whole = same_amount(table.position.bank, days.table, policy).with_columns(
        pl.lit(None, pl.Int64).alias("given_chance")
    )
    exact = table.links.filter(pl.col("how") <= BARE).join(
        table.targets.table.filter(pl.col("kind") == LINE), on="target", how="semi"
    )
    subsets, pairs = subset_claims(
        table.position.bank,
        table.position.ledger,
        exact,
        policy,
        begin=days.beyond(begin),
    )
    subsets = with_rates(subsets, table.position.ledger)
    return replace(
        table,
        targets=table.targets.joined(days).joined(subsets),
        pairs=pl.concat([table.pairs, whole, pairs.select(table.pairs.columns)]),
    )


def _links(
    position: Position, targets: Targets, texts: Texts, equal: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """Links to what is open: as written, one slip away, cut short."""
    still = targets.table.select("target", "purse")
    open_links = texts.links.join(still, on=["target", "purse"], how="semi").join(
        position.bank, on=["line", "purse"], how="semi"
    )
    numbers = texts.numbers.join(position.bank, on="line", how="semi").join(
        open_links.rename({"token": "key"}), on=["line", "key"], how="anti"
    )
    keys = texts.keys.join(still, on="target", how="semi")
    slips = one_slip(numbers, keys)
    unsure = position.bank.join(numbers, on="line", how="semi")
    near = of_one_party(unsure, targets.table, policy)
    same = equal.select(pl.col("bank").alias("line"), "target")
    cuts = cut_short(pl.concat([near, same]), numbers, keys)
    return _best(pl.concat([open_links, slips, cuts]))


def _best(links: pl.DataFrame) -> pl.DataFrame:
    ordered = links.sort("line", "target", "how", "sharing", "token")
    return ordered.unique(["line", "target"], keep="first", maintain_order=True)


def _listed(table: Table) -> pl.DataFrame:
    """Links to groups whose lines the bank names, all that it names being in the group."""
    single = table.targets.table.filter(pl.col("kind") == LINE).select("target")
    named = table.links.filter(pl.col("how") <= BARE).join(single, on="target", how="semi")
    named = named.select("line", "purse", pl.col("target").alias("member"))
    groups = table.targets.table.filter(pl.col("kind") != LINE).select("target")
    members = table.targets.members.rename({"line": "member"}).join(groups, on="target", how="semi")
    inside = named.join(members, on="member").group_by("line", "target", "purse").len("inside")
    total = named.group_by("line").len("total")
    return (
        inside.join(total, on="line")
        .filter(pl.col("inside") == pl.col("total"))
        .select(
            *("line", "target", "purse", pl.lit(LISTED, pl.Int64).alias("how")),
            *(pl.lit("").alias("token"), pl.lit(1, pl.Int64).alias("sharing")),
        )
    )


def _count_checked(facts: pl.DataFrame, bank: pl.DataFrame) -> pl.DataFrame:
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


def _one_of_many(facts: pl.DataFrame, lists: pl.DataFrame) -> pl.DataFrame:
    """A bank line that lists several of the ledger's numbers is not one of them alone."""
    names = lists.select(pl.col("line").alias("bank"), "lists")
    alone = (pl.col("kind") == LINE) & pl.col("lists").fill_null(value=False)
    return facts.join(names, on="bank", how="left").with_columns(
        pl.when(alone).then(pl.col("score") + ONE_OF_MANY).otherwise("score").alias("score")
    )


def _crowded(facts: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """The more lines of that party and day are open, the more sums an amount may be.

    A silent claim on a single line is docked CROWD for each tenfold of them.
    """
    keys = ["purse", "party", "day"]
    loose = ledger.filter((pl.col("run") == "") & (pl.col("party") >= 0))
    crowd = loose.group_by(keys).agg(pl.len().cast(pl.Int64).alias("crowd"))
    silent = (pl.col("w_number") < NUMBER_COUNTS) & (pl.col("kind") == LINE)
    dock = centibans(pl.col("crowd").fill_null(1), pl.lit(1)) * CROWD // 100
    return (
        facts.join(crowd, on=keys, how="left")
        .with_columns(pl.when(silent).then(dock).otherwise(0).alias("docked"))
        .with_columns(pl.col("score") - pl.col("docked"))
    )


def _as_claims(facts: pl.DataFrame, targets: Targets) -> pl.DataFrame:
    """Give each weighed pair its lines, its rule and the score that it needs."""
    lines = targets.members.join(facts.select("target").unique(), on="target", how="semi")
    lines = lines.group_by("target").agg(pl.col("line").sort().alias("ledger"))
    numbered = pl.col("how").is_not_null() & (pl.col("w_number") >= NUMBER_COUNTS)
    nameless = ~pl.col("same_party")
    needed = (
        pl.when(numbered & pl.col("how").is_in([EDIT, CUT]))
        .then(pl.when(nameless).then(MISREAD_NAMELESS_MIN).otherwise(MISREAD_MIN))
        .when(numbered)
        .then(NUMBERED_MIN)
        .when(pl.col("own_charge") & (pl.col("kind") != RUN))
        .then(NEVER)
        .when(nameless & (pl.col("why") != NONE))
        .then(NAMELESS_FEE_MIN)
        .when(nameless)
        .then(NAMELESS_MIN)
        .when((pl.col("why") != NONE) & (pl.col("kind") == LINE))
        .then(NAMED_FEE_MIN)
        .when(pl.col("kind") == RUN)
        .then(RUN_MIN)
        .when(pl.col("kind") == SUBSET)
        .then(BATCH_MIN)
        .otherwise(NAMED_MIN)
    )
    # what may be a keying error is a question, whatever else it may be
    facts = with_slip(facts, "gross", "amount")
    slip = (pl.col("why") == FEE) & (pl.col("kind") == LINE) & pl.col("slip")
    return (
        facts.join(lines, on="target")
        .with_columns(
            pl.concat_list("bank").alias("bank"),
            _rule(numbered).alias("rule"),
            pl.when(slip).then(NEVER).otherwise(needed).cast(pl.Int64).alias("score_min"),
            pl.lit(None, pl.Int64).alias("lead"),
            pl.lit(None, pl.Int64).alias("rivals"),
        )
        .select(COLUMNS)
    )


def _rule(numbered: pl.Expr) -> pl.Expr:
    how = pl.when(numbered).then(pl.lit("number and amount")).otherwise(
        pl.lit("amount, party and day")
    )
    what = pl.col("kind").replace_strict(
        {LINE: "", RUN: ", payment run", DAY: ", all of a party's day", SUBSET: ", batch"},
        return_dtype=pl.String,
    )
    less = pl.col("why").replace_strict({FEE: ", less a fee", RATE: ", at a rate"}, default="")
    return how + what + less


def _of_parts(
    table: Table, links: pl.DataFrame, known: Known, policy: Policy
) -> list[pl.DataFrame]:
    """Splits and regrouped lines, and what a number links although the amounts differ."""
    position = table.position
    single = table.targets.table.filter(pl.col("kind") == LINE)
    own = links.join(single, on="target", how="semi")
    pairs = linked(position.bank, single, own, policy).filter(pl.col("why") == UNEQUAL)
    facts = weigh(
        pairs.with_columns(pl.lit(None, pl.Int64).alias("given_chance")),
        *(position.bank, single, replace(known, links=own)),
    ).filter((pl.col("w_number") >= NUMBER_COUNTS) & (pl.col("w_name") >= 0))
    loud = known.loud.rename({"loud": "told"})
    bank = position.bank.join(loud, on="line", how="left").with_columns(
        pl.col("told").fill_null(SILENT).alias("loud")
    )
    bank = bank.join(known.lists, on="line", how="left").with_columns(
        (pl.col("lists").fill_null(value=False) | pl.col("more").is_not_null()).alias("lists")
    )
    unequal = facts.select("bank", "target", "w_number")
    made = [
        split_claims(unequal, bank, position.ledger, policy),
        regrouped_claims(unequal, bank, position.ledger, policy),
    ]
    found = scored(pl.concat(made)).with_columns(
        pl.lit(0, pl.Int64).alias("difference"),
        pl.lit("").alias("fee"),
        pl.lit(PARTS_MIN, pl.Int64).alias("score_min"),
    )
    questions = with_slip(facts, "gross", "amount").select(
        pl.lit("amounts differ").alias("rule"),
        pl.concat_list("bank").alias("bank"),
        pl.concat_list("target").alias("ledger"),
        *("difference", "fee", "w_number", "w_day", "how", "sharing"),
        (pl.col("w_number") + pl.when("slip").then(SLIP_PRIOR).otherwise(UNEQUAL_PRIOR)).alias("score"),
        pl.lit(NEVER, pl.Int64).alias("score_min"),
    )
    return [_filled(each) for each in (found, questions)]


def _filled(claims: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, kind).alias(n) for n, kind in MATCH.items() if n not in claims]
    return claims.with_columns(missing).select(COLUMNS)

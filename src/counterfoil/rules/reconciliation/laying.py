"""Lay out a round: what is open as targets, the links between the sides, the pairs to weigh."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from counterfoil.rules.reconciliation.candidates import (
    NONE,
    RATE,
    UNEQUAL,
    distinct,
    linked,
    printed_foreign,
    same_amount,
    with_rates,
)
from counterfoil.rules.reconciliation.misread import (
    cut_short,
    of_one_party,
    one_slip,
    otherwise_read,
)
from counterfoil.rules.reconciliation.pools import subset_claims
from counterfoil.rules.reconciliation.position import Position
from counterfoil.rules.reconciliation.references import BARE, LISTED, PRINTED, best
from counterfoil.rules.reconciliation.rows import answered, pair
from counterfoil.rules.reconciliation.setting import Setting
from counterfoil.rules.reconciliation.targets import (
    LINE,
    Targets,
    day_purposes,
    party_days,
    runs,
    single_lines,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a round works on."""

    position: Position
    targets: Targets
    links: pl.DataFrame  # open bank lines to open targets, the best way each
    pairs: pl.DataFrame  # bank, target, difference, why, fee, given_chance


def lines_and_runs(position: Position) -> Targets:
    """Single lines and payment runs, as far as they are open."""
    singles = single_lines(position.ledger)
    return with_rates(singles.joined(runs(position.ledger)), position.ledger)


def laid(position: Position, setting: Setting, *, groups: bool, late: bool) -> Table:
    """Lay out what is open.

    Args:
        groups: Also all of a party's day, and subsets of it.
        late: Also what differs as a rate would have it, and no number links.
    """
    table = _singles(position, setting)
    if late:
        rates = uncounted(_at_a_rate(position.bank, table.targets, setting))
        pairs = pl.concat([table.pairs, rates.select(table.pairs.columns)])
        table = replace(table, pairs=distinct(pairs))
    if groups:
        table = _with_groups(table, setting)
    return replace(table, links=best(pl.concat([table.links, _listed(table)])))


def _singles(position: Position, setting: Setting) -> Table:
    policy, targets = setting.policy, lines_and_runs(position)
    equal = same_amount(position.bank, targets.table, policy)
    links = _links(position, targets, setting, equal)
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
    return Table(
        position=position,
        targets=targets,
        links=best(pl.concat([links, as_links])),
        pairs=uncounted(distinct(pl.concat(pairs))),
    )


def _at_a_rate(bank: pl.DataFrame, targets: Targets, setting: Setting) -> pl.DataFrame:
    """Lines of which the ledger's holds a foreign amount that the bank's may be: of one party,
    or without a name.
    """
    rated = targets.table.filter("rated")
    near = of_one_party(bank, rated, setting.policy)
    # without a name, everybody is the party
    nobody = bank.filter((pl.col("first") < 0) & ~pl.col("own_charge"))
    nobody = nobody.with_columns(
        pl.lit(-1, pl.Int64).alias("first"), pl.lit(0, pl.Int64).alias("beyond")
    )
    everybody = rated.with_columns(pl.lit(-1, pl.Int64).alias("party"))
    near = pl.concat([near, of_one_party(nobody, everybody, setting.policy)])
    pairs = linked(bank, rated, near, setting.policy)
    return pairs.filter(pl.col("why") == RATE)


def uncounted(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs whose chance is not counted yet."""
    return pairs.with_columns(pl.lit(None, pl.Int64).alias("given_chance"))


def _links(
    position: Position, targets: Targets, setting: Setting, equal: pl.DataFrame
) -> pl.DataFrame:
    """Links to what is open: as written, one slip away, cut short."""
    texts, keys = setting.texts, setting.texts.keys
    # a line whose number is known as it stands has no misread one
    numbers = texts.numbers.join(texts.links, on="line", how="anti")
    assert setting.misread is not None
    slips = one_slip(setting.misread.slips, numbers, keys)
    broken_off = setting.misread.broken_off.join(numbers, on="line", how="semi")
    near = of_one_party(
        position.bank.join(broken_off, on="line", how="semi"), targets.table, setting.policy
    )
    same = equal.select(pl.col("bank").alias("line"), "target")
    cuts = cut_short(pl.concat([near, same]), broken_off, keys, setting.beginnings)
    others = _otherwise(
        position.bank,
        targets.table,
        paid_alone(equal, position.ledger),
        texts.links,
        texts.numbers,
        keys,
    )
    return best(pl.concat([texts.links, slips, cuts, others]))


def paid_alone(pairs: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """The *pairs* whose ``target`` is no line of a payment run of several."""
    return pairs.join(of_runs(ledger), on="target", how="anti")


def of_runs(ledger: pl.DataFrame) -> pl.DataFrame:
    """Lines of payment runs of several: ``target``."""
    runs = ledger.filter(pl.col("run") != "").filter(pl.len().over("run_number") > 1)
    return runs.select(pl.col("line").alias("target"))


def _otherwise(  # noqa: PLR0913 - two sides, what they have in common, what they say
    bank: pl.DataFrame,
    targets: pl.DataFrame,
    equal: pl.DataFrame,
    links: pl.DataFrame,
    numbers: pl.DataFrame,
    keys: pl.DataFrame,
) -> pl.DataFrame:
    """Other vouchers that a number may mean: of its amount, and of its party where one is named.

    Args:
        equal: ``bank``, ``target``, ``why``: of one amount; no lines of payment runs.
        links: ``line``, ``target``: by a number as it stands.
    """
    parties = targets.lazy().filter(pl.col("kind") == LINE).select("target", "party")
    bare = equal.filter(pl.col("why") == NONE).select(pl.col("bank").alias("line"), "target")
    named = links.select("line", "target").join(bare, on=["line", "target"], how="semi")
    meant = named.lazy().join(parties, on="target").select("line", "party")
    # anybody's voucher may be meant
    nobody = bank.lazy().filter(pl.col("first") < 0).select("line")
    paid = equal.lazy().select(pl.col("bank").alias("line"), "target")
    of_party = answered(paid.join(parties, on="target")).lazy()  # it is asked twice
    like = pl.concat(
        [
            of_party.join(meant.unique(), on=["line", "party"], how="semi"),
            of_party.join(nobody, on="line", how="semi"),
        ]
    )
    once = pair("line", "target").is_first_distinct()
    alike = answered(like.select("line", "target").filter(once))
    return otherwise_read(alike, named, numbers, keys)


def _with_groups(table: Table, setting: Setting) -> Table:
    bank, ledger, policy = table.position.bank, table.position.ledger, setting.policy
    days = party_days(ledger, begin=table.targets.beyond(setting.beyond))
    days = with_rates(
        days.joined(day_purposes(ledger, begin=days.beyond(table.targets.beyond(setting.beyond)))),
        ledger,
    )
    whole = uncounted(same_amount(bank, days.table, policy))
    begin = days.beyond(table.targets.beyond(setting.beyond))
    subsets, pairs = subset_claims(bank, ledger, _named_lines(table), setting, begin=begin)
    return replace(
        table,
        targets=table.targets.joined(days).joined(with_rates(subsets, ledger)),
        pairs=pl.concat([table.pairs, whole, pairs.select(table.pairs.columns)]),
    )


def _named_lines(table: Table) -> pl.DataFrame:
    """Links to single ledger lines by their number, read without a slip."""
    single = table.targets.table.lazy().filter(pl.col("kind") == LINE).select("target")
    read = table.links.lazy().filter(pl.col("how") <= BARE)
    return answered(read.join(single, on="target", how="semi"))


def _listed(table: Table) -> pl.DataFrame:
    """Links to groups whose lines the bank names, all that it names being in the group."""
    named = _named_lines(table).lazy().select("line", "purse", pl.col("target").alias("member"))
    groups = table.targets.table.lazy().filter(pl.col("kind") != LINE).select("target")
    members = table.targets.members.lazy().rename({"line": "member"})
    members = members.join(groups, on="target", how="semi")
    inside = named.join(members, on="member").group_by("line", "target", "purse").len("inside")
    total = named.group_by("line").len("total")
    more = table.position.bank.lazy().select("line", "more")
    several = (pl.col("total") >= 2) | pl.col("more").is_not_null()
    return answered(
        inside.join(total, on="line")
        .join(more, on="line")
        .filter((pl.col("inside") == pl.col("total")) & several)
        .select(
            *("line", "target", "purse", pl.lit(LISTED, pl.Int64).alias("how")),
            *(pl.lit("").alias("token"), pl.lit(1, pl.Int64).alias("sharing")),
        )
    )

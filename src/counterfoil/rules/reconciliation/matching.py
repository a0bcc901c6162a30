"""Reconcile: the stages in their order, strictest first.

1. What repeats or takes back a line of its own side is set aside.
2. Certain: a number and its amount agree, and nothing else claims either line.
3. What those pairs prove is learned: usual gaps of days, numbers that are noise.
4. In rounds, until nothing more stands out: claims on open lines are weighed and compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.candidates import (
    RATE,
    UNEQUAL,
    linked,
    printed_foreign,
    same_amount,
    with_rates,
)
from counterfoil.rules.reconciliation.certain import only_ones
from counterfoil.rules.reconciliation.coincidence import lag_weights
from counterfoil.rules.reconciliation.contra import bank_contras, ledger_contras
from counterfoil.rules.reconciliation.duplicates import bank_duplicates, ledger_duplicates
from counterfoil.rules.reconciliation.evidence import Known, chances, weigh
from counterfoil.rules.reconciliation.lines import prepare
from counterfoil.rules.reconciliation.misread import cut_short, one_slip
from counterfoil.rules.reconciliation.parties import with_parties
from counterfoil.rules.reconciliation.position import Position
from counterfoil.rules.reconciliation.references import WHOLE, keys_of, link, tokens_of
from counterfoil.rules.reconciliation.rivals import standing, upheld
from counterfoil.rules.reconciliation.speaking import noise_shapes, numbers_of, speaking
from counterfoil.rules.reconciliation.targets import Targets, party_days, runs, single_lines

ROUNDS_MAX = 6
SCORE_MIN = 50
LEAD_MIN = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What was matched, what repeats, what is open; lines are rows of ``bank``, ``ledger``."""

    bank: pl.DataFrame
    ledger: pl.DataFrame
    matches: pl.DataFrame  # MATCH
    bank_repeats: pl.DataFrame  # first, second
    ledger_repeats: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the texts of both sides say, before anything is weighed."""

    keys: pl.DataFrame
    numbers: pl.DataFrame
    links: pl.DataFrame


def reconcile(bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy) -> Reconciliation:
    """Match *bank* with *ledger*; both as :func:`prepare` takes them."""
    lines = prepare(bank, ledger)
    bank, ledger = with_parties(lines.bank, lines.ledger)
    bank_repeats, ledger_repeats = bank_duplicates(bank), ledger_duplicates(ledger)
    position = Position(
        bank.filter(~pl.col("line").is_in(bank_repeats["second"].implode())),
        ledger.filter(~pl.col("line").is_in(ledger_repeats["second"].implode())),
    )
    position = _set_contras_aside(position)
    read = _read(position, len(ledger))
    position, proved = _certain(position, read, len(ledger), policy)
    known = _learn(bank, ledger, read, proved, policy)
    for _ in range(ROUNDS_MAX):
        before = len(position.matches)
        position = _round(position, read, known, len(ledger), policy)
        if len(position.matches) == before:
            break
    return Reconciliation(
        bank=bank,
        ledger=ledger,
        matches=position.all_matches(),
        bank_repeats=bank_repeats,
        ledger_repeats=ledger_repeats,
    )


def _set_contras_aside(position: Position) -> Position:
    none = pl.lit([], pl.List(pl.Int64))
    both = pl.concat_list("first", "second")
    of_ledger = ledger_contras(position.ledger).select(
        pl.lit("contra in the ledger").alias("rule"), none.alias("bank"), both.alias("ledger")
    )
    of_bank = bank_contras(position.bank).select(
        pl.lit("contra at the bank").alias("rule"), both.alias("bank"), none.alias("ledger")
    )
    return position.settled(of_ledger).settled(of_bank)


def _read(position: Position, begin: int) -> Read:
    targets = _lines_and_runs(position, begin)
    numbered = targets.table.select("target", "purse", "written")
    documents = position.ledger.filter(pl.col("document") != "").select(
        pl.col("line").alias("target"), "purse", pl.col("document").alias("written")
    )
    keys = keys_of(pl.concat([numbered, documents]))
    tokens = tokens_of(position.bank)
    numbers = numbers_of(tokens, position.bank).join(
        position.bank.select("line", "purse"), on="line"
    )
    return Read(keys=keys, numbers=numbers, links=link(tokens, keys))


def _lines_and_runs(position: Position, begin: int) -> Targets:
    singles = single_lines(position.ledger)
    return with_rates(singles.joined(runs(position.ledger, begin=begin)), position.ledger)


def _certain(
    position: Position, read: Read, begin: int, policy: Policy
) -> tuple[Position, pl.DataFrame]:
    targets = _lines_and_runs(position, begin)
    pairs = linked(position.bank, targets.table, read.links, policy)
    pairs = only_ones(pairs.filter(pl.col("why") < UNEQUAL), targets.members)
    links = read.links.select(pl.col("line").alias("bank"), "target", "how", "sharing")
    found = _as_matches(pairs.join(links, on=["bank", "target"]), targets, "number and amount")
    gaps = position.bank.select(pl.col("line").alias("bank"), pl.col("day").alias("on"))
    proved = (
        pairs.join(gaps, on="bank")
        .join(targets.table.select("target", "day", "document"), on="target")
        .with_columns((pl.col("on") - pl.col("day")).alias("lag"))
    )
    return position.settled(found), proved


def _as_matches(claims: pl.DataFrame, targets: Targets, rule: str) -> pl.DataFrame:
    lines = targets.members.join(claims.select("target"), on="target", how="semi")
    lines = lines.group_by("target").agg(pl.col("line").sort().alias("ledger"))
    return (
        claims.join(lines, on="target")
        .with_columns(pl.concat_list("bank").alias("bank"), pl.lit(rule).alias("rule"))
        .sort(pl.col("bank").list.first())
    )


def _learn(
    bank: pl.DataFrame, ledger: pl.DataFrame, read: Read, proved: pl.DataFrame, policy: Policy
) -> Known:
    everything = single_lines(ledger).joined(runs(ledger, begin=len(ledger))).table
    by_party, by_purse, share = chances(everything, policy)
    noise = noise_shapes(read.numbers, proved.select("bank", "target"), read.keys)
    return Known(
        links=read.links,
        keys=len(ledger),
        loud=speaking(read.numbers, noise, read.links),
        lags=lag_weights(proved, policy),
        by_party=by_party,
        by_purse=by_purse,
        share=share,
    )


def _round(
    position: Position, read: Read, known: Known, begin: int, policy: Policy
) -> Position:
    """One round of weighing claims on what is open."""
    targets = _lines_and_runs(position, begin)
    days = party_days(position.ledger, begin=begin + len(targets.table))
    targets = targets.joined(with_rates(days, position.ledger))
    links = _links(position, targets, read, policy)
    printed = printed_foreign(position.bank, position.ledger, policy)
    pairs = _pairs(position, targets, links, printed, policy)
    claims = weigh(pairs, position.bank, targets.table, known.with_links(_and_printed(links, printed)))
    claims = standing(claims.with_row_index("claim"), targets.members)
    good = upheld(claims, score_min=pl.lit(SCORE_MIN), lead_min=LEAD_MIN)
    return position.settled(_as_matches(good, targets, "weighed"))


def _links(position: Position, targets: Targets, read: Read, policy: Policy) -> pl.DataFrame:
    """Links to what is open: as written, one slip away, cut short."""
    still = targets.table.select("target", "purse")
    open_links = read.links.join(still, on=["target", "purse"], how="semi").join(
        position.bank, on="line", how="semi"
    )
    numbers = (
        read.numbers.join(position.bank, on="line", how="semi")
        .join(open_links.rename({"token": "key"}), on=["line", "key"], how="anti")
    )
    keys = read.keys.join(still, on="target", how="semi")
    slips = one_slip(numbers, keys)
    cuts = cut_short(numbers, position.bank, targets.table, keys, policy)
    return _best(pl.concat([open_links, slips, cuts]))


def _best(links: pl.DataFrame) -> pl.DataFrame:
    ordered = links.sort("line", "target", "how", "sharing", "token")
    return ordered.unique(["line", "target"], keep="first", maintain_order=True)


def _and_printed(links: pl.DataFrame, printed: pl.DataFrame) -> pl.DataFrame:
    as_links = printed.select(
        *("line", "target", "purse", pl.lit(WHOLE, pl.Int64).alias("how")),
        *(pl.lit("").alias("token"), "sharing"),
    )
    return _best(pl.concat([links, as_links]))


def _pairs(
    position: Position,
    targets: Targets,
    links: pl.DataFrame,
    printed: pl.DataFrame,
    policy: Policy,
) -> pl.DataFrame:
    of_amounts = same_amount(position.bank, targets.table, policy)
    of_numbers = linked(position.bank, targets.table, links, policy)
    of_rates = linked(position.bank, targets.table, printed, policy)
    key = ["bank", "target", "why", "fee"]
    return (
        pl.concat(
            [
                of_amounts,
                of_numbers.filter(pl.col("why") < UNEQUAL),
                of_rates.filter(pl.col("why") == RATE),
            ]
        )
        .unique(key)
        .sort(key)
    )

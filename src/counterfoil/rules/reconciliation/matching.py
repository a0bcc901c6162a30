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
from counterfoil.rules.reconciliation.candidates import FEE, UNEQUAL, linked
from counterfoil.rules.reconciliation.certain import only_ones
from counterfoil.rules.reconciliation.coincidence import lag_weights
from counterfoil.rules.reconciliation.contra import bank_contras, ledger_contras
from counterfoil.rules.reconciliation.counts import with_counts
from counterfoil.rules.reconciliation.duplicates import bank_duplicates, ledger_duplicates
from counterfoil.rules.reconciliation.evidence import Known, chances
from counterfoil.rules.reconciliation.lines import prepare
from counterfoil.rules.reconciliation.parties import with_parties
from counterfoil.rules.reconciliation.position import Position
from counterfoil.rules.reconciliation.references import keys_of, link, tokens_of
from counterfoil.rules.reconciliation.rounds import Texts, lines_and_runs, settle_round
from counterfoil.rules.reconciliation.slips import with_slip
from counterfoil.rules.reconciliation.speaking import noise_shapes, numbers_of, speaking
from counterfoil.rules.reconciliation.targets import LINE, Targets, runs, single_lines


ROUNDS_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What was matched, what repeats, what is open; lines are rows of ``bank``, ``ledger``."""

    bank: pl.DataFrame
    ledger: pl.DataFrame
    matches: pl.DataFrame  # MATCH
    bank_repeats: pl.DataFrame  # first, second
    ledger_repeats: pl.DataFrame


def reconcile(bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy) -> Reconciliation:
    """Match *bank* with *ledger*; both as :func:`prepare` takes them."""
    lines = prepare(bank, ledger)
    bank, ledger = with_parties(with_counts(lines.bank), lines.ledger)
    bank_repeats, ledger_repeats = bank_duplicates(bank), ledger_duplicates(ledger)
    position = Position(
        bank.filter(~pl.col("line").is_in(bank_repeats["second"].implode())),
        ledger.filter(~pl.col("line").is_in(ledger_repeats["second"].implode())),
    )
    position = _set_contras_aside(position)
    read = _read(position)
    position, proved = _certain(position, read, policy)
    known = _learn(bank, ledger, read, proved, policy)
    for silent, rounds_max in ((False, 1), (True, ROUNDS_MAX)):
        for _ in range(rounds_max):
            before = len(position.matches)
            position = settle_round(
                position, read, known, policy, begin=len(ledger), silent=silent
            )
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


def _read(position: Position) -> Texts:
    targets = lines_and_runs(position)
    numbered = targets.table.select("target", "purse", "written")
    documents = position.ledger.filter(pl.col("document") != "").select(
        pl.col("line").alias("target"), "purse", pl.col("document").alias("written")
    )
    keys = keys_of(pl.concat([numbered, documents]))
    tokens = tokens_of(position.bank)
    numbers = numbers_of(tokens, position.bank).join(
        position.bank.select("line", "purse"), on="line"
    )
    return Texts(keys=keys, numbers=numbers, links=link(tokens, keys))


def _certain(
    position: Position, read: Texts, policy: Policy
) -> tuple[Position, pl.DataFrame]:
    targets = lines_and_runs(position)
    pairs = linked(position.bank, targets.table, read.links, policy)
    sums = targets.table.select("target", pl.col("amount").alias("gross"))
    # a declared fee that may be a keying error is left to the rounds, where it is a question
    net = (pl.col("gross") + pl.col("difference")).alias("net")
    pairs = with_slip(pairs.join(sums, on="target").with_columns(net), "gross", "net")
    slip = (pl.col("why") == FEE) & pl.col("slip")
    pairs = pairs.filter((pl.col("why") < UNEQUAL) & ~slip).drop("slip", "net")
    many = _lists(read.links).filter(pl.col("lists")).select(pl.col("line").alias("bank"))
    groups = targets.table.filter(pl.col("kind") != LINE).select("target")
    alone = pairs.join(groups, on="target", how="anti").join(many, on="bank", how="semi")
    pairs = pairs.join(alone, on=["bank", "target"], how="anti")
    pairs = only_ones(pairs.sort("bank", "target"), targets.members)
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
    bank: pl.DataFrame, ledger: pl.DataFrame, read: Texts, proved: pl.DataFrame, policy: Policy
) -> Known:
    everything = single_lines(ledger).joined(runs(ledger)).table
    by_party, by_purse, share = chances(everything, policy)
    noise = noise_shapes(read.numbers, proved.select("bank", "target"), read.keys)
    return Known(
        links=read.links,
        keys=len(ledger),
        lists=_lists(read.links),
        loud=speaking(read.numbers, noise, read.links),
        lags=lag_weights(proved, policy),
        by_party=by_party,
        by_purse=by_purse,
        share=share,
    )


def _lists(links: pl.DataFrame) -> pl.DataFrame:
    named = links.filter(pl.col("sharing") == 1).group_by("line").agg(pl.col("token").n_unique())
    return named.select("line", (pl.col("token") >= 2).alias("lists"))

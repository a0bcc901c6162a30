"""Reconcile: the stages in their order, strictest first.

1. What people decided is set aside, and what repeats or takes back a line of its own side.
2. Certain: a number and its amount agree, and nothing else claims either line.
3. What those pairs prove is learned: usual gaps of days, numbers that are noise.
4. In rounds, until nothing more stands out: claims on open lines are weighed and compared.
5. Vouchers that an earlier run proposed, and that are in the ledger by now, meet what they are for.
6. What is left is a break with a reason, and with proposals where there are any.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from counterfoil.domain.reconciliation import Policy, Progress, unseen
from counterfoil.domain.reconciliation_report import Total
from counterfoil.rules.reconciliation.breaks import Breaks, breaks_of
from counterfoil.rules.reconciliation.contra import bank_contras, ledger_contras
from counterfoil.rules.reconciliation.counts import with_counts
from counterfoil.rules.reconciliation.decided import (
    NOTHING,
    Decided,
    less_repeats,
    set_aside,
    still_open,
    with_deciders,
    with_kept,
)
from counterfoil.rules.reconciliation.duplicates import bank_duplicates, ledger_duplicates
from counterfoil.rules.reconciliation.explaining import with_reasons
from counterfoil.rules.reconciliation.learning import read_texts, settle_certain
from counterfoil.rules.reconciliation.lines import Lines, prepare
from counterfoil.rules.reconciliation.own_postings import hold_own_postings, meet_own_postings
from counterfoil.rules.reconciliation.parties import with_parties
from counterfoil.rules.reconciliation.partition import of_what_is_open, parts_of, put_together
from counterfoil.rules.reconciliation.position import Position, slim
from counterfoil.rules.reconciliation.rivals import unspent
from counterfoil.rules.reconciliation.rounds import settle_round
from counterfoil.rules.reconciliation.scoring import CONFIRMED
from counterfoil.rules.reconciliation.setting import Setting
from counterfoil.rules.reconciliation.totals import totals_of

#: A later round finds what an earlier one made room for; a fourth was never seen to.
ROUNDS_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What was matched and what is open; lines are rows of ``bank`` and ``ledger``."""

    bank: pl.DataFrame
    ledger: pl.DataFrame
    matches: pl.DataFrame  # MATCH, evidence, rivals_beaten, by_chance
    breaks: Breaks
    totals: tuple[Total, ...]


def reconcile(  # noqa: PLR0913 - what a match is a function of
    bank: pl.DataFrame,
    ledger: pl.DataFrame,
    policy: Policy,
    decided: Decided = NOTHING,
    as_of: int | None = None,
    progress: Progress = unseen,
) -> Reconciliation:
    """Match *bank* with *ledger*; both as :func:`prepare` takes them.

    Args:
        as_of: The day up to which lines are known (days since 1970); None: the bank's last.
        progress: Is told of each stage, and how many lines it has done.
    """
    of = len(bank) + len(ledger)
    progress("putting in order", 0, of)
    bank, ledger = _with_who_is_meant(prepare(bank, ledger))
    position = set_aside(Position(bank, ledger), decided)
    bank_repeats = still_open(bank_duplicates(bank), position.bank)
    ledger_repeats = still_open(ledger_duplicates(ledger), position.ledger)
    position = less_repeats(position, bank_repeats, ledger_repeats)
    position, held = hold_own_postings(_set_contras_aside(position))
    progress("reading numbers in the texts", 0, of)
    texts = read_texts(position, policy.references)
    position, setting = settle_certain(slim(position), texts, policy, begin=_beyond(ledger))
    del texts  # a million lines: memory
    if as_of is not None:
        setting = replace(setting, known=replace(setting.known, last_day=as_of))
    position, claims = _settle_parts(position, setting, progress)
    position = meet_own_postings(position, held, bank)
    claims = claims if held.is_empty() else _on_open_lines(claims, position)
    known = setting.known.of_what_is_left()
    del setting
    progress("explaining", 0, of)
    matches = with_deciders(with_reasons(position.all_matches()), decided)
    repeats = (bank_repeats, ledger_repeats)
    breaks = breaks_of(position, policy, known, claims, whole_bank=bank, repeats=repeats)
    breaks = with_kept(breaks, bank, ledger, decided)
    return Reconciliation(
        bank=bank,
        ledger=ledger,
        matches=matches,
        breaks=breaks,
        totals=totals_of_all(bank, ledger, matches, breaks),
    )


def totals_of_all(
    bank: pl.DataFrame, ledger: pl.DataFrame, matches: pl.DataFrame, breaks: Breaks
) -> tuple[Total, ...]:
    """The control totals of both sides; they add up, or none are made."""
    return (
        *totals_of("bank", bank, _used(matches["bank"]), breaks.bank["line"]),
        *totals_of("ledger", ledger, _used(matches["ledger"]), breaks.ledger["line"]),
    )


def _on_open_lines(claims: pl.DataFrame, position: Position) -> pl.DataFrame:
    """Those of *claims* that no match has spent since."""
    spent = position.all_matches().select(
        "bank", "ledger", pl.lit(0).alias("claim"), pl.lit(0, pl.Int64).alias("score")
    )
    return unspent(claims, spent)


def _with_who_is_meant(lines: Lines) -> tuple[pl.DataFrame, pl.DataFrame]:
    return with_parties(with_counts(lines.bank), lines.ledger)


def _settle_parts(
    position: Position, setting: Setting, progress: Progress
) -> tuple[Position, pl.DataFrame]:
    """Settle account by account; also the claims that are left on what is open."""
    parts = []
    done = 0
    for part, of_part in parts_of(position, setting):
        progress("matching", done, len(position.bank) + len(position.ledger))
        parts.append(_settle(part, of_part))
        done += len(part.bank) + len(part.ledger)
    return put_together(position, parts)


def _settle(position: Position, setting: Setting) -> tuple[Position, pl.DataFrame]:
    """Settle in rounds; also the claims that are left on what is open."""
    position, claims = settle_round(position, setting, silent=False)
    setting = of_what_is_open(setting, position.bank, position.ledger)
    position, claims = settle_round(position, setting, silent=True)
    for _ in range(ROUNDS_MAX):
        before = len(position.matches)
        setting = of_what_is_open(setting, position.bank, position.ledger)
        position, claims = settle_round(position, setting, silent=True, late=True)
        if len(position.matches) == before:
            break
    return position, claims


def _used(lists: pl.Series) -> pl.Series:
    return lists.list.explode(empty_as_null=False)


def _beyond(ledger: pl.DataFrame) -> int:
    """The first number that neither a line nor a payment run has."""
    return len(ledger) + ledger["run_number"].n_unique()


def _set_contras_aside(position: Position) -> Position:
    none = pl.lit([], pl.List(pl.Int64))
    both = pl.concat_list("first", "second")
    tier = pl.lit(CONFIRMED).alias("tier")
    of_ledger = ledger_contras(position.ledger).select(
        pl.lit("contra in the ledger").alias("rule"), tier, none.alias("bank"), both.alias("ledger")
    )
    of_bank = bank_contras(position.bank).select(
        pl.lit("contra at the bank").alias("rule"), tier, both.alias("bank"), none.alias("ledger")
    )
    return position.settled(of_ledger).settled(of_bank)

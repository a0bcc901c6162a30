"""What every round goes by: the analyst's rules, the texts as read, and what was learned."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.beginnings import Beginnings
from counterfoil.rules.reconciliation.evidence import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What the texts of both sides say, before anything is weighed."""

    keys: pl.DataFrame  # target, purse, key, tail, bare: numbers of the ledger
    numbers: pl.DataFrame  # line, purse, key, ...: numbers in the bank's texts
    links: pl.DataFrame  # line, target, purse, how, token, sharing


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """What the numbers of open lines resemble: looked up once, before the first round."""

    slips: pl.DataFrame  # purse, key, key_ledger: a number of the bank, one of the ledger
    broken_off: pl.DataFrame  # line, purse, key, tail: numbers with which longer ones begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a round goes by."""

    policy: Policy
    texts: Texts
    known: Known
    beginnings: Beginnings
    beyond: int  # numbers of targets from here on are free
    misread: Misread | None = None  # None: before the accounts are settled
    #: Subsets that an earlier round counted, by pool and questions: only saves counting again.
    counted: dict[object, list[tuple[object, ...]]] = field(default_factory=dict)
    #: Questions asked of pools, and what was found. A pool only ever loses lines: of one size, it
    #: is the same. Each: line, purse, party, day, purpose, size; the ways.
    answered: list[tuple[pl.DataFrame, pl.DataFrame]] = field(default_factory=list)

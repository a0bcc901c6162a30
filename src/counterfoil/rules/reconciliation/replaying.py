"""Try a learned rule on past lines: what would it have matched, and what of that wrongly? Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from counterfoil.domain.reconciliation import RuleBook
from counterfoil.domain.reconciliation_suggestions import Effect, LearnedRule, ManualMatch
from counterfoil.rules.reconciliation.matching import Reconciliation, reconcile

Pair = tuple[tuple[str, ...], tuple[str, ...]]


def effect_of(
    rule: LearnedRule,
    bank: pl.DataFrame,
    ledger: pl.DataFrame,
    manual: Sequence[ManualMatch],
    rules: RuleBook,
) -> Effect:
    """What *rule* would have done with the lines of its account, had it been in force.

    A new match is right if people decided the same, wrong if they decided otherwise about one of
    its lines or if it takes a line out of a match that stands, and unknown if nobody decided.
    """
    own = pl.col("account") == rule.account
    bank, ledger = bank.filter(own), ledger.filter(own)
    decided = [each for each in manual if each.account == rule.account]
    before = reconcile(bank, ledger, rules.of(rule.account).policy)
    if rule.narrative is not None:
        return _of_text(rule, bank, decided, before)
    changed = rule.laid_over(rules).of(rule.account).policy
    return _compared(_pairs(before), _pairs(reconcile(bank, ledger, changed)), decided)


def _pairs(found: Reconciliation) -> set[Pair]:
    bank, ledger = found.bank["id"].to_list(), found.ledger["id"].to_list()
    return {
        (tuple(bank[each] for each in ours), tuple(ledger[each] for each in theirs))
        for ours, theirs in found.matches.select("bank", "ledger").iter_rows()
    }


def _compared(before: set[Pair], after: set[Pair], decided: Sequence[ManualMatch]) -> Effect:
    truth = {(tuple(sorted(each.bank)), tuple(sorted(each.ledger))) for each in decided}
    spoken_for = set(_lines(truth)) | set(_lines(before))
    new = after - before
    right = {each for each in new if each in truth}
    wrong = {each for each in new - right if spoken_for.intersection(_lines([each]))}
    return Effect(
        right=tuple(sorted(right)),
        wrong=tuple(sorted(wrong)),
        unknown=tuple(sorted(new - right - wrong)),
        lost=tuple(sorted(before - after)),
    )


def _lines(pairs: Iterable[Pair]) -> Iterable[tuple[str, str]]:
    for ours, theirs in pairs:
        yield from (("bank", each) for each in ours)
        yield from (("ledger", each) for each in theirs)


def _of_text(
    rule: LearnedRule, bank: pl.DataFrame, decided: Sequence[ManualMatch], before: Reconciliation
) -> Effect:
    """Lines that the text fits: posted so by people, otherwise, matched, or open."""
    assert rule.narrative is not None
    fits = bank.filter(pl.col("text").str.contains(rule.narrative.narrative))["id"].to_list()
    people = {line: each for each in decided for line in each.bank}
    matched = {line for ours, _ in _pairs(before) for line in ours}
    right: list[Pair] = []
    wrong: list[Pair] = []
    unknown: list[Pair] = []
    for line in sorted(fits):
        word = people.get(line)
        if word is not None:
            agrees = not word.ledger and word.posted_to == rule.narrative.account
            (right if agrees else wrong).append(((line,), ()))
        else:
            (wrong if line in matched else unknown).append(((line,), ()))
    return Effect(right=tuple(right), wrong=tuple(wrong), unknown=tuple(unknown))

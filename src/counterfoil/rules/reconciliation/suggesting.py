"""Learn rules from what people matched by hand: a charge, a wider window, a text. Pure.

Nothing learned is in force: it is a suggestion, tried on past lines (:mod:`replaying`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from counterfoil.domain.reconciliation import Fee, NarrativeRule, RuleBook
from counterfoil.domain.reconciliation_suggestions import LearnedRule, ManualMatch

#: As often as this, or it is no rule.
SEEN_MIN = 3
WINDOW_MAX = 60  # days
FEE_SHARE_MAX = 20  # a charge takes a twentieth of a payment at most
WORDS_MAX = 4  # of a text's beginning
LETTERS_MIN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A decision and what its lines say."""

    match: ManualMatch
    paid: int  # cents
    owed: int
    lag: int  # days, last line of the bank less last line of the ledger
    text: str  # of its first bank line
    foreign: bool


def learned_rules(
    bank: pl.DataFrame, ledger: pl.DataFrame, manual: Sequence[ManualMatch], rules: RuleBook
) -> tuple[LearnedRule, ...]:
    """What *manual* teaches beyond *rules*; lines that are in neither side teach nothing."""
    by_account: dict[str, list[_Seen]] = defaultdict(list)
    for each in _seen(bank, ledger, manual):
        by_account[each.match.account].append(each)
    return tuple(
        rule
        for account, seen in sorted(by_account.items())
        for learn in (_fees, _window, _narratives)
        for rule in learn(account, seen, rules)
    )


def _seen(
    bank: pl.DataFrame, ledger: pl.DataFrame, manual: Sequence[ManualMatch]
) -> Iterator[_Seen]:
    ours = _by_id(bank, {name for each in manual for name in each.bank})
    theirs = _by_id(ledger, {name for each in manual for name in each.ledger})
    for match in manual:
        if not (
            match.bank and set(match.bank) <= ours.keys() and set(match.ledger) <= theirs.keys()
        ):
            continue
        paid, owed = [ours[each] for each in match.bank], [theirs[each] for each in match.ledger]
        yield _Seen(
            match=match,
            paid=sum(each["amount"] for each in paid),
            owed=sum(each["amount"] for each in owed),
            lag=max(each["day"] for each in paid) - max((each["day"] for each in owed), default=0),
            text=paid[0]["text"],
            foreign=any(each["foreign_currency"] for each in owed),
        )


def _by_id(side: pl.DataFrame, wanted: set[str]) -> Mapping[str, Mapping[str, Any]]:
    rows = side.filter(pl.col("id").is_in(sorted(wanted)))
    return {row["id"]: row for row in rows.iter_rows(named=True)}


def _fees(account: str, seen: Sequence[_Seen], rules: RuleBook) -> Iterator[LearnedRule]:
    """The same few cents less, again and again, and no foreign amount in it."""
    known = {fee.cents for fee in rules.of(account).policy.fees.values() if fee.kind == "flat"}
    taken: dict[int, list[str]] = defaultdict(list)
    for each in seen:
        cents = each.owed - each.paid
        small = 0 < cents * FEE_SHARE_MAX <= abs(each.owed)
        if each.match.ledger and small and not each.foreign and cents not in known:
            taken[cents].append(each.match.decision)
    for cents, decisions in sorted(taken.items()):
        if len(decisions) >= SEEN_MIN:
            yield LearnedRule(
                account=account,
                learned_from=tuple(sorted(decisions)),
                fee=Fee(kind="flat", cents=cents),
                fee_name=f"learned-{cents}",
            )


def _window(account: str, seen: Sequence[_Seen], rules: RuleBook) -> Iterator[LearnedRule]:
    """Equal amounts that came earlier or later than the window has it."""
    policy = rules.of(account).policy
    outside = [
        each
        for each in seen
        if each.match.ledger
        and each.paid == each.owed
        and not -policy.days_before <= each.lag <= policy.days_after
        and abs(each.lag) <= WINDOW_MAX
    ]
    if len(outside) >= SEEN_MIN:
        lags = [each.lag for each in outside]
        yield LearnedRule(
            account=account,
            learned_from=tuple(sorted(each.match.decision for each in outside)),
            window=(max(policy.days_before, -min(lags)), max(policy.days_after, *lags)),
        )


def _narratives(account: str, seen: Sequence[_Seen], rules: RuleBook) -> Iterator[LearnedRule]:
    """Texts that begin alike and were posted to one ledger account."""
    own = rules.of(account)
    if own.posting is None:  # no voucher could be made of it
        return
    posted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in seen:
        begins = _beginning(each.text)
        if not each.match.ledger and each.match.posted_to and begins:
            posted[begins, each.match.posted_to].append(each.match.decision)
    known = {each.narrative for each in own.narratives}
    for (begins, to), decisions in sorted(posted.items()):
        if len(decisions) >= SEEN_MIN and begins not in known:
            yield LearnedRule(
                account=account,
                learned_from=tuple(sorted(decisions)),
                narrative=NarrativeRule(narrative=begins, account=to, name="Learned from its text"),
            )


def _beginning(text: str) -> str:
    """A pattern of the first words, up to one that holds a digit; ``""``: too few letters."""
    words = []
    for word in text.split()[:WORDS_MAX]:
        if any(each.isdigit() for each in word):
            break
        words.append(re.escape(word))
    if sum(map(str.isalpha, "".join(words))) < LETTERS_MIN:
        return ""
    return "^" + " +".join(words) + r"\b"

"""Rules suggested by what people matched by hand: a record of each, and what it would have done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from counterfoil.domain.reconciliation import AccountRules, Fee, NarrativeRule, RuleBook
from counterfoil.domain.values import canonical_json


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualMatch:
    """What two people decided about lines of one account; ids as the files give them."""

    decision: str  # its name, for the record
    account: str
    bank: tuple[str, ...]
    ledger: tuple[str, ...] = ()  # none: the bank's lines were written off
    posted_to: str = ""  # the ledger account that a write-off went to

    def __post_init__(self) -> None:
        if not self.bank and not self.ledger:
            raise ValueError(f"{self.decision}: a decision about no line")


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedRule:
    """One change of one account's rules; exactly one of the changes is given."""

    account: str
    learned_from: tuple[str, ...]  # decisions
    fee: Fee | None = None
    fee_name: str = ""
    window: tuple[int, int] | None = None  # days before, days after
    narrative: NarrativeRule | None = None

    def __post_init__(self) -> None:
        changes = [self.fee, self.window, self.narrative]
        if sum(each is not None for each in changes) != 1 or (self.fee and not self.fee_name):
            raise ValueError("a learned rule is one change: a fee with its name, a window, a text")

    def says(self) -> str:
        """The change as a sentence."""
        if self.fee is not None:
            return f"{self.account}: the bank may take {self.fee.cents} cents ({self.fee_name})"
        if self.window is not None:
            before, after = self.window
            return f"{self.account}: the bank may be {before} days earlier, {after} days later"
        assert self.narrative is not None
        return (
            f"{self.account}: what says {self.narrative.narrative!r} is posted to "
            f"{self.narrative.account}"
        )

    def laid_over(self, rules: RuleBook) -> RuleBook:
        """*rules* with this change."""
        own = rules.of(self.account)
        return replace(rules, accounts={**rules.accounts, self.account: self._changed(own)})

    def _changed(self, own: AccountRules) -> AccountRules:
        if self.narrative is not None:
            return replace(own, narratives=(*own.narratives, self.narrative))
        policy = own.policy
        if self.fee is not None:
            policy = replace(policy, fees={**policy.fees, self.fee_name: self.fee})
        if self.window is not None:
            before, after = self.window
            with_number = max(policy.days_after_with_reference, after)
            policy = replace(
                policy,
                days_before=before,
                days_after=after,
                days_after_with_reference=with_number,
            )
        return replace(own, policy=policy)

    def content(self) -> dict[str, Any]:
        """What an approval is bound to, in texts and integers."""
        change: dict[str, Any] = {}
        if self.fee is not None:
            change["fee"] = {"name": self.fee_name, **_plain(self.fee)}
        if self.window is not None:
            change["window"] = list(self.window)
        if self.narrative is not None:
            change["narrative"] = _plain(self.narrative)
        return {"account": self.account, "learned_from": list(self.learned_from), **change}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a rule would have done with past lines; pairs of (bank ids, ledger ids)."""

    right: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()  # as people decided
    wrong: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()  # against what stands
    unknown: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()  # nobody decided
    lost: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()  # matched now, and not then


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A learned rule with its effect, as one person puts it forward."""

    rule: LearnedRule
    effect: Effect
    proposer: str
    rules_sha256: str  # of the file of rules that it was tried with

    def digest(self) -> str:
        """SHA-256 of all that an approver sees."""
        return sha256(canonical_json(self.content())).hexdigest()

    def content(self) -> dict[str, Any]:
        """All of it, in texts, lists and integers."""
        return {
            "rule": self.rule.content(),
            "effect": {
                name: [[list(ours), list(theirs)] for ours, theirs in getattr(self.effect, name)]
                for name in ("right", "wrong", "unknown", "lost")
            },
            "proposer": self.proposer,
            "rules_sha256": self.rules_sha256,
        }


def suggestion_of(content: Mapping[str, Any]) -> Suggestion:
    """What :meth:`Suggestion.content` told. Raises KeyError, TypeError, ValueError."""
    effect = {
        name: tuple((tuple(ours), tuple(theirs)) for ours, theirs in content["effect"][name])
        for name in ("right", "wrong", "unknown", "lost")
    }
    return Suggestion(
        rule=_rule_of(content["rule"]),
        effect=Effect(**effect),
        proposer=content["proposer"],
        rules_sha256=content["rules_sha256"],
    )


def _rule_of(content: Mapping[str, Any]) -> LearnedRule:
    fee, window = dict(content.get("fee", {})), content.get("window")
    name = fee.pop("name", "")
    text = content.get("narrative")
    return LearnedRule(
        account=content["account"],
        learned_from=tuple(content["learned_from"]),
        fee=Fee(**fee) if fee else None,
        fee_name=name,
        window=None if window is None else (int(window[0]), int(window[1])),
        narrative=None if text is None else NarrativeRule(**text),
    )


def _plain(record: Fee | NarrativeRule) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}

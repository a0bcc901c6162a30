"""Four eyes: when a second person has to look, and who that may be. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from counterfoil.domain.allocations import Allocation
from counterfoil.domain.approvals import plain_name
from counterfoil.domain.batches import Batch, ControlTotals
from counterfoil.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPolicy:
    """From config.toml."""

    limits: Mapping[str, Decimal] = field(default_factory=dict)  # ISO 4217 -> sum that needs none
    count_max: int = 1000  # more items than this need a second person whatever the sum
    approvers: tuple[str, ...] = ()  # empty: anybody but the maker
    aliases: Mapping[str, str] = field(default_factory=dict)  # another spelling -> the person


def why_approval(batch: Batch, policy: ApprovalPolicy) -> tuple[str, ...]:
    """The reasons why a second person has to look at *batch*; empty: nobody has to.

    A currency without a limit always needs one: unknown never means "go on". So do
    allocations, whatever their sum: a machine proposed them.
    """
    totals = ControlTotals.of(batch.items)
    reasons: list[str] = []
    if any(item.kind == Allocation.kind for item in batch.items):
        reasons.append("allocations are proposed by a machine")
    for currency, total in totals.sums:
        limit = policy.limits.get(currency)
        if limit is None:
            reasons.append(f"{currency} has no limit")
        elif total > limit:
            reasons.append(f"{total:,f} {currency} is above {limit:,f}")
    if totals.count > policy.count_max:
        reasons.append(f"{totals.count} items are more than {policy.count_max}")
    reasons += [
        each.message for each in batch.findings if each.severity == "hold" and each.row is None
    ]
    return tuple(reasons)


def check_approver(
    *, approver: str, maker: str, shown: str, digest: str, policy: ApprovalPolicy
) -> str:
    """The person who approves, by the one name we know them by.

    Args:
        shown: The digest of what the approver saw.
        digest: ``Batch.digest()`` of what is stored now.

    Raises:
        Refused: "no_name", "self_approval", "not_an_approver" or "digest_differs".
    """
    who = person(approver, policy)
    if not who:
        raise Refused("no_name", "an approval needs the name of a person")
    if who == person(maker, policy):
        raise Refused("self_approval", f"{approver} dropped this batch: somebody else looks")
    if policy.approvers and who not in {person(each, policy) for each in policy.approvers}:
        raise Refused("not_an_approver", f"{approver} is not among the approvers of config.toml")
    if shown != digest:
        raise Refused("digest_differs", "the batch is not what was seen: look at it again")
    return who


def check_second_person(*, approver: str, proposer: str, policy: ApprovalPolicy) -> str:
    """Whoever approves what *proposer* proposed, by the one name we know them by.

    Raises:
        Refused: "no_name", "self_approval" or "not_an_approver".
    """
    who = person(approver, policy)
    if not who:
        raise Refused("no_name", "an approval needs the name of a person")
    if who == person(proposer, policy):
        raise Refused("self_approval", f"{approver} proposed this: somebody else looks")
    if policy.approvers and who not in {person(each, policy) for each in policy.approvers}:
        raise Refused("not_an_approver", f"{approver} is not among the approvers of config.toml")
    return who


def check_not_maker(*, decider: str, maker: str, policy: ApprovalPolicy) -> None:
    """Refuse whoever dropped the batch, under any of their spellings.

    Raises:
        Refused: "four_eyes".
    """
    if person(decider, policy) == person(maker, policy):
        raise Refused("four_eyes", f"{decider} dropped this batch: somebody else decides")


def person(name: str, policy: ApprovalPolicy) -> str:
    """One spelling per person: blanks and case do not make another one, aliases are known."""
    aliases = {plain_name(key): plain_name(value) for key, value in policy.aliases.items()}
    plain = plain_name(name)
    return aliases.get(plain, plain)

"""Suggested rules: learned from what people matched by hand, in force after four eyes.

learn -> try on past lines -> put forward (on the record) -> another person approves what they
saw (on the record) -> the rule stands in the file of learned rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from counterfoil.adapters.reconciliation_rules import learned_file, load_rules
from counterfoil.adapters.reconciliation_suggestions import (
    add_learned,
    load_manual,
    load_suggestions,
    write_suggestions,
)
from counterfoil.domain.reconciliation_suggestions import Suggestion
from counterfoil.errors import Refused
from counterfoil.reconciliation_sides import read_sides
from counterfoil.rules.approval import ApprovalPolicy, check_approver
from counterfoil.rules.reconciliation.replaying import effect_of
from counterfoil.rules.reconciliation.suggesting import learned_rules

SELECTORS = Path(__file__).parent.parent / "selectors"  # this suite's
PUT_FORWARD, APPROVED = "reconciliation_rule_suggested", "reconciliation_rule_approved"

#: An event and its data, for the audit log.
Emit = Callable[[str, Mapping[str, Any]], None]


def suggest_rules(  # noqa: PLR0913 - what is learned from, by whom, and on what record
    sides: tuple[Path, Path], rules: Path, manual: Path, into: Path, *, proposer: str, emit: Emit
) -> tuple[Suggestion, ...]:
    """Learn from the decisions in *manual*; write suggestions with their effect to *into*.

    Args:
        sides: The bank's and the ledger's past lines.
        proposer: The person who puts them forward.
    """
    bank, ledger = (each.lines for each in read_sides(*sides, SELECTORS))
    book, decided = load_rules(rules), load_manual(manual)
    suggestions = tuple(
        Suggestion(
            rule=rule,
            effect=effect_of(rule, bank, ledger, decided, book),
            proposer=proposer,
            rules_sha256=_sha256(rules),
        )
        for rule in learned_rules(bank, ledger, decided, book)
    )
    write_suggestions(into, suggestions)
    for each in suggestions:
        emit(PUT_FORWARD, {"digest": each.digest(), "person": proposer, "says": each.rule.says()})
    return suggestions


def approve_rule(  # noqa: PLR0913 - what is approved, by whom, and on what record
    suggestions: Path,
    rules: Path,
    digest: str,
    *,
    approver: str,
    policy: ApprovalPolicy,
    put_forward: Sequence[Mapping[str, Any]],
    emit: Emit,
) -> Suggestion:
    """Put the suggestion of *digest* in force: *approver* saw it, and did not put it forward.

    Args:
        digest: Of what the approver saw, whole or its first twelve characters.
        put_forward: The record's PUT_FORWARD events, their data.

    Raises:
        Refused: "unknown_suggestion", "not_on_record", "rules_changed", or as
            :func:`check_approver`; nothing is in force.
    """
    found = load_suggestions(suggestions)
    whole = next((each for each in found if len(digest) >= 12 and each.startswith(digest)), "")
    if not whole:
        raise Refused("unknown_suggestion", f"{suggestions} holds no suggestion {digest}")
    suggestion = found[whole]
    makers = {each["person"] for each in put_forward if each["digest"] == whole}
    if suggestion.proposer not in makers:
        raise Refused("not_on_record", "the record does not know that it was put forward")
    if suggestion.rules_sha256 != _sha256(rules):
        raise Refused("rules_changed", f"{rules} is not what it was tried with: suggest again")
    who = check_approver(
        approver=approver, maker=suggestion.proposer, shown=whole, digest=whole, policy=policy
    )
    target = learned_file(rules)
    if _is_in_force(target, whole):
        raise Refused("in_force", "this rule is in force already")
    emit(APPROVED, {"digest": whole, "person": who, "says": suggestion.rule.says()})
    add_learned(target, suggestion, approver=who, at=datetime.now(UTC).isoformat())
    load_rules(rules)  # it must be readable, or the next run would stop
    return suggestion


def _is_in_force(learned: Path, digest: str) -> bool:
    return learned.exists() and digest in load_suggestions(learned)


def _sha256(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()

"""Read the rules of a reconciliation: TOML, or the JSON that older tools write.

Keys stand at the top or under ``[default]``; ``[accounts."..."]`` changes some of them for one
account. The home of polars here is the check of patterns: what its engine takes, it reads in
time linear in the text.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from counterfoil.domain.reconciliation import (
    AccountRules,
    Asked,
    Fee,
    NarrativeRule,
    Policy,
    PostingAccounts,
    RuleBook,
)
from counterfoil.domain.reconciliation_report import AGEING
from counterfoil.errors import SetupError
from counterfoil.toml_records import build_record

PATTERN_MAX = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesFile:
    """The keys of one account's rules, as they are written."""

    date_window_days: tuple[int, ...] = (-2, 12)
    days_after_with_reference: int = 40
    amount_tolerance: Decimal = Decimal(0)
    fx_tolerance: Decimal = Decimal("0.02")  # a share: 0.02 is two per cent
    fees: dict[str, Fee] = field(default_factory=dict)
    silent: bool = True
    ask: tuple[Asked, ...] = ()
    references: tuple[str, ...] = ()
    ageing_days: tuple[int, ...] = AGEING  # the last day of each bucket of open lines
    vouchers: PostingAccounts | None = None
    narratives: tuple[NarrativeRule, ...] = ()

    def __post_init__(self) -> None:
        if len(self.date_window_days) != 2 or not (
            self.date_window_days[0] <= 0 <= self.date_window_days[1]
        ):
            raise ValueError("date_window_days is [days before, days after], such as [-2, 12]")
        for pattern in (*self.references, *(each.narrative for each in self.narratives)):
            _refuse_pattern(pattern)
        if self.narratives and self.vouchers is None:
            raise ValueError("narratives are posted: [vouchers] must name the bank's account")

    def rules(self) -> AccountRules:
        """What the keys mean."""
        before, after = self.date_window_days
        policy = Policy(
            days_before=-before,
            days_after=after,
            days_after_with_reference=max(self.days_after_with_reference, after),
            amount_tolerance_cents=int(self.amount_tolerance * 100),
            fx_tolerance_ppm=int(self.fx_tolerance * 1_000_000),
            fees=self.fees,
            silent=self.silent,
            ageing_days=self.ageing_days,
            ask=tuple(sorted(self.ask)),
            references=self.references,
        )
        return AccountRules(policy=policy, posting=self.vouchers, narratives=self.narratives)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFile(RulesFile):
    """What may stand at the top: the default's keys, or the tables that hold them."""

    learned: str = ""  # a file beside this one, of rules that two people approved
    default: dict[str, Any] = field(default_factory=dict)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Whatever is wrong is wrong in one account, and named there."""


def load_rules(path: Path) -> RuleBook:
    """Read *path*: ``.json`` as JSON, anything else as TOML.

    Raises:
        SetupError: Unreadable, or a key that we do not know; it names the nearest that we do.
    """
    table = _json(path) if path.suffix == ".json" else _toml(path)
    whole = build_record(WholeFile, table, str(path), error=SetupError)
    not_ours = ("default", "accounts", "learned")
    top = {key: each for key, each in table.items() if key not in not_ours}
    if top and "default" in table:
        where = ", ".join(sorted(top))
        raise SetupError(f"{path}: {where}: keys stand at the top or in [default], not in both")
    base = top or table.get("default", {})
    rules = RuleBook(
        default=_rules(base, f"{path}: default" if "default" in table else str(path)),
        accounts=dict(_accounts(table.get("accounts", {}), base, path)),
    )
    if not whole.learned:
        return rules
    from counterfoil.adapters.reconciliation_suggestions import with_learned  # most have none

    return with_learned(rules, path.parent / whole.learned)


def learned_file(path: Path) -> Path:
    """Where the rules at *path* say that learned ones are kept.

    Raises:
        SetupError: They do not say.
    """
    table = _json(path) if path.suffix == ".json" else _toml(path)
    name = build_record(WholeFile, table, str(path), error=SetupError).learned
    if not name:
        raise SetupError(
            f"{path}: no key 'learned': learned = \"{path.stem}.learned.json\" lets it have them"
        )
    return path.parent / name


def load_policy(path: Path) -> Policy:
    """What *path* says of an account that has no rules of its own."""
    return load_rules(path).default.policy


def _accounts(
    tables: Mapping[str, Mapping[str, Any]], base: Mapping[str, Any], path: Path
) -> Iterator[tuple[str, AccountRules]]:
    for name, table in sorted(tables.items()):
        if "ageing_days" in table:
            raise SetupError(f"{path}: accounts: {name}: ageing_days are one for all accounts")
        yield name, _rules(_laid_over(base, table), f"{path}: accounts: {name}")


def _laid_over(base: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """*base* with what *table* changes; a table in it is changed key by key, a list as a whole."""
    both = dict(base)
    for key, each in table.items():
        old = base.get(key)
        both[key] = {**old, **each} if isinstance(old, dict) and isinstance(each, dict) else each
    return both


def _rules(table: Mapping[str, Any], where: str) -> AccountRules:
    try:
        return build_record(RulesFile, dict(table), where, error=SetupError).rules()
    except ValueError as trouble:  # a record of the domain that checks itself
        raise SetupError(f"{where}: {trouble}") from trouble


def _refuse_pattern(pattern: str) -> None:
    """Raises ValueError: the engine cannot read it in linear time, or not at all."""
    if len(pattern) > PATTERN_MAX:
        raise ValueError(f"a pattern of {len(pattern)} characters; {PATTERN_MAX} are enough")
    try:
        empty = pl.Series([""]).str.contains(pattern).item()
    except pl.exceptions.ComputeError as trouble:
        said = " ".join(str(trouble).split())
        raise ValueError(f"{pattern!r} is no pattern that we read: {said}") from trouble
    if empty:
        raise ValueError(f"{pattern!r} is found in an empty text, and so in every one")


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as trouble:
        raise SetupError(f"{path}: {trouble}") from trouble


def _json(path: Path) -> dict[str, Any]:
    try:
        table = json.loads(path.read_text("utf-8"), parse_float=str)
    except (OSError, ValueError) as trouble:
        raise SetupError(f"{path}: {trouble}") from trouble
    if not isinstance(table, dict):
        raise SetupError(f"{path}: expected one object, found {table!r}")
    return table

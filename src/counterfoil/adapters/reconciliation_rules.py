"""Read the rules of a reconciliation: TOML, or the JSON that older tools write."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from counterfoil.domain.reconciliation import Fee, Policy
from counterfoil.errors import SetupError
from counterfoil.toml_records import build_record, load_record


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesFile:
    """The keys of a file of rules, as they are written."""

    date_window_days: tuple[int, ...] = (-2, 12)
    days_after_with_reference: int = 40
    amount_tolerance: Decimal = Decimal(0)
    fx_tolerance: Decimal = Decimal("0.02")  # a share: 0.02 is two per cent
    fees: dict[str, Fee] = field(default_factory=dict)
    silent: bool = True
    ageing_days: tuple[int, ...] = (1, 5, 30)  # the last day of each bucket of open lines

    def __post_init__(self) -> None:
        if len(self.date_window_days) != 2 or not (
            self.date_window_days[0] <= 0 <= self.date_window_days[1]
        ):
            raise ValueError("date_window_days is [days before, days after], such as [-2, 12]")

    def policy(self) -> Policy:
        """What the rules mean."""
        before, after = self.date_window_days
        return Policy(
            days_before=-before,
            days_after=after,
            days_after_with_reference=max(self.days_after_with_reference, after),
            amount_tolerance_cents=int(self.amount_tolerance * 100),
            fx_tolerance_ppm=int(self.fx_tolerance * 1_000_000),
            fees=self.fees,
            silent=self.silent,
            ageing_days=self.ageing_days,
        )


def load_policy(path: Path) -> Policy:
    """Read *path*: ``.json`` as JSON, anything else as TOML.

    Raises:
        SetupError: Unreadable, or a key that we do not know; it names the nearest that we do.
    """
    if path.suffix == ".json":
        return build_record(RulesFile, _json(path), str(path), error=SetupError).policy()
    return load_record(RulesFile, path, error=SetupError).policy()


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"), parse_float=str)
    except (OSError, ValueError) as trouble:
        raise SetupError(f"{path}: {trouble}") from trouble

"""What the period's work cost by the site's own rates, and what one transaction did. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from counterfoil.domain.items import ItemState
from counterfoil.domain.kpi import Cell, KpiColumn, KpiFacts, KpiTable, Rates
from counterfoil.rules.kpi_measures import (
    GAPS_MIN,
    approved_in,
    by_system,
    ended_in,
    handling,
    hours,
)

_SHOWN = Decimal("0.0001")


def cost(facts: KpiFacts, rates: Rates | None) -> KpiTable:
    """What the period's work cost, and what one transaction did."""
    rows = () if rates is None else _cost_rows(facts, rates)
    currency = "currency" if rates is None else rates.currency
    return KpiTable(
        name="cost",
        heading="Cost per transaction",
        formula=(
            "(bot hours x rate + items that people decided about x rate + approvals x rate) / "
            "items posted; bot hours = intents x measured handling time, unknown below "
            f"{GAPS_MIN} measured gaps"
        ),
        columns=(
            KpiColumn("of what"), KpiColumn("counted in"), KpiColumn("quantity"),
            KpiColumn("rate", currency), KpiColumn("cost", currency),
        ),
        rows=rows,
        keys=2,
        empty=(
            "no rates: config.toml has no [kpi] (currency, bot_hour, manual_item, approval)"
            if rates is None
            else "there was no work in this period"
        ),
        decimals=4,
    )  # fmt: skip


def _cost_rows(facts: KpiFacts, rates: Rates) -> tuple[tuple[Cell, ...], ...]:
    decided = sum(any(at in facts.period for at in each.decisions) for each in facts.items)
    approved = len(approved_in(facts))
    if not (facts.attempts or decided or approved):
        return ()
    lines: tuple[tuple[str, Decimal | int | None, str, Decimal], ...] = (
        ("bots at work", bot_hours(facts), "h", rates.bot_hour),
        ("items that people decided about", decided, "items", rates.manual_item),
        ("approvals", approved, "batches", rates.approval),
    )
    costs = [None if much is None else much * rate for _, much, _, rate in lines]
    known = [each for each in costs if each is not None]
    total = sum(known, Decimal(0)) if len(known) == len(costs) else None
    posted = sum(1 for each in ended_in(facts) if each.state is ItemState.POSTED)
    each_one = None if total is None or posted == 0 else total / posted
    return (
        *(
            (name, unit, _rounded(much), rate, _rounded(costs[at]))
            for at, (name, much, unit, rate) in enumerate(lines)
        ),
        ("total", "", None, None, _rounded(total)),
        ("per posted item", "items", posted, None, _rounded(each_one)),
    )


def _rounded(value: Decimal | int | None) -> Decimal | int | None:
    """To a hundredth of a cent, at the very end; counts stay counts."""
    return value.quantize(_SHOWN, ROUND_HALF_UP) if isinstance(value, Decimal) else value


def bot_hours(facts: KpiFacts) -> Decimal | None:
    """Hours of bank sessions at work. None: too few intents to measure a handling time."""
    items = {each.item_id: each for each in facts.items}
    total = Decimal(0)
    for attempts in by_system(facts.attempts).values():
        pace = handling(attempts, items)
        if pace is None:
            return None
        total += hours(len(attempts) * pace.mean)
    return total

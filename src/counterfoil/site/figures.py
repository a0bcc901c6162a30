"""The KPIs of a suite: the ledger's facts, with config.toml's rates and the maps' screens."""

from __future__ import annotations

from counterfoil.adapters.maps import load_system
from counterfoil.config import KpiSettings, Suite
from counterfoil.domain.kpi import KpiReport, Period, Rates
from counterfoil.errors import MapError
from counterfoil.rules.kpi import kpi_report
from counterfoil.site import open_reader
from counterfoil.store.book import Book
from counterfoil.store.kpi_reading import read_kpi_facts


def kpis_of(suite: Suite, ledger: Book, period: Period, system: str | None = None) -> KpiReport:
    """Every figure of *period*; *system* None: of all systems."""
    facts = read_kpi_facts(ledger, period, system=system)
    return kpi_report(
        facts,
        rates=_rates(suite.config.kpi),
        sessions={name: each.sessions_max for name, each in suite.config.systems.items()},
        screens=_screens(suite, {each.system for each in facts.items}),
        system=system,
    )


def _rates(settings: KpiSettings | None) -> Rates | None:
    if settings is None:
        return None
    return Rates(
        currency=settings.currency,
        bot_hour=settings.bot_hour,
        manual_item=settings.manual_item,
        approval=settings.approval,
    )


def _screens(suite: Suite, systems: set[str]) -> dict[tuple[str, str], str]:
    """The screens of each kind of item. A map that is gone or wrong only leaves names out."""
    found: dict[tuple[str, str], str] = {}
    for system in systems:
        try:
            tasks = load_system(suite.selectors, system).map.tasks
        except MapError:
            continue
        for kind, task in tasks.items():
            found[system, kind] = f"{kind}: {', '.join(each.screen for each in task.steps)}"
    return found


def kpis_of_suite(suite: Suite, period: Period) -> KpiReport:
    """The same of all systems, by a ledger that is opened for it."""
    with open_reader(suite) as ledger:
        return kpis_of(suite, ledger, period)

"""Figures for Prometheus. Home of prometheus_client."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from counterfoil.console.desk import Desk
from counterfoil.domain.items import ItemState


def metrics_text(desk: Desk) -> tuple[bytes, str]:
    """The exposition and its kind. Nothing in it names a customer or a person."""
    registry = CollectorRegistry()
    _items(registry, desk)
    _waiting(registry, desk)
    _console(registry, desk)
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _items(registry: CollectorRegistry, desk: Desk) -> None:
    gauge = Gauge("counterfoil_items", "Items by state.", ["state"], registry=registry)
    counts = desk.site.ledger.counts()
    for state in ItemState:
        gauge.labels(str(state)).set(counts.get(state, 0))


def _waiting(registry: CollectorRegistry, desk: Desk) -> None:
    now = desk.site.ledger.now()
    frozen = Gauge(
        "counterfoil_system_frozen", "1: nothing is keyed.", ["system"], registry=registry
    )
    alarms = desk.site.ledger.frozen_systems()
    for system in {*desk.suite.config.systems, *alarms}:
        frozen.labels(system).set(system in alarms)
    alive = sum(each.expires_at > now for each in desk.looking.workers())
    _one(registry, "counterfoil_workers_alive", "Workers with a sign of life.", alive)
    exceptions = len(desk.statements.exceptions())
    _one(registry, "counterfoil_statement_exceptions", "Statements that wait.", exceptions)
    paused = sum(bool(each.paused) for each in desk.schedules.schedules())
    _one(registry, "counterfoil_schedules_paused", "Schedules that are paused.", paused)


def _console(registry: CollectorRegistry, desk: Desk) -> None:
    _one(registry, "counterfoil_console_views", "Views since the start.", desk.views)
    _one(registry, "counterfoil_console_denied", "Requests turned away.", desk.denied)
    _one(registry, "counterfoil_console_csp_reports", "Reports of browsers.", desk.csp_reports)


def _one(registry: CollectorRegistry, name: str, told: str, value: int) -> None:
    Gauge(name, told, registry=registry).set(value)

"""The list of commands; each lives in the module of its subject."""

from __future__ import annotations

import typer

from counterfoil.cli.alerts import register as with_alerts
from counterfoil.cli.bank import register as with_bank
from counterfoil.cli.check import register as with_check
from counterfoil.cli.controls import register as with_controls
from counterfoil.cli.demo import register as with_demo
from counterfoil.cli.items import register as with_items
from counterfoil.cli.kpi import register as with_kpi
from counterfoil.cli.logins import register as with_logins
from counterfoil.cli.operating import register as with_operating
from counterfoil.cli.proof import register as with_proof
from counterfoil.cli.reconcile import register as with_reconcile
from counterfoil.cli.reconciliation import register as with_reconciliation
from counterfoil.cli.reconciliation_rules import register as with_rules
from counterfoil.cli.running import register as with_running
from counterfoil.cli.schedules import register as with_schedules
from counterfoil.cli.scheduling import register as with_scheduler
from counterfoil.cli.statements import register as with_statements


def register(app: typer.Typer) -> None:
    """Add every command, in the order in which ``--help`` shows them."""
    for add_commands in (
        *(with_demo, with_running, with_items, with_operating),
        *(with_statements, with_reconcile, with_rules),
        *(with_reconciliation, with_controls, with_scheduler, with_schedules),
        *(with_alerts, with_logins),
        *(with_proof, with_check, with_bank),
        with_kpi,
    ):
        add_commands(app)

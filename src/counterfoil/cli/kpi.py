"""``counterfoil kpi``: how fast, how well and how dearly items went, from the ledger's records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.adapters.dropped import write_whole
from counterfoil.adapters.kpi_files import as_csv, as_json, seconds
from counterfoil.adapters.sheets.kpi_book import write_kpi
from counterfoil.cli.site import open_reader
from counterfoil.cli.terminal import PROVE, say, show_table
from counterfoil.config import Suite, find_suite
from counterfoil.domain.kpi import Cell, KpiColumn, KpiReport, KpiTable, Period
from counterfoil.site.figures import kpis_of
from counterfoil.store.kpi_reading import known_systems

DAYS = 30
DAYS_MAX = 3_660  # ten years: a row each
_BARS = "▁▂▃▄▅▆▇█"
_SPARKS = ("received", "confirmed", "with a mishap")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=PROVE)(kpi)


def kpi(  # noqa: PLR0913 - what can be said on the command line
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day (UTC): 29 before the last."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day (UTC): today."),
    ] = None,
    system: Annotated[str | None, typer.Option(help="Only this system.")] = None,
    to_csv: Annotated[
        Path | None, typer.Option("--csv", help="Write a CSV file: a line a figure.")
    ] = None,
    to_xlsx: Annotated[
        Path | None, typer.Option("--xlsx", help="Write a workbook: tables, days, chart, formulas.")
    ] = None,
    to_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for programs, and no table.")
    ] = False,
) -> None:
    """Show processing time, error and straight-through rate, cost, volumes, backlog, forecast.

    Everything is computed from the ledger, nothing from what a bot says of itself; docs/KPI.md
    defines each figure. Backlog and forecast are of now, all else is of the period. The cost
    needs rates: the table kpi of config.toml.

    \b
        counterfoil kpi
        counterfoil kpi --from 2026-11-01 --to 2026-11-30 --system corebank --xlsx november.xlsx
    """
    suite = find_suite(Path.cwd())
    report = read_report(suite, first and first.date(), last and last.date(), system)
    if to_csv is not None:
        to_csv.parent.mkdir(parents=True, exist_ok=True)
        write_whole(to_csv, as_csv(report))
    if to_xlsx is not None:
        write_kpi(to_xlsx, report)
    if to_json:
        typer.echo(as_json(report))
        return
    show_report(report)
    for path in (to_csv, to_xlsx):
        if path is not None:
            say(f"written: {path}", style="green")


def read_report(
    suite: Suite, first: date | None, last: date | None, system: str | None
) -> KpiReport:
    """Read and compute. Raises typer.BadParameter: no such period, no such system."""
    config = suite.config
    with open_reader(suite) as ledger:
        period = _period(first, last, ledger.now().date())
        known = {*config.systems, *known_systems(ledger)}
        if system is not None and system not in known:
            raise typer.BadParameter(f"no system {system!r}; known: {', '.join(sorted(known))}")
        return kpis_of(suite, ledger, period, system)


def _period(first: date | None, last: date | None, today: date) -> Period:
    last = last or (today if first is None or first <= today else first)
    first = first or last - timedelta(days=DAYS - 1)
    if (last - first).days >= DAYS_MAX:
        raise typer.BadParameter(f"a period has {DAYS_MAX} days at most")
    try:
        return Period(first, last)
    except ValueError as trouble:
        raise typer.BadParameter(str(trouble)) from None


def show_report(report: KpiReport) -> None:
    """Every table, each with its formula; days as lines of bars."""
    of = report.system or "all systems"
    days = (report.period.last - report.period.first).days + 1
    say(f"KPIs of {of}, {report.period.first} to {report.period.last} (UTC, {days} days)",
        style="bold")  # fmt: skip
    for table in report.tables:
        say("")
        if not table.rows:
            say(f"{table.heading}: {table.empty}", style="yellow")
        elif table.name == "days":
            _show_days(table)
        else:
            heads = [_head(each) for each in table.columns]
            rows = [[_shown(cell) for cell in row] for row in table.rows]
            show_table(table.heading, heads, rows)
            say(table.formula, style="dim")


def _head(column: KpiColumn) -> str:
    number = ">" if column.unit or column.name == "quantity" else ""
    unit = f" {column.unit}" if column.tells_unit and column.unit != "s" else ""
    return f"{number}{column.name}{unit}"


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return "-"
        case timedelta():
            return span_text(cell)
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}Z"
        case Decimal() | int():
            return f"{cell:,}"
    return str(cell)


def span_text(span: timedelta) -> str:
    """Two units at most: ``8.4 s``, ``2 min 05 s``, ``3 h 20 min``, ``4 d 6 h``."""
    if span < timedelta(minutes=1):
        return f"{seconds(span):.1f} s"
    minutes, rest = divmod(span // timedelta(seconds=1), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours < 24 else f"{hours // 24} d {hours % 24} h"


def _show_days(table: KpiTable) -> None:
    say(f"{table.heading}: {table.rows[0][0]} to {table.rows[-1][0]}", style="bold")
    for place, column in enumerate(table.columns):
        if column.name in _SPARKS:
            values = [each[place] for each in table.rows]
            counts = [each for each in values if isinstance(each, int)]
            say(f"  {column.name:14} {spark(counts)}  {sum(counts):,} in all, "
                f"{max(counts):,} at most a day")  # fmt: skip


def spark(counts: Sequence[int]) -> str:
    """A bar each, the highest is the full one; a dot: none at all."""
    top = max(counts, default=0)
    return "".join("·" if each == 0 else _BARS[-(-each * len(_BARS) // top) - 1] for each in counts)

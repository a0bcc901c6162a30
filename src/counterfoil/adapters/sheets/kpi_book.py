"""The workbook of the KPIs: a page of tables with their formulas, and the days with a chart."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from counterfoil.adapters.kpi_files import seconds
from counterfoil.adapters.sheets.charts import PageChart
from counterfoil.adapters.sheets.control_book import write_whole
from counterfoil.adapters.sheets.pages import Page, PageTable, Value
from counterfoil.domain.kpi import Cell, KpiColumn, KpiReport, KpiTable

_WIDTHS = (24, 30, 16, 16, 16, 20, 20, 20, 34)
_DAYS = "days"
_CONFIRMED = 4  # the column of "days" that is drawn
#: More bars cannot be told apart.
_BARS_MAX = 40


def write_kpi(target: Path, report: KpiReport) -> None:
    """Write the workbook to *target*; it appears whole or not at all."""
    of = report.system or "all systems"
    told = PageTable(
        rows=(
            ("Period (UTC)", f"{report.period.first} to {report.period.last}"),
            ("Systems", of),
            ("Read at (UTC)", _text(report.read_at)),
            ("An empty cell", "there is no such value; it is not 0"),
        ),
        wrap=False,
    )
    tables = [part for each in report.tables if each.name != _DAYS for part in _page_tables(each)]
    formulas = tuple((each.heading.partition(" now")[0], each.formula) for each in report.tables)
    pages = (
        Page(name="KPIs", title=f"KPIs of {of}", tables=(told, *tables), widths=_WIDTHS),
        Page(
            name="Days",
            title="Day by day (UTC)",
            tables=_page_tables(report.table(_DAYS)),
            widths=(16, 16, 16, 16, 16, 18),
        ),
        Page(
            name="Formulas",
            title="What each figure is",
            tables=(PageTable(heads=("KPI", "Formula"), rows=formulas),),
            widths=(34, 110),
        ),
    )
    write_whole(target, pages, ())


def _page_tables(table: KpiTable) -> tuple[PageTable, ...]:
    if not table.rows:
        return (PageTable(heading=table.heading, rows=((table.empty,),), wrap=False),)
    return (
        PageTable(
            heading=table.heading,
            heads=tuple(_head(each) for each in table.columns),
            rows=tuple(tuple(_value(cell) for cell in row) for row in table.rows),
            decimals=table.decimals,
            chart=_chart(table),
        ),
    )


def _chart(table: KpiTable) -> PageChart | None:
    if table.name != _DAYS or len(table.rows) > _BARS_MAX:
        return None
    return PageChart(
        heading="Confirmed items a day",
        columns=(_CONFIRMED,),
        colours=("1F3864",),
        rows=len(table.rows),
    )


def _head(column: KpiColumn) -> str:
    name = column.name[:1].upper() + column.name[1:]
    return f"{name} ({column.unit})" if column.tells_unit else name


def _value(cell: Cell) -> Value:
    match cell:
        case timedelta():
            return seconds(cell)
        case datetime():
            return _text(cell)
    return cell


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"

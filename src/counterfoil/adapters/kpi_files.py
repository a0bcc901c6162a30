"""KPIs for programs: CSV with a line a figure, and JSON. Amounts and seconds are exact texts."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, timedelta
from decimal import Decimal

from counterfoil.domain.kpi import Cell, KpiReport, KpiTable

HEADS = ("kpi", "about", "measure", "unit", "value", "from", "to")
_MILLISECOND = timedelta(milliseconds=1)


def seconds(span: timedelta) -> Decimal:
    """*span* in seconds, to the millisecond below."""
    return Decimal(span // _MILLISECOND).scaleb(-3)


def plain(cell: Cell) -> str | int | None:
    """As programs read it: decimals as texts, ISO 8601, seconds; None: there is no value."""
    match cell:
        case timedelta():
            return f"{seconds(cell):f}"
        case Decimal():
            return f"{cell:f}"
        case datetime():
            return cell.isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
    return cell


def as_csv(report: KpiReport) -> str:
    """A figure a line under HEADS; a value that there is not is empty, never 0."""
    text = io.StringIO()
    span = (report.period.first.isoformat(), report.period.last.isoformat())
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADS)
    for table in report.tables:
        for about, measure, unit, value in _figures(table):
            rows.writerow((table.name, about, measure, unit, value, *span))
    return text.getvalue()


def _figures(table: KpiTable) -> list[tuple[str, str, str, str | int | None]]:
    found: list[tuple[str, str, str, str | int | None]] = []
    for row in table.rows:
        about = " / ".join(str(plain(each)) for each in row[: table.keys])
        for column, cell in zip(table.columns[table.keys :], row[table.keys :], strict=True):
            found.append((about, column.name, column.unit, plain(cell)))
    return found


def as_json(report: KpiReport) -> str:
    """All tables by name: formula, units by column, rows."""
    tables = {
        table.name: {
            "heading": table.heading,
            "formula": table.formula,
            "units": {each.name: each.unit for each in table.columns if each.unit},
            "rows": [
                {column.name: plain(cell) for column, cell in zip(table.columns, row, strict=True)}
                for row in table.rows
            ],
        }
        for table in report.tables
    }
    head = {
        "from": report.period.first.isoformat(),
        "to": report.period.last.isoformat(),
        "read_at": report.read_at.isoformat(timespec="seconds"),
        "system": report.system,
    }
    return json.dumps({**head, "tables": tables}, indent=2, ensure_ascii=False)

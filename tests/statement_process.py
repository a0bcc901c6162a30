"""A run of the statements workflow that kills itself at one point, for tests.

python -m tests.statement_process SUITE POINT FIRST LAST

POINT names a verb of which the process does not live to see the end: before it or after
it, e.g. ``before:file_arrival``. ``never`` lets it run.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import workflows.statement_exports
from counterfoil.cli.site import Site, emitter, open_site
from counterfoil.cli.statements import reading_desk, statement_tools
from counterfoil.config import find_suite
from counterfoil.store.ledger import new_boot
from counterfoil.store.statement_files import StatementFiles
from counterfoil.store.statement_ledger import StatementLedger
from workflows.statement_exports import export_statements
from workflows.statement_reading import read_arrivals
from workflows.statements import fetch_wanted, order_statements

#: What a run does with one file, in this order.
POINTS: dict[str, tuple[Any, str]] = {
    "keep": (StatementFiles, "keep"),
    "file_arrival": (StatementLedger, "file_arrival"),
    "lay_out": (StatementFiles, "lay_out"),
    "file_reading": (StatementLedger, "file_reading"),
    "note_sequence": (StatementLedger, "note_sequence"),
    "write_statement": (workflows.statement_exports, "write_statement"),
}


def main(root: Path, point: str, first: date, last: date) -> None:
    """Run, and die at *point*."""
    when, _, verb = point.partition(":")
    if verb:
        home, name = POINTS[verb]
        setattr(home, name, _deadly(getattr(home, name), before=when == "before"))
    with open_site("statements", find_suite(root), boot=new_boot()) as site:
        run_all(site, first, last)


def run_all(site: Site, first: date, last: date) -> list[Path]:
    """What ``counterfoil statement fetch corebank`` does; the workbooks written."""
    tools = statement_tools(site)
    today = date.today()  # noqa: DTZ011 - the bank is on this machine
    order_statements(tools, "corebank", today=today, first=first, last=last)
    asyncio.run(fetch_wanted(tools, "corebank", say=lambda _: None))
    read_arrivals(reading_desk(site), system="corebank", say=lambda _: None)
    return export_statements(site.suite, tools.statements, emit=emitter(site))


def _deadly(verb: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
    @wraps(verb)
    def deadly(*arguments: Any, **named: Any) -> Any:
        if not before:
            verb(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return deadly


if __name__ == "__main__":
    days = [date.fromisoformat(each) for each in sys.argv[3:5]]
    main(Path(sys.argv[1]), sys.argv[2], days[0], days[1])

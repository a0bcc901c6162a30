"""What the commands of ``counterfoil reconciliation`` share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.site import Site, open_reader, open_site, open_vault
from counterfoil.config import Suite, find_suite
from counterfoil.domain.reconciliation_decisions import break_id
from counterfoil.errors import Refused
from counterfoil.site import reconciliation_folder
from counterfoil.store.book import Book
from counterfoil.store.reconciliation_files import ReconciliationFiles
from counterfoil.store.reconciliation_ledger import ReconciliationLedger
from counterfoil.store.statement_files import StatementFiles

if TYPE_CHECKING:
    from counterfoil.rules.reconciliation.standing import Standing

Name = Annotated[str, typer.Argument(metavar="NAME", help="As in config.toml.")]
What = Annotated[str, typer.Argument(metavar="LINE", help="bank:ID, ledger:ID, or a break K-...")]


def beside(site: Site) -> ReconciliationLedger:
    """The site's reconciliations."""
    return ledger_of(site.suite, site.ledger)


def ledger_of(suite: Suite, book: Book) -> ReconciliationLedger:
    """The reconciliations in *book*, with their files."""
    files = StatementFiles(reconciliation_folder(suite), open_vault(suite))
    return ReconciliationLedger.beside(book, ReconciliationFiles(files))


@contextmanager
def reading() -> Iterator[tuple[ReconciliationLedger, Suite]]:
    """For reading only; nothing can be changed."""
    suite = find_suite(Path.cwd())
    with open_reader(suite) as book:
        yield ledger_of(suite, book), suite


@contextmanager
def proposing(name: str) -> Iterator[tuple[ReconciliationLedger, Standing]]:
    """For whoever proposes: the ledger, and where *name* stands."""
    from workflows.standing_reconciliation import stand

    with open_site("decide") as site:
        site.suite.reconciliation_of(name)
        ledger = beside(site)
        yield ledger, stand(ledger, name)


def line_of(ledger: ReconciliationLedger, name: str, what: str) -> tuple[str, str]:
    """Side and id of ``bank:ID``, ``ledger:ID`` or a break."""
    side, _, line_id = what.partition(":")
    if side in ("bank", "ledger") and line_id:
        return side, line_id
    for each in ledger.breaks(name, open_only=False):
        if each.break_id == what:
            return each.side, each.line_id
    raise Refused("unknown_line", f"{what} is no break of {name}, nor bank:ID nor ledger:ID")


def break_of(ledger: ReconciliationLedger, name: str, what: str) -> str:
    """The break of a line."""
    return break_id(name, *line_of(ledger, name, what))

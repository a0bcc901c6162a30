"""One peer, in its own environment: reads paths, prints what it finds. No code of ours.

    PYTHON statement_peer_workers.py PEER < ORDERS > ANSWERS

An order is one JSON line {"path", "password"}; so is an answer: {"tables"} (rows of cells)
or {"transactions"} ([date, amount] each, "checked" for those that passed the peer's own
check), or {"error"}; always with "cpu" seconds, those of its children too.
"""

from __future__ import annotations

import json
import logging
import resource
import signal
import sys
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

SECONDS_MAX = 240  # for one document, wall
TEXT = {"vertical_strategy": "text", "horizontal_strategy": "text"}


def main() -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    answers, sys.stdout = sys.stdout, sys.stderr  # some peers talk
    signal.signal(signal.SIGALRM, lambda *_: _too_long())
    for line in sys.stdin:
        order = json.loads(line)
        before = cpu()
        signal.alarm(SECONDS_MAX)
        try:
            answer = PEERS[sys.argv[1]](order["path"], order["password"])
        except Exception as trouble:  # noqa: BLE001 - whatever a peer does is its answer
            answer = {"error": f"{type(trouble).__name__}: {trouble}"[:200]}
        signal.alarm(0)
        answers.write(json.dumps(answer | {"cpu": cpu() - before}) + "\n")
        answers.flush()


def _too_long() -> None:
    raise TimeoutError(f"more than {SECONDS_MAX} s")


def cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def pdfplumber_lines(path: str, password: str | None) -> dict[str, Any]:
    """``extract_tables()`` as it comes: ruled tables."""
    return {"tables": _plumbed(path, password, text_too=False)}


def pdfplumber_text(path: str, password: str | None) -> dict[str, Any]:
    """The same and, on pages without a ruled table, by the text's own alignment."""
    return {"tables": _plumbed(path, password, text_too=True)}


def _plumbed(path: str, password: str | None, *, text_too: bool) -> list[Any]:
    import pdfplumber

    tables: list[Any] = []
    with pdfplumber.open(path, password=password or "") as document:
        for page in document.pages:
            found = page.extract_tables()
            if text_too and not any(len(table[0]) > 2 for table in found):
                found = page.extract_tables(TEXT)
            tables += found
            page.close()
    return tables


def camelot(flavor: str) -> Any:
    """One flavor over all pages."""

    def read(path: str, password: str | None) -> dict[str, Any]:
        found = import_module("camelot").read_pdf(
            path, pages="all", flavor=flavor, password=password
        )
        return {"tables": [table.df.to_numpy().tolist() for table in found]}

    return read


def tabula(**how: bool) -> Any:
    """Over all pages, every table, cells as text."""

    def read(path: str, password: str | None) -> dict[str, Any]:
        found = import_module("tabula").read_pdf(
            path, pages="all", password=password, multiple_tables=True,
            pandas_options={"header": None, "dtype": str}, **how,
        )  # fmt: skip
        return {"tables": [table.fillna("").to_numpy().tolist() for table in found]}

    return read


def monopoly(path: str, password: str | None) -> dict[str, Any]:
    """Its detector, else its generic bank; with and without its own safety check."""
    banks, pdf = import_module("monopoly.banks"), import_module("monopoly.pdf")
    generic, pipelines = import_module("monopoly.generic"), import_module("monopoly.pipeline")
    passwords = [import_module("pydantic").SecretStr(password)] if password else None
    document = pdf.PdfDocument(Path(path), passwords=passwords)
    document.unlock_document()
    bank = banks.BankDetector(document).detect_bank(banks.banks) or generic.GenericBank
    pipeline = pipelines.Pipeline(pdf.PdfParser(bank, document))
    statement = pipeline.extract(safety_check=False)
    try:
        checked = statement.perform_safety_check() is not False
    except Exception:  # noqa: BLE001 - its way to say no
        checked = False
    rows = [[str(each.date), f"{each.amount:.2f}"] for each in pipeline.transform(statement)]
    return {"transactions": rows, "checked": checked}


PEERS: dict[str, Any] = {
    "pdfplumber lines": pdfplumber_lines,
    "pdfplumber lines, else text": pdfplumber_text,
    "camelot lattice": camelot("lattice"),
    "camelot stream": camelot("stream"),
    "tabula stream": tabula(stream=True, guess=True),
    "tabula lattice": tabula(lattice=True),
    "monopoly": monopoly,
}

if __name__ == "__main__":
    main()

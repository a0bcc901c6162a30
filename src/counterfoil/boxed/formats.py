"""Reads a statement of any kind but PDF: CAMT.053, MT940, OFX, BAI2, CSV by map."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from counterfoil.adapters import statement_wire
from counterfoil.adapters.file_kinds import HEAD_BYTES, spoiled
from counterfoil.adapters.statement_formats import reading
from counterfoil.adapters.statement_formats.csv_maps import load_csv_map
from counterfoil.adapters.statement_formats.options import ReadOptions
from counterfoil.domain.statements import StatementReading
from counterfoil.errors import Quarantined
from counterfoil.rules.statement_proof import prove_all


def parse(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The parser box's entry. Raises Quarantined."""
    content = path.read_bytes()
    _refuse_pages(content)
    found = sorted(Path(options["maps"]).glob("*.csv.toml")) if options["maps"] else []
    told = ReadOptions(csv_maps=tuple(load_csv_map(each) for each in found))
    source, drafts = reading.read(content, told)
    known = [statement_wire.load_statement(each) for each in options["known"]]
    return statement_wire.dump(StatementReading(source=source, verdicts=prove_all(drafts, known)))


def _refuse_pages(content: bytes) -> None:
    """Raises Quarantined: it is empty, or a web page that came instead of a statement."""
    code, sentence = spoiled("csv", content[:HEAD_BYTES], b"", len(content), None)
    if code in {"empty", "page_instead"}:
        raise Quarantined(code, sentence, remedy="sign on again and fetch the statement again")

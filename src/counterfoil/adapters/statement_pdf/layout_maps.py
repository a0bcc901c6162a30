"""Layout maps of printed statements: selectors/statements/<bank>.pdf.toml, read strictly."""

from __future__ import annotations

from pathlib import Path

from counterfoil.domain.statement_layouts import Layout
from counterfoil.errors import MapError
from counterfoil.toml_records import load_record

SUFFIX = ".pdf.toml"
RECOGNISED_FROM = 4  # letters: a shorter word stands on every page


def load_layout(path: Path) -> Layout:
    """Read one map.

    Raises:
        MapError: It is not exactly right; the message names file, key and nearest known key.
    """
    layout = load_record(Layout, path)
    if not any(len(each.strip()) >= RECOGNISED_FROM for each in layout.recognise):
        raise MapError(
            f"{path}: recognise: the bank's own words are wanted, one of {RECOGNISED_FROM}"
            " letters at least: they decide which statements this map is for"
        )
    return layout.called(path.name.removesuffix(SUFFIX))


def layouts_in(folder: Path) -> tuple[Layout, ...]:
    """Every map of *folder*, by name. Raises MapError."""
    return tuple(load_layout(path) for path in sorted(folder.glob(f"*{SUFFIX}")))

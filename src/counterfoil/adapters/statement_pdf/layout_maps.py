"""Layout maps of printed statements: selectors/statements/<bank>.pdf.toml, read strictly."""

from __future__ import annotations

from pathlib import Path

from counterfoil.domain.statement_layouts import Layout
from counterfoil.toml_records import load_record

SUFFIX = ".pdf.toml"


def load_layout(path: Path) -> Layout:
    """Read one map.

    Raises:
        MapError: It is not exactly right; the message names file, key and nearest known key.
    """
    layout = load_record(Layout, path)
    return layout.called(path.name.removesuffix(SUFFIX))


def layouts_in(folder: Path) -> tuple[Layout, ...]:
    """Every map of *folder*, by name. Raises MapError."""
    return tuple(load_layout(path) for path in sorted(folder.glob(f"*{SUFFIX}")))

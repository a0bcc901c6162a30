"""What was on a screen: every control with its witnesses. Data only; no browser here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from counterfoil.errors import MapError
from counterfoil.toml_records import build_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One visible control. Its id is left out on purpose: it changes every session."""

    index: int  # among the controls of its page, in document order; no witness
    kind: str  # text, password, select, textarea, checkbox, radio, button, link ...
    name: str
    label: str  # caption, or the face of a button or link
    path: tuple[str, ...] = ()  # what encloses it, inner first
    options: tuple[str, ...] = ()
    max_chars: int = 0  # 0: no limit
    fixed: bool = False  # read-only or disabled
    value: str = ""  # as displayed; a password is "***"

    @property
    def is_box(self) -> bool:
        """Something that holds a value, not something to press."""
        return self.kind not in ("button", "link")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One frame as one evaluate saw it."""

    mark: str  # of the document: another page, another mark
    complete: bool  # loaded to the end
    title: str
    path: str  # of the address, with the query
    controls: tuple[Control, ...]
    text: str = ""  # what a person can read; "" unless asked for
    tables: tuple[tuple[tuple[str, ...], ...], ...] = ()  # innermost tables, unless not asked for
    held: tuple[tuple[tuple[tuple[int, ...], ...], ...], ...] = ()  # the same cells: their controls

    @classmethod
    def of(cls, seen: Mapping[str, Any]) -> Sight:
        """What look.js returned, as records."""
        controls = tuple(
            Control(**{**each, "path": tuple(each["path"]), "options": tuple(each["options"])})
            for each in seen["controls"]
        )
        tables = tuple(tuple(tuple(row) for row in table) for table in seen["tables"])
        held = tuple(
            tuple(tuple(tuple(cell) for cell in row) for row in table) for table in seen["held"]
        )
        return cls(**{**seen, "controls": controls, "tables": tables, "held": held})

    def fingerprint(self) -> str:
        """SHA-256 over all that tells one form from another, and over no value."""
        shape = [
            (c.kind, c.name, c.label, c.path, c.options, c.max_chars, c.fixed)
            for c in self.controls
            if c.is_box
        ]
        faces = [(c.kind, c.name, c.label) for c in self.controls if c.kind == "button"]
        return sha256(json.dumps([self.title, shape, faces]).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All controls a screen had when it was mapped: ``<screen>.inventory.json``."""

    title: str
    recorded: str  # the day, ISO 8601
    fingerprint: str
    controls: tuple[Control, ...]

    @classmethod
    def of(cls, sight: Sight, day: str) -> Inventory:
        """What *sight* saw, without the values."""
        kept = [{**asdict(each), "value": ""} for each in sight.controls if each.kind != "link"]
        return cls(
            title=sight.title,
            recorded=day,
            fingerprint=sight.fingerprint(),
            controls=tuple(Control(**each) for each in kept),
        )

    def is_as(self, other: Inventory | None) -> bool:
        """The same screen, whatever the day, and the links that stood between its controls."""
        return other is not None and _placeless(self) == _placeless(other)

    def json(self) -> str:
        """For the file: indented, to be read in a diff."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


def _placeless(inventory: Inventory) -> tuple[str, list[Control]]:
    return inventory.title, [replace(each, index=0) for each in inventory.controls]


def load_inventory(path: Path) -> Inventory | None:
    """Read an inventory, or None when the screen has none. Raises MapError."""
    if not path.exists():
        return None
    try:
        table = json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as trouble:
        raise MapError(f"{path}: {trouble}") from trouble
    return build_record(Inventory, table, str(path))

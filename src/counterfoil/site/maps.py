"""The maps of a suite's systems: whether they fit, and when each was last held to its screen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from counterfoil.adapters.maps import load_system
from counterfoil.config import Suite
from counterfoil.errors import MapError


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSeen:
    """One screen's map."""

    screen: str
    title: str
    checked: str  # the day on which the live screen was written down beside it; "": never
    fingerprint: str  # of what was on it; "": never


@dataclass(frozen=True, slots=True, kw_only=True)
class MapsSeen:
    """All maps of one system."""

    system: str
    trouble: str  # why they cannot be used; "": they can
    screens: tuple[MapSeen, ...]


def maps_of(suite: Suite) -> tuple[MapsSeen, ...]:
    """The maps of every system in config.toml."""
    return tuple(_maps(suite, name) for name in sorted(suite.config.systems))


def _maps(suite: Suite, name: str) -> MapsSeen:
    try:
        system = load_system(suite.selectors, name)
    except MapError as trouble:
        return MapsSeen(system=name, trouble=str(trouble), screens=())
    screens = tuple(
        _seen(screen, each.title, system.folder / f"{screen}.inventory.json")
        for screen, each in sorted(system.screens.items())
    )
    return MapsSeen(system=name, trouble="", screens=screens)


def _seen(screen: str, title: str, inventory: Path) -> MapSeen:
    said = json.loads(inventory.read_bytes()) if inventory.is_file() else {}
    return MapSeen(
        screen=screen,
        title=title,
        checked=str(said.get("recorded", "")),
        fingerprint=str(said.get("fingerprint", "")),
    )

"""Load the simulator over patched source, in memory and beside the real modules."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import tests.simulator.exhaustive  # noqa: F401 - the real ones must be loaded before they are replaced

ROOT = Path(__file__).parent.parent.parent

#: In the order in which they import each other.
_MODULES = {
    "counterfoil.engine.keying": "src/counterfoil/engine/keying.py",
    **{
        f"tests.simulator.{name}": f"tests/simulator/{name}.py"
        for name in ("steps", "plans", "bank", "ledger", "world", "oracle", "runs", "exhaustive")
    },
}


def patched(source: str, old: str, new: str, where: str) -> str:
    """*source* with *old* replaced.

    Raises:
        ValueError: *old* is not there exactly once: the mutant has to be written anew.
    """
    if source.count(old) != 1:
        raise ValueError(f"{where}: {source.count(old)} places match {old!r}, expected 1")
    return source.replace(old, new)


def load_room(file: str, old: str, new: str) -> dict[str, ModuleType]:
    """The simulator's modules by their last names, freshly made, with *file* patched."""
    if file not in _MODULES.values():
        raise ValueError(f"{file} is no part of the simulator: use the full way")
    sources = {name: (ROOT / path).read_text("utf-8") for name, path in _MODULES.items()}
    for name, path in _MODULES.items():
        if path == file:
            sources[name] = patched(sources[name], old, new, file)
    with _instead_of(_MODULES):
        return _execute(sources)


def _execute(sources: Mapping[str, str]) -> dict[str, ModuleType]:
    room = {}
    for name, source in sources.items():
        module = ModuleType(name)
        module.__file__ = str(ROOT / _MODULES[name])
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        setattr(sys.modules[parent], child, module)
        exec(compile(source, module.__file__, "exec"), module.__dict__)
        room[child] = module
    return room


@contextmanager
def _instead_of(names: Mapping[str, str]) -> Iterator[None]:
    """Whatever is imported inside is forgotten afterwards, and the real ones are back."""
    kept = {name: sys.modules[name] for name in names}
    try:
        yield
    finally:
        for name, module in kept.items():
            parent, _, child = name.rpartition(".")
            sys.modules[name] = module
            setattr(sys.modules[parent], child, module)

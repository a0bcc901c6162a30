"""Each defence matters: with any one of them taken away, a test turns red."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.patches import IN_TREE, SIMULATED, InTree, Simulated
from tests.mutants.rooms import load_room, patched
from tests.mutants.runner import turns_red


@pytest.mark.parametrize("mutant", SIMULATED, ids=lambda each: each.name)
def test_the_simulator_notices_what_is_missing(mutant: Simulated) -> None:
    room = load_room(mutant.file, mutant.old, mutant.new)
    runs = room["runs"]
    if mutant.by == "zombies":
        bad = room["exhaustive"].zombies().bad
    else:
        weather = getattr(runs, mutant.weather)
        bad = runs.run_seeds(range(mutant.seeds), weather, bad_max=1).bad

    assert bad, f"{mutant.name}: survived {mutant.seeds} seeds"


@pytest.mark.battery
@pytest.mark.parametrize("mutant", IN_TREE, ids=lambda each: each.name)
def test_a_test_notices_what_is_missing(mutant: InTree, tmp_path: Path) -> None:
    red, said = turns_red(mutant, tmp_path)

    assert red, f"{mutant.name}: {', '.join(mutant.red)} did not turn red\n{said}"


def test_a_patch_that_matches_nothing_is_no_mutant() -> None:
    with pytest.raises(ValueError, match="0 places match"):
        patched("one\n", "two", "three", "a file")

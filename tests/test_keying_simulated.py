"""Whatever fails, and whenever: no row is keyed twice, none is lost. By seeds.

``REPLAY=<seed> pytest -s tests/test_keying_simulated.py -k replay`` tells one seed's story.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tests.simulator.oracle import Tally
from tests.simulator.plans import Weather
from tests.simulator.runs import (
    LYING,
    ROUGH,
    UNGUARDED,
    Result,
    regressions,
    replay,
    run_seed,
    run_seeds,
)

TO_A_PERSON_MAX = 0.01  # of all rows, at 3 % of every fault
_CHUNK = 5_000


def test_ten_thousand_rough_days_double_nothing_and_lose_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = _summed_up(range(10_000), ROUGH, capsys)

    assert result.bad == {}
    assert (result.tally.doubled, result.tally.lost) == (0, 0)
    assert result.tally.parked <= TO_A_PERSON_MAX * result.tally.items


def test_what_the_bank_doubles_or_denies_by_itself_is_noticed() -> None:
    result = run_seeds(range(1_500), LYING)

    assert result.bad == {}
    assert result.tally.doubled > 0
    assert result.tally.unnoticed == 0


def test_without_the_post_guard_every_doubled_row_raises_the_alarm() -> None:
    result = run_seeds(range(500), UNGUARDED)

    assert result.bad == {}
    assert result.tally.doubled > 0
    assert result.tally.unnoticed == 0


def test_a_seed_tells_the_same_story_twice() -> None:
    assert [replay(seed) for seed in range(100)] == [replay(seed) for seed in range(100)]


@pytest.mark.parametrize("seed", regressions())
def test_what_once_went_wrong_stays_right(seed: int) -> None:
    assert run_seed(seed).wrong == []


@pytest.mark.skipif("REPLAY" not in os.environ, reason="REPLAY=<seed> names the seed")
def test_replay(capsys: pytest.CaptureFixture[str]) -> None:
    story = replay(int(os.environ["REPLAY"]))
    with capsys.disabled():
        os.write(1, f"\n{story}\n".encode())
    assert story.endswith("all is well")


@pytest.mark.battery
def test_a_million_rough_days_double_nothing_and_lose_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    started, total, bad = time.monotonic(), Tally(), {}
    chunks = range(0, 1_000_000, _CHUNK)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for result in pool.map(_chunk, chunks):
            total.add(result.tally)
            bad.update(result.bad)
    _say(total.line(time.monotonic() - started), capsys)

    assert bad == {}
    assert (total.doubled, total.lost) == (0, 0)
    assert total.parked <= TO_A_PERSON_MAX * total.items


def _chunk(first: int) -> Result:
    return run_seeds(range(first, first + _CHUNK))


def _summed_up(seeds: range, weather: Weather, capsys: pytest.CaptureFixture[str]) -> Result:
    started = time.monotonic()
    result = run_seeds(seeds, weather)
    _say(result.tally.line(time.monotonic() - started), capsys)
    return result


def _say(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        os.write(1, f"\nsimulator: {line}\n".encode())

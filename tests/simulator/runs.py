"""Runs of seeds: one, many, or with a trace for reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from counterfoil.engine import keying
from tests.simulator.oracle import Judgement, Tally, judge
from tests.simulator.plans import Chance, Weather
from tests.simulator.world import KeyOnce, World, room_of

REGRESSIONS = Path(__file__).parent / "regressions.txt"
#: What the house has to stand: 3 % of every fault, crashes and freezes at every step.
ROUGH = Weather()
#: A bank, or a proxy before it, that books twice, or lies about what it booked.
LYING = Weather(fault=0.01, lies=True)
#: The browser's own resend, with the POST guard taken away.
UNGUARDED = Weather(post_guard=False)


@dataclass(slots=True)
class Result:
    """Many seeds together."""

    tally: Tally = field(default_factory=Tally)
    bad: dict[int, list[str]] = field(default_factory=dict)


def run_seed(
    seed: int,
    weather: Weather = ROUGH,
    *,
    key_once: KeyOnce = keying.key_once,
    trace: list[str] | None = None,
) -> Judgement:
    """One day, judged; with *trace*, every step is appended to it."""
    plan = Chance(seed, weather)
    world = World(plan, room_of(plan), key_once=key_once)
    world.trace = trace
    world.run()
    return judge(world)


def run_seeds(
    seeds: Iterable[int],
    weather: Weather = ROUGH,
    *,
    key_once: KeyOnce = keying.key_once,
    bad_max: int = 20,
) -> Result:
    """Many days; stops after *bad_max* bad ones."""
    result = Result()
    for seed in seeds:
        judgement = run_seed(seed, weather, key_once=key_once)
        result.tally.add(judgement.tally)
        if judgement.wrong:
            result.bad[seed] = judgement.wrong
            if len(result.bad) >= bad_max:
                break
    return result


def replay(seed: int, weather: Weather = ROUGH) -> str:
    """The readable story of one seed."""
    trace: list[str] = []
    judgement = run_seed(seed, weather, trace=trace)
    return "\n".join([f"seed {seed}", *trace, *(judgement.wrong or ["all is well"])])


def regressions() -> list[int]:
    """Seeds that once went wrong; they are run for ever."""
    lines = REGRESSIONS.read_text("utf-8").splitlines()
    return [int(line.split()[0]) for line in lines if line.strip() and line[0] != "#"]

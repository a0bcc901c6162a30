"""Every mishap at every step, one after the other; nothing is left to chance."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulator.bank import STALE_SECONDS
from tests.simulator.oracle import judge
from tests.simulator.plans import BANK_FAULTS, JOURNAL_CALLS, JOURNAL_FAULTS, Script
from tests.simulator.runs import Result
from tests.simulator.steps import Crash, Pause
from tests.simulator.world import Room, World

_STEPS_MAX = 100  # no visit of one item has so many


def crashes() -> Result:
    """One item: every fault x every crash point x what is lost x gap x lag x bank."""
    result = Result()
    for faults in _faults():
        for staleness in (0.0, STALE_SECONDS):
            for strict in (True, False):
                room = Room(staleness=staleness, strict=strict)
                for crash in _crashes():
                    _at_every_step(faults, crash, room, result)
    return result


def zombies() -> Result:
    """Two workers on one login: one freezes at every pair of steps around the click."""
    result = Result()
    room = Room(items=2, workers=2, logins=1, strict=False, claim_seconds=600.0)
    for first in range(2, 9):
        for second in range(first + 1, 10):
            for long in (0.0, 9.0, 50.0, 53.0, 56.0, 58.5, 64.0, 72.0, 84.0, 200.0):
                for short in (0.0, 4.0, 9.0):
                    for seed in range(6):
                        at: dict[int, Crash | Pause] = {first: Pause(long), second: Pause(short)}
                        _run(Script(at=at, seed=seed, longest=False), room, result)
    return result


def _faults() -> Iterator[dict[str, str]]:
    yield {}
    for call, kinds in BANK_FAULTS.items():
        for kind in kinds:
            yield {call: kind}
    for call in JOURNAL_CALLS:
        for kind in JOURNAL_FAULTS:
            yield {call: kind}


def _crashes() -> Iterator[Crash]:
    for loses in ("nothing", "rows", "all"):
        for gap in (0.0, 60.0, 600.0):
            yield Crash(gap, loses, buried_at_once=gap == 0.0)


def _at_every_step(faults: dict[str, str], crash: Crash, room: Room, result: Result) -> None:
    for step in range(1, _STEPS_MAX):
        script = Script(faults=faults, at={step: crash})
        _run(script, room, result)
        if script.steps < step:
            return  # the day ended before this step: all of them have been tried


def _run(script: Script, room: Room, result: Result) -> None:
    world = World(script, room)
    world.run()
    judgement = judge(world)
    if judgement.wrong:
        result.bad[result.tally.seeds] = judgement.wrong
    result.tally.add(judgement.tally)

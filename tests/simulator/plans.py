"""What goes wrong, and when: by chance from one seed, or exactly as scripted."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.simulator.steps import Crash, Pause

#: Every kind of fault, by the call that it can hit. bank.py and ledger.py play them.
BANK_FAULTS: dict[str, tuple[str, ...]] = {
    "look_up": ("unavailable", "expired", "kicked", "page_twice", "other_customer", "slow"),
    "prepare": ("unavailable", "expired", "kicked", "cached_page", "refused", "slow"),
    "identify": ("expired", "kicked", "page_twice"),
    "commit": (
        "answer_lost",
        "error_before",
        "error_after",
        "late",
        "slow",
        "expired",
        "kicked",
        "page_twice",
        "page_twice_booked",
        "refused",
        "no_connection",
    ),
}
#: What the bank must never do, and sometimes does: it has to be noticed.
LIES = ("booked_twice", "booked_again_later", "refused_yet_booked", "other_receipt", "other_number")
JOURNAL_CALLS = (
    "claim",
    "intend",
    "make_durable",
    "not_keyed",
    "in_doubt",
    "posted",
    "refused",
    "absent",
    "confirmed",
    "confirm_later",
    "park",
    "freeze",
)
#: The log or the database fails: before the step is kept, or after it, without an answer.
JOURNAL_FAULTS = ("log_lost", "answer_cut")

What = str | Crash | Pause | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How often, for each kind of mishap at each call."""

    fault: float = 0.03
    crash: float = 0.01
    pause: float = 0.004
    journal: float = 0.001
    hand_keyed: float = 0.001  # a person keyed the row before us, under our reference
    poison: float = 0.001  # the bank chokes on this row, every time
    stray: float = 0.05  # visits that come too early
    clock: float = 0.05  # the ledger's clock steps once in such a share of the days
    lies: bool = False
    post_guard: bool = True  # False: the browser sends a form again by itself


CALM = Weather(fault=0, crash=0, pause=0, journal=0, hand_keyed=0, poison=0, clock=0, stray=0)


class Chance:
    """Everything from one seeded generator."""

    _edge = 0.8  # bounds are reached, not only approached

    def __init__(self, seed: int, weather: Weather) -> None:
        self.weather = weather
        self.random = Random(seed).random
        lies = {"commit": BANK_FAULTS["commit"] + LIES} if weather.lies else {}
        self._kinds = BANK_FAULTS | lies
        self._mishap = weather.crash + weather.pause

    def pick(self, least: float, most: float) -> float:
        """A number between the two."""
        draw = self.random()
        return most if draw > self._edge else least + (most - least) * draw

    def decide(self, call: str, worker: str) -> What:
        """What happens at this suspension point."""
        draw = self.random()
        if draw < self._mishap:
            return self._crash() if draw < self.weather.crash else Pause(self._nap())
        kinds = self._kinds.get(call, JOURNAL_FAULTS)
        rate = self.weather.journal if kinds is JOURNAL_FAULTS else self.weather.fault
        which = (draw - self._mishap) / rate if rate else len(kinds)
        return kinds[int(which)] if which < len(kinds) else None

    def _crash(self) -> Crash:
        draw = self.random()
        loses = "nothing" if draw < 0.3 else "rows" if draw < 0.5 else "all"
        gap = self.pick(0, 3) if self.random() < 0.5 else self.pick(0, 600)
        return Crash(gap, loses, buried_at_once=self.random() < 0.5)

    def _nap(self) -> float:
        """Around the claim limit, around the end of a lease, or far beyond both."""
        least, most = ((0, 20), (45, 90), (0, 600))[int(3 * self.random())]
        return self.pick(least, most)


class Script(Chance):
    """Nothing happens but what is written here; the seed only orders the workers."""

    def __init__(
        self,
        *,
        faults: dict[str, str] | None = None,
        at: dict[int, Crash | Pause] | None = None,
        seed: int = 0,
        longest: bool = True,
    ) -> None:
        """*faults*: by call, hits its first time; *at*: by the number of w1's step."""
        super().__init__(seed, CALM)
        self._edge = -1.0 if longest else 2.0
        self._faults = dict(faults or {})
        self._at = dict(at or {})
        self.steps = 0

    def decide(self, call: str, worker: str) -> What:
        """As written."""
        if worker != "w1":
            return None
        self.steps += 1
        if mishap := self._at.pop(self.steps, None):
            return mishap
        return self._faults.pop(call, None)

"""Two balances that tie: kept as they are while walking, written out only for what is shown."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from counterfoil.domain.statements import Equation, Place
from counterfoil.rules.statements.events import Event

Waiting = tuple[Event, Decimal, bool]  # its amount, and whether the balances gave the sign


class Tie(NamedTuple):
    """A balance, what came between, and the balance that must follow from it."""

    before: Decimal
    waiting: tuple[Waiting, ...]
    event: Event | None  # that prints the balance; None: it is printed outside
    balance: Decimal

    def equation(self) -> Equation:
        """For the proof, or for the reason why there is none."""
        waited = sum((amount for _, amount, _ in self.waiting), Decimal(0))
        sign = "-" if waited < 0 else "+"
        return Equation(
            kind="running" if self.event is not None else "closing",
            says=f"{self.before:,} {sign} {abs(waited):,} = {self.balance:,}",
            left=self.before + waited,
            right=self.balance,
            places=tuple(self._places()),
        )

    def _places(self) -> Iterable[Place]:
        for event, _, _ in self.waiting:
            yield event.line.place()
        if self.event is not None:
            yield self.event.line.place()

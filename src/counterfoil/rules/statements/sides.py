"""Balances whose words say on which side they are: *solde créditeur*, *saldo deudor*.

Where money out and money in change places, a statement without running balances still
adds up, every sign turned. Only such words can contradict it.
"""

from __future__ import annotations

from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.vocabulary import side_of


def side_contradicts(chain: Chain, sign: int) -> str:
    """Why an end is not on the side that its own words say; or "".

    Args:
        sign: What the chain's balances are multiplied by to be the owner's.
    """
    for event, value in ((chain.opening_at, chain.opening), (chain.closing_at, chain.closing)):
        words = "" if event is None else event.line.label()
        if value * sign * side_of(words) < 0:
            return f"{words[:60]!r} is read as {value * sign:,}: money in and out changed places"
    return ""

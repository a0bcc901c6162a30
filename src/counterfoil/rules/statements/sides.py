"""Balances whose words say on which side they are: *solde créditeur*, *saldo deudor*.

Where money out and money in change places, a statement without running balances still
adds up, every sign turned. Only such words can contradict it.
"""

from __future__ import annotations

import re
from decimal import Decimal

from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.folding import folded

_HAD = re.compile(r"(?<!\w)(?:crediteur|acreedor|credor|creditore|creditor|haben|guthaben|in credit)(?!\w)")
_OWED = re.compile(r"(?<!\w)(?:debiteur|deudor|devedor|debitore|debitor|soll|overdrawn|in debit)(?!\w)")


def side_contradicts(chain: Chain, sign: int) -> str:
    """Why an end is not on the side that its own words say; or "".

    Args:
        sign: What the chain's balances are multiplied by to be the owner's.
    """
    for event, value in ((chain.opening_at, chain.opening), (chain.closing_at, chain.closing)):
        words = "" if event is None else folded(event.line.label())
        if _is_against(words, value * sign):
            return f"{words[:60]!r} is read as {value * sign:,}: money in and out changed places"
    return ""


def _is_against(words: str, value: Decimal) -> bool:
    had, owed = _HAD.search(words) is not None, _OWED.search(words) is not None
    return had != owed and (value < 0 if had else value > 0)

"""Words over dates: which of two columns holds the days of booking."""

from __future__ import annotations

import re

from counterfoil.rules.statements.folding import folded

_POSTING = re.compile(
    r"帳務日|入帳日|記帳日|记账日|過賬日|过账日|기장일|(?<!\w)(?:post\w*|book\w*|buch\w*|"
    r"bu\.?-?tag|bokf\w*|bogf\w*|contab\w*|comptab\w*|konyvel\w*|uctov\w*|ksiegow\w*|process\w*|entered|recorded)"
)


_OF_THE_DEAL = re.compile(r"(?<!\w)(?:trans?|transaction|purchase)(?!\w)")


def booking_rank(text: str) -> int:
    """How surely a heading over dates says that they are the days of booking: 0 surely.

    The day of a purchase (2) is not the day that the bank entered it.
    """
    bare = folded(text)
    if _POSTING.search(bare):
        return 0
    return 2 if _OF_THE_DEAL.search(bare) else 1

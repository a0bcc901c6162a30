"""The words of a scheduled command, with its days filled in. Pure."""

from __future__ import annotations

import re
import shlex
from datetime import date

from counterfoil.domain.schedules import Calendar
from counterfoil.rules.business_days import next_open

_PLACE = re.compile(r"\{([^{}]*)\}")
PLACES = ("day", "previous_business_day")


def words_of(run: str, day: date, calendar: Calendar | None) -> list[str]:
    """*run* as a list of words; ``{day}`` and ``{previous_business_day}`` become ISO dates.

    Raises:
        ValueError: A quotation mark is open, or a place is unknown or has no calendar.
    """

    def filled(found: re.Match[str]) -> str:
        if found[1] == "day":
            return str(day)
        if found[1] != "previous_business_day":
            raise ValueError(f"run: unknown place {found[0]}; there is {{day}} and {{{PLACES[1]}}}")
        if calendar is None:
            raise ValueError(f"run: {found[0]} needs a calendar")
        return str(next_open(day, calendar, -1))

    return [_PLACE.sub(filled, word) for word in shlex.split(run)]

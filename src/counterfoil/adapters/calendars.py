"""Which days are closed: national holidays, markets, TARGET2, and the site's own. Home of holidays.

Several are combined: a day is closed when any of them closes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import holidays

from counterfoil.errors import SetupError
from counterfoil.toml_records import did_you_mean

WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: What people call it -> what the library calls it.
_ALSO = {"TARGET": "ECB", "TARGET2": "ECB", "T2": "ECB"}


class HolidayCalendar:
    """A calendar of several (``domain.schedules.Calendar``).

    Args:
        countries: ISO 3166 codes, with a subdivision where it matters: "CZ", "DE-BY".
        markets: As the library names them: "TARGET2", "XNYS", "XLON".
        weekend: Monday is 0.
        own: The site's own closed days, each with its reason.

    Raises:
        SetupError: A country, subdivision or market that the library does not know.
    """

    def __init__(
        self,
        *,
        countries: Sequence[str] = (),
        markets: Sequence[str] = (),
        weekend: Iterable[int] = (5, 6),
        own: Mapping[date, str] | None = None,
    ) -> None:
        self._weekend = frozenset(weekend)
        self._own = dict(own or {})
        self._sources = {each: _country(each) for each in countries}
        self._sources |= {each: _market(each) for each in markets}

    def why_closed(self, day: date) -> str:
        """Why *day* is no business day; "": it is one."""
        if day in self._own:
            return self._own[day]
        if day.weekday() in self._weekend:
            return f"a {WEEKDAY_NAMES[day.weekday()]}"
        for source, known in self._sources.items():
            if name := known.get(day):
                return f"{name} ({source})"
        return ""


def _country(code: str) -> holidays.HolidayBase:
    country, _, part = code.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise SetupError(f"{code!r} is no country that has holidays{did_you_mean(country, known)}")
    if part and part not in known[country]:
        hint = did_you_mean(part, known[country])
        raise SetupError(f"{code!r}: {country} has no part {part!r} with holidays of its own{hint}")
    return holidays.country_holidays(country, subdiv=part or None)


def _market(code: str) -> holidays.HolidayBase:
    name = _ALSO.get(code, code)
    known = holidays.list_supported_financial()
    if name not in known:
        hint = did_you_mean(code, [*known, *_ALSO])
        raise SetupError(f"{code!r} is no market that has holidays{hint}")
    return holidays.financial_holidays(name)

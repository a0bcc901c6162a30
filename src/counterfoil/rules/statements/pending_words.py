"""Titles over what is expected and not booked: it is no part of a statement."""

from __future__ import annotations

import re

from counterfoil.rules.statements.folding import folded

TITLE_MAX = 80  # letters: "Pending authorisations (not yet posted, not in the balance)"
NUMBERED_FROM = 8  # digits

#: Over a table of entries that are not booked yet.
_NOT_BOOKED = re.compile(
    r"(?<!\w)(?:pending|expected|upcoming|scheduled|future|not (?:yet )?(?:booked|posted)|"
    r"memo post\w*|unbilled|futuros?|futuras?|pendientes?|"
    r"vorgemerkt\w*|vorgemerkte|geplant\w*|a venir|en attente|en cours|in attesa|programmat\w*|"
    r"previst\w*|ikke bokfort\w*|reserverade|"
    r"nierozliczon\w*|oczekujac\w*|beklenen|bekleyen)(?!\w)"
)

#: A name of savings, and a day, which has digits of its own.
_FOR_THE_FUTURE = re.compile(
    r"futur(?:e|os?|as?) (?:saver|savings)|(?:poupanca|ahorro|epargne|livret|savings) futur[eo]?"
)
_DAYS = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}")


def not_booked(text: str) -> bool:
    """Whether a title says that the entries below it are not booked yet.

    None that names an account: ``Conta Poupança Futuro 0412 099887 961``, ``Future Saver``.
    """
    if len(text) > TITLE_MAX or sum(map(str.isdigit, _DAYS.sub("", text))) >= NUMBERED_FROM:
        return False
    return _NOT_BOOKED.search(_FOR_THE_FUTURE.sub("", folded(text))) is not None

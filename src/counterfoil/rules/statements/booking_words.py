"""Words over dates: which of two columns, or of two dates in one, holds the days of booking."""

from __future__ import annotations

import re

from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.terms import Role
from counterfoil.rules.statements.vocabulary import role_of

UNSAID = 1  # the rank of a day of which nothing more is said
OF_THE_DEAL = 2  # of a day of a purchase

#: When the bank entered it.
_POSTING = re.compile(
    r"帳務日|入[帳账]|[記记][帳账]|[過过][賬账帳]|기장|(?<!\w)(?:post\w*|book\w*|(?:ver|ge)?buch\w*|"
    r"bu\.?-?tag|bokf\w*|bogf\w*|boek\w*|reskontra\w*|contab\w*|compta\w*|konyvel\w*|"
    r"za?uct\w*|uctov\w*|z?a?ksiegow\w*|knjiz\w*|inregistr\w*|registraz\w*|lancam\w*|lanc\.?|imputac\w*|"
    r"iras(?:o|ymo)|gramatojum\w*|ierakst\w*|kan(?:de|ne)\w*|asient\w*|process\w*|proces\w*|entered|entry|recorded|ledger|kirjau\w*|pembukuan|muhasebe\w*|"
    r"(?:fecha|data|date) (?:de )?(?:cargo|aplicacion|registro|inscription)|"
    r"обработ\w*|провод\w*|списани\w*|учет\w*|осчетов\w*|καταχωρ\w*|רישום)"
)
#: When its owner paid, bought or ordered.
_OF_THE_DEAL = re.compile(
    r"交易|利用|이용|사용|(?<!\w)(?:trans?|transa[ckz]\w*|purchase|trade\w*|handels(?:tag|datum)|opera[ct]\w*|operaz\w*|consumo|"
    r"compra|(?:ein)?kauf\w*|beleg\w*|achat|acquisto|zakup\w*|aankoop\w*|kop\w*|kjop\w*|osto\w*|islem|"
    r"harcama|операц\w*|транзак\w*|покупк\w*|συναλλαγ\w*|עסקה)(?!\w)"
)


#: From when on it bears interest.
_OF_VALUE = re.compile(r"(?<!\w)(?:val|value|valuta|valeur|valor|wert)(?!\w)")


_DATES = {Role.DATE, Role.VALUE_DATE}


def booking_rank(text: str) -> int:
    """How surely a heading over dates says that they are the days of booking: 0 surely.

    The day of a purchase (2), and that of value (3), is not the day that the bank entered it.
    """
    bare = folded(text)
    if _POSTING.search(bare):
        return 0
    if _OF_VALUE.search(bare):
        return 3
    return OF_THE_DEAL if _OF_THE_DEAL.search(bare) else UNSAID


def books_below(text: str) -> bool:
    """Whether the second of two headings in one cell is the one of booking.

    ``Data operacji`` over ``Data księgowania``: so do the dates stand. Not below
    ``Data księgowania`` itself, whatever stands there.
    """
    words = text.split()
    halves = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words)))
    pairs = [(one, two) for one, two in halves if {role_of(one), role_of(two)} <= _DATES]
    above = any(booking_rank(one) == 0 and _is_another_day(two) for one, two in pairs)
    return not above and any(booking_rank(two) == 0 < booking_rank(one) for one, two in pairs)


def _is_another_day(text: str) -> bool:
    """Whether a heading over dates says that they are those of value, or of the deal."""
    return role_of(text) is Role.VALUE_DATE or booking_rank(text) >= OF_THE_DEAL

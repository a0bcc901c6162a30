"""``1.250``: one thousand two hundred and fifty, or one and a quarter?

Sums hold either way. A number below a thousand, one with two groups, or a currency that
has no coins or thousandths tells; where nothing does, nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from counterfoil.domain.currencies import DECIMALS
from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.currency_words import SHARED, SYMBOLS
from counterfoil.rules.statements.number_styles import Style

_ONE_GROUP = re.compile(r"[^\d]*\d{1,3}[.,]\d{3}[^\d]*")


def thousand_or_point(chain: Chain, style: Style, currency: str) -> str:
    """Why it cannot be told which it is; "" where it can."""
    if style.decimal_mark or style.spaced or DECIMALS.get(currency, 3) != 3:
        return ""
    texts = list(_numbers(chain))
    if any(map(_has_hundredths, _signs(chain))):
        return ""
    if not texts or not all(map(_ONE_GROUP.fullmatch, texts)):
        return ""
    return f"{texts[0]!r} may be a thousand and more, or a fraction: nothing printed tells which"


def _signs(chain: Chain) -> Iterator[str]:
    """What stands for a currency beside the amounts of the entries."""
    for entry in chain.entries:
        yield from (amount.currency.upper() for amount in entry.event.cells.values())


def _has_hundredths(sign: str) -> bool:
    """Whether no land that it stands for parts its money by a thousand: ``$``, ``€``."""
    codes = SHARED[sign].split() if sign in SHARED else [SYMBOLS.get(sign, sign)]
    return all(DECIMALS.get(code, 3) != 3 for code in codes)


def _numbers(chain: Chain) -> Iterator[str]:
    """Every number of the entries, as it is printed."""
    for entry in chain.entries:
        for amount in entry.event.cells.values():
            words = entry.event.line.row.words[amount.first : amount.last + 1]
            yield next(word.text for word in words if any(map(str.isdigit, word.text)))

"""Letters and digits as the rules compare them: one spelling for many prints."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DASHES = dict.fromkeys("‐‑‒–—―−﹣－", "-")
_QUOTES = dict.fromkeys("’‘ʼ´`′", "'")
_OTHERS = {"＋": "+", "（": "(", "）": ")", "，": ",", "．": ".", "／": "/", "：": ":", "￥": "¥"}
_DIGITS = {
    chr(start + digit): str(digit)
    for start in (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0xFF10)  # Arabic, Persian, Devanagari ...
    for digit in range(10)
}
_LETTERS = str.maketrans(
    {"ł": "l", "ı": "i", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss"}
)
_PLAIN = str.maketrans(_DASHES | _QUOTES | _OTHERS | _DIGITS)


def plain(text: str) -> str:
    """One dash, one apostrophe, Western digits; as long as *text*, character by character."""
    return text if text.isascii() else text.translate(_PLAIN)


def folded(text: str) -> str:
    """Lower case without accents, for comparing words of any language.

    ``"Crédit"`` -> ``"credit"``, ``"Überweisung"`` -> ``"uberweisung"``.
    """
    return text.lower() if text.isascii() else _without_accents(text)


@lru_cache(maxsize=50_000)
def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    bare = "".join([each for each in decomposed if not unicodedata.combining(each)])
    return unicodedata.normalize("NFC", bare).lower().translate(_LETTERS)


_JOINT = re.compile(r"(?<=[a-z]{2})(?=[A-Z][a-z])|(?<=[A-Za-z])[_.](?=[A-Za-z]{3})|_+")
_NAME = re.compile(r"[A-Za-z]+[a-z_.]+[A-Za-z_.]*")


def spelled_out(text: str) -> str:
    """*text* with the names in it that programs give to fields parted into words.

    ``"opening_balance"`` -> ``"opening balance"``, ``"bookedAt"`` -> ``"booked At"``,
    ``"account.balance"`` -> ``"account balance"``.
    """
    return _JOINT.sub(" ", text) if text.isascii() and _NAME.search(text) else text

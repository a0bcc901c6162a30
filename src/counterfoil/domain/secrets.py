"""Secrets that cannot be printed by accident, and the redactor before every sink.

A :class:`Secret` shows ``***`` to print, format, repr and JSON. Its text comes out
only inside ``with secret.reveal() as text``, and from then on the redactor knows it.
"""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from urllib.parse import quote, quote_plus

MASK = "***"


class Secret:
    """One password or key. Equality is by identity, so that it cannot be guessed at."""

    __slots__ = ("_redactor", "_text", "name")

    def __init__(self, name: str, text: str, redactor: Redactor) -> None:
        self.name = name
        self._text = text
        self._redactor = redactor

    @contextmanager
    def reveal(self) -> Iterator[str]:
        """The text itself, for as long as the block lasts."""
        self._redactor.learn(self._text)
        yield self._text

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return MASK

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


class Redactor:
    """Takes every known secret and account number out of text and bytes.

    Thread-safe. Secrets become ``***``; account numbers keep their last four
    characters, so that a person can still tell them apart.
    """

    SHORTEST = 4  # shorter words would blank out ordinary text

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: set[str] = set()
        self._accounts: Counter[str] = Counter()  # how many items need the mask just now
        self._words: tuple[str, ...] = ()
        self._patterns: tuple[tuple[re.Pattern[str], str], ...] = ()

    def learn(self, text: str) -> None:
        """Blank out *text* from now on, as it is and as URL, HTML, JSON or base64 spell it.

        Shorter than four characters is not hidden: choose longer secrets.
        """
        if len(text) < self.SHORTEST:
            return
        with self._lock:
            if text not in self._secrets:
                self._secrets |= disguises(text)
                # Longest first, so that a part never spoils the whole.
                self._words = tuple(sorted(self._secrets, key=len, reverse=True))

    @contextmanager
    def hiding(self, accounts: Iterable[str]) -> Iterator[None]:
        """Mask *accounts*, however they are grouped, while the block lasts."""
        numbers = {number for each in accounts for number in spellings(each)}
        with self._lock:
            self._accounts.update(numbers)
            self._arrange()
        try:
            yield
        finally:
            with self._lock:
                self._accounts.subtract(numbers)
                self._arrange()

    def text(self, text: str) -> str:
        """*text* without what must not be seen."""
        for word in self._words:
            if word in text:
                text = text.replace(word, MASK)
        for pattern, mask in self._patterns:
            text = pattern.sub(mask, text)
        return text

    def bytes(self, content: bytes) -> bytes:
        """The same for UTF-8 bytes that are no picture; other bytes pass unchanged."""
        text = content.decode("utf-8", "surrogateescape")
        seen = self.text(text)
        return content if seen == text else seen.encode("utf-8", "surrogateescape")

    def _arrange(self) -> None:
        """One pattern for each number that somebody hides, the longest first."""
        self._accounts = +self._accounts
        numbers = sorted(self._accounts, key=len, reverse=True)
        self._patterns = tuple((_any_grouping(each), mask_account(each)) for each in numbers)


def disguises(text: str) -> set[str]:
    """*text* and the spellings in which it may turn up: in a URL, a page, a trace."""
    raw = text.encode("utf-8", "surrogateescape")
    escaped = {quote(raw, safe=""), quote(raw), quote_plus(raw)}
    escaped |= {re.sub("%..", lambda code: code[0].lower(), each) for each in escaped}
    marked_up = {html.escape(text), html.escape(text, quote=False)}
    quoted = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1]}
    encoded = {raw.hex(), raw.hex().upper(), *_base64_cores(raw)}
    return {text} | escaped | marked_up | quoted | encoded


def _base64_cores(raw: bytes) -> Iterator[str]:
    """The characters that *raw* makes in any base64 text, wherever in it *raw* begins.

    ``user:password`` is encoded as one: the password starts at any of three offsets, and
    its first and last character may be mixed with its neighbours.
    """
    for shift, mixed in ((0, 0), (1, 2), (2, 3)):
        whole = (shift + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            core = encode(b"\0" * shift + raw).decode("ascii")[mixed:whole]
            if len(core) >= Redactor.SHORTEST:
                yield core


#: What may stand between the characters of an account number, on paper, in a page, in a URL.
_GAP = "(?:[ .+/\u00a0-]|%20|&nbsp;)?"
_IBAN = re.compile(r"[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30}")
_LONG = 10  # fewer characters may be a part of some other number by chance


@lru_cache(maxsize=1024)  # an item is visited more than once, and compiling costs 1 ms
def _any_grouping(number: str) -> re.Pattern[str]:
    body = _GAP.join(map(re.escape, number))
    if len(number) < _LONG:
        body = rf"(?<![0-9A-Za-z]){body}(?![0-9A-Za-z])"
    return re.compile(body, re.IGNORECASE)


def bare(account: str) -> str:
    """The account number without its grouping blanks."""
    return "".join(account.split())


def spellings(account: str) -> set[str]:
    """The numbers that give an account away: its own, and of an IBAN the national part.

    Too short ones are left alone.
    """
    plain = bare(account)
    numbers = {plain, plain[4:]} if _IBAN.fullmatch(plain) else {plain}
    return {each for each in numbers if len(each) > 4}


#: Whatever could be an account number: an IBAN, or eight digits and more, grouped or not.
_ACCOUNT_LIKE = re.compile(
    r"(?<![0-9A-Za-z])(?:[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]){11,30}|[0-9](?: ?[0-9]){7,})(?![0-9A-Za-z])"
)


def mask_numbers(text: str) -> str:
    """Mask all that could be an account number: for pages of who knows which customer."""
    return _ACCOUNT_LIKE.sub(lambda found: mask_account(bare(found[0])), text)


def mask_account(account: str) -> str:
    """``CZ6508000000192000145399`` -> ``****5399``."""
    return "****" + account[-4:] if len(account) > 4 else "****"

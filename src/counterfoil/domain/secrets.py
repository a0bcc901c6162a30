"""Secrets that cannot be printed by accident, and the redactor before every sink.

A :class:`Secret` shows ``***`` to print, format, repr and JSON. Its text comes out
only inside ``with secret.reveal() as text``, and from then on the redactor knows it.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
        self._masks: dict[str, str] = {}
        self._holders: dict[str, int] = {}  # accounts only: how many items need the mask
        self._ordered: tuple[tuple[str, str], ...] = ()

    def learn(self, text: str) -> None:
        """Blank out *text* and its URL-, base64- and JSON-escaped forms from now on."""
        if len(text) < self.SHORTEST:
            return
        forms = {
            text,
            quote(text, safe=""),
            quote_plus(text),
            base64.b64encode(text.encode()).decode(),
            json.dumps(text)[1:-1],
        }
        with self._lock:
            self._masks.update(dict.fromkeys(forms, MASK))
            self._order()

    @contextmanager
    def hiding(self, accounts: Iterable[str]) -> Iterator[None]:
        """Mask *accounts*, with and without their usual grouping, while the block lasts."""
        forms = {form: mask_account(bare(each)) for each in accounts for form in spellings(each)}
        with self._lock:
            for form, mask in forms.items():
                self._holders[form] = self._holders.get(form, 0) + 1
                self._masks.setdefault(form, mask)
            self._order()
        try:
            yield
        finally:
            with self._lock:
                for form in forms:
                    self._holders[form] -= 1
                    if not self._holders[form]:
                        del self._holders[form], self._masks[form]
                self._order()

    def text(self, text: str) -> str:
        """*text* without what must not be seen."""
        for known, mask in self._ordered:
            if known in text:
                text = text.replace(known, mask)
        return text

    def bytes(self, content: bytes) -> bytes:
        """The same for UTF-8 bytes that are no picture."""
        for known, mask in self._ordered:
            raw = known.encode("utf-8")
            if raw in content:
                content = content.replace(raw, mask.encode("utf-8"))
        return content

    def _order(self) -> None:
        """Longest first, so that a part never spoils the whole."""
        self._ordered = tuple(sorted(self._masks.items(), key=lambda pair: -len(pair[0])))


def bare(account: str) -> str:
    """The account number without its grouping blanks."""
    return "".join(account.split())


def spellings(account: str) -> set[str]:
    """How people and screens write one account number; too short ones are left alone."""
    plain = bare(account)
    grouped = " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))
    return {account, plain, grouped} if len(plain) > 4 else set()


def mask_account(account: str) -> str:
    """``CZ6508000000192000145399`` -> ``****5399``."""
    return "****" + account[-4:] if len(account) > 4 else "****"

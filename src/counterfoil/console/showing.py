"""From values to HTML. Home of jinja2: every text is escaped, and what is invisible is shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from counterfoil.domain.secrets import mask_account

HERE = Path(__file__).parent

#: What a state means to whoever has ten seconds: each is also told in words.
TONES = {
    "good": "POSTED CONFIRMED SUCCEEDED PASSED ACCEPTED PROVED FIRED APPROVED CLEARED",
    "busy": "READY KEYING RUNNING QUEUED WAITING NEW FILED BY_HAND WANTED_AGAIN",
    "warn": "AWAITING_APPROVAL IN_DOUBT LATE NEEDS_PERSON HELD PROPOSED OPEN",
    "hold": "ON_HOLD QUARANTINED REFUSED",
    "bad": "FAILED MISSED NOT_STARTED VOID FROZEN",
}
_LOGIN = re.compile(r"//[^/@\s]+@")
_TONE_OF = {word: tone for tone, words in TONES.items() for word in words.split()}


def tone(state: object) -> str:
    """The class of a state's badge."""
    return _TONE_OF.get(str(state), "quiet")


def visible(text: str) -> str:
    """*text* with every character shown that would hide or turn round what stands beside it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(each if _is_seen(each) else f"⟨U+{ord(each):04X}⟩" for each in text)


def _is_seen(char: str) -> bool:
    return char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _finalize(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, Markup):
        return value
    return visible(value if isinstance(value, str) else str(value))


def when(moment: datetime | None) -> str:
    """``2026-11-26 18:42:13``, in UTC; pages say so."""
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def clock(moment: datetime | None) -> str:
    """``18:42:13``"""
    return "" if moment is None else f"{moment.astimezone(UTC):%H:%M:%S}"


def money(amount: object) -> str:
    """``1,234.50``; what is no amount stays as it is."""
    try:
        return f"{Decimal(str(amount)):,f}"
    except InvalidOperation:
        return str(amount)


def span(time: timedelta | None) -> str:
    """Two units at most: ``0.8 s``, ``12 s``, ``2 min 05 s``, ``3 h 20 min``, ``4 d 6 h``."""
    if time is None:
        return "-"
    seconds = int(abs(time.total_seconds()))
    if seconds < 10:
        return f"{abs(time.total_seconds()):.1f} s"
    if seconds < 60:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours < 24 else f"{hours // 24} d {hours % 24} h"


def cell(value: object) -> str:
    """A KPI's value; one that is not known is ``-``, never 0."""
    match value:
        case None:
            return "-"
        case timedelta():
            return span(value)
        case datetime():
            return when(value)
        case Decimal() | int():
            return f"{value:,}"
        case date():
            return value.isoformat()
    return str(value)


def hexed(text: str) -> str:
    """Any text, for one part of an address."""
    return text.encode().hex()


def no_login(address: str) -> str:
    """*address* without a name and password that may stand in it."""
    return _LOGIN.sub("//…@", address)


def veiled(name: str) -> str:
    """A person's or company's name for whoever need not know it: ``N… s…``."""
    return " ".join(f"{word[:1]}…" for word in name.split())


def bars(counts: Sequence[int], *, height: int = 28) -> list[tuple[int, int, int]]:
    """(x, y, height) of a bar each, 4 wide; 0 has none, and the smallest is seen."""
    top = max(counts, default=0) or 1
    found = []
    for place, count in enumerate(counts):
        tall = max(2, round(count * height / top)) if count else 0
        found.append((place * 5, height - tall, tall))
    return found


def safe_svg(text: str) -> Markup:
    """A picture that we drew ourselves: the only markup that is not a template's."""
    assert text.startswith("<svg "), "not a picture of ours"
    return Markup(text)  # noqa: S704


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates, strict: an unknown name is a defect and no blank."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    shown = (hexed, tone, when, clock, money, span, cell, veiled, bars, mask_account, no_login)
    made.filters.update({each.__name__: each for each in shown})
    made.globals["zip"] = zip
    return made


def rendered(template: str, values: Mapping[str, Any]) -> str:
    """The page."""
    return environment().get_template(template).render(values)

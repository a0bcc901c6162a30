"""The values that go into boxes and come back from them, and their canonical bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

#: What one box of a screen or one cell of a sheet can hold.
Value = str | Decimal | date


def as_text(value: Value) -> str:
    """The one spelling used in digests and records: ``1234.50``, ``2026-11-24``."""
    match value:
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return value


def canonical_json(record: Mapping[str, Any]) -> bytes:
    """Sorted, compact, ASCII JSON: the common subset of RFC 8785 that we allow.

    Raises:
        TypeError: A float, or anything else that two writers could spell differently.
    """
    return json.dumps(
        _plain(record), sort_keys=True, separators=(",", ":"), ensure_ascii=True
    ).encode("ascii")


def digest_of(record: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON, lowercase hex."""
    from hashlib import sha256  # loads OpenSSL, which no parser box needs

    return sha256(canonical_json(record)).hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | str():
            return value
        case int() if abs(value) < 2**53:
            return value
        case Decimal() | date():
            return as_text(value)
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form: {value!r}")

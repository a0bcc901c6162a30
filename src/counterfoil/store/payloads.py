"""What is keyed, as canonical bytes and back: the plain text of a sealed payload."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from counterfoil.domain.allocations import Allocation
from counterfoil.domain.batches import Likeness
from counterfoil.domain.items import Payload
from counterfoil.domain.payments import Payment
from counterfoil.domain.values import canonical_json, digest_of
from counterfoil.domain.vouchers import JournalVoucher, VoucherLine

T = TypeVar("T", Payment, JournalVoucher, VoucherLine, Allocation)


def dump(payload: Payload) -> bytes:
    """Canonical JSON of every field, and the kind."""
    return canonical_json({"kind": payload.kind, **_record(payload)})


def load(plain: bytes) -> Payload:
    """The payload again, equal to the one that was dumped.

    Raises:
        ValueError, KeyError, TypeError: These are not bytes that :func:`dump` made.
    """
    record = json.loads(plain)
    kind = record.pop("kind")
    if kind == Payment.kind:
        return _build(Payment, record)
    if kind == Allocation.kind:
        return _build(Allocation, record)
    if kind == JournalVoucher.kind:
        entries = tuple(_build(VoucherLine, each) for each in record.pop("entries"))
        return _build(JournalVoucher, record, entries=entries)
    raise ValueError(f"unknown kind of payload: {kind!r}")


def prints(payload: Payload) -> dict[Likeness, str]:
    """What a later batch is searched by; hashes, for they are made of sealed values."""
    own = str(payload.values()[payload.own_reference_field]).strip().upper()
    found = {
        Likeness.ROW: digest_of({"kind": payload.kind, **_record(payload)}),
        Likeness.REFERENCE: digest_of({"kind": payload.kind, "own": own}),
    }
    if twin := payload.twin():
        found[Likeness.TWIN] = digest_of({"kind": payload.kind, "twin": twin})
    return found


def _record(record: Any) -> dict[str, Any]:
    return {each.name: _plain(getattr(record, each.name)) for each in fields(record)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_record(each) for each in value]
    return value


def _build(kind: type[T], record: Mapping[str, Any], **built: Any) -> T:
    types = {each.name: str(each.type) for each in fields(kind)}
    values = {name: _read(types[name], text) for name, text in record.items()}
    return kind(**values, **built)


def _read(kind: str, text: str) -> Any:
    match kind:
        case "Decimal":
            return Decimal(text)
        case "date":
            return date.fromisoformat(text)
        case _:
            return text

"""Checked rows become one batch: items with our references, and duplicates pointed out. Pure."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from counterfoil.domain.allocations import Allocation
from counterfoil.domain.batches import Batch, Earlier, Likeness
from counterfoil.domain.documents import Document, SheetReading, SheetRow
from counterfoil.domain.findings import Finding
from counterfoil.domain.items import Payload, WorkItem
from counterfoil.domain.payments import Payment
from counterfoil.domain.secrets import bare
from counterfoil.domain.values import Value
from counterfoil.domain.vouchers import JournalVoucher, VoucherLine
from counterfoil.rules.validation import CheckedRow, Expectations, check_row, rows_with_findings

_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LINE_FIELDS = ("account", "debit", "credit", "narrative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """For which system, by which map, from whom."""

    system: str
    sheet_map: str
    maker: str


def make_batch(
    document: Document, reading: SheetReading, order: Order, expected: Expectations
) -> Batch:
    """Every row of *reading* as an item or as a finding that refuses it."""
    rows = [check_row(row, expected) for row in reading.rows]
    batch_id = batch_id_of(document.sha256)
    built = list(_items(rows, expected))
    items = tuple(
        WorkItem(
            item_id=f"{batch_id}-{row_code(row)}",
            batch_id=batch_id,
            row=row,
            system=order.system,
            reference=reference_of(document.sha256, row),
            payload=payload,
        )
        for row, payload, _ in built
        if payload is not None
    )
    findings = (
        *reading.findings,
        *rows_with_findings(rows),
        *(each for _, _, found in built for each in found),
        *_duplicates_inside(items),
    )
    batch = Batch(
        batch_id=batch_id,
        document_sha256=document.sha256,
        name=document.name,
        system=order.system,
        sheet_map=order.sheet_map,
        maker=order.maker,
        items=items,
        findings=tuple(sorted(findings, key=lambda each: each.row or 0)),
        rows_read=len(reading.rows),
    )
    assert batch.unaccounted() == 0, "a row was dropped"
    return batch


def with_earlier(batch: Batch, earlier: Sequence[Earlier], rows: Sequence[SheetRow]) -> Batch:
    """Point out every item that an earlier batch already had, or may have had.

    It waits for a person; where the earlier one is certainly not booked it goes on, and
    whoever approves reads of it.

    Args:
        rows: As they were read: where each value stands.
    """
    read = {row.row: row for row in rows}
    by_id: dict[str, list[Earlier]] = {}
    for each in earlier:
        by_id.setdefault(each.ours, []).append(each)
    found = [
        _seen_before(item, min(by_id[item.item_id], key=_weight), read[item.row])
        for item in batch.items
        if item.item_id in by_id
    ]
    same = {each.ours: each.file for each in earlier if each.likeness is Likeness.ROW}
    whole: tuple[Finding, ...] = ()
    if same and len(same) == len(batch.items):
        message = (
            f"all rows of this file came before, in {', '.join(sorted(set(same.values()))[:5])}"
        )
        whole = (Finding(code="same_rows", severity="hold", message=f"{message}: again?"),)
    return replace(batch, findings=(*whole, *batch.findings, *found))


def _weight(earlier: Earlier) -> tuple[bool, int]:
    """What may be booked comes first, then the stronger likeness."""
    return not earlier.may_be_booked, list(Likeness).index(earlier.likeness)


_SEEN = {
    Likeness.ROW: ("seen_before", "the same row came before"),
    Likeness.REFERENCE: ("reference_used", "this reference came before, with other values"),
    Likeness.TWIN: ("twin", "{twin} came before, under another reference"),
}


def _seen_before(item: WorkItem, earlier: Earlier, row: SheetRow) -> Finding:
    code, what = _SEEN[earlier.likeness]
    what = what.format(twin=_TWINS[item.payload.kind])
    twin = earlier.likeness is Likeness.TWIN
    name = "amount" if twin else item.payload.own_reference_field
    header = row.headers.get(name, name)
    there = (
        f"row {earlier.row} of {earlier.file} ({earlier.item_id}, {earlier.state},"
        f" {earlier.amount} {earlier.currency})"
    )
    if earlier.may_be_booked:
        remedy = "a person decides whether both are meant: release this one, or cancel it"
    else:
        remedy = "nothing of that one is booked, so this one goes on"
    return Finding(
        code=code,
        severity="hold" if earlier.may_be_booked else "note",
        message=f"{header}: {what}, as {there}: {remedy}",
        row=item.row,
        column=header,
        cell=row.cells.get(name),
    )


def batch_id_of(sha256: str) -> str:
    """``B-7K2M4QXN3P``: 50 bits of the document's hash."""
    return f"B-{_short(sha256)}"


def reference_of(sha256: str, row: int) -> str:
    """Sixteen characters that fit any legacy reference field: ``CF7K2M4QXN3P0017``."""
    return f"CF{_short(sha256)}{row_code(row)}"


def row_code(row: int) -> str:
    """Four characters for a row: digits up to 9999, then base 36 beginning with a letter."""
    if not 0 < row < 10_000 + 26 * 36**3:
        raise ValueError(f"row {row} has no code of four characters")
    if row < 10_000:
        return f"{row:04d}"
    number, code = row - 10_000 + 10 * 36**3, ""
    while number:
        number, digit = divmod(number, 36)
        code = _BASE36[digit] + code
    return code


def _short(sha256: str) -> str:
    return b32encode(bytes.fromhex(sha256)).decode()[:10]


_Built = tuple[int, Payload | None, tuple[Finding, ...]]


def _items(rows: Sequence[CheckedRow], expected: Expectations) -> Iterator[_Built]:
    match expected.item:
        case "payment":
            yield from _one_a_row(rows, Payment)
        case "allocation":
            yield from _one_a_row(rows, Allocation)
        case "journal_voucher":
            yield from _vouchers(rows, expected.group)


def _one_a_row(
    rows: Sequence[CheckedRow], payload: type[Payment] | type[Allocation]
) -> Iterator[_Built]:
    for row in rows:
        if not row.refused:
            yield row.row, payload(**_arguments(row.values)), ()


def _vouchers(rows: Sequence[CheckedRow], group: str) -> Iterator[_Built]:
    """Rows that follow each other with the same number are one voucher; all or nothing."""
    seen: set[str] = set()
    for number, lines in groupby(rows, key=lambda row: str(row.values.get(group, ""))):
        voucher = list(lines)
        problem = _voucher_problem(voucher, number, apart=number in seen)
        seen.add(number)
        if problem is None:
            try:
                yield voucher[0].row, _voucher(voucher), ()
                continue
            except ValueError as trouble:
                problem = str(trouble)
        yield voucher[0].row, None, _refuse_all(voucher, problem)


def _voucher_problem(rows: Sequence[CheckedRow], number: str, *, apart: bool) -> str | None:
    if bad := [row.row for row in rows if row.refused]:
        return f"voucher {number[:40]}: row {bad[0]} is refused, so the whole voucher is"
    if apart:
        return f"voucher {number[:40]}: its lines stand apart; put them together"
    for name in ("booking_date", "currency", "description"):
        if len({row.values.get(name) for row in rows}) > 1:
            return f"voucher {number[:40]}: its lines differ in {name.replace('_', ' ')}"
    return None


def _voucher(rows: Sequence[CheckedRow]) -> JournalVoucher:
    head = {key: each for key, each in rows[0].values.items() if key not in _LINE_FIELDS}
    lines = tuple(
        VoucherLine(**_arguments({k: v for k, v in row.values.items() if k in _LINE_FIELDS}))
        for row in rows
    )
    return JournalVoucher(**_arguments(head), entries=lines)


def _refuse_all(rows: Sequence[CheckedRow], problem: str) -> tuple[Finding, ...]:
    return tuple(
        Finding(code="voucher", severity="refuse", message=problem, row=row.row) for row in rows
    )


def _arguments(values: Mapping[str, Value]) -> dict[str, Any]:
    """The sheet's values by the record's names: accounts without their grouping blanks."""
    return {
        name: bare(value) if name.endswith("_account") and isinstance(value, str) else value
        for name, value in values.items()
    }


def _duplicates_inside(items: Sequence[WorkItem]) -> Iterator[Finding]:
    """The second of two that look alike waits for a person; the first goes on."""
    first: dict[tuple[str, Any], int] = {}
    for item in items:
        payload = item.payload
        likenesses: dict[str, Any] = {_SAME_REFERENCE[payload.kind]: _own(payload)}
        if twin := payload.twin():
            likenesses[_TWINS[payload.kind]] = twin
        held = False
        for why, key in likenesses.items():
            row = first.setdefault((why, key), item.row)
            if row != item.row and not held:
                held = True
                yield Finding(
                    code="duplicate",
                    severity="hold",
                    message=f"{why} as row {row}: a person decides whether it is meant",
                    row=item.row,
                )


_SAME_REFERENCE = {
    Payment.kind: "the same reference",
    Allocation.kind: "the same allocation",
    JournalVoucher.kind: "the same voucher number",
}
#: What twins have in common; vouchers have none.
_TWINS = {
    Payment.kind: "the same accounts, amount and date",
    Allocation.kind: "the same receipt and invoice",
    JournalVoucher.kind: "the same lines",
}


def _own(payload: Payload) -> Value:
    return payload.values()[payload.own_reference_field]

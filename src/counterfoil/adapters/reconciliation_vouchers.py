"""Vouchers that a reconciliation proposes, as JSON and CSV for programs and as workbooks to drop.

The workbooks are what ``selectors/sheets/vouchers.toml`` reads: control totals above, a row a
line of a voucher. Nothing is keyed unless a person drops one into the watched folder and another
approves it there.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from counterfoil.adapters.sheets.book import write_book
from counterfoil.adapters.sheets.pages import Page, PageTable, Value
from counterfoil.domain.vouchers import JournalVoucher

#: Of one workbook, and so of one batch: as many as a person can approve.
VOUCHERS_EACH = 500
HEADS = (
    "Voucher",
    "Booking date",
    "Currency",
    "Description",
    "Account",
    "Debit",
    "Credit",
    "Narrative",
)


def write_vouchers(into: Path, vouchers: Sequence[JournalVoucher]) -> list[Path]:
    """Write them into the folder *into*; the workbooks, in order. None: nothing is written.

    Files of an earlier run that are not written again are removed: they might be dropped.
    """
    forget_vouchers(into)
    if not vouchers:
        return []
    (into / "vouchers.json").write_text(as_json(vouchers), "utf-8")
    (into / "vouchers.csv").write_text(as_csv(vouchers), "utf-8", newline="")
    parts = range(0, len(vouchers), VOUCHERS_EACH)
    return [
        _write_part(into / f"vouchers{f'-{number}' if len(parts) > 1 else ''}.xlsx", part)
        for number, begin in enumerate(parts, 1)
        for part in [vouchers[begin : begin + VOUCHERS_EACH]]
    ]


def forget_vouchers(folder: Path) -> None:
    """Remove what an earlier run proposed in *folder*."""
    for old in (*folder.glob("vouchers*.xlsx"), folder / "vouchers.json", folder / "vouchers.csv"):
        old.unlink(missing_ok=True)


def as_json(vouchers: Sequence[JournalVoucher]) -> str:
    """A list, a voucher a line; amounts are texts."""
    rows = (json.dumps(_plain(each)) for each in vouchers)
    return "[\n" + ",\n".join(rows) + "\n]\n"


def as_csv(vouchers: Sequence[JournalVoucher]) -> str:
    """A line of a voucher a row, under HEADS."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADS, *_rows(vouchers)])
    return text.getvalue()


def _plain(voucher: JournalVoucher) -> dict[str, object]:
    return {
        "voucher_no": voucher.voucher_no,
        "booking_date": voucher.booking_date.isoformat(),
        "currency": voucher.currency,
        "description": voucher.description,
        "lines": [
            {
                "account": each.account,
                "debit": str(each.debit),
                "credit": str(each.credit),
                "narrative": each.narrative,
            }
            for each in voucher.entries
        ],
    }


def _rows(vouchers: Sequence[JournalVoucher]) -> list[tuple[Value, ...]]:
    return [
        (
            *(each.voucher_no, each.booking_date, each.currency, each.description),
            *(line.account, line.debit or None, line.credit or None, line.narrative),
        )
        for each in vouchers
        for line in each.entries
    ]


def _write_part(target: Path, vouchers: Sequence[JournalVoucher]) -> Path:
    rows = _rows(vouchers)
    total = sum((each.total() for each in vouchers), Decimal(0))
    page = Page(
        name="Vouchers",
        title="Journal vouchers proposed by a reconciliation",
        tables=(
            PageTable(rows=(("Control count", len(rows)), ("Control sum", total))),
            PageTable(heads=HEADS, rows=tuple(rows), wrap=False),
        ),
        widths=(16, 14, 10, 38, 12, 16, 16, 38),
    )
    write_book(target, [page], [])
    return target

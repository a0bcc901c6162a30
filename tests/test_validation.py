"""Every row of a workbook ends as an item or as a finding with its reason, never as neither."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from counterfoil.domain.batches import ControlTotals
from counterfoil.errors import Quarantined
from fixtures.payments.make_workbook import orders, write_payments
from tests.intake_support import ROOT, TODAY, NothingBefore, document, nobody, order, read
from workflows.intake import take_in

SAMPLES = ROOT / "fixtures" / "payments"


def test_asvs_2_2_3_the_ten_bad_rows_of_the_sample_are_found_each_for_its_own_reason() -> None:
    expected = json.loads((SAMPLES / "payments-demo.expected.json").read_text("utf-8"))
    batch = read(SAMPLES / "payments-demo.xlsx")

    found = {str(each.row): [each.severity, each.code] for each in batch.findings if each.row}
    assert found == expected["bad"]
    assert batch.rows_read == expected["rows"]
    assert len(batch.items) == expected["items"]
    assert batch.unaccounted() == 0


def test_the_vouchers_of_the_sample_are_read_to_the_haler() -> None:
    expected = json.loads((SAMPLES / "vouchers-12.expected.json").read_text("utf-8"))
    batch = read(SAMPLES / "vouchers-12.xlsx", "vouchers")

    totals = {
        str(item.payload.values()["voucher_no"]): str(item.payload.total()) for item in batch.items
    }
    assert totals == expected["vouchers"]


def test_a_wrong_control_sum_sets_the_whole_file_aside(tmp_path: Path) -> None:
    good = orders(TODAY)[:5]
    write_payments(tmp_path / "p.xlsx", good)
    book = load_workbook(tmp_path / "p.xlsx")
    book["Payments"]["B3"].value = Decimal("1.00")
    book.save(tmp_path / "p.xlsx")

    with pytest.raises(Quarantined, match=r"Payments!B3 declares 1, the rows have 14,552\.7"):
        read(tmp_path / "p.xlsx")


def test_control_totals_are_carried_to_the_cent(tmp_path: Path) -> None:
    good = orders(TODAY)[:50]
    write_payments(tmp_path / "p.xlsx", good)
    batch = read(tmp_path / "p.xlsx")

    total = sum((Decimal(str(each.amount)) for each in good), Decimal(0))
    assert ControlTotals.of(batch.items) == ControlTotals(count=50, sums=(("CZK", total),))


def test_references_are_unique_short_and_made_of_the_content(tmp_path: Path) -> None:
    good = orders(TODAY)[:20]
    write_payments(tmp_path / "a.xlsx", good)
    write_payments(tmp_path / "b.xlsx", [replace(good[0], amount=Decimal("9.99")), *good[1:]])
    references = [
        item.reference for name in ("a.xlsx", "b.xlsx") for item in read(tmp_path / name).items
    ]

    assert len(set(references)) == 40
    assert {len(each) for each in references} == {16}


def test_a_file_without_one_good_row_is_set_aside(tmp_path: Path) -> None:
    bad = [replace(each, currency="CZX") for each in orders(TODAY)[:3]]
    write_payments(tmp_path / "p.xlsx", bad)

    with pytest.raises(Quarantined, match="no row can be keyed"):
        take_in(
            document(tmp_path / "p.xlsx"),
            order(),
            ledger=NothingBefore(),
            today=TODAY,
            emit=nobody,
        )


def test_a_desk_that_wants_all_rows_or_none_gets_none(tmp_path: Path) -> None:
    """One bad row among nine good ones, and a sheet map that says refuse_batch."""
    text = (ROOT / "selectors/sheets/payments.toml").read_text("utf-8")
    assert '"good_rows_go_on"' in text
    strict = tmp_path / "payments.toml"
    strict.write_text(text.replace('"good_rows_go_on"', '"refuse_batch"', 1), "utf-8")
    rows = orders(TODAY)[:10]
    rows[4] = replace(rows[4], currency="CZX")
    write_payments(tmp_path / "p.xlsx", rows)

    with pytest.raises(Quarantined, match=r"bad_rows: 1 rows are refused: Payments!G10: .*CZX"):
        take_in(
            document(tmp_path / "p.xlsx"),
            replace(order(), sheet_map=strict),
            ledger=NothingBefore(),
            today=TODAY,
            emit=nobody,
        )

"""A big workbook holds what it was given, exactly, dressed, and nothing in it is alive."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from counterfoil.adapters.sheets.book import BigSheet, write_book
from counterfoil.adapters.sheets.cell_texts import harmless
from counterfoil.adapters.sheets.charts import PageChart
from counterfoil.adapters.sheets.package import DEFLATE_LEVEL
from counterfoil.adapters.sheets.pages import BigColumn, Page, PageTable
from counterfoil.adapters.sheets.raw import read_raw

GREEN, YELLOW = "C6E0B4", "FFE699"
COLUMNS = (
    BigColumn(head="Entry", kind="text", width=14),
    BigColumn(head="Day", kind="day", width=12),
    BigColumn(head="Amount", kind="money", width=16),
    BigColumn(head="Lines", kind="count", width=8),
    BigColumn(
        head="Status", kind="text", width=12, colours={"Matched": GREEN, "Open & late": YELLOW}
    ),
)
PAGE = Page(
    name="Summary",
    title="Reconciliation",
    tables=(
        PageTable(
            heading="Proof of totals",
            heads=("Side", "Count", "Sum"),
            rows=(("Bank", 3, Decimal("-123456789.01")), ("=1+1", 0, None)),
        ),
    ),
)


def block(rows: int, first: int = 0) -> list[list[Any]]:
    numbers = range(first, first + rows)
    return [
        [f"E{each}" for each in numbers],
        [date(2027, 1, 4 + each % 20) for each in numbers],
        [each * 101 - 500 for each in numbers],
        list(numbers),
        [("Matched", "Open & late", "Odd")[each % 3] for each in numbers],
    ]


def sheet_of(path: Path, name: str) -> Worksheet:
    sheet = load_workbook(path)[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def one_column(path: Path, kind: Any, values: Sequence[Any], decimals: int = 2) -> Worksheet:
    column = BigColumn(head="X", kind=kind, width=10, decimals=decimals)
    write_book(path, (), [BigSheet(name="S", columns=(column,), blocks=[[values]])])
    return sheet_of(path, "S")


def test_it_opens_with_its_formats_panes_filter_widths_and_fills(tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    written = write_book(
        path, [PAGE], [BigSheet(name="Ledger", columns=COLUMNS, blocks=[block(4), block(3, 4)])]
    )

    assert written == {"Ledger": 7}
    sheet = sheet_of(path, "Ledger")
    assert (sheet.dimensions, sheet.auto_filter.ref, sheet.freeze_panes) == ("A1:E8", "A1:E8", "A2")
    assert sheet.column_dimensions["C"].width == 16
    assert [cell.value for cell in sheet[1]] == ["Entry", "Day", "Amount", "Lines", "Status"]
    assert sheet["A1"].font.bold
    assert sheet["A1"].fill.start_color.rgb == "001F3864"
    formats = [cell.number_format for cell in sheet[8]]
    assert formats == ["@", "yyyy-mm-dd", "#,##0.00;[Red]-#,##0.00", "#,##0", "@"]
    assert [cell.value for cell in sheet[8]][:4] == ["E6", _moment(2027, 1, 10), 1.06, 6]
    fills = [sheet.cell(row, 5).fill.start_color.rgb for row in (2, 3, 4)]
    assert fills == [f"00{GREEN}", f"00{YELLOW}", "00000000"]
    assert sheet["A2"].quotePrefix
    names = load_workbook(path)["Ledger"].defined_names
    assert "_xlnm._FilterDatabase" not in names, "the filter is the sheet's own"
    second = CalamineWorkbook.from_path(path).get_sheet_by_name("Ledger").to_python()
    assert second[7] == ["E6", date(2027, 1, 10), 1.06, 6.0, "Matched"]


def _moment(*day: int) -> Any:
    from datetime import datetime

    return datetime(*day)  # type: ignore[arg-type]  # noqa: DTZ001 - a cell's


def test_a_summary_page_is_dressed_and_dead(tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    write_book(path, [PAGE], [BigSheet(name="Ledger", columns=COLUMNS, blocks=[])])

    page = sheet_of(path, "Summary")
    cells = {cell.value: cell for row in page.iter_rows() for cell in row if cell.value is not None}
    assert cells["=1+1"].data_type == "s"
    assert cells[-123456789.01].number_format == "#,##0.00;[Red]-#,##0.00"
    assert sheet_of(path, "Ledger")["A1"].value == "Entry"


def test_an_amount_on_a_page_is_no_binary_fraction(tmp_path: Path) -> None:
    path = tmp_path / "page.xlsx"
    amounts = (Decimal("9.39"), Decimal("-0.10"), Decimal("1234567890123456.78"))
    write_book(path, [Page(name="P", title="T", tables=(PageTable(rows=(amounts,)),))], ())
    with zipfile.ZipFile(path) as archive:
        (raw,) = read_raw(archive)
    assert [raw.cells[3, column].text for column in (1, 2)] == ["9.39", "-0.10"]
    assert sheet_of(path, "P")["C3"].value == "1,234,567,890,123,456.78", "more than a sheet keeps"


def test_a_chart_draws_the_cells_of_its_table_below_all_tables(tmp_path: Path) -> None:
    path = tmp_path / "charts.xlsx"
    chart = PageChart(heading="Lines & days", columns=(2, 3), colours=(GREEN, YELLOW), rows=2)
    table = PageTable(
        heading="Open",
        heads=("Class", "New", "Old"),
        rows=(("A", 1, 2), ("B", 3, 4), ("All", 4, 6)),
        chart=chart,
        total=True,
    )
    page = Page(name="It's & all", title="T", tables=(table, table), widths=(20, 10, 30))
    write_book(path, [PAGE, page], ())

    sheet = sheet_of(path, page.name)
    first, second = vars(sheet)["_charts"]
    cells = [(each.cat.strRef.f, each.val.numRef.f) for each in first.series]
    assert cells == [("'It''s & all'!$A$5:$A$6", f"'It''s & all'!${x}$5:${x}$6") for x in "BC"]
    assert [each.tx.strRef.f[-4:] for each in first.series] == ["$B$4", "$C$4"]
    fills = [each.graphicalProperties.solidFill.srgbClr for each in first.series]
    assert fills == [GREEN, YELLOW]
    assert second.series[0].val.numRef.f.endswith("$B$11:$B$12"), "of its own table"
    spans = [(each.anchor._from.col, each.anchor.to.col) for each in (first, second)]
    assert spans == [(0, 2), (2, 3)]
    assert first.anchor._from.row == 14, "below the last table"
    assert sheet["A7"].font.bold, "a total"


def test_what_does_not_fit_on_one_sheet_goes_on_on_the_next(tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    sheets = [
        BigSheet(name="Ledger", columns=COLUMNS, blocks=[block(7), block(18, 7)]),
        BigSheet(name="Bank", columns=COLUMNS, blocks=[block(10)]),
    ]

    written = write_book(path, [PAGE], sheets, rows_max=10)

    assert written == {"Ledger": 10, "Ledger (2)": 10, "Ledger (3)": 5, "Bank": 10}
    assert load_workbook(path).sheetnames == ["Summary", *written]
    found = [
        row[0]
        for name in ("Ledger", "Ledger (2)", "Ledger (3)")
        for row in sheet_of(path, name).iter_rows(min_row=2, values_only=True)
    ]
    assert found == [f"E{each}" for each in range(25)], "none twice, none dropped"
    assert sheet_of(path, "Ledger (3)").auto_filter.ref == "A1:E6"
    assert sheet_of(path, "Bank")["E2"].fill.start_color.rgb == f"00{GREEN}"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.sampled_from(
                ["=1+1", "=HYPERLINK(1)", "#N/A", " out ", "a\tb", "a\nb", "a\r\nb", "<&>", "]]>"]
            ),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_text_stays_that_text(tmp_path: Path, texts: list[str]) -> None:
    path = tmp_path / "texts.xlsx"
    sheet = one_column(path, "text", texts)

    with zipfile.ZipFile(path) as archive:
        (raw,) = read_raw(archive)
        assert not any(cell.formula for cell in raw.cells.values())
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml").partition(b"<sheetData>")[2]
    found = [sheet.cell(row, 1) for row in range(2, 2 + len(texts))]
    assert {cell.data_type for cell in found if cell.value is not None} <= {"s"}
    assert [cell.value or "" for cell in found] == [harmless(each) for each in texts]


def test_a_text_that_no_cell_can_hold_is_cut_and_its_neighbours_are_whole(tmp_path: Path) -> None:
    sheet = one_column(tmp_path / "long.xlsx", "text", ["short", "x" * 40_000, None])
    assert [len(str(sheet.cell(row, 1).value or "")) for row in (2, 3, 4)] == [5, 32_767, 0]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.integers(min_value=-(10**18), max_value=10**18) | st.none(), min_size=1),
    st.integers(min_value=0, max_value=4),
)
def test_every_amount_is_exact_to_its_last_digit(
    tmp_path: Path, units: list[int | None], decimals: int
) -> None:
    """As the digits stand in the file; one with more than a sheet keeps is a text."""
    path = tmp_path / "amounts.xlsx"
    sheet = one_column(path, "money", units, decimals)

    with zipfile.ZipFile(path) as archive:
        (raw,) = read_raw(archive)
    for row, each in enumerate(units, 2):
        cell = raw.cells.get((row, 1))
        if each is None:
            assert cell is None
            continue
        assert cell is not None
        exact = Decimal(each).scaleb(-decimals)
        digits = len(f"{abs(exact):f}".replace(".", ""))
        assert cell.kind == ("n" if digits <= 15 else "inlineStr")
        assert Decimal(cell.text if cell.kind == "n" else str(sheet.cell(row, 1).value)) == exact


def test_decimals_counts_and_days_of_other_centuries(tmp_path: Path) -> None:
    amounts = one_column(tmp_path / "a.xlsx", "money", [Decimal("1E+3"), Decimal("-0.010"), None])
    assert [amounts.cell(row, 1).value for row in (2, 3, 4)] == [1000, -0.01, None]
    counts = one_column(tmp_path / "c.xlsx", "count", [0, 10**15, None])
    assert [counts.cell(row, 1).value for row in (2, 3, 4)] == [0, "1000000000000000", None]
    days = one_column(tmp_path / "d.xlsx", "day", [date(1900, 3, 1), date(1850, 1, 1), None])
    assert [days.cell(row, 1).value for row in (2, 3, 4)] == [
        _moment(1900, 3, 1),
        "1850-01-01",
        None,
    ]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("money", 1.5),
        ("money", "1.50"),
        ("count", 1.0),
        ("count", True),
        ("day", "2027-01-04"),
        ("day", _moment(2027, 1, 4)),
        ("text", 4711),
    ],
)
def test_a_value_of_another_kind_is_never_written(kind: str, value: Any, tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        one_column(tmp_path / "x.xlsx", kind, [value])


@pytest.mark.parametrize("names", [["a/b"], [""], ["x" * 32], ["Ledger", "LEDGER"], ["Summary"]])
def test_a_name_that_no_sheet_can_have_is_refused(names: list[str], tmp_path: Path) -> None:
    sheets = [BigSheet(name=each, columns=COLUMNS, blocks=[]) for each in names]
    with pytest.raises(ValueError, match="name"):
        write_book(tmp_path / "x.xlsx", [PAGE], sheets)


def test_columns_of_different_lengths_are_refused(tmp_path: Path) -> None:
    columns = block(3)
    columns[2].pop()
    with pytest.raises(ValueError, match="equally long"):
        write_book(tmp_path / "x.xlsx", (), [BigSheet(name="L", columns=COLUMNS, blocks=[columns])])


def test_a_big_sheet_is_deflated_as_lightly_as_is_said(tmp_path: Path) -> None:
    """A member that is given to zipfile by its ZipInfo has a level of its own: 6."""
    path = tmp_path / "book.xlsx"
    texts = [f"PV{place * 7919 % 100_003:07d} at {place % 97}" for place in range(20_000)]
    column = BigColumn(head="Entry", kind="text", width=14)
    write_book(path, [], [BigSheet(name="Lines", columns=(column,), blocks=[[texts]])])
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
        light, usual = (
            len(zlib.compress(archive.read(part), level)) for level in (DEFLATE_LEVEL, 6)
        )
    assert abs(part.compress_size - light) < abs(part.compress_size - usual)

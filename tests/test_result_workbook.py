"""The result workbook: the analyst's own sheet, every row's fate beside it, nothing alive in it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from counterfoil.adapters.sheets.putting import put
from counterfoil.adapters.sheets.readers import open_styled
from counterfoil.domain.batches import Batch
from counterfoil.errors import Quarantined
from fixtures.hostile.book import Book, text
from tests.intake_support import ROOT, read
from workflows.results import WORDS, write_results

NOW = datetime(2027, 1, 4, 12, 30, tzinfo=UTC)
HEADER_ROW = 5


@dataclass(frozen=True)
class Item:
    row: int
    state: str
    currency: str
    amount: str
    reason: str | None
    bank_reference: str | None
    updated_at: datetime = NOW


@dataclass(frozen=True)
class Row:
    batch_id: str
    name: str
    rows_read: int
    digest: str
    system: str = "corebank"
    maker: str = "analysts"
    filed_at: datetime = NOW
    needs_approval: bool = True
    approver: str | None = "petra.novakova"


class Ended:
    """A ledger in which every item of one batch has ended: posted, unless said otherwise."""

    def __init__(self, batch: Batch, reasons: Mapping[int, str] | None = None) -> None:
        self._batch = batch
        self._reasons = reasons or {}

    def batch(self, batch_id: str) -> Row:
        each = self._batch
        return Row(each.batch_id, each.name, each.rows_read, each.digest())

    def items(self, *, batch_id: str | None = None) -> Sequence[Item]:
        held = self._batch.held_rows()
        return [
            Item(
                row=each.row,
                state=self._state(each.row, held),
                currency=each.payload.currency,
                amount=str(each.payload.total()),
                reason=self._reasons.get(each.row),
                bank_reference=None if each.row in held else f"CV{each.row:08d}",
            )
            for each in self._batch.items
        ]

    def findings(self, batch_id: str) -> Sequence[Mapping[str, Any]]:
        return [asdict(each) for each in self._batch.findings]

    def _state(self, row: int, held: frozenset[int]) -> str:
        if row in held:
            return "ON_HOLD"
        return "REFUSED" if row in self._reasons else "POSTED"


def result_of(
    path: Path, folder: Path, kind: str = "payments", reasons: Mapping[int, str] | None = None
) -> tuple[Path, Batch]:
    batch = read(path, kind)
    told: list[str] = []
    made = write_results(
        batch.batch_id,
        ledger=Ended(batch, reasons),
        document=path,
        sheet_map=ROOT / f"selectors/sheets/{kind}.toml",
        folder=folder,
        now=NOW,
        emit=lambda event, _: told.append(event),
    )
    assert told == ["result_written"]
    return made, batch


def sheet_of(path: Path, name: str) -> Worksheet:
    sheet = load_workbook(path)[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def test_every_row_of_the_demo_has_its_fate_beside_it(tmp_path: Path) -> None:
    source = ROOT / "fixtures/payments/payments-demo.xlsx"
    made, batch = result_of(source, tmp_path, reasons={20: "E230 cut-off passed"})
    sheet = sheet_of(made, "Payments")
    headers = [cell.value for cell in sheet[HEADER_ROW]]
    assert headers[-4:] == ["Status", "Receipt", "Reason", "Time (UTC)"]
    status = headers.index("Status") + 1
    fates = {
        row: sheet.cell(row, status).value
        for row in range(HEADER_ROW + 1, HEADER_ROW + 1 + batch.rows_read)
    }
    assert set(fates.values()) == {"Posted", "Refused", "On hold"}
    refused = {row for row, fate in fates.items() if fate == "Refused"}
    assert refused == batch.refused_rows() | {20}
    assert sheet.cell(20, status + 2).value == "E230 cut-off passed"
    assert sheet.cell(6, status + 1).value == "CV00000006"
    assert sheet.cell(6, status + 3).value == NOW.replace(tzinfo=None)


def test_their_own_cells_are_as_they_were(tmp_path: Path) -> None:
    source = ROOT / "fixtures/payments/payments-demo.xlsx"
    made, _ = result_of(source, tmp_path)
    before, after = sheet_of(source, "Payments"), sheet_of(made, "Payments")
    for row in before.iter_rows(min_row=1, max_row=before.max_row):
        for cell in row:
            other = after[cell.coordinate]
            if cell.data_type != "f":
                assert other.value == cell.value, cell.coordinate
            assert other.number_format == cell.number_format, cell.coordinate
            assert repr(other.font) == repr(cell.font), cell.coordinate


def test_the_summary_adds_up(tmp_path: Path) -> None:
    source = ROOT / "fixtures/payments/payments-demo.xlsx"
    made, batch = result_of(source, tmp_path)
    book = load_workbook(made)
    assert book.sheetnames == ["Summary", "Payments"]
    summary = book["Summary"]
    assert isinstance(summary, Worksheet)
    lines = [[cell.value for cell in row] for row in summary.iter_rows()]
    facts = {line[0]: line[1] for line in lines}
    assert facts["Batch"] == batch.batch_id
    assert facts["Approved by"] == "petra.novakova"
    assert facts["Control count declared"] == facts["Rows read"] == 210
    assert Decimal(str(facts["Control sum declared"])) == Decimal(
        str(facts["Sum of readable amounts"])
    )
    counts = [line[2] for line in lines if line[0] in WORDS.values()]
    assert sum(each for each in counts if isinstance(each, int)) == 210
    (total,) = [line for line in lines if line[0] == "Total"]
    sums = [line[3] for line in lines if line[0] in WORDS.values() and line[3] is not None]
    assert total[1:3] == ["CZK", 210]
    assert Decimal(str(total[3])) == sum(Decimal(str(each)) for each in sums)


def test_it_is_formatted_to_be_read(tmp_path: Path) -> None:
    made, _ = result_of(ROOT / "fixtures/payments/payments-200.xlsx", tmp_path)
    sheet = sheet_of(made, "Payments")
    assert sheet.freeze_panes == "A6"
    assert sheet.auto_filter.ref == "A5:O205"
    assert sheet["L6"].fill.start_color.rgb.endswith("C6E0B4")
    assert sheet["N6"].alignment.wrap_text
    assert sheet.row_dimensions[6].height is None  # nothing to tell, nothing to make room for
    assert sheet.column_dimensions["N"].width > 40
    assert sheet.column_dimensions["K"].width >= len("STANDING ORDER 29401")  # ours cuts it off


def test_a_long_reason_gets_the_room_that_it_needs(tmp_path: Path) -> None:
    long = {6: "E204 " + "THE ACCOUNT IS NOT ON FILE " * 6}
    made, _ = result_of(ROOT / "fixtures/payments/payments-200.xlsx", tmp_path, reasons=long)
    assert (sheet_of(made, "Payments").row_dimensions[6].height or 0) >= 4 * 15


def test_it_is_set_up_to_be_printed(tmp_path: Path) -> None:
    """One page wide on A4, the head on every page, and which page it is."""
    made, _ = result_of(ROOT / "fixtures/payments/payments-200.xlsx", tmp_path)
    for name, orientation in (("Payments", "landscape"), ("Summary", None)):
        sheet = sheet_of(made, name)
        properties, footer = sheet.sheet_properties.pageSetUpPr, sheet.oddFooter
        assert properties is not None
        assert properties.fitToPage
        setup = sheet.page_setup
        assert (setup.paperSize, setup.fitToWidth, setup.fitToHeight) == (9, 1, 0)
        assert setup.orientation in (orientation, "portrait", None)
        assert footer is not None
        assert footer.right.text == "Page &P of &N"
    assert sheet_of(made, "Payments").print_title_rows == "$5:$5"


def test_every_line_of_a_voucher_shows_the_voucher_s_fate(tmp_path: Path) -> None:
    made, batch = result_of(ROOT / "fixtures/payments/vouchers-12.xlsx", tmp_path, "vouchers")
    sheet = sheet_of(made, "Vouchers")
    fates = [sheet.cell(row, 9).value for row in range(6, 6 + batch.rows_read)]
    assert fates == ["Posted"] * 45


def test_their_formulas_come_back_as_what_they_showed(tmp_path: Path) -> None:
    book = Book(
        cells={
            "B3": '<c r="B3"><f>SUM(F6:F8)</f><v>400.25</v></c>',
            "F7": '<c r="F7" t="str"><f>HYPERLINK("http://evil","x")</f><v>x</v></c>',
            "J6": text("J6", "=1+1"),
            "J7": '<c r="J7"><f>WEBSERVICE("http://evil")</f></c>',
        },
    )
    source = tmp_path / "alive.xlsx"
    book.write(source)
    made, _ = result_of(source, tmp_path / "results")
    assert live_parts(made) == []
    sheet = sheet_of(made, "Payments")
    assert sheet["B3"].value == 400.25
    assert sheet["F7"].value == "x"
    assert sheet["J6"].value == "=1+1"


@pytest.mark.parametrize(
    "reason", ['=HYPERLINK("http://evil","click")', "+1", "-1", "@SUM(A1)", "\tx", "#N/A", "a\x00b"]
)
def test_a_bank_s_message_stays_a_text(reason: str, tmp_path: Path) -> None:
    source = tmp_path / "in.xlsx"
    Book().write(source)
    made, _ = result_of(source, tmp_path / "results", reasons={6: reason})
    assert live_parts(made) == []
    rows = CalamineWorkbook.from_path(made).get_sheet_by_name("Payments").to_python()
    assert any(reason.replace("\x00", "\ufffd").strip() in map(str, row) for row in rows) or (
        reason.startswith("\t")
    )


NASTY = st.text(max_size=60) | st.builds(
    "{}{}".format,
    st.sampled_from(["=", "+", "-", "@", "\t", "\r", "#", "'", "=cmd|'/c'!"]),
    st.text(),
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.lists(NASTY, min_size=20, max_size=20))
def test_no_text_whatever_becomes_a_formula(words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row, each in enumerate(words, 1):
        put(sheet.cell(row, 1), each)
    book.save(path)

    assert live_parts(path) == []
    again = sheet_of(path, "Sheet")
    for row, each in enumerate(words, 1):
        cell = again.cell(row, 1)
        assert cell.data_type in ("s", "n")  # n: an empty text is an empty cell
        assert cell.value is None or cell.quotePrefix
        assert plain(cell.value) == plain(each)


def plain(value: object) -> str:
    """XML has one kind of line end and no control characters; nothing else may differ."""
    text_ = "" if value is None else str(value)
    text_ = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd-\uffff]|[\ud800-\udfff]", "?", text_)
    return text_.replace("\r\n", "\n").replace("\r", "\n")


def test_a_second_batch_of_that_name_does_not_overwrite_the_first(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    Book().write(tmp_path / "a/pay.xlsx")
    Book(cells={"E7": text("E7", "SOMEBODY")}).write(tmp_path / "b/pay.xlsx")
    first, _ = result_of(tmp_path / "a/pay.xlsx", tmp_path / "results")
    second, batch = result_of(tmp_path / "b/pay.xlsx", tmp_path / "results")
    again, _ = result_of(tmp_path / "a/pay.xlsx", tmp_path / "results")
    assert first.name == again.name == "pay.result.xlsx"
    assert second.name == f"pay.{batch.batch_id}.result.xlsx"


def test_a_result_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    source = tmp_path / "in.xlsx"
    Book().write(source)
    batch = read(source)
    source.write_bytes(b"gone")
    with pytest.raises(Quarantined):
        write_results(
            batch.batch_id,
            ledger=Ended(batch),
            document=source,
            sheet_map=ROOT / "selectors/sheets/payments.toml",
            folder=tmp_path / "results",
            now=NOW,
            emit=lambda event, _: None,
        )
    assert list((tmp_path / "results").glob("*.xlsx*")) == []
    assert list((tmp_path / "results").glob(".*.tmp")) == []


def live_parts(path: Path) -> list[str]:
    """Whatever a spreadsheet program would calculate, follow or run."""
    found: list[str] = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            content = archive.read(name).decode("utf-8", "replace")
            if name.startswith("xl/worksheets/") and re.search(
                r"<f[ >/]|<hyperlink|<dataValidation|<cfRule|<oleObject", content
            ):
                found.append(name)
            if re.search(r"vba|externalLink|embedding|connections|pivot", name, re.IGNORECASE):
                found.append(name)
            if 'TargetMode="External"' in content:
                found.append(name)
    return found


def test_reading_leaves_the_library_as_it_was(tmp_path: Path) -> None:
    """Pictures are left alone while a dropped workbook is read, and by nobody else."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append([1, 2, 3])
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=1, max_col=3, min_row=1))
    sheet.add_chart(chart, "A3")
    path = tmp_path / "with_a_chart.xlsx"
    book.save(path)

    assert vars(open_styled(path).worksheets[0])["_charts"] == []
    assert len(vars(load_workbook(path).worksheets[0])["_charts"]) == 1

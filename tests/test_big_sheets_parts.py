"""What a large workbook's parts mean is told without openpyxl, and told alike: or it is refused."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from openpyxl import Workbook
from openpyxl.styles.numbers import (
    BUILTIN_FORMATS,
    builtin_format_code,
    is_date_format,
    is_timedelta_format,
)
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet._reader import WorkSheetParser

from counterfoil.adapters.sheets import parts, streamed_book
from counterfoil.adapters.sheets.columns import Meaning
from counterfoil.adapters.sheets.raw import RawSheet, take_row
from counterfoil.adapters.sheets.row_shapes import Form, Styles
from counterfoil.adapters.sheets.row_stream import Odd
from counterfoil.adapters.sheets.streamed_book import OddCells
from counterfoil.errors import Quarantined
from fixtures.hostile.book import MAIN

FORMATS = [
    *BUILTIN_FORMATS.values(),
    *("yyyy-mm-dd", "[$-409]d/m/yy h:mm AM/PM;@", "[Red]0.00", "[hh]:mm:ss", "[mm]:ss", "[s].00"),
    *('0 "days"', '"d"0', r"0\d", r"_d0", "0.00;[Red]yyyy", "General", "@", "[$EUR ]#,##0.00", ""),
    *("[h]", "[HH]:MM", "[hhh]", "[m", 'd"', "[Magenta]s", "0;-0;;@", "mmss.0", "[$-F800]dddd"),
]
CELLS = (
    '<c r="A1"><v>12</v></c><c r="B1" s="0"><v>1.50</v></c><c r="C1" s="1"><v>45000</v></c>'
    '<c r="D1" s="1"><v>45000.25</v></c><c r="E1" s="1"><v>0.5</v></c>'
    '<c r="F1" s="2"><v>1.75</v></c><c r="G1" t="s"><v>1</v></c><c r="H1" t="b"><v>1</v></c>'
    '<c r="I1" t="e"><v>#N/A</v></c><c r="J1" t="str"><v>a text</v></c><c r="K1" t="str"/>'
    '<c r="L1" t="inlineStr"><is><t xml:space="preserve"> in the cell </t></is></c>'
    '<c r="M1" t="inlineStr"><is><r><t>in two </t></r><r><rPr><b/></rPr><t>fonts</t></r>'
    '<rPh sb="0" eb="1"><t>not this</t></rPh></is></c><c r="N1" t="inlineStr"><is/></c>'
    '<c r="O1" t="inlineStr"/><c r="P1" t="d"><v>2027-01-04</v></c><c r="Q1"><v>1E2</v></c>'
    '<c r="R1" t="inlineStr"><is><t/></is></c><c s="1"><v>59</v></c><c s="1"><v>60</v></c>'
)


def test_a_format_shows_a_day_or_a_span_where_openpyxl_says_so() -> None:
    chance = random.Random(7)
    letters = 'dmhys0#."[]\\_-; @EG$'
    made = ["".join(chance.choices(letters, k=chance.randint(1, 9))) for _ in range(5000)]
    for own in (*FORMATS, *made):
        assert parts.shows_day(own, 164) == is_date_format(own), own
        assert parts.shows_span(own, 164) == is_timedelta_format(own), own
    for number in range(200):
        assert parts.shows_day(None, number) == is_date_format(builtin_format_code(number)), number
        assert parts.shows_span(None, number) == is_timedelta_format(builtin_format_code(number))


def moment(read: Any, *asked: Any) -> Any:
    try:
        return read(*asked)
    except (ValueError, OverflowError):
        return "beyond the calendar"


@pytest.mark.parametrize("epoch", [parts.WINDOWS, parts.MAC])
def test_a_number_is_the_day_or_span_that_openpyxl_makes_of_it(epoch: datetime) -> None:
    chance = random.Random(3)
    texts = ["0", "1", "59", "60", "61", "0.99999999", "-1", "-0.5", "2958465", "2958466", "1e9"]
    texts += [f"{chance.uniform(-100, 60000):.{chance.randint(1, 12)}f}" for _ in range(3000)]
    texts += [str(chance.randint(0, 3_000_000)) for _ in range(1000)]
    for text in texts:
        number = float(text) if "." in text or "e" in text else int(text)
        for form in (Form.DAY, Form.SPAN):
            theirs = moment(from_excel, number, epoch, form is Form.SPAN)
            assert moment(parts.number_of, text, form, epoch) == theirs, (text, form)
        assert repr(parts.number_of(text, Form.NUMBER, epoch)) == repr(number)


def row(cells: str) -> Any:
    data = f'<sheetData><row r="1">{cells}</row></sheetData>'
    return fromstring(f'<worksheet xmlns="{MAIN}">{data}</worksheet>')[0][0]


def read(node: Any) -> dict[int, Any]:
    sheet = RawSheet("Ledger", "xl/worksheets/sheet1.xml", hidden=False)
    take_row(node, sheet, [])
    moments = streamed_book._Moments(parts.WINDOWS)
    odd = OddCells(Meaning(strings=("zero", "one"), moment=moments.of), Styles(3, {1, 2}, {2}))
    odd.take(sheet, Odd(1, node, ""))
    return {column: value for (_, column), value in odd.values.items()}


def test_a_cell_of_any_kind_is_what_openpyxl_makes_of_it() -> None:
    node = row(CELLS)
    parser = WorkSheetParser(
        None,  # type: ignore[arg-type]  # no rows: it is handed single cells
        ["zero", "one"],
        epoch=parts.WINDOWS,
        date_formats={1, 2},
        timedelta_formats={2},
    )
    parser.row_counter = 1
    theirs = {each["column"]: each["value"] for each in map(parser.parse_cell, node)}
    found = read(node)

    assert len(found) > 15
    assert found == {column: theirs[column] for column in found}
    assert not [each for each in theirs.keys() - found.keys() if theirs[each] is not None]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"><v>1</v><v>2</v></c>',
        '<c r="A1"><v xmlns="urn:other">2</v></c>',
        '<c r="A1" s="1"><v>99999999</v></c>',
    ],
)
def test_a_cell_that_two_readers_read_differently_is_refused_by_its_place(cell: str) -> None:
    with pytest.raises(Quarantined, match="Ledger!A1") as refused:
        read(row(cell))

    assert refused.value.code == "readers_disagree"


def altered(path: Path, part: str, old: str, new: str) -> Path:
    """A workbook of two sheets, *old* replaced by *new* in one part of it."""
    made = Workbook()
    made.create_sheet("Second")
    made.save(path)
    with zipfile.ZipFile(path) as archive:
        content = {each: archive.read(each).decode() for each in archive.namelist()}
    assert re.search(old, content[part]), content[part]
    content[part] = re.sub(old, new, content[part], count=1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return path


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("[Content_Types].xml", "/xl/workbook.xml", "/xl/another.xml"),
        ("[Content_Types].xml", "spreadsheetml.sheet.main", "spreadsheetml.other.main"),
        ("[Content_Types].xml", "</Types>", '<Override PartName="/xl/strings.xml" ContentType='
         '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'),
        ("xl/_rels/workbook.xml.rels", "rId2", "rId1"),
        ("xl/_rels/workbook.xml.rels", "relationships/worksheet", "relationships/dialogsheet"),
        ("xl/workbook.xml", "</sheets>", "</sheets><sheets/>"),
        ("xl/workbook.xml", "(<sheet [^>]*>)(.*)</sheets>", r"\2</sheets><x>\1</x>"),
    ],
)  # fmt: skip
def test_a_workbook_whose_directories_disagree_is_refused(
    part: str, old: str, new: str, tmp_path: Path
) -> None:
    path = altered(tmp_path / "dropped.xlsx", part, old, new)

    with (
        pytest.raises(Quarantined, match="two readers find different"),
        streamed_book.opened(path, {}),
    ):
        pass


def test_an_ordinary_workbook_is_read_without_loading_openpyxl(tmp_path: Path) -> None:
    made = Workbook()
    assert made.active is not None
    made.active.append(["Ledger id", "Posting date"])
    made.active.append(["L1", datetime(2027, 1, 4)])  # noqa: DTZ001 - a cell
    made.save(tmp_path / "ledger.xlsx")
    asked = (
        "import sys; from pathlib import Path\n"
        "from counterfoil.adapters.sheets import preflight, streamed_book\n"
        f"path = Path({str(tmp_path / 'ledger.xlsx')!r})\n"
        "with streamed_book.opened(path, preflight.check(path)) as book:\n"
        "    odd, rows = book.odd_cells(), book.rows(book.sheets[0])\n"
        "    while row := rows.odd():\n"
        "        odd.take(book.sheets[0], row)\n"
        "print(len(odd.values), odd.values[2, 2], 'openpyxl' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "4 2027-01-04 00:00:00 False"

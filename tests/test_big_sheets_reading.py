"""The reader of big sheets says what the readers of small ones say, or it refuses."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from counterfoil.adapters.sheets import preflight
from counterfoil.adapters.sheets.big_reading import read_blocks
from counterfoil.adapters.sheets.maps import load_sheet_map
from counterfoil.adapters.sheets.reading import BROKEN, read_rows
from counterfoil.domain.blocks import Block
from counterfoil.errors import Quarantined
from fixtures.hostile.book import OFFICE, Book, good_row, number, text
from fixtures.hostile.makers import SHEET
from fixtures.hostile.workbooks import CASES, Case
from tests.intake_support import ROOT

#: What rules/validation.py says of a small sheet's row, and the big reader says itself.
BY_THE_MAP = {"too_long", "missing", "currency", "choice", "decimals"}
PAYMENTS = load_sheet_map(ROOT / "selectors/sheets/payments.toml")


def big(path: Path) -> list[Block]:
    return list(read_blocks(path, PAYMENTS))


def rows_of(blocks: list[Block]) -> dict[int, dict[str, Any]]:
    """Row number -> its values; what is empty or unreadable is left out."""
    return {
        row: {name: values[at] for name, values in block.columns.items() if values[at] is not None}
        for block in blocks
        for at, row in enumerate(block.rows)
    }


def said(blocks: list[Block], severity: str) -> set[tuple[str, str | None]]:
    return {
        (each.code, each.cell)
        for block in blocks
        for each in block.findings
        if each.severity == severity
    }


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
@pytest.mark.filterwarnings("ignore:Cell .* is marked as a date")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_on_a_hostile_workbook_both_readers_agree_or_the_big_one_refuses(
    case: Case, tmp_path: Path
) -> None:
    path = tmp_path / "dropped.xlsx"
    case.make(path)
    try:
        blocks = big(path)
    except Quarantined:
        return

    preflight.check(path)  # what the small reader sets aside, the big one must not take
    small = read_rows(path, PAYMENTS)

    stricter = {place for code, place in said(blocks, "refuse") if code in BY_THE_MAP}
    assert rows_of(blocks) == {
        row.row: {
            name: value for name, value in row.values.items() if row.cells[name] not in stricter
        }
        for row in small.rows
    }
    refused = {(each.code, each.cell) for row in small.rows for each in row.findings}
    assert refused == {each for each in said(blocks, "refuse") if each[0] not in BY_THE_MAP}
    for severity in ("hold", "note"):
        codes = {each.code for each in small.findings if each.severity == severity}
        assert codes == {code for code, _ in said(blocks, severity)}


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
def test_what_a_small_workbook_is_taken_for_is_not_refused_because_it_could_be_big(
    tmp_path: Path,
) -> None:
    """Agreement by refusing everything would be worth nothing."""
    refused = set()
    for case in CASES:
        if case.outcome != "quarantined":
            path = tmp_path / "dropped.xlsx"
            case.make(path)
            try:
                big(path)
            except Quarantined:
                refused.add(case.name)
    assert refused == {"array_formula_over_the_next_row"}


#: Cells as programs write them, and as nobody should, for columns of every kind.
PALETTE = {
    "A": [
        text("A{r}", "REF-{r}"),
        '<c r="A{r}" s="0" t="str"><v>REF-{r}</v></c>',
        number("A{r}", "4711"),
        '<c r="A{r}" t="inlineStr"><is><t>A &amp; B &lt;{r}&gt; &#233;</t></is></c>',
        '<c r="A{r}" t="inlineStr"><is><r><t>RE</t></r><r><t>F</t></r></is></c>',
        '<c t="inlineStr" r="A{r}"><is><t xml:space="preserve">  REF {r} </t></is></c>',
        "",
    ],
    "E": [
        text("E{r}", "HOLDER {r}"),
        text("E{r}", "H\u00d6LDER {r}"),
        text("E{r}", ""),
        '<c r="E{r}" s="1"/>',
        '<c r="E{r}" t="s"><v>0</v></c>',
        '<c r="E{r}" t="b"><v>1</v></c>',
        '<c r="E{r}" t="e"><v>#N/A</v></c>',
        '<c r="E{r}"><f>1+1</f><v>2</v></c>',
    ],
    "F": [
        number("F{r}", "{r}.25"),
        number("F{r}", "{r}.5"),
        number("F{r}", "{r}"),
        number("F{r}", "-{r}.07"),
        number("F{r}", "1.1000000000000001"),
        number("F{r}", "12E2"),
        number("F{r}", "0.125"),
        number("F{r}", "46391", 1),
        text("F{r}", "1,234.50"),
        text("F{r}", "12.50"),
        text("F{r}", "12.50-"),
        '<c r="F{r}" t="str"><f>A1</f><v>x</v></c>',
        '<c r="F{r}" s="0"><f t="shared" si="0"/><v>7.5</v></c>',
        '<c r="F{r}"></c>',
    ],
    "H": [
        number("H{r}", "46391", 1),
        number("H{r}", "46391.5", 1),
        number("H{r}", "46391"),
        text("H{r}", "2027-01-04"),
        text("H{r}", "04.01.2027"),
        number("H{r}", "0.5", 1),
    ],
}
STRINGS = (
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1">'
    "<si><t>SHARED &amp; HOLDER</t></si></sst>"
)


def many_rows(dice: random.Random, rows: int, odd: float) -> Book:
    """A book whose rows are alike but for some cells, drawn from the palette."""
    made: dict[int, dict[str, str]] = {}
    for row in range(6, 6 + rows):
        cells = good_row(row, f"{row}.25")
        for letter, palette in PALETTE.items():
            if dice.random() < odd:
                cells[letter] = dice.choice(palette).replace("{r}", str(row))
        made[row] = cells
    hidden = {row: 'hidden="1"' for row in made if dice.random() < odd / 4}
    return Book(count=str(rows), more_rows=made, row_attributes=hidden, **with_strings())


def with_strings() -> dict[str, Any]:
    """The parts that a table of shared strings needs."""
    members = Book().members()
    types = str(members["[Content_Types].xml"]).replace(
        "</Types>",
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats'
        '-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    )
    relation = f'<Relationship Id="rId7" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    return {
        "relations": relation,
        "parts": {"xl/sharedStrings.xml": STRINGS, "[Content_Types].xml": types},
    }


FREE = replace(PAYMENTS, control=replace(PAYMENTS.control, required=False, count=(), sum=()))


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
@pytest.mark.filterwarnings("ignore:Cell .* is marked as a date")
@pytest.mark.parametrize("seed", range(6))
def test_rows_of_many_shapes_are_read_as_the_small_readers_read_them(
    seed: int, tmp_path: Path
) -> None:
    """Most go by a shape, some by the XML parser: no cell may differ."""
    path = tmp_path / "many.xlsx"
    many_rows(random.Random(seed), rows=150, odd=(0.02, 0.2, 0.6)[seed % 3]).write(path)

    small = read_rows(path, FREE)
    blocks = list(read_blocks(path, FREE, block_rows=40))

    stricter = {place for code, place in said(blocks, "refuse") if code in BY_THE_MAP}
    assert rows_of(blocks) == {
        row.row: {
            name: value for name, value in row.values.items() if row.cells[name] not in stricter
        }
        for row in small.rows
    }
    refused = {(each.code, each.cell) for row in small.rows for each in row.findings}
    assert refused == {each for each in said(blocks, "refuse") if each[0] not in BY_THE_MAP}
    hidden = {each.message for each in small.findings if each.severity == "hold"}
    assert hidden == {f.message for block in blocks for f in block.findings if f.severity == "hold"}


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
def test_a_mutated_sheet_is_read_as_before_or_refused(tmp_path: Path) -> None:
    """Flipped, cut and doubled bytes between rows that go by their shape."""
    dice, path = random.Random(11), tmp_path / "mutated.xlsx"
    honest = many_rows(random.Random(1), rows=40, odd=0.0)
    honest.write(path)
    right = rows_of(list(read_blocks(path, FREE)))
    taken = 0
    for turn in range(400):
        sheet = bytearray(honest.sheet().encode())
        at, many = dice.randrange(len(sheet)), dice.choice((1, 5, 40))
        sheet[at : at + many] = dice.choice(
            (bytes(dice.randrange(256) for _ in range(many)), b"", sheet[at : at + many] * 2)
        )
        replace(honest, parts={**honest.parts, SHEET: bytes(sheet)}).write(path)
        try:
            blocks = list(read_blocks(path, FREE))
        except Quarantined:
            continue
        try:
            small = read_rows(path, FREE)
        except (Quarantined, *BROKEN):
            assert changed(right, rows_of(blocks)) == set(), f"round {turn}: small one refuses"
            continue
        assert {
            row: each["amount"] for row, each in rows_of(blocks).items() if "amount" in each
        } == {each.row: each.values["amount"] for each in small.rows if "amount" in each.values}, (
            f"round {turn}"
        )
        taken += 1
    assert taken > 40, "a mutation test that never takes anything shows nothing"


def changed(right: dict[int, dict[str, Any]], found: dict[int, dict[str, Any]]) -> set[int]:
    """Rows whose amount is another one."""
    return {
        row for row, each in found.items() if each.get("amount", 0) not in (0, right[row]["amount"])
    }


def test_big_sheets_are_read_without_loading_what_reads_small_ones() -> None:
    """openpyxl takes as long to load as ten thousand rows take to read."""
    asked = (
        "import sys, counterfoil.adapters.sheets.big_reading as _; print('openpyxl' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"

"""A ledger of any length is read by its map: every row, every total checked, or by name why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from counterfoil.adapters.parser_box import Limits, stream
from counterfoil.adapters.sheets.big_reading import read_blocks
from counterfoil.adapters.sheets.big_tables import read_columns
from counterfoil.adapters.sheets.book import BigSheet, write_book
from counterfoil.adapters.sheets.maps import load_sheet_map
from counterfoil.adapters.sheets.pages import BigColumn
from counterfoil.domain.blocks import Block
from counterfoil.domain.findings import Finding
from counterfoil.errors import MapError, Quarantined
from tests.intake_support import ROOT

SHEETS = ROOT / "selectors/sheets"
LEDGER = load_sheet_map(SHEETS / "ledger.toml")
SIDES = load_sheet_map(SHEETS / "ledger_debit_credit.toml")
HEADS = ("Ledger id", "Account", "Posting date", "Amount", "Currency", "Counterparty")


def entry(number: int, amount: Any = 1.25, **other: Any) -> list[Any]:
    return [
        f"L{number}",
        "ACC01",
        other.get("day", date(2027, 1, 4)),
        amount,
        "USD",
        other.get("name", f"Vendor {number}"),
    ]


def book(path: Path, sheets: Mapping[str, Iterable[Sequence[Any]]]) -> Path:
    """A workbook as a person makes it, by openpyxl."""
    made = Workbook()
    assert isinstance(made.active, Worksheet)
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    made.save(path)
    return path


def column(blocks: Iterable[Block], name: str) -> list[Any]:
    return [value for block in blocks for value in block.columns.get(name, ())]


def findings(blocks: Iterable[Block], *severities: str) -> list[Finding]:
    wanted = severities or ("refuse", "hold")
    return [each for block in blocks for each in block.findings if each.severity in wanted]


def test_what_was_written_is_read_back_through_the_parser_box(tmp_path: Path) -> None:
    path = tmp_path / "ledger.xlsx"
    rows = 2_500
    units = [each * 7919 % 100_000 - 50_000 for each in range(rows)]
    names = [f"Vendor & Söhne <{each % 50}>" for each in range(rows)]
    days = [date(2027, 1, 1 + each // 100) for each in range(rows)]
    columns = tuple(
        BigColumn(head=head, kind=kind, width=12)  # type: ignore[arg-type]  # a literal
        for head, kind in zip(HEADS, ("text", "text", "day", "money", "text", "text"), strict=True)
    )
    ids = [f"L{each}" for each in range(rows)]
    same = [["ACC01"] * rows, ["USD"] * rows]
    write_book(
        path,
        (),
        [BigSheet(name="L", columns=columns, blocks=[[ids, same[0], days, units, same[1], names]])],
        rows_max=1_000,
    )

    blocks = list(read_columns(path, SHEETS / "ledger.toml"))

    assert [block.sheet for block in blocks if block.last] == ["L", "L (2)", "L (3)"]
    assert column(blocks, "entry_id") == ids
    assert column(blocks, "posting_date") == days
    assert column(blocks, "amount") == units, "in cents, as integers"
    assert column(blocks, "counterparty") == names
    assert findings(blocks) == []


def test_several_sheets_with_the_table_anywhere_in_them(tmp_path: Path) -> None:
    path = book(
        tmp_path / "ledger.xlsx",
        {
            "Cover": [["Our ledger"], ["printed by", "somebody"]],
            "January": [["January"], [], [None, None, *HEADS], [None, None, *entry(1)]],
            "February": [HEADS[::-1], entry(2)[::-1], [], entry(3)[::-1]],
        },
    )

    blocks = list(read_blocks(path, LEDGER))

    assert column(blocks, "entry_id") == ["L1", "L2", "L3"]
    assert column(blocks, "amount") == [125, 125, 125]
    assert [(block.sheet, *block.rows) for block in blocks if block.rows] == [
        ("January", 4),
        ("February", 2, 4),
    ]
    notes = [(each.code, each.message) for each in findings(blocks, "note")]
    assert ("sheet_not_read", "the sheet 'Cover' has no header of the map and is not read") in notes
    assert any(code == "blank_rows" and "(3)" in message for code, message in notes)


def total(label: str, amount: Any) -> list[Any]:
    return [label, None, None, amount]


def test_totals_rows_are_no_entries_and_must_add_up(tmp_path: Path) -> None:
    rows = [
        HEADS,
        *(entry(each) for each in range(60)),
        total("Subtotal", 75),
        *(entry(each) for each in range(60, 100)),
        total("Subtotal:", 50),
        total("TOTAL", 125),
        entry(100, -25),
        ["Total", "ACC01", date(2027, 1, 31), 100, "USD", "looks like an entry"],
    ]

    blocks = list(read_blocks(book(tmp_path / "l.xlsx", {"Ledger": rows}), LEDGER))

    assert len(column(blocks, "entry_id")) == 101
    assert sum(column(blocks, "amount")) == 100_00
    assert findings(blocks) == []


@pytest.mark.parametrize(
    ("at", "label", "amount", "says"),
    [
        (61, "Subtotal", 75.01, r"Amount: sheet 'Ledger', row 62 declares 75\.01, .* have 75\.00"),
        (61, "Total", "75.10", r"row 62 declares 75\.10"),
        (41, "Grand total", 75, r"row 42 declares 75, the rows above have 50\.00"),
    ],
)
def test_a_totals_row_that_does_not_add_up_is_found_by_sheet_row_and_column(
    at: int, label: str, amount: Any, says: str, tmp_path: Path
) -> None:
    rows = [HEADS, *(entry(each) for each in range(80))]
    rows.insert(at, total(label, amount))

    blocks = list(read_blocks(book(tmp_path / "l.xlsx", {"Ledger": rows}), LEDGER))

    (found,) = findings(blocks)
    assert (found.code, found.cell, found.column) == (
        "total_differs",
        f"Ledger!D{at + 1}",
        "Amount",
    )
    assert_matches(says, found.message)
    assert len(column(blocks, "entry_id")) == 80


def assert_matches(pattern: str, text: str) -> None:
    import re

    assert re.search(pattern, text), text


def test_debit_and_credit_make_one_signed_amount(tmp_path: Path) -> None:
    heads = ("Entry", "Posting date", "Debit", "Credit")
    day = date(2027, 1, 4)
    rows = [
        heads,
        ["1", day, 100, None],
        ["2", day, None, 30.5],
        ["3", day, 0, 12],
        ["4", day, -5, None],
        ["5", day, 1, 2],
        ["6", day, None, None],
        ["7", day, "1.234,50", None],
        ["Summe", None, 1330.5, 44.5],
    ]

    blocks = list(read_blocks(book(tmp_path / "l.xlsx", {"L": rows}), SIDES))

    assert column(blocks, "amount") == [10_000, -3_050, -1_200, -500, None, None, 123_450]
    assert [(each.code, each.row) for each in findings(blocks)] == [
        ("both_sides", 6),
        ("no_amount", 7),
    ]
    assert set.union(*(set(block.refused()) for block in blocks)) == {6, 7}


def test_a_row_that_cannot_be_read_is_there_and_refused(tmp_path: Path) -> None:
    rows = [HEADS, *(entry(each) for each in range(40))]
    rows[20] = entry(19, "=1+1")
    rows[21] = entry(20, 1.005)
    rows[22] = entry(21, day="4.1.27")
    rows[23] = entry(22, None)
    rows[24] = entry(23, name="x" * 200)

    blocks = list(read_blocks(book(tmp_path / "l.xlsx", {"L": rows}), LEDGER))

    assert len(column(blocks, "entry_id")) == 40
    assert [(each.code, each.cell) for each in findings(blocks)] == [
        ("formula", "L!D21"),
        ("decimals", "L!D22"),
        ("not_a_date", "L!C23"),
        ("missing", "L!D24"),
        ("too_long", "L!F25"),
    ]
    assert column(blocks, "amount")[19:23] == [None, None, 125, None]


def test_a_file_full_of_faults_ends_early(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    rows = "".join(f"L{each};A;2027-01-04;x;USD\n" for each in range(10_001))
    path.write_text("Ledger id;Account;Posting date;Amount;Currency\n" + rows)
    with pytest.raises(Quarantined, match=r"too_many_findings.*row 10002"):
        list(read_blocks(path, LEDGER))


CSV_HEAD = "ledger_id,account,posting_date,amount,currency,counterparty\n"
CSV_ROWS = 'L1,A,2027-01-04,-12.50,USD,"Doe, Jane ""JD"""\nL2,A,2027-01-05,7.5,USD,\n'


def csv(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "ledger.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_gives_the_same_columns(delimiter: str, end: str, tmp_path: Path) -> None:
    text = (CSV_HEAD + CSV_ROWS).replace(",", delimiter).replace("\n", end)

    blocks = list(read_columns(csv(tmp_path, text), SHEETS / "ledger.toml"))

    assert column(blocks, "amount") == [-1250, 750]
    assert column(blocks, "posting_date") == [date(2027, 1, 4), date(2027, 1, 5)]
    assert column(blocks, "counterparty") == [f'Doe{delimiter} Jane "JD"', None]
    assert [list(block.rows) for block in blocks] == [[2, 3]]
    assert findings(blocks, "refuse", "hold", "note") == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_decimal_comma_and_the_encoding_that_fits_the_whole_file(
    encoding: str, tmp_path: Path
) -> None:
    rows = "".join(f"{each};04.01.2027;1.234,50;;Zahlung\n" for each in range(5_000))
    text = (
        f"Ledger of 2027\n\nEntry;Buchungsdatum;Soll;Haben;Name\n{rows}9;05.01.2027;;7,5;Müller\n"
    )
    text += "Summe;;6.172.500,00;7,50;\n"

    blocks = list(read_blocks(csv(tmp_path, text, encoding), SIDES, block_rows=1_000))

    assert sum(column(blocks, "amount")) == 5_000 * 123_450 - 750
    assert column(blocks, "counterparty")[-1] == "Müller"
    assert findings(blocks) == []
    assert len(blocks) > 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", r"not_a_table"),
        ("%PDF-1.4\n", r"not_a_table"),
        ("<html>session expired</html>", r"not_a_table"),
        (CSV_HEAD + "L1,A,2027\0-01-04,1,USD,\n", r"not_a_table.*zero bytes"),
        ("a,b\n1,2\n", r"no_header.*'Entry'"),
        (CSV_HEAD + 'L1,A,2027-01-04,1,USD,"open\n', r"unreadable.*line 2"),
        (CSV_HEAD + 'L1,A,2027-01-04,1,USD,"a"b\n', r"unreadable"),
        ("Control count,3\n" + CSV_HEAD + CSV_ROWS, r"control_total.*declares 3, the rows have 2"),
        (CSV_HEAD + CSV_ROWS + "Control sum,-6\n", r"control_total.*declares -6"),
    ],
)
def test_a_csv_that_cannot_be_trusted_is_set_aside_by_name(
    text: str, why: str, tmp_path: Path
) -> None:
    with pytest.raises(Quarantined, match=why):
        list(read_blocks(csv(tmp_path, text), LEDGER))


def test_a_csv_in_none_of_the_encodings_is_set_aside(tmp_path: Path) -> None:
    path = csv(tmp_path, CSV_HEAD + CSV_ROWS)
    path.write_bytes(path.read_bytes() + b"L3,A,2027-01-04,1,USD,\x81\n")
    with pytest.raises(Quarantined, match=r"encoding.*utf-8-sig or cp1252"):
        list(read_blocks(path, LEDGER))


def test_a_header_that_two_delimiters_find_is_two_readings(tmp_path: Path) -> None:
    map_ = load_sheet_map(SHEETS / "ledger.toml")
    text = CSV_HEAD + CSV_ROWS + CSV_HEAD.replace(",", ";")
    with pytest.raises(Quarantined, match=r"two_readings"):
        list(read_blocks(csv(tmp_path, text), map_))


def test_a_ragged_row_is_refused_and_counted(tmp_path: Path) -> None:
    text = CSV_HEAD + CSV_ROWS + "L3,A,2027-01-06\nL4,A,2027-01-06,1.00,USD,x,,\n"

    blocks = list(read_blocks(csv(tmp_path, text), LEDGER))

    assert column(blocks, "entry_id") == ["L1", "L2", None, "L4"], "empty cells at the end are none"
    assert [(each.code, each.row) for each in findings(blocks)] == [("not_a_row", 4)]


def test_a_csv_that_may_be_cut_off_waits_for_a_person(tmp_path: Path) -> None:
    """1,250.00 cut to 1 is an amount all the same."""
    text = CSV_HEAD + "L1,A,2027-01-04,1250.00,USD,x\nL2,A,2027-01-04,1"
    blocks = list(read_blocks(csv(tmp_path, text + ",USD,x"), LEDGER))
    assert [each.code for each in findings(blocks)] == ["may_be_cut_off"]
    declared = f"Control count,1\nControl sum,1250.00\n{CSV_HEAD}L1,A,2027-01-04,1250.00,USD,x"
    assert findings(read_blocks(csv(tmp_path, declared), LEDGER)) == []


def test_what_goes_wrong_late_is_still_said(tmp_path: Path) -> None:
    """Blocks that came before a refusal count for nothing: the iterator raises."""
    path = tmp_path / "l.csv"
    rows = "".join(f"L{each},A,2027-01-04,1.00,USD,x\n" for each in range(30_000))
    path.write_text(f"Control count,30001\n{CSV_HEAD}{rows}")
    blocks: Iterator[Block] = read_columns(path, SHEETS / "ledger.toml")

    assert len(next(blocks).rows) >= 10_000
    with pytest.raises(Quarantined, match=r"control_total.*30,001"):
        list(blocks)


def test_a_stream_out_of_the_box_has_its_bounds(tmp_path: Path) -> None:
    answers = stream("tests.box_victims:count_for_ever", tmp_path, {}, limits=in_tests())
    assert [next(answers), next(answers)] == [0, 1]
    answers.close()
    with pytest.raises(Quarantined, match=r"parser_died.*longer than 1,000 bytes"):
        list(stream("tests.box_victims:grow", tmp_path, {}, limits=in_tests(answer_bytes=1_000)))
    with pytest.raises(Quarantined, match=r"parser_died.*SIGSEGV"):
        list(stream("tests.box_victims:crash_after_two", tmp_path, {}, limits=in_tests()))
    with pytest.raises(Quarantined, match=r"parser_died.*code 3"):
        list(stream("tests.box_victims:leave_after_two", tmp_path, {}, limits=in_tests()))


def in_tests(**bounds: Any) -> Limits:
    """Time enough for a loaded machine."""
    return Limits(cpu_seconds=60, wall_seconds=120, **bounds)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('item    = "entry"', 'item    = "payment"'), r"belong to the item 'entry'"),
        (('minus = "credit"', 'minus = "credits"'), r"plus and minus are money columns"),
        (('minus = "credit"', 'minus = "debit"'), r"two columns"),
        (('subtotals = ["Subtotal"', 'subtotals = ["Total"'), r"a label stands for two things"),
        (("decimals  = 2\n\n[columns.credit]", "\n[columns.credit]"), r"same decimals"),
        (("subtotals =", "subtotal ="), r"unknown key 'subtotal', did you mean"),
    ],
)
def test_a_map_that_is_not_exactly_right_is_refused(
    change: tuple[str, str], says: str, tmp_path: Path
) -> None:
    text = (SHEETS / "ledger_debit_credit.toml").read_text("utf-8")
    assert change[0] in text
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(*change), "utf-8")
    with pytest.raises(MapError, match=says):
        list(read_columns(tmp_path / "none.xlsx", path))


def test_entries_are_never_keyed() -> None:
    from workflows.intake import expectations

    with pytest.raises(MapError, match=r"compared and never keyed"):
        expectations(LEDGER, date(2027, 1, 4))

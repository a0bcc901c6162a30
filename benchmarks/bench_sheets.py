"""Sheets of a million rows: CPU seconds and peak memory, beside what others take in the same run.

    python -m benchmarks sheets            1,000,000 rows of 12 cells
    python -m benchmarks.bench_sheets ROWS

Every figure is a child process of its own: its CPU time is measured inside, without the
interpreter's start and the imports; its peak is the RSS of the whole process. openpyxl is
measured on a slice and taken times the rows, it is linear. fastexcel and polars are measured
where they are installed; they are no dependency.
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from counterfoil.adapters.sheets.big_tables import read_columns
from counterfoil.adapters.sheets.book import BigSheet, write_book
from counterfoil.adapters.sheets.maps import load_sheet_map
from counterfoil.adapters.sheets.pages import BigColumn, Page, PageTable

ROWS = 1_000_000
BLOCK_ROWS = 5_000
SLICE = 20  # openpyxl gets a twentieth
LEDGER = Path(__file__).parent.parent / "selectors/sheets/ledger.toml"
COLOURS = {"Matched": "C6E0B4", "Open": "FFE699", "Break": "F4B6B6"}
COLUMNS = (
    BigColumn(head="Ledger id", kind="text", width=14),
    BigColumn(head="Account", kind="text", width=14),
    BigColumn(head="Posting date", kind="day", width=14),
    BigColumn(head="Amount", kind="money", width=16),
    BigColumn(head="Currency", kind="text", width=11),
    BigColumn(head="Original amount", kind="money", width=18),
    BigColumn(head="Original currency", kind="text", width=18),
    BigColumn(head="Counterparty", kind="text", width=30),
    BigColumn(head="Reference", kind="text", width=18),
    BigColumn(head="Document", kind="text", width=14),
    BigColumn(head="Description", kind="text", width=44),
    BigColumn(head="Run", kind="text", width=12, colours=COLOURS),
)


def blocks(rows: int) -> Iterator[list[list[Any]]]:
    """Twelve columns like a ledger's: one cell in forty is empty."""
    for first in range(0, rows, BLOCK_ROWS):
        at = range(first, min(first + BLOCK_ROWS, rows))
        yield [
            [f"L{each:09d}" for each in at],
            [f"1000000{each % 6:03d}" for each in at],
            [date(2017, 10, 1) + timedelta(each // 3400 % 300) for each in at],
            [each * 7919 % 10_000_000 - 5_000_000 for each in at],
            ["USD"] * len(at),
            [each * 7919 % 10_000_000 if each % 2 else None for each in at],
            ["EUR"] * len(at),
            [f"VENDOR & SONS {each * 31 % 5000} LLC" for each in at],
            [f"INV-{each * 17 % 9_999_999:07d}" for each in at],
            [f"45{each:08d}" for each in at],
            [f"professional services, month {each % 12 + 1}, lot {each}" for each in at],
            [("Matched", "Open", "Break")[each % 10 // 4] for each in at],
        ]


def values_alone(folder: Path, rows: int) -> None:
    """What making the values costs: it is in every figure of writing."""
    for _ in blocks(rows):
        continue


def write_ours(folder: Path, rows: int) -> None:
    """Summary and a big sheet: styles, pane, filter, widths, fills."""
    page = Page(name="Summary", title="Ledger", tables=(PageTable(rows=(("Rows", rows),)),))
    sheet = BigSheet(name="Ledger", columns=COLUMNS, blocks=blocks(rows))
    write_book(folder / "ours.xlsx", [page], [sheet])


def write_openpyxl(folder: Path, rows: int) -> None:
    """The same formats by openpyxl's streaming writer, a slice."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import PatternFill

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Ledger")
    fills = {text: PatternFill("solid", start_color=colour) for text, colour in COLOURS.items()}
    for block in blocks(rows // SLICE):
        for row in zip(*block, strict=True):
            cells = [WriteOnlyCell(sheet, value=each) for each in row]
            for cell, column in zip(cells, COLUMNS, strict=True):
                cell.number_format = column.shown
            cells[-1].fill = fills[row[-1]]
            sheet.append(cells)
    book.save(folder / "slice.xlsx")


def read_ours(folder: Path, rows: int) -> None:
    """What runs in the parser box: preflight, every check, blocks."""
    from counterfoil.adapters.sheets.big_reading import read_blocks

    found = read_blocks(folder / "ours.xlsx", load_sheet_map(LEDGER))
    assert sum(len(block.rows) for block in found) == rows


def read_through_box(folder: Path, rows: int) -> None:
    """The whole way: child, JSON, blocks again. CPU of both, peak of the larger."""
    assert sum(len(each.rows) for each in read_columns(folder / "ours.xlsx", LEDGER)) == rows


def read_calamine(folder: Path, rows: int) -> None:
    """python-calamine, row by row."""
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(folder / "ours.xlsx").get_sheet_by_name("Ledger")
    assert sum(1 for _ in sheet.iter_rows()) == rows + 1


def read_fastexcel(folder: Path, rows: int) -> None:
    """fastexcel to Arrow columns."""
    import fastexcel  # type: ignore[import-not-found]  # no dependency

    sheet = fastexcel.read_excel(folder / "ours.xlsx").load_sheet("Ledger")
    assert sheet.to_polars().height == rows


def read_openpyxl(folder: Path, rows: int) -> None:
    """openpyxl, read only, a slice."""
    from openpyxl import load_workbook

    sheet = load_workbook(folder / "slice.xlsx", read_only=True)["Ledger"]
    assert sum(1 for _ in sheet.iter_rows(values_only=True)) == rows // SLICE


def write_csv(folder: Path, rows: int) -> None:
    """The same rows as a CSV, for the two below."""
    with (folder / "ours.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([each.head for each in COLUMNS])
        for block in blocks(rows):
            for at in (3, 5):
                block[at] = [None if each is None else f"{each / 100:.2f}" for each in block[at]]
            writer.writerows(zip(*block, strict=True))


def read_our_csv(folder: Path, rows: int) -> None:
    """Found encoding and delimiter, cents, dates, blocks."""
    from counterfoil.adapters.sheets.big_reading import read_blocks

    found = read_blocks(folder / "ours.csv", load_sheet_map(LEDGER))
    assert sum(len(block.rows) for block in found) == rows


def read_csv_module(folder: Path, rows: int) -> None:
    """The standard library: lists of texts, thrown away."""
    with (folder / "ours.csv").open(newline="", encoding="utf-8") as file:
        assert sum(1 for _ in csv.reader(file)) == rows + 1


def read_polars_csv(folder: Path, rows: int) -> None:
    """polars, typed by its own guess."""
    import polars

    assert polars.read_csv(folder / "ours.csv").height == rows


#: What is measured, in the order in which files are made; its floor, and what it is times.
TASKS: tuple[tuple[Callable[[Path, int], None], str, int], ...] = (
    (values_alone, "", 1),
    (write_ours, "write_openpyxl", 1),
    (write_openpyxl, "", SLICE),
    (read_ours, "read_fastexcel", 1),
    (read_through_box, "read_fastexcel", 1),
    (read_calamine, "", 1),
    (read_fastexcel, "", 1),
    (read_openpyxl, "", SLICE),
    (write_csv, "", 1),
    (read_our_csv, "read_csv_module", 1),
    (read_csv_module, "", 1),
    (read_polars_csv, "", 1),
)
NEEDS = {"read_fastexcel": "fastexcel", "read_polars_csv": "polars"}


def main(rows: int = ROWS) -> None:
    """Measure them all and print the table."""
    measured: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for task, _, times in TASKS:
            if find_spec(NEEDS.get(task.__name__, "csv")) is not None:
                cpu, peak = _in_a_child(task.__name__, Path(folder), rows)
                measured[task.__name__] = (cpu * times, peak)
        size = (Path(folder) / "ours.xlsx").stat().st_size / 2**20
    print(f"{rows:,} rows of 12 cells, workbook {size:.0f} MB\n")
    print("| what | CPU s | peak MB | against |\n|---|---|---|---|")
    for task, floor, times in TASKS:
        if task.__name__ in measured:
            cpu, peak = measured[task.__name__]
            whole = f"{cpu:.1f}" + (f" (1/{times}, times {times})" if times > 1 else "")
            ratio = f"{cpu / measured[floor][0]:.2f}x {floor}" if floor in measured else ""
            print(f"| {task.__name__} | {whole} | {peak:.0f} | {ratio} |")


def _in_a_child(name: str, folder: Path, rows: int) -> tuple[float, float]:
    order = [sys.executable, "-m", "benchmarks.bench_sheets", name, str(folder), str(rows)]
    said = subprocess.run(order, check=True, capture_output=True, text=True).stdout
    cpu, peak = json.loads(said)
    return float(cpu), float(peak)


def _measure(name: str, folder: Path, rows: int) -> None:
    (task,) = (each for each, _, _ in TASKS if each.__name__ == name)
    before = _cpu()
    task(folder, rows)
    cpu = _cpu() - before
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    print(json.dumps([cpu, max(resource.getrusage(each).ru_maxrss for each in who) / 2**10]))


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    if len(sys.argv) == 4:
        _measure(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)

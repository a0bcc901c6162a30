"""What a reconciliation costs at 10,000 to 1,000,000 lines, against its floor in the same run.

    python -m benchmarks.bench_reconciliation_scale [--lines 10000,100000,1000000] [--keep FOLDER]
        [--without-workbook]

Bank as CSV, ledger as workbook, made by ``../shared/tools/recon_pairs.py`` out of real payments;
with ``--keep`` the pairs stay and are used again. Every figure is of a process of its own: CPU
seconds with its children and imports, the peak of the resident memory of the whole process tree,
sampled by the parent. The floor reads the same files (polars, python-calamine), joins number and
amount, unique on both sides, and writes as many formatted rows: what cannot be saved.
"""

from __future__ import annotations

import argparse
import compileall
import csv
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from itertools import islice, pairwise
from math import log
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil

from counterfoil.adapters.sheets.book import BigSheet, write_book
from counterfoil.adapters.sheets.pages import BigColumn

HOME = Path(__file__).parent.parent
TOOLS = HOME.parent / "shared" / "tools"
ELSEWHERE = Path("/work/shared/tools")
SOURCES = [HOME / each for each in ("src", "workflows", "bots", "benchmarks")]
BLOCK_ROWS = 5_000
EVERY_SECONDS = 0.05
KINDS = {"posting_date": "day", "amount": "money"}


def main() -> None:
    """Make the pairs, run everything, print the tables."""
    asked = _arguments()
    tools = next((each for each in (TOOLS, ELSEWHERE) if each.is_dir()), None)
    if tools is None:
        print(f"no pairs: {TOOLS} is not there")
        return
    pairs = _load(tools / "recon_pairs.py")
    for each in SOURCES:  # as what is installed is; else every start would read them anew
        compileall.compile_dir(each, quiet=1)
    with tempfile.TemporaryDirectory() as temporary:
        home = asked.keep or Path(temporary)
        results = []
        for lines in map(int, asked.lines.split(",")):
            folder = home / f"pair{lines}"
            _make(pairs, folder, lines)
            ours = _in_a_child("ours-bare" if asked.without_workbook else "ours", folder)
            results.append((folder, ours, _in_a_child("floor", folder)))
            _say(results[-1])
        _say_curve([ours for _, ours, _ in results])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--lines", default="10000,100000,1000000")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--without-workbook", action="store_true")
    return parser.parse_args()


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _make(pairs: ModuleType, folder: Path, lines: int) -> None:
    if (folder / "ledger.xlsx").is_file():
        return
    options = dict(pairs.FLAVOURS["given"]) | {"seed": 301}
    made = pairs.Gen(options, pairs.LOADERS["phoenix"](options["sources"]), lines)
    made.run()
    made.write(str(folder))
    with (folder / "ledger.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        heads = next(rows)
        columns = tuple(
            BigColumn(head=each, kind=KINDS.get(each, "text"), width=14)  # type: ignore[arg-type]
            for each in heads
        )
        sheet = BigSheet(name="Ledger", columns=columns, blocks=_blocks(rows))
        write_book(folder / "ledger.xlsx", (), [sheet])


def _blocks(rows: Iterator[list[str]]) -> Iterator[list[list[Any]]]:
    while block := list(islice(rows, BLOCK_ROWS)):
        columns: list[list[Any]] = [
            [each or None for each in column] for column in zip(*block, strict=True)
        ]
        columns[2] = [date.fromisoformat(each) for each in columns[2]]
        columns[3] = [int(each.replace(".", "")) for each in columns[3]]
        yield columns


def run_ours(folder: Path, *, workbook: bool) -> dict[str, Any]:
    """The whole way; CPU seconds of each stage."""
    import workflows.reconciliation as workflow

    if not workbook:
        workflow.write_reconciliation = lambda *_: {}  # type: ignore[attr-defined]
    moments = [("start and imports", _cpu())]

    def progress(stage: str, done: int, of: int | None) -> None:
        if moments[-1][0] != stage:
            moments.append((stage, _cpu()))

    with tempfile.TemporaryDirectory() as into:
        run = workflow.reconcile_files(
            folder / "bank.csv",
            folder / "ledger.xlsx",
            folder / "rules.json",
            Path(into),
            progress=progress,
        )
    ends = [at for _, at in moments[1:]] + [_cpu()]
    stages = {"start and imports": moments[0][1]}
    for (stage, since), until in zip(moments, ends, strict=True):
        stages[stage] = stages.get(stage, 0) + until - since
    lines = [len(run.found.bank), len(run.found.ledger), len(run.found.matches)]
    return {"stages": stages, "lines": lines}


def run_floor(folder: Path) -> dict[str, Any]:
    """Read, join, write: the least that has to be done."""
    import polars as pl

    stages: dict[str, float] = {"start and imports": _cpu()}
    bank = pl.read_csv(folder / "bank.csv", infer_schema=False).fill_null("")
    ledger = _workbook(folder / "ledger.xlsx")
    stages["read"] = _cpu() - sum(stages.values())
    pairs = _certain(bank, ledger)
    stages["join"] = _cpu() - sum(stages.values())
    with tempfile.TemporaryDirectory() as into:
        _write(Path(into) / "floor.xlsx", bank, ledger, pairs)
    stages["write"] = _cpu() - sum(stages.values())
    return {"stages": stages, "lines": [len(bank), len(ledger), len(pairs)]}


def _workbook(path: Path) -> Any:
    import polars as pl
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return pl.DataFrame(
        rows[1:], schema=list(map(str, rows[0])), orient="row", infer_schema_length=None
    )


def _certain(bank: Any, ledger: Any) -> Any:
    """A word of the bank's text is the ledger's number, the amount agrees, and neither is torn."""
    import polars as pl

    cents = (pl.col("amount").cast(pl.Float64) * 100).round().cast(pl.Int64)
    texts = pl.concat_str("reference", "narrative", separator=" ").str.to_uppercase()
    words = (
        bank.select("bank_id", "account", cents.alias("cents"), texts.alias("text"))
        .with_columns(pl.col("text").str.extract_all(r"[A-Z0-9/-]*[0-9][A-Z0-9/-]*").alias("key"))
        .drop("text")
        .explode("key")
    )
    numbers = pl.concat(
        [
            ledger.select("ledger_id", "account", cents.alias("cents"), pl.col(name).alias("key"))
            for name in ("reference", "doc_no")
        ]
    ).filter(pl.col("key") != "")
    folded = pl.col("key").str.replace_all(r"[^A-Z0-9]", "").str.strip_chars_start("0")
    pairs = (
        words.with_columns(folded)
        .join(numbers.with_columns(folded), on=["account", "cents", "key"])
        .select("bank_id", "ledger_id")
        .unique()
    )
    alone = [pl.len().over(each) == 1 for each in ("bank_id", "ledger_id")]
    return pairs.filter(*alone)


def _write(path: Path, bank: Any, ledger: Any, pairs: Any) -> None:
    """Every line once, matched or open, in formatted sheets of twelve columns."""
    matched = (
        pairs.join(bank, on="bank_id")
        .join(ledger, on="ledger_id", suffix="_ledger")
        .select(
            *("bank_id", "ledger_id", "account", "stmt_date", "amount", "amount_ledger"),
            *("currency", "counterparty", "reference", "narrative", "reference_ledger"),
            "description",
        )
    )
    left = ledger.join(pairs, on="ledger_id", how="anti")
    sheets = [
        BigSheet(name=name, columns=_columns(frame.columns), blocks=_slices(frame))
        for name, frame in (
            ("Matched", matched),
            ("Bank", bank.join(pairs, on="bank_id", how="anti")),
            ("Ledger", left),
        )
    ]
    write_book(path, (), sheets)


def _columns(names: list[str]) -> tuple[BigColumn, ...]:
    return tuple(
        BigColumn(head=each, kind="money" if each.startswith("amount") else "text", width=14)
        for each in names
    )


def _slices(frame: Any) -> Iterator[list[list[Any]]]:
    import polars as pl

    cents = [
        (pl.col(each).cast(pl.Float64) * 100).round().cast(pl.Int64)
        if each.startswith("amount")
        else pl.col(each).cast(pl.String)
        for each in frame.columns
    ]
    for part in frame.select(cents).iter_slices(BLOCK_ROWS):
        yield [part[each].to_list() for each in part.columns]


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _in_a_child(what: str, folder: Path) -> dict[str, Any]:
    order = [sys.executable, "-m", "benchmarks.bench_reconciliation_scale", what, str(folder)]
    started, peak = time.monotonic(), 0
    with subprocess.Popen(order, stdout=subprocess.PIPE, text=True) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, _resident(watched))
            time.sleep(EVERY_SECONDS)
        assert process.stdout is not None
        said: dict[str, Any] = json.loads(process.stdout.read())
    return said | {"peak": peak / 2**20, "wall": time.monotonic() - started}


def _resident(process: psutil.Process) -> int:
    """Bytes of the process and its children; shared pages count in each."""
    try:
        family = [process, *process.children(recursive=True)]
        return sum(each.memory_info().rss for each in family)
    except psutil.Error:
        return 0


def _say(result: tuple[Path, dict[str, Any], dict[str, Any]]) -> None:
    folder, ours, floor = result
    bank, ledger, matches = ours["lines"]
    print(f"\n{folder.name}: {bank:,} bank lines, {ledger:,} ledger lines, {matches:,} matches")
    print("| what | CPU s | wall s | peak MB |\n|---|---|---|---|")
    for name, run in (("ours", ours), ("floor", floor)):
        whole = sum(run["stages"].values())
        print(f"| **{name}** | {whole:.1f} | {run['wall']:.1f} | {run['peak']:.0f} |")
        for stage, cpu in run["stages"].items():
            print(f"| {stage} | {cpu:.2f} | | |")
    ratio = sum(ours["stages"].values()) / sum(floor["stages"].values())
    print(f"ratio to the floor: {ratio:.2f}", flush=True)


def _say_curve(runs: list[dict[str, Any]]) -> None:
    """Between two sizes: how fast the cost grows, without the start."""
    for small, large in pairwise(runs):
        lines = [sum(each["lines"][:2]) for each in (small, large)]
        costs = [
            sum(each["stages"].values()) - each["stages"]["start and imports"]
            for each in (small, large)
        ]
        grows = log(costs[1] / costs[0]) / log(lines[1] / lines[0])
        print(f"from {lines[0]:,} to {lines[1]:,} lines the cost grows as lines^{grows:.2f}")


if __name__ == "__main__":
    if len(sys.argv) == 3 and not sys.argv[1].startswith("-"):
        work, place = sys.argv[1], Path(sys.argv[2])
        told = run_floor(place) if work == "floor" else run_ours(place, workbook=work == "ours")
        print(json.dumps(told))
    else:
        main()

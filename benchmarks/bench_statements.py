"""What reading statements costs: against pdfplumber's extract_table, and on a long file.

    python -m benchmarks.bench_statements [--rounds 5] [--data DIR]

The ratio: read + proof of every given document marked ``prove`` against nothing but
``extract_table()`` on the same pages, in one process, document by document in turn, CPU
time, the median of the rounds. The documents are read from ``../shared/data/statements``;
where that is absent, the zoo is made instead (and the long file is its longest).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import pdfplumber
import pypdfium2

from counterfoil.boxed.pdf import parse
from counterfoil.statements import QUICK_LOOK, HowToRead, read_document

ROOT = Path(__file__).parent.parent
CUTS = (5, 20, 55)  # pages of the long file that memory is measured at
ROUNDS_IN_PARALLEL = 3
OPTIONS: dict[str, Any] = {
    "password": None, "today": "2026-11-26", "maps": "", "layout": "", "known": [],
    "look_above": {},
}  # fmt: skip
CURRENCIES = "AUD BRL CAD CHF CZK EUR GBP INR JPY KES NGN NZD PLN SEK SGD TRY USD ZAR"
#: How much of what is proved is compared with its picture.
LOOKS: dict[str, dict[str, str]] = {
    "by text alone": dict.fromkeys(["", *CURRENCIES.split()], "1e15"),
    "as usual": {code: str(least) for code, least in QUICK_LOOK.items()},
    "with --look": {},
}
USUAL = HowToRead(look_above=QUICK_LOOK)
#: In a process of its own, as the parser box starts it: what it costs from start to end.
_ALONE = (
    "import json, sys; from pathlib import Path; from counterfoil.boxed.pdf import parse;"
    " parse(Path(sys.argv[1]), json.loads(sys.argv[2]));"
    " print(next(x.split()[1] for x in open('/proc/self/status') if x.startswith('VmHWM')))"
)


@dataclass(frozen=True)
class Document:
    """One PDF that is to be proved."""

    path: Path
    password: str | None

    def ours(self, way: str = "as usual") -> object:
        """Read and proved, or refused."""
        return parse(self.path, OPTIONS | {"password": self.password, "look_above": LOOKS[way]})

    def theirs(self) -> object:
        """The tables that pdfplumber finds, and no more."""
        tables = []
        with pdfplumber.open(self.path, password=self.password or "") as document:
            for page in document.pages:
                tables.append(page.extract_table())
                page.close()
        return tables


def main() -> None:
    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # on every font it finds odd
    parser = argparse.ArgumentParser(description="Measure the statement reader")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=_shared())
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.data is None:
            subprocess.run([sys.executable, "-m", "fixtures.statements.zoo", folder], check=True)
        documents = sorted(
            _documents(given.data or Path(folder)), key=lambda each: each.path.stat().st_size
        )
        print(f"load {os.getloadavg()[0]:.1f} before\n\n| what | figure |\n|---|---|")
        show(ratio_rows(documents, given.rounds))
        show(long_rows(_longest(documents), Path(folder)))
        show(parallel_rows(documents))
        print(f"\nload {os.getloadavg()[0]:.1f} after")


def show(rows: Sequence[tuple[str, str]]) -> None:
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def _shared() -> Path | None:
    """The given documents, where they are."""
    folders = (parent / "shared/data/statements" for parent in ROOT.parents)
    return next((folder for folder in folders if folder.is_dir()), None)


def _documents(folder: Path) -> Iterator[Document]:
    for truth in sorted(folder.glob("*/*.truth.json")):
        told = json.loads(truth.read_text())
        path = truth.with_name(truth.name.removesuffix(".truth.json") + ".pdf")
        if told.get("expect") == "prove" and path.exists():
            yield Document(path, told.get("password"))


def _longest(documents: Sequence[Document]) -> Document:
    return max(documents, key=lambda each: _pages(each.path) if each.password is None else 0)


def _pages(path: Path) -> int:
    with pypdfium2.PdfDocument(path) as document:
        return len(document)


def cpu_seconds(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def ratio_rows(documents: Sequence[Document], rounds: int) -> list[tuple[str, str]]:
    """One document by us, the same by pdfplumber, the next: a slow minute hits both."""
    for first in documents[:2]:
        first.ours(), first.theirs()  # imports, and tables that are made once
    taken: dict[Path, list[tuple[float, ...]]] = {each.path: [] for each in documents}
    for _ in range(rounds):
        for each in documents:
            times = [cpu_seconds(partial(each.ours, way)) for way in LOOKS]
            taken[each.path].append((*times, cpu_seconds(each.theirs)))
    sums = [
        [sum(times[number][way] for times in taken.values()) for way in range(4)]
        for number in range(rounds)
    ]
    long = taken[_longest(documents).path]
    pages = sum(_pages(each.path) if each.password is None else 1 for each in documents)
    rows = []
    for way, what in enumerate(LOOKS):
        single = sorted(median(times[way] / times[3] for times in each) for each in taken.values())
        rows += [
            (
                f"read + proof {what} against extract_table, {len(documents)} documents, CPU",
                f"{median(each[way] / each[3] for each in sums):.2f}x, a median document"
                f" {median(single):.2f}x, the dearest {single[-1]:.2f}x, the long file"
                f" {median(times[way] / times[3] for times in long):.2f}x",
            )
        ]
    each_page = " / ".join(
        f"{median(each[way] for each in sums) / pages * 1000:.0f}" for way in range(4)
    )
    rows.append(("CPU ms a page, in that order / extract_table", each_page))
    return rows


def long_rows(long: Document, folder: Path) -> list[tuple[str, str]]:
    """The long file through the parser box, and how memory grows with its pages."""
    total = _pages(long.path)
    start = time.perf_counter()
    reading = read_document(long.path, USUAL)
    wall = time.perf_counter() - start
    rows = sum(len(each.statement.transactions) for each in reading.proved())
    what = f"{long.path.name}, {total} pages, {rows:,} rows"
    figures = []
    for pages in (cut for cut in CUTS if cut <= total):
        cpu, peak = alone(_cut(long.path, pages, folder))
        figures.append((f"{pages}", f"{peak:.0f} MB", f"{cpu:.2f} s"))
    pages_, peaks, cpus = (" / ".join(each) for each in zip(*figures, strict=True))
    return [
        (f"{what}, through the parser box, wall (bar 2.5 s)", f"{wall:.2f} s"),
        (f"its first {pages_} pages in a process of its own, CPU from start to end", cpus),
        ("the same, peak memory (bar 250 MB)", peaks),
    ]


def _cut(path: Path, pages: int, folder: Path) -> Path:
    """The first *pages* of it, as a file."""
    with pypdfium2.PdfDocument(path) as whole, pypdfium2.PdfDocument.new() as part:
        part.import_pages(whole, list(range(pages)))
        part.save(folder / f"first_{pages}.pdf")
    return folder / f"first_{pages}.pdf"


def alone(path: Path) -> tuple[float, float]:
    """(CPU seconds, peak MB) of a fresh process that reads one file."""
    options = OPTIONS | {"look_above": LOOKS["as usual"]}
    before = os.times()
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            _ALONE,
            path,
            json.dumps(options),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    after = os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return cpu, int(run.stdout) / 1024


def parallel_rows(documents: Sequence[Document]) -> list[tuple[str, str]]:
    """The same documents one after the other, and over all cores; each in its own process."""
    open_ = [document.path for document in documents if document.password is None][::3]
    cores = os.cpu_count() or 1

    def over(workers: int) -> float:
        start = time.perf_counter()
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(_read, open_))
        return time.perf_counter() - start

    walls = [(over(1), over(cores)) for _ in range(ROUNDS_IN_PARALLEL)]
    one, many = (median(each) for each in zip(*walls, strict=True))
    return [
        (
            f"{len(open_)} documents, wall, one after the other / over {cores} cores",
            f"{one:.1f} s / {many:.1f} s: {median(a / b for a, b in walls):.2f}x as fast",
        )
    ]


def _read(path: Path) -> Any:
    return read_document(path, USUAL)


if __name__ == "__main__":
    main()

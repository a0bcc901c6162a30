"""Faults put into proved statements, and what the reader then makes of them.

Again for one fault, with what it changed:

    python -m tests.statement_faults SOURCE EDITS

where SOURCE is ``shared:<folder>/<name>`` or ``zoo:<seed>/<layout>/<name>``, and EDITS is
a line of tests/statement_edits.py.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from counterfoil.adapters.statement_pdf import pdfium
from counterfoil.domain.pages import PrintedPages
from counterfoil.domain.statements import Grade, Proof, Proved, StatementReading
from counterfoil.rules.statements.reading import read
from fixtures.statements.zoo.catalogue import HALVES, LAYOUTS
from fixtures.statements.zoo.filing import file, missing
from tests.statement_edits import Edits, read_edits, spoiled
from tests.statement_fault_kinds import GROUPS, Kind, faults
from tests.statement_spots import Ground

ROOT = Path(__file__).parent.parent
#: Beside the checkout, or beside the folder of worktrees.
SHARED = next(
    (
        found
        for parent in (ROOT.parent, ROOT.parent.parent)
        if (found := parent / "shared" / "data" / "statements").is_dir()
    ),
    None,
)
TODAY = date(2026, 11, 28)
#: Whole statements bound together: without a page of them, the rest is a whole statement.
BOUND_TOGETHER = ("odd_two_banks", "uk_nation")
MANY_ROWS = 800  # documents with more take a second to read: they get a tenth of the faults


class Outcome(StrEnum):
    """What became of one fault."""

    REFUSED = "refused"  # something of the document is not proved
    PARTLY = "partly"  # so too, but an account is proved with other values beside it
    HARMLESS = "harmless"  # everything is proved, and reads as it did
    THROUGH = "through"  # everything is proved, and something reads otherwise
    CRASHED = "crashed"  # the reader gave up with a defect


@dataclass(frozen=True, slots=True)
class Struck:
    """One fault and what the reader made of it."""

    source: str
    kind: Kind
    edits: Edits
    outcome: Outcome
    grade: Grade | None  # of the account that reads otherwise; of the document if one is lost
    says: str  # what was read instead
    cpu_seconds: float = 0.0


@dataclass(slots=True)
class Tally:
    """Of one document, or of all."""

    counts: Counter[tuple[Kind, Outcome, Grade | None]] = field(default_factory=Counter)
    exposed: Counter[tuple[Kind, Grade]] = field(default_factory=Counter)  # by the whole reading
    notable: list[Struck] = field(default_factory=list)  # through, partly and crashed
    documents: int = 0
    skipped: dict[str, str] = field(default_factory=dict)
    grades: Counter[Grade] = field(default_factory=Counter)  # of accounts, unspoiled
    shortfalls: dict[Grade, Counter[str]] = field(default_factory=partial(defaultdict, Counter))
    only: dict[Grade, Counter[str]] = field(default_factory=partial(defaultdict, Counter))
    cpu_seconds: float = 0.0
    slowest: Struck | None = None

    def add(self, other: Tally) -> None:
        self.counts += other.counts
        self.exposed += other.exposed
        self.notable += other.notable
        self.documents += other.documents
        self.skipped.update(other.skipped)
        self.grades += other.grades
        self.time(other.slowest)
        for grade in Grade:
            self.shortfalls[grade] += other.shortfalls[grade]
            self.only[grade] += other.only[grade]
        self.cpu_seconds += other.cpu_seconds

    def time(self, struck: Struck | None) -> None:
        """Keep the one that took longest to read."""
        known = -1.0 if self.slowest is None else self.slowest.cpu_seconds
        if struck is not None and struck.cpu_seconds > known:
            self.slowest = struck

    def note(self, proof: Proof) -> None:
        """Count what an unspoiled account is graded, and why."""
        texts = {re.sub(r":.*| \d+ %", "", text) for text in proof.shortfalls}
        self.grades[proof.grade] += 1
        self.shortfalls[proof.grade].update(texts)
        if len(texts) == 1:
            self.only[proof.grade].update(texts)

    def faults(self) -> int:
        return sum(self.counts.values())


def sources(zoo_seeds: Sequence[int] = (1,)) -> Iterator[str]:
    """Every document that may be proved; whether it is shows when it is read."""
    for path in sorted(SHARED.glob("*/*.truth.json")) if SHARED else ():
        if json.loads(path.read_text("utf-8"))["expect"] != "quarantine":
            yield f"shared:{path.parent.name}/{path.name.removesuffix('.truth.json')}"
    for seed in zoo_seeds:
        for name in (*HALVES["open"], *HALVES["kept"]):  # the fresh ones stay unseen
            for document in LAYOUTS[name].make(Random(f"{seed}/{name}")):
                if document.expect != "quarantine":
                    yield f"zoo:{seed}/{name}/{document.name}"


class Absent(Exception):
    """A document that cannot be made or found on this machine; the message says why."""


def pages_of(source: str) -> PrintedPages:
    """The unspoiled pages of *source*, as the first reader sees them. Raises Absent."""
    where, _, name = source.partition(":")
    if where == "shared":
        if SHARED is None:
            raise Absent("../shared/data/statements is not there")
        path = SHARED / f"{name}.pdf"
        truth = json.loads(path.with_suffix(".truth.json").read_text("utf-8"))
        return pdfium.read(path, truth.get("password"))
    seed, layout, wanted = name.split("/")
    made = LAYOUTS[layout].make(Random(f"{seed}/{layout}"))
    document = next(each for each in made if each.name == wanted)
    if absent := missing(document):
        raise Absent(f"without {', '.join(absent)}")
    with tempfile.TemporaryDirectory() as folder:
        return pdfium.read(file(document, layout, Path(folder)), document.password)


Values = tuple[object, ...]


def values_of(proved: Proved, *, value_dates: bool) -> Values:
    """What counts of an account: its currency, its ends, and when it moved by how much."""
    rows = Counter(
        (each.booking_date, each.value_date if value_dates else None, each.amount)
        for each in proved.statement.transactions
    )
    statement = proved.statement
    ends = statement.currency, statement.opening, statement.closing
    return *ends, frozenset(rows.items())


class Judged(NamedTuple):
    """An outcome, and the grade and words to it."""

    outcome: Outcome
    grade: Grade | None
    says: str


def judged(before: StatementReading, after: StatementReading, *, value_dates: bool) -> Judged:
    """What *after* lets through that *before* did not say."""
    known = Counter(values_of(each, value_dates=value_dates) for each in before.proved())
    new: list[Proved] = []
    for each in after.proved():
        values = values_of(each, value_dates=value_dates)
        if known[values]:
            known[values] -= 1
        else:
            new.append(each)
    lost = sum(known.values())
    says = f"{len(new)} other, {lost} not as before: {difference(before, after)}"
    best = min((each.proof.grade for each in new), default=None)
    if not after.verdicts or after.unproved():
        codes = ", ".join(sorted({each.code for each in after.unproved()}))
        return Judged(Outcome.PARTLY if new else Outcome.REFUSED, best, f"{codes}; {says}")
    if not new and not lost:
        return Judged(Outcome.HARMLESS, None, "")
    worst = max((each.proof.grade for each in after.proved()), default=None)
    return Judged(Outcome.THROUGH, best or worst, says)


def difference(before: StatementReading, after: StatementReading) -> str:
    """The first few values of *after* that *before* has not, and the other way."""
    one, two = (Counter(_facts(each)) for each in (before, after))
    gone, new = list((one - two).elements()), list((two - one).elements())
    return f"-[{'; '.join(gone[:4])}] +[{'; '.join(new[:4])}]"


def _facts(reading: StatementReading) -> Iterator[str]:
    for each in reading.proved():
        statement = each.statement
        yield f"currency {statement.currency}"
        yield f"opening {statement.opening}"
        yield f"closing {statement.closing}"
        for row in statement.transactions:
            yield f"{row.booking_date} ({row.value_date}) {row.amount}"


def strike(
    source: str, printed: PrintedPages, reading: StatementReading, kind: Kind, edits: Edits
) -> Struck:
    """Read the pages with one fault in them."""
    began = time.process_time()
    try:
        after = read(spoiled(printed, edits), TODAY)
    except Exception as defect:  # noqa: BLE001 - whatever it is, it is what we are looking for
        return Struck(source, kind, edits, Outcome.CRASHED, None, repr(defect))
    of_value_dates = kind in (Kind.VALUE_DATE_DIGIT, Kind.DATE_CELLS, Kind.DATE_HEADINGS)
    verdict = judged(reading, after, value_dates=of_value_dates)
    return Struck(source, kind, edits, *verdict, time.process_time() - began)


def run(source: str, share: int, seed: int) -> Tally:
    """Every fault that chance draws for one document. Deterministic."""
    tally = Tally()
    try:
        printed = pages_of(source)
    except Absent as reason:
        tally.skipped[source] = str(reason)
        return tally
    reading = read(printed, TODAY)
    if not reading.verdicts or reading.unproved():
        tally.skipped[source] = "not proved unspoiled"
        return tally
    tally.documents = 1
    for each in reading.proved():
        tally.note(each.proof)
    began = time.process_time()
    whole = max(each.proof.grade for each in reading.proved())
    many = sum(len(page.rows) for page in printed.pages) > MANY_ROWS
    ground, dice = Ground(printed, reading), Random(f"{seed} {source}")
    bound = source.split("/")[1] in BOUND_TOGETHER
    for kind, edits in faults(ground, max(share // 10, 1) if many else share, dice):
        if bound and kind in GROUPS["pages"]:
            continue
        struck = strike(source, printed, reading, kind, edits)
        tally.counts[kind, struck.outcome, struck.grade] += 1
        tally.exposed[kind, whole] += 1
        tally.time(struck)
        if struck.outcome in (Outcome.THROUGH, Outcome.PARTLY, Outcome.CRASHED):
            tally.notable.append(struck)
    tally.cpu_seconds = time.process_time() - began
    return tally


def main() -> None:
    """Show one fault: what is printed, what was read, what is read."""
    source, line = sys.argv[1:]
    printed, edits = pages_of(source), read_edits(line)
    before, after = read(printed, TODAY), read(spoiled(printed, edits), TODAY)
    for edit in edits:
        page = printed.pages[edit.page - 1]
        row = page.rows[edit.first].text if edit.verb in _OF_ROWS and page.rows else ""
        sys.stdout.write(f"{edit}\n    printed: {row}\n")
    for name, reading in (("before", before), ("after", after)):
        for each in reading.verdicts:
            told = (
                f"grade {each.proof.grade} {each.proof.shortfalls} dates: {each.proof.dates}"
                if isinstance(each, Proved)
                else f"{each.code}: {each.reason}"
            )
            sys.stdout.write(f"{name}: {told}\n")
    for value_dates in (False, True):
        found = judged(before, after, value_dates=value_dates)
        sys.stdout.write(f"{'with value dates' if value_dates else 'judged'}: {found}\n")


_OF_ROWS = ("write", "move", "drop", "close", "double")


if __name__ == "__main__":
    main()

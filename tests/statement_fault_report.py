"""Many faults on many statements, and what came of them as tables.

python -m tests.statement_fault_report [--share N] [--seed N] [--zoo-seed N ...] > LEAKS.md
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from counterfoil.domain.statements import Grade
from tests.statement_edits import written
from tests.statement_fault_kinds import GROUPS, Kind
from tests.statement_faults import Outcome, Struck, Tally, run, sources

PROCESSES = 2
SAID_EVERY = 20  # documents


def run_all(found: Sequence[str], share: int, seed: int, processes: int = PROCESSES) -> Tally:
    """All faults on all documents; the same for the same arguments."""
    tally = Tally()
    with ProcessPoolExecutor(processes) as pool:
        work = partial(run, share=share, seed=seed)
        for done, each in enumerate(pool.map(work, found), 1):
            tally.add(each)
            if done % SAID_EVERY == 0 or done == len(found):
                sys.stderr.write(f"{done} of {len(found)} documents, {tally.faults()} faults\n")
    return tally


def through(tally: Tally, kinds: Iterable[Kind], grade: Grade) -> int:
    """How many faults of *kinds* were let through with *grade*."""
    return sum(tally.counts[kind, Outcome.THROUGH, grade] for kind in kinds)


def exposed(tally: Tally, kinds: Iterable[Kind], grade: Grade) -> int:
    """How many faults of *kinds* struck documents that have *grade* unspoiled."""
    return sum(tally.exposed[kind, grade] for kind in kinds)


def table(tally: Tally) -> Iterator[str]:
    """By kind: let through of those struck, by grade; what else became of them."""
    heads = [f"{grade}: through / struck" for grade in Grade]
    yield from _row("fault", *heads, "beside a refusal A, B, C", "harmless", "refused", "crashed")
    yield from _row(*["---"] * 8)
    for kind in Kind:
        yield from _row(kind.value, *_cells(tally, [kind]))
    for name, kinds in GROUPS.items():
        yield from _row(f"**{name}**", *_cells(tally, kinds))
    yield from _row("**all**", *_cells(tally, list(Kind)))


def _row(*cells: str) -> Iterator[str]:
    yield f"| {' | '.join(cells)} |"


def _cells(tally: Tally, kinds: Sequence[Kind]) -> Iterator[str]:
    for grade in Grade:
        yield f"{through(tally, kinds, grade)} / {exposed(tally, kinds, grade)}"
    partly = [sum(tally.counts[kind, Outcome.PARTLY, grade] for kind in kinds) for grade in Grade]
    yield ", ".join(str(each) for each in partly)
    for outcome in (Outcome.HARMLESS, Outcome.REFUSED, Outcome.CRASHED):
        yield str(sum(tally.counts[kind, outcome, None] for kind in kinds))


def leak(struck: Struck) -> str:
    """One fault that came through, with the command that shows it again."""
    command = f"python -m tests.statement_faults '{struck.source}' '{written(struck.edits)}'"
    return f"- {struck.kind}; grade {struck.grade} ({struck.outcome}): {struck.says}\n  `{command}`"


def leaks(tally: Tally, grades: Sequence[Grade]) -> Iterator[str]:
    """Those of *grades*, kind by kind; crashes first."""
    for kind in Kind:
        for struck in sorted(tally.notable, key=lambda each: (each.source, each.edits)):
            of_grade = struck.grade in grades and struck.outcome is Outcome.THROUGH
            if struck.kind is kind and (of_grade or struck.outcome is Outcome.CRASHED):
                yield leak(struck)


def grades(tally: Tally) -> Iterator[str]:
    """How many accounts have which grade unspoiled, and what keeps them from A."""
    for grade in Grade:
        yield f"- {grade}: {tally.grades[grade]} accounts"
    for grade in (Grade.B, Grade.C):
        yield f"\n{grade}, by shortfall (accounts; and those that have only this one):\n"
        for text, count in tally.shortfalls[grade].most_common():
            yield f"- {count} ({tally.only[grade][text]}): {text}"


def report(tally: Tally) -> Iterator[str]:
    """All of it as one page."""
    yield f"{tally.faults()} faults in {tally.documents} documents, {tally.cpu_seconds:.0f} CPU s\n"
    yield from table(tally)
    yield "\n## Grades unspoiled\n"
    yield from grades(tally)
    reasons = Counter(tally.skipped.values())
    if tally.slowest is not None:
        yield f"\nSlowest, {tally.slowest.cpu_seconds:.1f} CPU s:\n\n{leak(tally.slowest)}"
    yield f"\nNot struck: {', '.join(f'{count} {text}' for text, count in reasons.items())}\n"
    for grade in (Grade.A, Grade.B):
        yield f"\n## Let through with grade {grade}\n"
        yield from leaks(tally, [grade])


def main() -> None:
    """Run, and write the page to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=int, default=20, help="per cent of each kind's weight")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zoo-seed", type=int, nargs="*", default=[1])
    wanted = parser.parse_args()
    tally = run_all(list(sources(wanted.zoo_seed)), wanted.share, wanted.seed)
    sys.stdout.write("\n".join(report(tally)) + "\n")


if __name__ == "__main__":
    main()

"""Reconcile two files: read them, match, write what was found.

Into the folder go ``matches.json``, ``breaks.json``, ``reconciliation.xlsx``, ``summary.html``
and, where the rules name accounts for them, ``vouchers.xlsx``, ``.csv`` and ``.json``; and what
the next run carries forward: ``carried.json``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from counterfoil.adapters.reconciliation_carried import (
    CARRIED,
    forget_others,
    noted_table,
    read_tables,
    write_tables,
)
from counterfoil.adapters.reconciliation_page import write_page
from counterfoil.adapters.reconciliation_rules import load_rules
from counterfoil.adapters.reconciliation_thread import on_this_thread
from counterfoil.adapters.reconciliation_vouchers import write_vouchers
from counterfoil.adapters.sheets.reconciliation_book import Lines, write_reconciliation
from counterfoil.adapters.whole_folder import whole_folder
from counterfoil.domain.reconciliation import Progress, RuleBook, day_of, number_of, unseen
from counterfoil.reconciliation_sides import read_sides
from counterfoil.rules.reconciliation.carrying import (
    Period,
    Run,
    carry_forward,
    nothing_yet,
    refuse_lost,
    told_of,
)
from counterfoil.rules.reconciliation.in_json import breaks_json, matches_json
from counterfoil.rules.reconciliation.listing import (
    broken_blocks,
    matched_blocks,
    proposal_blocks,
)
from counterfoil.rules.reconciliation.matching import Reconciliation
from counterfoil.rules.reconciliation.posting import vouchers_of
from counterfoil.rules.reconciliation.reporting import report_of
from counterfoil.rules.reconciliation.totals import refuse_other_totals

SELECTORS = Path(__file__).parent.parent / "selectors"  # this suite's

_VOUCHERS = "vouchers*"  # of an earlier run; this one may propose none
Facts = tuple[tuple[str, str], ...]
#: What people noted of an open line: side, id, owner, comment.
Noted = tuple[str, str, str, str]


@on_this_thread
def reconcile_files(  # noqa: PLR0913 - what can be said on the command line
    bank: Path,
    ledger: Path,
    rules: Path,
    into: Path,
    *,
    carried: Path | None = None,
    as_of: date | None = None,
    progress: Progress = unseen,
) -> Run:
    """Match the lines of *bank* and *ledger* by *rules*; write the result into the folder *into*.

    Args:
        carried: The folder of the run before: its lines are matched anew with these.
        as_of: The day up to which the lines are known; None: the bank's last.

    Raises:
        Quarantined: A file cannot be read as a whole; nothing is written.
        Refused: "as_of_too_early"; nothing is written.
        SetupError: The rules are wrong; nothing is written.
    """
    book = load_rules(rules)
    before = nothing_yet() if carried is None else _period(carried)
    ours, theirs = read_sides(bank, ledger, SELECTORS, progress)
    run = carry_forward(
        before,
        ours.lines,
        theirs.lines,
        book,
        as_of=None if as_of is None else number_of(as_of),
        progress=progress,
    )
    refuse_lost(run, (*ours.totals, *theirs.totals))
    if carried is None:
        refuse_other_totals(run.found.totals, (*ours.totals, *theirs.totals))
    progress("writing", 0, None)
    facts = (("Bank file", bank.name), ("Ledger file", ledger.name), ("Rules", rules.name))
    with whole_folder(into, last=CARRIED, outdated=_VOUCHERS) as folder:
        _write(folder, run.found, book, facts=facts, as_of=as_of)
        write_tables(folder, day_of(run.period.as_of), run.period.tables(), told_of(run))
    forget_others(into)
    return run


def write_found(
    into: Path, run: Run, rules: RuleBook, *, facts: Facts = (), noted: Sequence[Noted] = ()
) -> None:
    """Write what was found into the folder *into*: all of it, or nothing."""
    with whole_folder(into, last="matches.json", outdated=_VOUCHERS) as folder:
        as_of = day_of(run.period.as_of)
        _write(folder, run.found, rules, facts=facts, as_of=as_of, noted=noted)


def _write(  # noqa: PLR0913 - a report has these parts
    into: Path,
    found: Reconciliation,
    rules: RuleBook,
    *,
    facts: Facts,
    as_of: date | None,
    noted: Sequence[Noted] = (),
) -> None:
    (into / "matches.json").write_text(matches_json(found), "utf-8")
    (into / "breaks.json").write_text(breaks_json(found), "utf-8")
    write_report(found, rules, into, facts=facts, as_of=as_of, noted=noted)


def _period(folder: Path) -> Period:
    as_of, tables = read_tables(folder)
    return Period(as_of=number_of(as_of), **tables)


def write_report(  # noqa: PLR0913 - a report has these parts
    found: Reconciliation,
    rules: RuleBook,
    into: Path,
    *,
    facts: Facts = (),
    as_of: date | None = None,
    noted: Sequence[Noted] = (),
) -> None:
    """Write the workbook, the page and the vouchers of *found* into the folder *into*."""
    vouchers = vouchers_of(found, rules)
    ageing = rules.default.policy.ageing_days
    report = report_of(found, as_of=as_of, ageing=ageing, facts=facts, vouchers=len(vouchers))
    lines = Lines(
        matched=matched_blocks(found),
        breaks=broken_blocks(
            found, as_of=report.as_of, rules=rules, noted=noted_table(noted) if noted else None
        ),
        proposals=proposal_blocks(found),
        vouchers=vouchers,
    )
    write_reconciliation(into / "reconciliation.xlsx", report, lines)
    write_page(into / "summary.html", report)
    write_vouchers(into, vouchers)

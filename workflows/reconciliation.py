"""Reconcile two files: read them, match, write what was found.

Into the folder go ``matches.json``, ``breaks.json``, ``reconciliation.xlsx``, ``summary.html``
and, where the rules name accounts for them, ``vouchers.xlsx``, ``.csv`` and ``.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from counterfoil.adapters.reconciliation_page import write_page
from counterfoil.adapters.reconciliation_rules import load_rules
from counterfoil.adapters.reconciliation_vouchers import write_vouchers
from counterfoil.adapters.sheets.reconciliation_book import Lines, write_reconciliation
from counterfoil.domain.reconciliation import ControlTotal, Progress, RuleBook, unseen
from counterfoil.reconciliation_sides import read_side
from counterfoil.rules.reconciliation.accounts import reconcile_accounts
from counterfoil.rules.reconciliation.listing import (
    broken_blocks,
    matched_blocks,
    proposal_blocks,
)
from counterfoil.rules.reconciliation.matching import Reconciliation
from counterfoil.rules.reconciliation.posting import vouchers_of
from counterfoil.rules.reconciliation.reporting import report_of
from counterfoil.rules.reconciliation.totals import refuse_other_totals

_SELECTORS = Path(__file__).parent.parent / "selectors"  # this suite's
_quote = json.encoder.encode_basestring_ascii  # what json.dumps makes of a text
_CLAIM = ("bank", "ledger", "rule", "difference")


def reconcile_files(  # noqa: PLR0913 - two sides, their rules, where to, who watches, as of when
    bank: Path,
    ledger: Path,
    rules: Path,
    into: Path,
    progress: Progress = unseen,
    *,
    as_of: date | None = None,
) -> Reconciliation:
    """Match the lines of *bank* and *ledger* by *rules*; write the result into the folder *into*.

    Args:
        as_of: The day that ages count to; by default the latest day of either side.

    Raises:
        Quarantined: A file cannot be read as a whole; nothing is written.
        SetupError: The rules are wrong; nothing is written.
    """
    book = load_rules(rules)
    found, read = _read_and_reconcile(bank, ledger, book, progress)
    refuse_other_totals(found.totals, read)
    into.mkdir(parents=True, exist_ok=True)
    progress("writing", 0, None)
    (into / "matches.json").write_text(matches_json(found), "utf-8")
    (into / "breaks.json").write_text(breaks_json(found), "utf-8")
    facts = (("Bank file", bank.name), ("Ledger file", ledger.name), ("Rules", rules.name))
    write_report(found, book, into, facts=facts, as_of=as_of)
    return found


def _read_and_reconcile(
    bank: Path, ledger: Path, rules: RuleBook, progress: Progress
) -> tuple[Reconciliation, tuple[ControlTotal, ...]]:
    """What was found, and the totals of what was read."""
    ours = read_side("bank", bank, _SELECTORS, progress)
    theirs = read_side("ledger", ledger, _SELECTORS, progress)
    read, lines = (*ours.totals, *theirs.totals), [theirs.lines, ours.lines]
    del ours, theirs  # a million lines: what was read is not held beside what is ordered
    return reconcile_accounts(lines.pop(), lines.pop(), rules, progress), read


def write_report(
    found: Reconciliation,
    rules: RuleBook,
    into: Path,
    *,
    facts: tuple[tuple[str, str], ...] = (),
    as_of: date | None = None,
) -> None:
    """Write the workbook, the page and the vouchers of *found* into the folder *into*."""
    vouchers = vouchers_of(found, rules)
    ageing = rules.default.policy.ageing_days
    report = report_of(found, as_of=as_of, ageing=ageing, facts=facts, vouchers=len(vouchers))
    lines = Lines(
        matched=matched_blocks(found),
        breaks=broken_blocks(found, as_of=report.as_of, rules=rules),
        proposals=proposal_blocks(found),
        vouchers=vouchers,
    )
    write_reconciliation(into / "reconciliation.xlsx", report, lines)
    write_page(into / "summary.html", report)
    write_vouchers(into, vouchers)


def matches_json(found: Reconciliation) -> str:
    """Every match as ``[[bank ids], [ledger ids], rule]``, a line each, in order of ids."""
    bank, ledger = _quoted(found.bank["id"]), _quoted(found.ledger["id"])
    # lines are numbered in order of their ids
    rows = sorted(found.matches.select("bank", "ledger", "rule").iter_rows())
    return _lines(
        f"[{_named(bank, ours)}, {_named(ledger, theirs)}, {_quote(rule)}]"
        for ours, theirs, rule in rows
    )


def breaks_json(found: Reconciliation) -> str:
    """Every open line with its class, and its proposals, the likeliest first; a line each."""
    bank, ledger = _quoted(found.bank["id"]), _quoted(found.ledger["id"])
    proposed: dict[int, list[str]] = {}
    for line, ours, theirs, rule, difference in found.breaks.proposals.select(
        "line", *_CLAIM
    ).iter_rows():
        claim = f"{_named(bank, ours)}, {_named(ledger, theirs)}, {_quote(rule)}"
        proposed.setdefault(line, []).append(f"[{claim}, {json.dumps(difference)}]")
    return _lines(
        chain(
            _breaks("bank", found.breaks.bank, bank, ledger, proposed),
            _breaks("ledger", found.breaks.ledger, ledger, bank, None),
        )
    )


def _breaks(
    side: str,
    breaks: Any,
    own: Sequence[str],
    other: Sequence[str],
    proposed: Mapping[int, Sequence[str]] | None,
) -> Iterator[str]:
    for line, kind, others, difference in breaks.iter_rows():
        names = own if "duplicate" in kind else other
        more = "" if proposed is None else f', "proposals": [{", ".join(proposed.get(line, ()))}]'
        yield (
            f'{{"side": "{side}", "id": {own[line]}, "class": {_quote(kind)}, '
            f'"difference": {json.dumps(difference)}, "other": {_named(names, others)}{more}}}'
        )


def _quoted(ids: Iterable[str]) -> list[str]:
    """As JSON: once for each line, however often it is named."""
    return list(map(_quote, ids))


def _named(ids: Sequence[str], lines: Sequence[int]) -> str:
    return f"[{', '.join([ids[line] for line in lines])}]"


def _lines(rows: Iterable[str]) -> str:
    return "[\n" + ",\n".join(rows) + "\n]\n"

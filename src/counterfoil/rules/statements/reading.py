"""Read one document: every account proved by its own arithmetic, or said why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from counterfoil.domain.pages import PrintedPages
from counterfoil.domain.statements import Proved, StatementReading, Unproved, Verdict
from counterfoil.rules.statements import guards
from counterfoil.rules.statements.blocks import Outcome, Quiet, outcomes_of, quiet_accounts
from counterfoil.rules.statements.document import Document, document_of
from counterfoil.rules.statements.naming import names_of
from counterfoil.rules.statements.numbers import styles_of
from counterfoil.rules.statements.quiet import quiet_account, quiet_month
from counterfoil.rules.statements.verdicts import verdict_of

STYLES_MAX = 4  # ways to write numbers that are tried


def read(printed: PrintedPages, today: date) -> StatementReading:
    """The verdicts on every account in *printed*.

    Args:
        today: No statement is dated far behind it.
    """
    rows = [row for page in printed.pages for row in page.rows]
    if not rows:
        return _whole(printed, _no_text(printed))
    best: list[Verdict] = []
    for style in styles_of(rows)[:STYLES_MAX]:
        verdicts = _verdicts(document_of(printed, style), printed, today)
        if verdicts and all(isinstance(each, Proved) for each in verdicts):
            return StatementReading(
                source="pdf", verdicts=tuple(verdicts), pages=len(printed.pages)
            )
        best = best or verdicts
    if not best:
        best = [_no_table()]
    return StatementReading(source="pdf", verdicts=tuple(best), pages=len(printed.pages))


def _verdicts(document: Document, printed: PrintedPages, today: date) -> list[Verdict]:
    outcomes = outcomes_of(document)
    gaps = list(guards.page_gaps(document, printed))
    reasons = [gap.reason for gap in gaps]
    if not outcomes:
        quiet = quiet_month(document, reasons)
        return [quiet] if quiet is not None else []
    verdicts = [
        verdict_of(document, each, printed, gaps, today, account)
        for each, account in zip(outcomes, names_of(document, outcomes), strict=True)
    ]
    quiet = list(quiet_accounts(document, outcomes))
    verdicts += [quiet_account(document, each, reasons) for each in quiet]
    if any(isinstance(each, Proved) for each in verdicts):
        verdicts += _objections(document, outcomes, verdicts, quiet)
    return verdicts


def _objections(
    document: Document,
    outcomes: Sequence[Outcome],
    verdicts: Sequence[Verdict],
    quiet: Sequence[Quiet],
) -> list[Verdict]:
    statements = [each.statement for each in verdicts if isinstance(each, Proved)]
    ends = [each.opening.value for each in quiet]
    found = [
        *guards.unread_lines(document, outcomes, statements),
        *guards.unread_tables(document, outcomes),
        *guards.contradictions(document, outcomes, ends),
    ]
    return [
        Unproved(account="", code=each.code, reason=each.reason, place=each.line.place())
        for each in found[:10]
    ]


def _no_text(printed: PrintedPages) -> Unproved:
    if any(page.hidden for page in printed.pages):
        reason = "all its text is invisible: a picture with a text layer behind it, which is no proof"
    else:
        reason = "it is a picture without text"
    return Unproved(
        account="", code="no_text_layer", reason=f"{reason}; ask the bank for the electronic statement"
    )


def _no_table() -> Unproved:
    return Unproved(
        account="",
        code="no_transactions",
        reason="no table of transactions was found; teach it with: counterfoil statement teach FILE",
    )


def _whole(printed: PrintedPages, verdict: Verdict) -> StatementReading:
    return StatementReading(source="pdf", verdicts=(verdict,), pages=len(printed.pages))

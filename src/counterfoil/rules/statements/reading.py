"""Read one document: every account proved by its own arithmetic, or said why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from counterfoil.domain.pages import PrintedPages
from counterfoil.domain.statement_layouts import Layout
from counterfoil.domain.statements import (
    Grade,
    Proved,
    StatementReading,
    Unproved,
    Verdict,
    ends_of_days,
)
from counterfoil.rules.statements import guards, layout_fit, layouts
from counterfoil.rules.statements.asides import set_apart
from counterfoil.rules.statements.blocks import Outcome, Quiet, outcomes_of, quiet_accounts
from counterfoil.rules.statements.centred_cells import with_centred_cells
from counterfoil.rules.statements.coins import with_coins
from counterfoil.rules.statements.currency_parts import Part, by_codes, by_columns
from counterfoil.rules.statements.daily_lists import contradicted_days
from counterfoil.rules.statements.day_columns import with_day_columns
from counterfoil.rules.statements.document import Document, document_of
from counterfoil.rules.statements.gaps import listed_elsewhere, page_gaps
from counterfoil.rules.statements.listed_accounts import contradicted_lists
from counterfoil.rules.statements.naming import names_of
from counterfoil.rules.statements.number_styles import styles_of
from counterfoil.rules.statements.open_end import last_line_of_open_end
from counterfoil.rules.statements.pieces import ends_of_others, unnamed_neighbours
from counterfoil.rules.statements.printed_fields import with_fields
from counterfoil.rules.statements.quiet import quiet_account, quiet_month
from counterfoil.rules.statements.sign_columns import with_signs
from counterfoil.rules.statements.verdicts import WholeFile, verdict_of

STYLES_MAX = 4  # ways to write numbers that are tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A reading with what it was read from: for pictures and explanations."""

    reading: StatementReading
    document: Document | None  # None where there is no text
    outcomes: tuple[Outcome, ...]  # the first verdicts are theirs, in this order


#: What adds up and is refused all the same: numbers written in another way do not mend it.
FINAL = frozenset(
    {
        "page_missing",
        "polarity",
        "sign_contradicts",
        "two_readings",
        "totals_contradict",
        "counts_contradict",
        "end_contradicts",
        "balance_contradicts",
        "no_such_day",
        "day_or_month",
        "outside_period",
        "odd_day",
    }
)


def read(printed: PrintedPages, today: date, layout: Layout | None = None) -> StatementReading:
    """The verdicts on every account in *printed*.

    Args:
        today: No statement is dated far behind it.
        layout: What a person said of this bank's statements; it takes readings away and
            adds words, and the same arithmetic must hold.
    """
    return examine(printed, today, layout).reading


def examine(printed: PrintedPages, today: date, layout: Layout | None = None) -> Examined:
    """As :func:`read`, with the document and the outcomes behind the verdicts."""
    for joined in (with_fields, with_centred_cells, with_coins, with_day_columns, with_signs):
        printed = joined(printed)
    if not any(page.rows for page in printed.pages):
        return Examined(reading=_whole(printed, [_no_text(printed)]), document=None, outcomes=())
    if parts := by_columns(printed):
        return _in_parts(printed, parts, today, layout)
    found = _examined(printed, today, layout)
    failures = [each.code for each in found.reading.unproved()]
    if not failures or not FINAL.isdisjoint(failures):
        return found
    apart = set_apart(printed)
    again = None if apart is None else _examined(apart, today, layout)
    if again is None or again.reading.unproved():
        parts = by_codes(printed)
        again = _in_parts(printed, parts, today, layout) if parts else None
    return found if again is None or again.reading.unproved() else again


def _in_parts(
    printed: PrintedPages, parts: Sequence[Part], today: date, layout: Layout | None
) -> Examined:
    """Each currency of one list by itself; each is an account of its own."""
    found = [_examined(part.printed, today, layout) for part in parts]
    verdicts = [
        _in_currency(verdict, part)
        for part, each in zip(parts, found, strict=True)
        for verdict in each.reading.verdicts
    ]
    return replace(found[0], reading=_whole(printed, verdicts))


def _in_currency(verdict: Verdict, part: Part) -> Verdict:
    """*verdict* on an account whose name says which currency of it is meant."""
    if isinstance(verdict, Unproved):
        return replace(verdict, account=f"{verdict.account} {part.name}".strip())
    account = f"{verdict.statement.account} {part.name}".strip()
    statement = replace(verdict.statement, account=account)
    if part.code:
        statement = replace(statement, currency=part.code)
    return replace(verdict, statement=statement)


def _examined(printed: PrintedPages, today: date, layout: Layout | None) -> Examined:
    """In each way to write numbers, until one proves or contradicts."""
    rows = [row for page in printed.pages for row in page.rows]
    spoken = layouts.in_our_words(printed, layout)
    best: Examined | None = None
    for style in layouts.styles(styles_of(rows), layout)[:STYLES_MAX]:
        document = document_of(spoken, style, layout)
        outcomes = outcomes_of(document)
        wrong = layout_fit.misfit(document, printed, layout)
        verdicts = [wrong] if wrong else _verdicts(document, outcomes, spoken, today)
        found = Examined(reading=_whole(printed, verdicts), document=document, outcomes=outcomes)
        if verdicts and not found.reading.unproved():
            return found
        if best is None or (verdicts and not best.reading.verdicts):
            best = found
        if any(each.code in FINAL for each in found.reading.unproved()):
            break
    if best is None or not best.reading.verdicts:
        last = None if best is None else best.document
        return Examined(reading=_whole(printed, [_no_table()]), document=last, outcomes=())
    return best


def _verdicts(
    document: Document, outcomes: tuple[Outcome, ...], printed: PrintedPages, today: date
) -> list[Verdict]:
    gaps = tuple(page_gaps(document, printed))
    uncounted = len(outcomes) > 1 and not document.page_counts
    elsewhere = listed_elsewhere(document, outcomes) if gaps else None
    listed = "" if elsewhere is None else elsewhere.text[:60]
    file = WholeFile(printed.made_on, uncounted, listed, gaps, today, outcomes)
    reasons = [gap.reason for gap in gaps]
    if not outcomes:
        month = quiet_month(document, reasons)
        return [month] if month is not None else []
    verdicts: list[Verdict] = [
        verdict_of(document, each, file, account)
        for each, account in zip(outcomes, names_of(document, outcomes), strict=True)
    ]
    quiet = list(quiet_accounts(document, outcomes))
    verdicts += _told_once([quiet_account(document, each, reasons) for each in quiet])
    if any(isinstance(each, Proved) for each in verdicts):
        verdicts += _objections(document, outcomes, verdicts, quiet)
        verdicts += _open_ends(document, outcomes, verdicts, printed)
    return verdicts


def _told_once(quiet: Sequence[Proved]) -> list[Proved]:
    """*quiet* without an account that a summary lists, too: the one that says more of it."""
    found: dict[tuple[str, Decimal], Proved] = {}
    for at, each in enumerate(quiet):
        key = each.statement.account or str(at), each.statement.opening
        if key not in found or each.proof.grade is Grade.A:
            found[key] = each
    return list(found.values())


def _open_ends(
    document: Document,
    outcomes: Sequence[Outcome],
    verdicts: Sequence[Verdict],
    printed: PrintedPages,
) -> list[Verdict]:
    """Prints that may have lost their last page."""
    pairs = zip(outcomes, verdicts, strict=False)  # those of quiet accounts come after them
    lines = [
        last_line_of_open_end(document, outcome, each, printed.pages)
        for outcome, each in pairs
        if isinstance(each, Proved)
    ]
    return [
        Unproved(
            account="",
            code="end_missing",
            reason=f"page {line.row.page} is full, no closing balance is printed, and nothing"
            " more to the end of the period: pages may be missing",
            place=line.place(),
        )
        for line in lines
        if line is not None
    ]


def _objections(
    document: Document,
    outcomes: Sequence[Outcome],
    verdicts: Sequence[Verdict],
    quiet: Sequence[Quiet],
) -> list[Verdict]:
    statements = [each.statement for each in verdicts if isinstance(each, Proved)]
    ends = [each.opening.value for each in quiet]
    by_day = {value for each in statements for value in ends_of_days(each).values()}
    found = [
        *guards.unread_lines(document, outcomes, statements),
        *guards.unread_tables(document, outcomes),
        *guards.contradictions(document, outcomes, ends, by_day),
        *contradicted_days(document, statements),
        *contradicted_lists(document, outcomes),
        *ends_of_others(document, outcomes),
        *unnamed_neighbours(document, outcomes),
    ]
    return [
        Unproved(account="", code=each.code, reason=each.reason, place=each.line.place())
        for each in found[:10]
    ]


def _no_text(printed: PrintedPages) -> Unproved:
    if any(page.hidden for page in printed.pages):
        reason = (
            "all its text is invisible: a picture with a text layer behind it, which is no proof"
        )
    else:
        reason = "it is a picture without text"
    return Unproved(
        account="",
        code="no_text_layer",
        reason=f"{reason}; ask the bank for the electronic statement",
    )


def _no_table() -> Unproved:
    return Unproved(
        account="",
        code="no_transactions",
        reason="no table of transactions was found; try: counterfoil statement teach FILE",
    )


def _whole(printed: PrintedPages, verdicts: Sequence[Verdict]) -> StatementReading:
    return StatementReading(source="pdf", verdicts=tuple(verdicts), pages=len(printed.pages))

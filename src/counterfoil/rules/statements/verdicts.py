"""From a walk that holds to a verdict on the account: proved and graded, or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from counterfoil.domain.statements import (
    Equation,
    Grade,
    Proof,
    Proved,
    Statement,
    Transaction,
    Unproved,
    Verdict,
)
from counterfoil.rules.statements import guards, layout_fit, totalling
from counterfoil.rules.statements.beside import contradicted_balance
from counterfoil.rules.statements.blocks import Outcome, uses_balances
from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.counts import Count, count_contradicts, counts_of
from counterfoil.rules.statements.currencies import Account, currency_of
from counterfoil.rules.statements.dating import Dated, Undated, settle
from counterfoil.rules.statements.describing import descriptions
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.facts import Fact
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.gaps import Gap
from counterfoil.rules.statements.naming import heads_of, titles_of
from counterfoil.rules.statements.paired_totals import paired_total_contradicts
from counterfoil.rules.statements.polarity import polarity
from counterfoil.rules.statements.section_totals import section_total_contradicts
from counterfoil.rules.statements.side_marks import marks_contradict
from counterfoil.rules.statements.sides import side_contradicts
from counterfoil.rules.statements.summary_boxes import box_contradicts
from counterfoil.rules.statements.terms import Label
from counterfoil.rules.statements.thousands import thousand_or_point


@dataclass(frozen=True, slots=True)
class WholeFile:
    """What concerns every account in a file."""

    made_on: str  # its own creation date
    uncounted: bool  # several accounts, and no "page x of y": one more may be gone with its page
    listed: str  # a line that lists an account which is not here; ""
    gaps: tuple[Gap, ...]  # pages that are missing
    today: date
    outcomes: tuple[Outcome, ...]  # every account of it


@dataclass(frozen=True, slots=True)
class _Ends:
    """What prints the two ends."""

    opening: bool
    closing: bool


def verdict_of(document: Document, outcome: Outcome, file: WholeFile, account: str) -> Verdict:
    """The verdict on the account that is called *account*."""
    chain = outcome.chain
    if chain is None:
        return _unproved(account, outcome)
    if goes_on := _goes_on(chain, first_is_here=_first_page_is_here(document)):
        return Unproved(account=account, code="page_missing", reason=goes_on)
    lines = range(outcome.block.start, outcome.block.end)
    dated = settle(document, chain, lines, file.today, file.made_on)
    if isinstance(dated, Undated):
        return Unproved(account=account, code=dated.code, reason=dated.reason)
    sign = polarity(document, outcome, chain)
    if sign is None:
        return Unproved(
            account=account,
            code="polarity",
            reason="its amounts and what they are called run against its balances, and nothing says"
            " that they are money owed",
        )
    if (against := _on_the_other_side(account, chain, sign)) is not None:
        return against
    ends = _ends(document, outcome, chain, dated)
    borne_out = ends.opening and ends.closing and not _may_be_a_pages(document, chain)
    bad = [gap for gap in file.gaps if gap.within or not borne_out or file.listed]
    if bad:
        more = f", and an account is listed that is not here: {file.listed}" if file.listed else ""
        return Unproved(account=account, code="page_missing", reason=bad[0].reason + more)
    totals = tuple(totalling.totals(document, outcome))
    counts = counts_of(document, outcome, file.outcomes, owed=sign < 0)
    if wrong := _contradicted(document, outcome, totals, counts, file.outcomes):
        return Unproved(account=account, code=wrong[0], reason=wrong[1])
    own = _money_of(document, outcome, file.outcomes, account)
    currency = layout_fit.currency(currency_of(document, own), document.layout)
    if isinstance(currency, Unproved):
        return currency
    told = document.layout is not None and document.layout.decimal_mark is not None
    if not told and (open_ := thousand_or_point(chain, document.style, currency.code)):
        return Unproved(account=account, code="two_readings", reason=open_)
    statement = _statement(document, outcome, chain, dated, sign, ends, currency.code, account)
    proof = _grade(document, chain, dated, ends, totals, counts, _gaps(file), currency.shortfall)
    return Proved(statement=statement, proof=proof)


def _money_of(
    document: Document, outcome: Outcome, outcomes: Sequence[Outcome], account: str
) -> Account:
    """What of the document may say in which currency the account is kept."""
    others = (each for each in outcomes if each is not outcome)
    return Account(
        lines=_own_lines(outcome, outcomes),
        events=[each.event for each in outcome.chain.entries] if outcome.chain else (),
        titles=titles_of(document, outcome),
        heads=heads_of(document, outcome),
        number=account,
        others=[title for each in others for title in titles_of(document, each)[-1:]],
    )


def _own_lines(outcome: Outcome, outcomes: Sequence[Outcome]) -> range:
    """The lines of an account; the title of the next one stands behind its last entry."""
    block = outcome.block
    if not any(each.block.start == block.end for each in outcomes):
        return range(block.start, block.end)
    return range(block.start, max(event.line.index for event in block.events()) + 1)


def _contradicted(
    document: Document,
    outcome: Outcome,
    totals: Sequence[Equation],
    counts: Sequence[Count],
    outcomes: Sequence[Outcome],
) -> tuple[str, str] | None:
    """(code, reason) where a summary, or balances that are not read, say something else."""
    chain = outcome.chain
    assert chain is not None, "only proved accounts can be contradicted"
    wrong = (
        totalling.summary_contradicts(document, outcome)
        or totalling.summary_is_half_right(document, outcome)
        or totalling.total_contradicts(chain)
        or totalling.total_among_entries(chain)
        or totalling.opposite_contradicts(chain)
        or section_total_contradicts(chain, totalling.sums_of_rows(chain))
        or totalling.one_of_many_contradicts(totals)
        or box_contradicts(document, outcome)
        or paired_total_contradicts(document, outcome, outcomes)
    )
    if wrong:
        return "totals_contradict", wrong
    if wrong := contradicted_balance(chain):
        return "balance_contradicts", wrong
    if wrong := count_contradicts(counts):
        return "counts_contradict", wrong
    return None


def _on_the_other_side(account: str, chain: Chain, sign: int) -> Unproved | None:
    """What the words beside an end, or the mark beside an entry, say against the signs."""
    if against := side_contradicts(chain, sign):
        return Unproved(account=account, code="polarity", reason=against)
    odd = marks_contradict(chain, sign)
    if odd is None:
        return None
    line, way = odd.event.line, "in" if odd.amount * sign > 0 else "out"
    reason = (
        f"page {line.row.page}: by the balances {abs(odd.amount):,} went {way}, and its mark says"
        f" otherwise: {line.text[:80]}"
    )
    return Unproved(account=account, code="sign_contradicts", reason=reason, place=line.place())


def _gaps(file: WholeFile) -> list[str]:
    said = [gap.reason for gap in file.gaps]
    if file.uncounted:
        said.append("its pages are not counted: an account may be missing with its page")
    return said


def _first_page_is_here(document: Document) -> bool:
    """Whether the first page says that it is page 1: what is carried to it is an opening."""
    return any(count.page == 1 and count.number == 1 for count in document.page_counts)


def _goes_on(chain: Chain, *, first_is_here: bool) -> str:
    """Why the account begins before, or goes on behind, what is in the file; or ""."""
    first, last = chain.opening_at, chain.closing_at
    carried = first is not None and first.label is Label.CARRIED
    if first is not None and carried and not (first_is_here and first.line.row.page == 1):
        return f"it begins with a balance from a page that is not here: {first.line.text[:60]}"
    if last is not None and last.label is Label.CARRIED:
        return f"it ends with a balance carried to a page that is not here: {last.line.text[:60]}"
    return ""


def _unproved(account: str, outcome: Outcome) -> Unproved:
    if len(outcome.found.chains) > 1:
        return Unproved(
            account=account,
            code="two_readings",
            reason="two different readings add up, and nothing printed decides between them",
        )
    broken = outcome.found.broken
    if broken is None:
        return Unproved(
            account=account,
            code="no_ends",
            reason="no opening and closing balance was found that the amounts could tie to",
        )
    where = (
        f"page {broken.event.line.row.page}: {broken.event.line.text[:60]}" if broken.event else ""
    )
    equation = broken.equation
    return Unproved(
        account=account,
        code="does_not_add_up",
        reason=" - ".join(
            part for part in (where, equation.says if equation else "", broken.reason) if part
        ),
        failed=(equation,) if equation else (),
        place=broken.event.line.place() if broken.event else None,
    )


def _ends(document: Document, outcome: Outcome, chain: Chain, dated: Dated) -> _Ends:
    """Whether a label beside the value says that it is the end of the account."""
    opening = chain.opening_at is not None and _labels(chain.opening_at, Label.OPENING)
    closing = chain.closing_at is not None and _labels(chain.closing_at, Label.CLOSING)
    facts = _outside(document, chain)
    days = [(fact, dated.day_of(fact.day)) for fact in facts if guards.is_plain_balance(fact)]
    before = [fact for fact, day in days if day is not None and day <= min(dated.days)]
    after = [fact for fact, day in days if day is not None and day >= max(dated.days)]
    return _Ends(
        opening
        or guards.printed_at(facts, Label.OPENING, chain.opening) is not None
        or guards.printed_at(before, Label.BALANCE, chain.opening) is not None,
        closing
        or guards.printed_at(facts, Label.CLOSING, chain.closing) is not None
        or guards.printed_at(after, Label.BALANCE, chain.closing) is not None,
    )


def _may_be_a_pages(document: Document, chain: Chain) -> bool:
    """Whether an end may be that of a page, where nothing else prints it: carried, or undated."""
    facts = _outside(document, chain)
    for event, label, value in (
        (chain.opening_at, Label.OPENING, chain.opening),
        (chain.closing_at, Label.CLOSING, chain.closing),
    ):
        sure = [
            fact for fact in facts if fact.label is label and not _CARRY.search(folded(fact.words))
        ]
        if guards.printed_at(sure, label, value) is not None:
            continue
        if event is None or event.label is not Label.BALANCE or not event.line.dates:
            return True
    return False


_CARRY = re.compile(r"(?:brought|carried) (?:forward|over|down)|(?<!\w)(?:b|c)/?(?:f|fwd|d)(?!\w)")


def _outside(document: Document, chain: Chain) -> list[Fact]:
    """What is printed of the account beside its entries."""
    entries = {entry.event.line.index for entry in chain.entries}
    return [fact for fact in document.facts if fact.line not in entries]


def _labels(event: Event, label: Label) -> bool:
    return event.label is label or event.label is Label.BALANCE


def _statement(  # noqa: PLR0913
    document: Document,
    outcome: Outcome,
    chain: Chain,
    dated: Dated,
    sign: int,
    ends: _Ends,
    currency: str,
    account: str,
) -> Statement:
    said = descriptions(chain.entries)
    transactions = tuple(
        Transaction(
            booking_date=day,
            amount=entry.amount * sign,
            description=texts.description,
            reference=texts.reference,
            balance=None if entry.balance is None else entry.balance * sign,
            value_date=value_day,
            place=entry.event.line.place(),
        )
        for entry, day, value_day, texts in zip(
            chain.entries, dated.days, dated.value_days, said, strict=True
        )
    )
    return Statement(
        account=account,
        currency=currency,
        opening=chain.opening * sign,
        closing=chain.closing * sign,
        transactions=transactions,
        period=dated.period,
        opening_printed=ends.opening,
        closing_printed=ends.closing,
    )


def _grade(  # noqa: PLR0913
    document: Document,
    chain: Chain,
    dated: Dated,
    ends: _Ends,
    totals: Sequence[Equation],
    counts: Sequence[Count],
    gaps: Sequence[str],
    guessed: str,
) -> Proof:
    shortfalls = [*gaps, *dated.shortfalls]
    if not ends.opening:
        shortfalls.append(
            "no opening balance is printed: the first row and all before it stand alone"
        )
    if not ends.closing:
        shortfalls.append("no closing balance is printed: later rows may be missing")
    broken = [each for each in totals if not each.holds]
    shortfalls += [
        f"a printed total is not the sum of its rows: {each.says}" for each in broken[:3]
    ]
    if chain.hypothesis.bare:
        shortfalls.append("a balance below zero is printed without its sign")
    if guards.unused_columns(chain):
        shortfalls.append("a column of numbers without a heading is not read")
    if guards.strange_balances(chain):
        shortfalls.append("what is called the balance follows other days, and is not read")
    if guessed:
        shortfalls.append(guessed)
    if not uses_balances(chain):
        held = "the two ends and totals" if any(each.holds for each in totals) else "the two ends"
        shortfalls.append(f"only {held} hold the amounts: no running balance is printed")
    if not (ends.opening and ends.closing):
        grade = Grade.C
    elif shortfalls:
        grade = Grade.B
    else:
        grade = Grade.A
    return Proof(
        grade=grade,
        equations=(
            *chain.equations,
            *(each for each in totals if each.holds),
            *(each.equation() for each in counts if each.holds),
        ),
        dates=(*dated.evidence, *layout_fit.evidence(document.layout)),
        shortfalls=tuple(shortfalls),
    )

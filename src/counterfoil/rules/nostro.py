"""Nostro reconciliation: our mirror ledger against the correspondent's statement. Pure.

Every entry of both sides is agreed, undone on its own side, or one of the four open items;
the way from our closing balance to theirs is proved to the cent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from counterfoil.domain.nostro import (
    JudgedEntry,
    Nostro,
    NostroClass,
    NostroEntry,
    NostroProof,
    Side,
    sum_signed,
)
from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.records import Found, Line, Match, Open, match_records

#: The tier in which no number speaks for a match.
SILENT = "confirmed-silent"


def reconcile_nostro(ours: Side, theirs: Side, policy: Policy, *, as_of: date) -> Nostro:
    """Match the two sides and prove the way between their closings.

    Raises:
        ValueError: They are of different currencies, or an entry stands twice.
    """
    if ours.currency != theirs.currency:
        raise ValueError(f"our side is in {ours.currency}, theirs in {theirs.currency}")
    found = match_records(_lines(theirs), _lines(ours), policy)
    entries = (
        *_judged(ours, found, as_of, is_ours=True),
        *_judged(theirs, found, as_of, is_ours=False),
    )
    differences = sum((each.difference for each in found.matches), Decimal(0))
    proof = NostroProof(
        our_closing=ours.closing,
        opening_difference=theirs.opening - ours.opening,
        our_open=sum_signed(entries, ours=True),
        their_open=sum_signed(entries, ours=False),
        differences=differences,
        their_closing=theirs.closing,
    )
    return Nostro(ours=ours, theirs=theirs, entries=entries, proof=proof)


def _lines(side: Side) -> list[Line]:
    """The matcher compares within an account: both sides call it the same here."""
    return [
        Line(
            id=each.entry_id,
            account="nostro",
            currency=side.currency,
            day=each.day,
            amount=each.amount,
            name=each.counterparty,
            reference=each.reference,
            text=each.text,
        )
        for each in side.entries
    ]


def _judged(side: Side, found: Found, as_of: date, *, is_ours: bool) -> Iterator[JudgedEntry]:
    matches: dict[str, Match] = {}
    for match in found.matches:
        for each in match.theirs if is_ours else match.ours:
            matches[each] = match
    left = {each.id: each for each in (found.ledger if is_ours else found.bank)}
    for entry in side.entries:
        if (settled := matches.get(entry.entry_id)) is not None:
            yield _settled(entry, settled, is_ours=is_ours)
        else:
            yield _open(entry, left, as_of, is_ours=is_ours)


def _settled(entry: NostroEntry, match: Match, *, is_ours: bool) -> JudgedEntry:
    others = match.ours if is_ours else match.theirs
    kind = NostroClass.AGREED
    if not others:
        others = tuple(each for each in (*match.ours, *match.theirs) if each != entry.entry_id)
        kind = NostroClass.TAKEN_BACK
    elif match.tier == SILENT:
        kind = NostroClass.AGREED_WITHOUT_NUMBER
    less = f"; {match.difference:,.2f} different" if match.difference else ""
    why = f"{match.rule}: {match.evidence}{less}"
    return JudgedEntry(entry=entry, ours=is_ours, kind=kind, others=others, why=why)


def _open(
    entry: NostroEntry, left: Mapping[str, Open], as_of: date, *, is_ours: bool
) -> JudgedEntry:
    why = left[entry.entry_id]
    plus = entry.amount > 0
    if is_ours:
        kind = NostroClass.OUR_DEBIT if plus else NostroClass.OUR_CREDIT
    else:
        kind = NostroClass.THEIR_CREDIT if plus else NostroClass.THEIR_DEBIT
    likely = why.others or (why.proposals[0].theirs if why.proposals else ())
    return JudgedEntry(
        entry=entry,
        ours=is_ours,
        kind=kind,
        others=likely,
        days_old=(as_of - entry.day).days,
        why=why.kind,
    )

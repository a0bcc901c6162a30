"""Batches: how far each got, and the approval of those that wait for a second person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from counterfoil.console.asking import PAGE_ROWS, Answer, Ask, Go, NotThere, Page
from counterfoil.console.pages.items import rows_of
from counterfoil.console.pages.payloads import in_short
from counterfoil.console.pages.sign_on import step_shown
from counterfoil.domain.items import ItemState
from counterfoil.domain.people import Right
from counterfoil.errors import Refused
from counterfoil.rules.approval import person
from counterfoil.site import approval_policy
from counterfoil.site.deciding import approve_batch
from counterfoil.store.book import Illegible
from counterfoil.store.deciding import Word
from counterfoil.store.looking import ItemQuery
from counterfoil.store.reading import BatchRow, ItemRow

LARGEST, FIRST = (
    10,
    10,
)  # items that an approver is shown: these, and all that something was found on
FOUND_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """One currency of a batch."""

    currency: str
    count: int
    total: Decimal
    smallest: Decimal
    largest: Decimal
    limit: Decimal | None  # up to here no second person is needed; None: there is no limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One item as an approver sees it."""

    row: ItemRow
    theirs: str
    to: str
    when: str
    why: str  # it is among those that are shown


def listing(ask: Ask) -> Answer:
    """Every batch, newest first; or those that wait for an approval."""
    waiting, page = ask.wanted("state") == "waiting", ask.page()
    found = ask.desk.looking.batch_list(
        limit=PAGE_ROWS + 1, skip=(page - 1) * PAGE_ROWS, waiting=waiting
    )
    values = {
        "batches": found[:PAGE_ROWS],
        "more": len(found) > PAGE_ROWS,
        "page": page,
        "waiting": waiting,
    }
    return Page("batches.html", values)


def batch(ask: Ask) -> Answer:
    """One batch: its totals, its findings, its items, and whether it may be approved by you."""
    row = _known(ask)
    items = ask.desk.looking.find_items(ItemQuery(batch_id=row.batch_id), limit=100_000)
    totals = _totals(ask, items)
    waits = bool(row.states.get(ItemState.AWAITING_APPROVAL))
    values = {
        "batch": row,
        "totals": totals,
        "findings": ask.desk.site.ledger.findings(row.batch_id),
        "samples": _samples(ask, row, items) if waits else [],
        "waits": waits,
        "why_not": _why_not(ask, row) if waits else "",
        "needs_code": needs_code(ask),
        "before": _before(ask, row, totals),
        **rows_of(ask, ItemQuery(batch_id=row.batch_id)),
    }
    return Page("batch.html", values)


def approve(ask: Ask) -> Answer:
    """Four eyes: of exactly what was seen, by somebody who just showed who they are."""
    row = _known(ask)
    confirm_again(ask)
    approval = approve_batch(ask.desk.site, row, ask.person, ask.given("digest"))
    told = f"{row.name} is approved by {approval.approver}: its items are ready to be keyed"
    return Go(f"/batches/{row.batch_id}", told)


def refuse(ask: Ask) -> Answer:
    """Nothing of it is keyed."""
    row = _known(ask)
    word = Word(person=ask.person, reason=ask.reason())
    count = ask.desk.site.ledger.refuse_batch(row.batch_id, word)
    return Go(f"/batches/{row.batch_id}", f"{count} items of {row.name} are cancelled")


def _known(ask: Ask) -> BatchRow:
    try:
        return ask.desk.looking.batch(ask.path["batch"])
    except KeyError:
        raise NotThere from None


def needs_code(ask: Ask) -> bool:
    """Whether the second factor was last shown too long ago for a decision about money."""
    if ask.session is None:
        return True
    fresh = timedelta(minutes=ask.desk.settings.fresh_minutes)
    return ask.desk.site.ledger.now() - ask.session.confirmed_at > fresh


def confirm_again(ask: Ask) -> None:
    """Raises Refused: "code"."""
    if not needs_code(ask):
        return
    assert ask.session is not None
    step = step_shown(ask, ask.account)
    if step is None:
        raise Refused("code", "show your second factor again: the code of now")
    ask.desk.people.confirm(ask.session, step)


def _totals(ask: Ask, items: Sequence[ItemRow]) -> list[Totals]:
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for each in items:
        amounts[each.currency].append(Decimal(each.amount))
    limits = ask.desk.suite.config.approval.limits
    return [
        Totals(
            currency=currency,
            count=len(mine),
            total=sum(mine, Decimal(0)),
            smallest=min(mine),
            largest=max(mine),
            limit=limits.get(currency),
        )
        for currency, mine in sorted(amounts.items())
    ]


def _samples(ask: Ask, row: BatchRow, items: Sequence[ItemRow]) -> list[Sample]:
    """The largest, those with a finding, and the first ones: each once, with the reason."""
    found = {each["row"] for each in ask.desk.site.ledger.findings(row.batch_id)}
    largest = sorted(items, key=lambda each: Decimal(each.amount), reverse=True)[:LARGEST]
    odd = [each for each in items if each.row in found][:FOUND_MAX]
    why: dict[str, str] = {each.item_id: "first" for each in items[:FIRST]}
    why |= {each.item_id: "large" for each in largest}
    why |= {each.item_id: "finding" for each in odd}
    return [_sample(ask, each, why[each.item_id]) for each in items if each.item_id in why]


def _sample(ask: Ask, row: ItemRow, why: str) -> Sample:
    try:
        payload = ask.desk.looking.payload_of(row.item_id)
        theirs, to, when = in_short(payload, personal=ask.may(Right.PERSONAL))
    except Illegible as trouble:
        theirs, to, when = "", str(trouble), ""
    return Sample(row=row, theirs=theirs, to=to, when=when, why=why)


def _why_not(ask: Ask, row: BatchRow) -> str:
    """Why whoever looks cannot approve it; "": they can. The rules check again."""
    if not ask.may(Right.DECIDE):
        return f"a supervisor decides; you are signed on as {ask.account.role}"
    policy = approval_policy(ask.desk.suite)
    who = person(ask.person, policy)
    if who == person(row.maker, policy):
        return "you dropped this batch: somebody else looks"
    if policy.approvers and who not in {person(each, policy) for each in policy.approvers}:
        return f"{ask.person} is not among the approvers of config.toml"
    return _changed(ask, row)


def _changed(ask: Ask, row: BatchRow) -> str:
    try:
        same = ask.desk.looking.stored_digest(row.batch_id) == row.digest
    except Illegible as trouble:
        return str(trouble)
    return "" if same else "the batch is not what was filed: its rows were changed by another hand"


def _before(ask: Ask, row: BatchRow, totals: Sequence[Totals]) -> list[tuple[str, str, str, str]]:
    """(what, now, last time, difference) against the last batch of the same kind before it."""
    kin = [
        each for each in ask.desk.looking.batch_list(limit=50)
        if (each.sheet_map, each.system) == (row.sheet_map, row.system)
        and each.filed_at < row.filed_at
    ]  # fmt: skip
    if not kin:
        return []
    last = kin[0]
    query = ItemQuery(batch_id=last.batch_id)
    then = {
        each.currency: each
        for each in _totals(ask, ask.desk.looking.find_items(query, limit=100_000))
    }
    found = [("file", row.name, last.name, "")]
    for each in totals:
        old = then.get(each.currency)
        count, total = (old.count, old.total) if old else (0, Decimal(0))
        found.append(
            (f"items {each.currency}", f"{each.count:,}", f"{count:,}", f"{each.count - count:+,}")
        )
        found.append(
            (f"sum {each.currency}", f"{each.total:,f}", f"{total:,f}", f"{each.total - total:+,f}")
        )
    return found

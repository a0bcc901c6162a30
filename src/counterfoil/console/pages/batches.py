"""Batches: how far each got, and the approval of those that wait for a second person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from counterfoil.console.asking import PAGE_ROWS, Answer, Ask, Go, NotThere, Page
from counterfoil.console.pages.items import rows_of
from counterfoil.console.pages.payloads import in_short
from counterfoil.console.pages.sign_on import step_shown
from counterfoil.domain.items import ItemState, WorkItem
from counterfoil.domain.people import Right
from counterfoil.errors import Refused
from counterfoil.rules.approval import person
from counterfoil.site import approval_policy
from counterfoil.site.deciding import approve_batch
from counterfoil.store.book import Illegible
from counterfoil.store.deciding import Word
from counterfoil.store.reading import BatchRow
from counterfoil.store.searching import ItemQuery

#: Items that an approver is shown: these, and those that something was found on.
LARGEST, FIRST, FOUND_MAX = 10, 10, 200
TROUBLES = (ItemState.FAILED, ItemState.ON_HOLD, ItemState.IN_DOUBT, ItemState.REFUSED)
LARGE = 2_000  # rows: a smaller batch is read anew for every look


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

    item: WorkItem
    shown: tuple[str, str, str]  # their reference, to whom, when
    why: str  # it is among those that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What an approver sees of a waiting batch, read from what would be keyed."""

    totals: list[Totals]
    count: int  # items that wait; one that was refused by itself is not among them
    items: tuple[WorkItem, ...]  # those that are shown
    why: Mapping[str, str]  # item id -> why it is among them
    trouble: str  # why nobody can approve it; "": it is what was filed


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
    row = ask.desk.shared(f"batch {ask.path['batch'][:60]}", lambda: _known(ask))
    waits = bool(row.states.get(ItemState.AWAITING_APPROVAL))
    sight = _sight(ask, row) if waits else None
    totals = sight.totals if sight else _totals_of(ask, row.batch_id)
    last = ask.desk.looking.batch_before(row)
    values = {
        "batch": row,
        "totals": totals,
        "count_seen": sight.count if sight else 0,
        "findings": ask.desk.site.ledger.findings(row.batch_id),
        "samples": _samples(ask, sight) if sight else [],
        "waits": waits,
        "why_not": _why_not(ask, row, sight) if sight else "",
        **fresh_values(ask),
        "trouble": _first_trouble(ask, row),
        "last": last,
        "before": _before(ask, last[0], totals) if last else [],
        **rows_of(ask, ItemQuery(batch_id=row.batch_id), row.states),
    }
    return Page("batch.html", values)


def _first_trouble(ask: Ask, row: BatchRow) -> str:
    """The first item that did not end well, by row; "": none."""
    if not any(row.states.get(each) for each in TROUBLES):
        return ""
    found = ask.desk.looking.find_items(ItemQuery(batch_id=row.batch_id, states=TROUBLES), limit=1)
    return found[0].item_id if found else ""


def approve(ask: Ask) -> Answer:
    """Four eyes: of exactly what was seen, by somebody who just showed who they are."""
    row = _known(ask)
    confirm_again(ask)
    items = ask.given("items")
    seen = int(items) if items.isdecimal() else None
    approval = approve_batch(ask.desk.site, row, ask.person, ask.given("digest"), seen)
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


def fresh_values(ask: Ask) -> dict[str, object]:
    """How whoever decides shows the second factor again: a code here, or with the provider."""
    needed = needs_code(ask)
    return {"needs_code": needed, "confirm_with": _provider(ask) if needed else ""}


def confirm_again(ask: Ask) -> None:
    """Raises Refused: "code"."""
    if not needs_code(ask):
        return
    assert ask.session is not None
    if provider := _provider(ask):
        raise Refused("code", f"confirm with {provider} again: that was too long ago")
    step = step_shown(ask, ask.account)
    if step is None:
        raise Refused("code", "show your second factor again: the code of now")
    ask.desk.people.confirm(ask.session, step)


def _provider(ask: Ask) -> str:
    """Who has seen the second factor of whoever asks; "": we have."""
    there = ask.desk.elsewhere
    return there.settings.name if there and ask.session and there.confirms(ask.account) else ""


def _sight(ask: Ask, row: BatchRow) -> Sight:
    """What is approved, from the payloads themselves: a column beside them may say anything.

    It is bound to the digest, so what was read once of a large batch holds as long as that is
    the digest; whoever approves has every row read again, whatever they were shown.
    """
    waiting = ask.desk.looking.waiting_items(row.batch_id)
    known = ask.desk.sights.get(row.digest) if row.rows_read > LARGE else None
    if isinstance(known, Sight) and known.count == len(waiting):  # it never grows
        return known
    try:
        whole = ask.desk.looking.batch_items(row.batch_id)
    except Illegible as trouble:
        return Sight(totals=[], count=0, items=(), why={}, trouble=str(trouble))
    items = [each for each in whole if each.item_id in waiting]
    same = ask.desk.looking.stored_digest(row.batch_id) == row.digest
    changed = "the batch is not what was filed: its rows were changed by another hand"
    amounts = [(each.payload.currency, str(each.payload.total())) for each in items]
    why = _why_shown(ask, row, items)
    made = Sight(
        totals=_totals(ask, amounts),
        count=len(items),
        items=tuple(each for each in items if each.item_id in why),
        why=why,
        trouble="" if same else changed,
    )
    if same:
        ask.desk.sights.put(row.digest, made)
    return made


def _why_shown(ask: Ask, row: BatchRow, items: Sequence[WorkItem]) -> dict[str, str]:
    """The largest, those with a finding, and the first ones: each once, with the reason."""
    found = {each["row"] for each in ask.desk.site.ledger.findings(row.batch_id)}
    largest = sorted(items, key=lambda each: each.payload.total(), reverse=True)[:LARGEST]
    odd = [each for each in items if each.row in found][:FOUND_MAX]
    why: dict[str, str] = {each.item_id: "first" for each in items[:FIRST]}
    why |= {each.item_id: "large" for each in largest}
    return why | {each.item_id: "finding" for each in odd}


def _samples(ask: Ask, sight: Sight) -> list[Sample]:
    personal = ask.may(Right.PERSONAL)
    return [
        Sample(
            item=each, shown=in_short(each.payload, personal=personal), why=sight.why[each.item_id]
        )
        for each in sight.items
    ]


def _totals_of(ask: Ask, batch_id: str) -> list[Totals]:
    """Of a batch that is decided: its amounts do not change any more."""
    known = ask.desk.totals.get(batch_id)
    if known is None:
        known = _totals(ask, ask.desk.looking.amounts(batch_id))
        ask.desk.totals.put(batch_id, known)
    return known


def _totals(ask: Ask, amounts: Iterable[tuple[str, str]]) -> list[Totals]:
    """By currency, of (currency, decimal text)."""
    found: dict[str, list[Decimal]] = defaultdict(list)
    for currency, amount in amounts:
        found[currency].append(Decimal(amount))
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
        for currency, mine in sorted(found.items())
    ]


def _why_not(ask: Ask, row: BatchRow, sight: Sight) -> str:
    """Why whoever looks cannot approve it; "": they can. The rules check again."""
    if not ask.may(Right.DECIDE):
        return f"a supervisor decides; you are signed on as {ask.account.role}"
    policy = approval_policy(ask.desk.suite)
    who = person(ask.person, policy)
    if who == person(row.maker, policy):
        return "you dropped this batch: somebody else looks"
    if policy.approvers and who not in {person(each, policy) for each in policy.approvers}:
        return f"{ask.person} is not among the approvers of config.toml"
    return sight.trouble


def _before(ask: Ask, last_id: str, totals: Sequence[Totals]) -> list[tuple[str, str, str, str]]:
    """(what, now, last time, difference) against the batch of the same kind before it."""
    then = {each.currency: each for each in _totals_of(ask, last_id)}
    found: list[tuple[str, str, str, str]] = []
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

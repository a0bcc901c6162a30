"""What people decide, and what they read before: batches, items, approvals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.cli.site import Site, open_reader, open_site
from counterfoil.cli.terminal import DECIDE, WORK, say, show_table
from counterfoil.config import find_suite
from counterfoil.domain.allocations import Allocation
from counterfoil.domain.items import ItemState, Payload
from counterfoil.domain.payments import Payment
from counterfoil.domain.secrets import mask_account
from counterfoil.domain.vouchers import JournalVoucher
from counterfoil.errors import Refused
from counterfoil.site.deciding import approve_batch as decide_batch
from counterfoil.site.deciding import release_item
from counterfoil.store.deciding import Word
from counterfoil.store.login_stops import LoginStops, StoppedLogin
from counterfoil.store.reading import BatchRow

Person = Annotated[str, typer.Option("--as", help="Who you are, as config.toml spells you.")]
Reason = Annotated[str, typer.Option(help="Why; it goes on the record.")]
ItemId = Annotated[str, typer.Argument(metavar="ITEM", help="Such as B-7K2M4QXN3P-0017.")]
BatchId = Annotated[str, typer.Argument(metavar="BATCH", help="Such as B-7K2M4QXN3P.")]


#: Nothing happens to these by itself.
NEED_A_PERSON = (ItemState.ON_HOLD, ItemState.FAILED)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for reading in (batches, items, why):
        app.command(rich_help_panel=WORK)(reading)
    for deciding in (approve, refuse, release, look_again, booked, cancel, unfreeze):
        app.command(rich_help_panel=DECIDE)(deciding)


def batches() -> None:
    """List every batch, newest first: how far it got, and who is waited for."""
    with open_reader() as ledger:
        found = ledger.batches()
        frozen = ledger.frozen_systems()
        resting = LoginStops.beside(ledger).stopped_logins()
    if not found:
        say("no batch yet: drop a workbook into a watched folder (counterfoil up names them)")
    else:
        columns = ("batch", "file", "system", "maker", "approved by", "items")
        show_table("batches", columns, [_batch_cells(each) for each in found])
    tell_who_is_needed(found)
    tell_resting(resting)
    for system, reason in frozen.items():
        say(f"{system} is frozen: {reason} (counterfoil unfreeze {system})", style="bold red")


def tell_who_is_needed(found: Sequence[BatchRow]) -> bool:
    """Say what a person has to do next; False: nobody has to do anything."""
    waiting = [each for each in found if each.states.get(ItemState.AWAITING_APPROVAL)]
    for each in waiting:
        say(
            f"{each.states[ItemState.AWAITING_APPROVAL]} items of {each.name} wait for an approval:"
            f" counterfoil approve {each.batch_id} --as NAME",
            style="yellow",
        )
    left = Counter[ItemState]()
    for each in found:
        left.update({state: each.states.get(state, 0) for state in NEED_A_PERSON})
    for state, count in left.items():
        if count:
            say(f"{count} {state}: counterfoil items --state {state}", style="yellow")
    return bool(waiting) or any(left.values())


def tell_resting(resting: Sequence[StoppedLogin]) -> bool:
    """Say which bank logins are not tried, and what to do; False: none."""
    for each in resting:
        say(
            f"{each.system} {each.login} was refused and is not tried again: change its secret, or"
            f" counterfoil login release {each.system} {each.login} ({each.reason})",
            style="bold red",
        )
    return bool(resting)


def items(
    batch: Annotated[str | None, typer.Argument(metavar="[BATCH]", help="Only this batch.")] = None,
    state: Annotated[str | None, typer.Option(help="Only this state, e.g. ON_HOLD.")] = None,
) -> None:
    """List items with their state, receipt or reason.

    ON_HOLD and FAILED wait for a person (counterfoil why ITEM tells why); IN_DOUBT is
    looked up by the bots themselves.

    \b
        counterfoil items --state ON_HOLD
        counterfoil items B-7K2M4QXN3P
    """
    with open_reader() as ledger:
        if batch is not None and batch not in {each.batch_id for each in ledger.batches()}:
            raise _no_such_batch(batch)
        found = ledger.items(batch_id=batch, state=_state(state))
        rows = [
            (each.item_id, each.reference, f"{each.amount} {each.currency}", each.state,
             each.bank_reference or "", _because(each.code, each.reason))
            for each in found
        ]  # fmt: skip
    if not rows:
        say("no such item: counterfoil batches shows how far everything got")
        return
    columns = ("item", "our reference", ">amount", "state", "receipt", "reason")
    show_table(f"{len(rows)} items", columns, rows)


def why(item: ItemId) -> None:
    """Tell the story of one item, first to last: why it did or did not run."""
    with open_reader() as ledger:
        steps = ledger.history(item)
    if not steps:
        raise Refused("unknown_item", f"there is no step of {item} (counterfoil items lists them)")
    rows = [(f"{each.at:%Y-%m-%d %H:%M:%S}Z", each.kind, each.told) for each in steps]
    show_table(item, ("when", "what", "told"), rows)


def approve(
    batch: BatchId,
    person: Person,
    digest: Annotated[
        str | None, typer.Option(help="What you saw; without it you are shown and asked.")
    ] = None,
) -> None:
    """Let a waiting batch be keyed. You must not be its maker: four eyes.

    The batch is shown, and you are asked. The approval is bound to the digest of what
    you saw: one byte changed since then voids it. --digest is for whoever saw it
    elsewhere; then nobody is asked.
    """
    with open_site("approve") as site:
        row, seen = _known_batch(site, batch), None
        if digest is None:
            _show_batch(site, row)
            typer.confirm("Approve exactly this?", abort=True)
            digest, seen = row.digest, row.states.get(ItemState.AWAITING_APPROVAL, 0)
        approve_batch(site, row, person, digest, seen)


def refuse(batch: BatchId, person: Person, reason: Reason) -> None:
    """Say no to a waiting batch: none of it is keyed, and each item says why.

    \b
        counterfoil refuse B-7K2M4QXN3P --as petra.novakova --reason "last month's file"
    """
    with open_site("decide") as site:
        row = _known_batch(site, batch)
        count = site.ledger.refuse_batch(row.batch_id, Word(person=person, reason=reason))
    say(f"{count} items of {row.name} are CANCELLED", style="green")


def approve_batch(
    site: Site, row: BatchRow, person: str, digest: str, items: int | None = None
) -> None:
    """Check the person against config.toml; the ledger checks what is stored, again."""
    approval = decide_batch(site, row, person, digest, items)
    say(f"{row.batch_id} approved by {approval.approver}, digest {digest[:16]}…", style="green")


def release(item: ItemId, person: Person, reason: Reason) -> None:
    """Have an item on hold keyed (again): you vouch that it is not at the bank.

    Read counterfoil why ITEM and look at the bank's own screen first. Not for whoever
    dropped the file.

    \b
        counterfoil release B-7K2M4QXN3P-0017 --as petra.novakova --reason "two orders, both meant"
    """
    with open_site("decide") as site:
        release_item(site, item, Word(person=person, reason=reason))
    say(f"{item} is READY", style="green")


def look_again(item: ItemId, person: Person, reason: Reason) -> None:
    """Have the bots ask the bank once more about an item that is in doubt."""
    with open_site("decide") as site:
        site.ledger.look_again(item, Word(person=person, reason=reason))
    say(f"{item} will be looked up", style="green")


def booked(
    item: ItemId,
    person: Person,
    reason: Reason,
    receipt: Annotated[str, typer.Option(help="The bank's reference that you saw.")],
) -> None:
    """Say that you saw the item at the bank, and under which reference.

    \b
        counterfoil booked B-7K2M4QXN3P-0017 --as petra.novakova --receipt 7100000001 \\
            --reason "seen on ENQ200, same amount and accounts"
    """
    with open_site("decide") as site:
        site.ledger.booked(item, Word(person=person, reason=reason), bank_reference=receipt)
    say(f"{item} is POSTED as {receipt}", style="green")


def cancel(item: ItemId, person: Person, reason: Reason) -> None:
    """Say that an item is not to be keyed. Refused while it may be booked."""
    with open_site("decide") as site:
        site.ledger.cancel(item, Word(person=person, reason=reason))
    say(f"{item} is CANCELLED", style="green")


def unfreeze(
    system: Annotated[str, typer.Argument(help="As in config.toml.")],
    person: Person,
    reason: Reason,
) -> None:
    """Lift the alarm of a system, after you found out what happened."""
    if system not in find_suite(Path.cwd()).config.systems:
        raise Refused("unknown_system", f"config.toml has no [systems.{system}]")
    with open_site("decide") as site:
        site.ledger.unfreeze(system, Word(person=person, reason=reason))
    say(f"{system} works again", style="green")


def _known_batch(site: Site, batch_id: str) -> BatchRow:
    try:
        return site.ledger.batch(batch_id)
    except KeyError:
        raise _no_such_batch(batch_id) from None


def _no_such_batch(batch_id: str) -> Refused:
    return Refused(
        "unknown_batch", f"there is no batch {batch_id} (counterfoil batches lists them)"
    )


def _show_batch(site: Site, row: BatchRow) -> None:
    """What is approved: to whom how much goes, what was odd, and the sums."""
    found = site.ledger.items(batch_id=row.batch_id)
    payloads = {each.item_id: each.payload for each in site.ledger.batch_items(row.batch_id)}
    rows = [
        (each.row, *_what(payloads[each.item_id]),
         f"{each.amount} {each.currency}", each.state)
        for each in found
    ]  # fmt: skip
    columns = (">row", "their reference", "to", "date", ">amount", "state")
    show_table(f"{row.name}, dropped by {row.maker}, for {row.system}", columns, rows)
    for finding in site.ledger.findings(row.batch_id):
        place = finding["cell"] or (f"row {finding['row']}" if finding["row"] else row.name)
        say(f"  {finding['severity']}  {place}: {finding['message']}")
    for currency in sorted({each.currency for each in found}):
        mine = [Decimal(each.amount) for each in found if each.currency == currency]
        say(f"{len(mine)} items, {sum(mine, Decimal(0)):,f} {currency}", style="bold")
    say(f"digest {row.digest}")


def _what(payload: Payload) -> tuple[str, str, str]:
    """Reference, to whom, when; account numbers keep their last characters."""
    match payload:
        case Payment():
            account = mask_account(payload.creditor_account)
            to = f"{payload.creditor_name}, {account} at {payload.creditor_bank}"
            return payload.end_to_end_id, to, payload.execution_date.isoformat()
        case Allocation():
            paid = f"{payload.receipt_no} pays invoice {payload.invoice_no}"
            return payload.allocation_id, f"{paid} of {payload.debtor_name}", ""
        case JournalVoucher():
            to = f"{payload.description}, {len(payload.entries)} lines"
            return payload.voucher_no, to, payload.booking_date.isoformat()


def _batch_cells(row: BatchRow) -> tuple[object, ...]:
    counts = ", ".join(f"{count} {state}" for state, count in sorted(row.states.items()))
    approved = row.approver or ("waits" if row.needs_approval else "not needed")
    return row.batch_id, row.name, row.system, row.maker, approved, counts or "none"


def _because(code: str | None, reason: str | None) -> str:
    return ": ".join(each for each in (code, reason) if each)


def _state(text: str | None) -> ItemState | None:
    if text is None:
        return None
    try:
        return ItemState(text.upper())
    except ValueError:
        known = ", ".join(ItemState)
        raise typer.BadParameter(f"{text!r} is no state; known: {known}") from None

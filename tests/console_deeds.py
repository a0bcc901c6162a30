"""Every action of the console, as a person does it on the page: what it needs, and what it does.

A deed's page is made ready anew for each person who does it; the hands have a keyboard alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from playwright.sync_api import Page, expect

from counterfoil.domain.items import ItemState
from counterfoil.domain.pauses import EVERYWHERE, Breaker
from counterfoil.domain.people import Role
from counterfoil.domain.reconciliation_decisions import DecisionState
from counterfoil.domain.statement_orders import Exceptional, FetchedFile, Filed, Judged
from counterfoil.store.deciding import Word
from tests.console_browser import press, reach, tick, write
from tests.console_support import Rig, add, waiting_batch
from tests.engine_support import CORE, a_batch
from tests.test_statement_rules import ACCOUNT, a_statement, listed, proved
from workflows.reconciliation_decisions import propose_match
from workflows.standing_reconciliation import stand

ANNA = Word(person="Anna", reason="made ready for a test")


@dataclass(frozen=True, slots=True)
class Scene:
    """Where it is done, and the name of what it is done to."""

    page: str
    thing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One action: *do* types *why* and presses; then the page and the record tell of it."""

    ready: Callable[[Rig, str], Scene]  # of a tag that is used once
    do: Callable[[Page, Scene, str], None]
    shown: str  # what the page says then
    event: str  # the newest audit record of that kind is of whoever did it
    state: Callable[[Rig, str], object]  # of the thing, as the ledger has it
    becomes: object
    tells: bool = True  # the reason stands in the record


# Items and batches


def _batch(rig: Rig, tag: str) -> Scene:
    batch_id = waiting_batch(rig, f"{tag}.xlsx")
    return Scene(f"/batches/{batch_id}", batch_id)


def _states(rig: Rig, batch_id: str) -> object:
    return {str(each) for each in rig.site.ledger.batch(batch_id).states}


def _parked(rig: Rig, tag: str, *, intended: bool = False) -> str:
    """An item on hold; *intended*: it may stand at the bank."""
    _calm(rig, tag)  # else nothing may be begun
    ledger, first = rig.site.ledger, int(sha256(tag.encode()).hexdigest()[:6], 16) % 900_000
    document, batch = a_batch(1, name=f"{tag}.xlsx", first=first)
    ledger.file_batch(document, batch, needs_approval=False)
    (item,) = batch.items
    claim = ledger.claim(item.item_id)
    assert claim is not None
    if intended:
        lease = ledger.take_lease(CORE, [tag], sessions_max=99, lease=timedelta(hours=1))
        assert lease is not None
        limit = timedelta(seconds=5)
        ledger.intend(item, claim.token, lease, outlast=limit).make_durable()
    ledger.park(item, claim.token, "odd", f"parked for {tag}")
    return item.item_id


def _held(rig: Rig, tag: str) -> Scene:
    item = _parked(rig, tag)
    return Scene(f"/items/{item}", item)


def _open(rig: Rig, tag: str) -> Scene:
    item = _parked(rig, tag, intended=True)
    return Scene(f"/items/{item}", item)


def _listed(rig: Rig, tag: str) -> Scene:
    item = _parked(rig, tag)
    return Scene(f"/exceptions?kind=hold&text={item}", item)


def _listed_open(rig: Rig, tag: str) -> Scene:
    item = _parked(rig, tag, intended=True)
    return Scene(f"/exceptions?kind=hold&text={item}", item)


def _item(rig: Rig, item: str) -> object:
    return str(rig.served.desk.looking.item_row(item).state)


def _booked(page: Page, _: Scene, why: str) -> None:
    write(page, "#reason", why)
    write(page, "#receipt", "BK77")
    press(page, "It is booked under this")


def _care(page: Page, scene: Scene, why: str) -> None:
    tick(page, scene.thing)
    write(page, "#reason", why)
    write(page, "#owner", "Eva")
    write(page, "#due", "01312030")
    press(page, "Note it")


def _cared(rig: Rig, item: str) -> object:
    care = rig.served.desk.cares.cares_of(f"item:{item}")
    return care and (care.owner, care.due_on)


# Statements


def _arrival(rig: Rig, tag: str) -> Scene:
    """A fetched file in which something was found that a person has to look at."""
    ledger, number = rig.served.desk.statements, int(sha256(tag.encode()).hexdigest()[:4], 16)
    first = date(1990, 1, 1) + timedelta(days=3 * (number % 3_000))
    days = (first, first + timedelta(days=1))
    ledger.order_statements(CORE, ACCOUNT, days, ("pdf",))
    order = ledger.wanted_statements(CORE)[-1]
    path = rig.site.suite.root / f"{tag}.pdf"
    path.write_bytes(tag.encode())
    file = FetchedFile(
        listed=listed(first=days[0], last=days[1], number=str(number)),
        format="pdf",
        path=path,
        sha256=rig.served.desk.reading.files.keep(path),
        size=path.stat().st_size,
    )
    ledger.file_arrival(order, file)
    arrival = ledger.unread_arrivals()[-1]
    filed = Filed(
        proved=proved(a_statement(days=days, number=str(number))), first=days[0], last=days[1]
    )
    odd = Exceptional(code="look", reason=f"odd {tag}", remedy="look at it", place="page 1")
    judged = Judged(filed=(filed,), exceptions=(odd,), source="pdf", pages=1)
    assert ledger.file_reading(arrival, judged)
    return Scene(f"/exceptions?kind=statement&text={arrival.arrival_id}", arrival.arrival_id)


def _arrival_s(rig: Rig, arrival: str) -> object:
    return rig.served.desk.statements.decisions(arrival)[-1].kind


# Reconciliations


def _free_lines(rig: Rig) -> None:
    """Of B2 and L2 nothing is proposed."""
    books = rig.served.desk.reconciliations
    for row in books.decisions(states=[DecisionState.PROPOSED]):
        if row.decision_id != rig.names["decision"]:
            books.reject(books.files.proposal(row), ANNA)


def _break(rig: Rig, _: str) -> Scene:
    _free_lines(rig)
    (found,) = [
        each for each in rig.served.desk.reconciliations.breaks("nostro") if each.line_id == "B2"
    ]
    return Scene("/reconciliations/nostro", found.break_id)


def _comment(page: Page, scene: Scene, why: str) -> None:
    write(page, "#break", scene.thing)
    write(page, "#owner", "Eva")
    write(page, "#reason", why)
    press(page, "Note it")


def _said(rig: Rig, break_id: str) -> object:
    found = rig.served.desk.reconciliations.breaks("nostro")
    return {each.break_id: each.owner for each in found}[break_id]


def _propose(page: Page, _: Scene, why: str) -> None:
    for line in ("25.00", "24.00"):
        row = page.get_by_role("row").filter(has_text=line)
        reach(page, row.get_by_role("checkbox"))
        page.keyboard.press("Space")
    write(page, "#because", why)
    write(page, "#difference", "1.00")
    press(page, "Propose: they belong together")


def _proposed(rig: Rig, _: str) -> object:
    books = rig.served.desk.reconciliations
    return len(books.decisions(states=[DecisionState.PROPOSED])) > 1


def _proposal(rig: Rig, _: str) -> Scene:
    name = rig.names["decision"]
    return Scene(f"/decisions/{name}", name)


def _of_anna(rig: Rig, _: str) -> Scene:
    _free_lines(rig)
    books = rig.served.desk.reconciliations
    made = propose_match(
        books,
        stand(books, "nostro"),
        ANNA,
        bank=["B2"],
        entries=["L2"],
        difference=Decimal("1.00"),
    )
    return Scene(f"/decisions/{made.decision_id}", made.decision_id)


def _decision(rig: Rig, name: str) -> object:
    return str(rig.served.desk.reconciliations.decision(name).state)


# Operating


def _calm(rig: Rig, _: str) -> Scene:
    """Nothing is frozen, paused or open."""
    ledger = rig.site.ledger
    if CORE in ledger.frozen_systems():
        ledger.unfreeze(CORE, ANNA)
    for pause in ledger.pauses():
        lift = ledger.close_circuit if str(pause.kind) == "CIRCUIT" else ledger.end_maintenance
        lift(pause.system, ANNA)
    rig.served.desk.has_acted()
    return Scene("/operate", CORE)


def _after(act: Callable[[Rig], object]) -> Callable[[Rig, str], Scene]:
    def ready(rig: Rig, tag: str) -> Scene:
        scene = _calm(rig, tag)
        act(rig)
        rig.served.desk.has_acted()
        return scene

    return ready


def _break_down(rig: Rig) -> None:
    breaker = Breaker(opens_after=1, probe_after=timedelta(hours=1))
    rig.site.ledger.system_failed(CORE, "does not answer", breaker)


def _pauses(rig: Rig, _: str) -> object:
    return {(each.system, str(each.kind)) for each in rig.site.ledger.pauses()}


def _frozen(rig: Rig, system: str) -> object:
    return system in rig.site.ledger.frozen_systems()


def _schedule(*, paused: bool) -> Callable[[Rig, str], Scene]:
    def ready(rig: Rig, tag: str) -> Scene:
        name = "often" if "operator" in tag else "second"  # a run that is open lets no other begin
        if _paused(rig, name) != paused:
            change = rig.served.desk.schedules.pause if paused else rig.served.desk.schedules.resume
            change(name, ANNA)
        return Scene(f"/schedules/{name}", name)

    return ready


def _paused(rig: Rig, name: str) -> object:
    return {each.name: bool(each.paused) for each in rig.served.desk.schedules.schedules()}[name]


def _queued(rig: Rig, name: str) -> object:
    return str(rig.served.desk.schedules.occurrences(name, limit=1)[0].run_state)


# People


def _people(_: Rig, tag: str) -> Scene:
    return Scene("/people", tag)


def _invite(page: Page, scene: Scene, _: str) -> None:
    write(page, "#name", scene.thing)
    write(page, "#person", "Kim.Berg")
    write(page, "#role", "auditor")
    press(page, "Make a one-time link")
    expect(page.locator("#made")).to_contain_text("/open#")


def _somebody(rig: Rig, tag: str) -> Scene:
    add(rig, tag, tag, Role.OPERATOR)
    return Scene("/people", tag)


def _active(rig: Rig, name: str) -> object:
    account = rig.served.desk.people.account(name)
    return account is not None and account.active


def _lock_out(page: Page, scene: Scene, _: str) -> None:
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=scene.thing))
    press(page, row.get_by_role("button", name="Lock out"))


def _make_token(page: Page, scene: Scene, _: str) -> None:
    write(page, "#t-name", scene.thing)
    press(page, "Make a token")


def _token(rig: Rig, tag: str) -> Scene:
    rig.token("read")
    return Scene("/people", tag)


def _tokens(rig: Rig, _: str) -> object:
    return len(rig.served.desk.people.tokens())


def _take_back(page: Page, _: Scene, __: str) -> None:
    for _number in range(page.get_by_role("button", name="Take back").count()):
        press(page, page.get_by_role("button", name="Take back").first)
        expect(page.get_by_role("status")).to_contain_text("taken back")


# The record


def _verify(page: Page, _: Scene, __: str) -> None:
    press(page, "Verify now")
    expect(page.locator("[data-live=verify]")).to_contain_text("OK:", timeout=20_000)


def _verified(rig: Rig, _: str) -> object:
    report = rig.served.desk.verifying.report
    return report and report.ok


def _with(field_: str, button: str) -> Callable[[Page, Scene, str], None]:
    """Say why, and press."""

    def do(page: Page, _: Scene, why: str) -> None:
        write(page, field_, why)
        press(page, button)

    return do


def _ticked(button: str) -> Callable[[Page, Scene, str], None]:
    def do(page: Page, scene: Scene, why: str) -> None:
        tick(page, scene.thing)
        write(page, "#reason", why)
        press(page, button)

    return do


def _just(button: str) -> Callable[[Page, Scene, str], None]:
    return lambda page, _scene, _why: press(page, button)


def _deed(
    ready: Callable[[Rig, str], Scene],
    do: Callable[[Page, Scene, str], None],
    shown: str,
    event: str,
    state: Callable[[Rig, str], object],
    becomes: object,
    **more: Any,
) -> Deed:
    return Deed(ready=ready, do=do, shown=shown, event=event, state=state, becomes=becomes, **more)


MAINTENANCE = {(CORE, "MAINTENANCE")}
_pause_core = _after(lambda rig: rig.site.ledger.begin_maintenance(CORE, ANNA))
_pause_every = _after(lambda rig: rig.site.ledger.begin_maintenance(EVERYWHERE, ANNA))
_freeze = _after(lambda rig: rig.site.ledger.freeze_by_hand(CORE, ANNA))
_READY, _CANCELLED, _DOUBT = ItemState.READY, ItemState.CANCELLED, ItemState.IN_DOUBT

#: Door -> what is done there. Those of signing on and off have tests of their own.
DEEDS: dict[str, Deed] = {
    "/batches/{batch}/approve": _deed(
        _batch, _just("Approve exactly this"), "is approved by petra.novakova",
        "batch_approved", _states, {"READY"}, tells=False),
    "/batches/{batch}/refuse": _deed(
        _batch, _with("#refuse-reason", "Refuse: nothing of it is keyed"), "are cancelled",
        "batch_refused", _states, {"CANCELLED"}),
    "/items/{item}/look-again": _deed(
        _open, _with("#reason", "Ask the bank again"), "will be looked up",
        "item_decided", _item, _DOUBT),
    "/items/{item}/booked": _deed(
        _held, _booked, "is POSTED as BK77", "item_decided", _item, "POSTED"),
    "/items/{item}/release": _deed(
        _held, _with("#reason", "It is not at the bank: key it"), "is READY",
        "item_decided", _item, _READY),
    "/items/{item}/cancel": _deed(
        _held, _with("#reason", "Never key it"), "is CANCELLED",
        "item_decided", _item, _CANCELLED),
    "/exceptions/care": _deed(
        _listed, _care, "noted about 1", "exception_noted", _cared, ("eva", date(2030, 1, 31))),
    "/exceptions/look-again": _deed(
        _listed_open, _ticked("Ask the bank again"), "1 will be looked up",
        "item_decided", _item, _DOUBT),
    "/exceptions/release": _deed(
        _listed, _ticked("Release: key it"), "1 released", "item_decided", _item, _READY),
    "/exceptions/cancel": _deed(
        _listed, _ticked("Cancel"), "1 cancelled", "item_decided", _item, _CANCELLED),
    "/exceptions/requeue": _deed(
        _arrival, _ticked("Fetch again"), "1 wanted again",
        "statement_decided", _arrival_s, "requeue"),
    "/exceptions/accept": _deed(
        _arrival, _ticked("Accept"), "1 accepted", "statement_decided", _arrival_s, "accept"),
    "/exceptions/set-aside": _deed(
        _arrival, _ticked("Set aside"), "1 set aside",
        "statement_decided", _arrival_s, "set_aside"),
    "/reconciliations/{reconciliation}/comment": _deed(
        _break, _comment, ": noted", "break_assigned", _said, "eva"),
    "/reconciliations/{reconciliation}/propose": _deed(
        _break, _propose, "waits for a second person", "decision_proposed", _proposed, True),
    "/decisions/{decision}/approve": _deed(
        _proposal, _just("Approve exactly this"), "is approved by",
        "decision_approved", _decision, "APPROVED", tells=False),
    "/decisions/{decision}/reject": _deed(
        _of_anna, _with("#reason", "Reject"), "is rejected",
        "decision_rejected", _decision, "REJECTED"),
    "/audit/verify": _deed(
        lambda _, tag: Scene("/audit/verify", tag), _verify, "Every record is being read",
        "log_verified", _verified, True, tells=False),
    "/schedules/{schedule}/pause": _deed(
        _schedule(paused=False), _with("#reason", "Pause"), "is paused",
        "schedule_paused", _paused, True),
    "/schedules/{schedule}/resume": _deed(
        _schedule(paused=True), _with("#reason", "Resume"), "goes on",
        "schedule_resumed", _paused, False),
    "/schedules/{schedule}/run-now": _deed(
        _schedule(paused=False), _with("#reason", "Run now"), "is QUEUED",
        "occurrence_by_hand", _queued, "QUEUED"),
    "/systems/{system}/freeze": _deed(
        _calm, _with("#why-core", "Freeze"), "core is frozen", "system_frozen", _frozen, True),
    "/systems/{system}/unfreeze": _deed(
        _freeze, _with("#why-core", "Lift the alarm"), "core works again",
        "system_unfrozen", _frozen, False),
    "/systems/{system}/pause": _deed(
        _calm, _with("#why-core", "Pause"), "core is paused",
        "maintenance_began", _pauses, MAINTENANCE),
    "/systems/{system}/resume": _deed(
        _pause_core, _with("#why-core", "Resume"), "core goes on",
        "maintenance_ended", _pauses, set()),
    "/systems/{system}/close-circuit": _deed(
        _after(_break_down), _with("#why-core", "Try it again"), "core is tried again",
        "circuit_closed", _pauses, set()),
    "/operate/pause": _deed(
        _calm, _with("#why-all", "Pause all"), "every worker is paused",
        "maintenance_began", _pauses, {(EVERYWHERE, "MAINTENANCE")}),
    "/operate/resume": _deed(
        _pause_every, _with("#why-all", "Let all go on"), "every worker goes on",
        "maintenance_ended", _pauses, set()),
    "/people/invite": _deed(
        _people, _invite, "The one-time link for", "account_invited",
        lambda rig, name: rig.served.desk.people.account(name), None, tells=False),
    "/people/change": _deed(
        _somebody, _lock_out, ": done", "account_changed",
        _active, False, tells=False),
    "/people/tokens": _deed(
        _people, _make_token, "The token of", "token_made",
        lambda rig, name: [each.name for each in rig.served.desk.people.tokens()].count(name), 1,
        tells=False),
    "/people/tokens/end": _deed(
        _token, _take_back, "The token is taken back", "token_ended", _tokens, 0, tells=False),
}  # fmt: skip

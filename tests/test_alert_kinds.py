"""Each kind of alert reaches people: by real mail and a real web hook, once, with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from counterfoil.audit.log import AuditLog
from counterfoil.audit.witness import Witness
from counterfoil.domain.alerts import AlertKind
from counterfoil.domain.items import Receipt
from counterfoil.domain.schedules import RunState
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.store.book import Fact
from counterfoil.store.deciding import Word
from counterfoil.store.ledger import Ledger
from counterfoil.store.login_stops import LoginStops
from counterfoil.store.schedule_ledger import ScheduleLedger
from counterfoil.store.schedule_runs import Ended
from tests.alert_support import (
    PASSWORD,
    Hook,
    Mailbox,
    alerts_table,
    hook,
    mailbox,
    teller,
    write_urls,
)
from tests.engine_support import CORE, Clock, House, a_batch, sqlite_house
from tests.postgres_support import new_database
from tests.schedule_support import RULES, process_of, schedule, write_config

LEASE = timedelta(seconds=60)
SYSTEM = """
[systems.core]
base_url = "http://127.0.0.1:1"
logins = [{ name = "OP1", values = {}, credential = "op1" }]
[systems.core.bounds]
source = "test"
"""
QUEUE = '[alerts.queues.core]\ndone_by = "16:30"\n'
DEAD_MAN = '[alerts.dead_man.keying]\nbetween = "09:00-17:00"\nminutes = 30\n'


@dataclass(slots=True)
class Floor:
    """One installation, its clock, and its two receivers."""

    house: House
    ledger: Ledger
    clock: Clock
    folder: Path
    mail: Mailbox
    web: Hook

    def filed(self, count: int = 1) -> str:
        document, batch = a_batch(count)
        self.ledger.file_batch(document, batch, needs_approval=False)
        return batch.items[0].item_id

    def claimed(self) -> tuple[Any, int]:
        item_id = self.filed()
        claim = self.ledger.claim(item_id)
        assert claim is not None
        return self.ledger.item(item_id), claim.token

    def schedules(self, rules: str = RULES) -> ScheduleLedger:
        """Every ten minutes; looked at now."""
        folder = self.folder / "clockwork"
        folder.mkdir(exist_ok=True)
        write_config(folder, schedule("ten", "every 10 minutes", rules))
        from counterfoil.config import find_suite

        process = process_of(self.ledger, find_suite(folder), self.clock)
        process.schedules.sweep()
        return process.ledger


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def floor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Floor]:
    house = sqlite_house(tmp_path) if request.param == "sqlite" else House(tmp_path, new_database())
    clock = Clock()  # Tuesday, 08:00 UTC, 09:00 in Prague
    (tmp_path / "witness").mkdir()
    with mailbox() as mail, hook() as web, house.ledger(boot="boot-1", clock=clock) as ledger:
        write_urls(tmp_path, mail=mail.url, web=web.url)
        ledger.start_worker(host="here", pid=1, lease=timedelta(hours=9))
        yield Floor(house, ledger, clock, tmp_path, mail, web)


def run_failed(floor: Floor) -> dict[str, Any]:
    book = floor.schedules()
    floor.clock.pass_(600)
    floor.schedules()
    (due,) = book.due_runs()
    assert book.start_run(*due) is not None
    book.end_run(due[0], due[1], Ended(state=RunState.FAILED, told="exit code 2", exit_code=2))
    return {}


def run_missed(floor: Floor) -> dict[str, Any]:
    rules = RULES.replace("run_once", "skip")
    floor.schedules(rules)
    floor.clock.pass_(700)
    floor.schedules(rules)
    return {}


def run_waits(floor: Floor) -> dict[str, Any]:
    floor.schedules()
    floor.clock.pass_(600)
    floor.schedules()
    floor.clock.pass_(601)
    return {}


def item_in_doubt(floor: Floor) -> dict[str, Any]:
    item, token = floor.claimed()
    lease = floor.ledger.take_lease(CORE, ["OP1"], sessions_max=1, lease=LEASE)
    assert lease is not None
    floor.ledger.intend(item, token, lease, outlast=timedelta(seconds=9)).make_durable()
    floor.ledger.in_doubt(item, token, "the answer was lost", next_at=floor.clock.at)
    floor.clock.pass_(601)
    return {}


def item_on_hold(floor: Floor) -> dict[str, Any]:
    item, token = floor.claimed()
    floor.ledger.park(item, token, "look_up_differs", "another amount")
    return {}


def queue_at_risk(floor: Floor) -> dict[str, Any]:
    floor.filed(3)
    floor.clock.pass_(8 * 3600)
    return {}


def circuit_open(floor: Floor) -> dict[str, Any]:
    """As the worker's breaker writes it."""
    floor.clock.pass_(1)
    with floor.ledger.writing() as tx:
        data = {"system": CORE, "failures": 5, "reason": "no answer"}
        tx.tell(Fact(kind="circuit_opened", told="core: 5 system exceptions in a row", data=data))
    return {}


def system_frozen(floor: Floor) -> dict[str, Any]:
    floor.ledger.freeze_by_hand(CORE, Word(person="anna", reason="booked twice"))
    return {}


def login_stopped(floor: Floor) -> dict[str, Any]:
    secret = Secret("op1", "opensesame", Redactor())
    LoginStops.beside(floor.ledger).stop_login(CORE, "OP1", "wrong password", secret=secret)
    return {}


def witness_silent(floor: Floor) -> dict[str, Any]:
    witness = Witness(floor.folder / "witness", now=floor.clock)
    with AuditLog.open(floor.folder / "log", host="h", bot="b", redactor=Redactor()) as log:
        witness.submit(log.checkpoint(), ())
    floor.clock.pass_(181)
    return {"witness": witness}


def nothing_happened(floor: Floor) -> dict[str, Any]:
    floor.clock.pass_(1801)
    return {}


CASES: dict[AlertKind, tuple[Callable[[Floor], dict[str, Any]], str]] = {
    AlertKind.RUN_FAILED: (run_failed, "counterfoil schedule why ten 2026-11-24"),
    AlertKind.RUN_MISSED: (run_missed, "counterfoil schedule why ten 2026-11-24"),
    AlertKind.RUN_WAITS: (run_waits, "counterfoil up"),
    AlertKind.ITEM_IN_DOUBT: (item_in_doubt, "counterfoil why B-"),
    AlertKind.ITEM_ON_HOLD: (item_on_hold, "counterfoil why B-"),
    AlertKind.QUEUE_AT_RISK: (queue_at_risk, "counterfoil kpi --system core"),
    AlertKind.CIRCUIT_OPEN: (circuit_open, "counterfoil batches"),
    AlertKind.SYSTEM_FROZEN: (system_frozen, "counterfoil unfreeze core"),
    AlertKind.LOGIN_STOPPED: (login_stopped, "counterfoil login release core OP1"),
    AlertKind.WITNESS_SILENT: (witness_silent, "counterfoil verify"),
    AlertKind.NOTHING_HAPPENED: (nothing_happened, "counterfoil schedule list"),
}


def test_every_kind_is_shown_here() -> None:
    assert CASES.keys() == set(AlertKind)


@pytest.mark.parametrize("kind", CASES)
def test_an_alert_reaches_mail_and_web_once(floor: Floor, kind: AlertKind) -> None:
    make, remedy = CASES[kind]
    others = [str(each) for each in AlertKind if each is not kind]
    table = alerts_table("mail", "web", more=f"digest_minutes = 0\noff = {others}")
    # Alerts begin before what happens: what was before is not told.
    teller(floor.ledger, floor.folder, table, SYSTEM).alerts.look()
    parts = make(floor)
    process = teller(floor.ledger, floor.folder, f"{table}{QUEUE}{DEAD_MAN}", SYSTEM, **parts)
    process.alerts.look()
    process.alerts.look()

    (row,) = process.ledger.alerts()
    assert row.alert.kind is kind
    for text in (*floor.mail.texts, *floor.web.texts):
        assert f"#{row.alert.alert_id} {kind}" in text
        assert row.alert.told in " ".join(text.split())
        assert remedy in " ".join(text.split())
    assert (len(floor.mail.texts), len(floor.web.texts)) == (1, 1)
    assert floor.web.logins[0] is not None, "it signed on with the URL's password"

    kept = "".join(each.read_text() for each in floor.folder.rglob("*.jsonl"))
    assert "alert_raised" in kept
    assert "alert_sent" in kept
    assert PASSWORD not in kept


def test_what_was_before_alerts_began_is_not_told_and_after_an_acknowledgement_it_is_news(
    floor: Floor,
) -> None:
    """One alert for a schedule's day, until somebody knows of it; then the next trouble is one."""
    table = alerts_table("web", more=f"off = ['{AlertKind.RUN_WAITS}']")
    run_missed(floor)
    process = teller(floor.ledger, floor.folder, table)
    process.alerts.look()
    assert process.ledger.alerts() == []
    for _ in range(2):
        run_missed(floor)
        process.alerts.look()
    (row,) = process.ledger.alerts()
    assert len(floor.web.texts) == 1
    process.ledger.acknowledge([row.alert.alert_id], Word(person="anna", reason="known"))
    floor.clock.pass_(1)
    process.alerts.look()
    assert process.ledger.alerts() == []
    run_missed(floor)
    process.alerts.look()
    (again,) = process.ledger.alerts()
    assert again.alert.key > row.alert.key
    assert len(floor.web.texts) == 2


def test_a_queue_is_at_risk_long_before_its_deadline_by_the_measured_pace(floor: Floor) -> None:
    """A minute an item; at three in Prague a hundred are left, to be done by half past four."""
    document, batch = a_batch(125)
    floor.ledger.file_batch(document, batch, needs_approval=False)
    day = timedelta(hours=9)
    lease = floor.ledger.take_lease(CORE, ["OP1"], sessions_max=1, lease=day)
    assert lease is not None
    process = teller(floor.ledger, floor.folder, f"{alerts_table('web')}{QUEUE}", SYSTEM)
    for item in batch.items[:25]:
        floor.clock.pass_(60)
        claim = floor.ledger.claim(item.item_id)
        assert claim is not None
        floor.ledger.intend(item, claim.token, lease, outlast=timedelta(seconds=9)).make_durable()
        receipt = Receipt(bank_reference=item.reference, read_at=floor.clock.at, source="receipt")
        floor.ledger.posted(item, claim.token, receipt, confirm_at=None)
    process.alerts.look()
    assert floor.web.texts == [], "at 09:25 there is time enough"
    floor.clock.at = floor.clock.at.replace(hour=14, minute=0)
    process.alerts.look()
    (text,) = floor.web.texts
    assert "core: 100 items are to be keyed by 2026-11-24 15:30Z: at the measured pace" in text
    assert "expected at 2026-11-24 15:40Z, at the latest 2026-11-24 15:40Z" in text

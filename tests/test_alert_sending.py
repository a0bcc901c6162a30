"""An alert that was raised arrives, whatever is down and whatever crashes; and says no secret."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.adapters.alert_sender import check_url, is_plain, send
from counterfoil.domain.alerts import Unlooked
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.errors import AuditLost, Refused, SetupError, Unavailable
from counterfoil.store.alert_ledger import TAKEN
from counterfoil.store.deciding import Word
from counterfoil.store.ledger import Ledger
from tests.alert_support import (
    PASSWORD,
    Hook,
    Mailbox,
    Teller,
    alerts_table,
    hook,
    mailbox,
    teller,
    write_urls,
)
from tests.engine_support import CORE, Clock, House, sqlite_house
from tests.postgres_support import new_database

ANNA = Word(person="anna", reason="the bank knows")
FROZEN = Word(person="worker", reason="booked twice")


@dataclass(slots=True)
class Floor:
    house: House
    ledger: Ledger
    clock: Clock
    folder: Path
    mail: Mailbox
    web: Hook

    def teller(self, *names: str, more: str = "", ledger: Ledger | None = None) -> Teller:
        return teller(ledger or self.ledger, self.folder, alerts_table(*names, more=more))

    def record(self) -> str:
        return "".join(each.read_text() for each in self.folder.rglob("*.jsonl"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def floor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Floor]:
    house = sqlite_house(tmp_path) if request.param == "sqlite" else House(tmp_path, new_database())
    clock = Clock()  # Tuesday, 08:00 UTC
    (tmp_path / "witness").mkdir()
    with mailbox() as mail, hook() as web, house.ledger(clock=clock) as ledger:
        write_urls(tmp_path, mail=mail.url, web=web.url)
        yield Floor(house, ledger, clock, tmp_path, mail, web)


def test_a_receiver_that_is_down_gets_it_when_it_is_up_again(floor: Floor) -> None:
    """The other one is not kept waiting; each attempt is on the record."""
    process = floor.teller("mail", "web")
    floor.mail.is_down = True
    floor.ledger.freeze_by_hand(CORE, FROZEN)
    process.alerts.look()
    assert (len(floor.mail.texts), len(floor.web.texts)) == (0, 1)
    for seconds in (14, 1, 30, 60):
        floor.clock.pass_(seconds)
        process.alerts.look()
    (row,) = process.ledger.alerts()
    assert {each.address: each.attempts for each in row.sendings} == {"mail": 4, "web": 0}
    assert len([each for each in process.said if "do not get through" in each]) == 1

    floor.mail.is_down = False
    floor.clock.pass_(120)
    process.alerts.look()
    process.alerts.look()
    assert (len(floor.mail.texts), len(floor.web.texts)) == (1, 1)
    assert floor.record().count('"alert_not_sent"') == 4
    assert floor.record().count('"alert_sent"') == 2


def test_nothing_listens_at_all(floor: Floor) -> None:
    write_urls(floor.folder, mail="mailto://127.0.0.1:1?from=a@b.example&to=c@d.example")
    process = floor.teller("mail")
    floor.ledger.freeze_by_hand(CORE, FROZEN)
    process.alerts.look()
    (row,) = process.ledger.alerts()
    assert row.sendings[0].sent_at is None
    assert row.sendings[0].trouble

    write_urls(floor.folder, mail=floor.mail.url)  # the URL is read anew: no restart
    floor.clock.pass_(15)
    process.alerts.look()
    assert len(floor.mail.texts) == 1


class Crash(BaseException):
    """The process is gone."""


def crash(*_: object) -> None:
    raise Crash


def test_a_crash_between_sending_and_writing_it_down_sends_again(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once: the message says that it may be the second."""
    process = floor.teller("web")
    floor.ledger.freeze_by_hand(CORE, FROZEN)
    with monkeypatch.context() as patched:
        patched.setattr(process.ledger, "sent", crash)
        with pytest.raises(Crash):
            process.alerts.look()
    assert len(floor.web.texts) == 1

    with floor.house.ledger(clock=floor.clock) as after:
        restarted = floor.teller("web", ledger=after)
        restarted.alerts.look()
        assert len(floor.web.texts) == 1, "the one that crashed may still be at it"
        floor.clock.pass_(TAKEN.total_seconds())
        restarted.alerts.look()
        restarted.alerts.look()
    assert len(floor.web.texts) == 2
    assert "its receipt was lost" in floor.web.texts[1]


def test_a_crash_before_it_is_raised_loses_nothing(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = floor.teller("web")
    floor.ledger.freeze_by_hand(CORE, FROZEN)
    assert floor.ledger.audit is not None
    with monkeypatch.context() as patched:
        patched.setattr(process.ledger.audit, "sync", crash)
        with pytest.raises(Crash):
            process.alerts.look()
    assert process.ledger.alerts() == []
    floor.teller("web").alerts.look()
    assert len(floor.web.texts) == 1


def test_what_cannot_be_told_to_the_record_is_not_raised(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = floor.teller("web")

    def lost() -> None:
        raise AuditLost("disk full")

    floor.ledger.freeze_by_hand(CORE, FROZEN)
    with monkeypatch.context() as patched:
        patched.setattr(process.ledger.audit, "sync", lost)
        with pytest.raises(AuditLost):
            process.alerts.look()
    assert floor.web.texts == []


def test_four_processes_that_look_at_once_send_once(floor: Floor) -> None:
    with ExitStack() as stack:
        ledgers = [stack.enter_context(floor.house.ledger(clock=floor.clock)) for _ in range(4)]
        processes = [floor.teller("web", ledger=each) for each in ledgers]
        floor.ledger.freeze_by_hand(CORE, FROZEN)
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda each: each.alerts.look(), processes))
    assert len(floor.web.texts) == 1


def test_nobody_acknowledges_then_others_hear_of_it_until_somebody_does(floor: Floor) -> None:
    table = alerts_table("mail", more='escalate_to = ["web"]\nescalate_after_minutes = 30')
    table += '[alerts.addresses.web]\ncredential = "web"\n'
    process = teller(floor.ledger, floor.folder, table)
    floor.ledger.freeze_by_hand(CORE, FROZEN)
    process.alerts.look()
    floor.clock.pass_(29 * 60)
    process.alerts.look()
    assert (len(floor.mail.texts), len(floor.web.texts)) == (1, 0)
    floor.clock.pass_(60)
    process.alerts.look()
    process.alerts.look()
    assert "NOT ACKNOWLEDGED" in floor.web.texts[0]
    assert (len(floor.mail.texts), len(floor.web.texts)) == (1, 1)

    (row,) = process.ledger.alerts()
    process.ledger.acknowledge([row.alert.alert_id], ANNA)
    assert process.ledger.alerts() == []
    with pytest.raises(Refused, match="acknowledged by anna"):
        process.ledger.acknowledge([row.alert.alert_id], ANNA)
    with pytest.raises(Refused, match="there is no alert 99"):
        process.ledger.acknowledge([99], ANNA)


def test_what_is_acknowledged_in_time_goes_to_nobody(floor: Floor) -> None:
    process = floor.teller("web", more='digest_minutes = 10\ncritical = ["run_missed"]')
    floor.ledger.freeze_by_hand(CORE, FROZEN)
    process.alerts.look()
    (row,) = process.ledger.alerts()
    process.ledger.acknowledge([row.alert.alert_id], ANNA)
    floor.clock.pass_(3600)
    process.alerts.look()
    assert floor.web.texts == []


def test_a_digest_is_one_message(floor: Floor) -> None:
    process = floor.teller("web", more='digest_minutes = 10\ncritical = ["run_missed"]')
    for seconds, system in ((0, "one"), (300, "two"), (290, "three")):
        floor.clock.pass_(seconds)
        floor.ledger.freeze_by_hand(system, FROZEN)
        process.alerts.look()
    assert floor.web.texts == []
    floor.clock.pass_(10)
    process.alerts.look()
    (text,) = floor.web.texts
    assert all(f"{each} is frozen" in text for each in ("one", "two", "three"))
    floor.clock.pass_(1200)
    process.alerts.look()
    assert len(floor.web.texts) == 1


def test_quiet_hours_let_pass_what_is_critical(floor: Floor) -> None:
    """08:00 UTC is 09:00 in Prague."""
    more = 'digest_minutes = 0\nquiet = "08:00-10:00"\ncritical = ["run_missed"]'
    process = floor.teller("web", more=more)
    process.alerts.look()
    floor.ledger.freeze_by_hand(CORE, FROZEN)
    process.alerts.look()
    assert floor.web.texts == []
    missed = Unlooked(
        schedule="m", day=floor.clock.at.date(), key="k",
        due_at=floor.clock.at + timedelta(seconds=1),
    )  # fmt: skip
    floor.clock.pass_(60)
    process = teller(
        floor.ledger, floor.folder, alerts_table("web", more=more), unlooked=lambda now: [missed]
    )
    process.alerts.look()
    assert "run_missed" in floor.web.texts[0]
    assert "frozen" not in floor.web.texts[0]
    floor.clock.pass_(3540)
    process.alerts.look()
    assert "frozen" in floor.web.texts[1]


def test_what_is_over_is_told_on_to_nobody_and_is_another_one_when_it_comes_again(
    floor: Floor,
) -> None:
    process = floor.teller("web")
    floor.ledger.freeze_by_hand(CORE, FROZEN)
    process.alerts.look()
    floor.ledger.unfreeze(CORE, ANNA)
    floor.clock.pass_(10)
    process.alerts.look()
    (row,) = process.ledger.alerts()
    assert row.alert.over_at == floor.clock.at
    floor.ledger.freeze_by_hand(CORE, FROZEN)
    process.alerts.look()
    assert len(process.ledger.alerts()) == 2
    assert len(floor.web.texts) == 2


def test_ten_thousand_looks_at_the_same_trouble_write_nothing(floor: Floor) -> None:
    process = floor.teller("web")
    floor.ledger.freeze_by_hand(CORE, FROZEN)
    process.alerts.look()
    before = floor.record()
    for _ in range(20):
        floor.clock.pass_(10)
        process.alerts.look()
    assert floor.record() == before


# Secrets


def test_no_password_of_an_address_is_shown_or_recorded(floor: Floor) -> None:
    """Neither where it is taken, nor where it is refused, nor where nobody listens."""
    process = floor.teller("web")
    for system, url in (
        ("one", floor.web.url),
        ("two", floor.web.url.replace("/hook", "/h?x=1")),
        ("three", f"json://bot:{PASSWORD.replace('/', '%2F')}@127.0.0.1:1/"),
        ("four", f"nonsense://bot:{PASSWORD.replace('/', '%2F')}@127.0.0.1:1/"),
    ):
        floor.web.is_down = system == "two"
        write_urls(floor.folder, web=url)
        floor.clock.pass_(3600)
        floor.ledger.freeze_by_hand(system, FROZEN)
        process.alerts.look()
    kept = floor.record() + "".join(process.said)
    kept += "".join(str(each) for each in process.ledger.alerts())
    kept += "".join(floor.web.texts)
    assert "alert_not_sent" in kept
    for word in (PASSWORD, PASSWORD.replace("/", "%2F"), floor.web.url):
        assert word not in kept


TOKEN = "TIiajkdnlazkcOXrIdevi7FQ"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mailtos://u:pa55word@smtp.x.example?to=a@b.example", "mailtos://u:****@smtp.x.example/…"),
        (f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}/#general", "slack://T...2/…"),
        (f"jsons://hooks.x.example/services/{TOKEN}", "jsons://hooks.x.example/…"),
    ],
)
def test_what_is_shown_of_an_address_is_its_scheme_and_host(url: str, shown: str) -> None:
    redactor = Redactor()
    assert check_url("ops", Secret("ops", url, redactor), redactor) == shown
    for word in ("pa55word", TOKEN):
        assert redactor.text(f"error at {word}") == f"error at {'***' if word in url else word}"
    assert not is_plain("ops", url)


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("json://127.0.0.1:8080/hook", True),
        ("mailto://127.0.0.1:25?from=a@b.example&to=c@d.example", True),
        ("json://127.0.0.1/?+X-Token=abcdef", False),
        ("json://a:b12345@127.0.0.1/", False),
    ],
)
def test_a_url_in_the_config_holds_no_secret(url: str, plain: bool) -> None:
    assert is_plain("ops", url) is plain


def test_what_is_no_url_is_said_without_it() -> None:
    redactor = Redactor()
    with pytest.raises(SetupError, match="ops: it is no Apprise URL") as trouble:
        send("ops", Secret("ops", "pa55word", redactor), "t", "b", redactor=redactor)
    assert "pa55word" not in str(trouble.value)


def test_a_long_message_is_several_and_no_error() -> None:
    with hook() as web:
        redactor = Redactor()
        secret = Secret("ops", web.url, redactor)
        send("ops", secret, "title", "x" * 100_000, redactor=redactor)
        web.is_down = True
        with pytest.raises(Unavailable, match="503") as trouble:
            send("ops", secret, "title", "text", redactor=redactor)
    assert sum(each["message"].count("x") for each in web.posts) == 100_000
    assert PASSWORD not in str(trouble.value)


def test_silence_before_alerts_began_is_none(floor: Floor) -> None:
    """Somebody who turns alerts on at noon is not told of the whole morning."""
    table = alerts_table("web") + '[alerts.dead_man.x]\nbetween = "08:00-17:00"\nminutes = 30\n'
    process = teller(floor.ledger, floor.folder, table)
    began: datetime = floor.clock.at
    process.alerts.look()
    floor.clock.pass_(1799)
    process.alerts.look()
    assert floor.web.texts == []
    floor.clock.pass_(1)
    process.alerts.look()
    assert f"from {began:%Y-%m-%d %H:%M}Z" in floor.web.texts[0]

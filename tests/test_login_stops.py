"""A bank login is tried once with a secret that is refused, by whomever, until somebody acts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bots.screen_bank import ScreenBank
from bots.sign_on import sign_on
from counterfoil.adapters.screens import FixedPassword, Login, Session
from counterfoil.adapters.secrets import CredentialFolder
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.engine.logins import GuardedPassword, in_turn
from counterfoil.engine.sessions import Place, Sessions
from counterfoil.engine.sessions import Session as PoolSession
from counterfoil.engine.worker import Worker
from counterfoil.errors import LedgerLost, LoginStopped, Refused, Unavailable
from counterfoil.store.deciding import Word
from counterfoil.store.ledger import Ledger
from counterfoil.store.login_stops import LoginStops
from fixtures.payments.make_workbook import make as make_workbook
from tests.bank_support import RunningBank
from tests.cli_support import counterfoil
from tests.engine_support import (
    CORE,
    FAST,
    CardboardBank,
    House,
    a_batch,
    one_system,
    sqlite_house,
)
from tests.kill_support import a_suite
from tests.postgres_support import new_database
from tests.screens_support import Rig

ROOT = Path(__file__).parent.parent
JAN = Word(person="jan", reason="the bank unlocked it")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    return sqlite_house(tmp_path) if request.param == "sqlite" else House(tmp_path, new_database())


@pytest.fixture
def book(any_house: House) -> Iterator[Ledger]:
    with any_house.ledger() as ledger:
        yield ledger


@dataclass(slots=True)
class Kept:
    """The place of one secret; the bank knows which one is right."""

    text: str
    read: int = 0

    def __call__(self) -> Secret:
        self.read += 1
        return Secret("op1", self.text, Redactor())


def password(ledger: Ledger, kept: Kept, login: str = "OP1") -> GuardedPassword:
    return GuardedPassword(ledger, CORE, login, kept)


def record(house: House) -> str:
    return "".join(each.read_text() for each in house.folder.rglob("*.jsonl"))


def test_a_refused_secret_is_not_tried_again_by_anybody(any_house: House, book: Ledger) -> None:
    kept = Kept("wrong-one")
    mine = password(book, kept)
    mine.for_sign_on()
    mine.was_refused("E001 WRONG PASSWORD")
    with any_house.ledger() as other:  # another machine, or ourselves after a restart
        for each in (mine, password(book, kept), password(other, kept)):
            with pytest.raises(LoginStopped, match="E001 WRONG PASSWORD -> change its secret"):
                each.for_sign_on()
    password(book, kept, "OP2").for_sign_on()  # each login by itself
    assert record(any_house).count('"login_stopped"') == 1
    assert "wrong-one" not in record(any_house)


def test_another_secret_releases_it_and_the_same_one_never(any_house: House, book: Ledger) -> None:
    kept = Kept("wrong-one")
    mine = password(book, kept)
    mine.for_sign_on()
    mine.was_refused("E001")
    kept.text = "right-one"
    with mine.for_sign_on().reveal() as text:
        assert text == "right-one"
    assert LoginStops.beside(book).stopped_logins() == []
    assert record(any_house).count('"login_released"') == 1


def test_a_person_releases_it_with_a_reason(any_house: House, book: Ledger) -> None:
    kept, stops = Kept("right-all-the-time"), LoginStops.beside(book)
    mine = password(book, kept)
    mine.for_sign_on()
    mine.was_refused("E009 LOCKED")
    with pytest.raises(Refused, match="no_reason"):
        stops.release_login(CORE, "OP1", Word(person="jan", reason=" "))
    stops.release_login(CORE, "OP1", JAN)
    mine.for_sign_on()
    with pytest.raises(Refused, match="not_stopped"):
        stops.release_login(CORE, "OP1", JAN)
    assert "the bank unlocked it" in record(any_house)


def test_a_refusal_that_could_not_be_written_is_not_forgotten(
    any_house: House, book: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger is away at that very moment: without it nobody signs on."""
    kept = Kept("wrong-one")
    mine = password(book, kept)
    mine.for_sign_on()

    def lost(*_: object, **__: object) -> None:
        raise LedgerLost("away")

    with monkeypatch.context() as patched:
        patched.setattr(LoginStops, "stop_login", lost)
        with pytest.raises(LedgerLost):
            mine.was_refused("E001")
        with pytest.raises(LedgerLost):
            mine.for_sign_on()
    with pytest.raises(LoginStopped):
        mine.for_sign_on()
    assert kept.read == 2


# The worker's pool


@dataclass(slots=True)
class TwoOperators:
    """A bank that accepts OP2 only (``engine.sessions.SignOn``), asked as the screens ask."""

    books: CardboardBank
    passwords: dict[str, GuardedPassword]
    right: dict[str, str]
    tried: list[str] = field(default_factory=list)

    async def sign_on(self, system: str, login: str) -> PoolSession:
        secret = self.passwords[login].for_sign_on()
        self.tried.append(login)
        with secret.reveal() as text:
            if text != self.right[login]:
                self.passwords[login].was_refused("E001 WRONG PASSWORD")
                raise Refused("sign_on_refused", "E001 WRONG PASSWORD")
        return await self.books.sign_on(system, login)


def two_operators(ledger: Ledger, first: Kept) -> TwoOperators:
    kept = {"OP1": first, "OP2": Kept("good-2")}
    guarded = {each: password(ledger, kept[each], each) for each in kept}
    return TwoOperators(CardboardBank(), guarded, {"OP1": "good-1", "OP2": "good-2"})


def test_the_other_logins_work_on(any_house: House, book: Ledger) -> None:
    document, batch = a_batch(5)
    book.file_batch(document, batch, needs_approval=False)
    bank = two_operators(book, Kept("wrong-one"))
    worker = Worker(book, bank, one_system(logins=("OP1", "OP2")), data=any_house.folder, pace=FAST)
    asyncio.run(asyncio.wait_for(worker.run(until_done=True), 60))
    assert sorted(bank.books.booked) == sorted(each.reference for each in batch.items)
    assert bank.tried.count("OP1") == 1
    assert in_turn(book, CORE, ["OP1", "OP2"]) == ["OP2", "OP1"]
    assert book.frozen_systems() == {}


def test_a_rotated_secret_is_used_by_the_running_pool(book: Ledger) -> None:
    """Nothing is restarted: the next sign-on that is needed reads it."""
    kept = Kept("wrong-one")
    bank = two_operators(book, kept)
    pool = Sessions(book, bank, {CORE: Place(("OP1",), 1)}, lease=timedelta(minutes=1))
    pool.PAUSE_SECONDS = 0.0

    async def use() -> None:
        for _ in range(3):
            with suppress(Unavailable):
                await pool.acquire(CORE)
        assert bank.tried == ["OP1"]
        assert pool.resting() == {CORE}
        kept.text = "good-1"
        seat = await pool.acquire(CORE)
        assert seat.lease.login == "OP1"
        assert pool.resting() == set()
        await pool.release(seat, healthy=False)

    asyncio.run(asyncio.wait_for(use(), 30))
    assert bank.tried == ["OP1", "OP1"]


# Real screens


def guarded(rig: Rig, ledger: Ledger, folder: Path, redactor: Redactor) -> GuardedPassword:
    secrets = CredentialFolder(folder, redactor)
    return GuardedPassword(ledger, "corebank", "OP1", lambda: secrets.get("op1"))


def write(folder: Path, text: str) -> None:
    path = folder / "op1"
    path.write_text(text, "utf-8")
    path.chmod(0o600)


@pytest.mark.browser
def test_at_a_real_screen_it_is_tried_once_and_a_changed_file_is_enough(
    rig: Rig, ledger: Ledger, tmp_path: Path
) -> None:
    right = rig.bank.operators[0]["password"]
    login = guarded(rig, ledger, tmp_path, rig.redactor)
    write(tmp_path, "not-the-password")
    session = rig.session()
    session.login = replace(session.login, password=login)
    with pytest.raises(Refused, match="does not accept"):
        rig.run(sign_on(session))
    again = rig.session()
    again.login = replace(again.login, password=login)
    with pytest.raises(LoginStopped):
        rig.run(sign_on(again))
    with pytest.raises(LoginStopped):  # a window that expired asks the same guard
        rig.run(ScreenBank(again).look_up(rig.payment()))
    write(tmp_path, right)
    assert rig.run(ScreenBank(again).look_up(rig.payment())).bookings == ()


@pytest.mark.browser
def test_a_secret_that_was_rotated_is_typed_when_a_session_expires(
    rig: Rig, ledger: Ledger, tmp_path: Path
) -> None:
    """The window stays open over the rotation; the password typed next is the new one."""
    kept = Kept(rig.bank.operators[0]["password"])
    session = rig.session()
    login = GuardedPassword(ledger, "corebank", "OP1", kept)
    session.login = replace(session.login, password=login)
    bank = ScreenBank(session)
    assert rig.run(bank.look_up(rig.payment())).bookings == ()
    kept.text = "rotated-too-early"
    session.signed_on = False  # as an expired one says of itself
    with pytest.raises(Unavailable, match="does not accept"):
        rig.run(bank.look_up(rig.payment()))
    (stop,) = LoginStops.beside(ledger).stopped_logins()
    assert stop.login == "OP1"
    assert kept.read == 2


@pytest.mark.browser
def test_a_sign_on_that_is_asked_anew_without_a_known_word_is_a_refusal(rig: Rig) -> None:
    """The map has no words for this refusal: to try again would lock the operator."""
    known = rig.session()
    actions = {
        name: replace(each, answer_within_seconds=3)
        for name, each in known.system.screens["sign_on"].actions.items()
    }
    screens = {
        **known.system.screens,
        "sign_on": replace(known.system.screens["sign_on"], actions=actions),
    }
    system = replace(known.system, screens=screens)
    rules = replace(system.map.session, refused=())
    system = replace(system, map=replace(system.map, session=rules))
    session = Session(
        system,
        rig.bank.url,
        Login(known.login.values, FixedPassword(Secret("op1", "wrong-one", rig.redactor))),
        rig.chromium,
        redactor=rig.redactor,
        keep=rig.kept.keep,
    )
    with pytest.raises(Refused, match="asks for it anew, in words of no map"):
        rig.run(sign_on(session))
    assert session.refused
    rig.run(session.close())


@pytest.mark.browser
def test_run_ends_says_which_login_rests_and_goes_on_with_another_secret(tmp_path: Path) -> None:
    """The real command, once with the wrong password in the file and once with the right one."""
    with RunningBank(tmp_path / "bank") as bank:
        suite = a_suite(tmp_path / "suite", bank, sessions=1)
        for name in ("bots", "workflows"):
            (suite.root / name).symlink_to(ROOT / name)
        with (suite.root / "config.toml").open("a", encoding="utf-8") as config:
            config.write(
                '\n[folders.vouchers]\npath = "inbox"\nsheet_map = "vouchers"\n'
                'system = "corebank"\nmaker = "analysts"\nstable_seconds = 0.2\n'
                '[approval]\nlimits = { CZK = "1000000000" }\n'
            )
        operator = bank.operators[0]
        secret = suite.root / "var/credentials" / operator["operator"]
        secret.write_text("wrong-one", "utf-8")
        tomorrow = datetime.now().astimezone().date() + timedelta(days=1)
        make_workbook("vouchers-12", tomorrow, suite.root / "vouchers.xlsx")

        done = counterfoil("run", "--folder", "vouchers", "vouchers.xlsx", at=suite.root)
        assert done.returncode == 1, done.stderr
        assert "was refused and is not tried again" in " ".join(done.stdout.split())
        assert bank.postings() == []
        listed = counterfoil("login", "list", at=suite.root)
        assert listed.returncode == 1
        assert operator["operator"] in listed.stdout

        secret.write_text(operator["password"], "utf-8")
        done = counterfoil("run", "--folder", "vouchers", at=suite.root)
        assert done.returncode == 0, done.stdout
        assert len(bank.postings()) == 12
        assert counterfoil("login", "list", at=suite.root).returncode == 0
        again = counterfoil(
            "login", "release", "corebank", "OP1", "--as", "jan", "--reason", "x", at=suite.root
        )
        assert (again.returncode, "not_stopped" in again.stderr) == (1, True)
        assert counterfoil("verify", at=suite.root).returncode == 0

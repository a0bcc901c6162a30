"""No secret and no full account number gets out, whatever fails: in 28 kinds of
failure, in 42 of them in the battery.

A whole suite at work: dropped workbooks, the worker, real Chromium, the cardboard bank.
Every item has accounts of its own, each operator a password. Afterwards they are sought
in everything that was written, printed or handed to a process. Left out by design: the
credentials, the analysts' own files, and pictures, which show the screen as it was.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import random
import secrets
import shutil
import sqlite3
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import psutil
import pytest
from openpyxl import load_workbook

import bots.screen_bank
from bots.key_item import KeyedItem, key_item
from counterfoil.adapters.screens import Chromium, Session
from counterfoil.cli import main
from counterfoil.cli.folders import inboxes, write_due_results
from counterfoil.cli.site import Site
from counterfoil.cli.works import running_site, tools
from counterfoil.config import ApprovalSettings, Folder, Suite, find_suite
from counterfoil.domain.items import WorkItem
from counterfoil.engine.worker import Pace, Worker
from counterfoil.store.login_stops import LoginStops
from fixtures.payments.make_workbook import Order, orders, write_payments
from tests.bank_support import ROOT, RunningBank
from tests.canary_support import Canaries, browser_profiles, files_below, leaks, processes
from tests.kill_support import LATE_SECONDS, STALENESS_SECONDS
from workflows.floor import Floor
from workflows.keying import key_due_items

pytestmark = pytest.mark.browser
WITHIN_SECONDS = {"few": 500, "all": 1500}
DAY = datetime.now(UTC).date() + timedelta(days=1)

#: Faults of the bank: name, where, how many seconds. Each strikes once.
FAULTS: tuple[tuple[str, str, float | None], ...] = (
    ("fin", "commit", None),
    ("rst", "commit", None),
    ("cut_body", "commit", None),
    ("500_after", "commit", None),
    ("500_before", "commit", None),
    ("late_booking", "commit", None),
    ("silence", "verify", 1.0),
    ("expired_mid_form", "verify", None),
    ("kicked_out", "entry", None),
    ("maintenance", "list", None),
    ("page_served_twice", "verify", None),
    ("cached_page_of_another_customer", "verify", None),
    ("cached_page_of_another_customer", "list", None),
    ("421", "window", None),
    ("307", "verify", None),
)
#: Those of a short run.
FEW = (FAULTS[0], FAULTS[3], FAULTS[7], FAULTS[11], FAULTS[12])
#: Systems whose maps are wrong on purpose: file, the right words, the wrong ones.
SPOILT: dict[str, tuple[str, str, str]] = {
    "dialog": ("payment_verify", "Book transfer of", "Delete transfer of"),
    "echo": ("payment_verify", '"no-blanks", "upper"]', '"no-blanks", "cut-3"]'),
    "swapped": ("payment_entry", '"F0034"', '"F0036"'),
    "action": ("payment_verify", '"PF8"', '"PF9"'),
    "receipt": ("payment_verify", "ACCEPTED REF", "REJECTED REF"),
}
_SYSTEM = """
[systems.{name}]
base_url = "{url}"
[[systems.{name}.logins]]
name = "{operator}"
values = {{ operator = "{operator}", branch = "0300" }}
credential = "{name}"
[systems.{name}.bounds]
claim_limit_seconds = 5
late_booking_seconds = {late}
list_staleness_seconds = {stale}
margin_seconds = 1
source = "tests/test_canaries.py: the bank is started with these"
"""


@dataclass(slots=True)
class Ground:
    """The suite, its bank, the canaries, and what was seen on the way."""

    suite: Suite
    bank: RunningBank
    canaries: Canaries
    faults: tuple[tuple[str, str, float | None], ...]
    spoilt: tuple[str, ...]
    seen: list[tuple[str, bytes]] = field(default_factory=list)
    forced: set[str] = field(default_factory=set)
    numbers: int = 0

    def order(self, reference: str, **other: object) -> Order:
        """A payment that the bank takes, between two canaries."""
        self.numbers += 1
        like = replace(
            orders(DAY)[self.numbers],
            reference=reference,
            debtor=self.canaries.debtor(),
            creditor=self.canaries.iban() if self.numbers % 2 else self.canaries.stranger(),
            amount=Decimal(self.numbers) + Decimal("0.25"),
        )
        return replace(like, **other)  # type: ignore[arg-type]

    def drop(self, folder: str, name: str, rows: list[Order]) -> Path:
        path = self.suite.path(self.suite.config.folders[folder].path) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_payments(path, rows)
        return path

    @property
    def kinds(self) -> set[str]:
        """Every kind of failure that this run has to force."""
        struck = {f"{name} at {at}" for name, at, _ in self.faults}
        return KINDS | struck | {f"map: {name}" for name in self.spoilt}

    def note(self, kind: str, happened: bool) -> None:
        if happened:
            self.forced.add(kind)


@pytest.fixture(scope="module", params=["few", pytest.param("all", marks=pytest.mark.battery)])
def size(request: pytest.FixtureRequest) -> str:
    """Some of the bank's faults, or every one of them."""
    return str(request.param)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory, size: str) -> Iterator[RunningBank]:
    arguments = ("--late-seconds", str(LATE_SECONDS), "--staleness-seconds", str(STALENESS_SECONDS))
    seed = ("--seed", str(secrets.randbelow(10**6)))  # passwords that no other run had
    with RunningBank(tmp_path_factory.mktemp("bank"), (*arguments, *seed)) as running:
        yield running


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, bank: RunningBank, size: str) -> Ground:
    """One right system and the spoilt ones, each with a folder and an operator of its own."""
    root = tmp_path_factory.mktemp("canaries") / "suite"
    root.mkdir()
    for name in ("bots", "workflows"):
        (root / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "selectors", root / "selectors")
    canaries = Canaries(random.Random(secrets.token_hex(8)))
    spoilt = tuple(SPOILT)[:1] if size == "few" else tuple(SPOILT)
    systems = ["corebank", *spoilt]
    (root / "var/credentials").mkdir(parents=True, mode=0o700)
    text = 'schema = 1\n[site]\nname = "canaries"\n'
    canaries.secrets += [each["password"] for each in bank.operators]
    for name, operator in zip(systems, bank.operators, strict=False):
        if name in SPOILT:
            shutil.copytree(ROOT / "selectors/corebank", root / "selectors" / name)
            file, right, wrong = SPOILT[name]
            path = root / "selectors" / name / f"{file}.toml"
            assert right in path.read_text("utf-8")
            path.write_text(path.read_text("utf-8").replace(right, wrong), "utf-8")
        bounds = {"late": LATE_SECONDS, "stale": STALENESS_SECONDS}
        text += _SYSTEM.format(name=name, url=bank.url, operator=operator["operator"], **bounds)
        _credential(root, name, operator["password"])
    text += _SYSTEM.format(name="locked", url=bank.url, operator="OP6", late=0, stale=0)
    shutil.copytree(ROOT / "selectors/corebank", root / "selectors/locked")
    canaries.secrets.append(f"wrong-{secrets.token_hex(6)}")
    _credential(root, "locked", canaries.secrets[-1])
    (root / "config.toml").write_text(text, "utf-8")
    found = find_suite(root)
    folders = {
        name: Folder(
            path=Path(f"inbox/{name}"),
            sheet_map="payments",
            system=name,
            maker="analysts",
            stable_seconds=0.2,
        )
        for name in (*systems, "locked")
    }
    approval = ApprovalSettings(limits={"CZK": Decimal(10**9)})
    suite = Suite(root, replace(found.config, folders=folders, approval=approval))
    return Ground(suite, bank, canaries, FEW if size == "few" else FAULTS, spoilt)


def _credential(root: Path, name: str, password: str) -> None:
    path = root / "var/credentials" / name
    path.touch(mode=0o600)
    path.write_text(password, "utf-8")


def test_the_search_finds_a_canary_wherever_it_hides(tmp_path: Path) -> None:
    """A search that cannot find anything proves nothing."""
    canaries = Canaries(random.Random(1))
    account, iban = canaries.debtor(), canaries.iban()
    canaries.secrets.append("Mt-4711/x")
    spaced = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
    (tmp_path / "plain").write_text(f"to {account}")
    (tmp_path / "grouped").write_text(spaced)
    (tmp_path / "national").write_text(iban[4:])
    (tmp_path / "packed.gz").write_bytes(gzip.compress(iban.encode()))
    (tmp_path / "encoded").write_bytes(base64.b64encode(b"Mt-4711/x"))
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as pack:
        pack.writestr("evidence/ab", gzip.compress(account.encode()))
    with closing(sqlite3.connect(tmp_path / "rows.sqlite")) as database, database:
        database.execute("CREATE TABLE t (v TEXT)")
        database.execute("INSERT INTO t VALUES (?)", (account,))
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "OP1").write_text("Mt-4711/x")

    found = {each.partition(" holds ")[0] for each in leaks(canaries, files_below(tmp_path))}
    assert found == {path.name for path in tmp_path.iterdir()} - {"credentials"}


# The failures


def bad_rows(ground: Ground) -> list[Order]:
    """Refused or held by what stands in the file."""
    twice = ground.order("TWICE")
    return [
        ground.order("BAD-IBAN", creditor=ground.canaries.iban(right=False)),
        ground.order("BAD-NUMBER", creditor=int(ground.canaries.stranger())),
        ground.order("BAD-FORMULA", amount="=1000*2.5"),
        ground.order("BAD-ODD\u200b"),
        ground.order("BAD-MISSING", name=""),
        ground.order("BAD-AMOUNT", amount="12,34,5"),
        ground.order("BAD-DATE", day=DAY - timedelta(days=40)),
        twice,
        replace(twice, reference="TWICE-2"),
    ]


def refused_rows(ground: Ground) -> list[Order]:
    """Refused by the bank, in words with the account in full, or by its boxes."""
    long = f"7{secrets.randbelow(10**13):013}"
    ground.canaries.accounts.append(long)
    return [
        ground.order("NO-ACCOUNT", debtor=ground.canaries.stranger()),
        ground.order("NO-CREDITOR", creditor=long),
        ground.order("NO-FUNDS", debtor="1000011382", amount=Decimal("4999999.00")),
        ground.order("LIMIT", amount=Decimal("5000000.01")),
        ground.order("TOO-LONG", debtor=ground.canaries.iban()),
    ]


REFUSALS = ("account_not_found", "creditor_account_invalid", "insufficient_funds")
CODES = {
    *("iban", "typed_as_number", "formula", "odd_characters", "missing", "not_an_amount"),
    *("date_past", "duplicate", "reference_used", "seen_before", "twin"),
    *REFUSALS,
    *("limit_exceeded", "too_long", "defect", "row_changed"),
}
KINDS = CODES | {"sign-on refused", "browser killed", "control_totals", "not a workbook"}


def test_no_canary_gets_out_whatever_fails(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bots.screen_bank, "key_item", _or_a_defect)
    for name, at, seconds in ground.faults:
        ground.bank.fault(name, at=at, **({} if seconds is None else {"seconds": seconds}))
    good = [ground.order(f"GOOD-{number}") for number in range(4 if ground.faults == FEW else 10)]
    odd = [ground.order("DEFECT"), ground.order("ILLEGIBLE")]
    ground.drop("corebank", "items.xlsx", [*bad_rows(ground), *refused_rows(ground), *odd, *good])
    for name in (*ground.spoilt, "locked"):
        ground.drop(name, f"{name}.xlsx", [ground.order(f"{name}-1")])

    with running_site(ground.suite) as site:
        with Floor(site.suite) as floor:
            floor.run(partial(_work, ground, site, good))
        write_due_results(site)
        ground.seen += _commands_say(ground, site, monkeypatch, capsys)
    ground.seen += _results_say(ground)

    assert sorted(ground.kinds - ground.forced) == [], "these were not forced"
    assert len(ground.kinds) >= 25
    assert leaks(ground.canaries, ground.seen) == []
    assert leaks(ground.canaries, files_below(ground.suite.root)) == []


async def _or_a_defect(session: Session, item: WorkItem) -> KeyedItem:
    """A mistake of ours that quotes what it was given."""
    if str(item.values()["end_to_end_id"]) == "DEFECT":
        raise ValueError(f"cannot key {item.payload.accounts()}")
    return await key_item(session, item)


async def _work(ground: Ground, site: Site, good: list[Order], chromium: Chromium) -> None:
    await _take_in(ground, site)
    _tamper(site, "ILLEGIBLE", ground)
    again = [replace(good[0], amount=Decimal("9.99")), good[1], replace(good[2], reference="NEW")]
    ground.drop("corebank", "again.xlsx", again)
    wrong = ground.drop("corebank", "totals.xlsx", [ground.order("TOTALS")])
    book = load_workbook(wrong)
    book["Payments"]["B3"].value = Decimal("1.00")
    book.save(wrong)
    broken = wrong.with_name("broken.xlsx")
    broken.write_bytes(b"PK\x03\x04" + ground.canaries.accounts[0].encode() * 50)
    await _take_in(ground, site)

    watching: list[asyncio.Task[None]] = []

    def begin(worker: Worker) -> None:
        watching.append(asyncio.create_task(_watch(ground, site, worker)))

    await key_due_items(tools(site), chromium, pace=Pace(sweep_seconds=0.3), started=begin)
    await watching[0]


async def _take_in(ground: Ground, site: Site) -> None:
    """Until everything that was dropped is filed or set aside."""
    for inbox, receive in inboxes(site):
        while (handled := inbox.visit(receive)) or inbox.waiting():
            ground.seen += [
                (f"message about {each.name}", each.reason.encode()) for each in handled
            ]
            reasons = " ".join(each.reason for each in handled)
            ground.note("control_totals", "declares 1" in reasons)
            ground.note("not a workbook", "broken.xlsx" in {each.name for each in handled})
            await asyncio.sleep(0.1)


def _tamper(site: Site, reference: str, ground: Ground) -> None:
    """Another hand writes into the ledger: one item's payload in another's place."""
    items = site.ledger.items()
    theirs = {str(site.ledger.item(each.item_id).values()["end_to_end_id"]): each for each in items}
    with closing(sqlite3.connect(ground.suite.data / "ledger.sqlite")) as ledger, ledger:
        ledger.execute(
            "UPDATE items SET payload = (SELECT payload FROM items WHERE item_id = ?)"
            " WHERE item_id = ?",
            (theirs["GOOD-1"].item_id, theirs[reference].item_id),
        )


async def _watch(ground: Ground, site: Site, worker: Worker) -> None:
    """Kill the browser once, look at the processes, and end when everything was forced."""
    deadline = time.monotonic() + WITHIN_SECONDS["few" if ground.faults == FEW else "all"]
    while time.monotonic() < deadline and not _is_done(ground, site):
        await asyncio.sleep(0.5)
        posted = sum(each.bank_reference is not None for each in site.ledger.items())
        if posted >= 3 and "browser killed" not in ground.forced:
            ground.seen += [*processes(), *browser_profiles()]
            ground.note("browser killed", _kill_browser())
    worker.stop()


def _kill_browser() -> bool:
    browsers = [
        each for each in psutil.Process().children(recursive=True) if "chrom" in each.name()
    ]
    for each in browsers:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    return bool(browsers)


def _is_done(ground: Ground, site: Site) -> bool:
    for fault in ground.bank.control("GET", "/faults")["armed"]:
        ground.note(f"{fault['name']} at {fault['at']}", fault["struck"] > 0)
    resting = {each.system for each in LoginStops.beside(site.ledger).stopped_logins()}
    ground.note("sign-on refused", "locked" in resting)
    batches = site.ledger.batches()
    ground.forced.update(str(f["code"]) for b in batches for f in site.ledger.findings(b.batch_id))
    for each in site.ledger.items():
        ground.note(str(each.code), each.code is not None)
        told = {step.kind for step in site.ledger.history(each.item_id)}
        ground.note(f"map: {each.system}", bool(told & {"item_not_keyed", "item_in_doubt"}))
    mine = [each for each in batches if each.system == "corebank"]
    return ground.forced >= ground.kinds and all(each.complete for each in mine)


# What was said


def _commands_say(
    ground: Ground,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> list[tuple[str, bytes]]:
    """Every reading command, about every item."""
    monkeypatch.chdir(ground.suite.root)
    monkeypatch.setattr(sys, "path", list(sys.path))
    ids = [each.item_id for each in site.ledger.items()]
    lines = [["batches"], ["items"], ["verify"], ["check"], *(["why", each] for each in ids)]
    lines += [["evidence", each, "--to", f"{each}.zip"] for each in ids[:6]]
    said: list[tuple[str, bytes]] = []
    for words in lines:
        monkeypatch.setattr(sys, "argv", ["counterfoil", *words])
        with pytest.raises(SystemExit):
            main()
        answer = capsys.readouterr()
        said.append((f"counterfoil {' '.join(words)}", (answer.out + answer.err).encode()))
    return said


def _results_say(ground: Ground) -> Iterator[tuple[str, bytes]]:
    """The sheets that we made, and the columns that we added to theirs."""
    results = sorted((ground.suite.root / "inbox").rglob("*.result.xlsx"))
    assert results
    for path in results:
        book = load_workbook(path)
        ours = [cell.value for row in book["Summary"].iter_rows() for cell in row]
        first = [cell.value for cell in book["Payments"][5]].index("Status") + 1
        ours += [cell.value for row in book["Payments"].iter_rows(min_col=first) for cell in row]
        yield path.name, " ".join(map(str, ours)).encode()

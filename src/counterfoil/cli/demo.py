"""``counterfoil demo``: a workbook of real payment orders travels the whole way, under faults.

Nothing is played: the same intake, the same worker and the same browser as in
production, against the cardboard bank on loopback, in var/demo.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import typer

from counterfoil.adapters.screens.browser import Chromium
from counterfoil.cli.bank import CardboardBank, running_bank, write_credentials
from counterfoil.cli.folders import result_of
from counterfoil.cli.items import approve_batch
from counterfoil.cli.proof import pack_evidence, verify_suite
from counterfoil.cli.site import Site, evidence_folder, open_reader
from counterfoil.cli.terminal import TRY, out, progress, say, show_table
from counterfoil.cli.works import Works, running_site, show_progress
from counterfoil.config import Bounds, Config, Folder, Login, Suite, SystemSettings, find_suite
from counterfoil.domain.items import ItemState
from counterfoil.engine.worker import Pace
from counterfoil.errors import CounterfoilError
from counterfoil.store.reading import BatchRow, ItemRow
from workflows.floor import Floor

LATE_SECONDS, STALE_SECONDS = 5, 2
SESSIONS = 2
#: The answer is lost after the booking; the booking comes late; the operator is thrown out.
FAULTS = (("fin", 3), ("late_booking", 2), ("kicked_out", 2))
WITHIN_SECONDS = 900  # on a machine that has much else to do
TAKEN_WITHIN_SECONDS = 30
APPROVER = "petra.novakova"


class DemoFailed(CounterfoilError):
    """The demo did not end as promised; what is wrong stands above."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=TRY)(demo)


def demo() -> None:
    """Watch a workbook of 200 real payment orders (and ten bad rows) being keyed.

    Watched folder, validation, four eyes, a real browser in a nasty legacy bank, lost
    answers, receipts, result workbook, verified record. Takes about two minutes and
    leaves everything in var/demo for you to look at.
    """
    started = time.monotonic()
    home = find_suite(Path.cwd())
    folder = home.root / "var" / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    with running_bank(home, _bank_arguments(folder)) as bank:
        suite = _demo_suite(home, folder, bank)
        write_credentials(suite, bank)
        say(f"1. a legacy bank (Meridian Trust CoreView 4.2) is open at {bank.url}", style="bold")
        workbook = _make_workbook(home, folder)
        for name, times in FAULTS:
            bank.control("POST", "/faults", {"name": name, "times": times})
        with running_site(suite) as site:
            with Floor(suite) as floor:
                floor.run(partial(_travel, site, workbook))
            batch = site.ledger.batches()[0]
            items = site.ledger.items(batch_id=batch.batch_id)
        right = _tell_the_end(suite, batch, items, bank)
    say(f"   {time.monotonic() - started:.0f} seconds in all", style="dim")
    if not right:
        raise DemoFailed("the demo did not end as promised: see above")


async def _travel(site: Site, workbook: Path, chromium: Chromium) -> None:
    """Drop it, and let everything run until the result workbook is there."""
    inbox = site.suite.path(site.suite.config.folders["payments"].path)
    inbox.mkdir(parents=True, exist_ok=True)
    works = Works(site)
    running = asyncio.create_task(
        works.run(chromium, pace=Pace(sweep_seconds=0.5)), name="the worker and its watchers"
    )
    directing = asyncio.create_task(_direct(site, workbook, inbox), name="the demo")
    done, _ = await asyncio.wait(
        {running, directing}, timeout=WITHIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
    )
    works.stop()
    await running
    if directing not in done:
        directing.cancel()
        raise DemoFailed(f"not done within {WITHIN_SECONDS} seconds")
    directing.result()


async def _direct(site: Site, workbook: Path, inbox: Path) -> None:
    say(f"2. {workbook.name} is dropped into {inbox}", style="bold")
    part = inbox / f".{workbook.name}.part"
    shutil.copyfile(workbook, part)
    part.rename(inbox / workbook.name)
    batch = await _batch_filed(site)
    _tell_findings(site, batch)
    say(f"4. above the limit, so it waits; maker {batch.maker}, approver {APPROVER}", style="bold")
    approve_batch(site, batch, APPROVER, batch.digest)
    armed = ", ".join(f"{times} x {name}" for name, times in FAULTS)
    say(
        f"5. keyed by {SESSIONS} browser sessions, while the bank misbehaves: {armed}", style="bold"
    )
    with progress() as bars:
        task = bars.add_task("   items settled", total=None, note="")
        watching = asyncio.create_task(show_progress(site, bars, task))
        while not site.ledger.batch(batch.batch_id).complete:
            await asyncio.sleep(0.5)
        await asyncio.sleep(0.6)
        watching.cancel()
    while not result_of(site.suite, batch).exists():
        await asyncio.sleep(0.2)


async def _batch_filed(site: Site) -> BatchRow:
    """The copy has to be stable and whole before it is taken."""
    with out().status("   waiting until the copy is stable, then reading it in the parser box"):
        for _ in range(TAKEN_WITHIN_SECONDS * 5):
            if found := site.ledger.batches():
                return found[0]
            await asyncio.sleep(0.2)
    raise DemoFailed(f"the workbook was not taken: look into {site.suite.data / 'inbox'}")


def _tell_findings(site: Site, batch: BatchRow) -> None:
    items = sum(batch.states.values())
    say(f"3. {batch.rows_read} rows read and checked: {items} items, as batch {batch.batch_id}",
        style="bold")  # fmt: skip
    rows = [
        (each["cell"] or each["row"], each["severity"], each["code"], each["message"])
        for each in site.ledger.findings(batch.batch_id)
    ]
    show_table("   what was wrong with it", ("cell", "", "code", "message"), rows)


def _tell_the_end(suite: Suite, batch: BatchRow, items: list[ItemRow], bank: CardboardBank) -> bool:
    """The bank's truth beside ours, the record verified, and where to look."""
    truth = bank.control("GET", "/truth/postings")
    booked = Counter(each["reference"] for each in truth["postings"])
    rows = [_end_row(state, items, booked) for state in sorted({each.state for each in items})]
    refused_rows = batch.rows_read - len(items)
    rows.append(("refused on reading", refused_rows, "never sent", ""))
    columns = ("state", ">items", ">booked at the bank", ">booked twice or more")
    show_table("6. what we say, and what the bank's own books say", columns, rows)
    says = {each.reference for each in items if each.state is ItemState.POSTED}
    right = booked == Counter(says)
    words = "the same" if right else "NOT the same"
    posts = len(truth["posts_accepted"])
    say(f"   {posts} commit POSTs accepted, {sum(booked.values())} bookings: {words}")
    report = verify_suite(suite)
    for sentence in report.sentences if not report.ok else ():
        say(f"   {sentence}")
    say(f"   verify: {'OK' if report.ok else 'NOT OK'} ({report.records} records)", style="bold")
    say(f"   result workbook  {result_of(suite, batch)}")
    say(f"   a screenshot     {_some_screenshot(suite)}")
    say(f"   one item's proof {_pack_one(suite, items[0])}")
    return right and report.ok


def _end_row(
    state: ItemState, items: list[ItemRow], booked: Counter[str]
) -> tuple[object, object, object, object]:
    mine = [each.reference for each in items if each.state is state]
    twice = sum(1 for each in mine if booked[each] > 1)
    return state, len(mine), sum(booked[each] for each in mine), twice


def _some_screenshot(suite: Suite) -> Path:
    """The picture of a receipt, under a name that people can open."""
    copy = suite.data / "a-receipt.jpg"
    pictures = (
        path
        for path in sorted(evidence_folder(suite).rglob("*"))
        if path.is_file() and path.read_bytes()[:2] == b"\xff\xd8"
    )
    shutil.copyfile(next(pictures), copy)
    copy.chmod(0o644)
    return copy


def _pack_one(suite: Suite, item: ItemRow) -> Path:
    """What ``counterfoil evidence`` gives an auditor."""
    pack = suite.data / f"{item.item_id}.zip"
    with open_reader(suite) as ledger:
        pack_evidence(suite, ledger, item.item_id, pack)
    return pack


def _make_workbook(home: Suite, folder: Path) -> Path:
    """The sample with today's dates: real orders of PKDD'99, and ten bad rows among them."""
    workbook = folder / "payments-demo.xlsx"
    command = [sys.executable, "-m", "fixtures.payments.make_workbook", "payments-demo",
               "--date", _next_weekday().isoformat(), "--out", str(workbook)]  # fmt: skip
    subprocess.run(command, cwd=home.root, check=True, capture_output=True)  # noqa: S603
    return workbook


def _next_weekday() -> date:
    day = datetime.now().astimezone().date() + timedelta(days=1)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _bank_arguments(folder: Path) -> list[str]:
    folder.mkdir(parents=True)
    options = {
        "--data": folder / "bank",
        "--port": 0,
        "--control-port": 0,
        "--late-seconds": LATE_SECONDS,
        "--staleness-seconds": STALE_SECONDS,
    }
    return [str(word) for pair in options.items() for word in pair]


def _demo_suite(home: Suite, folder: Path, bank: CardboardBank) -> Suite:
    """Our own maps and limits, the demo's bank and folders."""
    config: Config = replace(
        home.config,
        site=replace(
            home.config.site,
            data=folder,
            credentials=folder / "credentials",
            witness=folder / "witness",
        ),
        ledger=replace(home.config.ledger, url=""),
        systems={"corebank": _bank_settings(bank)},
        folders={
            "payments": Folder(
                path=folder / "inbox",
                sheet_map="payments",
                system="corebank",
                maker="analysts",
                stable_seconds=1.0,
            )
        },
    )
    return Suite(home.root, config)


def _bank_settings(bank: CardboardBank) -> SystemSettings:
    return SystemSettings(
        base_url=bank.url,
        sessions_max=SESSIONS,
        logins=tuple(
            Login(
                name=each["operator"],
                values={"operator": each["operator"], "branch": each["branch"]},
                credential=f"corebank-{each['operator']}",
            )
            for each in bank.operators[:SESSIONS]
        ),
        bounds=Bounds(
            claim_limit_seconds=5,
            late_booking_seconds=LATE_SECONDS,
            list_staleness_seconds=STALE_SECONDS,
            margin_seconds=2,
            source="the demo starts the bank with these",
        ),
    )

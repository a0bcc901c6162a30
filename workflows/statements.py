"""Statements: days of an account are ordered, and what is wanted is fetched from the bank.

What arrives is kept sealed and filed at once; statement_reading.py reads it. Running this
twice fetches nothing new, and a killed run leaves nothing half filed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from bots.fetch_statements import ListRead, fetch_statements
from bots.sign_on import sign_on
from counterfoil.adapters.browsers import find_browser
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Chromium, Login, Session
from counterfoil.adapters.secrets import Secrets
from counterfoil.config import Login as LoginSettings
from counterfoil.config import Suite, SystemSettings
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor, bare, mask_account
from counterfoil.domain.statement_orders import (
    FetchedFile,
    StatementOrder,
)
from counterfoil.engine.borrowing import borrowed_login
from counterfoil.engine.logins import GuardedPassword
from counterfoil.engine.run_folders import run_folder
from counterfoil.errors import Refused, SetupError, Unavailable
from counterfoil.store.claims import LeaseRow
from counterfoil.store.evidence import EvidenceStore
from counterfoil.store.ledger import Ledger
from counterfoil.store.statement_files import StatementFiles
from counterfoil.store.statement_ledger import StatementLedger

ONE_DAY = timedelta(days=1)
NOT_LISTED = "the bank lists no statement of these days yet"
#: One account may be the bank's trouble; three in a row are the system's.
UNAVAILABLE_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the workflow needs of the house."""

    suite: Suite
    ledger: Ledger  # opened by this process alone, with audit log and vault
    statements: StatementLedger  # beside it
    files: StatementFiles
    secrets: Secrets
    evidence: EvidenceStore
    redactor: Redactor


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """How one visit to one system went."""

    files: int  # that came, spoiled ones and known ones too
    troubles: tuple[str, ...]  # accounts that could not be asked, a sentence each


#: Told what is being done, for people who wait.
Say = Callable[[str], None]


def order_statements(  # noqa: PLR0913 - what can be said on the command line
    tools: Tools,
    system: str,
    *,
    today: date,
    accounts: Collection[str] | None = None,
    first: date | None = None,
    last: date | None = None,
) -> int:
    """Order the days from *first* to *last*, both inside; how many orders are new.

    Args:
        today: The calendar day where the bank is; its own statement is not there before
            the day after.
        accounts: Some of the configured ones; None: all.
        first: None: so many days back as configured.
        last: None: yesterday.

    Raises:
        SetupError: An account is not configured, or the days are the wrong way round.
    """
    every = tools.suite.statements_of(system)
    known = {account for each in every for account in each.accounts}
    if strange := set(accounts or ()) - known:
        shown = ", ".join(mask_account(bare(each)) for each in sorted(strange))
        raise SetupError(f"{shown}: in no [statements.*] of {system}: add it to accounts")
    made = 0
    for each in every:
        ends = last or today - ONE_DAY
        begins = first or ends - (each.days_back - 1) * ONE_DAY
        if begins > ends:
            raise SetupError(f"--from {begins} is after --to {ends}")
        days = [begins + number * ONE_DAY for number in range((ends - begins).days + 1)]
        for account in each.accounts:
            if accounts is None or account in accounts:
                made += tools.statements.order_statements(system, account, days, each.formats)
    return made


async def fetch_wanted(
    tools: Tools, system: str, *, accounts: Collection[str] | None = None, say: Say
) -> Fetching:
    """Fetch what is ordered and did not come yet, account by account, with one bank login.

    Raises:
        SetupError: Maps, credentials or browser are not right, or a worker works here.
        Unavailable: The system does not let us in, or is frozen; the orders stay.
        AuditLost: A step could not be recorded.
    """
    wanted = tools.statements.wanted_statements(system, accounts)
    if not wanted:
        return Fetching(files=0, troubles=())
    try:
        return await _fetch_in_session(tools, system, wanted, say)
    except Unavailable as trouble:
        tools.statements.nothing_came(wanted, str(trouble))
        raise


async def _fetch_in_session(
    tools: Tools, system: str, wanted: list[StatementOrder], say: Say
) -> Fetching:
    if reason := tools.ledger.frozen_systems().get(system):
        raise Unavailable(system, f"frozen: {reason}")
    settings = tools.suite.config.systems[system]
    names = [each.name for each in settings.logins]
    async with borrowed_login(
        tools.ledger, tools.suite.data, system, names, sessions_max=settings.sessions_max
    ) as lease:
        with run_folder(tools.suite.fetching) as folder:
            async with _chromium(tools.suite, settings) as chromium:
                session = _session(tools, system, lease.login, chromium)
                try:
                    await _sign_on(session)
                    return await _fetch_all(tools, wanted, session, lease, folder, say)
                finally:
                    await session.close()


async def _fetch_all(  # noqa: PLR0913 - one visit has these parts
    tools: Tools,
    wanted: list[StatementOrder],
    session: Session,
    lease: LeaseRow,
    folder: Path,
    say: Say,
) -> Fetching:
    bytes_max = max(each.bytes_max for each in tools.suite.statements_of(lease.system))
    files, troubles, in_a_row = 0, list[str](), 0
    for number, order in enumerate(wanted, 1):
        if not tools.ledger.holds(lease):
            raise Unavailable(lease.system, "the bank login was taken over by another machine")
        say(f"account {number} of {len(wanted)}")
        receiver = _Receiver(tools, order)
        trouble = await _fetch_account(tools, session, receiver, folder, bytes_max)
        files += receiver.files
        in_a_row = in_a_row + 1 if trouble else 0
        troubles += [trouble] if trouble else []
        if session.refused or in_a_row >= UNAVAILABLE_MAX:
            break
    return Fetching(files=files, troubles=tuple(troubles))


async def _fetch_account(
    tools: Tools, session: Session, receiver: _Receiver, folder: Path, bytes_max: int
) -> str:
    """Why nothing more came of one account; "" when its list was read to the end."""
    order = receiver.order
    try:
        listed = await fetch_statements(
            session, order, folder, receiver.receive, bytes_max=bytes_max
        )
    except (Refused, Unavailable) as trouble:
        with tools.redactor.hiding([order.account]):
            reason = tools.redactor.text(str(trouble))
        tools.statements.nothing_came([order], reason)
        return reason
    _note_unlisted(tools, order, listed)
    return ""


@dataclass(slots=True)
class _Receiver:
    """Files each fetched file the moment it is there."""

    tools: Tools
    order: StatementOrder
    files: int = 0

    def receive(self, file: FetchedFile) -> None:
        """Keep the bytes durably, then file the arrival, then forget the plain copy."""
        if file.path is not None:
            kept = self.tools.files.keep(file.path)
            assert kept == file.sha256, "the file changed in our own folder"
        self.tools.statements.file_arrival(self.order, file)
        if file.path is not None:
            file.path.unlink()
        self.files += 1


def _note_unlisted(tools: Tools, order: StatementOrder, listed: ListRead) -> None:
    """Days that no line of the list covers stay ordered; the list that shows it is evidence."""
    left = {
        name: frozenset(
            day for day in days if not any(each.covers(day) for each in listed.statements)
        )
        for name, days in order.wanted.items()
    }
    left = {name: days for name, days in left.items() if days}
    if left:
        tools.statements.nothing_came(
            [replace(order, wanted=left)],
            f"{NOT_LISTED} ({listed.proof})",
            evidence=listed.evidence,
        )


def _session(tools: Tools, system: str, login: str, chromium: Chromium) -> Session:
    settings = tools.suite.config.systems[system]
    found = next(each for each in settings.logins if each.name == login)
    return Session(
        load_system(tools.suite.selectors, system),
        settings.base_url,
        Login(values=found.values, password=_password(tools, system, found)),
        chromium,
        redactor=tools.redactor,
        keep=lambda kind, content: _keep(tools, kind, content),
    )


def _keep(tools: Tools, kind: str, content: bytes) -> Evidence:
    return tools.evidence.put(kind, content, picture=kind == "screenshot")


def _password(tools: Tools, system: str, login: LoginSettings) -> GuardedPassword:
    read = partial(tools.secrets.get, login.credential)
    return GuardedPassword(tools.ledger, system, login.name, read)


async def _sign_on(session: Session) -> None:
    """Raises Unavailable; a refused login is not tried again, as by a worker."""
    try:
        await sign_on(session)
    except Refused as refusal:
        raise Unavailable(session.system.name, f"sign-on refused: {refusal}") from refusal


def _chromium(suite: Suite, settings: SystemSettings) -> Chromium:
    browser = suite.config.browser
    return Chromium(
        find_browser(browser.executable),
        hosts=[urlsplit(settings.base_url).hostname or ""],
        downloads=suite.data / "downloads",
        headless=browser.headless,
    )

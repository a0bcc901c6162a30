"""Keying: every approved item is keyed into its system once and gets its receipt.

What happens to one item is engine/keying.py; when, and by which session, is
engine/worker.py. Here the two meet the real screens: maps, logins, one Chromium.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bots.screen_bank import ScreenBank
from bots.sign_on import sign_on
from counterfoil.adapters.map_schema import System as SystemMaps
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Chromium, Login, Session
from counterfoil.adapters.secrets import Secrets
from counterfoil.config import Login as LoginSettings
from counterfoil.config import Suite, SystemSettings
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.pauses import Breaker
from counterfoil.domain.secrets import Redactor
from counterfoil.engine.errands import Errands
from counterfoil.engine.journal import steady_seconds
from counterfoil.engine.keying import Policy
from counterfoil.engine.logins import GuardedPassword
from counterfoil.engine.steps import Steps
from counterfoil.engine.visits import System
from counterfoil.engine.watchdog import Limits, Watchdog
from counterfoil.engine.worker import Pace, Worker
from counterfoil.errors import AuditLost, LedgerLost
from counterfoil.store.book import Fact
from counterfoil.store.evidence import EvidenceStore
from counterfoil.store.ledger import Ledger

PING_SECONDS = 5.0  # between two questions whether the browser is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What keying needs of the house."""

    suite: Suite
    ledger: Ledger  # opened by this process alone, with audit log and vault
    secrets: Secrets
    evidence: EvidenceStore
    redactor: Redactor


async def key_due_items(  # noqa: PLR0913 - one worker has these parts
    tools: Tools,
    chromium: Chromium,
    *,
    until_done: bool = False,
    pace: Pace | None = None,
    started: Callable[[Worker], None] | None = None,
    errands: Errands | None = None,
    limits: Limits | None = None,
) -> None:
    """Key what is due, in every system of config.toml.

    Args:
        chromium: Of ``workflows.floor``; whoever opened it shuts it.
        until_done: Return when nothing is left that happens by itself; else work until
            the worker is stopped.
        pace: How often to beat and to sweep; None: for production.
        started: Gets the worker, to stop it from a signal handler.
        errands: Carries out the runs of schedules beside the keying.
        limits: Of the watchdog; None: for production.

    Raises:
        SetupError: Maps, credentials or browser are not right, or another worker works
            on this data folder.
        AuditLost: A step could not be recorded.
    """
    maps = {name: load_system(tools.suite.selectors, name) for name in _systems(tools.suite)}
    steps = Steps()
    worker = Worker(
        tools.ledger,
        ScreenSignOn(tools, maps, chromium),
        {name: system_of(each, maps[name]) for name, each in _systems(tools.suite).items()},
        data=tools.suite.data,
        pace=pace,
        errands=errands,
        steps=steps,
    )
    if started is not None:
        started(worker)
    with Watchdog(steps, partial(_tell_of_kill, tools.ledger), limits) as watchdog:
        pulses = [
            asyncio.create_task(_pulse(watchdog)),
            asyncio.create_task(_pulse_of_browser(watchdog, chromium)),
        ]
        try:
            await worker.run(until_done=until_done)
        finally:
            for each in pulses:
                each.cancel()
            await asyncio.gather(*pulses, return_exceptions=True)


async def _pulse(watchdog: Watchdog) -> None:
    while True:  # until cancelled
        watchdog.pulses.loop = steady_seconds()
        await asyncio.sleep(1)


async def _pulse_of_browser(watchdog: Watchdog, chromium: Chromium) -> None:
    """Ask the browser again and again; what it does not answer, the watchdog sees."""
    while True:  # until cancelled
        if await chromium.answers():
            watchdog.pulses.browser = steady_seconds()
        await asyncio.sleep(PING_SECONDS)


def _tell_of_kill(ledger: Ledger, reason: str) -> None:
    """From the watchdog's thread, which goes on whatever becomes of the telling."""
    told = f"our browser is killed: {reason}"
    try:
        with ledger.writing() as tx:
            tx.tell(Fact(kind="browser_killed", told=told))
    except (LedgerLost, AuditLost) as trouble:
        sys.stderr.write(f"watchdog: {told}; not on the record: {trouble}\n")


def system_of(settings: SystemSettings, maps: SystemMaps) -> System:
    """[systems.*] as the worker needs to know it."""
    return System(
        policy=policy_of(settings, maps),
        logins=tuple(login.name for login in settings.logins),
        sessions_max=settings.sessions_max,
        breaker=Breaker(
            opens_after=settings.circuit_opens_after,
            probe_after=timedelta(seconds=settings.circuit_probe_after_seconds),
        ),
        visits_per_minute=settings.visits_per_minute,
    )


def policy_of(settings: SystemSettings, maps: SystemMaps) -> Policy:
    """The bounds of config.toml, and whether the map's enquiry can be asked."""
    bounds = settings.bounds
    return Policy(
        claim_limit_seconds=bounds.claim_limit_seconds,
        late_booking_seconds=bounds.late_booking_seconds,
        list_staleness_seconds=bounds.list_staleness_seconds,
        margin_seconds=bounds.margin_seconds,
        attempts_max=settings.attempts_max,
        reference_is_searchable=maps.map.reference_is_searchable,
    )


@dataclass(frozen=True, slots=True)
class ScreenSession:
    """One signed-on session of one bank login (``engine.sessions.Session``)."""

    bank: ScreenBank

    @property
    def usable(self) -> bool:
        """Unless the operator is refused: a window that died is opened and signed on again."""
        return self.bank.usable

    async def close(self) -> None:
        """Shut its context."""
        await self.bank.close()


class ScreenSignOn:
    """Opens sessions in one Chromium (``engine.sessions.SignOn``)."""

    def __init__(self, tools: Tools, maps: dict[str, SystemMaps], chromium: Chromium) -> None:
        self._tools = tools
        self._maps = maps
        self._chromium = chromium
        self._passwords: dict[tuple[str, str], GuardedPassword] = {}

    async def sign_on(self, system: str, login: str) -> ScreenSession:
        """One session, signed on. Raises Unavailable, Refused."""
        settings = self._tools.suite.config.systems[system]
        found = next(each for each in settings.logins if each.name == login)
        session = Session(
            self._maps[system],
            settings.base_url,
            Login(values=found.values, password=self._password(system, found)),
            self._chromium,
            redactor=self._tools.redactor,
            keep=self._keep,
            monotonic=steady_seconds,
        )
        try:
            await sign_on(session)
        except BaseException:
            await session.close()
            raise
        return ScreenSession(ScreenBank(session))

    def _password(self, system: str, login: LoginSettings) -> GuardedPassword:
        """One for as long as we live: what it could not write down is not forgotten."""
        known = self._passwords.get((system, login.name))
        if known is None:
            read = partial(self._tools.secrets.get, login.credential)
            known = GuardedPassword(self._tools.ledger, system, login.name, read)
            self._passwords[system, login.name] = known
        return known

    def _keep(self, kind: str, content: bytes) -> Evidence:
        return self._tools.evidence.put(kind, content, picture=kind == "screenshot")


def _systems(suite: Suite) -> dict[str, SystemSettings]:
    return suite.config.systems

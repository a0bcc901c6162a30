"""Registers: a list of the bank's own screens is read as a whole and becomes a workbook.

Open receipts, mandates: whatever ``[lists.*]`` of a system's map describes. One bank login
is borrowed; nothing is keyed. The workbook is what the controls are given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bots.read_register import Register, read_register
from bots.sign_on import sign_on
from counterfoil.adapters.browsers import find_browser
from counterfoil.adapters.map_schema import System
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Chromium, Login, Session
from counterfoil.adapters.secrets import Secrets
from counterfoil.adapters.sheets.book import BigSheet
from counterfoil.adapters.sheets.control_book import amount, day, text, write_whole
from counterfoil.adapters.sheets.pages import BigColumn, Page, PageTable, Value
from counterfoil.config import Login as LoginSettings
from counterfoil.config import Suite
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor
from counterfoil.engine.borrowing import borrowed_login
from counterfoil.engine.logins import GuardedPassword
from counterfoil.errors import Refused, SetupError, Unavailable
from counterfoil.store.evidence import EvidenceStore
from counterfoil.store.ledger import Ledger
from counterfoil.toml_records import did_you_mean

#: An event, what it happened to, its data and its evidence, for the audit log.
Emit = Callable[[str, Mapping[str, Any], Mapping[str, Any], Sequence[Evidence]], None]
TEXT_WIDTH_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What reading a list needs of the house."""

    suite: Suite
    ledger: Ledger  # opened by this process alone
    secrets: Secrets
    evidence: EvidenceStore
    redactor: Redactor
    emit: Emit


async def fetch_register(tools: Tools, system: str, name: str, target: Path) -> Register:
    """Read the list *name* of *system* and write it to the workbook *target*.

    Raises:
        SetupError: There is no such system or list, or a worker works on this data folder.
        Unavailable: The list is not to be had now; nothing is written.
        AuditLost: It could not be recorded; nothing is written.
    """
    maps = _maps(tools.suite, system, name)
    register = await _read(tools, maps, name)
    tools.emit(
        "register_read",
        {"system": system, "list": name},
        {"rows": len(register.rows), "proof": register.proof, "read_at": f"{register.read_at}"},
        register.evidence,
    )
    write_register(target, f"{maps.map.title}: {name}", register)
    return register


def _maps(suite: Suite, system: str, name: str) -> System:
    systems = suite.config.systems
    if system not in systems:
        known = ", ".join(systems) or "none"
        raise SetupError(f"config.toml has no [systems.{system}]; known: {known}")
    maps = load_system(suite.selectors, system)
    if name not in maps.map.lists:
        known = ", ".join(maps.map.lists) or "none"
        hint = did_you_mean(name, maps.map.lists)
        raise SetupError(f"selectors/{system}/system.toml: no [lists.{name}]{hint}; known: {known}")
    return maps


async def _read(tools: Tools, maps: System, name: str) -> Register:
    suite, system = tools.suite, maps.name
    if reason := tools.ledger.frozen_systems().get(system):
        raise Unavailable(system, f"frozen: {reason}")
    settings, browser = suite.config.systems[system], suite.config.browser
    chromium = Chromium(
        find_browser(browser.executable, headless=browser.headless),
        hosts=[urlsplit(settings.base_url).hostname or ""],
        downloads=suite.data / "downloads",
        headless=browser.headless,
    )
    names = [each.name for each in settings.logins]
    async with (
        borrowed_login(
            tools.ledger, suite.data, system, names, sessions_max=settings.sessions_max
        ) as lease,
        chromium,
    ):
        session = _session(tools, maps, lease.login, chromium)
        try:
            await _sign_on(session)
            register = await read_register(session, name)
        finally:
            await session.close()
        if not tools.ledger.holds(lease):
            raise Unavailable(system, "the bank login was taken over by another machine")
        return register


def _session(tools: Tools, maps: System, login: str, chromium: Chromium) -> Session:
    settings = tools.suite.config.systems[maps.name]
    found = next(each for each in settings.logins if each.name == login)
    return Session(
        maps,
        settings.base_url,
        Login(values=found.values, password=_password(tools, maps.name, found)),
        chromium,
        redactor=tools.redactor,
        keep=lambda kind, content: tools.evidence.put(kind, content, picture=kind == "screenshot"),
    )


def _password(tools: Tools, system: str, login: LoginSettings) -> GuardedPassword:
    read = partial(tools.secrets.get, login.credential)
    return GuardedPassword(tools.ledger, system, login.name, read)


async def _sign_on(session: Session) -> None:
    """Raises Unavailable; a refused login is not tried again, as by a worker."""
    try:
        await sign_on(session)
    except Refused as refusal:
        raise Unavailable(session.system.name, f"sign-on refused: {refusal}") from refusal


def write_register(target: Path, title: str, register: Register) -> None:
    """Every line as it was read, under the names of the map, and what proves its end."""
    facts: tuple[tuple[Value, ...], ...] = (
        ("Read (UTC)", f"{register.read_at:%Y-%m-%d %H:%M:%S}"),
        ("Lines", len(register.rows)),
        ("Proof of its end", register.proof),
        *((f"Evidence, {each.kind}", each.sha256) for each in register.evidence),
    )
    page = Page(name="Read", title=title, tables=(PageTable(rows=facts),), widths=(28, 70))
    columns = tuple(_column(name, register) for name in register.columns)
    values = [[_cell(row[name]) for row in register.rows] for name in register.columns]
    sheet = BigSheet(name="List", columns=columns, blocks=[values] if register.rows else [])
    write_whole(target, (page,), [sheet])


def _cell(value: Value) -> Value:
    return None if value == "" else value


def _column(name: str, register: Register) -> BigColumn:
    head = name.replace("_", " ").capitalize()
    values = [row[name] for row in register.rows if row[name] != ""]
    if values and all(isinstance(each, Decimal) for each in values):
        return amount(head)
    if values and not any(isinstance(each, str) for each in values):
        return day(head)
    longest = max((len(str(each)) for each in values), default=0)
    return text(head, min(max(longest, len(head)) + 3, TEXT_WIDTH_MAX))

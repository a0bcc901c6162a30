"""``counterfoil check``: what is wrong with this suite, and how to mend it."""

from __future__ import annotations

import platform
import shutil
import socket
import sqlite3
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import typer

from counterfoil.adapters.alert_sender import check_url, is_plain
from counterfoil.adapters.browsers import find_browser
from counterfoil.adapters.map_schema import System as SystemMaps
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.adapters.screens import check_login
from counterfoil.adapters.sheets.maps import load_sheet_map
from counterfoil.audit.witness import Witness
from counterfoil.cli.schedule_commands import check_command
from counterfoil.cli.site import approval_policy, secrets_of
from counterfoil.cli.terminal import SET_UP, out, say
from counterfoil.config import (
    Folder,
    ReconciliationSettings,
    StatementSettings,
    Suite,
    find_suite,
)
from counterfoil.domain.alert_settings import AddressSettings
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.errors import CounterfoilError, SetupError, Unavailable
from counterfoil.rules.approval import person
from counterfoil.store.database import look_at
from workflows.schedules import checked_schedules

FREE_BYTES_MIN = 1_000_000_000
ANSWERS_WITHIN_SECONDS = 2.0
CLOCK_MAY_LAG = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    what: str
    trouble: str = ""  # empty: it is right
    remedy: str = ""
    note: str = ""  # worth knowing, and no reason not to start


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=SET_UP)(check)


def check() -> None:
    """Look at everything that a bot needs; say what to mend, and how.

    Config, browser, maps, logins, credentials, folders, ledger, witness, clock, disk.
    Changes nothing, and needs no bank. A dash is worth knowing and stops nobody.

    Exit code 1 when anything would keep a bot from working.
    """
    suite = find_suite(Path.cwd())
    checks: list[Check] = []
    for each in checks_of(suite):
        checks.append(each)
        mark = "[red]✗[/]" if each.trouble else "[yellow]-[/]" if each.note else "[green]✓[/]"
        out().print(f"{mark} ", end="")
        said = each.trouble or each.note
        say(each.what + (f": {said}" if said else ""))
        if each.remedy:
            say(f"    {each.remedy}", style="yellow")
    wrong = sum(1 for each in checks if each.trouble)
    if wrong:
        say(f"{wrong} of {len(checks)} need a hand.", style="bold red")
        raise typer.Exit(1)
    say(f"all {len(checks)} are right.", style="bold green")


def checks_of(suite: Suite) -> Iterator[Check]:
    """Every check, in the order in which a person would mend them."""
    yield Check(f"config.toml of {suite.config.site.name}")
    yield Check(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    yield tried("browser", lambda: browser_version(_browser(suite)))
    for name in suite.config.systems:
        yield from _system(suite, name)
    for name, folder in suite.config.folders.items():
        yield from _watched(suite, name, folder)
    for name, settings in suite.config.statements.items():
        yield tried(f"statements {name}", lambda each=settings: _statements(suite, each))  # type: ignore[misc]
        yield _folder(f"export folder of {name}", suite.path(settings.export))
    for name, found in suite.config.reconciliations.items():
        yield tried(f"reconciliation {name}", lambda each=found: _rules(suite, each))  # type: ignore[misc]
        yield _folder(f"export folder of {name}", suite.path(found.export))
    if suite.config.schedules:
        yield tried("schedules", lambda: _schedules(suite))
    yield from _alerts(suite)
    yield from _sign_on(suite)
    yield from _approval(suite)
    yield _folder("data folder", suite.data)
    yield _private("keys", suite.data / "keys")
    yield from _ledger(suite)
    yield from _witness(suite)
    yield _free_space(suite.data)


def _rules(suite: Suite, settings: ReconciliationSettings) -> str:
    """The days of its window. Raises SetupError: the rules cannot be read."""
    policy = load_policy(suite.path(settings.rules))
    return f"{settings.rules}, {policy.days_before} days before to {policy.days_after} after"


def _schedules(suite: Suite) -> str:
    """Their names. Raises SetupError: one of them is not right, and where."""
    return ", ".join(checked_schedules(suite, check_command))


def _alerts(suite: Suite) -> Iterator[Check]:
    """Every address is one; nothing is sent (counterfoil alerts test does)."""
    if suite.config.alerts is None:
        yield Check("alerts", note="no [alerts]: nobody is told", remedy="docs/ALERTS.md")
        return
    for name, settings in suite.config.alerts.addresses.items():
        yield tried(f"alert address {name}", lambda n=name, s=settings: _address(suite, n, s))  # type: ignore[misc]


def _address(suite: Suite, name: str, settings: AddressSettings) -> str:
    """What may be shown of it. Raises SetupError."""
    redactor = Redactor()
    if settings.credential:
        return check_url(name, secrets_of(suite, redactor).get(settings.credential), redactor)
    if not is_plain(name, settings.url):
        raise SetupError(
            f"alerts: addresses: {name}: url: it holds a secret -> keep it as a credential"
        )
    return check_url(name, Secret(name, settings.url, redactor), redactor)


def tried(what: str, look: Callable[[], str]) -> Check:
    """Run one look; the error's own sentence is the finding."""
    try:
        return Check(f"{what}: {look()}")
    except CounterfoilError as trouble:
        told, _, remedy = str(trouble).partition(" -> ")
        return Check(what, told, remedy or "mend the file that the message names")


def _browser(suite: Suite) -> Path:
    settings = suite.config.browser
    return find_browser(settings.executable, headless=settings.headless)


def browser_version(executable: Path) -> str:
    """What the browser says of itself. Raises SetupError when it does not start."""
    try:
        answer = subprocess.run(  # noqa: S603 - the configured browser, no shell
            [executable, "--version"], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError) as trouble:
        raise SetupError(f"{executable} does not start: {trouble}") from trouble
    return f"{answer.stdout.strip()} ({executable})"


def _system(suite: Suite, name: str) -> Iterator[Check]:
    settings = suite.config.systems[name]
    try:
        maps = load_system(suite.selectors, name)
        for login in settings.logins:
            check_login(maps, settings.base_url, login.values)
    except CounterfoilError as trouble:
        yield Check(f"maps of {name}", str(trouble), "mend the file that the message names")
    else:
        yield _maps(maps)
    yield from _credentials(suite, name)
    yield _bounds(suite, name)
    yield _reachable(name, settings.base_url)


def _maps(maps: SystemMaps) -> Check:
    missing = [
        each for each in maps.screens if not (maps.folder / f"{each}.inventory.json").is_file()
    ]
    tasks = ", ".join(sorted(maps.map.tasks))
    what = f"maps of {maps.name}: {len(maps.screens)} screens, tasks {tasks}"
    if not missing:
        return Check(what)
    return Check(
        what,
        note=f"never recorded: {', '.join(missing)}",
        remedy="python -m bots.record_screens (docs/ONBOARDING.md): without it nothing is healed",
    )


def _statements(suite: Suite, settings: StatementSettings) -> str:
    """Raises SetupError when the system's maps cannot fetch what is wanted."""
    system = load_system(suite.selectors, settings.system)
    task = system.map.statements
    table = system.screens[task.list].table if task is not None else None
    if table is None:
        raise SetupError(f"selectors/{settings.system}/system.toml has no [statements]")
    if strange := [each for each in settings.formats if each not in table.downloads]:
        known = ", ".join(table.downloads)
        raise SetupError(f"config.toml: formats: {strange[0]!r} is not offered; known: {known}")
    if settings.password:
        _credential(suite, settings.password)
    shown = ", ".join(settings.formats)
    return f"{len(settings.accounts)} accounts as {shown}, grade {settings.lowest_grade} passes"


def _credentials(suite: Suite, name: str) -> Iterator[Check]:
    for login in suite.config.systems[name].logins:
        what, each = f"credential {login.credential}", login.credential
        yield tried(what, lambda each=each: _credential(suite, each))  # type: ignore[misc]


def _credential(suite: Suite, name: str) -> str:
    """Where it is. Raises SetupError: it is not, or the place cannot be asked."""
    try:
        secrets_of(suite, Redactor()).get(name)
    except Unavailable as trouble:
        raise SetupError(f"{trouble}") from None
    return f"from {suite.config.secrets.source}"


def _bounds(suite: Suite, name: str) -> Check:
    bounds = suite.config.systems[name].bounds
    if bounds.late_booking_seconds is None or bounds.list_staleness_seconds is None:
        return Check(
            f"bounds of {name}",
            note="unknown, so every doubt goes to a person",
            remedy="docs/KEYING.md says what the bank has to be asked",
        )
    return Check(f"bounds of {name}: {bounds.source}")


def _reachable(name: str, base_url: str) -> Check:
    parts = urlsplit(base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), ANSWERS_WITHIN_SECONDS).close()
    except OSError as trouble:
        why = f"does not answer at {base_url} now ({trouble.strerror or trouble})"
        remedy = "the bots will wait for it"
        if name == "corebank":
            remedy += "; the cardboard bank is started by: counterfoil bank"
        return Check(name, note=why, remedy=remedy)
    return Check(f"{name} answers at {base_url}")


def _watched(suite: Suite, name: str, folder: Folder) -> Iterator[Check]:
    path = suite.selectors / "sheets" / f"{folder.sheet_map}.toml"
    try:
        sheet_map = load_sheet_map(path)
        tasks = load_system(suite.selectors, folder.system).map.tasks
    except CounterfoilError as trouble:
        yield Check(f"sheet map of {name}", str(trouble), "mend the file that the message names")
    else:
        if sheet_map.item not in tasks:
            yield Check(
                f"sheet map of {name}",
                f"{folder.sheet_map} makes a {sheet_map.item}, {folder.system} has no such task",
                f"name another sheet_map or system in [folders.{name}]",
            )
        else:
            yield Check(f"sheet map of {name}: {sheet_map.title}")
    yield _folder(f"watched folder {name}", suite.path(folder.path))


def _sign_on(suite: Suite) -> Iterator[Check]:
    """The provider of [console.oidc] answers and is the right one; nobody is signed on."""
    settings = suite.config.console.oidc
    if settings is None:
        return
    from counterfoil.console.elsewhere import redirect_uri

    what, at = f"sign-on with {settings.name}", redirect_uri(suite.config.console)
    try:
        from counterfoil.site.provider import provider_of

        _credential(suite, settings.credential)
        secrets = secrets_of(suite, Redactor())
        said = provider_of(suite, settings, secrets, lambda: datetime.now(UTC)).look()
    except SetupError as trouble:
        told, _, remedy = str(trouble).partition(" -> ")
        yield Check(what, told, remedy or "docs/CONSOLE.md")
    except Unavailable as trouble:
        yield Check(what, note=str(trouble), remedy="accounts with a password sign on without it")
    else:
        yield Check(f"{what}: {settings.issuer} {said}; it has to know {at}")


def _approval(suite: Suite) -> Iterator[Check]:
    """Four eyes need a second pair."""
    policy = approval_policy(suite)
    if not policy.approvers:
        yield Check("approval", note="[approval] approvers is empty: anybody but the maker may")
        return
    approvers = {person(each, policy) for each in policy.approvers}
    for name, folder in suite.config.folders.items():
        if approvers <= {person(folder.maker, policy)}:
            yield Check(
                "approval",
                f"nobody but the maker of folder {name} may approve",
                "add somebody else to [approval] approvers",
            )
    yield Check(f"approval by {', '.join(sorted(approvers))}")


def _folder(what: str, path: Path) -> Check:
    present = path if path.exists() else next(each for each in path.parents if each.exists())
    if path.exists() and not path.is_dir():
        return Check(
            what, f"{path} is not a folder", "move it away, or name another in config.toml"
        )
    if not _may_write(present):
        return Check(what, f"no right to write in {present}", f"chown or chmod {present}")
    return Check(f"{what}: {path}" + ("" if path.exists() else " (made at the first start)"))


def _may_write(folder: Path) -> bool:
    """By trying: rights, read-only mounts and full disks look alike from outside."""
    probe = folder / f".counterfoil-check-{platform.node()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def _private(what: str, folder: Path) -> Check:
    """What lies there is for the service alone."""
    for path in [folder, *folder.rglob("*")] if folder.is_dir() else []:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            return Check(what, f"{path} can be read by others", f"chmod go= {path}")
    return Check(f"{what}: {folder}" + ("" if folder.is_dir() else " (made at the first start)"))


def _ledger(suite: Suite) -> Iterator[Check]:
    try:
        found = look_at(suite.ledger_url)
    except SetupError as trouble:
        told, _, remedy = str(trouble).partition(" -> ")
        yield Check("ledger", told, remedy or "see [ledger] url in config.toml")
        return
    if found is None:
        yield Check("ledger: made at the first start")
        return
    yield Check(f"ledger: revision {found.revision}, {found.items} items")
    now = datetime.now(UTC)
    if found.last_change is not None and found.last_change > now + CLOCK_MAY_LAG:
        yield Check(
            "clock",
            f"it is {now:%Y-%m-%d %H:%M:%S}Z here, and the ledger was changed at"
            f" {found.last_change:%Y-%m-%d %H:%M:%S}Z",
            "set the clock (NTP that slews): settle times are measured by it",
        )
    else:
        yield Check(f"clock: {now:%Y-%m-%d %H:%M:%S}Z")


def _witness(suite: Suite) -> Iterator[Check]:
    witness = Witness(suite.witness)
    yield _folder("witness", suite.witness)
    yield tried("witness keys", lambda: f"{len(witness.enrolled())} enrolled")
    if silent := witness.silent():
        yield Check(
            "witness",
            f"nothing was heard for three minutes of {', '.join(silent)}, whose run did not end",
            "was it killed? start it again, and read counterfoil verify",
        )
    if suite.witness.exists() and suite.witness.stat().st_dev == suite.root.stat().st_dev:
        yield Check(
            "witness",
            note="on the same disk as the log that it is to remember",
            remedy="name a share of another machine as [site] witness, in other hands",
        )


def _free_space(path: Path) -> Check:
    present = path if path.exists() else next(each for each in path.parents if each.exists())
    free = shutil.disk_usage(present).free
    if free < FREE_BYTES_MIN:
        return Check("disk", f"{free // 10**6} MB free", "make room: evidence must not be lost")
    return Check(f"disk: {free // 10**9} GB free")

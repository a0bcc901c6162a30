"""``counterfoil check``: what is wrong with this suite, and how to mend it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from counterfoil.adapters.browsers import find_browser
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.sheets.maps import load_sheet_map
from counterfoil.cli.terminal import out, say
from counterfoil.config import Suite, find_suite
from counterfoil.errors import CounterfoilError, SetupError

FREE_BYTES_MIN = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    what: str
    trouble: str = ""  # empty: it is right
    remedy: str = ""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check() -> None:
    """Look at config, maps, browser, folders and credentials; say what to mend.

    Changes nothing. Exit code 1 when anything would keep a bot from working.
    """
    suite = find_suite(Path.cwd())
    checks = list(checks_of(suite))
    for each in checks:
        mark = "[red]✗[/]" if each.trouble else "[green]✓[/]"
        out.print(f"{mark} ", end="")
        say(each.what + (f": {each.trouble}" if each.trouble else ""))
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
    yield tried("browser", lambda: browser_version(_browser(suite)))
    for name in suite.config.systems:
        yield tried(f"maps of {name}", lambda name=name: _count_screens(suite, name))  # type: ignore[misc]
        yield from _credentials(suite, name)
        yield _bounds(suite, name)
    for name, folder in suite.config.folders.items():
        path = suite.selectors / "sheets" / f"{folder.sheet_map}.toml"
        yield tried(f"sheet map of {name}", lambda path=path: load_sheet_map(path).title)  # type: ignore[misc]
        yield _folder(f"watched folder {name}", suite.path(folder.path))
    yield _folder("data folder", suite.data)
    yield _free_space(suite.data)


def tried(what: str, look: Callable[[], str]) -> Check:
    """Run one look; the error's own sentence is the finding."""
    try:
        return Check(f"{what}: {look()}")
    except CounterfoilError as trouble:
        return Check(what, str(trouble), "mend the file that the message names")


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


def _count_screens(suite: Suite, name: str) -> str:
    system = load_system(suite.selectors, name)
    return f"{len(system.screens)} screens, tasks {', '.join(sorted(system.map.tasks))}"


def _credentials(suite: Suite, name: str) -> Iterator[Check]:
    folder = suite.path(suite.config.site.credentials)
    for login in suite.config.systems[name].logins:
        path = folder / login.credential
        what = f"credential {login.credential}"
        if not path.is_file():
            yield Check(what, f"there is no {path}", "write the password there, mode 0600")
        elif os.name == "posix" and path.stat().st_mode & 0o077:
            yield Check(what, f"{path} can be read by others", f"chmod 600 {path}")
        else:
            yield Check(what)


def _bounds(suite: Suite, name: str) -> Check:
    bounds = suite.config.systems[name].bounds
    if bounds.late_booking_seconds is None or bounds.list_staleness_seconds is None:
        return Check(f"bounds of {name}: unknown, so every doubt goes to a person (docs/KEYING.md)")
    return Check(f"bounds of {name}: {bounds.source}")


def _folder(what: str, path: Path) -> Check:
    present = path if path.exists() else next(each for each in path.parents if each.exists())
    if path.exists() and not path.is_dir():
        return Check(
            what, f"{path} is not a folder", "move it away, or name another in config.toml"
        )
    if not os.access(present, os.W_OK | os.X_OK):
        return Check(what, f"no right to write in {present}", f"chown or chmod {present}")
    return Check(f"{what}: {path}" + ("" if path.exists() else " (made at the first start)"))


def _free_space(path: Path) -> Check:
    present = path if path.exists() else next(each for each in path.parents if each.exists())
    free = shutil.disk_usage(present).free
    if free < FREE_BYTES_MIN:
        return Check("disk", f"{free // 10**6} MB free", "make room: evidence must not be lost")
    return Check(f"disk: {free // 10**9} GB free")

"""Read the maps of one legacy system and refuse every one that is not exactly right.

What a map may say stands in map_schema.py. Here: strict loading, and the checks that
take more than one file. All faults that can be found before a browser starts are found
before a browser starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from counterfoil.adapters.file_kinds import KINDS
from counterfoil.adapters.map_lists import Table
from counterfoil.adapters.map_patterns import groups_of
from counterfoil.adapters.map_schema import (
    Action,
    Dialog,
    LookUpTask,
    Says,
    ScreenMap,
    Step,
    System,
    SystemMap,
    Task,
)
from counterfoil.errors import MapError
from counterfoil.toml_records import did_you_mean, load_record


def load_system(selectors: Path, name: str) -> System:
    """Load every map in ``selectors/<name>/``.

    Raises:
        MapError: A file is missing or not exactly right, or two do not fit together.
    """
    folder = selectors / name
    for stray in sorted(selectors.rglob("*.py")):
        raise MapError(f"{stray}: maps are data, and a module here would shadow Python's own")
    system = load_record(SystemMap, folder / "system.toml")
    screens = {
        path.stem: load_record(ScreenMap, path)
        for path in sorted(folder.glob("*.toml"))
        if path.stem != "system"
    }
    loaded = System(name=name, map=system, screens=screens, folder=folder)
    for trouble in faults(loaded):
        raise MapError(trouble)
    return loaded


def faults(system: System) -> Iterator[str]:
    """Where the maps of one system do not fit together, as finished sentences."""
    top = f"{system.folder / 'system.toml'}"
    yield from _session_faults(system, f"{top}: session")
    for kind, task in system.map.tasks.items():
        yield from _task_faults(system, task, f"{top}: tasks: {kind}")
    if system.map.statements is not None:
        where = f"{top}: statements"
        yield from _look_up_faults(system, system.map.statements, where)
        yield from _download_faults(system, system.map.statements, where)
    for name, look_up in system.map.lists.items():
        yield from _list_faults(system, look_up, f"{top}: lists: {name}")
    for name, screen in system.screens.items():
        yield from _screen_faults(system, screen, f"{system.folder / name}.toml")


def _session_faults(system: System, where: str) -> Iterator[str]:
    session = system.map.session
    for step in (session.sign_on, *session.notices):
        yield from _step_faults(system, step, where)
    sign_on = system.screens.get(session.sign_on.screen)
    if sign_on is not None and sign_on.open is None:
        yield f"{where}: the screen {session.sign_on.screen!r} has no way to open it"
    for marker in (session.signed_on, *session.expired, *session.unavailable):
        yield from _unknown("frame", marker.frame, system.map.frames, where)


def _task_faults(system: System, task: Task, where: str) -> Iterator[str]:
    for step in task.steps:
        yield from _step_faults(system, step, where)
    effects = [_effect(system, step) for step in task.steps]
    if not effects or effects[-1] != "commit" or "commit" in effects[:-1]:
        yield f"{where}: the last step, and no other, must have the effect 'commit'"
    if (table := _table_of(system, task.look_up)) is not None and (table.downloads or table.key):
        yield f"{where}: the screen {task.look_up.list!r} does not list bookings"
    yield from _look_up_faults(system, task.look_up, where)
    if task.steps:
        yield from _way_faults(system, task.steps[0].screen, where)
    yield from _unread_before_commit(system, task, where)


def _look_up_faults(system: System, look_up: LookUpTask, where: str) -> Iterator[str]:
    yield from _step_faults(system, Step(screen=look_up.screen, action=look_up.action), where)
    yield from _step_faults(system, Step(screen=look_up.list, action=look_up.again), where)
    if look_up.list in system.screens and _table_of(system, look_up) is None:
        yield f"{where}: the screen {look_up.list!r} has no table"
    yield from _way_faults(system, look_up.screen, where)


def _list_faults(system: System, look_up: LookUpTask, where: str) -> Iterator[str]:
    """A list that is read as a whole: nobody gives values to its fields."""
    table = _table_of(system, look_up)
    if table is not None and not table.key:
        yield f"{where}: the table of {look_up.list!r} has no key"
    screen = system.screens.get(look_up.screen)
    for name, each in screen.fields.items() if screen else ():
        if each.constant is None and not each.optional:
            yield f"{where}: {look_up.screen}: fields: {name} is neither constant nor optional"
    yield from _look_up_faults(system, look_up, where)


def _download_faults(system: System, look_up: LookUpTask, where: str) -> Iterator[str]:
    table = _table_of(system, look_up)
    if table is not None and not table.downloads:
        yield f"{where}: the table of {look_up.list!r} has no downloads"
    for name in table.downloads if table else ():
        yield from _unknown("format", name, KINDS, f"{where}: {look_up.list}: downloads")


def _way_faults(system: System, name: str, where: str) -> Iterator[str]:
    if name in system.screens and system.screens[name].open is None:
        yield f"{where}: the screen {name!r} has no way to open it"


def _table_of(system: System, look_up: LookUpTask) -> Table | None:
    screen = system.screens.get(look_up.list)
    return screen.table if screen else None


def _unread_before_commit(system: System, task: Task, where: str) -> Iterator[str]:
    """Money and accounts typed on an earlier page must be seen again on the committing one."""
    screens = [system.screens[s.screen] for s in task.steps if s.screen in system.screens]
    if not screens:
        return
    last = screens[-1]
    boxes = [box for action in last.actions.values() for box in action.dialogs]
    texts: list[Says | Dialog] = [*last.echoes, *boxes]
    seen = {each.value for each in last.fields.values()}
    seen |= {group for says in texts for group in groups_of(says.pattern)}
    for each in (one for screen in screens for one in screen.fields.values()):
        if each.kind in ("money", "account") and each.value and each.value not in seen:
            yield f"{where}: nothing on the committing screen shows {each.value!r} again"


def _step_faults(system: System, step: Step, where: str) -> Iterator[str]:
    yield from _unknown("screen", step.screen, system.screens, where)
    if step.screen in system.screens:
        yield from _unknown("action", step.action, system.screens[step.screen].actions, where)


def _effect(system: System, step: Step) -> str:
    screen = system.screens.get(step.screen)
    action = screen.actions.get(step.action) if screen else None
    return action.effect if action else ""


def _screen_faults(system: System, screen: ScreenMap, where: str) -> Iterator[str]:
    frames = [screen.frame, *screen.answers.frames, screen.open.menu_frame if screen.open else ""]
    frames += [marker.frame for marker in (*screen.ready, *screen.never)]
    for frame in frames:
        yield from _unknown("frame", frame, system.map.frames, where)
    for name, each in screen.fields.items():
        yield from _unknown("action", each.filled_by, screen.actions, f"{where}: fields: {name}")
    if screen.lines is not None:
        yield from _unknown("action", screen.lines.add, screen.actions, f"{where}: lines")
    if screen.table is not None:
        yield from _unknown("action", screen.table.next, screen.actions, f"{where}: table")
    for name, action in screen.actions.items():
        yield from _action_faults(system, screen, action, f"{where}: actions: {name}")


def _action_faults(system: System, screen: ScreenMap, action: Action, where: str) -> Iterator[str]:
    if action.effect == "commit" and not (screen.answers.receipts or screen.answers.by_enquiry):
        yield f"{where}: a commit needs receipts in [answers], else every item ends in doubt"
    if screen.answers.by_enquiry and not system.map.reference_is_searchable:
        yield f"{where}: by_enquiry needs a reference that is searchable"
    if action.popup is not None:
        yield from _unknown("screen", action.popup.screen, system.screens, where)
        popup = system.screens.get(action.popup.screen)
        for name in action.popup.actions if popup else ():
            yield from _unknown("action", name, popup.actions if popup else {}, where)


def _unknown(what: str, name: str, known: Mapping[str, object], where: str) -> Iterator[str]:
    """A sentence when *name* is given and not *known*."""
    if name and name not in known:
        yield f"{where}: unknown {what} {name!r}{did_you_mean(name, known)}"

"""Operate: schedules, systems, workers, and what config.toml says."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from counterfoil.console.asking import Answer, Ask, Go, NotThere, Page
from counterfoil.console.showing import no_login
from counterfoil.domain.items import ItemState
from counterfoil.domain.pauses import EVERYWHERE
from counterfoil.domain.schedules import Occurrence
from counterfoil.errors import Refused
from counterfoil.rules.due_times import occurrences
from counterfoil.store.deciding import Word
from counterfoil.store.schedule_book import Entry, ScheduleRow
from workflows.schedules import Terms, judge_by_hand, terms_of

COMING_DAYS, COMING_MAX = (1, 10), 20


def overview(ask: Ask) -> Answer:
    """What runs, what is frozen, who works."""
    desk, now = ask.desk, ask.desk.site.ledger.now()
    frozen = desk.site.ledger.frozen_systems()
    names = sorted({*desk.suite.config.systems, *frozen})
    systems = [
        (name, desk.suite.config.systems.get(name), frozen.get(name), _keyed(ask, name))
        for name in names
    ]
    rows = [(each, _last(ask, each.name)) for each in desk.schedules.schedules()]
    values = {
        "schedules": rows,
        "systems": systems,
        "workers": [(each, each.expires_at > now) for each in desk.looking.workers()[:50]],
        "pauses": {(each.system, str(each.kind)): each for each in desk.site.ledger.pauses()},
        "everywhere": EVERYWHERE,
        "maps": desk.maps(),
        "settings": _settings(ask),
    }
    return Page("operate.html", values)


def _keyed(ask: Ask, system: str) -> dict[ItemState, int]:
    return ask.desk.site.ledger.counts(system=system)


def _last(ask: Ask, name: str) -> Any:
    return next(iter(ask.desk.schedules.occurrences(name, limit=1)), None)


def _settings(ask: Ask) -> list[tuple[str, str]]:
    """config.toml as it was read: it names credentials and holds none; a URL loses its password."""
    found: list[tuple[str, str]] = []
    _flatten("", asdict(ask.desk.suite.config), found)
    hidden = (".url", "password")
    return [
        (name, "set; not shown" if name.endswith(hidden) else no_login(value))
        for name, value in found
    ]


def _flatten(name: str, value: Any, found: list[tuple[str, str]]) -> None:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            _flatten(f"{name}.{key}".lstrip("."), each, found)
    elif isinstance(value, list | tuple) and any(isinstance(each, dict) for each in value):
        for number, each in enumerate(value, 1):
            _flatten(f"{name}.{number}", each, found)
    elif value not in (None, (), {}, ""):
        shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        found.append((name, shown))


def schedule(ask: Ask) -> Answer:
    """One schedule: what became of each time, and what is to come."""
    row, now = _known(ask), ask.desk.site.ledger.now()
    day = ask.day("day")
    terms = ask.desk.terms(row)
    values = {
        "schedule": row,
        "settings": terms.settings,
        "upstream": terms.upstream,
        "day": day,
        "times": _times(ask, row.name, day),
        "coming": _coming(terms, now),
        "closed": terms.rule.calendar.why_closed(day) if day is not None else "",
        "history": ask.desk.schedules.schedule_history(row.name)[-50:],
    }
    return Page("schedule.html", values)


def _coming(terms: Terms, now: datetime) -> list[Occurrence]:
    """The next ones: of one that is due every few seconds, not all of ten days."""
    coming: list[Occurrence] = []
    for days in COMING_DAYS:
        coming = occurrences(terms.rule, now, now + timedelta(days=days))[:COMING_MAX]
        if len(coming) == COMING_MAX:
            break
    return coming


def _times(ask: Ask, name: str, day: date | None) -> list[Any]:
    found = ask.desk.schedules.occurrences(name, day=day, limit=100)
    if day is None:
        return [(each, []) for each in found]
    return [(each, ask.desk.schedules.schedule_history(name, each.key)) for each in found]


def _known(ask: Ask) -> ScheduleRow:
    for each in ask.desk.schedules.schedules(active_only=False):
        if each.name == ask.path["schedule"]:
            return each
    raise NotThere


def pause(ask: Ask) -> Answer:
    """Skip what is due until it is resumed."""
    name = ask.path["schedule"]
    ask.desk.schedules.pause(name, _word(ask))
    return Go(f"/schedules/{name}", f"{name} is paused")


def resume(ask: Ask) -> Answer:
    """Let it fire again."""
    name = ask.path["schedule"]
    ask.desk.schedules.resume(name, _word(ask))
    return Go(f"/schedules/{name}", f"{name} goes on")


def run_now(ask: Ask) -> Answer:
    """Once, now; the next worker takes it."""
    name, word = ask.path["schedule"], _word(ask)

    def entry(row: ScheduleRow, now: datetime, open_run: str) -> Entry:
        terms = terms_of(name, row.settings, ask.desk.suite.root)
        return judge_by_hand(terms, row, now, open_run, word)

    made = ask.desk.schedules.run_now(name, entry, word).judged
    if made.run is None:
        raise Refused("overlap", f"{name}: {made.why}")
    return Go(f"/schedules/{name}", f"{name} {made.occurrence.key} is {made.run}")


def freeze(ask: Ask) -> Answer:
    """Nothing more is keyed into it."""
    system = _system(ask)
    ask.desk.site.ledger.freeze_by_hand(system, _word(ask))
    return Go("/operate", f"{system} is frozen")


def unfreeze(ask: Ask) -> Answer:
    """Whoever found out what happened lifts the alarm."""
    system = _system(ask)
    ask.desk.site.ledger.unfreeze(system, _word(ask))
    return Go("/operate", f"{system} works again")


def pause_system(ask: Ask) -> Answer:
    """Nothing new is begun in it; what a bot has in hand is finished."""
    system = _system(ask)
    ask.desk.site.ledger.begin_maintenance(system, _word(ask))
    return Go("/operate", f"{system} is paused: visits in hand are finished")


def resume_system(ask: Ask) -> Answer:
    """What was due meanwhile is taken up."""
    system = _system(ask)
    ask.desk.site.ledger.end_maintenance(system, _word(ask))
    return Go("/operate", f"{system} goes on")


def close_circuit(ask: Ask) -> Answer:
    """Somebody knows that the system works again."""
    system = _system(ask)
    ask.desk.site.ledger.close_circuit(system, _word(ask))
    return Go("/operate", f"{system} is tried again")


def pause_all(ask: Ask) -> Answer:
    """No worker begins anything, in no system."""
    ask.desk.site.ledger.begin_maintenance(EVERYWHERE, _word(ask))
    return Go("/operate", "every worker is paused: visits in hand are finished")


def resume_all(ask: Ask) -> Answer:
    """All workers go on."""
    ask.desk.site.ledger.end_maintenance(EVERYWHERE, _word(ask))
    return Go("/operate", "every worker goes on")


def _system(ask: Ask) -> str:
    name = ask.path["system"]
    if name not in ask.desk.suite.config.systems:
        raise NotThere
    return name


def _word(ask: Ask) -> Word:
    return Word(person=ask.person, reason=ask.reason())

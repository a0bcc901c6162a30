"""``counterfoil schedule``: what is expected, what became of it, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.cli.items import Person, Reason
from counterfoil.cli.schedule_commands import check_command
from counterfoil.cli.site import open_reader, open_site
from counterfoil.cli.terminal import say, show_table
from counterfoil.config import Suite, find_suite
from counterfoil.domain.schedules import Occurrence, RunState
from counterfoil.errors import Refused
from counterfoil.rules.due_times import day_begins, next_due, occurrences
from counterfoil.store.deciding import Word
from counterfoil.store.schedule_book import Entry, OccurrenceRow, ScheduleRow
from counterfoil.store.schedule_ledger import ScheduleLedger
from workflows.schedules import (
    CLOCK_JUMP,
    Terms,
    checked_schedules,
    judge_by_hand,
    settings_in_force,
    terms_of,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="As in config.toml.")]
DAYS_MAX = 400
SHOWN_MAX = 50  # times of one schedule that are listed

schedule = typer.Typer(
    no_args_is_help=True,
    help=(
        "Schedules: what runs when, what became of every time that it was due, and why.\n\n"
        "They stand in \\[schedules.*] of config.toml and are read again when it changes; "
        "docs/SCHEDULES.md has the sentences."
    ),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    schedule.command("list")(listing)
    for command in (upcoming, why, pause, resume, run_now):
        name = "next" if command is upcoming else None
        schedule.command(name)(command)
    app.add_typer(schedule, name="schedule")


def listing() -> None:
    """List every schedule: its sentence, when it is due next, how the last time went.

    Exit code 1 when config.toml says something else than is in force, and what.
    """
    with _reading() as (ledger, suite):
        checked_schedules(suite, check_command)
        rows = ledger.schedules()
        now = ledger.now()
        cells = [_cells(ledger, suite, each, now) for each in rows]
    if not rows and not suite.config.schedules:
        say("no schedule: write [schedules.NAME] into config.toml (docs/SCHEDULES.md)")
        return
    columns = ("schedule", "when", "next", "last", "verdict", "run", "state")
    show_table(f"{len(rows)} schedules", columns, cells)
    if differing := _differing(suite, rows):
        for sentence in differing:
            say(sentence, style="yellow")
        raise typer.Exit(1)


def _cells(
    ledger: ScheduleLedger, suite: Suite, row: ScheduleRow, now: datetime
) -> tuple[object, ...]:
    terms = terms_of(row.name, row.settings, suite.root)
    due = None if terms.upstream else _next(terms, now)
    last = next(iter(ledger.occurrences(row.name, limit=1)), None)
    return (
        row.name,
        terms.settings.when,
        due or (f"after {terms.upstream}" if terms.upstream else ""),
        last.key if last else "",
        last.verdict if last else "",
        last.run_state if last else "",
        _state(row, now),
    )


def _state(row: ScheduleRow, now: datetime) -> str:
    if row.paused:
        return f"paused {row.paused}"
    if row.looked_until > now + CLOCK_JUMP:
        until = f"{row.looked_until:%Y-%m-%d %H:%M}Z"
        return f"the clock was put back: all until {until} was judged before"
    return ""


def _next(terms: Terms, now: datetime) -> str:
    found = next_due(terms.rule, now)
    return "" if found is None else _on_the_wall(found.due_at, terms)


def _on_the_wall(instant: datetime, terms: Terms) -> str:
    return f"{instant.astimezone(terms.rule.zone):%a %Y-%m-%d %H:%M %Z}"


def _differing(suite: Suite, rows: list[ScheduleRow]) -> list[str]:
    """Where config.toml says something else than is in force."""
    force = {each.name: each.settings for each in rows}
    wanted = {name: settings_in_force(suite.config, name) for name in suite.config.schedules}
    remedy = "it comes into force with a running `counterfoil up` or `scheduler`"
    return [
        f"{name}: config.toml says something else than is in force: {remedy}"
        for name in sorted(force.keys() | wanted.keys())
        if force.get(name) != wanted.get(name)
    ]


def upcoming(
    days: Annotated[int, typer.Option(help="So many, from now on.", min=1, max=DAYS_MAX)] = 10,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only this one.")] = None,
) -> None:
    """List what will be due, by config.toml as it stands: wall time, UTC, what is run.

    \b
        counterfoil schedule next --days 10
        counterfoil schedule next --days 31 month-end
    """
    suite = find_suite(Path.cwd())
    known = checked_schedules(suite, check_command)
    if name is not None and name not in suite.config.schedules:
        raise _unknown(name)
    chosen = known if name is None else {name: known[name]}
    now = datetime.now().astimezone()
    due = {
        each: list(occurrences(terms.rule, now, now + timedelta(days=days)))
        for each, terms in chosen.items()
    }
    found = sorted((one.due_at, each) for each, all_ in due.items() for one in all_[:SHOWN_MAX])
    rows = [
        (
            _on_the_wall(due_at, known[each]),
            f"{due_at:%Y-%m-%d %H:%M:%S}Z",
            each,
            known[each].settings.run,
        )
        for due_at, each in found
    ]
    columns = ("due", "UTC", "schedule", "runs")
    show_table(f"{sum(map(len, due.values())):,} times in the next {days} days", columns, rows)
    for each, all_ in due.items():
        if len(all_) > SHOWN_MAX:
            say(f"{each} is due {len(all_):,} times: the first {SHOWN_MAX} are listed")
    for each in chosen:
        if upstream := known[each].upstream:
            say(f"{each} runs whenever {upstream} succeeded: {known[each].settings.run}")


def why(
    name: Name,
    day: Annotated[datetime, typer.Argument(metavar="DATE", formats=["%Y-%m-%d"])],
) -> None:
    """Tell what became of NAME on a day: every time that it was due, and why; or why it was not.

    \b
        counterfoil schedule why morning 2026-12-24
    """
    with _reading() as (ledger, suite):
        rows = [each for each in ledger.schedules(active_only=False) if each.name == name]
        if not rows:
            raise _not_yet(name) if name in suite.config.schedules else _unknown(name)
        terms = terms_of(name, rows[0].settings, suite.root)
        found = ledger.occurrences(name, day=day.date())
        for each in reversed(found):
            _tell(ledger, each)
        for sentence in _not_recorded(ledger, rows[0], terms, day.date(), found):
            say(sentence)


def _tell(ledger: ScheduleLedger, row: OccurrenceRow) -> None:
    said = f": {row.why}" if row.why else " in time"
    say(f"{row.schedule} {row.key} ({row.due_at:%Y-%m-%d %H:%M:%S}Z) {row.verdict}{said}")
    steps = ledger.schedule_history(row.schedule, row.key)
    rows = [(f"{each.at:%Y-%m-%d %H:%M:%S}Z", each.kind, each.told) for each in steps]
    show_table("", ("when", "what", "told"), rows)
    if row.run_state is RunState.WAITING:
        say(f"its run waits for the one of {_open_before(ledger, row)}")
    elif row.run_state is RunState.QUEUED:
        say("its run waits for a worker: counterfoil up", style="yellow")


def _open_before(ledger: ScheduleLedger, row: OccurrenceRow) -> str:
    return ledger.occurrences(row.schedule, open_only=True)[-1].key


def _not_recorded(
    ledger: ScheduleLedger, row: ScheduleRow, terms: Terms, day: date, found: list[OccurrenceRow]
) -> Iterator[str]:
    """Why there is not more of that day, in sentences."""
    if not row.active:
        yield f"{row.name} stands in config.toml no more since {row.changed_at:%Y-%m-%d %H:%M}Z"
    if terms.upstream:
        if not found:
            yield f"it runs after {terms.upstream}: counterfoil schedule why {terms.upstream} {day}"
        return
    due = _due_on(terms, day)
    known = {each.key for each in found}
    missing: dict[str, list[Occurrence]] = {}
    for each in due:
        if each.key not in known:
            missing.setdefault(_why_not(ledger, row, each), []).append(each)
    for sentence, those in missing.items():
        yield f"{_span(those)}: {sentence}"
    if not due and not found:
        closed = terms.rule.calendar.why_closed(day)
        said = f": the day is closed, {closed}" if closed else ""
        yield f"not due on {day} by {terms.settings.when!r}{said}"
    for step in ledger.schedule_history(row.name):
        yield f"  {step.at:%Y-%m-%d %H:%M:%S}Z {step.told}"


def _why_not(ledger: ScheduleLedger, row: ScheduleRow, each: Occurrence) -> str:
    """Why there is no record of an occurrence that today's rule has."""
    if each.due_at <= row.began_at:
        return f"before the schedule began, on {row.began_at:%Y-%m-%d %H:%M:%S}Z"
    if each.due_at > ledger.now():
        return "still to come"
    if each.due_at > row.looked_until:
        return "nobody has looked since: start counterfoil up, or counterfoil scheduler"
    return "not by the rule that was in force then; the changes stand below"


def _span(those: list[Occurrence]) -> str:
    first, last = those[0].key, those[-1].key
    return first if first == last else f"{len(those)} times from {first} to {last}"


def _due_on(terms: Terms, day: date) -> list[Occurrence]:
    """Moved times may lie a day further; what counts is the day that they are told by."""
    zone, one_day = terms.rule.zone, timedelta(days=1)
    found = occurrences(
        terms.rule, day_begins(day - one_day, zone), day_begins(day + 2 * one_day, zone)
    )
    return [each for each in found if each.day == day]


def pause(name: Name, person: Person, reason: Reason) -> None:
    """Skip what is due of NAME until it is resumed; each time is recorded with your reason."""
    with open_site("decide") as site:
        ScheduleLedger.beside(site.ledger).pause(name, Word(person=person, reason=reason))
    say(f"{name} is paused", style="green")


def resume(name: Name, person: Person, reason: Reason) -> None:
    """Let NAME fire again; what was skipped stays skipped."""
    with open_site("decide") as site:
        ScheduleLedger.beside(site.ledger).resume(name, Word(person=person, reason=reason))
    say(f"{name} goes on", style="green")


def run_now(name: Name, person: Person, reason: Reason) -> None:
    """Have NAME run once, now; a worker (counterfoil up) carries it out.

    Exit code 1 when its overlap does not let it: another run is open.
    """
    word = Word(person=person, reason=reason)
    with open_site("decide") as site:
        ledger = ScheduleLedger.beside(site.ledger)

        def entry(row: ScheduleRow, now: datetime, open_run: str) -> Entry:
            terms = terms_of(name, row.settings, site.suite.root)
            return judge_by_hand(terms, row, now, open_run, word)

        made = ledger.run_now(name, entry, word).judged
    if made.run is None:
        raise Refused("overlap", f"{name}: {made.why}")
    say(f"{name} {made.occurrence.key}: {made.run}", style="green")


@contextmanager
def _reading() -> Iterator[tuple[ScheduleLedger, Suite]]:
    suite = find_suite(Path.cwd())
    with open_reader(suite) as book:
        yield ScheduleLedger.beside(book), suite


def _not_yet(name: str) -> Refused:
    return Refused(
        "not_in_force",
        f"{name} stands in config.toml and was never in force: start `counterfoil up` or"
        f" `counterfoil scheduler`; what it will do: counterfoil schedule next {name}",
    )


def _unknown(name: str) -> Refused:
    return Refused("unknown_schedule", f"there is no schedule {name}: counterfoil schedule list")

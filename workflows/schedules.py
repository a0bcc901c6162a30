"""Schedules: what config.toml says comes into force, what is due is judged and enqueued.

Any number of processes may do this: the ledger's row of a schedule is the truth, and is
locked while one of them judges. config.toml is read again whenever it changes; one that
is wrong changes nothing, and is told.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from counterfoil.adapters.calendars import HolidayCalendar
from counterfoil.adapters.sheets.entry_rows import read_records
from counterfoil.config import CONFIG_NAME, Config, Suite, find_suite
from counterfoil.domain.schedule_settings import CalendarSettings, ScheduleSettings
from counterfoil.domain.schedules import Calendar, ClosedDay, Judged, Occurrence, RunState, Verdict
from counterfoil.domain.when import WEEKDAYS, After
from counterfoil.engine.scheduler import cron_walls
from counterfoil.errors import Quarantined, SetupError
from counterfoil.rules.due_times import Rule, next_due, occurrences, stretch
from counterfoil.rules.misfires import Moment, cut_off_of, judge, overlapped
from counterfoil.rules.schedule_words import words_of
from counterfoil.store.deciding import Word
from counterfoil.store.schedule_book import Entry, ScheduleRow
from counterfoil.store.schedule_firing import LOOKED_EVERY, Look
from counterfoil.store.schedule_ledger import ScheduleLedger
from counterfoil.toml_records import at_line, build_record

#: A clock that runs so much ahead of the time that has passed was put forward, or we slept.
CLOCK_JUMP = timedelta(minutes=5)
#: Then nothing fires before it has stayed so for a while: it may be put back.
STEADY_SECONDS = 60.0
#: Looks in a row at one schedule: a year's standstill of one that is due every minute.
LOOKS_MAX = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A schedule as it is in force, ready to be asked."""

    settings: ScheduleSettings
    rule: Rule
    calendar: Calendar | None

    @property
    def upstream(self) -> str:
        """The schedule that it follows; "": it goes by the clock."""
        return self.rule.when.name if isinstance(self.rule.when, After) else ""


#: Raises SetupError: a schedule's command is none that may be scheduled, or is wrong.
CheckCommand = Callable[[Suite, str], None]


class _AlwaysOpen:
    def why_closed(self, day: date) -> str:
        return ""


def settings_in_force(config: Config, name: str) -> dict[str, Any]:
    """A schedule and its calendar as plain JSON, which the ledger keeps."""
    schedule = config.schedules[name]
    calendar = config.calendars[schedule.calendar] if schedule.calendar else None
    return {
        "schedule": _plain(schedule),
        "calendar": None if calendar is None else _plain(calendar),
    }


def _plain(settings: ScheduleSettings | CalendarSettings) -> dict[str, Any]:
    found = {name: each for name, each in asdict(settings).items() if each is not None}
    plain: dict[str, Any] = json.loads(json.dumps(found, default=str))  # tuples, paths
    return plain


def terms_of(name: str, kept: Mapping[str, Any], root: Path) -> Terms:
    """What the ledger keeps of a schedule, ready to be asked.

    Raises:
        SetupError: A country or market is unknown.
    """
    where = f"schedules: {name}"
    settings = build_record(ScheduleSettings, dict(kept["schedule"]), where, error=SetupError)
    calendar: Calendar | None = None
    if kept["calendar"] is not None:
        calendar = _calendar(settings.calendar, kept["calendar"], root)
    rule = Rule(
        when=settings.parsed(),
        zone=settings.zoneinfo,
        calendar=calendar or _AlwaysOpen(),
        cron_walls=cron_walls,
    )
    return Terms(settings=settings, rule=rule, calendar=calendar)


def calendars_of(suite: Suite, names: Iterable[str]) -> dict[str, Calendar]:
    """The calendars of these names; "" is open every day. Raises SetupError."""
    config = suite.config
    named = {
        each: _calendar(each, _plain(config.calendars[each]), suite.root) for each in names if each
    }
    return {"": _AlwaysOpen(), **named}


def _calendar(name: str, kept: Mapping[str, Any], root: Path) -> HolidayCalendar:
    where = f"calendars: {name}"
    settings = build_record(CalendarSettings, dict(kept), where, error=SetupError)
    own = {date.fromisoformat(day): why for day, why in settings.closed.items()}
    try:
        if settings.closed_file is not None:
            own |= _closed_days(root / settings.closed_file, root)
        return HolidayCalendar(
            countries=settings.countries,
            markets=settings.markets,
            weekend=[WEEKDAYS.index(each) for each in settings.weekend],
            own=own,
        )
    except (SetupError, Quarantined) as trouble:
        raise SetupError(f"{where}: {trouble}") from None


def _closed_days(path: Path, root: Path) -> dict[date, str]:
    """The site's own, read in the parser box. Raises SetupError, Quarantined."""
    if not path.is_file():
        raise SetupError(f"closed_file: there is no file {path}")
    rows = read_records(ClosedDay, path, root / "selectors/sheets/closed_days.toml")
    return {each.day: each.reason for each in rows}


def checked_schedules(suite: Suite, check_command: CheckCommand) -> dict[str, Terms]:
    """Every schedule of config.toml, with all that can be known before its first run.

    Raises:
        SetupError: One is not right; names file, schedule, key and line.
    """
    terms = {}
    for name, each in suite.config.schedules.items():
        try:
            terms[name] = _checked(name, suite)
            check_command(suite, each.run)
        except (SetupError, ValueError) as trouble:
            said = str(trouble).removeprefix(f"{CONFIG_NAME}: ")
            if not said.startswith(("schedules: ", "calendars: ")):
                said = f"schedules: {name}: {said}"
            path = suite.root / CONFIG_NAME
            line = at_line(path.read_text("utf-8"), said)
            raise SetupError(f"{path}: {said}{line}") from None
    return terms


def _checked(name: str, suite: Suite) -> Terms:
    """Raises SetupError, ValueError."""
    terms = terms_of(name, settings_in_force(suite.config, name), suite.root)
    now = datetime.now(UTC)
    words_of(terms.settings.run, now.date(), terms.calendar)
    try:
        never = not terms.upstream and next_due(terms.rule, now) is None
    except ValueError as trouble:
        raise ValueError(f"when: {trouble}") from None
    if never:
        raise ValueError("when: it is never due")
    return terms


def judge_due(terms: Terms, row: ScheduleRow, now: datetime, open_run: str) -> Look:
    """What became due since the last look, or as much of it as one transaction should hold."""
    until = min(now, row.looked_until + stretch(terms.rule.when))
    due = occurrences(terms.rule, row.looked_until, until)
    later = next_due(terms.rule, until, until=now) if until < now else None
    moment = _moment(terms, row, now, open_run)
    judged = judge(due, terms.settings.policy, replace(moment, later=later.key if later else ""))
    return Look(entries=[_entry(terms, each, now) for each in judged], until=until)


def judge_follower(
    terms: Terms, row: ScheduleRow, occurrence: Occurrence, now: datetime, open_run: str
) -> Entry:
    """What becomes of a run that follows another one, which ended at the occurrence's time."""
    (judged,) = judge([occurrence], terms.settings.policy, _moment(terms, row, now, open_run))
    return _entry(terms, judged, now)


def judge_by_hand(
    terms: Terms, row: ScheduleRow, now: datetime, open_run: str, word: Word
) -> Entry:
    """A run that a person wants now; also of a schedule that is paused."""
    day = now.astimezone(terms.rule.zone).date()
    shown = now.replace(tzinfo=None).isoformat(timespec="milliseconds")
    occurrence = Occurrence(now, f"{shown}Z by hand", day)
    why = f"by {word.person}: {word.reason}"
    judged = Judged(occurrence, Verdict.BY_HAND, why, RunState.QUEUED)
    if open_run:
        judged = overlapped(judged, terms.settings.policy, open_run)
    return _entry(terms, judged, now)


def _moment(terms: Terms, row: ScheduleRow, now: datetime, open_run: str) -> Moment:
    return Moment(now=now, zone=terms.rule.zone, paused=row.paused, open_run=open_run)


def _entry(terms: Terms, judged: Judged, now: datetime) -> Entry:
    policy = terms.settings.policy
    by_hand = judged.verdict is Verdict.BY_HAND
    return Entry(
        judged=judged,
        command=words_of(terms.settings.run, judged.occurrence.day, terms.calendar),
        not_after=None if by_hand else cut_off_of(judged.occurrence, policy, terms.rule.zone),
        deadline_at=now + policy.deadline,
    )


#: Of a file: when it was changed (ns), and its size; (): there is none.
Signature = tuple[int, ...]


def signature_of(kept: Mapping[str, Any], root: Path) -> Signature:
    """Of the file of closed days that *kept* settings name."""
    name = (kept["calendar"] or {}).get("closed_file")
    if name is None or not (root / name).is_file():
        return ()
    status = (root / name).stat()
    return status.st_mtime_ns, status.st_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the workflow needs of the house."""

    suite: Suite
    ledger: ScheduleLedger
    check_command: CheckCommand
    say: Callable[[str], None]  # tells people what must not be overlooked
    emit: Callable[[str, Mapping[str, Any]], None]  # into the audit log


class Schedules:
    """One process that looks at the clock: what it knows, and its two verbs.

    ``sweep`` and ``wake`` may be called from two threads.
    """

    def __init__(self, tools: Tools, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._tools = tools
        self._monotonic = monotonic
        self._lock = threading.RLock()
        self._seen = ""  # digest of the config.toml that was read last
        self._terms: dict[str, tuple[tuple[Mapping[str, Any], Signature], Terms]] = {}
        self._clock: tuple[datetime, float] | None = None
        self._steady_from = float("-inf")

    def sweep(self) -> dict[str, datetime]:
        """Read what changed, look at every schedule; when each is due next."""
        with self._lock:
            self.read_config()
            now = self._tools.ledger.now()
            if not self._clock_is_steady(now):
                return {}
            dues = {}
            for row in self._tools.ledger.schedules():
                due_at = self._look(row, now)
                if due_at is not None:
                    dues[row.name] = due_at
            return dues

    def wake(self, name: str) -> datetime | None:
        """Look at one schedule; when it is due next."""
        with self._lock:
            now = self._tools.ledger.now()
            if not self._clock_is_steady(now):
                return None
            rows = [each for each in self._tools.ledger.schedules() if each.name == name]
            return self._look(rows[0], now) if rows else None

    def read_config(self) -> None:
        """Put config.toml in force if it changed since we read it last.

        Raises:
            SetupError: It is wrong, and it is the first that this process reads.
        """
        path = self._tools.suite.root / CONFIG_NAME
        content = path.read_bytes() if path.is_file() else b""
        digest = sha256(content).hexdigest()
        if digest == self._seen:
            return
        first, self._seen = not self._seen, digest
        try:
            suite = find_suite(self._tools.suite.root)
            checked_schedules(suite, self._tools.check_command)
        except SetupError as trouble:
            if first:
                raise
            self._tools.say(f"{trouble}; the schedules stay as they were")
            self._tools.emit("config_refused", {"told": str(trouble), "sha256": digest})
            return
        self._put_in_force(suite.config)

    def _put_in_force(self, config: Config) -> None:
        ledger = self._tools.ledger
        now = ledger.now()
        for row in ledger.schedules():  # by what was in force until now
            self._look(row, now)
            if row.name not in config.schedules:
                ledger.end_schedule(row.name)
        for name in config.schedules:
            if ledger.put_in_force(name, settings_in_force(config, name)):
                self._tools.say(f"schedule {name}: {config.schedules[name].when}")

    def _look(self, row: ScheduleRow, now: datetime) -> datetime | None:
        """Judge what is due of one schedule; when it is due next."""
        terms = self._terms_of(row)
        ledger = self._tools.ledger
        if terms.upstream:
            ledger.fire_followers(row.name, terms.upstream, self._judge_follower)
            return None
        due = next_due(terms.rule, row.looked_until)
        if (due is None or due.due_at > now) and now - row.looked_until < LOOKED_EVERY:
            return None if due is None else due.due_at  # the usual case: nothing is written
        for _ in range(LOOKS_MAX):
            look = ledger.look(row.name, self._judge_due)
            if look is None or look.until >= now:
                break
        due = next_due(terms.rule, now)
        return None if due is None else due.due_at

    def _judge_due(self, row: ScheduleRow, now: datetime, open_run: str) -> Look:
        """By what stands in the locked row: another process may have changed it just now."""
        return judge_due(self._terms_of(row), row, now, open_run)

    def _judge_follower(
        self, row: ScheduleRow, occurrence: Occurrence, now: datetime, open_run: str
    ) -> Entry:
        return judge_follower(self._terms_of(row), row, occurrence, now, open_run)

    def _terms_of(self, row: ScheduleRow) -> Terms:
        """What is in force, made anew when it or its file of closed days changed.

        Raises:
            SetupError: The file is wrong, and it is the first that this process reads.
        """
        root = self._tools.suite.root
        made_of = (row.settings, signature_of(row.settings, root))
        known = self._terms.get(row.name)
        if known is not None and known[0] == made_of:
            return known[1]
        try:
            terms = terms_of(row.name, row.settings, root)
        except SetupError as trouble:
            if known is None or known[0][0] != row.settings:
                raise
            self._tools.say(f"{trouble}; the closed days stay as they were")
            self._tools.emit("config_refused", {"told": str(trouble)})
            terms = known[1]
        self._terms[row.name] = (made_of, terms)
        return terms

    def _clock_is_steady(self, now: datetime) -> bool:
        """Whether the clock goes on as time does, or has for a while since it jumped."""
        passed = self._monotonic()
        if self._clock is not None:
            before, then = self._clock
            jump = now - before - timedelta(seconds=passed - then)
            if abs(jump) > CLOCK_JUMP:
                self._steady_from = passed + STEADY_SECONDS
                self._tools.say(f"the clock jumped by {jump}: nothing fires for a minute")
                self._tools.emit("clock_jumped", {"seconds": int(jump.total_seconds())})
        self._clock = (now, passed)
        return passed >= self._steady_from

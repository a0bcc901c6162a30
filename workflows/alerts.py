"""Alerts: what has gone wrong is raised once, told to people, and told on until they say so.

Any number of processes may do this: what is due follows from records and time, the
ledger keeps what was raised and sent, and one of them writes at a time.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from counterfoil.adapters.alert_sender import send
from counterfoil.adapters.secrets import Secrets
from counterfoil.audit.witness import Witness
from counterfoil.config import Suite
from counterfoil.domain.alert_settings import AddressSettings, AlertSettings
from counterfoil.domain.alerts import (
    Alert,
    AlertFacts,
    DeadMan,
    QueueDeadline,
    QueueFacts,
    Sending,
    Silence,
    Unheard,
    Unlooked,
)
from counterfoil.domain.kpi import Period
from counterfoil.domain.schedules import Calendar
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.errors import Refused, SetupError, Unavailable
from counterfoil.rules.alert_sending import body_of, may_go, planned, retry_at, title_of
from counterfoil.rules.alert_times import deadline_today, silence, watched_span
from counterfoil.rules.alerts import due_alerts, looked_at
from counterfoil.rules.kpi_queue import forecast
from counterfoil.store.alert_ledger import AlertLedger
from counterfoil.store.kpi_reading import read_kpi_facts

#: The pace of a queue is measured anew so often: it reads days of work.
QUEUES_EVERY = timedelta(minutes=5)
#: Days over which the pace is measured.
PACE_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the workflow needs of the house."""

    suite: Suite
    settings: AlertSettings
    ledger: AlertLedger
    secrets: Secrets
    redactor: Redactor
    witness: Witness
    calendars: Mapping[str, Calendar]  # those that the settings name; "" is every day
    #: now -> occurrences that are due, and that nobody has looked at.
    unlooked: Callable[[datetime], Sequence[Unlooked]]
    say: Callable[[str], None]  # tells people what must not be overlooked


class Alerts:
    """One process that tells people."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._addressing = tools.settings.addressing
        self._queues_at: datetime | None = None
        self._refused: set[str] = set()  # addresses whose trouble was said already

    def look(self, stop: threading.Event | None = None) -> None:
        """Raise what is due, and send what may go. Between two messages *stop* is asked."""
        facts = self.facts()
        settings, ledger = self._tools.settings, self._tools.ledger
        changes = ledger.raise_and_plan(
            due_alerts(facts, settings.patience),
            looked_at(facts),
            self._addressing.critical,
            partial(planned, self._addressing),
        )
        for each in changes.raised:
            self._tools.say(f"{each.kind}: {each.told} -> {each.remedy}")
        taken = ledger.take(list(settings.addresses), partial(may_go, self._addressing))
        for address, those in taken.items():
            if stop is None or not stop.is_set():
                self._send(address, those)

    def facts(self) -> AlertFacts:
        """All that is known now."""
        tools = self._tools
        ledger, now = tools.ledger, tools.ledger.now()
        since = ledger.watched_since()
        return AlertFacts(
            now=now,
            troubles=ledger.run_troubles(since),
            unlooked=tuple(each for each in tools.unlooked(now) if each.due_at > since),
            waiting=ledger.waiting_runs(),
            items=ledger.item_groups(),
            stopped=ledger.stopped(since),
            queues=self._queues(now),
            witness=_unheard(tools.witness),
            silences=tuple(self._silences(now, since)),
        )

    def _queues(self, now: datetime) -> tuple[QueueFacts, ...] | None:
        """None: they were looked at a moment ago."""
        if self._queues_at is not None and now - self._queues_at < QUEUES_EVERY:
            return None
        self._queues_at = now
        deadlines = [
            QueueDeadline(
                system=system,
                done_by=each.wall,
                zone=self._addressing.zone,
                calendar=self._tools.calendars[each.calendar],
            )
            for system, each in self._tools.settings.queues.items()
        ]
        return tuple(found for each in deadlines if (found := self._queue(each, now)))

    def _queue(self, deadline: QueueDeadline, now: datetime) -> QueueFacts | None:
        today = deadline_today(deadline, now)
        if today is None or not self._tools.ledger.left_to_key(deadline.system):
            return None
        day, done_by = today
        last = now.date()
        period = Period(last - timedelta(days=PACE_DAYS), last)
        facts = read_kpi_facts(self._tools.ledger, period, system=deadline.system)
        sessions = self._tools.suite.config.systems[deadline.system].sessions_max
        found = forecast(facts, deadline.system, sessions, facts.attempts)
        return QueueFacts(
            system=deadline.system,
            day=day,
            done_by=done_by,
            left=found.left,
            expected=found.expected,
            latest=found.latest,
            why_not=found.why_not,
        )

    def _silences(self, now: datetime, since: datetime) -> list[Silence]:
        found = []
        for name, each in self._tools.settings.dead_man.items():
            man = DeadMan(
                name=name,
                events=each.events,
                between=each.span,
                silence=timedelta(minutes=each.minutes) if each.minutes else None,
                zone=self._addressing.zone,
                calendar=self._tools.calendars[each.calendar],
            )
            span = watched_span(man, now)
            if span is None or span[1] <= since:
                continue
            last = self._tools.ledger.last_event(each.events, *span)
            if since >= span[0]:  # before alerts began nobody was told: that silence is none
                last = max(last or since, since)
            silent = silence(man, span, last)
            found += [silent] if silent else []
        return found

    def _send(self, address: str, those: Sequence[tuple[Alert, Sending]]) -> None:
        """One message; that its receiver is down costs time and nothing else."""
        tools, message = self._tools, secrets.token_hex(6)
        title = title_of(tools.suite.config.site.name, those)
        body = body_of(those, message)
        try:
            url = url_of(tools.settings.addresses[address], address, tools)
            send(address, url, title, body, redactor=tools.redactor)
        except (Unavailable, SetupError) as trouble:
            tools.ledger.not_sent(address, those, message, str(trouble), retry_at)
            if address not in self._refused:
                tools.say(f"alerts to {address} do not get through: {trouble}")
            self._refused.add(address)
        else:
            tools.ledger.sent(address, those, message)
            self._refused.discard(address)


def url_of(settings: AddressSettings, name: str, tools: Tools) -> Secret:
    """The URL of an address, read anew. Raises SetupError, Unavailable."""
    if settings.credential:
        return tools.secrets.get(settings.credential)
    return Secret(name, settings.url, tools.redactor)


def _unheard(witness: Witness) -> tuple[Unheard, ...]:
    """Streams that fell silent; or that the witness cannot be asked."""
    try:
        return tuple(Unheard(stream, since) for stream, since in witness.silent_since())
    except (OSError, Refused) as trouble:
        return (Unheard("", str(trouble)),)

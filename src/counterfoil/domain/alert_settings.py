"""[alerts] of config.toml: who is told what, when, and what is expected to happen."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from counterfoil.domain.alerts import CRITICAL, Addressing, AlertKind, Patience, WallSpan

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSettings:
    """One address, as an Apprise URL; one that holds a password is a secret."""

    credential: str = ""  # name of the secret that is the URL
    url: str = ""  # only one without any password or token

    def __post_init__(self) -> None:
        if bool(self.credential) == bool(self.url):
            raise ValueError("credential or url is wanted, one of the two")
        if self.url and urlsplit(self.url).password:
            raise ValueError("url: it holds a password: keep the whole URL as a credential")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """By when a system's queue has to be keyed."""

    done_by: str  # "16:30", wall time of [alerts] zone
    calendar: str = ""  # [calendars.<calendar>]; empty: every day

    def __post_init__(self) -> None:
        if len(self.done_by) != 5:
            raise ValueError(f"done_by: {self.done_by!r} is no time: write it like 16:30")
        try:
            _ = self.wall
        except ValueError:
            raise ValueError(f"done_by: {self.done_by!r} is no time: write it like 16:30") from None

    @property
    def wall(self) -> time:
        """The time, read."""
        return time.fromisoformat(self.done_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadManSettings:
    """Something that has to happen, or somebody is told that it did not."""

    between: str  # "08:00-17:00", wall time of [alerts] zone
    events: tuple[str, ...] = ()  # kinds of the audit record, any of them; empty: anything
    minutes: int = 0  # of silence that are allowed; 0: once within the span
    calendar: str = ""  # [calendars.<calendar>]; empty: every day

    def __post_init__(self) -> None:
        span = _span("between", self.between)
        if span.end <= span.begin:
            raise ValueError(f"between: {self.between!r} goes over midnight: make it two")
        if self.minutes < 0:
            raise ValueError("minutes must not be negative; 0 is once within the span")

    @property
    def span(self) -> WallSpan:
        """When it has to, read."""
        return WallSpan.parse(self.between)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """All of [alerts]."""

    to: tuple[str, ...]  # [alerts.addresses.*]
    addresses: dict[str, AddressSettings]
    zone: str  # IANA, of every time in here
    escalate_to: tuple[str, ...] = ()
    escalate_after_minutes: int = 30
    digest_minutes: int = 10
    quiet: str = ""  # "22:00-06:00"; empty: none
    critical: tuple[str, ...] = tuple(sorted(CRITICAL))
    off: tuple[str, ...] = ()  # kinds that nobody wants
    in_doubt_minutes: int = 10
    run_waits_minutes: int = 10
    queues: dict[str, QueueSettings] = field(default_factory=dict)  # by system
    dead_man: dict[str, DeadManSettings] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._check_addresses()
        for name, kinds in (("critical", self.critical), ("off", self.off)):
            if strange := sorted(set(kinds) - {str(each) for each in AlertKind}):
                known = ", ".join(AlertKind)
                raise ValueError(f"{name}: {strange[0]!r} is no kind of alert: {known}")
        if self.quiet:
            _span("quiet", self.quiet)
        for each in ("escalate_after_minutes", "in_doubt_minutes", "run_waits_minutes"):
            if getattr(self, each) < 1:
                raise ValueError(f"{each} must be at least 1")
        if self.digest_minutes < 0:
            raise ValueError("digest_minutes must not be negative; 0 gathers nothing")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"zone: {self.zone!r} is no IANA time zone") from None

    def _check_addresses(self) -> None:
        if not self.to:
            raise ValueError("to: one address at least is wanted")
        for name in (*self.addresses, *self.dead_man):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r}: a name of a-z, 0-9, - and _; 60 at most")
        for key, names in (("to", self.to), ("escalate_to", self.escalate_to)):
            if strange := [each for each in names if each not in self.addresses]:
                known = ", ".join(self.addresses) or "none"
                raise ValueError(f"{key}: no [alerts.addresses.{strange[0]}]; known: {known}")

    def check_names(self, calendars: Collection[str], systems: Collection[str]) -> None:
        """What it names of the rest of config.toml is there. Raises ValueError."""
        for where, name in self.calendars:
            if name not in calendars:
                raise ValueError(f"alerts: {where}: calendar: no [calendars.{name}]")
        for system in self.queues:
            if system not in systems:
                known = ", ".join(sorted(systems)) or "none"
                raise ValueError(f"alerts: queues: {system}: is not among [systems.*]: {known}")

    @property
    def calendars(self) -> list[tuple[str, str]]:
        """Every calendar that is named, and where."""
        named = [(f"queues: {name}", each.calendar) for name, each in self.queues.items()]
        named += [(f"dead_man: {name}", each.calendar) for name, each in self.dead_man.items()]
        return [(where, name) for where, name in named if name]

    @property
    def addressing(self) -> Addressing:
        """Who is told, and when."""
        return Addressing(
            to=self.to,
            escalate_to=self.escalate_to,
            escalate_after=timedelta(minutes=self.escalate_after_minutes),
            digest=timedelta(minutes=self.digest_minutes),
            quiet=WallSpan.parse(self.quiet) if self.quiet else None,
            zone=ZoneInfo(self.zone),
            critical=_kinds(self.critical),
        )

    @property
    def patience(self) -> Patience:
        """How long what mends itself may take."""
        return Patience(
            in_doubt=timedelta(minutes=self.in_doubt_minutes),
            run_waits=timedelta(minutes=self.run_waits_minutes),
            off=_kinds(self.off),
        )


def _kinds(words: Sequence[str]) -> frozenset[AlertKind]:
    return frozenset(AlertKind(each) for each in words)


def _span(key: str, text: str) -> WallSpan:
    try:
        return WallSpan.parse(text)
    except ValueError as trouble:
        raise ValueError(f"{key}: {trouble}") from None

"""config.toml, read strictly: one record, refused with file, key and nearest known key.

Paths are relative to the folder of config.toml. Nothing secret stands here: a login
names its credential, and the place that [secrets] names has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal

from counterfoil.domain.alert_settings import AlertSettings
from counterfoil.domain.oidc_settings import OidcSettings
from counterfoil.domain.schedule_settings import (
    CalendarSettings,
    ScheduleSettings,
    check_zone,
    wall_time,
)
from counterfoil.domain.secret_settings import SecretSettings
from counterfoil.domain.when import After
from counterfoil.errors import SetupError
from counterfoil.suite_folder import CONFIG_NAME as CONFIG_NAME
from counterfoil.suite_folder import suite_folder as suite_folder
from counterfoil.toml_records import did_you_mean, load_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Whose back office this is, and where everything we write goes."""

    name: str
    data: Path = Path("var")  # ledger, audit log, evidence, received documents
    credentials: Path = Path("var/credentials")  # one file each, mode 0600
    witness: Path = Path("var/witness")  # remembers the log; better on another machine


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """Where the ledger lives."""

    url: str = ""  # SQLAlchemy's URL; empty: SQLite in the data folder, one worker process


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSettings:
    """Which Chromium the bots drive."""

    executable: Path | None = None  # None: the first one found on this machine
    headless: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One bank login. It is used by one session at a time, across all machines."""

    name: str
    values: dict[str, str]  # what the sign-on map types besides the password
    credential: str  # the name of the password in the credential store


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What makes "absent" a proof; see docs/KEYING.md. Unknown: leave the key out."""

    source: str  # who says so: a manual's section, a contract, a measurement
    late_booking_seconds: int | None = None
    list_staleness_seconds: int | None = None
    claim_limit_seconds: int = 10
    margin_seconds: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemSettings:
    """One legacy system that the bots key into; its screens are in selectors/<name>/."""

    base_url: str
    logins: tuple[Login, ...]
    bounds: Bounds
    sessions_max: int = 1  # at a time, over all machines
    attempts_max: int = 3
    visits_per_minute: int | None = None  # over all machines; None: as fast as it goes
    circuit_opens_after: int = 10  # system exceptions in a row: then it rests
    circuit_probe_after_seconds: int = 60  # then one visit finds out whether it works again

    def __post_init__(self) -> None:
        counts = (self.circuit_opens_after, self.circuit_probe_after_seconds)
        if min(*counts, self.visits_per_minute or 1) < 1 or self.visits_per_minute == 0:
            raise ValueError("visits_per_minute and circuit_* must be at least 1")
        if not 1 <= self.sessions_max <= max(len(self.logins), 1):
            raise ValueError(
                f"sessions_max = {self.sessions_max} needs as many logins, found {len(self.logins)}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One watched folder: what is dropped there, and where it is to be keyed."""

    path: Path
    sheet_map: str  # selectors/sheets/<sheet_map>.toml
    system: str  # [systems.<system>]
    maker: str  # who answers for what is dropped; may not approve it
    stable_seconds: float = 3.0  # size and date unchanged for so long: the copy is done
    watched: bool = True  # False: only `counterfoil intake`, or a schedule of it, looks there
    priority: Literal["high", "normal", "low"] = "normal"  # what is keyed first
    deadline: str = ""  # "16:30": the next one after the drop; what is not keyed by then waits
    zone: str = ""  # of the deadline, IANA

    def __post_init__(self) -> None:
        wall_time(self.deadline, "deadline")
        check_zone(self.zone, needed=bool(self.deadline))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSettings:
    """When a second person has to look, and who may be that person."""

    limits: dict[str, Decimal] = field(default_factory=dict)  # ISO 4217 -> sum that needs none
    count_max: int = 1000  # more items than this need one whatever the sum
    approvers: tuple[str, ...] = ()  # empty: anybody but the maker
    aliases: dict[str, str] = field(default_factory=dict)  # another spelling -> the person


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """The supervisors' pages: docs/CONSOLE.md."""

    port: int = 8655  # of 127.0.0.1 and nowhere else; 0 takes a free one
    address: str = ""  # as a proxy in front shows it: "https://ops.bank.example"
    idle_minutes: int = 15  # signed off when nobody was there for so long
    hours_max: int = 10  # signed off then, however busy
    fresh_minutes: int = 5  # an approval asks for the second factor again when it is older
    with_up: bool = True  # counterfoil up serves them, too
    oidc: OidcSettings | None = None  # None: everybody signs on with a password of ours

    def __post_init__(self) -> None:
        if self.address and not re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d+)?", self.address):
            raise ValueError(f"address: {self.address!r} is not like https://ops.bank.example")
        spans = (self.idle_minutes, self.hours_max, self.fresh_minutes)
        if not 0 <= self.port <= 65535 or min(spans) < 1:
            raise ValueError("port is 0 to 65535, minutes and hours are at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiSettings:
    """What work costs, for the cost per transaction: docs/KPI.md."""

    currency: str  # ISO 4217, of every rate
    bot_hour: Decimal  # of one bank session at work
    manual_item: Decimal  # each item that a person decided about
    approval: Decimal = Decimal(0)  # each batch that was approved

    def __post_init__(self) -> None:
        code = self.currency
        if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
            raise ValueError(f"currency: {code!r} is not an ISO 4217 code")
        for name in ("bot_hour", "manual_item", "approval"):
            rate: Decimal = getattr(self, name)
            if not rate.is_finite() or rate < 0:
                raise ValueError(f"{name}: {rate} is no rate: 0 or more is wanted")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementSettings:
    """Statements of some accounts at one system: what is fetched, what passes, where it goes."""

    system: str  # [systems.<system>]; its map has [statements]
    accounts: tuple[str, ...]
    formats: tuple[str, ...]  # as the map's [table.downloads] calls them: "pdf", "camt.053"
    export: Path  # gets <account>_<from>_<to>.statement.xlsx
    lowest_grade: Literal["A", "B", "C"] = "A"  # that passes without a person
    days_back: int = 7  # ordered when no --from is given, back from yesterday
    bytes_max: int = 26_214_400  # a larger file is no statement
    aliases: dict[str, str] = field(default_factory=dict)  # another spelling -> the account
    password: str = ""  # credential that opens protected files; empty: they are not protected
    #: ISO 4217 -> the amount from which on a PDF's text is compared with its picture; ``*``
    #: for single rows in other currencies. Without either all is looked at.
    look_above: dict[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.accounts or not self.formats:
            raise ValueError("accounts and formats need one entry at least")
        if twice := [each for each in self.accounts if self.accounts.count(each) > 1]:
            raise ValueError(f"account {twice[0]!r} stands there twice")
        if strange := set(self.aliases.values()) - set(self.accounts):
            raise ValueError(f"aliases: {min(strange)!r} is not among the accounts")
        if self.days_back < 1 or self.bytes_max < 1:
            raise ValueError("days_back and bytes_max must be at least 1")
        if below := [code for code, least in self.look_above.items() if least < 0]:
            raise ValueError(f"look_above: {below[0]} must not be negative; 0 is always")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationSettings:
    """One standing reconciliation: by which rules, and where what is found goes."""

    rules: Path  # windows, tolerances, fees; see docs/RECONCILIATION.md
    export: Path  # gets <day>/matches.json, breaks.json and the workbook of each run


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of config.toml."""

    schema: Literal[1]
    site: Site
    ledger: LedgerSettings = field(default_factory=LedgerSettings)
    browser: BrowserSettings = field(default_factory=BrowserSettings)
    approval: ApprovalSettings = field(default_factory=ApprovalSettings)
    secrets: SecretSettings = field(default_factory=SecretSettings)
    console: ConsoleSettings = field(default_factory=ConsoleSettings)
    kpi: KpiSettings | None = None  # None: no cost is computed
    systems: dict[str, SystemSettings] = field(default_factory=dict)
    folders: dict[str, Folder] = field(default_factory=dict)
    statements: dict[str, StatementSettings] = field(default_factory=dict)
    reconciliations: dict[str, ReconciliationSettings] = field(default_factory=dict)
    calendars: dict[str, CalendarSettings] = field(default_factory=dict)
    schedules: dict[str, ScheduleSettings] = field(default_factory=dict)
    alerts: AlertSettings | None = None  # None: nobody is told

    def __post_init__(self) -> None:
        if self.alerts is not None:
            self.alerts.check_names(self.calendars, self.systems)
        for name, schedule in self.schedules.items():
            self._check_schedule(name, schedule)
        if long := [name for name in self.reconciliations if len(name) > 60]:
            raise ValueError(f"reconciliations: {long[0]!r} has more than 60 characters")
        for name, folder in self.folders.items():
            self._check_system(f"folders: {name}", folder.system)
        seen: dict[tuple[str, str], str] = {}
        for name, each in self.statements.items():
            self._check_system(f"statements: {name}", each.system)
            for account in each.accounts:
                other = seen.setdefault((each.system, account), name)
                if other != name:
                    raise ValueError(f"statements: {name}: {account!r} stands in {other} too")

    def _check_schedule(self, name: str, schedule: ScheduleSettings) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", name):
            raise ValueError(f"schedules: {name}: a name of a-z, 0-9, - and _; 60 at most")
        if schedule.calendar and schedule.calendar not in self.calendars:
            hint = did_you_mean(schedule.calendar, self.calendars)
            raise ValueError(
                f"schedules: {name}: calendar: no [calendars.{schedule.calendar}]{hint}"
            )
        self._check_followed(name, schedule)

    def _check_followed(self, name: str, schedule: ScheduleSettings) -> None:
        """What it runs after is there, and is not itself in the end."""
        followed, seen = schedule.parsed(), [name]
        while isinstance(followed, After):  # ends: each turn is another schedule
            if followed.name not in self.schedules:
                hint = did_you_mean(followed.name, self.schedules)
                raise ValueError(f"schedules: {name}: when: no schedule {followed.name!r}{hint}")
            if followed.name in seen:
                said = " after ".join([*seen, followed.name])
                raise ValueError(f"schedules: {name}: when: {said}: that goes in a circle")
            seen.append(followed.name)
            followed = self.schedules[followed.name].parsed()

    def _check_system(self, where: str, system: str) -> None:
        if system not in self.systems:
            known = ", ".join(sorted(self.systems)) or "none"
            raise ValueError(f"{where}: system {system!r} is not among [systems.*]: {known}")


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite's folder (config.toml, bots, workflows, selectors) and its settings."""

    root: Path
    config: Config

    def path(self, relative: Path) -> Path:
        """*relative* as config.toml means it."""
        return relative if relative.is_absolute() else self.root / relative

    @property
    def data(self) -> Path:
        """Where everything we write goes."""
        return self.path(self.config.site.data)

    @property
    def witness(self) -> Path:
        """What remembers the audit log from outside it."""
        return self.path(self.config.site.witness)

    @property
    def selectors(self) -> Path:
        """The maps."""
        return self.root / "selectors"

    @property
    def fetching(self) -> Path:
        """Plain copies of fetched files, while a run needs them."""
        return self.data / "fetching"

    def statements_of(self, system: str) -> list[StatementSettings]:
        """Every [statements.*] of *system*. Raises SetupError when there is none."""
        every = self.config.statements.values()
        found = [each for each in every if each.system == system]
        if not found:
            known = ", ".join(sorted({each.system for each in every})) or "none"
            raise SetupError(f"config.toml: no [statements.*] for {system!r}; for: {known}")
        return found

    def reconciliation_of(self, name: str) -> ReconciliationSettings:
        """[reconciliations.<name>]. Raises SetupError when there is none."""
        found = self.config.reconciliations.get(name)
        if found is None:
            known = ", ".join(sorted(self.config.reconciliations)) or "none"
            raise SetupError(f"config.toml: no [reconciliations.{name}]; there is: {known}")
        return found

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy's URL of the ledger."""
        return self.config.ledger.url or f"sqlite:///{self.data / 'ledger.sqlite'}"


def find_suite(start: Path) -> Suite:
    """Walk up from *start* to the folder that holds config.toml, and read it.

    Raises:
        SetupError: There is none, or it is not exactly right.
    """
    folder = suite_folder(start)
    if folder is None:
        raise SetupError(
            f"no {CONFIG_NAME} in {start} or above it: run counterfoil inside a suite's folder"
        )
    return Suite(folder, load_record(Config, folder / CONFIG_NAME, error=SetupError))

"""What the pages work on: the site, the ledger's views, and the little that is remembered here."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from counterfoil.audit.verifier import Report
from counterfoil.config import ConsoleSettings, Suite
from counterfoil.console.elsewhere import open_elsewhere
from counterfoil.console.keeping import Figures, Kept, Present, Recent
from counterfoil.console.passwords import fingerprint
from counterfoil.domain.items import ItemState
from counterfoil.domain.kpi import KpiReport, Period
from counterfoil.domain.people import ApiToken
from counterfoil.errors import CounterfoilError
from counterfoil.site import Site, reconciliation_folder, statement_folder
from counterfoil.site.apart import apart
from counterfoil.site.figures import kpis_of_suite
from counterfoil.site.maps import MapsSeen, maps_of
from counterfoil.site.proof import verify_suite
from counterfoil.store.caring import CareLedger
from counterfoil.store.looking import Looking
from counterfoil.store.people_ledger import PeopleLedger
from counterfoil.store.reconciliation_files import ReconciliationFiles
from counterfoil.store.reconciliation_ledger import ReconciliationLedger
from counterfoil.store.schedule_book import ScheduleRow
from counterfoil.store.schedule_ledger import ScheduleLedger
from counterfoil.store.statement_files import StatementFiles
from counterfoil.store.statement_ledger import StatementLedger
from workflows.schedules import Terms, terms_of
from workflows.statement_reading import Desk as StatementDesk

T = TypeVar("T")

KPI_DAYS = 30
NEWEST_SECONDS = 0.2  # fifty people ask the ledger no more often than one
RESTS_SECONDS = (1.5, 6.0)
COUNTS_SECONDS, SLOW_SECONDS, KINDS_SECONDS = 0.4, 5.0, 300.0  # what goes through whole indexes
SHARED_KEPT, SHARED_SECONDS = 200, 5.0  # pages that are the same for all of one role
VIEW_SECONDS = 300.0  # the same page of the same session is one view
VIEWS_KEPT = 20_000
SIGHTS_KEPT, TERMS_KEPT = 50, 500
PICTURED_KEPT = 4  # files, of up to forty pages
NOTES_KEPT = 1_000
SIGN_ONS_A_MINUTE = 20  # of one address, right or wrong


@dataclass(slots=True)
class Verifying:
    """A verification of the whole record: one at a time."""

    by: str = ""
    began: float = 0.0
    took: float = 0.0
    report: Report | None = None
    trouble: str = ""

    @property
    def running(self) -> bool:
        """It has begun and not ended."""
        return bool(self.by) and self.report is None and not self.trouble

    @property
    def since(self) -> timedelta:
        """How long it has taken until now."""
        return timedelta(seconds=time.monotonic() - self.began)


class Desk:
    """One running console."""

    def __init__(self, site: Site, address: str) -> None:
        self.site = site
        self.address = address  # as a browser knows us: "https://ops.bank.example"
        self.looking = Looking.beside(site.ledger)
        self.people = PeopleLedger.beside(site.ledger)
        self.cares = CareLedger.beside(site.ledger)
        self.schedules = ScheduleLedger.beside(site.ledger)
        self.statements = StatementLedger.beside(site.ledger)
        files = StatementFiles(reconciliation_folder(site.suite), site.vault)
        self.reconciliations = ReconciliationLedger.beside(site.ledger, ReconciliationFiles(files))
        self.settings: ConsoleSettings = site.suite.config.console
        self.elsewhere = open_elsewhere(site)  # None: there is no [console.oidc]
        self.reading = StatementDesk(
            suite=site.suite,
            ledger=self.statements,
            files=StatementFiles(statement_folder(site.suite), site.vault),
            secrets=site.secrets,
        )
        self.pictures: Recent[tuple[bytes, ...]] = Recent(PICTURED_KEPT)  # arrival -> its pages
        self.drawing = threading.Lock()  # one file at a time: it takes a core for seconds
        self.verifying = Verifying()
        self.present = Present()
        self.sights: Recent[Any] = Recent(SIGHTS_KEPT)  # digest -> what an approver sees
        self.totals: Recent[Any] = Recent(SIGHTS_KEPT)  # batch -> its control totals
        self.broken = ""  # why no door opens any more: the witness does not take our log
        self.csp_reports = self.views = self.denied = 0  # since it was started
        self._last = ("", 0.0)  # what was newest, and since when
        self._newest = Kept(self._look_for_news, seconds=NEWEST_SECONDS)
        self._counts = Kept(site.ledger.counts, seconds=COUNTS_SECONDS, mark=self.newest)
        self._oldest = Kept(self.looking.oldest_waiting, seconds=SLOW_SECONDS, mark=self.newest)
        self._maps = Kept(lambda: maps_of(site.suite), seconds=SLOW_SECONDS)
        self._kinds = Kept(self.looking.step_kinds, seconds=KINDS_SECONDS)
        self._shared: Recent[Kept[Any]] = Recent(SHARED_KEPT)
        self._terms: Recent[Terms] = Recent(TERMS_KEPT)
        self._figures = Figures(self._read_figures)
        self._seen: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._notes: OrderedDict[str, list[tuple[str, bool]]] = OrderedDict()
        self._tries: defaultdict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    @property
    def suite(self) -> Suite:
        """Its settings."""
        return self.site.suite

    @property
    def idle(self) -> timedelta:
        """How long a session may be left alone."""
        return timedelta(minutes=self.settings.idle_minutes)

    def newest(self) -> str:
        """Changes whenever the ledger does, and twice more when it has come to rest.

        What is read seldom may have been shown as it was before the last change: then it is
        read and shown once more.
        """
        return self._newest.get()

    def look(self) -> str:
        """The same, read now: for the one who watches for all."""
        return self._newest.renew()

    def _look_for_news(self) -> str:
        found, now = self.looking.newest(), time.monotonic()
        if found != self._last[0]:
            self._last = (found, now)
        rests = sum(now - self._last[1] >= each for each in RESTS_SECONDS)
        return f"{found}/{rests}"

    def counts(self) -> dict[ItemState, int]:
        """How many items stand in each state."""
        return self._counts.get()

    def shared(self, name: str, read: Callable[[], T]) -> T:
        """What many people look at, read once for all of them, and again when it has changed."""
        kept = self._shared.get(name)
        if kept is None:
            kept = Kept(read, seconds=0.0, mark=self.newest, longest=SHARED_SECONDS)
            self._shared.put(name, kept)
        value: T = kept.get()
        return value

    def has_acted(self) -> None:
        """Whoever has just decided something sees it on the next page."""
        self._shared.clear()
        self._newest.forget()
        self._counts.forget()

    def oldest_waiting(self) -> Mapping[ItemState, datetime]:
        """State -> since when the longest-waiting item of it has stood so."""
        return self._oldest.get()

    def step_kinds(self) -> list[str]:
        """Every kind of change that there ever was, some minutes ago."""
        return self._kinds.get()

    def maps(self) -> tuple[MapsSeen, ...]:
        """The maps of every system, some seconds ago."""
        return self._maps.get()

    def terms(self, row: ScheduleRow) -> Terms:
        """What is in force of a schedule; its closed days are read when their file has changed.

        Raises:
            SetupError: They cannot be read.
        """
        file = (row.settings["calendar"] or {}).get("closed_file")
        seen = (self.suite.root / file).stat().st_mtime_ns if file and self._is_there(file) else 0
        name = f"{row.name} {row.changed_at.isoformat()} {seen}"
        known = self._terms.get(name)
        if known is None:
            known = terms_of(row.name, row.settings, self.suite.root)
            self._terms.put(name, known)
        return known

    def _is_there(self, file: str) -> bool:
        return (self.suite.root / file).is_file()

    def figures(self) -> KpiReport | None:
        """The KPIs of the last 30 days; None: they are still being read."""
        return self._figures.get()

    def _read_figures(self) -> KpiReport:
        today = self.site.ledger.now().date()
        period = Period(today - timedelta(days=KPI_DAYS - 1), today)
        return apart(kpis_of_suite, self.suite, period)

    def is_well(self) -> bool:
        """Whether the ledger answers and the audit log takes what it is told."""
        if self.broken:
            return False
        try:
            self.site.ledger.counts()
            self.site.audit.sync()
        except CounterfoilError:
            return False
        return True

    def reader(self, token: str, scope: str = "read") -> ApiToken | None:
        """The program whose *token* that is; None: nobody's, or not for that."""
        found = self.people.token(fingerprint(token)) if token else None
        return found if found is not None and found.scope == scope else None

    def is_new_view(self, token_sha256: str, what: str) -> bool:
        """Whether that this session looks at *what* was not put on the record for some minutes."""
        with self._lock:
            before = self._seen.get((token_sha256, what))
        return before is None or time.monotonic() - before >= VIEW_SECONDS

    def note_view(self, token_sha256: str, what: str) -> None:
        """It is on the record now."""
        with self._lock:
            self._seen.pop((token_sha256, what), None)
            self._seen[token_sha256, what] = time.monotonic()
            while len(self._seen) > VIEWS_KEPT:
                self._seen.popitem(last=False)
            self.views += 1

    def note(self, token_sha256: str, text: str, *, bad: bool) -> None:
        """To be shown on the session's next page."""
        with self._lock:
            self._notes.setdefault(token_sha256, []).append((text, bad))
            while len(self._notes) > NOTES_KEPT:
                self._notes.popitem(last=False)

    def notes(self, token_sha256: str) -> list[tuple[str, bool]]:
        """What is to be shown now, once."""
        with self._lock:
            return self._notes.pop(token_sha256, [])

    def may_try(self, address: str) -> bool:
        """Whether *address* may try to sign on once more within this minute."""
        now = time.monotonic()
        with self._lock:
            tries = self._tries[address]
            while tries and now - tries[0] > 60:
                tries.popleft()
            if len(tries) >= SIGN_ONS_A_MINUTE:
                return False
            tries.append(now)
            if len(self._tries) > NOTES_KEPT:
                self._tries.pop(next(iter(self._tries)))
        return True

    def verify(self, by: str) -> bool:
        """Begin a verification; False: one is running."""
        with self._lock:
            if self.verifying.running:
                return False
            self.verifying = Verifying(by=by, began=time.monotonic())
        threading.Thread(target=self._verify, name="verify", daemon=True).start()
        return True

    def _verify(self) -> None:
        mine = self.verifying
        try:
            report = verify_suite(self.suite)
        except Exception as trouble:
            mine.trouble = f"{type(trouble).__name__}: {trouble}"
            raise
        mine.took = time.monotonic() - mine.began
        said = list(report.sentences[:50])
        self.site.audit.emit(
            "log_verified",
            obj={},
            data={
                "ok": report.ok,
                "records": report.records,
                "sentences": said,
            },
            actor={"on_behalf": mine.by},
        )
        mine.report = report

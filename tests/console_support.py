"""A console that is served, with something of every kind on it, and people who may sign on."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from counterfoil.config import Suite, find_suite
from counterfoil.console import passwords
from counterfoil.console.gate import COOKIE, form_token
from counterfoil.console.serving import Served, served
from counterfoil.domain.batches import Batch
from counterfoil.domain.documents import Document
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.findings import Finding
from counterfoil.domain.items import Booking, LookUp, Receipt, WorkItem
from counterfoil.domain.people import ApiToken, Invitation, Role
from counterfoil.domain.statement_orders import Exceptional, FetchedFile, Filed, Judged
from counterfoil.errors import Refused
from counterfoil.site import Site, open_site
from counterfoil.store.deciding import Word
from counterfoil.store.statement_ledger import StatementLedger
from tests.bank_support import ROOT
from tests.engine_support import CORE, Clock, House, a_batch, payment
from tests.schedule_support import RULES, schedule
from tests.standing_support import Desk as StandingDesk
from tests.standing_support import bank_line, entry
from tests.statement_pdf_support import zoo
from tests.test_statement_rules import ACCOUNT, SEPTEMBER, a_statement, listed, proved
from workflows.reconciliation_decisions import propose_match
from workflows.schedules import Schedules, Tools
from workflows.standing_reconciliation import stand

PASSWORD = "correct horse battery 7"
#: A white picture of 1 x 1, as a browser takes it.
JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300030202020202030202020303030304060404040404080606"
    "050609080a0a090809090a0c0f0c0a0b0e0b09090d110d0e0f101011100a0c12131210130f101010ffc9000b08000100010101"
    "1100ffcc000600101005ffda0008010100003f00d2cf20ffd9"
)
#: What must never be more than text, wherever it comes from.
XSS = (
    "<script>window.pwned=1</script>",
    '"><img src=x onerror="window.pwned=1">',
    "'><svg onload=window.pwned=1>",
    "</textarea><script>window.pwned=1</script>",
    "</title><script>window.pwned=1</script>",
    "javascript:window.pwned=1",
    "{{ 7*7 }}{% raise %}${7*7}<%= 7*7 %>",
    '" autofocus onfocus="window.pwned=1',
    "<iframe srcdoc='<script>parent.pwned=1</script>'>",
    "<a href=javascript:window.pwned=1>x</a>",
    "<style>@import'http://127.0.0.1:1/x'</style>",
    "<form action=http://127.0.0.1:1><button>go",
    "<math><mtext><script>window.pwned=1</script>",
    "\u202egnp.exe\u200b\u2066",
    "<!--<script>window.pwned=1//-->",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
)
EVIL = " ".join(XSS[:7])

CONFIG = """
[approval]
limits = { CZK = "1000.00" }
approvers = ["petra.novakova", "jan.dvorak", "Anna"]
[approval.aliases]
"p.novakova" = "petra.novakova"
[console]
port = 0
[systems.core]
base_url = "http://127.0.0.1:9"
[[systems.core.logins]]
name = "OP1"
values = { operator = "OP1" }
credential = "core-OP1"
[systems.core.bounds]
source = "a test"
[statements.monthly]
system = "core"
accounts = ["1000000001"]
formats = ["pdf"]
export = "out"
[reconciliations.nostro]
rules = "rules.toml"
export = "out"
"""


@dataclass(frozen=True, slots=True)
class Somebody:
    """An account and what its owner knows."""

    name: str
    person: str
    role: Role
    second: str


PEOPLE = {
    "ada": ("ada", Role.ADMIN),
    "bo": ("bo", Role.ADMIN),
    "petra": ("petra.novakova", Role.SUPERVISOR),
    "petra2": ("p.novakova", Role.SUPERVISOR),  # the same person's other account
    "jan": ("jan.dvorak", Role.SUPERVISOR),  # shows real codes
    "anna": ("Anna", Role.SUPERVISOR),  # the maker
    "olaf": ("olaf", Role.OPERATOR),
    "iris": ("iris", Role.AUDITOR),
}
BY_ROLE = {"operator": "olaf", "supervisor": "petra", "auditor": "iris", "admin": "ada"}


@dataclass(slots=True)
class Reply:
    """One answer over the wire."""

    status: int
    text: str
    headers: Mapping[str, str]
    body: bytes
    cookies: Mapping[str, str] = field(default_factory=dict)  # set by it


@dataclass(slots=True)
class Client:
    """A browser without a browser: raw HTTP as one person, or as nobody."""

    url: str
    cookie: str = ""

    def get(self, path: str, **headers: str) -> Reply:
        """One GET; redirects are not followed."""
        return self.ask("GET", path, None, headers)

    def post(
        self,
        path: str,
        form: Mapping[str, str | Sequence[str]] | None = None,
        *,
        token: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One POST as our own pages send it."""
        fields = {**(form or {})}
        if token:
            fields["token"] = form_token(self.cookie)
        given = {"Origin": self.url, "Content-Type": "application/x-www-form-urlencoded"}
        sent = {**given, **(headers or {})}
        return self.ask("POST", path, urlencode(fields, doseq=True), sent)

    def ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Reply:
        """Ask once."""
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        given = {**headers}
        if self.cookie:
            given["Cookie"] = f"{COOKIE}={self.cookie}"
        try:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        said = {name.lower(): value for name, value in answer.getheaders()}
        given_back = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        pairs = [each.partition(";")[0].partition("=") for each in given_back]
        cookies = {name: value for name, _, value in pairs}
        self.cookie = cookies.get(COOKIE, self.cookie)
        return Reply(answer.status, raw.decode("utf-8", "replace"), said, raw, cookies)


@dataclass(slots=True)
class Rig:
    """The console, its site, its people, and the names of what is on it."""

    served: Served
    site: Site
    people: dict[str, Somebody]
    names: dict[str, str] = field(default_factory=dict)
    steps: int = 1

    @property
    def url(self) -> str:
        """Where it is."""
        return self.served.url

    def session(self, name: str) -> str:
        """A session's token: signed on as *name*."""
        token = passwords.new_token()
        self.steps += 1  # far below the codes of today
        self.served.desk.people.sign_on(
            name, passwords.fingerprint(token), step=self.steps, lasts=timedelta(hours=10)
        )
        return token

    def client(self, name: str = "") -> Client:
        """Signed on as *name*; "": as nobody."""
        return Client(self.url, self.session(name) if name else "")

    def token(self, scope: str) -> str:
        """A program's token."""
        secret, now = passwords.new_token(), self.site.ledger.now()
        self.served.desk.people.make_token(
            ApiToken(
                token_sha256=passwords.fingerprint(secret),
                name="a test",
                scope=scope,
                by="ada",
                made_at=now,
                ends_at=now + timedelta(days=1),
            )
        )
        return secret

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Every audit record of *kind*, in order."""
        self.site.audit.sync()
        found = []
        for path in sorted((self.site.suite.data / "audit").rglob("*.jsonl")):
            found += [json.loads(line) for line in path.read_bytes().splitlines()]
        return [each for each in found if each["kind"] == kind]


@contextmanager
def a_console(folder: Path, *, more: str = "") -> Iterator[Rig]:
    """One that is served on a free port, with accounts and nothing else."""
    suite = a_suite(folder, more)
    with open_site("console", suite, tell=lambda _: None) as site, served(site) as running:
        rig = Rig(running, site, {})
        for name, (person, role) in PEOPLE.items():
            rig.people[name] = add(rig, name, person, role)
        yield rig


def a_suite(folder: Path, more: str = "") -> Suite:
    """config.toml in *folder*, with the repository's own maps."""
    folder.mkdir(parents=True, exist_ok=True)
    text = 'schema = 1\n[site]\nname = "Test <b>site</b>"\n' + CONFIG
    text += schedule("often", "every 15 minutes", RULES) + more
    (folder / "config.toml").write_text(text, "utf-8")
    if not (folder / "selectors").exists():
        (folder / "selectors").symlink_to(ROOT / "selectors")
    return find_suite(folder)


def add(rig: Rig, name: str, person: str, role: Role) -> Somebody:
    """An account that was opened by its link."""
    code, second = passwords.new_token(), passwords.new_second()
    people = rig.served.desk.people
    people.invite(
        Invitation(
            token_sha256=passwords.fingerprint(code),
            name=name,
            person=person,
            role=role,
            by="setup",
            ends_at=rig.site.ledger.now() + timedelta(hours=1),
        )
    )
    people.accept(
        passwords.fingerprint(code), password=_HASH, second=second.encode(), step=rig.steps
    )
    return Somebody(name, person, role, second)


_HASH = passwords.hashed(PASSWORD, name="nobody at all")


def fill(rig: Rig) -> None:
    """Something of every kind, each with text in it that wants to be more."""
    _add_batches(rig)
    _add_items(rig)
    _add_statements(rig)
    _add_schedule(rig)
    _add_reconciliation(rig)
    rig.site.ledger.quarantine_document(_document("evil <b>file</b>.xlsx" + XSS[1]), EVIL)


def _document(name: str) -> Document:
    return Document(
        sha256=sha256(name.encode()).hexdigest(),
        name=name,
        size=1,
        received_at=datetime.now(UTC),
        folder="payments",
        path=Path("received") / "x",
    )


def waiting_batch(
    rig: Rig, name: str, *, count: int = 3, maker: str = "Anna", payee: str = "Novak s.r.o."
) -> str:
    """A batch that waits for an approval."""
    first = int(sha256(name.encode()).hexdigest()[:6], 16) % 900_000
    found = (
        Finding(code="odd", severity="note", message=EVIL, row=2, column="Payee", cell="P!D2"),
        Finding(code="hidden_rows", severity="note", message="2 hidden rows were read"),
    )
    document, batch = a_batch(count, name=name, maker=maker, findings=found, first=first)
    items = tuple(_renamed(each, payee) for each in batch.items)
    made = Batch(
        **{each: getattr(batch, each) for each in Batch.__slots__ if each != "items"}, items=items
    )
    rig.site.ledger.file_batch(document, made, needs_approval=True)
    return made.batch_id


def _renamed(item: WorkItem, payee: str) -> WorkItem:
    whole = payment(item.row)
    values = {each: getattr(whole, each) for each in whole.__slots__}
    values |= {"creditor_name": payee, "remittance_1": payee, "end_to_end_id": item.reference}
    return WorkItem(
        item_id=item.item_id,
        batch_id=item.batch_id,
        row=item.row,
        system=item.system,
        reference=item.reference,
        payload=type(whole)(**values),
    )


def _add_batches(rig: Rig) -> None:
    rig.names["batch"] = waiting_batch(rig, f"may {XSS[0]}.xlsx", count=5, payee=EVIL)
    waiting_batch(rig, "april.xlsx")


def _add_items(rig: Rig) -> None:
    """Posted with pictures, in doubt, on hold with and without an open intent, failed, refused."""
    ledger = rig.site.ledger
    document, batch = a_batch(8, name="done.xlsx", first=500)
    ledger.file_batch(document, batch, needs_approval=False)
    ledger.start_worker(host="here", pid=1, lease=timedelta(hours=1))
    lease = ledger.take_lease(CORE, ["OP1"], sessions_max=1, lease=timedelta(hours=1))
    assert lease is not None
    for place, item in enumerate(batch.items[:7]):
        claim = ledger.claim(item.item_id)
        assert claim is not None
        if place < 4:
            limit = timedelta(seconds=5)
            ledger.intend(item, claim.token, lease, outlast=limit, before=_seen(rig)).make_durable()
        _end(rig, item, claim.token, place)
    names = ("item", "doubt", "open", "odd", "held", "held2", "failed", "ready")
    rig.names |= {name: each.item_id for name, each in zip(names, batch.items, strict=True)}


def _end(rig: Rig, item: WorkItem, token: int, place: int) -> None:
    ledger, later = rig.site.ledger, rig.site.ledger.now() + timedelta(hours=1)
    match place:
        case 0:
            seen = _seen(rig)
            receipt = Receipt(
                bank_reference="BK1", read_at=ledger.now(), source="receipt", evidence=seen
            )
            ledger.posted(item, token, receipt, confirm_at=ledger.now())
            claim = ledger.claim(item.item_id)
            assert claim is not None
            booking = Booking(reference=item.reference, bank_reference="BK1", shown={})
            found = LookUp(bookings=(booking,), read_at=ledger.now())
            ledger.confirmed(item, claim.token, found)
        case 1:
            ledger.in_doubt(item, token, f"socket hang up {EVIL}", next_at=later)
        case 2:
            ledger.park(item, token, "two_bookings", f"the list shows two {EVIL}", seen=_seen(rig))
        case 3:
            refusal = Refused("E204", f"account closed {EVIL}")
            ledger.refused(item, token, refusal, confirm_at=None)
        case 6:
            ledger.not_keyed(item, token, "the window died", next_at=None)
        case _:
            ledger.park(item, token, "duplicate", f"the same as row 2 {EVIL}")


def _seen(rig: Rig) -> tuple[Evidence, ...]:
    said = {
        "screen": "core.entry",
        "says": EVIL,
        "lines": [{"amount": "1,00"}],
        "fields": {"A": EVIL},
    }
    keep = rig.site.evidence.put
    return (
        keep("screenshot", JPEG, picture=True),
        keep("readback", json.dumps(said).encode()),
    )


def _add_statements(rig: Rig) -> None:
    ledger = StatementLedger.beside(rig.site.ledger)
    days = [SEPTEMBER[0] + timedelta(days=at) for at in range(30)]
    ledger.order_statements(CORE, ACCOUNT, days, ("pdf",))
    (order,) = ledger.wanted_statements(CORE)
    path = zoo("odd_unsigned", "statement", rig.site.suite.root)
    file = FetchedFile(
        listed=listed(),
        format="pdf",
        path=path,
        sha256=rig.served.desk.reading.files.keep(path),
        size=path.stat().st_size,
    )
    ledger.file_arrival(order, file)
    (arrival,) = ledger.unread_arrivals()
    found = Exceptional(code="look", reason=EVIL, remedy=EVIL, place="page 1")
    statement = a_statement()
    filed = Filed(proved=proved(statement), first=SEPTEMBER[0], last=SEPTEMBER[1])
    judged = Judged(filed=(filed,), exceptions=(found,), source="pdf", pages=2)
    assert ledger.file_reading(arrival, judged)
    rig.names["arrival"] = arrival.arrival_id
    (row, *_) = ledger.statements()
    rig.names["number"] = str(row.statement_id)


def look_at_schedules(rig: Rig) -> None:
    """Put config.toml's schedules in force, as a running scheduler does."""
    tools = Tools(
        suite=rig.site.suite,
        ledger=rig.served.desk.schedules,
        check_command=lambda _suite, _run: None,
        say=lambda _: None,
        emit=lambda _kind, _data: None,
    )
    Schedules(tools).sweep()


def _add_schedule(rig: Rig) -> None:
    look_at_schedules(rig)
    rig.names["schedule"] = "often"
    rig.names["system"] = CORE


def _add_reconciliation(rig: Rig) -> None:
    books = rig.served.desk.reconciliations
    house = House(rig.site.suite.data, rig.site.suite.ledger_url)
    desk = StandingDesk(house, rig.site.ledger, Clock(), books)
    bank = [bank_line("B1", 1, "10.00", EVIL), bank_line("B2", 3, "25.00", "thanks")]
    desk.run(bank, [entry("L1", 2, "10.00", "77"), entry("L2", 4, "24.00", "88")])
    word = Word(person="Anna", reason=f"seen {EVIL}")
    proposal = propose_match(books, stand(books, "nostro"), word, bank=["B1"], entries=["L1"])
    rig.names |= {"reconciliation": "nostro", "side": "bank", "line": b"B1".hex()}
    rig.names["decision"] = proposal.decision_id


def path_of(rig: Rig, pattern: str) -> str:
    """A door's path with the names of things that are there."""
    stream = rig.site.audit.stream.split("/")
    record = {"host": stream[0], "bot": stream[1], "boot": stream[2]}
    if pattern.startswith("/audit/record"):
        return pattern.format(**record, number=2)
    picture = next(iter(_seen(rig))).sha256
    known = {**rig.names, "sha256": picture, "page": "1"}
    return re.sub(r"{(\w+)}", lambda name: known[name[1]], pattern)

"""The mutants. Each takes one defence away; ``old`` must match its file exactly once."""

from __future__ import annotations

from dataclasses import dataclass

KEYING = "src/counterfoil/engine/keying.py"
LEDGER = "tests/simulator/ledger.py"
BANK = "tests/simulator/bank.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One defence, gone."""

    name: str
    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated(Mutant):
    """Must be caught by the simulator, within so many seeds."""

    weather: str = "ROUGH"
    seeds: int = 1_000
    by: str = "seeds"  # or "zombies": two freezes, enumerated


@dataclass(frozen=True, slots=True, kw_only=True)
class InTree(Mutant):
    """Must turn these tests red, in a copy of the tree."""

    red: tuple[str, ...]


SIMULATED = (
    Simulated(
        name="fsync: the intent is not made durable",
        file=KEYING,
        old="    await journal.make_durable(intent)\n",
        new="",
    ),
    Simulated(
        name="settle time: absent is believed at once",
        file=KEYING,
        old="settled = due is not None and journal.now() >= due",
        new="settled = True",
    ),
    Simulated(
        name="settle time: without the bank's late bookings",
        file=KEYING,
        old="            + self.late_booking_seconds\n",
        new="",
    ),
    Simulated(
        name="settle time: without the staleness of its lists",
        file=KEYING,
        old="            + self.list_staleness_seconds\n",
        new="",
        seeds=4_000,
    ),
    Simulated(
        name="claim limit: a click however late",
        file=KEYING,
        old="click_before=asked_at + policy.claim_limit_seconds",
        new="click_before=asked_at + 1e9",
    ),
    Simulated(
        name="page identity: the page is not looked at",
        file=KEYING,
        old="        await bank.identify(item)\n",
        new="",
    ),
    Simulated(
        name="attempts: keyed again for ever",
        file=KEYING,
        old="if claim.attempts >= policy.attempts_max:",
        new="if claim.attempts >= 1_000:",
    ),
    Simulated(
        name="look-up before keying: left out",
        file=KEYING,
        old="            if found.bookings:\n                return await _found_before_keyed",
        new="            if False:\n                return await _found_before_keyed",
        seeds=4_000,
    ),
    Simulated(
        name="confirm: a receipt is believed",
        file=KEYING,
        old="    if not await _is_as_told(item, claim, owed, found, journal):\n",
        new="    if False:\n",
        weather="LYING",
    ),
    Simulated(
        name="confirm: only the number of bookings counts",
        file=KEYING,
        old="    if owed.bank_reference not in (None, bookings[0].bank_reference):\n",
        new="    if False:\n",
        weather="LYING",
        seeds=4_000,
    ),
    Simulated(
        name="confirm: before the settle time",
        file=KEYING,
        old="    if due is not None and journal.now() < due:\n",
        new="    if False:\n",
        weather="LYING",
    ),
    Simulated(
        name="intent after the click",
        file=KEYING,
        old="""    asked_at = journal.monotonic()
    intent = await journal.intend(item, claim, before)
    await journal.make_durable(intent)
    return await _commit(item, claim, intent, asked_at, bank, journal, policy)
""",
        new="""    asked_at = journal.monotonic()
    try:
        await bank.identify(item)
        receipt = await bank.commit(item, click_before=asked_at + policy.claim_limit_seconds)
    except (Unavailable, Refused, InDoubt) as trouble:
        return await _try_later(item, claim, Unavailable('', str(trouble)), journal, policy)
    intent = await journal.intend(item, claim, before)
    await journal.make_durable(intent)
    await journal.posted(item, claim, receipt, confirm_at=_confirm_at(intent.at, policy))
    return Visit(Verdict.POSTED)
""",
    ),
    Simulated(
        name="in doubt: taken for not keyed",
        file=KEYING,
        old="journal.in_doubt(item, claim, str(doubt),",
        new="journal.not_keyed(item, claim, str(doubt),",
    ),
    Simulated(
        name="claim CAS: an old token still writes",
        file=LEDGER,
        old="if row.token != claim.token or row.holder != self._boot:",
        new="if False:",
    ),
    Simulated(
        name="lease: the login is not checked before an intent",
        file=LEDGER,
        old="if lease.holder != self._boot or lease.token != self._lease_token:",
        new="if False:",
        by="zombies",
    ),
    Simulated(
        name="lease: may end before the click",
        file=LEDGER,
        old="if lease.until < ledger.world.time + CLAIM_LIMIT_SECONDS:",
        new="if False:",
        by="zombies",
    ),
    Simulated(
        name="alarm: a frozen system is keyed into",
        file=LEDGER,
        old="if ledger.frozen:",
        new="if False:",
        weather="LYING",
        seeds=4_000,
    ),
    Simulated(
        name="POST guard: the browser sends a form again",
        file=BANK,
        old='if fault == "answer_lost" and not self._world.plan.weather.post_guard:',
        new='if fault == "answer_lost":',
    ),
)

_CLAIMS = "src/counterfoil/store/claims.py"
_JOURNAL_TESTS = ("tests/test_journal.py", "tests/test_ledger.py")

IN_TREE = (
    InTree(
        name="production fsync: the ledger commits without a sync",
        file="src/counterfoil/store/database.py",
        old='        "synchronous=FULL",\n',
        new='        "synchronous=OFF",\n',
        red=("tests/test_ledger.py",),
    ),
    InTree(
        name="production fsync: the ledger commits before the log is synced",
        file="src/counterfoil/store/book.py",
        old="            self.book.audit.sync()\n",
        new="            pass\n",
        red=_JOURNAL_TESTS,
    ),
    InTree(
        name="production fsync: the audit log is not synced",
        file="src/counterfoil/audit/stream.py",
        old="            os.fdatasync(self._fd)\n",
        new="            pass\n",
        red=("tests/test_audit_crash.py", "-k", "sync or call_fails"),
    ),
    InTree(
        name="production claim CAS: an old token still writes",
        file="src/counterfoil/store/prepared.py",
        old='_OURS = (_IT, items.c.token == the("token"), items.c.holder == the("boot"))',
        new='_OURS = (_IT, items.c.token >= the("token"), the("boot") != "")',
        red=_JOURNAL_TESTS,
    ),
    InTree(
        name="production lease: the login is not checked before an intent",
        file=_CLAIMS,
        old="        self._check_lease(tx, lease, outlast)\n",
        new="",
        red=_JOURNAL_TESTS,
    ),
    InTree(
        name="production claim limit: the guard sends however late",
        file="src/counterfoil/adapters/screens/guard.py",
        old="        if self.monotonic() >= self.click_before:",
        new="        if False:",
        red=("tests/test_screens_keying.py", "-k", "after_the_deadline"),
    ),
    InTree(
        name="production POST guard: the client may send again",
        file="src/counterfoil/adapters/screens/guard.py",
        old="max_retries=0, max_redirects=0",
        new="max_retries=5, max_redirects=0",
        red=("tests/test_post_guard.py",),
    ),
    InTree(
        name="settle time: asked after the look-up instead of before",
        file=KEYING,
        old="""        settled = due is not None and journal.now() >= due
        found = await bank.look_up(item)
""",
        new="""        found = await bank.look_up(item)
        settled = due is not None and journal.now() >= due
""",
        red=("tests/test_keying_exhaustive.py", "-k", "settle_time"),
    ),
)

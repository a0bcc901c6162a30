"""Reading: what arrived is read in the parser box, judged, and compared with its neighbours.

read -> prove -> hold against the order -> file -> compare. It takes up whatever the ledger
says is left to do. What is not proved waits for a person, with place, reason and remedy.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from counterfoil.adapters.secrets import Secrets
from counterfoil.config import StatementSettings, Suite
from counterfoil.domain.explained import Explained
from counterfoil.domain.secrets import Secret, bare
from counterfoil.domain.statement_orders import Exceptional, Judged
from counterfoil.domain.statements import Grade, Statement
from counterfoil.engine.run_folders import run_folder
from counterfoil.errors import Quarantined
from counterfoil.rules.statement_arrivals import Wanted, judge
from counterfoil.rules.statement_joints import joints
from counterfoil.statements import HowToRead, explain_document, read_document
from counterfoil.store.statement_arrivals import Arrival
from counterfoil.store.statement_files import StatementFiles
from counterfoil.store.statement_ledger import StatementLedger
from counterfoil.store.statement_reading import StatementRow

#: Readings that are held in memory at a time.
READ_AHEAD = 16
#: Told what is being done, for people who wait.
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What reading needs of the house."""

    suite: Suite
    ledger: StatementLedger
    files: StatementFiles
    secrets: Secrets


def read_arrivals(desk: Desk, *, system: str | None = None, say: Say) -> int:
    """Read and judge every file that was kept and not yet read; how many.

    Each is read in the parser box, several at once; they are filed in the order of their days.
    """
    arrivals = desk.ledger.unread_arrivals(system)
    with (
        run_folder(desk.suite.fetching) as folder,
        ThreadPoolExecutor(os.cpu_count() or 1) as readers,
    ):
        for at in range(0, len(arrivals), READ_AHEAD):
            say(f"file {at + 1} of {len(arrivals)}")
            some = arrivals[at : at + READ_AHEAD]
            judged = readers.map(lambda each: _judged(desk, each, folder), some)
            for arrival, verdict in zip(some, judged, strict=True):
                _file(desk, arrival, verdict, folder)
    for row in desk.ledger.uncompared_statements(system):
        _compare_with_neighbours(desk, row)
    return len(arrivals)


def explain_arrival(desk: Desk, arrival: Arrival) -> Explained:
    """How one kept file is read, with its pages as pictures; nothing is filed.

    Raises:
        Quarantined: It cannot be read as a whole, or our own copy is lost.
        SetupError: Its system has no [statements.*] any more.
    """
    settings = _settings_of(desk.suite, arrival)
    how = HowToRead(
        password=_password(desk, settings),
        maps=desk.suite.selectors / "statements",
        look_above=settings.look_above,
    )
    with run_folder(desk.suite.fetching) as folder:
        plain = folder / arrival.arrival_id
        try:
            _lay_out(desk, arrival, plain)
            return explain_document(plain, how, pictures=True)
        finally:
            plain.unlink(missing_ok=True)


def _file(desk: Desk, arrival: Arrival, judged: Judged, folder: Path) -> None:
    """File the verdict; what lacks an opening balance is read again with the statement before."""
    if _needs_the_one_before(judged) and (known := _statement_before(desk, arrival)):
        judged = _judged(desk, arrival, folder, known)
    desk.ledger.file_reading(arrival, judged)


def _needs_the_one_before(judged: Judged) -> bool:
    codes = {each.code for each in judged.exceptions}
    return bool(codes & {"opening_balance_missing", "second_balance_missing"})


def _statement_before(desk: Desk, arrival: Arrival) -> tuple[Statement, ...]:
    """The last statement of the account before the listed one, in each currency."""
    rows = desk.ledger.statements_before(arrival)
    return tuple(desk.ledger.statement(each.statement_id).proved.statement for each in rows)


def _judged(
    desk: Desk, arrival: Arrival, folder: Path, known: tuple[Statement, ...] = ()
) -> Judged:
    settings = _settings_of(desk.suite, arrival)
    wanted = Wanted(
        account=arrival.account,
        listed=arrival.listed,
        lowest=Grade(settings.lowest_grade),
        aliases=settings.aliases,
    )
    plain = folder / arrival.arrival_id
    try:
        _lay_out(desk, arrival, plain)
        reading = read_document(
            plain,
            HowToRead(
                password=_password(desk, settings),
                maps=desk.suite.selectors / "statements",
                known=known,
                look_above=settings.look_above,
            ),
        )
        return judge(reading, wanted)
    except Quarantined as trouble:
        found = Exceptional(
            code=trouble.code, reason=trouble.reason, remedy=trouble.remedy or "ask the operators"
        )
        return Judged(filed=(), exceptions=(found,))
    finally:
        plain.unlink(missing_ok=True)


def _lay_out(desk: Desk, arrival: Arrival, plain: Path) -> None:
    """Raises Quarantined: our own copy is gone, or not what was put there."""
    try:
        desk.files.lay_out(arrival.document_sha256, plain)
    except (FileNotFoundError, ValueError) as trouble:
        raise Quarantined(
            "our_copy_is_lost", f"the kept file is not to be had: {trouble}", remedy="requeue it"
        ) from trouble


def _password(desk: Desk, settings: StatementSettings) -> Secret | None:
    return desk.secrets.get(settings.password) if settings.password else None


def _settings_of(suite: Suite, arrival: Arrival) -> StatementSettings:
    """Those of its account; of an account that is not configured any more, its system's first."""
    every = suite.statements_of(arrival.system)
    return next((each for each in every if arrival.account in map(bare, each.accounts)), every[0])


def _compare_with_neighbours(desk: Desk, row: StatementRow) -> None:
    """A statement with those before it, and the next one again, with this before it."""
    same = desk.ledger.same_account(row)
    account = desk.ledger.arrival(row.arrival_id).account
    for each in (row, *[each for each in same if _comes_after(each, row)][:1]):
        earlier = [other for other in same if _comes_after(each, other)]
        _compare(desk, account, each, earlier, [other for other in same if _is_twin(each, other)])


def _compare(
    desk: Desk,
    account: str,
    row: StatementRow,
    earlier: list[StatementRow],
    twins: list[StatementRow],
) -> None:
    """With the last one before it, all that share days with it, and its other formats."""
    sharing = [each for each in earlier if each.last_day >= row.first_day]
    before = [each for each in earlier if each.last_day < row.first_day]
    read = desk.ledger.statement
    found = joints(
        account,
        read(row.statement_id),
        [read(each.statement_id) for each in (*before[-1:], *sharing)],
        [read(each.statement_id) for each in twins],
    )
    desk.ledger.note_sequence(row.statement_id, found)


def _is_twin(one: StatementRow, other: StatementRow) -> bool:
    """The same statement in another format, filed earlier: the later one is in question."""
    days = (one.first_day, one.last_day) == (other.first_day, other.last_day)
    return days and one.format != other.format and one.statement_id > other.statement_id


def _comes_after(one: StatementRow, other: StatementRow) -> bool:
    """By their days; of the same days, the one that was filed later. In one format."""
    mine = (one.first_day, one.last_day, one.statement_id)
    theirs = (other.first_day, other.last_day, other.statement_id)
    return one.format == other.format and mine > theirs

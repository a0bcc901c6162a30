"""The database under the ledger: SQLite embedded, or PostgreSQL by URL; same tables.

SQLite runs in WAL mode with ``synchronous=FULL``: a commit survives a power cut. Its
writers say so at BEGIN (IMMEDIATE), so that what they read first is still true when
they write. A commit of what nobody has to remember (``durable=False``: who has an item in
hand) survives a kill of the process; a power cut may undo it, but only together with
everything after it, and never what a durable commit has followed.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from counterfoil.errors import SetupError
from counterfoil.store import schema

#: The revision that schema.py stands for; a test compares the two.
HEAD = "0011"

#: Longer than any writer of ours holds the lock; a reader never waits (WAL).
BUSY_SECONDS = 10

#: As many as the console has threads: each is opened once, and only where it is asked for.
CONNECTIONS_KEPT = 40

ASK_AGAIN_SECONDS = 1.0

_OLDEST_SQLITE = (3, 35, 0)  # RETURNING; dbos needs it too


def open_engine(url: str, *, patience: float = 0.0) -> Engine:
    """Connect to *url* and bring its tables up to date.

    Args:
        patience: Seconds to wait for a database that is not there yet.

    Raises:
        SetupError: The database cannot be reached, is too old, or newer than this program.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite(parsed.database or "", url)
    else:
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=5,
        )
    ends = time.monotonic() + patience
    while True:  # ends: with an answer, or with our patience
        try:
            migrate(engine)
        except DBAPIError as trouble:
            if not isinstance(trouble, OperationalError) or time.monotonic() >= ends:
                raise _unreachable(engine, trouble) from trouble
            time.sleep(ASK_AGAIN_SECONDS)
        else:
            return engine


def _sqlite(database: str, url: str) -> Engine:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise SetupError(
            f"SQLite {sqlite3.sqlite_version} is too old: 3.35 or later is needed; "
            f"use a newer Python, or PostgreSQL by [ledger] url"
        )
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_size=CONNECTIONS_KEPT,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(raw: Any, _entry: ConnectionPoolEntry) -> None:
    raw.isolation_level = None  # we say BEGIN ourselves: see _begin_sqlite
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        raw.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Straight to the driver: it is said for every transaction."""
    options = connection.get_execution_options()
    writes, durable = options.get("writes", False), options.get("durable", True)
    raw: Any = connection.connection.dbapi_connection
    try:
        if writes and connection.info.get("durable", True) is not durable:
            raw.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            connection.info["durable"] = durable
        raw.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
    except sqlite3.OperationalError as trouble:
        raise OperationalError("BEGIN", None, trouble) from trouble


def carriers_engine(engine: Engine) -> Engine:
    """The carrier's own connections to the SQLite file of *engine*.

    What it commits survives a kill; what a power cut takes from it, the sweeper makes anew.
    So it waits for no disk, and does not keep the ledger waiting meanwhile.
    """
    carriers = create_engine(
        engine.url,
        hide_parameters=True,
        pool_size=20,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(carriers, "connect", _prepare_carriers)
    return carriers


def _prepare_carriers(raw: Any, _entry: ConnectionPoolEntry) -> None:
    raw.isolation_level = "IMMEDIATE"  # as dbos has it: the driver begins at the first write
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        raw.execute(f"PRAGMA {pragma}")


@dataclass(frozen=True, slots=True)
class Found:
    """What a database holds, looked at and not changed."""

    revision: str
    items: int
    last_change: datetime | None  # UTC


def look_at(url: str) -> Found | None:
    """The ledger at *url* as it stands; None: there is none yet.

    Raises:
        SetupError: It cannot be reached, or is newer than this program.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not Path(parsed.database or "").is_file():
            return None
        engine = _sqlite(parsed.database or "", url)
    else:
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), hide_parameters=True)
    try:
        with engine.connect() as connection:
            return _found(connection)
    except DBAPIError as trouble:
        raise _unreachable(engine, trouble) from trouble
    finally:
        engine.dispose()


def _found(connection: Connection) -> Found | None:
    revision = _revision(connection)
    if revision is None:
        return None
    _refuse_newer(revision)
    items, steps = schema.items, schema.steps
    count = connection.execute(select(func.count()).select_from(items)).scalar_one()
    last = connection.execute(select(func.max(steps.c.at))).scalar()
    return Found(revision, count, last)


def _unreachable(engine: Engine, trouble: DBAPIError) -> SetupError:
    """Without statement and parameters, and without the password of the address."""
    where = engine.url.render_as_string(hide_password=True)
    said = " ".join(str(trouble.orig).split())
    return SetupError(
        f"the ledger at {where} does not answer: {said} -> start it, or mend [ledger] url"
    )


def _refuse_newer(found: str) -> None:
    if found > HEAD:
        raise SetupError(f"the ledger is at revision {found}, this program knows {HEAD}: update it")


def migrate(engine: Engine) -> None:
    """Run the migrations that *engine*'s database has not seen.

    Raises:
        SetupError: The database was made by a newer program.
    """
    with engine.connect() as connection:
        found = _revision(connection)
    if found == HEAD:
        return  # the usual case, without the price of importing alembic
    if found is not None:
        _refuse_newer(found)
    with _alone(engine) as connection:
        upgrade(connection)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """One migrating process at a time."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(73290411)"))
        yield connection


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(select(text("version_num FROM alembic_version"))).scalar()


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Run the migrations up to *to*, in the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)

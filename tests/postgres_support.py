"""A PostgreSQL server of the tests' own, on loopback, gone when the test process ends."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

_NUMBERS = count(1)


def new_database() -> str:
    """The URL of an empty database on the server; skips where no server is installed."""
    port = _server()
    name = f"ledger{next(_NUMBERS)}"
    admin = create_engine(
        f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres", isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return f"postgresql://postgres@127.0.0.1:{port}/{name}"


@cache
def _server() -> int:
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (looked in PATH and /usr/lib/postgresql)")
    home = Path(tempfile.mkdtemp(prefix="counterfoil-pg-"))
    owner = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    if owner is not None:
        shutil.chown(home, user=owner)
    subprocess.run(
        [binaries / "initdb", "-D", home / "data", "-A", "trust", "-U", "postgres", "-N"],
        user=owner,
        cwd=home,
        check=True,
        capture_output=True,
    )
    port = _free_port()
    subprocess.run(
        [
            *(binaries / "pg_ctl", "-D", home / "data", "-l", home / "log", "-w", "start"),
            *("-o", f"-p {port} -c listen_addresses=127.0.0.1 -k {home} -c max_connections=200"),
        ],
        user=owner,
        cwd=home,
        check=True,
        capture_output=True,
    )
    atexit.register(_stop, binaries, home, owner)
    return port


def _stop(binaries: Path, home: Path, owner: str | None) -> None:
    subprocess.run(
        [binaries / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop"],
        user=owner,
        cwd=home,
        check=False,
        capture_output=True,
    )
    shutil.rmtree(home, ignore_errors=True)


def _binaries() -> Path | None:
    found = shutil.which("postgres")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((each for each in places if (each / "initdb").exists()), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

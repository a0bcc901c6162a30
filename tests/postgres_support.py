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
    return _server().new_database()


@cache
def _server() -> Server:
    server = Server()
    atexit.register(server.end)
    return server


class Server:
    """One server of our own in a temporary folder, running; skips where none is installed."""

    def __init__(self) -> None:
        binaries = _binaries()
        if binaries is None:
            pytest.skip("no PostgreSQL server is installed (PATH and /usr/lib/postgresql)")
        self._binaries = binaries
        self._home = Path(tempfile.mkdtemp(prefix="counterfoil-pg-"))
        self._owner = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
        if self._owner is not None:
            shutil.chown(self._home, user=self._owner)
        data = self._home / "data"
        self._run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-N")
        self.port = _free_port()
        self.start()

    def start(self) -> None:
        """Until it takes connections."""
        home, port = self._home, self.port
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {home} -c max_connections=200"
        log = ("-l", home / "log")
        self._run("pg_ctl", "-D", home / "data", *log, "-w", "start", "-o", options)

    def stop(self) -> None:
        """As a power cut would, as far as processes go."""
        self._run("pg_ctl", "-D", self._home / "data", "-m", "immediate", "stop", check=False)

    def end(self) -> None:
        """Stop it for good, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"ledger{next(_NUMBERS)}"
        address = f"postgres@127.0.0.1:{self.port}"
        admin = create_engine(
            f"postgresql+psycopg://{address}/postgres", isolation_level="AUTOCOMMIT"
        )
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        return f"postgresql://{address}/{name}"

    def _run(self, program: str, *arguments: str | Path, check: bool = True) -> None:
        subprocess.run(
            [self._binaries / program, *arguments],
            user=self._owner,
            cwd=self._home,
            check=check,
            capture_output=True,
        )


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

"""What a reconciliation leaves for the next run: tables under the SHA-256 of their bytes.

``carried.json`` names them; it is written last, so that a crash leaves the run before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from counterfoil.errors import Quarantined

CARRIED = "carried.json"
_FOLDER = "carried"


def table_bytes(table: pl.DataFrame) -> bytes:
    """*table* as Parquet."""
    into = BytesIO()
    table.rechunk().write_parquet(into, compression="zstd", statistics=False)
    return into.getvalue()


def table_of(content: bytes) -> pl.DataFrame:
    """The table again."""
    return pl.read_parquet(BytesIO(content))


def noted_table(rows: Iterable[tuple[str, str, str, str]]) -> pl.DataFrame:
    """What people noted of open lines: ``side``, ``id``, ``owner``, ``comment``."""
    names = ("side", "id", "owner", "comment")
    schema = pl.Schema(dict.fromkeys(names, pl.String()))
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def write_tables(
    folder: Path, as_of: date, tables: Mapping[str, pl.DataFrame], told: Mapping[str, Any]
) -> None:
    """Write *tables* into *folder*; *told* stands beside them, for people and programs."""
    (folder / _FOLDER).mkdir()
    named = {}
    for name, table in tables.items():
        content = table_bytes(table)
        digest = sha256(content).hexdigest()
        named[name] = {"sha256": digest, "rows": len(table)}
        (folder / _FOLDER / f"{digest}.parquet").write_bytes(content)
    head = {"form": 1, "as_of": as_of.isoformat(), **told, "tables": named}
    (folder / CARRIED).write_text(json.dumps(head, indent=1) + "\n", "utf-8")


def read_tables(folder: Path) -> tuple[date, dict[str, pl.DataFrame]]:
    """The day and the tables that the run before left in *folder*.

    Raises:
        Quarantined: There is nothing, or it is not what was left.
    """
    path = folder / CARRIED
    try:
        head = json.loads(path.read_text("utf-8"))
        as_of = date.fromisoformat(head["as_of"])
        return as_of, {
            name: table_of(_checked(folder, each["sha256"]))
            for name, each in head["tables"].items()
        }
    except FileNotFoundError as trouble:
        raise Quarantined(
            "nothing_carried",
            f"{trouble.filename} is not there",
            remedy="name the folder that counterfoil reconcile --out wrote",
        ) from trouble
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as trouble:
        raise Quarantined(
            "carried_unreadable", f"{path}: {trouble}", remedy="go back to an earlier run's folder"
        ) from trouble


def _checked(folder: Path, digest: str) -> bytes:
    path = folder / _FOLDER / f"{digest}.parquet"
    content = path.read_bytes()
    if sha256(content).hexdigest() != digest:
        raise ValueError(f"{path.name} was altered")
    return content


def forget_others(folder: Path) -> None:
    """Remove the tables in *folder* that its ``carried.json`` does not name any more."""
    tables = json.loads((folder / CARRIED).read_text("utf-8"))["tables"]
    named = {f"{each['sha256']}.parquet" for each in tables.values()}
    for path in (folder / _FOLDER).glob("*.parquet"):
        if path.name not in named:
            path.unlink()

"""What the audit log costs: emit against the bare disk, and verifying a million records.

    python -m benchmarks.bench_audit [--records 1000000] [--emits 2000] [--folder DIR]

The floor (plain write + fdatasync of the same bytes) is measured in the same run and
interleaved with emit, because disks and neighbours differ from minute to minute.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from counterfoil.audit import verifier
from counterfoil.audit.log import AuditLog
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor

ROUNDS = 10
PROOF = (Evidence("screenshot", "ab" * 32, 61234), Evidence("dom", "cd" * 32, 9123))


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the audit log")
    parser.add_argument("--records", type=int, default=1_000_000, help="to verify")
    parser.add_argument("--emits", type=int, default=2_000, help="to measure emit with")
    parser.add_argument("--folder", type=Path, help="on the disk to measure; default: temporary")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        print("| what | figure |\n|---|---|")
        for row in (
            *emit_rows(Path(folder) / "emit", given.emits),
            *verify_rows(Path(folder) / "verify", given.records),
        ):
            print("| " + " | ".join(row) + " |", flush=True)


def open_log(folder: Path) -> AuditLog:
    return AuditLog.open(folder / "audit", host="bench", bot="pay-bot", redactor=Redactor())


def emit_one(log: AuditLog, row: int, *, durable: bool, proof: tuple[Evidence, ...] = ()) -> None:
    log.emit(
        "item_posted",
        obj={"batch": "B-7K2M4QXN3P", "row": row, "item": f"B-7K2M4QXN3P-{row:04d}", "attempt": 1},
        data={"receipt": f"{row:010d}", "amount": "1234.50", "currency": "CZK"},
        evidence=proof,
        durable=durable,
    )


def emit_rows(folder: Path, emits: int) -> list[tuple[str, str]]:
    log = open_log(folder)
    start = log_bytes(folder)
    for row in range(emits):
        emit_one(log, row, durable=False)
    end = log_bytes(folder)
    plain = (end - start) // emits
    emit_one(log, 0, durable=True, proof=PROOF)
    proved = log_bytes(folder) - end
    fd = os.open(folder / "floor", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    line = b"x" * (plain - 1) + b"\n"

    def floor() -> None:
        os.write(fd, line)
        os.fdatasync(fd)

    times: dict[str, list[float]] = {"floor": [], "synced": [], "unsynced": []}
    for _ in range(ROUNDS):  # interleaved, so that a slow minute hits all alike
        many = emits // ROUNDS
        times["floor"].append(seconds_each(floor, many))
        times["synced"].append(seconds_each(lambda: emit_one(log, 1, durable=True), many))
        times["unsynced"].append(seconds_each(lambda: emit_one(log, 1, durable=False), many))
    os.close(fd)
    log.close()
    at = {name: median(each) for name, each in times.items()}
    ratio = median(
        synced / bare for synced, bare in zip(times["synced"], times["floor"], strict=True)
    )
    return [
        ("bytes per typical record, without / with two blobs", f"{plain:,} / {proved:,}"),
        ("write + fdatasync, the floor", f"{1 / at['floor']:,.0f}/s"),
        ("emit, durable", f"{1 / at['synced']:,.0f}/s, {ratio:.2f} x the floor's time"),
        ("emit, not waited for", f"{1 / at['unsynced']:,.0f}/s"),
    ]


def seconds_each(act: Callable[[], None], times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - start) / times


def log_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.jsonl"))


def verify_rows(folder: Path, records: int) -> list[tuple[str, str]]:
    """The verifier in a process of its own, as the auditor runs it."""
    log = open_log(folder)
    for row in range(records):
        emit_one(log, row, durable=False)
    genesis = log.genesis_public_key
    log.close()
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(
        [sys.executable, "-I", "-S", verifier.__file__, folder / "audit", "--genesis", genesis],
        capture_output=True,
        text=True,
        check=True,
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [
        ("verified", run.stdout.splitlines()[-1]),
        ("size of that log", f"{log_bytes(folder) / 1e6:,.0f} MB"),
        ("verify, CPU (bar: 30 s for a million)", f"{cpu:.1f} s"),
        ("verify, wall", f"{wall:.1f} s"),
        ("verify, peak memory (bar: 100 MB)", f"{after.ru_maxrss / 1024:.0f} MB"),
    ]


if __name__ == "__main__":
    main()

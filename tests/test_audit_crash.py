"""No acknowledged record is lost, and no crash looks like tampering.

Real processes are killed, every single system call of the log fails or never returns,
and the last records are torn at every byte.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from counterfoil.audit.log import AuditLog
from counterfoil.audit.records import Mark
from counterfoil.audit.verifier import verify_folder
from counterfoil.errors import AuditLost
from tests.audit_support import as_witness, open_log

ROOT = Path(__file__).parent.parent

# --- a real process, killed -------------------------------------------------------------

EMITTER = """
import sys
from pathlib import Path
from counterfoil.audit.log import AuditLog
from counterfoil.domain.secrets import Redactor

log = AuditLog.open(Path(sys.argv[1]) / "audit", host="h7", bot="pay-bot", redactor=Redactor(),
                    segment_max_records=int(sys.argv[2]))
print(log.genesis_public_key, flush=True)
for row in range(1_000_000):
    mark = log.emit("item_posted", obj={"row": row})
    print(mark.stream, mark.seq, mark.hash, flush=True)
"""


@pytest.mark.parametrize("lives", [1, pytest.param(15, marks=pytest.mark.battery)])
def test_a_killed_process_loses_no_acknowledged_record(tmp_path: Path, lives: int) -> None:
    """Ten times the same bot is killed and started again, over one and the same stream."""
    for life in range(lives):
        live_through_ten_kills(tmp_path / str(life), random.Random(f"{lives} {life}"))


def live_through_ten_kills(folder: Path, chance: random.Random) -> None:
    genesis: set[str] = set()
    acknowledged: list[Mark] = []
    for _ in range(10):
        key, marks = run_and_kill(folder, after=chance.randint(1, 40))
        genesis.add(key)
        acknowledged += marks
        report = verify_folder(folder / "audit", genesis=[key], witness=as_witness(acknowledged))
        assert report.ok, report.sentences
    assert len(genesis) == 1, "a crashed stream is taken up, so there is one key to enrol"
    assert len(acknowledged) >= 10


def run_and_kill(folder: Path, after: int) -> tuple[str, list[Mark]]:
    """Let it emit, kill it right after it acknowledged record number *after*."""
    process = subprocess.Popen(
        [sys.executable, "-c", EMITTER, str(folder), "7"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert process.stdout is not None
    with process:
        key = process.stdout.readline().strip()
        lines = [process.stdout.readline() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    whole = [each.split() for each in lines if each.endswith("\n")]
    return key, [Mark(stream, int(seq), digest) for stream, seq, digest in whole]


# --- every system call ------------------------------------------------------------------


class Died(BaseException):
    """The process ended here; nothing of it runs any more."""


#: Every call by which the log changes the disk.
CALLS = ("write", "fdatasync", "fsync", "rename", "open", "fchmod", "ftruncate", "mkdir", "unlink")


@dataclass
class Disk:
    """The N-th call goes wrong in one of the ways of *fault*."""

    fault: str
    strike_at: int
    calls: int = 0
    dead: bool = False
    made: list[str] = field(default_factory=list)

    def call(self, name: str, real: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        if self.dead:
            raise Died
        self.calls += 1
        if self.calls != self.strike_at:
            return real(*arguments, **options)
        self.made.append(name)
        if self.fault in ("die_after", "die_half"):
            self.dead = True
            if self.fault == "die_after":
                real(*arguments, **options)
            elif name == "write":
                real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            raise Died
        if self.fault == "die_before":
            self.dead = True
            raise Died
        if self.fault == "short_write":
            if name == "write":
                return real(arguments[0], bytes(arguments[1])[:5])
            return real(*arguments, **options)
        raise OSError({"EIO": 5, "ENOSPC": 28}[self.fault], self.fault)


@contextmanager
def faulty(disk: Disk) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            real = getattr(os, name)

            def struck(*args: Any, _name: str = name, _real: Any = real, **options: Any) -> Any:
                return disk.call(_name, _real, *args, **options)

            patch.setattr(os, name, struck)
        yield


def story(folder: Path, marks: list[Mark], keep: list[AuditLog]) -> None:
    """One short life: begin, emit over two changes of segment, end in order."""
    log = open_log(folder, per_segment=5)
    keep.append(log)
    for row in range(9):
        marks.append(log.emit("item_posted", obj={"row": row}))
    log.close()


def calls_of_story(folder: Path) -> int:
    disk = Disk("EIO", strike_at=0)
    with faulty(disk):
        story(folder, [], [])
    return disk.calls


@pytest.mark.parametrize("fault", ["die_before", "die_half", "die_after", "EIO", "ENOSPC"])
@pytest.mark.parametrize("step", [11, pytest.param(1, marks=pytest.mark.battery)])
def test_whatever_call_fails_nothing_acknowledged_is_lost(
    tmp_path: Path, fault: str, step: int
) -> None:
    """Three lives: one as a start, one that is struck, one that takes up what is left."""
    total = calls_of_story(tmp_path / "count")
    assert total > 60

    for strike_at in range(1 + random.Random(fault).randrange(step), total + 1, step):
        folder = tmp_path / f"{fault}-{strike_at}"
        marks: list[Mark] = []
        strike(folder, fault, strike_at, marks)
        assert_all_there(folder, marks, f"{fault} at call {strike_at}, as it was left")
        story(folder, marks, [])
        assert_all_there(folder, marks, f"{fault} at call {strike_at}, taken up")
        shutil.rmtree(folder)


@pytest.mark.parametrize("fault", ["die_before", "die_half", "die_after"])
@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.battery)])
def test_a_crash_while_a_crash_is_cleared_up_loses_nothing(
    tmp_path: Path, fault: str, step: int
) -> None:
    """The first life leaves a torn tail; the second dies at each call of its recovery."""
    start = tmp_path / "start"
    marks: list[Mark] = []
    keep: list[AuditLog] = []
    story(start, marks, keep)
    log = open_log(start, per_segment=5)
    marks.append(log.emit("item_posted", obj={"row": 100}))
    log.give_up()
    tear(start)

    for strike_at in range(1, 60, step):
        folder = tmp_path / f"{fault}-{strike_at}"
        shutil.copytree(start, folder)
        late = list(marks)
        strike(folder, fault, strike_at, late)
        assert_all_there(folder, late, f"{fault} at call {strike_at}, as it was left")
        story(folder, late, [])
        assert_all_there(folder, late, f"{fault} at call {strike_at}, taken up")
        assert TORN in [each.read_bytes() for each in folder.rglob("*.torn.*")]
        shutil.rmtree(folder)


def strike(folder: Path, fault: str, strike_at: int, marks: list[Mark]) -> None:
    """Let the story run into the fault; then let go of what a dead process lets go of."""
    keep: list[AuditLog] = []
    try:
        with faulty(Disk(fault, strike_at)):
            story(folder, marks, keep)
    except (Died, AuditLost, OSError):
        pass
    for log in keep:
        log.give_up()


TORN = b'{"actor":{"bot":"pay-b'


def tear(folder: Path) -> None:
    """Half a record at the end of the open segment."""
    segments = sorted(folder.rglob("*.jsonl"))
    with segments[-1].open("ab") as last:
        last.write(TORN)


def assert_all_there(folder: Path, marks: list[Mark], when: str) -> None:
    if not marks and not list(folder.rglob("*.jsonl")):
        return
    report = verify_folder(folder / "audit", witness=as_witness(marks))
    assert report.ok, (when, report.sentences)


def test_a_short_write_is_written_to_its_end(tmp_path: Path) -> None:
    """On a full disk ``os.write`` takes a part and raises nothing."""
    for strike_at in range(1, calls_of_story(tmp_path / "count") + 1, 9):
        folder, marks = tmp_path / str(strike_at), list[Mark]()
        with faulty(Disk("short_write", strike_at)):
            story(folder, marks, [])
        assert len(marks) == 9
        assert_all_there(folder, marks, f"call {strike_at}")
        assert list(folder.rglob("*.torn.*")) == []


def test_after_a_failed_write_the_log_takes_nothing_more(tmp_path: Path) -> None:
    """Not even when the disk has recovered: what is in the file is not known."""
    log = open_log(tmp_path)
    disk = Disk("ENOSPC", strike_at=1)
    with faulty(disk), pytest.raises(AuditLost, match="ENOSPC"):
        log.emit("item_intended", obj={"row": 1})
    assert disk.made == ["write"]

    with pytest.raises(AuditLost, match="takes nothing more"):
        log.emit("item_intended", obj={"row": 1})
    with pytest.raises(AuditLost):
        log.close()

    again = open_log(tmp_path)
    again.emit("item_intended", obj={"row": 1})
    again.close()
    assert verify_folder(tmp_path / "audit").ok


def test_a_failed_sync_is_a_failed_record(tmp_path: Path) -> None:
    """After a failed fsync the kernel forgets the bytes: asking again would lie."""
    log = open_log(tmp_path)
    with faulty(Disk("EIO", strike_at=2)), pytest.raises(AuditLost, match="EIO"):
        log.emit("item_intended", obj={"row": 1})
    with pytest.raises(AuditLost, match="takes nothing more"):
        log.sync()
    log.give_up()


# --- torn tails -------------------------------------------------------------------------


@pytest.mark.parametrize("step", [31, pytest.param(1, marks=pytest.mark.battery)])
@pytest.mark.parametrize("damage", ["cut", "zeros", "garbage"])
def test_a_torn_tail_is_cut_back_to_the_last_whole_record(
    tmp_path: Path, damage: str, step: int
) -> None:
    """At every byte of the last two records; the torn bytes are kept and named."""
    start = tmp_path / "start"
    log = open_log(start)
    marks = [log.emit("item_posted", obj={"row": row}) for row in range(4)]
    genesis = log.genesis_public_key
    log.give_up()
    (path,) = start.rglob("*.jsonl")
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    chance = random.Random(damage)

    for at in range(len(content) - len(lines[-1]) - len(lines[-2]), len(content), step):
        rest = content[at:]
        tail = {"cut": b"", "zeros": bytes(len(rest)), "garbage": chance.randbytes(len(rest))}
        folder = tmp_path / str(at)
        shutil.copytree(start, folder)
        (torn_path,) = folder.rglob("*.jsonl")
        torn_path.write_bytes(content[:at] + tail[damage])
        whole = content[:at].count(b"\n")
        kept = [each for each in marks if each.seq <= whole]

        report = verify_folder(folder / "audit", genesis=[genesis], witness=as_witness(kept))
        assert report.ok, (at, report.sentences)
        open_log(folder).close()

        report = verify_folder(folder / "audit", genesis=[genesis], witness=as_witness(kept))
        assert report.ok, (at, report.sentences)
        good = sum(map(len, lines[:whole]))
        assert torn_path.read_bytes()[:good] == content[:good]
        assert b"".join(each.read_bytes() for each in folder.rglob("*.torn.*")) == (
            content[good:at] + tail[damage]
        )
        shutil.rmtree(folder)


def test_a_torn_tail_is_legal_in_the_open_segment_only(tmp_path: Path) -> None:
    log = open_log(tmp_path, per_segment=5)
    for row in range(12):
        log.emit("item_posted", obj={"row": row})
    log.give_up()
    first = min(tmp_path.rglob("*.jsonl"))
    first.write_bytes(first.read_bytes()[:-10])

    report = verify_folder(tmp_path / "audit")

    assert not report.ok
    assert report.sentences[0].startswith("TAMPERING")


def test_a_torn_tail_that_disappears_is_missed(tmp_path: Path) -> None:
    open_log(tmp_path).give_up()
    tear(tmp_path)
    open_log(tmp_path).give_up()
    (torn,) = tmp_path.rglob("*.torn.*")
    assert verify_folder(tmp_path / "audit").ok
    torn.unlink()

    report = verify_folder(tmp_path / "audit")

    assert not report.ok
    assert report.sentences[0].startswith("MISSING EVIDENCE")


def test_whole_records_cut_off_as_torn_are_found(tmp_path: Path) -> None:
    """Somebody spoils a record in the middle and lets the recovery cut off the rest."""
    log = open_log(tmp_path)
    for row in range(6):
        log.emit("item_posted", obj={"row": row})
    log.give_up()
    (path,) = tmp_path.rglob("*.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], b"x" + lines[3][1:], *lines[4:]]))
    assert not verify_folder(tmp_path / "audit").ok

    open_log(tmp_path).close()

    report = verify_folder(tmp_path / "audit")
    assert not report.ok
    assert "holds a whole record" in report.sentences[0]


# --- lost keys --------------------------------------------------------------------------


def test_a_lost_key_abandons_the_segment_and_asks_for_enrolment(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    mark = log.emit("item_posted", obj={"row": 1})
    genesis = log.genesis_public_key
    log.give_up()
    shutil.rmtree(tmp_path / "keys")

    again = open_log(tmp_path)
    again.emit("item_posted", obj={"row": 2})
    again.close()

    report = verify_folder(tmp_path / "audit", genesis=[genesis], witness=as_witness([mark]))
    assert not report.ok
    assert "never enrolled" in report.sentences[0]
    new_key = report.sentences[0].partition("enrolled (")[2][:64]
    report = verify_folder(
        tmp_path / "audit", genesis=[genesis, new_key], witness=as_witness([mark])
    )
    assert report.ok, report.sentences


def test_a_sealed_segment_without_a_successor_is_not_taken_up(tmp_path: Path) -> None:
    """No crash leaves this behind: a person looks before the bot goes on."""
    log = open_log(tmp_path)
    log.emit("item_posted", obj={"row": 1})
    log.close()
    max(tmp_path.rglob("*.jsonl")).unlink()

    with pytest.raises(AuditLost, match="counterfoil verify"):
        open_log(tmp_path)

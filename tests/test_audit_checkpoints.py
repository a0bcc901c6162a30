"""A log is held to what its witness saw: at every start, every minute, and at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.audit import checkpoints
from counterfoil.audit.checkpoints import Checkpoints
from counterfoil.audit.log import AuditLog
from counterfoil.audit.verifier import Report, verify_folder
from counterfoil.audit.witness import Witness, growth_proof
from counterfoil.errors import Refused
from tests.audit_support import SmallLog, build_small_log, edited, open_log, rechained


@dataclass(slots=True)
class House:
    """A bot's folder, its witness elsewhere, and what was said aloud."""

    folder: Path
    at: datetime = datetime(2026, 11, 24, 8, tzinfo=UTC)
    told: list[str] = field(default_factory=list)

    @property
    def witness(self) -> Witness:
        return Witness(self.folder / "elsewhere", now=lambda: self.at)

    @property
    def checkpoints(self) -> Checkpoints:
        return Checkpoints(self.folder / "audit", self.witness, tell=self.told.append)

    @contextmanager
    def running(self) -> Iterator[AuditLog]:
        """One run of the bot, from its first record to its seal."""
        with self.checkpoints.over(open_log(self.folder)) as log:
            yield log

    def segments(self) -> list[Path]:
        return sorted((self.folder / "audit").rglob("*.jsonl"))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_the_witness_remembers_a_run_to_its_seal(house: House) -> None:
    with house.running() as log:
        begun = house.witness.last(log.stream)
        log.emit("item_posted", obj={"row": 1})

    ended = house.witness.last(log.stream)
    assert 0 < begun.size < ended.size
    assert verify_folder(house.folder / "audit", witness=house.witness.lines()).ok
    assert house.segments()[-1].read_text("ascii").count("\n") == 1  # the opening is in it, too
    assert ended.size == sum(path.read_text("ascii").count("\n") for path in house.segments())


def test_a_key_is_enrolled_at_the_first_start_and_told_once(house: House) -> None:
    for _ in range(2):
        with house.running() as log:
            key = log.genesis_public_key

    assert [each.key for each in house.witness.enrolled()] == [key]
    assert [each for each in house.told if key in each] == house.told
    assert len(house.told) == 1
    report = verify_folder(house.folder / "audit", genesis=[key])
    assert report.ok
    assert not verify_folder(house.folder / "audit", genesis=["ab" * 32]).ok


def test_a_key_that_follows_a_lost_one_counts_only_once_a_person_enrols_it(house: House) -> None:
    """A thief who deletes the key and goes on under a key of his own looks the same."""
    with house.running() as log:
        log.emit("item_posted", obj={"row": 1})
    (lost,) = (house.folder / "keys").rglob("current.key")
    lost.unlink()
    with house.running() as log:
        log.emit("item_posted", obj={"row": 2})

    def verdict() -> Report:
        keys = [each.key for each in house.witness.enrolled()]
        return verify_folder(house.folder / "audit", genesis=keys)

    (sentence,) = [each for each in verdict().sentences if "never enrolled" in each]
    key = sentence.rpartition("(")[2].partition(")")[0]
    assert house.witness.enrol(key, stream="", by="petra.novakova: a disk was replaced")
    assert verdict().ok


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_asvs_16_4_3_a_log_that_lost_its_tail_between_two_runs_is_not_taken_up(
    house: House, cut: int
) -> None:
    """It looks whole: only the witness remembers more. And the next try is refused as well."""
    with house.running() as log:
        for row in range(3):
            log.emit("item_posted", obj={"row": row})
    first, last = house.segments()
    last.unlink()
    first.with_suffix(".seal").unlink()
    lines = first.read_bytes().splitlines(keepends=True)
    first.write_bytes(b"".join(lines[: -cut - 1]))
    assert verify_folder(house.folder / "audit").ok

    for _ in range(2):
        refused = pytest.raises(Refused, match=r"log_rewritten: .* the log was cut or rewritten")
        with refused, house.running():
            raise AssertionError("it ran")


def test_silence_is_an_alarm_only_while_a_run_has_not_ended(house: House) -> None:
    with house.running() as log:
        house.at += timedelta(minutes=4)
        assert house.witness.silent() == (log.stream,)
    house.at += timedelta(minutes=4)
    assert house.witness.silent() == ()


def test_asvs_16_5_2_a_witness_that_cannot_be_reached_is_told_and_stops_nobody(
    house: House,
) -> None:
    (house.folder / "elsewhere").write_text("the share is not mounted")
    with house.running() as log:
        log.emit("item_posted", obj={"row": 1})
    assert any("cannot be reached" in each for each in house.told)
    assert any("could not be enrolled" in each for each in house.told)


def test_a_running_log_is_shown_again_and_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0.01)
    with house.running() as log:
        asyncio.run(_until_seen(house, log))
        last = log.checkpoint()
        assert house.witness.last(log.stream) == last


async def _until_seen(house: House, log: AuditLog) -> None:
    ended = asyncio.Event()
    showing = asyncio.create_task(house.checkpoints.keep_showing(log, ended))
    size = log.emit("item_posted", obj={"row": 1}).seq
    async with asyncio.timeout(10):
        while house.witness.last(log.stream).size < size:
            await asyncio.sleep(0.01)
    ended.set()
    await showing


def test_a_log_rewritten_under_a_running_bot_stops_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every hash of the chain is set right again, and the bot goes on appending."""
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0.01)
    log = open_log(house.folder)
    with house.checkpoints.over(log):
        log.emit("item_posted", obj={"row": 1}, data={"amount": "12.30"})
        house.checkpoints.show(log.checkpoint())
        (segment,) = house.segments()
        lines = segment.read_bytes().splitlines()
        lines[-1] = edited(lines[-1], data={"amount": "99.30"})
        (forged,) = rechained([lines])
        segment.write_bytes(b"".join(each + b"\n" for each in forged))
        log.emit("item_posted", obj={"row": 2})
        with pytest.raises(Refused, match="log_rewritten"):
            asyncio.run(house.checkpoints.keep_showing(log, asyncio.Event()))
        log.give_up()


def test_what_another_hand_wrote_into_the_witness_is_said(house: House) -> None:
    with house.running():
        pass
    (kept,) = (house.folder / "elsewhere").glob("*.json")
    kept.write_text("{")
    with pytest.raises(Refused, match="witness_unreadable"), house.running():
        raise AssertionError("it ran")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallLog:
    return build_small_log(tmp_path_factory.mktemp("small"))


def test_growth_is_proved_from_any_record_to_any_later_one(small: SmallLog, tmp_path: Path) -> None:
    """Over segment borders, too; a witness that starts at the first takes them all."""
    size = sum(map(len, small.lines()))
    for old in range(0, size, 7):
        witness = Witness(tmp_path / str(old))
        for seen in (old, min(old + 1, size), size):
            at = small.checkpoint(seen) if seen else None
            if at is not None:
                begun = witness.last(at.stream).size
                witness.submit(at, growth_proof(small.stream, begun, seen))
        assert witness.last(small.checkpoint(size).stream).size == size


def test_old_segments_are_not_read_again(small: SmallLog, tmp_path: Path) -> None:
    """A minute's checkpoint must not read a year's log: the oldest may even be dropped."""
    copy = small.copy(tmp_path / "copy")
    witness = Witness(tmp_path / "witness")
    witness.submit(copy.checkpoint(150), growth_proof(copy.stream, 0, 150))
    last = copy.checkpoint(220)
    for each in copy.segments()[:2]:
        each.unlink()
    witness.submit(last, growth_proof(copy.stream, 150, 220))
    assert witness.last(last.stream) == last
    with pytest.raises(ValueError, match="do not hold"):
        growth_proof(copy.stream, 20, 220)

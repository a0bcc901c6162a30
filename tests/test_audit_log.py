"""Emit is on disk when it returns, or it raises; nothing that loguru can do comes between."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
import threading
import time
import warnings
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from loguru import logger

from counterfoil.audit.log import AuditLog
from counterfoil.audit.verifier import verify_folder
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor
from counterfoil.domain.values import canonical_json
from counterfoil.errors import AuditLost
from tests.audit_support import as_witness, open_log


def records(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted(folder.rglob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]


def of_kind(folder: Path, kind: str) -> list[dict[str, Any]]:
    return [each for each in records(folder) if each["kind"] == kind]


def test_a_record_is_on_disk_when_emit_returns(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    proof = Evidence("screenshot", "ab" * 32, 81234)
    mark = log.emit(
        "item_posted",
        obj={"batch": "B-1", "row": 17},
        data={"amount": Decimal("1234.50"), "due": datetime(2026, 11, 24, tzinfo=UTC).date()},
        evidence=[proof],
        actor={"on_behalf": "u17"},
    )

    (record,) = of_kind(tmp_path, "item_posted")

    assert (record["stream"], record["seq"]) == (mark.stream, mark.seq)
    assert record["obj"] == {"batch": "B-1", "row": 17}
    assert record["data"] == {"amount": "1234.50", "due": "2026-11-24"}
    assert record["ev"] == [{"k": "screenshot", "n": 81234, "sha256": "ab" * 32}]
    assert record["actor"]["on_behalf"] == "u17"
    assert record["actor"]["bot"] == "pay-bot"
    log.close()
    assert verify_folder(tmp_path, witness=as_witness([mark])).ok


def test_every_stored_line_is_canonical(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.emit(
        "a", obj={"z": 1, "a": None, "t": True}, data={"text": 'é"\\\n\x00\u2028😀', "l": [1, "x"]}
    )
    log.close()

    for path in tmp_path.rglob("*.jsonl"):
        for line in path.read_bytes().splitlines():
            assert canonical_json(json.loads(line)) == line


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"amount": 1.5}, TypeError),
        ({"when": {1, 2}}, TypeError),
        ({"bytes": b"x"}, TypeError),
        ({"big": 2**53}, TypeError),
        ({"fremde Spalte": 1}, ValueError),
        ({1: "x"}, ValueError),
        ({"long": "x" * 70_000}, ValueError),
        ({"deep": [[[[[[[[[[1]]]]]]]]]]}, ValueError),
    ],
)
def test_what_has_no_canonical_form_is_refused_and_nothing_is_written(
    tmp_path: Path, wrong: dict[str, Any], error: type[Exception]
) -> None:
    with open_log(tmp_path) as log:
        before = log.checkpoint()
        with pytest.raises(error):
            log.emit("item_posted", obj={}, data=wrong)
        assert log.checkpoint() == before
        log.emit("item_posted", obj={})  # the log itself is unhurt


@pytest.mark.parametrize(
    "kind", ["segment.open", "segment.abandoned", "retention.drop", "log", "Bad Kind"]
)
def test_the_logs_own_kinds_cannot_be_emitted(tmp_path: Path, kind: str) -> None:
    with open_log(tmp_path) as log, pytest.raises(ValueError, match="kind"):
        log.emit(kind, obj={})


def test_the_longest_record_still_fits(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        log.emit("item_posted", obj={}, data={"long": "x" * 64_000})
    assert verify_folder(tmp_path).ok


# --- what loguru may do to us -----------------------------------------------------------


def remove_all() -> None:
    logger.remove()


def forge_extra() -> None:
    logger.configure(patcher=lambda record: record["extra"].update(audit="forged"))


def drop_extra() -> None:
    logger.configure(patcher=lambda record: record["extra"].clear())


def disable_us() -> None:
    logger.disable("counterfoil")


@pytest.mark.parametrize("sabotage", [remove_all, forge_extra, drop_extra, disable_us])
def test_a_rewired_loguru_stops_the_bot(tmp_path: Path, sabotage: Any) -> None:
    log = open_log(tmp_path)
    try:
        sabotage()
        with pytest.raises(AuditLost, match="rewired"):
            log.emit("item_intended", obj={"row": 1})
    finally:
        logger.enable("counterfoil")
        logger.configure(patcher=lambda record: None)
        log.close()
    assert of_kind(tmp_path, "item_intended") == []
    assert verify_folder(tmp_path).ok


def test_foreign_text_is_never_a_format(tmp_path: Path) -> None:
    """``{password}`` from a PDF is text, not a question to our variables."""
    with open_log(tmp_path) as log:
        logger.info("memo {password} {0} {x.__class__} %s <red>")
        logging.getLogger("fixtures.bank").warning("memo {password} %%s <red>")
        log.emit("item_posted", obj={"memo": "{password} <red>"})

    texts = [each["data"]["text"] for each in of_kind(tmp_path, "log")]
    assert texts == ["memo {password} {0} {x.__class__} %s <red>", "memo {password} %%s <red>"]


def test_a_line_feed_makes_no_second_line(tmp_path: Path) -> None:
    log = AuditLog.open(
        tmp_path / "audit",
        host="h7",
        bot="pay-bot",
        redactor=Redactor(),
        text_file=tmp_path / "log" / "pay-bot.log",
    )
    logger.info("memo\n2026-11-24 08:00:00 AUDIT item_posted \x1b[31m\u2028")
    log.close()

    lines = (tmp_path / "log" / "pay-bot.log").read_text().splitlines()
    assert [each for each in lines if "item_posted" in each and "memo" not in each] == []
    assert "\x1b" not in "".join(lines)
    assert verify_folder(tmp_path).ok


def test_secrets_and_variables_do_not_reach_the_log(tmp_path: Path) -> None:
    redactor = Redactor()
    redactor.learn("hunter2-secret")
    out = io.StringIO()
    log = AuditLog.open(
        tmp_path / "audit",
        host="h7",
        bot="pay-bot",
        redactor=redactor,
        text_file=tmp_path / "pay-bot.log",
    )
    with redactor.hiding(["CZ6508000000192000145399"]):
        log.emit("screen_filled", obj={"row": 1}, data={"shown": "CZ65 0800 0000 1920 0014 5399"})
        logger.bind(password="hunter2-secret", item="B-1", fn=out).info("pass hunter2-secret")
        logging.getLogger("playwright").error("fill(hunter2-secret) failed")
        try:
            raise ValueError("hunter2-secret")
        except ValueError:
            pin = "variable-4711"
            logger.exception(f"failed {len(pin)}")
        logger.info("x" * 3_995 + "hunter2-secret")  # cut after, not through, the secret
    log.close()

    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"hunter2" not in kept
    assert b"variable-4711" not in kept
    assert b"145399" not in kept.replace(b"****5399", b"")
    (bound,) = [each for each in of_kind(tmp_path, "log") if "dropped" in each["data"]]
    assert bound["data"]["dropped"] == ["fn", "password"]
    assert bound["data"]["item"] == "B-1"
    (failed,) = [each for each in of_kind(tmp_path, "log") if "error" in each["data"]]
    assert failed["data"]["error"]["type"] == "ValueError"


def test_ordinary_lines_do_not_raise_when_the_log_has_failed(tmp_path: Path) -> None:
    """An alarm about the lost log must still come out; the next emit raises."""
    log = AuditLog.open(
        tmp_path / "audit", host="h7", bot="b", redactor=Redactor(), text_file=tmp_path / "b.log"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fdatasync", fails)
        with pytest.raises(AuditLost):
            log.emit("item_intended", obj={})
    logger.error("the audit log is lost")
    with pytest.raises(AuditLost):
        log.emit("item_intended", obj={})
    log.give_up()

    assert "(not in the audit log) the audit log is lost" in (tmp_path / "b.log").read_text()


def fails(fd: int) -> None:
    raise OSError(5, "EIO")


def test_an_ordinary_line_is_on_disk_within_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = threading.Event()
    real = os.fdatasync

    def sync(fd: int) -> None:
        real(fd)
        synced.set()

    log = open_log(tmp_path)
    monkeypatch.setattr(os, "fdatasync", sync)
    logger.info("nobody waits for this")

    assert synced.wait(5)
    log.close()


# --- streams ----------------------------------------------------------------------------


def test_the_next_run_takes_up_the_stream_of_the_last(tmp_path: Path) -> None:
    with open_log(tmp_path) as first:
        first.emit("item_posted", obj={"row": 1})
    with open_log(tmp_path) as second:
        second.emit("item_posted", obj={"row": 2})

    assert second.stream == first.stream
    assert second.genesis_public_key == first.genesis_public_key
    runs = {each["actor"]["run"] for each in of_kind(tmp_path, "item_posted")}
    assert len(runs) == 2
    report = verify_folder(tmp_path, genesis=[first.genesis_public_key])
    assert (report.ok, report.streams) == (True, 1)


def test_two_writers_of_one_bot_never_share_a_file(tmp_path: Path) -> None:
    with open_log(tmp_path) as one, open_log(tmp_path) as two:
        one.emit("a", obj={})
        two.emit("b", obj={})

    assert one.stream != two.stream
    assert {each["stream"] for each in of_kind(tmp_path, "a")} == {one.stream}
    assert {each["stream"] for each in of_kind(tmp_path, "b")} == {two.stream}
    assert verify_folder(tmp_path).streams == 2


def test_threads_may_share_a_log(tmp_path: Path) -> None:
    log = open_log(tmp_path, per_segment=40)
    marks = []
    lock = threading.Lock()

    def work(number: int) -> None:
        for row in range(50):
            mark = log.emit(
                "item_posted", obj={"thread": number, "row": row}, durable=row % 10 == 0
            )
            with lock:
                marks.append(mark)
            logger.info("chatter")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    log.close()

    assert len({each.seq for each in marks}) == 200
    assert verify_folder(tmp_path, witness=as_witness(marks)).ok


def test_a_forked_child_cannot_write_into_the_log(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from counterfoil.errors import AuditLost
from tests.audit_support import open_log
log = open_log(Path(sys.argv[1]))
child = os.fork()
if not child:
    try:
        log.emit("item_posted", obj={})
    except AuditLost:
        os._exit(7)
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
log.emit("item_posted", obj={})
log.close()
"""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(tmp_path)],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONPATH": "src:."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert len(of_kind(tmp_path, "item_posted")) == 1


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", ".hidden", "x" * 65])
def test_a_stream_has_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        AuditLog.open(tmp_path, host=name, bot="b", redactor=Redactor())


def test_asvs_16_2_2_times_are_utc_whatever_the_clock_says(tmp_path: Path) -> None:
    prague = timezone(timedelta(hours=1))
    log = AuditLog.open(
        tmp_path,
        host="h",
        bot="b",
        redactor=Redactor(),
        now=lambda: datetime(2026, 11, 24, 8, 0, 0, 1, tzinfo=prague),
        keys=tmp_path / "keys",
    )
    log.close()
    assert {each["t"] for each in records(tmp_path)} == {"2026-11-24T07:00:00.000001Z"}


# --- segments ---------------------------------------------------------------------------


def test_each_segment_has_a_key_of_its_own_and_the_old_one_is_gone(tmp_path: Path) -> None:
    with open_log(tmp_path, per_segment=5) as log:
        for row in range(20):
            log.emit("item_posted", obj={"row": row})

    openings = of_kind(tmp_path, "segment.open")
    assert len({each["data"]["key"] for each in openings}) == len(openings) >= 5
    (key,) = [path for path in (tmp_path / "keys").rglob("*") if path.is_file()]
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_segment_changes_after_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = open_log(tmp_path)
    later = time.monotonic() + 3601
    monkeypatch.setattr(time, "monotonic", lambda: later)
    log.emit("item_posted", obj={})
    monkeypatch.undo()
    log.close()

    reasons = [each["data"]["reason"] for each in of_kind(tmp_path, "segment.close")]
    assert reasons == ["hour", "run_end"]


def test_asvs_14_2_7_dropped_segments_leave_a_declared_hole(tmp_path: Path) -> None:
    log = open_log(tmp_path, per_segment=5)
    for row in range(20):
        log.emit("item_posted", obj={"row": row})
    genesis = log.genesis_public_key
    with pytest.raises(ValueError, match="not sealed"):
        log.drop_segments(9, reason="retention 10 years")
    assert log.drop_segments(2, reason="retention 10 years") == 2
    assert log.drop_segments(2, reason="retention 10 years") == 0
    log.close()
    with open_log(tmp_path, per_segment=5) as again:
        again.emit("item_posted", obj={"row": 99})
        assert again.genesis_public_key == genesis

    report = verify_folder(tmp_path, genesis=[genesis])
    assert report.ok, report.sentences
    assert "2 oldest segments were dropped, as declared" in " ".join(report.sentences)

    sorted(tmp_path.rglob("*.jsonl"))[0].unlink()  # a third one, without a word
    report = verify_folder(tmp_path, genesis=[genesis])
    assert not report.ok


def test_a_typical_record_is_small(tmp_path: Path) -> None:
    """At most 4 KB of audit text per item, at some six records each."""
    with open_log(tmp_path) as log:
        log.emit(
            "item_posted",
            obj={"batch": "B-7K2M4QXN3P", "row": 17, "item": "B-7K2M4QXN3P-0017", "attempt": 1},
            data={"receipt": "0012345678", "amount": "1234.50", "currency": "CZK"},
            evidence=[Evidence("screenshot", "ab" * 32, 61234), Evidence("dom", "cd" * 32, 9123)],
        )
    (line,) = [
        each
        for path in tmp_path.rglob("*.jsonl")
        for each in path.read_bytes().splitlines()
        if b'"item_posted"' in each
    ]
    assert len(line) <= 700


def test_no_warning_is_left_behind(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        open_log(tmp_path).close()

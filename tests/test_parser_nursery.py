"""Boxes of one nursery are as apart, and as bounded, as boxes of their own."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from counterfoil.adapters.parser_box import Limits, nursery, run, stream
from counterfoil.errors import Quarantined

VICTIMS = "tests.box_victims"


def in_tests(**bounds: Any) -> Limits:
    return Limits(
        **{"memory_bytes": 2**28, "cpu_seconds": 1, "wall_seconds": 60, "answer_bytes": 100_000}
        | {"file_bytes": 100_000}
        | bounds
    )


def stock(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = run(f"{VICTIMS}:take_stock", path, {}, limits=in_tests())
    return found


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_box_of_a_nursery_reaches_and_may_no_more_than_one_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERFOIL_SECRET", "hunter2")
    own = stock(tmp_path)
    with nursery(f"{VICTIMS}:take_stock"):
        first, second = stock(tmp_path), stock(tmp_path)
    assert first == second == own
    assert own["left"] == []
    assert "COUNTERFOIL_SECRET" not in own["environment"]


@pytest.mark.parametrize(
    ("victim", "says"),
    [
        ("eat_memory", "memory"),
        ("spin", "processor time"),
        ("sleep", "longer than 2 s"),
        ("abort", "SIGABRT"),
        ("crash", "SIGSEGV"),
        ("write_a_large_file", "OSError|wrote more than|SIGXFSZ"),
        ("talk_too_much", "longer than 100,000 bytes"),
        ("raise_with_an_account", "ValueError"),
        ("leave", "code 3"),
        ("recurse", "nested|SIGSEGV"),
    ],
)
def test_whatever_a_parser_does_it_ends_alone(victim: str, says: str, tmp_path: Path) -> None:
    limits = in_tests(wall_seconds=2 if victim == "sleep" else 60)
    with nursery(f"{VICTIMS}:take_stock"):
        with pytest.raises(Quarantined, match=says):
            run(f"{VICTIMS}:{victim}", tmp_path, {}, limits=limits)
        assert stock(tmp_path)["left"] == []


def test_boxes_are_children_of_the_nursery_one_at_a_time(tmp_path: Path) -> None:
    with nursery(f"{VICTIMS}:who"):
        first = stream(f"{VICTIMS}:who", tmp_path, {}, limits=in_tests())
        box, parent = next(first), next(first)
        assert parent != os.getpid()
        # a second at the same time is one of its own
        assert list(stream(f"{VICTIMS}:who", tmp_path, {}, limits=in_tests()))[1] == os.getpid()
        assert list(first) == []
        again = list(stream(f"{VICTIMS}:who", tmp_path, {}, limits=in_tests()))
        assert again[1] == parent
        assert again[0] != box
    assert not alive(parent)
    assert not alive(box)


def test_a_stream_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    with nursery(f"{VICTIMS}:who"):
        answers = stream(f"{VICTIMS}:count_for_ever", tmp_path, {}, limits=in_tests())
        assert next(answers) == 0
        answers.close()
        box, parent = stream(f"{VICTIMS}:who", tmp_path, {}, limits=in_tests())
    assert not alive(parent)
    assert not alive(box)


def test_when_the_nursery_dies_files_are_read_without_it(tmp_path: Path) -> None:
    with nursery(f"{VICTIMS}:who"):
        _, parent = stream(f"{VICTIMS}:who", tmp_path, {}, limits=in_tests())
        os.kill(parent, signal.SIGKILL)
        assert list(stream(f"{VICTIMS}:who", tmp_path, {}, limits=in_tests()))[1] == os.getpid()


def test_a_box_whose_nursery_dies_is_no_answer(tmp_path: Path) -> None:
    with nursery(f"{VICTIMS}:sleep"):
        _, parent = stream(f"{VICTIMS}:who", tmp_path, {}, limits=in_tests())
        threading.Timer(0.5, os.kill, (parent, signal.SIGKILL)).start()
        with pytest.raises(Quarantined, match="parser_died"):
            run(f"{VICTIMS}:sleep", tmp_path, {}, limits=in_tests(wall_seconds=3))

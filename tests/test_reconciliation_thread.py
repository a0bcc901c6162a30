"""Queries are answered by the thread that asks them, and nothing else about them changes."""

from __future__ import annotations

import resource
import threading

import polars as pl
import pytest

from counterfoil.adapters.reconciliation_thread import on_this_thread
from counterfoil.errors import Quarantined

JOINS = 200


def _joined() -> pl.DataFrame:
    lines = pl.DataFrame({"line": [3, 1, 2], "amount": [30, 10, 20]})
    for _ in range(JOINS):
        found = lines.join(lines, on="line", maintain_order="left")
    return found


def _waits() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw


def test_no_query_waits_for_another_thread() -> None:
    before = _waits()
    outside = _joined()
    between = _waits()
    inside = on_this_thread(_joined)()
    after = _waits()
    assert outside.equals(inside)
    assert between - before >= JOINS, "polars has changed: this module may not be needed"
    assert after - between < JOINS / 4


def test_it_is_done_once_by_the_caller_with_all_that_it_was_given() -> None:
    told: list[object] = []

    @on_this_thread
    def work(first: int, *, second: str) -> str:
        told.append((first, second, threading.current_thread()))
        return second * first

    assert work(2, second="ab") == "abab"
    assert told == [(2, "ab", threading.main_thread())]


@pytest.mark.parametrize(
    "trouble", [Quarantined("code", "reason", remedy="remedy"), KeyboardInterrupt()]
)
def test_an_error_comes_through_as_it_is(trouble: BaseException) -> None:
    @on_this_thread
    def work() -> None:
        raise trouble

    with pytest.raises(type(trouble)) as raised:
        work()
    assert raised.value is trouble

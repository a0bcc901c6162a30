"""Queries are answered by the thread that asks them, and nothing else about them changes."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from counterfoil.adapters.reconciliation_thread import on_this_thread
from counterfoil.errors import Quarantined

ROOT = Path(__file__).parent.parent
JOINS = 200
#: How often the process waits while it joins outside, and inside; and whether the rows differ.
MEASURED = f"""
import resource
import counterfoil
import polars as pl
from counterfoil.adapters.reconciliation_thread import on_this_thread

def joined():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
    lines = pl.DataFrame({{"line": [3, 1, 2], "amount": [30, 10, 20]}})
    for _ in range({JOINS}):
        found = lines.join(lines, on="line", maintain_order="left")
    return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - before, found.rows()

outside, inside = joined(), on_this_thread(joined)()
print(outside[0], inside[0], outside[1] == inside[1])
"""


def test_no_query_waits_for_another_thread() -> None:
    told = subprocess.run(
        [sys.executable, "-c", MEASURED], check=True, capture_output=True, text=True, cwd=ROOT
    )
    outside, inside, same = told.stdout.split()
    assert int(outside) >= JOINS, "polars has changed: this module may not be needed"
    assert int(inside) < JOINS / 4
    assert same == "True"


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

"""Polars' queries on the thread that asks them, where polars has one thread only.

A query from outside wakes polars' own thread and waits for it: a tenth of a millisecond, more
than most of the five thousand of a reconciliation take, and memory that one thread allocates
and another frees. Inside a function that polars itself calls in a streaming query there is no
such passing on. Nothing else changes: the same queries, one after the other, with the same
results; signals and errors come through as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import polars as pl

_P = ParamSpec("_P")
_R = TypeVar("_R")


def on_this_thread(work: Callable[_P, _R]) -> Callable[_P, _R]:
    """*work*, its queries answered by the thread that calls it; with more threads as it was."""

    @wraps(work)
    def worked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        if pl.thread_pool_size() > 1:
            return work(*args, **kwargs)
        done: list[_R] = []
        trouble: list[BaseException] = []

        def begin(nothing: pl.DataFrame) -> pl.DataFrame:
            try:
                done.append(work(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - raised again, as it is, outside of polars
                trouble.append(error)
            return nothing

        pl.LazyFrame().map_batches(begin).collect(engine="streaming")
        if trouble:
            raise trouble[0]
        (result,) = done
        return result

    return worked

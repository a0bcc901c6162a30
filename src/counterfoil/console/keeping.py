"""What a console remembers for a while, so that fifty people ask the ledger no more than one."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Generic, TypeVar

from counterfoil.domain.kpi import KpiReport
from counterfoil.errors import CounterfoilError

T = TypeVar("T")

KPI_SECONDS = 30.0  # figures of 30 days are read again when they are older
KPI_REST = 20  # ... and a rest of so many times what the reading took: 5 % of a core
KEPT_REST = 6  # times the processor time of the reading; on a busy machine it takes far longer


class Recent(Generic[T]):
    """The last few values that were put under a name."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[str, T] = OrderedDict()

    def get(self, name: str) -> T | None:
        """What was put there last; None: nothing, or long ago."""
        with self._lock:
            return self._values.get(name)

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._values.clear()

    def put(self, name: str, value: T) -> None:
        """Keep it."""
        with self._lock:
            self._values[name] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)


class Once(Generic[T]):
    """Values that are kept for some seconds under a token, and taken once."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._lock = threading.Lock()
        self._values: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def put(self, name: str, value: T) -> None:
        """Keep it; the oldest goes when there are too many."""
        with self._lock:
            self._values[name] = (time.monotonic(), value)
            while len(self._values) > self._most:
                self._values.popitem(last=False)

    def take(self, name: str) -> T | None:
        """What was put there, which is gone now; None: nothing, or too long ago."""
        with self._lock:
            at, value = self._values.pop(name, (0.0, None))
        return value if time.monotonic() - at <= self._seconds else None


class Figures:
    """The KPIs, read beside the pages: nobody waits for them, and no bot is held up by them."""

    def __init__(self, read: Callable[[], KpiReport]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._report: KpiReport | None = None
        self._again_at = -1.0
        self._reading: threading.Thread | None = None

    def get(self) -> KpiReport | None:
        """What was read last; None: nothing is read yet. It is read anew when it is too old."""
        with self._lock:
            idle = self._reading is None or not self._reading.is_alive()
            if idle and time.monotonic() >= self._again_at:
                self._reading = threading.Thread(target=self._take, name="figures", daemon=True)
                self._reading.start()
        return self._report

    def _take(self) -> None:
        began = time.monotonic()
        self._again_at = began + KPI_SECONDS  # also when it fails: it is not tried all the time
        self._report = self._read()
        took = time.monotonic() - began
        self._again_at = time.monotonic() + max(KPI_SECONDS, KPI_REST * took)


class Kept(Generic[T]):
    """A value that is read again after something has changed.

    One thread reads; whoever asks meanwhile is told the value before. What takes long to read
    is read less often: at most a seventh of a core goes into it, and half of the time.

    Args:
        seconds: How old a value may be at least.
        mark: Tells another value whenever *read* might; None: time alone counts.
        longest: How old a value may be at most, though nothing has changed.
    """

    def __init__(
        self,
        read: Callable[[], T],
        *,
        seconds: float,
        mark: Callable[[], object] | None = None,
        longest: float = 3600.0,
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._mark = mark
        self._longest = longest
        self._lock = threading.Lock()
        self._kept: tuple[object, float, T] | None = None  # mark, not before, value

    def get(self) -> T:
        """The value, read anew if need be."""
        kept = self._kept
        if kept is not None and self._is_good(kept):
            return kept[2]
        if not self._lock.acquire(blocking=kept is None):
            assert kept is not None
            return kept[2]
        try:
            now = self._kept  # somebody may just have read it
            return now[2] if now is not None and self._is_good(now) else self._take()
        finally:
            self._lock.release()

    def renew(self) -> T:
        """The value, read now, however new it is."""
        with self._lock:
            return self._take()

    def forget(self) -> None:
        """Have it read again by whoever asks next."""
        self._kept = None

    def _is_good(self, kept: tuple[object, float, T]) -> bool:
        now = time.monotonic()
        if now < kept[1]:
            return True
        return self._mark is not None and now < kept[1] + self._longest and self._mark() == kept[0]

    def _take(self) -> T:
        mark, began, worked = self._mark and self._mark(), time.monotonic(), time.thread_time()
        value = self._read()
        ended, worked = time.monotonic(), time.thread_time() - worked
        rest = max(self._seconds, KEPT_REST * worked, ended - began)
        self._kept = (mark, ended + rest, value)
        return value


class Present:
    """Who was there when: written down for all at once, so that a look writes nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, datetime] = {}
        self._new: dict[str, datetime] = {}

    def note(self, token_sha256: str, at: datetime) -> None:
        """Somebody did something by hand."""
        with self._lock:
            self._seen[token_sha256] = self._new[token_sha256] = at

    def when(self, token_sha256: str) -> datetime | None:
        """Since it was last written down; None: not since then."""
        with self._lock:
            return self._seen.get(token_sha256)

    def write_down(self, write: Callable[[Mapping[str, datetime]], None]) -> None:
        """What is new; what *write* could not keep is tried again."""
        with self._lock:
            new, self._new = self._new, {}
        try:
            if new:
                write(new)
        except CounterfoilError:
            with self._lock:
                self._new = {**new, **self._new}
            raise
        with self._lock:
            written = [each for each, at in new.items() if self._seen.get(each) == at]
            for each in written:
                del self._seen[each]

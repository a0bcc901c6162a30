"""Records that nobody waited for are on disk within a second, also when nothing follows."""

from __future__ import annotations

import threading
from collections.abc import Callable

from counterfoil.errors import AuditLost

UNSYNCED_MAX_SECONDS = 1.0


class SyncSoon:
    """One thread that syncs at most once a second, and only when there is something."""

    def __init__(self, sync: Callable[[], None]) -> None:
        self._sync = sync
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-sync", daemon=True)
        self._thread.start()

    def want(self) -> None:
        """Something was written and not synced. Cheap enough for every record."""
        if not self._wanted.is_set():
            self._wanted.set()

    def end(self) -> None:
        """Stop, without a last sync: the stream's own end does that."""
        self._ended.set()
        self._wanted.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wanted.wait()
            if self._ended.wait(UNSYNCED_MAX_SECONDS):
                return
            self._wanted.clear()
            try:
                self._sync()
            except AuditLost:
                return  # the stream has failed, and the next emit says so

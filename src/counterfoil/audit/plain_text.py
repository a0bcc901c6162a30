"""The same story as text, for people with ``tail -f``. It is no evidence."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from counterfoil.audit.files import write_all

TEXT_MAX_BYTES = 16 * 1024 * 1024
TEXT_FILES_MAX = 5


class PlainText:
    """One line per event in a file that starts afresh at 16 MiB; four old ones stay."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = self._open()

    def write(self, at: datetime, level: str, text: str) -> None:
        """Append one line. What would look like a second line is escaped.

        A full disk is no reason to stop here: the evidence says so by itself.
        """
        shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
        line = f"{at:%Y-%m-%d %H:%M:%S} {level:<8} {shown}\n"
        try:
            if os.fstat(self._fd).st_size > TEXT_MAX_BYTES:
                self._start_afresh()
            write_all(self._fd, line.encode("utf-8", "backslashreplace"))
        except OSError:
            return

    def close(self) -> None:
        os.close(self._fd)

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        return os.open(self._path, flags, 0o600)

    def _start_afresh(self) -> None:
        for number in range(TEXT_FILES_MAX - 1, 0, -1):
            newer = self._numbered(number - 1)
            if newer.exists():
                newer.replace(self._numbered(number))
        os.close(self._fd)
        self._fd = self._open()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path

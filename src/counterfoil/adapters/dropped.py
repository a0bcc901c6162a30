"""Dropped files, one at a time: is it finished, what is it called, and our durable copy."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import unicodedata
import zipfile
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from counterfoil.adapters.whole_folder import fsync_folder
from counterfoil.domain.documents import Document

CHUNK_BYTES = 2**20
NAME_MAX_CHARS = 80

_TEMPORARY = re.compile(
    r"[.~].*"  # .~lock.x.xlsx#, ~$x.xlsx, .x.swp
    r"|.*~"
    r"|.*\.(?:tmp|temp|part|partial|filepart|crdownload|opdownload|download|swp|lock|lck)"
    r"|.*\.(?:already-received|is-a-folder)\.txt",  # our own words to the analyst
    re.IGNORECASE | re.DOTALL,
)


class NotYetError(Exception):
    """The file changed while we looked at it: come back later."""


def is_temporary(name: str) -> bool:
    """A name that programs use while they still write, or one of our notes."""
    return _TEMPORARY.fullmatch(name) is not None


def printable(name: str) -> str:
    """*name* for people and logs: nothing in it moves the cursor or changes direction."""
    text = name.encode("utf-8", "backslashreplace").decode("utf-8")
    shown = "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
    return shown[:200]


def safe_name(name: str) -> str:
    """A name of our own that reminds of *name*: ASCII, short, never empty, no path."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, dot, suffix = re.sub(r"[^A-Za-z0-9._-]+", "_", plain).rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    stem = stem.strip("._-")[:NAME_MAX_CHARS] or "file"
    return stem + dot + suffix[:10]


def signature(status: os.stat_result) -> tuple[int, ...]:
    """What changes when a file does."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_nlink,
    )


def being_written(handle: int) -> bool:
    """Somebody on this machine has the file open for writing.

    A read lease is given only when nobody has. Where leases do not exist (network
    drives), the answer is no, and the waiting time has to do.

    Source: fcntl(2), "Leases". Its signal to the holder would end the process, so it is
    turned into one that is ignored.
    """
    try:
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def zip_is_whole(handle: int) -> bool:
    """A zip that ends as one: a copy that was cut off does not."""
    with os.fdopen(os.dup(handle), "rb") as file:
        return zipfile.is_zipfile(file)


def write_whole(path: Path, text: str) -> None:
    """The whole text or nothing, durably."""
    made = path.with_name(f".{path.name}.tmp")
    with made.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)
    fsync_folder(path.parent)


class Store:
    """Our copies by content, and a record of every drop by a token of our own.

    The token is made of the file's device, inode and date: the same file found again
    after a crash is the same drop, not a second one.
    """

    def __init__(self, keeping: Path) -> None:
        """Make the folders under *keeping*."""
        self._documents = keeping / "documents"
        self._drops = keeping / "drops"
        for folder in (self._documents, self._drops):
            folder.mkdir(parents=True, exist_ok=True)

    def new_token(self, status: os.stat_result) -> str:
        """Sixteen hex digits for this very file."""
        mark = f"{status.st_dev}:{status.st_ino}:{status.st_mtime_ns}:{status.st_size}"
        return sha256(mark.encode()).hexdigest()[:16]

    def keep(
        self, handle: int, status: os.stat_result, *, name: str, folder: str, at: datetime
    ) -> str:
        """Copy the open file durably and record the drop; the token.

        Raises:
            NotYetError: It changed while it was copied; nothing is recorded.
        """
        token = self.new_token(status)
        made = self._documents / f".{token}.part"
        digest = _copy(handle, made)
        if signature(os.fstat(handle)) != signature(status):
            made.unlink()
            raise NotYetError
        token = sha256(f"{token}:{digest}".encode()).hexdigest()[:16]
        made.replace(self._documents / digest)
        fsync_folder(self._documents)
        record = {
            "sha256": digest,
            "name": name,
            "folder": folder,
            "size": status.st_size,
            "received_at": at.isoformat(),
            "file": [status.st_dev, status.st_ino, status.st_mtime_ns],
        }
        if not (self._drops / f"{token}.json").exists():  # found again: first arrival counts
            write_whole(self._drops / f"{token}.json", json.dumps(record, sort_keys=True))
        self._note_first(digest, token)
        return token

    def document(self, token: str) -> tuple[Document, bool]:
        """The drop's document, and whether this drop was the first with these bytes."""
        record = self._record(token)
        digest = str(record["sha256"])
        document = Document(
            sha256=digest,
            name=str(record["name"]),
            size=int(record["size"]),
            received_at=datetime.fromisoformat(record["received_at"]),
            folder=str(record["folder"]),
            path=self._documents / digest,
        )
        return document, (self._documents / f"{digest}.first").read_text("ascii") == token

    def is_unchanged(self, token: str, status: os.stat_result) -> bool:
        """*status* is the very file that was copied, and nobody wrote to it since."""
        record = self._record(token)
        now = [status.st_dev, status.st_ino, status.st_mtime_ns]
        return bool(now == record["file"] and status.st_size == record["size"])

    def _record(self, token: str) -> dict[str, Any]:
        record: dict[str, Any] = json.loads((self._drops / f"{token}.json").read_text("utf-8"))
        return record

    def _note_first(self, digest: str, token: str) -> None:
        """Linked into place whole: exactly one drop is the first."""
        made = self._documents / f".{token}.first"
        made.write_text(token, "ascii")
        try:
            os.link(made, self._documents / f"{digest}.first")
        except FileExistsError:
            return
        finally:
            made.unlink()


def _copy(handle: int, target: Path) -> str:
    """The SHA-256 of what was copied, flushed to the disk."""
    digest = sha256()
    os.lseek(handle, 0, os.SEEK_SET)
    with target.open("wb") as out:
        while chunk := os.read(handle, CHUNK_BYTES):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()

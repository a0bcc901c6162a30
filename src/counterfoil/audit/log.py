"""The audit log: every step of a bot, durable before the next one. Home of loguru.

``emit`` goes through loguru like every other line, to a sink that writes and syncs in
the caller's own thread. Then it checks that the record really got its place: if a
level, a filter, a patcher or a ``remove()`` came between, it raises AuditLost and the
bot stops before its next click.
"""

from __future__ import annotations

import logging
import os
import platform
import re
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loguru import logger

from counterfoil.audit.files import make_folder
from counterfoil.audit.keys import KeyFolder
from counterfoil.audit.lines import line_facts
from counterfoil.audit.plain_text import PlainText
from counterfoil.audit.records import OWN_KINDS, Body, Mark, body
from counterfoil.audit.recovery import first_key, resume
from counterfoil.audit.stream import (
    SEGMENT_MAX_RECORDS,
    Checkpoint,
    Lock,
    StreamWriter,
)
from counterfoil.audit.sync_soon import SyncSoon
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor
from counterfoil.errors import AuditLost

if TYPE_CHECKING:
    from loguru import Message, Record

__all__ = ["AuditLog", "Checkpoint", "Mark"]

AUDIT_LEVEL = "AUDIT"
_AUDIT_LEVEL_NUMBER = 35  # between WARNING and ERROR

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


class _Pending:
    """One emitted record on its way through loguru; the sink puts its mark on it."""

    __slots__ = ("durable", "log", "mark", "record")

    def __init__(self, log: AuditLog, record: Body, *, durable: bool) -> None:
        self.log = log
        self.record = record
        self.durable = durable
        self.mark: Mark | None = None


class AuditLog:
    """The log of one bot in this process. Thread-safe."""

    def __init__(  # noqa: PLR0913
        self,
        writer: StreamWriter,
        *,
        bot: str,
        boot: str,
        redactor: Redactor,
        genesis: str,
        text: PlainText | None,
    ) -> None:
        """Use :meth:`open`."""
        self.stream = writer.name
        self.genesis_public_key = genesis
        self._writer = writer
        self._redactor = redactor
        self._actor = {"bot": bot, "run": boot}
        self._text = text
        self._sync_soon = SyncSoon(writer.sync)
        self._sink = -1

    @classmethod
    def open(  # noqa: PLR0913 - options, each with its default
        cls,
        folder: Path,
        *,
        host: str,
        bot: str,
        redactor: Redactor,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        keys: Path | None = None,
        text_file: Path | None = None,
        segment_max_records: int = SEGMENT_MAX_RECORDS,
    ) -> AuditLog:
        """Take up this bot's stream, or begin one, and let all of loguru flow into it.

        A stream that no living process holds is taken up where it ended, after a crash
        or an orderly end alike; so one genesis key per bot is enrolled once. A second
        process of the same bot gets a stream of its own.

        Args:
            folder: Holds the streams of all bots as ``<host>/<bot>/<boot-id>/``.
            host, bot: Letters, digits and ``. _ -``.
            redactor: Goes over every text before it is written.
            now: UTC.
            keys: The private keys; default ``keys/audit`` beside *folder*.
            text_file: Also written, for people to read; it is no evidence.

        Raises:
            AuditLost: The stream cannot be taken up; the message says what to do.
        """
        _check_names(host, bot)
        keys = keys if keys is not None else folder.parent / "keys" / "audit"
        boot = f"{now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        home, lock = _take_free_stream(folder / host / bot, boot)
        name = f"{host}/{bot}/{home.name}"
        try:
            stream_keys = KeyFolder(keys / host / bot / home.name)
            writer = resume(
                name, home, stream_keys, lock, now=now, segment_max_records=segment_max_records
            )
        except BaseException:
            lock.release()
            raise
        text = None if text_file is None else PlainText(text_file)
        log = cls(writer, bot=bot, boot=boot, redactor=redactor, genesis=first_key(home), text=text)
        log._begin()
        return log

    def emit(  # noqa: PLR0913 - a record has these parts
        self,
        kind: str,
        *,
        obj: Mapping[str, Any],
        data: Mapping[str, Any] | None = None,
        evidence: Sequence[Evidence] = (),
        actor: Mapping[str, str] | None = None,
        durable: bool = True,
    ) -> Mark:
        """Write one record and return its place.

        Args:
            kind: What happened, a fact in the past tense, e.g. ``item_posted``.
            obj: What it happened to: batch, row, item, attempt.
            data: Anything else; texts, integers, Decimals (kept as text), no floats.
            evidence: Blobs that are already durable.
            actor: More about who; ``bot`` and ``run`` are always there.
            durable: Return only when the record survives a power cut. Otherwise it is
                on disk with the next durable one, or within a second.

        Raises:
            AuditLost: It is not certain that the record is there. Stop.
            TypeError, ValueError: Something in it has no canonical form, or it is
                longer than 64 KiB; nothing was written.
        """
        if kind in OWN_KINDS:
            raise ValueError(f"{kind} is the log's own kind of record")
        return self._emit(kind, obj, data or {}, evidence, actor or {}, durable=durable)

    def sync(self) -> None:
        """Return when everything emitted so far survives a power cut."""
        self._writer.sync()

    def checkpoint(self) -> Checkpoint:
        """What is durable now, for a witness outside this machine."""
        return self._writer.checkpoint()

    def drop_segments(self, through: int, *, reason: str) -> int:
        """Delete the oldest segments, up to and with *through*, and say so in the log.

        Their seals stay, so the rest can still be verified. When a segment is past its
        retention date, and that nobody holds it back, is for the caller to know.

        Returns:
            How many were deleted.

        Raises:
            ValueError: One of them is not sealed; none was deleted.
            AuditLost: The log failed on the way; what was deleted is declared.
        """
        return self._writer.drop_segments(through, reason)

    def close(self) -> Checkpoint | None:
        """The end of the run: seal the segment, and say what a witness should remember.

        Closing twice is one closing; the second says nothing.
        """
        if self._sink < 0:
            return None
        self._disconnect()
        return self._writer.end()

    def __enter__(self) -> AuditLog:
        return self

    def __exit__(self, *trouble: object) -> None:
        self.close()

    def _emit(  # noqa: PLR0913
        self,
        kind: str,
        obj: Mapping[str, Any],
        data: Mapping[str, Any],
        evidence: Sequence[Evidence],
        actor: Mapping[str, str],
        *,
        durable: bool,
    ) -> Mark:
        record = body(
            kind,
            actor={**actor, **self._actor},
            obj=obj,
            data=data,
            evidence=evidence,
            redactor=self._redactor,
        )
        pending = _Pending(self, record, durable=durable)
        logger.bind(audit=pending).log(AUDIT_LEVEL, kind)  # no arguments: never a format
        if pending.mark is None:
            raise AuditLost(f"{self.stream}: {kind} did not arrive: somebody rewired loguru")
        return pending.mark

    def _connect(self) -> None:
        _prepare_loguru()
        self._sink = logger.add(
            self._receive,
            level=0,
            format=_no_text,
            filter=self._is_mine,
            catch=False,
            enqueue=False,
            diagnose=False,
            backtrace=False,
        )

    def _disconnect(self) -> None:
        sink, self._sink = self._sink, -1
        try:
            logger.remove(sink)
        except ValueError:
            logger.debug("the audit sink had been removed before its log was closed")
        self._sync_soon.end()
        if self._text is not None:
            self._text.close()

    def _is_mine(self, record: Record) -> bool:
        """Ordinary lines go to every log of this process, audit records to their own."""
        pending = record["extra"].get("audit")
        if isinstance(pending, _Pending):
            return pending.log is self
        return record["level"].no >= logging.INFO  # what is below is for developers

    def _receive(self, message: Message) -> None:
        """The sink. It must not log."""
        record = message.record
        pending = record["extra"].get("audit")
        if isinstance(pending, _Pending):
            pending.mark = self._writer.append(pending.record, durable=pending.durable)
            if not pending.durable:
                self._sync_soon.want()
            if self._text is not None:
                self._text.write(record["time"], AUDIT_LEVEL, pending.record.summary())
        else:
            self._receive_line(record)

    def _receive_line(self, record: Record) -> None:
        """An ordinary line. It is not worth an exception in somebody's log call.

        If it cannot be written the stream has failed, and the next emit says so.
        """
        facts = line_facts(record, self._redactor)
        try:
            self._writer.append(
                body("log", actor=self._actor, obj={}, data=facts, redactor=self._redactor),
                durable=False,
            )
            self._sync_soon.want()
        except AuditLost:
            facts["text"] = f"(not in the audit log) {facts['text']}"
        if self._text is not None:
            text = f"{facts['from']}: {facts['text']}"
            self._text.write(record["time"], facts["level"], text)

    def _begin(self) -> None:
        """Connect, and say who writes from here on; a log that cannot is no log."""
        facts = {
            "pid": os.getpid(),
            "python": platform.python_version(),
            "program": Path(sys.argv[0]).name if sys.argv else "",
        }
        self._connect()
        try:
            self._emit("log.opened", {}, facts, (), {}, durable=True)
        except BaseException:
            self.give_up()
            raise

    def give_up(self) -> None:
        """Let go of the files as they are, without a seal: after AuditLost."""
        if self._sink >= 0:
            self._disconnect()
        self._writer.abandon()


def _check_names(*names: str) -> None:
    for each in names:
        if not _NAME.fullmatch(each):
            raise ValueError(f"not a name for a stream: {each!r}")


def _take_free_stream(folder: Path, boot: str) -> tuple[Path, Lock]:
    """The oldest stream in *folder* that no living process holds, or a new one."""
    make_folder(folder)
    homes = sorted(each for each in folder.iterdir() if each.is_dir())
    for home in (*homes, folder / boot):
        make_folder(home)
        with suppress(BlockingIOError):
            return home, Lock(home)
    raise AuditLost(f"{folder}: another process took the new stream first -> start again")


def _no_text(record: Record) -> str:
    """The sink takes the record; loguru need not format anything."""
    return ""


def _prepare_loguru() -> None:
    """Our level, no default sink (it shows variables), and stdlib logging flows in."""
    try:
        logger.level(AUDIT_LEVEL)
    except ValueError:
        logger.level(AUDIT_LEVEL, no=_AUDIT_LEVEL_NUMBER)
    with suppress(ValueError):  # it was removed before
        logger.remove(0)
    root = logging.getLogger()
    if not any(isinstance(each, _FromLogging) for each in root.handlers):
        root.addHandler(_FromLogging(logging.INFO))


class _FromLogging(logging.Handler):
    """Lines of dbos, playwright, sqlalchemy ... go into loguru as plain text."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            level: str | int = logger.level(record.levelname).name
        except ValueError:
            level = record.levelno
        named = logger.opt(exception=record.exc_info).patch(lambda line: _rename(line, record))
        named.log(level, record.getMessage())


def _rename(line: Record, record: logging.LogRecord) -> None:
    """Show where the line was written, not where it was passed on."""
    line["name"], line["function"], line["line"] = record.name, record.funcName, record.lineno

"""Where passwords come from: a folder of credential files, one secret in each, or another place.

The layout is systemd's ``CREDENTIALS_DIRECTORY``: the file's name is the secret's name,
its content the value. Values never come from environment variables or the command line:
both are shown to every process of the user.
"""

from __future__ import annotations

import os
import re
import stat
import struct
from pathlib import Path
from typing import Protocol

from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.errors import SetupError

SECRET_MAX_BYTES = 64 * 1024
_ACL_GROUPS_AND_OTHERS = (0x04, 0x08, 0x20)  # owning group, named group, everybody
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}")


class Secrets(Protocol):
    """A place that keeps secrets."""

    def get(self, name: str) -> Secret:
        """The secret *name* as it is now: what was changed counts from the next time on.

        Raises:
            SetupError: There is none, or not a right one; names the place and the remedy.
            Unavailable: The place cannot be asked just now.
        """


def check_name(name: str) -> str:
    """*name*, if a secret may be called so. Raises SetupError."""
    if not _NAME.fullmatch(name):
        raise SetupError(f"not the name of a secret: {name!r}")
    return name


class CredentialFolder:
    """Secrets as files that nobody but their owner may read."""

    def __init__(self, folder: Path, redactor: Redactor) -> None:
        self._folder = folder
        self._redactor = redactor

    @classmethod
    def of_service(cls, redactor: Redactor, *, otherwise: Path) -> CredentialFolder:
        """systemd's folder for this service if it made one, else *otherwise*.

        The variable holds the folder's name, not a secret.
        """
        given = os.environ.get("CREDENTIALS_DIRECTORY")
        return cls(Path(given) if given else otherwise, redactor)

    def get(self, name: str) -> Secret:
        """The secret in the file *name*, without the line feed at its end.

        The redactor knows it from here on, not only from its first use.

        Raises:
            SetupError: No such file, others may read it, it is empty or no text.
        """
        path = self._folder / check_name(name)
        text = _decoded(_read(path), path).removesuffix("\n").removesuffix("\r")
        if not text:
            raise SetupError(f"{path}: is empty -> put the secret there: it is the whole file")
        self._redactor.learn(text)
        return Secret(name, text, self._redactor)

    def has(self, name: str) -> bool:
        """Is there such a file at all?"""
        return bool(_NAME.fullmatch(name)) and (self._folder / name).is_file()


def _read(path: Path) -> bytes:
    remedy = f"install -m 600 /dev/stdin {path}"
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise SetupError(f"{path}: no such secret -> {remedy}") from None
    except OSError as trouble:
        raise SetupError(f"{path}: cannot be read: {trouble.strerror} -> {remedy}") from None
    try:
        facts = os.fstat(fd)
        if not stat.S_ISREG(facts.st_mode):
            raise SetupError(f"{path}: is not a regular file -> {remedy}")
        if facts.st_uid not in (0, os.geteuid()):
            raise SetupError(f"{path}: is another user's (uid {facts.st_uid}) -> chown it")
        if _others_may_read(fd, facts.st_mode):
            mode = stat.S_IMODE(facts.st_mode)
            raise SetupError(f"{path}: others may read it (mode {mode:o}) -> chmod 600 {path}")
        content = os.read(fd, SECRET_MAX_BYTES + 1)
    finally:
        os.close(fd)
    if len(content) > SECRET_MAX_BYTES:
        raise SetupError(f"{path}: longer than {SECRET_MAX_BYTES} bytes, no secret is")
    return content


def _others_may_read(fd: int, mode: int) -> bool:
    """Group or world, unless the group bits only show the mask of an access list.

    For a service with ``User=`` systemd leaves root the owner and adds that user to the
    file's access list; its group bits then are no group's right.
    """
    if not mode & 0o077:
        return False
    try:
        entries = os.getxattr(fd, "system.posix_acl_access")[4:]
    except OSError:
        return True
    rights = {tag: right for tag, right, _ in struct.iter_unpack("<HHI", entries)}
    return mode & 0o037 != 0 or any(rights.get(tag, 0) for tag in _ACL_GROUPS_AND_OTHERS)


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise SetupError(f"{path}: is not UTF-8 text") from None

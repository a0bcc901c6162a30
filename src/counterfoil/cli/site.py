"""A suite's parts as a command opens them: what goes amiss beside it is said aloud."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from counterfoil.cli.terminal import say_aloud
from counterfoil.config import Suite
from counterfoil.site import (
    PERSON,
    Site,
    approval_policy,
    audit_folder,
    emitter,
    evidence_folder,
    open_reader,
    open_vault,
    secrets_of,
)
from counterfoil.site import open_site as open_quietly

__all__ = [
    "PERSON",
    "Site",
    "approval_policy",
    "audit_folder",
    "emitter",
    "evidence_folder",
    "open_reader",
    "open_site",
    "open_vault",
    "secrets_of",
]


@contextmanager
def open_site(bot: str, suite: Suite | None = None, *, boot: str = PERSON) -> Iterator[Site]:
    """As :func:`counterfoil.site.open_site`, with the sentences on standard error."""
    with open_quietly(bot, suite, boot=boot, tell=say_aloud) as site:
        yield site

"""Put a suite's parts together: the one place that opens ledger, audit log and vault."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counterfoil.adapters.secret_keyring import KeyringSecrets
from counterfoil.adapters.secret_vault import open_vault_secrets
from counterfoil.adapters.secrets import CredentialFolder, Secrets
from counterfoil.audit.checkpoints import Checkpoints
from counterfoil.audit.log import AuditLog
from counterfoil.audit.witness import Witness
from counterfoil.cli.terminal import say_aloud
from counterfoil.config import Suite, find_suite
from counterfoil.domain.secrets import Redactor
from counterfoil.rules.approval import ApprovalPolicy
from counterfoil.store.evidence import EvidenceStore
from counterfoil.store.ledger import Ledger
from counterfoil.store.vault import Vault, read_or_make_key

PERSON = "person"  # the boot of whoever only decides
#: A process that works waits for a database that restarts; a person is told at once.
LEDGER_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Site:
    """A suite at work: everything that a command may need."""

    suite: Suite
    redactor: Redactor
    secrets: Secrets
    vault: Vault
    evidence: EvidenceStore
    audit: AuditLog
    checkpoints: Checkpoints
    ledger: Ledger


def audit_folder(suite: Suite) -> Path:
    """Where the streams of all bots are."""
    return suite.data / "audit"


def evidence_folder(suite: Suite) -> Path:
    """Where the blobs are."""
    return suite.data / "evidence"


def open_vault(suite: Suite) -> Vault:
    """The key of what is sealed at rest; made on first use."""
    return Vault(read_or_make_key(suite.data / "keys" / "vault.key"))


def secrets_of(suite: Suite, redactor: Redactor) -> Secrets:
    """Where config.toml says that passwords are. Raises SetupError: it cannot be used here."""
    settings = suite.config.secrets
    files = CredentialFolder.of_service(
        redactor, otherwise=suite.path(suite.config.site.credentials)
    )
    if settings.source == "keyring":
        return KeyringSecrets(settings.service, redactor)
    if settings.vault is not None:
        return open_vault_secrets(settings.vault, redactor, keys=files, root=suite.root)
    return files


def approval_policy(suite: Suite) -> ApprovalPolicy:
    """What config.toml says about the second pair of eyes."""
    settings = suite.config.approval
    return ApprovalPolicy(
        limits=settings.limits,
        count_max=settings.count_max,
        approvers=settings.approvers,
        aliases=settings.aliases,
    )


def emitter(site: Site) -> Callable[[str, Mapping[str, Any]], None]:
    """What a workflow tells goes into the site's audit log."""

    def emit(kind: str, data: Mapping[str, Any]) -> None:
        site.audit.emit(kind, obj={}, data=data)

    return emit


def host_name() -> str:
    """This machine, in the letters that a stream's name may have."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname()) or "host"


@contextmanager
def open_site(bot: str, suite: Suite | None = None, *, boot: str = PERSON) -> Iterator[Site]:
    """The suite around the current folder, with an audit stream for *bot*.

    The log is shown to its witness as it opens and as it closes.

    Raises:
        SetupError: Something of it is missing or wrong.
        Refused: The audit log is not the one that its witness remembers.
    """
    suite = suite or find_suite(Path.cwd())
    redactor = Redactor()
    suite.data.mkdir(parents=True, exist_ok=True)
    vault = open_vault(suite)
    checkpoints = Checkpoints(audit_folder(suite), Witness(suite.witness), tell=say_aloud)
    log = AuditLog.open(audit_folder(suite), host=host_name(), bot=bot, redactor=redactor)
    with checkpoints.over(log) as audit:
        ledger = Ledger.open(
            suite.ledger_url,
            boot=boot,
            audit=audit,
            vault=vault,
            redactor=redactor,
            patience=0.0 if boot == PERSON else LEDGER_PATIENCE_SECONDS,
        )
        try:
            yield Site(
                suite=suite,
                redactor=redactor,
                secrets=secrets_of(suite, redactor),
                vault=vault,
                evidence=EvidenceStore(evidence_folder(suite), redactor),
                audit=audit,
                checkpoints=checkpoints,
                ledger=ledger,
            )
        finally:
            ledger.close()


@contextmanager
def open_reader(suite: Suite | None = None) -> Iterator[Ledger]:
    """The ledger for reading only: no audit stream, nothing can be changed."""
    suite = suite or find_suite(Path.cwd())
    suite.data.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.open(suite.ledger_url)
    try:
        yield ledger
    finally:
        ledger.close()

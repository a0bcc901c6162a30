"""The real process that the kill battery kills: one worker on one suite, until all is done.

python -m tests.keying_process SUITE

Like ``counterfoil run`` it opens the floor first, and loads the rest meanwhile.
"""

from __future__ import annotations

import sys
from pathlib import Path

from counterfoil.config import CONFIG_NAME, Suite, find_suite
from workflows.floor import Floor


def main(root: Path) -> None:
    """Key what is due in the suite at *root*."""
    assert (root / CONFIG_NAME).is_file(), f"{root} is no suite"
    suite = find_suite(root)
    with Floor(suite) as floor:
        _key(suite, floor)


def _key(suite: Suite, floor: Floor) -> None:
    from functools import partial

    from counterfoil.adapters.secrets import CredentialFolder
    from counterfoil.audit.log import AuditLog
    from counterfoil.domain.secrets import Redactor
    from counterfoil.store.evidence import EvidenceStore
    from counterfoil.store.ledger import Ledger
    from counterfoil.store.vault import Vault, read_or_make_key
    from workflows.keying import Tools, key_due_items

    redactor = Redactor()
    with AuditLog.open(suite.data / "audit", host="test", bot="worker", redactor=redactor) as audit:
        ledger = Ledger.open(
            suite.ledger_url,
            audit=audit,
            vault=Vault(read_or_make_key(suite.data / "keys" / "vault.key")),
            redactor=redactor,
        )
        tools = Tools(
            suite=suite,
            ledger=ledger,
            secrets=CredentialFolder(suite.path(suite.config.site.credentials), redactor),
            evidence=EvidenceStore(suite.data / "evidence", redactor),
            redactor=redactor,
        )
        floor.run(partial(key_due_items, tools, until_done=True))
        ledger.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

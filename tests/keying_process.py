"""The real process that the kill battery kills: one worker on one suite, until all is done.

python -m tests.keying_process SUITE [SECONDS]

With SECONDS the watchdog kills a browser that has been silent for so long.
Like ``counterfoil run`` it opens the floor first, and loads the rest meanwhile.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from counterfoil.config import CONFIG_NAME, Suite, find_suite
from workflows.floor import Floor

if TYPE_CHECKING:
    from workflows.keying import Tools


def main(root: Path, browser_silent: float) -> None:
    """Key what is due in the suite at *root*."""
    assert (root / CONFIG_NAME).is_file(), f"{root} is no suite"
    with a_worker(find_suite(root)) as (floor, tools):
        from functools import partial

        from counterfoil.engine.watchdog import Limits
        from workflows.keying import key_due_items

        limits = Limits(browser_silent=browser_silent)
        floor.run(partial(key_due_items, tools, until_done=True, limits=limits))


@contextmanager
def a_worker(suite: Suite) -> Iterator[tuple[Floor, Tools]]:
    """A floor, and what keying needs, loaded meanwhile."""
    with Floor(suite) as floor:
        from counterfoil.adapters.secrets import CredentialFolder
        from counterfoil.audit.log import AuditLog
        from counterfoil.domain.secrets import Redactor
        from counterfoil.store.evidence import EvidenceStore
        from counterfoil.store.ledger import Ledger
        from counterfoil.store.vault import Vault, read_or_make_key
        from workflows.keying import Tools

        redactor = Redactor()
        audit_folder = suite.data / "audit"
        with AuditLog.open(audit_folder, host="test", bot="worker", redactor=redactor) as audit:
            ledger = Ledger.open(
                suite.ledger_url,
                audit=audit,
                vault=Vault(read_or_make_key(suite.data / "keys" / "vault.key")),
                redactor=redactor,
            )
            yield (
                floor,
                Tools(
                    suite=suite,
                    ledger=ledger,
                    secrets=CredentialFolder(suite.path(suite.config.site.credentials), redactor),
                    evidence=EvidenceStore(suite.data / "evidence", redactor),
                    redactor=redactor,
                ),
            )
            ledger.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 20.0)

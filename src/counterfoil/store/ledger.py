"""The ledger: the truth about every document, batch and item. Each verb is one transaction.

The verbs are grouped by who uses them: filing (intake), approving, deciding and
sequencing (people), claims and outcomes (the keying protocol), due, leasing and pausing
(workers), reading (everybody). schema.py says what every column means.
"""

from __future__ import annotations

import os
import platform
import secrets
from collections.abc import Callable
from datetime import datetime

from counterfoil.domain.secrets import Redactor
from counterfoil.domain.under import UNDER
from counterfoil.store.approving import Approving
from counterfoil.store.book import Audit, Carrier, Sealer
from counterfoil.store.database import open_engine
from counterfoil.store.deciding import Deciding
from counterfoil.store.due import Due
from counterfoil.store.filing import Filing
from counterfoil.store.leasing import CHILD, Leasing
from counterfoil.store.operating import Operating
from counterfoil.store.outcomes import Outcomes
from counterfoil.store.pausing import Pausing
from counterfoil.store.reading import Reading
from counterfoil.store.sequencing import Sequencing


def new_boot() -> str:
    """A start of a process on this machine: never the same twice.

    A process that a worker began is of that worker's family: what it holds is as alive as
    the worker, also where one worker is all there may be (``store.leasing``).
    """
    own = secrets.token_hex(6)
    if worker := os.environ.get(UNDER):
        return f"{worker}{CHILD}{own}"
    return f"{platform.node() or 'host'}/{own}"


class Ledger(
    Filing,
    Approving,
    Deciding,
    Sequencing,
    Due,
    Outcomes,
    Leasing,
    Pausing,
    Operating,
    Reading,
):
    """All verbs over one database."""

    @classmethod
    def open(  # noqa: PLR0913 - the ledger's whole environment, once
        cls,
        url: str,
        *,
        boot: str | None = None,
        audit: Audit | None = None,
        vault: Sealer | None = None,
        redactor: Redactor | None = None,
        carrier: Carrier | None = None,
        clock: Callable[[], datetime] | None = None,
        patience: float = 0.0,
    ) -> Ledger:
        """Connect, and bring the tables up to date.

        Args:
            url: SQLAlchemy's. ``sqlite:///path`` is one worker process, ``postgresql://``
                is many machines.
            boot: This start of this process: what it holds is held under that name. None:
                a fresh one.
            audit: Where every change is told; None: this ledger is only read.
            vault: Opens and seals payloads; None: they stay sealed.
            redactor: Knows what must not be seen; None: nothing is known yet.
            carrier: Enqueues what became due, in the same transaction; None: the
                sweeper of a running worker finds it.
            clock: For tests and the simulator.
            patience: Seconds to wait for a database that is not there yet.

        Raises:
            SetupError: The database is too old, or newer than this program.
        """
        return cls(
            open_engine(url, patience=patience),
            boot=boot or new_boot(),
            audit=audit,
            vault=vault,
            redactor=redactor or Redactor(),
            carrier=carrier,
            clock=clock,
        )

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

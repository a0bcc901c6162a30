"""Counterfoil: unattended bots for the bank back office, every keystroke on the record."""

import os

#: Polars reads it once, when it is loaded. One thread costs a reconciliation less processor time
#: and memory than two (docs/RECONCILIATION.md), and the other cores are the other workers'.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

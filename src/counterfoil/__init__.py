"""Counterfoil: unattended bots for the bank back office, every keystroke on the record."""

import os

#: Polars reads it once, when it is loaded. One thread costs a reconciliation less processor time
#: and memory than two (docs/RECONCILIATION.md), and the other cores are the other workers'.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
#: No thread beside that one for the groups of a small table, and none that waits for numpy's
#: algebra, of which we have none: they cost more than they save.
os.environ.setdefault("POLARS_NO_PARTITION", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
#: What polars frees it keeps for ten seconds, as its allocator does by itself, and not for half a
#: one: a tenth of the time of a million lines goes into giving pages back and taking them anew.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000")

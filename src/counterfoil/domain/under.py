"""Under whom a process runs: apart, because every command asks it first."""

#: In the environment of a process that a worker began: the worker's boot.
UNDER = "COUNTERFOIL_UNDER"

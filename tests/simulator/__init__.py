"""A whole keying room in one process: bank, ledger, workers, faults, on a virtual clock.

The production coroutine ``engine.keying.key_once`` is driven by hand. Every call of a
port is a suspension point, at which the plan decides: go on, answer with a fault, kill
the worker, or freeze it for up to ten minutes while others go on. One seed decides all.

    steps.py   the suspension point, and what may happen at one
    plans.py   chance (one seeded generator) or a script (one chosen mishap)
    bank.py    the legacy system over fixtures/corebank/books.py, and a session of it
    ledger.py  the journal port, with the production ledger's claims, leases and fencing
    world.py   workers, clock, the scheduler
    oracle.py  the judgement, from the bank's own books
"""

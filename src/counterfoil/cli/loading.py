"""Modules are loaded without a search for garbage in between, and are none for ever after."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """While much is imported: the search finds nothing, and takes a tenth of a short command.

    What is loaded is put where no later search looks, the one at the end included.
    """
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if looked:
            gc.enable()

"""What is raised at a file that is no workbook inside becomes a reason for people."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException

from counterfoil.adapters.sheets.preflight import SAVE_AS
from counterfoil.errors import Quarantined

#: By whatever takes its parts and their XML apart.
BROKEN = (
    zipfile.BadZipFile,
    ParseError,
    DefusedXmlException,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OverflowError,
    EOFError,
    UnicodeError,
)


@contextmanager
def broken_is_quarantined(broken: tuple[type[Exception], ...] = BROKEN) -> Iterator[None]:
    """What is in *broken* becomes a reason for people."""
    try:
        yield
    except broken as trouble:
        raise Quarantined(
            "unreadable",
            f"the workbook's inside is broken ({type(trouble).__name__})",
            remedy=SAVE_AS,
        ) from trouble

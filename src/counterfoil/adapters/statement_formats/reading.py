"""Which format is it, by its content; and what it says. Names of files are never looked at.

Pure: bytes in, records out. Runs inside the parser box like every reader of foreign files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from counterfoil.adapters.statement_formats import bai2_file, camt, csv_export, mt940, ofx
from counterfoil.adapters.statement_formats.options import ReadOptions
from counterfoil.domain.statement_drafts import Draft
from counterfoil.errors import Quarantined


@dataclass(frozen=True, slots=True)
class Format:
    """One family of e-statements."""

    recognise: Callable[[bytes], str | None]
    read: Callable[[bytes, ReadOptions], list[Draft]]


#: CSV last: almost every text is one.
FORMATS = tuple(
    Format(each.recognise, each.read) for each in (camt, ofx, mt940, bai2_file, csv_export)
)
CONTENT_MAX = 64 * 2**20  # bytes; 50,000 entries of CAMT are 40 MB


def recognise(content: bytes) -> str | None:
    """The format's own name ("camt.053.001.08", "mt940", "ofx" ...); None for no e-statement."""
    return next((name for each in FORMATS if (name := each.recognise(content))), None)


def read(content: bytes, options: ReadOptions) -> tuple[str, list[Draft]]:
    """(the format's name, one draft of each account and statement).

    Raises:
        Quarantined: It is no e-statement that we know, or it cannot be read as a whole.
    """
    if len(content) > CONTENT_MAX:
        raise Quarantined(
            "too_large",
            f"{len(content):,} bytes are more than a statement has",
            remedy="ask the bank for shorter periods",
        )
    for each in FORMATS:
        name = each.recognise(content)
        if name is not None:
            return name, each.read(content, options)
    raise Quarantined(
        "unknown_format",
        "the content is none of CAMT, OFX, MT940, MT942, BAI2 and CSV",
        remedy="fetch the file again: an HTML page instead of it means that the session is over",
    )

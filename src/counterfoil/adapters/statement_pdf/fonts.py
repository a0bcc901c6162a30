"""The fonts that pdfium may take for those that a file names but does not carry: its own.

Left alone it takes whatever is installed beside us: letters get other boxes, and one file
proves on one machine and not on the next.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import pypdfium2_raw as pdfium


def shut_out() -> None:
    """Let pdfium, initialised just before, find no font of the system."""
    pdfium.FPDF_SetSystemFontInfo(ctypes.byref(_lookup()))


@cache
def _lookup() -> Any:
    """A system without a font. Kept for good: pdfium holds on to it until it ends."""
    kinds = {name: kind for name, kind, *_ in pdfium.FPDF_SYSFONTINFO._fields_}
    none = {name: kinds[name](lambda *_: None) for name in ("Release", "EnumFonts", "DeleteFont")}
    found = {name: kinds[name](lambda *_: None) for name in ("MapFont", "GetFont")}
    told = {
        name: kinds[name](lambda *_: 0) for name in ("GetFontData", "GetFaceName", "GetFontCharset")
    }
    return pdfium.FPDF_SYSFONTINFO(version=1, **none, **found, **told)

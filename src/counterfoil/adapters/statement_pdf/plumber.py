"""The second reader: pdfplumber's characters, by another program's eyes. Home of pdfplumber.

It is fifteen times dearer, so it is asked only where the first reader's pages prove
nothing, or where a second opinion was ordered. Every page is closed after use: its
characters take 2 kB each.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdftypes import resolve1
from pdfminer.psparser import LIT, PSLiteral
from pdfplumber.utils.exceptions import PdfminerException

from counterfoil.adapters.statement_pdf.characters import SOFT_HYPHEN
from counterfoil.adapters.statement_pdf.glyphs import SPACE, Glyph, hue_of, rows_of
from counterfoil.domain.pages import Page, PrintedPages
from counterfoil.errors import Quarantined

PAGES_MAX = 400  # a second opinion on more than that takes minutes
TINY = 150  # hundredths of a point
WHITE = 0.96  # every colour part above this is white


def read(path: Path, password: str | None) -> PrintedPages:
    """Every page of the document at *path*. Raises Quarantined."""
    try:
        with pdfplumber.open(path, password=password or "") as document:
            count = len(document.pages)
            if count > PAGES_MAX:
                raise Quarantined(
                    "page_count",
                    f"{count:,} pages are too many for a second reading",
                    remedy="teach its layout with: counterfoil statement teach FILE",
                )
            pages = tuple(_page(number, page) for number, page in enumerate(document.pages, 1))
            made_on = str((document.metadata or {}).get("CreationDate", ""))
    except (PdfminerException, PDFPasswordIncorrect) as trouble:
        raise Quarantined(
            "no_pdf", f"the second reader cannot open it ({type(trouble).__name__})"
        ) from None
    return PrintedPages(reader="pdfplumber", pages=pages, made_on=made_on)


@lru_cache(maxsize=64)
def only_names_fonts(path: Path, password: str | None, number: int) -> bool:
    """Whether every font of a page is a name: no letters in the file, no meaning of its own.

    Drawings within the page may bring fonts of their own, and its mark-up other words
    (ActualText): with any of them it is not.
    """
    with pdfplumber.open(path, pages=[number], password=password or "") as document:
        page = document.pages[0].page_obj
        marked = any(b"ActualText" in resolve1(each).get_data() for each in page.contents)
        resources = page.resources
        drawn = resolve1(resources.get("XObject")) or {}
        named = resolve1(resources.get("Font")) or {}
        forms = [resolve1(each).get("Subtype") is not LIT("Image") for each in drawn.values()]
        fonts = [resolve1(each) for each in named.values()]
        marked = marked or bool(resources.get("Properties"))
        return bool(fonts) and not marked and not any(forms) and all(map(_is_a_name, fonts))


def _is_a_name(font: dict[str, Any]) -> bool:
    """No file, no table of meanings; its codes are those of a standard that it names."""
    below = [resolve1(each) for each in resolve1(font.get("DescendantFonts")) or []]
    descriptors = [resolve1(each.get("FontDescriptor")) or {} for each in (font, *below)]
    carried = any(key.startswith("FontFile") for each in descriptors for key in each)
    encoding = resolve1(font.get("Encoding"))
    told = encoding is None or isinstance(encoding, PSLiteral)
    return not carried and told and "ToUnicode" not in font and font["Subtype"] is not LIT("Type3")


def _page(number: int, page: Any) -> Page:
    seen: list[Glyph] = []
    hidden = 0
    for order, char in enumerate(page.chars):
        if not char["upright"]:
            continue
        if not _is_seen(char, page):
            hidden += 1
            continue
        seen.append(_glyph(char, order))
    made = Page(
        number=number,
        width=round(page.width * 100),
        height=round(page.height * 100),
        rows=rows_of(seen, number, lambda order: _hue(page.chars[order])),
        characters=sum(glyph[4] != SPACE for glyph in seen),
        hidden=hidden,
        images=len(page.images),
        turn=-int(page.rotation or 0) % 360,
    )
    page.close()
    return made


def _glyph(char: dict[str, Any], order: int) -> Glyph:
    text = str(char["text"]).replace(chr(SOFT_HYPHEN), "-")
    middle = round((char["top"] + char["bottom"]) * 50)
    height = round((char["bottom"] - char["top"]) * 100)
    character = SPACE if text.isspace() else text
    return (round(char["x0"] * 100), order, round(char["x1"] * 100), height, character, middle)


def _hue(char: dict[str, Any]) -> int:
    parts = char.get("non_stroking_color")
    if not isinstance(parts, tuple | list) or len(parts) != 3:
        return 0  # grey, or a colour space that nothing is known of
    red, green, blue = (round(float(part) * 255) for part in parts)
    return hue_of(red, green, blue)


def _is_seen(char: dict[str, Any], page: Any) -> bool:
    if (char["bottom"] - char["top"]) * 100 < TINY:
        return False
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    left, top, right, bottom = page.bbox
    if not (left <= x <= right and top <= y <= bottom):
        return False
    return not _is_white(char) or any(_covers(rect, x, y) for rect in page.rects)


def _is_white(char: dict[str, Any]) -> bool:
    """In grey, in red, green and blue, or in inks."""
    colour = char.get("non_stroking_color")
    parts = colour if isinstance(colour, tuple | list) else (colour,)
    numbers = [part for part in parts if isinstance(part, int | float)]
    if len(numbers) == 4:
        return max(numbers) <= 1 - WHITE
    return len(numbers) in (1, 3) and min(numbers) >= WHITE


def _covers(rect: dict[str, Any], x: float, y: float) -> bool:
    return bool(
        rect.get("fill") and rect["x0"] <= x <= rect["x1"] and rect["top"] <= y <= rect["bottom"]
    )

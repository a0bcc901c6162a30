"""The first reader: pdfium's characters with their boxes. Home of pypdfium2.

Fifteen times cheaper than pdfplumber. Only what a person would see is handed on.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from counterfoil.adapters.statement_pdf.drawn import Box, Frame, look_at, shown
from counterfoil.adapters.statement_pdf.glyphs import SPACE, Glyph, rows_of
from counterfoil.domain.pages import Page, PrintedPages
from counterfoil.errors import Quarantined

HEAD = 1_024  # bytes within which a PDF must say what it is
PAGES_MAX = 2_000
CHARACTERS_MAX = 20_000  # of one page: a real statement has 1,600, the fullest seen 6,000
OBJECTS_MAX = 30_000  # of one page, drawn things of any kind
SIDE_MAX = 14_400  # points, the format's own bound
TINY = 150  # hundredths of a point: nobody reads below 1.5 pt

_PASSWORD = 4  # FPDF_ERR_PASSWORD


class Sheet(NamedTuple):
    """One page while it is open."""

    page: Any
    text: Any
    seen: Frame  # the part of it that is shown; points, y upwards


def is_pdf(path: Path) -> bool:
    """Whether the file says that it is one; some begin with a few bytes of something else."""
    with path.open("rb") as file:
        return b"%PDF-" in file.read(HEAD)


def read(path: Path, password: str | None) -> PrintedPages:
    """Every page of the document at *path*.

    Raises:
        Quarantined: It is no PDF, it wants another password, or it is beyond the bounds.
    """
    with opened(path, password) as document:
        count = pdfium.FPDF_GetPageCount(document)
        if not 0 < count <= PAGES_MAX:
            raise Quarantined(
                "page_count",
                f"it says that it has {count:,} pages; 1 to {PAGES_MAX:,} can be read",
                remedy="ask the bank for the statement again",
            )
        pages = tuple(_page(document, number) for number in range(1, count + 1))
        return PrintedPages(reader="pdfium", pages=pages, made_on=_made_on(document))


@contextmanager
def opened(path: Path, password: str | None) -> Iterator[Any]:
    """pdfium's document; closed afterwards. Raises Quarantined."""
    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadDocument(
        str(path).encode(), None if password is None else password.encode()
    )
    if not document:
        raise _refusal(pdfium.FPDF_GetLastError(), password)
    try:
        yield document
    finally:
        pdfium.FPDF_CloseDocument(document)


def _refusal(error: int, password: str | None) -> Quarantined:
    if error == _PASSWORD:
        given = "the password does not open it" if password else "it is protected by a password"
        return Quarantined("password", given, remedy="set STATEMENT_PASSWORD, or type it when asked")
    return Quarantined(
        "no_pdf", "it is not a whole PDF file", remedy="fetch it again from the bank"
    )


def _page(document: Any, number: int) -> Page:
    page = pdfium.FPDF_LoadPage(document, number - 1)
    if not page:
        raise Quarantined(
            "broken_page", f"page {number} cannot be loaded", remedy="fetch it again from the bank"
        )
    text = pdfium.FPDFText_LoadPage(page)
    try:
        frame = shown(page)
        _check(number, text, page, frame)
        return _read_page(number, Sheet(page, text, frame))
    finally:
        pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)


def _check(number: int, text: Any, page: Any, frame: Frame) -> None:
    for what, found, most in (
        ("characters", pdfium.FPDFText_CountChars(text), CHARACTERS_MAX),
        ("drawn objects", pdfium.FPDFPage_CountObjects(page), OBJECTS_MAX),
        ("points of width", round(frame.right - frame.left), SIDE_MAX),
        ("points of height", round(frame.top - frame.bottom), SIDE_MAX),
    ):
        if found > most:
            raise Quarantined(
                "page_too_big",
                f"page {number} has {found:,} {what}; {most:,} can be read",
                remedy="ask the bank for an ordinary statement",
            )


def _read_page(number: int, sheet: Sheet) -> Page:
    drawn = look_at(sheet.page, sheet.seen)
    found = _characters(sheet.text)
    turn = _dominant(found)
    place = _places(sheet.seen, turn)
    seen: list[Glyph] = []
    hidden = 0
    for index, angle, character, box in found:
        if angle != turn:
            continue  # a watermark, or a note along the edge
        glyph = place(character, box, index)
        if (
            glyph.height < TINY
            or not sheet.seen.holds(box)
            or (drawn.suspects and drawn.hides(sheet.text, index, box))
        ):
            hidden += 1
        else:
            seen.append(glyph)
    sides = (sheet.seen.right - sheet.seen.left, sheet.seen.top - sheet.seen.bottom)
    width, height = sides if turn in (0, 180) else sides[::-1]
    return Page(
        number=number,
        width=round(width * 100),
        height=round(height * 100),
        rows=rows_of(seen, number),
        characters=sum(glyph.character != SPACE for glyph in seen),
        hidden=hidden,
        images=drawn.images,
        turn=turn,
    )


_Character = tuple[int, int, str, Box]


def _characters(text: Any) -> list[_Character]:
    """(index, angle in degrees, character, box) of everything that is drawn."""
    rect = pdfium.FS_RECTF()
    pointer = ctypes.byref(rect)
    unicode_of, box_of = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    angle_of = pdfium.FPDFText_GetCharAngle
    found = []
    for index in range(pdfium.FPDFText_CountChars(text)):
        code = unicode_of(text, index)
        if code < 32 or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF):
            continue
        character = chr(code)
        if not box_of(text, index, pointer):
            continue
        if character.isspace():
            if rect.right <= rect.left:
                continue  # made up by pdfium
            character = SPACE
        angle = angle_of(text, index)
        degrees = 0 if angle == 0 else round(math.degrees(angle)) % 360
        found.append((index, degrees, character, (rect.left, rect.bottom, rect.right, rect.top)))
    return found


def _dominant(found: list[_Character]) -> int:
    """The way most of the text runs; only the four straight ones can be a page."""
    angles = Counter(angle for _, angle, _, _ in found if angle % 90 == 0)
    return angles.most_common(1)[0][0] if angles else 0


def _places(frame: Frame, turn: int) -> Callable[[str, Box, int], Glyph]:
    """From the page's own points to hundredths from the top left, upright."""
    x0, y0, x1, y1 = frame

    def place(character: str, box: Box, order: int) -> Glyph:
        left, bottom, right, top = box
        match turn:
            case 0:
                near, far, upper, lower = left - x0, right - x0, y1 - top, y1 - bottom
            case 270:
                near, far, upper, lower = bottom - y0, top - y0, left - x0, right - x0
            case 180:
                near, far, upper, lower = x1 - right, x1 - left, bottom - y0, top - y0
            case _:
                near, far, upper, lower = y1 - top, y1 - bottom, x1 - right, x1 - left
        return Glyph(
            middle=round((upper + lower) * 50),
            left=round(near * 100),
            right=round(far * 100),
            height=round((lower - upper) * 100),
            character=character,
            order=order,
        )

    return place


def _made_on(document: Any) -> str:
    """The file's own word on when it was made; "" where it has none."""
    size = pdfium.FPDF_GetMetaText(document, b"CreationDate", None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDF_GetMetaText(document, b"CreationDate", buffer, size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\x00")

"""The first reader: pdfium's characters with their boxes. Home of pypdfium2.

Fifteen times cheaper than pdfplumber. Only what a person would see is handed on.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2_raw as pdfium

from counterfoil.adapters.statement_pdf import fonts
from counterfoil.adapters.statement_pdf.characters import Characters, bound, characters_of
from counterfoil.adapters.statement_pdf.drawn import Drawn, Frame, look_at, shown
from counterfoil.adapters.statement_pdf.glyphs import SPACE, Glyph, Hue, hue_of, rows_of
from counterfoil.domain.pages import Page, PrintedPages
from counterfoil.errors import Quarantined

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
    fonts.shut_out()
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
        return Quarantined("password", given, remedy="set STATEMENT_PASSWORD or type it when asked")
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
    found = characters_of(sheet.text)
    turn = _dominant(found)
    seen, hidden = _seen(found, sheet, drawn, turn)
    width, height = _size(sheet.seen, turn)
    return Page(
        number=number,
        width=round(width * 100),
        height=round(height * 100),
        rows=rows_of(seen, number, _hues(sheet.text)),
        characters=sum([glyph[4] != SPACE for glyph in seen]),
        hidden=hidden,
        askew=_askew(found, turn),
        images=drawn.images,
        turn=turn,
    )


_fill_of = bound(pdfium.FPDFText_GetFillColor, ctypes.c_int)


def _hues(text: Any) -> Hue:
    """The colour that a character is filled with, as far as it may be a sign."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    parts = tuple(ctypes.byref(part) for part in (red, green, blue, alpha))

    def hue(index: int) -> int:
        if not _fill_of(text, index, *parts):
            return 0
        return hue_of(red.value, green.value, blue.value)

    return hue


def _dominant(found: Characters) -> int:
    """The way most of the text runs; only the four straight ones can be a page."""
    if not any(found.degrees):
        return 0
    drawn = zip(found.letters, found.degrees, strict=True)
    angles = Counter([angle for letter, angle in drawn if letter])
    straight = {angle: count for angle, count in angles.items() if angle % 90 == 0}
    return max(straight, key=straight.__getitem__, default=0)


def way_up(text: Any) -> int:
    """The angle of most of a page's text, as :func:`read` turns the page by."""
    return _dominant(characters_of(text))


#: The nearer and the further edge of every character along one axis of the page as a
#: person holds it, what they are counted from, and in which direction.
_Axis = tuple[Sequence[float], Sequence[float], float, int]


def _axes(found: Characters, frame: Frame, turn: int) -> tuple[_Axis, _Axis]:
    """Across and down."""
    x0, y0, x1, y1 = frame
    match turn:
        case 0:
            return (found.lefts, found.rights, x0, 1), (found.tops, found.bottoms, y1, -1)
        case 90:
            return (found.tops, found.bottoms, y1, -1), (found.rights, found.lefts, x1, -1)
        case 180:
            return (found.rights, found.lefts, x1, -1), (found.bottoms, found.tops, y0, 1)
        case _:
            return (found.bottoms, found.tops, y0, 1), (found.lefts, found.rights, x0, 1)


def _askew(found: Characters, turn: int) -> int:
    """How many characters run another way: a watermark, or a note along the edge."""
    if not any(found.degrees):
        return 0
    pairs = zip(found.letters, found.degrees, strict=True)
    return sum(angle != turn and letter not in ("", SPACE) for letter, angle in pairs)


def _seen(found: Characters, sheet: Sheet, drawn: Drawn, turn: int) -> tuple[list[Glyph], int]:
    """What a person sees of *found*, upright; and how much of it is for machines only."""
    (nears, fars, x, right), (uppers, lowers, y, down) = _axes(found, sheet.seen, turn)
    width, height = _size(sheet.seen, turn)
    seen: list[Glyph] = []
    hidden = tall = middle = 0
    above = below = None  # of the character before: most stand on one line with it
    readable = False
    places: dict[float, int] = {}  # columns stand under each other: one number for one place
    each = zip(found.letters, found.degrees, nears, fars, uppers, lowers, strict=True)
    for index, (letter, angle, near, far, upper, lower) in enumerate(each):
        if angle != turn or not letter:
            continue  # see _askew
        if upper != above or lower != below:
            above, below = upper, lower
            top, bottom = (upper - y) * down, (lower - y) * down
            tall, middle = round((bottom - top) * 100), round((top + bottom) * 50)
            readable = tall >= TINY and 0 <= top + bottom <= 2 * height
        start, end = (near - x) * right, (far - x) * right
        if (
            not readable
            or not 0 <= start + end <= 2 * width
            or (drawn.suspects and drawn.hides(sheet.text, index, found.box(index)))
        ):
            hidden += 1
            continue
        if (left := places.get(start)) is None:
            left = places[start] = round(start * 100)
        if (rim := places.get(end)) is None:
            rim = places[end] = round(end * 100)
        seen.append((left, index, rim, tall, letter, middle))
    return seen, hidden


def _size(frame: Frame, turn: int) -> tuple[float, float]:
    """Width and height, in points, as a person holds the page."""
    sides = (frame.right - frame.left, frame.top - frame.bottom)
    return sides if turn in (0, 180) else sides[::-1]


def _made_on(document: Any) -> str:
    """The file's own word on when it was made; "" where it has none."""
    size = pdfium.FPDF_GetMetaText(document, b"CreationDate", None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDF_GetMetaText(document, b"CreationDate", buffer, size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\x00")

"""Pages as pictures, with how they were read drawn on them. Home of PIL.

Every mark has a colour that the colour-blind tell apart (after Okabe and Ito) and a shape:
tick, cross, question mark, thin or thick or broken line. What is said in words stands
beside the page, never on it.
"""

from __future__ import annotations

import ctypes
import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2_raw as pdfium
from PIL import Image, ImageDraw, ImageFont

from counterfoil.adapters.statement_pdf.drawn import shown
from counterfoil.adapters.statement_pdf.pdfium import opened, way_up
from counterfoil.adapters.statement_pdf.picture_style import (
    BANDS,
    COLOURS,
    LEGEND,
    PAPER,
    SHAPES,
    Colour,
    bare_of,
)
from counterfoil.domain.page_marks import Banner, Mark, MarkKind

PAGES_MAX = 40  # pictures of one document: a person does not look at more
SIDE_MAX = 2_200  # pixels of the longer side of a page
PER_POINT = 2  # pixels
MARGIN = 430  # pixels beside the page, for words
NOTE_CHARACTERS = 52  # on a line of a note
NOTES_MAX = 40  # of one page
BANNER_LINES = 5

FLUSH_LEFT = {"Booking date", "Value date", "Description"}  # the other columns end alike

_TURNS = {0: 0, 270: 1, 180: 2, 90: 3}  # angle of the text -> quarter turns that put it upright


def draw(path: Path, password: str | None, marks: Sequence[Mark], banner: Banner) -> list[bytes]:
    """One PNG a page, up to PAGES_MAX. Raises Quarantined where the file does not open."""
    pictures = []
    with opened(path, password) as document:
        count = pdfium.FPDF_GetPageCount(document)
        for number in range(1, min(count, PAGES_MAX) + 1):
            page, scale = _rendered(document, number)
            own = [mark for mark in marks if mark.page == number]
            title = f"{path.name}, page {number} of {count}"
            pictures.append(_png(_sheet(page, scale, own, banner, title)))
    return pictures


def _rendered(document: Any, number: int) -> tuple[Image.Image, float]:
    """The page upright, and pixels a hundredth of a point."""
    page = pdfium.FPDF_LoadPage(document, number - 1)
    text = pdfium.FPDFText_LoadPage(page)
    try:
        frame = shown(page)
        turn = _TURNS[way_up(text)]
        sides = (frame.right - frame.left, frame.top - frame.bottom)
        width, height = sides if turn % 2 == 0 else sides[::-1]
        per_point = min(PER_POINT, SIDE_MAX / max(width, height, 1))
        size = max(round(width * per_point), 1), max(round(height * per_point), 1)
        turn = (turn - pdfium.FPDFPage_GetRotation(page)) % 4
        return _bitmap(page, size, turn), per_point / 100
    finally:
        pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)


def _bitmap(page: Any, size: tuple[int, int], turn: int) -> Image.Image:
    bitmap = pdfium.FPDFBitmap_CreateEx(*size, pdfium.FPDFBitmap_BGRx, None, 0)
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, *size, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, *size, turn, pdfium.FPDF_ANNOT)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * size[1])
        return Image.frombytes("RGB", size, pixels, "raw", "BGRX", stride, 1)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)


def _sheet(
    page: Image.Image, scale: float, marks: Sequence[Mark], banner: Banner, title: str
) -> Image.Image:
    """Banner, page with its marks, notes beside it, legend."""
    marked = _marked(page, scale, marks)
    head = _banner(banner, title, page.width + MARGIN)
    foot = _legend(page.width + MARGIN)
    notes = _notes(marks, scale, page.height)
    height = max(page.height, max((note.bottom for note in notes), default=0) + 8)
    sheet = Image.new("RGB", (page.width + MARGIN, head.height + height + foot.height), PAPER)
    sheet.paste(head, (0, 0))
    sheet.paste(marked, (0, head.height))
    sheet.paste(foot, (0, head.height + height))
    _write_notes(ImageDraw.Draw(sheet), notes, head.height, page.width)
    return sheet


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False, compress_level=6)
    return out.getvalue()


@cache
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _legible(text: str) -> str:
    """*text* in letters that the built-in font has; others become a raised dot."""
    return "".join(each if _has(each) else bare_of(each) for each in text)


@cache
def _has(character: str) -> bool:
    """Whether the font draws *character* as something else than "no such letter"."""
    font = _font(16)
    return bool(font.getmask(character).getbbox() != font.getmask("\uffff").getbbox())


def _pixels(mark: Mark, scale: float, pad: int = 0) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(each * scale) for each in mark.box)
    return left - pad, top - pad, right + pad, bottom + pad


def _marked(page: Image.Image, scale: float, marks: Sequence[Mark]) -> Image.Image:
    """The page under its bands and boxes."""
    base = page.convert("RGBA")
    tint = Image.new("RGBA", base.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(tint)
    bands = [mark for mark in marks if mark.kind is MarkKind.COLUMN]
    for mark in bands:
        pen.rectangle(_pixels(mark, scale), fill=(*BANDS.get(mark.text, BANDS["Not used"]), 52))
    base = Image.alpha_composite(base, tint)
    _write_roles(base, bands, scale)
    pen = ImageDraw.Draw(base)
    order = (MarkKind.ENTRY, MarkKind.UNREAD, MarkKind.HOLDS, MarkKind.FAILS)
    for kind in order:
        for mark in marks:
            if mark.kind is kind:
                _draw_box(pen, mark, scale)
    return base.convert("RGB")


def _write_roles(page: Image.Image, bands: Sequence[Mark], scale: float) -> None:
    """The role of each band on a tag: above it or, where something is printed, below it."""
    pen = ImageDraw.Draw(page)
    font = _font(15)
    taken: list[Tag] = []
    for mark in _first_of_each(bands):
        left, top, right, bottom = _pixels(mark, scale)
        width = round(pen.textlength(mark.text, font)) + 8
        x = max((left + right - width) // 2, 0)
        places = [(x, y, x + width, y + 18) for y in (top - 20, bottom + 2, top - 40, bottom + 22)]
        place = min(places, key=lambda each: _disturbs(page, each, taken))
        taken.append(place)
        edge = top if place[1] < top else bottom
        colour = BANDS.get(mark.text, BANDS["Not used"])
        pen.line([((left + right) // 2, place[1] + 9), ((left + right) // 2, edge)], fill=colour)
        pen.rectangle(place, fill=colour)
        pen.text((place[0] + 4, place[1] + 1), mark.text, fill=PAPER, font=font)


def _first_of_each(bands: Sequence[Mark]) -> list[Mark]:
    """Tables below each other have the same columns: one tag a page says what they are."""
    first: dict[tuple[str, int], Mark] = {}
    for mark in sorted(bands, key=lambda each: each.box[1]):
        edge = mark.box[0] if mark.text in FLUSH_LEFT else mark.box[2]
        first.setdefault((mark.text, round(edge, -3)), mark)
    return sorted(first.values(), key=lambda each: each.box)


Tag = tuple[int, int, int, int]  # left, top, right, bottom in pixels


def _disturbs(page: Image.Image, tag: Tag, taken: Sequence[Tag]) -> int:
    """How much a tag would cover: another tag most of all, then print."""
    if tag[1] < 0 or tag[3] > page.height:
        return 1_000
    if any(tag[0] <= b[2] and b[0] <= tag[2] and tag[1] <= b[3] and b[1] <= tag[3] for b in taken):
        return 500
    dark = page.crop(tag).convert("L").histogram()[:128]
    return min(sum(dark), 400)


def _draw_box(pen: ImageDraw.ImageDraw, mark: Mark, scale: float) -> None:
    colour = COLOURS[mark.kind]
    shape = SHAPES[mark.kind]
    box = _pixels(mark, scale, shape.pad)
    if shape.dashed:
        _dashed(pen, box, colour, shape.width)
    else:
        pen.rectangle(box, outline=colour, width=shape.width)
    if shape.sign and mark.kind is not MarkKind.ENTRY:
        _sign(pen, (box[2] + 9, (box[1] + box[3]) // 2), mark.kind)


def _dashed(
    pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], colour: Colour, width: int
) -> None:
    left, top, right, bottom = box
    for x in range(left, right, 12):
        end = min(x + 7, right)
        pen.line([(x, top), (end, top)], fill=colour, width=width)
        pen.line([(x, bottom), (end, bottom)], fill=colour, width=width)
    for y in range(top, bottom, 12):
        end = min(y + 7, bottom)
        pen.line([(left, y), (left, end)], fill=colour, width=width)
        pen.line([(right, y), (right, end)], fill=colour, width=width)


def _sign(pen: ImageDraw.ImageDraw, middle: tuple[int, int], kind: MarkKind) -> None:
    """A tick, a cross or a question mark, on white so that no text runs into it."""
    x, y = middle
    colour = COLOURS[kind]
    pen.ellipse((x - 8, y - 8, x + 8, y + 8), fill=PAPER, outline=colour)
    if kind is MarkKind.HOLDS:
        pen.line([(x - 4, y), (x - 1, y + 4), (x + 5, y - 4)], fill=colour, width=2)
    elif kind is MarkKind.FAILS:
        pen.line([(x - 4, y - 4), (x + 4, y + 4)], fill=colour, width=3)
        pen.line([(x - 4, y + 4), (x + 4, y - 4)], fill=colour, width=3)
    else:
        pen.text((x, y), "?", fill=colour, font=_font(14), anchor="mm")


@dataclass(frozen=True, slots=True)
class _Note:
    """Words beside the page, pixels from its top."""

    kind: MarkKind
    lines: tuple[str, ...]
    top: int
    bottom: int
    from_x: int  # where its line begins: below the box, so that it crosses no print
    from_y: int


def _notes(marks: Sequence[Mark], scale: float, height: int) -> list[_Note]:
    """Each note beside its box, or as near below as the one above lets it."""
    found: list[_Note] = []
    noted = sorted((mark for mark in marks if mark.note), key=lambda mark: mark.box[1])
    urgent = sorted(noted, key=lambda mark: mark.kind is not MarkKind.FAILS)[:NOTES_MAX]
    end = 4
    for mark in (each for each in noted if each in urgent):
        _, top, right, bottom = _pixels(mark, scale)
        lines = tuple(textwrap.wrap(_legible(mark.note), NOTE_CHARACTERS))
        start = max((top + bottom) // 2 - 10, end)
        end = start + len(lines) * 19 + 6
        found.append(_Note(mark.kind, lines, start, end, right + 10, bottom + 3))
    return found


def _write_notes(
    pen: ImageDraw.ImageDraw, notes: Sequence[_Note], down: int, page_width: int
) -> None:
    font = _font(16)
    for note in notes:
        colour = COLOURS[note.kind]
        y = down + note.top + 10
        width = 3 if note.kind is MarkKind.FAILS else 1
        bend = page_width + 6
        under = down + note.from_y
        start = [(note.from_x, under - 5), (note.from_x, under)]
        points = [*start, (page_width - 6, under), (bend, y)]
        pen.line(points, fill=colour, width=width)
        _sign(pen, (page_width + 16, y), note.kind)
        for number, line in enumerate(note.lines):
            place = (page_width + 32, down + note.top + number * 19)
            pen.text(place, line, fill=colour, font=font)


def _banner(banner: Banner, title: str, width: int) -> Image.Image:
    across = width // 8  # characters of this size, near enough
    lines = [part for line in banner.lines for part in textwrap.wrap(_legible(line), across)]
    if len(lines) > BANNER_LINES:
        lines = [*lines[: BANNER_LINES - 1], "... and more: counterfoil statement read --explain"]
    head = Image.new("RGB", (width, 52 + 21 * len(lines)), PAPER)
    pen = ImageDraw.Draw(head)
    kind = MarkKind.HOLDS if banner.proved else MarkKind.FAILS
    pen.rectangle((0, 0, width, 38), fill=COLOURS[kind])
    _sign(pen, (22, 19), kind)
    pen.text((42, 8), _legible(banner.headline), fill=PAPER, font=_font(20))
    length = pen.textlength(_legible(title), _font(16))
    pen.text((width - length - 12, 10), _legible(title), fill=PAPER, font=_font(16))
    for number, line in enumerate(lines):
        pen.text((12, 44 + number * 21), line, fill=(30, 30, 30), font=_font(16))
    return head


def _legend(width: int) -> Image.Image:
    foot = Image.new("RGB", (width, 40), PAPER)
    pen = ImageDraw.Draw(foot)
    font = _font(15)
    pen.line([(0, 0), (width, 0)], fill=(160, 160, 160))
    x = 12
    for kind, words in LEGEND:
        sample = Mark(kind=kind, page=1, box=(x + 2, 12, x + 30, 27))
        if kind is MarkKind.COLUMN:
            pen.rectangle((x + 2, 12, x + 30, 27), fill=BANDS["Balance"])
            after = x + 38
        else:
            _draw_box(pen, sample, 1)
            after = x + (38 if kind is MarkKind.ENTRY else 58)
        pen.text((after, 11), words, fill=(30, 30, 30), font=font)
        x = round(after + pen.textlength(words, font) + 26)
    return foot

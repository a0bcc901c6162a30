"""Pages whose fonts are names only: taken at their word, unless something is painted over it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2_raw as raw
import pytest

from counterfoil.adapters.statement_pdf import pdfium, plumber
from counterfoil.adapters.statement_pdf.rendered import picture_of
from counterfoil.adapters.statement_pdf.rows_seen import lies_of
from counterfoil.domain.pages import Row, Word
from counterfoil.statements import read_document
from fixtures.hostile.lying import one_value
from fixtures.hostile.pdf import COLUMNS, ROWS, Statement, literal, shown, stream, width

WIDE = 340  # thousandths of its size: what the font says that each of its letters takes up
FONT: Mapping[str, bytes] = {
    "": b"/Type /Font /Subtype /Type0 /BaseFont /HYSMyeongJo-Medium",
    "Encoding": b"/UniKS-UCS2-H",
    "DescendantFonts": b"[10 0 R]",
}
BELOW: Mapping[int, bytes] = {
    10: b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HYSMyeongJo-Medium /DW %d"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Korea1) /Supplement 1 >>"
    b" /FontDescriptor 11 0 R >>" % WIDE,
    11: b"<< /Type /FontDescriptor /FontName /HYSMyeongJo-Medium /Flags 6 /ItalicAngle 0"
    b" /FontBBox [0 -148 1001 880] /Ascent 880 /Descent -148 /CapHeight 880 /StemV 93 >>",
}
_RUN = re.compile(rb"BT /F1 9.00 Tf (\S+) (\S+) Td \((.*?)(?<!\\)\) Tj ET")
_NUMBER = re.compile(rb"[-+]?[\d,]+\.\d\d")


def ucs2(text: bytes) -> bytes:
    """The codes of *text* in the standard that the font names."""
    plain = text.replace(b"\\", b"").decode("cp1252")
    return b"<%s>" % plain.encode("utf-16-be").hex().encode()


def _set(run: re.Match[bytes]) -> bytes:
    """A run of text in the named font; numbers end where they ended before."""
    left, y, text = float(run[1]), float(run[2]), run[3]
    if _NUMBER.fullmatch(text):
        right = min((each for each in COLUMNS if each > left), default=left)
        left = right - len(text) * WIDE * 9 / 1000
    return shown(left, y, ucs2(text)).strip()


@dataclass(kw_only=True)
class Named(Statement):
    """The statement in a font of which the file has no more than its name."""

    more: Mapping[str, bytes] = field(default_factory=dict)  # other entries of the font

    def content(self) -> bytes:
        """As it is, in the codes of the font."""
        return _RUN.sub(_set, super().content())

    def all_objects(self) -> dict[int, bytes]:
        """With the font instead of Helvetica."""
        entries = b" ".join(
            (b"/%s %s" % (key.encode(), value)) if key else value
            for key, value in {**FONT, **self.more}.items()
        )
        return super().all_objects() | dict(BELOW) | {3: b"<< %s >>" % entries} | dict(self.objects)


def codes(tmp_path: Path, made: Statement) -> set[str]:
    """What is wrong with the statement as it is read and looked at; nothing where it proves."""
    path = tmp_path / "named.pdf"
    made.write(path)
    reading = read_document(path)
    assert bool(reading.proved()) is not bool(reading.unproved())
    return {each.code for each in reading.unproved()}


LIE = {"text_is_not_what_is_seen"}


def test_a_page_in_a_font_of_that_name_is_proved(tmp_path: Path) -> None:
    assert codes(tmp_path, Named()) == set()


#: The same codes, meaning what they mean.
MEANING = stream(
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def"
    b" 1 begincodespacerange <0000> <FFFF> endcodespacerange"
    b" 1 beginbfrange <0020> <007E> <0020> endbfrange endcmap end end"
)
LATER = b"q 1 0 0 1 %.2f %.2f cm %%s Q\n" % (COLUMNS[2] - WIDE * 9 * 9 / 1000, 704 - 2 * 16)
SEVEN = b"1 g 3.2 -1 2.8 8 re f 0 G 0.6 w 3.5 6.2 m 5.5 6.2 l 4.2 0 l S"  # over the 1 of +1,931.00
SAID = literal(ROWS[1][1])
SAME = b"/Span << /ActualText %s >> BDC %s EMC" % (SAID, shown(0, 0, SAID))
NOT_ONLY = {
    "with a meaning of its own": Named(
        more={"ToUnicode": b"12 0 R"}, objects={12: MEANING}
    ),
    "with other words in the mark-up": Named(instead={(1, 1): SAME}),
    "with marked properties": Named(resources=b"/Properties << /P0 << >> >>"),
    "with a drawing of its own": Named(
        resources=b"/XObject << /X0 12 0 R >>",
        objects={12: stream(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")},
    ),
    "with a digit painted over": Named(above=LATER % SEVEN),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_ONLY)
def test_with_anything_more_it_is_looked_at_as_every_other(name: str, tmp_path: Path) -> None:
    assert codes(tmp_path, NOT_ONLY[name]) == LIE


NUMBER = "2,889.10"
LEFT = width(NUMBER) - len(NUMBER) * WIDE * 9 / 1000
OWN = shown(LEFT, 0, ucs2(NUMBER.encode()))
EIGHT = LEFT + 2 * WIDE * 9 / 1000  # where its first 8 begins, of which half is hidden


def drawn(ops: bytes, resources: bytes = b"") -> Named:
    """The balance of the second entry drawn by *ops*, from where Helvetica would begin."""
    return Named(instead={(1, 3): ops}, resources=resources)


HALF = b"%.2f -3 %.2f 14 re" % (LEFT - 5, EIGHT + 5 - LEFT)
NOTE = COLUMNS[3] - width(NUMBER) + EIGHT
ATTACKS = {
    "cut off": drawn(b"%s %.2f -3 99 14 re W n %s" % (HALF, EIGHT + 1.5, OWN)),
    "cut off in letters": drawn(
        b"7 Tr %s 0 Tr %s" % (shown(LEFT - 1, -2, ucs2(b"WWWWWWWWW"), size=12), OWN)
    ),
    "under white letters": drawn(b"%s 1 g %s" % (OWN, shown(EIGHT - 1.4, 0, ucs2(b"l")))),
    "under a thin bar": drawn(b"%s 1 g %.2f -1 0.9 9 re f" % (OWN, EIGHT + 0.1)),
    "pale": drawn(b"/G0 gs " + OWN, resources=b"/ExtGState << /G0 << /ca 0.5 >> >>"),
    "under a note": Named(
        page=b"/Annots [20 0 R]",
        objects={
            20: b"<< /Type /Annot /Subtype /Square /F 4 /AP << /N 21 0 R >>"
            b" /Rect [%.2f 670 %.2f 680] >>" % (NOTE, NOTE + 1.4),
            21: stream(b"1 g 0 0 2 10 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 2 10]"),
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_a_digit_of_which_only_a_part_shows_is_looked_at(name: str, tmp_path: Path) -> None:
    assert codes(tmp_path, ATTACKS[name]) == LIE


@pytest.mark.parametrize(
    "ops",
    [OWN, b"-1 -3 80 14 re W n " + OWN, b"1 0 0 rg " + OWN],
    ids=["plain", "in its cell", "red"],
)
def test_however_it_is_drawn_whole_it_is_proved(ops: bytes, tmp_path: Path) -> None:
    assert codes(tmp_path, drawn(ops)) == set()


def test_what_is_painted_before_it_or_elsewhere_changes_nothing(tmp_path: Path) -> None:
    ground = b"0.9 g 40 %d 520 16 re f 0 g\n" % (704 - 2 * 16 - 4)
    assert codes(tmp_path, Named(below=ground)) == set()
    assert codes(tmp_path, Named(above=b"0.5 w 40 100 m 560 100 l S\n")) == set()


def test_a_number_that_is_covered_is_seen_to_be(tmp_path: Path) -> None:
    cover = LATER % b"1 g -1 -2 33 10 re f"
    assert codes(tmp_path, Named(above=cover)) == LIE


def only_names(tmp_path: Path, more: Mapping[str, bytes], **objects: bytes) -> bool:
    path = tmp_path / "named.pdf"
    below = {int(key[1:]): value for key, value in objects.items()}
    Named(more=more, objects=below).write(path)
    return plumber.only_names_fonts(path, None, 1)


CARRIED = BELOW[11].replace(b" >>", b" /FontFile3 12 0 R >>")


def test_which_fonts_are_only_names(tmp_path: Path) -> None:
    assert only_names(tmp_path, {})
    for at, (more, objects) in enumerate(
        [
            ({"ToUnicode": b"12 0 R"}, {"n12": MEANING}),
            ({"Encoding": b"12 0 R"}, {"n12": stream(b"", b"/Type /CMap /CMapName /X")}),
            ({}, {"n11": CARRIED, "n12": stream(b"")}),
        ]
    ):
        folder = tmp_path / str(at)
        folder.mkdir()
        assert not only_names(folder, more, **objects), (more, objects)


def test_an_empty_page_has_none(tmp_path: Path) -> None:
    path = tmp_path / "empty.pdf"
    Statement(objects={4: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"}).write(path)
    assert not plumber.only_names_fonts(path, None, 1)


def squeezed(word: Word, share: int) -> Word:
    """*word* with the edges of its letters *share* hundredths as far from its left as they are."""
    edges = tuple(word.left + (edge - word.left) * share // 100 for edge in word.edges)
    return word._replace(edges=edges)


def lies(path: Path, number: str, share: int) -> list[str]:
    """What is seen instead of *number*, whose letters claim less room than they take up."""
    (page,) = pdfium.read(path, None).pages
    (row,) = (row for row in page.rows if any(word.text == number for word in row.words))
    words = tuple(squeezed(word, share if word.text == number else 100) for word in row.words)
    with pdfium.opened(path, None) as document:
        loaded = raw.FPDF_LoadPage(document, 0)
        try:
            picture = picture_of(loaded, 0, SCALE)
            return [each.seen for each in lies_of(Row(row.page, words), picture)]
        finally:
            raw.FPDF_ClosePage(loaded)


SCALE = 4.0  # pixels a point


@pytest.mark.parametrize("share", [100, 95])
def test_letters_wider_than_they_claim_are_found_by_their_ink(share: int, tmp_path: Path) -> None:
    path = tmp_path / "honest.pdf"
    Statement().write(path)
    assert lies(path, "+1,931.00", share) == []


@pytest.mark.parametrize("share", [100, 95])
def test_another_digit_is_another_one_there_too(share: int, tmp_path: Path) -> None:
    path = tmp_path / "lying.pdf"
    one_value(1, 2, "+1,937.00")(path)
    assert lies(path, "+1,931.00", share) == ["+1,937.00"]

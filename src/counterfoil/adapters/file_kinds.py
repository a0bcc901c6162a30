"""What a fetched file is by its bytes, whatever its name and its sender say. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HEAD_BYTES = 4096
TAIL_BYTES = 1024
_PAGE = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script)\b", re.I | re.S
)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16; its end is not looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How files of one format begin and end."""

    begins: re.Pattern[bytes]  # matched at the beginning
    ends: re.Pattern[bytes] | None = None  # searched in the last kilobyte; None: anyhow


_XML = re.compile(rb"\s*<(?:\?xml\b|(?:\w+:)?Document\b)")
_XML_END = re.compile(rb"</(?:\w+:)?\w+>\s*\Z")


#: The formats that a map may name in [table.downloads].
KINDS: dict[str, Kind] = {
    "pdf": Kind(
        begins=re.compile(rb".{0,1024}?%PDF-[12]\.", re.DOTALL), ends=re.compile(rb"%%EOF")
    ),
    "camt.052": Kind(begins=_XML, ends=_XML_END),
    "camt.053": Kind(begins=_XML, ends=_XML_END),
    "mt940": Kind(begins=re.compile(rb"[\s\x01]*(?:\{1:|:20:)")),
    "mt942": Kind(begins=re.compile(rb"[\s\x01]*(?:\{1:|:20:)")),
    "ofx": Kind(begins=re.compile(rb"\s*(?:OFXHEADER|<\?xml|<\?OFX|<OFX>)", re.IGNORECASE)),
    "bai2": Kind(begins=re.compile(rb"\s*01,")),
    "csv": Kind(begins=re.compile(rb"[^\x00-\x08\x0e-\x1f<]{3}")),
}


def is_pdf(path: Path) -> bool:
    """Whether the file says that it is one; some begin with a few bytes of something else."""
    with path.open("rb") as file:
        return KINDS["pdf"].begins.match(file.read(HEAD_BYTES)) is not None


def spoiled(
    kind: str, head: bytes, tail: bytes, size: int, declared: int | None
) -> tuple[str, str]:
    """Why these bytes are no file of *kind*: (code, sentence), or two empty texts.

    Args:
        head: The first HEAD_BYTES, or fewer.
        tail: The last TAIL_BYTES, or fewer.
        declared: How many bytes the sender announced, if that is known.
    """
    wide, head = head.startswith(_WIDE), _plain(head)
    if size == 0 or not head.strip():
        return "empty", "the file is empty"
    if declared is not None and size < declared:
        return "truncated", f"{size:,} of {declared:,} bytes came"
    if _PAGE.match(head):
        return "page_instead", f"a page came instead of the file: {title_of(head) or 'no title'!r}"
    if not KINDS[kind].begins.match(head):
        return "wrong_type", f"the file does not begin like a {kind}"
    ends = KINDS[kind].ends
    if ends is not None and not wide and not ends.search(tail):
        return "truncated", f"the file breaks off: it does not end like a {kind}"
    return "", ""


def title_of(head: bytes) -> str:
    """The title of a page, blanks made one; "" where there is none."""
    found = _TITLE.search(head)
    return " ".join(found[1].decode("utf-8", "replace").split()) if found else ""


def _plain(head: bytes) -> bytes:
    """Without a byte order mark; UTF-16 as UTF-8."""
    if head.startswith(_WIDE):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    return head.removeprefix(b"\xef\xbb\xbf")

"""Is this file worth opening? Decided from the zip's own directory, before any parser.

A workbook of 10 MB can hold 10 GB of blanks: both of our readers die of it. Every bound
here is far above an honest workbook and far below what hurts. What passes is read once
to its end, so that a directory that lies about sizes ends in a checksum error.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from counterfoil.errors import Quarantined


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How large a workbook may be."""

    file_bytes: int
    unpacked_bytes: int


#: What is read whole, by three readers: a list of payments.
SMALL = Bounds(file_bytes=25 * 2**20, unpacked_bytes=200 * 2**20)
#: What is streamed: a ledger of a million rows has 40 MB, and 700 MB unpacked.
BIG = Bounds(file_bytes=256 * 2**20, unpacked_bytes=2**31)

RATIO_MAX = 200  # an honest sheet packs 5 to 20 times
RATIO_FROM_BYTES = 2**20  # small members are harmless however well they pack
MEMBERS_MAX = 2000
CHUNK_BYTES = 2**18
TAIL_MAX_BYTES = 2**22  # of a sheet behind its rows: a hundred thousand merged cells
END_OF_ROWS = b"</sheetData>"

_ACTIVE = re.compile(
    r"vbaproject|xl/externallinks/|xl/embeddings/|xl/activex/|xl/macrosheets/|xl/ctrlprops/",
    re.IGNORECASE,
)
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
SAVE_AS = "open it, save it as .xlsx and drop it again"


def check(path: Path, bounds: Bounds = SMALL) -> Mapping[str, bytes]:
    """Let *path* through, or say what is wrong with it as a whole.

    Returns:
        Member -> what stands behind its rows, from END_OF_ROWS on, for each that has it.

    Raises:
        Quarantined: It is no workbook, is not whole, or holds what a list of payments
            never needs. Nothing was parsed.
    """
    _check_kind(path, bounds)
    tails: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive.infolist(), bounds)
            for member in archive.infolist():
                if tail := _check_member(archive, member):
                    tails[member.filename] = tail
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as trouble:
        raise Quarantined(
            "not_whole",
            f"not a finished .xlsx: {trouble}",
            remedy="the copy was cut off or the file is damaged: " + SAVE_AS,
        ) from trouble
    return tails


def _check_kind(path: Path, bounds: Bounds) -> None:
    size = path.stat().st_size
    if size > bounds.file_bytes:
        raise Quarantined(
            "too_large",
            f"{size:,} bytes, the limit is {bounds.file_bytes:,}",
            remedy="split the rows over several workbooks",
        )
    with path.open("rb") as file:
        start = file.read(8)
    if start == OLE:
        raise Quarantined(
            "old_or_locked",
            "an old .xls, or a workbook with a password",
            remedy="save it as .xlsx without a password and drop it again",
        )
    if not start.startswith(b"PK"):
        raise Quarantined(
            "not_a_workbook", f"begins with {start!r}, which is no .xlsx", remedy=SAVE_AS
        )


def _check_directory(members: list[zipfile.ZipInfo], bounds: Bounds) -> None:
    if len(members) > MEMBERS_MAX:
        raise Quarantined("too_many_members", f"{len(members)} files inside", remedy=SAVE_AS)
    if (unpacked := sum(member.file_size for member in members)) > bounds.unpacked_bytes:
        raise Quarantined(
            "bomb", f"unpacks to {unpacked:,} bytes", remedy="this is no list of payments"
        )
    seen: set[str] = set()
    for member in members:
        name = member.filename.casefold()
        if name in seen:
            raise Quarantined(
                "ambiguous", f"holds {member.filename!r} twice", remedy=SAVE_AS
            )  # each reader believes another one of the two
        seen.add(name)
        _check_entry(member)
    if "xl/workbook.xml" not in seen:
        raise Quarantined("not_a_workbook", "a zip without xl/workbook.xml", remedy=SAVE_AS)


def _check_entry(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 0x1:
        raise Quarantined(
            "locked",
            f"{member.filename!r} is encrypted",
            remedy="save it without a password and drop it again",
        )
    if _ACTIVE.search(member.filename):
        raise Quarantined(
            "active_content",
            f"{member.filename!r} is a macro, a link or an embedded object",
            remedy="copy the values into a plain .xlsx and drop that",
        )
    large = member.file_size > RATIO_FROM_BYTES
    if large and member.file_size > RATIO_MAX * max(member.compress_size, 1):
        raise Quarantined(
            "bomb",
            f"{member.filename!r} unpacks {member.compress_size:,} bytes to {member.file_size:,}",
            remedy="this is no list of payments",
        )


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Read it to its end (checksum), and refuse any DTD on the way; what follows its rows."""
    is_xml = member.filename.casefold().endswith((".xml", ".rels", ".vml"))
    behind = bytearray()
    with archive.open(member) as content:
        before = b""
        first = True
        while chunk := content.read(CHUNK_BYTES):
            if is_xml:
                joined = before + chunk
                _check_xml(joined, member.filename, first=first)
                _keep_behind(behind, joined, chunk, member.filename)
            before, first = chunk[-16:], False
    return bytes(behind)


def _keep_behind(behind: bytearray, joined: bytes, chunk: bytes, name: str) -> None:
    if behind:
        behind += chunk
    elif (at := joined.find(END_OF_ROWS)) >= 0:
        behind += joined[at:]
    if len(behind) > TAIL_MAX_BYTES:
        raise Quarantined(
            "too_large",
            f"{name!r}: {TAIL_MAX_BYTES:,} bytes and more behind its rows",
            remedy="copy the values into a plain .xlsx and drop that",
        )


def _check_xml(content: bytes, name: str, *, first: bool) -> None:
    if b"!" in content and b"<!" in content and _DTD.search(content):
        raise Quarantined("dtd", f"{name!r} declares a document type or entity", remedy=SAVE_AS)
    if first and (content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content[:64]):
        raise Quarantined("encoding", f"{name!r} is not written in UTF-8", remedy=SAVE_AS)

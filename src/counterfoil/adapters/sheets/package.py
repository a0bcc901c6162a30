"""A workbook as a package: its parts as they come, and at the end the parts that name them.

Source: ECMA-376 part 1, 18 (workbook) and 2 (packages).
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import IO

from counterfoil.adapters.sheets.letters import column_letters

DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DEFLATE_LEVEL = 1  # 6 makes a file a fifth smaller and takes a quarter more time
#: The clock's part in a package: without it the same rows give the same bytes.
_ALWAYS = (2026, 1, 1, 0, 0, 0)

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CORE = f"{_PACKAGE}/metadata/core-properties"
_KIND = "application/vnd.openxmlformats-officedocument."
#: Where the parts of a kind stand, and what a package calls them.
_PARTS = {
    "worksheet": ("xl/worksheets/sheet{}.xml", f"{_KIND}spreadsheetml.worksheet+xml"),
    "drawing": ("xl/drawings/drawing{}.xml", f"{_KIND}drawing+xml"),
    "chart": ("xl/charts/chart{}.xml", f"{_KIND}drawingml.chart+xml"),
}
_ONCE = {
    "xl/workbook.xml": f"{_KIND}spreadsheetml.sheet.main+xml",
    "xl/styles.xml": f"{_KIND}spreadsheetml.styles+xml",
    "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
}
_PROPERTIES = (
    f'{DECLARED}<cp:coreProperties xmlns:cp="{_CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<dc:creator>Counterfoil</dc:creator>"
    '<dcterms:created xsi:type="dcterms:W3CDTF">2026-01-01T00:00:00Z</dcterms:created>'
    "</cp:coreProperties>"
)

Part = tuple[str, int]  # its kind, and its number among these, from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A sheet as the workbook's own list has it."""

    name: str
    columns: int = 0  # of a table with a filter; 0: a page
    rows: int = 0  # of that table, below its head
    keys: int = 0  # its first columns, which stand on every printed page


class Package:
    """A workbook that is being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._counts: Counter[str] = Counter()

    def add(self, kind: str, content: str, *, shows: Sequence[Part] = ()) -> Part:
        """Write one part; *shows*: parts that it refers to as rId1, rId2 ..."""
        name = self._begun(kind, shows)
        self._write(name, content)
        return kind, self._counts[kind]

    def opened(self, kind: str) -> IO[bytes]:
        """One part of any length, to be written to and closed before the next."""
        return self._archive.open(_member(self._begun(kind, ())), "w", force_zip64=True)

    def finish(self, sheets: Sequence[Listed], styles: str) -> None:
        """Write what names the parts. Args: sheets: the worksheets, as they were written."""
        assert len(sheets) == self._counts["worksheet"]
        parts = [(kind, at) for kind in _PARTS for at in range(1, self._counts[kind] + 1)]
        worksheets = [each for each in parts if each[0] == "worksheet"]
        self._write("xl/workbook.xml", _workbook(sheets))
        self._write("xl/styles.xml", styles)
        related = [*map(_relation, worksheets), (f"{RELATED}/styles", "xl/styles.xml")]
        self._write_related("xl/workbook.xml", related)
        self._write("docProps/core.xml", _PROPERTIES)
        whole = [
            (f"{RELATED}/officeDocument", "xl/workbook.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ]
        self._write_related("", whole)
        self._write("[Content_Types].xml", _content_types(parts))

    def _begun(self, kind: str, shows: Sequence[Part]) -> str:
        self._counts[kind] += 1
        name = _name((kind, self._counts[kind]))
        if shows:
            self._write_related(name, map(_relation, shows))
        return name

    def _write_related(self, name: str, related: Iterable[tuple[str, str]]) -> None:
        """Args: name: of the part that refers to others, "" for the package itself."""
        folder, _, file = name.rpartition("/")
        each = "".join(
            f'<Relationship Id="rId{at}" Type="{kind}" Target="/{target}"/>'
            for at, (kind, target) in enumerate(related, 1)
        )
        self._write(
            f"{folder}/_rels/{file}.rels".lstrip("/"),
            f'{DECLARED}<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>',
        )

    def _write(self, name: str, content: str) -> None:
        self._archive.writestr(_member(name), content)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _ALWAYS)
    member.compress_type = zipfile.ZIP_DEFLATED
    # the archive's own level is for members that it names itself
    member._compresslevel = DEFLATE_LEVEL  # type: ignore[attr-defined]
    return member


def _name(part: Part) -> str:
    kind, number = part
    return _PARTS[kind][0].format(number)


def _relation(part: Part) -> tuple[str, str]:
    return f"{RELATED}/{part[0]}", _name(part)


def _content_types(parts: Sequence[Part]) -> str:
    kinds = {_name(each): _PARTS[each[0]][1] for each in parts} | _ONCE
    each = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in kinds.items()
    )
    return (
        f'{DECLARED}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{each}</Types>'
    )


def _workbook(sheets: Sequence[Listed]) -> str:
    listed = "".join(
        f'<sheet name="{escape(each.name)}" sheetId="{at}" r:id="rId{at}"/>'
        for at, each in enumerate(sheets, 1)
    )
    names = "".join(name for at, each in enumerate(sheets) for name in _defined(at, each))
    return (
        f'{DECLARED}<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><bookViews><workbookView/>'
        f"</bookViews><sheets>{listed}</sheets>"
        + (f"<definedNames>{names}</definedNames>" if names else "")
        + "</workbook>"
    )


def _defined(at: int, sheet: Listed) -> Iterator[str]:
    """What a table's filter and the heads on its printed pages are. Args: at: from 0."""
    if not sheet.columns:
        return
    called = escape(quoted(sheet.name), quote=False)
    table = f"{called}!$A$1:${column_letters(sheet.columns)}${sheet.rows + 1}"
    heads = f"{called}!$1:$1"
    if sheet.keys:
        heads = f"{called}!$A:${column_letters(sheet.keys)},{heads}"
    yield (
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{at}" hidden="1">'
        f"{table}</definedName>"
    )
    yield f'<definedName name="_xlnm.Print_Titles" localSheetId="{at}">{heads}</definedName>'


def quoted(name: str) -> str:
    """A sheet's name as formulas have it."""
    doubled = name.replace("'", "''")
    return f"'{doubled}'"

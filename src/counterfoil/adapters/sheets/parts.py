"""What the parts of a workbook say that are not its rows: its sheets, styles, days and texts.

All of it as openpyxl reads it, which takes as long to load as ten thousand rows take to read; tests
hold both side by side. What is rare, a text of several fonts or a day that is written out, is still
asked of it. Runs inside the parser box only.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from counterfoil.adapters.sheets.preflight import SAVE_AS
from counterfoil.adapters.sheets.raw import local
from counterfoil.adapters.sheets.row_shapes import Form, Styles
from counterfoil.errors import Quarantined

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
VALUE, _INLINE, _TEXT = (f"{_MAIN}{each}" for each in ("v", "is", "t"))
_REL_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK, _RELS, _STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
_OF_EXCEL, _OF_SHEETS = (
    "application/vnd.ms-excel.",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.",
)
_WORKBOOK_TYPES = {
    *(f"{_OF_EXCEL}{each}.macroEnabled.main+xml" for each in ("template", "sheet")),
    *(f"{_OF_SHEETS}{each}.main+xml" for each in ("template", "sheet")),
}
_STRINGS_TYPE = f"{_OF_SHEETS}sharedStrings+xml"
_NO = (None, "", "0", "f", "false")  # of an attribute that is true or false

#: Formats that a style names by number alone; what is not here shows a plain number.
#: Source: ECMA-376 part 1, 18.8.30.
_DAYS = {*range(14, 23), 45, 46, 47}
_SPANS = {46}
#: What holds no letter of a day or time: words in quotes, colours and languages in brackets.
_NO_LETTERS = re.compile(r'".*?"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]')
_DAY_LETTER = re.compile(r"(?<![_\\])[dmhysDMHYS]")
_SPAN = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.IGNORECASE)

WINDOWS, MAC = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - days of a sheet
_LEAP = 60  # the 29th of February 1900, which a sheet has and the calendar has not
_DAY_SECONDS = 86_400


def sheets_elsewhere(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Name and part of each sheet, as a reader finds them that goes by the file's own directory.

    Raises:
        Quarantined: The directory names another workbook, or something is there twice.
    """
    declared = _declared(archive)
    books = [name for name, kind in declared if kind in _WORKBOOK_TYPES]
    if books not in ([_WORKBOOK], []) or (not books and not _is_default(archive)):
        raise _two_readings("workbooks")
    relations: dict[str, Element] = {}
    for each in fromstring(archive.read(_RELS)):
        if relations.setdefault(each.attrib["Id"], each) is not each:
            raise _two_readings("parts")
    found = []
    for node in _only(fromstring(archive.read(_WORKBOOK)), "sheets"):
        if relation := node.get(_REL_ID):
            named = relations[relation]
            if "chartsheet" not in named.get("Type", ""):
                part = posixpath.normpath(posixpath.join("/xl", named.get("Target", "")))
                found.append((node.attrib["name"], part.lstrip("/")))
    return found


def strings_elsewhere(archive: zipfile.ZipFile) -> list[str]:
    """The parts of shared strings that the file's own directory names."""
    return [name for name, kind in _declared(archive) if kind == _STRINGS_TYPE]


def _declared(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    for each in fromstring(archive.read("[Content_Types].xml")):
        if local(each) == "Override":
            yield each.attrib["PartName"].removeprefix("/"), each.get("ContentType", "")


def _is_default(archive: zipfile.ZipFile) -> bool:
    """Some programs declare that whatever is XML is the workbook."""
    return any(
        local(each) == "Default" and each.get("ContentType") in _WORKBOOK_TYPES
        for each in fromstring(archive.read("[Content_Types].xml"))
    )


def _only(root: Element, name: str) -> Element:
    """The one element of that *name*; an empty one where there is none."""
    found = [each for each in root if local(each) == name]
    if len(found) > 1:
        raise _two_readings(name)
    return found[0] if found else Element(name)


def _two_readings(what: str) -> Quarantined:
    return Quarantined(
        "readers_disagree", f"two readers find different {what} in it", remedy=SAVE_AS
    )


def epoch_of(archive: zipfile.ZipFile) -> datetime:
    """The day from which the workbook counts."""
    said = _only(fromstring(archive.read(_WORKBOOK)), "workbookPr").get("date1904")
    return WINDOWS if said in _NO else MAC


def styles_of(archive: zipfile.ZipFile) -> Styles:
    """What a cell's style makes of a number."""
    if _STYLES not in archive.namelist():
        return Styles(1, (), ())
    root = fromstring(archive.read(_STYLES))
    own = {
        int(each.attrib["numFmtId"]): each.attrib["formatCode"] for each in _only(root, "numFmts")
    }
    ids = [int(each.get("numFmtId", "0")) for each in _only(root, "cellXfs")]
    return Styles(
        count=len(ids) or 1,
        days={at for at, each in enumerate(ids) if shows_day(own.get(each), each)},
        spans={at for at, each in enumerate(ids) if shows_span(own.get(each), each)},
    )


def shows_day(own: str | None, number: int) -> bool:
    """Does the format show a day or time?

    Args:
        own: As the workbook defines it; None: it does not.
    """
    if own is None:
        return number in _DAYS
    return _DAY_LETTER.search(_NO_LETTERS.sub("", own.split(";")[0])) is not None


def shows_span(own: str | None, number: int) -> bool:
    """Does the format show a span of time: hours beyond 24?"""
    return number in _SPANS if own is None else _SPAN.search(own.split(";")[0]) is not None


def number_of(text: str, form: Form, epoch: datetime) -> int | float | date | time | timedelta:
    """What a number cell holds.

    Raises:
        ValueError, OverflowError: A day beyond the calendar.
    """
    number = float(text) if set(text) & set(".eE") else int(text)
    if form is Form.NUMBER:
        return number
    if form is Form.SPAN:
        span = timedelta(days=number)
        if not span.microseconds:
            return span
        return timedelta(
            seconds=span.total_seconds() // 1, microseconds=round(span.microseconds, -3)
        )
    day, fraction = divmod(number, 1)
    within = timedelta(milliseconds=round(fraction * _DAY_SECONDS * 1000))
    if 0 <= number < 1 and not within.days:
        return (WINDOWS + within).time()
    if 0 < number < _LEAP and epoch == WINDOWS:
        day += 1
    return epoch + timedelta(days=day) + within


def written_day(text: str) -> Any:
    """A day, time or span that is written out as ISO 8601 has it. Raises ValueError."""
    from openpyxl.utils.datetime import from_ISO8601

    return from_ISO8601(text)  # type: ignore[no-untyped-call]


def inline_text(cell: Element) -> str | None:
    """The text that stands in the cell itself."""
    text = cell.find(_INLINE)
    if text is None:
        return None
    if len(text) == 1 and text[0].tag == _TEXT:
        return text[0].text or ""
    return rich_text(text)


def rich_text(node: Element) -> str:
    """A text in several fonts, without them."""
    from openpyxl.cell.text import Text

    rich: Any = Text.from_tree(node)  # type: ignore[arg-type]
    return str(rich.content)

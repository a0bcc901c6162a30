"""How cells look: each look of a workbook once, by its number, and the part that tells them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Literal

from counterfoil.adapters.sheets.package import DECLARED, MAIN

#: Number formats that have a number of their own. Source: ECMA-376 part 1, 18.8.30.
_KNOWN = {"General": 0, "#,##0": 3, "@": 49}
_OWN = 164  # the first number of a format of ours
_FONT = "Calibri"
_LINE = (
    '<border><left/><right/><top/><bottom style="hair"><color rgb="00BFBFBF"/></bottom></border>'
)
_NO_LINE = "<border><left/><right/><top/><bottom/><diagonal/></border>"
#: Every program takes these two for granted.
_FILLS = ('<fill><patternFill patternType="none"/></fill>',
          '<fill><patternFill patternType="gray125"/></fill>')  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look of a cell; colours are RRGGBB."""

    shown: str = "General"  # number format
    text: bool = False  # stays a text when somebody edits it, whatever it begins with
    points: int | None = 11  # None: as large as the program likes
    bold: bool = False
    colour: str = ""  # of its letters
    fill: str = ""
    line: bool = False  # below it
    horizontal: Literal["", "left", "right"] = ""
    vertical: Literal["", "top", "center"] = ""
    indent: int = 0
    wrap: bool = False


#: Of a column's head.
HEAD = Look(
    text=True,
    points=None,
    bold=True,
    colour="FFFFFF",
    fill="1F3864",
    horizontal="left",
    vertical="center",
)


class Looks:
    """The looks of one workbook, numbered as they are first asked for."""

    def __init__(self) -> None:
        self._ids = {Look(): 0}

    def id_of(self, look: Look) -> int:
        """What a cell of that look says it is."""
        return self._ids.setdefault(look, len(self._ids))

    def xml(self) -> str:
        """``xl/styles.xml``, when every look has been asked for."""
        formats = _numbered(each.shown for each in self._ids if each.shown not in _KNOWN)
        fonts = _numbered(map(_font, self._ids))
        fills = _numbered((*_FILLS, *map(_fill, self._ids)))
        lines = _numbered(map(_line, self._ids))
        own = [
            f'<numFmt numFmtId="{_OWN + at}" formatCode="{escape(each)}"/>'
            for each, at in formats.items()
        ]
        ids = _KNOWN | {each: _OWN + at for each, at in formats.items()}
        cells = [
            f'<xf numFmtId="{ids[each.shown]}" fontId="{fonts[_font(each)]}" '
            f'fillId="{fills[_fill(each)]}" borderId="{lines[_line(each)]}" xfId="0" '
            f'quotePrefix="{int(each.text)}"{_alignment(each)}'
            for each in self._ids
        ]
        return (
            f'{DECLARED}<styleSheet xmlns="{MAIN}">'
            + (_list("numFmts", own) if own else "")
            + _list("fonts", fonts)
            + _list("fills", fills)
            + _list("borders", lines)
            + _list("cellStyleXfs", ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'])
            + _list("cellXfs", cells)
            + _list("cellStyles", ['<cellStyle name="Normal" xfId="0" builtinId="0"/>'])
            + "</styleSheet>"
        )


def _numbered(parts: Iterable[str]) -> dict[str, int]:
    return {each: at for at, each in enumerate(dict.fromkeys(parts))}


def _list(name: str, parts: Iterable[str]) -> str:
    each = list(parts)
    return f'<{name} count="{len(each)}">{"".join(each)}</{name}>'


def _font(look: Look) -> str:
    bold = "<b/>" if look.bold else ""
    points = f'<sz val="{look.points}"/>' if look.points else ""
    colour = f'<color rgb="00{look.colour}"/>' if look.colour else ""
    return f'<font>{bold}{points}{colour}<name val="{_FONT}"/><family val="2"/></font>'


def _fill(look: Look) -> str:
    if not look.fill:
        return _FILLS[0]
    colour = f'<fgColor rgb="00{look.fill}"/>'
    return f'<fill><patternFill patternType="solid">{colour}</patternFill></fill>'


def _line(look: Look) -> str:
    return _LINE if look.line else _NO_LINE


def _alignment(look: Look) -> str:
    """The rest of the cell's ``xf``."""
    said = "".join(
        f' {name}="{value}"'
        for name, value in (
            ("horizontal", look.horizontal),
            ("vertical", look.vertical),
            ("wrapText", int(look.wrap)),
            ("indent", look.indent),
        )
        if value
    )
    return f' applyAlignment="1"><alignment{said}/></xf>' if said else "/>"

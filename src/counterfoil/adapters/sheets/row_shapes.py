"""A row's XML as one regular expression, learned from a row like it.

Parsing a million rows as XML takes minutes. Most rows of a table are written alike: the same
cells of the same kinds. The first of them is parsed as XML; its shape is a pattern that fits
only rows written exactly so, and reads each with one match. A row that fits no shape is
parsed as XML again: a pattern never guesses, it fits every character or it does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.adapters.sheets.letters import column_letters

#: Character data: no mark-up, and only references that need no declaration.
TEXT = r"[^<&]*+(?:&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});[^<&]*+)*+"
_NUMBER = r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?"
_ATTRIBUTES = r'(?: [A-Za-z][\w:]*="[^"<&]*")*+'
_ATTRIBUTE = re.compile(r' ([A-Za-z][\w:]*)="([^"<&]*)"')
_ROW = re.compile(rf"<row({_ATTRIBUTES})>(.*)</row>", re.DOTALL)
_INLINE = rf'<is><t(?: xml:space="preserve")?>(?:{TEXT})</t></is>'
_FORMULA = rf'<f(?: t="shared"(?: ref="[A-Z0-9:]+")? si="[0-9]+")?(?:/>|>{TEXT}</f>)'
_CELL = re.compile(rf"<c({_ATTRIBUTES})(?:/>|>(?:({_INLINE})|({_FORMULA})?(<v>{TEXT}</v>)?)</c>)")
#: What styled cells below a table look like; Excel writes the attributes in this order.
BLANK_ROW = re.compile(
    r'<row r="([1-9][0-9]{0,6})"(?: spans="[0-9:]+")?(?: s="[0-9]+")?(?: customFormat="1")?'
    r'(?: ht="[0-9.]+")?(?: customHeight="1")?(?: [a-z0-9]+:dyDescent="[0-9.]+")?'
    r'(?:/>|>(?:<c r="[A-Z]{1,3}\1"(?: s="[0-9]+")?/>)*+</row>)'
)
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]+)|#x([0-9a-fA-F]+));")
_NO_CHARACTER = {*range(32), 0xFFFE, 0xFFFF} - {9, 10, 13}
_NAMED = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}
BETWEEN = "\x00"  # stands in no text: XML forbids it
STYLES_MAX = 200  # in one pattern; a workbook of more fits by its own style id only


class _OddError(Exception):
    """A row that no pattern is made of."""


class Form(StrEnum):
    """How a cell's value is written, and with it what the value can be."""

    SHARED = "s"
    INLINE = "inlineStr"
    STRING = "str"
    PLAIN = "plain"  # of a CSV
    NUMBER = "n"
    DAY = "day"  # a number shown as a date or time
    SPAN = "span"  # a number shown as a span of time
    BOOLEAN = "b"
    ERROR = "e"
    FORMULA = "f"  # whose kept result is a number
    OTHER_FORMULA = "fx"

    @property
    def is_text(self) -> bool:
        """A text somebody typed."""
        return self in (Form.SHARED, Form.INLINE, Form.STRING, Form.PLAIN)

    @property
    def is_formula(self) -> bool:
        """Calculated, not typed."""
        return self in (Form.FORMULA, Form.OTHER_FORMULA)


@dataclass(frozen=True, slots=True)
class Styles:
    """What a style id makes of a number, as the stylesheet says."""

    count: int
    days: Collection[int]
    spans: Collection[int]

    def form(self, style: int) -> Form:
        """Of a number cell with this style."""
        if style not in self.days:
            return Form.NUMBER
        return Form.SPAN if style in self.spans else Form.DAY

    def alike(self, style: int) -> str:
        """A pattern for all style ids that mean the same."""
        form = self.form(style)
        same = [each for each in range(self.count) if self.form(each) is form]
        if style not in same or len(same) > STYLES_MAX:
            return str(style)
        return f"(?:{'|'.join(map(str, reversed(same)))})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a sample row."""

    column: int
    form: Form | None  # None: nothing in it
    written: tuple[tuple[str, str], ...]  # its attributes, in their order

    @property
    def placed(self) -> bool:
        """It says its own coordinate."""
        return any(name == "r" for name, _ in self.written)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """All rows that are written alike.

    The groups of ``pattern``: the row number, then the texts of ``captured`` in order.
    """

    pattern: re.Pattern[str]
    cells: Mapping[int, Cell]  # by column
    captured: tuple[tuple[int, Form], ...]  # column and form
    label: int | None  # which group holds the first text of the row
    hidden: bool


def learn(
    text: str,
    wanted: Collection[int],
    required: Collection[int],
    styles: Styles,
    before: Shape | None,
) -> Shape | None:
    """The shape of a row that is sound XML; None when it has none or lacks a required cell.

    Args:
        wanted: Columns whose texts are captured.
        required: Columns that every row of the shape has.
        before: The last shape: cells it knows, and this row lacks, may stand in others.
    """
    row = _ROW.fullmatch(text)
    if row is None:
        return None
    attributes = _ATTRIBUTE.findall(row[1])
    try:
        cells = _cells(row[2], styles)
    except _OddError:
        return None
    if "r" not in dict(attributes) or len(dict(attributes)) != len(attributes):
        return None
    filled = {each.column: each for each in cells if each.form is not None}
    if not set(required) <= filled.keys():
        return None
    texts = (column for column, each in filled.items() if each.form and each.form.is_text)
    label = next(texts, None)
    known = {each.column: each for each in cells}
    if before is not None and label is not None:
        known |= _absent(known, before, after=label)
    captured = tuple(
        (column, known[column].form or Form.NUMBER)
        for column in sorted(known)
        if (column in wanted or column == label) and known[column].form is not None
    )
    must = {*required, *([] if label is None else [label])}
    return Shape(
        pattern=re.compile(_pattern(attributes, known, dict(captured), must, styles)),
        cells=known,
        captured=captured,
        label=None if label is None else 1 + [each for each, _ in captured].index(label),
        hidden=dict(attributes).get("hidden", "0") in ("1", "true", "on"),
    )


def characters(text: str) -> str:
    """The text that character data of the form TEXT stands for.

    Raises:
        ValueError: A reference to what is no character of XML.
    """
    return _REFERENCE.sub(_character, text) if "&" in text else text


def all_characters(texts: Sequence[str]) -> Sequence[str]:
    """The same of many texts at a time. Raises ValueError."""
    joined = BETWEEN.join(texts)
    if "&" not in joined:
        return texts
    if "&#" in joined:
        return list(map(characters, texts))
    for name, character in _NAMED.items():  # &amp; last: what it leaves is no reference
        joined = joined.replace(f"&{name};", character)
    return joined.split(BETWEEN)


def _character(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if code in _NO_CHARACTER or 0xD800 <= code < 0xE000:
        raise ValueError(f"character {code:#x}")
    return chr(code)


def _cells(body: str, styles: Styles) -> list[Cell]:
    """The cells of a row that is sound XML. Raises _OddError."""
    found: list[Cell] = []
    at = 0
    while at < len(body):
        matched = _CELL.match(body, at)
        if matched is None:
            raise _OddError
        written = tuple(_ATTRIBUTE.findall(matched[1]))
        said = dict(written)
        if not said.keys() <= {"r", "s", "t"} or len(said) != len(written):
            raise _OddError
        before = found[-1].column if found else 0
        column = _column(said["r"]) if "r" in said else before + 1
        found.append(Cell(column=column, form=_form(said, matched, styles), written=written))
        at = matched.end()
    return found


def _form(said: Mapping[str, str], matched: re.Match[str], styles: Styles) -> Form | None:
    """None for an empty cell. Raises _OddError."""
    _, inline, formula, value = matched.groups()
    kind = said.get("t", "n")
    if formula and value and kind in ("n", "str", "b", "e"):
        return Form.FORMULA if kind == "n" else Form.OTHER_FORMULA
    if formula or (inline and kind != "inlineStr"):
        raise _OddError
    if inline:
        return Form.INLINE
    if not value:
        return None
    if kind not in ("n", "s", "str", "b", "e"):
        raise _OddError
    return styles.form(int(said.get("s", "0"))) if kind == "n" else Form(kind)


def _column(place: str) -> int:
    column = 0
    for letter in place.rstrip("0123456789"):
        column = column * 26 + ord(letter) - 64
    return column


def _absent(known: Mapping[int, Cell], before: Shape, *, after: int) -> dict[int, Cell]:
    """Cells that rows before had and this row lacks, right of its first text."""
    placed = all(each.placed for each in (*known.values(), *before.cells.values()))
    return {
        column: cell
        for column, cell in before.cells.items()
        if column > after
        and (placed if column not in known else known[column].form is None)
        and (placed or not cell.placed)
    }


def _pattern(
    attributes: Sequence[tuple[str, str]],
    known: Mapping[int, Cell],
    captured: Collection[int],
    must: Collection[int],
    styles: Styles,
) -> str:
    row = "".join(map(_row_attribute, attributes))
    cells = "".join(
        _cell_pattern(known[each], styles, captured=each in captured, must=each in must)
        for each in sorted(known)
    )
    return f"<row{row}>{cells}</row>"


def _row_attribute(written: tuple[str, str]) -> str:
    name, value = written
    if name == "r":
        return ' r="([1-9][0-9]{0,6})"'
    return f' {name}="{re.escape(value)}"' if name == "hidden" else f' {name}="[^"<&]*"'


def _cell_pattern(cell: Cell, styles: Styles, *, captured: bool, must: bool) -> str:
    place = rf' r="{column_letters(cell.column)}\1"' if cell.placed else ""
    empty = rf'<c{place}(?: s="[0-9]+")?(?:/>|></c>)'
    optional = "?" if cell.placed else ""
    if cell.form is None:
        return f"(?:{empty}){optional}"
    said = "".join(_attribute(each, cell.form, place, styles) for each in cell.written)
    group = "(" if captured else "(?:"
    value = {
        Form.SHARED: f"<v>{group}[0-9]{{1,9}})</v>",
        Form.INLINE: f'<is><t(?: xml:space="preserve")?>{group}{TEXT})</t></is>',
        Form.STRING: f"<v>{group}{TEXT})</v>",
        Form.BOOLEAN: f"<v>{group}{TEXT})</v>",
        Form.ERROR: f"<v>{group}{TEXT})</v>",
        Form.FORMULA: f"{_FORMULA}<v>{group}{_NUMBER})</v>",
        Form.OTHER_FORMULA: f"{_FORMULA}<v>{group}{TEXT})</v>",
    }.get(cell.form, f"<v>{group}{_NUMBER})</v>")
    full = f"<c{said}>{value}</c>"
    return full if must else f"(?:{full}|{empty}){optional}"


def _attribute(written: tuple[str, str], form: Form, place: str, styles: Styles) -> str:
    name, value = written
    if name == "r":
        return place
    if name == "t":
        return f' t="{value}"'
    if form in (Form.NUMBER, Form.DAY, Form.SPAN):
        return f' s="{styles.alike(int(value))}"'
    return ' s="[0-9]+"'

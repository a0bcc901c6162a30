"""The raw fields of a SWIFT statement: cut at the tags, each with its line, nothing interpreted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from counterfoil.domain.statements import Place

_LINE_ENDS = re.compile(r"\r\n|\n|\r")
_TAG = re.compile(r":([0-9]{2}[A-Z]?|NS):")
#: Inside free text only these begin a field: ``:12:11`` is the rest of a time of day.
_KNOWN = re.compile(r"13D?|2[01]|25P?|28C?|34F?|6[02][FM]?|61|6[45]|86|90[CD]|NS")
_FREE_TEXT = frozenset({"86", "NS", "61"})
_ENVELOPE = "\x01\x02\x03 \t\f\v"
_FULL = 65  # characters of a line of field 86; a full one goes on without a blank


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a statement as it stands in the file."""

    tag: str  # "61", "60F"
    line: int
    lines: list[str] = field(default_factory=list)  # without their ends

    @property
    def text(self) -> str:
        """Its first line, without blanks around it."""
        return self.lines[0].strip()

    def place(self) -> Place:
        """For a proof."""
        return Place(line=self.line, path=f"field {self.tag}")

    def raw(self) -> str:
        """As it stood, with line feeds."""
        return f":{self.tag}:" + "\n".join(self.lines)


def fields_of(text: str) -> list[Field]:
    """Every field, in the file's order. Envelopes and trailers of SWIFT are left out."""
    fields: list[Field] = []
    for number, whole in enumerate(_LINE_ENDS.split(text), 1):
        line = whole.strip("\x01\x02\x03").rstrip()
        match = _TAG.match(line)
        if match and _begins(match[1], fields):
            fields.append(Field(match[1], number, [line[match.end() :]]))
        elif fields and line and not _is_envelope(line):
            fields[-1].lines.append(line)
    return fields


def _begins(tag: str, fields: Sequence[Field]) -> bool:
    return bool(_KNOWN.fullmatch(tag)) or not fields or fields[-1].tag not in _FREE_TEXT


def _is_envelope(line: str) -> bool:
    bare = line.strip(_ENVELOPE)
    return bare in ("", "-", "-}") or bare.startswith(("{", "-}{"))


def blocks_of(fields: Sequence[Field]) -> list[list[Field]]:
    """The fields of each statement: a ``:20:`` begins the next one."""
    blocks: list[list[Field]] = []
    for each in fields:
        if each.tag == "20":
            blocks.append([])
        if blocks:
            blocks[-1].append(each)
    return blocks


def account_of(block: Sequence[Field]) -> str:
    """Field 25, as printed."""
    return next((each.text for each in block if each.tag in ("25", "25P")), "")


def joined(lines: Sequence[str]) -> str:
    """Lines of a field 86 in one: a full line is cut in mid-word, a shorter one is not."""
    text = ""
    for line in lines:
        text += line if len(line) == _FULL else f"{line} "
    return " ".join(text.split())

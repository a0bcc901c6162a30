"""The markup of OFX: SGML without end tags (1.x) and XML (2.x), read by one strict tokenizer.

It is our own, with reasons: ofxtools is GPL; ofxparse has had no release since 2021, and
reads "1,234" as 1.234 and "12 34" as 1234. OFX is tags, text and nothing else, so what is
neither is refused. No entity of the file's own, no DTD, nothing from outside.

Source: OFX 1.0.2 section 2.3, OFX 2.2 section 2.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from counterfoil.adapters.statement_formats.texts import broken, shown
from counterfoil.domain.statements import Place
from counterfoil.errors import Quarantined

DEPTH_MAX = 40  # statements have 8 levels
_TOKEN = re.compile(
    r"<!--.*?-->"
    r"|<!\[CDATA\[(?P<cdata>.*?)\]\]>"
    r"|<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9._]*)\s*(?P<empty>/?)>"
    r"|(?P<text>[^<]+)",
    re.DOTALL,
)
_ENDED = re.compile(r"</([A-Za-z][A-Za-z0-9._]*)\s*>")


@dataclass(slots=True)
class Node:
    """One element; names are in upper case."""

    tag: str
    line: int
    path: str
    text: str = ""
    children: list[Node] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)  # how many children of each name

    def all(self, tag: str) -> list[Node]:
        """The children of this name."""
        return [each for each in self.children if each.tag == tag]

    def one(self, path: str) -> Node | None:
        """The first node at *path* ("LEDGERBAL/BALAMT")."""
        found: Node | None = self
        for tag in path.split("/"):
            found = next(iter(found.all(tag)), None) if found is not None else None
        return found

    def words(self, path: str) -> str:
        """Its text, without blanks around it; "" where there is none."""
        found = self.one(path)
        return found.text.strip() if found is not None else ""

    def below(self, tag: str) -> Iterator[Node]:
        """Every node of this name, however deep."""
        for each in self.children:
            if each.tag == tag:
                yield each
            yield from each.below(tag)

    def place(self) -> Place:
        """For a proof."""
        return Place(line=self.line, path=self.path)


def parse(body: str, first_line: int) -> Node:
    """The node OFX.

    Args:
        body: From ``<OFX>`` on.
        first_line: The number of its first line in the file.

    Raises:
        Quarantined: The markup is broken, cut off, or nested without end.
    """
    root = Node("", first_line, "")
    builder = _Builder(root, frozenset(each.upper() for each in _ENDED.findall(body)))
    position, line = 0, first_line
    while position < len(body):
        match = _TOKEN.match(body, position)
        if match is None:
            raise _damaged(line, f"{shown(body[position : position + 40])} is no markup")
        builder.take(match, line)
        line += body.count("\n", position, match.end())
        position = match.end()
    if len(builder.open) > 1:
        raise _damaged(line, f"the file is cut off inside <{builder.open[-1].tag}>")
    if [each.tag for each in root.children] != ["OFX"]:
        raise _damaged(line, "the file has more than one <OFX>")
    return root.children[0]


class _Builder:
    """The open elements. *ended* are the names that have an end tag somewhere."""

    def __init__(self, root: Node, ended: frozenset[str]) -> None:
        self.open = [root]
        self._ended = ended

    def take(self, match: re.Match[str], line: int) -> None:
        if match["tag"] is None:
            raw = match["cdata"]
            self._text(unescape(match["text"] or "") if raw is None else raw, line)
        elif match["end"]:
            self._end(match["tag"].upper(), line)
        else:
            self._start(match["tag"].upper(), line)
            if match["empty"]:
                self._end(match["tag"].upper(), line)

    def _text(self, text: str, line: int) -> None:
        if not text.strip():
            return
        top = self.open[-1]
        if top.children or len(self.open) == 1:
            raise _damaged(line, f"{shown(text.strip())} stands outside of its element")
        top.text += text

    def _start(self, tag: str, line: int) -> None:
        if self._is_value(self.open[-1]):
            self.open.pop()  # SGML: a value ends where the next tag begins
        parent = self.open[-1]
        if len(self.open) > DEPTH_MAX:
            raise _damaged(line, f"more than {DEPTH_MAX} levels")
        number = parent.numbers[tag] = parent.numbers.get(tag, 0) + 1
        node = Node(tag, line, f"{parent.path}/{tag}" + (f"[{number}]" if number > 1 else ""))
        parent.children.append(node)
        self.open.append(node)

    def _end(self, tag: str, line: int) -> None:
        if self.open[-1].tag != tag and self._is_value(self.open[-1]):
            self.open.pop()
        if len(self.open) == 1 or self.open[-1].tag != tag:
            raise _damaged(line, f"</{tag}> ends <{self.open[-1].tag or 'nothing'}>")
        self.open.pop()

    def _is_value(self, node: Node) -> bool:
        """Whether an open element is a value: it has text, or never an end tag anywhere."""
        if len(self.open) == 1 or node.children:
            return False
        return bool(node.text) or node.tag not in self._ended


def _damaged(line: int, reason: str) -> Quarantined:
    return broken("not_well_formed", f"line {line}: {reason}")

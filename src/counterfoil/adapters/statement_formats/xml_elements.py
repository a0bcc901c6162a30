"""XML that cannot hurt: no DTD, no entities, nothing from outside; every element knows its line.

The home of defusedxml for statements.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from counterfoil.adapters.statement_formats.texts import broken
from counterfoil.domain.statements import Place

DEPTH_MAX = 60  # camt.053 has 14 levels


class Element(ET.Element):
    """An element of ElementTree, and where it stands."""

    line: int = 0
    path: str = ""

    def all(self, name: str) -> list[Element]:
        """The children of this name."""
        return [each for each in self if isinstance(each, Element) and each.tag == name]

    def one(self, path: str) -> Element | None:
        """The first element at *path* ("CdOrPrtry/Cd"); None where there is none."""
        found: Element | None = self
        for name in path.split("/"):
            found = next(iter(found.all(name)), None) if found is not None else None
        return found

    def words(self, path: str) -> str:
        """The text at *path* without blanks around it; "" where there is none."""
        found = self.one(path)
        return (found.text or "").strip() if found is not None else ""

    def below(self, name: str) -> Iterator[Element]:
        """Every element of this name, however deep."""
        return (each for each in self.iter(name) if isinstance(each, Element))

    def place(self) -> Place:
        """For a proof."""
        return Place(line=self.line, path=self.path)


class _Builder:
    """Target of the parser: strips namespaces of camt, counts lines and siblings."""

    def __init__(self) -> None:
        self._tree = ET.TreeBuilder(element_factory=Element)
        self._open: list[tuple[Element, dict[str, int]]] = []
        self.parser: Any = None

    def start(self, tag: str, attributes: dict[str, str]) -> ET.Element:
        namespace, _, name = tag.rpartition("}")
        if namespace and ":camt." not in namespace:
            name = tag  # a stranger inside: never mistaken for one of ours
        element = self._tree.start(name, attributes)
        assert isinstance(element, Element)
        element.line = self.parser.CurrentLineNumber
        if self._open:
            parent, counts = self._open[-1]
            counts[name] = counts.get(name, 0) + 1
            element.path = f"{parent.path}/{name}[{counts[name]}]"
        if len(self._open) >= DEPTH_MAX:
            raise broken("nested_too_deep", f"line {element.line}: more than {DEPTH_MAX} levels")
        self._open.append((element, {}))
        return element

    def end(self, tag: str) -> ET.Element:
        element, _ = self._open.pop()
        return self._tree.end(element.tag)

    def data(self, text: str) -> None:
        self._tree.data(text)

    def close(self) -> Element:
        root = self._tree.close()
        assert isinstance(root, Element)
        return root


def parse(content: bytes) -> Element:
    """The root element.

    Raises:
        Quarantined: It is not well-formed, or it brings a DTD or entities.
    """
    builder = _Builder()
    parser = DefusedXMLParser(
        target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    builder.parser = parser.parser
    try:
        parser.feed(content)
        root = parser.close()
    except ET.ParseError as trouble:
        raise broken("not_well_formed", f"the XML is broken or cut off: {trouble}") from trouble
    except DefusedXmlException as trouble:
        raise broken("dtd", "the XML brings a document type or entities of its own") from trouble
    except (ValueError, LookupError) as trouble:  # an encoding that does not exist
        raise broken("not_well_formed", f"the XML cannot be decoded: {trouble}") from trouble
    assert isinstance(root, Element)
    return root

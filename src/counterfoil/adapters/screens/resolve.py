"""Find every field of a screen by witnesses that agree, or stop. Pure.

Published matchers always answer; a bank needs "I do not know". A box is taken only when
every witness that the map gives (programmatic name; caption with all that encloses it)
points at it and at nothing else, its kind and options are right, and no other field
claims it. Position decides only between rows of one column, and only together with
another witness. Generated ids are never looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from counterfoil.adapters.map_schema import Action, Field, Lines, ScreenMap
from counterfoil.adapters.screens.inventory import Control, Inventory
from counterfoil.errors import Unavailable

#: What a field of each kind may be on the page. Money in a textarea is no money field.
KINDS: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "textarea", "search", "tel"),
    "money": ("text", "number"),
    "account": ("text", "tel"),
    "date": ("text",),
    "select": ("select",),
    "bool": ("checkbox", "radio"),
    "secret": ("password",),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One field and the box that every witness points at."""

    field: Field
    control: Control
    healed: bool = False  # its name is gone; label path, kind and inventory agree
    as_text: bool = False  # no box any more: it stands as the caption of *control*

    def shown(self, now: Mapping[int, Control]) -> str:
        """What the page says it holds; *now*: the controls of another look, by index."""
        control = now[self.control.index]
        return control.label if self.as_text else control.value


@dataclass(frozen=True, slots=True)
class Resolution:
    """All fields of one screen: by name, and by row for the repeated lines."""

    fields: Mapping[str, Found]
    rows: tuple[Mapping[str, Found], ...] = ()


class _Stop(Exception):
    """A field that must not be typed into, and why."""


def resolve(
    where: str,
    screen: ScreenMap,
    controls: Sequence[Control],
    inventory: Inventory | None = None,
    heal: Literal["never", "text"] = "never",
) -> Resolution:
    """Every field of *screen*, before anything is typed.

    Raises:
        Unavailable: A field is missing, met twice, of another kind, or its witnesses
            contradict each other; the message names each such field and its witnesses.
    """
    finder = _Finder([each for each in controls if each.is_box], inventory, heal)
    fields = finder.all_of(screen.fields)
    rows = finder.rows_of(screen.lines) if screen.lines else ()
    every = [(name, found) for table in (fields, *rows) for name, found in table.items()]
    taken = Counter(found.control.index for _, found in every if not found.as_text)
    finder.troubles += [
        f"{name}: its box is another field's too"
        for name, found in every
        if taken[found.control.index] > 1
    ]
    if finder.troubles:
        raise Unavailable(where, "; ".join(finder.troubles))
    return Resolution(fields, rows)


def resolve_action(
    where: str, name: str, action: Action, controls: Iterable[Control], face: str = ""
) -> Control:
    """The one control to press. *face*: what stands on it, when an item's value does.

    Raises:
        Unavailable: None or several fit every witness, or it is greyed out.
    """
    label = face or action.label
    found = [
        each
        for each in controls
        if not each.is_box
        if not action.name or each.name == action.name
        if not label or each.label == label
    ]
    if len(found) != 1:
        witnesses = ", ".join(each for each in (action.name, action.label) if each)
        raise Unavailable(where, f"action {name} ({witnesses}): found {len(found)} times")
    if found[0].fixed:
        raise Unavailable(where, f"action {name} is greyed out")
    return found[0]


class _Finder:
    """Looks for fields among *boxes* and collects the troubles, to name them all."""

    def __init__(self, boxes: list[Control], inventory: Inventory | None, heal: str) -> None:
        self.boxes = boxes
        self.recorded = inventory.controls if inventory else ()
        self.heal = heal
        self.troubles: list[str] = []

    def all_of(self, fields: Mapping[str, Field]) -> dict[str, Found]:
        found: dict[str, Found] = {}
        for name, each in fields.items():
            try:
                found[name] = self._one(each, self.boxes)
            except _Stop as stop:
                self.troubles.append(f"{name}: {stop}")
        return found

    def rows_of(self, lines: Lines) -> tuple[Mapping[str, Found], ...]:
        """Row by row, as far as the page has rows; a row with a hole in it is a trouble."""
        rows: list[Mapping[str, Found]] = []
        texts = 0  # rows so far whose boxes became text in part
        for at in range(lines.rows_max):
            row = lines.first_row + at
            fields = {name: in_row(each, row) for name, each in lines.fields.items()}
            if not any(self._has(each, at) for each in fields.values()):
                break
            found = self._settled(lines, fields)
            captioned = {lines.settles[name]: each.control for name, each in found.items()}
            texts += bool(found)
            for name, each in fields.items():
                if name in found:
                    continue
                place = at - texts if name in lines.settles else at
                boxes = self._nth_of_column(each, place, name in lines.settles.values())
                if name in captioned:
                    each = _under(each, captioned[name].label)
                try:
                    found[name] = self._one(each, boxes)
                except _Stop as stop:
                    self.troubles.append(f"line {row}, {name}: {stop}")
            rows.append(found)
        return tuple(rows)

    def _has(self, field: Field, at: int) -> bool:
        if field.name and any(each.name == field.name for each in self.boxes):
            return True
        return field.label != "" and sum(_at_path(each, field) for each in self.boxes) > at

    def _settled(self, lines: Lines, fields: Mapping[str, Field]) -> dict[str, Found]:
        """The fields of a row that are text by now, each the caption of its neighbour."""
        found: dict[str, Found] = {}
        for name, neighbour in lines.settles.items():
            field, beside = fields[name], fields[neighbour]
            if any(each.name == field.name for each in self.boxes):
                continue
            captioned = [
                each for each in self.boxes if each.name == beside.name and _captioned(each, beside)
            ]
            if len(captioned) == 1:
                found[name] = Found(field, captioned[0], as_text=True)
        return found

    def _nth_of_column(self, field: Field, at: int, may_be_captioned: bool) -> list[Control]:
        """All boxes, but of the column under the field's caption only the row's own."""
        if not field.label:
            return self.boxes
        column = [
            each
            for each in self.boxes
            if _at_path(each, field) or (may_be_captioned and _captioned(each, field))
        ]
        others = {each.index for place, each in enumerate(column) if place != at}
        return [each for each in self.boxes if each.index not in others]

    def _one(self, field: Field, boxes: list[Control]) -> Found:
        named = [each for each in boxes if field.name and each.name == field.name]
        placed = [each for each in boxes if field.label and _at_path(each, field)]
        for found, witness in ((named, f"name {field.name!r}"), (placed, _path_of(field))):
            if len(found) > 1:
                raise _Stop(f"{witness} is met {len(found)} times")
        if field.name and field.label and named and placed and named[0] != placed[0]:
            raise _Stop(
                f"conflict: name {field.name!r} is at {_seen(named[0])}, "
                f"and {_path_of(field)} has the name {placed[0].name!r}"
            )
        if field.label and not placed:
            at = f", name {field.name!r} is at {_seen(named[0])}" if named else ""
            raise _Stop(f"{_path_of(field)} is not there{at}")
        if field.name and not named:
            return self._healed(field, placed)
        return Found(field, self._checked(field, (named or placed)[0]))

    def _healed(self, field: Field, placed: list[Control]) -> Found:
        """The name is gone: its label path may do, if all else is as it was recorded."""
        if not placed:
            raise _Stop(f"name {field.name!r} is not there")
        before = [each for each in self.recorded if each.name == field.name]
        usual = field.kind in ("text", "select", "bool") and self.heal == "text"
        same = len(before) == 1 and _same_but_name(before[0], placed[0])
        if not (usual and same) or any(each.name == placed[0].name for each in self.recorded):
            raise _Stop(
                f"name {field.name!r} is not there, and {_path_of(field)} "
                f"has the name {placed[0].name!r}"
            )
        return Found(field, self._checked(field, placed[0]), healed=True)

    def _checked(self, field: Field, control: Control) -> Control:
        """The last witness: what the control is and offers."""
        if control.kind not in KINDS[field.kind]:
            raise _Stop(f"it is a {control.kind}, not a {field.kind}")
        before = [each for each in self.recorded if field.name and each.name == field.name]
        if before and before[0].kind != control.kind:
            raise _Stop(f"it was a {before[0].kind} and is a {control.kind}")
        if missing := [each for each in field.options.values() if each not in control.options]:
            raise _Stop(f"the option {missing[0]!r} is not offered")
        if control.fixed and not field.filled_by:
            raise _Stop("it is read-only")
        return control


def in_row(field: Field, row: int) -> Field:
    """The field with its row number put in."""
    return replace(field, name=field.name.format(row=row), label=field.label.format(row=row))


def _at_path(control: Control, field: Field) -> bool:
    return control.label == field.label and control.path == field.path


def _captioned(control: Control, field: Field) -> bool:
    """A text stands in front of the box; the head of its column is what it was."""
    return control.path == (field.label, *field.path)


def _under(field: Field, caption: str) -> Field:
    """The field where its row has a caption of its own."""
    return replace(field, label=caption, path=(field.label, *field.path))


def _same_but_name(before: Control, now: Control) -> bool:
    same = (before.kind, before.label, before.path, before.options, before.max_chars)
    return same == (now.kind, now.label, now.path, now.options, now.max_chars)


def _path_of(field: Field) -> str:
    return "label " + " < ".join(map(repr, (field.label, *field.path)))


def _seen(control: Control) -> str:
    return " < ".join(map(repr, (control.label, *control.path)))

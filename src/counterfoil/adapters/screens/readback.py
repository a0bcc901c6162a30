"""What a screen shows, held against the item. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from counterfoil.adapters.map_schema import Field, Locale, ScreenMap
from counterfoil.adapters.screens.answers import wrong_lines
from counterfoil.adapters.screens.inventory import Sight
from counterfoil.adapters.screens.resolve import Found, Resolution
from counterfoil.adapters.screens.spelling import Values, field_reads_as, says_once
from counterfoil.domain.secrets import mask_account
from counterfoil.domain.values import Value
from counterfoil.errors import Unavailable


def wrong_boxes(
    sight: Sight, resolution: Resolution, values: Values, lines: Sequence[Values], locale: Locale
) -> Iterator[str]:
    """The boxes that show something else than the item's value, as the value's type."""
    now = {each.index: each for each in sight.controls}
    for found, source in _pairs(resolution, values, lines):
        shown = found.shown(now)
        if not field_reads_as(shown, found.field, value_of(found.field, source), locale):
            yield f"{found.field.value}: shows {seen(found.field, shown)!r}"
    for row in resolution.rows[len(lines) :]:
        if any(each.shown(now).strip() for each in row.values() if _tells(each)):
            yield "there is a line more than the item has"
    if len(resolution.rows) < len(lines):
        yield f"{len(resolution.rows)} lines for {len(lines)}"


def wrong_texts(
    screen: ScreenMap, text: str, values: Values, lines: Sequence[Values], locale: Locale
) -> Iterator[str]:
    """The texts that do not say what they must."""
    yield from filter(None, (says_once(text, echo, values, locale) for echo in screen.echoes))
    if screen.line_echo is not None:
        yield from filter(None, [wrong_lines(text, screen.line_echo, lines, locale)])


def readback(
    where: str, sight: Sight, resolution: Resolution, values: Values, lines: int
) -> dict[str, Any]:
    """What each box shows, for the evidence; account numbers are masked."""
    now = {each.index: each for each in sight.controls}
    rows = [
        {name: seen(found.field, found.shown(now)) for name, found in row.items()}
        for row in resolution.rows
    ]
    return {
        "screen": where,
        "title": sight.title,
        "fingerprint": sight.fingerprint(),
        "reference": values.get("reference", ""),
        "fields": {
            name: seen(found.field, found.shown(now)) for name, found in resolution.fields.items()
        },
        "healed": [name for name, found in resolution.fields.items() if found.healed],
        "lines": rows[:lines],
    }


def value_of(field: Field, values: Values) -> Value:
    """What belongs into the box; "" for an optional value that the item does not have.

    Raises:
        Unavailable: The map wants a value that this kind of item does not have.
    """
    if field.constant is not None:
        return field.constant
    if field.value in values:
        return values[field.value]
    if field.optional:
        return ""
    raise Unavailable("map", f"the item has no value {field.value!r}")


def seen(field: Field, shown: str) -> str:
    """What may be said of it: account numbers keep four characters, secrets none."""
    if field.kind == "account":
        return mask_account(shown)
    return "***" if field.kind == "secret" else shown


def _tells(found: Found) -> bool:
    """A select always shows something: only the other boxes tell an empty row."""
    return found.control.kind != "select"


def _pairs(
    resolution: Resolution, values: Values, lines: Sequence[Values]
) -> Iterator[tuple[Found, Values]]:
    for found in resolution.fields.values():
        yield found, values
    for row, line in zip(resolution.rows, lines, strict=False):
        for found in row.values():
            yield found, line

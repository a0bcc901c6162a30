"""Values as one system writes them: typed, read back and found in its texts. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from counterfoil.adapters.map_schema import BANKS_OWN, Field, Locale, Says
from counterfoil.domain.money import parse_decimal
from counterfoil.domain.secrets import bare
from counterfoil.domain.values import Value, as_text
from counterfoil.errors import Refused

Values = Mapping[str, Value]


def changed(text: str, changes: tuple[str, ...]) -> str:
    """*text* after what the system is known to do to it."""
    for change in changes:
        word, _, number = change.partition("-")
        match word:
            case "upper":
                text = text.upper()
            case "cut":
                text = text[: int(number)].rstrip()
            case "last":
                text = text[-int(number) :]
            case _:
                text = bare(text)
    return text


def typed(field: Field, value: Value, locale: Locale, offered: Sequence[str] = ()) -> str:
    """*value* the way this box wants it; *offered*: the options of a select.

    Raises:
        Refused: The map says that it does not fit, and not that the system cuts it.
    """
    if field.options:
        wanted = as_text(value)
        if wanted not in field.options:
            raise Refused("no_such_option", f"{field.value}: {wanted!r} is not offered")
        return field.options[wanted]
    if field.option_begins:
        return _option_for(field, as_text(value), offered)
    text = _cut(spelled(value, locale), field.shown)
    if field.max_chars and len(text) > field.max_chars:
        reason = f"{field.value}: {len(text)} characters, the box takes {field.max_chars}"
        raise Refused("too_long", reason)
    return text


def _option_for(field: Field, wanted: str, offered: Sequence[str]) -> str:
    """The one option that begins with the value. Raises Refused."""
    beginning = field.option_begins.format(value=wanted)
    found = [each for each in offered if each.startswith(beginning)]
    if len(found) != 1:
        raise Refused("no_such_option", f"{field.value}: {wanted!r} is offered {len(found)} times")
    return found[0]


def spelled(value: Value, locale: Locale) -> str:
    """*value* as the system writes it."""
    match value:
        case Decimal():
            decimals = max(-int(value.as_tuple().exponent), locale.decimals)
            return f"{value:.{decimals}f}".replace(".", locale.decimal_mark)
        case date():
            return value.strftime(locale.date_format)
        case _:
            return value


def _cut(text: str, changes: tuple[str, ...]) -> str:
    """What the system would cut off is not typed, so that no box has to swallow it."""
    return changed(text, tuple(each for each in changes if each.startswith("cut-")))


def reads_as(shown: str, value: Value, locale: Locale, changes: tuple[str, ...] = ()) -> bool:
    """Whether *shown*, read as the type of *value*, is *value*.

    A decimal is compared as a decimal, a date as a date, a text after its declared
    changes; what cannot be read is not equal.
    """
    try:
        match value:
            case Decimal():
                return parse_decimal(shown, decimal_mark=locale.decimal_mark) == value
            case date():
                return as_date(shown, locale) == value
            case _:
                return shown.rstrip() == changed(value, changes).rstrip()
    except ValueError:
        return False


def as_date(shown: str, locale: Locale) -> date:
    """*shown* by the system's own format. Raises ValueError."""
    return datetime.strptime(shown.strip(), locale.date_format).date()  # noqa: DTZ007


def field_reads_as(shown: str, field: Field, value: Value, locale: Locale) -> bool:
    """Whether a box that was given *value* shows it."""
    if field.kind == "secret":
        return bool(shown)
    if field.options:
        return shown == field.options.get(as_text(value))
    if field.option_begins:
        return shown.startswith(field.option_begins.format(value=as_text(value)))
    if value == "":
        return shown.strip() == ""
    if field.kind == "account":
        return reads_as(bare(shown), bare(as_text(value)), locale, field.shown)
    return reads_as(shown, value, locale, field.shown)


def disagreements(
    found: re.Match[str], says: Mapping[str, tuple[str, ...]], values: Values, locale: Locale
) -> tuple[str, ...]:
    """The groups that do not hold the item's own value; *says*: declared changes by group."""
    return tuple(
        name
        for name, shown in found.groupdict().items()
        if name not in BANKS_OWN and not _group_reads_as(shown, name, says, values, locale)
    )


def _group_reads_as(
    shown: str | None,
    name: str,
    says: Mapping[str, tuple[str, ...]],
    values: Values,
    locale: Locale,
) -> bool:
    changes = says.get(name, ())
    value = values.get(name)
    if value is None:
        return False
    shown = (shown or "").strip()
    return reads_as(bare(shown) if "no-blanks" in changes else shown, value, locale, changes)


def says_once(text: str, says: Says, values: Values, locale: Locale) -> str:
    """Why *text* does not say, exactly once, what it must; "" when it does."""
    found = list(re.finditer(says.pattern, text, re.MULTILINE))
    if len(found) != 1:
        return f"found {len(found)} times: {says.pattern!r}"
    wrong = disagreements(found[0], says.shown, values, locale)
    return f"another {', '.join(wrong)} is shown" if wrong else ""

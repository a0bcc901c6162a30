"""Turn TOML into frozen dataclasses, strictly.

A key we do not know is an error, because a misspelt ``optional`` that is silently
ignored becomes a payment keyed into the wrong box. Every message names the file,
the key and the nearest key we do know.
"""

from __future__ import annotations

import re
import tomllib
import types
from collections.abc import Iterable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from counterfoil.errors import MapError, SetupError

T = TypeVar("T")


def load_record(kind: type[T], path: Path, *, error: type[SetupError] = MapError) -> T:
    """Read the TOML file at *path* as one record of *kind*.

    Raises:
        SetupError: (or *error*) The file is missing, is not TOML, or has a missing,
            unknown or wrongly typed key.
    """
    try:
        text = path.read_text("utf-8")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as trouble:
        raise error(f"{path}: {trouble}") from trouble
    try:
        return build_record(kind, table, str(path), error=error)
    except error as trouble:
        said = str(trouble)
        raise error(f"{said}{at_line(text, said.removeprefix(f'{path}: '))}") from None


def at_line(text: str, sentence: str) -> str:
    """`` (at line 12)``: where in a TOML *text* the key stands that a sentence begins with.

    The sentence begins with tables and keys, each followed by a colon; the last of them
    that the text has a line for is meant. Empty: there is none.
    """
    key_like = re.compile(r"['\"]?[\w.-]+['\"]?[:,]?")
    words = [word for word in re.split(r": | ", sentence) if key_like.fullmatch(word)]
    keys = [word.strip(":,'\"") for word in words]
    found, lines, begins = 0, text.splitlines(), 0
    for depth in range(1, len(keys) + 1):
        header = re.compile(rf"\s*\[+\s*{re.escape('.'.join(keys[:depth]))}\s*\]")
        for number, line in enumerate(lines, 1):
            if header.match(line):
                found, begins = number, depth
                break
    for key in keys[begins:]:
        for number in range(found + 1, len(lines) + 1):
            line = lines[number - 1]
            if found and re.match(r"\s*\[", line):
                break
            if re.match(rf"\s*['\"]?{re.escape(key)}['\"]?\s*=", line):
                return f" (at line {number})"
    return f" (at line {found})" if found else ""


def build_record(kind: type[T], table: Any, where: str, *, error: type[SetupError] = MapError) -> T:
    """Turn the parsed TOML *table* into *kind*; *where* is for people."""
    try:
        built: T = _build(kind, table, where)
    except _WrongError as trouble:
        raise error(str(trouble)) from None
    return built


class _WrongError(Exception):
    """Carries a finished sentence up to the class of error that the caller wants."""


def _build(kind: Any, value: Any, where: str) -> Any:
    origin = get_origin(kind)
    if is_dataclass(kind):
        return _build_dataclass(kind, value, where)
    if origin in (Union, types.UnionType):
        return _build_union(kind, value, where)
    if origin is dict:
        _expect(value, dict, where)
        inner = get_args(kind)[1]
        return {key: _build(inner, each, f"{where}: {key}") for key, each in value.items()}
    if origin is tuple:
        _expect(value, list, where)
        inner = get_args(kind)[0]
        return tuple(
            _build(inner, each, f"{where}[{place}]") for place, each in enumerate(value, 1)
        )
    if origin is Literal:
        return _one_of(get_args(kind), value, where)
    return _build_scalar(kind, value, where)


def _build_union(kind: Any, value: Any, where: str) -> Any:
    """``X | None`` only: TOML has no null, so a present key is an X."""
    (inner,) = (each for each in get_args(kind) if each is not type(None))
    return _build(inner, value, where)


def _build_scalar(kind: Any, value: Any, where: str) -> Any:
    if kind is Any:
        return value
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind is Decimal and type(value) in (str, int):
        try:
            return Decimal(value)
        except InvalidOperation:
            raise _WrongError(f"{where}: {value!r} is no number") from None
    if kind is date:
        _expect(value, date, where)
        return value
    if kind is float and type(value) is int:
        return float(value)
    _expect(value, kind, where)
    return value


def _build_dataclass(kind: Any, table: Any, where: str) -> Any:
    _expect(table, dict, where)
    known: dict[str, Field[Any]] = {each.name: each for each in fields(kind) if each.init}
    for key in table.keys() - known.keys():
        raise _WrongError(f"{where}: unknown key {key!r}{did_you_mean(key, known)}")
    for key, each in known.items():
        required = each.default is MISSING and each.default_factory is MISSING
        if required and key not in table:
            raise _WrongError(f"{where}: missing key {key!r}")
    hints = _hints(kind)
    built = {key: _build(hints[key], table[key], f"{where}: {key}") for key in table}
    try:
        return kind(**built)
    except ValueError as trouble:  # a record that can be checked checks itself
        raise _WrongError(f"{where}: {trouble}") from trouble


@cache
def _hints(kind: type) -> dict[str, Any]:
    """A program has few kinds of records, and a folder has many files of one."""
    return get_type_hints(kind)


def _one_of(allowed: tuple[Any, ...], value: Any, where: str) -> Any:
    if value not in allowed:
        choices = ", ".join(repr(each) for each in allowed)
        hint = did_you_mean(str(value), map(str, allowed))
        raise _WrongError(f"{where}: {value!r} is not one of {choices}{hint}")
    return value


def _expect(value: Any, kind: type, where: str) -> None:
    if type(value) is not kind:
        raise _WrongError(f"{where}: expected {kind.__name__}, found {value!r}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint for the end of an error, or nothing."""
    near = get_close_matches(word, list(known), n=1)
    return f", did you mean {near[0]!r}?" if near else ""

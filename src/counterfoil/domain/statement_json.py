"""Proofs as JSON and back: over the parser box's pipe, and in the ledger's columns.

What is loaded is judged again: another type than the one that was written is refused, and
a :class:`Proof` with an equation that does not hold cannot be constructed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from counterfoil.domain.statements import Equation, Grade, Place, Proof

T = TypeVar("T")


def dump_proof(proof: Proof) -> dict[str, Any]:
    """Plain JSON types only; amounts are text with every digit."""
    return {
        "grade": proof.grade.value,
        "equations": dump_equations(proof.equations),
        "dates": list(proof.dates),
        "shortfalls": list(proof.shortfalls),
    }


def load_proof(record: Mapping[str, Any]) -> Proof:
    """The proof again. Raises ValueError, KeyError, TypeError, DecimalException."""
    return Proof(
        grade=Grade(record["grade"]),
        equations=load_equations(record["equations"]),
        dates=tuple(exactly(str, each) for each in record["dates"]),
        shortfalls=tuple(exactly(str, each) for each in record["shortfalls"]),
    )


def dump_equations(equations: Iterable[Equation]) -> list[dict[str, Any]]:
    """Each with both sides and its places, whether it holds or not."""
    return [
        {
            "kind": each.kind,
            "says": each.says,
            "left": f"{each.left:f}",
            "right": f"{each.right:f}",
            "places": [dump_place(place) for place in each.places],
        }
        for each in equations
    ]


def load_equations(records: Iterable[Mapping[str, Any]]) -> tuple[Equation, ...]:
    """The equations again. Raises ValueError, KeyError, TypeError, DecimalException."""
    return tuple(
        Equation(
            kind=exactly(str, each["kind"]),
            says=exactly(str, each["says"]),
            left=load_amount(each["left"]),
            right=load_amount(each["right"]),
            places=tuple(load_place(place) for place in each["places"]),
        )
        for each in records
    )


def dump_place(place: Place) -> dict[str, Any]:
    """Only what is known of it."""
    known = {
        "page": place.page,
        "box": list(place.box) if place.box else None,
        "line": place.line,
        "path": place.path or None,
    }
    return {name: each for name, each in known.items() if each is not None}


def load_place(record: Mapping[str, Any]) -> Place:
    """The place again. Raises ValueError, TypeError."""
    box = None
    if "box" in record:
        left, top, right, bottom = record["box"]
        box = (exactly(int, left), exactly(int, top), exactly(int, right), exactly(int, bottom))
    return Place(
        page=exactly(int, record["page"]) if "page" in record else None,
        box=box,
        line=exactly(int, record["line"]) if "line" in record else None,
        path=exactly(str, record.get("path", "")),
    )


def load_amount(text: Any) -> Decimal:
    """A finite number, every digit of it. Raises ValueError, TypeError, DecimalException."""
    amount = Decimal(exactly(str, text))
    if not amount.is_finite():
        raise ValueError(f"{text!r} is not an amount")
    return amount


def exactly(kind: type[T], value: Any) -> T:
    """*value*, if it is of this very type. Raises TypeError."""
    if type(value) is not kind:
        raise TypeError(f"expected {kind.__name__}, found {value!r}")
    return value

"""Proofs as JSON and back: for the ledger's columns, and for whoever checks them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from counterfoil.domain.statements import Equation, Grade, Place, Proof


def dump_proof(proof: Proof) -> dict[str, Any]:
    """Plain JSON types only; amounts are decimal text."""
    return {
        "grade": str(proof.grade),
        "equations": dump_equations(proof.equations),
        "dates": list(proof.dates),
        "shortfalls": list(proof.shortfalls),
    }


def load_proof(record: Mapping[str, Any]) -> Proof:
    """The proof again.

    Raises:
        ValueError, KeyError, TypeError: This is not what :func:`dump_proof` made, or an
            equation does not hold any more.
    """
    return Proof(
        grade=Grade(record["grade"]),
        equations=load_equations(record["equations"]),
        dates=tuple(record["dates"]),
        shortfalls=tuple(record["shortfalls"]),
    )


def dump_equations(equations: Iterable[Equation]) -> list[dict[str, Any]]:
    """Each with both sides and its places."""
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


def load_equations(records: Sequence[Mapping[str, Any]]) -> tuple[Equation, ...]:
    """The equations again. Raises ValueError, KeyError, TypeError."""
    return tuple(
        Equation(
            kind=str(each["kind"]),
            says=str(each["says"]),
            left=Decimal(each["left"]),
            right=Decimal(each["right"]),
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
    left, top, right, bottom = box = record.get("box") or (0, 0, 0, 0)
    return Place(
        page=record.get("page"),
        box=(int(left), int(top), int(right), int(bottom)) if any(box) else None,
        line=record.get("line"),
        path=str(record.get("path", "")),
    )

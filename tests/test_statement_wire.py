"""What comes out of the parser box is what went in, to the last digit and place."""

from __future__ import annotations

import copy
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.adapters.statement_wire import dump, dump_statement, load, load_statement
from counterfoil.domain.statements import (
    Equation,
    Grade,
    Place,
    Proof,
    Proved,
    Statement,
    StatementReading,
    Transaction,
    Unproved,
    sum_of,
)
from fixtures.statements.formats import writers
from tests.statement_support import judge
from tests.test_statement_formats_properties import THREE_DAYS

AMOUNTS = st.decimals(
    min_value=-(10**12), max_value=10**12, places=5, allow_nan=False, allow_infinity=False
)
BOXES = st.tuples(*[st.integers(-(10**6), 10**6)] * 4)
PLACES = st.builds(
    Place,
    page=st.none() | st.integers(1, 9999),
    box=st.none() | BOXES,
    line=st.none() | st.integers(1, 10**6),
    path=st.text(max_size=20),
)
TRANSACTIONS = st.builds(
    Transaction,
    booking_date=st.dates(),
    amount=AMOUNTS.filter(bool),
    description=st.text(max_size=40),
    place=PLACES,
    value_date=st.none() | st.dates(),
    reference=st.text(max_size=10),
    balance=st.none() | AMOUNTS,
)
EQUATIONS = st.builds(
    Equation,
    kind=st.text(max_size=10),
    says=st.text(max_size=40),
    left=AMOUNTS,
    right=AMOUNTS,
    places=st.lists(PLACES, max_size=3).map(tuple),
)
SAYS = st.lists(st.text(max_size=20), max_size=3).map(tuple)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    rows = tuple(draw(st.lists(TRANSACTIONS, max_size=4)))
    opening = draw(AMOUNTS)
    return Statement(
        account=draw(st.text(max_size=34)),
        currency=draw(st.sampled_from(("", "EUR", "JPY"))),
        opening=opening,
        closing=opening + sum_of([each.amount for each in rows]),
        transactions=rows,
        period=draw(st.none() | st.tuples(st.dates(), st.dates())),
        number=draw(st.text(max_size=8)),
        opening_printed=draw(st.booleans()),
        closing_printed=draw(st.booleans()),
    )


PROOFS = st.builds(
    Proof,
    grade=st.sampled_from(Grade),
    equations=st.lists(
        EQUATIONS.map(
            lambda each: Equation(
                kind=each.kind, says=each.says, left=each.left, right=each.left, places=each.places
            )
        ),
        max_size=3,
    ).map(tuple),
    dates=SAYS,
    shortfalls=SAYS,
)
READINGS = st.builds(
    StatementReading,
    source=st.text(max_size=20),
    pages=st.integers(0, 2000),
    verdicts=st.lists(
        st.builds(Proved, statement=statements(), proof=PROOFS)
        | st.builds(
            Unproved,
            account=st.text(max_size=34),
            code=st.text(max_size=20),
            reason=st.text(max_size=60),
            failed=st.lists(EQUATIONS, max_size=3).map(tuple),
            place=st.none() | PLACES,
        ),
        max_size=3,
    ).map(tuple),
)


@settings(deadline=None, max_examples=100)
@given(reading=READINGS)
def test_a_reading_comes_out_of_the_box_as_it_was(reading: StatementReading) -> None:
    assert load(json.loads(json.dumps(dump(reading)))) == reading


@settings(deadline=None, max_examples=30)
@given(statement=statements())
def test_the_statement_before_goes_into_the_box_as_it_is(statement: Statement) -> None:
    assert load_statement(json.loads(json.dumps(dump_statement(statement)))) == statement


def test_nothing_on_the_wire_is_a_binary_fraction() -> None:
    def floats(value: Any) -> list[float]:
        if isinstance(value, dict):
            return [each for inner in value.values() for each in floats(inner)]
        if isinstance(value, list):
            return [each for inner in value for each in floats(inner)]
        return [value] if isinstance(value, float) else []

    assert floats(dump(judge(writers.camt053(THREE_DAYS, "08")))) == []


def spoilt(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """A good reading of three entries with one value changed."""
    record: dict[str, Any] = copy.deepcopy(dump(judge(writers.csv_signed(THREE_DAYS))))
    inside: Any = record
    for key in path[:-1]:
        inside = inside[key]
    assert inside[path[-1]] != value
    inside[path[-1]] = value
    return record


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("verdicts", 0, "proved", "closing"), "0.00"),
        (("verdicts", 0, "proved", "opening"), 1000.0),
        (("verdicts", 0, "proved", "opening"), "NaN"),
        (("verdicts", 0, "proved", "opening"), "a thousand"),
        (("verdicts", 0, "proved", "transactions", 0, "amount"), "-12.51"),
        (("verdicts", 0, "proved", "transactions", 0, "booking_date"), "2026-13-01"),
        (("verdicts", 0, "proof", "equations", 0, "left"), "1"),
        (("verdicts", 0, "proof", "grade"), "D"),
        (("verdicts", 0, "proved", "opening_printed"), "true"),
        (("verdicts", 0), {}),
        (("pages",), "0"),
    ],
)
def test_a_spoilt_wire_is_refused(path: tuple[str | int, ...], value: Any) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        load(spoilt(path, value))


def test_the_place_of_an_entry_survives() -> None:
    reading = load(json.loads(json.dumps(dump(judge(writers.camt053(THREE_DAYS, "02"))))))
    (verdict,) = reading.proved()
    assert verdict.statement.transactions[1].place == Place(
        line=9, path="/BkToCstmrStmt[1]/Stmt[1]/Ntry[2]"
    )
    assert verdict.statement.transactions[1].booking_date == date(2026, 10, 9)
    assert verdict.statement.transactions[1].amount == Decimal("2500.00")

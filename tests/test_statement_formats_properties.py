"""Whatever a statement says and however it is written: it is read back, or it is refused.

A statement is made up, written in every format, and damaged. The undamaged one comes back
with every amount, day and word; the damaged one is never proved.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from counterfoil.domain.statements import Grade, Proved, Statement, StatementReading
from counterfoil.errors import Quarantined
from fixtures.statements.formats import writers
from fixtures.statements.formats.writers import Booking, Made
from tests.statement_support import (
    FORMATS,
    Written,
    as_format,
    before,
    judge,
    made_up,
    places_of,
    rows,
    truth,
)

each_format = pytest.mark.parametrize(
    "written", FORMATS, ids=[f"{number}-{each.name}" for number, each in enumerate(FORMATS)]
)
Check = Callable[[Written, Made, st.DataObject], None]


def run(check: Check, written: Written, *, examples: int, bookings_min: int = 1) -> None:
    """Run *check* over made-up statements."""

    @settings(
        deadline=None,
        max_examples=examples,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(made=made_up(bookings_min=bookings_min), data=st.data())
    def examples_of(made: Made, data: st.DataObject) -> None:
        check(written, made, data)

    examples_of()


def write(made: Made, written: Written) -> tuple[Made, str]:
    """(what the format can say of it, the file)."""
    said = as_format(made, written)
    return said, written.write(said).decode("latin-1")


def reading_of(text: str, made: Made, written: Written) -> StatementReading | None:
    """The reading; None where the file as a whole is refused."""
    known = () if written.with_opening else (before(made),)
    try:
        return judge(text.encode("latin-1"), known)
    except Quarantined:
        return None


def believed(text: str, made: Made, written: Written) -> list[Statement]:
    """The statements that are proved."""
    reading = reading_of(text, made, written)
    return [each.statement for each in reading.proved()] if reading else []


def same(statement: Statement, made: Made) -> bool:
    """Whether it says what was made up, to the last digit."""
    ends = (statement.opening, statement.closing)
    return ends == (made.opening, made.closing) and rows(statement) == truth(made)


def read_back(written: Written, made: Made, _: st.DataObject) -> None:
    made, text = write(made, written)
    reading = reading_of(text, made, written)
    assert reading is not None
    assert reading.source == written.name
    (verdict,) = reading.verdicts
    assert isinstance(verdict, Proved), verdict
    assert same(verdict.statement, made)
    assert verdict.statement.account == made.account
    assert verdict.statement.currency == made.currency
    assert verdict.proof.grade == (Grade.A if written.with_opening else Grade.C)


def a_changed_digit(written: Written, made: Made, data: st.DataObject) -> None:
    made, text = write(made, written)
    found = data.draw(st.sampled_from(places_of(written.amount, text)))
    places = [each for each in range(*found.span(1)) if text[each].isdigit()]
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([each for each in "0123456789" if each != text[place]]))
    assert not believed(text[:place] + digit + text[place + 1 :], made, written)


def a_removed_entry(written: Written, made: Made, data: st.DataObject) -> None:
    made, text = write(made, written)
    entry = data.draw(st.sampled_from(places_of(written.entry, text)))
    assert not believed(text[: entry.start()] + text[entry.end() :], made, written)
    assert not believed(text[: entry.end()] + text[entry.start() :], made, written)  # twice


def a_flipped_sign(written: Written, made: Made, data: st.DataObject) -> None:
    balance = made.opening
    assume(balance != 0)
    for each in made.bookings:  # less nothing is nothing
        balance += each.amount
        assume(balance != 0)
    made, text = write(made, written)
    flips = [(each, instead) for sign, instead in written.signs for each in places_of(sign, text)]
    found, instead = data.draw(st.sampled_from(flips))
    flipped = text[: found.start()] + found.expand(instead) + text[found.end() :]
    assert not believed(flipped, made, written)


def a_cut_off_file(written: Written, made: Made, data: st.DataObject) -> None:
    """Cut anywhere: refused, or only blanks and zeros were lost."""
    made, text = write(made, written)
    at = data.draw(st.integers(0, len(text)))
    for statement in believed(text[:at], made, written):
        assert same(statement, made)


def damaged_bytes(written: Written, made: Made, data: st.DataObject) -> None:
    """Up to three bytes changed, lost, doubled or put in: no crash, and no other amount."""
    made, text = write(made, written)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        size = data.draw(st.sampled_from((0, 1, 1, 2, 7, 40)))
        junk = data.draw(st.sampled_from(("", "\0", "<", ">", "\xff", "-", ":61:", "\n", "9", ",")))
        text = (text[:at] + junk + text[at + size :]) or " "
    for statement in believed(text, made, written):
        amounts = [each.amount for each in statement.transactions]
        assert amounts == [each.amount for each in made.bookings]


DAMAGES = (a_changed_digit, a_removed_entry, a_flipped_sign, a_cut_off_file, damaged_bytes)
each_damage = pytest.mark.parametrize("damage", DAMAGES, ids=[each.__name__ for each in DAMAGES])


@each_format
def test_what_was_written_is_read_back(written: Written) -> None:
    """Every amount, day, word and reference; grade A where both ends are printed."""
    run(read_back, written, examples=15, bookings_min=0)


@each_format
@each_damage
def test_a_damaged_statement_is_never_proved(written: Written, damage: Check) -> None:
    run(damage, written, examples=15)


@pytest.mark.battery
@each_format
def test_what_was_written_is_read_back_at_length(written: Written) -> None:
    run(read_back, written, examples=400, bookings_min=0)


@pytest.mark.battery
@each_format
@each_damage
def test_a_damaged_statement_is_never_proved_at_length(written: Written, damage: Check) -> None:
    run(damage, written, examples=400)


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_order_of_a_csv_is_proved_by_its_balances(newest_first: bool) -> None:
    """Newest first under a map that says oldest first: the balances do not follow."""
    reading = judge(writers.csv_signed(THREE_DAYS, newest_first=newest_first))
    assert bool(reading.proved()) is not newest_first


@each_format
def test_the_damage_is_real(written: Written) -> None:
    """A pattern that finds nothing would let every test above pass."""
    _, text = write(THREE_DAYS, written)
    assert len(places_of(written.entry, text)) == 3
    assert len(places_of(written.amount, text)) >= (4 if "ofx" in written.name else 5)
    assert sum(len(places_of(sign, text)) for sign, _ in written.signs) >= 3


THREE_DAYS = Made(
    account="1234567890",
    currency="EUR",
    number=7,
    first=date(2026, 10, 1),
    last=date(2026, 10, 31),
    opening=Decimal("1000.00"),
    bookings=tuple(
        Booking(
            booked=date(2026, 10, day),
            value=date(2026, 10, day),
            amount=Decimal(amount),
            text=f"ENTRY OF DAY {day}",
            reference=f"R{day}",
        )
        for day, amount in ((2, "-12.50"), (9, "2500.00"), (30, "-0.99"))
    ),
)

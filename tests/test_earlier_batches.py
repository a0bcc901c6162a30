"""What was dropped before, in whatever bytes, is pointed out to a person before it is keyed.

Real workbooks through the real parser box into the real ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.domain.items import ItemState
from counterfoil.errors import Quarantined, Refused
from counterfoil.rules.approval import ApprovalPolicy
from counterfoil.store.deciding import Word
from counterfoil.store.ledger import Ledger
from fixtures.payments.make_workbook import Order, orders, write_payments
from tests.engine_support import sqlite_house
from tests.intake_support import TODAY, document, nobody, order
from workflows.intake import take_in

WORD = Word(person="petra.novakova", reason="it is not meant")


class Desk:
    """Drops workbooks of payments, one after the other, below the limit."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self._folder = folder
        self.ledger = ledger

    def drop(self, name: str, rows: Sequence[Order]) -> str:
        """The batch that the workbook became. Raises Quarantined."""
        path = self._folder / name
        write_payments(path, list(rows))
        generous = ApprovalPolicy(limits={"CZK": Decimal("1e9")})
        how = replace(order(), approval=generous)
        taken = take_in(document(path), how, ledger=self.ledger, today=TODAY, emit=nobody)
        return taken.batch_id

    def found(self, batch_id: str) -> list[tuple[str, str, str, str]]:
        """(code, severity, cell, message) of what was found in it."""
        return [
            (each["code"], each["severity"], each["cell"], each["message"])
            for each in self.ledger.findings(batch_id)
        ]

    def states(self, batch_id: str) -> list[ItemState]:
        return [each.state for each in self.ledger.items(batch_id=batch_id)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with sqlite_house(tmp_path).ledger() as ledger:
        yield Desk(tmp_path, ledger)


def rows(*numbers: int) -> list[Order]:
    every = orders(TODAY)
    return [every[number] for number in numbers]


def test_the_same_reference_with_another_amount_waits_for_a_person(desk: Desk) -> None:
    """A correction, or the same order twice? Only a person knows."""
    first, second, third = rows(1, 2, 3)
    desk.drop("may.xlsx", [first, second])
    dearer = replace(second, amount=Decimal("99.00"))
    later = desk.drop("june.xlsx", [third, dearer])

    ((code, severity, cell, message),) = desk.found(later)
    assert (code, severity, cell) == ("reference_used", "hold", "Payments!A7")
    assert message.startswith(
        "Reference: this reference came before, with other values, as row 7 of may.xlsx (B-"
    )
    assert f"READY, {second.amount}" in message
    assert message.endswith(
        "a person decides whether both are meant: release this one, or cancel it"
    )
    assert desk.states(later) == [ItemState.READY, ItemState.ON_HOLD]


def test_another_spelling_of_a_reference_is_the_same_reference(desk: Desk) -> None:
    (first,) = rows(1)
    desk.drop("may.xlsx", [first])
    later = desk.drop(
        "june.xlsx", [replace(first, reference=first.reference.lower(), amount=Decimal("5.00"))]
    )
    assert [code for code, *_ in desk.found(later)] == ["reference_used"]


def test_the_same_rows_in_other_bytes_wait_and_the_file_needs_approval(desk: Desk) -> None:
    first, second = rows(1, 2)
    desk.drop("may.xlsx", [first, second])
    later = desk.drop("may again.xlsx", [second, first])  # rows moved: other bytes

    assert [code for code, *_ in desk.found(later)] == ["same_rows", "seen_before", "seen_before"]
    assert set(desk.states(later)) == {ItemState.ON_HOLD}
    assert desk.ledger.batch(later).needs_approval


def test_the_same_payment_under_a_new_reference_waits(desk: Desk) -> None:
    """An export that numbers its rows anew, dropped twice."""
    (first,) = rows(1)
    desk.drop("may.xlsx", [first])
    later = desk.drop("export.xlsx", [replace(first, reference="NEW-1", remittance="again")])

    ((code, severity, cell, message),) = desk.found(later)
    assert (code, severity, cell) == ("twin", "hold", "Payments!F6")
    assert message.startswith("Amount: the same accounts, amount and date came before")


def test_what_is_certainly_not_booked_may_be_sent_again(desk: Desk) -> None:
    """The analyst was told to mend the row and drop it in a new file."""
    (first,) = rows(1)
    batch = desk.drop("may.xlsx", [first])
    desk.ledger.cancel(f"{batch}-0006", WORD)
    later = desk.drop("june.xlsx", [replace(first, amount=Decimal("99.00"))])

    ((code, severity, _, message),) = desk.found(later)
    assert (code, severity) == ("reference_used", "note")
    assert message.endswith("nothing of that one is booked, so this one goes on")
    assert desk.states(later) == [ItemState.READY]


def test_of_several_earlier_ones_the_one_that_may_be_booked_counts(desk: Desk) -> None:
    (first,) = rows(1)
    batch = desk.drop("may.xlsx", [first])
    desk.drop("other.xlsx", [replace(first, amount=Decimal("7.00"))])  # held, may yet be released
    desk.ledger.cancel(f"{batch}-0006", WORD)
    later = desk.drop("june.xlsx", [replace(first, amount=Decimal("9.00"))])

    ((_, severity, _, message),) = desk.found(later)
    assert severity == "hold"
    assert "of other.xlsx" in message


def test_a_reference_of_ours_that_is_taken_names_both_rows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two files whose hashes begin alike: nothing may be keyed under one reference."""
    first, second = rows(1, 2)
    desk.drop("may.xlsx", [first])
    monkeypatch.setattr("counterfoil.rules.batching.reference_of", lambda sha256, row: "CFSAME")
    desk.drop("june.xlsx", [second])
    with pytest.raises(Quarantined) as refused:
        desk.drop("july.xlsx", rows(3))

    told = str(refused.value)
    assert "july.xlsx, row 6: our reference CFSAME in corebank is row 6 of june.xlsx" in told
    assert "-> save the file once more" in told


def test_the_maker_may_not_release_what_waits(desk: Desk) -> None:
    (first,) = rows(1)
    desk.drop("may.xlsx", [first])
    later = desk.drop("june.xlsx", [replace(first, amount=Decimal("99.00"))])
    with pytest.raises(Refused, match="four_eyes"):
        desk.ledger.release(f"{later}-0006", Word(person="Analysts", reason="it is right"))
    desk.ledger.release(f"{later}-0006", Word(person="petra.novakova", reason="a second order"))
    assert desk.states(later) == [ItemState.READY]

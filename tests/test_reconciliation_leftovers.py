"""What the last rounds make of lines that nothing else claims, and what a person is shown."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.domain.reconciliation import Fee, Policy
from tests.reconciliation_support import (
    bank,
    classes,
    found,
    ledger,
    pairs,
    settled,
)

ACME: dict[str, Any] = {"name": "Acme Tools"}


def paid(amount: int, **more: Any) -> dict[str, Any]:
    """A payment to Acme that says nothing else."""
    return {"amount": -amount, "text": "ACH DEBIT ACME TOOLS"} | ACME | more


def owed(amount: int, number: int, **more: Any) -> dict[str, Any]:
    return {"amount": -amount, "reference": f"PV004{number:05d}"} | ACME | more


def monthly_fees() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """One amount six times, five of them with their numbers."""
    named = [
        paid(7500, text=f"EFT PV004{each:05d} ACME TOOLS", day=100 + each)
        for each in (1, 2, 3, 4, 5)
    ]
    return named, [owed(7500, each, day=100 + each) for each in (1, 2, 3, 4, 5)]


def test_an_amount_that_recurs_is_settled_when_nothing_else_is_left_of_the_party() -> None:
    paid_before, owed_before = monthly_fees()
    ours, theirs = [paid(7500, day=106), *paid_before], [owed(7500, 9, day=106), *owed_before]
    assert (("B1",), ("L1",)) in pairs(settled(ours, theirs))
    other = paid(123_400, day=106, text="EFT ACME TOOLS")  # may be for several lines, the last too
    assert (("B1",), ("L1",)) not in pairs(settled([*ours, other], theirs))


def test_a_payment_without_name_is_not_settled_because_nothing_else_is_left() -> None:
    paid_before, owed_before = monthly_fees()
    nameless = paid(7500, day=106, name="", text="TRANSFER 84120036")
    result = settled([nameless, *paid_before], [owed(7500, 9, day=106), *owed_before])
    assert (("B1",), ("L1",)) not in pairs(result)


def test_all_that_is_open_of_a_party_settles_each_other() -> None:
    result = settled([paid(60_000), paid(33_300)], [owed(51_200, 1), owed(42_100, 2)])
    assert (("B1", "B2"), ("L1", "L2")) in pairs(result)
    assert "confirmed-silent" in result.matches["tier"].to_list()


def test_a_voucher_paid_in_parts_without_numbers_is_matched_if_it_is_all_that_is_open() -> None:
    ours = [paid(20_000), paid(30_000, day=103), paid(1_111, day=104)]
    assert (("B1", "B2"), ("L1",)) in pairs(settled(ours, [owed(50_000, 1)]))
    two = settled(ours, [owed(50_000, 1), owed(77_000, 2)])
    assert (("B1", "B2"), ("L1",)) not in pairs(two)


def test_one_payment_without_a_name_may_complete_what_is_open() -> None:
    nameless = paid(33_300, name="", text="TRANSFER 84120036")
    lines = [owed(51_200, 1), owed(42_100, 2)]
    assert (("B1", "B2"), ("L1", "L2")) in pairs(settled([paid(60_000), nameless], lines))
    two = [paid(60_000), nameless, nameless | {"text": "PAYMENT 84120037"}]  # either may be it
    assert not {ours for ours, _ in pairs(settled(two, lines))} & {("B1", "B2"), ("B1", "B3")}


def test_a_slip_is_not_made_up_for_by_a_payment_without_a_name() -> None:
    ours = [paid(16_042), paid(45_000, name="", text="TRANSFER 84120036")]
    result = settled(ours, [owed(61_042, 1)])
    assert (("B1", "B2"), ("L1",)) not in pairs(result)


def test_one_payment_with_a_number_of_its_own_is_not_for_all_that_is_open() -> None:
    own = paid(13_200, reference="769890690")
    assert (("B1",), ("L1", "L2")) not in pairs(settled([own], [owed(6_600, 1), owed(6_600, 2)]))


def test_what_is_settled_without_numbers_waits_where_the_supervisor_says_so() -> None:
    sides = [paid(60_000), paid(33_300)], [owed(51_200, 1), owed(42_100, 2)]
    result = settled(*sides, Policy(silent=False))
    assert (("B1", "B2"), ("L1", "L2")) not in pairs(result)
    assert "confirmed-silent" not in result.matches["tier"].to_list()


def test_a_foreign_amount_is_recognised_at_the_days_rate_without_a_number() -> None:
    euros = owed(118_000, 1, foreign_currency="EUR", foreign_amount=-100_000)
    assert (("B1",), ("L1",)) in pairs(settled([paid(118_655)], [euros]))
    assert (("B1",), ("L1",)) not in pairs(settled([paid(118_655)], [owed(118_000, 1)]))


def test_a_foreign_amount_without_a_name_is_only_proposed() -> None:
    euros = owed(118_000, 1, foreign_currency="EUR", foreign_amount=-100_000)
    result = settled([paid(118_655, name="", text="TRANSFER 84120036")], [euros])
    assert (("B1",), ("L1",)) not in pairs(result)
    proposed = result.breaks.proposals.to_dicts()[0]
    assert (proposed["rule"], proposed["ledger"]) == ("amount and day, at a rate", [0])


def test_one_line_of_a_payment_run_is_not_paid_alone() -> None:
    run = [owed(5_533, 1, run="RUN7"), owed(1_500, 2, run="RUN7")]
    assert (("B1",), ("L1",)) not in pairs(settled([paid(5_533)], run))
    assert (("B1",), ("L1",)) in pairs(settled([paid(5_533)], [owed(5_533, 1)]))


def many(count: int) -> list[dict[str, Any]]:
    return [owed(10_000 + 617 * each * each, each) for each in range(1, count + 1)]


@pytest.mark.parametrize("more", [1, 2])
def test_a_long_list_is_found_among_many_lines_if_it_says_how_many_more(more: int) -> None:
    lines = many(30)
    chosen = [2, 5, 11, 23][: 2 + more]
    amount = -sum(lines[place]["amount"] for place in chosen)
    text = f"ACME TOOLS PV00400003, PV00400006 +{more} MORE"
    result = settled([paid(amount, text=text)], lines)
    assert (("B1",), tuple(sorted(f"L{place + 1}" for place in chosen))) in pairs(result)


def test_what_a_payment_lists_is_not_proposed_one_by_one() -> None:
    text = "ACME TOOLS PV00400003, PV00400006 +9 MORE"
    result = settled([paid(999_999, text=text)], many(30))
    assert classes(result, "bank")["B1"] == "to decide"
    first = result.breaks.proposals.to_dicts()[0]
    assert first["rule"] == "the lines that it lists"
    assert [result.ledger["id"][line] for line in first["ledger"]] == ["L3", "L6"]


def test_a_number_that_another_payment_lists_is_not_certain() -> None:
    """A slip turned another voucher's number into one of the listed."""
    lines = [*many(30), owed(130, 31), owed(130, 32)]
    lists = paid(999_999, text="ACME TOOLS PV00400003, PV00400031 +9 MORE")
    slipped = paid(130, text="EFT PV00400031 ACME TOOLS")
    assert (("B2",), ("L31",)) not in pairs(settled([lists, slipped], lines))


def test_a_name_that_is_said_twice_is_no_return() -> None:
    twice = [
        {"amount": -2063, "text": "ACME TOOLS"} | ACME,
        {"amount": 2063, "text": "PAYMENT TO ACME TOOLS", "day": 101} | ACME,
    ]
    assert pairs(found(bank(*twice), ledger())) == set()
    returned = [
        {"amount": -700, "text": "EFT 4711002233 BOLT", "name": "Bolt"},
        {"amount": 700, "text": "STORNO EFT 4711002233 BOLT", "name": "Bolt"},
    ]
    twice[1]["text"] = "STORNO ACME TOOLS"  # a word that is proved to be one of returns
    both = pairs(found(bank(*twice, *returned), ledger()))
    assert both == {(("B1", "B2"), ()), (("B3", "B4"), ())}


def test_a_payment_without_a_cheques_number_speaks_against_the_cheque() -> None:
    numbers = [f"0{7000 + each}" for each in range(20)]
    cleared = [
        {"amount": -(5_000 + 37 * at), "text": f"CHECK {number}", "id": f"C{at}"}
        for at, number in enumerate(numbers)
    ]
    booked = [
        {
            "amount": each["amount"],
            "document": number,
            "reference": f"PV005{at:05d}",
            "id": f"C{at}",
        }
        for at, (each, number) in enumerate(zip(cleared, numbers, strict=True))
    ]
    for document, against in (("07777", True), ("", False)):
        theirs = [owed(123_456, 1, document=document), *booked]
        result = settled([paid(123_456), *cleared], theirs)
        ours = next(each for each in result.matches.to_dicts() if each["bank"] == [0])
        assert ("speaks against it" in ours["evidence"]) == against


def test_three_equal_payments_are_each_proposed_a_voucher_of_their_own() -> None:
    result = settled([paid(1250) for _ in range(3)], [owed(1250, each) for each in (1, 2, 3)])
    firsts = [each for each in result.breaks.proposals.to_dicts() if each["place"] == 1]
    proposed = [result.ledger["id"][each["ledger"][0]] for each in firsts]
    assert sorted(proposed) == ["L1", "L2", "L3"]


def test_a_slip_without_a_number_is_reported_where_nothing_else_claims_the_lines() -> None:
    result = settled([paid(123_450)], [owed(124_350, 1)])
    assert (("B1",), ("L1",)) not in pairs(result)
    assert classes(result, "bank")["B1"] == "amount keyed wrongly"
    assert classes(result, "ledger")["L1"] == "amount keyed wrongly"


def test_a_difference_of_a_small_amount_is_no_charge() -> None:
    small, large = owed(236, 1), owed(23_600, 1)
    policy = Policy(fees={"card": Fee(kind="rate", bps=140, plus=20)})
    booked = [owed(30_000 + 700 * each, 100 + each) for each in range(30)]
    taken = [
        paid(-each["amount"] + charge, text=f"EFT {each['reference']} ACME TOOLS")
        for each in booked
        for charge in [(-each["amount"] * 140 + 5000) // 10_000 + 20]
    ]
    for line, charge, stands in ((small, 23, False), (large, 350, True)):
        ours = paid(-line["amount"] + charge, text="EFT PV00400001 ACME TOOLS")
        result = settled([ours, *taken], [line, *booked], policy)
        assert ((("B1",), ("L1",)) in pairs(result)) == stands

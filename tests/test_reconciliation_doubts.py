"""What a number, an amount or a sum does not prove, though nothing else is in sight."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from counterfoil.rules.reconciliation.misread import one_slip_apart
from tests.reconciliation_support import (
    classes,
    pairs,
    settled,
)

ACME: dict[str, Any] = {"name": "Acme Tools"}


def paid(amount: int, text: str = "ACH DEBIT ACME TOOLS", **more: Any) -> dict[str, Any]:
    return {"amount": -amount, "text": text} | ACME | more


def owed(amount: int, reference: str, **more: Any) -> dict[str, Any]:
    return {"amount": -amount, "reference": reference} | ACME | more


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("PV00326062", "PV00326042", True),  # a wrong digit
        ("PV00326062", "PV00320662", True),  # two swapped
        ("PV0326062", "PV00326062", True),  # one lost
        ("PV003260622", "PV00326062", True),  # one too many
        ("PV00326062", "PV00326062", False),
        ("PV00326062", "PV00326144", False),
        ("PV00326062", "PV003260", False),
        ("12345", "12346", False),  # too short to say
    ],
)
def test_numbers_one_slip_apart_are_told_from_others(one: str, other: str, near: bool) -> None:
    assert one_slip_apart(pl.Series([one]), pl.Series([other])).tolist() == [near]
    assert one_slip_apart(pl.Series([other]), pl.Series([one])).tolist() == [near]


@pytest.mark.parametrize(
    ("printed", "named", "meant"),
    [
        ("INV-01310", "INV-0130010", "INV-0131031"),  # zeros lost here, cut short there
        ("2018/10", "0201810", "2018/109271"),
        ("PV00326062", "PV00326062", "PV00326042"),  # a slip that hit another's number
        ("PV00326062", "PV00326062", "PV00320662"),
    ],
)
def test_a_number_that_may_mean_another_voucher_of_amount_and_party_is_a_question(
    printed: str, named: str, meant: str
) -> None:
    payment = paid(6_162, f"EFT {printed} ACME TOOLS")
    alone = settled([payment], [owed(6_162, named)])
    assert (("B1",), ("L1",)) in pairs(alone)
    both = settled([payment], [owed(6_162, named), owed(6_162, meant)])
    assert ("B1",) not in {ours for ours, _ in pairs(both)}
    assert classes(both, "bank")["B1"] == "to decide"
    of_another_amount = settled([payment], [owed(6_162, named), owed(6_163, meant)])
    assert (("B1",), ("L1",)) in pairs(of_another_amount)


def test_without_a_name_the_number_may_mean_anybodys_voucher() -> None:
    """PV is not INV: the series of another, whose number two swapped digits make of it."""
    nameless = {"amount": -1_460, "text": "DEBIT PV00296952"}
    ours, theirs = owed(1_460, "INV-0296952"), owed(1_460, "PV00296592", name="Bolt")
    assert (("B1",), ("L1",)) in pairs(settled([nameless], [ours]))
    assert ("B1",) not in {each for each, _ in pairs(settled([nameless], [ours, theirs]))}


def test_the_other_voucher_is_no_question_where_a_payment_names_it() -> None:
    numbers = ["PV00326062", "PV00326042"]
    result = settled(
        [paid(4_500, f"EFT {each} ACME TOOLS") for each in numbers],
        [owed(4_500, each) for each in numbers],
    )
    assert {(("B1",), ("L1",)), (("B2",), ("L2",))} <= pairs(result)


def test_nor_where_it_is_paid_with_a_payment_run() -> None:
    run = [owed(4_500, "PV00326042", run="RUN7-001"), owed(777, "PV00326100", run="RUN7-001")]
    result = settled([paid(4_500, "EFT PV00326062 ACME TOOLS")], [owed(4_500, "PV00326062"), *run])
    assert (("B1",), ("L1",)) in pairs(result)


def test_a_printed_foreign_amount_names_nothing_of_another_month() -> None:
    euros = owed(7_900, "PV00407924", foreign_currency="EUR", foreign_amount=-6_695)
    payment = paid(7_839, "EFT ACME TOOLS EUR 66.95 RATE 1.170891")
    assert (("B1",), ("L1",)) in pairs(settled([payment], [euros]))
    later = settled([payment | {"day": 129}], [euros])
    assert (("B1",), ("L1",)) not in pairs(later)


@pytest.mark.parametrize(
    ("cents", "text", "stands"),
    [
        (17, "ACH DEBIT ACME TOOLS", True),
        (17, "EFT RUN171108-04 ACME TOOLS", False),  # it names something else
        (0, "ACH DEBIT ACME TOOLS", False),  # of hours at 51.00 any two differ by some hours
    ],
)
def test_what_is_cut_otherwise_is_completed_by_silence_only_where_nothing_else_does(
    cents: int, text: str, stands: bool
) -> None:
    """Three hours are named by the payment of one; another two were paid as four."""
    others = [owed(5_100 * (7 + at) + 39 * at, f"PV0019400{at}") for at in range(3)]
    result = settled(
        [paid(5_100, "EFT PV00192856 ACME TOOLS"), paid(20_400 + 2 * cents, text)],
        [owed(15_300 + cents, "PV00192856"), owed(10_200 + cents, "PV00193038"), *others],
    )
    assert ((("B1", "B2"), ("L1", "L2")) in pairs(result)) == stands


@pytest.mark.parametrize(("amount", "stands"), [(300_013, True), (300_000, False), (72, False)])
def test_a_whole_or_tiny_amount_without_a_name_is_as_good_as_anybodys(
    amount: int, stands: bool
) -> None:
    """Among payments of which some amounts recur; it is not rare enough for the first rounds."""
    nameless = {"amount": -amount, "text": "TRANSFER 77766091", "day": 102}
    twice = [
        {"id": f"Y{at:02d}", "amount": -(7_003 + 389 * (at // 2)), "reference": f"PV007{at:05d}"}
        for at in range(24)
    ]
    noisy = [each | {"day": 102, "text": f"EFT 841200{at}"} for at, each in enumerate(twice, 10)]
    last = {"id": "Z1", "amount": -999, "reference": "PV00800001", "day": 120}
    result = settled([nameless, last, *noisy], [owed(amount, "PV00288716"), last, *twice])
    assert ((("B1",), ("L1",)) in pairs(result)) == stands


def long_day(count: int, purposes: int) -> list[dict[str, Any]]:
    """Lines of one day, as many for each purpose in turn, whose amounts say little."""
    return [
        owed(1_000 + 617 * at * at % 90_000, f"PV004{at:05d}", text=f"Purpose {at % purposes}")
        for at in range(1, count + 1)
    ]


def test_all_that_a_long_day_has_for_one_purpose_is_a_group() -> None:
    lines = long_day(40, 4)
    chosen = [each for each in range(40) if lines[each]["text"] == "Purpose 3"]
    amount = -sum(lines[each]["amount"] for each in chosen)
    group = (("B1",), tuple(sorted(f"L{each + 1}" for each in chosen)))
    assert group in pairs(settled([paid(amount)], lines))
    for line in lines:
        line["text"] = "Goods"
    assert group not in pairs(settled([paid(amount)], lines))


def runs_of_one_purpose(
    count: int, mixed: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Payment runs of three, on days with two purposes; *mixed* of them for both."""
    ours, theirs = [], []
    for run in range(count):
        name, day, number = f"Supplier {run}", 90 + run % 10, f"RUN1711{run:02d}-0{run:04d}"
        texts = ["Paper", "Paper", "Ink" if run < mixed else "Paper"]
        amounts = [-(20_011 + 997 * run + 331 * at) for at in range(len(texts))]
        lines = [
            {"amount": amount, "text": text, "run": number}
            for amount, text in zip(amounts, texts, strict=True)
        ]
        rest = {"amount": -(7_003 + 389 * run), "text": "Ink"}
        theirs += [
            each | {"name": name, "day": day, "reference": f"PV006{run:03d}{at:02d}"}
            for at, each in enumerate([*lines, rest])
        ]
        paid_run = {"amount": sum(amounts), "text": f"EFT {number}"}
        ours.append(paid_run | {"name": name, "day": day + 1})
    return ours, theirs


@pytest.mark.parametrize(("mixed", "stands"), [(0, True), (12, False)])
def test_what_the_payment_runs_have_in_common_shortens_a_long_day(mixed: int, stands: bool) -> None:
    """Four of ten lines for one purpose, in a day of forty: too long for its sums to be tried."""
    ours, theirs = runs_of_one_purpose(12, mixed)
    lines = long_day(40, 4)
    chosen = [each for each in range(40) if lines[each]["text"] == "Purpose 3"][2:6]
    lines = [each | {"amount": each["amount"] * 1009 - at} for at, each in enumerate(lines)]
    amount = -sum(lines[each]["amount"] for each in chosen)
    result = settled([paid(amount, day=101), *ours], [*lines, *theirs])
    group = (("B1",), tuple(sorted(f"L{each + 1}" for each in chosen)))
    assert (group in pairs(result)) == stands


def test_a_payment_is_shown_first_the_voucher_that_nobody_elses_number_points_to() -> None:
    """Two of three equal vouchers are in one payment; which, only the third's number can tell."""
    vouchers = [owed(34_060, number) for number in ("PV00375555", "PV00375889", "PV00374175")]
    others = [owed(9_000 + 31 * at, f"PV0037{5500 + at}", name=f"Other {at}") for at in range(20)]
    third = paid(34_060, "ACME TOOLS PV003755")
    result = settled([paid(68_120), third], [*vouchers, *others])
    firsts = {
        result.bank["id"][each["line"]]: [result.ledger["id"][line] for line in each["ledger"]]
        for each in result.breaks.proposals.to_dicts()
        if each["place"] == 1
    }
    matched = {ours: theirs for ours, theirs in pairs(result) if ours in {("B1",), ("B2",)}}
    assert firsts.get("B2", list(matched.get(("B2",), ()))) == ["L1"]
    assert firsts.get("B1", list(matched.get(("B1",), ()))) == ["L2", "L3"]


@pytest.mark.parametrize(("other", "stands"), [(1_501, True), (1_500, False)])
def test_a_batch_is_a_question_where_a_line_is_left_that_is_a_charge_to_the_cent(
    other: int, stands: bool
) -> None:
    """With the line of 15.00 and less the wire charge, or without both: the sum is the same."""
    lines = [owed(-each, f"PV004{each:05d}") for each in (15_199, 62_283, 20_629, other)]
    result = settled([paid(-(15_199 + 62_283))], lines)
    assert ((("B1",), ("L1", "L2")) in pairs(result)) == stands


@pytest.mark.parametrize(("others", "stands"), [(27_314, True), (27_313, False)])
def test_a_payment_without_a_name_completes_nothing_if_somebody_owes_it(
    others: int, stands: bool
) -> None:
    nameless = {"amount": -27_313, "text": "TRANSFER 84120036"}
    bolt = {"amount": -others, "reference": "PV00500001", "name": "Bolt"}
    again = {"amount": -others, "reference": "PV00500002", "name": "Nut"}
    lines = [owed(61_200, "PV00400001"), bolt, again]
    result = settled([paid(33_887), nameless], lines)
    assert ((("B1", "B2"), ("L1",)) in pairs(result)) == stands

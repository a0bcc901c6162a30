"""What the matcher promises, shown on lines made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.domain.reconciliation import Policy
from tests.reconciliation_support import (
    POLICY,
    bank,
    classes,
    daily_business,
    found,
    ledger,
    pairs,
)

ACME: dict[str, Any] = {"name": "Acme Tools", "text": "ACH DEBIT ACME TOOLS"}


@pytest.mark.parametrize(
    "written",
    [
        "INV-0172633",
        "INV0172633",
        "0172633",
        "172633",
        "INV 0172 633",
        "lNV-O172633",
        "inv-0172633",
    ],
)
def test_a_number_is_recognised_however_the_bank_writes_it(written: str) -> None:
    result = found(
        bank({"amount": -1250, "text": f"PAYMENT {written} ACME"}),
        ledger({"amount": -1250, "reference": "INV-0172633", "name": "Acme Tools"}),
    )
    assert pairs(result) == {(("B1",), ("L1",))}


def test_zeros_lost_in_the_middle_of_a_number_are_found_again() -> None:
    result = found(
        bank({"amount": -1250, "text": "PAYMENT 45134090 ACME"}),
        ledger({"amount": -1250, "reference": "4500134090", "name": "Acme Tools"}),
    )
    assert pairs(result) == {(("B1",), ("L1",))}


def test_a_match_says_its_rule_its_evidence_its_rivals_and_what_chance_brings() -> None:
    result = found(
        bank({"amount": -1250, "reference": "INV-0172633"} | ACME),
        ledger({"amount": -1250, "reference": "INV-0172633", "name": "Acme Tools"}),
    )
    match = result.matches.to_dicts()[0]
    assert match["rule"] == "number and amount, nothing else claims either"
    assert match["tier"] == "confirmed"
    assert match["evidence"].startswith("number as the ledger has it (10^")
    assert match["rivals_beaten"] == "nothing else claims these lines"
    assert match["by_chance"].startswith("0.")


def test_amount_party_and_day_confirm_only_where_the_supervisor_lets_them() -> None:
    sides = (
        bank({"amount": -123456} | ACME, *daily_business()),
        ledger(
            {"amount": -123456, "reference": "PV00172633", "name": "Acme Tools"}, *daily_business()
        ),
    )
    assert (("B1",), ("L1",)) in pairs(found(*sides))
    assert "confirmed-silent" in found(*sides).matches["tier"].to_list()
    assert (("B1",), ("L1",)) not in pairs(found(*sides, Policy(silent=False)))
    assert classes(found(*sides, Policy(silent=False)), "bank") == {"B1": "to decide"}


def test_nothing_is_chosen_among_equals() -> None:
    """Two payments, two vouchers, one amount, one party, one day: a person's business."""
    result = found(
        bank(
            {"amount": -1250} | ACME, {"amount": -1250, "text": "EFT ACME"} | {"name": "Acme Tools"}
        ),
        ledger(
            {"amount": -1250, "reference": "PV00172633", "name": "Acme Tools"},
            {"amount": -1250, "reference": "PV00172634", "name": "Acme Tools"},
        ),
    )
    assert pairs(result) == set()
    assert classes(result, "bank") == {"B1": "to decide", "B2": "to decide"}
    assert len(result.breaks.proposals) == 4


def test_a_number_of_its_own_contradicts_an_equal_amount() -> None:
    result = found(
        bank({"amount": -123456, "reference": "884412345", "name": "Acme Tools", "text": "ACME"}),
        ledger({"amount": -123456, "reference": "PV00172633", "name": "Acme Tools"}),
    )
    assert pairs(result) == set()


def test_another_account_is_never_matched() -> None:
    result = found(
        bank({"amount": -1250, "reference": "INV-0172633", "account": "ACC02"} | ACME),
        ledger({"amount": -1250, "reference": "INV-0172633", "name": "Acme Tools"}),
    )
    assert pairs(result) == set()


def test_what_takes_itself_back_on_one_side_is_set_aside() -> None:
    result = found(
        bank(
            {"amount": -700, "name": "Acme Tools", "text": "EFT 4711002233 ACME TOOLS"},
            {"amount": 700, "name": "Acme Tools", "text": "RETURN EFT 4711002233 ACME TOOLS"},
        ),
        ledger(
            {"amount": 900, "reference": "PV00100001", "name": "Bolt"},
            {"amount": -900, "reference": "REV PV00100001", "name": "Bolt", "day": 101},
        ),
    )
    assert pairs(result) == {(("B1", "B2"), ()), ((), ("L1", "L2"))}


def test_a_voucher_posted_twice_is_matched_once() -> None:
    twice = {"amount": -1250, "reference": "INV-0172633", "name": "Acme Tools"}
    result = found(
        bank({"amount": -1250, "reference": "INV-0172633"} | ACME),
        ledger(twice, twice | {"day": 101}),
    )
    assert pairs(result) == {(("B1",), ("L1",))}
    assert classes(result, "ledger") == {"L2": "duplicate"}


def test_a_booking_the_bank_repeats_word_for_word_is_a_break() -> None:
    line = {"amount": -1250, "reference": "INV-0172633"} | ACME
    result = found(
        bank(line, line | {"day": 101}),
        ledger({"amount": -1250, "reference": "INV-0172633", "name": "Acme Tools"}),
    )
    assert pairs(result) == {(("B1",), ("L1",))}
    assert classes(result, "bank") == {"B2": "duplicate"}


def fees_seen() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Receipts that a wire fee of 15.00 was taken out of, as numbers prove."""
    owed = [
        {"amount": 100_000 + 1111 * n, "reference": f"PV0020{n:04d}", "name": f"Payer {n} Ltd"}
        for n in range(1, 6)
    ]
    paid = [each | {"amount": 98_500 + 1111 * n} for n, each in enumerate(owed, 1)]
    return paid, owed


def test_a_declared_fee_is_a_difference_with_a_name() -> None:
    paid, owed = fees_seen()
    result = found(bank(*paid), ledger(*owed))
    assert len(pairs(result)) == 5
    assert set(result.matches["difference"].to_list()) == {-1500}
    assert set(result.matches["fee"].to_list()) == {"wire"}


def test_a_fee_that_may_be_a_keying_error_is_a_question() -> None:
    """310.00 less 15.00 is 295.00. But 525.00 and 255.00 are the same digits, swapped."""
    paid, owed = fees_seen()
    owed.append({"amount": 31_000, "reference": "PV00209999", "name": "Payer 9 Ltd"})
    paid.append({"amount": 29_500, "reference": "PV00209999", "name": "Payer 9 Ltd"})
    assert (("B6",), ("L6",)) in pairs(found(bank(*paid), ledger(*owed)))
    slip = Policy(fees={"wire": POLICY.fees["wire"], "odd": POLICY.fees["wire"]})
    owed[-1]["amount"], paid[-1]["amount"] = 52_500, 25_500  # swapped digits, and no fee
    result = found(bank(*paid), ledger(*owed), slip)
    assert (("B6",), ("L6",)) not in pairs(result)
    assert classes(result, "bank")["B6"] == "amount keyed wrongly"


def test_a_payment_run_is_matched_to_the_cent_or_not_at_all() -> None:
    run = [
        {
            "amount": -cents,
            "reference": f"PV003{place:05d}",
            "name": name,
            "run": "RUN180402-00017",
        }
        for place, (cents, name) in enumerate([(1250, "Acme"), (990, "Bolt"), (1, "Crux")])
    ]
    text = "TRANSFER RUN180402-00017 BULK PMT 3 ITEMS"
    assert pairs(found(bank({"amount": -2241, "text": text}), ledger(*run))) == {
        (("B1",), ("L1", "L2", "L3"))
    }
    assert pairs(found(bank({"amount": -2240, "text": text}), ledger(*run))) == set()


def test_a_voucher_paid_in_parts_is_matched_when_the_parts_name_it() -> None:
    result = found(
        bank(
            {"amount": -40_000, "reference": "PV00172633"} | ACME,
            {"amount": -21_717, "reference": "PV00172633", "day": 103} | ACME,
        ),
        ledger({"amount": -61_717, "reference": "PV00172633", "name": "Acme Tools"}),
    )
    assert pairs(result) == {(("B1", "B2"), ("L1",))}


def test_two_vouchers_cut_otherwise_by_the_bank_are_matched_together() -> None:
    result = found(
        bank(
            {"amount": -30_313, "reference": "PV00172633"} | ACME,
            {"amount": -52_929, "reference": "PV00172690"} | ACME,
        ),
        ledger(
            {"amount": -61_717, "reference": "PV00172633", "name": "Acme Tools"},
            {"amount": -21_525, "reference": "PV00172690", "name": "Acme Tools"},
        ),
    )
    assert pairs(result) == {(("B1", "B2"), ("L1", "L2"))}


def test_an_amount_keyed_wrongly_is_reported_and_never_matched() -> None:
    result = found(
        bank({"amount": -12_345, "reference": "PV00172633"} | ACME),
        ledger({"amount": -12_435, "reference": "PV00172633", "name": "Acme Tools"}),
    )
    assert pairs(result) == set()
    assert classes(result, "bank") == {"B1": "amount keyed wrongly"}
    assert classes(result, "ledger") == {"L1": "amount keyed wrongly"}
    assert result.breaks.bank["difference"].to_list() == [90]


def test_the_banks_own_charge_settles_nobodys_voucher() -> None:
    result = found(
        bank({"amount": -1500, "text": "MONTHLY SERVICE FEE"}),
        ledger({"amount": -1500, "reference": "PV00172633", "name": "Acme Tools"}),
    )
    assert pairs(result) == set()


def test_a_batch_is_matched_only_if_one_subset_alone_makes_it() -> None:
    lines = [
        {"amount": -amount, "reference": f"PV004{place:05d}", "name": "Acme Tools"}
        for place, amount in enumerate([123_411, 77_703, 50_929, 31_337])
    ]
    one = found(bank({"amount": -(123_411 + 50_929)} | ACME), ledger(*lines))
    assert pairs(one) == {(("B1",), ("L1", "L3"))}
    lines[3]["amount"] = -50_929  # now there are two ways
    two = found(bank({"amount": -(123_411 + 50_929)} | ACME), ledger(*lines))
    assert pairs(two) == set()
    assert classes(two, "bank") == {"B1": "to decide"}


def test_an_id_that_stands_twice_stops_the_reconciliation() -> None:
    with pytest.raises(ValueError, match=r"bank: the id 'B1' stands twice"):
        found(bank({"amount": 1, "id": "B1"}, {"amount": 2, "id": "B1"}), ledger())

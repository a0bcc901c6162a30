"""What words say: loans, ends that are owed, boxes of rewards, days of booking, what is to come."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.statements import Grade, StatementReading
from counterfoil.rules.statements.booking_words import booking_rank
from counterfoil.rules.statements.pending_words import not_booked
from counterfoil.rules.statements.terms import Role
from counterfoil.rules.statements.vocabulary import role_of
from tests.test_statement_cards import CARD, CARD_BOX, bought
from tests.test_statement_summaries import Cells, box, codes, reading
from tests.test_statement_two_days import BOOKED_ON, beside, days

BANK: list[Cells] = [
    [("Northern Union", 4_000)],
    [("Statement period 03/01/2025 to 03/31/2025", 4_000)],
]


def lent(
    title: str,
    *,
    opening: str = "Opening balance",
    closing: str = "Closing balance",
    last: str = "912.00",
) -> StatementReading:
    """An account of one column of amounts and one of balances.

    Args:
        closing: What its last balance is called below the list; "": nothing.
        last: The last of the balances.
    """
    entries = [
        ("Date", "Description", "Amount", "Balance"),
        ("03/03/2025", "Advance", "200.00", "1,200.00"),
        ("03/12/2025", "Transfer", "-300.00", "900.00"),
        ("03/28/2025", "Charge", "12.00", last),
    ]
    places = (4_000, 12_000, -42_000, -54_000)
    rows: list[Cells] = [
        [(title, 4_000)],
        [(opening, 12_000), ("1,000.00", -54_000)],
        *([*zip(row, places, strict=True)] for row in entries),
    ]
    rows += [[(closing, 12_000), (last, -54_000)]] if closing else []
    return reading(BANK, rows)


def first(found: StatementReading) -> tuple[Decimal, Decimal]:
    """The opening balance and the first amount of the only account."""
    assert not found.unproved(), found.unproved()
    (proved,) = found.proved()
    return proved.statement.opening, proved.statement.transactions[0].amount


OWED, HAD = (Decimal(-1_000), Decimal(-200)), (Decimal(1_000), Decimal(200))
LOANS = ["Lån", "Boliglån", "Bolån", "Annuitetslån", "Lånekonto", "Lånet", "Posojilo", "Paskola"]


@pytest.mark.parametrize("title", LOANS)
def test_a_loan_in_other_words_is_owed(title: str) -> None:
    assert first(lent(f"{title}, account 4711-0900")) == OWED


@pytest.mark.parametrize("title", ["Plan", "Sparplan", "Milan", "Alan", "Bilan", "Lane"])
def test_what_only_ends_like_one_is_not(title: str) -> None:
    assert first(lent(f"{title}, account 4711-0900")) == HAD


def test_a_loan_has_to_add_up() -> None:
    assert codes(lent("Lån, account 4711-0900", last="913.00")) == {"does_not_add_up"}


def test_the_only_end_with_a_name_may_say_that_it_is_owed() -> None:
    found = lent("Everyday 4711-0900", opening="Opening balance owing", closing="")
    assert first(found) == OWED
    assert found.proved()[0].proof.grade is Grade.C
    wrong = lent("Everyday 4711-0900", opening="Opening balance owing", closing="", last="913.00")
    assert codes(wrong) == {"does_not_add_up"}


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("Opening balance owing", "Closing balance"), ("Opening balance", "")],
)
def test_another_name_beside_it_or_none_does_not(opening: str, closing: str) -> None:
    assert first(lent("Everyday 4711-0900", opening=opening, closing=closing)) == HAD


def rewards(title: str) -> list[Cells]:
    """A box below *title*, in the words of an account."""
    return [[(title, 4_000)], *box([("Previous Balance", "32.18"), ("Earned", "14.77")])]


TITLES = ["CASH BACK", "Cash back rewards", "Bonus points", "Cashback"]


@pytest.mark.parametrize("title", TITLES)
def test_the_title_of_a_box_tells_that_it_is_of_rewards(title: str) -> None:
    for parts in (
        (box(CARD_BOX), bought(), rewards(title)),
        (rewards(title), box(CARD_BOX), bought()),
    ):
        assert first(reading(CARD, *parts)) == (Decimal(-300), Decimal("-59.99"))


@pytest.mark.parametrize(
    "title", ["YOUR SUMMARY", "You get cash back on every purchase with our partners"]
)
def test_another_title_or_a_sentence_does_not(title: str) -> None:
    assert codes(reading(CARD, box(CARD_BOX), bought(), rewards(title))) == {"end_contradicts"}


def test_the_card_s_own_box_below_it_has_to_hold() -> None:
    wrong = box([("Previous Balance", "301.00"), *CARD_BOX[1:]])
    assert codes(reading(CARD, rewards(TITLES[0]), wrong, bought())) == {"does_not_add_up"}


def test_a_card_with_no_other_box_than_one_of_rewards_has_no_ends() -> None:
    titled: list[Cells] = [[(TITLES[0], 4_000)], *box(CARD_BOX)]
    assert codes(reading(CARD, titled, bought())) == {"no_ends"}


LATER = [day + 1 for day in BOOKED_ON]


@pytest.mark.parametrize(
    ("over", "booked"),
    [
        (("Trade date", "Settle date"), LATER),
        (("Settle date", "Trade date"), BOOKED_ON),
        (("Įrašo data", "Operacijos data"), BOOKED_ON),
        (("Operacijos data", "Įrašo data"), LATER),
    ],
)
def test_the_day_of_a_deal_is_not_that_of_its_entry(
    over: tuple[str, str], booked: list[int]
) -> None:
    assert [day for day, _ in days(beside(*over))] == booked


def test_a_deal_beside_unknown_words_is_not_believed() -> None:
    assert codes(beside("Trade date", "Xyzzy")) == {"two_dates"}
    assert codes(beside("Operacijos data", "Xyzzy")) == {"two_dates"}


@pytest.mark.parametrize(
    ("text", "rank"),
    [("Дата списания", 0), ("Įrašo data", 0), ("Trade date", 2), ("Settle date", 1)],
)
def test_what_days_are_called(text: str, rank: int) -> None:
    assert (booking_rank(text), role_of(text)) == (rank, Role.DATE)


@pytest.mark.parametrize(
    "text",
    [
        "Pending transactions",
        "Lançamentos futuros",
        "Memo posted",
        "Unbilled transactions",
        "Pending 03/28/2025 to 03/31/2025",
        "Future Saver: pending transactions",
    ],
)
def test_what_is_to_come_is_not_booked(text: str) -> None:
    assert not_booked(text)


@pytest.mark.parametrize(
    "text",
    [
        "Future Saver",
        "Conta Poupança Futuro 0412 099887 961",
        "Livret Futur",
        "Postings",
        "Upcoming payments 12345678",
        "Pending " + "and other words " * 5,
    ],
)
def test_a_name_or_a_sentence_with_such_words_says_nothing(text: str) -> None:
    assert not not_booked(text)

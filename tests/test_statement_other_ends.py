"""Balances that are no end of one account: of rewards, and sums of accounts in a row."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_account_titles import BANK, account
from tests.test_statement_cards import CARD, CARD_BOX, bought
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading, table

OTHER: Cells = [("Something else", 4_000)]


def rewarded(
    word: str, *, first: str = "Previous", at: int = -30_000, above: int = 0
) -> StatementReading:
    """A card, and a box of rewards with an opening above what was redeemed."""
    rewards: list[Cells] = [
        [("Rewards", 4_000)],
        [(f"{first} balance", 4_000), ("1,000.00", -30_000)],
        *[OTHER] * above,
        [("Earned", 4_000), ("195.00", -30_000)],
        [(word, 4_000), ("500.00", at)],
        [("What is left", 4_000), ("695.00", -30_000)],
    ]
    return reading(CARD, box(CARD_BOX), bought(), rewards)


def test_a_balance_above_what_was_redeemed_is_no_end_of_the_card() -> None:
    found = rewarded("Redeemed")
    assert not found.unproved()
    (proved,) = found.proved()
    assert proved.statement.opening == -300


def test_it_stands_close_below_in_line_with_it_and_says_so() -> None:
    assert codes(rewarded("Used")) == {"end_contradicts"}
    assert codes(rewarded("Redeemed", at=-45_000)) == {"end_contradicts"}
    assert codes(rewarded("Redeemed", above=3)) == {"end_contradicts"}
    assert codes(rewarded("Redeemed", first="New")) == {"end_contradicts"}


ON_ONE_LINE = ("Opening balance 100.00", "Earned 20.00", "Closing balance 120.00")


@pytest.mark.parametrize(
    ("name", "said", "wrong"),
    [
        ("Bonus points", ON_ONE_LINE, set()),
        ("Gift scheme", ON_ONE_LINE, {"end_contradicts"}),
        ("Bonus points", ON_ONE_LINE[::2], {"end_contradicts"}),  # two may be the account's
    ],
    ids=["points", "money", "two numbers"],
)
def test_a_programme_on_one_line_has_three_numbers_and_its_name(
    name: str, said: tuple[str, ...], wrong: set[str]
) -> None:
    line: Cells = [(name, 4_000), *((text, 15_000 + 10_000 * n) for n, text in enumerate(said))]
    assert codes(reading(HEAD, box(BOX), table(), [line])) == wrong


def saved(number: int, opening: int, closing: int) -> list[Cells]:
    rows = [
        ("03/02/2025", "One", "10.00", f"{opening + 10:,}.00"),
        ("03/12/2025", "Two", f"{closing - opening - 10:,}.00", f"{closing:,}.00"),
    ]
    end: Cells = [("Closing balance", 12_000), (f"{closing:,}.00", -54_000)]
    return [*account(f"Checking 4711-080{number}", rows, f"{opening:,}.00"), end]


ACCOUNTS = [*saved(1, 100, 250), *saved(2, 1_000, 1_150), *saved(3, 5_000, 5_700)]


@pytest.mark.parametrize("below", [True, False], ids=["below", "above"])
@pytest.mark.parametrize(
    ("end", "amount", "held"),
    [
        ("Closing", "1,400.00", True),  # the first two
        ("Closing", "6,850.00", True),  # the last two
        ("Closing", "7,100.00", True),
        ("Opening", "1,100.00", True),
        ("Closing", "1,401.00", False),
        ("Closing", "5,950.00", False),  # the first and the last
        ("Opening", "5,100.00", False),
    ],
)
def test_a_printed_balance_may_be_of_accounts_that_follow_each_other(
    end: str, amount: str, held: bool, below: bool
) -> None:
    line: list[Cells] = [[(f"{end} balance", 4_000), (amount, -30_000)]]
    parts = [ACCOUNTS, [OTHER], line] if below else [line, [OTHER], ACCOUNTS]
    assert codes(reading(BANK, *parts)) == (set() if held else {"end_contradicts"})

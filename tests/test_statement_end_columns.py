"""Summaries with a column for each end: ``Balance on 1 Mar | Balance on 31 Mar``."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import Grade, StatementReading
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading, table

PERIOD: list[Cells] = [*HEAD[:2], [("Statement period 1 Mar 2025 to 31 Mar 2025", 4_000)]]
FIRST, LAST = "Balance on 1 Mar 2025", "Balance on 31 Mar 2025"
OWN = ("Everyday", "4711-0815", "500.00", "1,100.00")


def summary(*accounts: tuple[str, ...], over: tuple[str, str] = (FIRST, LAST)) -> list[Cells]:
    captions: Cells = [("Account", 4_000), ("Number", 14_000), (over[0], -36_000)]
    captions.append((over[1], -52_000))
    places = (4_000, 14_000, -36_000, -52_000)
    return [captions, *[list(zip(each, places, strict=True)) for each in accounts]]


def with_entries(head: list[Cells], *, balances: bool = False) -> StatementReading:
    return reading(PERIOD, head, table(balances=balances))


def ends(found: StatementReading) -> list[tuple[str, int, int]]:
    made = [each.statement for each in found.proved()]
    return [(each.account, int(each.opening), int(each.closing)) for each in made]


@pytest.mark.parametrize("balances", [True, False])
def test_both_ends_are_told_by_the_days_over_their_columns(balances: bool) -> None:
    found = with_entries(summary(OWN), balances=balances)
    assert not found.unproved()
    (proved,) = found.proved()
    assert ends(found) == [("4711-0815", 500, 1_100)]
    assert proved.proof.grade is Grade.B, "its ends are printed"


@pytest.mark.parametrize("wrong", [("501.00", "1,100.00"), ("500.00", "1,101.00")])
def test_an_end_in_such_a_column_that_is_not_the_accounts_is_refused(
    wrong: tuple[str, str],
) -> None:
    head = summary((*OWN[:2], *wrong))
    assert codes(with_entries(head)) == {"does_not_add_up"}
    assert codes(with_entries(head, balances=True)) == {"end_contradicts"}


@pytest.mark.parametrize(
    "over",
    [
        (FIRST, "Balance on 15 Mar 2025"),  # no end of the period
        (LAST, FIRST),
        (LAST, LAST),
        ("Limit on 1 Mar 2025", LAST),
    ],
    ids=["another day", "backwards", "one day", "no balance"],
)
def test_columns_of_other_days_and_things_say_no_ends(over: tuple[str, str]) -> None:
    assert codes(with_entries(summary(OWN, over=over))) == {"no_ends"}


def test_every_account_of_the_summary_has_to_be_there() -> None:
    missing = summary(OWN, ("Reserve", "4711-0900", "20.00", "25.00"))
    assert codes(with_entries(missing, balances=True)) == {"end_contradicts"}


@pytest.mark.parametrize(
    ("told", "name"),
    [(("Reserve", "4711-0900"), "4711-0900"), (("Reserve", "in pounds"), "Reserve in pounds")],
)
def test_one_that_did_not_move_is_a_statement_under_its_own_name(
    told: tuple[str, str], name: str
) -> None:
    found = with_entries(summary(OWN, (*told, "20.00", "20.00")), balances=True)
    assert not found.unproved()
    assert ends(found) == [("4711-0815", 500, 1_100), (name, 20, 20)]


def test_a_line_without_both_numbers_ends_the_summary() -> None:
    head = [*summary(OWN), [("Interest", 4_000), ("0.10", -36_000)]]
    head += summary(("Reserve", "4711-0900", "20.00", "25.00"))[1:]
    assert not with_entries(head, balances=True).unproved()


def listed(
    *rows: tuple[str, str, str], own: tuple[str, str] = ("500.00", "1,100.00")
) -> list[Cells]:
    """A list of accounts with the ends of each, in words and without days."""
    places = (4_000, -36_000, -52_000)
    over = ("Account number", "Opening balance", "Closing balance")
    mine = ("4711-0815", *own)
    return [[*zip(each, places, strict=True)] for each in (over, mine, *rows)]


@pytest.mark.parametrize("balances", [True, False])
def test_an_account_that_is_listed_by_number_has_to_be_there(balances: bool) -> None:
    assert not with_entries(listed(), balances=balances).unproved()
    found = with_entries(listed(("4711-0900", "20.00", "25.00")), balances=balances)
    assert codes(found) == {"end_contradicts"}
    below = reading(HEAD, box(BOX), table(), listed(("4711-0900", "20.00", "25.00")))
    assert codes(below) == {"end_contradicts"}


def test_one_that_did_not_move_is_a_statement_there_too() -> None:
    found = with_entries(listed(("4711-0900", "20.00", "20.00")))
    assert not found.unproved()
    assert ends(found) == [("4711-0815", 500, 1_100), ("4711-0900", 20, 20)]


def test_a_line_without_a_number_is_no_account() -> None:
    held = ("Bonds held", "20.00", "25.00")
    assert not with_entries(listed(held)).unproved()
    missing = ("4711-0900", "20.00", "25.00")
    assert codes(with_entries(listed(held, missing))) == {"end_contradicts"}, "one below it is"


def test_its_own_ends_in_the_list_have_to_hold() -> None:
    assert codes(with_entries(listed(own=("500.00", "1,101.00")))) == {"does_not_add_up"}
    assert codes(with_entries(listed(own=("501.00", "1,100.00")))) == {"does_not_add_up"}


DAYS = ("Opening 03/01/2025", "Closing 03/31/2025")
HEADED: Cells = [("Date", 4_000), ("Description", 12_000), ("Paid out", -30_000)]
HEADED += [("Paid in", -42_000)]
SECOND: list[Cells] = [
    HEADED,
    [("03/05/2025", 4_000), ("Put aside", 12_000), ("40.00", -42_000)],
    [("03/19/2025", 4_000), ("Taken out", 12_000), ("10.00", -30_000)],
]


def boxed(
    number: str = "4711-0815",
    ends: tuple[str, str] = ("500.00", "1,100.00"),
    over: tuple[str, str] = DAYS,
) -> list[Cells]:
    """The two ends of one account, in line with the columns of the tables."""
    captions: Cells = [("Account", 4_000), (over[0], -30_000), (over[1], -42_000)]
    return [captions, [(number, 4_000), (ends[0], -30_000), (ends[1], -42_000)]]


@pytest.mark.parametrize("balances", [True, False])
@pytest.mark.parametrize("over", [DAYS, ("Opening", "Closing"), ("Anfang", "Schluss")])
def test_one_word_and_a_day_name_an_end_where_both_ends_do(
    over: tuple[str, str], balances: bool
) -> None:
    found = reading(HEAD, boxed(over=over), table(balances=balances))
    assert not found.unproved()
    assert found.proved()[0].proof.grade is Grade.B, "its ends are printed"
    wrong = boxed(over=over, ends=("500.00", "1,101.00"))
    code = "end_contradicts" if balances else "does_not_add_up"
    assert codes(reading(HEAD, wrong, table(balances=balances))) == {code}


@pytest.mark.parametrize(
    "over",
    [
        ("Opening hours", "Closing hours"),
        ("Opening 03/01/2025", "Limit 03/31/2025"),
        ("Opening 03/01/2025", "Closing fee 03/31/2025"),
        ("Opening fee 03/01/2025", "Closing 03/31/2025"),
    ],
    ids=["hours", "one end", "a fee", "another fee"],
)
def test_words_that_only_begin_like_ends_name_none(over: tuple[str, str]) -> None:
    assert codes(reading(HEAD, boxed(over=over), table(balances=False))) == {"no_ends"}


def test_a_day_beside_them_that_is_of_neither_names_another_thing() -> None:
    over, row = boxed()
    due: Cells = [*over, ("Due 04/10/2025", 50_000)]
    assert codes(reading(HEAD, [due, row], table(balances=False))) == {"no_ends"}


def two(
    ends: tuple[str, str] = ("100.00", "130.00"), over: tuple[str, str] = DAYS
) -> StatementReading:
    """Two accounts, one below the other, each with such a box above its entries."""
    _, *rows = table(balances=False)
    first = [
        [*row[:2], (text.lstrip("-"), -30_000 if text.startswith("-") else -42_000)]
        for row in rows
        for text, _ in row[2:]
    ]
    below = boxed("Rainy days 4711-0900", ends, over)
    return reading(HEAD, boxed(), [HEADED, *first], below, SECOND)


def test_below_entries_they_begin_another_account_that_the_row_names() -> None:
    """``Paid out`` and ``Paid in``, over the entries above, say nothing of its ends."""
    found = two()
    assert not found.unproved()
    assert ends(found) == [("4711-0815", 500, 1_100), ("4711-0900", 100, 130)]


@pytest.mark.parametrize("wrong", [("101.00", "130.00"), ("100.00", "131.00")])
def test_what_they_say_of_it_has_to_hold(wrong: tuple[str, str]) -> None:
    assert "does_not_add_up" in codes(two(wrong))


def test_one_end_and_another_thing_begin_none() -> None:
    assert not two(over=(DAYS[0], "Fees 03/31/2025")).proved()


def test_above_the_first_entry_they_are_the_ends_and_no_totals() -> None:
    """``Money out`` and ``Money in``, over them and the entries, are words for totals."""
    heading: Cells = [*HEADED[:2], ("Money out", -30_000), ("Money in", -42_000)]
    found = reading(HEAD, [heading], boxed(ends=("100.00", "130.00")), SECOND[1:])
    assert ends(found) == [("4711-0815", 100, 130)]
    wrong = reading(HEAD, [heading], boxed(ends=("100.00", "131.00")), SECOND[1:])
    assert codes(wrong) == {"does_not_add_up"}

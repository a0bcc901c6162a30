"""An account is proved only when everything that can be compared agrees to the last digit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterfoil.domain.statement_drafts import Aside, Balance, Draft, Problem, Total, TotalKind
from counterfoil.domain.statements import (
    Equation,
    Grade,
    Place,
    Proved,
    Statement,
    Transaction,
    Unproved,
)
from counterfoil.rules.statement_proof import prove, prove_all
from counterfoil.rules.statement_sequence import Link, continuity


def row(day: int, amount: str, balance: str | None = None) -> Transaction:
    return Transaction(
        booking_date=date(2026, 10, day),
        amount=Decimal(amount),
        description=f"of day {day}",
        place=Place(line=day),
        balance=None if balance is None else Decimal(balance),
    )


def end(amount: str, day: int, *, interim: bool = False, currency: str = "EUR") -> Balance:
    return Balance(
        amount=Decimal(amount),
        place=Place(line=100 + day),
        currency=currency,
        day=date(2026, 10, day),
        interim=interim,
    )


DRAFT = Draft(
    account="4711",
    currency="EUR",
    number="10",
    period=(date(2026, 10, 1), date(2026, 10, 31)),
    opening=end("100.00", 1),
    closing=end("72.50", 31),
    transactions=(row(2, "-50.00"), row(9, "22.50")),
    entries=2,
)


def proved(draft: Draft, previous: Statement | None = None) -> Proved:
    verdict = prove(draft, previous=previous)
    assert isinstance(verdict, Proved), verdict
    return verdict


def refused(draft: Draft, previous: Statement | None = None) -> Unproved:
    verdict = prove(draft, previous=previous)
    assert isinstance(verdict, Unproved), verdict
    return verdict


def test_both_ends_and_every_entry_make_grade_a() -> None:
    verdict = proved(DRAFT)
    assert verdict.proof.grade is Grade.A
    assert verdict.proof.shortfalls == ()
    assert [each.says for each in verdict.proof.equations] == [
        "100.00 -27.50 in 2 entries = 72.50",
        "2 entries in the document = 2 booked",
    ]
    assert verdict.proof.dates == (
        "all booking dates lie inside the printed period 2026-10-01 to 2026-10-31",
        "the booking dates are in order",
    )


def test_an_empty_statement_closes_where_it_opens() -> None:
    empty = replace(DRAFT, transactions=(), entries=0, closing=end("100.00", 31))
    assert proved(empty).proof.grade is Grade.A
    assert refused(replace(empty, closing=end("100.01", 31))).code == "does_not_add_up"


def test_the_failing_equation_is_shown_with_what_to_do() -> None:
    verdict = refused(replace(DRAFT, closing=end("72.05", 31)))
    assert verdict.code == "does_not_add_up"
    assert verdict.reason == (
        "line 131: 100.00 -27.50 in 2 entries = 72.05 does not hold, off by 0.45"
        " -> compare with the bank's own statement and ask the bank for a correct file"
    )
    assert [each.kind for each in verdict.failed] == ["closing"]


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (TotalKind.CREDITS, "22.50", "22.05"),
        (TotalKind.DEBITS, "50.00", "-50.00"),
        (TotalKind.GROSS, "72.50", "27.50"),
        (TotalKind.NET, "-27.50", "27.50"),
        (TotalKind.COUNT, "2", "3"),
        (TotalKind.CREDIT_COUNT, "1", "2"),
        (TotalKind.DEBIT_COUNT, "1", "0"),
    ],
)
def test_a_declared_total_must_tie(kind: TotalKind, right: str, wrong: str) -> None:
    total = Total(kind=kind, value=Decimal(right), place=Place(line=1))
    assert proved(replace(DRAFT, totals=(total,))).proof.grade is Grade.A
    verdict = refused(replace(DRAFT, totals=(replace(total, value=Decimal(wrong)),)))
    assert [each.kind for each in verdict.failed] == [kind.value]


def test_what_is_not_booked_is_left_out_and_said() -> None:
    pending = Aside(why="pending", amount=Decimal("-1.00"), place=Place(line=7))
    draft = replace(DRAFT, asides=(pending,), entries=3)
    says = [each.says for each in proved(draft).proof.equations if each.kind == "entries"]
    assert says == ["3 entries in the document = 2 booked + 1 pending (left out)"]
    assert refused(replace(draft, entries=4)).code == "does_not_add_up"


def test_a_total_may_count_what_is_set_aside() -> None:
    pending = Aside(why="pending", amount=Decimal("-1.00"), place=Place(line=7))
    count = Total(kind=TotalKind.COUNT, value=Decimal(3), place=Place(), with_asides=True)
    assert proved(replace(DRAFT, asides=(pending,), entries=3, totals=(count,)))


def test_what_the_reader_itself_compared_must_hold() -> None:
    check = Equation(kind="pages", says="2 = 3", left=Decimal(2), right=Decimal(3))
    assert refused(replace(DRAFT, checks=(check,))).failed == (check,)


def test_a_problem_of_the_reader_is_never_outweighed() -> None:
    problem = Problem(code="not_a_date", reason="'31.02.' is not a date", place=Place(line=4))
    verdict = refused(replace(DRAFT, problems=(problem,)))
    assert (verdict.code, verdict.reason) == ("not_a_date", "line 4: '31.02.' is not a date")


@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_every_running_balance_must_tie(wrong: int) -> None:
    rows = (row(2, "-50.00", "50.00"), row(9, "22.50", "72.50"), row(9, "-2.50", "70.00"))
    draft = replace(DRAFT, transactions=rows, closing=end("70.00", 31), entries=3)
    assert proved(draft).proof.grade is Grade.A
    spoilt = tuple(
        replace(each, balance=Decimal("1.00")) if at == wrong else each
        for at, each in enumerate(rows)
    )
    assert "running" in {each.kind for each in refused(replace(draft, transactions=spoilt)).failed}


def test_a_balance_once_a_day_covers_the_entries_before_it() -> None:
    rows = (row(2, "-50.00"), row(2, "22.50", "72.50"), row(9, "-2.50", "70.00"))
    verdict = proved(replace(DRAFT, transactions=rows, closing=end("70.00", 31), entries=3))
    assert [each.says for each in verdict.proof.equations][:1] == ["100.00 -27.50 = 72.50"]


def test_a_chain_without_its_ends_is_grade_c_and_says_what_it_lacks() -> None:
    rows = (row(2, "-50.00", "50.00"), row(9, "22.50", "72.50"))
    verdict = proved(replace(DRAFT, opening=None, closing=None, transactions=rows))
    assert verdict.proof.grade is Grade.C
    assert len(verdict.proof.shortfalls) == 2
    assert verdict.statement.opening == Decimal("100.00")
    assert verdict.statement.opening_printed is verdict.statement.closing_printed is False
    # The first balance gave the opening one: it is no evidence and is not shown as such.
    assert [each.kind for each in verdict.proof.equations] == ["running", "closing", "entries"]


@pytest.mark.parametrize("closing", [None, end("50.00", 31)])
def test_one_row_is_no_proof(closing: Balance | None) -> None:
    draft = replace(
        DRAFT, opening=None, closing=closing, transactions=(row(2, "-50.00", "50.00"),), entries=1
    )
    assert refused(draft).code == "second_balance_missing"


def test_entries_without_balances_are_never_proved() -> None:
    bare = replace(DRAFT, opening=None, closing=None)
    assert refused(bare).code == "no_balances"
    assert refused(replace(bare, closing=DRAFT.closing)).code == "opening_balance_missing"
    assert refused(replace(bare, opening=DRAFT.opening)).code == "closing_balance_missing"


def test_the_statement_before_opens_one_without_an_opening_balance() -> None:
    draft = replace(DRAFT, opening=None)
    before = statement("9", "0.00", "100.00")
    verdict = proved(draft, before)
    assert verdict.proof.grade is Grade.C
    assert "closing one of the one before" in verdict.proof.shortfalls[0]
    assert refused(draft, statement("9", "0.00", "101.00")).code == "does_not_add_up"


@pytest.mark.parametrize(
    ("amount", "code"),
    [("0.005", "too_many_decimals"), (f"1{'0' * 18}.00", "amount_too_large")],
)
def test_no_bank_books_such_an_amount(amount: str, code: str) -> None:
    closing = end(str(Decimal("100.00") + Decimal(amount)), 31)
    draft = replace(DRAFT, transactions=(row(2, amount),), closing=closing, entries=1)
    assert refused(draft).code == code


def test_zeros_behind_the_minor_unit_are_no_decimals() -> None:
    draft = replace(DRAFT, opening=end("100.00000", 1), closing=end("72.5", 31))
    statement = proved(draft).statement
    assert (str(statement.opening), str(statement.closing)) == ("100.00", "72.50")


def test_a_balance_in_another_currency_is_refused() -> None:
    draft = replace(DRAFT, closing=end("72.50", 31, currency="SEK"))
    assert refused(draft).code == "two_currencies"


@pytest.mark.parametrize("currency", ["", "XXQ"])
def test_an_unknown_currency_costs_grade_a(currency: str) -> None:
    ends = {"opening": end("100.00", 1, currency=""), "closing": end("72.50", 31, currency="")}
    verdict = proved(replace(DRAFT, currency=currency, **ends))  # type: ignore[arg-type]
    assert verdict.proof.grade is Grade.B


def test_an_account_that_is_not_named_costs_grade_a() -> None:
    assert proved(replace(DRAFT, account="")).proof.shortfalls == ("no account is printed",)


def test_an_entry_outside_the_period_is_refused() -> None:
    period = (date(2026, 10, 1), date(2026, 10, 8))
    assert refused(replace(DRAFT, period=period)).code == "outside_period"
    assert refused(replace(DRAFT, period=period[::-1])).code == "period_turned_round"


def test_without_a_period_the_days_of_the_balances_hold_the_dates() -> None:
    assert proved(replace(DRAFT, period=None)).proof.grade is Grade.A
    late = replace(DRAFT, period=None, closing=end("72.50", 8))
    assert refused(late).code == "outside_period"
    undated = replace(DRAFT, period=None, opening=Balance(amount=Decimal(100), place=Place()))
    assert proved(undated).proof.grade is Grade.B


def test_dates_against_the_order_of_the_balances_cost_grade_a() -> None:
    rows = (row(9, "-50.00", "50.00"), row(2, "22.50", "72.50"))
    assert proved(replace(DRAFT, transactions=rows)).proof.grade is Grade.B


def test_entries_without_balances_come_out_in_order_of_time() -> None:
    draft = replace(DRAFT, transactions=DRAFT.transactions[::-1])
    assert proved(draft).statement.transactions == DRAFT.transactions


def test_a_value_date_years_away_costs_grade_a() -> None:
    far = replace(DRAFT.transactions[0], value_date=date(2024, 10, 2))
    verdict = proved(replace(DRAFT, transactions=(far, DRAFT.transactions[1])))
    assert verdict.proof.grade is Grade.B


def test_pages_of_one_statement_are_joined_and_their_seam_must_tie() -> None:
    one = replace(
        DRAFT,
        page=1,
        closing=end("50.00", 2, interim=True),
        transactions=DRAFT.transactions[:1],
        entries=1,
    )
    two = replace(
        DRAFT,
        page=2,
        opening=end("50.00", 2, interim=True),
        transactions=DRAFT.transactions[1:],
        entries=1,
    )
    (verdict,) = prove_all([one, two])
    assert isinstance(verdict, Proved)
    assert verdict.statement.transactions == DRAFT.transactions
    assert "page" in {each.kind for each in verdict.proof.equations}

    torn = replace(two, opening=end("51.00", 2, interim=True))
    assert [each.code for each in prove_all([one, torn]) if isinstance(each, Unproved)] == [
        "does_not_add_up"
    ]
    for alone in (one, two, replace(two, page=3)):
        assert refused(alone).code == "page_missing"
    assert len(prove_all([one, replace(two, page=3)])) == 2


def test_the_same_statement_twice_in_one_document_counts_once() -> None:
    verdicts = prove_all([DRAFT, DRAFT])
    assert isinstance(verdicts[0], Proved)
    assert isinstance(verdicts[1], Unproved)
    assert verdicts[1].code == "duplicate"


def test_a_statement_opens_the_next_one_of_its_account_in_the_same_document() -> None:
    follows = replace(
        DRAFT,
        number="11",
        period=None,
        opening=None,
        closing=end("70.00", 31),
        transactions=(row(31, "-2.50"),),
        entries=1,
    )
    stranger = replace(follows, account="4712")
    one, two, three = prove_all([DRAFT, stranger, follows])
    assert isinstance(one, Proved)
    assert isinstance(two, Unproved)
    assert isinstance(three, Proved)


def statement(
    number: str,
    opening: str,
    closing: str,
    *,
    month: int = 9,
    period: bool = True,
    account: str = "4711",
) -> Statement:
    movement = Decimal(closing) - Decimal(opening)
    first, last = date(2026, month, 1), date(2026, month, 28)
    rows: tuple[Transaction, ...] = ()
    if movement:
        rows = (
            Transaction(
                booking_date=first, amount=movement, description="all", place=Place(line=1)
            ),
        )
    return Statement(
        account=account,
        currency="EUR",
        opening=Decimal(opening),
        closing=Decimal(closing),
        transactions=rows,
        period=(first, last) if period else None,
        number=number,
    )


SEPTEMBER = statement("9", "0.00", "100.00")


@pytest.mark.parametrize(
    ("this", "link"),
    [
        (statement("10", "100.00", "72.50", month=10), Link.FOLLOWS),
        (statement("", "100.00", "72.50", month=10), Link.FOLLOWS),
        (statement("9", "100.00", "72.50", month=10), Link.FOLLOWS),  # always number 9
        (statement("1", "100.00", "72.50", month=10), Link.FOLLOWS),  # begins again
        (statement("12", "100.00", "72.50", month=12), Link.GAP),  # nothing moved between
        (statement("10", "99.00", "72.50", month=10), Link.GAP),
        (statement("", "99.00", "72.50", month=10), Link.GAP),
        (statement("9", "0.00", "100.00"), Link.DUPLICATE),
        (statement("9", "0.00", "100.01"), Link.CONFLICT),
        (statement("", "100.00", "101.00"), Link.CONFLICT),  # the same month again
        (statement("8", "5.00", "0.00", month=8), Link.BEFORE),
        (statement("", "5.00", "0.00", month=8), Link.BEFORE),
        (statement("10", "100.00", "72.50", month=10, account="4712"), Link.OTHER_ACCOUNT),
    ],
)
def test_gaps_and_duplicates_in_a_sequence_are_found(this: Statement, link: Link) -> None:
    found = continuity(SEPTEMBER, this)
    assert found.link is link, found.says
    assert found.says


def test_the_days_of_the_entries_stand_in_for_a_period() -> None:
    older = statement("", "5.00", "0.00", month=8, period=False)
    assert continuity(SEPTEMBER, older).link is Link.BEFORE

"""Only the statement that was ordered is filed, and only where it fits between its neighbours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from counterfoil.domain.statement_orders import Filed, ListedStatement
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
    Verdict,
)
from counterfoil.rules.statement_arrivals import Wanted, is_account, judge
from counterfoil.rules.statement_joints import joints

ACCOUNT = "1000000001"
SEPTEMBER = (date(2026, 9, 1), date(2026, 9, 30))
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
TIE = Equation(kind="closing", says="it ties", left=Decimal(1), right=Decimal(1))


def a_statement(
    account: str = ACCOUNT,
    *,
    days: tuple[date, date] = SEPTEMBER,
    opening: str = "100.00",
    amounts: tuple[str, ...] = ("10.00", "-4.50"),
    number: str = "21",
    currency: str = "CZK",
    printed: bool = True,
) -> Statement:
    entries = tuple(
        Transaction(
            booking_date=days[0] + timedelta(days=at),
            amount=Decimal(amount),
            description=f"entry {at}",
            place=Place(page=1, line=at + 1),
        )
        for at, amount in enumerate(amounts)
    )
    begins = Decimal(opening)
    return Statement(
        account=account,
        currency=currency,
        opening=begins,
        closing=begins + sum((Decimal(each) for each in amounts), Decimal(0)),
        transactions=entries,
        period=days if printed else None,
        number=number,
    )


def proved(statement: Statement, grade: Grade = Grade.A) -> Proved:
    short = () if grade is Grade.A else ("the pages do not say of how many they are",)
    return Proved(statement=statement, proof=Proof(grade=grade, equations=(TIE,), shortfalls=short))


def reading(*verdicts: Verdict) -> StatementReading:
    return StatementReading(source="pdf", verdicts=verdicts, pages=2)


def listed(**other: object) -> ListedStatement:
    plain = ListedStatement(
        account=ACCOUNT,
        first=SEPTEMBER[0],
        last=SEPTEMBER[1],
        number="21",
        currency="CZK",
        opening=Decimal("100.00"),
        closing=Decimal("105.50"),
    )
    return replace(plain, **other)  # type: ignore[arg-type]


def wanted(**other: object) -> Wanted:
    plain = Wanted(account=ACCOUNT, listed=listed())
    return replace(plain, **other)  # type: ignore[arg-type]


def codes(*verdicts: Verdict, order: Wanted | None = None) -> list[str]:
    judged = judge(reading(*verdicts), order or wanted())
    if any(each.code != "grade_too_low" for each in judged.exceptions):
        assert judged.filed == ()
    return [each.code for each in judged.exceptions]


# --- is it what was ordered ------------------------------------------------------------


def test_what_was_ordered_and_is_proved_is_filed() -> None:
    judged = judge(reading(proved(a_statement())), wanted())

    assert judged.exceptions == ()
    assert [(each.first, each.last) for each in judged.filed] == [SEPTEMBER]
    assert (judged.source, judged.pages, judged.others) == ("pdf", 2, 0)


def test_the_statement_of_another_account_is_never_filed() -> None:
    other = a_statement("1000000008")

    judged = judge(reading(proved(other)), wanted())

    assert judged.filed == ()
    (found,) = judged.exceptions
    assert found.code == "other_account"
    assert "****0008" in found.reason
    assert "1000000008" not in found.reason


def test_the_statement_of_another_period_is_never_filed() -> None:
    assert codes(proved(a_statement(days=OCTOBER))) == ["other_period"]


def test_balances_that_are_not_those_of_the_list_are_another_statement() -> None:
    assert codes(proved(a_statement(opening="90.00"))) == ["other_balances", "other_balances"]


def test_another_currency_is_another_statement() -> None:
    assert codes(proved(a_statement(currency="EUR"))) == ["other_currency"]


def test_an_account_among_others_is_filed_and_the_others_are_counted() -> None:
    others = [proved(a_statement("2000000002")), proved(a_statement("2000000003"))]

    judged = judge(reading(others[0], proved(a_statement()), others[1]), wanted())

    assert [each.proved.statement.account for each in judged.filed] == [ACCOUNT]
    assert judged.others == 2


def test_what_is_not_proved_of_the_account_keeps_all_of_it_out() -> None:
    bad = Unproved(
        account=ACCOUNT, code="does_not_add_up", reason="page 2: 5 is not 6", place=Place(page=2)
    )

    judged = judge(reading(proved(a_statement()), bad), wanted())

    assert judged.filed == ()
    (found,) = judged.exceptions
    assert (found.code, found.place) == ("does_not_add_up", "page 2")


def test_what_is_not_proved_of_another_account_is_none_of_ours() -> None:
    bad = Unproved(account="2000000002", code="does_not_add_up", reason="5 is not 6")

    assert codes(proved(a_statement()), bad) == []


def test_a_verdict_on_the_whole_document_is_ours_too() -> None:
    assert codes(Unproved(account="", code="no_text_layer", reason="a scan")) == ["no_text_layer"]


def test_an_account_without_a_number_is_not_taken_for_ours() -> None:
    assert codes(proved(a_statement(""))) == ["account_not_shown"]


def test_a_lower_grade_is_filed_and_held_with_its_shortfalls() -> None:
    judged = judge(reading(proved(a_statement(), Grade.B)), wanted())

    assert len(judged.filed) == 1
    (found,) = judged.exceptions
    assert found.code == "grade_too_low"
    assert found.holds
    assert "of how many" in found.reason


@pytest.mark.parametrize("grade", [Grade.A, Grade.B])
def test_a_grade_that_may_pass_passes(grade: Grade) -> None:
    assert codes(proved(a_statement(), grade), order=wanted(lowest=Grade.B)) == []


def test_a_shorter_period_inside_the_listed_one_is_the_statement() -> None:
    inside = (date(2026, 9, 2), date(2026, 9, 29))

    judged = judge(reading(proved(a_statement(days=inside))), wanted())

    assert [(each.first, each.last) for each in judged.filed] == [inside]


def test_without_a_printed_period_the_list_s_days_and_balances_hold_it() -> None:
    judged = judge(reading(proved(a_statement(printed=False))), wanted())

    assert judged.exceptions == ()
    assert [(each.first, each.last) for each in judged.filed] == [SEPTEMBER]


def test_without_a_printed_period_an_entry_outside_is_another_period() -> None:
    assert codes(proved(a_statement(printed=False, days=OCTOBER))) == ["other_period"]


def test_without_period_and_without_listed_balances_nothing_holds_the_days() -> None:
    order = wanted(listed=listed(opening=None, closing=None))

    assert codes(proved(a_statement(printed=False)), order=order) == ["period_not_shown"]


def test_a_list_that_shows_the_last_day_only_holds_the_last_day() -> None:
    order = wanted(listed=listed(first=None))

    assert codes(proved(a_statement()), order=order) == []
    early = (SEPTEMBER[0], SEPTEMBER[1] - timedelta(days=1))
    assert codes(proved(a_statement(days=early)), order=order) == ["other_period"]


def test_daily_statements_in_one_file_are_filed_each() -> None:
    days = [(date(2026, 9, day), date(2026, 9, day)) for day in (1, 2)]
    one = a_statement(days=days[0], amounts=("5.50",), number="1")
    two = a_statement(days=days[1], amounts=("0.00",), opening="105.50", number="2")

    judged = judge(reading(proved(two), proved(one)), wanted())

    assert [(each.first, each.last) for each in judged.filed] == days


@pytest.mark.parametrize(
    ("printed", "ours"),
    [
        ("1000000001", True),
        ("1000 0000 01", True),
        ("0300/1000000001", True),
        ("MRDTCZPP-1000000001-CZK", True),
        ("CZ0303001000000001", False),  # another spelling: an alias says so, or nobody
        ("****0001", False),
        ("1000000002", False),
        ("", False),
        ("11000000001", False),
    ],
)
def test_an_account_is_itself_or_a_part_of_what_is_printed(printed: str, ours: bool) -> None:
    assert is_account(printed, wanted()) is ours


def test_an_alias_is_the_account() -> None:
    order = wanted(aliases={"CZ03 0300 1000000001": ACCOUNT})

    assert is_account("CZ0303001000000001", order)
    assert not is_account("CZ0303001000000002", order)


def test_a_branch_that_is_a_part_of_another_number_is_no_account() -> None:
    assert not is_account("0300/9999999999", wanted(account="0300"))


# --- does it fit -----------------------------------------------------------------------


def filed(statement: Statement) -> Filed:
    assert statement.period is not None
    return Filed(proved=proved(statement), first=statement.period[0], last=statement.period[1])


def found(this: Statement, *earlier: Statement, twins: tuple[Statement, ...] = ()) -> list[str]:
    exceptions = joints(ACCOUNT, filed(this), [*map(filed, earlier)], [*map(filed, twins)])
    return [each.code for each in exceptions]


FIRST = a_statement()  # September, number 21, 100.00 to 105.50
NEXT = a_statement(days=OCTOBER, number="22", opening="105.50")  # to 111.00


def test_a_statement_that_follows_fits() -> None:
    assert found(NEXT, FIRST) == []


def test_the_first_statement_of_an_account_fits() -> None:
    assert found(FIRST) == []


def test_an_account_that_is_spelled_otherwise_is_the_same_sequence() -> None:
    assert found(replace(NEXT, account="0300/1000000001"), FIRST) == []


def test_a_missing_number_is_a_gap_and_holds_nothing() -> None:
    this = a_statement(days=NOVEMBER, number="23", opening="111.00")

    (gap,) = joints(ACCOUNT, filed(this), [filed(FIRST)])

    assert gap.code == "gap"
    assert not gap.holds
    assert "2026-10-01 to 2026-10-31" in gap.reason


def test_missing_days_without_numbers_are_found_though_the_balances_tie() -> None:
    this = a_statement(days=NOVEMBER, number="", opening="105.50")

    (gap,) = joints(ACCOUNT, filed(this), [filed(replace(FIRST, number=""))])

    assert gap.code == "missing_days"
    assert "2026-10-01 to 2026-10-31" in gap.reason


def test_a_weekend_between_daily_statements_is_no_gap() -> None:
    friday, monday = date(2026, 9, 4), date(2026, 9, 7)
    before = a_statement(days=(friday, friday), amounts=("5.50",), number="")
    after = a_statement(days=(monday, monday), amounts=("1.00",), number="", opening="105.50")

    assert found(after, before) == []


def test_an_opening_that_is_not_the_closing_before_holds_the_statement() -> None:
    (wrong,) = joints(ACCOUNT, filed(replace_opening(NEXT, "105.51")), [filed(FIRST)])

    assert wrong.code == "opening_differs"
    assert wrong.holds


def test_the_same_period_in_other_bytes_is_a_duplicate() -> None:
    assert found(FIRST, FIRST) == ["duplicate"]


def test_the_same_period_with_another_content_is_a_conflict() -> None:
    assert found(a_statement(amounts=("10.00", "-4.51")), FIRST) == ["conflict"]


def test_a_period_that_shares_days_with_another_is_a_conflict() -> None:
    late = a_statement(days=(date(2026, 9, 15), date(2026, 10, 14)), number="22", opening="105.50")

    assert found(late, FIRST) == ["conflict"]


def test_a_number_that_goes_back_is_out_of_order() -> None:
    assert found(replace(NEXT, number="5"), FIRST) == ["out_of_order"]


def test_two_formats_that_say_the_same_fit() -> None:
    assert found(FIRST, twins=(replace(FIRST, account="0300/1000000001", number="00021"),)) == []


def test_two_formats_that_book_otherwise_disagree() -> None:
    other = a_statement(amounts=("9.00", "-3.50"))

    assert found(FIRST, twins=(other,)) == ["formats_disagree"]
    assert found(FIRST, twins=(a_statement(opening="99.00"),)) == ["formats_disagree"]


def replace_opening(statement: Statement, opening: str) -> Statement:
    begins = Decimal(opening)
    return replace(statement, opening=begins, closing=begins + statement.movement())

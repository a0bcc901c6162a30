"""Four eyes: whoever prepared a batch never approves it, under whatever spelling."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.batches import Batch
from counterfoil.errors import Refused
from counterfoil.rules.approval import ApprovalPolicy, check_approver, why_approval
from tests.kill_support import payments

POLICY = ApprovalPolicy(
    limits={"CZK": Decimal("1000.00")},
    approvers=("petra.novakova", "Jan Dvorak"),
    aliases={"p.novakova": "petra.novakova", "ana": "analysts"},
)


def check(approver: str, *, maker: str = "analysts", shown: str = "d1") -> str:
    return check_approver(approver=approver, maker=maker, shown=shown, digest="d1", policy=POLICY)


@pytest.mark.parametrize("name", ["analysts", " Analysts ", "ANALYSTS", "ana", "Ana"])
def test_the_maker_is_refused_under_every_spelling(name: str) -> None:
    with pytest.raises(Refused, match="self_approval"):
        check(name)


def test_an_alias_is_the_person() -> None:
    assert check("P.Novakova") == "petra.novakova"
    with pytest.raises(Refused, match="self_approval"):
        check("P.Novakova", maker="petra.novakova")


@pytest.mark.parametrize(("name", "code"), [("eve", "not_an_approver"), ("  ", "no_name")])
def test_only_named_approvers_may(name: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        check(name)


def test_an_approval_of_something_else_is_void() -> None:
    with pytest.raises(Refused, match="digest_differs"):
        check("jan  dvorak", shown="d2")


def batch(count: int) -> Batch:
    return payments(count)


def test_up_to_the_limit_nobody_has_to_look() -> None:
    assert why_approval(batch(3), POLICY) == ()


def test_above_the_limit_or_without_one_somebody_has_to() -> None:
    assert "above" in why_approval(batch(60), POLICY)[0]
    assert why_approval(batch(1), ApprovalPolicy()) == ("CZK has no limit",)


def test_very_many_items_need_a_second_person_whatever_the_sum() -> None:
    policy = ApprovalPolicy(limits={"CZK": Decimal(10**9)}, count_max=5)

    assert why_approval(batch(6), policy) == ("6 items are more than 5",)

"""Currencies and accounts in Chinese words: every account has its own, or none is said."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import ENTRIES, Cells, reading

PLACES = (4_000, 12_000, -42_000, -54_000)
MONEY = (("澳門元", "MOP"), ("港元", "HKD"), ("人民幣", "CNY"), ("美元", "USD"), ("歐元", "EUR"))


def account(number: str, money: str) -> list[Cells]:
    """One account with its title, its ends in the table."""
    heading: Cells = [*zip(("日期", "摘要", "金額", "結餘"), PLACES, strict=True)]
    rows: list[Cells] = [[*zip(cells, PLACES, strict=True)] for cells in ENTRIES]
    return [
        [(f"儲蓄賬戶 {number} 幣種:{money}", 4_000)],
        [("交易", 4_000)],
        heading,
        [("承前結餘", 12_000), ("500.00", -54_000)],
        *rows,
        [("結餘轉下期", 12_000), ("1,100.00", -54_000)],
    ]


def kept(found: StatementReading) -> list[tuple[str, str]]:
    assert not found.unproved(), found.unproved()
    return [(each.statement.account, each.statement.currency) for each in found.proved()]


def test_each_account_is_kept_in_what_its_own_title_says() -> None:
    head: list[Cells] = [[("濠江銀行", 4_000)], [("2025年3月1日 至 2025年3月31日", 4_000)]]
    parts = [account(f"0447-722501-{at}", money) for at, (money, _) in enumerate(MONEY)]
    expected = [(f"0447-722501-{at}", code) for at, (_, code) in enumerate(MONEY)]
    assert kept(reading(head, *parts)) == expected


@pytest.mark.parametrize(
    ("bank", "code"),
    [("中国示例银行", "CNY"), ("香港示例", "HKD"), ("台北示例", "TWD"), ("示例", "")],
)
def test_a_sign_that_lands_share_is_of_the_banks_land_or_of_none(bank: str, code: str) -> None:
    head: list[Cells] = [[(bank, 4_000)], [("2025年3月1日 至 2025年3月31日", 4_000)]]
    assert {code for _, code in kept(reading(head, account("0447-722501", "元")))} == {code}

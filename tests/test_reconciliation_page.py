"""The page about a reconciliation stands alone, prints on one A4 page and fits a telephone."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import sync_playwright

from counterfoil.adapters.reconciliation_page import page_of, write_page
from counterfoil.domain.reconciliation_report import (
    AGEING,
    BreakCount,
    DifferenceCount,
    Report,
    RuleCount,
    Total,
    age_buckets,
)

SIDES, CURRENCIES = ("bank", "ledger"), ("CHF", "EUR", "GBP", "USD")
KINDS = ("timing", "to decide", "missing at the bank", "bank's own charge or interest <b>")


def a_full_report() -> Report:
    """More currencies and classes than the page has room for, and wide sums."""
    return Report(
        as_of=date(2027, 1, 4),
        first=date(2026, 12, 1),
        last=date(2027, 1, 4),
        facts=(("Bank", "bank & co.csv"), ("Ledger", "ledger.xlsx")),
        buckets=age_buckets(AGEING),
        totals=tuple(
            Total(
                side=side,
                currency=currency,
                count=1_000_000,
                sum=-98_765_432_109,
                matched_count=900_000,
                matched_sum=-90_000_000_000,
                open_count=100_000,
                open_sum=-8_765_432_109,
            )
            for side in SIDES
            for currency in CURRENCIES
        ),
        rules=(
            RuleCount(
                rule="a", tier="confirmed", matches=9, bank_lines=3_000_000, ledger_lines=2_000_000
            ),
            RuleCount(
                rule="b",
                tier="confirmed-silent",
                matches=9,
                bank_lines=600_000,
                ledger_lines=1_600_000,
            ),
        ),
        differences=tuple(
            DifferenceCount(cause=f"fee: {each}", currency="EUR", matches=7, cents=-150 * each)
            for each in range(9)
        ),
        breaks=tuple(
            BreakCount(
                side=side, kind=kind, currency=currency, by_age=(9_000, 500, 400, 100), sum=-912_345
            )
            for side in SIDES
            for kind in KINDS
            for currency in CURRENCIES
        ),
        proposals=41_000,
        vouchers=1_204,
    )


def test_it_needs_nothing_else_and_says_where_the_rest_is() -> None:
    page = page_of(a_full_report())
    assert not re.search(r"<script|<link|<img|https?:|url\(|@import", page)
    assert "bank &amp; co.csv" in page
    assert "interest &lt;b&gt;" in page
    assert "and 18 more: see the workbook" in page
    assert "90.0 %" in page
    assert page == page_of(a_full_report())


@pytest.mark.browser
def test_it_prints_on_one_page_and_a_telephone_shows_all_of_it(
    browser_path: Path, tmp_path: Path
) -> None:
    write_page(tmp_path / "summary.html", a_full_report())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto((tmp_path / "summary.html").as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth")
        cut = page.evaluate(
            "[...document.querySelectorAll('td, h2, .bar span')]"
            ".filter(each => each.getBoundingClientRect().right > 390).length"
        )
        printed = page.pdf(prefer_css_page_size=True)
        browser.close()
    assert (wide, cut) == (390, 0)
    document = pypdfium2.PdfDocument(printed)
    assert len(document) == 1
    assert [round(each) for each in document[0].get_size()] == [595, 842]
    document.close()

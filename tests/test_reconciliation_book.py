"""The workbook of a reconciliation holds every line once, adds up, and is the same every time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from counterfoil.adapters.sheets import book as sheets_book
from counterfoil.adapters.sheets.reconciliation_book import Lines, write_reconciliation
from counterfoil.domain.reconciliation import AccountRules, Fee, PostingAccounts, RuleBook
from counterfoil.domain.reconciliation_report import age_buckets
from counterfoil.rules.reconciliation.causes import likely_cause
from counterfoil.rules.reconciliation.listing import (
    broken_blocks,
    matched_blocks,
    proposal_blocks,
)
from counterfoil.rules.reconciliation.matching import Reconciliation
from counterfoil.rules.reconciliation.posting import vouchers_of
from counterfoil.rules.reconciliation.reporting import report_of
from fixtures.reconciliation_pairs import Pair, make
from tests.reconciliation_support import bank, daily_business, found, ledger
from workflows.reconciliation import reconcile_files

FEES = {
    "wire": Fee(kind="flat", cents=1500),
    "card": Fee(kind="rate", bps=140, plus=20),
    "note": Fee(kind="flat", cents=500),
}

FILES = ("bank.csv", "ledger.csv", "rules.json")


@pytest.fixture(scope="module")
def pair() -> Pair:
    return make(5, vouchers=200)


@pytest.fixture(scope="module")
def written(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one run."""
    folder = tmp_path_factory.mktemp("pair")
    pair.write(folder)
    return run(folder, folder / "out")


def run(folder: Path, into: Path) -> Path:
    """Reconcile the pair in *folder*."""
    bank_file, ledger_file, rules = (folder / each for each in FILES)
    reconcile_files(bank_file, ledger_file, rules, into)
    return into


@pytest.fixture(scope="module")
def book(written: Path) -> Workbook:
    return load_workbook(written / "reconciliation.xlsx")


def rows_of(book: Workbook, name: str) -> list[dict[str, Any]]:
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    heads, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def test_the_summary_proves_its_totals(pair: Pair, book: Workbook) -> None:
    rows = book["Summary"].iter_rows(values_only=True)
    totals = [row for row in rows if row[0] in ("Bank", "Ledger")]
    assert len(totals) == 2
    for side, _, count, total, matched, matched_sum, left, left_sum, _, proof, *_ in totals:
        lines = pair.bank if side == "Bank" else pair.ledger
        amounts = [Decimal(row[4 if side == "Bank" else 3]) for row in lines]
        assert count == len(lines) == int(str(matched)) + int(str(left))
        assert Decimal(str(total)).quantize(Decimal("0.01")) == sum(amounts)
        assert round(float(str(matched_sum)) + float(str(left_sum)), 2) == float(sum(amounts))
        assert proof == "proved"


def test_every_line_stands_once_in_matched_or_in_breaks(pair: Pair, book: Workbook) -> None:
    rows = [*rows_of(book, "Matched"), *rows_of(book, "Breaks")]
    listed = Counter((row["Side"], row["Line"]) for row in rows)
    lines = [("bank", row[0]) for row in pair.bank] + [("ledger", row[0]) for row in pair.ledger]
    assert listed == Counter(lines)
    amounts = {("bank", row[0]): row[4] for row in pair.bank}
    amounts |= {("ledger", row[0]): row[3] for row in pair.ledger}
    assert all(
        Decimal(str(row["Amount"])) == Decimal(amounts[row["Side"], row["Line"]]) for row in rows
    )


def test_a_match_stands_together_and_says_why_once(book: Workbook) -> None:
    rows = rows_of(book, "Matched")
    numbers = [row["Match"] for row in rows]
    assert numbers == sorted(numbers)
    firsts = [row for at, row in enumerate(rows) if numbers.index(row["Match"]) == at]
    assert all(row["Evidence"] and row["Rivals beaten"] for row in firsts)
    assert sum(row["Evidence"] is not None for row in rows) == len(firsts)
    sums: Counter[int] = Counter()
    for row in rows:
        sign = 1 if row["Side"] == "bank" else -1
        sums[row["Match"]] += sign * round(float(row["Amount"]) * 100)
    said = {row["Match"]: round(float(row["Difference"] or 0) * 100) for row in firsts}
    contra = {row["Match"] for row in firsts if row["Rule"].startswith("contra")}
    assert all(sums[each] == said[each] for each in said if each not in contra)


def test_heads_stay_in_sight_filters_are_set_and_pages_are_a4(book: Workbook) -> None:
    names = ["Summary", "By rule", "How to read", "Matched", "Breaks", "Proposals", "Vouchers"]
    assert book.sheetnames == names
    for name in names[3:6]:
        sheet = book[name]
        assert sheet.freeze_panes == ("C2" if name == "Proposals" else "D2")
        assert sheet.auto_filter.ref == sheet.dimensions
        assert (str(sheet.page_setup.paperSize), sheet.page_setup.fitToWidth) == ("9", 2)
    assert book["Breaks"]["G2"].number_format == "#,##0.00;[Red]-#,##0.00"
    assert len(vars(book["Summary"])["_charts"]) == 2


def test_a_break_has_an_age_a_cause_and_room_for_people(book: Workbook) -> None:
    rows = rows_of(book, "Breaks")
    keyed = [row for row in rows if row["Class"] == "amount keyed wrongly"]
    assert keyed
    assert all("keyed wrongly: a decimal place" in row["Likely cause"] for row in keyed)
    assert all(row["Has to do with"] for row in keyed)
    assert all(row["Owner"] is None and row["Comment"] is None for row in rows)
    last = max(row["Day"] for row in [*rows, *rows_of(book, "Matched")])
    assert all((last - row["Day"]).days == row["Days old"] for row in rows)


def test_the_same_input_gives_the_same_bytes(pair: Pair, written: Path, tmp_path: Path) -> None:
    pair.write(tmp_path)
    again = run(tmp_path, tmp_path / "out")
    for path in sorted(path for path in written.rglob("*") if path.is_file()):
        each = path.relative_to(written)
        assert (written / each).read_bytes() == (again / each).read_bytes(), each


def a_small_one() -> Reconciliation:
    lines = daily_business(12)
    return found(bank(*lines[:9]), ledger(*lines))


def lines_of(result: Reconciliation) -> Lines:
    day = report_of(result).as_of
    return Lines(
        matched=matched_blocks(result),
        breaks=broken_blocks(result, as_of=day, rules=RuleBook()),
        proposals=proposal_blocks(result),
    )


def test_what_no_sheet_holds_goes_on_on_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet ends after 1,048,576 rows; here after eight, so that the test takes no minute."""
    result = a_small_one()
    whole, cut = tmp_path / "whole.xlsx", tmp_path / "cut.xlsx"
    write_reconciliation(whole, report_of(result), lines_of(result))
    defaults = sheets_book.write_book.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "rows_max", 7)
    counts = write_reconciliation(cut, report_of(result), lines_of(result))
    parts = [name for name in counts if name.startswith("Matched")]
    assert parts == ["Matched", "Matched (2)", "Matched (3)"]
    again = [row for name in parts for row in rows_of(load_workbook(cut), name)]
    assert again == rows_of(load_workbook(whole), "Matched")


def test_what_people_noted_stands_in_their_columns() -> None:
    result = a_small_one()
    noted = pl.DataFrame(
        {"side": ["ledger"], "id": ["X010"], "owner": ["jan"], "comment": ["asked the vendor"]}
    )
    (block,) = [
        each
        for each in broken_blocks(
            result, as_of=report_of(result).as_of, rules=RuleBook(), noted=noted
        )
        if len(each)
    ]
    told = dict(zip(block["id"], block["comment"], strict=True))
    assert told == {"X009": None, "X010": "asked the vendor", "X011": None}


def test_ages_count_to_the_day_that_is_asked_for() -> None:
    result = a_small_one()
    last = date(1970, 1, 1).toordinal() + 101
    report = report_of(result, as_of=date.fromordinal(last + 40), ageing=(3, 45))
    assert report.buckets == ("0-3 days", "4-45 days", "over 45 days")
    assert [each.by_age for each in report.breaks] == [(0, 3, 0)]
    assert report_of(result).as_of == date.fromordinal(last)


@pytest.mark.parametrize("ends", [(), (5, 5), (9, 1), (-1, 3)])
def test_buckets_that_do_not_rise_are_refused(ends: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="ageing_days are rising numbers of days"):
        age_buckets(ends)


@pytest.mark.parametrize(
    ("paid", "owed", "foreign", "cause"),
    [
        (-10_500, -10_000, "", "the charge 'note', or one digit"),
        (-11_500, -10_000, "", "the charge 'wire'"),
        (8_500, 10_000, "", "the charge 'wire'"),
        (-10_160, -10_000, "", "the charge 'card'"),
        (-1_324, -1_234, "", "keyed wrongly: two digits swapped"),
        (-1_284, -1_234, "", "keyed wrongly: one digit"),
        (-123, -1_234, "", "keyed wrongly: a digit lost or added"),
        (-1_230, -12_300, "", "keyed wrongly: a decimal place"),
        (500, -500, "", "the sign is the wrong way round"),
        (500, -917, "", "one is paid in, the other paid out"),
        (-10_083, -10_100, "EUR", "the rate of EUR"),
        (-10_083, -10_100, "", "a charge or rounding of 0.17 that no rule declares"),
        (-4_000, -10_111, "", "paid in part: 39.5 % of it"),
        (-70_000, -10_111, "", "paid 598.89 more than was booked"),
    ],
)
def test_a_difference_has_a_likely_cause(paid: int, owed: int, foreign: str, cause: str) -> None:
    assert likely_cause(paid, owed, foreign=foreign, fees=FEES) == cause


def test_what_people_let_pass_is_no_rate_and_gets_no_voucher() -> None:
    """A decided match may have a difference, or one side only; nobody says what it was."""
    result = a_small_one()
    decided = result.matches.head(1).with_columns(
        pl.lit("decided").alias("tier"),
        pl.lit("decided by two people").alias("rule"),
        pl.lit(-500, pl.Int64).alias("difference"),
        pl.lit([], pl.List(pl.Int64)).alias("ledger"),
    )
    changed = replace(result, matches=pl.concat([decided, result.matches.slice(1)]))
    (found,) = report_of(changed).differences
    assert (found.cause, found.currency, found.cents) == ("as decided", "USD", -500)
    accounts = PostingAccounts(bank="1060", rates="6960", fees="6810")
    assert vouchers_of(changed, RuleBook(default=AccountRules(posting=accounts))) == ()

"""A layout map adds words and takes readings away; what must hold stays the same."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.adapters.statement_pdf import pdfium
from counterfoil.adapters.statement_pdf.layout_maps import load_layout
from counterfoil.adapters.statement_pdf.layout_writing import written
from counterfoil.domain.statement_layouts import (
    ColumnRanges,
    ColumnWords,
    LabelWords,
    Layout,
    WayWords,
)
from counterfoil.domain.statements import Statement, StatementReading
from counterfoil.errors import MapError
from counterfoil.rules.statements.choosing import examine_with
from fixtures.statements import unfamiliar
from fixtures.statements.unfamiliar import Truth
from tests.statement_pdf_support import TODAY, examined, mapped, zoo
from tests.test_cli import ROOT

WELSH = """
title = "Banc y Ddraig Goch"
recognise = ["Banc y Ddraig Goch"]

[columns]
booking_date = ["Dyddiad"]
description = ["Manylion"]
debit = ["Allan"]
credit = ["I mewn"]

[labels]
opening = ["Gweddill agoriadol"]
closing = ["Gweddill terfynol"]
account = ["Rhif cyfrif"]
"""
WITHOUT_WORDS = """
title = "Banc y Ddraig Goch"
recognise = ["Banc y Ddraig Goch"]

[ranges]
booking_date = [50, 105]
description = [120, 280]
debit = [290, 335]
credit = [370, 415]

[labels]
opening = ["Gweddill agoriadol"]
closing = ["Gweddill terfynol"]
"""
MERIDIAN = 'title = "Meridian"\nrecognise = ["Meridian International"]\n'


def only(reading: StatementReading) -> Statement:
    """The one account that is proved, and nothing else is said."""
    assert reading.unproved() == ()
    (proved,) = reading.proved()
    return proved.statement


def as_truth(statement: Statement) -> Truth:
    entries = tuple((e.booking_date.isoformat(), e.amount) for e in statement.transactions)
    return Truth(opening=statement.opening, closing=statement.closing, entries=entries)


def test_a_map_teaches_the_words_of_a_language_that_the_reader_does_not_know(
    tmp_path: Path,
) -> None:
    truth = unfamiliar.in_welsh(tmp_path / "statement.pdf")
    path = tmp_path / "statement.pdf"

    assert examined(path).reading.proved() == ()
    found = only(examined(path, mapped(tmp_path, WELSH)).reading)

    assert as_truth(found) == truth
    assert (found.account, found.currency) == ("30291174", "GBP")
    said = [each.description for each in found.transactions]
    assert said == [text for _, _, text in unfamiliar.ROWS], "also where a text has a label's words"


def test_columns_that_no_word_stands_over_are_told_by_their_place(tmp_path: Path) -> None:
    truth = unfamiliar.in_welsh(tmp_path / "statement.pdf", headed=False)
    path = tmp_path / "statement.pdf"

    assert examined(path).reading.proved() == ()
    assert as_truth(only(examined(path, mapped(tmp_path, WITHOUT_WORDS)).reading)) == truth


def test_a_map_never_makes_a_sum_hold(tmp_path: Path) -> None:
    """The closing balance is printed one penny off: the map knows the word, not the number."""
    path = tmp_path / "statement.pdf"
    unfamiliar.in_welsh(path, closing="1,691.71")

    (verdict,) = examined(path, mapped(tmp_path, WELSH)).reading.unproved()

    assert verdict.code == "does_not_add_up"
    assert verdict.failed[0].right - verdict.failed[0].left == Decimal("0.01")


def test_one_wrong_digit_is_found_with_a_map_as_without(tmp_path: Path) -> None:
    """Every digit of every amount, each in a document of its own: none may prove."""
    layout = mapped(tmp_path, WELSH)
    tried = 0
    for number, (_, amount, _) in enumerate(unfamiliar.ROWS):
        money = f"{abs(Decimal(amount)):,}"
        for place in (place for place, each in enumerate(money) if each.isdigit()):
            digit = str((int(money[place]) + 3) % 10)
            wrong = {number: money[:place] + digit + money[place + 1 :]}
            path = tmp_path / "statement.pdf"
            unfamiliar.in_welsh(path, printed=wrong)
            assert examined(path, layout).reading.proved() == (), wrong
            tried += 1
    assert tried == 28


SECTIONS = """
title = "Banc y Ddraig Goch"
recognise = ["Banc y Ddraig Goch"]
unsigned = "as its section says"

[columns]
booking_date = ["Dyddiad"]
description = ["Manylion"]
amount = ["Swm"]

[labels]
opening = ["Gweddill agoriadol"]
closing = ["Gweddill terfynol"]

[sections]
debit = ["Arian allan"]
credit = ["Arian i mewn"]
"""


def test_titles_in_the_banks_own_words_sign_what_stands_below_them(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    truth = unfamiliar.in_welsh_sections(path)

    found = only(examined(path, mapped(tmp_path, SECTIONS)).reading)

    assert sorted(as_truth(found).entries) == sorted(truth.entries)


def test_marks_in_the_banks_own_words_sign_what_they_stand_behind(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    truth = unfamiliar.in_welsh_marks(path)
    text = SECTIONS.replace("as its section says", "adds").partition("[sections]")[0]

    assert examined(path, mapped(tmp_path, text)).reading.proved() == ()
    text += '[marks]\ndebit = ["All."]\ncredit = ["Mewn"]'
    assert as_truth(only(examined(path, mapped(tmp_path, text)).reading)) == truth


def test_totals_in_the_banks_own_words_become_equations(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    unfamiliar.in_welsh(path, totals=True)
    text = f'{WELSH}total_debits = ["Cyfanswm allan"]\ntotal_credits = ["Cyfanswm i mewn"]'

    (proved,) = examined(path, mapped(tmp_path, text)).reading.proved()

    totals = {each.right for each in proved.proof.equations if each.kind.startswith("total")}
    assert totals == {Decimal("498.70"), Decimal("1310.00")}


@pytest.mark.parametrize(
    ("unsigned", "proves"),
    [("as the balances say", True), ("adds", False), ("subtracts", False)],
)
def test_a_sign_that_the_map_excludes_is_not_tried(
    tmp_path: Path, unsigned: str, proves: bool
) -> None:
    path = zoo("odd_unsigned", "statement", tmp_path)
    text = f'title = "Hollow Creek"\nrecognise = ["Hollow Creek"]\nunsigned = "{unsigned}"'

    reading = examined(path, mapped(tmp_path, text)).reading

    assert bool(reading.proved()) is proves


@pytest.mark.parametrize(
    ("order", "first"), [("day first", date(2025, 4, 3)), ("month first", date(2025, 3, 4))]
)
def test_a_map_says_whether_day_or_month_comes_first_where_nothing_printed_does(
    tmp_path: Path, order: str, first: date
) -> None:
    path = zoo("odd_untold", "rising", tmp_path)
    assert [each.code for each in examined(path).reading.unproved()] == ["day_or_month"]

    reading = examined(path, mapped(tmp_path, f'{MERIDIAN}day_order = "{order}"')).reading

    assert only(reading).transactions[0].booking_date == first
    assert f"the map says that dates are printed {order}" in reading.proved()[0].proof.dates


@pytest.mark.parametrize(("mark", "opening"), [(".", "10.100"), ("", "10100")])
def test_a_map_says_whether_a_point_parts_thousands_or_thousandths(
    tmp_path: Path, mark: str, opening: str
) -> None:
    path = tmp_path / "statement.pdf"
    unfamiliar.in_thousandths(path)
    text = f'title = "Two Rivers"\nrecognise = ["Bank of Two Rivers"]\ndecimal_mark = "{mark}"'

    assert only(examined(path, mapped(tmp_path, text)).reading).opening == Decimal(opening)


@pytest.mark.parametrize(
    ("hint", "says"),
    [
        ('recognise = ["Another Bank"]', "'Another Bank' is not on page 1"),
        ('[columns]\ndebit = ["Soll"]\ncredit = ["Haben"]', "no line holds two of its column"),
        ('decimal_mark = ","', "decimal_mark is ',', and"),
        ('day_order = "year first"', "has no such date"),
        ("newest_first = true", "newest_first is true, and the dates run oldest first"),
        ('currency = "GBP"', "currency is GBP, and EUR is printed"),
    ],
)
def test_a_map_that_is_contradicted_says_by_what(tmp_path: Path, hint: str, says: str) -> None:
    path = zoo("odd_untold", "rising", tmp_path)
    order = "" if "day_order" in hint else 'day_order = "day first"\n'
    known = "" if "recognise" in hint else 'recognise = ["Meridian International"]\n'
    layout = mapped(tmp_path, f'title = "Meridian"\n{known}{order}{hint}', "meridian")

    (verdict,) = examined(path, layout).reading.unproved()

    assert verdict.code == "map_does_not_fit"
    assert verdict.reason.startswith("map 'meridian': ")
    assert says in verdict.reason


def test_a_map_is_used_only_for_the_bank_that_it_names(tmp_path: Path) -> None:
    printed = pdfium.read(zoo("odd_untold", "rising", tmp_path), None)
    day_first = 'day_order = "day first"'
    ours = mapped(tmp_path, MERIDIAN + day_first)
    theirs = mapped(tmp_path, f'title = "x"\nrecognise = ["Another Bank"]\n{day_first}')

    assert examine_with(printed, TODAY, (theirs,)).reading.proved() == ()
    assert only(examine_with(printed, TODAY, (theirs, ours)).reading).currency == "EUR"


def test_two_maps_that_read_one_document_differently_are_refused(tmp_path: Path) -> None:
    printed = pdfium.read(zoo("odd_untold", "rising", tmp_path), None)
    layouts = [
        mapped(tmp_path, f'{MERIDIAN}day_order = "{order} first"', order)
        for order in ("day", "month")
    ]

    (verdict,) = examine_with(printed, TODAY, layouts).reading.unproved()

    assert verdict.code == "two_readings"
    assert "'day' and 'month'" in verdict.reason


def test_a_map_that_spoils_what_proves_without_it_is_told_from_a_bad_document(
    tmp_path: Path,
) -> None:
    path = zoo("odd_twelve", "by_order", tmp_path)
    layout = mapped(tmp_path, MERIDIAN + 'decimal_mark = ","', "meridian")

    (verdict,) = examine_with(pdfium.read(path, None), TODAY, (layout,)).reading.unproved()

    assert verdict.code == "map_does_not_fit"
    assert "without the map it proves: correct the map" in verdict.reason


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("decimal_mrak = '.'", "unknown key 'decimal_mrak', did you mean 'decimal_mark'?"),
        ("day_order = 'day frist'", "did you mean 'day first'?"),
        ("[columns]\ndebbit = ['Soll']", "columns: unknown key 'debbit', did you mean 'debit'?"),
        ("[columns]\ndebit = 'Soll'", "columns: debit: expected list, found 'Soll'"),
        ("[columns]\ndebit = ['Soll']\ncredit = ['soll']", "'soll' stands for"),
        ("[ranges]\ndebit = [335, 290]", "debit: two numbers are wanted"),
        ("[columns]\ndebit=['Soll']\n[ranges]\ndebit=[1, 2]", "debit: words or a range, not both"),
        ("currency = 'Euro'", "'Euro' is no code of ISO 4217"),
        ("[labels]\nopening = [' ']", "opening: an empty word stands everywhere"),
    ],
)
def test_a_map_with_a_slip_is_refused_with_the_file_and_the_key(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(MapError) as caught:
        mapped(tmp_path, f"{MERIDIAN}{text}", "meridian")

    assert str(caught.value).startswith(str(tmp_path / "meridian.pdf.toml"))
    assert says in str(caught.value)


def test_a_map_that_would_fit_every_bank_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="recognise: the bank's own words are wanted"):
        mapped(tmp_path, 'title = "x"\nrecognise = ["the"]')


def test_what_is_written_of_a_map_is_read_again_as_the_same_map(tmp_path: Path) -> None:
    layout = Layout(
        title='Bank "of" Ÿ\\ \n and more',
        recognise=("Bank of\tŸ", "Zürich"),
        decimal_mark=",",
        day_order="year first",
        unsigned="as its colour says",
        newest_first=False,
        currency="CHF",
        columns=ColumnWords(booking_date=("Datum", "Tag"), amount=("Betrag",)),
        ranges=ColumnRanges(balance=(500, 560)),
        labels=LabelWords(opening=("Vortrag #1",), carried=("Über'trag",)),
        sections=WayWords(debit=("Ausgänge",)),
        marks=WayWords(debit=("S",), credit=("H",)),
    )
    path = tmp_path / "bank.pdf.toml"
    path.write_text(written(layout, TODAY), "utf-8")

    assert load_layout(path) == layout.called("bank")


def test_every_key_of_a_map_and_every_code_of_a_refusal_is_in_the_manual() -> None:
    manual = (ROOT / "docs" / "STATEMENTS.md").read_text("utf-8")
    records = (Layout, ColumnWords, ColumnRanges, LabelWords, WayWords)
    keys = {each.name for record in records for each in fields(record)} - {"name"}
    rules = (ROOT / "src" / "counterfoil" / "rules" / "statements").glob("*.py")
    code = re.compile(r'(?:code=|Undated\(|Objection\(\s*)"([a-z_]+)"')
    codes = {hit for path in rules for hit in code.findall(path.read_text("utf-8"))}

    assert len(codes) > 12
    assert [
        each
        for each in sorted(keys | codes)
        if f"`{each}`" not in manual and f"[{each}]" not in manual
    ] == []

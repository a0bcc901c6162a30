"""What is proved does not hang on chance: known layouts with other entries are read as well.

Each of these was refused though its print proves it. The entries of a layout come from the
seed; the pages break elsewhere, amounts fall together, a month begins within the period.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from counterfoil.adapters.statement_pdf import pdfium
from counterfoil.domain.pages import Page, PrintedPages, Row, Word
from counterfoil.rules.statements.coins import with_coins
from counterfoil.rules.statements.dates import parse
from counterfoil.rules.statements.reading import read
from fixtures.statements.zoo.catalogue import LAYOUTS
from fixtures.statements.zoo.filing import file, missing
from tests.statement_pdf_support import TODAY
from tests.statement_truth import differences

#: Layout, document, seed, and what chance did.
UNLUCKY = (
    ("uk_griffin", "statement", 7, "a period of two months whose second day looks a year"),
    ("fi_suomi", "tiliote", 19, "90.00 behind 40.00 and 50.00 is no total"),
    ("ro_carpati", "extras", 19, "100.00 behind 100.00 is no total, and the days have totals"),
    ("fr_generale", "releve", 19, "one amount alone has a star of a footnote behind it"),
    ("nl_vechtstroom", "statement", 7, "the account ends overdrawn: -/DEBET"),
    ("us_metro_five", "statement", 7, "totals stand between the end and the fees of the year"),
    ("us_metro_five", "statement", 19, "the last page has the end and no entry"),
    ("ma_atlas", "statement", 7, "on page 2 the period stands where page 1 has its dates"),
    ("lt_neris", "statement", 7, "the end stands alone on its page, its words broken around it"),
    ("bd_padma", "passbook", 7, "coins in a column of their own"),
    ("neo_sage", "statements", 23, "a page without a single amount that came in"),
    ("neo_meteor", "releve", 23, "the 65th letter of a font cut down to its use is a comma"),
    ("no_fjord", "kontoutskrift", 31, "dates of four digits, and one of them on the last page"),
    ("de_hansa", "statement", 23, "two headings of three words each, closer than headings are"),
    ("de_hansa", "statement", 31, "on a page with two entries the time of one leads its line"),
    ("br_roxo", "statement", 7, "a day stands alone at the foot of its page"),
    ("br_roxo", "statement", 19, "the first entry has a date within its text"),
    ("neo_kite", "statement", 7, "the first entry of dollars is called a balance"),
    ("neo_kite", "statement", 19, "the second page has two entries, one called a balance"),
)
#: The same, seen at the first seed: layouts that were blind until then.
SEEN = (
    ("de_hornpost", "statement", 1, "two days joined by a slash"),
    ("toy_gorse", "statement", 1, "(23.08) is money out, not a day"),
    ("us_virtue", "statement", 1, "two accounts whose names begin with one number"),
    ("toy_kelp", "statement", 1, "the balance stands under the amount"),
    ("hk_victoria", "statement", 1, "a title with a period; B/F BALANCE"),
    ("nz_tui", "statement", 1, "Opening Account Balance; Withdrawals (38)"),
    ("si_triglav", "statement", 1, "a summary below the last entry begins with the opening"),
    ("toy_thyme", "statement", 1, "Money In Money Out, a space apart"),
    ("us_pinebelt", "statement", 1, "a section goes on, a title stands over three columns"),
    ("us_sycamore", "statement", 1, "totals of nothing below the end"),
    ("ca_saguenay", "statement", 1, "the day and the month in columns of their own"),
    ("jp_hotaru", "statement", 1, "a star before the money that came in"),
    ("nz_weka", "statement", 1, "an account opens behind another one's totals"),
    ("us_saguaro", "statement", 1, "an idle share; balance forward"),
    ("uk_dabble", "statement", 1, "captions over a row of numbers, two of them balances of a day"),
    ("br_pitaya", "statement", 1, "a day's totals stand over its entries, and over the page"),
    ("toy_caraway", "statement", 1, "a sentence ends with money; days of the month, one date"),
    ("us_pocomoke", "statement", 1, "Check Date, close; balances of days below two tables"),
    ("jp_karasu", "statement", 1, "Reiwa by its first sign, in words apart"),
    ("toy_elder", "statement", 1, "May and June 2025 is no June"),
    ("us_susquehanna", "statement", 1, "balances of days below the checks, without a heading"),
    ("us_bitterroot", "statement", 1, "the ends of three accounts in one summary above"),
    ("toy_linnet", "statement", 1, "2 Apr 05, 2025 is the second entry, of 5 April"),
    ("card_housatonic", "statement", 19, "one entry under the first heading, and the last"),
    ("de_fulda", "statement", 1, "the day of the page before goes on, beside value dates"),
    ("neo_dunlin", "statement", 1, "one entry alone on its page, its date below it"),
    ("nl_dommel", "statement", 1, "Bedrag af/bij is a column of both"),
    ("sg_angsana", "statement", 1, "an average balance where balances stand"),
    ("toy_avocet", "statement", 1, "a summary's title is none of the table below its money"),
    ("card_beryl", "statement", 1, "payments less, purchases more: what is owed"),
    ("ch_bergkristall", "statement", 1, "Umsatztotal"),
    ("it_tagliamento", "statement", 7, "the end alone on its page, its words behind it"),
    ("au_paroo", "statement", 7, "a year on a line of its own below the year's last entry"),
    ("uk_teesdale", "statement", 7, "a box beside the table on the first page only"),
    ("toy_enoki", "statement", 1, "Value Dt stands left of Date, and is none"),
    ("de_zander", "statement", 1, "a currency and a sum below the words for them"),
    ("kh_trey", "statement", 1, "dollars with cents, then riels without, an account each"),
    ("us_cornet", "statement", 1, "totals and the end on one line, of two accounts"),
    ("ca_omble", "statement", 1, "one folio, and a product's code behind it for each account"),
    ("card_arcturus", "statement", 1, "what is due is the end"),
    ("us_norther", "statement", 1, "no heading over the money of three lists"),
    ("card_simoom", "statement", 1, "titles within the list print the sums below them"),
    ("us_haboob", "statement", 1, "a second box of words over numbers below the first"),
    ("na_bergwind", "statement", 1, "sundry credits below the balances"),
    ("pk_loo", "statement", 1, "the only balance is the available one"),
    ("pl_halny", "statement", 1, "two days on two lines under one heading"),
    ("tn_chergui", "statement", 1, "millimes behind a comma, thousands parted by a space"),
    ("mk_vardarec", "statement", 1, "Macedonian"),
)
#: The same of prints that are spoiled: each was taken for proved.
LUCKY = (
    ("hk_lionrock", "one_wrong", 31, "the end that does not fit stands alone on its page"),
    ("neo_kite", "yen", 7, "the account in whole yen was passed over"),
    ("odd_sheets", "silent", 7, "the page is full, and a month is missing"),
    ("in_periyar", "torn", 1, "the first page says that it is the second"),
    ("ng_gurara", "swapped", 19, "a page of another account, and each piece a chain that holds"),
    (
        "us_basalt",
        "exchanged_1",
        1,
        "numbers in the texts, taken for balances, that came to the end",
    ),
    ("it_branzino", "mistold", 1, "the sum of credits below the list is not theirs"),
    ("sn_thiof", "mistold", 1, "the same in whole francs"),
    ("uk_dabble", "other_opening_2", 1, "a caption's opening that the entries do not come from"),
    ("pt_procyon", "mistold", 1, "of a summary's two totals one is the entries' and one is not"),
    ("lk_kachan", "swapped", 1, "what is brought forward is not what was carried"),
    ("uk_haar", "twice", 1, "an entry that stands twice is no sum of itself"),
)


def each_of(cases: tuple[tuple[str, str, int, str], ...]) -> list[Any]:
    return [pytest.param(*each, id=f"{each[0]}/{each[1]}-{each[2]}") for each in cases]


def printed(name: str, which: str, seed: int, folder: Path) -> Path:
    """The document as a file, its truth beside it; skips where its program is missing."""
    made = LAYOUTS[name].make(Random(f"{seed}/{name}"))
    document = next(each for each in made if each.name == which)
    if absent := missing(document):
        pytest.skip(f"without {', '.join(absent)}")
    return file(document, name, folder)


@pytest.mark.parametrize(("name", "which", "seed", "why"), each_of(LUCKY))
def test_other_entries_in_a_spoiled_print_are_refused(
    name: str, which: str, seed: int, why: str, tmp_path: Path
) -> None:
    reading = read(pdfium.read(printed(name, which, seed, tmp_path), None), TODAY)
    assert reading.unproved(), why


@pytest.mark.parametrize(("name", "which", "seed", "why"), each_of(UNLUCKY + SEEN))
def test_other_entries_in_a_known_layout_are_read(
    name: str, which: str, seed: int, why: str, tmp_path: Path
) -> None:
    path = printed(name, which, seed, tmp_path)
    truth = json.loads(path.with_suffix(".truth.json").read_text("utf-8"))
    reading = read(pdfium.read(path, None), TODAY)
    assert [each.reason for each in reading.unproved()] == [], why
    assert differences(truth, reading) == []


def test_coins_belong_to_the_money_beside_them_and_to_no_other_number() -> None:
    """Two digits of a text, or beside a number with decimals, are no coins."""
    rows = [
        a_row("Date", 40, "Rs", 315, "Ps", 330),
        a_row("02/01/2025", 40, "2,102", 300, "25", 330),
        a_row("03/01/2025", 40, "2,102.10", 285, "25", 330),
        a_row("Branch", 40, "2,102", 200, "25", 230),
    ]
    page = Page(number=1, width=60_000, height=84_000, rows=tuple(rows), characters=80)
    joined = with_coins(PrintedPages(reader="by hand", pages=(page,)))
    texts = [row.text for row in joined.pages[0].rows]
    assert texts[1:] == ["02/01/2025 2,102.25", "03/01/2025 2,102.10 25", "Branch 2,102 25"]


def a_row(*placed: str | int) -> Row:
    """Words, each with where it begins in points; every letter is five wide."""
    words = zip(placed[::2], placed[1::2], strict=True)
    return Row(1, tuple(a_word(str(text), int(left)) for text, left in words))


def a_word(text: str, left: int) -> Word:
    edges = tuple((left + 5 * place) * 100 for place in range(len(text) + 1))
    return Word(text, edges, 0, 900)


@pytest.mark.parametrize("text", ["8 Feb - 07", "08 Feb. - 07,", "1 Mar - 31"])
def test_a_day_behind_a_dash_that_stands_apart_is_no_year(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("text", ["8-Feb-07", "8 - Feb - 07", "8 Feb 07", "8 Feb '07", "8 Feb-07"])
def test_a_short_year_behind_its_month_is_one(text: str) -> None:
    printed = parse(text)
    assert printed is not None
    assert printed.numbers == (8, 2, 7)

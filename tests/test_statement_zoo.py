"""The zoo of statements is what it says: the same for a seed, true where it says prove."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2
import pytest

from fixtures.statements.zoo import spoil
from fixtures.statements.zoo.books import account, adds_up
from fixtures.statements.zoo.catalogue import (
    CHANCE,
    FIFTH,
    FOURTH,
    FRESH,
    HALVES,
    LATE,
    LAYOUTS,
    SIXTH,
)
from fixtures.statements.zoo.filing import file, missing
from fixtures.statements.zoo.fonts import FACES
from fixtures.statements.zoo.fresh.kit import clock
from fixtures.statements.zoo.records import Account, Document, Rng
from fixtures.statements.zoo.tenth.kit import compensated
from fixtures.statements.zoo.words.english import UK

WORLD = "us card uk de fr es it nl se no pl in au ca za ng ke sg jp kr br mx ae tr"
#: Printed by a browser or an office, at seconds each; the other halves test those programs.
SLOW = {
    "de_isar", "es_guadiana", "se_vasa", "tr_halic", "ng_zuma", "sa_najd", "toy_ledgerly",
    "toy_dayfeed", "toy_musterbank", "toy_finboard", "toy_plantilla", "toy_dahlia", "toy_fern",
    "toy_pine", "toy_talc", "toy_calcite", "toy_oyster", "toy_inkcap", "toy_chenille",
    "toy_taffeta", "us_rigel", "card_antares", "in_fomalhaut", "au_acrux", "toy_gavotte",
    "toy_mazurka", "toy_tarantella",
    "us_haboob", "neo_zephyr", "mu_belat", "pa_alisio", "toy_carrick", "toy_cleat",
    "toy_grommet", "toy_splice",
}  # fmt: skip


def documents(name: str, seed: int = 1) -> list[Document]:
    return list(LAYOUTS[name].make(Random(f"{seed}/{name}")))


#: By hand; those by chance are read in tests/test_statement_chance.py.
DRAWN = [name for name in LAYOUTS if name not in CHANCE]


def test_the_halves_share_all_layouts_and_none_twice() -> None:
    shared = [name for half in HALVES.values() for name in half]
    assert sorted(shared) == sorted(LAYOUTS)
    assert set(FRESH) == set(HALVES["fresh"])
    assert set(FOURTH) == set(HALVES["fourth"])
    assert set(FIFTH) == set(HALVES["fifth"])
    assert set(SIXTH) == set(HALVES["sixth"])
    assert abs(len(HALVES["open"]) - len(HALVES["kept"])) <= 2


def test_the_fresh_half_is_large_enough_to_be_a_measure() -> None:
    expected = Counter(document.expect for name in FRESH for document in documents(name))
    assert len(FRESH) >= 36
    assert expected["prove"] >= 45
    assert expected["quarantine"] >= 15


def test_the_fourth_half_has_banks_of_every_part_of_the_world() -> None:
    """Names too: of two documents of one name, the other's truth stands beside the wrong print."""
    made = {name: documents(name) for name in FOURTH}
    expected = Counter(document.expect for found in made.values() for document in found)
    assert set(WORLD.split()) == {name.partition("_")[0] for name in FOURTH}
    assert expected["prove"] >= 45
    assert expected["quarantine"] >= 30
    for found in made.values():
        assert len({document.name for document in found}) == len(found)


@pytest.mark.parametrize(("half", "good", "spoiled"), [("fifth", 40, 50), ("sixth", 34, 37)])
def test_half_of_a_mixed_half_are_toys_and_each_good_print_has_a_spoiled_one(
    half: str, good: int, spoiled: int
) -> None:
    made = {name: documents(name) for name in HALVES[half]}
    expected = Counter(document.expect for found in made.values() for document in found)
    assert expected["prove"] >= good
    assert expected["quarantine"] >= spoiled
    assert 0.35 <= sum(name.startswith("toy_") for name in made) / len(made) <= 0.6
    for name, found in made.items():
        assert any(document.expect == "quarantine" for document in found), name
        assert len({document.name for document in found}) == len(found)


@pytest.mark.parametrize("name", LATE)
def test_a_late_layout_has_a_good_print_and_a_spoiled_one(name: str) -> None:
    found = documents(name)
    assert [document.expect for document in found] == ["prove", "quarantine"]
    assert found[0].name != found[1].name


@pytest.mark.parametrize("name", FRESH)
def test_a_fresh_layout_has_documents_of_different_names(name: str) -> None:
    """The one overwrites the other otherwise, and its truth stands beside the wrong print."""
    names = [document.name for document in documents(name)]
    assert len(set(names)) == len(names)


def test_the_times_of_a_day_rise_with_the_bookings() -> None:
    rows = documents("ru_neva")[0].truths[0].account.rows
    times = [clock(row, nth) for nth, row in enumerate(rows)]
    assert times == sorted(times)


@pytest.mark.parametrize("name", DRAWN)
def test_the_books_of_every_truth_add_up(name: str) -> None:
    """Also of those to be refused: it is the print that is spoiled, never the truth."""
    for seed in (1, 2):
        for document in documents(name, seed):
            assert document.expect in {"prove", "quarantine", "either"}
            for truth in document.truths:
                assert adds_up(truth.account), document.name
                record = truth.record()
                moved = sum(Decimal(row["amount"]) for row in record["transactions"])
                assert Decimal(record["opening"]) + moved == Decimal(record["closing"])


@pytest.mark.parametrize("name", [name for name in DRAWN if name not in SLOW])
def test_a_layout_writes_the_stated_pages_and_the_same_bytes_again(
    name: str, tmp_path: Path
) -> None:
    """Bytes where reportlab writes them; the other programs stamp the time of day."""
    document, again = documents(name)[0], documents(name)[0]
    if absent := missing(document):
        pytest.skip(f"without {', '.join(absent)}")
    path = file(document, name, tmp_path)
    with pypdfium2.PdfDocument(path, password=document.password) as pdf:
        assert len(pdf) == document.pages or (len(pdf) and not document.pages)
    assert again.truth(name) == document.truth(name)
    if {*document.needs} <= FACES.keys():
        assert file(again, name, tmp_path / "again").read_bytes() == path.read_bytes()


def test_another_seed_gives_other_books() -> None:
    first, other = (documents("uk_wyvern", seed)[0].truth("uk_wyvern") for seed in (1, 2))
    assert first["accounts"][0]["account"] != other["accounts"][0]["account"]
    assert first["accounts"][0]["transactions"] != other["accounts"][0]["transactions"]


@pytest.mark.parametrize(
    "ruin",
    [
        spoil.one_digit,
        spoil.balance_digit,
        spoil.without_row,
        spoil.flipped,
        spoil.other_closing,
        spoil.other_opening,
        compensated,
    ],
)
def test_a_spoiled_print_does_not_tie(ruin: Callable[[Account, Rng], Account]) -> None:
    for seed in range(40):
        rng = Random(seed)
        books = account(
            rng, UK, month=(2025, 3), count=(5, 9), currency="GBP", number="1", floor=-200
        )
        assert adds_up(books)
        assert not adds_up(ruin(books, rng))


def test_rows_that_bridge_a_missing_page_cancel_out() -> None:
    """Otherwise the missing page shows in the chain, and the case tests nothing new."""
    whole, numbered, _ = documents("odd_bridge")
    rows = whole.truths[0].account.rows
    assert (whole.pages, numbered.pages) == (3, 2)
    balances = [row.balance for row in rows]
    assert len(balances) > len(set(balances))


def test_dates_that_cannot_be_told_rise_both_ways() -> None:
    dates = [row.date for row in documents("odd_untold")[0].truths[0].account.rows]
    swapped = [dt.date(date.year, date.day, date.month) for date in dates]
    assert all(a <= b for found in (dates, swapped) for a, b in pairwise(found))


def test_the_truth_is_written_in_the_format_that_is_scored(tmp_path: Path) -> None:
    document = documents("hk_lionrock")[0]
    truth: dict[str, Any] = document.truth("hk_lionrock")
    assert truth["file"] == "hk_lionrock/composite.pdf"
    assert {"expect", "note", "password", "accounts"} <= truth.keys()
    assert [one["currency"] for one in truth["accounts"]] == ["HKD", "HKD", "USD", "JPY"]

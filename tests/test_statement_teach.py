"""``statement teach``: a few answers become a map, and only a map that proves is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from counterfoil.adapters.statement_pdf.layout_maps import load_layout
from counterfoil.statements import HowToRead, inquire_document, read_document
from fixtures.statements import unfamiliar
from tests.cli_support import ROOT, counterfoil
from tests.statement_pdf_support import zoo

WELSH = (
    *("--column", "booking_date=Dyddiad", "--column", "description=Manylion"),
    *("--column", "debit=Allan", "--column", "credit=I mewn"),
    *("--label", "opening=Gweddill agoriadol", "--label", "closing=Gweddill terfynol"),
)


def asked(*words: str, answers: str) -> subprocess.CompletedProcess[str]:
    """The command with somebody at the keyboard."""
    return subprocess.run(
        [sys.executable, "-c", "from counterfoil.cli import main; main()", *words, "--ask"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "120", "NO_COLOR": "1"},
        input=answers,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_only_what_the_print_leaves_open_is_asked(tmp_path: Path) -> None:
    inquiry = inquire_document(zoo("odd_untold", "rising", tmp_path))

    assert inquiry.codes == ("day_or_month",)
    assert [each.hints for each in inquiry.dates] == [
        (("day_order", "day first"),),
        (("day_order", "month first"),),
    ]
    assert "03/04/2025 is 3 April 2025" in inquiry.dates[0].says
    assert "559.18 - 198.14 = 361.04 in 5 entries" in inquiry.dates[0].comes_to
    others = (inquiry.columns, inquiry.numbers, inquiry.signs, inquiry.labels)
    assert [each for each in others if each] == []


def test_unknown_columns_and_labels_are_shown_with_what_stands_in_them(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    unfamiliar.in_welsh(path)
    inquiry = inquire_document(path)

    assert [each.words for each in inquiry.columns] == ["Dyddiad", "Manylion", "Allan", "I mewn"]
    assert inquiry.columns[3].samples == ("1,250.00", "60.00")
    assert inquiry.labels == ("Gweddill agoriadol", "Gweddill terfynol")
    assert inquiry.ends == ("opening", "closing")


def test_a_number_that_may_be_a_thousand_or_one_is_asked_with_both_sums(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    unfamiliar.in_thousandths(path)
    inquiry = inquire_document(path)

    assert [each.hints for each in inquiry.numbers] == [
        (("decimal_mark", ""),),
        (("decimal_mark", "."),),
    ]
    assert [each.comes_to.split(" in ")[0] for each in inquiry.numbers] == [
        "10,100 + 5,885 = 15,985",
        "10.100 + 5.885 = 15.985",
    ]


def test_one_answer_makes_a_refused_document_provable_and_its_sisters_too(
    tmp_path: Path,
) -> None:
    """The zoo's document that nothing printed can settle: 03/04/2025, 04/05/2025 ..."""
    path = zoo("odd_untold", "rising", tmp_path)
    taught = tmp_path / "maps" / "meridian.pdf.toml"
    answer = asked("statement", "teach", str(path), "--to", str(taught), answers="1\n1\n")

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "it proves now" in answer.stdout
    assert load_layout(taught).day_order == "day first"
    sister = zoo("odd_untold", "one_day", tmp_path)
    assert read_document(sister).proved() == ()
    (proved,) = read_document(sister, HowToRead(maps=taught.parent)).proved()
    assert {str(e.booking_date) for e in proved.statement.transactions} == {"2025-05-07"}


def test_a_person_says_what_columns_without_words_are(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    truth = unfamiliar.in_welsh(path, headed=False)
    taught = tmp_path / "ddraig.pdf.toml"
    answers = "1\n\n\ndebit\nsomething\ncredit\n1\n2\nGBP\n1\n"
    answer = asked("statement", "teach", str(path), "--to", str(taught), answers=answers)

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "'something' is none of" in answer.stdout
    (proved,) = read_document(path, HowToRead(layout=taught)).proved()
    assert proved.statement.account == "30291174"
    assert proved.statement.closing == truth.closing
    assert not any("currency" in each for each in proved.proof.shortfalls)


def test_every_answer_can_be_an_option(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    unfamiliar.in_welsh(path)
    taught = tmp_path / "ddraig.pdf.toml"
    answer = counterfoil("statement", "teach", str(path), "--no-ask", "--to", str(taught), *WELSH)

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert load_layout(taught).columns.credit == ("I mewn",)
    again = counterfoil("statement", "teach", str(path), "--no-ask", "--to", str(taught), *WELSH)
    assert again.returncode == 2
    assert "is there already" in " ".join(again.stderr.split())


def test_a_map_that_does_not_prove_is_shown_and_not_written(tmp_path: Path) -> None:
    """Money in and money out the wrong way round: the sums say so."""
    path = tmp_path / "statement.pdf"
    unfamiliar.in_welsh(path)
    taught = tmp_path / "ddraig.pdf.toml"
    wrong = [
        word.replace("debit=", "?").replace("credit=", "debit=").replace("?", "credit=")
        for word in WELSH
    ]
    answer = counterfoil("statement", "teach", str(path), "--no-ask", "--to", str(taught), *wrong)

    assert answer.returncode == 1
    assert "does not prove yet" in answer.stdout
    assert 'debit = ["I mewn"]' in answer.stdout
    assert not taught.exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--day-order", "day frist"), "did you mean 'day first'?"),
        (("--column", "debbit=Allan"), "did you mean 'debit'?"),
        (("--column", "debit"), "is not KEY=VALUE"),
        (("--range", "debit=290"), "is not KEY=LEFT-RIGHT"),
    ],
)
def test_a_slip_in_an_option_is_said_as_a_slip_in_a_map_is(
    tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    path = tmp_path / "statement.pdf"
    unfamiliar.in_welsh(path)
    taught = str(tmp_path / "x.pdf.toml")
    answer = counterfoil("statement", "teach", str(path), "--no-ask", "--to", taught, *options)

    assert answer.returncode == 2
    assert says in " ".join(answer.stderr.split())


def test_a_document_that_is_read_without_a_map_needs_none(tmp_path: Path) -> None:
    path = zoo("odd_unsigned", "statement", tmp_path)
    answer = counterfoil("statement", "teach", str(path), "--no-ask")

    assert answer.returncode == 0
    assert "nothing to teach" in answer.stdout

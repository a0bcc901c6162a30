"""Plain prints of hobby scripts: strings a row, a database's names, feeds of days."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.rules.statements.folding import spelled_out
from counterfoil.rules.statements.terms import Label, Role
from counterfoil.rules.statements.vocabulary import label_of, role_of
from fixtures.statements.zoo.filing import file, paper
from fixtures.statements.zoo.records import Document
from fixtures.statements.zoo.toys import FAMILIES, STRINGS, string_pages, toys
from tests.statement_pdf_support import examined

NAMES = [(family, name) for family, (names, _) in FAMILIES.items() for name in names]


def entries_of(document: Document) -> list[tuple[date, Decimal]]:
    (truth,) = document.truths
    return sorted((row.date, row.amount) for row in truth.account.rows)


@pytest.mark.parametrize(("family", "name"), NAMES)
def test_a_plain_print_is_proved_and_every_spoiled_one_refused(
    family: str, name: str, tmp_path: Path
) -> None:
    for document in toys(family, name):
        reading = examined(file(document, name, tmp_path)).reading
        if document.expect == "quarantine":
            assert reading.unproved(), f"{document.name} was believed"
            continue
        assert not reading.unproved(), reading.unproved()
        (proved,) = reading.proved()
        found = sorted((each.booking_date, each.amount) for each in proved.statement.transactions)
        assert found == entries_of(document)
        account = document.truths[0].account
        assert (proved.statement.opening, proved.statement.closing) == (
            account.opening,
            account.closing,
        )


def test_what_parts_the_fields_of_a_string_is_no_part_of_its_text(tmp_path: Path) -> None:
    for name in ("bars", "dashes", "named_balance", "sides"):
        document = toys("strings", name)[0]
        (proved,) = examined(file(document, name, tmp_path)).reading.proved()
        for each in proved.statement.transactions:
            assert not set(each.description) & set("|:$"), each.description
            assert not each.description.startswith("-"), each.description
            assert "Bal" not in each.description, each.description


def test_dashes_that_may_be_signs_prove_nothing(tmp_path: Path) -> None:
    """All numbers behind a dash, and balances that only grow: owed more, or had more?"""
    document = toys("strings", "dashes")[0]
    (truth,) = document.truths
    balance, grown = truth.account.opening, []
    for row in truth.account.rows:
        balance += abs(row.amount)
        grown.append(dataclasses.replace(row, amount=abs(row.amount), balance=balance))
    one_way = dataclasses.replace(truth.account, rows=tuple(grown), closing=balance)
    pages = string_pages(*STRINGS["dashes"][:2], one_way)
    printed = paper("one_way", pages, [dataclasses.replace(truth, account=one_way)], "")
    assert not examined(file(printed, "one_way", tmp_path)).reading.proved()


def test_names_of_fields_are_read_as_words() -> None:
    assert spelled_out("opening_balance") == "opening balance"
    assert spelled_out("bookedAt") == "booked At"
    assert spelled_out("account.balance") == "account balance"
    assert spelled_out("iban e.V. 1.234.56") == "iban e.V. 1.234.56"
    assert spelled_out("DEPOSIT") == "DEPOSIT"
    assert label_of("closing_balance:") is Label.CLOSING
    assert label_of("totalCredits") is Label.TOTAL_CREDITS
    assert role_of("posted_at") is Role.DATE
    assert role_of("cr_amt") is Role.CREDIT
    assert role_of("drAmt") is Role.DEBIT
    assert role_of("running_balance") is Role.BALANCE
    assert role_of("debitAmount") is Role.DEBIT

"""Both sides are read whole, whatever they are written in, or refused by file, row and remedy."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from counterfoil.domain.reconciliation import ControlTotal
from counterfoil.errors import MapError, Quarantined
from counterfoil.reconciliation_sides import read_side
from counterfoil.rules.reconciliation.totals import refuse_other_totals, totals_of
from fixtures.reconciliation_pairs import BANK, LEDGER, Pair, make
from fixtures.statements.formats import writers
from fixtures.statements.formats.writers import Booking, Made
from workflows.reconciliation import reconcile_files

SELECTORS = Path(__file__).parent.parent / "selectors"
WRITTEN = ("matches.json", "breaks.json")
Row = Sequence[Any]


def book(path: Path, sheets: dict[str, Iterable[Row]]) -> Path:
    """A workbook as a person makes it."""
    made = Workbook()
    assert isinstance(made.active, Worksheet)
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append([None if each == "" else each for each in row])
    made.save(path)
    return path


def typed(row: Row) -> list[Any]:
    """A line of the ledger with its day and amount as a spreadsheet has them."""
    return [*row[:2], date.fromisoformat(row[2]), float(row[3]), *row[4:]]


def reconciled(folder: Path, ledger: str, into: str, bank: str = "bank.csv") -> list[bytes]:
    out = folder / into
    reconcile_files(folder / bank, folder / ledger, folder / "rules.json", out)
    return [(out / name).read_bytes() for name in WRITTEN]


def table(path: Path, rows: Iterable[Row], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    made = make(11, vouchers=120)
    made.write(tmp_path)
    return made


def test_a_ledger_is_the_same_as_workbook_and_as_csv(pair: Pair, tmp_path: Path) -> None:
    """Several sheets, the table anywhere in them, lines and columns in any order."""
    order = random.Random(3)
    columns = list(range(len(LEDGER)))
    order.shuffle(columns)
    rows = [typed(each) for each in pair.ledger]
    order.shuffle(rows)
    half = len(rows) // 2
    book(
        tmp_path / "ledger.xlsx",
        {
            "Cover": [["Our ledger"]],
            "April": [["April"], [], ["", *LEDGER], *(["", *each] for each in rows[:half])],
            "May": [
                [LEDGER[at] for at in columns],
                *([each[at] for at in columns] for each in rows[half:]),
            ],
        },
    )
    assert reconciled(tmp_path, "ledger.csv", "one") == reconciled(tmp_path, "ledger.xlsx", "other")


def test_debit_and_credit_are_the_signed_amount(pair: Pair, tmp_path: Path) -> None:
    """With a decimal comma, and a totals row that is checked and is no entry."""
    heads = ("Entry", "Konto", "Buchungsdatum", "Soll", "Haben", "Währung", "Name", "Referenz")
    rows: list[Row] = []
    sums = {1: Decimal(0), -1: Decimal(0)}
    for line, account, day, amount, currency, _, _, name, number, *_ in pair.ledger:
        cents = Decimal(amount)
        sums[1 if cents > 0 else -1] += abs(cents)
        sides = ["", ""]
        sides[cents < 0] = str(abs(cents)).replace(".", ",")
        german = ".".join(reversed(day.split("-")))
        rows.append((line, account, german, *sides, currency, name, number))
    plus, minus = (str(each).replace(".", ",") for each in (sums[1], sums[-1]))
    table(tmp_path / "sides.csv", [heads, *rows, ("Summe", "", "", plus, minus)], ";")

    told = read_side("ledger", tmp_path / "sides.csv", SELECTORS)
    signed = read_side("ledger", tmp_path / "ledger.csv", SELECTORS)

    assert told.totals == signed.totals
    compared = ["id", "account", "currency", "day", "amount", "name", "reference"]
    assert told.lines.select(compared).equals(signed.lines.select(compared))

    lost = table(tmp_path / "lost.csv", [heads, *rows[1:], ("Summe", "", "", plus, minus)], ";")
    with pytest.raises(Quarantined, match=r"total_differs: .*lost\.csv.* declares .* have .*->"):
        read_side("ledger", lost, SELECTORS)


ENTRY = ("L1", "A", date(2027, 1, 4), 12.5, "USD", "", "", "Vendor", "INV-1", "", "", "paper")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({3: "=10+2.5"}, r"formula: .*l\.xlsx: row 3 \(L!D3\): amount: .*->"),
        ({3: "12.5O"}, r"not_an_amount: .*row 3 \(L!D3\): amount: '12\.5O'"),
        ({2: "4.1.27"}, r"not_a_date: .*row 3 \(L!C3\): posting_date"),
        ({0: "L0"}, r"id_twice: .*sheet 'L', row 3: 'L0' .* sheet 'L', row 2 has it too ->"),
        ({1: ""}, r"missing: .*row 3 \(L!B3\): account: is empty"),
        ({3: 99_999_999_999.99}, r"too_large: .*sheet 'L', row 3: the amount is too large"),
    ],
)
def test_a_row_that_cannot_be_used_stops_the_run(
    change: dict[int, Any], says: str, tmp_path: Path
) -> None:
    """Nothing is dropped: file, row and cell are named, and the remedy."""
    wrong = [change.get(at, each) for at, each in enumerate(ENTRY)]
    path = book(tmp_path / "l.xlsx", {"L": [LEDGER, ("L0", *ENTRY[1:]), wrong]})
    with pytest.raises(Quarantined, match=says):
        read_side("ledger", path, SELECTORS)


LINE = b"B1,A,2027-01-04,2027-01-04,-12.50,USD,Vendor,INV-1,ACH INV-1\n"
HEAD = ",".join(BANK).encode() + b"\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (HEAD + LINE + LINE, r"id_twice: .*b\.csv, row 3: 'B1' .* row 2 has it too"),
        (HEAD + LINE + LINE[:40], r"not_a_row: .*row 3 "),
        (HEAD + LINE[:-1], r"may_be_cut_off: .*save it again"),
        (HEAD + LINE.replace(b"Vendor", b"V\0r"), r"not_a_table: .*zero bytes"),
        (HEAD + LINE.replace(b"Vendor", b"\x81\x8d"), r"encoding: .*utf-8-sig or cp1252"),
        (HEAD + LINE.replace(b"Vendor", b'"Ven'), r"unreadable: .*b\.csv"),
        (HEAD + LINE.replace(b"USD", b"usd"), r"currency: .*row 2 "),
        (HEAD + LINE.replace(b"-12.50", b"1e400"), r"row 2 \(E2\): amount: "),
        (HEAD + LINE.replace(b"-12.50", b"-12.505"), r"decimals: .*row 2 "),
        (HEAD + LINE + b"Total,,,,-12.51\n", r"total_differs: .*row 3 declares -12\.51"),
        (HEAD, r"no_entries: "),
        (b"<html>session expired</html>", r"b\.csv"),
        (b"bank_id,account\nB1,A\n", r"no_header: .*'Booking date'"),
    ],
)
def test_a_hostile_csv_is_refused_by_name(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_bytes(content)
    with pytest.raises(Quarantined, match=says):
        read_side("bank", path, SELECTORS)


def test_a_header_of_two_maps_is_two_readings(tmp_path: Path) -> None:
    """With an amount, and a debit and a credit: which of them is it?"""
    path = table(
        tmp_path / "l.csv",
        [
            ("Entry", "Account", "Posting date", "Amount", "Debit", "Credit", "Currency"),
            ("L1", "A", "2027-01-04", "5", "", "5", "USD"),
        ],
    )
    with pytest.raises(Quarantined, match=r"two_maps: .*'Ledger entries' and 'Ledger entries, de"):
        read_side("ledger", path, SELECTORS)


def test_without_a_map_there_is_no_reading(pair: Pair, tmp_path: Path) -> None:
    with pytest.raises(MapError, match=r'no map says side = "ledger"'):
        read_side("ledger", tmp_path / "ledger.csv", tmp_path)


def statement(pair: Pair) -> Made:
    """The bank's side as one statement; the bank prints the party in its text."""
    days = sorted(date.fromisoformat(each[2]) for each in pair.bank)
    return Made(
        account=pair.bank[0][1],
        currency="USD",
        number=7,
        first=days[0],
        last=days[-1],
        opening=Decimal("1000000.00"),
        bookings=tuple(
            Booking(
                booked=date.fromisoformat(day),
                value=date.fromisoformat(day),
                amount=Decimal(amount),
                text=f"{name} {text}".strip(),
                reference=number or "NONREF",
            )
            for _, _, day, _, amount, _, name, number, text in sorted(
                pair.bank, key=lambda each: each[2]
            )
        ),
    )


def written(made: Made, path: Path, write: Callable[[Made], bytes]) -> Path:
    path.write_bytes(write(made))
    return path


def camt(made: Made) -> bytes:
    return writers.camt053(made, "08")


def test_a_proved_statement_is_the_banks_side(pair: Pair, tmp_path: Path) -> None:
    """CAMT and MT940 of the same account give the same lines; and they are matched."""
    made = statement(pair)
    side = read_side("bank", written(made, tmp_path / "b.xml", camt), SELECTORS)
    total = sum((each.amount for each in made.bookings), Decimal(0))
    assert side.totals == (
        ControlTotal(side="bank", currency="USD", count=len(pair.bank), sum=int(total * 100)),
    )
    sta = read_side("bank", written(made, tmp_path / "b.sta", writers.mt940), SELECTORS)
    assert sta.totals == side.totals
    matches, _ = reconciled(tmp_path, "ledger.csv", "out", bank="b.xml")
    assert matches.count(b"\n") - 2 >= len(pair.truth) // 2


def test_a_statement_that_does_not_prove_is_not_reconciled(pair: Pair, tmp_path: Path) -> None:
    """One entry is gone: its balances say so."""
    made = statement(pair)
    content = camt(made)
    first, last = content.index(b"<Ntry>"), content.index(b"</Ntry>") + len(b"</Ntry>")
    path = tmp_path / "b.xml"
    path.write_bytes(content[:first] + content[last:])
    with pytest.raises(Quarantined, match=r"not_proved: .*b\.xml: .*->.*proved statement"):
        read_side("bank", path, SELECTORS)


def test_an_entry_keeps_its_id_in_a_later_file_that_overlaps(pair: Pair, tmp_path: Path) -> None:
    """Also where two entries of one day say the same."""
    made = statement(pair)
    twice = made.bookings[40]
    bookings = sorted((*made.bookings, twice), key=lambda each: each.booked)
    made = replace(made, bookings=tuple(bookings))
    middle = bookings[len(bookings) // 2].booked
    later = tuple(each for each in bookings if each.booked >= middle)
    before = sum((each.amount for each in bookings if each.booked < middle), Decimal(0))
    other = replace(made, number=8, first=middle, opening=made.opening + before, bookings=later)
    whole, part = (
        set(read_side("bank", written(each, tmp_path / f"{each.number}.xml", camt), SELECTORS)
            .lines["id"])
        for each in (made, other)
    )  # fmt: skip
    assert len(whole) == len(bookings)
    assert len(part) == len(later)
    assert part < whole


def test_what_is_reconciled_is_what_was_read(pair: Pair, tmp_path: Path) -> None:
    """The totals are taken while reading; a line lost later shows."""
    side = read_side("bank", tmp_path / "bank.csv", SELECTORS)
    assert side.totals == (
        ControlTotal(
            side="bank",
            currency="USD",
            count=len(pair.bank),
            sum=sum(int(Decimal(each[4]) * 100) for each in pair.bank),
        ),
    )
    lost = side.lines[1:].with_row_index("line")
    totals = totals_of("bank", lost, lost["line"], lost["line"][:0])
    with pytest.raises(ValueError, match=r"bank USD: .* were reconciled, .* were read"):
        refuse_other_totals(totals, side.totals)

"""Each e-statement is read as its bank meant it, or refused with the reason."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from counterfoil.adapters.statement_formats import bai2_file, csv_export, reading
from counterfoil.adapters.statement_formats.csv_maps import (
    CsvColumns,
    CsvHead,
    CsvMap,
    load_csv_map,
)
from counterfoil.adapters.statement_formats.options import ReadOptions
from counterfoil.domain.statements import Grade, Proved, Statement
from counterfoil.errors import MapError, Quarantined
from fixtures.corebank import statement_files
from fixtures.corebank.statements import statements_of
from fixtures.statements.formats import writers
from tests.statement_support import (
    MADE_MAPS,
    ROOT,
    SAMPLES,
    SHIPPED_MAPS,
    before,
    judge,
    rows,
    said,
)
from tests.test_statement_formats_properties import THREE_DAYS

SHIPPED = ReadOptions(csv_maps=SHIPPED_MAPS)
EXPECTED = sorted(SAMPLES.glob("*.expected.json"))
SHARED = ROOT.parent.parent / "shared" / "data" / "statements" / "estatements"


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name.partition(".")[0])
def test_every_sample_gives_what_is_written_beside_it(expected: Path) -> None:
    wanted: dict[str, Any] = json.loads(expected.read_text("utf-8"))
    known = [
        Statement(
            account=account,
            currency=currency,
            opening=Decimal(closing),
            closing=Decimal(closing),
            transactions=(),
        )
        for account, currency, closing in wanted.pop("known", [])
    ]
    content = expected.with_name(expected.name.removesuffix(".expected.json")).read_bytes()
    assert said(judge(content, known, SHIPPED)) == wanted


def test_no_sample_is_without_its_expectation() -> None:
    samples = [
        each.name
        for each in SAMPLES.iterdir()
        if each.is_file() and each.suffix not in (".py", ".toml", ".json")
    ]
    assert [f"{each}.expected.json" for each in sorted(samples)] == [each.name for each in EXPECTED]
    assert len(samples) >= 18


#: What the samples of other projects give: grade or code of each account, each checked by
#: eye against the file; most of them are made not to add up.
SHARED_EXPECTED = {
    "camt/camt053.v2.all-balance-types.xml": ["does_not_add_up"],
    "camt/camt053.v2.five.decimals.xml": ["does_not_add_up"],
    "camt/camt053.v2.multi.statement.xml": ["outside_period", "A"],
    "camt/camt053.v4.xml": ["two_currencies"],
    "camt/camt053.v8.xml": ["two_currencies"],
    "camt/camt053_duplicate_same_day.xml": ["no_balances"],
    "camt/camt053_no_namespace.xml": ["A"],
    "mt940/jejik_postfinance.sta": ["does_not_add_up"],
    "mt940/mBank_mt940.sta": ["A"],
    "mt940/mBank_mt942.sta": ["no_balances"],
    "mt940/self-provided_transaction_details_wrapped.sta": ["B"],
    "ofx/anzcc.ofx": ["opening_balance_missing"],
    "ofx/date_missing.ofx": ["not_a_date"],
    "ofx/multiple_accounts.ofx": ["opening_balance_missing"] * 2,
    "ofx/oca_test_ofx_iban.ofx": ["opening_balance_missing"] * 2,
    "ofx/ofx_spec201_stmtrs_example.xml": ["opening_balance_missing"],
    "bai2/moov_bai2_sample1.bai": ["no_balances"] * 2,
    "csv/csv_french_headers.csv": ["no_balances"],
    "csv/csv_spanish_headers.csv": ["no_balances"],
    "csv/oca_balance.csv": ["C"],
    "csv/oca_debit_credit.csv": ["two_signs"],
    "csv/synthetic_edge_trailing_footer_01.csv": ["no_balances"],
    "csv/synthetic_split_amounts_01.csv": ["C"],
}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the samples of others are not shipped")
@pytest.mark.parametrize("name", sorted(SHARED_EXPECTED))
def test_the_samples_of_others_are_right_or_refused(name: str) -> None:
    found = judge((SHARED / name).read_bytes(), options=SHIPPED)
    assert [
        each.proof.grade.value if isinstance(each, Proved) else each.code for each in found.verdicts
    ] == SHARED_EXPECTED[name]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the samples of others are not shipped")
def test_no_sample_of_others_is_forgotten() -> None:
    there = {
        each.relative_to(SHARED).as_posix() for each in SHARED.rglob("*.*") if each.suffix != ".md"
    }
    assert there == set(SHARED_EXPECTED)


@pytest.mark.parametrize("account", [f"100000000{number}" for number in range(1, 8)])
def test_every_e_statement_of_the_cardboard_bank_is_proved(account: str) -> None:
    """Seven kinds of account; CAMT and MT940 to grade A, the CSV prints no period: B."""
    for made in statements_of(account, 1, date(2025, 7, 1)):
        truth = [(each.booked, each.value, each.amount) for each in made.lines]
        for write, grade in (
            (statement_files.camt053, Grade.A),
            (statement_files.mt940, Grade.A),
            (statement_files.csv, Grade.B),
        ):
            (verdict,) = judge(write(made), options=SHIPPED).verdicts
            assert isinstance(verdict, Proved), verdict
            assert [each[:3] for each in rows(verdict.statement)] == truth
            assert verdict.statement.closing == made.closing
            assert verdict.statement.account.endswith(account)
            assert verdict.proof.grade is grade


@pytest.mark.parametrize("version", [f"{number:02}" for number in range(2, 14)])
def test_every_version_of_camt_053_is_read(version: str) -> None:
    found = judge(writers.camt053(THREE_DAYS, version))
    assert found.source == f"camt.053.001.{version}"
    assert found.passes(Grade.A)


@pytest.mark.parametrize("version", ["01", "14", "99"])
def test_an_unknown_version_of_camt_is_refused(version: str) -> None:
    with pytest.raises(Quarantined, match=f"unknown_version: camt.053.001.{version}"):
        judge(writers.camt053(THREE_DAYS, version))


CAMT = writers.camt053(THREE_DAYS, "08").decode()
CORRUPT = {
    "a document type": ("<Document", "<!DOCTYPE Document><Document", "dtd"),
    "an entity": (
        "<Document",
        '<!DOCTYPE D [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;&a;">]><Document',
        "dtd",
    ),
    "an entity from outside": (
        "<Document",
        '<!DOCTYPE D [<!ENTITY x SYSTEM "file:///etc/hostname">]><Document',
        "dtd",
    ),
    "an unknown entity": ("ENTRY OF DAY 2", "&nbsp;", "not_well_formed"),
    "an encoding that is none": ("UTF-8", "UTF-99", "not_well_formed"),
    "half of a tag": ("</Ntry>", "</Nt", "not_well_formed"),
    "endless levels": ("<Ntry>", "<a>" * 5000 + "<Ntry>", "nested_too_deep"),
    "no statement": ("Stmt>", "Other>", "unknown_format"),
}


@pytest.mark.parametrize("how", sorted(CORRUPT))
def test_asvs_1_5_1_hostile_xml_is_refused_as_a_whole(how: str) -> None:
    right, wrong, code = CORRUPT[how]
    count = -1 if how == "no statement" else 1
    assert right in CAMT
    with pytest.raises(Quarantined) as refusal:
        judge(CAMT.replace(right, wrong, count).encode())
    assert refusal.value.code == code
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("<Cd>BOOK</Cd>", "<Cd>XXXX</Cd>", "unknown_status"),
        ("<CdtDbtInd>DBIT</CdtDbtInd>", "<CdtDbtInd>Debit</CdtDbtInd>", "no_sign"),
        ("2026-10-02</Dt></BookgDt>", "2026-02-30</Dt></BookgDt>", "not_a_date"),
        (">12.50</Amt>", ">12,50</Amt>", "not_an_amount"),
        (">12.50</Amt>", ">-12.50</Amt>", "not_an_amount"),
        (">12.50</Amt>", ">1_2.50</Amt>", "not_an_amount"),
        (">12.50</Amt>", ">\u0661\u0662.50</Amt>", "not_an_amount"),
        (">12.50</Amt>", ">1.25E1</Amt>", "not_an_amount"),
        ("<Cd>CLBD</Cd>", "<Cd>OPBD</Cd>", "several_balances"),
        ("<FrDtTm>2026-10-01", "<FrDtTm>2026-99-01", "not_a_date"),
        ("<FrDtTm>2026-10-01", "<FrDtTm>2026-10-03", "outside_period"),
        ("<NbOfNtries>3", "<NbOfNtries>2", "does_not_add_up"),
        (
            "</CdtDbtInd><RmtInf>",
            "</CdtDbtInd><Refs/></TxDtls><TxDtls><Amt Ccy='EUR'>1</Amt><RmtInf>",
            "does_not_add_up",
        ),
    ],
)
def test_a_camt_entry_that_is_not_right_is_refused(right: str, wrong: str, code: str) -> None:
    assert right in CAMT
    found = judge(CAMT.replace(right, wrong, 1).encode())
    assert [each.code for each in found.unproved()] == [code]
    assert found.proved() == ()


def test_a_camt_entry_without_a_booking_date_costs_grade_a() -> None:
    text = CAMT.replace("<BookgDt><Dt>2026-10-02</Dt></BookgDt>", "", 1)
    (verdict,) = judge(text.encode()).proved()
    assert verdict.proof.grade is Grade.B
    assert "no booking date" in verdict.proof.shortfalls[0]


def test_a_camt_message_in_utf_16_is_read() -> None:
    assert judge(CAMT.replace("UTF-8", "UTF-16").encode("utf-16")).passes(Grade.A)


def test_a_detail_with_charges_may_differ_from_its_entry() -> None:
    detail = '<TxDtls><Amt Ccy="EUR">12.50</Amt>'
    with_charges = '<TxDtls><Amt Ccy="EUR">13.00</Amt><Chrgs/>'
    assert judge(CAMT.replace(detail, with_charges).encode()).passes(Grade.A)
    assert not judge(CAMT.replace(detail, with_charges[:-8]).encode()).proved()


MT940 = writers.mt940(THREE_DAYS).decode()


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        (":60F:", ":60X:", "two_readings"),
        ("C261001EUR", "C269901EUR", "unreadable"),
        ("C261001EUR1000,00", "C261001EUR1000.00", "not_an_amount"),
        ("C261001EUR1000,00", "C261001USD1000,00", "two_currencies"),
        ("D12,50NTRF", "D12,5,0NTRF", "unreadable"),
        ("D12,50NTRF", "d12,50NTRF", "not_an_amount"),
        ("D12,50NTRF", "ED12,50NTRF", "unreadable"),
        ("D12,50NTRF", "D12,50", "two_readings"),
        (":61:2610021002", ":61:2610021302", "unreadable"),
        (":61:2610021002", ":61:2613021002", "unreadable"),
        (":62F:", ":62F:C261031EUR1,00\r\n:62F:", "several_balances"),
        ("\r\n:62F:", ":62F:", "closing_balance_missing"),
        (":60F:C261001EUR1000,00\r\n", "", "opening_balance_missing"),
    ],
)
def test_an_mt940_that_is_not_right_is_refused(right: str, wrong: str, code: str) -> None:
    assert right in MT940
    found = judge(MT940.replace(right, wrong, 1).encode())
    assert [each.code for each in found.unproved()] == [code], found
    assert found.proved() == ()


def test_an_mt940_entry_is_booked_in_the_year_next_to_its_value_date() -> None:
    """1 December and 6 January are 329 days apart in one year, and 36 over its end."""
    text = MT940.replace("C261001", "C251130").replace("C261031", "C260103")
    text = text.replace(":61:2610021002", ":61:2601061201").replace(":61:261009", ":61:251209")
    text = text.replace("2512091009", "2512091209").replace(":61:2610301030", ":61:2512301230")
    (verdict,) = judge(text.encode()).proved()
    booked = [each.booking_date for each in verdict.statement.transactions]
    assert booked == [date(2025, 12, 1), date(2025, 12, 9), date(2025, 12, 30)]


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\r\n"])
def test_line_ends_of_any_kind_are_read(ends: str) -> None:
    assert judge(MT940.replace("\r\n", ends).encode()).passes(Grade.A)


def test_a_declared_encoding_is_not_guessed() -> None:
    content = (SAMPLES / "mt940_february.sta").read_bytes()
    (verdict,) = judge(content, options=ReadOptions(encoding="cp850")).proved()
    assert "KAUFMÄNNISCH" in verdict.statement.transactions[0].description
    assert not any("encoding" in each for each in verdict.proof.shortfalls)


OFX = writers.ofx1(THREE_DAYS).decode()


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("-12.50", "-12.50.0", "not_an_amount"),
        ("-12.50", "1.234,56", "not_an_amount"),
        ("-12.50", "12 50", "not_an_amount"),
        ("-12.50", "-12.50<TRNAMT>-12.50", "not_an_amount"),
        ("<DTPOSTED>20261002", "<DTPOSTED>", "not_a_date"),
        ("<DTPOSTED>20261002", "<DTPOSTED>20260231", "not_a_date"),
        ("<DTPOSTED>20261002", "<DTPOSTED>20261102", "outside_period"),
        ("<DTSTART>20261001", "<DTSTART>20269901", "not_a_date"),
        ("<FITID>R2", "<FITID>R2<CORRECTFITID>R1", "correction"),
        ("<CURDEF>EUR", "<CURDEF>", "no_currency"),
        ("<BALAMT>3486.51", "<BALAMT>", "not_an_amount"),
    ],
)
def test_an_ofx_that_is_not_right_is_refused(right: str, wrong: str, code: str) -> None:
    assert right in OFX
    found = judge(OFX.replace(right, wrong, 1).encode(), [before(THREE_DAYS)])
    assert [each.code for each in found.unproved()] == [code]
    assert found.proved() == ()


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("<SEVERITY>INFO", "<SEVERITY>ERROR", "bank_error"),
        ("</STMTRS>", "", "entries_lost"),
        ("</OFX>", "", "not_well_formed"),
        ("</OFX>", "</OFX><OFX></OFX>", "not_well_formed"),
        ("<OFX>", "<OFX>free text", "not_well_formed"),
        ("<STMTRS>", "<STMTRS>" + "<A>" * 100 + "</A>" * 100, "not_well_formed"),
        ("<BANKTRANLIST>", "<BANKTRANLIST><!DOCTYPE x>", "not_well_formed"),
        ("</STMTTRNRS>", "</STMTTRNRS><STMTTRN></STMTTRN>", "entries_lost"),
        ("STMTRS>", "INVSTMTRS>", "no_statement"),
    ],
)
def test_an_ofx_file_that_is_broken_is_refused_as_a_whole(
    right: str, wrong: str, code: str
) -> None:
    assert right in OFX
    count = -1 if code == "no_statement" else 1
    with pytest.raises(Quarantined) as refusal:
        judge(OFX.replace(right, wrong, count).encode(), [before(THREE_DAYS)])
    assert refusal.value.code == code


def test_an_ofx_statement_is_proved_by_the_one_before_it_and_only_by_it() -> None:
    (verdict,) = judge(OFX.encode(), [before(THREE_DAYS)]).proved()
    assert verdict.proof.grade is Grade.C
    assert "closing one of the one before" in verdict.proof.shortfalls[0]
    assert [each.code for each in judge(OFX.encode()).unproved()] == ["opening_balance_missing"]
    stranger = replace(before(THREE_DAYS), account="other")
    assert not judge(OFX.encode(), [stranger]).proved()


ONE_DAY = replace(
    THREE_DAYS,
    first=THREE_DAYS.last,
    bookings=tuple(replace(each, booked=THREE_DAYS.last) for each in THREE_DAYS.bookings),
)
BAI2 = writers.bai2(ONE_DAY).decode()


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        (",010,", ",040,", "opening_balance_missing"),
        ("EUR", "EUX", "unknown_currency"),
        ("02,US,BANK,1,", "02,US,BANK,2,", "not_an_update"),
        ("16,495,1250,", "16,495,1_250,", "not_an_amount"),
        ("16,495,1250,", "16,495,-1250,", "not_an_amount"),
        ("16,495,1250,", "16,890,1250,", "no_sign"),
        (",015,", ",010,348651,,,015,", "several_balances"),
        ("400,1349,2,", "400,1349,3,", "does_not_add_up"),
        (",8/\n", ",9/\n", "does_not_add_up"),
    ],
)
def test_a_bai2_account_that_is_not_right_is_refused(right: str, wrong: str, code: str) -> None:
    assert right in BAI2
    found = judge(BAI2.replace(right, wrong).encode())
    assert [each.code for each in found.unproved()] == [code]
    assert found.proved() == ()


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        (",,,2/", ",,,3/", "unreadable"),  # version 3
        ("16,195,", "16,999,", "unreadable"),
        ("\n49,", "\n16,195,1,,,,/\n16,", "cut_off"),
        ("\n99,", "\n03,", "cut_off"),
    ],
)
def test_a_bai2_file_that_is_broken_is_refused_as_a_whole(
    right: str, wrong: str, code: str
) -> None:
    assert right in BAI2
    with pytest.raises(Quarantined) as refusal:
        judge(BAI2.replace(right, wrong, 1).encode())
    assert refusal.value.code == code


def test_two_bai2_files_in_one_stream_are_both_read() -> None:
    other = replace(ONE_DAY, account="999999")
    found = judge(BAI2.encode() + writers.bai2(other))
    assert [each.statement.account for each in found.proved()] == [ONE_DAY.account, "999999"]


def test_interim_bai2_is_not_final() -> None:
    interim = BAI2.replace(",EUR,2/", ",EUR,3/")
    (verdict,) = judge(interim.encode()).proved()
    assert verdict.proof.grade is Grade.B


(SIGNED,) = MADE_MAPS
CSV = writers.csv_signed(THREE_DAYS).decode()


def test_a_csv_from_the_newest_to_the_oldest_is_turned_round() -> None:
    options = ReadOptions(csv_maps=(replace(SIGNED, newest_first=True),))
    turned = writers.csv_signed(THREE_DAYS, newest_first=True)
    assert said(judge(turned, options=options)) == said(judge(CSV.encode()))


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_csv_that_lost_one_of_its_two_balances_is_refused(newest_first: bool) -> None:
    """Cut off between two rows, all that is left ties."""
    options = ReadOptions(csv_maps=(replace(SIGNED, newest_first=newest_first),))
    whole = writers.csv_signed(THREE_DAYS, newest_first=newest_first).splitlines(keepends=True)
    (verdict,) = judge(b"".join(whole[:-2]), options=options).unproved()
    assert verdict.code == "end_missing"


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_the_delimiter_of_a_csv_is_found_by_its_header(delimiter: str, encoding: str) -> None:
    """Quoted where the amounts have the delimiter inside."""
    head, *body = CSV.split("\r\n")
    body = [
        delimiter.join(f'"{each}"' if "," in each else each for each in row.split(";"))
        for row in body
    ]
    content = "\r\n".join([head, *body]).encode(encoding)
    assert judge(content).passes(Grade.A)


@pytest.mark.parametrize("encoding", ["cp1252", "cp850"])
def test_the_encoding_of_a_csv_is_found_by_its_header(encoding: str) -> None:
    words = CsvColumns(
        **{
            **{name: getattr(SIGNED.columns, name) for name in ("booking_date", "value_date")},
            **{name: getattr(SIGNED.columns, name) for name in ("reference", "amount", "balance")},
            "description": ("Buchungstext für Größe",),
        }
    )
    layout = replace(SIGNED, columns=words, encodings=("utf-8", encoding))
    content = CSV.replace("Text", "Buchungstext für Größe").replace("DAY 2", "TAG 2 Ü")
    (verdict,) = judge(content.encode(encoding), options=ReadOptions(csv_maps=(layout,))).proved()
    assert verdict.statement.transactions[0].description == "ENTRY OF TAG 2 Ü"


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("-12,50", "-12.50", "not_an_amount"),
        ("-12,50", "-1.2,50", "not_an_amount"),
        ("-12,50", "", "no_amount"),
        ("02.10.2026;02", "31.09.2026;02", "not_a_date"),
        (";R2;", ";R2;extra;", "not_a_row"),
        (";R2;-12,50;987,50", ";R2", "not_a_row"),
        ("Account 1234567890", "Konto", "head_missing"),
        ("01.10.2026 - ", "01.13.2026 - ", "not_a_date"),
        ("Opening balance;;;;;1.000,00", "Opening balance;;;;;", "not_an_amount"),
        ("Opening balance", "Carried forward", "no_amount"),
        ("Closing balance;;", "Opening balance;;;;;1,00\r\nClosing balance;;", "several_balances"),
    ],
)
def test_a_csv_row_that_is_not_understood_is_never_skipped(
    right: str, wrong: str, code: str
) -> None:
    assert right in CSV
    found = judge(CSV.replace(right, wrong, 1).encode())
    assert [each.code for each in found.unproved()] == [code], found
    assert found.proved() == ()


def test_a_csv_that_no_map_knows_is_refused_with_its_first_line() -> None:
    with pytest.raises(Quarantined, match=r"no_map: .* 'Account 1234567890;EUR"):
        judge(CSV.encode(), options=ReadOptions())


def test_two_maps_that_read_a_csv_differently_are_one_too_many() -> None:
    other = replace(SIGNED, title="the other", reversed_sign=True)
    with pytest.raises(Quarantined, match="two_readings: the maps"):
        judge(CSV.encode(), options=ReadOptions(csv_maps=(SIGNED, other)))


def test_a_column_that_the_map_does_not_name_costs_grade_a() -> None:
    rows_ = [f"{row};x" if row.count(";") == 5 else row for row in CSV.split("\r\n")]
    (verdict,) = judge("\r\n".join(rows_).encode()).proved()
    assert verdict.proof.grade is Grade.B
    assert "1 columns are not in the map" in verdict.proof.shortfalls[0]


def test_accounts_in_one_table_are_told_apart() -> None:
    content = (
        "Date,Description,Amount,Balance,Account,Currency\n"
        "2026-10-01,a,1.00,11.00,1,EUR\n2026-10-01,b,2.00,22.00,2,EUR\n"
        "2026-10-02,c,1.00,12.00,1,EUR\n2026-10-02,d,2.00,24.00,2,EUR\n"
    )
    found = judge(content.encode(), options=SHIPPED).proved()
    assert [(each.statement.account, each.statement.opening) for each in found] == [
        ("1", Decimal("10.00")),
        ("2", Decimal("20.00")),
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "selectors" / "statements").glob("*.csv.toml")))
def test_every_shipped_csv_map_fits(path: Path) -> None:
    assert load_csv_map(path).title


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('decimal_mark = ","', 'decimal_mrak = ","', "did you mean 'decimal_mark'"),
        ('decimal_mark = ","', 'decimal_mark = "x"', "is not one of"),
        ('amount       = ["Amount"]', "", "amount, or debit and credit"),
        ('delimiters   = [";"]', 'delimiters = [";;"]', "single characters"),
        ('encodings    = ["cp1252"]', 'encodings = ["cp999999"]', "is unknown"),
        ("(?P<account>", "(?P<konto>", "needs the groups"),
        ("[0-9]{10})'", "[0-9'", "account: "),
        ('["Booking date"]', '["Text"]', "'text' stands for"),
        ('["Closing balance"]', '["Opening  BALANCE"]', "'opening balance' stands for"),
        ('["cp1252"]', '["cp1252"]\ndebit_marks = ["D"]', "mark column"),
    ],
)
def test_a_csv_map_that_is_not_exactly_right_is_refused(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    text = (ROOT / "selectors" / "statements" / "corebank.csv.toml").read_text("utf-8")
    assert right in text
    path = tmp_path / "corebank.csv.toml"
    path.write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(MapError, match=message):
        load_csv_map(path)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (CAMT.encode(), "camt.053.001.08"),
        (b"\xef\xbb\xbf" + CAMT.encode(), "camt.053.001.08"),
        ((SAMPLES / "camt054_notification.xml").read_bytes(), "camt.054.001.04"),
        (MT940.encode(), "mt940"),
        ((SAMPLES / "mt942_interim.sta").read_bytes(), "mt942"),
        (OFX.encode(), "ofx"),
        (writers.ofx2(THREE_DAYS), "ofx"),
        (BAI2.encode(), "bai2"),
        (CSV.encode(), "csv"),
        (b"", None),
        (b"%PDF-1.7\n1,2\n3,4", None),
        (b"<!DOCTYPE html><html>Your session, has expired;\n,;</html>", None),
        (b'{"error": "expired",\n"a": 1, "b": 2}', None),
        (b"PK\x03\x04,\n,", None),
    ],
)
def test_a_format_is_recognised_by_its_content(content: bytes, name: str | None) -> None:
    assert reading.recognise(content) == name


def test_what_is_no_e_statement_is_refused_with_a_remedy() -> None:
    with pytest.raises(Quarantined, match="session is over"):
        judge(b"<!DOCTYPE html><html>Sign on</html>")
    with pytest.raises(Quarantined, match="too_large"):
        judge(b" " * (reading.CONTENT_MAX + 1))
    assert bai2_file.recognise(CSV.encode()) is csv_export.recognise(b"one line, no more") is None


DAYS = (
    "Booked;Valued;Text;Ref;Amount;Balance\r\n"
    "{0};{0};a;;-1,00;9,00\r\n{1};{1};b;;-1,00;8,00\r\n{1};{1};c;;-1,00;7,00\r\n"
)


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        ("10/11/2026", "11/11/2026", ["day_or_month"]),
        ("10/11/2026", "13/11/2026", []),
        ("11/11/2026", "12/12/2026", []),
    ],
)
def test_day_and_month_that_cannot_be_told_apart_need_a_declared_map(
    first: str, second: str, codes: list[str]
) -> None:
    british = replace(SIGNED, date_format="%d/%m/%Y", head=CsvHead(), title="British")
    options = ReadOptions(csv_maps=(british, SIGNED))
    content = DAYS.format(first, second).encode()
    assert [each.code for each in judge(content, options=options).unproved()] == codes
    declared = judge(content, options=ReadOptions(csv_maps=(british,)))
    assert declared.unproved() == ()


@pytest.mark.parametrize(
    ("currency", "codes"), [("KWD", ["decimal_mark_unseen"]), ("JPY", []), ("", [])]
)
def test_thousands_that_may_be_fractions_are_refused(currency: str, codes: list[str]) -> None:
    """Every amount a thousand times too large ties as well."""
    layout = replace(SIGNED, head=CsvHead(), currency=currency)
    content = DAYS.format("01.10.2026", "02.10.2026").replace("-1,00", "-1.000")
    for number in (9, 8, 7):
        content = content.replace(f"{number},00", f"{number}.000")
    if not currency:
        content = content.replace("-1.000", "-1.000,00")
    found = judge(content.encode(), options=ReadOptions(csv_maps=(layout,)))
    assert [each.code for each in found.unproved()] == codes


def test_a_map_that_nobody_declared_costs_grade_a() -> None:
    other = replace(
        SIGNED,
        columns=CsvColumns(booking_date=("nowhere",), description=("nothing",), amount=("none",)),
    )
    options = ReadOptions(csv_maps=(SIGNED, other))
    (verdict,) = judge(CSV.encode(), options=options).proved()
    assert verdict.proof.grade is Grade.B
    assert "not declared" in verdict.proof.shortfalls[0]


def test_a_map_may_turn_the_signs_of_a_card() -> None:
    card = CsvMap(
        title="card",
        decimal_mark=".",
        date_format="%Y-%m-%d",
        columns=CsvColumns(
            booking_date=("Date",), description=("Text",), amount=("Amount",), balance=("Owed",)
        ),
        reversed_sign=True,
    )
    content = b"Date,Text,Amount,Owed\n2026-10-01,shop,10.00,-10.00\n2026-10-02,paid,-4.00,-6.00\n"
    (verdict,) = judge(content, options=ReadOptions(csv_maps=(card,))).proved()
    assert [each.amount for each in verdict.statement.transactions] == [
        Decimal("-10.00"),
        Decimal("4.00"),
    ]

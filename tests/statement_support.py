"""Made-up statements, every format they can be written in, and the verdict on what is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from counterfoil.adapters.statement_formats.csv_maps import load_csv_map
from counterfoil.adapters.statement_formats.options import ReadOptions
from counterfoil.adapters.statement_formats.reading import read
from counterfoil.domain.statements import Proved, Statement, StatementReading, Unproved
from counterfoil.rules.statement_proof import prove_all
from fixtures.statements.formats import writers
from fixtures.statements.formats.writers import MINOR_UNITS, Booking, Made

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "fixtures" / "statements" / "formats"
MADE_MAPS = tuple(load_csv_map(each) for each in sorted(SAMPLES.glob("*.csv.toml")))
SHIPPED_MAPS = tuple(
    load_csv_map(each) for each in sorted((ROOT / "selectors" / "statements").glob("*.csv.toml"))
)
OPTIONS = ReadOptions(csv_maps=MADE_MAPS)

_WORDS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,+()'"


@dataclass(frozen=True, slots=True)
class Written:
    """One format: how it is written, and where its amounts, entries and signs stand."""

    name: str
    write: Callable[[Made], bytes]
    amount: str  # regular expression with one group: the digits of an amount
    entry: str  # one whole entry
    signs: tuple[tuple[str, str], ...]  # what is found and what stands instead of it
    with_opening: bool = True  # False: the statement before it must be known


_CAMT_AMOUNT = r'<Amt Ccy="[A-Z]{3}">([0-9.]+)</Amt>'
_CAMT_SIGNS = (("CRDT", "DBIT"), ("DBIT", "CRDT"))
_OFX_AMOUNT = r"<(?:TRN|BAL)AMT>-?([0-9.]+)"
_OFX_SIGNS = ((r"(?<=AMT>)-", ""), (r"(?<=AMT>)(?=[0-9])", "-"))
_CSV_ENTRY = r"[^\r\n]*;\"[^\r\n]*\r\n"


def _camt(version: str) -> Written:
    return Written(
        f"camt.053.001.{version}",
        lambda made: writers.camt053(made, version),
        _CAMT_AMOUNT,
        r"<Ntry>.*?</Ntry>\n",
        _CAMT_SIGNS,
    )


FORMATS = (
    _camt("02"),
    _camt("04"),
    _camt("08"),
    _camt("13"),
    Written(
        "mt940",
        writers.mt940,
        r":(?:6[02]F:[CD][0-9]{6}[A-Z]{3}|61:[0-9]{10}[CD])([0-9,]+)",
        r":61:.*?(?=:61:|:62F:)",
        (
            (r"(?<=\n:61:[0-9]{10})C", "D"),
            (r"(?<=\n:61:[0-9]{10})D", "C"),
            (r"(?<=F:)C", "D"),
            (r"(?<=F:)D", "C"),
        ),
    ),
    Written("ofx", writers.ofx1, _OFX_AMOUNT, r"<STMTTRN>.*?</STMTTRN>\r\n", _OFX_SIGNS, False),
    Written("ofx", writers.ofx2, _OFX_AMOUNT, r"<STMTTRN>.*?</STMTTRN>\n", _OFX_SIGNS, False),
    Written(
        "bai2",
        writers.bai2,
        r"\n(?:16,[14]95|03,[0-9]+,[A-Z]{3},010|88,100),-?([0-9]+)",
        r"16,.*?/\n",
        ((r"(?<=\n16,)1", "4"), (r"(?<=\n16,)4", "1"), (r"(?<=,01[05],)(?=[0-9])", "-")),
    ),
    Written(
        "csv",
        writers.csv_signed,
        r";-?([0-9.,]+)(?=(?:;-?[0-9.,]+)?\r)",
        _CSV_ENTRY,
        (
            (r"(?<=;)-(?=[0-9.,]+(?:;-?[0-9.,]+)?\r)", ""),
            (r"(?<=;)(?=[0-9][0-9.,]*(?:;-?[0-9.,]+)?\r)", "-"),
        ),
    ),
    Written(
        "csv",
        writers.csv_split,
        r";-?([0-9.,]+)(?=;?\r)",
        _CSV_ENTRY,
        ((r"(?<=[0-9]);([0-9.,]+);\r", r";;\1\r"), (r"(?<=[0-9]);;([0-9.,]+)\r", r";\1;\r")),
    ),
)


@st.composite
def made_up(draw: st.DrawFn, *, bookings_min: int = 0) -> Made:
    """A consistent statement: what is in it is the truth that readers are measured by."""
    currency = draw(st.sampled_from(sorted(MINOR_UNITS)))
    unit = Decimal(1).scaleb(-MINOR_UNITS[currency])
    first = draw(st.dates(date(2001, 1, 1), date(2049, 12, 1)))
    days = draw(st.integers(0, 60))
    cents = st.integers(-(10**9), 10**9)
    text = st.text(_WORDS, min_size=1, max_size=150).map(lambda each: " ".join(each.split()))
    bookings = [
        Booking(
            booked=first + timedelta(days=draw(st.integers(0, days))),
            value=first + timedelta(days=draw(st.integers(-3, days + 3))),
            amount=draw(cents.filter(bool)) * unit,
            text=draw(text.filter(bool)),
            reference=draw(st.from_regex(r"[A-M][0-9]{3,12}", fullmatch=True)),
        )
        for _ in range(draw(st.integers(bookings_min, 8)))
    ]
    return Made(
        account=draw(st.from_regex(r"[1-9][0-9]{5,15}", fullmatch=True)),
        currency=currency,
        number=draw(st.integers(1, 99999)),
        first=first,
        last=first + timedelta(days=days),
        opening=draw(cents) * unit,
        bookings=tuple(sorted(bookings, key=lambda each: each.booked)),
    )


def as_format(made: Made, written: Written) -> Made:
    """What the format can say of *made*: BAI2 has one day, its group's."""
    if written.name != "bai2":
        return made
    bookings = tuple(
        Booking(
            booked=made.last,
            value=each.value,
            amount=each.amount,
            text=each.text,
            reference=each.reference,
        )
        for each in made.bookings
    )
    return Made(
        account=made.account,
        currency=made.currency,
        number=made.number,
        first=made.last,
        last=made.last,
        opening=made.opening,
        bookings=bookings,
    )


def before(made: Made) -> Statement:
    """The statement before it, proved and filed: it closes where *made* opens."""
    return Statement(
        account=made.account,
        currency=made.currency,
        opening=made.opening,
        closing=made.opening,
        transactions=(),
    )


def judge(
    content: bytes, known: Sequence[Statement] = (), options: ReadOptions = OPTIONS
) -> StatementReading:
    """Read and prove, as the child in the parser box does."""
    source, drafts = read(content, options)
    return StatementReading(source=source, verdicts=prove_all(drafts, known))


def rows(statement: Statement) -> list[tuple[object, ...]]:
    """What a statement says of its entries."""
    return [
        (each.booking_date, each.value_date, each.amount, each.description, each.reference)
        for each in statement.transactions
    ]


def truth(made: Made) -> list[tuple[object, ...]]:
    """The same of what was made up."""
    return [
        (each.booked, each.value, each.amount, each.text, each.reference) for each in made.bookings
    ]


def places_of(pattern: str, text: str) -> list[re.Match[str]]:
    """Every match, over line ends."""
    return list(re.compile(pattern, re.DOTALL).finditer(text))


def said(reading: StatementReading) -> dict[str, Any]:
    """A reading as the ``.expected.json`` beside a sample says it."""
    return {
        "source": reading.source,
        "verdicts": [
            _said_proved(each) if isinstance(each, Proved) else _said_unproved(each)
            for each in reading.verdicts
        ],
    }


def _said_proved(verdict: Proved) -> dict[str, Any]:
    found = verdict.statement
    return {
        "grade": verdict.proof.grade.value,
        "shortfalls": list(verdict.proof.shortfalls),
        "account": found.account,
        "currency": found.currency,
        "number": found.number,
        "opening": str(found.opening),
        "closing": str(found.closing),
        "transactions": [
            [
                str(each.booking_date),
                str(each.value_date or ""),
                str(each.amount),
                each.description,
                each.reference,
            ]
            for each in found.transactions
        ],
    }


def _said_unproved(verdict: Unproved) -> dict[str, Any]:
    return {"unproved": verdict.code, "account": verdict.account, "reason": verdict.reason}

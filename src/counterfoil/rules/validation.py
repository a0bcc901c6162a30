"""Is every row right? Pure: no files, no clock, no database.

Every row of a reading ends in exactly one work item or in at least one finding that
refuses it. All that is wrong with a row is said at once, never only the first thing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from counterfoil.domain.currencies import DECIMALS
from counterfoil.domain.documents import SheetRow
from counterfoil.domain.findings import Finding
from counterfoil.domain.secrets import mask_account
from counterfoil.domain.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """What one field must be; comes from the sheet map."""

    name: str
    kind: str  # text, account, bank, money, date, currency, choice
    required: bool = False
    default: str = ""
    max_chars: int = 140
    choices: tuple[str, ...] = ()
    days_back: int = 0
    days_ahead: int = 365
    header: str = ""  # for people, when the sheet itself has no such column


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """What the rows of one kind of sheet must be."""

    item: Literal["payment", "journal_voucher", "allocation"]
    fields: tuple[FieldRule, ...]
    today: date  # where the bank is
    iban_problem: Callable[[str], str | None]
    bic_problem: Callable[[str], str | None]
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRow:
    """One row after the checks: its values with defaults, or why it is refused."""

    row: int
    values: Mapping[str, Value]
    findings: tuple[Finding, ...] = ()
    source: SheetRow = field(repr=False)

    @property
    def refused(self) -> bool:
        """Nothing of this row is keyed."""
        return any(each.severity == "refuse" for each in self.findings)


_LOCAL_ACCOUNT = re.compile(r"[0-9]{2,20}|[0-9]{1,6}-[0-9]{2,10}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}")
_BANK = re.compile(r"[A-Z0-9]{2,7}")
_ODD = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def check_row(row: SheetRow, expected: Expectations) -> CheckedRow:
    """Everything that is wrong with one row by itself."""
    findings = list(row.findings)
    values: dict[str, Value] = {}
    unread = {each.cell for each in row.findings}
    for rule in expected.fields:
        if row.cells.get(rule.name) in unread:
            continue  # already said, and there is no value to look at
        value = row.values.get(rule.name, rule.default)
        if value == "" or (value == 0 and not rule.required):  # 0.00 on a voucher's other side
            if rule.required:
                findings.append(finding(row, rule, "missing", "is empty and must not be"))
            elif rule.kind not in ("money", "date"):
                values[rule.name] = ""
            continue
        values[rule.name] = _composed(value)
        for code, message in _problems(value, rule, expected):
            findings.append(finding(row, rule, code, message))
    findings += _money_problems(row, values, expected)
    return CheckedRow(row=row.row, values=values, findings=tuple(findings), source=row)


def finding(
    row: SheetRow,
    rule: FieldRule,
    code: str,
    message: str,
    severity: Literal["refuse", "hold", "note"] = "refuse",
) -> Finding:
    """A finding about one cell of one row."""
    header = row.headers.get(rule.name) or rule.header or rule.name
    return Finding(
        code=code,
        severity=severity,
        message=f"{header}: {message}",
        row=row.row,
        column=header,
        cell=row.cells.get(rule.name),
    )


def _composed(value: Value) -> Value:
    """One letter is one character, however the analyst's keyboard spelt it."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def _problems(value: Value, rule: FieldRule, expected: Expectations) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield from _text_problems(value, rule)
            if not _odd_characters(value):
                yield from _code_problems(value, rule, expected)
        case Decimal():
            if value <= 0:
                yield "not_positive", f"{value:f} must be more than nothing"
        case date():
            yield from _day_problems(value, rule, expected.today)


def _text_problems(text: str, rule: FieldRule) -> Iterator[tuple[str, str]]:
    if odd := _odd_characters(text):
        names = ", ".join(f"U+{ord(each):04X} {unicodedata.name(each, 'control')}" for each in odd)
        yield "odd_characters", f"holds {names}: nobody can see what is meant, type it again"
    if len(text) > rule.max_chars:
        yield "too_long", f"has {len(text)} characters, the bank takes {rule.max_chars}"


def _odd_characters(text: str) -> list[str]:
    """Control, zero-width, direction marks and blanks that are no space."""
    odd = {
        each
        for each in text
        if (kind := unicodedata.category(each)) in _ODD or (kind == "Zs" and each != " ")
    }
    return sorted(odd)


def _code_problems(text: str, rule: FieldRule, expected: Expectations) -> Iterator[tuple[str, str]]:
    match rule.kind:
        case "account":
            yield from _account_problems(text, expected.iban_problem)
        case "bank":
            if len(text) in (8, 11):
                if problem := expected.bic_problem(text):
                    yield "bic", problem
            elif not _BANK.fullmatch(text):
                yield "bank_code", f"{text[:20]!r} is neither a BIC nor a clearing code"
        case "currency":
            if text not in DECIMALS:
                yield "currency", f"{text[:10]!r} is no currency of ISO 4217"
        case "choice":
            if text not in rule.choices:
                yield "choice", f"{text[:20]!r} is none of {', '.join(rule.choices)}"


def _account_problems(
    text: str, iban_problem: Callable[[str], str | None]
) -> Iterator[tuple[str, str]]:
    bare = text.replace(" ", "")
    if bare[:2].isalpha():
        problem = iban_problem(bare) if _IBAN.fullmatch(bare) else None
        if problem:
            yield "iban", problem
        elif not _IBAN.fullmatch(bare):
            yield "iban", f"{mask_account(bare)} is no IBAN: capital letters and digits only"
    elif not _LOCAL_ACCOUNT.fullmatch(text):
        yield "account", f"{mask_account(text)} is no account number: digits only"


def _day_problems(day: date, rule: FieldRule, today: date) -> Iterator[tuple[str, str]]:
    if day < today - timedelta(days=rule.days_back):
        yield "date_past", f"{day.isoformat()} is past; today is {today.isoformat()}"
    if day > today + timedelta(days=rule.days_ahead):
        yield "date_far", f"{day.isoformat()} is more than {rule.days_ahead} days ahead"


def _money_problems(
    row: SheetRow, values: dict[str, Value], expected: Expectations
) -> list[Finding]:
    """An amount has the decimals of its currency, no more; it is kept with all of them."""
    decimals = DECIMALS.get(str(values.get("currency")))
    if decimals is None:
        return []
    wrong: list[Finding] = []
    for rule in expected.fields:
        amount = values.get(rule.name)
        if not isinstance(amount, Decimal):
            continue
        values[rule.name] = round(amount, decimals)
        if amount != values[rule.name]:
            message = f"{amount:f} has more than {decimals} decimals: round it on purpose"
            wrong.append(finding(row, rule, "decimals", message))
    return wrong


def rows_with_findings(rows: Sequence[CheckedRow]) -> tuple[Finding, ...]:
    """All findings of all rows, in order."""
    return tuple(each for row in rows for each in row.findings)

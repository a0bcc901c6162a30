"""The questions of ``counterfoil statement teach``: a few, and none that print settles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import typer

from counterfoil.cli.terminal import say, show_table
from counterfoil.domain.inquiries import Candidate, Inquiry, OpenColumn
from counterfoil.domain.statements import Proved, StatementReading

ROLES = (
    "booking_date", "value_date", "description", "reference", "debit", "credit", "amount",
    "balance", "ignored",
)  # fmt: skip
_KNOWN = {"booking date": "booking_date", "value date": "value_date", "fee": "ignored"}


@dataclass(slots=True)
class Answers:
    """What a map will say; filled by options first, then by a person."""

    title: str = ""
    recognise: list[str] = field(default_factory=list)
    hints: dict[str, str | bool] = field(default_factory=dict)  # keys without a table
    tables: dict[str, dict[str, list[str] | list[int]]] = field(default_factory=dict)

    def add(self, table: str, key: str, value: str) -> None:
        """One more word under *key* of *table*."""
        words = self.tables.setdefault(table, {}).setdefault(key, [])
        words.append(value)  # type: ignore[arg-type]

    def record(self) -> dict[str, object]:
        """As the TOML would be read."""
        named = {"title": self.title, "recognise": self.recognise}
        return {**named, **self.hints, **self.tables}


def ask_all(inquiry: Inquiry, answers: Answers) -> None:
    """Put every question that no option has answered."""
    if not answers.recognise:
        answers.recognise = [_ask_bank(inquiry.first_lines)]
    for question, candidates in (
        ("How are its amounts meant?", inquiry.numbers),
        ("Day or month first?", inquiry.dates),
        ("What does an amount without a sign do?", inquiry.signs),
    ):
        if candidates and candidates[0].hints[0][0] not in answers.hints:
            answers.hints.update(_choose(question, candidates))
    if not answers.tables.keys() & {"columns", "ranges"} and inquiry.columns:
        _ask_columns(inquiry.columns, answers)
    for end in inquiry.ends:
        if inquiry.labels and end not in answers.tables.get("labels", {}):
            _ask_label(end, inquiry.labels, answers, what=f"the {end} balance")
    if inquiry.currency:
        _ask_currency(answers)


def ask_more(inquiry: Inquiry, answers: Answers, reading: StatementReading) -> bool:
    """What only a reading that proves leaves open; whether anything was answered."""
    before = repr(answers.record())
    proved = reading.proved()
    unsure = any("currency" in each or "small print" in each for each in _shortfalls(proved))
    if unsure:
        _ask_currency(answers)
    nameless = any(not each.statement.account for each in proved)
    if nameless and inquiry.numbered and "account" not in answers.tables.get("labels", {}):
        _ask_label("account", inquiry.numbered, answers, what="the account's number")
    return repr(answers.record()) != before


def _shortfalls(proved: Sequence[Proved]) -> list[str]:
    return [sentence for each in proved for sentence in each.proof.shortfalls]


def _ask_currency(answers: Answers) -> None:
    if "currency" in answers.hints:
        return
    code = typer.prompt("Currency (ISO 4217, such as EUR; empty: unknown)", default="")
    if code:
        answers.hints["currency"] = str(code).upper()


def is_open(inquiry: Inquiry) -> bool:
    """Whether there is anything to ask beside the bank's name."""
    return bool(inquiry.codes or inquiry.numbers or inquiry.currency or inquiry.labels)


def _ask_bank(lines: Sequence[str]) -> str:
    """Words that stand on page 1 of this bank's statements, and of no other's."""
    say("Which line names the bank? It must stand on the first page of every statement.")
    for number, line in enumerate(lines, 1):
        say(f"  {number}  {line[:90]}")
    said = str(typer.prompt("Number, or the words", default="1" if lines else None))
    chosen = lines[int(said) - 1] if said.isdigit() and 0 < int(said) <= len(lines) else said
    return " ".join(chosen.split())


def _choose(question: str, candidates: Sequence[Candidate]) -> dict[str, str | bool]:
    """Candidate readings with their sums: which is right?"""
    rows = [(n, each.says, each.comes_to) for n, each in enumerate(candidates, 1)]
    show_table(question, (">", "reading", "comes to"), rows)
    while True:  # a person types until it is one of them, or stops with ctrl-C
        number = int(typer.prompt("Number", type=int))
        if 1 <= number <= len(candidates):
            return dict(candidates[number - 1].hints)
        say(f"  {number} is not 1 to {len(candidates)}")


def _ask_columns(columns: Sequence[OpenColumn], answers: Answers) -> None:
    """What each column holds; by the words over it or, where one has none, by its place."""
    rows = [
        (n, c.words, f"{c.left}-{c.right}", ", ".join(c.samples)) for n, c in _numbered(columns)
    ]
    show_table("The columns", (">", "headed", "points", "for example"), rows)
    say(f"What is each? One of: {', '.join(ROLES)}")
    by_words = all(column.words for column in columns)
    for number, column in _numbered(columns):
        known = _KNOWN.get(column.holds, column.holds)
        default = known if known in ROLES else None
        role = _ask_role(f"Column {number} ({column.words or column.samples[0]})", default)
        if by_words:
            answers.add("columns", role, column.words)
        else:
            answers.tables.setdefault("ranges", {})[role] = [column.left, column.right]


def _ask_role(question: str, default: str | None) -> str:
    while True:  # a person types until it is a role, or stops with ctrl-C
        role = str(typer.prompt(question, default=default)).strip().lower().replace(" ", "_")
        found = [each for each in ROLES if each.startswith(role)]
        if role in ROLES or len(found) == 1:
            return role if role in ROLES else found[0]
        say(f"  {role!r} is none of {', '.join(ROLES)}")


def _numbered(columns: Sequence[OpenColumn]) -> list[tuple[int, OpenColumn]]:
    return list(enumerate(columns, 1))


def _ask_label(key: str, labels: Sequence[str], answers: Answers, *, what: str) -> None:
    say(f"Which words stand before {what}?")
    for number, label in enumerate(labels, 1):
        say(f"  {number}  {label}")
    said = str(typer.prompt("Number, or the words; empty: it is not printed", default=""))
    if said:
        number = int(said) if said.isdigit() else 0
        words = labels[number - 1] if 0 < number <= len(labels) else said
        answers.add("labels", key, words)

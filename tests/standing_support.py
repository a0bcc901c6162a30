"""A small standing reconciliation: days of lines in files, a real ledger, a real audit log."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from counterfoil.domain.reconciliation import RuleBook
from counterfoil.domain.reconciliation_decisions import Proposal
from counterfoil.rules.approval import ApprovalPolicy
from counterfoil.rules.reconciliation.standing import Standing
from counterfoil.store.book import Book
from counterfoil.store.deciding import Word
from counterfoil.store.reconciliation_files import ReconciliationFiles
from counterfoil.store.reconciliation_ledger import ReconciliationLedger
from counterfoil.store.reconciliation_reading import BreakRow
from counterfoil.store.statement_files import StatementFiles
from fixtures.reconciliation_pairs import BANK, LEDGER
from tests.engine_support import Clock, House
from workflows.reconciliation_decisions import (
    approve,
    propose_close,
    propose_match,
    propose_replacement,
    propose_unmatch,
    propose_write_off,
)
from workflows.standing_reconciliation import Ran, run_reconciliation, stand

NAME = "nostro"
ANNA = Word(person="Anna", reason="seen on the remittance advice")
PETRA = "petra.novakova"
_USUAL = {
    "account": "ACC01", "currency": "USD", "counterparty": "Northern Paper Inc",
    "orig_amount": "", "orig_currency": "", "doc_no": "", "run_id": "",
}  # fmt: skip


def bank_line(line_id: str, day: int, amount: str, text: str = "", **more: str) -> dict[str, str]:
    """A bank line of March 2018."""
    at = f"2018-03-{day:02}"
    facts = {"bank_id": line_id, "stmt_date": at, "value_date": at, "amount": amount}
    return _USUAL | facts | {"reference": "", "narrative": text} | more


def entry(line_id: str, day: int, amount: str, number: str = "", **more: str) -> dict[str, str]:
    """A ledger line of March 2018."""
    facts = {"ledger_id": line_id, "posting_date": f"2018-03-{day:02}", "amount": amount}
    return _USUAL | facts | {"reference": number, "description": ""} | more


@dataclass(slots=True)
class Desk:
    """What people and the nightly job do, in one place."""

    house: House
    book: Book
    clock: Clock
    ledger: ReconciliationLedger
    approval: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    rules: RuleBook = field(default_factory=RuleBook)
    files: int = 0

    @classmethod
    def over(cls, house: House, book: Book, clock: Clock) -> Desk:
        files = ReconciliationFiles(StatementFiles(folder_of(house), house.vault))
        return cls(house, book, clock, ReconciliationLedger.beside(book, files))

    def run(
        self,
        bank: Sequence[Mapping[str, str]] = (),
        entries: Sequence[Mapping[str, str]] = (),
        *,
        as_of: date | None = None,
    ) -> Ran:
        """A run over these lines, in files as they are delivered."""
        self.clock.pass_(3600)
        return run_reconciliation(
            self.ledger,
            NAME,
            self.rules,
            bank_file=self._file("bank", BANK, bank),
            ledger_file=self._file("ledger", LEDGER, entries),
            as_of=as_of,
        )

    def _file(
        self, side: str, heads: Sequence[str], rows: Sequence[Mapping[str, str]]
    ) -> Path | None:
        if not rows:
            return None
        self.files += 1
        path = self.house.folder / f"{side}-{self.files}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, heads, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def stand(self) -> Standing:
        return stand(self.ledger, NAME)

    def match(self, *, difference: str = "0", **lines: Sequence[str]) -> Proposal:
        self.clock.pass_(60)
        return propose_match(
            self.ledger, self.stand(), ANNA, difference=Decimal(difference), **lines
        )

    def write_off(self, **lines: Sequence[str]) -> Proposal:
        self.clock.pass_(60)
        return propose_write_off(self.ledger, self.stand(), ANNA, **lines)

    def unmatch(self, side: str, line_id: str) -> Proposal:
        self.clock.pass_(60)
        return propose_unmatch(self.ledger, self.stand(), ANNA, side=side, line_id=line_id)

    def replace(self, side: str, line_id: str) -> Proposal:
        self.clock.pass_(60)
        return propose_replacement(self.ledger, self.stand(), ANNA, side=side, line_id=line_id)

    def close(self, through: date, *carries: str) -> Proposal:
        self.clock.pass_(60)
        return propose_close(self.ledger, self.stand(), ANNA, through=through, carries=carries)

    def approve(self, proposal: Proposal, approver: str = PETRA, digest: str = "") -> str:
        self.clock.pass_(60)
        return approve(
            self.ledger,
            self.stand(),
            proposal,
            approver=approver,
            digest=digest or proposal.digest(),
            policy=self.approval,
        )

    def open(self) -> dict[str, str]:
        """Open breaks: line and class."""
        return {each.line_id: each.kind for each in self.ledger.breaks(NAME)}

    def break_of(self, line_id: str) -> BreakRow:
        rows = self.ledger.breaks(NAME, open_only=False)
        return next(each for each in rows if each.line_id == line_id)

    def matches(self) -> list[tuple[Any, ...]]:
        """(bank ids, ledger ids, rule) of the last run."""
        rows = self.stand().period.matches.select("bank", "ledger", "rule").iter_rows()
        return [(tuple(ours), tuple(theirs), rule) for ours, theirs, rule in rows]

    def told(self) -> list[str]:
        """The kinds of what happened, first to last."""
        return [each.kind for each in self.ledger.reconciliation_history(NAME)]


def folder_of(house: House) -> Path:
    """Where the sealed files of reconciliations are."""
    return house.folder / "reconciliations"

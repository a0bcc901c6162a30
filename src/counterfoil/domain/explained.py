"""What a person is told about a reading, beside its verdicts."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.statements import StatementReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """How one account was read: sentences, in the order in which they are shown."""

    account: str
    columns: tuple[str, ...] = ()  # what each column was taken for, and why
    texts: tuple[str, ...] = ()  # what holds the descriptions
    competing: tuple[str, ...] = ()  # other readings, and where each of them failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A reading with its notes and, where they were asked for, its pages as pictures."""

    reading: StatementReading
    notes: tuple[Notes, ...] = ()
    pictures: tuple[bytes, ...] = ()  # PNG, one a page

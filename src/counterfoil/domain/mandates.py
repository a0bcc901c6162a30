"""Direct debits and the mandates that allow them. Words as in ISO 20022 pain.008 and pain.012."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

Frequency = Literal["ONEOFF", "WEEKLY", "MONTHLY", "QUARTERLY", "HALFYEARLY", "YEARLY", "ADHOC"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """What a debtor allowed a creditor, as the register has it now."""

    mandate_ref: str
    creditor_id: str
    debtor_account: str
    limit: Decimal | None = None  # of one collection; None: any amount
    currency: str
    frequency: Frequency
    signed_on: date
    valid_from: date | None = None
    valid_to: date | None = None
    revoked_on: date | None = None
    status: str  # the register's own word: ACTIVE, SUSPENDED, REVOKED, EXPIRED
    last_used: date | None = None  # before the debits that are judged


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectDebit:
    """One collection, presented to us or by us."""

    debit_id: str
    direction: Literal["IN", "OUT"]  # IN: presented to us; OUT: we collect
    day: date
    creditor_id: str
    mandate_ref: str
    debtor_account: str
    amount: Decimal
    currency: str
    end_to_end_id: str = ""

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError(f"the amount must be positive, found {self.amount}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateRules:
    """What the desk goes by; ``selectors/controls/mandates.toml``."""

    duplicate_days: int = 3  # the same amount of the same mandate within so many days
    lapse_months: int = 36  # a mandate that was not used for so long is void; SEPA: 36
    usable: tuple[str, ...] = ("ACTIVE",)  # words of the register that allow a collection ...
    ended: tuple[str, ...] = ("REVOKED", "EXPIRED")  # ... and those that a day goes with

    def __post_init__(self) -> None:
        if self.duplicate_days < 0 or self.lapse_months < 1:
            raise ValueError("duplicate_days is 0 or more, lapse_months 1 or more")


class DebitClass(StrEnum):
    """What a direct debit is; the first that applies, in this order."""

    NO_MANDATE = "without mandate"
    OTHER_CREDITOR = "another creditor"
    OTHER_ACCOUNT = "another account"
    OTHER_CURRENCY = "another currency"
    REVOKED = "after revocation"
    NOT_USABLE = "mandate not usable"  # suspended, or a word that we do not know
    TOO_EARLY = "before its first day"
    TOO_LATE = "after its last day"
    LAPSED = "mandate lapsed"
    DUPLICATE = "duplicate collection"
    ABOVE_LIMIT = "above the limit"
    TOO_OFTEN = "too often"
    ALLOWED = "allowed"


class MandateClass(StrEnum):
    """What became of a mandate in these debits."""

    USED = "used as allowed"
    MISUSED = "used against its terms"
    UNUSED = "not used"
    ENDED = "ended"  # and not used: as it should be


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedDebit:
    """One direct debit, its one class, and everything else that is wrong with it."""

    debit: DirectDebit
    kind: DebitClass
    findings: tuple[str, ...] = ()  # a sentence each, what decides first
    status: str = ""  # the register's word


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMandate:
    """One mandate and what it was used for."""

    mandate: Mandate
    kind: MandateClass
    debits: tuple[str, ...] = ()
    collected: Decimal = Decimal(0)  # by those that were allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateControl:
    """Both sides judged: what was allowed is what the mandates were used for."""

    debits: tuple[JudgedDebit, ...]
    mandates: tuple[JudgedMandate, ...]

    def __post_init__(self) -> None:
        allowed = [each.debit.amount for each in self.debits if each.kind is DebitClass.ALLOWED]
        used = [each.collected for each in self.mandates]
        if sum(allowed, Decimal(0)) != sum(used, Decimal(0)):
            raise ValueError(f"allowed {sum(allowed)} and collected {sum(used)} differ")
        if any((each.kind is DebitClass.ALLOWED) == bool(each.findings) for each in self.debits):
            raise ValueError("a debit is allowed if, and only if, nothing is wrong with it")

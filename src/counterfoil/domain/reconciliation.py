"""What a reconciliation is asked to keep to: windows, tolerances, fees, what may match alone.

And what is proposed for what is left: which ledger accounts take charges and differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, Protocol

from counterfoil.domain.reconciliation_report import AGEING, age_buckets

#: What a rule may be asked to leave to a person: all matches made so become proposals.
Asked = Literal["number", "misread", "run", "day", "batch", "fee", "rate", "parts", "regrouped"]

_EPOCH = date(1970, 1, 1)


def day_of(number: int) -> date:
    """The day so many days after 1970-01-01, as columns of days count."""
    return _EPOCH + timedelta(number)


def number_of(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A charge that the bank is known to take out of a payment."""

    kind: Literal["flat", "rate"]
    cents: int = 0  # flat: the charge itself
    bps: int = 0  # rate: hundredths of a per cent of the ledger amount ...
    plus: int = 0  # ... and cents on top

    def __post_init__(self) -> None:
        if min(self.cents, self.bps, self.plus) < 0 or not (self.cents or self.bps or self.plus):
            raise ValueError("a fee is a positive number of cents, bps or both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The analyst's rules for one reconciliation.

    Days count from the ledger's posting date to the bank's date.
    """

    days_before: int = 2  # the bank may be so much earlier
    days_after: int = 12
    days_after_with_reference: int = 40  # a cheque clears late; its number still says which
    amount_tolerance_cents: int = 0
    fx_tolerance_ppm: int = 20_000  # of the ledger amount, where a foreign amount is given
    fees: Mapping[str, Fee] = field(default_factory=dict)
    silent: bool = True  # may amount, party and date alone confirm?
    ageing_days: tuple[int, ...] = AGEING  # where an open line's age falls into the next bucket
    ask: tuple[Asked, ...] = ()  # kinds of match that need a person
    references: tuple[str, ...] = ()  # patterns of references in the bank's text

    def __post_init__(self) -> None:
        age_buckets(self.ageing_days)
        if min(self.days_before, self.days_after, self.fx_tolerance_ppm) < 0:
            raise ValueError("days and tolerances are not negative")
        if self.amount_tolerance_cents:
            raise ValueError(
                "amount_tolerance must be 0: a difference is a declared fee, a rate or a break"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingAccounts:
    """Ledger accounts of the vouchers that are proposed; ``""``: propose none for this cause."""

    bank: str  # the ledger account that the bank account is kept in
    fees: str = ""  # charges taken out of payments, ours by the rules
    charges: str = ""  # the bank's own charges
    interest: str = ""  # interest, received or paid
    rates: str = ""  # differences of a rate


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeRule:
    """Open bank lines whose text has this pattern are posted to this ledger account."""

    narrative: str  # a pattern, read in time linear in the text
    account: str
    name: str = ""  # what the voucher says

    def __post_init__(self) -> None:
        if not self.narrative or not self.account:
            raise ValueError("a rule for a narrative needs a pattern and an account")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRules:
    """All rules of one bank account."""

    policy: Policy = field(default_factory=Policy)
    posting: PostingAccounts | None = None  # None: no voucher is proposed
    narratives: tuple[NarrativeRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """Rules for every account: those of its own, or the default."""

    default: AccountRules = field(default_factory=AccountRules)
    accounts: Mapping[str, AccountRules] = field(default_factory=dict)

    def of(self, account: str) -> AccountRules:
        """The rules of *account*."""
        return self.accounts.get(account, self.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotal:
    """What was read of one side in one currency, taken while it was read."""

    side: Literal["bank", "ledger"]
    currency: str
    count: int
    sum: int  # cents


class Progress(Protocol):
    """Is told how far a long work has come."""

    def __call__(self, stage: str, done: int, of: int | None) -> None:
        """*done* lines of *of* in this stage; None: nobody knows yet."""


def unseen(stage: str, done: int, of: int | None) -> None:
    """For nobody to see."""
